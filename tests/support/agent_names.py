"""The labeled texts of `benchmarks/agent-names.tsv`, and how well the matcher of imported records finds the agents."""

import csv
from collections.abc import Iterable
from typing import NamedTuple

from imaging_trials.imports import matches
from imaging_trials.imports.matching import search
from imaging_trials.model import PROJECT
from tests.conftest import ROOT

STRINGS = ROOT / "benchmarks" / "agent-names.tsv"
REAL = ROOT / "benchmarks" / "agent-names-real.tsv"
"""For fields of real records, which are not in this repository, the agents that they name; other fields name none."""

PARTS = ("tuned", "held-out", "second held-out")


class Labeled(NamedTuple):
    """A text, the part of the benchmark that it is in, and CURIEs of what it names."""

    part: str
    text: str
    expected: frozenset[str]


class Score(NamedTuple):
    """Counts of what was found rightly, found wrongly, and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        """The share of what is there that was found."""
        return self.right / (self.right + self.missed)


def labeled() -> list[Labeled]:
    """Return the texts of the benchmark."""
    with STRINGS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Labeled(row["part"], row["text"], frozenset(row["expected"].split())) for row in rows]


def found(text: str) -> frozenset[str]:
    """Return CURIEs of the agents, molecules and groups that are found in a text."""
    return frozenset(PROJECT.shorten(one.thing) for one in search.filtered(text, matches.lexicon()))


def score(pairs: Iterable[tuple[frozenset[str], frozenset[str]]]) -> Score:
    """Return the counts for pairs of what is expected and what was found."""
    right = wrong = missed = 0
    for expected, got in pairs:
        right += len(expected & got)
        wrong += len(got - expected)
        missed += len(expected - got)
    return Score(right, wrong, missed)
