"""A pool of Oxigraph servers, each with one query at a time, so that terminating a query affects no other.

Oxigraph checks its own time limit only between the rows of an answer, so a COUNT over a product of patterns exceeds it.
The limit is therefore enforced here, by killing the process and starting another, which takes about 30 ms.
"""

import asyncio
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from pyoxigraph import Store

from rdfkit.base import Project, UserError
from rdfkit.sparql import guard
from rdfkit.stores.server.request import Limits, QueryRequest, RefusedError

_MAX_START_SECONDS = 10.0
_PIECE_BYTES = 256 * 1024
_MAX_MESSAGE_BYTES = 2000
_ACCEPT = {
    "SELECT": "text/tab-separated-values",
    "CONSTRUCT": "application/n-triples",
    "DESCRIBE": "application/n-triples",
}

# A background shell reads from a pipe that nothing is written to. The pipe closes when this process ends, even by
# SIGKILL, and then the shell kills the server, which has replaced the main shell under the same process id.
_SERVER_SCRIPT = """
ulimit -v "$1" 2>/dev/null
shift
exec 3<&0  # a background command has no standard input
(read -r _ <&3; kill -9 $$) >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-
"""


@dataclass(frozen=True)
class Engine:
    """An Oxigraph server, and the port of 127.0.0.1 that it listens on."""

    process: "subprocess.Popen[bytes]"
    port: int


class BrokenError(Exception):
    """An engine has ended or closed the connection before its answer was complete."""


def program(project: Project) -> Path:
    """Return the path of the Oxigraph server, next to Python or on the PATH. Raises UserError if it is missing."""
    found = shutil.which(str(Path(sys.executable).with_name("oxigraph"))) or shutil.which("oxigraph")
    if not found:
        raise UserError(f"The Oxigraph server is missing: install it with pip install '{project.name}[serve]'.")
    return Path(found)


def start(program: Path, folder: Path, limits: Limits) -> Engine:
    """Start an Oxigraph server on the store in a folder; it may not yet answer when this returns."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    command = [str(program), "serve-read-only", "-l", str(folder), "-b", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        ["/bin/sh", "-c", _SERVER_SCRIPT, "sh", str(limits.max_memory_bytes // 1024), *command],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0,
    )  # fmt: skip
    return Engine(process, port)


def stop(engine: Engine) -> None:
    """Kill a server and wait until it has ended."""
    with suppress(ProcessLookupError):
        os.killpg(engine.process.pid, signal.SIGKILL)
    engine.process.wait()
    if engine.process.stdin:
        engine.process.stdin.close()


def exchange(engine: Engine, request: QueryRequest, limits: Limits) -> tuple[int, bytes]:
    """Send a query to a server; return the status of its response, and the body.

    Rows are sent as TSV and triples as N-Triples, one per line, so they are counted while they arrive. Raises
    RefusedError if they exceed a limit, and BrokenError if the server ends first.
    """
    fields = [("query", request.text)]
    fields += [("default-graph-uri", graph) for graph in request.default_graphs]
    fields += [("named-graph-uri", graph) for graph in request.named_graphs]
    accept = _ACCEPT.get(request.form, "application/sparql-results+json")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
    connection = _connected(engine)
    try:
        connection.request("POST", "/query", urlencode(fields), headers)
        response = connection.getresponse()
        heading = 1 if request.form == "SELECT" else 0
        lines = size = 0
        pieces = []
        while piece := response.read1(_PIECE_BYTES):
            pieces.append(piece)
            size += len(piece)
            lines += piece.count(b"\n")
            if lines - heading > limits.max_rows:
                raise RefusedError(
                    403, f"The answer has more than {limits.max_rows:,} rows: ask for less, with LIMIT and OFFSET."
                )
            if size > limits.max_answer_bytes:
                raise RefusedError(
                    403, f"The answer has more than {limits.max_answer_bytes:,} bytes: ask for less, with LIMIT."
                )
        return response.status, b"".join(pieces)
    except (OSError, http.client.HTTPException) as error:
        raise BrokenError from error
    finally:
        connection.close()


def _connected(engine: Engine) -> http.client.HTTPConnection:
    """Return a connection to a server that may just have been started."""
    deadline = time.monotonic() + _MAX_START_SECONDS
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", engine.port)
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            if engine.process.poll() is not None or time.monotonic() > deadline:
                raise BrokenError from error
            time.sleep(0.005)
        else:
            return connection


class Pool:
    """Several servers on one store. Call `close`, or they end with this process."""

    def __init__(  # noqa: PLR0913 - what a pool is made of
        self,
        program: Path,
        folder: Path,
        opened: Store,
        *,
        new_folder: Callable[[], Path],
        size: int,
        limits: Limits,
    ) -> None:
        """Start ``size`` servers on the store in ``folder``, which is ``opened`` here too.

        ``new_folder`` returns an empty folder for a copy of the store, needed if another process removes ``folder``.
        """
        self.folder = folder
        self._program = program
        self._opened = opened
        self._new_folder = new_folder
        self._limits = limits
        self._closed = False
        self._idle: asyncio.Queue[Engine] = asyncio.Queue()
        self._engines = {start(program, folder, limits) for _ in range(size)}
        for engine in self._engines:
            self._idle.put_nowait(engine)

    async def ask(self, request: QueryRequest) -> bytes:
        """Return the answer to a query, as TSV, N-Triples, or JSON for ASK.

        Raises RefusedError if the query is invalid or exceeds a limit, or if no server was free in time. If the caller
        is cancelled, the query is terminated.
        """
        try:
            async with asyncio.timeout(self._limits.max_seconds):
                engine = await self._idle.get()
        except TimeoutError:
            raise RefusedError(503, "The endpoint is busy with other queries: try again later.") from None
        complete = False
        try:
            async with asyncio.timeout(self._limits.max_seconds):
                status, body = await asyncio.to_thread(exchange, engine, request, self._limits)
            complete = True
        except TimeoutError:
            sentence = f"The query took more than {self._limits.max_seconds:g} s and was terminated: ask for less."
            raise RefusedError(504, sentence) from None
        except BrokenError:
            if self._closed:
                raise RefusedError(503, "The endpoint is stopping.") from None
            megabytes = self._limits.max_memory_bytes // 1_000_000
            raise RefusedError(
                503, f"The query was terminated: it needs more than {megabytes:,} MB, or the engine failed."
            ) from None
        finally:
            if not complete:
                engine = self._replaced(engine)
            self._idle.put_nowait(engine)
        if status == 200:
            return body
        message = body[:_MAX_MESSAGE_BYTES].decode("utf-8", "replace")
        if status == 400:
            raise RefusedError(400, guard.syntax_sentence(request.text, SyntaxError(message), project_prefixes=False))
        raise RefusedError(500, f"The engine cannot answer: {message}")

    def _replaced(self, engine: Engine) -> Engine:
        stop(engine)
        self._engines.discard(engine)
        if self._closed:
            return engine
        if not (self.folder / "CURRENT").is_file():
            # Another process has removed the cache entry; the store opened here is still complete.
            self.folder = self._new_folder()
            copy(self._opened, self.folder)
        fresh = start(self._program, self.folder, self._limits)
        self._engines.add(fresh)
        return fresh

    def close(self) -> None:
        """Kill all servers, even those with a query."""
        self._closed = True
        for engine in self._engines:
            stop(engine)


def copy(opened: Store, folder: Path) -> None:
    """Write a store into an empty folder."""
    written = Store(str(folder))
    written.bulk_extend(opened)
    written.flush()
