"""Compare the import of records with the mere parsing of the same file, and with other ways to the same quads.

Every figure is the CPU time (user and system) of a whole process, the least of some runs, because other load on the
machine only adds time. The records are made up with the shapes of real ones (records.py). The floors are a loop that
parses each record and keeps nothing: orjson for studies, lxml's iterparse for articles. Ratios are comparable between
machines; seconds are not.

orjson, pubmed_parser and biopython have an environment of their own, ``.venv-imports``: ``make bench`` sets it up.
"""

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import records

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv-imports" / "bin" / "python"
STUDIES, ARTICLES = 10_000, 4_000
MAX_STUDIES_RATIO, MAX_ARTICLES_RATIO, MIN_RDFLIB_RATIO = 6.0, 3.5, 25.0
"""The bars: ours to orjson's loop, ours to iterparse, and rdflib with the quads of ours to ours."""
RUNS = 3

_CONVERT = """
import sys
from imaging_trials.imports.convert import convert
quads = records = 0
with open(sys.argv[1], "rb") as file, open(sys.argv[2], "wb") as out:
    for line in file:
        made = convert(line, "clinicaltrials", "a line")
        out.write(made.data)
        quads += made.quads
        records += 1
print(quads / records)
"""
_IMPORT = """
import sys
from imaging_trials.cli import main
sys.exit(main(["import", sys.argv[3], sys.argv[1], "--report", "json", "--day", "2026-11-30", "--into", sys.argv[2]]))
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


def cpu_seconds(python: Path, code: str, *arguments: str, runs: int = RUNS) -> float:
    """Return the least CPU time of some runs of a program. Raises CalledProcessError if it fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    least = float("inf")
    for _ in range(runs):
        before = os.times()
        subprocess.run([python, "-c", code, *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)
        after = os.times()
        least = min(least, after.children_user + after.children_system - before.children_user - before.children_system)
    return least


def main() -> int:
    """Measure, print the figures, and return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer records, one run")
    quick = parser.parse_args().quick
    studies, articles, runs = (1_000, 500, 1) if quick else (STUDIES, ARTICLES, RUNS)
    ours, missed = Path(sys.executable), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines, xml, packed, out = (
            folder / "studies.ndjson",
            folder / "articles.xml",
            folder / "articles.xml.gz",
            folder / "out.nq",
        )
        lines.write_bytes(b"".join(one + b"\n" for one in records.studies(studies)))
        xml.write_bytes(b"".join(records.articles(articles)))
        packed.write_bytes(gzip.compress(xml.read_bytes()))  # pubmed_parser reads nothing else
        floor = cpu_seconds(PEERS, _ORJSON, str(lines), runs=runs)
        convert = cpu_seconds(ours, _CONVERT, str(lines), str(out), runs=runs)
        quads = out.read_bytes().count(b"\n")
        print(
            f"studies: {studies}, {lines.stat().st_size / studies / 1000:.1f} KB and {quads / studies:.0f} quads each"
        )
        print(f"  orjson, parse only: {floor:.2f} s; JSON to N-Quads: {convert:.2f} s, {convert / floor:.1f} times")
        if convert > MAX_STUDIES_RATIO * floor:
            missed.append(f"studies take {convert / floor:.1f} times the floor, more than {MAX_STUDIES_RATIO}")
        part = folder / "part.nq"
        with out.open("rb") as file, part.open("wb") as some:
            kept = [line for _, line in zip(range(100_000), file, strict=False)]
            some.writelines(kept)
        rdflib = cpu_seconds(PEERS, _RDFLIB, str(part), str(folder / "again.nq"), runs=1)
        ratio = rdflib / len(kept) / (convert / quads)
        print(f"  the same quads through an rdflib graph: {ratio:.0f} times ours (of {len(kept)} quads)")
        if ratio < MIN_RDFLIB_RATIO:
            missed.append(f"rdflib takes {ratio:.0f} times ours, less than {MIN_RDFLIB_RATIO}")
        floor = cpu_seconds(ours, _ITERPARSE, str(xml), runs=runs)
        made = cpu_seconds(ours, _IMPORT, str(xml), str(folder / "into"), "pubmed", runs=1)
        print(f"articles: {articles}, {xml.stat().st_size / articles / 1000:.1f} KB each")
        print(f"  lxml iterparse: {floor:.2f} s; XML to N-Quads: {made:.2f} s, {made / floor:.1f} times")
        if made > MAX_ARTICLES_RATIO * floor:
            missed.append(f"articles take {made / floor:.1f} times the floor, more than {MAX_ARTICLES_RATIO}")
        for peer, code in (("pubmed_parser", _PUBMED_PARSER), ("Bio.Entrez", _ENTREZ)):
            source = packed if peer == "pubmed_parser" else xml
            try:
                seconds = cpu_seconds(PEERS, code, str(source), runs=1)
                print(f"  {peer}: {seconds:.2f} s, {seconds / floor:.1f} times")
            except subprocess.CalledProcessError:
                print(f"  {peer}: it does not read the file")
    for one in missed:
        print(f"MISSED: {one}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
