"""Write the answer to a query in the format that was asked for, within the limits of an answer."""

import html
import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeVar

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)

from rdfkit.base import Project
from rdfkit.rdf import writing
from rdfkit.serving import negotiation, page, rows
from rdfkit.serving.errors import RefusedError
from rdfkit.serving.negotiation import HTML
from rdfkit.serving.protocol import Limits
from rdfkit.sparql import Answer, results

Item = TypeVar("Item")

_BACK = '<p><a href="/query">New query</a></p>'


class _Counted(io.BytesIO):
    """A binary file in memory that refuses more bytes than an answer may have; its content is taken without a copy."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, piece: bytes) -> int:  # type: ignore[override]  # it is given nothing else
        written = super().write(piece)
        if self.tell() > self._most:
            raise _too_many(self._most, "bytes")
        return written


def _too_many(most: int, what: str) -> RefusedError:
    return RefusedError(403, f"The answer has more than {most:,} {what}: ask for less, with LIMIT and OFFSET.")


def write(project: Project, answer: Answer, media: str, limits: Limits) -> bytes:
    """Return an answer in one of the media types that `negotiation.media_type` gives for its form.

    Raises RefusedError if it exceeds a limit.
    """
    if isinstance(answer, QueryTriples):
        triples = _at_most(answer, limits.max_rows)
        if media == HTML:
            return _in_html(f"<pre>{html.escape(writing.turtle(project, triples).decode())}</pre>", limits)
        return _bounded(written_triples(project, triples, media), limits)
    if isinstance(answer, QueryBoolean):
        if media == HTML:
            return _in_html(f"<p>{'true' if answer else 'false'}</p>", limits)
        return answer.serialize(format=negotiation.ROWS[media]) or b""
    if media == HTML:
        found = _at_most(answer, limits.max_rows)
        return _bounded(html_table(project, [one.value for one in answer.variables], found), limits)
    return written_rows(answer, negotiation.ROWS[media], limits)


def written_rows(answer: QuerySolutions, format_: QueryResultsFormat, limits: Limits) -> bytes:
    """Return rows in a format, as Oxigraph writes them. Raises RefusedError if they exceed a limit."""
    out = _Counted(limits.max_answer_bytes)
    answer.serialize(out, format_)
    written = out.getvalue()
    # A row has at least one byte, so most answers need not be counted.
    if len(written) > limits.max_rows and rows.count(written, format_) > limits.max_rows:
        raise _too_many(limits.max_rows, "rows")
    return written


def written_triples(project: Project, triples: Iterable[Triple], media: str) -> bytes:
    """Return triples in one of `negotiation.TRIPLES`; Turtle with those of the project's prefixes that it uses."""
    chosen = negotiation.TRIPLES[media]
    if chosen == RdfFormat.TURTLE:
        return writing.turtle(project, triples)
    return serialize(triples, format=chosen) or b""


def _at_most(answer: Iterable[Item], most: int) -> list[Item]:
    found = list(islice(answer, most + 1))
    if len(found) > most:
        raise _too_many(most, "rows")
    return found


def _bounded(written: bytes, limits: Limits) -> bytes:
    if len(written) > limits.max_answer_bytes:
        raise _too_many(limits.max_answer_bytes, "bytes")
    return written


def html_table(project: Project, columns: Iterable[str], found: Sequence[Iterable[object]]) -> bytes:
    """Return rows as a page for a browser."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    lines = (f"<tr>{''.join(f'<td>{_cell(project, value)}</td>' for value in row)}</tr>" for row in found)
    table = f"<table>\n<tr>{head}</tr>\n{chr(10).join(lines)}\n</table>"
    return page.document("Answer", f"{_BACK}\n<p>{len(found):,} rows</p>\n{table}").encode()


def _cell(project: Project, value: object) -> str:
    text = html.escape(results.short(project, value))
    if isinstance(value, NamedNode) and value.value.startswith(("http://", "https://")):
        return f'<a href="{html.escape(value.value)}">{text}</a>'
    return text


def _in_html(body: str, limits: Limits) -> bytes:
    return _bounded(page.document("Answer", f"{_BACK}\n{body}").encode(), limits)
