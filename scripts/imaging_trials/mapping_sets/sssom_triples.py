"""Mapping sets as triples of the named graph ``links``."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from imaging_trials.mapping_sets.sssom import CODE_ONLY, RELATIONS, Mapping, MappingSet, read_sets
from imaging_trials.model import PROJECT

_WITH_NOTATION = CODE_ONLY | {"ncit"}
"""Sets whose bare codes are in the graph as notations too: NCIt has two forms of IRI for one code."""

_NOT_IN_SLUG = re.compile(r"[^A-Za-z0-9]+")

Facts = Iterator[tuple[NamedNode, NamedNode | Literal]]


def quads(root: Path) -> Iterator[Quad]:
    """Yield the triples of the mapping sets under ``root``. Raises UserError as `sssom.read_set` does.

    The prefixes of another checkout may differ: an earlier version had other namespaces.
    """
    return to_quads(read_sets(root) if root == PROJECT.root else read_sets(root, known={}))


def to_quads(sets: Sequence[MappingSet]) -> Iterator[Quad]:
    """Yield, for each set, what its header says; for each row, the match itself and a node that says who states it.

    The label of another vocabulary's thing is a value of the mapping's node, not of that thing: it is what was read
    there on a day, not a statement by the project.
    """
    graph = PROJECT.graph_iri("links")
    for one in sets:
        for predicate, value in _set_facts(one):
            yield Quad(NamedNode(one.iri), predicate, value, graph)
        for mapping in one.mappings:
            node = NamedNode(node_iri(one, mapping))
            yield Quad(NamedNode(mapping.subject_iri), _term(mapping.predicate), NamedNode(mapping.object_iri), graph)
            for predicate, value in _mapping_facts(one, mapping):
                yield Quad(node, predicate, value, graph)


def node_iri(of: MappingSet, mapping: Mapping) -> str:
    """Return the IRI of a mapping: set, kind and name of our thing, and the other's code, joined by hyphens.

    It has the kind because a base substance and an agent can have one name and match one thing. It has the
    object's prefix if the set has several, as the code systems of HL7 share codes.
    """
    several = len({one.object.partition(":")[0] for one in of.mappings}) > 1
    parts = [of.name, mapping.subject, mapping.object if several else mapping.code]
    return PROJECT.prefixes["mapping"] + "-".join(_NOT_IN_SLUG.sub("-", part).strip("-") for part in parts)


def label(mapping: Mapping) -> str:
    """Return a mapping in words, such as ``[18F]FLT: exact match Fluorothymidine F-18 (NCIT:C49093)``."""
    other = f"{mapping.object_label} ({mapping.object})" if mapping.object_label else mapping.object
    return f"{mapping.subject_label}: {RELATIONS[mapping.predicate]} {other}"


def _term(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


def _set_facts(one: MappingSet) -> Facts:
    yield _term("rdf:type"), _term("imt:MappingSet")
    yield _term("skos:prefLabel"), Literal(one.title, language="en")
    yield _term("dcterms:description"), Literal(one.description, language="en")
    yield _term("dcterms:license"), NamedNode(one.license)
    yield _term("dcterms:rights"), Literal(one.comment, language="en")
    yield _term("dcterms:issued"), Literal(one.date, datatype=_term("xsd:date"))
    yield _term("dcat:version"), Literal(one.version)
    for creator in one.creators:
        yield _term("dcterms:creator"), Literal(creator)


def _mapping_facts(one: MappingSet, mapping: Mapping) -> Facts:
    yield _term("rdf:type"), _term("imt:Mapping")
    yield _term("skos:prefLabel"), Literal(label(mapping), language="en")
    yield _term("imt:mapsSubject"), NamedNode(mapping.subject_iri)
    yield _term("imt:mapsPredicate"), _term(mapping.predicate)
    yield _term("imt:mapsObject"), NamedNode(mapping.object_iri)
    yield _term("imt:isInMappingSet"), NamedNode(one.iri)
    yield _term("dcterms:source"), NamedNode(one.iri)
    yield _term("dcterms:creator"), Literal(mapping.author)
    yield _term("sssom:mapping_justification"), _term(mapping.justification)
    yield _term("sssom:mapping_date"), Literal(mapping.date, datatype=_term("xsd:date"))
    yield _term("sssom:confidence"), Literal(mapping.confidence, datatype=_term("xsd:decimal"))
    yield _term("sssom:object_source"), NamedNode(mapping.object_source_iri)
    yield _term("sssom:object_source_version"), Literal(mapping.object_source_version)
    if mapping.object_label:
        yield _term("sssom:object_label"), Literal(mapping.object_label)
    if mapping.comment:
        yield _term("sssom:comment"), Literal(mapping.comment)
    if one.name in _WITH_NOTATION:
        yield _term("skos:notation"), Literal(mapping.code)
