"""Evidence: each curated statement has a source that a reader can open, and the graph says which."""

import re
from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.model import read, vocabulary
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from tests.conftest import ROOT

CURATED = PROJECT.graph_iri("curated")
OUR_NAMING = {vocabulary.TYPE, vocabulary.PREF_LABEL, vocabulary.IN_SCHEME}
"""Kinds, labels and schemes are how this project names things (docs/design.md, Evidence)."""

STATEMENTS = tuple(
    PROJECT.expand(f"imt:{name}")
    for name in ("AgentName", "Correction", "DiscrepantValue", "PossibleMatch", "RegulatoryStatus")
)
"""The classes of the nodes that one source supports as a whole, but for a property with evidence of its own."""

OUR_DECISION = PROJECT.expand("imt:MatchWord")
"""How words are read in the texts of records is decided here: it has a reason and no source."""

OF_A_SOURCE = {vocabulary.URL, vocabulary.CHECKED_ON, NamedNode(PROJECT.expand("imt:isInFile"))}
"""What says where a source is and when it was read: the source itself shows it."""


def node(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


def a_store() -> Store:
    return named_graphs.read_sources(PROJECT)


@pytest.fixture(scope="module")
def store() -> Store:
    return a_store()


def classes(store: Store, thing: NamedNode) -> set[str]:
    return {one.value for one in read.objects(store, thing, vocabulary.TYPE)}


def owed(store: Store) -> Iterator[Quad]:
    """Yield the curated statements that must have a source."""
    for quad in store.quads_for_pattern(None, None, None, CURATED):
        assert isinstance(quad.subject, NamedNode)
        of = classes(store, quad.subject)
        is_evidence = PROJECT.expand("imt:Evidence") in of
        about_source = vocabulary.SOURCE_CLASS.value in of and quad.predicate in OF_A_SOURCE
        if OUR_DECISION in of:
            assert read.texts(store, quad.subject, node("imt:rationale")), quad.subject
            continue
        if not is_evidence and not about_source and quad.predicate not in OUR_NAMING:
            yield quad


def openable(store: Store, source: NamedNode) -> bool:
    """Return whether a source has an address, or a file with its text in the repository."""
    addresses = [one.value for one in read.objects(store, source, vocabulary.URL)]
    files = read.texts(store, source, node("imt:isInFile"))
    return all(one.startswith(("https://", "http://")) for one in addresses) and bool(addresses or files)


def supporting(store: Store, quad: Quad) -> list[NamedNode]:
    """Return the sources that the graph names for a statement: worked out here, without the code of the package."""
    thing = quad.subject
    assert isinstance(thing, NamedNode)
    found = []
    for one in read.subjects(store, vocabulary.IS_EVIDENCE_FOR, thing):
        if quad.predicate not in read.objects(store, one, vocabulary.SUPPORTS_PROPERTY):
            continue
        stated = {each.object for each in store.quads_for_pattern(thing, quad.predicate, None, None)}
        named = stated & {each.object for each in store.quads_for_pattern(one, vocabulary.SUPPORTS_VALUE, None, None)}
        texts = read.texts(store, one, vocabulary.SUPPORTS_TEXT)
        named |= {value for value in stated if isinstance(value, Literal) and value.value in texts}
        if (not named or quad.object in named) and read.texts(store, one, vocabulary.CHECKED_ON):
            found += read.objects(store, one, vocabulary.SOURCE)
    if not found and classes(store, thing) & set(STATEMENTS):
        return read.objects(store, thing, vocabulary.SOURCE)
    return found


def without_source(store: Store) -> list[str]:
    return sorted(
        f"{PROJECT.shorten(quad.subject.value)} {PROJECT.shorten(quad.predicate.value)}"
        for quad in owed(store)
        if isinstance(quad.subject, NamedNode)
        if not any(openable(store, source) for source in supporting(store, quad))
    )


def test_every_curated_statement_has_a_source(store: Store) -> None:
    assert len([*owed(store)]) > 600
    assert without_source(store) == []


@pytest.mark.parametrize(
    ("subject", "predicate", "statement"),
    [
        ("evidence:agent-fes-by-nci-dictionary-fes", "imt:supportsProperty", "agent:fes imt:hasTarget"),
        ("evidence:edition-eanm-bone-scintigraphy-2016-by-bnms-guidelines", "dcterms:source",
         "edition:eanm-bone-scintigraphy-2016 imt:isEndorsedBy"),
        ("source:rowe-2015", "schema:url", "agent:dcfbc imt:hasTarget"),
        ("agentname:fes-cerianna", "dcterms:source", "agentname:fes-cerianna imt:isNameOf"),
        ("status:flt-fda", "dcterms:source", "status:flt-fda imt:hasRegulatoryStatus"),
        ("source:ensdf", "imt:isInFile", "nuclide:f-18 imt:massNumber"),
    ],
)  # fmt: skip
def test_a_statement_that_loses_its_source_is_found(subject: str, predicate: str, statement: str) -> None:
    broken = a_store()
    for quad in [*broken.quads_for_pattern(node(subject), node(predicate), None, CURATED)]:
        broken.remove(quad)
    assert statement in without_source(broken)


def test_evidence_for_one_value_leaves_the_others_without() -> None:
    """Evidence that names one of several values supports that one alone, in the package as in this test."""
    changed = a_store()
    evidence = node("evidence:agent-fluciclovine-by-nci-dictionary-fluciclovine")
    changed.remove(Quad(evidence, vocabulary.SUPPORTS_VALUE, node("target:amino-acid-transport"), CURATED))
    assert without_source(changed) == ["agent:fluciclovine imt:hasTarget"]
    lat1, other = (
        Quad(node("agent:fluciclovine"), vocabulary.HAS_TARGET, node(target), CURATED)
        for target in ("target:lat1", "target:amino-acid-transport")
    )
    assert "source:nci-dictionary-fluciclovine" in [one.curie for one in read.read_sources(changed, lat1)]
    assert read.supporting(changed, other) == []


def test_sources_are_found_alike_by_the_package(store: Store) -> None:
    for quad in owed(store):
        assert [one.iri for one in read.read_sources(store, quad)] == supporting(store, quad), quad


def test_names_of_evidence_say_thing_and_source(store: Store) -> None:
    base = PROJECT.base + "id/"
    evidence = read.members(store, node("imt:Evidence"))
    assert len(evidence) > 100
    for one in evidence:
        (thing,) = read.objects(store, one, vocabulary.IS_EVIDENCE_FOR)
        (source,) = read.objects(store, one, vocabulary.SOURCE)
        name = f"{thing.value.removeprefix(base).replace('/', '-')}-by-{source.value.rpartition('/')[2]}"
        assert re.fullmatch(rf"{re.escape(PROJECT.prefixes['evidence'] + name)}(-[2-9])?", one.value), one.value


def test_files_of_sources_are_in_the_repository(store: Store) -> None:
    named = {
        text
        for source in read.members(store, vocabulary.SOURCE_CLASS)
        for text in read.texts(store, source, node("imt:isInFile"))
    }
    there = {f"data/sources/{path.name}" for path in (ROOT / "data" / "sources").iterdir()}
    assert named == there


def test_a_source_is_described_once(store: Store) -> None:
    """No two sources have one address: an article that is a source is the article."""
    addresses: dict[str, list[str]] = {}
    for source in read.members(store, vocabulary.SOURCE_CLASS):
        for name in (vocabulary.URL, vocabulary.SAME_AS):
            for address in read.objects(store, source, name):
                addresses.setdefault(address.value.rstrip("/"), []).append(source.value)
    assert {address: found for address, found in addresses.items() if len(set(found)) > 1} == {}
