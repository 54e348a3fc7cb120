"""Measure what follows from made-up records with the shipped graph as context, beside a parser alone and owlrl.

Each figure is the CPU time (user and system) and the largest memory of a whole process. The floor is a process that
only parses the same file. owlrl gets the vocabulary, its alignments and fewer records, without the rest of the context.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks import generate

ROOT = Path(__file__).resolve().parents[1]
CHECKED, MOST, OF_OWLRL = 100_000, 1_000_000, 2_000
"""Numbers of triples: of the check, of the largest run, and of the sample for owlrl."""

RUNS = 6
"""Of the check: the turns of the floor and of what is measured, of which the one with the median ratio counts."""

MAX_TIMES_PARSER = 12.0
"""The most CPU as a multiple of the floor."""
MIN_TIMES_QUICKER = 100.0
"""How many times less CPU for each triple than owlrl."""
MAX_MEGABYTES = 900.0
"""The most memory, at `MOST` triples too."""

PARSER = "import sys, pyoxigraph; print(sum(1 for _ in pyoxigraph.parse(path=sys.argv[1])))"
FORWARD = """
import sys, pyoxigraph
from imaging_trials.model import PROJECT
from rdfkit.inference import prepare
from rdfkit.stores import open_store
ready = prepare(PROJECT, open_store(PROJECT))
found = ready.infer(pyoxigraph.parse(path=sys.argv[1]), types=False)
assert not found.contradictions
print(len(found.triples))
"""
OWLRL = """
import sys
from pathlib import Path
import owlrl
import rdflib
rdflib.NORMALIZE_LITERALS = False
graph = rdflib.Graph()
for file in sorted(Path("ontology").glob("*.ttl")):
    graph.parse(file, format="turtle")
graph.parse(sys.argv[1], format="nt")
before = len(graph)
owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
print(len(graph) - before)
"""


class Figures(NamedTuple):
    """CPU seconds, megabytes and what the process printed."""

    seconds: float
    megabytes: float
    printed: int


def measured(program: str, file: Path) -> Figures:
    """Return the figures of one process. Raises CalledProcessError if it fails."""
    process = subprocess.Popen([sys.executable, "-c", program, file], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise subprocess.CalledProcessError(status, program)
    return Figures(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, int(printed))


def row(triples: int, name: str, found: Figures, floor: Figures) -> str:
    """Return a row of the table."""
    ratio = f"{found.seconds / floor.seconds:.1f}"
    return f"| {triples:,} | {name} | {found.seconds:.2f} | {ratio} | {found.megabytes:,.0f} | {found.printed:,} |"


def main() -> int:
    """Print the table; with --check, only what is measured in seconds; return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="leave out the largest file and owlrl")
    sizes = (CHECKED,) if parser.parse_args().check else (CHECKED, MOST)
    problems = []
    print("| triples | process | CPU s | times parser | MB | triples read or inferred |")
    print("| ---: | --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            file = Path(folder) / f"{size}.nt"
            with file.open("w", encoding="utf-8") as written:
                written.writelines(f"{line}\n" for line in generate.lines(size))
            turns = [(measured(PARSER, file), measured(FORWARD, file)) for _ in range(RUNS if size == CHECKED else 1)]
            # The first one fills the cache of the shipped graph. A machine whose speed changes affects both of a turn.
            in_order = sorted(turns[1:] or turns, key=lambda turn: turn[1].seconds / turn[0].seconds)
            floor, found = in_order[len(in_order) // 2]
            print(row(size, "parser alone", floor, floor))
            print(row(size, "rules run forward", found, floor))
            if found.seconds > MAX_TIMES_PARSER * floor.seconds:
                problems.append(f"{found.seconds / floor.seconds:.1f} times the parser, limit {MAX_TIMES_PARSER:.0f}")
            if found.megabytes > MAX_MEGABYTES:
                problems.append(f"{found.megabytes:.0f} MB, limit {MAX_MEGABYTES:.0f}")
            file.unlink()
        if len(sizes) > 1:
            file = Path(folder) / "owlrl.nt"
            file.write_text("\n".join(generate.lines(OF_OWLRL)), encoding="utf-8")
            by_owlrl = measured(OWLRL, file)
            print(row(OF_OWLRL, "owlrl", by_owlrl, measured(PARSER, file)))
            quicker = by_owlrl.seconds / OF_OWLRL / (found.seconds / MOST)
            print(f"\nFor each triple {quicker:,.0f} times less CPU than owlrl, limit {MIN_TIMES_QUICKER:.0f}")
            if quicker < MIN_TIMES_QUICKER:
                problems.append(f"only {quicker:.0f} times quicker than owlrl")
    print("\n".join(problems) or "\nwithin the limits")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
