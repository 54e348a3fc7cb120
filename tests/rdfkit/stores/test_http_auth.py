"""Authentication: the password goes to the server that asks for it, by the scheme that it asks for."""

import hashlib
import os
import pty
import re
import socket
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from urllib.request import parse_http_list, parse_keqv_list

import pytest

from rdfkit.base.errors import UserError
from rdfkit.stores import sparql_client
from rdfkit.stores.http import Client, Login, credentials
from rdfkit.stores.http_errors import PASSWORD_VARIABLE
from tests.support.faulty_proxy import read_request
from tests.support.servers import raw_server

LOGIN = Login("Mufasa", "Circle of Life")
BASIC = b"Mufasa:Circle of Life"
TRUE = b'{"head":{},"boolean":true}'


class Guarded:
    """A server that requires a user, and keeps the ``Authorization`` header of each request."""

    def __init__(self, *challenges: str, then: str = "200 OK", headers: str = "") -> None:
        self.challenges = "".join(f"WWW-Authenticate: {challenge}\r\n" for challenge in challenges)
        self.then = then
        self.headers = headers
        self.sent: list[str] = []

    def __call__(self, connection: socket.socket) -> None:
        request = read_request(connection).raw.decode()
        header = re.search(r"(?i)\r\nauthorization: (.*)\r\n", request)
        self.sent.append(header[1] if header else "")
        if header and self.accepts(request, header[1]):
            status, headers, body = self.then, self.headers, TRUE
        else:
            status, headers, body = "401 Who", self.challenges, b""
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/sparql-results+json\r\n{headers}"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def accepts(self, request: str, header: str) -> bool:
        """Return whether the credentials are the right ones."""
        return bool(request and header)


class Digest(Guarded):
    """A server that computes the digest of RFC 7616, section 3.4.1, itself; each nonce is good for some requests."""

    def __init__(self, algorithm: str, *, uses: int = 10**6) -> None:
        super().__init__()
        self.algorithm = algorithm
        self.uses = uses
        self.nonces = 0
        self.counts: list[str] = []
        self.new_nonce()

    def new_nonce(self) -> None:
        self.nonces += 1
        self.used = 0
        stale = "false" if self.nonces == 1 else "true"
        self.challenges = (
            f'WWW-Authenticate: Digest realm="a, b", qop="auth, auth-int", algorithm={self.algorithm}, '
            f'nonce="n{self.nonces}", opaque="o", stale={stale}\r\n'
        )

    def accepts(self, request: str, header: str) -> bool:
        method, path, _ = request.split("\r\n", maxsplit=1)[0].split(" ")
        given = parse_keqv_list(parse_http_list(header.removeprefix("Digest ")))

        def hashed(*texts: str) -> str:
            name = self.algorithm.lower().removesuffix("-sess").replace("sha-", "sha")
            return hashlib.new(name, ":".join(texts).encode()).hexdigest()

        secret = hashed(LOGIN.user, "a, b", LOGIN.password)
        if self.algorithm.endswith("-sess"):
            secret = hashed(secret, given["nonce"], given["cnonce"])
        expected = hashed(secret, given["nonce"], given["nc"], given["cnonce"], "auth", hashed(method, path))
        self.counts.append(given["nc"])
        if self.used >= self.uses:
            self.new_nonce()
            return False
        self.used += 1
        return (given["nonce"], given["uri"], given["response"]) == (f"n{self.nonces}", path, expected)


def client(login: Login | None = LOGIN) -> Client:
    return Client(login, timeout=20, total=60, retries=0)


@pytest.mark.parametrize("algorithm", ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512", "SHA-512-sess"])
def test_digest_by_algorithm(algorithm: str) -> None:
    digest = Digest(algorithm)
    with raw_server(digest) as url:
        same = client()
        assert [same.request(method, f"{url}?a=b", body=b"x").status for method in ("PUT", "POST")] == [200, 200]
    assert digest.counts == ["00000001", "00000002"]
    assert len(digest.sent) == 3


def test_new_nonce_replaces_a_stale_one() -> None:
    digest = Digest("SHA-256", uses=1)
    with raw_server(digest) as url:
        same = client()
        assert [same.request("PUT", url, body=b"x").status for _ in range(3)] == [200, 200, 200]
    assert digest.nonces == 3


@pytest.mark.parametrize(
    ("challenges", "scheme"),
    [
        (['Basic realm="x, y=z"'], "Basic"),
        (['Digest realm="a", nonce="n"', 'Basic realm="b"'], "Digest"),
        (['Basic realm="b"', 'Digest realm="a", nonce="n", algorithm=SHA-256'], "Digest"),
        (["Negotiate", "NTLM", 'Basic realm="b"'], "Basic"),
        (['Digest realm="a", nonce="n", algorithm=SHA-512-256', 'Basic realm="b"'], "Basic"),
        (['Digest realm="a", nonce="n", algorithm=SHA-512-256, Basic realm="b"'], "Basic"),
        (['Digest realm="a", nonce="n", qop="auth-int"', 'Basic realm="b"'], "Basic"),
        ([], ""),
        ([""], ""),
        (["Negotiate"], ""),
        (["Bearer"], ""),
        (['Digest realm="a"'], ""),
        (["\x01,,=,", "Digest", "Digest x"], ""),
    ],
)
def test_scheme_by_challenge(challenges: list[str], scheme: str) -> None:
    guarded = Guarded(*challenges)
    with raw_server(guarded) as url:
        same = client()
        assert {same.request("GET", url).status for _ in range(2)} == {200 if scheme else 401}
    assert guarded.sent[0] == ""
    assert {sent.partition(" ")[0] for sent in guarded.sent[1:]} == {scheme}


def test_password_is_sent_only_if_asked_for() -> None:
    guarded = Guarded('Basic realm="x"')
    with raw_server(guarded) as url:
        same = client()
        assert [same.request("GET", url).status for _ in range(2)] == [200, 200]
    assert [b64decode(sent.removeprefix("Basic ")) for sent in guarded.sent] == [b"", BASIC, BASIC]


def test_wrong_password_is_not_sent_twice() -> None:
    guarded = Guarded('Basic realm="x"', then="401 No", headers='WWW-Authenticate: Basic realm="x"\r\n')
    with raw_server(guarded) as url:
        same = client()
        with pytest.raises(UserError, match="rejects Mufasa with this password: check both"):
            same.require_ok(same.request("GET", url))
        assert len(guarded.sent) == 2
        assert same.request("GET", url).status == 401
    assert len(guarded.sent) == 3


@pytest.mark.parametrize("challenge", ['Basic realm="x"', 'Digest realm="x", nonce="n", qop="auth"'])
def test_endpoint_is_asked_with_a_login(challenge: str) -> None:
    guarded = Guarded(challenge)
    with raw_server(guarded) as url:
        assert bool(sparql_client.ask_endpoint(url, "ASK {}", login=LOGIN))
        with pytest.raises(UserError, match="requires a user: name one with --user"):
            sparql_client.ask_endpoint(url, "ASK {}")
    assert guarded.sent[0] == guarded.sent[2] == ""
    assert guarded.sent[1].startswith(challenge.split(" ", maxsplit=1)[0])


def test_redirect_does_not_carry_the_password() -> None:
    there = Guarded('Basic realm="x"')
    with raw_server(there) as target:
        here = Guarded('Basic realm="x"', then="302 On", headers=f"Location: {target}\r\n")
        with raw_server(here) as url, pytest.raises(UserError, match="rejects Mufasa"):
            sparql_client.ask_endpoint(url, "ASK {}", login=LOGIN)
    assert here.sent[1].startswith("Basic ")
    assert there.sent == [""]


def test_challenge_of_another_host_is_not_met() -> None:
    """A host that did not ask for the password does not get it because the host it redirects to does."""
    there = Guarded('Basic realm="x"')
    here: list[str] = []
    with raw_server(there) as target:

        def redirect(connection: socket.socket) -> None:
            here.append(connection.recv(1 << 20).decode().lower())
            connection.sendall(f"HTTP/1.1 302 On\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())

        with raw_server(redirect) as url, pytest.raises(UserError, match="rejects Mufasa"):
            sparql_client.ask_endpoint(url, "ASK {}", login=LOGIN)
    assert there.sent == [""]
    assert len(here) == 1
    assert "authorization" not in here[0]


def test_repr_shows_no_password() -> None:
    assert "Circle" not in repr(LOGIN)


def test_credentials_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    with pytest.raises(UserError, match="There is no password for me: set IMT_PASSWORD"):
        credentials("me")
    monkeypatch.setenv(PASSWORD_VARIABLE, "")
    assert credentials("me") == Login("me", "")
    assert credentials(None) is None
    with pytest.raises(UserError, match="without colon"):
        credentials("me:secret")


def test_password_typed_on_a_terminal_is_not_shown() -> None:
    guarded = Guarded('Basic realm="x"')
    with raw_server(guarded) as url:
        ours, theirs = pty.openpty()
        command = [str(Path(sys.executable).with_name("imt")), "query", "--sparql", "ASK {}", "--endpoint", url]
        environment = {name: value for name, value in os.environ.items() if name != PASSWORD_VARIABLE}
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
            out, _ = process.communicate(timeout=60)
            shown += os.read(ours, 1000)
        os.close(ours)
    assert (process.returncode, out) == (0, b"true\n")
    assert b"Circle" not in shown
    assert b64decode(guarded.sent[1].removeprefix("Basic ")) == BASIC
