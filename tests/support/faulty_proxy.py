"""A proxy before a real store that can fail as networks and servers do."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

from rdfkit.stores.load import STAGING_SUFFIX
from tests.support.servers import raw_server

HANG_SECONDS = 60.0
"""Seconds that a server hangs: more than any time limit of a client."""


@dataclass
class Request:
    """A request as it came in, and the connection to answer it on."""

    method: str
    path: str
    raw: bytes
    connection: socket.socket

    @property
    def graph(self) -> str:
        """The short name of the graph in a request of the Graph Store Protocol."""
        return unquote(self.path).rpartition("/")[2]

    @property
    def kind(self) -> str:
        """The first word of a SPARQL update, LOCK for one of the lock in the store, or else the method."""
        update = re.search(rb"\r\n\r\n(\w+)[^<]*<([^>]*)", self.raw)
        if not update or b"sparql-update" not in self.raw:
            return self.method
        return "LOCK" if update[2].startswith(b"urn:rdfkit:load:") else update[1].decode()

    def answer(self, status: str, body: bytes = b"", media_type: str = "text/plain", headers: str = "") -> None:
        """Send a response."""
        head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        self.connection.sendall(head.encode() + body)


Fault = Callable[[Request], bool]
"""Handles a request and returns True, or returns False to let it pass."""


@dataclass
class Proxy:
    """A running proxy: its address, its fault, and a line for each request (``PUT page.loading``, ``DELETE``)."""

    url: str = ""
    fault: Fault = lambda _: False
    seen: list[str] = field(default_factory=list)


def no_fault(_: Request) -> bool:
    """Let every request pass."""
    return False


def only(kind: str, graph: str, do: Callable[[Request], None], times: int = 10**6) -> Fault:
    """Return a fault that handles the first ``times`` requests of a kind; an empty ``graph`` is any graph."""
    done: list[int] = []

    def fault(request: Request) -> bool:
        if kind != request.kind or (graph and graph not in (request.graph, request.graph.removesuffix(STAGING_SUFFIX))):
            return False
        done.append(1)
        if len(done) > times:
            return False
        do(request)
        return True

    return fault


def hang(_: Request) -> None:
    """Do nothing, for a time longer than every limit."""
    threading.Event().wait(HANG_SECONDS)


def read_request(connection: socket.socket) -> Request:
    """Return the request that comes in on a connection. Raises ConnectionError if it breaks off."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    announced = re.search(rb"(?i)content-length: (\d+)", head)
    while announced and len(body) < int(announced[1]):
        body += _more(connection)
    method, path, _ = head.decode().split("\r\n", maxsplit=1)[0].split(" ")
    return Request(method, path, head + b"\r\n\r\n" + body, connection)


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError
    return piece


def forward(request: Request, port: int, other: bytes | None = None) -> bytes:
    """Send a request (or ``other`` instead of it) to the server, and return its answer."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as server:
        server.sendall(other or request.raw)
        while piece := server.recv(65536):
            answer += piece
    return answer


@contextmanager
def proxy_before(port: int) -> Iterator[Proxy]:
    """Run a proxy before the server on a port of 127.0.0.1."""
    proxy = Proxy()

    def serve(connection: socket.socket) -> None:
        request = read_request(connection)
        proxy.seen.append(f"{request.kind} {request.graph}" if "?graph=" in request.path else request.kind)
        if not proxy.fault(request):
            connection.sendall(forward(request, port))

    with raw_server(serve) as url:
        proxy.url = url.removesuffix("/query")
        yield proxy
