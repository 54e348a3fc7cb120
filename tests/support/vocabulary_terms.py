"""The terms of the vocabulary in a store, for tests of names, definitions and examples."""

import pyoxigraph as ox

from imaging_trials.model.project import PROJECT

VOCABULARY = PROJECT.vocabulary


def iri(term: str) -> ox.NamedNode:
    """Return the node of a CURIE or of a full IRI."""
    return ox.NamedNode(term if term.startswith(("http:", "https:")) else PROJECT.expand(term))


def objects(store: ox.Store, subject: ox.NamedNode | ox.BlankNode, predicate: str) -> list[str]:
    quads = store.quads_for_pattern(subject, iri(predicate), None, None)
    return [quad.object.value for quad in quads if not isinstance(quad.object, ox.Triple)]


def subjects(store: ox.Store, predicate: str, value: str) -> set[str]:
    quads = store.quads_for_pattern(None, iri(predicate), iri(value), None)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}


def ours(store: ox.Store, kind: str) -> list[str]:
    found = {term.removeprefix(VOCABULARY) for term in subjects(store, "rdf:type", kind) if term.startswith(VOCABULARY)}
    assert len(found) > 30, kind
    return sorted(found)
