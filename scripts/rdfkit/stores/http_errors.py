"""Errors between a client and a SPARQL endpoint, as sentences that say how to fix them."""

import re
from urllib.parse import urlsplit

import httpx

from rdfkit.base import UserError
from rdfkit.stores.response import Response

PASSWORD_VARIABLE = "IMT_PASSWORD"  # noqa: S105 - the name of a variable, not a password
"""Environment variable with the password: other users of a machine can read command lines, but not this."""

_MAX_MESSAGE_BYTES = 4000
_MAX_MESSAGE_CHARACTERS = 300
_NO_REASON = "it gives no reason; check the address and the query."

_FAILURES: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((TimeoutError, httpx.TimeoutException), "sent no complete answer within {seconds} s: {advice}."),
    ((ConnectionAbortedError,), "closed the connection in the middle of its answer: try again, or ask for less."),
    ((ConnectionResetError,), "closed the connection without an HTTP answer: check that it is a SPARQL endpoint."),
    (
        (httpx.TooManyRedirects, httpx.UnsupportedProtocol),
        "redirects in a circle, or not to HTTP: give the address of the endpoint itself.",
    ),
    ((httpx.InvalidURL,), "cannot take this request as an address ({cause}): send long queries by POST."),
    ((httpx.ProtocolError, httpx.DecodingError), "does not speak HTTP as an endpoint does: check the address."),
)
"""Sentences by class of error, the first that fits."""


def check_url(url: str, example: str) -> None:
    """Raise UserError if ``url`` is not an HTTP address, or contains a user or password."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise UserError(f"'{url}' is not the address of an endpoint: write one such as {example}.")
    if "@" in parts.netloc:
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        raise UserError(
            f"The address of {shown} contains a user: name it with --user, and put the password into "
            f"{PASSWORD_VARIABLE}."
        )


def failure(
    url: str, seconds: float, error: Exception, advice: str = "allow more with --timeout, or ask for less"
) -> UserError:
    """Return an error of `http.Connection.send` as one sentence; ``advice`` is what to do about a time limit."""
    sentence = next(
        (sentence for classes, sentence in _FAILURES if isinstance(error, classes)),
        "cannot be reached ({cause}): check that the server runs, and the address.",
    )
    return UserError(f"{url} {sentence.format(seconds=f'{seconds:.3g}', advice=advice, cause=_cause(error))}")


def _cause(error: BaseException) -> str:
    """Return what the operating system says, which httpx keeps as the cause of its own error."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return str(error) or type(error).__name__


def refusal(response: "Response", user: str | None) -> str:
    """Return the meaning of a status other than 2xx, for ``user``, as a sentence that says how to fix it."""
    url, status = without_query(response.url), response.status
    if status == 401 and user is None:
        return f"{url} requires a user: name one with --user, and put the password into {PASSWORD_VARIABLE}."
    if status == 401:
        return f"{url} rejects {user} with this password: check both (the password is in {PASSWORD_VARIABLE})."
    if 300 <= status < 400:
        to = response.headers.get("Location") or "no address"
        to = to if to.isprintable() else ascii(to)
        return f"{url} answers {status} and redirects to {without_query(to)[:200]}: give the final address itself."
    if status == 403:
        reason = first_line(response.body, response.media_type, "it gives no reason")
        return f"{url} forbids this ({reason.rstrip('.')}): ask its operator, or name another user with --user."
    return f"{url} answers {status}: {first_line(response.body, response.media_type)}"


def first_line(body: bytes, media_type: str, otherwise: str = _NO_REASON) -> str:
    """Return the first line of an error message that is not markup, or ``otherwise`` if there is none."""
    text = body[:_MAX_MESSAGE_BYTES].decode("utf-8", "replace")
    if media_type == "application/problem+json":
        text = _detail(body) or text
    if media_type == "text/html" or text.lstrip()[:1] == "<":
        text = re.sub(r"(?s)<(script|style|head)\b.*?</\1>|<[^>]*>", "\n", text)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return next((line for line in lines if line), otherwise)[:_MAX_MESSAGE_CHARACTERS]


def without_query(url: str) -> str:
    """Return an address without its query part, which is long and may contain a key."""
    return url.partition("?")[0]


def with_attempts(error: UserError, retries: int) -> UserError:
    """Return an error that also says how often the request was sent."""
    if not retries:
        return error
    return UserError(f"{str(error).rstrip('.')} (tried {retries + 1} times).")


def _detail(body: bytes) -> str:
    """Return what is wrong according to a problem (RFC 9457), or nothing."""
    import json

    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    detail = found.get("detail") if isinstance(found, dict) else None
    return detail if isinstance(detail, str) else ""
