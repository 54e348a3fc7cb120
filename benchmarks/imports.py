"""Compare the import of records with the mere parsing of the same file, and with other ways to the same quads.

Every figure is the CPU time (user and system) of a whole process, the median of some runs. The floor and what is
compared with it take turns, and a ratio is the median over the turns, because the speed of a virtual machine changes
within minutes. The records are made up with the shapes of real ones (records.py). The floors are a loop that parses
each record and keeps nothing: orjson for studies, lxml's iterparse for articles. Ratios are comparable between
machines; seconds are not.

orjson, pubmed_parser and biopython have an environment of their own, ``.venv-imports``: ``make bench`` sets it up.
"""

import argparse
import gzip
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import records

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv-imports" / "bin" / "python"
STUDIES, ARTICLES = 10_000, 10_000
MAX_STUDIES_RATIO, MAX_MATCHED_RATIO, MAX_ARTICLES_RATIO, MIN_RDFLIB_RATIO = 6.0, 8.0, 3.5, 25.0
"""The limits: studies without and with matching to orjson's loop, articles to iterparse, rdflib to us."""
RUNS = 5
MAX_RDFLIB_QUADS = 100_000
"""The quads that rdflib reads and writes: its time for one of them stays the same."""

_WITHOUT_MATCHING = """
import hashlib, sys
from imaging_trials.imports import statements, trials
from imaging_trials.imports.studies import reading
with open(sys.argv[1], "rb") as file, open(sys.argv[2], "wb") as out:
    for line in file:
        made, _ = trials.statements(reading.study(line, "a line"))
        data = made.written().encode()
        out.write(statements.in_graph(data, f"<urn:sha256:{hashlib.sha256(data).hexdigest()}>"))
"""

_CONVERT = """
import sys
from imaging_trials.imports.convert import convert
with open(sys.argv[1], "rb") as file, open(sys.argv[2], "wb") as out:
    for line in file:
        out.write(convert(line, "clinicaltrials", "a line").data)
"""
_IMPORT = """
import sys
from imaging_trials.cli import main
sys.exit(main(["import", "pubmed", sys.argv[1], "--jobs", "1", "--day", "2026-11-30", "--into", sys.argv[2]]))
"""
_ORJSON = """
import sys, orjson
with open(sys.argv[1], "rb") as file:
    for line in file:
        orjson.loads(line)
"""
_ITERPARSE = """
import sys
from lxml import etree
for _, element in etree.iterparse(sys.argv[1], tag=("PubmedArticle", "PubmedBookArticle")):
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
"""
_PUBMED_PARSER = """
import sys, pubmed_parser
assert len(list(pubmed_parser.parse_medline_xml(sys.argv[1]))) > 0
"""
_ENTREZ = """
import sys
from Bio import Entrez
with open(sys.argv[1], "rb") as file:
    assert len(Entrez.read(file)["PubmedArticle"]) > 0
"""
_RDFLIB = """
import sys, rdflib
graph = rdflib.Dataset()
graph.parse(sys.argv[1], format="nquads")
graph.serialize(sys.argv[2], format="nquads")
"""


def cpu_seconds(python: Path, code: str, *arguments: str) -> float:
    """Return the CPU time of a program. Raises CalledProcessError if it fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    before = os.times()
    subprocess.run([python, "-c", code, *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


class Row(NamedTuple):
    """A process of the table: what it reads, its CPU seconds, those of the floor in the same turns, and the limits.

    The limits are of their ratio, 0 for none. ``quads`` is the number of quads of a record.
    """

    what: str
    seconds: list[float]
    floor: list[float]
    quads: float = 0
    most: float = 0
    least: float = 0

    @property
    def ratio(self) -> float:
        """How many times the floor it takes."""
        return statistics.median(own / floor for own, floor in zip(self.seconds, self.floor, strict=True))

    @property
    def is_missed(self) -> bool:
        """Whether a limit is exceeded."""
        return bool(self.most and self.ratio > self.most) or self.ratio < self.least


def _studies(folder: Path, count: int, runs: int) -> Iterator[Row]:
    lines, plain, out, again = (folder / name for name in ("studies.ndjson", "plain.nq", "out.nq", "again.nq"))
    lines.write_bytes(b"".join(one + b"\n" for one in records.studies(count)))
    ours = Path(sys.executable)
    floor: list[float] = []
    without: list[float] = []
    matched: list[float] = []
    part: list[float] = []
    rdflib: list[float] = []
    for _ in range(runs):
        floor.append(cpu_seconds(PEERS, _ORJSON, str(lines)))
        without.append(cpu_seconds(ours, _WITHOUT_MATCHING, str(lines), str(plain)))
        matched.append(cpu_seconds(ours, _CONVERT, str(lines), str(out)))
    yield Row(f"{count:,} studies, orjson, parse only", floor, floor)
    quads = plain.read_bytes().count(b"\n")
    yield Row("JSON to N-Quads, without matching", without, floor, quads / count, MAX_STUDIES_RATIO)
    more = out.read_bytes().count(b"\n") / count
    yield Row("JSON to N-Quads, with matching", matched, floor, more, MAX_MATCHED_RATIO)
    with plain.open("rb") as file:
        kept = list(islice(file, MAX_RDFLIB_QUADS))
    out.write_bytes(b"".join(kept))
    for _ in range(runs):
        part.append(cpu_seconds(ours, _WITHOUT_MATCHING, str(lines), str(plain)) * len(kept) / quads)
        rdflib.append(cpu_seconds(PEERS, _RDFLIB, str(out), str(again)))
    yield Row(f"{len(kept):,} of these quads: ours, without matching", part, part)
    yield Row("the same through an rdflib graph, which matches nothing either", rdflib, part, least=MIN_RDFLIB_RATIO)


def _articles(folder: Path, count: int, runs: int) -> Iterator[Row]:
    xml, packed, into = folder / "articles.xml", folder / "articles.xml.gz", folder / "into"
    xml.write_bytes(b"".join(records.articles(count)))
    packed.write_bytes(gzip.compress(xml.read_bytes(), 1))  # pubmed_parser reads nothing else
    ours = Path(sys.executable)
    floor: list[float] = []
    imported: list[float] = []
    for number in range(runs):  # each into a folder of its own: the same file is not imported twice
        floor.append(cpu_seconds(ours, _ITERPARSE, str(xml)))
        imported.append(cpu_seconds(ours, _IMPORT, str(xml), f"{into}-{number}"))
    yield Row(f"{count:,} articles, lxml iterparse", floor, floor)
    quads = sum(one.read_bytes().count(b"\n") for one in Path(f"{into}-0").glob("*.nq"))
    yield Row("imt import pubmed, one process", imported, floor, quads / count, MAX_ARTICLES_RATIO)
    yield Row("pubmed_parser", [cpu_seconds(PEERS, _PUBMED_PARSER, str(packed))], floor[-1:])
    yield Row("Bio.Entrez", [cpu_seconds(PEERS, _ENTREZ, str(xml))], floor[-1:])


def main() -> int:
    """Measure, print the table, and with ``--check`` return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer records, one run")
    parser.add_argument("--check", action="store_true", help="fail if a limit is exceeded")
    args = parser.parse_args()
    studies, articles, runs = (1_000, 500, 1) if args.quick else (STUDIES, ARTICLES, RUNS)
    missed = []
    print("| process | CPU s | times the floor | limit | quads per record |\n| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        for row in chain(_studies(Path(name), studies, runs), _articles(Path(name), articles, runs)):
            limit = f"at most {row.most:g}" if row.most else f"at least {row.least:g}" if row.least else ""
            quads = f"{row.quads:.0f}" if row.quads else ""
            print(
                f"| {row.what} | {statistics.median(row.seconds):.2f} | {row.ratio:.1f} | {limit} | {quads} |",
                flush=True,
            )
            if row.is_missed:
                missed.append(f"{row.what} takes {row.ratio:.1f} times its floor, and the limit is {limit}")
    for one in missed:
        print(f"MISSED: {one}")
    return 1 if missed and args.check else 0


if __name__ == "__main__":
    sys.exit(main())
