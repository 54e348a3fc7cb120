"""`imt serve`: HTTP and the SPARQL Protocol point by point, by raw sockets and by the clients that people use."""

import json
import socket
from urllib.parse import urlencode

import pytest
import rdflib
from pyoxigraph import Store
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper

from imaging_trials.model.project import PROJECT
from tests.support.endpoint import COUNT, GRAPH, Endpoint

pytestmark = pytest.mark.xdist_group("serve")

ASK = "/query?" + urlencode({"query": "ASK {}"})
YES = '{"head":{},"boolean":true}'
SITE = "https://other.example"


def raw(running: Endpoint, text: str, seconds: float = 20) -> str:
    """Send bytes as they are, and return what the server sends until it closes."""
    with socket.create_connection(running.host, timeout=seconds) as client:
        client.sendall(text.replace("\n", "\r\n").encode("latin-1"))
        got = b""
        while piece := client.recv(65536):
            got += piece
        return got.decode()


def host(running: Endpoint) -> str:
    return "{}:{}".format(*running.host)


def test_a_proxys_form_of_the_address(endpoint: Endpoint) -> None:
    got = raw(endpoint, f"GET http://{host(endpoint)}{ASK} HTTP/1.1\nHost: ignored\nConnection: close\n\n")
    assert got.startswith("HTTP/1.1 200 OK\r\n")
    assert got.endswith(YES)


def test_all_accept_lines_count(endpoint: Endpoint) -> None:
    target = f"/query?{urlencode({'query': COUNT})}"
    lines = ["Accept: text/csv;q=0.1", "Accept: application/sparql-results+xml"]
    for both in ("\n".join(lines), "\n".join(reversed(lines))):
        got = raw(endpoint, f"GET {target} HTTP/1.1\nHost: {host(endpoint)}\nConnection: close\n{both}\n\n")
        assert "Content-Type: application/sparql-results+xml\r\n" in got


def test_connection_is_kept_and_requests_may_be_sent_ahead(endpoint: Endpoint) -> None:
    one = f"GET {ASK} HTTP/1.1\nHost: {host(endpoint)}\n"
    got = raw(endpoint, f"{one}\n{one}\nHEAD {ASK} HTTP/1.1\nHost: {host(endpoint)}\nConnection: close\n\n")
    assert got.count("HTTP/1.1 200 OK\r\n") == 3
    assert got.count(YES) == 2
    assert got.count(f"Content-Length: {len(YES)}\r\n") == 3
    old = raw(endpoint, f"GET {ASK} HTTP/1.0\n\n")
    assert "Connection: close\r\n" in old


def test_continue_is_sent_where_it_is_expected(endpoint: Endpoint) -> None:
    head = f"POST /query HTTP/1.1\nHost: {host(endpoint)}\nContent-Type: application/sparql-query\nConnection: close\n"
    with socket.create_connection(endpoint.host, timeout=20) as client:
        client.sendall(f"{head}Expect: 100-continue\nContent-Length: 6\n\n".replace("\n", "\r\n").encode())
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"ASK {}")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")
    assert raw(endpoint, f"{head}Expect: 100-continue\nContent-Length: 99999999\n\n").startswith("HTTP/1.1 413")


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET / HTTP/1.1\n\n", 400),
        ("GET / HTTP/1.1\nHost: HOST\nHost: HOST\n\n", 400),
        ("GET /%ff HTTP/1.1\nHost: HOST\n\n", 400),
        ("GET /%00 HTTP/1.1\nHost: HOST\nConnection: close\n\n", 404),
        ("POST /query HTTP/1.1\nHost: HOST\nContent-Length: 3\nTransfer-Encoding: chunked\n\n0\n\n", 400),
        ("POST /query HTTP/1.1\nHost: HOST\nContent-Length: 3\nContent-Length: 4\n\nabc", 400),
        ("POST /query HTTP/1.1\nHost: HOST\nContent-Length: -3\n\nabc", 400),
        ("POST /query HTTP/1.1\nHost: HOST\nTransfer-Encoding: chunked\n\nzz\n", 400),
        ("GET / HTTP/1.1\nHost : HOST\n\n", 400),
        ("GET / HTTP/9.9\nHost: HOST\n\n", 400),
        ("PRI * HTTP/2.0\n\nSM\n\n", 400),
        ("GET / HTTP/1.1\nHost: HOST\nX: \x00\n\n", 400),
        ("CONNECT x:1 HTTP/1.1\nHost: HOST\n\n", 405),
        ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n", 400),
        ("GET /" + "a" * 300_000 + " HTTP/1.1\nHost: HOST\n\n", 431),
        ("GET / HTTP/1.1\nHost: HOST\n" + "X: y\n" * 70_000 + "\n", 431),
        ("BREW / HTTP/1.1\nHost: HOST\n\n", 400),
        ("PROPFIND / HTTP/1.1\nHost: HOST\nConnection: close\n\n", 405),
        ("DELETE / HTTP/1.1\nHost: HOST\nConnection: close\n\n", 405),
        ("GET /query/ HTTP/1.1\nHost: HOST\nConnection: close\n\n", 404),
        ("GET /../../etc/passwd HTTP/1.1\nHost: HOST\nConnection: close\n\n", 404),
    ],
)  # fmt: skip
def test_broken_http_is_a_problem(endpoint: Endpoint, request_text: str, status: int) -> None:
    got = raw(endpoint, request_text.replace("HOST", host(endpoint)))
    head, _, body = got.partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} "), got[:300]
    assert "Content-Type: application/problem+json" in head
    assert json.loads(body)["status"] == status


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        ("application/problem+json", "application/problem+json"),
        ("application/sparql-results+json", "application/problem+json"),
        ("text/html,*/*;q=0.8", "text/html; charset=utf-8"),
        ("text/plain", "text/plain; charset=utf-8"),
    ],
)
def test_form_of_an_error_by_accept_header(endpoint: Endpoint, accept: str, type_: str) -> None:
    reply = endpoint.send("GET", "/<b>", accept=accept)
    assert (reply.status, reply.type) == (404, type_)
    assert ("/<b>" in reply.text) == (type_ != "text/html; charset=utf-8")
    assert "There is nothing at" in reply.text


@pytest.mark.parametrize("accept", ["application/xml", "application/json"])
def test_the_type_of_triples_is_that_of_triples(endpoint: Endpoint, accept: str) -> None:
    construct = "CONSTRUCT { ?s a ?o } { ?s a ?o } LIMIT 3"
    for reply in (endpoint.ask(construct, accept=accept), endpoint.send("GET", "/query", Accept=accept)):
        expected = {"application/xml": "application/rdf+xml", "application/json": "application/ld+json"}
        assert reply.type == expected[accept]
        kind = rdflib.Graph().parse(data=reply.text, format="xml" if accept.endswith("xml") else "json-ld")
        assert len(kind) >= 3


def test_dataset_of_a_request_takes_the_place_of_from(endpoint: Endpoint, graph: Store) -> None:
    pages = sum(1 for _ in graph.quads_for_pattern(None, None, None, PROJECT.graph_iri("page")))
    other = COUNT.replace("{", "FROM <http://other.example/> {")
    reply = endpoint.ask(other, ("default-graph-uri", f"{GRAPH}page"), accept="text/csv")
    assert reply.text.split() == ["n", str(pages)]
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert endpoint.ask(named, ("default-graph-uri", f"{GRAPH}page"), accept="text/csv").text.split() == ["n", "0"]
    assert endpoint.ask(COUNT, ("named-graph-uri", f"{GRAPH}page"), accept="text/csv").text.split() == ["n", "0"]


def test_byte_order_mark_before_a_query_is_taken_off(endpoint: Endpoint) -> None:
    assert endpoint.ask("\ufeffASK {}").text == YES
    direct = {"Content_Type": "application/sparql-query"}
    assert endpoint.send("POST", "/query", "\ufeffASK {}".encode(), **direct).text == YES


def test_yes_or_no_where_only_rows_are_accepted(endpoint: Endpoint) -> None:
    for accept in ("text/csv", "text/tab-separated-values"):
        reply = endpoint.ask("ASK {}", accept=accept)
        assert (reply.type, reply.text) == ("application/sparql-results+json", YES)
    assert endpoint.ask("ASK {}", accept="image/png").status == 406


@pytest.mark.prove
def test_a_value_of_fifty_megabytes(open_endpoint: Endpoint) -> None:
    doubled = " ".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1})" for n in range(21))
    query = f"SELECT (?a21 AS ?n) {{ BIND('{'x' * 25}' AS ?a0) {doubled} }}"
    reply = open_endpoint.ask(query, accept="text/csv")
    assert (reply.status, len(reply.text)) == (200, 25 * 2**21 + 5)
    refused = open_endpoint.ask(query.replace("x" * 25, "x" * 31))
    assert refused.detail.startswith("The answer has more than 64,000,000 bytes")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": SITE},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.rebound.example"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "image"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Dest": "document"},
    ],
)
def test_pages_of_other_sites_may_run_nothing(endpoint: Endpoint, headers: dict[str, str]) -> None:
    reply = endpoint.send("GET", ASK, **headers)
    assert reply.status == (421 if "Host" in headers else 403)
    assert "access-control-allow-origin" not in reply.headers
    assert reply.detail
    assert (
        endpoint.send(
            "POST", "/query", b"query=ASK{}", Content_Type="application/x-www-form-urlencoded", **headers
        ).status
        == reply.status
    )


def test_own_pages_and_every_name_of_this_machine_may(endpoint: Endpoint) -> None:
    port = endpoint.host[1]
    for name in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", "192.0.2.7", "LOCALHOST"):
        assert endpoint.send("GET", ASK, Host=name, Origin=f"http://{name}").status == 200, name
    assert endpoint.send("GET", ASK, Sec_Fetch_Site="same-origin", Sec_Fetch_Dest="empty").status == 200
    assert endpoint.send("GET", "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="document").status == 200


def test_cors_only_if_requested(endpoint: Endpoint, open_endpoint: Endpoint) -> None:
    for target, status in ((ASK, 200), ("/query?query=x", 400), ("/nothing", 404), ("/update", 403)):
        reply = open_endpoint.send("GET", target, Origin=SITE, Host="any.example")
        assert (reply.status, reply.headers["access-control-allow-origin"]) == (status, "*")
    asked = {
        "Origin": SITE,
        "Access_Control_Request_Method": "POST",
        "Access_Control_Request_Headers": "content-type",
        "Access_Control_Request_Private_Network": "true",
    }
    preflight = open_endpoint.send("OPTIONS", "/query", **asked)
    assert (preflight.status, preflight.text) == (204, "")
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert preflight.headers["access-control-allow-headers"] == "content-type"
    assert preflight.headers["access-control-allow-private-network"] == "true"
    assert endpoint.send("OPTIONS", "/query", **asked).status == 403
    own = endpoint.send("OPTIONS", "/query")
    assert (own.status, own.headers["allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert "access-control-allow-origin" not in own.headers


FORMATS = {
    "SELECT": ("SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o LIMIT 5", (JSON, XML, CSV, TSV)),
    "ASK": ("ASK { ?s a ?o }", (JSON, XML, CSV, TSV)),
    "CONSTRUCT": ("CONSTRUCT { ?s a ?o } { ?s a ?o } LIMIT 5", (TURTLE, N3, RDFXML, XML, "json-ld")),
    "DESCRIBE": ("DESCRIBE <https://w3id.org/imaging-trials/id/agent/fes>", (TURTLE, RDFXML, "json-ld")),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("way", [("GET", URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)], ids=str)
def test_sparqlwrapper_reads_every_answer(endpoint: Endpoint, form: str, way: tuple[str, str]) -> None:
    text, formats = FORMATS[form]
    for format_ in formats:
        wrapper = SPARQLWrapper(endpoint.url)
        wrapper.setQuery(text)
        wrapper.setMethod(way[0])
        wrapper.setRequestMethod(way[1])
        wrapper.setReturnFormat(format_)
        assert wrapper.query().response.status == 200, format_
        assert wrapper.queryAndConvert(), format_


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("format_", ["xml", "json", "csv", "tsv"])
def test_rdflib_reads_every_answer(endpoint: Endpoint, method: str, format_: str) -> None:
    there = rdflib.Graph(SPARQLStore(endpoint.url, method=method, returnFormat=format_))
    (row,) = there.query(COUNT)
    assert int(str(row[0])) > 1000  # type: ignore[index]
    assert there.query("ASK { ?s a ?o }").askAnswer is True
    if format_ == "xml":  # rdflib asks for rows with the others
        assert len(there.query("CONSTRUCT { ?s a ?o } { ?s a ?o } LIMIT 7").graph or ()) == 7
