"""Summary cards as data: every line has IRIs, and a page can be made from it without reading text."""

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from imaging_trials.model import vocabulary
from imaging_trials.model.project import PROJECT
from imaging_trials.model.read import Thing
from imaging_trials.views.render_text import thing_text, value_text
from imaging_trials.views.summary_card import Card, CardLine, CorrectionLine, for_thing
from imaging_trials.views.values import Expression, ExternalTerm, Members, value
from rdfkit.stores.embedded import open_store

RESTRICTED = "imt:hasRadionuclide"


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


def card(store: Store, curie: str) -> Card:
    return for_thing(store, NamedNode(PROJECT.expand(curie)))


def lines(card: Card, graph: str) -> dict[NamedNode, CardLine]:
    (block,) = [block for block in card.blocks if block.graph == graph]
    return {line.property.iri: line for line in block.lines if isinstance(line, CardLine)}


def test_values_are_things_with_iri_and_label(store: Store) -> None:
    (target,) = lines(card(store, "agent:fes"), "curated")[vocabulary.HAS_TARGET].values
    assert isinstance(target, Thing)
    assert (target.curie, target.label) == ("target:estrogen-receptor-alpha", "estrogen receptor alpha")


def test_a_mapped_term_keeps_its_label_and_its_iri(store: Store) -> None:
    block = lines(card(store, "agent:fes"), "links")
    terms = [one for line in block.values() for one in line.values if isinstance(one, ExternalTerm)]
    assert "FLUOROESTRADIOL F-18" in {term.label for term in terms}
    assert all(not PROJECT.is_own(term.thing.iri.value) for term in terms)


def test_a_correction_is_data_with_sources(store: Store) -> None:
    (block,) = [block for block in card(store, "article:ljungberg-2016").blocks if block.graph == "curated"]
    (correction,) = [line for line in block.lines if isinstance(line, CorrectionLine)]
    assert correction.thing.curie == "authorship:ljungberg-2016-06"
    assert (correction.printed, correction.corrected) == ("Sjögreen- Gleisner K", "Sjögreen-Gleisner K")
    assert [source.checked_on for source in correction.sources] == ["2026-11-22"]


def test_sources_have_address_and_day(store: Store) -> None:
    page, dictionary = card(store, "agent:fes").sources
    assert page.iri == vocabulary.IMAGING_TRIALS_RESOURCES
    assert dictionary.address is not None
    assert dictionary.address.value.startswith("https://www.cancer.gov/")
    assert dictionary.checked_on == "2026-11-26"


def test_each_block_has_its_provenance(store: Store) -> None:
    found = {block.graph: block.provenance for block in card(store, "agent:fes").blocks}
    curies = {graph: [one.source.curie for one in some if one.source] for graph, some in found.items()}
    assert curies["page"] == ["section:caeprs", "section:protocol-component-templates"]
    assert curies["curated"] == ["source:nci-dictionary-fes"]
    assert all(curie.startswith("mappingset:") for curie in curies["links"])
    assert curies["links"]
    assert [one.is_inferred for one in found["inferred"]] == [True]


def test_a_class_expression_is_nested_data(store: Store) -> None:
    domains = lines(card(store, RESTRICTED), "vocabulary")[NamedNode(PROJECT.expand("rdfs:domain"))].values
    (expression,) = [one for one in domains if isinstance(one, Expression)]
    assert {name.value.rpartition("#")[2] for name, _ in expression.parts} == {"onProperty", "hasValue"}


def test_a_list_is_nested_data(store: Store) -> None:
    (members,) = lines(card(store, "imt:coversRadionuclide"), "vocabulary")[
        NamedNode(PROJECT.expand("owl:propertyChainAxiom"))
    ].values
    assert isinstance(members, Members)
    assert members.values[0] == Thing(vocabulary.COVERS_AGENT, "covers agent")


def test_expressions_that_contain_themselves_end() -> None:
    store, node, name = Store(), BlankNode("a"), NamedNode("https://example.org/p")
    store.add(Quad(node, name, node))
    assert value_text(value(store, node)).endswith("[...]" + "]" * 9)


def test_links_are_cut_and_the_rest_is_counted(store: Store) -> None:
    section = NamedNode(PROJECT.expand("section:bone"))
    cut = {(links.property.iri, links.is_inferred): links for links in for_thing(store, section).links}
    whole = {
        (links.property.iri, links.is_inferred): links for links in for_thing(store, section, max_links=None).links
    }
    assert any(links.omitted for links in cut.values())
    for key, links in whole.items():
        assert links.omitted == 0
        assert cut[key].subjects == links.subjects[: len(cut[key].subjects)]
        assert len(cut[key].subjects) + cut[key].omitted == len(links.subjects)


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (
            Thing(vocabulary.PHARMACEUTICAL_AGENT, "pharmaceutical agent"),
            "pharmaceutical agent (imt:PharmaceuticalAgent)",
        ),
        (Thing(vocabulary.PHARMACEUTICAL_AGENT, "imt:PharmaceuticalAgent"), "imt:PharmaceuticalAgent"),
        (Thing(NamedNode("https://example.org/x"), "https://example.org/x"), "<https://example.org/x>"),
        (Thing(vocabulary.PHARMACEUTICAL_AGENT, "two\nlines"), "two\\nlines (imt:PharmaceuticalAgent)"),
    ],
)
def test_text_of_a_thing(thing: Thing, text: str) -> None:
    assert thing_text(thing) == text


def test_text_of_a_literal_is_its_value() -> None:
    assert value_text(Literal("2 (two)", language="en")) == "2 (two)"
