"""Standard streams and pipes that are not as a program expects: closed, or without anyone at the other end."""

import io
import os
import sys
from pathlib import Path
from typing import BinaryIO

from rdfkit.base.errors import UserError

MAX_WAIT_SECONDS = 10.0
"""For a program to open the other end of a named pipe."""


def replace_closed() -> None:
    """Give the standard streams that were closed when Python started (``<&-``, ``>&-``) a replacement.

    Reading from a closed input and writing to a closed output raises UserError; what goes to a closed standard error is
    lost. The three descriptors are opened, so that no file or connection of the program gets one of their numbers.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_Closed("input", "name a file, or pipe something into it")))
    if sys.stdout is None:
        closed = _Closed("output", "leave it open, or redirect it to a file")
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(closed), encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - open until the process ends


class _Closed(io.RawIOBase):
    """A stream that raises UserError at the first attempt to use it."""

    def __init__(self, name: str, fix: str) -> None:
        self._sentence = f"Standard {name} is closed: {fix}."
        self._was_reported = False

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, _: object, /) -> int:
        raise UserError(self._sentence)

    def write(self, data: object, /) -> int:
        # Python flushes the buffer once more at its end.
        if not self._was_reported:
            self._was_reported = True
            raise UserError(self._sentence)
        return len(data)  # type: ignore[arg-type]  # bytes or a view of them


def open_input(path: Path | str) -> BinaryIO:
    """Open a file, a device or a pipe for reading bytes, and do not wait for ever for a writer of a named pipe.

    Raises OSError as `open` does, and UserError if nothing opens the pipe for writing within `MAX_WAIT_SECONDS`.
    """
    if not Path(path).is_fifo():
        return open(path, "rb")  # noqa: PTH123 - a Path of "" would be the folder here
    import select

    # With O_NONBLOCK a pipe opens at once, and it becomes readable, or hangs up, when a writer has come (man 7 fifo).
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN | select.POLLHUP)
    if not waiting.poll(MAX_WAIT_SECONDS * 1000):
        os.close(descriptor)
        raise UserError(
            f"{path} is a pipe, and nothing has written to it for {MAX_WAIT_SECONDS:g} seconds; "
            "start the program that writes first, or name a file."
        )
    os.set_blocking(descriptor, True)
    return os.fdopen(descriptor, "rb")
