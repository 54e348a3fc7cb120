"""Measure what `imt query` and `imt build` cost, beside rdflib's and owlrl's way to the same answer.

Every figure is the CPU time (user and system) of a whole process and of its children, the median of several runs, taken
in turns so that a busy machine hurts all alike. Ratios travel between machines; seconds do not.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
QUERY = "guidelines-by-body-site"
QUERY_BAR = 6.0
"""How many times `python -c pass` a saved query may cost, from the second call on."""
BUILD_BAR = 15.0
"""How many CPU seconds a build without the reference validation may cost."""

RDFLIB_QUERY = """
import sys
from pathlib import Path
import rdflib
rdflib.NORMALIZE_LITERALS = False
graph = rdflib.Graph()
for file in sorted(path for folder in ("ontology", "data") for path in Path(folder).rglob("*.ttl")):
    graph.parse(file, format="turtle")
(query,) = Path("queries").rglob(sys.argv[1] + ".rq")
assert list(graph.query(query.read_text(encoding="utf-8")))
"""
OWLRL_CLOSURE = """
from pathlib import Path
import owlrl
import rdflib
rdflib.NORMALIZE_LITERALS = False
graph = rdflib.Graph()
for file in sorted(path for folder in ("ontology", "data") for path in Path(folder).rglob("*.ttl")):
    graph.parse(file, format="turtle")
owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
"""


class Case(NamedTuple):
    """One line of the table: what is run, as which command, how often."""

    name: str
    command: list[str]
    runs: int


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """Return the CPU seconds of one run of a command; raise CalledProcessError where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measure(cases: list[Case], environment: dict[str, str]) -> dict[str, float]:
    """Return the median CPU seconds of each case: cases take turns, and the first of several runs only warms caches."""
    figures: dict[str, list[float]] = {case.name: [] for case in cases}
    for turn in range(max(case.runs for case in cases)):
        for case in cases:
            if turn < case.runs:
                seconds = cpu(case.command, environment)
                if turn or case.runs == 1:
                    figures[case.name].append(seconds)
    return {name: statistics.median(seconds) for name, seconds in figures.items()}


def environment_in(folder: Path) -> dict[str, str]:
    """Return an environment as a person has it: byte code is kept, and the cache folder is one of our own."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "XDG_CACHE_HOME": str(folder)}


def table(figures: dict[str, float], base: str) -> list[str]:
    """Return the lines of a Markdown table with seconds and the ratio to one of the cases."""
    lines = [f"| whole process | CPU s | times `{base}` |", "| --- | ---: | ---: |"]
    return lines + [f"| `{name}` | {value:.3f} | {value / figures[base]:.1f} |" for name, value in figures.items()]


def main() -> int:
    """Print the tables; with --check, measure only what has a bar, and return 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only what has a bar, and exit 1 where it is missed")
    quick = parser.parse_args().check
    imt = str(Path(sys.executable).with_name("imt"))
    queries = [
        Case("python -c pass", [sys.executable, "-c", "pass"], 16),
        Case(f"imt query {QUERY}", [imt, "query", QUERY], 16),
        Case("the same with rdflib, from the sources", [sys.executable, "-c", RDFLIB_QUERY, QUERY], 4),
    ]
    builds = [
        Case("imt build --no-validate", [imt, "build", "--no-validate"], 4),
        Case("the closure alone with owlrl", [sys.executable, "-c", OWLRL_CLOSURE], 1),
    ]
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_in(Path(folder))
        asked = measure(queries[:2] if quick else queries, environment)
        built = measure(builds[:1] if quick else builds, environment)
    names, build_names = list(asked), list(built)
    print("\n".join([*table(asked, names[0]), "", *table(built, build_names[0])]))
    ratio = asked[names[1]] / asked[names[0]]
    print(f"\n{names[1]}: {ratio:.1f} times {names[0]}, bar {QUERY_BAR:.0f}")
    print(f"{build_names[0]}: {built[build_names[0]]:.1f} CPU s, bar {BUILD_BAR:.0f}")
    return int(ratio > QUERY_BAR or built[build_names[0]] > BUILD_BAR)


if __name__ == "__main__":
    sys.exit(main())
