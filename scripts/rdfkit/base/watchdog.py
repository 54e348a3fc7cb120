"""Run a function in this process, and end the process if it takes too long or too much memory.

For work that is known but not its cost, such as a saved query: a thread costs nothing at the start of a command, while
the second process of `sandbox` takes half as long as starting Python. It works for functions that release Python's
global lock, as pyoxigraph does, and it cannot help if memory is exhausted at once.
"""

import _thread
import os
import time
from collections.abc import Callable

from rdfkit.base.errors import UserError

MAX_EXTRA_MEMORY_BYTES = 2 << 30
"""Memory that the function may use in addition to what the process has."""

_PAUSE_SECONDS = 0.05
_PAGES_FIELD = 1  # of /proc/self/statm: pages in memory (man 5 proc)


def run(work: Callable[[], int], seconds: float, otherwise: str, report: Callable[[UserError], object]) -> int:
    """Return what ``work`` returns, and raise what it raises.

    After ``seconds``, or at `MAX_EXTRA_MEMORY_BYTES` more memory than now (on Linux), ``report`` is called with an
    error for the user and the process ends with exit code 2; ``otherwise`` says what to do then. What ``work`` has
    written into buffers is lost.
    """
    done: list[bool] = []
    _thread.start_new_thread(_watch, (done, seconds, otherwise, report))
    try:
        return work()
    finally:
        done.append(True)


def _watch(done: list[bool], seconds: float, otherwise: str, report: Callable[[UserError], object]) -> None:
    end = time.monotonic() + seconds
    most = _memory_bytes() + MAX_EXTRA_MEMORY_BYTES
    while True:
        time.sleep(max(0.0, min(_PAUSE_SECONDS, end - time.monotonic())))
        if done:
            return
        if time.monotonic() >= end:
            report(UserError(f"The answer was not complete after {seconds:g} seconds: {otherwise}."))
            os._exit(2)
        if _memory_bytes() > most:
            size = f"{MAX_EXTRA_MEMORY_BYTES >> 30} GB"
            report(UserError(f"The engine needs more than {size} of memory for this answer: ask for less."))
            os._exit(2)


def _memory_bytes() -> int:
    """Return the memory of this process; 0 on a system other than Linux."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - pathlib would cost 3 ms
            return int(file.read().split()[_PAGES_FIELD]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
