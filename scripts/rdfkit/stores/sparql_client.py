"""Asking another SPARQL endpoint over HTTP, through SPARQLWrapper, within a time limit that holds.

SPARQL 1.1 Protocol, by GET or form POST (a POST of the bare query hangs on some servers). The dataset goes along as
``default-graph-uri`` and ``named-graph-uri``, so that the endpoint answers over the same graphs as the embedded store.
"""

from collections.abc import Iterable
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from urllib.request import Request

import pyoxigraph as ox

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import named_graphs as layers
from rdfkit.sparql import guard as sparql
from rdfkit.sparql.results import Answer
from rdfkit.stores import http as exchange
from rdfkit.stores import http_auth as login

TIMEOUT = 30.0
METHODS = ("get", "post")
_TRIPLES = ("CONSTRUCT", "DESCRIBE")
_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"


def dataset(root: Path, name: str) -> list[ox.NamedNode]:
    """Return the named graphs of a dataset (``all``, ``asserted``, ``page``) as the sources under ``root`` are."""
    names = {source for source, _ in layers.source_files(PROJECT.at(root))} | {"links", layers.INFERRED}
    kept = {"all": names, "asserted": names - {layers.INFERRED}, "page": {"page"}}[name]
    return [PROJECT.graph_iri(kept_name) for kept_name in sorted(kept)]


def ask(  # noqa: PLR0913 - what a request is made of
    url: str,
    text: str,
    graphs: Iterable[ox.NamedNode] = (),
    *,
    method: str = "get",
    timeout: float = TIMEOUT,
    who: login.Login | None = None,
) -> Answer:
    """Return an endpoint's answer to a query over the merge of ``graphs``.

    No graphs: the endpoint's own default graph. ``timeout`` bounds the whole exchange in seconds, whatever the server
    does meanwhile. ``who`` asks, where the endpoint wants to know that (Basic or Digest); no other host is told, even
    if the endpoint sends on to it. Raises UserError where there is no answer in time, or one that is no SPARQL result.
    """
    form = sparql.form(text)
    wrapper = _request(url, text, graphs, method)
    wrapper.queryType = form
    wrapper.setReturnFormat("turtle" if form in _TRIPLES else "json")
    wrapper.timeout = timeout
    try:
        response = exchange.within(timeout, lambda deadline: _fetch(wrapper, url, who, deadline))
    except (OSError, HTTPException) as error:
        raise exchange.sentence(url, timeout, error) from None
    if not response.ok:
        raise UserError(exchange.refusal(response, who.user if who else None))
    return _read(url, form, response.media_type, response.body)


def _request(url: str, text: str, graphs: Iterable[ox.NamedNode], method: str) -> Any:
    import warnings

    from SPARQLWrapper import GET, POST, SPARQLWrapper

    class Wrapper(SPARQLWrapper):
        """Knows how to answer a challenge in a header that no redirect carries on to another host."""

        authorize: "tuple[login.Login, login.Challenge] | None" = None

        def _createRequest(self) -> Request:  # noqa: N802 - the parent's name
            request = super()._createRequest()
            if self.authorize:
                header = login.authorization(*self.authorize, request.get_method(), request.full_url)
                request.add_unredirected_header("Authorization", header)
            return request

    exchange.check_url(url, "http://127.0.0.1:7878/query")
    parts = urlsplit(url)
    wrapper = Wrapper(urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")))
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


def _fetch(wrapper: Any, url: str, who: login.Login | None, deadline: float) -> exchange.Response:
    """Return the response, asked for again as ``who`` where the endpoint wants to know."""
    response = _exchange(wrapper, url, deadline)
    if response.status == 401 and who:
        asked = login.challenge(response.headers.get_all("WWW-Authenticate", []))
        if asked:
            wrapper.authorize = who, asked
            return _exchange(wrapper, url, deadline)
    return response


def _exchange(wrapper: Any, url: str, deadline: float) -> exchange.Response:
    from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

    try:
        response = wrapper.query().response
    except HTTPError as error:
        return exchange.Response(url, error.code, error.headers, exchange.drain(error, deadline))
    except SPARQLWrapperException as error:
        # It has read the body by now, and keeps it in nothing but its message; the HTTP error is its context.
        cause = error.__context__
        status, headers = (cause.code, cause.headers) if isinstance(cause, HTTPError) else (400, Message())
        return exchange.Response(url, status, headers, _body_of(error))
    return exchange.Response(url, response.status, response.headers, exchange.drain(response, deadline))


def _body_of(error: Exception) -> bytes:
    """Return the response that SPARQLWrapper has put into its message, where it stands as Python writes bytes."""
    from ast import literal_eval

    try:
        body = literal_eval(str(error).partition("Response:\n")[2])
    except (ValueError, SyntaxError):
        return b""
    return body if isinstance(body, bytes) else b""


def _read(url: str, form: str, media_type: str, body: bytes) -> Answer:
    """Return the body of a good response as an answer, by the media type that the server gives it."""
    wrong = f"{url} answers with {media_type} and not with SPARQL results"
    mend = "is it the address of the query endpoint itself, and not of a page about it?"
    try:
        if form in _TRIPLES:
            rdf = ox.RdfFormat.from_media_type(media_type)
            if rdf is None or media_type == "text/html":
                raise UserError(f"{wrong}: {mend}")
            return _triples(ox.parse(body, rdf))
        rows = ox.QueryResultsFormat.from_media_type(media_type)
        if rows is None or rows == ox.QueryResultsFormat.CSV:
            raise UserError(f"{wrong}: {mend}")
        if rows == ox.QueryResultsFormat.JSON:
            body = _in_canonical_form(body)
        answer = ox.parse_query_results(body, rows)
        if isinstance(answer, ox.QuerySolutions) and form == "ASK":
            answer = _boolean(url, answer)
        if isinstance(answer, ox.QuerySolutions):
            # Reading goes on with each row, so a broken result shows itself only here, before anything is printed.
            again = ox.parse_query_results(body, rows)
            for _ in again if isinstance(again, ox.QuerySolutions) else ():
                pass
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{url} answers with broken {media_type} ({error}): ask again, or tell who runs it.") from None
    return answer


def _in_canonical_form(body: bytes) -> bytes:
    """Return SPARQL JSON with ``true`` and ``false`` for booleans, where Virtuoso 7 writes 1 and 0 (in JSON only)."""
    if _BOOLEAN.encode() not in body:
        return body
    import json

    try:
        result = json.loads(body)
        for row in result["results"]["bindings"]:
            for term in row.values():
                if term.get("datatype") == _BOOLEAN:
                    term["value"] = {"1": "true", "0": "false"}.get(term["value"], term["value"])
    except (AttributeError, KeyError, RecursionError, TypeError):
        return body  # no SPARQL result: what reads it next will say so
    return json.dumps(result).encode()


def _boolean(url: str, rows: ox.QuerySolutions) -> ox.QueryBoolean:
    """Return what Virtuoso 7 answers to ASK, a row where it is true and none where it is false, as a boolean."""
    if [variable.value for variable in rows.variables] != ["__ASK_RETVAL"]:
        raise UserError(f"{url} answers with rows where true or false was asked for: tell who runs it.")
    found = "true" if any(row[0] is not None for row in rows) else "false"
    answer = ox.parse_query_results(f'{{"head":{{}},"boolean":{found}}}', ox.QueryResultsFormat.JSON)
    assert isinstance(answer, ox.QueryBoolean)  # noqa: S101 - by what was read
    return answer


def _triples(quads: Iterable[ox.Quad]) -> ox.QueryTriples:
    """Return parsed triples as the answer to a CONSTRUCT, which only a store can make."""
    store = ox.Store()
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    answer = store.query("CONSTRUCT WHERE { ?s ?p ?o }")
    assert isinstance(answer, ox.QueryTriples)  # noqa: S101 - by the form of the query
    return answer
