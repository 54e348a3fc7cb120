"""Renames: found by what is said, and an update that turns anybody's old data into new, in two engines alike."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    parse,
    serialize,
)

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.releases.diff import compare, renames
from rdfkit.releases.diff import report as words
from rdfkit.releases.diff import snapshots as states
from rdfkit.releases.diff.changes import Difference
from tests.conftest import ROOT
from tests.support.small_checkout import write

Engine = Callable[[list[Quad], str], list[str]]

OLD = """
imt:Substance a owl:Class ; skos:prefLabel "substance"@en ; skos:definition "What a thing is made of."@en .
imt:Agent a owl:Class ; rdfs:subClassOf imt:Substance ; skos:prefLabel "agent"@en ;
    skos:definition "A substance that makes something visible."@en .
imt:hasVector a owl:ObjectProperty ; rdfs:domain imt:Agent ; skos:prefLabel "has vector"@en ;
    skos:definition "Ties an agent to what carries it."@en .
agent:fes a imt:Agent ; skos:prefLabel "[18F]FES"@en ; imt:hasVector vector:estradiol .
agent:flt a imt:Agent ; skos:prefLabel "[18F]FLT"@en .
vector:estradiol skos:prefLabel "estradiol"@en .
"""

MINE = """
@base <https://example.org/> .
<mine> a imt:Agent ; rdfs:seeAlso agent:fes ; imt:hasVector [ rdfs:label "carrier"@en ; rdfs:seeAlso agent:flt ] .
agent:fes rdfs:comment "agent:fes"@en .
imt:hasVector rdfs:label "vector" .
<graph> { <mine> imt:hasVector _:x . _:x a imt:Agent . agent:fes rdfs:seeAlso agent:fes . }
agent:fes { agent:fes imt:hasVector ( imt:Agent agent:fes ) ; rdfs:label "1"^^imt:Agent . }
"""


def found(tmp_path: Path, old: str, new: str) -> Difference:
    """Return the difference between two Turtle texts in our terms."""
    for name, text in (("old", old), ("new", new)):
        write(tmp_path / f"{name}.ttl", PROJECT.sparql_prologue() + text)
    return compare.compare(*(states.read(str(tmp_path / f"{name}.ttl"), ROOT) for name in ("old", "new")))


def pairs(difference: Difference) -> set[tuple[str, str]]:
    """Return what was renamed."""
    return {(rename.old, rename.new) for rename in difference.renames}


def quads(text: str) -> list[Quad]:
    """Return the quads of a TriG text with our prefixes."""
    return list(parse(PROJECT.sparql_prologue() + text, RdfFormat.TRIG))


def canonical(data: list[Quad]) -> list[str]:
    """Return quads in a form that is the same for isomorphic datasets (RDFC-1.0)."""
    dataset = Dataset(data)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def by_oxigraph(data: list[Quad], update: str) -> list[str]:
    """Run an update in Oxigraph."""
    store = Store()
    store.extend(data)
    store.update(update)
    return canonical(list(store))


def by_rdflib(data: list[Quad], update: str) -> list[str]:
    """Run an update in rdflib."""
    dataset = rdflib.Dataset()
    dataset.parse(data=serialize(data, format=RdfFormat.N_QUADS) or b"", format="nquads")
    dataset.update(update)
    text = dataset.serialize(format="nquads").replace("<urn:x-rdflib:default>", "")
    return canonical(list(parse(text, RdfFormat.N_QUADS)))


def renamed(data: list[Quad], names: dict[str, str]) -> list[Quad]:
    """Rename by hand, term by term: what the update has to come to."""

    def new(term: Any) -> Any:
        return NamedNode(names.get(term.value, term.value)) if isinstance(term, NamedNode) else term

    return [Quad(*map(new, (q.subject, q.predicate, q.object, q.graph_name))) for q in data]


def test_an_iri_that_vanished_is_found_by_its_description_under_its_new_name(tmp_path: Path) -> None:
    new = OLD.replace("imt:Agent", "imt:ImagingSubstance").replace("agent:fes", "agent:fluoroestradiol")
    difference = found(tmp_path, OLD, new)
    assert pairs(difference) == {
        (PROJECT.expand("imt:Agent"), PROJECT.expand("imt:ImagingSubstance")),
        (PROJECT.expand("agent:fes"), PROJECT.expand("agent:fluoroestradiol")),
    }
    assert {change.kind for change in difference.changes} == {"renamed"}
    assert difference.level == "major"


def test_a_whole_namespace_is_found_renamed(tmp_path: Path) -> None:
    difference = found(tmp_path, OLD, OLD.replace("imt:", "imtsh:").replace("agent:", "target:"))
    assert pairs(difference) == {
        (PROJECT.expand(f"{old}:{name}"), PROJECT.expand(f"{new}:{name}"))
        for old, new, names in (("imt", "imtsh", "Substance Agent hasVector"), ("agent", "target", "fes flt"))
        for name in names.split()
    }
    assert {change.kind for change in difference.changes} == {"renamed"}


def test_a_rename_with_a_better_label_is_still_a_rename_and_the_label_is_told_too(tmp_path: Path) -> None:
    difference = found(tmp_path, OLD, OLD.replace("imt:Agent", "imt:Tracer").replace('"agent"', '"tracer"'))
    assert pairs(difference) == {(PROJECT.expand("imt:Agent"), PROJECT.expand("imt:Tracer"))}
    assert {change.kind for change in difference.changes} == {"renamed", "label-changed"}


def test_a_thing_that_gave_way_to_another_of_its_kind_is_no_rename(tmp_path: Path) -> None:
    difference = found(tmp_path, OLD, OLD.replace("agent:flt", "agent:fmiso").replace("FLT", "FMISO"))
    assert pairs(difference) == set()
    assert {change.kind for change in difference.changes} == {"thing-added", "thing-removed"}


def test_things_that_share_one_text_and_differ_in_all_else_are_no_rename(tmp_path: Path) -> None:
    shared = 'imt:note "for investigational use only" '
    old = OLD + f'agent:dcfbc {shared} ; imt:hasVector vector:urea ; skos:prefLabel "[18F]DCFBC"@en .'
    new = OLD + f'agent:panitumumab {shared} ; imt:hasTarget target:egfr ; skos:prefLabel "panitumumab"@en .'
    assert pairs(found(tmp_path, old, new)) == set()


def test_a_deprecated_term_with_one_heir_is_renamed_through_chains_to_the_last(tmp_path: Path) -> None:
    new = (
        OLD
        + """
    imt:Agent owl:deprecated true ; dcterms:isReplacedBy imt:Probe .
    imt:Probe a owl:Class ; owl:deprecated true ; dcterms:isReplacedBy imt:Tracer . imt:Tracer a owl:Class ."""
    )
    assert pairs(found(tmp_path, OLD, new)) == {(PROJECT.expand("imt:Agent"), PROJECT.expand("imt:Tracer"))}


def test_of_several_heirs_none_is_chosen_and_the_update_says_so(tmp_path: Path) -> None:
    new = OLD + "imt:Agent owl:deprecated true ; dcterms:isReplacedBy imt:Substance , imt:hasVector ."
    difference = found(tmp_path, OLD, new)
    assert pairs(difference) == set()
    assert difference.several == [PROJECT.expand("imt:Agent")]
    update = words.update(difference)
    assert "imt:Agent gave way to several: mend by hand" in update
    assert by_oxigraph(quads(MINE), update) == canonical(quads(MINE))


def test_the_update_turns_data_in_old_names_into_data_in_new_ones_in_both_engines(tmp_path: Path) -> None:
    new = OLD.replace("imt:Agent", "imt:Tracer").replace("agent:fes", "agent:fluoroestradiol")
    update = words.update(found(tmp_path, OLD, new))
    mine = quads(MINE)
    expected = canonical(
        quads(
            MINE.replace("imt:Agent", "imt:Tracer")
            .replace('"1"^^imt:Tracer', '"1"^^imt:Agent')
            .replace("agent:fes", "agent:fluoroestradiol")
            .replace('"agent:fluoroestradiol"', '"agent:fes"')
        )
    )
    assert by_oxigraph(mine, update) == expected
    assert by_rdflib(mine, update) == expected
    assert expected != canonical(mine)


def test_running_the_update_twice_does_no_harm_where_no_new_name_is_an_old_one(tmp_path: Path) -> None:
    update = words.update(found(tmp_path, OLD, OLD.replace("imt:Agent", "imt:Tracer")))
    assert by_oxigraph(quads(MINE), f"{update};\n{update}") == by_oxigraph(quads(MINE), update)


@pytest.mark.parametrize("bad", ["no iri", "https://example.org/a> <b", "relative", "urn:x-imt-rename:1", 'urn:"'])
def test_what_is_no_iri_never_gets_into_an_update(bad: str) -> None:
    with pytest.raises(UserError, match="no IRI that can be renamed"):
        renames.update({"https://example.org/a": bad})


NAMES = [NamedNode(f"https://example.org/{letter}{end}") for letter in "abcdef" for end in ("", "#x")]
NODES = st.sampled_from([*NAMES, BlankNode("b1"), BlankNode("b2")])
QUADS = st.builds(
    Quad,
    NODES,
    st.sampled_from(NAMES),
    st.one_of(NODES, st.sampled_from([Literal("https://example.org/a"), Literal("x", language="en")])),
    st.one_of(st.just(DefaultGraph()), st.sampled_from(NAMES)),
)
RENAMES = st.one_of(
    st.permutations(NAMES).map(lambda mixed: dict(zip(NAMES, mixed, strict=True))),  # swaps and rings
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES)),  # chains and merges
)


DATA = st.lists(QUADS, max_size=12)


def comes_out_right(data: list[Quad], names: dict[NamedNode, NamedNode], *engines: Engine) -> None:
    """Hold the update in each engine to a renaming by hand."""
    mapping = {old.value: new.value for old, new in names.items()}
    expected = canonical(renamed(data, mapping))
    for engine in engines:
        assert engine(data, renames.update(mapping)) == expected


@settings(max_examples=150, deadline=None)
@given(data=DATA, names=RENAMES)
def test_any_set_of_renames_comes_out_right_in_every_position(
    data: list[Quad], names: dict[NamedNode, NamedNode]
) -> None:
    comes_out_right(data, names, by_oxigraph)


def everywhere(name: NamedNode, other: NamedNode) -> list[Quad]:
    """Return quads that have a name in each position, in the default and a named graph."""
    places = [(name, other, other), (other, name, other), (other, other, name)]
    return [Quad(*place, graph) for place in places for graph in (DefaultGraph(), other, name)]


def test_a_swap_and_a_chain_come_out_right_in_both_engines_in_every_position() -> None:
    a, b, c, d, e, *_ = NAMES
    data = [Quad(a, b, c, a), Quad(b, a, a, b), Quad(c, d, e, DefaultGraph()), Quad(a, a, b, DefaultGraph())]
    comes_out_right(data, {a: b, b: a, c: d, d: e}, by_oxigraph, by_rdflib)
    # A name and the one it gets, in the same place: an engine that deletes and inserts row by row would lose one.
    for old, new in ((a, b), (b, a)):
        data = [quad for name in (old, new) for quad in everywhere(name, e)]
        comes_out_right(data, {old: new, new: c}, by_oxigraph, by_rdflib)


@pytest.mark.prove
@settings(max_examples=100, deadline=None)
@given(data=DATA, names=RENAMES)
def test_any_set_of_renames_comes_out_the_same_in_rdflib(data: list[Quad], names: dict[NamedNode, NamedNode]) -> None:
    comes_out_right(data, names, by_rdflib)
