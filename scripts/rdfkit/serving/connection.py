"""A connection of a client: it reads requests one after the other, within limits of size and time, and sends responses.

The parser is that of Node.js (llhttp, by httptools), in its strict mode: what two parsers could read in two ways is
refused. Of time, a connection has one deadline for what it is doing, which the front looks at.
"""

import asyncio
import time
from collections import deque
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import httptools

from rdfkit.serving.errors import RefusedError
from rdfkit.serving.messages import Request, Response
from rdfkit.serving.problems import problem

if TYPE_CHECKING:
    from rdfkit.serving.front import Front

MAX_HEAD_BYTES = 256 * 1024
MAX_HEAD_SECONDS = 10.0
MAX_BODY_SECONDS = 30.0
MAX_IDLE_SECONDS = 60.0
MAX_WRITE_SECONDS = 20.0
"""For any response, and one second more for each `MIN_BYTES_A_SECOND` of it."""

MIN_BYTES_A_SECOND = 100_000
_MAX_HEADERS = 200
_MAX_PIPELINED = 32
_MAX_LINGER_SECONDS = 2.0

IDLE, READING, WORKING, WRITING, LEAVING = range(5)
"""What a connection does: nothing, reads a request, waits for a worker, sends, or closes after its last response."""


class Connection(asyncio.Protocol):
    """One connection; ``state`` says what it does, and ``deadline`` until when."""

    transport: asyncio.Transport

    def __init__(self, front: "Front") -> None:  # noqa: D107
        self.front = front
        self.state = IDLE
        self.job: object = None
        self.held = 0
        self.deadline = front.now() + MAX_HEAD_SECONDS
        self._parser = httptools.HttpRequestParser(self)
        self._requests: deque[tuple[Request, bool]] = deque()
        self._refused: RefusedError | None = None
        self._is_head = False
        self._keeps = True
        self._fresh()

    def _fresh(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._hosts = 0
        self._body = bytearray()
        self._head_bytes = self._head_size = self._lines = 0
        self._in_body = False

    # asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport
        transport.set_write_buffer_limits(0)
        self.front.joined(self)

    def data_received(self, data: bytes) -> None:  # noqa: D102
        if self.state == LEAVING or self._refused:
            return
        if self.state == IDLE:
            self._set(READING, MAX_HEAD_SECONDS)
        if not self._in_body:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse(400, "This server speaks HTTP/1.1 only: leave out CONNECT and Upgrade.")
        except httptools.HttpParserError as error:
            if not self._refused:
                self._refuse(400, f"The request is not valid HTTP/1.1 ({error}).")
        if not self._in_body and self._head_bytes > MAX_HEAD_BYTES:
            self._long_head()
        if len(self._requests) > _MAX_PIPELINED:
            self._refuse(400, f"More than {_MAX_PIPELINED} requests were sent without waiting for an answer.")
        self._work()

    def eof_received(self) -> bool:  # noqa: D102
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002, D102
        self.front.left(self)

    def pause_writing(self) -> None:
        """Do nothing: the deadline of writing counts."""

    def resume_writing(self) -> None:
        """Go on after the client has taken the response."""
        if self.state == WRITING:
            self._sent()

    # httptools

    def on_url(self, url: bytes) -> None:  # noqa: D102
        self._url += url
        self._head_size += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:  # noqa: D102
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._hosts += key == "host"
        self._head_size += len(name) + len(value)
        self._lines += 1
        if self._lines > _MAX_HEADERS:
            return
        if key in self._headers:
            self._headers[key] += f", {text}"
        else:
            self._headers[key] = text

    def on_headers_complete(self) -> None:  # noqa: D102
        self._in_body = True
        self._head_bytes = 0
        if self._head_size > MAX_HEAD_BYTES or self._lines > _MAX_HEADERS:
            self._long_head()
        most = self.front.max_body_bytes
        announced = self._headers.get("content-length", "")
        if announced.isdecimal() and (len(announced) > 12 or int(announced) > most):
            self._too_large()
        elif self._headers.get("expect", "").lower() == "100-continue" and self.state == READING:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self.state == READING:
            self._set(READING, MAX_BODY_SECONDS)

    def on_body(self, body: bytes) -> None:  # noqa: D102
        if len(self._body) + len(body) > self.front.max_body_bytes:
            self._too_large()
        if not self._refused:
            self._body += body

    def on_message_complete(self) -> None:  # noqa: D102
        if self._refused:
            return
        version = self._parser.get_http_version()
        if self._hosts != 1 and (self._hosts or version != "1.0"):
            self._refused = RefusedError(400, "A request has one Host header.")
            return
        method = self._parser.get_method().decode("ascii")
        target = self._url.decode("latin-1")
        path, _, query = target.partition("?")
        if not path.startswith("/") and "://" in path:  # RFC 9112, 3.2.2: a proxy's form, which each server takes
            try:
                parts = urlsplit(target)
            except ValueError:
                self._refused = RefusedError(400, "The address of the request is not valid.")
                return
            self._headers["host"] = parts.netloc.rpartition("@")[2]
            path, query = parts.path or "/", parts.query
        try:
            path = unquote(path, errors="strict")
        except UnicodeDecodeError:
            self._refused = RefusedError(
                400, "The path of the request is not UTF-8: encode it as UTF-8, with % escapes."
            )
            return
        request = Request(method, path, query, self._headers, bytes(self._body))
        self._requests.append((request, self._parser.should_keep_alive() and version == "1.1"))
        self._fresh()

    # The work

    def _too_large(self) -> None:
        most = self.front.max_body_bytes
        self._refused = RefusedError(413, f"The request has more than {most:,} bytes, the limit of this server.")

    def _long_head(self) -> None:
        self._refuse(
            431, f"A request has at most {MAX_HEAD_BYTES:,} bytes and {_MAX_HEADERS} lines before its body: use POST."
        )

    def _set(self, state: int, seconds: float) -> None:
        self.state = state
        self.deadline = self.front.now() + seconds

    def _work(self) -> None:
        """Start with the next request, if there is one and no other is being answered."""
        if self.state not in {IDLE, READING}:
            return
        if self._requests:
            request, self._keeps = self._requests.popleft()
            self._is_head = request.method == "HEAD"
            self.state = WORKING
            self.front.asked(self, request)
        elif self._refused:
            self._keeps = False
            self.respond(problem(self._refused, self._headers.get("accept", "")))

    def _refuse(self, status: int, sentence: str) -> None:
        self._refused = self._refused or RefusedError(status, sentence)

    def expire(self) -> None:
        """End what has taken too long."""
        if self.state == READING:
            self._refused = RefusedError(408, "The request was not complete in time.")
            self._requests.clear()
            self._work()
        else:
            self.transport.abort()

    def respond(self, response: Response) -> None:
        """Send a response to the request that is being answered."""
        if self.transport.is_closing():
            return
        status, headers, body = response
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Date: {_date(int(time.time()))}"]
        lines += [f"{name}: {value}" for name, value in {**self.front.headers, **headers}.items()]
        if status not in {204, 304}:
            lines.append(f"Content-Length: {len(body)}")
        if not self._keeps or self._refused:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        self.held = len(body)
        self.front.held += self.held
        self._set(WRITING, MAX_WRITE_SECONDS + len(body) / MIN_BYTES_A_SECOND)
        self.transport.write(head if self._is_head or status in {204, 304} else head + body)
        if self.state == WRITING and not self.transport.get_write_buffer_size():
            self._sent()

    def release(self) -> None:
        """Give back the room that the answer took."""
        self.front.held -= self.held
        self.held = 0

    def _sent(self) -> None:
        self.release()
        if self._keeps and not self._refused:
            self._set(IDLE, MAX_IDLE_SECONDS)
            if self._requests:
                self.front.soon(self._work)
            elif self._url or self._headers or self._head_bytes:
                self._set(READING, MAX_HEAD_SECONDS)
            return
        # A close with unread data would make the kernel throw away the response: let the client read it first.
        self._set(LEAVING, _MAX_LINGER_SECONDS)
        if self.transport.can_write_eof():
            self.transport.write_eof()


_dates: dict[int, str] = {}


def _date(second: int) -> str:
    if second not in _dates:
        _dates.clear()
        _dates[second] = formatdate(second, usegmt=True)
    return _dates[second]
