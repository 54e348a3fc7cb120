"""Real servers for tests: Oxigraph, Virtuoso, and one that handles each connection as a test wants.

All listen on a free port of 127.0.0.1 and stop at the end of their ``with``; on Linux they also end with the test
process, even if that is killed.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

_MAX_START_SECONDS = 60.0
"""Time for a server to start; Oxigraph needs 0.1 s, Virtuoso 2 s, but tests share the processors."""

_MAX_STOP_SECONDS = 20.0

_VIRTUOSO_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
ErrorLogLevel = 7
FileExtend = 200
MaxCheckpointRemap = 2000
Striping = 0
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
MaxCheckpointRemap = 2000
Striping = 0

[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 0
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
DirsAllowed = {readable}
ThreadsPerQuery = 2
AsyncQueueMaxThreads = 4

[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = .
ServerThreads = 8
MaxClientConnections = 8
EnabledGzipContent = 0
HTTPProxyEnabled = 0
Charset = UTF-8

[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryExecutionTime = 300
MaxQueryCostEstimationTime = 0
"""


@dataclass(frozen=True)
class Server:
    """A running server and its addresses for queries, updates, and the Graph Store Protocol."""

    store: str  # oxigraph or virtuoso, as `imt load --store` takes it
    base: str
    query: str
    update: str
    graphs: str
    user: str | None
    password: str | None
    process: "subprocess.Popen[bytes]"
    port: int
    sql_port: int | None = None  # Virtuoso's own protocol, for `isql`


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def needs(program: str) -> Path:
    """Return the path of a program, next to Python or on the PATH; if it is missing, fail in CI and skip elsewhere."""
    found = shutil.which(str(Path(sys.executable).with_name(program))) or shutil.which(program)
    if not found:
        lacking(f"{program} is not installed.")
    return Path(found)


def lacking(what: str) -> NoReturn:
    """End a test that lacks something: fail in CI, which must have it, and skip elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must run this. {what}")
    pytest.skip(what)


@contextmanager
def oxigraph_server(
    folder: Path, *, read_only: bool = False, port: int | None = None, options: Iterable[str] = ()
) -> Iterator[Server]:
    """Run an Oxigraph server on the store in a folder; ``options`` are further options of its own.

    Give a ``port`` to start a server at the address of an earlier one; read-only needs an existing store.
    """
    program = needs("oxigraph")
    own_port = port or free_port()
    base = f"http://127.0.0.1:{own_port}"
    command = [str(program), "serve-read-only" if read_only else "serve", "-l", str(folder)]
    with _running([*command, "-b", f"127.0.0.1:{own_port}", *options], folder, f"{base}/query") as process:
        yield Server(
            "oxigraph", base, f"{base}/query", f"{base}/update", f"{base}/store", None, None, process, own_port
        )


@contextmanager
def virtuoso_server(
    folder: Path, *, port: int | None = None, readable: Iterable[Path] = (), buffers: int = 10000
) -> Iterator[Server]:
    """Run a Virtuoso 7 on the database in a folder, created if it does not exist; user and password are dba.

    ``readable`` are further folders that its bulk loader may read, ``buffers`` is its cache in pages of 8 kB.
    """
    program = needs("virtuoso-t")
    own_port, sql_port = port or free_port(), free_port()
    ini = _VIRTUOSO_INI.format(
        port=own_port,
        sql_port=sql_port,
        buffers=buffers,
        dirty=buffers * 3 // 4,
        readable=", ".join(map(str, (folder, *readable))),
    )
    (folder / "virtuoso.ini").write_text(ini, encoding="utf-8")
    (folder / "virtuoso.lck").unlink(missing_ok=True)  # left by a server that was killed
    base = f"http://127.0.0.1:{own_port}"
    command = [str(program), "-f", "+configfile", "virtuoso.ini"]
    with _running(command, folder, f"{base}/sparql?query=ASK%7B%7D") as process:
        yield Server(
            "virtuoso",
            base,
            f"{base}/sparql",
            f"{base}/sparql-auth",
            f"{base}/sparql-graph-crud-auth",
            "dba",
            "dba",
            process,
            own_port,
            sql_port,
        )


def isql(server: Server, statements: str, timeout: float = 120) -> str:
    """Run SQL (or ``sparql ...;``) in a Virtuoso as its administrator, and return the output of its client."""
    program = needs("isql-vt")
    done = subprocess.run(
        [str(program), f"127.0.0.1:{server.sql_port}", "dba", "dba", "VERBOSE=OFF", "ERRORS=STDOUT", "PROMPT=OFF"],
        input=statements,
        text=True,
        capture_output=True,
        timeout=timeout,
        check=True,
    )
    return done.stdout


@contextmanager
def _running(command: list[str], folder: Path, url: str) -> "Iterator[subprocess.Popen[bytes]]":
    """Start a program in a folder, wait until it answers at ``url``, and stop it at the end of the ``with``."""
    folder.mkdir(parents=True, exist_ok=True)
    if setpriv := shutil.which("setpriv"):
        command = [setpriv, "--pdeathsig", "KILL", *command]
    with (
        (folder / "server.out").open("ab") as out,
        subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out) as process,
    ):
        try:
            _wait(process, url, folder / "server.out")
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_MAX_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    end = time.monotonic() + _MAX_START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                output = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                raise RuntimeError(f"{process.args!r} does not answer at {url}: {output}") from None
            time.sleep(0.03)


Answerer = Callable[[socket.socket], None]


@contextmanager
def raw_server(serve: Answerer) -> Iterator[str]:
    """Run a server that calls ``serve`` with each connection, in a thread of its own; yield its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_serve, args=(serve, connection), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/query"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def respond(status: str, media_type: str, body: bytes, *, headers: str = "", length: int | None = None) -> Answerer:
    """Return a handler with the same answer to each request; ``length`` is a wrong ``Content-Length``."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        size = len(body) if length is None else length
        head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {size}\r\n{headers}\r\n"
        connection.sendall(head.encode() + body)

    return serve


def _serve(serve: Answerer, connection: socket.socket) -> None:
    with connection:
        try:
            serve(connection)
        except OSError:
            return
