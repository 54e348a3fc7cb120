"""Which format a client takes, and an answer written in it."""

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

from imaging_trials.graph.project import PROJECT
from rdfkit.rdf import writing
from rdfkit.sparql import results as answers
from rdfkit.stores.server.limits import RefusedError

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
"""Media types that rows and booleans can be had in; the first is what a client gets that takes any."""

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
"""Media types that triples can be had in."""


def choose(accept: str, offers: Iterable[str]) -> str | None:
    """Return the media type of ``offers`` that an Accept header likes best, the first of equals; None: takes none.

    RFC 9110, section 12.5.1: the most specific range that fits an offer gives it its quality. No header: takes any.
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
    """Return the media type to answer a query of a form (``SELECT`` ...) in; RefusedError: none will do."""
    offers: Mapping[str, object] = TRIPLES if form in {"CONSTRUCT", "DESCRIBE"} else ROWS
    found = choose(accept, (*offers, HTML))
    if found is None:
        raise RefusedError(
            406, f"The answer can be had as {', '.join([*offers, HTML])}, and the request takes none of these."
        )
    return found


def write(answer: bytes, form: str, media: str) -> bytes:
    """Return an answer, which comes as `pool.Pool.ask` gives it, in the format that `media_type` chose."""
    if form in {"CONSTRUCT", "DESCRIBE"}:
        statements = [quad.triple for quad in parse(answer, RdfFormat.N_TRIPLES)]
        if media == HTML:
            return _in_html(f"<pre>{html.escape(writing.turtle(PROJECT, statements).decode())}</pre>")
        return triples(statements, media)
    result = parse_query_results(answer, QueryResultsFormat.TSV if form == "SELECT" else QueryResultsFormat.JSON)
    if media == HTML:
        if isinstance(result, QueryBoolean):
            return _in_html(f"<p>{'true' if result else 'false'}</p>")
        return _in_html(_table(result))
    return result.serialize(format=ROWS[media]) or b""


def content_type(media: str) -> str:
    """Return the Content-Type of a response in a media type that `media_type` chose: the format's own."""
    if media == HTML:
        return f"{HTML}; charset=utf-8"
    chosen = ROWS.get(media) or TRIPLES[media]
    return chosen.media_type


def triples(statements: Iterable[Triple], media: str) -> bytes:
    """Return triples in one of `TRIPLES`; Turtle with the prefixes of the house that it uses."""
    chosen = TRIPLES[media]
    if chosen == RdfFormat.TURTLE:
        return writing.turtle(PROJECT, statements)
    return serialize(statements, format=chosen) or b""


def _table(rows: QuerySolutions) -> str:
    head = "".join(f"<th>{html.escape(variable.value)}</th>" for variable in rows.variables)
    lines = [f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>" for row in rows]
    return f"<p>{len(lines):,} rows</p>\n<table>\n<tr>{head}</tr>\n{chr(10).join(lines)}\n</table>"


def _cell(value: object) -> str:
    text = html.escape(answers.short(PROJECT, value))
    if isinstance(value, NamedNode) and value.value.startswith(("http://", "https://")):
        return f'<a href="{html.escape(value.value)}">{text}</a>'
    return text


def _in_html(body: str) -> bytes:
    from rdfkit.stores.server import page

    return page.document("Answer", f'<p><a href="/">Ask another</a></p>\n{body}').encode()
