"""A triple store as ``imt load`` sees it: its addresses, and what can be read from and written to its named graphs.

Reads and writes go by the Graph Store HTTP Protocol where the store has one, and else by SPARQL 1.1 queries and
updates. Everything here may be done twice with the same outcome, so that a request that got lost can be sent again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox

from rdfkit.base.errors import UserError
from rdfkit.stores import http as exchange
from rdfkit.stores.http import Client, Response

EXAMPLE = "http://127.0.0.1:7878"
KINDS = ("oxigraph", "virtuoso", "generic")

_PATHS = {
    "oxigraph": ("/query", "/update", "/store"),
    # The ones that take a login: everybody may ask /sparql, but an administrator can forbid that.
    "virtuoso": ("/sparql-auth", "/sparql-auth", "/sparql-graph-crud-auth"),
}
"""Where a store of a kind has its query, its update and its graph store, from its base."""

_ENDINGS = ("/sparql-graph-crud-auth", "/sparql-graph-crud", "/sparql-auth", "/sparql", "/query", "/update", "/store")
_TRIPLES = "application/n-triples, text/turtle;q=0.5"
_RESULTS = "application/sparql-results+json"
_BATCH = 1000
"""Triples of one INSERT DATA: some 200 kB, which every store we know of takes."""


@dataclass(frozen=True)
class Target:
    """A triple store and its addresses.

    ``graphs`` is the address of its graph store, or None to write and read by SPARQL. ``together`` tells whether one
    update request that copies several graphs either copies them all or none.
    """

    kind: str
    url: str
    query: str
    update: str
    graphs: str | None
    together: bool


def target(  # noqa: PLR0913 - what the command takes
    client: Client, url: str, kind: str | None, *, query: str | None, update: str | None, store: str | None
) -> Target:
    """Return the store at ``url``: its base, or the address of its query and update where its kind is generic.

    Without a kind the server's own ``Server`` header tells it. The other addresses, where given, are taken as they
    are. Raises UserError for what is no address, or no store that we know.
    """
    for address in (url, query, update, store):
        if address is not None:
            exchange.check_url(address, EXAMPLE)
    kind = kind or _kind_of(client, url)
    if kind == "generic":
        found = Target(kind, url, url, url, None, together=True)
    else:
        base = url.rstrip("/")
        for ending in _ENDINGS:
            if urlsplit(base).path == ending:
                base = base.removesuffix(ending)
        asked, changed, stored = (base + path for path in _PATHS[kind])
        found = Target(kind, base, asked, changed, stored, together=kind == "oxigraph")
    return replace(found, query=query or found.query, update=update or found.update, graphs=store or found.graphs)


def by_way_of(to: Target, via: str | None) -> Target:
    """Return the store to be written to by its graph store (``store``), by SPARQL (``update``), or as it is best."""
    if via == "store" and not to.graphs:
        raise UserError(f"{to.url} has no Graph Store Protocol that is known here: give its address with --store-url.")
    return replace(to, graphs=None) if via == "update" else to


def _kind_of(client: Client, url: str) -> str:
    server = client.request("GET", url).headers.get("Server", "").lower()
    kind = next((kind for kind in _PATHS if server.startswith(kind)), None)
    if kind is None:
        raise UserError(
            f"{url} does not say what store it is: give --kind {', '.join(KINDS[:-1])} or {KINDS[-1]} "
            "(any that has SPARQL query and update)."
        )
    return kind


def count(client: Client, to: Target, graph: ox.NamedNode) -> int:
    """Return how many triples the store has in a named graph. Raises UserError where it gives no number."""
    query = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
    response = client.demand(_ask(client, to, query, _RESULTS))
    try:
        form = ox.QueryResultsFormat.from_media_type(response.media_type)
        if form is None:
            raise UserError(_no_answer(to.query, response, "SPARQL results"))
        rows = ox.parse_query_results(response.body, form)
        if isinstance(rows, ox.QuerySolutions):
            ((number,),) = rows
            if isinstance(number, ox.Literal):
                return int(number.value)
    except (SyntaxError, ValueError):
        pass
    raise UserError(f"{to.query} gives no number where triples are to be counted: is it a SPARQL endpoint?")


def read(client: Client, to: Target, graph: ox.NamedNode) -> list[ox.Triple]:
    """Return the triples of a named graph; none where the store has no such graph. Raises UserError for no RDF."""
    if to.graphs:
        response = client.request("GET", _graph(to.graphs, graph), accept=_TRIPLES)
        if response.status == 404:
            return []
    else:
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
        response = _ask(client, to, query, _TRIPLES)
    client.demand(response)
    form = ox.RdfFormat.from_media_type(response.media_type)
    if form is None:
        raise UserError(_no_answer(to.graphs or to.query, response, "N-Triples"))
    try:
        return [quad.triple for quad in ox.parse(response.body, form)]
    except (SyntaxError, ValueError) as error:
        raise UserError(
            f"{to.graphs or to.query} answers with broken {response.media_type} ({error}): is it well?"
        ) from None


def write(client: Client, to: Target, graph: ox.NamedNode, triples: Sequence[ox.Triple]) -> None:
    """Put triples into a named graph, in place of what was there. Raises UserError where the store does not take them.

    By SPARQL, what has a blank node goes with the first request, which also empties the graph: a blank node is the
    same only within a request, and a request that is sent again must not add a second one.
    """
    if to.graphs:
        body = _ntriples(triples)
        client.demand(client.request("PUT", _graph(to.graphs, graph), body=body, media_type="application/n-triples"))
        return
    blank = [triple for triple in triples if ox.BlankNode in (type(triple.subject), type(triple.object))]
    ground = [triple for triple in triples if ox.BlankNode not in (type(triple.subject), type(triple.object))]
    # A template and not INSERT DATA, in which Virtuoso 7 takes no blank nodes.
    requests = [f"INSERT {{ {_pattern(graph, blank)} }} WHERE {{ }}"] if blank else []
    requests += [
        f"INSERT DATA {{ {_pattern(graph, ground[start : start + _BATCH])} }}"
        for start in range(0, len(ground), _BATCH)
    ]
    requests[0] = f"DROP SILENT GRAPH {graph} ;\n{requests[0]}"
    for request in requests:
        change(client, to, request)


def _pattern(graph: ox.NamedNode, triples: Iterable[ox.Triple]) -> str:
    return f"GRAPH {graph} {{\n{_ntriples(triples).decode()}}}"


def copy(client: Client, to: Target, pairs: Iterable[tuple[ox.NamedNode, ox.NamedNode]]) -> None:
    """Make the second of each pair of graphs what the first one is, all in one request."""
    change(client, to, " ;\n".join(f"COPY GRAPH {source} TO GRAPH {graph}" for source, graph in pairs))


def drop(client: Client, to: Target, graphs: Iterable[ox.NamedNode]) -> None:
    """Remove named graphs, those among them that are there."""
    for graph in graphs:
        change(client, to, f"DROP SILENT GRAPH {graph}")


def change(client: Client, to: Target, text: str) -> None:
    """Send a SPARQL update. Raises UserError where the store does not do it."""
    client.demand(client.request("POST", to.update, body=text.encode(), media_type="application/sparql-update"))


def _ask(client: Client, to: Target, query: str, accept: str) -> Response:
    return client.request("GET", _with(to.query, "query", query), accept=accept)


def _graph(store: str, graph: ox.NamedNode) -> str:
    return _with(store, "graph", graph.value)


def _with(url: str, key: str, value: str) -> str:
    """Return an address with a parameter more, after those that it has."""
    parts = urlsplit(url)
    query = f"{parts.query}&" if parts.query else ""
    return parts._replace(query=query + urlencode({key: value}, quote_via=quote), fragment="").geturl()


def _ntriples(triples: Iterable[ox.Triple]) -> bytes:
    written = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert written is not None  # noqa: S101 - as no file was given to write to
    return written


def _no_answer(url: str, response: Response, wanted: str) -> str:
    return (
        f"{url} answers with {response.media_type} and not with {wanted}: "
        "is it the address of the endpoint itself, and not of a page about it?"
    )
