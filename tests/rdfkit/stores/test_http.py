"""How the command speaks HTTP with a store: who it says it is, to whom, and how long it waits."""

import os
import pty
import re
import socket
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import format_datetime
from pathlib import Path

import pytest

from rdfkit.base.errors import UserError
from rdfkit.stores import http as exchange
from rdfkit.stores import http_auth as login
from rdfkit.stores import sparql_client as remote
from rdfkit.stores.http import Client
from rdfkit.stores.http_auth import Login
from tests.support.servers import Answerer, raw_server

WHO = Login("Mufasa", "Circle of Life")


def digest(algorithm: str) -> login.Challenge:
    """The challenge of the examples in RFC 7616, 3.9.1, as one header with two challenges has it."""
    found = login.challenge([
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=' + algorithm + ', '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    ])  # fmt: skip
    assert found
    return found


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_gives_what_its_rfc_gives(algorithm: str, response: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda _: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    header = login.authorization(WHO, digest(algorithm), "GET", "http://www.example.org/dir/index.html")
    assert f'response="{response}"' in header
    assert "nc=00000001" in header
    assert f"algorithm={algorithm}" in header
    assert 'uri="/dir/index.html"' in header


def test_every_use_of_a_nonce_is_counted() -> None:
    asked = digest("MD5")
    headers = [login.authorization(WHO, asked, "GET", "http://example.org/?a=b") for _ in range(2)]
    assert ["nc=00000001" in headers[0], "nc=00000002" in headers[1]] == [True, True]
    assert 'uri="/?a=b"' in headers[0]


@pytest.mark.parametrize(
    ("headers", "scheme", "algorithm"),
    [
        (['Basic realm="x, y=z"'], "basic", ""),
        (['Digest realm="a", nonce="n"', 'Basic realm="b"'], "digest", ""),
        (['Basic realm="b", Digest realm="a", nonce="n", algorithm=MD5, Digest realm="", nonce="n", algorithm=SHA-256'],
         "digest", "SHA-256"),
        (["Negotiate", 'NTLM', 'Basic realm="b"'], "basic", ""),
        (['Digest realm="a", nonce="n", algorithm=SHA-512-256, Basic realm="b"'], "basic", ""),
        (['Digest realm="a", nonce="n", qop="auth-int", Basic realm="b"'], "basic", ""),
    ],
)  # fmt: skip
def test_the_best_challenge_is_met(headers: list[str], scheme: str, algorithm: str) -> None:
    found = login.challenge(headers)
    assert found
    assert (found.scheme, found.parameters.get("algorithm", "")) == (scheme, algorithm)


@pytest.mark.parametrize("headers", [[], [""], ["Negotiate"], ["Bearer"], ['Digest realm="a"'], ["\x00,,=,", "Digest"]])
def test_a_challenge_that_nobody_can_meet_is_none(headers: list[str]) -> None:
    assert login.challenge(headers) is None


def test_a_password_is_not_printed() -> None:
    assert "Circle" not in repr(WHO)


def test_without_a_password_and_without_a_terminal_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(login.VARIABLE, raising=False)
    with pytest.raises(UserError, match="There is no password for me: set IMT_PASSWORD"):
        login.credentials("me")
    monkeypatch.setenv(login.VARIABLE, "")
    assert login.credentials("me") == Login("me", "")
    assert login.credentials(None) is None
    with pytest.raises(UserError, match="without colon"):
        login.credentials("me:secret")


class Guarded:
    """A server that wants a user, and remembers what it was sent."""

    def __init__(self, challenge: str, *, after: str = "200 OK", body: bytes = b'{"head":{},"boolean":true}') -> None:
        self.challenge = challenge
        self.after = after
        self.body = body
        self.sent: list[str] = []

    def __call__(self, connection: socket.socket) -> None:
        request = connection.recv(1 << 20).decode()
        header = re.search(r"(?i)\r\nauthorization: (.*)\r\n", request)
        self.sent.append(header[1] if header else "")
        head = f"HTTP/1.1 401 Who\r\n{self.challenge}Content-Length: 0\r\n\r\n"
        if header:
            head = f"HTTP/1.1 {self.after}\r\nContent-Type: application/sparql-results+json\r\n"
            head += f"Content-Length: {len(self.body)}\r\n\r\n{self.body.decode()}"
        connection.sendall(head.encode())


def client(who: Login | None = None, timeout: float = 10) -> Client:
    return Client(who, timeout=timeout, total=60, retries=0)


def test_a_password_goes_only_to_a_server_that_asks_for_it() -> None:
    guarded = Guarded('WWW-Authenticate: Basic realm="x"\r\n')
    with raw_server(guarded) as url:
        asks = client(WHO)
        assert asks.request("GET", url).status == 200
        assert asks.request("GET", url).status == 200
    assert [b64decode(sent.removeprefix("Basic ")) for sent in guarded.sent] == [b"", *[b"Mufasa:Circle of Life"] * 2]
    guarded = Guarded("")
    with raw_server(guarded) as url:
        assert client(WHO).request("GET", url).status == 401
    assert guarded.sent == [""]


def test_a_wrong_password_is_not_tried_twice() -> None:
    guarded = Guarded('WWW-Authenticate: Basic realm="x"\r\n', after='401 No\r\nWWW-Authenticate: Basic realm="x"')
    with raw_server(guarded) as url:
        asks = client(WHO)
        with pytest.raises(UserError, match="does not take Mufasa with this password: check both"):
            asks.demand(asks.request("GET", url))
        assert len(guarded.sent) == 2
        assert asks.request("GET", url).status == 401
    assert len(guarded.sent) == 3


def test_a_new_nonce_is_used_where_the_old_one_is_stale() -> None:
    nonces: list[str] = []

    def serve(connection: socket.socket) -> None:
        request = connection.recv(1 << 20).decode()
        wanted = f"n{len(nonces)}"
        if f'nonce="{wanted}"' in request:
            nonces.append(wanted)  # each is good once
            connection.sendall(b"HTTP/1.1 204 Done\r\n\r\n")
        else:
            asked = f'Digest realm="x", qop="auth", nonce="{wanted}", stale={"true" if "nonce" in request else "false"}'
            connection.sendall(f"HTTP/1.1 401 Who\r\nWWW-Authenticate: {asked}\r\nContent-Length: 0\r\n\r\n".encode())

    with raw_server(serve) as url:
        asks = client(WHO)
        assert [asks.request("PUT", url, body=b"x").status for _ in range(3)] == [204, 204, 204]
    assert nonces == ["n0", "n1", "n2"]


def test_an_endpoint_is_asked_as_a_user_where_it_wants_one() -> None:
    for challenge in ('Basic realm="x"', 'Digest realm="x", nonce="n", qop="auth"'):
        guarded = Guarded(f"WWW-Authenticate: {challenge}\r\n")
        with raw_server(guarded) as url:
            assert bool(remote.ask(url, "ASK {}", who=WHO))
            with pytest.raises(UserError, match="wants a user: name one with --user"):
                remote.ask(url, "ASK {}")
        assert guarded.sent[0] == guarded.sent[2] == ""
        assert guarded.sent[1].startswith(challenge.split(" ")[0])


def test_an_endpoint_that_sends_on_does_not_send_the_password_on() -> None:
    there = Guarded('WWW-Authenticate: Basic realm="x"\r\n')
    with raw_server(there) as target:
        here = Guarded('WWW-Authenticate: Basic realm="x"\r\n', after=f"302 On\r\nLocation: {target}")
        with raw_server(here) as url, pytest.raises(UserError, match="does not take Mufasa"):
            remote.ask(url, "ASK {}", who=WHO)
    assert here.sent[1].startswith("Basic ")
    assert there.sent == [""]


def test_a_load_does_not_follow_a_server_that_sends_on() -> None:
    there = Guarded("")
    with raw_server(there) as target:
        here = Guarded("WWW-Authenticate: Basic realm=x\r\n", after=f"307 On\r\nLocation: {target}?key=secret")
        with raw_server(here) as url:
            asks = client(WHO)
            with pytest.raises(UserError, match=f"answers 307 and sends on to {target}: give the address") as caught:
                asks.demand(asks.request("PUT", url, body=b"x"))
    assert "secret" not in str(caught.value)
    assert there.sent == []


def answering_early(status: str) -> Answerer:
    """Answer as soon as the head is there, and close without reading what follows."""

    def serve(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 4\r\n\r\nfull".encode())
        connection.shutdown(socket.SHUT_WR)
        time.sleep(0.3)

    return serve


def test_an_answer_that_comes_before_all_was_sent_is_heard() -> None:
    with raw_server(answering_early("413 Too large")) as url:
        response = client().request("PUT", url, body=b"x" * 50_000_000)
    assert (response.status, response.body) == (413, b"full")


def test_a_server_that_reads_nothing_is_left_in_time_and_gets_no_more() -> None:
    got: list[int] = []

    def serve(connection: socket.socket) -> None:
        connection.recv(100)
        time.sleep(6)
        size = 0
        while piece := connection.recv(1 << 20):
            size += len(piece)
        got.append(size)

    with raw_server(serve) as url:
        begin = time.monotonic()
        with pytest.raises(UserError, match=r"gave no whole answer within 0\.5 s"):
            client(timeout=0.5).request("PUT", url, body=b"x" * 200_000_000)
        assert time.monotonic() - begin < 5
        while not got and time.monotonic() - begin < 30:
            time.sleep(0.05)
    assert got
    assert got[0] < 50_000_000  # what lay in the buffers of the network; the rest is never sent


def test_a_server_that_drips_is_hung_up_on_when_the_time_is_over() -> None:
    ended: list[float] = []

    def drip(connection: socket.socket) -> None:
        connection.recv(100)
        begin = time.monotonic()
        try:
            while time.monotonic() - begin < 8:
                connection.sendall(b"x")
                time.sleep(0.05)
        except OSError:
            ended.append(time.monotonic() - begin)

    with raw_server(drip) as url:
        begin = time.monotonic()
        with pytest.raises(UserError, match=r"gave no whole answer within 0\.5 s"):
            client(timeout=0.5).request("GET", url)
        assert time.monotonic() - begin < 6
        while not ended and time.monotonic() - begin < 9:
            time.sleep(0.05)
    assert ended
    assert ended[0] < 7


def later(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("wish", "least", "most"),
    [
        (lambda: "7", 7, 7),
        (lambda: later(60), 57, 61),
        (lambda: later(-60), 0, 0),
        (lambda: "soon", 0, 0),
        (lambda: "", 0, 0),
        (lambda: "9" * 400, 1e8, 1e9),
        (lambda: "٣", 0, 0),
        (lambda: "Fri, 31 Dec 99999 23:59:59 GMT", 0, 0),
    ],
)
def test_how_long_to_wait_is_read_as_seconds_or_as_a_date(wish: Callable[[], str], least: float, most: float) -> None:
    headers = Message()
    headers["Retry-After"] = wish()
    assert least <= exchange.retry_after(headers) <= most


def test_the_password_is_asked_for_on_a_terminal_and_not_shown() -> None:
    guarded = Guarded('WWW-Authenticate: Basic realm="x"\r\n')
    with raw_server(guarded) as url:
        ours, theirs = pty.openpty()
        command = [str(Path(sys.executable).with_name("imt")), "query", "--sparql", "ASK {}", "--endpoint", url]
        environment = {name: value for name, value in os.environ.items() if name != login.VARIABLE}
        with subprocess.Popen(
            [*command, "--user", "Mufasa"],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            env=environment,
            start_new_session=True,
        ) as process:
            os.close(theirs)
            shown = b""
            while b"Password of Mufasa: " not in shown:
                shown += os.read(ours, 1000)
            os.write(ours, b"Circle of Life\n")
            out, _ = process.communicate(timeout=20)
            shown += os.read(ours, 1000)
        os.close(ours)
    assert (process.returncode, out) == (0, b"true\n")
    assert b"Circle" not in shown
    assert b64decode(guarded.sent[1].removeprefix("Basic ")) == b"Mufasa:Circle of Life"
