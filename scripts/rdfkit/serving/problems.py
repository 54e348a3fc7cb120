"""Requests that are refused, as RFC 9457 writes problems, or as a page or a line of text."""

import json
from http import HTTPStatus
from typing import Any

from rdfkit.serving import negotiation, page
from rdfkit.serving.errors import RefusedError
from rdfkit.serving.messages import Response

PROBLEM = "application/problem+json"


def problem(error: RefusedError, accept: str) -> Response:
    """Return the response to a request that is refused: a problem of RFC 9457, or what a browser or a reader asks for.

    Its members are ``type``, ``title``, ``status``, ``detail`` and, if there are any, ``near``: right names that are
    close.
    """
    title = HTTPStatus(error.status).phrase
    media = negotiation.choose(accept, (PROBLEM, "application/json", "text/html", "text/plain")) or PROBLEM
    sentence = str(error)
    if media == "text/html":
        return Response(error.status, {**page.HEADERS, **error.headers}, page.problem(title, sentence, error.near))
    if media == "text/plain":
        return Response(
            error.status, {"Content-Type": "text/plain; charset=utf-8", **error.headers}, f"{sentence}\n".encode()
        )
    members: dict[str, Any] = {"type": "about:blank", "title": title, "status": error.status, "detail": sentence}
    if error.near:
        members["near"] = list(error.near)
    return Response(
        error.status,
        {"Content-Type": PROBLEM, **error.headers},
        json.dumps(members, ensure_ascii=False).encode() + b"\n",
    )
