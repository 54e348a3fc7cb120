"""Client for a SPARQL endpoint (SPARQL 1.1 Protocol, queries only) with a time limit for the whole exchange.

SPARQLWrapper builds the request, as GET or as a form by POST (a POST of the bare query hangs on some servers); `http`
sends it. The dataset is sent as ``default-graph-uri`` and ``named-graph-uri``, so that the endpoint answers over the
same graphs as the embedded store.
"""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import httpx
import pyoxigraph as ox

from rdfkit.base import Project, UserError
from rdfkit.rdf import named_graphs
from rdfkit.sparql import Answer, guard
from rdfkit.stores import http, http_errors
from rdfkit.stores.http import Login

DEFAULT_TIMEOUT_SECONDS = 30.0
_EXAMPLE = "http://127.0.0.1:7878/query"
_TRIPLES = ("CONSTRUCT", "DESCRIBE")
_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"


def endpoint_graphs(project: Project, name: str) -> list[ox.NamedNode]:
    """Return the named graphs of a dataset (``all``, ``asserted``, or one of the project's own), sorted by IRI.

    The same as `named_graphs.dataset` gives for the project's store, but without opening it.
    """
    asserted = {source for source, _ in named_graphs.source_files(project)}
    asserted |= {reader.graph for reader in project.readers}
    names = project.datasets.get(name) or (asserted | {named_graphs.INFERRED} if name == "all" else asserted)
    return [project.graph_iri(graph) for graph in sorted(names)]


def ask_endpoint(  # noqa: PLR0913 - what a request is made of
    url: str,
    text: str,
    graphs: Iterable[ox.NamedNode] = (),
    *,
    method: str = "get",
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    login: Login | None = None,
) -> Answer:
    """Return an endpoint's answer to the query ``text`` over the merge of ``graphs``.

    Without graphs the endpoint uses its own default graph. ``method`` is ``get`` or ``post``. ``timeout`` limits the
    whole exchange in seconds, whatever the server does. ``login`` is used if the endpoint asks for it (Basic or
    Digest), and is sent to no other host, even if the endpoint redirects there. Raises UserError if there is no answer
    in time, or the answer is not a SPARQL result.
    """
    form = guard.form(text)
    request = _request(url, text, form, graphs, method)
    try:
        response = http.Connection(login, follow=True).send(request, timeout)
    except (OSError, httpx.RequestError, httpx.InvalidURL) as error:
        raise http_errors.failure(url, timeout, error) from None
    if not response.ok:
        raise UserError(http_errors.refusal(response, login.user if login else None))
    return _read(url, form, response.media_type, response.body)


def _request(url: str, text: str, form: str, graphs: Iterable[ox.NamedNode], method: str) -> http.Request:
    """Return the request that SPARQLWrapper makes of a query."""
    import warnings

    from SPARQLWrapper import GET, POST, SPARQLWrapper

    http_errors.check_url(url, _EXAMPLE)
    parts = urlsplit(url)
    wrapper = SPARQLWrapper(urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")))
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        wrapper.addParameter(key, value)
    with warnings.catch_warnings():
        # It guesses the form of the query with a regular expression that a comment can mislead.
        warnings.simplefilter("ignore")
        wrapper.setQuery(text)
    wrapper.queryType = form
    wrapper.setReturnFormat("turtle" if form in _TRIPLES else "json")
    wrapper.setOnlyConneg(True)
    wrapper.setMethod(POST if method == "post" else GET)
    for name in graphs:
        wrapper.addParameter("default-graph-uri", name.value)
        wrapper.addParameter("named-graph-uri", name.value)
    built = wrapper._createRequest()  # noqa: SLF001 - its public methods send the request at once
    body = built.data if isinstance(built.data, bytes) else None
    media_type, accept = built.get_header("Content-type"), built.get_header("Accept")
    return http.Request(built.get_method(), built.full_url, body, media_type, accept or "*/*")


def _read(url: str, form: str, media_type: str, body: bytes) -> Answer:
    """Return the body of a 2xx response as an answer, read by the media type that the server states."""
    wrong = UserError(
        f"{url} answers with {media_type} and not with SPARQL results: give the address of the query endpoint itself, "
        "not of a page about it."
    )
    try:
        if form in _TRIPLES:
            rdf = ox.RdfFormat.from_media_type(media_type)
            if rdf is None or media_type == "text/html":
                raise wrong
            return _triples(ox.parse(body, rdf))
        rows = ox.QueryResultsFormat.from_media_type(media_type)
        if rows is None or rows == ox.QueryResultsFormat.CSV:
            raise wrong
        if rows == ox.QueryResultsFormat.JSON:
            body = _with_canonical_booleans(body)
        answer = ox.parse_query_results(body, rows)
        if isinstance(answer, ox.QuerySolutions) and form == "ASK":
            answer = _boolean(url, answer)
        if isinstance(answer, ox.QuerySolutions):
            # Rows are parsed one by one: parse them all once, so that an error is found before anything is printed.
            again = ox.parse_query_results(body, rows)
            for _ in again if isinstance(again, ox.QuerySolutions) else ():
                pass
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{url} answers with invalid {media_type} ({error}): try again, or ask its operator.") from None
    return answer


def _with_canonical_booleans(body: bytes) -> bytes:
    """Return SPARQL JSON with ``true`` and ``false`` for booleans; Virtuoso 7 writes 1 and 0 (in JSON only)."""
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
        return body  # not a SPARQL result: the parser that comes next reports it
    return json.dumps(result).encode()


def _boolean(url: str, rows: ox.QuerySolutions) -> ox.QueryBoolean:
    """Return the answer of Virtuoso 7 to ASK (one row for true, no row for false) as a boolean."""
    if [variable.value for variable in rows.variables] != ["__ASK_RETVAL"]:
        raise UserError(f"{url} answers an ASK query with rows: check the address, or ask its operator.")
    value = "true" if any(row[0] is not None for row in rows) else "false"
    answer = ox.parse_query_results(f'{{"head":{{}},"boolean":{value}}}', ox.QueryResultsFormat.JSON)
    assert isinstance(answer, ox.QueryBoolean)  # noqa: S101 - by what was parsed
    return answer


def _triples(quads: Iterable[ox.Quad]) -> ox.QueryTriples:
    """Return parsed triples as the result of a CONSTRUCT; pyoxigraph makes such a value only by a query."""
    store = ox.Store()
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    answer = store.query("CONSTRUCT WHERE { ?s ?p ?o }")
    assert isinstance(answer, ox.QueryTriples)  # noqa: S101 - by the form of the query
    return answer
