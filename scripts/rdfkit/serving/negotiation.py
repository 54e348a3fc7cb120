"""Choose the format of an answer by the Accept header."""

from collections.abc import Iterable, Mapping

from pyoxigraph import QueryResultsFormat, RdfFormat

from rdfkit.serving.errors import RefusedError

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

_ROWS_ONLY = ("text/csv", "text/tab-separated-values")

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
    """Return the media type for the answer to a query of a form (``SELECT`` ...). Raises RefusedError if none fits.

    No recommendation defines ASK as CSV or TSV: a client that accepts only these gets JSON, and its name.
    """
    offers: Mapping[str, object] = TRIPLES if form in {"CONSTRUCT", "DESCRIBE"} else ROWS
    if form == "ASK":
        offers = {media: one for media, one in ROWS.items() if media not in _ROWS_ONLY}
    found = choose(accept, (*offers, HTML))
    if found is None and form == "ASK" and choose(accept, _ROWS_ONLY):
        found = next(iter(ROWS))
    if found is None:
        raise RefusedError(
            406, f"The answer is available as {', '.join([*offers, HTML])}, and the request accepts none of these."
        )
    return found


def content_type(form: str, media: str) -> str:
    """Return the Content-Type of an answer to a query of a form in a media type that `media_type` chose."""
    if media == HTML:
        return f"{HTML}; charset=utf-8"
    chosen = TRIPLES[media] if form in {"CONSTRUCT", "DESCRIBE"} else ROWS[media]
    return f"{chosen.media_type}; charset=utf-8" if media in _ROWS_ONLY else chosen.media_type
