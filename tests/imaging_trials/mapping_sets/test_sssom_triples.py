"""Triples of the mapping sets: what each row and each header says in the graph."""

import shutil
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.mapping_sets import MappingSet, named, quads, read_sets
from imaging_trials.mapping_sets.sssom import CODE_ONLY, FOLDER, RELATIONS
from imaging_trials.mapping_sets.sssom_triples import node_iri
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def sets() -> list[MappingSet]:
    return read_sets(ROOT)


def facts(quads: list[Quad], node: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for quad in quads:
        if quad.subject == NamedNode(node):
            found.setdefault(PROJECT.shorten(quad.predicate.value), set()).add(str(quad.object))
    return found


def test_a_row_is_a_match_and_a_node_about_it(sets: list[MappingSet]) -> None:
    found = list(quads(ROOT))
    flt, code = PROJECT.expand("agent:flt"), "http://purl.obolibrary.org/obo/NCIT_C49093"
    exact = NamedNode(PROJECT.expand("skos:exactMatch"))
    graph = NamedNode(PROJECT.expand("graph:links"))
    assert found.count(Quad(NamedNode(flt), exact, NamedNode(code), graph)) == 1
    assert {quad.graph_name for quad in found} == {graph}
    ncit = named(sets, "ncit")
    mapping = next(one for one in ncit.mappings if one.code == "C49093")
    node = node_iri(ncit, mapping)
    assert node == "https://w3id.org/imaging-trials/id/mapping/ncit-agent-flt-C49093"
    assert facts(found, node) == {
        "rdf:type": {f"<{PROJECT.expand('imt:Mapping')}>"},
        "skos:prefLabel": {'"[18F]FLT: exact match Fluorothymidine F-18 (NCIT:C49093)"@en'},
        "skos:notation": {'"C49093"'},
        "imt:mapsSubject": {f"<{flt}>"},
        "imt:mapsPredicate": {f"<{exact.value}>"},
        "imt:mapsObject": {f"<{code}>"},
        "dcterms:source": {f"<{ncit.iri}>"},
        "sssom:mapping_justification": {f"<{PROJECT.expand('semapv:ManualMappingCuration')}>"},
        "imt:isInMappingSet": {f"<{ncit.iri}>"},
        "dcterms:creator": {'"The Imaging Trials Graph developers"'},
        "sssom:mapping_date": {f'"2026-11-26"^^<{PROJECT.expand("xsd:date")}>'},
        "sssom:confidence": {f'"{mapping.confidence}"^^<{PROJECT.expand("xsd:decimal")}>'},
        "sssom:object_label": {'"Fluorothymidine F-18"'},
        "sssom:object_source": {"<http://purl.obolibrary.org/obo/ncit.owl>"},
        "sssom:object_source_version": {'"17.06d"'},
    }


def test_a_set_is_described_by_its_header(sets: list[MappingSet]) -> None:
    found = list(quads(ROOT))
    for one in sets:
        described = facts(found, one.iri)
        assert described["dcterms:license"] == {f"<{one.license}>"}
        assert described["skos:prefLabel"] == {f'"{one.title}"@en'}
        assert described["dcterms:rights"] == {str(Literal(one.comment, language="en"))}


def test_every_row_has_a_node_and_no_triple_is_lost(sets: list[MappingSet]) -> None:
    nodes = [node_iri(one, mapping) for one in sets for mapping in one.mappings]
    assert len(set(nodes)) == len(nodes)
    assert all(PROJECT.shorten(node).startswith("mapping:") for node in nodes)
    found = list(quads(ROOT))
    assert len(set(found)) == len(found)
    kept = Store()
    kept.extend(found)
    assert set(kept) == set(found)  # numbers in another than their canonical form would come back changed


def test_no_label_of_a_code_only_vocabulary_is_in_the_graph(sets: list[MappingSet]) -> None:
    found = list(quads(ROOT))
    chosen = [(one, mapping) for one in sets if one.name in CODE_ONLY for mapping in one.mappings]
    assert len(chosen) > 40
    for one, mapping in chosen:
        described = facts(found, node_iri(one, mapping))
        assert "sssom:object_label" not in described
        assert described["skos:notation"] == {f'"{mapping.code}"'}
        assert described["skos:prefLabel"] == {
            f'"{mapping.subject_label}: {RELATIONS[mapping.predicate]} {mapping.object}"@en'
        }


def test_things_of_other_vocabularies_are_never_described(sets: list[MappingSet]) -> None:
    ours = {mapping.subject_iri for one in sets for mapping in one.mappings} | {one.iri for one in sets}
    ours |= {node_iri(one, mapping) for one in sets for mapping in one.mappings}
    assert {quad.subject for quad in quads(ROOT)} == {NamedNode(iri) for iri in ours}


def test_the_graph_and_its_key_change_with_the_mappings(tmp_path: Path) -> None:
    graph = NamedNode(PROJECT.expand("graph:links"))
    store = named_graphs.read_sources(PROJECT)
    assert set(store.quads_for_pattern(None, None, None, graph)) == set(quads(ROOT))
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    before = named_graphs.content_key(PROJECT.at(tmp_path))
    path = tmp_path / FOLDER / "ncit.sssom.tsv"
    path.write_text(path.read_text(encoding="utf-8").replace("\t0.95\t", "\t0.94\t", 1), encoding="utf-8")
    assert named_graphs.content_key(PROJECT.at(tmp_path)) != before
