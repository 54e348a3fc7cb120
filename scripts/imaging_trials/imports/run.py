"""The import of files: each file is cut into parts, which one process or a pool turns into N-Quads, in their order."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from imaging_trials import __version__
from imaging_trials.imports import pool, tasks, versions
from imaging_trials.imports.archives import Progress
from imaging_trials.imports.files import Source
from imaging_trials.imports.parts import NUMBER, Options, Outcome, Task
from imaging_trials.imports.pool import Part
from imaging_trials.imports.report import Report
from rdfkit.base import UserError

MIN_POOL_BYTES = 50_000_000
"""Files of fewer bytes are imported by one process: to start others takes longer."""

Parts = Iterator[tuple[Task, Part]]


def jobs_for(sources: Iterable[Source]) -> int:
    """Return how many processes are worth their start: the CPUs for large files, else 1."""
    if sum(one.size for one in sources) <= MIN_POOL_BYTES:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def nothing(_: int, __: int) -> None:
    """Show no progress."""


def import_file(
    source: Source, options: Options, out: BinaryIO, progress: Progress = nothing, *, jobs: int = 1
) -> Report:
    """Write the records of a file as N-Quads and return the report.

    Each record is written as a whole or not at all. Raises UserError for a file that cannot be read to its end, and
    with ``strict`` for the first record that is refused.
    """
    with files_in_parts([source], options, progress, jobs) as found:
        (report,) = (write(one, options, parts, out, progress) for one, parts in found)
    return report


@contextmanager
def files_in_parts(
    sources: list[Source], options: Options, progress: Progress, jobs: int, near: Path | None = None
) -> Iterator[Iterator[tuple[Source, Parts]]]:
    """Give each file with its parts in their order. The parts of a file must be used up before the next file.

    ``near`` is the folder in which a pool may keep what it made.
    """
    with pool.folder_for(jobs, near) as folder:
        parts = pool.parts(tasks.of_sources(sources, options, __version__, is_shared=jobs > 1), progress, jobs, folder)
        try:
            yield ((sources[number], group) for number, group in groupby(parts, lambda one: one[0].number))
        finally:
            parts.close()  # type: ignore[attr-defined]  # a generator: the processes end before their folder


def write(source: Source, options: Options, parts: Parts, out: BinaryIO, progress: Progress) -> Report:
    """Write the parts of a file in their order. Raises UserError as `import_file` does."""
    ledger = _Ledger(source, options)
    opening = None
    for task, part in parts:
        if task.is_first and opening is None:
            opening = versions.opening(task.run)
            ledger.report.quads += opening.count(b"\n")
        if opening and any(one.size for one in part.outcomes):  # a file that is refused as a whole leaves nothing
            out.write(opening)
            opening = b""
        ledger.write(part, out)
        if part.error is not None:
            raise part.error
        progress(task.end, source.size)
    out.write(opening or b"")
    return ledger.report


def import_again(source: Source, options: Options, out: BinaryIO, graphs: Iterable[str]) -> None:
    """Write what the import of the same bytes on another day adds: an activity that made the same versions."""
    run = tasks.run_of(source, options, __version__)
    out.write(versions.opening(run))
    out.writelines(versions.generated(versions.Made(graph, b"", 0, ()), run) for graph in graphs)


class _Ledger:
    """Counts the records of one file, writes each once, and decides which of two is taken."""

    def __init__(self, source: Source, options: Options) -> None:
        """Begin with no record."""
        self.report = Report(source.where)
        self._source, self._options = source, options
        self._seen: dict[int, int] = {}

    def write(self, part: Part, out: BinaryIO) -> None:
        """Write the N-Quads of the records of a part that are taken. Raises UserError with ``strict``."""
        taken: list[tuple[int, int]] = []
        at = 0
        try:
            for one in part.outcomes:
                if self._is_taken(one):
                    if taken and taken[-1][1] == at:
                        taken[-1] = (taken[-1][0], at + one.size)
                    else:
                        taken.append((at, at + one.size))
                at += one.size
        finally:
            if part.path is None:
                out.writelines(part.data[start:end] for start, end in taken)
            else:
                _copy(part.path, taken, out)

    def _is_taken(self, one: Outcome) -> bool:
        report = self.report
        report.format = report.format or one.format
        if one.is_elsewhere:
            if one.key:
                self._seen.setdefault(_number(one.key), -1)
            report.elsewhere += bool(one.name)
            return False
        report.read += 1
        name = one.name.replace(NUMBER, f"study {report.read + report.elsewhere}")
        if one.refused:
            return self._refuse(name, one.refused)
        checksum = int(one.checksum[:15] or "0", 16)
        record = _number(one.key)
        is_again = record in self._seen
        first = self._seen.setdefault(record, checksum)
        if first == -1:
            return self._refuse(name, "an earlier shard of the file has the record too: that was taken")
        if first != checksum:
            return self._refuse(name, "the record is in the file twice, with different content: the first was taken")
        named = self._source.number
        odd = ["the record is in the file twice"] if is_again else []
        if report.read == 1 and named and one.own and named != one.own and named.isdigit() == one.own.isdigit():
            odd.insert(0, f"the file is named after {named}: the record's own number, {one.own}, was taken")
        report.warn(name, (*one.warnings, *odd))
        report.written += 1
        report.deleted += one.is_deletion
        if not is_again:
            report.quads += one.quads
        return not is_again

    def _refuse(self, name: str, reason: str) -> bool:
        if self._options.strict:
            raise UserError(
                f"{self._source.where}: {name} cannot be imported: {reason}; fix it, or leave --strict out."
            )
        self.report.refuse(name, reason)
        return False


def _number(key: str) -> int:
    """Return a number for the key of a record: ten million of them must fit into memory."""
    return int.from_bytes(hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=14).digest())


def _copy(path: Path, taken: list[tuple[int, int]], out: BinaryIO) -> None:
    with path.open("rb") as file:
        for start, end in taken:
            file.seek(start)
            left = end - start
            while left and (data := file.read(min(left, 1 << 20))):
                out.write(data)
                left -= len(data)
    path.unlink()
