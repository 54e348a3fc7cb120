"""A triple store seen by ``imt load``: its addresses, and reading and writing its named graphs.

Graphs are read and written by the SPARQL 1.1 Graph Store HTTP Protocol if the store has it, otherwise by SPARQL 1.1
queries and updates. Every operation is idempotent, so a request without an answer may be sent again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox

from rdfkit.base import UserError
from rdfkit.stores.http import Client
from rdfkit.stores.http_errors import check_url
from rdfkit.stores.response import Response

STORES = ("oxigraph", "virtuoso", "generic")
"""Names of the stores that ``--store`` accepts; ``generic`` is any store with SPARQL query and update."""

_EXAMPLE = "http://127.0.0.1:7878"
_PATHS = {
    "oxigraph": ("/query", "/update", "/store"),
    # The addresses that require a login: everybody may query /sparql, unless an administrator forbids it.
    "virtuoso": ("/sparql-auth", "/sparql-auth", "/sparql-graph-crud-auth"),
}
"""Paths of query, update and Graph Store Protocol below the base address, for each store."""

_ENDINGS = ("/sparql-graph-crud-auth", "/sparql-graph-crud", "/sparql-auth", "/sparql", "/query", "/update", "/store")
_TRIPLES = "application/n-triples, text/turtle;q=0.5"
_RESULTS = "application/sparql-results+json"
_MAX_BATCH_TRIPLES = 1000
"""Triples of one INSERT DATA: about 200 kB, which every tested store accepts."""


@dataclass(frozen=True)
class Target:
    """A triple store and its addresses.

    ``graphs`` is the address of its Graph Store Protocol, or None to read and write by SPARQL. ``atomic`` says whether
    one update request that copies several graphs copies either all of them or none.
    """

    store: str
    url: str
    query: str
    update: str
    graphs: str | None
    atomic: bool


def target(  # noqa: PLR0913 - what the command takes
    client: Client, url: str, store: str | None, *, query: str | None, update: str | None, graphs: str | None
) -> Target:
    """Return the store at ``url``: its base address, or for a generic one the address of both query and update.

    ``store`` is one of `STORES`; without it, the ``Server`` header of the store decides. ``query``, ``update`` and
    ``graphs`` override single addresses. Raises UserError for an invalid address or an unknown store.
    """
    for address in (url, query, update, graphs):
        if address is not None:
            check_url(address, _EXAMPLE)
    store = store or _detect(client, url)
    if store == "generic":
        found = Target(store, url, url, url, None, atomic=True)
    else:
        base = url.rstrip("/")
        for ending in _ENDINGS:
            if urlsplit(base).path == ending:
                base = base.removesuffix(ending)
        at_query, at_update, at_graphs = (base + path for path in _PATHS[store])
        found = Target(store, base, at_query, at_update, at_graphs, atomic=store == "oxigraph")
    return replace(found, query=query or found.query, update=update or found.update, graphs=graphs or found.graphs)


def with_protocol(to: Target, protocol: str | None) -> Target:
    """Return the store, used by ``graph-store`` protocol, by SPARQL ``update``, or (None) by the better of them.

    Raises UserError for ``graph-store`` if the address of that protocol is not known.
    """
    if protocol == "graph-store" and not to.graphs:
        raise UserError(f"{to.url} has no known address for the Graph Store Protocol: give it with --store-url.")
    return replace(to, graphs=None) if protocol == "update" else to


def _detect(client: Client, url: str) -> str:
    server = client.request("GET", url).headers.get("Server", "").lower()
    store = next((store for store in _PATHS if server.startswith(store)), None)
    if store is None:
        raise UserError(
            f"{url} does not say which store it is: give --store {', '.join(STORES[:-1])} or {STORES[-1]} "
            "(any store with SPARQL query and update)."
        )
    return store


def count(client: Client, to: Target, graph: ox.NamedNode) -> int:
    """Return the number of triples in a named graph. Raises UserError if the store answers with no number."""
    query = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
    response = client.require_ok(_ask(client, to, query, _RESULTS))
    try:
        results = ox.QueryResultsFormat.from_media_type(response.media_type)
        if results is None:
            raise UserError(_wrong_type(to.query, response, "SPARQL results"))
        rows = ox.parse_query_results(response.body, results)
        if isinstance(rows, ox.QuerySolutions):
            ((number,),) = rows
            if isinstance(number, ox.Literal):
                return int(number.value)
    except (SyntaxError, ValueError):
        pass
    raise UserError(f"{to.query} answers COUNT with no number: check that it is a SPARQL endpoint.")


def read(client: Client, to: Target, graph: ox.NamedNode) -> list[ox.Triple]:
    """Return the triples of a named graph; none if the store has no such graph. Raises UserError for invalid RDF."""
    if to.graphs:
        response = client.request("GET", _graph(to.graphs, graph), accept=_TRIPLES)
        if response.status == 404:
            return []
    else:
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
        response = _ask(client, to, query, _TRIPLES)
    client.require_ok(response)
    rdf = ox.RdfFormat.from_media_type(response.media_type)
    if rdf is None:
        raise UserError(_wrong_type(to.graphs or to.query, response, "N-Triples"))
    try:
        return [quad.triple for quad in ox.parse(response.body, rdf)]
    except (SyntaxError, ValueError) as error:
        raise UserError(
            f"{to.graphs or to.query} answers with invalid {response.media_type} ({error}): check the store."
        ) from None


def write(client: Client, to: Target, graph: ox.NamedNode, triples: Sequence[ox.Triple]) -> None:
    """Replace the content of a named graph by ``triples``. Raises UserError if the store does not accept them.

    By SPARQL, the first request empties the graph and adds all triples with blank nodes: a blank node keeps its
    identity only within one request, and a repeated request must not add a second copy.
    """
    if to.graphs:
        body = _ntriples(triples)
        client.require_ok(
            client.request("PUT", _graph(to.graphs, graph), body=body, media_type="application/n-triples")
        )
        return
    blank = [triple for triple in triples if ox.BlankNode in (type(triple.subject), type(triple.object))]
    ground = [triple for triple in triples if ox.BlankNode not in (type(triple.subject), type(triple.object))]
    # A template and not INSERT DATA, in which Virtuoso 7 accepts no blank nodes.
    requests = [f"INSERT {{ {_pattern(graph, blank)} }} WHERE {{ }}"] if blank else []
    requests += [
        f"INSERT DATA {{ {_pattern(graph, ground[start : start + _MAX_BATCH_TRIPLES])} }}"
        for start in range(0, len(ground), _MAX_BATCH_TRIPLES)
    ]
    requests[0] = f"DROP SILENT GRAPH {graph} ;\n{requests[0]}"
    for request in requests:
        update(client, to, request)


def _pattern(graph: ox.NamedNode, triples: Iterable[ox.Triple]) -> str:
    return f"GRAPH {graph} {{\n{_ntriples(triples).decode()}}}"


def copy(client: Client, to: Target, pairs: Iterable[tuple[ox.NamedNode, ox.NamedNode]]) -> None:
    """Copy the first graph of each pair over the second, all in one request."""
    update(client, to, " ;\n".join(f"COPY GRAPH {source} TO GRAPH {graph}" for source, graph in pairs))


def drop(client: Client, to: Target, graphs: Iterable[ox.NamedNode]) -> None:
    """Remove named graphs; those that do not exist are skipped."""
    for graph in graphs:
        update(client, to, f"DROP SILENT GRAPH {graph}")


def update(client: Client, to: Target, text: str) -> None:
    """Send a SPARQL update. Raises UserError if the store does not carry it out."""
    client.require_ok(client.request("POST", to.update, body=text.encode(), media_type="application/sparql-update"))


def _ask(client: Client, to: Target, query: str, accept: str) -> Response:
    return client.request("GET", _with_parameter(to.query, "query", query), accept=accept)


def _graph(address: str, graph: ox.NamedNode) -> str:
    return _with_parameter(address, "graph", graph.value)


def _with_parameter(url: str, key: str, value: str) -> str:
    """Return an address with one more query parameter."""
    parts = urlsplit(url)
    query = f"{parts.query}&" if parts.query else ""
    return parts._replace(query=query + urlencode({key: value}, quote_via=quote), fragment="").geturl()


def _ntriples(triples: Iterable[ox.Triple]) -> bytes:
    written = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert written is not None  # noqa: S101 - bytes, as no output file was given
    return written


def _wrong_type(url: str, response: Response, wanted: str) -> str:
    return (
        f"{url} answers with {response.media_type} and not with {wanted}: "
        "give the address of the endpoint itself, not of a page about it."
    )
