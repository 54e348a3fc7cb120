"""Groups of workers as the front sees them: who works on what, since when, and who must be replaced.

Nothing here waits. `Group.tick`, called several times a second, ends what takes too long, gives long queries a lower
priority, starts what is missing, and never gives up a place: a worker that cannot be started is tried again.
"""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from rdfkit.serving import worker as workers
from rdfkit.serving.errors import RefusedError
from rdfkit.serving.messages import Reader, Request, Response, pack
from rdfkit.serving.protocol import Limits

MAX_WAITING = 128
"""Requests of a group that wait for a worker; one more is refused."""

MAX_WAITING_SECONDS = 10.0
"""Time that a request waits for a worker; then it is refused."""

MAX_ALL_MEMORY_BYTES = 3_000_000_000
"""Memory of all workers together; above it, the largest is ended."""

MAX_ALL_ANSWERS_BYTES = 256_000_000
"""Answers in the front that clients have not yet read; a larger one than fits is refused."""

RETRY_AFTER_SECONDS = 5
_MAX_START_SECONDS = 120.0
_MAX_RETRY_SECONDS = 10.0
_NICE_AFTER_SECONDS = 1.0
_GROW_AFTER_SECONDS = 0.2
_MAX_IDLE_SECONDS = 30.0
_MAX_INHERITED_BYTES = 16_000_000
_MAX_ABANDONED_SECONDS = 0.5
"""Time that a request has after its client has left; killing a worker costs more than most requests."""


class Job:
    """A request in the hands of a group; ``reply`` is called once, with a response or with why there is none."""

    __slots__ = ("ends", "message", "queued", "reply", "seconds")

    def __init__(self, request: Request, seconds: float, reply: Callable[[Response | RefusedError], None]) -> None:  # noqa: D107
        self.message = pack(request[:4], request.body)
        self.reply = reply
        self.seconds = seconds
        self.queued = 0.0
        self.ends = 0.0


class Worker(asyncio.Protocol):
    """A worker process: starting until it is ``ready``, idle or with a job after that."""

    transport: asyncio.Transport

    def __init__(self, group: "Group", pid: int, lifeline: int, now: float) -> None:  # noqa: D107
        self.group = group
        self.pid = pid
        self.lifeline = lifeline
        self.ready = False
        self.job: Job | None = None
        self.since = now
        self.is_nice = False
        self.inherited = MAX_ALL_ANSWERS_BYTES - group.room()
        """The bytes of answers in the front when it was forked: it has a copy of each that the front has given back."""
        self.reader = Reader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport

    def data_received(self, data: bytes) -> None:  # noqa: D102
        message = self.reader.feed(data)
        if message:
            self.group.heard(self, *message)
        elif self.reader.size > MAX_ALL_ANSWERS_BYTES // 4 or self.reader.size > self.group.room():
            self.group.end(self, RefusedError(503, "Too many large answers are being sent: try again later."))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002, D102
        self.group.lost(self)

    def memory_bytes(self) -> int:
        """Return the memory of the process; 0 if that cannot be known."""
        try:
            with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError, IndexError):
            return 0


class Group:
    """Workers of one kind: ``least`` of them always, up to ``most`` while requests wait.

    A worker that works on one request for longer than a second gets the lower priority ``nice``.
    """

    def __init__(  # noqa: PLR0913 - what a group is made of
        self, task: workers.Task, limits: Limits, *, least: int, most: int, nice: int, room: Callable[[], int]
    ) -> None:
        """Keep what the workers do; `tick` starts them. ``room`` returns how many bytes of answers still fit."""
        self.task = task
        self.limits = limits
        self.room = room
        self.workers: set[Worker] = set()
        self.failure = ""
        """Why the last worker could not be started; empty if it could."""
        self._least = least
        self._most = most
        self._nice = nice
        self._idle: list[Worker] = []
        self._waiting: deque[Job] = deque()
        self._retry_at = 0.0
        self._retry_seconds = 0.0
        self._closed = False
        self._has_served = False
        self._loop = asyncio.get_running_loop()
        self._connecting: set[asyncio.Task[Any]] = set()

    @property
    def is_well(self) -> bool:
        """Whether a worker has started, and none has failed to since; all may just now be replaced."""
        return self._has_served and not self.failure

    def submit(self, job: Job) -> None:
        """Give a job to a worker that is idle, or let it wait."""
        job.queued = self._loop.time()
        job.ends = job.queued + MAX_WAITING_SECONDS
        if self._idle:
            self._give(self._idle.pop(), job)
        elif self.failure and not self.workers:
            job.reply(self._unavailable(f"The graph cannot be served now: {self.failure}"))
        elif self._closed or len(self._waiting) >= MAX_WAITING:
            job.reply(self._unavailable("The server is busy with other requests: try again later."))
        else:
            self._waiting.append(job)

    def abandon(self, job: Job) -> None:
        """End the work on a job soon, because its client has left."""
        if job in self._waiting:
            self._waiting.remove(job)
        job.ends = min(job.ends, self._loop.time() + _MAX_ABANDONED_SECONDS)

    def heard(self, worker: Worker, head: Any, body: bytes) -> None:
        """Take a message of a worker."""
        if isinstance(head, dict):
            self._started(worker, head)
            return
        job, worker.job = worker.job, None
        if worker.is_nice:  # a priority cannot be raised again
            self._kill(worker)
        else:
            self._next(worker)
        if job:
            job.reply(Response(head[0], head[1], body))

    def _started(self, worker: Worker, head: dict[str, Any]) -> None:
        if "ready" in head:
            self.task.expected = head["ready"]
            self.failure, self._retry_seconds, worker.ready = "", 0.0, True
            self._has_served = True
            self._next(worker)
        else:
            self._failed(head["failed"])
            self._kill(worker)

    def lost(self, worker: Worker) -> None:
        """Note that a worker has ended, and answer for it."""
        if worker not in self.workers:
            return
        if not worker.ready:
            self._failed("a worker ended while it opened the graph.")
        megabytes = self.limits.max_memory_bytes // 1_000_000
        why = f"The query was ended: it needs more than {megabytes:,} MB, or its worker was ended from outside."
        self.end(worker, self._unavailable(why))

    def end(self, worker: Worker, why: RefusedError) -> None:
        """Kill a worker, and answer for it."""
        job, worker.job = worker.job, None
        self._kill(worker)
        if job:
            job.reply(why)

    def tick(self, now: float) -> None:
        """Do what is due."""
        for worker in list(self.workers):
            self._check(worker, now)
        while self._waiting and (self._waiting[0].ends <= now or (self.failure and not self.workers)):
            self._waiting.popleft().reply(self._unavailable("The server is busy with other requests: try again later."))
        wanted = len(self.workers) < self._least or (
            bool(self._waiting)
            and len(self.workers) < self._most
            # Only if none of them will be free soon: more workers than processors make none faster.
            and all(worker.ready and now - worker.since > _GROW_AFTER_SECONDS for worker in self.workers)
        )
        while wanted and now >= self._retry_at and not self._closed:
            self._start(now)
            # The first one alone: it may have to make the graph, which the others then find in the cache.
            wanted = len(self.workers) < self._least and self.task.expected is not None

    def _check(self, worker: Worker, now: float) -> None:
        job = worker.job
        if not worker.ready:
            if now - worker.since > _MAX_START_SECONDS:
                self._failed("a worker needs too long to open the graph.")
                self._kill(worker)
        elif job is None:
            is_needless = len(self.workers) > self._least and now - worker.since > _MAX_IDLE_SECONDS
            held = MAX_ALL_ANSWERS_BYTES - self.room()
            if is_needless or held < _MAX_INHERITED_BYTES < worker.inherited:
                self._kill(worker)
        elif now >= job.ends:
            self.end(
                worker, RefusedError(504, f"The query took more than {job.seconds:g} s and was ended: ask for less.")
            )
        elif not worker.is_nice and now - worker.since > _NICE_AFTER_SECONDS:
            worker.is_nice = True
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, worker.pid, self._nice)

    def close(self) -> None:
        """Kill all workers, and answer for them."""
        self._closed = True
        stopping = self._unavailable("The server is stopping.")
        for worker in list(self.workers):
            self.end(worker, stopping)
        while self._waiting:
            self._waiting.popleft().reply(stopping)

    def _start(self, now: float) -> None:
        try:
            pid, channel, lifeline = workers.fork(self.task)
        except OSError as error:
            self._failed(f"no worker can be started ({error.strerror}).")
            return
        worker = Worker(self, pid, lifeline, now)
        self.workers.add(worker)
        made = self._loop.create_task(self._loop.connect_accepted_socket(lambda: worker, channel))
        self._connecting.add(made)
        made.add_done_callback(self._connecting.discard)

    def _failed(self, sentence: str) -> None:
        self.failure = sentence
        self._retry_seconds = min(self._retry_seconds * 2 or 0.5, _MAX_RETRY_SECONDS)
        self._retry_at = self._loop.time() + self._retry_seconds

    def _next(self, worker: Worker) -> None:
        if self._waiting:
            self._give(worker, self._waiting.popleft())
        else:
            worker.since = self._loop.time()
            self._idle.append(worker)

    def _give(self, worker: Worker, job: Job) -> None:
        worker.job = job
        worker.since = self._loop.time()
        job.ends = worker.since + job.seconds  # of the work, whatever the wait was
        worker.transport.write(job.message)

    def _kill(self, worker: Worker) -> None:
        if worker not in self.workers:
            return
        self.workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
        os.close(worker.lifeline)
        if hasattr(worker, "transport"):
            worker.transport.abort()
        reap(worker.pid)

    @staticmethod
    def _unavailable(sentence: str) -> RefusedError:
        return RefusedError(503, sentence, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


_ended: set[int] = set()
"""Workers that were killed and whose end the kernel has not yet reported."""


def reap(*new: int) -> None:
    """Take note of workers that have ended, so that none stays as a zombie; never wait."""
    _ended.update(new)
    for pid in list(_ended):
        try:
            done, _ = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            done = pid
        if done:
            _ended.discard(pid)


def end_the_largest(groups: list[Group]) -> None:
    """End the largest worker if all of them together have more than `MAX_ALL_MEMORY_BYTES`."""
    sizes = {worker: worker.memory_bytes() for group in groups for worker in group.workers}
    if sum(sizes.values()) > MAX_ALL_MEMORY_BYTES:
        largest = max(sizes, key=lambda worker: sizes[worker])
        why = f"The queries that run need more than {MAX_ALL_MEMORY_BYTES // 1_000_000:,} MB: ask for less, or later."
        largest.group.end(largest, RefusedError(503, why, headers={"Retry-After": str(RETRY_AFTER_SECONDS)}))
