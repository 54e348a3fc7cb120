"""Measure load rate, query times and memory of each engine in one run, and print them as ratios to pyoxigraph.

Each engine runs in its own process, loads the same N-Quads with its own loader, and runs the saved queries one after
the other, each with its defaults and over its dataset. A query counts with the fastest of three times, with all rows
read. Times are wall-clock, because most engines are servers or use several threads; memory is the peak of the process
that has the data. Queries that the first engine does not answer within the limit are left out for all, and on large
graphs only every fourth saved query is run.

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
MAX_QUERY_SECONDS = 5.0
"""The time limit of a query."""
MAX_SMALL_GRAPH_QUADS, SAMPLE_EVERY = 100_000, 4
"""A graph with more quads is large; on it, only every fourth saved query is run."""
TURNS = 3
_MAX_REPEATED_SECONDS = 1.0
"""A query that takes longer is not run again."""

Ask = Callable[[str, Sequence[ox.NamedNode]], Rows]


class LoadedEngine(NamedTuple):
    """An engine with the data loaded: a function that runs a query, the process with the data, and load seconds."""

    ask: Ask
    process: int | None
    load: float


@contextmanager
def _in_process(start: Any, file: Path, folder: Path) -> Iterator[LoadedEngine]:
    begin = time.perf_counter()
    with start(file, folder) as engine:
        yield LoadedEngine(engine.ask, None, time.perf_counter() - begin)


@contextmanager
def _jena(file: Path, folder: Path) -> Iterator[LoadedEngine]:
    jena.start_jvm()
    with _in_process(conformance.in_jena, file, folder) as engine:
        yield engine


@contextmanager
def _oxigraph(file: Path, folder: Path) -> Iterator[LoadedEngine]:
    with oxigraph_server(folder, options=["--timeout-s", str(int(MAX_QUERY_SECONDS))]) as server:
        begin = time.perf_counter()
        with file.open("rb") as body:
            headers = {"Content-Type": "application/n-quads", "Content-Length": str(file.stat().st_size)}
            with urllib.request.urlopen(urllib.request.Request(server.graphs, body, headers, method="POST")):
                load = time.perf_counter() - begin
        yield LoadedEngine(asking(server, MAX_QUERY_SECONDS), server.process.pid, load)


@contextmanager
def _virtuoso(file: Path, folder: Path) -> Iterator[LoadedEngine]:
    with virtuoso_server(folder, readable=[file.parent], buffers=100_000) as server:
        begin = time.perf_counter()
        text = f"ld_dir('{file.parent}', '{file.name}', 'urn:no:graph');\nrdf_loader_run();\ncheckpoint;\n"
        isql(server, text, timeout=3600)
        yield LoadedEngine(asking(server, MAX_QUERY_SECONDS), server.process.pid, time.perf_counter() - begin)


ENGINES: dict[str, Callable[[Path, Path], Any]] = {
    "Oxigraph server": _oxigraph,
    PEER: lambda file, folder: _in_process(conformance.in_pyoxigraph, file, folder),
    "Virtuoso": _virtuoso,
    "Jena": _jena,
    "rdflib": lambda file, folder: _in_process(conformance.in_rdflib, file, folder),
}
"""In the order in which they are run: the first determines which queries the others run."""


class Question(NamedTuple):
    """A saved query: its id, its text, and the IRIs of the graphs of its dataset."""

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
    """Return the peak memory, in MB, of a process (or this one) (Linux: VmHWM)."""
    status = Path(f"/proc/{process or 'self'}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def measure(name: str, file: Path, folder: Path, selected: Sequence[Question]) -> dict[str, Any]:
    """Measure one engine: seconds to load, MB, and seconds for each query that it answers within the limit."""
    times: dict[str, float] = {}
    with ENGINES[name](file, folder) as engine:
        for graphs in {tuple(question.graphs) for question in selected}:
            for text in ("ASK { ?s ?p ?o }", "ASK { GRAPH ?g { ?s ?p ?o } }"):
                # Warm-up: rdflib builds its view of these graphs here.
                engine.ask(text, [ox.NamedNode(iri) for iri in graphs])
        for question in selected:
            seconds = _fastest(engine.ask, question)
            if seconds is not None:
                times[question.name] = seconds
        return {"load": engine.load, "memory": peak(engine.process), "times": times}


def _fastest(ask: Ask, question: Question) -> float | None:
    graphs = [ox.NamedNode(name) for name in question.graphs]
    found = []
    for _ in range(TURNS):
        begin = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, MAX_QUERY_SECONDS)
        try:
            ask(question.text, graphs)
        except Exception:  # noqa: BLE001 - each engine has its own error for a timeout
            return None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        found.append(time.perf_counter() - begin)
        if found[-1] > _MAX_REPEATED_SECONDS:
            break
    return min(found)


def write(file: Path, triples: int) -> int:
    """Write the shipped graph, extended with generated records in graph:page, and return the number of quads."""
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
    """Return the lines of a Markdown table; query times are compared for queries that every engine answers."""
    common = set.intersection(*(set(figure["times"]) for figure in figures.values()))
    most = max(len(figure["times"]) for figure in figures.values())
    peer = figures[PEER]
    heads = (
        f"{triples:,} quads", "load, 1,000 quads/s", "load time", f"{len(common)} queries, s", "query time",
        "median query", "peak MB", "memory", f"within {MAX_QUERY_SECONDS:.0f} s",
    )  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "| --- " + "| ---: " * (len(heads) - 1) + "|"]
    for name, figure in figures.items():
        total, base = (sum(one["times"][query] for query in common) for one in (figure, peer))
        ratios = [figure["times"][query] / peer["times"][query] for query in common]
        lines.append(
            f"| {name} | {triples / figure['load'] / 1000:.0f} | {figure['load'] / peer['load']:.1f} | {total:.2f} | "
            f"{total / base:.1f} | {statistics.median(ratios):.1f} | {figure['memory']:.0f} | "
            f"{figure['memory'] / peer['memory']:.1f} | {len(figure['times'])} of {most} |"
        )
    return lines


def run(triples: int, folder: Path) -> list[str]:
    """Measure every engine in its own process, and return the lines of the table."""
    file = folder / "graph.nq"
    count = write(file, triples)
    figures: dict[str, dict[str, Any]] = {}
    selected = questions()[:: SAMPLE_EVERY if count > MAX_SMALL_GRAPH_QUADS else 1]
    for number, name in enumerate(ENGINES):
        place = folder / f"{triples}-{number}"
        place.mkdir()
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.engines", "--one", name, str(file), str(place)]
        done = subprocess.run(command, input=json.dumps(selected), stdout=subprocess.PIPE, text=True, check=True)
        figures[name] = json.loads(done.stdout)
        selected = [question for question in selected if question.name in figures[name]["times"] or number]
    return table({name: figures[name] for name in (PEER, *(other for other in figures if other != PEER))}, count)


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, nargs="+", default=[0, 1_000_000], help="sizes; 0: as shipped")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        signal.signal(signal.SIGALRM, _too_long)
        name, file, folder = args.one
        given = [Question(*question) for question in json.load(sys.stdin)]
        print(json.dumps(measure(name, Path(file), Path(folder), given)))
        return
    for triples in args.triples:
        with tempfile.TemporaryDirectory() as folder:
            print("\n".join(run(triples, Path(folder))), end="\n\n", flush=True)


def _too_long(*_: object) -> None:
    raise TimeoutError


if __name__ == "__main__":
    main()
