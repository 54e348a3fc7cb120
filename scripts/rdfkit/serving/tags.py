"""Responses with an entity tag, so that a client need not take again what it has (RFC 9110, section 8.8)."""

from hashlib import blake2b

from rdfkit.serving.messages import Request, Response

_TAG_BYTES = 12
_CHARSET = ("text/", "application/json", "application/xml")


def tagged(request: Request, media: str, body: bytes, headers: dict[str, str] | None = None) -> Response:
    """Return a response to a request, or 304 if the client has it already; text is UTF-8."""
    kind = f"{media}; charset=utf-8" if media.startswith(_CHARSET) and media != "text/turtle" else media
    tag = f'"{blake2b(body + kind.encode(), digest_size=_TAG_BYTES).hexdigest()}"'
    every = {**(headers or {}), "ETag": tag, "Vary": "Accept", "Cache-Control": "no-cache"}
    if request.method in {"GET", "HEAD"} and _has(request.headers.get("if-none-match", ""), tag):
        return Response(304, every, b"")
    return Response(200, {"Content-Type": kind, **every}, body)


def _has(header: str, tag: str) -> bool:
    return header.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in header.split(","))
