"""Asking other endpoints: a real Oxigraph server, and servers that do what servers should not."""

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import QuerySolutions, RdfFormat

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import named_graphs as layers
from rdfkit.stores import embedded as store
from rdfkit.stores import sparql_client as remote
from tests.support import small_checkout as small
from tests.support.servers import Answerer, free_port, oxigraph_server, raw_server


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small.checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def endpoint(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server that holds the small graph, inferred triples included, each in its named graph."""
    code = "import sys; from rdfkit.stores.embedded import open_store; from pyoxigraph import RdfFormat; "
    code += "open_store().dump(sys.stdout.buffer, RdfFormat.N_QUADS)"
    quads = small.python(root, "-c", code).stdout
    assert "graph/inferred" in quads
    with oxigraph_server(tmp_path_factory.mktemp("server")) as server:
        _load(server.graphs, quads)
        yield server.query


def _load(url: str, quads: str) -> None:
    media_type = {"Content-Type": RdfFormat.N_QUADS.media_type}
    request = urllib.request.Request(url, quads.encode(), media_type, method="POST")
    with urllib.request.urlopen(request, timeout=20):
        pass


def respond(status: str, media_type: str, body: bytes, *, headers: str = "", length: int | None = None) -> Answerer:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        size = len(body) if length is None else length
        head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {size}\r\n{headers}\r\n"
        connection.sendall(head.encode() + body)

    return serve


def refusal(url: str, text: str = "ASK {}", timeout: float = 10) -> str:
    with pytest.raises(UserError) as caught:
        remote.ask(url, text, timeout=timeout)
    assert "\n" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json"])
@pytest.mark.parametrize("site", ["bone", "lung"])
def test_a_saved_query_gives_the_same_from_an_endpoint(
    root: Path, endpoint: str, method: str, form: str, site: str
) -> None:
    arguments = ("query", "editions-by-site", "--set", f"site={site}", "--format", form)
    here = small.imt(root, *arguments)
    there = small.imt(root, *arguments, "--endpoint", endpoint, "--method", method)
    assert there.stderr == ""
    assert here.stdout == there.stdout
    assert (here.returncode, there.returncode) == (0, 0)


@pytest.mark.parametrize("form", ["table", "ttl", "nt"])
def test_triples_come_the_same_from_an_endpoint(root: Path, endpoint: str, form: str) -> None:
    here = small.imt(root, "query", "superseded", "--format", form)
    there = small.imt(root, "query", "superseded", "--format", form, "--endpoint", endpoint)
    assert here.stdout == there.stdout
    assert there.stdout


def test_the_dataset_goes_along(root: Path, endpoint: str) -> None:
    assert small.imt(root, "query", "supersedes-on-page", "--endpoint", endpoint).stdout == "false\n"
    text = "SELECT (COUNT(*) AS ?n) { ?new imt:supersedes ?old }"
    for dataset, count in {"all": 3, "asserted": 2, "page": 0, "default": 0}.items():
        done = small.imt(root, "query", "--sparql", text, "--graphs", dataset, "--endpoint", endpoint)
        assert done.stdout == f"n\n-\n{count}\n(1 row)\n"
    named = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
    for dataset in ("all", "asserted", "page"):
        here = small.imt(root, "query", "--sparql", named, "--graphs", dataset)
        there = small.imt(root, "query", "--sparql", named, "--graphs", dataset, "--endpoint", endpoint)
        assert here.stdout == there.stdout


def test_an_empty_answer_from_an_endpoint_is_as_wrong_as_from_here(root: Path, endpoint: str) -> None:
    done = small.imt(root, "query", "editions-by-site", "--set", "site=nowhere", "--endpoint", endpoint)
    assert done.returncode == 1
    assert "its header says that is wrong" in done.stderr


def test_terms_come_back_as_the_endpoint_has_them(endpoint: str) -> None:
    text = (
        'SELECT ?x { VALUES ?x { "1.60"^^<http://www.w3.org/2001/XMLSchema#decimal> "a"@en-GB "\\u0000\\n\\"" '
        '"2014-01-01"^^<http://www.w3.org/2001/XMLSchema#date> <http://example.org/é> UNDEF } }'
    )
    rows = remote.ask(endpoint, text)
    assert isinstance(rows, QuerySolutions)
    assert [str(row["x"]) for row in rows][1:] == [
        '"a"@en-gb',
        '"\\u0000\\n\\""',
        '"2014-01-01"^^<http://www.w3.org/2001/XMLSchema#date>',
        "<http://example.org/é>",
        "None",
    ]


def test_what_the_server_says_of_a_broken_query_is_passed_on(endpoint: str) -> None:
    sentence = refusal(endpoint, "SELECT ?x WHERE { ?x ?y }")
    assert sentence.startswith(f"{endpoint} answers 400: ")
    assert "error at 1:26" in sentence


def test_an_update_is_not_sent(root: Path, endpoint: str) -> None:
    done = small.imt(root, "query", "--sparql", "DROP ALL", "--endpoint", endpoint)
    assert done.returncode == 2
    assert "DROP is a SPARQL update" in done.stderr


def test_what_a_url_asks_itself_is_kept() -> None:
    asked: list[str] = []

    def serve(connection: socket.socket) -> None:
        asked.append(connection.recv(65536).decode().split(" ")[1])
        body = b'{"head":{},"boolean":true}'
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)

    with raw_server(serve) as url:
        assert bool(remote.ask(f"{url}?key=a%20b&lang=de#top", "ASK {}"))
    (sent,) = map(urlsplit, asked)
    assert sent.path == "/query"
    assert parse_qs(sent.query) == {"key": ["a b"], "lang": ["de"], "query": ["ASK {}"]}


def _silent(connection: socket.socket) -> None:
    connection.recv(65536)
    time.sleep(30)


def _dripping_head(connection: socket.socket) -> None:
    connection.recv(65536)
    for byte in b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def _dripping_body(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.1)


def _dripping_error(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 500 Oh\r\nContent-Type: text/plain\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


@pytest.mark.parametrize("serve", [_silent, _dripping_head, _dripping_body, _dripping_error])
def test_the_time_limit_holds_whatever_the_server_does(serve: Answerer) -> None:
    with raw_server(serve) as url:
        start = time.monotonic()
        assert refusal(url, timeout=1).endswith("within 1 s: allow more with --timeout, or ask for less.")
        assert 0.9 < time.monotonic() - start < 2.5


def test_the_command_ends_with_the_time_limit_too(root: Path) -> None:
    with raw_server(_dripping_body) as url:
        start = time.monotonic()
        done = small.imt(root, "query", "superseded", "--endpoint", url, "--timeout", "0.5")
        assert time.monotonic() - start < 3
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "gave no whole answer within 0.5 s" in done.stderr


def test_an_endpoint_that_is_not_there_gets_a_sentence() -> None:
    assert "cannot be reached (Connection refused)" in refusal(f"http://127.0.0.1:{free_port()}/query")


HTML = b"<!doctype html><html><head><title>Not this</title></head><body><h1>Forbidden  here</h1></body></html>"


@pytest.mark.parametrize(
    ("serve", "sentence"),
    [
        (respond("200 OK", "text/html", HTML), "answers with text/html and not with SPARQL results"),
        (respond("200 OK", "application/sparql-results+json", b'{"head":'), "broken application/sparql-results+json"),
        (respond("200 OK", "application/sparql-results+json", b'{"head":{}', length=99), "broke off in the middle"),
        (respond("403 Forbidden", "text/html", HTML), "forbids this (Forbidden here): ask who runs it"),
        (respond("404 Not Found", "text/plain", b"\n\nno such store\nmore"), "answers 404: no such store"),
        (
            respond("401 Unauthorized", "text/plain", b""),
            "wants a user: name one with --user, and the password in IMT_PASSWORD.",
        ),
        (respond("500 Oh", "text/plain", b'it\'s "broken"\xff\nmore'), 'answers 500: it\'s "broken"\ufffd'),
        (respond("503 Busy", "text/plain", b"come back later"), "answers 503: come back later"),
        (respond("302 Found", "text/plain", b"", headers="Location: /query\r\n"), "answers 302 and sends on to /query"),
        (respond("302 Found", "text/plain", b"", headers="Location: file:///etc/passwd\r\n"), "answers 302"),
        (lambda connection: connection.sendall(b"SSH-2.0-OpenSSH\r\n"), "does not speak HTTP"),
        (lambda connection: connection.recv(9999) and None, "closed the connection without an answer"),
    ],
    ids=["page", "broken", "cut", "403", "404", "401", "500", "503", "loop", "file", "ssh", "closed"],
)
def test_an_answer_that_is_none_gets_one_sentence(serve: Answerer, sentence: str) -> None:
    with raw_server(serve) as url:
        assert sentence in refusal(url)


def test_triples_that_break_off_are_no_answer() -> None:
    broken = respond("200 OK", "text/turtle", b"<http://a> <http://b> <http://c> .\n", length=1000)
    with raw_server(broken) as url:
        assert "broke off in the middle" in refusal(url, "CONSTRUCT WHERE { ?s ?p ?o }")


def test_rows_of_a_broken_result_are_not_printed(root: Path) -> None:
    row = {"edition": {"type": "uri", "value": "http://example.org/x"}}
    whole = json.dumps({"head": {"vars": ["edition"]}, "results": {"bindings": [row] * 50}}).encode()
    with raw_server(respond("200 OK", "application/sparql-results+json", whole[:-30])) as url:
        done = small.imt(root, "query", "editions-by-site", "--endpoint", url, "--format", "csv")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("url", ["", "127.0.0.1:80", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://[/",
                                 "http://127.0.0.1:99999/", "http://127.0.0.1/ x", "http://127.0.0.1/\n"])  # fmt: skip
def test_an_address_that_is_none_gets_a_sentence(url: str) -> None:
    with pytest.raises(UserError, match="is no address of an endpoint"):
        remote.ask(url, "ASK {}")


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_a_time_limit_is_a_number_of_seconds(root: Path, seconds: str) -> None:
    done = small.imt(root, "query", "superseded", "--endpoint", "http://127.0.0.1:9/", f"--timeout={seconds}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--timeout" in done.stderr


@pytest.mark.parametrize("name", layers.dataset_names(PROJECT))
def test_an_endpoint_is_asked_over_the_same_graphs_as_the_embedded_store(name: str) -> None:
    assert remote.dataset(PROJECT.root, name) == layers.dataset(PROJECT, store.open_store(PROJECT), name)
