"""Rows within a written answer: how many there are, and some of them, without parsing a single value.

The texts are those that Oxigraph writes, so their layout is known; values hold line breaks, quotes and brackets of
every kind.
"""

import re
from collections.abc import Callable

from pyoxigraph import QueryResultsFormat

_CSV_ROW = re.compile(rb'(?:[^"\n]++|"[^"]*+")*+\n')
_JSON_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"')


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


def _csv(written: bytes) -> int:
    # Quotes come in pairs, also those that are doubled within a value: what is outside them has the ends of rows.
    return sum(outside.count(b"\n") for outside in written.split(b'"')[::2]) - 1


def _json(written: bytes) -> int:
    bare = _JSON_STRING.sub(b"", written)
    return 0 if bare.endswith(b"[]}}") else bare.count(b"},{") + 1


_COUNTS: dict[QueryResultsFormat, Callable[[bytes], int]] = {
    QueryResultsFormat.CSV: _csv,
    QueryResultsFormat.TSV: lambda written: written.count(b"\n") - 1,
    QueryResultsFormat.XML: lambda written: written.count(b"<result>"),
    QueryResultsFormat.JSON: _json,
}
