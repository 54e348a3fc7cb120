"""Examples of terms follow rule 11 of docs/naming.md: each is of its class, or a value of its property."""

from collections import defaultdict
from functools import cache

import pyoxigraph as ox
import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from tests.support import records
from tests.support.vocabulary_terms import iri, objects, ours, subjects

NOT_IN_DATA = {
    "orcid": "no person is identified in the shipped data; the value is ORCID's own example",
    "rorId": "the shipped data has these identifiers as mappings",
    "issn": "the shipped data has these identifiers as mappings",
}
"""Properties with an example that neither the shipped data nor the made-up imports have."""


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return named_graphs.read_sources(PROJECT)


@cache
def imported() -> dict[str, set[str]]:
    """Return the literals of each property in the made-up records of tests/fixtures/imports/."""
    found = defaultdict(set)
    for name, of in (("studies.json", "clinicaltrials"), ("pubmed.xml", "pubmed"), ("article.xml", "pubmed")):
        data = records.imported(records.MADE_UP / name, of=of)[1]
        for quad in ox.parse(data, format=ox.RdfFormat.N_QUADS):
            if isinstance(quad.object, ox.Literal):
                found[quad.predicate.value.removeprefix(PROJECT.vocabulary)].add(quad.object.value)
    return found


def instances(store: ox.Store, name: str) -> set[str]:
    """Return what is of a class by a type or by the range of an asserted property."""
    below = {PROJECT.expand("imt:" + name)}
    while (
        more := {
            quad.subject.value
            for cls in below
            for quad in store.quads_for_pattern(None, iri("rdfs:subClassOf"), ox.NamedNode(cls), None)
            if isinstance(quad.subject, ox.NamedNode)
        }
        - below
    ):
        below |= more
    found = {thing for cls in below for thing in subjects(store, "rdf:type", cls)}
    for prop in {p for cls in below for p in subjects(store, "rdfs:range", cls)}:
        found |= {
            quad.object.value
            for quad in store.quads_for_pattern(None, ox.NamedNode(prop), None, None)
            if isinstance(quad.object, ox.NamedNode)
        }
    return found


def stated(store: ox.Store, prop: str) -> list[str]:
    quads = store.quads_for_pattern(None, iri(prop), None, None)
    return [quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode | ox.Literal)]


def example_of(found: str) -> str:
    """Return the IRI that an example means, or the example itself if it is a literal."""
    prefix, colon, local = found.partition(":")
    return PROJECT.prefixes[prefix] + local if colon and prefix in PROJECT.prefixes and " " not in found else found


def test_every_class_in_use_has_an_example_of_it(store: ox.Store) -> None:
    for name in ours(store, "owl:Class"):
        things, examples = instances(store, name), objects(store, iri("imt:" + name), "skos:example")
        assert examples or not things, f"{name} has no example; one would be {min(things)}"
        for found in examples:
            assert example_of(found) in things, f"{found} is no {name} of the data"


def test_every_property_in_use_has_an_example_value(store: ox.Store) -> None:
    for name in [*ours(store, "owl:ObjectProperty"), *ours(store, "owl:DatatypeProperty")]:
        own = set(stated(store, "imt:" + name))
        below = subjects(store, "rdfs:subPropertyOf", "imt:" + name)
        values = own.union(*(stated(store, prop) for prop in below))
        examples = objects(store, iri("imt:" + name), "skos:example")
        assert examples or not own, f"{name} has no example; one would be {min(own)}"
        for found in examples:
            meant = example_of(found)
            if values and name not in NOT_IN_DATA:
                assert meant in values, f"{found} is no value of {name} in the data"
            elif found in imported().get(name, ()):
                continue
            elif meant != found:  # no value in the shipped data: the example is at least a thing or a concept of it
                assert objects(store, iri(meant), "skos:prefLabel"), f"{found} is nothing of the data"
            else:
                assert name in NOT_IN_DATA, f"{name} has an example and no value in the data"
