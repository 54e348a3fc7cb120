"""Compare the fast engine with four other SHACL validators, with the project's shapes, on generated records.

Every figure is the CPU time (user and system) and the peak memory of a whole process: it reads the shapes, the shipped
graph and the records, of which one in ten has a fault, and validates everything. There are three sizes; an engine that
would take too long is left out at the larger ones. Each result is compared with that of the fast engine: focus node,
path, constraint component, value, severity and shape. pySHACL and TopQuadrant must find the same results. Ratios are
comparable between machines; seconds are not.

pyshifty and shacl-rust have an environment of their own: ``make bench`` sets it up.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import RdfFormat, serialize

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import generate

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs, reading
from rdfkit.stores import embedded

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv-validators" / "bin" / "python"
SIZES = (10_000, 100_000, 1_000_000)
SHARE = 0.1
"""The share of records with a fault, every kind in turn (see generate.py)."""
MIN_CPU_RATIOS = {"pySHACL": 50.0, "pyshifty": 10.0, "shacl-rust": 10.0}
"""The minimum ratio of an engine's CPU time to that of the fast engine, at 100,000 triples."""
MAX_CPU_SECONDS, MAX_MEGABYTES = 6.0, 900.0
"""The limits of the fast engine at a million triples."""
RUNS = 3
"""The number of runs of the fast engine, of which the fastest counts: other load on the machine only adds time."""
MAX_TRIPLES = {
    "fast": SIZES[2],
    "TopQuadrant": SIZES[2],
    "pyshifty": SIZES[1],
    "shacl-rust": SIZES[1],
    "pySHACL": SIZES[1],
}
QUICK_MAX_TRIPLES = {**MAX_TRIPLES, "TopQuadrant": SIZES[1], "pySHACL": SIZES[0]}
"""The largest number of triples for each engine."""
MUST_AGREE = {"fast", "TopQuadrant", "pySHACL"}
MAX_CPU_GROWTH = 13.0
"""The maximum growth of the CPU time for ten times the triples."""

_OURS = """
import sys
from pathlib import Path
from rdfkit.rdf import named_graphs, reading
from rdfkit.stores import embedded
from imaging_trials.model.project import PROJECT
from rdfkit.shacl import ValidationInput, validate
from pyoxigraph import RdfFormat, parse
engine, records, _, _, report = sys.argv[1:]
shapes = [quad for path in named_graphs.shape_files(PROJECT) for quad in reading.read(path)]
shipped = list(embedded.open_store(PROJECT))
data = parse(path=records, format=RdfFormat.N_TRIPLES)
if engine == "TopQuadrant":
    from tests.support.engines import jena
    results = jena.shacl([*shipped, *data], shapes)
else:
    added = data if engine == "fast" else [quad.triple for quad in data]
    results = validate(ValidationInput(PROJECT, shipped, shapes), added, engine=engine.lower())[0]
with open(report, "w") as file:
    for r in results:
        terms = r.focus, r.path, f"<{r.component}>", r.value, f"<{r.severity}>", r.shape
        print(*("" if term is None else term for term in terms), sep="\\t", file=file)
"""
_PYSHIFTY = """
import logging
import sys
import shifty
logging.disable(logging.CRITICAL)  # rdflib logs each literal that it cannot convert
from rdflib import SH
_, _, data, shapes, report = sys.argv[1:]
graph = shifty.validate(data, shapes, infer=False, on_unsupported="error")[1]
names = "focusNode", "resultPath", "sourceConstraintComponent", "value", "resultSeverity", "sourceShape"
with open(report, "w") as file:
    for result in graph.objects(None, SH.result):
        values = [graph.value(result, SH[name]) for name in names]
        print(*("" if value is None else value.n3() for value in values), sep="\\t", file=file)
"""
_SHACL_RUST = """
import sys
import shacl_rust
_, _, data, shapes, report = sys.argv[1:]
names = "focusNode", "resultPath", "sourceConstraintComponent", "value", "severity", "sourceShape"
with open(report, "w") as file:
    for result in shacl_rust.validate_file(data, shapes, experimental_index=True)["results"]:
        print(*(result.get(name) or "" for name in names), sep="\\t", file=file)
"""
PROGRAMS = {"pyshifty": (PEERS, _PYSHIFTY), "shacl-rust": (PEERS, _SHACL_RUST)}
"""The Python and the program of an engine; all others use ours."""


class Figure(NamedTuple):
    """The cost of one process, and the results that it found, each as one line, with their counts."""

    seconds: float
    megabytes: float
    results: "Counter[str]"


def measured(engine: str, records: Path, data: Path, shapes: Path) -> Figure:
    """Validate in a process of its own; return its cost and its results.

    ``records`` are the generated triples alone, ``data`` are these with the shipped graph.
    """
    python, program = PROGRAMS.get(engine, (Path(sys.executable), _OURS))
    report = records.with_suffix(".report")
    command = [str(python), "-c", program, engine, *map(str, (records, data, shapes, report))]
    with subprocess.Popen(command, cwd=ROOT) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{engine} ended with {process.returncode}")
    lines = report.read_text(encoding="utf-8").splitlines()
    return Figure(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, Counter(lines))


def as_lines(results: Iterable[object]) -> bytes:
    """Return triples as N-Triples."""
    return serialize(results, format=RdfFormat.N_TRIPLES) or b""  # type: ignore[arg-type]


def main() -> int:
    """Print the table; with --check, return 1 if a limit is exceeded or the results differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a limit is exceeded or the results differ")
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    args = parser.parse_args()
    up_to = QUICK_MAX_TRIPLES if args.quick else MAX_TRIPLES
    if not PEERS.exists():
        parser.error(f"{PEERS} is missing: run make bench")
    figures: dict[tuple[str, int], Figure] = {}
    with tempfile.TemporaryDirectory() as folder:
        shapes = Path(folder, "shapes.nt")
        files = named_graphs.shape_files(PROJECT)
        shapes.write_bytes(as_lines(quad.triple for path in files for quad in reading.read(path)))
        shipped = as_lines({quad.triple for quad in embedded.open_store(PROJECT)})
        for size in SIZES:
            records, data = Path(folder, f"{size}.nt"), Path(folder, f"{size}-and-shipped.nt")
            records.write_text("\n".join(generate.lines(size, share=SHARE)) + "\n", encoding="utf-8")
            data.write_bytes(shipped + records.read_bytes())
            for engine in (name for name, largest in up_to.items() if size <= largest):
                runs = RUNS if engine == "fast" else 1
                found = [measured(engine, records, data, shapes) for _ in range(runs)]
                figures[engine, size] = min(found, key=lambda figure: figure.seconds)
    return int(printed(figures) and args.check)


def printed(figures: dict[tuple[str, int], Figure]) -> bool:
    """Print the table and the limits; return whether a limit is exceeded or an engine that must agree does not."""
    print("| triples | engine | CPU s | times fast | MB | results | not the same |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    wrong = False
    for (engine, size), figure in figures.items():
        fast = figures["fast", size]
        differing = (figure.results - fast.results).total() + (fast.results - figure.results).total()
        ratio = figure.seconds / fast.seconds
        cells = [f"{size:,}", engine, f"{figure.seconds:,.2f}", f"{ratio:,.1f}", f"{figure.megabytes:,.0f}"]
        print("|", " | ".join([*cells, f"{figure.results.total():,}", f"{differing:,}"]), "|")
        wrong |= engine in MUST_AGREE and differing > 0
    print()
    for engine, limit in MIN_CPU_RATIOS.items():
        if (engine, SIZES[1]) in figures:
            ratio = figures[engine, SIZES[1]].seconds / figures["fast", SIZES[1]].seconds
            print(f"{ratio:.1f} times less CPU than {engine} at {SIZES[1]:,} triples, limit {limit:.0f}")
            wrong |= ratio < limit
    largest = figures["fast", SIZES[2]]
    growth = largest.seconds / figures["fast", SIZES[1]].seconds
    print(
        f"{largest.seconds:.1f} CPU s and {largest.megabytes:.0f} MB at a million, "
        f"limits {MAX_CPU_SECONDS} and {MAX_MEGABYTES}"
    )
    print(f"{growth:.1f} times the CPU for ten times the triples, limit {MAX_CPU_GROWTH}")
    return wrong or largest.seconds > MAX_CPU_SECONDS or largest.megabytes > MAX_MEGABYTES or growth > MAX_CPU_GROWTH


if __name__ == "__main__":
    sys.exit(main())
