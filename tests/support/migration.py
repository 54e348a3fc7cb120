"""Version 1.0.0's data after the update of ``imt diff --update``, and the table of what was corrected since.

``python -m tests.support.migration`` prints the triples that are neither in the graph nor in the table, in groups: all
triples of a thing that is gone, and otherwise the kind of the subject, the predicate and the kind of the object. Each
group has the number of its triples and an example. With ``--write`` it adds each group to the table as a line without a
reason, which is to be written by hand, and removes the lines that match no triple.
"""

import csv
import os
import re
import sys
from collections import Counter
from functools import cache
from typing import NamedTuple

import pytest
from pyoxigraph import NamedNode, Quad, Store, Triple

from imaging_trials.cli.diff import BASELINE
from imaging_trials.model import PROJECT
from rdfkit.base import UserError
from rdfkit.releases import Difference, Snapshot, compare, diff_update, read_snapshot
from rdfkit.releases.diff import updates
from rdfkit.releases.diff.renames import SAME_MAPPING
from tests.conftest import ROOT

CORRECTIONS = ROOT / "tests" / "fixtures" / "migration" / "corrections-2.0.0.tsv"
COLUMNS = ["subject", "predicate", "object", "reason"]
GRAPHS = ("page", "curated", "links")
"""The graphs of data; the vocabulary, the schemes and the alignments are replaced and not migrated."""


class Correction(NamedTuple):
    """A line of the table: a pattern for each term, the reason, and the number of the line."""

    terms: tuple[re.Pattern[str], ...]
    reason: str
    line: int


@cache
def versions() -> tuple[Snapshot, Snapshot]:
    """Return version 1.0.0 and the work tree; without the commit of 1.0.0, fail in CI and skip elsewhere."""
    try:
        old = read_snapshot(PROJECT, BASELINE, display_name="1.0.0")
    except UserError as error:
        what = f"The commit of 1.0.0 is missing ({error}) Fetch the whole history: git fetch --unshallow."
        if os.environ.get("CI") == "true":
            pytest.fail(what)
        pytest.skip(what)
    return old, read_snapshot(PROJECT, str(ROOT))


@cache
def difference() -> Difference:
    """Return the difference between 1.0.0 and the work tree."""
    return compare(PROJECT, *versions())


@cache
def update() -> str:
    """Return the update from 1.0.0 to the work tree."""
    return diff_update(PROJECT, difference())


def new_iri(iri: str) -> str:
    """Return the IRI that the renames give to an IRI of 1.0.0."""
    for one in difference().renames:
        if one.old == iri:
            return one.new
    for part in difference().segments:
        iri = updates.replaced_beginning(iri, part)
    return iri


def data(snapshot: Snapshot) -> list[Quad]:
    """Return the asserted quads of the graphs of data."""
    graphs = {PROJECT.graph_iri(name) for name in GRAPHS}
    return [quad for quad in snapshot.quads if quad.graph_name in graphs]


@cache
def migrated() -> frozenset[Quad]:
    """Return the data of 1.0.0 after the update."""
    store = Store()
    store.extend(data(versions()[0]))
    store.update(update())
    return frozenset(store)


def corrections() -> list[Correction]:
    """Return the table. A term is a CURIE, an IRI in <> or a literal in N-Triples notation; ``*`` is any characters."""
    with CORRECTIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert rows[0] == COLUMNS
    assert [number for number, row in enumerate(rows, 1) if len(row) != len(COLUMNS)] == []
    return [Correction(tuple(map(_pattern, row[:3])), row[3], number) for number, row in enumerate(rows[1:], 2)]


def _pattern(cell: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, cell.split("*"))), re.DOTALL)


@cache
def remade() -> frozenset[Triple]:
    """Return the migrated triples, those of the record of a mapping with the IRI that follows from its new names.

    The update cannot know that IRI: such records are made from the mapping sets.
    """
    records = {one.old: NamedNode(one.new) for one in difference().renames if one.reason == SAME_MAPPING}
    return frozenset(
        Triple(records.get(str(quad.subject)[1:-1], quad.subject), quad.predicate, quad.object) for quad in migrated()
    )


def short(term: object) -> str:
    """Return a term as the table writes it: own IRIs as CURIEs, also where the local name has other characters."""
    if not isinstance(term, NamedNode):
        return str(term)
    for prefix, iri in sorted(PROJECT.prefixes.items(), key=lambda pair: -len(pair[1])):
        if term.value.startswith(iri):
            return f"{prefix}:{term.value.removeprefix(iri)}"
    return str(term)


def terms(triple: Triple) -> list[str]:
    """Return the terms of a triple as the table writes them."""
    return [short(term) for term in (triple.subject, triple.predicate, triple.object)]


def unexplained() -> tuple[list[Triple], list[Correction]]:
    """Return the migrated triples that neither the graph nor the table has, and the lines that match none.

    A triple belongs to the first line that matches it. So general lines come first, and a later line must explain more.
    """
    table = corrections()
    used = set()
    left = []
    for triple in remade() - {quad.triple for quad in versions()[1].closed}:
        texts = terms(triple)
        for one in table:
            if all(pattern.fullmatch(text) for pattern, text in zip(one.terms, texts, strict=True)):
                used.add(one.line)
                break
        else:
            left.append(triple)
    return left, [one for one in table if one.line not in used]


def groups(left: list[Triple]) -> list[tuple[tuple[str, str, str], int, str]]:
    """Return the first three cells of a line for each group of triples, the number and an example; largest first."""
    here = {quad.subject for quad in versions()[1].closed}
    counts: Counter[tuple[str, str, str]] = Counter()
    example: dict[tuple[str, str, str], str] = {}
    for triple in left:
        subject, predicate, value = terms(triple)
        kind = "*" if value[:1] in {'"', "<"} else value.partition(":")[0] + ":*"
        cells = (subject.partition(":")[0] + ":*", predicate, kind) if triple.subject in here else (subject, "*", "*")
        counts[cells] += 1
        text = f"{subject} {predicate} {value}"
        example[cells] = min(example.get(cells, text), text)
    return [(cells, count, example[cells]) for cells, count in counts.most_common()]


def main(*, write: bool) -> None:
    """Print what is unexplained and the lines that match nothing; with ``write``, change the table accordingly."""
    left, unused = unexplained()
    found = groups(left)
    print(f"{len(left)} triples are neither in the graph nor in {CORRECTIONS.relative_to(ROOT)}.")
    for cells, count, example in found:
        print("\t".join((*cells, f"{count} triples, such as {example}")))
    for one in unused:
        print(f"line {one.line} matches no triple: {'removed' if write else 'remove it'} ({one.reason})")
    if write:
        lines = CORRECTIONS.read_text(encoding="utf-8").splitlines()
        numbers = {one.line for one in unused}
        kept = [line for number, line in enumerate(lines, 1) if number not in numbers]
        added = ["\t".join((*cells, "")) for cells, _, _ in found]
        CORRECTIONS.write_text("\n".join([*kept, *added]) + "\n", encoding="utf-8")
        print(f"{len(added)} lines were added: write their reasons.")


if __name__ == "__main__":
    main(write="--write" in sys.argv[1:])
