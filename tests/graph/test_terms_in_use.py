"""Every class and property of the project is used in the data, a shape and a query, or listed with a reason."""

import csv
from collections.abc import Iterator
from functools import cache

import pytest
from pyoxigraph import Literal, NamedNode, Store

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs, reading
from rdfkit.sparql import guard
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT

LIST = ROOT / "tests" / "fixtures" / "unused-terms.tsv"
OWL = PROJECT.prefixes["owl"]
TYPE = NamedNode(PROJECT.expand("rdf:type"))


@cache
def store() -> Store:
    return open_store(PROJECT)


@cache
def ours() -> frozenset[str]:
    found = {
        quad.subject.value
        for kind in ("Class", "ObjectProperty", "DatatypeProperty")
        for quad in store().quads_for_pattern(None, TYPE, NamedNode(OWL + kind), PROJECT.graph_iri("vocabulary"))
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(PROJECT.vocabulary)
    }
    assert len(found) > 150
    return frozenset(found)


@cache
def inverses() -> dict[str, set[str]]:
    """Return the inverse of each property."""
    found: dict[str, set[str]] = {}
    for quad in store().quads_for_pattern(None, NamedNode(OWL + "inverseOf"), None):
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode)
        found.setdefault(quad.subject.value, set()).add(quad.object.value)
        found.setdefault(quad.object.value, set()).add(quad.subject.value)
    return found


def in_text(text: str) -> Iterator[str]:
    for kind, word, _ in guard.tokens(text):
        if kind == "name" and word.partition(":")[0] in PROJECT.prefixes:
            yield PROJECT.expand(word)
        elif kind == "iri":
            yield word[1:-1]


def in_data() -> Iterator[str]:
    axioms = {PROJECT.graph_iri("vocabulary"), PROJECT.graph_iri("alignments")}
    for quad in store():
        about_a_term = isinstance(quad.subject, NamedNode) and quad.subject.value in ours()
        if quad.graph_name not in axioms and not about_a_term:
            yield from (term.value for term in (quad.predicate, quad.object) if isinstance(term, NamedNode))


def in_shapes() -> Iterator[str]:
    for path in named_graphs.shape_files(PROJECT):
        for quad in reading.read(path):
            if isinstance(quad.object, NamedNode):
                yield quad.object.value
            elif isinstance(quad.object, Literal) and quad.predicate.value == PROJECT.expand("sh:select"):
                yield from in_text(quad.object.value)


def in_queries() -> Iterator[str]:
    for path in sorted((ROOT / "queries").rglob("*.rq")):
        yield from in_text(path.read_text(encoding="utf-8"))


PLACES = {"data": in_data, "shape": in_shapes, "query": in_queries}


@cache
def used(place: str) -> frozenset[str]:
    """Return the terms that the data, the shapes or the saved queries use, or whose inverse they use."""
    found = set(PLACES[place]())
    return frozenset(found | {other for name in found for other in inverses().get(name, ())})


@cache
def listed() -> dict[tuple[str, str], str]:
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    listed = {(PROJECT.expand(row["term"]), row["not_in"]): row["reason"] for row in rows}
    assert len(listed) == len(rows), "a term is listed twice for one place"
    return listed


@pytest.mark.parametrize("place", PLACES)
def test_every_term_is_used_or_listed_with_a_reason(place: str) -> None:
    assert used(place)
    unused = {term for term in ours() - used(place) if (term, place) not in listed()}
    assert sorted(map(PROJECT.shorten, unused)) == [], f"in no {place}: use it, or give the reason in {LIST.name}"


def test_listed_terms_are_unused_and_have_a_reason() -> None:
    """The list of unused terms names only unused terms, each with a reason."""
    stale = [
        f"{PROJECT.shorten(term)} {place}"
        for term, place in listed()
        if term not in ours() or place not in PLACES or term in used(place)
    ]
    assert stale == [], f"take the line out of {LIST.name}"
    assert [term for (term, _), reason in listed().items() if len(reason) < 20] == []
