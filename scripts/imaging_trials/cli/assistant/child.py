"""Work that may take too long or too much memory, in a child process: a query or a file of a caller's own.

The child is ``imt`` itself, so the limits and the checks are those of the command. It is stopped with all that it
started, at its time limit or once its output is too long.
"""

import os
import subprocess
import sys
import threading
from contextlib import suppress

from rdfkit.base import UserError

MAX_OUTPUT_BYTES = 8_000_000
MAX_SECONDS = 30
MAX_MEMORY_BYTES = 4 << 30
"""Address space of the child."""

_GRACE_SECONDS = 10
_SIGKILL = 9


def imt(*arguments: str, stdin: str, seconds: int = MAX_SECONDS, accepted: tuple[int, ...] = (0,)) -> str:
    """Return what ``imt`` with these arguments prints for a standard input.

    Raises UserError with its own sentence if it fails, and if it takes more than ``seconds`` (and a grace of 10, in
    which its own limit comes first) or prints more than 8 MB.
    """
    command = [sys.executable, "-m", "imaging_trials", *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        data = stdin.encode()
    except UnicodeEncodeError as error:
        raise UserError(f"The text holds a broken character at position {error.start}: write it in UTF-8.") from None
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    ) as child:  # fmt: skip
        _limit_memory(child.pid)
        late = threading.Event()

        def stop() -> None:
            late.set()
            _kill(child.pid)

        timer = threading.Timer(seconds + _GRACE_SECONDS, stop)
        timer.start()
        said: list[bytes] = []
        threads = [
            threading.Thread(target=_send, args=(child, data)),
            threading.Thread(target=lambda: said.append(child.stderr.read(100_000) if child.stderr else b"")),
        ]
        for thread in threads:
            thread.start()
        assert child.stdout is not None  # noqa: S101 - asked for above
        output = child.stdout.read(MAX_OUTPUT_BYTES + 1)
        if len(output) > MAX_OUTPUT_BYTES:
            _kill(child.pid)
        for thread in threads:
            thread.join()
        code = child.wait()
        timer.cancel()
        _kill(child.pid)  # what it started
    if late.is_set():
        raise UserError(f"The answer was not complete after {seconds} seconds: ask for less.")
    if len(output) > MAX_OUTPUT_BYTES:
        raise UserError(f"The answer has more than {MAX_OUTPUT_BYTES:,} bytes: ask for less, such as with LIMIT.")
    if code not in accepted:
        raise UserError(_sentence(b"".join(said).decode(errors="replace")))
    return output.decode(errors="replace")


def _sentence(said: str) -> str:
    lines = [line for line in said.splitlines() if line.startswith("imt: ")]
    return lines[-1].removeprefix("imt: ") if lines else "The work stopped, probably out of memory: ask for less."


def _send(child: "subprocess.Popen[bytes]", data: bytes) -> None:
    assert child.stdin is not None  # noqa: S101 - asked for above
    with suppress(OSError):
        child.stdin.write(data)
    with suppress(OSError):
        child.stdin.close()


def _kill(pid: int) -> None:
    with suppress(OSError):
        os.killpg(pid, _SIGKILL)


def _limit_memory(pid: int) -> None:
    with suppress(ImportError, AttributeError, OSError, ValueError):
        import resource

        resource.prlimit(pid, resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
