"""A lock in the store, so that two loads at the same time do not write to the same graphs.

A load that is about to write puts a record into a graph of its own (``urn:rdfkit:load:`` and a random number) and then
reads the records of all loads. If it finds another one it removes its own and waits. Two loads that start together may
both step back; they try again after times of random length. This needs nothing but that a store returns what was
written before the question, because a conditional insert is not enough: Virtuoso 7 ignores ``FILTER NOT EXISTS`` there,
and Oxigraph runs two such updates at the same time.

A record ends with its load. The record of a load that was killed is ignored and removed once its time is over, which a
load postpones as it proceeds, or at once if it was on this machine. It lists the staging graphs of its load, so that
the next load can remove those that it does not use itself.
"""

import os
import random
import socket
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyoxigraph as ox

from rdfkit.base import UserError, clip, printable
from rdfkit.stores import graphstore
from rdfkit.stores.graphstore import Target
from rdfkit.stores.http import Client

_PREFIX = "urn:rdfkit:load:"
_BY, _UNTIL, _PLACE, _STAGING = (f"urn:rdfkit:load#{name}" for name in ("by", "until", "place", "staging"))
_MIN_PAUSE_SECONDS = 0.1
_MAX_PAUSE_SECONDS = 1.0
_MAX_RETRY_PAUSE_SECONDS = 30.0
_MAX_FAREWELL_SECONDS = 5.0
"""For ending the lock after a failure or Ctrl-C: the server may be what failed."""

_SPARE_SECONDS = 60.0
"""Added to the time of a record, as the clocks of two machines may differ."""


@dataclass
class Record:
    """The record of a load: who writes, until when the record counts, and the staging graphs that it may have."""

    graph: ox.NamedNode
    by: str = ""
    until: str = ""
    place: str = ""
    staging: list[ox.NamedNode] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether the load has ended: its time is over, or it was on this machine and is gone."""
        return self.until < _stamp(0) or _is_gone(self)


@dataclass
class Lock:
    """The lock that this load holds."""

    client: Client
    to: Target
    record: Record
    renewed: float
    beacon: socket.socket | None

    def close(self) -> None:
        """Let the loads on this machine know that this one has ended."""
        if self.beacon:
            self.beacon.close()

    @property
    def condition(self) -> str:
        """A graph pattern that matches once as long as this load holds the lock."""
        graph = self.record.graph
        return f"GRAPH {graph} {{ {graph} <{_PLACE}> {ox.Literal(self.record.place)} }}"

    def keep(self) -> None:
        """Postpone the end of the record if a good part of its time is over.

        Raises UserError if another load has taken the store over, which it does after that end only.
        """
        if time.monotonic() - self.renewed < _longest_request(self.client) / 4:
            return
        self.confirm()
        _set_until(self.client, self.to, self.record.graph, _stamp(_lease(self.client)))
        self.renewed = time.monotonic()

    def confirm(self) -> None:
        """Raise UserError if the record of this load is gone."""
        if all(record.graph != self.record.graph for record in records(self.client, self.to)):
            raise UserError(
                f"This load took so long that another one has taken over {self.to.url}: run again, and give both of "
                "them a lower --timeout, or more time between them."
            )


def records(client: Client, to: Target) -> list[Record]:
    """Return the records of loads that a store has, those of loads that have ended too."""
    found: dict[str, Record] = {}
    query = f"SELECT ?g ?p ?o WHERE {{ GRAPH ?g {{ ?s <{_BY}> ?by . ?s ?p ?o }} }}"
    for graph, predicate, value in graphstore.select(client, to, query):
        if not (isinstance(graph, ox.NamedNode) and graph.value.startswith(_PREFIX)):
            continue
        record = found.setdefault(graph.value, Record(graph))
        name = predicate.value if isinstance(predicate, ox.NamedNode) else ""
        if name == _STAGING and isinstance(value, ox.NamedNode):
            record.staging.append(value)
        elif isinstance(value, ox.Literal) and name in {_BY, _UNTIL, _PLACE}:
            setattr(record, name.rpartition("#")[2], value.value)
    return list(found.values())


def wait_until_free(client: Client, to: Target, wait: float, report: graphstore.Report) -> None:
    """Return as soon as no load is writing to a store. Raises UserError if one still is after ``wait`` seconds."""
    end = time.monotonic() + wait
    while True:
        with graphstore.context("The store could not be read, and nothing was changed"):
            other = _first_live(records(client, to))
        if other is None:
            return
        _pause(other, to, end, report)


@contextmanager
def held(
    client: Client, to: Target, staging: Sequence[ox.NamedNode], wait: float, report: graphstore.Report
) -> Iterator[Lock]:
    """Hold the lock of a store; ``staging`` are the staging graphs that this load may write.

    Staging graphs of loads that were killed are removed, except those in ``staging``. After an error the record stays,
    as ended, for the same purpose. Raises UserError if another load still writes after ``wait`` seconds.
    """
    lock = _acquired(client, to, staging, time.monotonic() + wait, report)
    try:
        _clean_up(lock)
        yield lock
    except BaseException:
        with suppress(UserError):
            brief = client.final_check()
            brief.timeout = min(brief.timeout, _MAX_FAREWELL_SECONDS)
            _set_until(brief, to, lock.record.graph, _stamp(-1))
        raise
    finally:
        lock.close()
    with suppress(UserError):  # its time ends by itself
        graphstore.drop(client, to, [lock.record.graph])


def _acquired(
    client: Client, to: Target, staging: Sequence[ox.NamedNode], end: float, report: graphstore.Report
) -> Lock:
    while True:
        if other := _first_live(records(client, to)):
            _pause(other, to, end, report)
            continue
        record = _new_record(client, staging)
        triples = [(_BY, record.by), (_UNTIL, record.until), (_PLACE, record.place)]
        text = [f"{record.graph} <{name}> {ox.Literal(value)} ." for name, value in triples]
        text += [f"{record.graph} <{_STAGING}> {graph} ." for graph in staging]
        lock = Lock(client, to, record, time.monotonic(), _beacon(record.graph))
        graphstore.update(client, to, f"INSERT DATA {{ GRAPH {record.graph} {{ {' '.join(text)} }} }}")
        others = records(client, to)
        if all(other.graph != record.graph for other in others):
            raise UserError(
                f"{to.url} does not return what was written before, so loads into it cannot be kept apart: "
                "check that queries and updates go to the same store."
            )
        other = _first_live([one for one in others if one.graph != record.graph])
        if other is None:
            return lock
        graphstore.drop(client, to, [record.graph])
        lock.close()
        _pause(other, to, end, report)


def _new_record(client: Client, staging: Sequence[ox.NamedNode]) -> Record:
    since = _stamp(0)[:19].replace("T", " ")
    by = f"process {os.getpid()} on {clip(ascii(socket.gethostname())[1:-1])}, since {since} UTC"
    graph = ox.NamedNode(_PREFIX + uuid.uuid4().hex)
    return Record(graph, by, _stamp(_lease(client)), _place(), list(staging))


def _clean_up(lock: Lock) -> None:
    """Remove what loads have left behind that were killed."""
    for record in records(lock.client, lock.to):
        if record.graph != lock.record.graph and record.is_over:
            left = [graph for graph in record.staging if graph not in lock.record.staging]
            graphstore.drop(lock.client, lock.to, [*left, record.graph])


def _first_live(found: Sequence[Record]) -> Record | None:
    return next((record for record in found if not record.is_over), None)


def _pause(other: Record, to: Target, end: float, report: graphstore.Report) -> None:
    if time.monotonic() >= end:
        raise UserError(
            f"Another load is writing to {to.url} ({printable(other.by)}), and nothing was changed: run again when it "
            f"has ended, or wait longer with --wait. If it was killed, its lock ends by itself at "
            f"{clip(other.until[11:19])} UTC, and at once with the update DROP GRAPH {other.graph}."
        )
    report(f"waiting for another load ({other.by})")
    time.sleep(random.uniform(_MIN_PAUSE_SECONDS, _MAX_PAUSE_SECONDS))  # noqa: S311 - no secret


def _set_until(client: Client, to: Target, graph: ox.NamedNode, until: str) -> None:
    triple = f"GRAPH {graph} {{ {graph} <{_UNTIL}>"
    new = f"{triple} {ox.Literal(until)} }}"
    graphstore.update(client, to, f"DELETE {{ {triple} ?t }} }} INSERT {{ {new} }} WHERE {{ {triple} ?t }} }}")


def _longest_request(client: Client) -> float:
    """Return the seconds that one request can take, with all its repetitions."""
    return (client.timeout + _MAX_RETRY_PAUSE_SECONDS) * (client.retries + 1)


def _lease(client: Client) -> float:
    return _longest_request(client) * 1.5 + _SPARE_SECONDS


def _stamp(seconds: float) -> str:
    """Return the time in so many seconds, as a text that sorts by time and that no store takes for a date."""
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S.%f} UTC"


def _place() -> str:
    """Return what names this machine and its part in which `_beacon` counts; "" on a system other than Linux."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/net')}"  # noqa: PTH115 - it is no path
    except OSError:
        return ""


def _beacon(graph: ox.NamedNode) -> socket.socket | None:
    """Return a socket named after a record; None if another one has the name, or the system has no such names.

    Linux frees the name when the socket is closed or its process ends, however it ends (man 7 unix, "abstract").
    """
    beacon = socket.socket(socket.AF_UNIX)
    try:
        beacon.bind(f"\0{graph.value}")
    except OSError:
        beacon.close()
        return None
    return beacon


def _is_gone(record: Record) -> bool:
    """Return whether a record is of this machine and its load has ended."""
    place = _place()
    if not place or record.place != place:
        return False
    beacon = _beacon(record.graph)
    if beacon is None:
        return False
    beacon.close()
    return True
