"""Rows within a written answer: how many there are, and some of them, without parsing a single value.

The texts are those that Oxigraph writes, so their layout is known; values hold line breaks, quotes and brackets of
every kind.
"""

import re
from collections.abc import Callable

from pyoxigraph import QueryResultsFormat

_CSV_ROW = re.compile(rb'(?:[^"\n]++|"[^"]*+")*+\n')
_JSON_ROW = re.compile(rb'(?:[^"}]++|"(?:[^"\\]++|\\.)*+"|\}(?!,\{))*+(?:(\},\{)|\Z)')
"""The text up to the place between two rows, which is its group, or up to the end."""


def count(written: bytes, format_: QueryResultsFormat) -> int:
    """Return the number of rows of an answer."""
    return _COUNTS[format_](written)


def part(written: bytes, format_: QueryResultsFormat, offset: int, limit: int) -> bytes:
    """Return the answer with ``limit`` of its rows, from the one at ``offset`` (0 is the first)."""
    if format_ == QueryResultsFormat.JSON:
        import json

        answer = json.loads(written)
        answer["results"]["bindings"] = answer["results"]["bindings"][offset : offset + limit]
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
    head, *lines = _CSV_ROW.findall(written) if format_ == QueryResultsFormat.CSV else written.splitlines(keepends=True)
    return b"".join((head, *lines[offset : offset + limit]))


# One match for each row: to remove the values, or to divide the text at them, takes ten times its memory.


def _csv(written: bytes) -> int:
    return sum(1 for _ in _CSV_ROW.finditer(written)) - 1


def _json(written: bytes) -> int:
    if written.endswith(b'"bindings":[]}}'):
        return 0
    return sum(1 for found in _JSON_ROW.finditer(written) if found.lastindex) + 1


_COUNTS: dict[QueryResultsFormat, Callable[[bytes], int]] = {
    QueryResultsFormat.CSV: _csv,
    QueryResultsFormat.TSV: lambda written: written.count(b"\n") - 1,
    QueryResultsFormat.XML: lambda written: written.count(b"<result>"),
    QueryResultsFormat.JSON: _json,
}
