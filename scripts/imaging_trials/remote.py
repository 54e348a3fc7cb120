"""Asking another SPARQL endpoint over HTTP, through SPARQLWrapper, within a time limit that holds.

SPARQL 1.1 Protocol, by GET or form POST (a POST of the bare query hangs on some servers). The dataset goes along as
``default-graph-uri`` and ``named-graph-uri``, so that the endpoint answers over the same graphs as the embedded store.
"""

import threading
import time
from collections.abc import Iterable
from http.client import HTTPException, HTTPResponse, IncompleteRead, RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import pyoxigraph as ox

from imaging_trials import layers, sparql
from imaging_trials.answers import Answer
from imaging_trials.errors import ImtError

TIMEOUT = 30.0
METHODS = ("get", "post")
MOST_BYTES = 512 * 1024 * 1024
_TRIPLES = ("CONSTRUCT", "DESCRIBE")
_PIECE = 64 * 1024


def dataset(root: Path, name: str) -> list[ox.NamedNode]:
    """Return the named graphs of a dataset (``all``, ``asserted``, ``page``) as the sources under ``root`` are."""
    names = {source for source, _ in layers.source_files(root)} | {layers.LINKS, layers.INFERRED}
    kept = {"all": names, "asserted": names - {layers.INFERRED}, "page": {"page"}}[name]
    return [layers.graph_iri(kept_name) for kept_name in sorted(kept)]


def ask(
    url: str,
    text: str,
    graphs: Iterable[ox.NamedNode] = (),
    *,
    method: str = "get",
    timeout: float = TIMEOUT,
) -> Answer:
    """Return an endpoint's answer to a query over the merge of ``graphs``.

    No graphs: the endpoint's own default graph. ``timeout`` bounds the whole exchange in seconds, whatever the server
    does meanwhile. Raises ImtError where there is no answer in time, or one that is no SPARQL result.
    """
    form = sparql.form(text)
    wrapper = _request(url, text, graphs, method)
    wrapper.queryType = form
    wrapper.setReturnFormat("turtle" if form in _TRIPLES else "json")
    status, media_type, body = _fetch(wrapper, url, timeout)
    if not 200 <= status < 300:
        raise ImtError(f"{url} answers {status}: {_first_line(body, media_type)}")
    return _read(url, form, media_type, body)


def _request(url: str, text: str, graphs: Iterable[ox.NamedNode], method: str) -> Any:
    import warnings

    from SPARQLWrapper import GET, POST, SPARQLWrapper

    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise ImtError(f"'{url}' is no address of an endpoint: write one such as http://127.0.0.1:7878/query.")
    wrapper = SPARQLWrapper(urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")))
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        wrapper.addParameter(key, value)
    with warnings.catch_warnings():
        # It guesses the form with a regular expression that a comment can mislead; we know it.
        warnings.simplefilter("ignore")
        wrapper.setQuery(text)
    wrapper.setOnlyConneg(True)
    wrapper.setMethod(POST if method == "post" else GET)
    for name in graphs:
        wrapper.addParameter("default-graph-uri", name.value)
        wrapper.addParameter("named-graph-uri", name.value)
    return wrapper


def _fetch(wrapper: Any, url: str, timeout: float) -> tuple[int, str, bytes]:
    """Return status, media type and body of the response.

    A socket's time limit starts again with each byte, and looking up a name has none, so the exchange runs in a
    thread of its own, which is left behind when its time is over.
    """
    deadline = time.monotonic() + timeout
    wrapper.timeout = timeout
    outcome: list[tuple[int, str, bytes] | BaseException] = []

    def exchange() -> None:
        try:
            outcome.append(_exchange(wrapper, deadline))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            outcome.append(error)

    worker = threading.Thread(target=exchange, daemon=True)
    worker.start()
    worker.join(max(0.0, deadline - time.monotonic()))
    result = outcome[0] if outcome else TimeoutError()
    if not isinstance(result, BaseException):
        return result
    raise _sentence(url, timeout, result) from None


def _exchange(wrapper: Any, deadline: float) -> tuple[int, str, bytes]:
    from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

    try:
        response = wrapper.query().response
    except HTTPError as error:
        return _drain(error, error.code, deadline)
    except SPARQLWrapperException as error:
        # It has read the body by now, and keeps it in nothing but its message; the HTTP error is its context.
        cause = error.__context__
        status = cause.code if isinstance(cause, HTTPError) else 400
        media_type = cause.headers.get_content_type() if isinstance(cause, HTTPError) else "text/plain"
        return status, media_type, _body_of(error)
    return _drain(response, response.status, deadline)


def _drain(response: "HTTPResponse | HTTPError", status: int, deadline: float) -> tuple[int, str, bytes]:
    pieces = []
    size = 0
    with response:
        while piece := response.read1(_PIECE):  # what is there, not all that was asked for: a drip ends at the deadline
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise ImtError(f"The endpoint's answer has more than {MOST_BYTES:,} bytes: ask for less, with LIMIT.")
            if time.monotonic() > deadline:
                raise TimeoutError
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > size:
        raise IncompleteRead(b"".join(pieces))
    return status, response.headers.get_content_type(), b"".join(pieces)


def _body_of(error: Exception) -> bytes:
    """Return the response that SPARQLWrapper has put into its message, where it stands as Python writes bytes."""
    from ast import literal_eval

    try:
        body = literal_eval(str(error).partition("Response:\n")[2])
    except (ValueError, SyntaxError):
        return b""
    return body if isinstance(body, bytes) else b""


def _sentence(url: str, timeout: float, error: BaseException) -> BaseException:
    """Return what went wrong on the way as an ImtError, or the error itself where it is none of the network's."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return ImtError(f"{url} gave no whole answer within {timeout:g} s: allow more with --timeout, or ask for less.")
    if isinstance(error, IncompleteRead):
        return ImtError(f"{url} broke off in the middle of its answer: ask again, or ask for less.")
    if isinstance(error, RemoteDisconnected):
        return ImtError(f"{url} closed the connection without an answer: is it a SPARQL endpoint, and is it well?")
    if isinstance(error, HTTPException):
        return ImtError(f"{url} does not speak HTTP as an endpoint does ({type(error).__name__}): check the address.")
    if isinstance(error, URLError | OSError):
        why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        return ImtError(f"{url} cannot be reached ({why}): is the server running, and is the address right?")
    return error


def _read(url: str, form: str, media_type: str, body: bytes) -> Answer:
    """Return the body of a good response as an answer, by the media type that the server gives it."""
    wrong = f"{url} answers with {media_type} and not with SPARQL results"
    mend = "is it the address of the query endpoint itself, and not of a page about it?"
    try:
        if form in _TRIPLES:
            rdf = ox.RdfFormat.from_media_type(media_type)
            if rdf is None or media_type == "text/html":
                raise ImtError(f"{wrong}: {mend}")
            return _triples(ox.parse(body, rdf))
        rows = ox.QueryResultsFormat.from_media_type(media_type)
        if rows is None or rows == ox.QueryResultsFormat.CSV:
            raise ImtError(f"{wrong}: {mend}")
        answer = ox.parse_query_results(body, rows)
        if isinstance(answer, ox.QuerySolutions):
            # Reading goes on with each row, so a broken result shows itself only here, before anything is printed.
            again = ox.parse_query_results(body, rows)
            for _ in again if isinstance(again, ox.QuerySolutions) else ():
                pass
    except (SyntaxError, ValueError) as error:
        raise ImtError(f"{url} answers with broken {media_type} ({error}): ask again, or tell who runs it.") from None
    return answer


def _triples(quads: Iterable[ox.Quad]) -> ox.QueryTriples:
    """Return parsed triples as the answer to a CONSTRUCT, which only a store can make."""
    store = ox.Store()
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    answer = store.query("CONSTRUCT WHERE { ?s ?p ?o }")
    assert isinstance(answer, ox.QueryTriples)  # noqa: S101 - by the form of the query
    return answer


def _first_line(body: bytes, media_type: str) -> str:
    """Return what a server says about its refusal: the first line that is no markup."""
    text = body[:4000].decode("utf-8", "replace")
    if media_type == "text/html" or text.lstrip()[:1] == "<":
        import re

        text = re.sub(r"(?s)<(script|style|head)\b.*?</\1>|<[^>]*>", "\n", text)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return next((line for line in lines if line), "it gives no reason; check the address and the query.")[:300]
