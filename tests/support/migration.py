"""Version 1.0.0's data after the update of ``imt diff --update``, and the table of what was corrected since.

``python -m tests.support.migration`` prints the triples that are neither in the graph nor in the table, grouped by the
kind of the subject, the predicate and the kind of the object, with the number of each group and an example.
"""

import csv
import os
import re
from collections import Counter
from functools import cache
from typing import NamedTuple

import pytest
from pyoxigraph import NamedNode, Quad, Store, Triple

from imaging_trials.cli.diff import BASELINE
from imaging_trials.model import PROJECT
from rdfkit.base import UserError
from rdfkit.releases import Snapshot, compare, diff_update, read_snapshot
from tests.conftest import ROOT

CORRECTIONS = ROOT / "tests" / "fixtures" / "migration" / "corrections-2.0.0.tsv"
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
def update() -> str:
    """Return the update from 1.0.0 to the work tree."""
    return diff_update(PROJECT, compare(PROJECT, *versions()))


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
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        assert next(rows) == ["subject", "predicate", "object", "reason"]
        return [
            Correction(tuple(map(_pattern, row[:3])), row[3], number)
            for number, row in enumerate(rows, 2)
            if len(row) == 4
        ]


def _pattern(cell: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, cell.split("*"))), re.DOTALL)


def short(term: object) -> str:
    """Return a term as the table writes it: own IRIs as CURIEs, also where the local name has other characters."""
    if not isinstance(term, NamedNode):
        return str(term)
    for prefix, iri in sorted(PROJECT.prefixes.items(), key=lambda pair: -len(pair[1])):
        if term.value.startswith(iri):
            return f"{prefix}:{term.value.removeprefix(iri)}"
    return str(term)


def unexplained() -> tuple[list[Triple], list[Correction]]:
    """Return the migrated triples that neither the graph nor the table has, and the lines that match none."""
    here = {quad.triple for quad in versions()[1].closed}
    gone = {quad.triple for quad in migrated()} - here
    table = corrections()
    used = set()
    left = []
    for triple in gone:
        terms = [short(term) for term in (triple.subject, triple.predicate, triple.object)]
        found = [one for one in table if all(p.fullmatch(text) for p, text in zip(one.terms, terms, strict=True))]
        used |= {one.line for one in found}
        if not found:
            left.append(triple)
    return left, [one for one in table if one.line not in used]


def main() -> None:
    """Print what is unexplained, most frequent first."""
    left, unused = unexplained()
    groups: Counter[tuple[str, str, str]] = Counter()
    example: dict[tuple[str, str, str], str] = {}
    for triple in left:
        terms = [short(term) for term in (triple.subject, triple.predicate, triple.object)]
        kind = (
            terms[0].partition(":")[0] + ":*",
            terms[1],
            "*" if terms[2][:1] == '"' else terms[2].partition(":")[0] + ":*",
        )
        groups[kind] += 1
        example[kind] = min(example.get(kind, " ".join(terms)), " ".join(terms))
    print(f"{len(left)} triples are neither in the graph nor in {CORRECTIONS.relative_to(ROOT)}.")
    for kind, count in groups.most_common():
        print("\t".join((*kind, f"{count} triples, such as {example[kind]}")))
    for one in unused:
        print(f"line {one.line} matches no triple: remove it ({one.reason})")


if __name__ == "__main__":
    main()
