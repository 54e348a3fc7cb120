"""A running `imt serve`: how to start it, send requests to it, and look at its processes."""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

SECONDS, ROWS, BODY = 6.0, 3000, 20_000
"""Limits of the endpoint that tests share."""

VOCAB = "https://w3id.org/imaging-trials/vocab#"
GRAPH = "https://w3id.org/imaging-trials/graph/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FORM = "application/x-www-form-urlencoded"
KINDS = ("default", "named")

_MAX_REQUEST_SECONDS = 60
_MAX_STOP_SECONDS = 30
_MAX_WAIT_SECONDS = 60.0
_BUSY_TICKS = 20


class Reply(NamedTuple):
    """An HTTP response."""

    status: int
    type: str
    text: str
    headers: "dict[str, str]"

    @property
    def detail(self) -> str:
        """What is wrong, according to a problem of RFC 9457; fails for any other response."""
        assert self.type == "application/problem+json", self
        problem = json.loads(self.text)
        assert problem["status"] == self.status
        assert problem["title"]
        return str(problem["detail"])


class Endpoint(NamedTuple):
    """A running `imt serve`, and its address."""

    process: "subprocess.Popen[str]"
    url: str
    errors: Path

    @property
    def host(self) -> tuple[str, int]:
        """The host and port that it listens on."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 0

    def send(self, method: str, target: str, body: bytes | None = None, /, **headers: str) -> Reply:
        """Send one request; `_` in the names of headers means `-`."""
        connection = http.client.HTTPConnection(*self.host, timeout=_MAX_REQUEST_SECONDS)
        connection.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, names.get("content-type", ""), text, names)

    def ask(self, query: str, *more: tuple[str, str], accept: str = "*/*") -> Reply:
        """Send a query by GET."""
        return self.send("GET", f"/query?{urlencode([('query', query), *more])}", accept=accept)

    def workers(self) -> set[int]:
        """Return the process ids of its workers."""
        return set(children(self.process.pid))

    def busy_worker(self) -> int:
        """Wait until one of its workers has used the processor for a query; return its process id."""
        before = {worker: processor_ticks(worker) for worker in self.workers()}

        def busy() -> list[int]:
            return [one for one in self.workers() if processor_ticks(one) - before.get(one, 0) > _BUSY_TICKS]

        assert until(busy)
        return busy()[0]


def children(parent: int) -> list[int]:
    """Return the process ids of all descendants of a process."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found += [int(entry.parent.name), *children(int(entry.parent.name))]
    return found


def command_of(process: int) -> str:
    """Return the command line of a process, or nothing if it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def processor_ticks(process: int) -> int:
    """Return the processor time of a process in ticks, or 0 if it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


@contextmanager
def serving(*options: str, before: str = "", **environment: str) -> Iterator[Endpoint]:
    """Run `imt serve` on a free port until the end of the ``with``; ``before`` are commands of the shell before it.

    Fails if it wrote anything to standard error, but for the note on its address.
    """
    command = [str(Path(sys.executable).with_name("imt")), "serve", "--port", "0", "--debug", *options]
    if before:
        command = ["/bin/sh", "-c", f'{before}; exec "$@"', "sh", *command]
    with (
        tempfile.NamedTemporaryFile("w+") as errors,
        subprocess.Popen(
            command, text=True, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        assert process.stdout
        try:
            line = process.stdout.readline()
            address = re.search(r"http://\S+/query", line)
            assert address, line + Path(errors.name).read_text()
            yield Endpoint(process, address[0], Path(errors.name))
        finally:
            process.terminate()
            try:
                process.wait(_MAX_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        written = Path(errors.name).read_text()
        assert [text for text in written.splitlines() if "Everyone who can reach" not in text] == [], written


def until(true: Callable[[], object]) -> bool:
    """Wait until a function returns something true; return whether it did in time."""
    end = time.monotonic() + _MAX_WAIT_SECONDS
    while not (outcome := true()) and time.monotonic() < end:
        time.sleep(0.02)
    return bool(outcome)
