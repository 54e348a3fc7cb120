"""A worker: a forked process that holds the read-only store and answers one request at a time.

It ends when its front ends, even by SIGKILL, and it has a limit of memory from the kernel. Its time is limited by the
front, which kills it.
"""

import _thread
import os
import signal
import socket
from collections.abc import Callable
from typing import NoReturn

from pyoxigraph import QuerySolutions, Store

from rdfkit.base import UserError, sandbox
from rdfkit.serving.errors import RefusedError
from rdfkit.serving.messages import Reader, Request, Response, begin, pack
from rdfkit.serving.problems import problem

_PIECE_BYTES = 1 << 18
_MAX_DESCRIPTOR = 1 << 20

Answer = Callable[[Request], Response]


class Task:
    """What workers do: ``opened`` returns the store, and ``answering`` a function that answers requests from it.

    ``expected`` has the number of triples of each graph; None in the first worker, which counts them.
    """

    def __init__(  # noqa: D107
        self, opened: Callable[[], Store], answering: Callable[[Store, dict[str, int]], Answer], max_memory_bytes: int
    ) -> None:
        self.opened = opened
        self.answering = answering
        self.max_memory_bytes = max_memory_bytes
        self.expected: dict[str, int] | None = None


def fork(task: Task) -> tuple[int, socket.socket, int]:
    """Start a worker; return its process id, the socket to talk to it, and a pipe that it ends with.

    Its first message is ``{"ready": graphs}`` or ``{"failed": sentence}``. Raises OSError if there is no process or
    descriptor left.
    """
    ours, theirs = socket.socketpair()
    try:
        watched, lifeline = os.pipe()
    except OSError:
        ours.close()
        theirs.close()
        raise
    try:
        pid = os.fork()
    except OSError:
        ours.close()
        os.close(lifeline)
        raise
    else:
        if pid == 0:
            _run(task, theirs, watched)
    finally:
        theirs.close()
        os.close(watched)
    ours.setblocking(False)
    return pid, ours, lifeline


def _run(task: Task, channel: socket.socket, watched: int) -> NoReturn:
    """Be a worker until the front closes the channel, and end this process."""
    try:
        _leave_the_front(channel.fileno(), watched)
        _serve(task, channel)
    except BaseException:  # noqa: BLE001 - whatever happened, the front sees that the channel is closed
        os._exit(1)
    os._exit(0)


def _leave_the_front(*kept: int) -> None:
    """Give up what this process has from the front: signals, descriptors, standard error."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the front decides
    low = 3
    for descriptor in sorted(kept):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, _MAX_DESCRIPTOR)
    _silence(0, 1)
    _thread.start_new_thread(_end_with_the_front, (kept[1],))


def _silence(*descriptors: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for one in descriptors:
        os.dup2(nothing, one)
    os.close(nothing)


def _end_with_the_front(watched: int) -> None:
    os.read(watched, 1)  # nothing is ever written: it returns when the front has ended
    os._exit(0)


def _serve(task: Task, channel: socket.socket) -> None:
    if task.expected is not None:
        _silence(2)  # the first worker has said what there is to say about the graph
    try:
        store = task.opened()
        graphs = sizes(store)
        if task.expected is not None and graphs != task.expected:
            raise UserError(
                f"The stored graph has {sum(graphs.values()):,} triples, and {sum(task.expected.values()):,} were "
                "served before: start the server again."
            )
    except UserError as error:
        channel.sendall(pack({"failed": str(error)}, b""))
        return
    except (OSError, RuntimeError, MemoryError) as error:
        channel.sendall(pack({"failed": f"The graph cannot be opened: {error}."}, b""))
        return
    answer = task.answering(store, graphs)
    _silence(2)  # the engine prints a long trace if memory runs out
    sandbox.limit_memory(task.max_memory_bytes)
    channel.sendall(pack({"ready": graphs}, b""))
    reader = Reader()
    while piece := channel.recv(_PIECE_BYTES):
        if message := reader.feed(piece):
            response = _answered(answer, Request._make([*message[0], message[1]]))
            _send(channel, response)
            del response  # a large one is not kept until the next request


def _send(channel: socket.socket, response: Response) -> None:
    """Send a response; the body of a large one is not copied."""
    begun = begin(response[:2], len(response.body))
    if len(response.body) < _PIECE_BYTES:
        channel.sendall(begun + response.body)
    else:
        channel.sendall(begun)
        channel.sendall(response.body)


def _answered(answer: Answer, request: Request) -> Response:
    try:
        return answer(request)
    except RefusedError as error:
        return problem(error, request.accept)
    except UserError as error:
        return problem(RefusedError(400, str(error)), request.accept)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # noqa: BLE001 - the client gets a sentence, and the worker goes on
        sentence = f"The request cannot be answered ({type(error).__name__}: {error}): report this."
        return problem(RefusedError(500, sentence), request.accept)


def sizes(store: Store) -> dict[str, int]:
    """Return the graphs of a store with their numbers of triples, sorted."""
    rows = store.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g")
    assert isinstance(rows, QuerySolutions)  # noqa: S101 - by the form of the query
    return {graph.value: int(count.value) for graph, count in rows}
