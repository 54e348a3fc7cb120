"""Compare the fast engine with pySHACL and TopQuadrant SHACL, with the project's shapes, on generated records.

Every figure is the CPU time (user and system) and the peak memory of a whole process: it reads the shapes, the shipped
graph and the records, of which one in ten has a fault, and validates everything. There are three sizes; pySHACL is left
out at a million triples. All engines must find the same results. Ratios are comparable between machines; seconds are
not.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import generate

ROOT = Path(__file__).resolve().parents[1]
SIZES = (10_000, 100_000, 1_000_000)
SHARE = 0.1
"""The share of records with a fault, every kind in turn (see generate.py)."""
MIN_CPU_RATIO = 50.0
"""The minimum ratio of pySHACL's CPU time to that of the fast engine, at 100,000 triples."""
MAX_CPU_SECONDS, MAX_MEGABYTES = 6.0, 900.0
"""The limits of the fast engine at a million triples."""
RUNS = {"fast": 3, "TopQuadrant": 1, "pyshacl": 1}
"""The number of runs, of which the fastest counts: other load on the machine only adds time."""
MAX_TRIPLES = {"fast": SIZES[2], "TopQuadrant": SIZES[2], "pyshacl": SIZES[1]}
QUICK_MAX_TRIPLES = {"fast": SIZES[2], "TopQuadrant": SIZES[1], "pyshacl": SIZES[0]}
"""The largest number of triples for each engine."""
MAX_CPU_GROWTH = 13.0
"""The maximum growth of the CPU time for ten times the triples."""

VALIDATE = """
import sys
from hashlib import sha256
from pathlib import Path
from rdfkit.rdf import reading
from rdfkit.stores import embedded
from imaging_trials.model.project import PROJECT
from rdfkit.shacl import ValidationInput, validate
from pyoxigraph import RdfFormat, parse
engine, file = sys.argv[1:]
shapes = [quad for path in sorted((PROJECT.root / "shapes").glob("*.ttl")) for quad in reading.read(path)]
shipped = list(embedded.open_store(PROJECT))
data = parse(path=file, format=RdfFormat.N_TRIPLES)
if engine == "TopQuadrant":
    from tests.support.engines import jena
    results = jena.shacl([*shipped, *data], shapes)
else:
    added = data if engine == "fast" else [quad.triple for quad in data]
    results = validate(ValidationInput(PROJECT, shipped, shapes), added, engine=engine)[0]
lines = sorted(" ".join(map(str, (r.focus, r.path, r.component, r.value, r.severity, r.shape))) for r in results)
print(len(lines), sha256("\\n".join(lines).encode()).hexdigest())
"""


class Figure(NamedTuple):
    """The cost of one process, the number of results, and a digest of them."""

    seconds: float
    megabytes: float
    results: int
    digest: str


def measured(command: list[str]) -> Figure:
    """Run a command; return its cost, and the number and digest that it printed."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[:2]} ended with {process.returncode}")
    return Figure(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, int(printed.split()[0]), printed.split()[1])


def main() -> int:
    """Print the table; with --check, return 1 if a limit is exceeded or the results differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a limit is exceeded or the results differ")
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    args = parser.parse_args()
    up_to = QUICK_MAX_TRIPLES if args.quick else MAX_TRIPLES
    figures: dict[tuple[str, int], Figure] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            file = Path(folder) / f"{size}.nt"
            file.write_text("\n".join(generate.lines(size, share=SHARE)) + "\n", encoding="utf-8")
            for engine in (name for name, largest in up_to.items() if size <= largest):
                command = [sys.executable, "-c", VALIDATE, engine, str(file)]
                figures[engine, size] = min(measured(command) for _ in range(RUNS[engine]))
    others = {"TopQuadrant": "TopQuadrant", "pyshacl": "pySHACL"}
    heads = [head for name in others.values() for head in (f"{name}, CPU s", "MB", "times fast")]
    print("|", " | ".join(["triples", "results", "fast, CPU s", "fast, MB", *heads]), "|")
    print("|", " | ".join(["---:"] * (4 + len(heads))), "|")
    for size in SIZES:
        fast = figures["fast", size]
        cells = [f"{size:,}", f"{fast.results:,}", f"{fast.seconds:.2f}", f"{fast.megabytes:.0f}"]
        for name in others:
            other = figures.get((name, size))
            cells += (
                [f"{other.seconds:,.1f}", f"{other.megabytes:,.0f}", f"{other.seconds / fast.seconds:,.0f}"]
                if other
                else ["-"] * 3
            )
        print("|", " | ".join(cells), "|")
    ratio = figures["pyshacl", SIZES[1]].seconds / figures["fast", SIZES[1]].seconds if not args.quick else None
    growth = figures["fast", SIZES[2]].seconds / figures["fast", SIZES[1]].seconds
    largest = figures["fast", SIZES[2]]
    print()
    if ratio is not None:
        print(f"{ratio:.0f} times less CPU than pySHACL at {SIZES[1]:,} triples, limit {MIN_CPU_RATIO:.0f}")
    print(
        f"{largest.seconds:.1f} CPU s and {largest.megabytes:.0f} MB at a million, "
        f"limits {MAX_CPU_SECONDS} and {MAX_MEGABYTES}"
    )
    print(f"{growth:.1f} times the CPU for ten times the triples, limit {MAX_CPU_GROWTH}")
    missed = (
        (ratio or MIN_CPU_RATIO) < MIN_CPU_RATIO
        or largest.seconds > MAX_CPU_SECONDS
        or largest.megabytes > MAX_MEGABYTES
        or growth > MAX_CPU_GROWTH
    )
    differ = [key for key, figure in figures.items() if figure.digest != figures["fast", key[1]].digest]
    for name, size in differ:
        print(
            f"At {size:,} triples, {others[name]} finds {figures[name, size].results:,} results that are not the same."
        )
    return int(args.check and (missed or bool(differ)))


if __name__ == "__main__":
    sys.exit(main())
