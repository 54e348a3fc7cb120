"""How far an import is, on a terminal, and Ctrl-C in between: what was written is then complete."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_SECONDS = 1.0


class Shown:
    """Takes how far a file was read, shows it on a terminal, and stops the work after Ctrl-C."""

    def __init__(self, sizes: list[int]) -> None:
        """Take the sizes of all files in bytes."""
        self._sizes = sizes
        self._number = 0
        self._before = 0
        self._all = sum(sizes)
        self._started = self._last = time.monotonic()
        self._is_terminal = sys.stderr.isatty()
        self._is_stopped = False
        self._is_shown = False

    def __call__(self, done: int, _: int) -> None:
        """Show how far the file is: the bytes that were read of it. Raises KeyboardInterrupt after Ctrl-C."""
        if self._is_stopped:
            raise KeyboardInterrupt
        now = time.monotonic()
        read = self._before + done
        if not self._is_terminal or not read or now - self._last < _SECONDS:
            return
        self._last = now
        spent = now - self._started
        left = spent * (self._all - read) / read
        files = f"file {self._number + 1} of {len(self._sizes)}, " if len(self._sizes) > 1 else ""
        share = 100 * read / self._all
        sys.stderr.write(f"\r{files}{share:.0f} %, {read / spent / 1e6:.1f} MB/s, {left:.0f} s left \x1b[K")
        sys.stderr.flush()
        self._is_shown = True

    def next(self) -> None:
        """Go on with the next file."""
        self._before += self._sizes[self._number]
        self._number += 1
        self(0, 0)

    def stop(self, *_: object) -> None:
        """Stop at the next call, between two records, and at once if it was asked twice."""
        if self._is_stopped:
            raise KeyboardInterrupt
        self._is_stopped = True

    def end(self) -> None:
        """Leave the line for what comes after it."""
        if self._is_shown:
            sys.stderr.write("\n")


@contextmanager
def shown(sizes: list[int]) -> Iterator[Shown]:
    """Give what shows the progress of files of these sizes, and takes Ctrl-C while it does."""
    one = Shown(sizes)
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, one.stop) if is_main else None
    try:
        yield one
    finally:
        if is_main:
            signal.signal(signal.SIGINT, before)
        one.end()
