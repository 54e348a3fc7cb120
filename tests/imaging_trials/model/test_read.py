"""The reader of the store: order, labels and provenance."""

import doctest

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.model import dates, nuclide_notation, read, vocabulary
from imaging_trials.model.project import PROJECT
from imaging_trials.views import decay, phrases, values
from rdfkit.base.errors import UserError
from rdfkit.stores.embedded import open_store

THING, OTHER, NAME = (NamedNode(f"https://example.org/{local}") for local in ("thing", "other", "name"))


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


def node(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


def test_doctests() -> None:
    for module in (dates, decay, nuclide_notation, phrases, values):
        found = doctest.testmod(module)
        assert found.attempted > 0
        assert found.failed == 0


def test_values_are_sorted_and_not_repeated() -> None:
    small = Store()
    for value in (Literal("b"), Literal("a", language="en"), Literal("a"), OTHER, THING):
        small.add(Quad(THING, NAME, value, PROJECT.graph_iri("page")))
    small.add(Quad(THING, NAME, OTHER, PROJECT.graph_iri("curated")))
    assert read.texts(small, THING, NAME) == ["a", "b"]
    assert read.text(small, THING, NAME) == "a"
    assert read.text(small, OTHER, NAME) == ""
    assert read.objects(small, THING, NAME) == [OTHER, THING]
    assert read.subjects(small, NAME, OTHER) == [THING]
    assert [quad.graph_name for quad in read.quads(small, THING, NAME, OTHER)] == [
        PROJECT.graph_iri("curated"),
        PROJECT.graph_iri("page"),
    ]
    assert len(read.literals(small, THING, NAME)) == 3


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({vocabulary.PREF_LABEL: Literal("pref"), vocabulary.TITLE: Literal("title")}, "pref"),
        ({vocabulary.TITLE: Literal("title"), vocabulary.LABEL: Literal("label")}, "label"),
        ({vocabulary.TITLE: Literal("title")}, "title"),
        ({vocabulary.PREF_LABEL: OTHER}, "https://example.org/thing"),
        ({}, "https://example.org/thing"),
    ],
)
def test_label(labels: dict[NamedNode, Literal | NamedNode], expected: str) -> None:
    small = Store()
    for name, value in labels.items():
        small.add(Quad(THING, name, value))
    assert read.label(small, THING) == expected


def test_an_english_label_is_preferred() -> None:
    small = Store()
    for label in (Literal("agent", language="fr"), Literal("tracer", language="en"), Literal("a")):
        small.add(Quad(THING, vocabulary.PREF_LABEL, label))
    assert read.label(small, THING) == "tracer"
    assert read.described(small, THING) == "https://example.org/thing (tracer)"


@pytest.mark.parametrize(
    ("subject", "name", "graph", "sources"),
    [
        ("agent:fes", vocabulary.HAS_TARGET, "curated", ["source:nci-dictionary-fes"]),
        (
            "agent:fes",
            vocabulary.IS_LISTED_AS_HELD_BY,
            "page",
            ["section:protocol-component-templates", "section:caeprs"],
        ),
        ("source:nci-dictionary-fes", vocabulary.URL, "curated", ["source:nci-dictionary-fes"]),
        ("section:caeprs", vocabulary.HEADING, "page", ["section:caeprs"]),
        ("agent:fes", vocabulary.IS_BASED_ON, "inferred", []),
        ("imt:hasTarget", vocabulary.PREF_LABEL, "vocabulary", []),
    ],
)
def test_provenance(store: Store, subject: str, name: NamedNode, graph: str, sources: list[str]) -> None:
    quad = next(iter(store.quads_for_pattern(node(subject), name, None, None)))
    found = read.provenance(store, quad)
    assert {one.graph for one in found} == {graph}
    assert {one.source.curie for one in found if one.source} == {*sources}
    assert all(one.is_inferred == (graph == "inferred") for one in found)


def test_provenance_of_a_match_is_its_mapping_set(store: Store) -> None:
    exact = node("skos:exactMatch")
    quad = next(iter(store.quads_for_pattern(node("agent:fes"), exact, None, PROJECT.graph_iri("links"))))
    (found,) = read.provenance(store, quad)
    assert found.source
    assert found.source.curie.startswith("mappingset:")


@pytest.mark.parametrize("words", ["", "today", "2026-02-30", "٢٠٢٦-01-01"])
def test_other_texts_are_not_days(words: str) -> None:
    with pytest.raises(UserError, match="is not a day: write it as YYYY-MM-DD"):
        dates.day(words)
