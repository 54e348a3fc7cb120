"""The front: it takes connections, checks where requests come from, gives them to workers, and never waits."""

import asyncio
import errno
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from rdfkit.serving import connection as connections
from rdfkit.serving import pool
from rdfkit.serving.connection import LEAVING, READING, WORKING, WRITING, Connection
from rdfkit.serving.errors import RefusedError
from rdfkit.serving.messages import Request, Response
from rdfkit.serving.origins import Origins
from rdfkit.serving.problems import problem
from rdfkit.serving.protocol import Limits
from rdfkit.serving.worker import Task

QUERIES, HEALTH, OTHERS = "queries", "health", "others"

_TICK_SECONDS = 0.1
_TICKS_BETWEEN_MEMORY_CHECKS = 3
_MAX_HEALTH_SECONDS = 10.0
_MAX_ACCEPTED_AT_ONCE = 32
_ACCEPT_AGAIN_SECONDS = 0.2
_MAX_STOP_SECONDS = 0.5

_SIZES = {QUERIES: (2, 12, 15), OTHERS: (2, 4, 5), HEALTH: (1, 1, 0)}
"""Workers of each group: always, and at most while requests wait; and the priority of long work."""

_METHODS = "GET, HEAD, POST, OPTIONS"
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Front:
    """A running server: its listener, its connections, and its workers."""

    def __init__(
        self, listener: socket.socket, task: Task, limits: Limits, origins: Origins, max_connections: int
    ) -> None:
        """Keep what to serve; `start` begins."""
        self.limits = limits
        self.max_body_bytes = limits.max_body_bytes
        self.held = 0
        """Bytes of answers that clients have not yet taken."""
        self.headers = {"X-Content-Type-Options": "nosniff", **origins.headers}
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._origins = origins
        self._max_connections = max_connections
        self._connections: dict[Connection, None] = {}  # the oldest first
        self._joining: set[asyncio.Task[Any]] = set()
        self._ticks = 0
        self.groups = {
            name: pool.Group(task, limits, least=least, most=most, nice=nice, room=self._room)
            for name, (least, most, nice) in _SIZES.items()
        }

    async def start(self) -> dict[str, int]:
        """Start the workers; return the graphs with their sizes once the first has opened them.

        Raises UserError if it cannot open them.
        """
        first = self.groups[OTHERS]
        first.tick(self.now())
        while not first.is_well:
            if first.failure:
                raise RefusedError(503, first.failure)
            await asyncio.sleep(0.005)
        self._tick()
        while not all(group.is_well for group in self.groups.values()):
            for group in self.groups.values():
                if group.failure:
                    raise RefusedError(503, group.failure)
            await asyncio.sleep(0.005)
        graphs = first.task.expected
        assert graphs is not None  # noqa: S101 - the first worker has counted them
        self._listener.setblocking(False)
        self._loop.add_reader(self._listener, self._accept)
        return graphs

    async def stop(self) -> None:
        """Take no more connections, end all work, answer the requests that wait, and close."""
        self._loop.remove_reader(self._listener)
        for group in self.groups.values():
            group.close()
        end = self.now() + _MAX_STOP_SECONDS
        while any(one.state == WRITING for one in self._connections) and self.now() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        for one in list(self._connections):
            one.transport.abort()
        await asyncio.sleep(0)

    def now(self) -> float:
        """Return the time of the loop in seconds."""
        return self._loop.time()

    def soon(self, work: Callable[[], None]) -> None:
        """Call a function in the next turn of the loop."""
        self._loop.call_soon(work)

    def _room(self) -> int:
        return pool.MAX_ALL_ANSWERS_BYTES - self.held

    # Connections

    def _accept(self) -> None:
        for _ in range(_MAX_ACCEPTED_AT_ONCE):
            try:
                client, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}:
                    raise
                self._make_room()
                self._loop.remove_reader(self._listener)
                self._loop.call_later(_ACCEPT_AGAIN_SECONDS, self._accept_again)
                return
            client.setblocking(False)
            with suppress(OSError):  # not every kind of socket has it
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if len(self._connections) + len(self._joining) >= self._max_connections:
                self._make_room()
            joining = self._loop.create_task(self._loop.connect_accepted_socket(lambda: Connection(self), client))
            self._joining.add(joining)
            joining.add_done_callback(self._joining.discard)

    def _accept_again(self) -> None:
        if not self._loop.is_closed() and self._listener.fileno() >= 0:
            self._loop.add_reader(self._listener, self._accept)

    def _make_room(self) -> None:
        """Close the connection that has been open for longest without a request that is being answered."""
        # A new one is idle until its request is read, so that idle ones must not go before those that read for long.
        for state in ({connections.IDLE, LEAVING, READING}, {WRITING}, {WORKING}):
            for one in self._connections:
                if one.state in state and not one.transport.is_closing():
                    one.transport.abort()
                    return

    def joined(self, connection: Connection) -> None:
        """Take note of a new connection."""
        self._connections[connection] = None

    def left(self, connection: Connection) -> None:
        """Forget a connection that has ended, and end the work for it."""
        self._connections.pop(connection, None)
        connection.release()
        if isinstance(connection.job, tuple):
            group, job = connection.job
            connection.job = None
            group.abandon(job)

    # Requests

    def asked(self, connection: Connection, request: Request) -> None:
        """Answer a request of a connection, now or later."""
        try:
            self._origins.check(request)
            response, group = self._answered_here(request)
        except RefusedError as error:
            connection.respond(problem(error, request.accept))
            return
        if response:
            connection.respond(response)
            return

        def reply(answer: Response | RefusedError) -> None:
            connection.job = None
            if isinstance(answer, RefusedError):
                answer = problem(answer, request.accept)
            connection.respond(answer)

        seconds = _MAX_HEALTH_SECONDS if group == HEALTH else self.limits.max_seconds
        job = pool.Job(request, seconds, reply)
        connection.job = (self.groups[group], job)
        self.groups[group].submit(job)

    def _answered_here(self, request: Request) -> tuple[Response | None, str]:
        """Return a response that needs no worker, or None and the group that answers."""
        if request.method not in _KNOWN_METHODS:
            raise RefusedError(
                405, f"{request.method} is not possible here: use GET, HEAD or POST.", headers={"Allow": _METHODS}
            )
        if request.method == "OPTIONS":
            return Response(204, {"Allow": _METHODS, **self._origins.preflight(request)}, b""), ""
        if request.path == "/health":
            sick = [name for name, group in self.groups.items() if not group.is_well]
            if sick:
                why = "; ".join(self.groups[name].failure or "no worker has started yet." for name in sick)
                members = {"status": "sick", "reason": why}
                headers = {
                    "Content-Type": "application/json",
                    "Cache-Control": "no-store",
                    "Retry-After": str(pool.RETRY_AFTER_SECONDS),
                }
                return Response(503, headers, json.dumps(members).encode() + b"\n"), ""
            return None, HEALTH
        return None, QUERIES if request.path == "/query" else OTHERS

    # Time

    def _tick(self) -> None:
        now = self.now()
        self._loop.call_later(_TICK_SECONDS, self._tick)
        self._ticks += 1
        for connection in list(self._connections):
            if connection.state != WORKING and connection.deadline <= now:
                connection.expire()
        for group in self.groups.values():
            group.tick(now)
        if self._ticks % _TICKS_BETWEEN_MEMORY_CHECKS == 0:
            pool.end_the_largest(list(self.groups.values()))
        pool.reap()


def max_connections(wanted: int, reserved: int) -> int:
    """Return how many connections this process has descriptors for, after raising its own limit as far as it may.

    Raises UserError if it has too few to serve.
    """
    import resource

    from rdfkit.base import UserError

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + reserved
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    least = reserved + 16
    if soft < least:
        raise UserError(f"This process may open {soft} files, and the server needs {least}: raise it with 'ulimit -n'.")
    return min(wanted, soft - reserved)
