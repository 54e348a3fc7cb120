"""Run a function in a forked process with a time limit and a memory limit.

A query from a user can exceed both in the embedded engine, which has no time limit, ignores Ctrl-C, and ends the
whole process if memory or stack is exhausted.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from rdfkit.base.errors import UserError

_SIGKILL = 9
"""The same on every system with fork; importing the module signal would take 2 ms of each saved query."""

MAX_EXTRA_MEMORY_BYTES = 2 << 30
"""Address space that the function may use in addition to what the process has."""


def run(work: Callable[[], int], seconds: float, otherwise: str) -> int:
    """Run ``work`` in a forked process and return its result; it writes to the same standard output.

    Changes that ``work`` makes in memory are lost, and it must not use a store that was opened before. Its errors are
    raised here: UserError as it is, any other as RuntimeError. Raises UserError if it takes more than ``seconds``
    (``otherwise`` says what to do then), exceeds the memory limit, or crashes. On a system without fork, ``work`` runs
    in this process, without limits.
    """
    if not hasattr(os, "fork"):
        return work()
    sys.stdout.flush()
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _run_child(work, sending)
    os.close(sending)
    try:
        report = b"".join(_until(receiving, time.monotonic() + seconds))
    except TimeoutError:
        raise UserError(f"The answer was not complete after {seconds:g} seconds: {otherwise}.") from None
    finally:
        os.kill(child, _SIGKILL)  # no effect if it has ended
        os.waitpid(child, 0)
        os.close(receiving)
    if not report:
        raise UserError(
            "The engine stopped at this query, probably out of memory: ask for less, or write a simpler query."
        )
    kind, text, context = report.decode("utf-8", "surrogatepass").split("\0", 2)
    if kind == "done":
        return int(text)
    if kind == "pipe":
        raise BrokenPipeError
    error = UserError(text) if kind == "sentence" else RuntimeError(text)
    error.__context__ = RuntimeError(context) if context else None
    raise error


def _until(receiving: int, end: float) -> Iterator[bytes]:
    """Yield what is received until the other side closes; raise TimeoutError after the deadline ``end``."""
    import select

    while select.select([receiving], [], [], max(0.0, end - time.monotonic()))[0]:
        if not (piece := os.read(receiving, 65536)):
            return
        yield piece
    raise TimeoutError


def _run_child(work: Callable[[], int], sending: int) -> None:
    """Run ``work``, send its result (nothing if memory or stack ran out), and end this process."""
    report = ""
    try:
        limit_memory(MAX_EXTRA_MEMORY_BYTES)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the engine prints a long trace if memory runs out
        report = f"done\0{work()}\0"
        sys.stdout.flush()
    except BrokenPipeError:
        report = "pipe\0\0"
    except (MemoryError, RecursionError):
        report = ""
    except UserError as error:
        report = f"sentence\0{error}\0{error.__context__ or ''}"
    except BaseException as error:  # noqa: BLE001 - every error is reported to the parent
        report = f"error\0{type(error).__name__}: {error}\0{error.__context__ or ''}"
    finally:
        with suppress(OSError):
            os.write(sending, report.encode("utf-8", "surrogatepass"))
        os._exit(0)


def limit_memory(extra: int) -> None:
    """Limit the bytes of memory that this process may take in addition to what it has, where the system can do that."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - pathlib would cost 3 ms
            taken = int(file.read().split()[0]) * resource.getpagesize()
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = taken + extra
        if most == resource.RLIM_INFINITY or wanted < most:
            resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
