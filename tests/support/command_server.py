"""The command ``imt`` in a process of its own for each call, without the time that Python takes to start.

A server imports what the commands import, once in each test process, and forks for every call. The forked process has
its own standard streams, working folder and environment, as a new process has. What it does not have is a new
interpreter: tests of start-up, of the locale and of closed streams start one themselves.

The server has one thread, so that it may fork; a process that runs tests has several.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_PRELOADED = ("rdflib.plugins.sparql", "pyshacl", "yaml")
_ANSWERED = 10


class CommandServer:
    """Runs ``imt`` with some arguments and returns what it printed, with its exit code."""

    def __init__(self, root: Path) -> None:
        """Start the server in the checkout ``root``."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.command_server"],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, stdin: str, cwd: Path, timeout: float) -> "subprocess.CompletedProcess[str]":
        """Return the finished process; raises TimeoutExpired after ``timeout`` seconds."""
        assert self._process.stdin
        assert self._process.stdout
        with tempfile.TemporaryDirectory() as folder:
            streams = [Path(folder, name) for name in ("in", "out", "err")]
            streams[0].write_text(stdin, encoding="utf-8")
            request = [arguments, str(cwd), dict(os.environ), list(map(str, streams)), timeout]
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            assert answer, "the server of commands ended"
            code = json.loads(answer)
            out, err = (path.read_bytes().decode() for path in streams[1:])
        command = ["imt", *arguments]
        if code is None:
            raise subprocess.TimeoutExpired(command, timeout, out, err)
        return subprocess.CompletedProcess(command, code, out, err)

    def close(self) -> None:
        """Stop the server."""
        self._process.communicate(timeout=_ANSWERED)


def _serve() -> None:
    """Answer the requests on standard input until it is closed."""
    for name in _PRELOADED:
        importlib.import_module(name)
    for package in map(importlib.import_module, ("rdfkit", "imaging_trials")):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                try:
                    importlib.import_module(module.name)
                except ModuleNotFoundError as error:  # a package of an extra, which has an environment of its own
                    if (error.name or "").partition(".")[0] in ("rdfkit", "imaging_trials"):
                        raise
    gc.collect()
    gc.freeze()
    # The forked process gets a standard input of its own: nothing of a request may be in a buffer then.
    with os.fdopen(os.dup(0), "rb", buffering=0) as requests:
        while line := requests.readline():
            os.write(1, f"{json.dumps(_forked(*json.loads(line)))}\n".encode())


def _forked(*request: Any) -> int | None:
    """Return the exit code of a call in a forked process, or None if it took too long."""
    child = os.fork()
    if not child:
        _call(*request)
    end = time.monotonic() + request[-1]
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _call(arguments: list[str], cwd: str, environment: dict[str, str], streams: list[str], _: float) -> None:
    """Run the command with these streams, and end this process."""
    from imaging_trials.cli import main

    code = 1
    try:
        for number, (path, flags) in enumerate(
            zip(streams, (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT] * 2), strict=True)
        ):
            os.dup2(os.open(path, flags, 0o600), number)
        os.closerange(3, 64)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["imt", *arguments]
        code = main()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
