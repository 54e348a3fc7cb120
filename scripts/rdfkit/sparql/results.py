"""Asking the embedded store, and writing what it answers.

An answer is pyoxigraph's own (solutions, triples or a boolean), whether it came from the embedded store or from an
endpoint, so both are written by the same code.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from rdfkit.base.errors import UserError
from rdfkit.base.project import Project
from rdfkit.base.tables import table
from rdfkit.rdf import named_graphs as layers
from rdfkit.sparql.saved import SavedQuery

TYPE_CHECKING = False  # importing typing would take 3 ms of every `imt query`
if TYPE_CHECKING:
    from typing import BinaryIO, TextIO

ROWS = {"csv": QueryResultsFormat.CSV, "tsv": QueryResultsFormat.TSV, "json": QueryResultsFormat.JSON}
TRIPLES = ("ttl", "nt")
FORMATS = ("table", *ROWS, *TRIPLES)

Answer = QuerySolutions | QueryTriples | QueryBoolean


def ask(project: Project, store: Store, text: str, dataset: str | None, *, project_prefixes: bool = False) -> Answer:
    """Return the answer of the embedded store to a query over a dataset (``all``, ``asserted``, ``page``).

    The dataset's graphs, merged, are the query's default graph, and the same graphs are those that GRAPH can name.
    None leaves the dataset to the query's own FROM. Raises UserError for broken SPARQL, with line and column.
    """
    default: list[NamedNode | BlankNode | DefaultGraph] | None = None
    named: list[NamedNode | BlankNode] | None = None
    if dataset is not None:
        names = layers.dataset(project, store, dataset)
        default, named = [*names], [*names]
    prefixes = project.prefixes if project_prefixes else None
    try:
        return store.query(text, prefixes=prefixes, default_graph=default, named_graphs=named)
    except SyntaxError as error:
        from rdfkit.sparql import guard as sparql

        raise UserError(sparql.syntax_sentence(text, error)) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(f"The query cannot be answered: {error}.") from None


def write(project: Project, answer: Answer, form: str, out: TextIO) -> bool:
    """Write an answer in one of `FORMATS`; tell whether there was anything in it (of a boolean: whether it is true).

    csv, tsv and json are the SPARQL 1.1 results formats as Oxigraph writes them, row by row, in UTF-8; ttl and nt are
    sorted, so that the same triples give the same bytes. Raises UserError for a format that does not suit the answer.
    """
    binary = form != "table"
    if isinstance(answer, QueryTriples):
        if form in ROWS:
            raise UserError(f"The query makes triples, and {form} is for rows: choose table, ttl or nt.")
        triples = sorted(answer, key=str)
        if binary:
            out.buffer.write(turtle(project, triples) if form == "ttl" else ntriples(triples))
        else:
            head = ("subject", "predicate", "object")
            out.write(
                table(
                    head,
                    [
                        [short(project, t.subject), short(project, t.predicate), short(project, t.object)]
                        for t in triples
                    ],
                    "triple",
                )
            )
        return bool(triples)
    if form in TRIPLES:
        raise UserError(f"The query makes no triples, and {form} is for those: choose table, csv, tsv or json.")
    if isinstance(answer, QueryBoolean):
        out.write("true\n" if answer else "false\n") if not binary else out.buffer.write(_boolean(answer, form))
        return bool(answer)
    if binary:
        watch = _Watch(out.buffer)
        answer.serialize(watch, ROWS[form])  # type: ignore[arg-type]  # all it needs of a file
        if form == "json":
            out.buffer.write(b"\n")
        return watch.has_rows(form)
    rows = [[short(project, value) for value in row] for row in answer]
    out.write(table([variable.value for variable in answer.variables], rows))
    return bool(rows)


def turtle(project: Project, triples: Iterable[Triple]) -> bytes:
    """Return triples as Turtle with those of the house prefixes that they use."""
    triples = list(triples)
    return in_order(serialize(triples, format=RdfFormat.TURTLE, prefixes=used_prefixes(project, triples)) or b"")


def in_order(data: bytes) -> bytes:
    """Return Turtle or TriG with the prefixes at its head sorted: pyoxigraph writes them in an order of its own."""
    lines = data.splitlines(keepends=True)
    head = next((number for number, line in enumerate(lines) if not line.startswith(b"@prefix ")), len(lines))
    return b"".join(sorted(lines[:head]) + lines[head:])


def used_prefixes(project: Project, triples: Iterable[Triple], more: Iterable[object] = ()) -> dict[str, str]:
    """Return those of the house prefixes that triples use, and ``more`` terms such as names of graphs, sorted."""
    used: set[object] = set(more)
    for triple in triples:
        used |= {triple.subject, triple.predicate, triple.object}
        if isinstance(triple.object, Literal):
            used.add(triple.object.datatype)
    curies = (project.shorten(term.value) for term in used if isinstance(term, NamedNode))
    prefixes = {curie.partition(":")[0] for curie in curies} & project.prefixes.keys()
    return {prefix: project.prefixes[prefix] for prefix in sorted(prefixes)}


def ntriples(triples: Iterable[Triple]) -> bytes:
    """Return triples as N-Triples, one a line."""
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def committed(project: Project, store: Store, query: SavedQuery, text: str | None = None) -> tuple[str, bytes]:
    """Return the answer of a saved query as it lies in ``answers/``: the ending of the file's name, and the bytes.

    Rows are SPARQL TSV, triples sorted N-Triples, a boolean is ``true`` or ``false``. With a text, that is asked
    instead of the file's own, such as one from `catalog.bind`.
    """
    answer = ask(project, store, query.text if text is None else text, query.graphs)
    if isinstance(answer, QueryTriples):
        return ".nt", ntriples(sorted(answer, key=str))
    if isinstance(answer, QueryBoolean):
        return ".txt", b"true\n" if answer else b"false\n"
    return ".tsv", answer.serialize(format=QueryResultsFormat.TSV) or b""


def write_committed(project: Project, store: Store) -> list[Path]:
    """Write the answer of every saved query of a project anew, and return the files that changed.

    A federated query has none: what it gives hangs on another server.

    Each file is written beside and then renamed; an answer that belongs to no query any more is removed. Raises
    UserError for a query that breaks the grammar, or that gives no row where its header says that is wrong.
    """
    from rdfkit.sparql import query_tests as querycheck

    queries = querycheck.load(project)
    changed = []
    wanted = set()
    for query in queries.values():
        if query.service:
            continue
        ending, answer = committed(project, store, query)
        if query.empty_is_wrong and is_empty(ending, answer):
            raise UserError(f"{query.path}: the answer is empty, and the header says that is wrong.")
        path = query.answer_stem.with_name(query.id + ending)
        wanted.add(path)
        if not path.is_file() or path.read_bytes() != answer:
            path.parent.mkdir(exist_ok=True)
            beside = path.with_name(f".{path.name}.{os.getpid()}")
            try:
                beside.write_bytes(answer)
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
            changed.append(path)
    for path in {query.answer_stem.parent for query in queries.values()}:
        for stale in sorted(set(path.glob("[!.]*")) - wanted):
            stale.unlink()
            changed.append(stale)
    return changed


def is_empty(ending: str, answer: bytes) -> bool:
    """Tell whether a committed answer holds no row, no triple, or ``false``."""
    if ending == ".txt":
        return answer == b"false\n"
    return answer.count(b"\n") <= (1 if ending == ".tsv" else 0)


def short(project: Project, value: object) -> str:
    """Return a term as a table shows it: a CURIE where there is one, a literal's bare text, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, NamedNode):
        return project.shorten(value.value)
    return value.value if hasattr(value, "value") else str(value)


def _boolean(answer: QueryBoolean, form: str) -> bytes:
    return (answer.serialize(format=ROWS[form]) or b"") + b"\n"


class _Watch:
    """A binary file that passes on what is written, and can tell whether it was more than a head without rows."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._lines = 0
        self._end = b""

    def write(self, data: bytes) -> int:
        self._lines += data.count(b"\n")
        self._end = (self._end + data)[-20:]
        return self._out.write(data)

    def flush(self) -> None:
        self._out.flush()

    def has_rows(self, form: str) -> bool:
        return not self._end.endswith(b'"bindings":[]}}') if form == "json" else self._lines > 1
