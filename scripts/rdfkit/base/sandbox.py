"""Work in a process of its own, which may take too long, need too much memory or crash, and takes nothing with it.

A query that somebody typed can do all three to the embedded engine: it has no time limit, does not see that Ctrl-C was
pressed, and ends the whole process where memory or stack runs out.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from rdfkit.base.errors import UserError

MEMORY = 2 << 30
"""Bytes of address space that the work may take beside what the process has already."""


def run(work: Callable[[], int], seconds: float, otherwise: str) -> int:
    """Do some work in a copy of this process and return what it returns; it writes to the same standard output.

    What the work changes is lost, and it must not use a store that was opened before. What it raises is raised here:
    UserError as it is, anything else as RuntimeError. Raises UserError where it takes more than ``seconds``
    (``otherwise`` says what to do then), runs out of memory or crashes. Where the system can't copy a process, the work
    is done here, without limits.
    """
    if not hasattr(os, "fork"):
        return work()
    import signal

    sys.stdout.flush()
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _do(work, sending)
    os.close(sending)
    try:
        told = b"".join(_until(receiving, time.monotonic() + seconds))
    except TimeoutError:
        raise UserError(f"There was no whole answer in {seconds:g} seconds: {otherwise}.") from None
    finally:
        os.kill(child, signal.SIGKILL)  # where it has ended, that does nothing
        os.waitpid(child, 0)
        os.close(receiving)
    if not told:
        raise UserError(
            "The engine gave up on this query, most likely for want of memory: ask for less, or in a simpler way."
        )
    kind, text, context = told.decode("utf-8", "surrogatepass").split("\0", 2)
    if kind == "done":
        return int(text)
    if kind == "pipe":
        raise BrokenPipeError
    error = UserError(text) if kind == "sentence" else RuntimeError(text)
    error.__context__ = RuntimeError(context) if context else None
    raise error


def _until(receiving: int, end: float) -> Iterator[bytes]:
    """Yield what arrives until the other side is closed; raises TimeoutError where that takes too long."""
    import select

    while select.select([receiving], [], [], max(0.0, end - time.monotonic()))[0]:
        if not (piece := os.read(receiving, 65536)):
            return
        yield piece
    raise TimeoutError


def _do(work: Callable[[], int], sending: int) -> None:
    """Do the work, tell what came of it (nothing where memory or stack ran out), and end this process."""
    told = ""
    try:
        _limit_memory()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the engine prints a long trace where memory runs out
        told = f"done\0{work()}\0"
        sys.stdout.flush()
    except BrokenPipeError:
        told = "pipe\0\0"
    except (MemoryError, RecursionError):
        told = ""
    except UserError as error:
        told = f"sentence\0{error}\0{error.__context__ or ''}"
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told on the other side
        told = f"error\0{type(error).__name__}: {error}\0{error.__context__ or ''}"
    finally:
        with suppress(OSError):
            os.write(sending, told.encode("utf-8", "surrogatepass"))
        os._exit(0)


def _limit_memory() -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - pathlib would cost 3 ms
            taken = int(file.read().split()[0]) * resource.getpagesize()
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = taken + MEMORY
        if most == resource.RLIM_INFINITY or wanted < most:
            resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
