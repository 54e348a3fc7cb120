"""Oxigraph servers to ask, one query at a time each, so that ending one query ends no other.

Oxigraph's own time limit is looked at only between the rows of an answer: a COUNT over a product of patterns runs on
past it. So the limit is held here, by ending the process and starting another, which takes some 30 ms.
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

from rdfkit.base.errors import UserError
from rdfkit.sparql import guard as sparql
from rdfkit.stores.server.limits import Limits, RefusedError
from rdfkit.stores.server.request import Asked

_START = 10.0
_PIECE = 256 * 1024
_ACCEPT = {
    "SELECT": "text/tab-separated-values",
    "CONSTRUCT": "application/n-triples",
    "DESCRIBE": "application/n-triples",
}

# The shell waits in the background on a pipe that nothing is ever written to. It closes when we end, however that
# happens (SIGKILL too), and then the server, which has taken over the shell's own process number, is ended.
_UNTIL_WE_END = """
ulimit -v "$1" 2>/dev/null
shift
exec 3<&0  # a background command has no standard input
(read -r _ <&3; kill -9 $$) >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-
"""


@dataclass(frozen=True)
class Engine:
    """An Oxigraph server of ours, and the port of 127.0.0.1 that it listens on."""

    process: "subprocess.Popen[bytes]"
    port: int


class BrokenError(Exception):
    """An engine has ended, or has closed the connection, before its answer was whole."""


def program() -> Path:
    """Return where the Oxigraph server lies, beside Python or on the PATH. Raises UserError where it is missing."""
    found = shutil.which(str(Path(sys.executable).with_name("oxigraph"))) or shutil.which("oxigraph")
    if not found:
        raise UserError("The Oxigraph server is missing: install it with pip install 'imaging-trials[serve]'.")
    return Path(found)


def start(folder: Path, limits: Limits) -> Engine:
    """Start an Oxigraph server on the store in a folder; it need not answer yet when this returns."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    command = [str(program()), "serve-read-only", "-l", str(folder), "-b", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        ["/bin/sh", "-c", _UNTIL_WE_END, "sh", str(limits.memory // 1024), *command],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0,
    )  # fmt: skip
    return Engine(process, port)


def stop(engine: Engine) -> None:
    """End a server at once, whatever it is doing, and wait until it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(engine.process.pid, signal.SIGKILL)
    engine.process.wait()
    if engine.process.stdin:
        engine.process.stdin.close()


def exchange(engine: Engine, asked: Asked, limits: Limits) -> tuple[int, bytes]:
    """Put a query to a server; return the status of its response, and the body.

    Rows come as TSV, triples as N-Triples: one a line, so they are counted as they arrive. Raises RefusedError where
    they are too many, and BrokenError where the server ends first.
    """
    fields = [("query", asked.text)]
    fields += [("default-graph-uri", graph) for graph in asked.default_graphs]
    fields += [("named-graph-uri", graph) for graph in asked.named_graphs]
    accept = _ACCEPT.get(asked.form, "application/sparql-results+json")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
    connection = _connected(engine)
    try:
        connection.request("POST", "/query", urlencode(fields), headers)
        response = connection.getresponse()
        heading = 1 if asked.form == "SELECT" else 0
        lines = size = 0
        pieces = []
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            size += len(piece)
            lines += piece.count(b"\n")
            if lines - heading > limits.rows:
                raise RefusedError(
                    403, f"The answer has more than {limits.rows:,} rows: ask for less, with LIMIT and OFFSET."
                )
            if size > limits.answer:
                raise RefusedError(403, f"The answer has more than {limits.answer:,} bytes: ask for less, with LIMIT.")
        return response.status, b"".join(pieces)
    except (OSError, http.client.HTTPException) as error:
        raise BrokenError from error
    finally:
        connection.close()


def _connected(engine: Engine) -> http.client.HTTPConnection:
    """Return a connection to a server, which may only just have been started."""
    deadline = time.monotonic() + _START
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
    """A few servers on one store. `close` it, or they end with this process."""

    def __init__(self, folder: Path, opened: Store, spare: Callable[[], Path], size: int, limits: Limits) -> None:
        """Start ``size`` servers on the store in ``folder``, also ``opened`` here; ``spare`` makes an empty folder."""
        self.folder = folder
        self._opened = opened
        self._spare = spare
        self._limits = limits
        self._closed = False
        self._idle: asyncio.Queue[Engine] = asyncio.Queue()
        self._engines = {start(folder, limits) for _ in range(size)}
        for engine in self._engines:
            self._idle.put_nowait(engine)

    async def ask(self, asked: Asked) -> bytes:
        """Return the answer to a query, as TSV, N-Triples, or JSON for ASK.

        Raises RefusedError where the query is wrong, meets a limit, or no server was free in time. If the caller is
        cancelled, the query is ended.
        """
        try:
            async with asyncio.timeout(self._limits.seconds):
                engine = await self._idle.get()
        except TimeoutError:
            raise RefusedError(503, "The endpoint is busy with other queries: ask again in a while.") from None
        whole = False
        try:
            async with asyncio.timeout(self._limits.seconds):
                status, body = await asyncio.to_thread(exchange, engine, asked, self._limits)
            whole = True
        except TimeoutError:
            sentence = f"The query took more than {self._limits.seconds:g} s and was ended: ask for less."
            raise RefusedError(504, sentence) from None
        except BrokenError:
            if self._closed:
                raise RefusedError(503, "The endpoint is being stopped.") from None
            most = self._limits.memory // 1_000_000
            raise RefusedError(
                503, f"The query was ended: it needs more than {most:,} MB, or the engine broke."
            ) from None
        finally:
            if not whole:
                engine = self._replaced(engine)
            self._idle.put_nowait(engine)
        if status == 200:
            return body
        said = body[:2000].decode("utf-8", "replace")
        if status == 400:
            raise RefusedError(400, sparql.syntax_sentence(asked.text, SyntaxError(said), house=False))
        raise RefusedError(500, f"The engine cannot answer: {said}")

    def _replaced(self, engine: Engine) -> Engine:
        stop(engine)
        self._engines.discard(engine)
        if self._closed:
            return engine
        if not (self.folder / "CURRENT").is_file():
            # Another process has cleaned up the cache meanwhile; what is opened here is whole all the same.
            self.folder = self._spare()
            copy(self._opened, self.folder)
        fresh = start(self.folder, self._limits)
        self._engines.add(fresh)
        return fresh

    def close(self) -> None:
        """End all servers, those at work too."""
        self._closed = True
        for engine in self._engines:
            stop(engine)


def copy(opened: Store, folder: Path) -> None:
    """Write a store into an empty folder."""
    written = Store(str(folder))
    written.bulk_extend(opened)
    written.flush()
