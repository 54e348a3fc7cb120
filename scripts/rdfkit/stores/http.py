"""HTTP client with a time limit for each request and for all of them together, and readable errors.

httpx sends the requests and authenticates (RFC 7617 Basic; RFC 7616 Digest with MD5, SHA-256, SHA-512 and their
``-sess`` variants). Importing httpx takes about 0.2 s, so only ``imt load`` and ``--endpoint`` import this module.
"""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from rdfkit.base import UserError
from rdfkit.stores.http_errors import PASSWORD_VARIABLE, failure, refusal, with_attempts, without_query
from rdfkit.stores.response import Response

MAX_ANSWER_BYTES = 512 * 1024 * 1024
BUSY_STATUSES = frozenset({429, 502, 503, 504})
"""Statuses of a server, or of a proxy before it, that cannot answer now but may do so later."""

_PIECE_BYTES = 64 * 1024
_MIN_PAUSE_SECONDS = 0.5
_MAX_PAUSE_SECONDS = 30.0
_RESERVED_SHARE = 0.1

T = TypeVar("T")


@dataclass(frozen=True)
class Login:
    """A user and a password; ``repr`` does not show the password."""

    user: str
    password: str = field(repr=False)


def credentials(user: str | None) -> Login | None:
    """Return the login of ``user``, or None without a user.

    The password comes from the environment variable ``IMT_PASSWORD``, or is typed on the terminal. Raises UserError for
    an unusable user name, and where there is neither variable nor terminal.
    """
    import os
    import sys

    if user is None:
        return None
    if not user or ":" in user or not user.isprintable():
        raise UserError("--user takes a name without colon or control characters: a colon separates name and password.")
    password = os.environ.get(PASSWORD_VARIABLE)
    if password is None:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UserError(
                f"There is no password for {user}: set {PASSWORD_VARIABLE}, or run this on a terminal and type it."
            )
        from getpass import getpass

        password = getpass(f"Password of {user}: ")
    return Login(user, password)


class ChallengeAuth(httpx.Auth):
    """Send the password only to a server that asks for it: by Digest if it offers that, otherwise by Basic."""

    def __init__(self, login: Login) -> None:
        """Authenticate as ``login``."""
        self._login = login
        self._schemes: dict[str, httpx.Auth] = {}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield the request as it is, and again with credentials if its own server (not another) asks for them."""
        origin = _origin(request.url)
        scheme = self._schemes.setdefault(origin, httpx.DigestAuth(self._login.user, self._login.password))
        flow = scheme.auth_flow(request)
        response = yield next(flow)
        if response.status_code != 401 or _origin(response.url) != origin:
            return
        try:
            again = flow.send(response)
        except (StopIteration, KeyError, ValueError, NotImplementedError, httpx.ProtocolError):
            # The server offers no Digest, or none that httpx supports; or it rejects the password sent by Basic.
            offers = response.headers.get_list("www-authenticate")
            if isinstance(scheme, httpx.BasicAuth) or not any(re.search(r"(?i)\bbasic\s", offer) for offer in offers):
                return
            scheme = self._schemes[origin] = httpx.BasicAuth(self._login.user, self._login.password)
            again = next(scheme.auth_flow(request))
        yield again


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


@dataclass(frozen=True)
class Request:
    """A request to send: its method, address and body, the media type of the body, and the media types to accept."""

    method: str
    url: str
    body: bytes | None = None
    media_type: str | None = None
    accept: str = "*/*"


class Connection:
    """Sends single requests, each within a time limit.

    ``follow`` follows redirects and uses the proxies that the environment names; the password is sent to no other host.
    Without it, requests go to the given address and nowhere else.
    """

    def __init__(self, login: Login | None = None, *, follow: bool = False) -> None:
        """Authenticate as ``login`` if a server asks for that."""
        self.login = login
        self._client = httpx.Client(
            auth=ChallengeAuth(login) if login else None,
            verify=_tls_context(),
            trust_env=follow,
            follow_redirects=follow,
            headers={"User-Agent": "rdfkit", "Accept-Encoding": "identity", "Connection": "close"},
        )

    def send(self, request: Request, seconds: float) -> Response:
        """Return the response to a request, complete within ``seconds``, whatever its status.

        Raises TimeoutError after that time; ConnectionResetError if the server sends nothing, ConnectionAbortedError if
        it stops in the middle; UserError for a body of more than MAX_ANSWER_BYTES; otherwise what httpx raises.
        """
        exchange = _Exchange(self._client, request, seconds)
        return run_with_deadline(seconds, exchange.run, exchange.abandon)


class _Exchange:
    """One request and its response, run in one thread and abandoned from another."""

    def __init__(self, client: httpx.Client, request: Request, seconds: float) -> None:
        self._client = client
        self._request = request
        self._seconds = seconds
        self._sockets: list[socket.socket] = []
        self._abandoned = threading.Event()

    def run(self) -> Response:
        """Send the request and read the response."""
        try:
            response = self._client.send(self._built(), stream=True)
        except (httpx.ReadError, httpx.RemoteProtocolError) as error:
            # httpx has one class for a connection that ends early and for what is not HTTP.
            if isinstance(error, httpx.ReadError) or "disconnected" in str(error):
                raise ConnectionResetError from error
            raise
        try:
            return Response(self._request.url, response.status_code, response.headers, _body(response))
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            raise ConnectionAbortedError from error
        finally:
            response.close()

    def abandon(self) -> None:
        """Close what is open, so that `run` fails and nothing more is sent."""
        self._abandoned.set()
        for opened in self._sockets:
            with suppress(OSError):  # already closed
                opened.shutdown(socket.SHUT_RDWR)

    def _built(self) -> httpx.Request:
        headers = {"Accept": self._request.accept}
        if self._request.media_type is not None:
            headers["Content-Type"] = self._request.media_type
        body = self._request.body
        if body is not None:
            headers["Content-Length"] = str(len(body))
        return self._client.build_request(
            self._request.method,
            self._request.url,
            headers=headers,
            content=None if body is None else _Pieces(body),
            timeout=max(self._seconds, 0.001),
            extensions={"trace": self._trace},
        )

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        """Keep each socket that httpx opens (https://www.python-httpx.org/advanced/extensions/#trace)."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._sockets.append(info["return_value"].get_extra_info("socket"))
            if self._abandoned.is_set():
                self.abandon()


class _Pieces:
    """A request body in pieces: httpcore copies what is left of a piece each time the network accepts some of it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._body), _PIECE_BYTES):
            yield self._body[start : start + _PIECE_BYTES]


@cache
def _tls_context() -> ssl.SSLContext:
    # The certificates of the system, as an organization may have added its own; loading them takes 0.1 s.
    return ssl.create_default_context()


def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise UserError(
                f"The endpoint's answer has more than {MAX_ANSWER_BYTES:,} bytes: ask for less, with LIMIT."
            )
    return bytes(body)


def run_with_deadline(seconds: float, work: Callable[[], T], abandon: Callable[[], None] = lambda: None) -> T:
    """Return what ``work`` returns, raise what it raises, or raise TimeoutError after ``seconds``.

    The time limits of httpx apply to single steps and start again with each byte, and looking up a host name has none.
    So ``work`` runs in a thread of its own, which is left behind after its time; ``abandon`` must make it end soon.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            errors.append(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    try:
        worker.join(max(0.0, seconds))
    except BaseException:
        abandon()
        raise
    if results:
        return results[0]
    if errors:
        raise errors[0]
    abandon()
    raise TimeoutError


class Client:
    """Sends requests within a total time, and again if a server is busy or the connection breaks.

    Each request must be one that may be sent twice. ``timeout`` limits a request and ``total`` all of them together,
    in seconds; a tenth of ``total`` is reserved for `final_check`. ``retries`` is how often a request is repeated;
    ``report`` is called with a line before each wait. Redirects are not followed.
    """

    def __init__(  # noqa: D107 - the class says it
        self,
        login: Login | None = None,
        *,
        timeout: float,
        total: float,
        retries: int = 4,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.timeout = timeout
        self.deadline = time.monotonic() + total * (1 - _RESERVED_SHARE)
        self._end = time.monotonic() + total
        self.retries = retries
        self._report = report
        self._connection = Connection(login)
        self._reached: set[str] = set()

    def final_check(self) -> "Client":
        """Return a client for reading the state after a failure: it sends each request once, in the reserved time."""
        other = copy(self)
        other.timeout = min(self.timeout, max(0.0, self._end - time.monotonic()))
        other.deadline = self._end
        other.retries = 0
        return other

    def request(self, method: str, url: str, **details: Any) -> Response:
        """Return the response to a request, whatever its status; ``details`` are further fields of `Request`.

        Raises UserError if there is no response in time.
        """
        request = Request(method, url, **details)
        shown = without_query(url)
        host = urlsplit(url).netloc
        for attempt in range(self.retries + 1):
            limit = min(self.timeout, self.deadline - time.monotonic())
            if limit <= 0:
                raise UserError(f"No time was left for a request to {shown}: allow more with --total-timeout.")
            pause = min(_MAX_PAUSE_SECONDS, _MIN_PAUSE_SECONDS * 2.0**attempt)
            last = attempt == self.retries
            try:
                response = self._connection.send(request, limit)
            except (ConnectionError, httpx.NetworkError) as error:
                if host not in self._reached:  # most likely the address is wrong, and trying again is no help
                    raise failure(shown, limit, error) from None
                if last:
                    raise with_attempts(failure(shown, limit, error), self.retries) from None
                reason = "closed the connection"
            except (OSError, httpx.RequestError, httpx.InvalidURL) as error:
                option = "--timeout" if limit >= self.timeout else "--total-timeout"
                advice = f"allow more with {option}, or check how the server is doing"
                raise failure(shown, limit, error, advice) from None
            else:
                self._reached.add(host)
                if response.status not in BUSY_STATUSES or last:
                    return response
                reason = f"answers {response.status}"
                pause = max(pause, retry_after(response.headers))
            self._pause(shown, reason, pause)
        raise AssertionError("the last attempt returns or raises")  # pragma: no cover

    def require_ok(self, response: Response) -> Response:
        """Return a response with status 2xx. Raises UserError for another: what it means and how to fix it."""
        if response.ok:
            return response
        login = self._connection.login
        error = UserError(refusal(response, login.user if login else None))
        raise with_attempts(error, self.retries if response.status in BUSY_STATUSES else 0)

    def _pause(self, url: str, reason: str, seconds: float) -> None:
        if time.monotonic() + seconds >= self.deadline:
            raise UserError(
                f"{url} {reason}, and the next attempt is due in {seconds:.3g} s, which is more than is left: "
                "run again later, or allow more with --total-timeout."
            )
        self._report(f"{url} {reason}: waiting {seconds:.3g} s")
        time.sleep(seconds)


def retry_after(headers: httpx.Headers) -> float:
    """Return the seconds that ``Retry-After`` asks for (RFC 9110, 10.2.3: a number or a date), or 0 without it."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return 0.0
