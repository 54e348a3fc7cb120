"""The vocabulary and the concept schemes follow the project's rules for terms."""

import re
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

import imaging_trials
from imaging_trials.model.project import PROJECT, SCHEMES
from rdfkit.rdf import named_graphs

ONTOLOGY = PROJECT.base + "vocab"
RDF, RDFS, OWL, SKOS = (PROJECT.prefixes[p] for p in ("rdf", "rdfs", "owl", "skos"))
TYPE = ox.NamedNode(RDF + "type")


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return named_graphs.read_sources(PROJECT)


def instances(store: ox.Store, kind: str) -> Iterator[ox.NamedNode]:
    for quad in store.quads_for_pattern(None, TYPE, ox.NamedNode(kind), None):
        if isinstance(quad.subject, ox.NamedNode):
            yield quad.subject


def values(store: ox.Store, subject: ox.NamedNode, predicate: str) -> list[str]:
    quads = store.quads_for_pattern(subject, ox.NamedNode(predicate), None, None)
    return [quad.object.value for quad in quads if not isinstance(quad.object, ox.Triple)]


def our_terms(store: ox.Store) -> list[ox.NamedNode]:
    kinds = ("Class", "ObjectProperty", "DatatypeProperty")
    found = {
        term for kind in kinds for term in instances(store, OWL + kind) if term.value.startswith(PROJECT.vocabulary)
    }
    assert len(found) > 150
    return sorted(found, key=lambda term: term.value)


def test_every_term_has_the_same_label_in_skos_and_rdfs(store: ox.Store) -> None:
    for term in our_terms(store):
        labels = values(store, term, SKOS + "prefLabel")
        assert len(labels) == 1, term
        assert values(store, term, RDFS + "label") == labels, term


def test_every_term_and_concept_has_its_own_definition(store: ox.Store) -> None:
    """Every term and every concept is defined in one sentence of its own."""
    defined: dict[str, ox.NamedNode] = {}
    for term in [*our_terms(store), *instances(store, SKOS + "Concept"), *instances(store, SKOS + "ConceptScheme")]:
        (definition,) = values(store, term, SKOS + "definition")
        assert re.fullmatch(r"[A-Z].*\.", definition), definition
        scheme = values(store, term, SKOS + "inScheme")
        key = f"{definition} {scheme}"
        assert key not in defined, f"{term} repeats the definition of {defined.get(key)}"
        defined[key] = term


def test_every_term_and_concept_has_isdefinedby(store: ox.Store) -> None:
    for term in our_terms(store):
        assert values(store, term, RDFS + "isDefinedBy") == [ONTOLOGY], term
    for concept in instances(store, SKOS + "Concept"):
        assert values(store, concept, RDFS + "isDefinedBy") == values(store, concept, SKOS + "inScheme"), concept


def test_class_and_property_names_have_the_right_case(store: ox.Store) -> None:
    """Class names are nouns in UpperCamelCase; property names start in lower case."""
    classes = {term for term in instances(store, OWL + "Class") if term.value.startswith(PROJECT.vocabulary)}
    for term in our_terms(store):
        name = term.value.removeprefix(PROJECT.vocabulary)
        assert re.fullmatch(r"[A-Z][A-Za-z]+" if term in classes else r"[a-z][A-Za-z]+", name), name


def test_vocabulary_and_package_have_the_same_version(store: ox.Store) -> None:
    ontology = ox.NamedNode(ONTOLOGY)
    assert values(store, ontology, OWL + "versionInfo") == [imaging_trials.__version__]
    assert values(store, ontology, OWL + "versionIRI") == [f"{ONTOLOGY}/{imaging_trials.__version__}"]
    dataset = ox.NamedNode(PROJECT.base + "dataset")
    assert values(store, dataset, PROJECT.prefixes["dcat"] + "version") == [imaging_trials.__version__]


def test_every_external_term_in_use_is_declared(store: ox.Store) -> None:
    """Every external property and class in use is declared in the vocabulary."""
    built_in = (RDF, RDFS, OWL)
    vocabulary = PROJECT.graph_iri("vocabulary")
    declared = {quad.subject for quad in store.quads_for_pattern(None, TYPE, None, vocabulary)}
    used = {quad.predicate for quad in store} | {
        quad.object for quad in store.quads_for_pattern(None, TYPE, None, None)
    }
    foreign = {term for term in used if isinstance(term, ox.NamedNode) and not term.value.startswith(built_in)}
    assert {term.value for term in foreign - declared} == set()


def test_no_property_has_a_range_outside_the_datatype_map_of_owl(store: ox.Store) -> None:
    allowed = {PROJECT.prefixes["xsd"] + name for name in ("string", "integer", "decimal", "boolean")} | {
        RDF + "langString"
    }
    for prop in instances(store, OWL + "DatatypeProperty"):
        assert set(values(store, prop, RDFS + "range")) <= allowed, prop


def test_a_scheme_and_its_concepts_are_in_the_file_of_its_name() -> None:
    files = sorted((PROJECT.root / "ontology" / "concepts").glob("*.ttl"))
    assert [file.stem for file in files] == sorted(SCHEMES.values())
    for file in files:
        quads = list(ox.parse(path=file))
        subjects = {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
        scheme = f"{PROJECT.base}concept/{file.stem}"
        assert scheme in subjects
        assert all(subject == scheme or subject.startswith(scheme + "/") for subject in subjects)


@pytest.mark.parametrize("kind", ["imt:Radionuclide", "phase"])
def test_all_radionuclides_and_phases_are_different(store: ox.Store, kind: str) -> None:
    rows = store.query(
        "PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>"
        "SELECT ?m WHERE { ?x a owl:AllDifferent . ?x owl:distinctMembers/rdf:rest*/rdf:first ?m }",
        use_default_graph_as_union=True,
    )
    assert isinstance(rows, ox.QuerySolutions)
    stated = {row["m"].value for row in rows}
    if kind == "phase":
        expected = {
            c.value for c in instances(store, SKOS + "Concept") if c.value.startswith(PROJECT.prefixes["phase"])
        }
    else:
        expected = {nuclide.value for nuclide in instances(store, PROJECT.expand(kind))}
    assert len(expected) >= 5
    assert expected <= stated
