"""Every line of the page is modeled or left out with a reason, and graph and table agree on which."""

import csv
import hashlib
import os
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from tests.support.servers import lacking

COVERAGE = PROJECT.root / "data" / "page" / "coverage.tsv"
SHARED = Path(os.environ.get("IMT_SHARED", PROJECT.root.parent / "shared"))
PAGE = SHARED / "source" / "imaging-trials-resources.txt"

Row = dict[str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with COVERAGE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def page_graph() -> set[tuple[str, str, str]]:
    store = named_graphs.read_sources(PROJECT)
    quads = store.quads_for_pattern(None, None, None, PROJECT.graph_iri("page"))
    return {
        (q.subject.value, q.predicate.value, q.object.value)
        for q in quads
        if isinstance(q.subject, ox.NamedNode) and not isinstance(q.object, ox.Triple)
    }


def models(row: Row) -> list[str]:
    return [PROJECT.expand(curie) for curie in row["models"].split()]


def test_the_lines_are_numbered_from_one_without_a_gap(rows: list[Row]) -> None:
    assert [row["line"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]


def test_the_hashes_are_those_of_the_pages_lines(rows: list[Row]) -> None:
    """CI must have the page: without its text a changed hash would pass."""
    if not PAGE.is_file():
        lacking(f"The page itself is not here: set IMT_SHARED to the folder of {PAGE.parent.name}/{PAGE.name}.")
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [row["sha256"] for row in rows] == [hashlib.sha256(line.encode()).hexdigest() for line in lines]


def test_every_line_is_either_modelled_or_left_out_with_a_reason(rows: list[Row]) -> None:
    undecided = [row["line"] for row in rows if bool(row["models"]) == bool(row["reason"])]
    assert undecided == []


def test_only_blank_lines_and_four_more_are_left_out(rows: list[Row]) -> None:
    """Only blank lines and four lines around the page are left out."""
    blank = hashlib.sha256(b"").hexdigest()
    left_out = [row for row in rows if row["reason"]]
    assert all((row["reason"] == "blank line") == (row["sha256"] == blank) for row in left_out)
    assert [row["line"] for row in left_out if row["sha256"] != blank] == ["1", "2", "132", "136"]


def test_each_thing_that_models_a_line_names_the_lines_section(
    rows: list[Row], page_graph: set[tuple[str, str, str]]
) -> None:
    stated_in = PROJECT.vocabulary + "isStatedIn"
    astray = []
    for row in rows:
        for iri in models(row):
            section = PROJECT.expand(row["section"])
            if iri != section and (iri, stated_in, section) not in page_graph:
                astray.append((row["line"], PROJECT.shorten(iri), row["section"]))
    assert astray == []


def test_each_thing_that_the_page_graph_describes_models_a_line(
    rows: list[Row], page_graph: set[tuple[str, str, str]]
) -> None:
    modeled = {iri for row in rows for iri in models(row)}
    described = {subject for subject, _, _ in page_graph}
    assert described - modeled == set()


def test_each_section_of_a_thing_has_a_line_modeled_by_it(
    rows: list[Row], page_graph: set[tuple[str, str, str]]
) -> None:
    lines = {(iri, PROJECT.expand(row["section"])) for row in rows for iri in models(row)}
    stated = {(s, o) for s, p, o in page_graph if p == PROJECT.vocabulary + "isStatedIn"}
    assert stated - lines == set()
