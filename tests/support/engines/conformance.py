"""The same rows in five engines: every saved query, with its defaults and with every example of each parameter.

Each engine gets the graph by its own loader or by `imt load`, is asked the same texts over the same named graphs, and
is then read back. Run as a module, it prints the table of engines by topics and returns 1 where anything differs.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from imaging_trials.build import build
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs, rdflib_adapter
from rdfkit.sparql import guard, query_tests, results, saved
from rdfkit.sparql.results import Answer
from rdfkit.sparql.saved import SavedQuery
from rdfkit.stores import embedded, literal_values, sparql_client
from tests.support.engines import jena
from tests.support.servers import Server, isql, oxigraph_server, virtuoso_server

LIMIT = 300.0
"""Seconds that any one query may take in an engine behind HTTP."""

Rows = list[object]
"""The rows of an answer, in its order: pairs of variable and term; for CONSTRUCT the triples, for ASK one boolean."""


class Setting(NamedTuple):
    """A saved query with its defaults, or with an example in place of one of them."""

    query: SavedQuery
    example: str
    text: str

    @property
    def name(self) -> str:
        """The name that is printed for it."""
        return f"{self.query.id} {self.example}".rstrip()


class Engine(NamedTuple):
    """An engine with the graph: its name and version, how to query it, and how to read its quads back."""

    name: str
    version: str
    ask: Callable[[str, Sequence[ox.NamedNode]], Rows]
    read: Callable[[], Iterable[ox.Quad]]
    by_value: bool = False
    """Whether numbers come back by value: Virtuoso returns the decimal 100.0 as the integer 100."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of all settings in one engine: for each topic their number, and a sentence for each that differs."""

    name: str
    version: str
    asked: Counter[str]
    differing: dict[Setting, str] = field(default_factory=dict)
    rows: int = 0
    seconds: float = 0.0


@cache
def graph() -> ox.Store:
    """Return the complete graph in the embedded store, with which the others are compared."""
    return embedded.open_store(PROJECT)


@cache
def settings() -> tuple[Setting, ...]:
    """Return every setting of every saved query that asks no other server."""
    found = []
    for query in query_tests.load(PROJECT).values():
        if not query.service:
            found.append(Setting(query, "", query.text))
            for parameter in query.parameters:
                for example in parameter.examples:
                    text = saved.bind(PROJECT, query, {parameter.name: example}, graph())
                    found.append(Setting(query, f"{parameter.name}={example}", text))
    return tuple(found)


@cache
def expected(setting: Setting) -> Rows:
    """Return the embedded engine's rows."""
    return rows_of(results.ask(PROJECT, graph(), setting.text, setting.query.dataset))


def rows_of(answer: Answer) -> Rows:
    """Return the rows of an answer with every term exactly as it is; triples, which are a set, sorted."""
    if isinstance(answer, ox.QueryBoolean):
        return [bool(answer)]
    if isinstance(answer, ox.QueryTriples):
        return sorted(set(answer), key=str)
    names = [variable.value for variable in answer.variables]
    return [tuple((name, row[name]) for name in names if row[name] is not None) for row in answer]


def compare(engine: Engine) -> Outcome:
    """Return the outcome of all settings in an engine; the order of rows counts, as every query sorts."""
    asked: Counter[str] = Counter()
    differing: dict[Setting, str] = {}
    total = 0
    seconds = 0.0
    for setting in settings():
        asked[setting.query.topic] += 1
        wanted = expected(setting)
        begin = time.perf_counter()
        try:
            found = engine.ask(setting.text, named_graphs.dataset(PROJECT, graph(), setting.query.dataset))
        except Exception as error:  # noqa: BLE001 - each engine has its own errors, and each is a difference
            differing[setting] = f"{type(error).__name__}: {error}"[:300]
            continue
        finally:
            seconds += time.perf_counter() - begin
        total += len(found)
        if engine.by_value:
            found, wanted = valued(found), valued(wanted)
        if found != wanted:
            differing[setting] = _difference(wanted, found)
    return Outcome(engine.name, engine.version, asked, differing, total, seconds)


def valued(rows: Rows) -> Rows:
    """Return rows with one spelling for each value of a literal, so that they can be compared by value."""

    def same(term: object) -> object:
        return literal_values.canonical(term) if isinstance(term, ox.Literal) else term

    found: Rows = []
    for row in rows:
        if isinstance(row, ox.Triple):
            found.append(literal_values.canonical_triple(row))
        elif isinstance(row, tuple):
            found.append(tuple((name, same(term)) for name, term in row))
        else:
            found.append(row)
    return found


def _difference(wanted: Rows, found: Rows) -> str:
    lost, new = (Counter(first) - Counter(second) for first, second in ((wanted, found), (found, wanted)))
    if not lost and not new:
        return "the same rows in another order"
    one = [f"{what} {next(iter(rows))}"[:300] for what, rows in (("lacks", lost), ("has", new)) if rows]
    return f"{lost.total()} rows lost and {new.total()} new: {'; '.join(one)}"


def fingerprint(quads: Iterable[ox.Quad]) -> str:
    """Return the SHA-256 of the canonical N-Quads of a dataset (W3C RDFC-1.0), the same for isomorphic datasets."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(f"{quad} .\n" for quad in dataset)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def fingerprint_by_value(quads: Iterable[ox.Quad]) -> str:
    """Return the fingerprint of a dataset in which each literal has the one spelling of its value."""
    same = ((literal_values.canonical_triple(quad.triple), quad.graph_name) for quad in quads)
    return fingerprint(ox.Quad(one.subject, one.predicate, one.object, name) for one, name in same)


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the lines of the table: of how many settings of each topic an engine gives the same answer."""
    topics = sorted({topic for outcome in outcomes for topic in outcome.asked})
    columns = [f"{outcome.name} {outcome.version}" for outcome in outcomes]
    lines = [["saved queries, each setting", *columns]]
    for topic in topics:
        wrong = [sum(setting.query.topic == topic for setting in outcome.differing) for outcome in outcomes]
        cells = [
            f"{outcome.asked[topic] - n} of {outcome.asked[topic]}" for outcome, n in zip(outcomes, wrong, strict=True)
        ]
        lines.append([topic, *cells])
    queries = {setting.query.id for setting in settings()}
    lines.append(
        [
            f"all {len(queries)} queries",
            *(f"{o.asked.total() - len(o.differing)} of {o.asked.total()}" for o in outcomes),
        ]
    )
    lines.append(["rows", *(f"{outcome.rows:,}" for outcome in outcomes)])
    lines.append(["differing", *(f"{len(outcome.differing)}" for outcome in outcomes)])
    lines.append(["seconds", *(f"{outcome.seconds:.1f}" for outcome in outcomes)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return [
        "  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))])
        for line in lines
    ]


def release(folder: Path) -> Path:
    """Build the graph into a folder, and return its file of quads."""
    build.build(folder, validate=False)
    return folder / build.QUADS


@contextmanager
def in_pyoxigraph(file: Path, _folder: Path) -> Iterator[Engine]:
    """Yield pyoxigraph with a file of quads, by its bulk loader."""
    loaded = ox.Store()
    loaded.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)

    def ask(text: str, graphs: Sequence[ox.NamedNode]) -> Rows:
        return rows_of(loaded.query(text, default_graph=list(graphs), named_graphs=list(graphs)))

    yield Engine("pyoxigraph", version("pyoxigraph"), ask, lambda: loaded)


@contextmanager
def in_oxigraph(file: Path, folder: Path) -> Iterator[Engine]:
    """Yield an Oxigraph server with a file of quads."""
    with oxigraph_server(folder) as server:
        imt_load(server, file)
        yield Engine("Oxigraph server", version("oxigraph"), asking(server), lambda: held_at(server.query))


@contextmanager
def in_virtuoso(file: Path, folder: Path) -> Iterator[Engine]:
    """Yield a Virtuoso with a file of quads."""
    with virtuoso_server(folder) as server:
        imt_load(server, file)
        number = isql(server, "SELECT sys_stat('st_dbms_ver');").split()[-1]
        yield Engine("Virtuoso", number, asking(server), lambda: held_at(server.query), by_value=True)


@contextmanager
def in_jena(file: Path, _folder: Path) -> Iterator[Engine]:
    """Yield Jena in this process with a file of quads, by its own parser."""
    loaded = jena.load(file)
    yield Engine(
        "Jena",
        str(jena.java("org.apache.jena.Jena").VERSION),
        lambda text, graphs: rows_of(jena.ask(loaded, text, graphs)),
        lambda: ox.parse(jena.dump(loaded), ox.RdfFormat.N_QUADS),
    )


@contextmanager
def in_rdflib(file: Path, _folder: Path) -> Iterator[Engine]:
    """Yield rdflib with a file of quads, by its own parser."""
    import rdflib

    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        loaded = rdflib.Dataset()
        loaded.parse(str(file), format="nquads")
        yield Engine("rdflib", rdflib.__version__, _Views(loaded).ask, lambda: _rdflib_quads(loaded))
    finally:
        rdflib.NORMALIZE_LITERALS = before


ENGINES: tuple[Callable[[Path, Path], AbstractContextManager[Engine]], ...] = (
    in_pyoxigraph,
    in_oxigraph,
    in_virtuoso,
    in_jena,
    in_rdflib,
)


class _Views:
    """An rdflib dataset as a query sees it: it has no way to say which of its graphs are the query's dataset."""

    def __init__(self, loaded: Any) -> None:
        self._dataset = loaded
        self._views: dict[tuple[bool, tuple[ox.NamedNode, ...]], Any] = {}

    def ask(self, text: str, graphs: Sequence[ox.NamedNode]) -> Rows:
        named = any(token.upper() == "GRAPH" for kind, token, _ in guard.tokens(text) if kind == "word")
        key = (named, tuple(graphs))
        if key not in self._views:
            self._views[key] = self._view(*key)
        result = self._views[key].query(text)
        if result.type == "ASK":
            return [bool(result.askAnswer)]
        if result.type == "CONSTRUCT":
            return sorted((_triple(*triple) for triple in result.graph), key=str)
        return [
            tuple(
                (str(name), rdflib_adapter.from_rdflib(row[name])) for name in result.vars if row.get(name) is not None
            )
            for row in result.bindings
        ]

    def _view(self, named: bool, graphs: tuple[ox.NamedNode, ...]) -> Any:
        import rdflib

        # A query without GRAPH is many times faster over one graph than over the union of several.
        view = rdflib.Dataset(default_union=True) if named else rdflib.Graph(bind_namespaces="none")
        for name in graphs:
            target = view.graph(rdflib.URIRef(name.value)) if isinstance(view, rdflib.Dataset) else view
            for triple in self._dataset.graph(rdflib.URIRef(name.value)):
                target.add(triple)
        return view


def _triple(*nodes: Any) -> ox.Triple:
    subject, predicate, value = (rdflib_adapter.from_rdflib(node) for node in nodes)
    return ox.Triple(subject, predicate, value)  # type: ignore[arg-type]  # rdflib's own types do not say so


def _rdflib_quads(loaded: Any) -> Iterator[ox.Quad]:
    for *nodes, name in loaded.quads():
        triple = _triple(*nodes)
        yield ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(str(name)))


def asking(server: Server, limit: float = LIMIT) -> Callable[[str, Sequence[ox.NamedNode]], Rows]:
    """Return what asks a server, as `imt query --endpoint` does, with so many seconds for a query."""
    return lambda text, graphs: rows_of(sparql_client.ask_endpoint(server.query, text, graphs, timeout=limit))


def imt_load(server: Server, file: Path) -> None:
    """Load a file of quads into a server by the command `imt load`."""
    command = [sys.executable, "-m", "imaging_trials", "load", "--to", server.base, "--from", str(file)]
    command += ["--user", server.user] if server.user else []
    environment = {**os.environ, **({"IMT_PASSWORD": server.password} if server.password else {})}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise RuntimeError(f"imt load: {done.stderr}")


def held_at(url: str) -> Iterator[ox.Quad]:
    """Yield the quads of an endpoint in graphs of this project, each read by CONSTRUCT."""
    prefix = PROJECT.prefixes["graph"]
    text = f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER (STRSTARTS(STR(?g), '{prefix}')) }}"
    names = sparql_client.ask_endpoint(url, text, timeout=LIMIT)
    assert isinstance(names, ox.QuerySolutions)
    for number, row in enumerate(names):
        name = row[0]
        assert isinstance(name, ox.NamedNode)
        answer = sparql_client.ask_endpoint(url, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", [name], timeout=LIMIT)
        assert isinstance(answer, ox.QueryTriples)
        for triple in answer:
            subject, value = (_apart(term, number) for term in (triple.subject, triple.object))
            yield ox.Quad(subject, triple.predicate, value, name)


def _apart(term: Any, number: int) -> Any:
    """Return a blank node with a label that no other answer uses."""
    return ox.BlankNode(f"g{number}x{term.value}") if isinstance(term, ox.BlankNode) else term


def main() -> int:
    """Print the table, and what differs; return 1 where anything does."""
    outcomes = []
    status = 0
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        file = release(Path(name))
        wanted = fingerprint(graph())
        for start in ENGINES:
            folder = Path(name, start.__name__)
            folder.mkdir()
            engine = stack.enter_context(start(file, folder))
            outcomes.append(compare(engine))
            for setting, sentence in outcomes[-1].differing.items():
                print(f"{engine.name}: {setting.name}: {sentence}")
                status = 1
            if fingerprint(engine.read()) != wanted:
                print(f"{engine.name}: the dataset read back is another one")
                status = 1
    print("\n".join(table(outcomes)))
    return status


if __name__ == "__main__":
    sys.exit(main())
