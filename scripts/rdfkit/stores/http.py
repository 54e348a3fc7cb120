"""HTTP exchanges with a triple store that end in time, whatever the server does, and in a sentence where they fail."""

import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead, RemoteDisconnected
from typing import TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit

from rdfkit.base.errors import UserError
from rdfkit.stores import http_auth as login

MOST_BYTES = 512 * 1024 * 1024
BUSY = {429, 502, 503, 504}
"""Statuses by which a server, or one in front of it, says: not now."""

_PIECE = 64 * 1024
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_SPARE = 0.1

T = TypeVar("T")


@dataclass(frozen=True)
class Response:
    """A whole response, from the address that was asked."""

    url: str
    status: int
    headers: Message
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the server did what it was asked for."""
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get_content_type()


class Client:
    """Sends requests as one user, within time limits, and again where a server is busy or the connection broke.

    Every request sent here must be one that may be sent twice. ``timeout`` bounds each request and ``total`` all of
    them, in seconds, with a tenth of it kept for a last look; ``retries`` is how often a request is sent again;
    ``tell`` hears of waiting. Redirects are not followed: password and data go to the address that was named, and to
    no other.
    """

    def __init__(  # noqa: D107 - the class says it
        self,
        who: login.Login | None = None,
        *,
        timeout: float,
        total: float,
        retries: int = 4,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.who = who
        self.timeout = timeout
        self.deadline = time.monotonic() + total * (1 - _SPARE)
        self._end = time.monotonic() + total
        self.retries = retries
        self._tell = tell
        self._challenges: dict[str, login.Challenge] = {}
        self._met: set[str] = set()

    def last_look(self) -> "Client":
        """Return a client to see what a failure has left behind: it asks once, in what time was kept for that."""
        left = max(0.0, self._end - time.monotonic())
        other = Client(self.who, timeout=min(self.timeout, left), total=left / (1 - _SPARE), retries=0)
        other._challenges, other._met = self._challenges, self._met
        return other

    def request(
        self, method: str, url: str, *, body: bytes | None = None, media_type: str | None = None, accept: str = "*/*"
    ) -> Response:
        """Return the response to a request, of whatever status. Raises UserError where there is none in time."""
        headers = {"Accept": accept, "User-Agent": "imaging-trials", "Connection": "close"}
        if media_type is not None:
            headers["Content-Type"] = media_type
        shown = _plain(url)
        for left in range(self.retries, -1, -1):
            limit = min(self.timeout, self.deadline - time.monotonic())
            if limit <= 0:
                raise UserError(f"The time for all was over before {shown} was asked: allow more with --within.")
            wished = 0.0
            try:
                response = self._authorized(method, url, headers, body, limit)
                self._met.add(urlsplit(url).netloc)
                if response.status not in BUSY or not left:
                    return response
                why = f"answers {response.status}"
                wished = retry_after(response.headers)
            except (ConnectionError, IncompleteRead) as error:
                if urlsplit(url).netloc not in self._met:  # nobody was ever there: most likely the address is wrong
                    raise sentence(shown, limit, error) from None
                if not left:
                    raise _after_all(sentence(shown, limit, error), self.retries) from None
                why = "broke off"
            except (OSError, HTTPException) as error:
                flag = "--timeout" if limit >= self.timeout else "--within"
                raise sentence(shown, limit, error, f"allow more with {flag}, or see how the server is doing") from None
            self._pause(shown, why, max(wished, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (self.retries - left))))
        raise AssertionError("the last try returns or raises")  # pragma: no cover

    def demand(self, response: Response) -> Response:
        """Return a response if it is a good one. Raises UserError with what its status means and how to mend that."""
        if response.ok:
            return response
        user = self.who.user if self.who else None
        raise _after_all(UserError(refusal(response, user)), self.retries if response.status in BUSY else 0)

    def _authorized(self, method: str, url: str, headers: dict[str, str], body: bytes | None, limit: float) -> Response:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        end = time.monotonic() + limit
        for _ in range(2):  # a second time with another nonce, where the server gave a new one
            known = self._challenges.get(origin)
            if self.who and known:
                headers = {**headers, "Authorization": login.authorization(self.who, known, method, url)}
            response = send(method, parts, headers, body, end - time.monotonic())
            if response.status != 401 or not self.who:
                break
            asked = login.challenge(response.headers.get_all("WWW-Authenticate", []))
            stale = asked is not None and asked.parameters.get("stale", "").lower() == "true"
            if asked is None or (known is not None and not stale):
                break
            self._challenges[origin] = asked
        return response

    def _pause(self, url: str, why: str, seconds: float) -> None:
        if time.monotonic() + seconds >= self.deadline:
            raise UserError(
                f"{url} {why} and wants {seconds:.3g} s before the next try, which is more than is left: "
                "run again later, or allow more with --within."
            )
        self._tell(f"{url} {why}: waiting {seconds:.3g} s")
        time.sleep(seconds)


def send(method: str, url: SplitResult, headers: dict[str, str], body: bytes | None, limit: float) -> Response:
    """Return the response to one request, sent once. Raises what the network raises, TimeoutError after ``limit`` s."""
    secure = url.scheme == "https"
    connection = (HTTPSConnection if secure else HTTPConnection)(
        url.hostname or "", url.port, timeout=max(limit, 0.001)
    )
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    over = threading.Event()

    def exchange(deadline: float) -> Response:
        try:
            connection.connect()
            if over.is_set():
                raise TimeoutError
            try:
                connection.request(method, path, body, headers)
            except (BrokenPipeError, ConnectionResetError) as error:
                # A server that refuses a body may answer, and close, before it has taken it in.
                answer = _early(connection, error)
            else:
                answer = connection.getresponse()
            return Response(url.geturl(), answer.status, answer.headers, drain(answer, deadline))
        finally:
            connection.close()

    def abandon() -> None:
        over.set()
        with suppress(OSError):
            if connection.sock is not None:
                connection.sock.shutdown(2)  # both ways: what was not sent by now never is

    return within(limit, exchange, abandon)


def _early(connection: HTTPConnection, error: OSError) -> HTTPResponse:
    answer = HTTPResponse(connection.sock)
    try:
        answer.begin()
    except (OSError, HTTPException):
        raise error from None
    return answer


def within(seconds: float, do: Callable[[float], T], abandon: Callable[[], None] = lambda: None) -> T:
    """Return what ``do`` returns, which is given its deadline; raise what it raises, or TimeoutError after ``seconds``.

    A socket's time limit starts again with each byte, and looking up a name has none, so ``do`` runs in a thread of
    its own, which is left behind when its time is over; ``abandon`` is called to make it end.
    """
    deadline = time.monotonic() + seconds
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(do(deadline))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            failure.append(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    try:
        worker.join(max(0.0, seconds))
    except BaseException:
        abandon()
        raise
    if outcome:
        return outcome[0]
    if failure:
        raise failure[0]
    abandon()  # from here on it fails because of this, which is not what is to be told
    raise TimeoutError


def drain(response: "HTTPResponse | HTTPError", deadline: float) -> bytes:
    """Return the body of a response. Raises TimeoutError after the deadline, IncompleteRead where it breaks off."""
    pieces = []
    size = 0
    with response:
        while piece := response.read1(_PIECE):  # what is there, not all that was asked for: a drip ends at the deadline
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise UserError(f"The endpoint's answer has more than {MOST_BYTES:,} bytes: ask for less, with LIMIT.")
            if time.monotonic() > deadline:
                raise TimeoutError
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > size and getattr(response, "_method", "") != "HEAD":
        raise IncompleteRead(b"".join(pieces))
    return b"".join(pieces)


def check_url(url: str, example: str) -> None:
    """Raise UserError where ``url`` is no address of a server, or holds a password."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise UserError(f"'{url}' is no address of an endpoint: write one such as {example}.")
    if "@" in parts.netloc:
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        raise UserError(
            f"The address of {shown} holds a user: name it with --user, and the password in {login.VARIABLE}."
        )


def sentence(
    url: str, timeout: float, error: OSError | HTTPException, mend: str = "allow more with --timeout, or ask for less"
) -> UserError:
    """Return what went wrong on the way as an UserError.

    ``mend`` is what to do where the time was too short.
    """
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return UserError(f"{url} gave no whole answer within {timeout:.3g} s: {mend}.")
    if isinstance(error, IncompleteRead):
        return UserError(f"{url} broke off in the middle of its answer: ask again, or ask for less.")
    if isinstance(error, RemoteDisconnected):
        return UserError(f"{url} closed the connection without an answer: is it a SPARQL endpoint, and is it well?")
    if isinstance(error, HTTPException):
        return UserError(f"{url} does not speak HTTP as an endpoint does ({type(error).__name__}): check the address.")
    why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return UserError(f"{url} cannot be reached ({why}): is the server running, and is the address right?")


def refusal(response: Response, user: str | None) -> str:
    """Return what a status other than 2xx means, as a sentence that says how to mend it."""
    url, status = _plain(response.url), response.status
    if status == 401:
        if user is None:
            return f"{url} wants a user: name one with --user, and the password in {login.VARIABLE}."
        return f"{url} does not take {user} with this password: check both (the password is in {login.VARIABLE})."
    if 300 <= status < 400:
        # No header can hold a line end; other control characters are shown as escapes.
        to = response.headers.get("Location") or "nowhere"
        to = to if to.isprintable() else ascii(to)
        return f"{url} answers {status} and sends on to {_plain(to)[:200]}: give the address that is meant itself."
    if status == 403:
        said = first_line(response.body, response.media_type, "it gives no reason.")
        return f"{url} forbids this ({said.rstrip('.')}): ask who runs it, or name another user with --user."
    return f"{url} answers {status}: {first_line(response.body, response.media_type)}"


def retry_after(headers: Message) -> float:
    """Return the seconds that ``Retry-After`` asks for (RFC 9110, 10.2.3: a number or a date), or else 0."""
    wish = headers.get("Retry-After", "").strip()
    if wish.isascii() and wish.isdecimal():
        return float(wish[:9])
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(wish).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return 0.0


def first_line(
    body: bytes, media_type: str, nothing: str = "it gives no reason; check the address and the query."
) -> str:
    """Return what a server says about its refusal: the first line that is no markup, or else ``nothing``."""
    text = body[:4000].decode("utf-8", "replace")
    if media_type == "text/html" or text.lstrip()[:1] == "<":
        text = re.sub(r"(?s)<(script|style|head)\b.*?</\1>|<[^>]*>", "\n", text)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return next((line for line in lines if line), nothing)[:300]


def _plain(url: str) -> str:
    """Return an address without its query, which is long and may hold a key."""
    return url.partition("?")[0]


def _after_all(error: UserError, retries: int) -> UserError:
    """Return an error that says how often it was tried."""
    if not retries:
        return error
    return UserError(f"{str(error).rstrip('.')} (tried {retries + 1} times).")
