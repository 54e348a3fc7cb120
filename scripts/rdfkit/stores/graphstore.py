"""A triple store seen by ``imt load``: its addresses, and reading and writing its named graphs.

Graphs are read and written by the SPARQL 1.1 Graph Store HTTP Protocol if the store has it, otherwise by SPARQL 1.1
queries and updates. Every operation is idempotent, so a request without an answer may be sent again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox

from rdfkit.base import UserError
from rdfkit.stores import virtuoso_numbers
from rdfkit.stores.content import GraphName
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
"""Triples of one INSERT DATA: Virtuoso 7 refuses a text that it compiles to more than 10,000 lines."""

_MAX_BATCH_BYTES = 1_000_000
"""Of one INSERT DATA, unless a single triple is larger: Virtuoso 7 refuses 10 MB."""

_MAX_VIRTUOSO_TRIPLE_BYTES = 60_000
"""The Graph Store Protocol of Virtuoso 7 answers 500 to N-Triples with a longer line; SPARQL update does not."""

Report = Callable[[str], None]
"""Called with a short description of each step before it starts."""


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


def select(client: Client, to: Target, query: str) -> list[tuple[ox.NamedNode | ox.BlankNode | ox.Literal | None, ...]]:
    """Return the rows of a SELECT query. Raises UserError if the store answers with anything else."""
    response = client.require_ok(_ask(client, to, query, _RESULTS))
    results = ox.QueryResultsFormat.from_media_type(response.media_type)
    if results is None:
        raise UserError(_wrong_type(to.query, response, "SPARQL results"))
    try:
        rows = ox.parse_query_results(response.body, results)
        if isinstance(rows, ox.QuerySolutions):
            return [tuple(row) for row in rows]
    except (SyntaxError, ValueError):
        pass
    raise UserError(f"{to.query} answers a query with no SPARQL result: check that it is a SPARQL endpoint.")


def count(client: Client, to: Target, graph: GraphName) -> int:
    """Return the number of triples in a graph. Raises UserError if the store answers with no number."""
    if isinstance(graph, ox.DefaultGraph):  # a query without GRAPH may ask the merge of all graphs instead
        return len(set(read(client, to, graph)))
    rows = select(client, to, f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}")
    number = rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else None
    if isinstance(number, ox.Literal) and number.value.isdecimal():
        return int(number.value)
    raise UserError(f"{to.query} answers COUNT with no number: check that it is a SPARQL endpoint.")


def read(client: Client, to: Target, graph: GraphName) -> list[ox.Triple]:
    """Return the triples of a graph; none if the store has no such graph. Raises UserError for invalid RDF."""
    found = _read(client, to, graph)
    if to.store == "virtuoso" and any(map(_is_rounded, found)):
        return virtuoso_numbers.exact(found, _numbers(client, to, graph))
    return found


def _numbers(client: Client, to: Target, graph: GraphName) -> list[ox.Triple]:
    """Return the triples of a graph whose objects are numbers, in Turtle; strings in it may be invalid in Virtuoso."""
    kinds = ", ".join(f"<{kind}>" for kind in virtuoso_numbers.DATATYPES)
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} FILTER(DATATYPE(?o) IN ({kinds})) }}"
    return _parsed(client, to.query, _ask(client, to, query, "text/turtle"), "Turtle")


def _is_rounded(triple: ox.Triple) -> bool:
    return isinstance(triple.object, ox.Literal) and virtuoso_numbers.is_rounded(triple.object)


def _read(client: Client, to: Target, graph: GraphName) -> list[ox.Triple]:
    if to.graphs:
        response = client.request("GET", _graph(to.graphs, graph), accept=_TRIPLES)
        return [] if response.status == 404 else _parsed(client, to.graphs, response, "N-Triples")
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
    return _parsed(client, to.query, _ask(client, to, query, _TRIPLES), "N-Triples")


def _parsed(client: Client, url: str, response: Response, wanted: str) -> list[ox.Triple]:
    client.require_ok(response)
    rdf = ox.RdfFormat.from_media_type(response.media_type)
    if rdf is None:
        raise UserError(_wrong_type(url, response, wanted))
    try:
        return [quad.triple for quad in ox.parse(response.body, rdf)]
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{url} answers with invalid {response.media_type} ({error}): check the store.") from None
    except MemoryError:  # the parser's own limit on the length of one token
        raise UserError(f"{url} answers with a literal of more than 16 MB, which cannot be compared here.") from None


def write(client: Client, to: Target, graph: GraphName, triples: Sequence[ox.Triple]) -> None:
    """Replace the content of a graph by ``triples``. Raises UserError if the store does not accept them.

    By SPARQL, the first request empties the graph and adds all triples with blank nodes: a blank node keeps its
    identity only within one request, and a repeated request must not add a second copy.
    """
    lines = [_ntriples([triple]) for triple in triples]
    if to.graphs and not (to.store == "virtuoso" and any(len(line) > _MAX_VIRTUOSO_TRIPLE_BYTES for line in lines)):
        body = b"".join(lines)
        client.require_ok(
            client.request("PUT", _graph(to.graphs, graph), body=body, media_type="application/n-triples")
        )
        return
    has_blank = [ox.BlankNode in (type(triple.subject), type(triple.object)) for triple in triples]
    blank = [line for line, own in zip(lines, has_blank, strict=True) if own]
    ground = [line for line, own in zip(lines, has_blank, strict=True) if not own]
    # A template and not INSERT DATA, in which Virtuoso 7 accepts no blank nodes.
    requests = [f"INSERT {{ {_pattern(graph, blank)} }} WHERE {{ }}"] if blank else []
    requests += [f"INSERT DATA {{ {_pattern(graph, batch)} }}" for batch in _batches(ground)]
    requests[0] = f"DROP SILENT {_keyword(graph)} ;\n{requests[0]}"
    for request in requests:
        update(client, to, request)


def _batches(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == _MAX_BATCH_TRIPLES or size + len(line) > _MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch


def _pattern(graph: GraphName, lines: Iterable[bytes]) -> str:
    triples = b"".join(lines).decode()
    return f"GRAPH {graph} {{\n{triples}}}" if isinstance(graph, ox.NamedNode) else triples


def _keyword(graph: GraphName) -> str:
    return f"GRAPH {graph}" if isinstance(graph, ox.NamedNode) else "DEFAULT"


def copy(client: Client, to: Target, pairs: Iterable[tuple[ox.NamedNode, GraphName]], condition: str = "") -> None:
    """Copy the first graph of each pair over the second, all in one request, where ``condition`` matches.

    ``condition`` is a graph pattern with one match at most. Without a match nothing happens, so a request that reaches
    the store late does no harm. COPY has no condition, and it empties the second graph if the first does not exist, in
    Oxigraph and in Virtuoso. Virtuoso is sent COPY nevertheless: there the other form takes minutes for large graphs.
    """
    if to.store == "virtuoso":
        parts = [f"COPY {_keyword(source)} TO {_keyword(graph)}" for source, graph in pairs]
    else:
        parts = []
        for source, graph in pairs:
            old, new = _any_triple(graph), _any_triple(source)
            parts.append(f"DELETE {{ {old} }} WHERE {{ {condition} {old} }}")
            parts.append(f"INSERT {{ {old} }} WHERE {{ {condition} {new} }}")
    update(client, to, " ;\n".join(parts))


def _any_triple(graph: GraphName) -> str:
    return f"GRAPH {graph} {{ ?s ?p ?o }}" if isinstance(graph, ox.NamedNode) else "?s ?p ?o ."


def drop(client: Client, to: Target, graphs: Iterable[ox.NamedNode]) -> None:
    """Remove named graphs; those that do not exist are skipped."""
    for graph in graphs:
        update(client, to, f"DROP SILENT GRAPH {graph}")


def update(client: Client, to: Target, text: str) -> None:
    """Send a SPARQL update. Raises UserError if the store does not carry it out."""
    client.require_ok(client.request("POST", to.update, body=text.encode(), media_type="application/sparql-update"))


@contextmanager
def context(what: str) -> Iterator[None]:
    """Put ``what`` before the message of a UserError."""
    try:
        yield
    except UserError as error:
        raise UserError(f"{what}: {error}") from error


def _ask(client: Client, to: Target, query: str, accept: str) -> Response:
    return client.request("GET", _with_parameter(to.query, "query", query), accept=accept)


def _graph(address: str, graph: GraphName) -> str:
    if isinstance(graph, ox.NamedNode):
        return _with_parameter(address, "graph", graph.value)
    return f"{address}{'&' if urlsplit(address).query else '?'}default"


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
