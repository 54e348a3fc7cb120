"""Parts of files, made by this process or by a pool of others that are started for it, in the order of the files."""

import multiprocessing
import os
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import connection
from pathlib import Path
from typing import NamedTuple

from imaging_trials.imports.archives import Progress
from imaging_trials.imports.parts import Outcome, Task, outcomes
from rdfkit.base import UserError

MAX_PART_BYTES = 1 << 18
"""The N-Quads that are held before they are written: few enough for the processor's cache, which saves 8 %."""

_WAIT_SECONDS = 0.2


class Part(NamedTuple):
    """What became of the records of a task, or of some of them: their N-Quads, or a file that has them.

    ``error`` is why nothing more of the task can be read.
    """

    outcomes: list[Outcome]
    data: bytes = b""
    path: Path | None = None
    error: UserError | None = None


Item = tuple[Task, Part]


def parts(
    tasks: Iterator[tuple[Task, Part | None]], progress: Progress, jobs: int, folder: Path | None
) -> Iterator[Item]:
    """Yield the parts of tasks in their order; a task that comes with its part is not done.

    More than one job needs a folder for what the processes write, which the caller removes. ``progress`` is called
    between records, so that it may stop the work. Raises UserError if a process of the pool ends.
    """
    if jobs == 1 or folder is None:
        for task, part in tasks:
            for one in [part] if part else _done(task, progress):
                yield task, one
        return
    if multiprocessing.parent_process() is not None:
        raise UserError('Put what imports files in your script under `if __name__ == "__main__":`, or leave out jobs.')
    executor = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _begin)
    try:
        yield from _in_order(executor, tasks, progress, jobs, folder)
    except BrokenProcessPool:
        raise UserError(
            "A process of the import ended before its work was done (stopped from outside, or out of memory): run the "
            "command again with --jobs 1. In a script of your own, the call must be under `if __name__ == "
            '"__main__":`.'
        ) from None
    finally:
        executor.shutdown(cancel_futures=True)


def _in_order(
    executor: ProcessPoolExecutor,
    tasks: Iterable[tuple[Task, Part | None]],
    progress: Progress,
    jobs: int,
    folder: Path,
) -> Iterator[Item]:
    waiting: deque[tuple[Task, Part | Future[Part]]] = deque()
    for number, (task, part) in enumerate(tasks):
        if part is None:
            with _uninterrupted():  # what is started now inherits that it is not interrupted from the keyboard
                waiting.append((task, executor.submit(_work, task, folder / f"{number}.nq")))
        else:
            waiting.append((task, part))
        if len(waiting) > 2 * jobs:
            yield _next(waiting, progress)
    while waiting:
        yield _next(waiting, progress)


def _next(waiting: "deque[tuple[Task, Part | Future[Part]]]", progress: Progress) -> Item:
    task, part = waiting.popleft()
    while isinstance(part, Future):
        with suppress(NotYet):
            part = part.result(_WAIT_SECONDS)
        progress(task.start, task.document.source.size)
    return task, part


@contextmanager
def _uninterrupted() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _done(task: Task, progress: Progress) -> Iterator[Part]:
    """Do a task, and yield what became of its records in pieces that are not too large."""
    found: list[Outcome] = []
    data: list[bytes] = []
    size = 0
    error = None
    results = outcomes(task, progress)
    while True:
        try:
            outcome, made = next(results, (None, b""))
        except UserError as problem:
            outcome, made, error = None, b"", problem
        if outcome is None:
            break
        found.append(outcome)
        data.append(made)
        size += len(made)
        if size > MAX_PART_BYTES:
            yield Part(found, b"".join(data))
            found, data, size = [], [], 0
    yield Part(found, b"".join(data), error=error)


# In the processes of the pool


def _begin() -> None:
    """Leave the keyboard to the process that started this one, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    started_by = multiprocessing.parent_process()
    if started_by is not None:
        threading.Thread(target=_end_with, args=(started_by.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _work(task: Task, path: Path) -> Part:
    found: list[Outcome] = []
    error = None
    with path.open("wb") as out:
        for part in _done(task, lambda _, __: None):
            found += part.outcomes
            out.write(part.data)
            error = part.error
    return Part(found, path=path, error=error)


@contextmanager
def folder_for(jobs: int, near: Path | None) -> Iterator[Path | None]:
    """Give the processes of a pool a folder to write to, beside what is made of it, and remove it."""
    if jobs == 1:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix=".import-", dir=near, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
