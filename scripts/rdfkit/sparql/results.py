"""Query the embedded store, and write its answers.

An answer is pyoxigraph's own (solutions, triples or a boolean), whether it came from the embedded store or from an
endpoint, so both are written by the same code.
"""

from __future__ import annotations

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    Store,
)

from rdfkit.base import UserError
from rdfkit.rdf import named_graphs

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import BinaryIO, TextIO

    from rdfkit.base import Project

Answer = QuerySolutions | QueryTriples | QueryBoolean


class RowFormat:
    """A format for rows: Oxigraph's, and how the end of an answer without rows looks in it.

    ``is_empty`` gets the number of lines and the last bytes of what was written.
    """

    __slots__ = ("format", "is_empty")

    def __init__(self, format_: QueryResultsFormat, is_empty: Callable[[int, bytes], bool]) -> None:  # noqa: D107
        self.format = format_
        self.is_empty = is_empty


def _has_only_a_head(lines: int, _: bytes) -> bool:
    return lines <= 1


ROWS = {
    "csv": RowFormat(QueryResultsFormat.CSV, _has_only_a_head),
    "tsv": RowFormat(QueryResultsFormat.TSV, _has_only_a_head),
    "json": RowFormat(QueryResultsFormat.JSON, lambda _, end: end.endswith(b'"bindings":[]}}')),
}
"""Formats for rows besides the table: the SPARQL 1.1 results formats, as Oxigraph writes them.

An entry is all that a format needs: the options of ``imt query`` and the messages are made from these names.
"""

TRIPLES = ("ttl", "nt")
FORMATS = ("table", *ROWS, *TRIPLES)

_MAX_END_BYTES = 40


def ask(project: Project, store: Store, text: str, dataset: str | None, *, project_prefixes: bool = False) -> Answer:
    """Return the answer of the embedded store to a query over a dataset, such as ``all`` or ``asserted``.

    The dataset's graphs, merged, are the query's default graph, and the same graphs are those that GRAPH can name.
    None leaves the dataset to the query's own FROM. With ``project_prefixes`` the query need not declare the
    project's prefixes. Raises UserError for broken SPARQL, with line and column.
    """
    default: list[NamedNode | BlankNode | DefaultGraph] | None = None
    named: list[NamedNode | BlankNode] | None = None
    if dataset is not None:
        default, named = named_graphs.searched(project, store, dataset, text)
    prefixes = project.prefixes if project_prefixes else None
    try:
        return store.query(text, prefixes=prefixes, default_graph=default, named_graphs=named)
    except SyntaxError as error:
        from rdfkit.sparql import guard

        raise UserError(guard.syntax_sentence(text, error)) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(f"The query cannot be answered: {error}.") from None


def write(project: Project, answer: Answer, format_: str, out: TextIO) -> bool:
    """Write an answer in one of `FORMATS`; return whether it has any row or triple (of a boolean: whether it is true).

    Rows are written one by one, in UTF-8. Triples are sorted, so that the same triples give the same bytes. Raises
    UserError for a format that does not suit the answer.
    """
    if isinstance(answer, QueryTriples):
        return _write_triples(project, answer, format_, out)
    if format_ in TRIPLES:
        raise UserError(f"The query returns no triples, and {format_} is for triples: choose {_choice(ROWS)}.")
    if isinstance(answer, QueryBoolean):
        if format_ == "table":
            out.write("true\n" if answer else "false\n")
        else:
            out.buffer.write((answer.serialize(format=ROWS[format_].format) or b"") + b"\n")
        return bool(answer)
    if format_ == "table":
        from rdfkit.base import table, terminal_columns

        rows = [[short(project, value) for value in row] for row in answer]
        out.write(table([variable.value for variable in answer.variables], rows, columns=terminal_columns(out)))
        return bool(rows)
    counting = _Counting(out.buffer)
    answer.serialize(counting, ROWS[format_].format)  # type: ignore[arg-type]  # all it needs of a file
    if not counting.end.endswith(b"\n"):
        out.buffer.write(b"\n")
    return not ROWS[format_].is_empty(counting.lines, counting.end)


def _choice(names: Iterable[str]) -> str:
    *first, last = ("table", *names)
    return f"{', '.join(first)} or {last}"


def short(project: Project, value: object) -> str:
    """Return a term as a table shows it: a CURIE if there is one, the text of a literal, nothing if unbound."""
    if value is None:
        return ""
    if isinstance(value, NamedNode):
        return project.shorten(value.value)
    return value.value if hasattr(value, "value") else str(value)


def _write_triples(project: Project, answer: QueryTriples, format_: str, out: TextIO) -> bool:
    from rdfkit.rdf import writing

    if format_ in ROWS:
        raise UserError(f"The query returns triples, and {format_} is for rows: choose {_choice(TRIPLES)}.")
    triples = sorted(answer, key=str)
    if format_ == "table":
        from rdfkit.base import table, terminal_columns

        head = ("subject", "predicate", "object")
        rows = [[short(project, term) for term in (t.subject, t.predicate, t.object)] for t in triples]
        out.write(table(head, rows, "triple", terminal_columns(out)))
    else:
        out.buffer.write(writing.turtle(project, triples) if format_ == "ttl" else writing.ntriples(triples))
    return bool(triples)


class _Counting:
    """A binary file that passes on what is written, counts its lines, and keeps its last bytes."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.lines = 0
        self.end = b""

    def write(self, data: bytes) -> int:
        self.lines += data.count(b"\n")
        self.end = (self.end + data)[-_MAX_END_BYTES:]
        return self._out.write(data)

    def flush(self) -> None:
        self._out.flush()
