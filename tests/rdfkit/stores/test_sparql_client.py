"""The SPARQL client: a real Oxigraph server, and servers that misbehave."""

import json
import socket
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import QuerySolutions, RdfFormat

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import named_graphs
from rdfkit.stores import embedded, sparql_client
from tests.support import small_checkout
from tests.support.servers import Answerer, free_port, oxigraph_server, raw_server, respond

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_checkout.checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def endpoint(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a real server with the small graph, inferred triples included, each in its named graph."""
    quads = embedded.from_sources(PROJECT.at(root)).dump(format=RdfFormat.N_QUADS)
    assert quads
    with oxigraph_server(tmp_path_factory.mktemp("server")) as server:
        media_type = {"Content-Type": RdfFormat.N_QUADS.media_type}
        request = urllib.request.Request(server.graphs, quads, media_type, method="POST")
        with urllib.request.urlopen(request, timeout=60):
            yield server.query


def refusal(url: str, text: str = "ASK {}", timeout: float = 10) -> str:
    with pytest.raises(UserError) as caught:
        sparql_client.ask_endpoint(url, text, timeout=timeout)
    assert "\n" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("method", "form", "site"), [("get", "table", "bone"), ("post", "json", "lung")])
def test_saved_query_gives_the_same_rows(root: Path, endpoint: str, method: str, form: str, site: str) -> None:
    arguments = ("query", "editions-by-site", "--param", f"site={site}", "--format", form)
    here = small_checkout.imt(root, *arguments)
    there = small_checkout.imt(root, *arguments, "--endpoint", endpoint, "--method", method)
    assert there.stderr == ""
    assert here.stdout == there.stdout
    assert (here.returncode, there.returncode) == (0, 0)


def test_saved_query_gives_the_same_triples(root: Path, endpoint: str) -> None:
    here = small_checkout.imt(root, "query", "superseded", "--format", "ttl")
    there = small_checkout.imt(root, "query", "superseded", "--format", "ttl", "--endpoint", endpoint)
    assert here.stdout == there.stdout
    assert there.stdout


def test_dataset_is_sent_with_the_query(root: Path, endpoint: str) -> None:
    assert small_checkout.imt(root, "query", "supersedes-on-page", "--endpoint", endpoint).stdout == "false\n"
    text = "SELECT (COUNT(*) AS ?n) { ?new imt:supersedes ?old }"
    for dataset, count in {"asserted": 2, "default": 0}.items():
        done = small_checkout.imt(root, "query", "--sparql", text, "--dataset", dataset, "--endpoint", endpoint)
        assert done.stdout == f"n\n-\n{count}\n(1 row)\n"


@pytest.mark.parametrize(("dataset", "count"), [("all", 3), ("asserted", 2), ("page", 0)])
def test_query_is_answered_over_its_dataset(root: Path, endpoint: str, dataset: str, count: int) -> None:
    graphs = sparql_client.endpoint_graphs(PROJECT.at(root), dataset)
    text = "SELECT ?new { ?new <https://w3id.org/imaging-trials/vocab#supersedes> ?old }"
    rows = sparql_client.ask_endpoint(endpoint, text, graphs)
    assert isinstance(rows, QuerySolutions)
    assert len(list(rows)) == count
    named = sparql_client.ask_endpoint(endpoint, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", graphs, method="post")
    assert isinstance(named, QuerySolutions)
    found = {row["g"] for row in named}
    assert found <= set(graphs)
    assert PROJECT.graph_iri("page") in found


def test_empty_answer_is_as_wrong_as_from_the_own_graph(root: Path, endpoint: str) -> None:
    done = small_checkout.imt(root, "query", "editions-by-site", "--param", "site=brain", "--endpoint", endpoint)
    assert done.returncode == 1
    assert "its header says 'may-be-empty: false'" in done.stderr


def test_terms_are_returned_unchanged(endpoint: str) -> None:
    text = (
        'SELECT ?x { VALUES ?x { "1.60"^^<http://www.w3.org/2001/XMLSchema#decimal> "a"@en-GB "\\u0000\\n\\"" '
        '"2014-01-01"^^<http://www.w3.org/2001/XMLSchema#date> <http://example.org/é> UNDEF } }'
    )
    rows = sparql_client.ask_endpoint(endpoint, text)
    assert isinstance(rows, QuerySolutions)
    assert [str(row["x"]) for row in rows][1:] == [
        '"a"@en-gb',
        '"\\u0000\\n\\""',
        '"2014-01-01"^^<http://www.w3.org/2001/XMLSchema#date>',
        "<http://example.org/é>",
        "None",
    ]


def test_message_of_the_server_is_passed_on(endpoint: str) -> None:
    sentence = refusal(endpoint, "SELECT ?x WHERE { ?x ?y }")
    assert sentence.startswith(f"{endpoint} answers 400: ")
    assert "error at 1:26" in sentence


def test_update_is_not_sent(root: Path, endpoint: str) -> None:
    done = small_checkout.imt(root, "query", "--sparql", "DROP ALL", "--endpoint", endpoint)
    assert done.returncode == 2
    assert "DROP is a SPARQL update" in done.stderr


def test_parameters_of_the_address_are_kept() -> None:
    asked: list[str] = []

    def serve(connection: socket.socket) -> None:
        asked.append(connection.recv(65536).decode().split(" ")[1])
        body = b'{"head":{},"boolean":true}'
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)

    with raw_server(serve) as url:
        assert bool(sparql_client.ask_endpoint(f"{url}?key=a%20b&lang=de#top", "ASK {}"))
    (sent,) = map(urlsplit, asked)
    assert sent.path == "/query"
    assert parse_qs(sent.query) == {"key": ["a b"], "lang": ["de"], "query": ["ASK {}"]}


def _dripping(connection: socket.socket) -> None:
    """Send a byte of the body now and then, for a minute."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n")
    never = threading.Event()
    for _ in range(600):
        connection.sendall(b" ")
        never.wait(0.1)


def test_time_limit_covers_the_whole_answer(root: Path) -> None:
    with raw_server(_dripping) as url:
        assert refusal(url, timeout=0.3).endswith("within 0.3 s: allow more with --timeout, or ask for less.")
        done = small_checkout.imt(root, "query", "superseded", "--endpoint", url, "--timeout", "0.5")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "sent no complete answer within 0.5 s" in done.stderr


def test_unreachable_endpoint_gets_a_sentence() -> None:
    assert "cannot be reached (Connection refused)" in refusal(f"http://127.0.0.1:{free_port()}/query")


HTML = b"<!doctype html><html><head><title>Not this</title></head><body><h1>Forbidden  here</h1></body></html>"


@pytest.mark.parametrize(
    ("serve", "sentence"),
    [
        (respond("200 OK", "text/html", HTML), "answers with text/html and not with SPARQL results"),
        (respond("200 OK", "application/sparql-results+json", b'{"head":'), "invalid application/sparql-results+json"),
        (
            respond("200 OK", "application/sparql-results+json", b'{"head":{}', length=99),
            "closed the connection in the middle",
        ),
        (respond("403 Forbidden", "text/html", HTML), "forbids this (Forbidden here): ask its operator"),
        (respond("404 Not Found", "text/plain", b"\n\nno such store\nmore"), "answers 404: no such store"),
        (
            respond("401 Unauthorized", "text/plain", b""),
            "requires a user: name one with --user, and put the password into IMT_PASSWORD.",
        ),
        (respond("500 Oh", "text/plain", b'it\'s "broken"\xff\nmore'), 'answers 500: it\'s "broken"\ufffd'),
        (respond("503 Busy", "text/plain", b"come back later"), "answers 503: come back later"),
        (
            respond("302 Found", "text/plain", b"", headers="Location: /query\r\n"),
            "redirects in a circle, or not to HTTP",
        ),
        (
            respond("302 Found", "text/plain", b"", headers="Location: file:///etc/passwd\r\n"),
            "redirects in a circle, or not to",
        ),
        (lambda connection: connection.sendall(b"SSH-2.0-OpenSSH\r\n"), "closed the connection without an HTTP answer"),
        (lambda connection: connection.sendall(b"220 mail ready\r\n\r\n"), "does not speak HTTP"),
        (lambda connection: connection.recv(9999) and None, "closed the connection without an HTTP answer"),
    ],
    ids=["page", "broken", "cut", "403", "404", "401", "500", "503", "loop", "file", "ssh", "smtp", "closed"],
)
def test_unusable_answer_gets_one_sentence(serve: Answerer, sentence: str) -> None:
    with raw_server(serve) as url:
        assert sentence in refusal(url)


def test_incomplete_triples_are_no_answer() -> None:
    broken = respond("200 OK", "text/turtle", b"<http://a> <http://b> <http://c> .\n", length=1000)
    with raw_server(broken) as url:
        assert "closed the connection in the middle" in refusal(url, "CONSTRUCT WHERE { ?s ?p ?o }")


def test_rows_of_an_incomplete_result_are_not_printed(root: Path) -> None:
    row = {"edition": {"type": "uri", "value": "http://example.org/x"}}
    whole = json.dumps({"head": {"vars": ["edition"]}, "results": {"bindings": [row] * 50}}).encode()
    with raw_server(respond("200 OK", "application/sparql-results+json", whole[:-30])) as url:
        done = small_checkout.imt(root, "query", "editions-by-site", "--endpoint", url, "--format", "csv")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("url", ["", "127.0.0.1:80", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://[/",
                                 "http://127.0.0.1:99999/", "http://127.0.0.1/ x", "http://127.0.0.1/\n"])  # fmt: skip
def test_invalid_address_gets_a_sentence(url: str) -> None:
    with pytest.raises(UserError, match="is not the address of an endpoint"):
        sparql_client.ask_endpoint(url, "ASK {}")


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_time_limit_is_a_number_of_seconds(root: Path, seconds: str) -> None:
    done = small_checkout.imt(root, "query", "superseded", "--endpoint", "http://127.0.0.1:9/", f"--timeout={seconds}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--timeout" in done.stderr


@pytest.mark.parametrize("name", named_graphs.dataset_names(PROJECT))
def test_dataset_is_that_of_the_embedded_store(name: str) -> None:
    assert sparql_client.endpoint_graphs(PROJECT, name) == named_graphs.dataset(
        PROJECT, embedded.open_store(PROJECT), name
    )
