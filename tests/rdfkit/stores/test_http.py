"""The HTTP client: time limits, retries, redirects, and readable errors."""

import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from rdfkit.base.errors import UserError
from rdfkit.stores import http
from rdfkit.stores.http import Client, Connection, Request
from tests.support.faulty_proxy import hang, read_request
from tests.support.servers import Answerer, raw_server, respond

MANY_BYTES = 200_000_000


def client(timeout: float = 20, retries: int = 0, total: float = 60) -> Client:
    return Client(timeout=timeout, total=total, retries=retries)


def answering_early(status: str) -> Answerer:
    """Answer as soon as the head is there, and close without reading the body."""

    def serve(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 4\r\n\r\nfull".encode())

    return serve


def test_answer_before_all_is_sent() -> None:
    with raw_server(answering_early("413 Too large")) as url:
        response = client().request("PUT", url, body=b"x" * 50_000_000)
    assert (response.status, response.body) == (413, b"full")


def test_body_is_sent_completely() -> None:
    body = bytes(range(256)) * 1000
    received = bytearray()

    def serve(connection: socket.socket) -> None:
        while not received.endswith(body):
            received.extend(connection.recv(1 << 20))
        connection.sendall(b"HTTP/1.1 204 Done\r\n\r\n")

    with raw_server(serve) as url:
        assert client().request("PUT", url, body=body, media_type="text/turtle").status == 204
    head = bytes(received).partition(b"\r\n\r\n")[0].decode().lower().split("\r\n")
    assert {"content-length: 256000", "content-type: text/turtle"} <= set(head)
    assert not any(line.startswith(("transfer-encoding", "authorization")) for line in head)


def test_nothing_is_sent_after_the_time_limit() -> None:
    """A server that reads only after the client stopped gets what was in the buffers of the network."""
    given_up, counted = threading.Event(), threading.Event()
    received: list[int] = []

    def serve(connection: socket.socket) -> None:
        connection.recv(100)
        given_up.wait(60)
        try:
            while piece := connection.recv(1 << 20):
                received.append(len(piece))
        finally:
            counted.set()

    with raw_server(serve) as url:
        with pytest.raises(UserError, match=r"sent no complete answer within 0\.3 s: allow more with --timeout"):
            client(timeout=0.3).request("PUT", url, body=b"x" * MANY_BYTES)
        given_up.set()
        assert counted.wait(60)
    assert sum(received) < MANY_BYTES / 4


def dripping(begin: bytes, ended: threading.Event) -> Answerer:
    """Send a beginning and then single bytes, until the client hangs up."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(begin)
        try:
            for _ in range(1200):
                connection.sendall(b"x")
                ended.wait(0.05)
        except OSError:
            ended.set()

    return serve


@pytest.mark.parametrize(
    "begin", [b"", b"HTTP/1.1 200 OK\r\nX-Drip: ", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 500 Oh\r\n\r\n"]
)
def test_dripping_server_is_hung_up_on(begin: bytes) -> None:
    """Each byte comes in time, the whole answer does not; the connection is closed, as the server notices."""
    ended = threading.Event()
    with raw_server(dripping(begin, ended)) as url:
        with pytest.raises(UserError, match=r"sent no complete answer within 0\.3 s"):
            client(timeout=0.3).request("GET", url)
        assert ended.wait(30)


def test_time_limit_covers_name_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that does not answer is simulated; Python gives it no time limit."""
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(60) and [])
    with pytest.raises(UserError, match=r"sent no complete answer within 0\.2 s"):
        client(timeout=0.2).request("GET", "http://example.org/")
    assert not answered.is_set()
    answered.set()


def test_total_limit_is_named_where_it_was_too_short() -> None:
    def silent(connection: socket.socket) -> None:
        hang(read_request(connection))

    with raw_server(silent) as url, pytest.raises(UserError, match="allow more with --total-timeout"):
        client(timeout=20, total=0.3).request("GET", url)


def test_answer_of_too_many_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 1000)
    with raw_server(respond("200 OK", "text/plain", b"x" * 1000)) as url:
        assert len(client().request("GET", url).body) == 1000
    with (
        raw_server(respond("200 OK", "text/plain", b"x" * 1001)) as url,
        pytest.raises(UserError, match="more than 1,000 bytes: ask for less, with LIMIT"),
    ):
        client().request("GET", url)


def test_busy_server_is_asked_again() -> None:
    answers = [b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 204 Done\r\n\r\n"]
    waits: list[str] = []

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answers.pop(0))

    with raw_server(serve) as url:
        again = Client(timeout=20, total=60, retries=1, report=waits.append)
        assert again.request("GET", f"{url}?key=secret").status == 204
        assert waits == [f"{url} answers 503: waiting 0.5 s"]


def test_broken_connection_is_retried_only_after_success() -> None:
    """A host that never answered is most likely the wrong address."""
    requests: list[int] = []

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        requests.append(1)
        if len(requests) == 2:
            connection.sendall(b"HTTP/1.1 204 Done\r\n\r\n")

    with raw_server(serve) as url:
        again = client(retries=1)
        with pytest.raises(UserError, match="closed the connection without an HTTP answer: check that it is a SPARQL"):
            again.request("GET", url)
        assert len(requests) == 1
        assert again.request("GET", url).status == 204
        with pytest.raises(UserError, match=r"closed the connection without an HTTP answer.*\(tried 2 times\)"):
            again.request("GET", url)
    assert len(requests) == 4


def test_redirect_is_not_followed_unless_asked_for() -> None:
    arrived: list[bytes] = []

    def there(connection: socket.socket) -> None:
        arrived.append(read_request(connection).raw)
        connection.sendall(b"HTTP/1.1 204 Done\r\n\r\n")

    with raw_server(there) as target:
        headers = f"Location: {target}?key=secret\r\n"
        with raw_server(respond("307 On", "text/plain", b"", headers=headers)) as url:
            no_redirects = client()
            response = no_redirects.request("PUT", url, body=b"x")
            with pytest.raises(UserError, match=f"answers 307 and redirects to {target}: give the final") as caught:
                no_redirects.require_ok(response)
            assert "secret" not in str(caught.value)
            assert not arrived
            assert Connection(follow=True).send(Request("PUT", url, b"xyz"), 20).status == 204
    assert arrived[0].endswith(b"xyz")


def later(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        (lambda: "7", 7, 7),
        (lambda: later(6000), 5000, 6001),
        (lambda: later(-60), 0, 0),
        (lambda: "soon", 0, 0),
        (lambda: "", 0, 0),
        (lambda: "9" * 400, 1e8, 1e9),
        (lambda: "٣", 0, 0),
        (lambda: "Fri, 31 Dec 99999 23:59:59 GMT", 0, 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: Callable[[], str], least: float, most: float) -> None:
    headers = httpx.Headers([(b"Retry-After", value().encode())])
    assert least <= http.retry_after(headers) <= most


def test_too_long_wait_ends_the_request() -> None:
    with (
        raw_server(respond("503 No", "text/plain", b"", headers="Retry-After: 86400\r\n")) as url,
        pytest.raises(UserError, match=r"answers 503, and the next attempt is due in 8\.64e\+04 s, which is more"),
    ):
        client(retries=3).request("GET", url)


def test_address_too_long_for_httpx_gets_a_sentence() -> None:
    with pytest.raises(UserError, match=r"cannot take this request as an address .*: send long queries by POST"):
        client().request("GET", f"http://127.0.0.1:9/?query={'x' * 70_000}")
