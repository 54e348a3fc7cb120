"""A part of a long answer, and words that say what is left; rows as CSV with CURIEs."""

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

from pyoxigraph import Literal, QueryBoolean, QueryTriples

from imaging_trials.model import PROJECT
from rdfkit.base import RDF, XSD, UserError
from rdfkit.sparql import results

TRIPLE_COLUMNS = ("subject", "predicate", "object")
BOOLEAN_COLUMN = "answer"

_TEXTS = frozenset({f"{XSD}string", f"{RDF}langString"})

Row = tuple[object, ...]


class Part(NamedTuple):
    """Rows of an answer: from ``first`` to ``last`` of ``total``, counted from 1; both 0 if there are none."""

    first: int
    last: int
    total: int

    @property
    def next_offset(self) -> int | None:
        """The offset of the next part, or None if this is the last."""
        return self.last if 0 < self.last < self.total else None

    def words(self, noun: str = "row") -> str:
        """Return what the part has, such as ``rows 1 to 60 of 214; ask with offset=60``."""
        plural = f"{noun}s"
        if not self.total:
            return f"no {plural}"
        if self.next_offset is None and self.first == 1:
            return f"{self.total} {noun if self.total == 1 else plural}, complete"
        left = "the last" if self.next_offset is None else f"ask with offset={self.next_offset}"
        return f"{plural} {self.first} to {self.last} of {self.total}; {left}"


def part(total: int, offset: int, limit: int) -> Part:
    """Return which rows come at an offset (the number of rows to leave out).

    Raises UserError for an offset below 0 or after the last row, and for a limit below 1.
    """
    if limit < 1:
        raise UserError(f"limit takes the number of rows, 1 or more, and not {limit}.")
    if offset < 0 or (offset and offset >= total):
        last = f"0 to {total - 1}" if total > 1 else "0"
        raise UserError(f"offset takes a number of rows to leave out, {last} for this answer, and not {offset}.")
    return Part(min(offset + 1, total), min(offset + limit, total), total)


def rows_of(answer: results.Answer) -> tuple[tuple[str, ...], list[Row]]:
    """Return the columns and the rows of an answer, its terms pyoxigraph's own, None where a variable is not bound.

    Triples are sorted, as in a committed answer; a boolean is one row.
    """
    if isinstance(answer, QueryBoolean):
        return (BOOLEAN_COLUMN,), [("true" if answer else "false",)]
    if isinstance(answer, QueryTriples):
        return TRIPLE_COLUMNS, [(one.subject, one.predicate, one.object) for one in sorted(answer, key=str)]
    return tuple(one.value for one in answer.variables), [tuple(row) for row in answer]


def csv_lines(columns: Sequence[str], rows: Sequence[Row], *, quoted: bool = False) -> list[str]:
    """Return the head and each row as CSV (RFC 4180) without line ends: IRIs as CURIEs, literals as their text.

    With ``quoted``, every text is in quotes, and IRIs, numbers and days are not.
    """
    write = _quoted_line if quoted else lambda row: _line(texts_of(row))
    return [_line(columns), *(write(row) for row in rows)]


def texts_of(row: Row) -> list[str]:
    """Return the cells of a row as text: IRIs as CURIEs, "" where nothing is bound."""
    return [results.short(PROJECT, term) for term in row]


def _quoted_line(row: Row) -> str:
    cells = zip(row, texts_of(row), strict=True)
    return ",".join(_cell(text) if _is_text(term) else _line([text]) if text else "" for term, text in cells)


def _cell(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if text else ""


def _is_text(term: object) -> bool:
    return isinstance(term, str) or (isinstance(term, Literal) and term.datatype.value in _TEXTS)


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)  # with none, a line end in a value would not be quoted
    return out.getvalue().removesuffix("\n")
