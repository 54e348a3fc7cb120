"""Start the server, print its address, and stop it."""

import asyncio
import errno
import gc
import ipaddress
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec

from rdfkit.base import UserError
from rdfkit.serving.errors import RefusedError
from rdfkit.serving.origins import Origins
from rdfkit.serving.service import Address, Service

MAX_CONNECTIONS = 512
_RESERVED_DESCRIPTORS = 80
"""Two of each worker, those of the loop, and some for modules that are imported late."""

_BACKLOG = 512
_M_MMAP_THRESHOLD = -3
_LARGE_BLOCK_BYTES = 1 << 18


def serve(service: Service) -> int:
    """Serve until SIGINT, SIGTERM or SIGHUP, and return 0. Raises UserError if it cannot start."""
    if not hasattr(os, "fork"):
        raise UserError("The server needs a system that can fork a process, such as Linux or macOS.")
    if not find_spec("httptools"):
        raise UserError(f"httptools is missing: install it with pip install '{service.project.name}[serve]'.")
    _give_large_blocks_back()
    with _listening(service.address) as listener:
        try:
            asyncio.run(_serve(service, listener))
        except RefusedError as error:
            raise UserError(str(error)) from None
    return 0


def _give_large_blocks_back() -> None:
    """Let the C library return memory of large answers to the system; by itself it keeps blocks of up to 32 MB.

    Source: mallopt(3), M_MMAP_THRESHOLD. Workers are forked, so that they have it too.
    """
    with suppress(ImportError, OSError, AttributeError):  # glibc has it
        import ctypes

        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK_BYTES)


@contextmanager
def _listening(address: Address) -> Iterator[socket.socket]:
    host, port = address.host, address.port
    try:
        family, *_, resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(resolved[:2], family=family, backlog=_BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise UserError(
                f"Port {port} of {host} is in use: choose another with --port, or 0 for a free one."
            ) from None
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"Cannot listen on {host}, port {port} ({reason}): check --host and --port.") from None
    with listener:
        yield listener


async def _serve(service: Service, listener: socket.socket) -> None:
    from rdfkit.serving import endpoint
    from rdfkit.serving.front import Front, max_connections
    from rdfkit.serving.worker import Task

    address = service.address
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    task = Task(service.opened, partial(endpoint.answering, service), service.limits.max_memory_bytes)
    front = Front(
        listener, task, service.limits, Origins(address.host, address.names, cors=address.cors),
        max_connections(MAX_CONNECTIONS, _RESERVED_DESCRIPTORS),
    )  # fmt: skip
    gc.freeze()  # what is there now stays shared with the workers
    try:
        starting = asyncio.ensure_future(front.start())
        ending = asyncio.ensure_future(stopped.wait())
        await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
        if stopped.is_set():
            starting.cancel()
            return
        ending.cancel()
        _print_address(listener, address, sum(starting.result().values()))
        await stopped.wait()
    finally:
        await front.stop()


def _print_address(listener: socket.socket, address: Address, triples: int) -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"{triples:,} triples at http://{shown}:{port}/query, read-only. Ctrl-C stops.", flush=True)
    if not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        print(f"imt: Everyone who can reach this machine at {address.host} can send queries.", file=sys.stderr)
