"""Measure load rate, query times and memory of each engine in one run, and print them as ratios to pyoxigraph.

Each engine has a process of its own, loads the same N-Quads by its own loader, and is asked the saved queries in turn,
each with its defaults and over its dataset, one after the other. A query counts with the fastest of three times, rows
read to the last. Times are wall-clock, as most engines are servers or use several threads; memory is the peak of the
process that holds the data. Queries that the Oxigraph server does not answer within the limit are asked of none, and of
large graphs only every fourth saved query is asked.

Run in the checkout: python -m benchmarks.engines [--triples N ...]
"""

import argparse
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox
from benchmarks import generate

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from tests.support.engines import conformance, jena
from tests.support.engines.conformance import Rows, asking, graph, settings
from tests.support.servers import isql, oxigraph_server, virtuoso_server

PEER = "pyoxigraph"
LIMIT = 5.0
"""Seconds that a query may take."""
LARGE, EVERY = 100_000, 4
"""How many quads are many, and that only every so many-th query is asked of those."""
TURNS = 3
_PATIENCE = 1.0
"""Seconds after which a query is not asked once more."""

Ask = Callable[[str, Sequence[ox.NamedNode]], Rows]


class Held(NamedTuple):
    """An engine with the data in it: how it is asked, the process to look at for memory, seconds that loading took."""

    ask: Ask
    process: int | None
    load: float


@contextmanager
def _in_process(start: Any, file: Path, folder: Path) -> Iterator[Held]:
    begin = time.perf_counter()
    with start(file, folder) as engine:
        yield Held(engine.ask, None, time.perf_counter() - begin)


@contextmanager
def _jena(file: Path, folder: Path) -> Iterator[Held]:
    jena.start_jvm()
    with _in_process(conformance.in_jena, file, folder) as held:
        yield held


@contextmanager
def _oxigraph(file: Path, folder: Path) -> Iterator[Held]:
    with oxigraph_server(folder, options=["--timeout-s", str(int(LIMIT))]) as server:
        begin = time.perf_counter()
        with file.open("rb") as body:
            headers = {"Content-Type": "application/n-quads", "Content-Length": str(file.stat().st_size)}
            with urllib.request.urlopen(urllib.request.Request(server.graphs, body, headers, method="POST")):
                load = time.perf_counter() - begin
        yield Held(asking(server, LIMIT), server.process.pid, load)


@contextmanager
def _virtuoso(file: Path, folder: Path) -> Iterator[Held]:
    with virtuoso_server(folder, readable=[file.parent], buffers=100_000) as server:
        begin = time.perf_counter()
        text = f"ld_dir('{file.parent}', '{file.name}', 'urn:no:graph');\nrdf_loader_run();\ncheckpoint;\n"
        isql(server, text, timeout=3600)
        yield Held(asking(server, LIMIT), server.process.pid, time.perf_counter() - begin)


ENGINES: dict[str, Callable[[Path, Path], Any]] = {
    "Oxigraph server": _oxigraph,
    PEER: lambda file, folder: _in_process(conformance.embedded, file, folder),
    "Virtuoso": _virtuoso,
    "Jena": _jena,
    "rdflib": lambda file, folder: _in_process(conformance.in_rdflib, file, folder),
}
"""In the order in which they are run: the first says which queries are asked of the others."""


class Question(NamedTuple):
    """A saved query as it is asked: its id, its text, the IRIs of the graphs it is asked over."""

    name: str
    text: str
    graphs: list[str]


def questions() -> list[Question]:
    """Return all saved queries with their defaults."""
    found = []
    for setting in settings():
        if not setting.example:
            names = named_graphs.dataset(PROJECT, graph(), setting.query.dataset)
            found.append(Question(setting.query.id, setting.text, [name.value for name in names]))
    return found


def peak(process: int | None) -> float:
    """Return the most memory, in MB, that a process (or this one) has had (Linux: VmHWM)."""
    status = Path(f"/proc/{process or 'self'}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def measure(name: str, file: Path, folder: Path, asked: Sequence[Question]) -> dict[str, Any]:
    """Return what one engine needs: seconds to load, MB, seconds for each query that it answers within the limit."""
    times: dict[str, float] = {}
    with ENGINES[name](file, folder) as held:
        for graphs in {tuple(question.graphs) for question in asked}:
            for text in ("ASK { ?s ?p ?o }", "ASK { GRAPH ?g { ?s ?p ?o } }"):
                # rdflib makes its view of these graphs now.
                held.ask(text, [ox.NamedNode(iri) for iri in graphs])
        for question in asked:
            seconds = _fastest(held.ask, question)
            if seconds is not None:
                times[question.name] = seconds
        return {"load": held.load, "memory": peak(held.process), "times": times}


def _fastest(ask: Ask, question: Question) -> float | None:
    graphs = [ox.NamedNode(name) for name in question.graphs]
    found = []
    for _ in range(TURNS):
        begin = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        try:
            ask(question.text, graphs)
        except Exception:  # noqa: BLE001 - each engine has its own for a query that takes too long
            return None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        found.append(time.perf_counter() - begin)
        if found[-1] > _PATIENCE:
            break
    return min(found)


def write(file: Path, triples: int) -> int:
    """Write the shipped graph, filled up with made-up records in graph:page, and return how many quads that is."""
    page = str(PROJECT.graph_iri("page"))
    quads = list(graph())
    with file.open("wb") as out:
        out.write(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        count = len(quads)
        if triples > count:
            for line in generate.lines(triples - count):
                out.write(f"{line[:-1]}{page} .\n".encode())
                count += 1
    return count


def table(figures: dict[str, dict[str, Any]], triples: int) -> list[str]:
    """Return the lines of a Markdown table; queries are compared over those that every engine answers."""
    common = set.intersection(*(set(figure["times"]) for figure in figures.values()))
    asked = max(len(figure["times"]) for figure in figures.values())
    peer = figures[PEER]
    heads = (
        f"{triples:,} quads", "load, 1,000 quads/s", "load time", f"{len(common)} queries, s", "query time",
        "median query", "peak MB", "memory", f"within {LIMIT:.0f} s",
    )  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "| --- " + "| ---: " * (len(heads) - 1) + "|"]
    for name, figure in figures.items():
        total, base = (sum(one["times"][query] for query in common) for one in (figure, peer))
        ratios = [figure["times"][query] / peer["times"][query] for query in common]
        lines.append(
            f"| {name} | {triples / figure['load'] / 1000:.0f} | {figure['load'] / peer['load']:.1f} | {total:.2f} | "
            f"{total / base:.1f} | {statistics.median(ratios):.1f} | {figure['memory']:.0f} | "
            f"{figure['memory'] / peer['memory']:.1f} | {len(figure['times'])} of {asked} |"
        )
    return lines


def run(triples: int, folder: Path) -> list[str]:
    """Measure every engine in a process of its own, and return the lines of the table."""
    file = folder / "graph.nq"
    count = write(file, triples)
    figures: dict[str, dict[str, Any]] = {}
    asked = questions()[:: EVERY if count > LARGE else 1]
    for number, name in enumerate(ENGINES):
        place = folder / f"{triples}-{number}"
        place.mkdir()
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.engines", "--one", name, str(file), str(place)]
        done = subprocess.run(command, input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True)
        figures[name] = json.loads(done.stdout)
        asked = [question for question in asked if question.name in figures[name]["times"] or number]
    return table({name: figures[name] for name in (PEER, *(other for other in figures if other != PEER))}, count)


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, nargs="+", default=[0, 1_000_000], help="sizes; 0: as shipped")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        signal.signal(signal.SIGALRM, _too_long)
        name, file, folder = asked.one
        given = [Question(*question) for question in json.load(sys.stdin)]
        print(json.dumps(measure(name, Path(file), Path(folder), given)))
        return
    for triples in asked.triples:
        with tempfile.TemporaryDirectory() as folder:
            print("\n".join(run(triples, Path(folder))), end="\n\n", flush=True)


def _too_long(*_: object) -> None:
    raise TimeoutError


if __name__ == "__main__":
    main()
