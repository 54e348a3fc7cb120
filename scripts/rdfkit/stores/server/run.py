"""Starting the endpoint, telling where it is, and stopping it."""

import asyncio
import errno
import ipaddress
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pyoxigraph import QuerySolutions, Store

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import named_graphs as layers
from rdfkit.stores import embedded as store
from rdfkit.stores.server import pool
from rdfkit.stores.server.limits import Limits, RefusedError
from rdfkit.stores.server.request import Asked

_ENGINES = 2


@dataclass(frozen=True)
class Where:
    """Where to listen, and whether pages of other sites may ask."""

    host: str
    port: int
    cors: bool


def run(where: Where, limits: Limits) -> int:
    """Serve the graph until SIGINT or SIGTERM, and return 0. Raises UserError where it cannot start."""
    pool.program()
    if not (find_spec("starlette") and find_spec("uvicorn")):
        raise UserError("Starlette and uvicorn are missing: install them with pip install 'imaging-trials[serve]'.")
    with _listening(where) as listener, ExitStack() as folders:

        def spare() -> Path:
            return Path(folders.enter_context(tempfile.TemporaryDirectory(prefix="imt-serve-")))

        opened = store.open_store(PROJECT)
        engines = pool.Pool(_folder(opened, spare), opened, spare, _ENGINES, limits)
        try:
            asyncio.run(_serve(listener, where, engines, opened, limits))
        finally:
            engines.close()
    return 0


@contextmanager
def _listening(where: Where) -> Iterator[socket.socket]:
    try:
        family, *_, address = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise UserError(
                f"Port {where.port} of {where.host} is taken: choose another with --port, or 0 for a free one."
            ) from None
        why = getattr(error, "strerror", None) or str(error)
        raise UserError(f"Cannot listen on {where.host}, port {where.port} ({why}): check --host and --port.") from None
    with listener:
        yield listener


def _folder(opened: Store, spare: Callable[[], Path]) -> Path:
    """Return a folder with the opened graph: the one in the user's cache, or, where there is none, ``spare``."""
    cache = store.cache_folder(PROJECT)
    if cache is not None:
        cached = cache / layers.content_key(PROJECT)
        try:
            if len(Store.read_only(str(cached))) == len(opened):
                return cached
        except (OSError, RuntimeError):
            pass
    own = spare()
    pool.copy(opened, own)
    return own


def _sizes(opened: Store) -> dict[str, int]:
    rows = opened.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g")
    assert isinstance(rows, QuerySolutions)  # noqa: S101 - by the form of the query
    return {graph.value: int(count.value) for graph, count in rows}


async def _serve(listener: socket.socket, where: Where, engines: pool.Pool, opened: Store, limits: Limits) -> None:
    from rdfkit.stores.server import app as front  # while the engines start

    graphs = _sizes(opened)
    try:
        await engines.ask(Asked("ASK {}", "ASK", (), ()))
    except RefusedError:
        raise UserError(
            f"The Oxigraph server does not answer: 'oxigraph serve-read-only -l {engines.folder}' may say why."
        ) from None
    server = front.server(front.application(engines, graphs, limits, cors=where.cors))

    def leave() -> None:
        server.should_exit = True
        engines.close()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, leave)
    _tell(listener, where, sum(graphs.values()))
    await server.serve(sockets=[listener])


def _tell(listener: socket.socket, where: Where, triples: int) -> None:
    host, port = listener.getsockname()[:2]
    address = f"[{host}]" if ":" in host else host
    print(f"{triples:,} triples at http://{address}:{port}/query, read-only. Ctrl-C stops.", flush=True)
    if not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        print(f"imt: Whoever can reach this machine at {where.host} may ask too.", file=sys.stderr)
