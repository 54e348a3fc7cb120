"""Start the endpoint, print its address, and stop it."""

import asyncio
import errno
import ipaddress
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from pyoxigraph import QuerySolutions, Store

from rdfkit.base import Project, UserError
from rdfkit.rdf import content_key
from rdfkit.stores import embedded
from rdfkit.stores.server import pool
from rdfkit.stores.server.request import HEALTH_CHECK, RefusedError
from rdfkit.stores.server.service import Address, Service

_MAX_CONCURRENT_QUERIES = 2


def serve(service: Service) -> int:
    """Serve the graph until SIGINT or SIGTERM, and return 0. Raises UserError if it cannot start."""
    project = service.project
    program = pool.program(project)
    if not (find_spec("starlette") and find_spec("uvicorn")):
        raise UserError(f"Starlette and uvicorn are missing: install them with pip install '{project.name}[serve]'.")
    with _listening(service.address) as listener, ExitStack() as folders:

        def new_folder() -> Path:
            return Path(folders.enter_context(tempfile.TemporaryDirectory(prefix=f"{project.name}-serve-")))

        opened = embedded.open_store(project)
        folder = _folder(project, opened, new_folder)
        engines = pool.Pool(
            program, folder, opened, new_folder=new_folder, size=_MAX_CONCURRENT_QUERIES, limits=service.limits
        )
        try:
            asyncio.run(_serve(service, listener, engines, opened))
        finally:
            engines.close()
    return 0


@contextmanager
def _listening(address: Address) -> Iterator[socket.socket]:
    host, port = address.host, address.port
    try:
        family, *_, resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(resolved[:2], family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise UserError(
                f"Port {port} of {host} is in use: choose another with --port, or 0 for a free one."
            ) from None
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"Cannot listen on {host}, port {port} ({reason}): check --host and --port.") from None
    with listener:
        yield listener


def _folder(project: Project, opened: Store, new_folder: Callable[[], Path]) -> Path:
    """Return a folder with the opened graph: that of the user's cache, or else a copy in ``new_folder``."""
    cache = embedded.cache_folder(project)
    if cache is not None:
        cached = cache / content_key(project)
        try:
            if len(Store.read_only(str(cached))) == len(opened):
                return cached
        except (OSError, RuntimeError):
            pass
    own = new_folder()
    pool.copy(opened, own)
    return own


def _sizes(opened: Store) -> dict[str, int]:
    rows = opened.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g")
    assert isinstance(rows, QuerySolutions)  # noqa: S101 - by the form of the query
    return {graph.value: int(count.value) for graph, count in rows}


async def _serve(service: Service, listener: socket.socket, engines: pool.Pool, opened: Store) -> None:
    from rdfkit.stores.server import app  # while the engines start

    graphs = _sizes(opened)
    try:
        await engines.ask(HEALTH_CHECK)
    except RefusedError:
        raise UserError(
            f"The Oxigraph server does not answer: run 'oxigraph serve-read-only -l {engines.folder}' to see why."
        ) from None
    server = app.server(app.application(service, engines, graphs))

    def stop() -> None:
        server.should_exit = True
        engines.close()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    _print_address(listener, service.address, sum(graphs.values()))
    await server.serve(sockets=[listener])


def _print_address(listener: socket.socket, address: Address, triples: int) -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"{triples:,} triples at http://{shown}:{port}/query, read-only. Ctrl-C stops.", flush=True)
    if not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        print(f"imt: Everyone who can reach this machine at {address.host} can send queries.", file=sys.stderr)
