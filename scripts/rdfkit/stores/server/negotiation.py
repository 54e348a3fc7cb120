"""Choose the format of an answer by the Accept header, and write the answer in it."""

import html
from collections.abc import Iterable, Mapping

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
    serialize,
)

from rdfkit.base import Project
from rdfkit.rdf import writing
from rdfkit.sparql import results
from rdfkit.stores.server.request import RefusedError

HTML = "text/html"

ROWS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
    "application/json": QueryResultsFormat.JSON,
    "application/xml": QueryResultsFormat.XML,
    "text/xml": QueryResultsFormat.XML,
}
"""Media types for rows and booleans; the first is used for a client that accepts any."""

TRIPLES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
    "text/plain": RdfFormat.N_TRIPLES,
    "application/xml": RdfFormat.RDF_XML,
    "application/json": RdfFormat.JSON_LD,
}
"""Media types for triples; the first is used for a client that accepts any."""


def choose(accept: str, offers: Iterable[str]) -> str | None:
    """Return the media type of ``offers`` that an Accept header prefers, the first of equals; None if it accepts none.

    RFC 9110, section 12.5.1: the most specific range that matches an offer gives its quality. An empty header accepts
    any.
    """
    ranges = [_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    best, best_quality = None, 0.0
    for offer in offers:
        kind = offer.partition("/")[0]
        fitting = [
            (name != "*/*", name == offer, quality) for name, quality in ranges if name in {offer, f"{kind}/*", "*/*"}
        ]
        quality = max(fitting)[2] if fitting else 0.0
        if quality > best_quality:
            best, best_quality = offer, quality
    return best


def _range(part: str) -> tuple[str, float]:
    name, *parameters = part.split(";")
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return name.strip().lower(), quality


def media_type(accept: str, form: str) -> str:
    """Return the media type for the answer to a query of a form (``SELECT`` ...). Raises RefusedError if none fits."""
    offers: Mapping[str, object] = TRIPLES if form in {"CONSTRUCT", "DESCRIBE"} else ROWS
    found = choose(accept, (*offers, HTML))
    if found is None:
        raise RefusedError(
            406, f"The answer is available as {', '.join([*offers, HTML])}, and the request accepts none of these."
        )
    return found


def write(project: Project, answer: bytes, form: str, media: str) -> bytes:
    """Return an answer of `pool.Pool.ask` in the format that `media_type` chose."""
    if form in {"CONSTRUCT", "DESCRIBE"}:
        statements = [quad.triple for quad in parse(answer, RdfFormat.N_TRIPLES)]
        if media == HTML:
            return _in_html(f"<pre>{html.escape(writing.turtle(project, statements).decode())}</pre>")
        return triples(project, statements, media)
    result = parse_query_results(answer, QueryResultsFormat.TSV if form == "SELECT" else QueryResultsFormat.JSON)
    if media == HTML:
        if isinstance(result, QueryBoolean):
            return _in_html(f"<p>{'true' if result else 'false'}</p>")
        return _in_html(_table(project, result))
    return result.serialize(format=ROWS[media]) or b""


def content_type(media: str) -> str:
    """Return the Content-Type of a response in a media type that `media_type` chose."""
    if media == HTML:
        return f"{HTML}; charset=utf-8"
    chosen = ROWS.get(media) or TRIPLES[media]
    return chosen.media_type


def triples(project: Project, statements: Iterable[Triple], media: str) -> bytes:
    """Return triples in one of `TRIPLES`; Turtle with those of the project's prefixes that it uses."""
    chosen = TRIPLES[media]
    if chosen == RdfFormat.TURTLE:
        return writing.turtle(project, statements)
    return serialize(statements, format=chosen) or b""


def _table(project: Project, rows: QuerySolutions) -> str:
    head = "".join(f"<th>{html.escape(variable.value)}</th>" for variable in rows.variables)
    lines = [f"<tr>{''.join(f'<td>{_cell(project, value)}</td>' for value in row)}</tr>" for row in rows]
    return f"<p>{len(lines):,} rows</p>\n<table>\n<tr>{head}</tr>\n{chr(10).join(lines)}\n</table>"


def _cell(project: Project, value: object) -> str:
    text = html.escape(results.short(project, value))
    if isinstance(value, NamedNode) and value.value.startswith(("http://", "https://")):
        return f'<a href="{html.escape(value.value)}">{text}</a>'
    return text


def _in_html(body: str) -> bytes:
    from rdfkit.stores.server import page

    return page.document("Answer", f'<p><a href="/">New query</a></p>\n{body}').encode()
