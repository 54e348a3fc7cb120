"""A triple store seen by ``imt load``: its addresses, and reading and writing its named graphs.

Graphs are read and written by the SPARQL 1.1 Graph Store HTTP Protocol if the store has it, otherwise by SPARQL 1.1
queries and updates. Every operation is idempotent, so a request without an answer may be sent again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox

from rdfkit.base import UserError
from rdfkit.stores import virtuoso_numbers
from rdfkit.stores.content import GraphName, has_blank
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

_MAX_ADDRESS_QUERY = 2000
"""Characters of a query that is sent in the address; servers accept 8 kB at least."""

_NUMBERED = "urn:rdfkit:graph:"
_IS_BLANK = "isBlank(?s) || isBlank(?o)"

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
    return _with_exact_numbers(client, to, _read(client, to, graph), "?s ?p ?o", f"GRAPH {graph} {{ ?s ?p ?o }}")


def read_linked(client: Client, to: Target, graphs: Sequence[GraphName]) -> list[ox.Triple]:
    """Return the triples with blank nodes of several graphs from one answer, in which a label means one node.

    The predicates are `numbered` by the place of their graph in ``graphs``. Raises UserError for invalid RDF, and if
    queries cannot address the default graph that is among ``graphs``.
    """
    if ox.DefaultGraph() in graphs:
        require_default_graph(client, to)
    numbers = {graph: f'"{number}"' for number, graph in enumerate(graphs)}
    parts = _parts(numbers, "?s ?p ?o")
    where = f'{parts} FILTER({_IS_BLANK}) BIND(IRI(CONCAT("{_NUMBERED}", ?n, ":", STR(?p))) AS ?q)'
    query = f"CONSTRUCT {{ ?s ?q ?o }} WHERE {{ {where} }}"
    found = _parsed(client, to.query, _ask(client, to, query, _TRIPLES), "N-Triples")
    return _with_exact_numbers(client, to, found, "?s ?q ?o", where)


def numbered(predicate: ox.NamedNode, number: int) -> ox.NamedNode:
    """Return the predicate that `read_linked` has for a predicate in the graph with that number."""
    return ox.NamedNode(f"{_NUMBERED}{number}:{predicate.value}")


def shares(client: Client, to: Target, groups: Sequence[Sequence[GraphName]]) -> set[int]:
    """Return which groups of graphs, by number, have a blank node in common with another one of ``groups``."""
    numbers = {graph: f'"{number:09}"' for number, group in enumerate(groups) for graph in group}
    if ox.DefaultGraph() in numbers and not _asks_default_graph(client, to):
        del numbers[ox.DefaultGraph()]
    parts = _parts(numbers, "{ ?x ?p ?o } UNION { ?s ?p ?x }")
    query = f"SELECT (MIN(?n) AS ?a) (MAX(?n) AS ?b) WHERE {{ {parts} FILTER(isBlank(?x)) }} GROUP BY ?x"
    rows = select(client, to, f"SELECT DISTINCT ?a ?b WHERE {{ {{ {query} }} FILTER(?a != ?b) }}")
    return {int(term.value) for row in rows for term in row if isinstance(term, ox.Literal)}


def _parts(numbers: Mapping[GraphName, str], pattern: str) -> str:
    """Return a graph pattern for ``pattern`` in each of these graphs, with ?n as the number of the graph."""
    named = " ".join(f"({graph} {number})" for graph, number in numbers.items() if isinstance(graph, ox.NamedNode))
    parts = [f"{{ VALUES (?g ?n) {{ {named} }} GRAPH ?g {{ {pattern} }} }}"]
    if ox.DefaultGraph() in numbers:
        parts.append(f"{{ {pattern} BIND({numbers[ox.DefaultGraph()]} AS ?n) }}")
    return f"{{ {' UNION '.join(parts)} }}"


def require_default_graph(client: Client, to: Target) -> None:
    """Raise UserError if queries cannot address the default graph."""
    if not _asks_default_graph(client, to):
        raise UserError(
            f"Queries at {to.query} do not ask the default graph alone, so the blank nodes that it shares with other "
            "graphs cannot be compared: give --default-graph NAME to load its triples into a named graph."
        )


def _asks_default_graph(client: Client, to: Target) -> bool:
    """Return whether a query without GRAPH asks the default graph, and no other one, such as the merge of all."""
    blank = {one for one in read(client, to, ox.DefaultGraph()) if has_blank(one)}
    rows = select(client, to, f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s ?p ?o FILTER({_IS_BLANK}) }}")
    return [[getattr(term, "value", "") for term in row] for row in rows] == [[str(len(blank))]]


def _with_exact_numbers(
    client: Client, to: Target, found: list[ox.Triple], template: str, where: str
) -> list[ox.Triple]:
    """Return triples from ``where``, with all digits of the numbers that Virtuoso rounds.

    They come in Turtle, and only they, because strings may be invalid there.
    """
    if to.store != "virtuoso" or not any(map(_is_rounded, found)):
        return found
    kinds = ", ".join(f"<{kind}>" for kind in virtuoso_numbers.DATATYPES)
    query = f"CONSTRUCT {{ {template} }} WHERE {{ {where} FILTER(DATATYPE(?o) IN ({kinds})) }}"
    return virtuoso_numbers.exact(found, _parsed(client, to.query, _ask(client, to, query, "text/turtle"), "Turtle"))


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


def write(client: Client, to: Target, graphs: Mapping[GraphName, Sequence[ox.Triple]]) -> None:
    """Replace the content of each graph by its triples. Raises UserError if the store does not accept them.

    By SPARQL, and always for several graphs, the first request empties the graphs and adds all triples with blank
    nodes: a blank node keeps its identity only within one request, and a repeated request must not add a second copy.
    """
    lines = {graph: [(triple, _ntriples([triple])) for triple in triples] for graph, triples in graphs.items()}
    too_long = any(len(line) > _MAX_VIRTUOSO_TRIPLE_BYTES for of_graph in lines.values() for _, line in of_graph)
    if to.graphs and len(graphs) == 1 and not (to.store == "virtuoso" and too_long):
        for graph, of_graph in lines.items():
            body = b"".join(line for _, line in of_graph)
            client.require_ok(
                client.request("PUT", _graph(to.graphs, graph), body=body, media_type="application/n-triples")
            )
        return
    blank: list[str] = []
    requests: list[str] = []
    for graph, of_graph in lines.items():
        blank_lines = [line for triple, line in of_graph if has_blank(triple)]
        ground = [line for triple, line in of_graph if not has_blank(triple)]
        blank += [_pattern(graph, blank_lines)] if blank_lines else []
        requests += [f"INSERT DATA {{ {_pattern(graph, batch)} }}" for batch in _batches(ground)]
    # A template and not INSERT DATA, in which Virtuoso 7 accepts no blank nodes; WHERE { } fails there for two graphs.
    if blank:
        requests.insert(0, f"INSERT {{ {' '.join(blank)} }} WHERE {{ BIND(1 AS ?one) }}")
    requests[0] = "".join(f"DROP SILENT {_keyword(graph)} ;\n" for graph in graphs) + requests[0]
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
    if len(query) <= _MAX_ADDRESS_QUERY:
        return client.request("GET", _with_parameter(to.query, "query", query), accept=accept)
    body = urlencode({"query": query}, quote_via=quote).encode()
    return client.request("POST", to.query, body=body, media_type="application/x-www-form-urlencoded", accept=accept)


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
