"""Measure the CPU time of `imt query` and `imt build`, and compare them with rdflib and owlrl.

Every figure is the CPU time (user and system) of a whole process and of its children: the median of several runs, which
alternate so that a busy machine affects all cases equally. Ratios are comparable between machines; seconds are not.
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
MAX_QUERY_RATIO = 6.0
"""The maximum cost of a saved query, from the second call on, as a multiple of `python -c pass`."""
MAX_BUILD_CPU_SECONDS = 15.0
"""The maximum cost of a build without the reference validation."""

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
    """One line of the table: its name, the command, and the number of runs."""

    name: str
    command: list[str]
    runs: int


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """Return the CPU seconds of one run of a command; raise CalledProcessError if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measure(cases: list[Case], environment: dict[str, str]) -> dict[str, list[float]]:
    """Return the CPU seconds of all runs of each case: cases take turns, and the first of several only warms caches."""
    figures: dict[str, list[float]] = {case.name: [] for case in cases}
    for turn in range(max(case.runs for case in cases)):
        for case in cases:
            if turn < case.runs:
                seconds = cpu(case.command, environment)
                if turn or case.runs == 1:
                    figures[case.name].append(seconds)
    return figures


def environment_in(folder: Path) -> dict[str, str]:
    """Return the environment of a typical user: byte code is kept, and the cache is in a temporary folder."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "XDG_CACHE_HOME": str(folder)}


def ratio(figures: dict[str, list[float]], name: str, base: str) -> float:
    """Return the median, over the turns, of the time of a case divided by that of another in the same turn.

    A machine whose speed changes within seconds, as a virtual one does, changes both.
    """
    return statistics.median(own / other for own, other in zip(figures[name], figures[base], strict=False))


def table(figures: dict[str, list[float]], base: str) -> list[str]:
    """Return the lines of a Markdown table with median seconds and the ratio to one of the cases."""
    lines = [f"| whole process | CPU s | times `{base}` |", "| --- | ---: | ---: |"]
    for name, seconds in figures.items():
        lines.append(f"| `{name}` | {statistics.median(seconds):.3f} | {ratio(figures, name, base):.1f} |")
    return lines


def main() -> int:
    """Print the tables; with --check, measure only what has a limit, and return 1 if one is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="measure only what has a limit, and exit 1 if one is exceeded"
    )
    quick = parser.parse_args().check
    imt = str(Path(sys.executable).with_name("imt"))
    queries = [
        Case("python -c pass", [sys.executable, "-c", "pass"], 24),
        Case(f"imt query {QUERY}", [imt, "query", QUERY], 24),
        Case("the same with rdflib, from the sources", [sys.executable, "-c", RDFLIB_QUERY, QUERY], 4),
    ]
    builds = [
        Case("imt build --no-validate", [imt, "build", "--no-validate"], 4),
        Case("the closure alone with owlrl", [sys.executable, "-c", OWLRL_CLOSURE], 1),
    ]
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_in(Path(folder))
        queried = measure(queries[:2] if quick else queries, environment)
        built = measure(builds[:1] if quick else builds, environment)
    names, build_names = list(queried), list(built)
    print("\n".join([*table(queried, names[0]), "", *table(built, build_names[0])]))
    start, seconds = ratio(queried, names[1], names[0]), statistics.median(built[build_names[0]])
    print(f"\n{names[1]}: {start:.1f} times {names[0]}, limit {MAX_QUERY_RATIO:.0f}")
    print(f"{build_names[0]}: {seconds:.1f} CPU s, limit {MAX_BUILD_CPU_SECONDS:.0f}")
    return int(start > MAX_QUERY_RATIO or seconds > MAX_BUILD_CPU_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
