"""Counts of a graph in the terms of VoID (https://www.w3.org/TR/void/, section 4.6), and of its links to others."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from imaging_trials.model.project import PROJECT
from rdfkit.base import namespaces

_TYPE = NamedNode(namespaces.RDF + "type")

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True)
class Property:
    """How often a property is used, from how many things to how many."""

    triples: int
    distinct_subjects: int
    distinct_objects: int


@dataclass(frozen=True)
class Counts:
    """What VoID says of a dataset; ``entities`` are its subjects under this project's own IRIs.

    ``by_class`` has the number of members of each class, ``by_property`` the use of each property, under their IRIs.
    """

    triples: int
    entities: int
    classes: int
    properties: int
    distinct_subjects: int
    distinct_objects: int
    by_class: dict[str, int]
    by_property: dict[str, Property]


@dataclass(frozen=True)
class Linkset:
    """One mapping set: its IRI, what it is called, the dataset that its objects are in, and links by predicate."""

    iri: str
    title: str
    target: str
    by_predicate: dict[str, int]

    @property
    def triples(self) -> int:
        """Return how many links the set has."""
        return sum(self.by_predicate.values())

    @property
    def name(self) -> str:
        """Return the last part of the IRI, which is the name of the set's file."""
        return self.iri.rpartition("/")[2]


def count(triples: Iterable[Triple]) -> Counts:
    """Return the counts of a graph; a triple given twice counts once."""
    members: dict[str, set[Term]] = defaultdict(set)
    uses: Counter[str] = Counter()
    subjects: dict[str, set[Term]] = defaultdict(set)
    objects: dict[str, set[Term]] = defaultdict(set)
    for triple in set(triples):
        predicate = triple.predicate.value
        uses[predicate] += 1
        subjects[predicate].add(triple.subject)
        objects[predicate].add(triple.object)
        if triple.predicate == _TYPE and isinstance(triple.object, NamedNode):
            members[triple.object.value].add(triple.subject)
    all_subjects = set[Term]().union(*subjects.values())
    return Counts(
        triples=uses.total(),
        entities=sum(1 for term in all_subjects if isinstance(term, NamedNode) and PROJECT.is_own(term.value)),
        classes=len(members),
        properties=len(uses),
        distinct_subjects=len(all_subjects),
        distinct_objects=len(set[Term]().union(*objects.values())),
        by_class={iri: len(members[iri]) for iri in sorted(members)},
        by_property={iri: Property(uses[iri], len(subjects[iri]), len(objects[iri])) for iri in sorted(uses)},
    )


def linksets(quads: Iterable[Quad]) -> list[Linkset]:
    """Return the mapping sets of a graph, sorted by IRI; what is counted is the match itself, not the node about it.

    A mapping counts only where its match stands in the graph as a triple too.
    """
    facts: dict[str, dict[str, Term]] = defaultdict(dict)
    stands: set[tuple[Term, Term, Term]] = set()
    wanted = {PROJECT.expand(curie): curie for curie in (*_OF_A_MAPPING, "skos:prefLabel")}
    for quad in quads:
        curie = wanted.get(quad.predicate.value)
        if curie and isinstance(quad.subject, NamedNode):
            facts[quad.subject.value][curie] = quad.object
        stands.add((quad.subject, quad.predicate, quad.object))
    links: dict[str, set[tuple[Term, Term, Term]]] = defaultdict(set)
    targets: dict[str, str] = {}
    for mapping in facts.values():
        if not all(curie in mapping for curie in _OF_A_MAPPING):
            continue
        link = (mapping["imt:mapsSubject"], mapping["imt:mapsPredicate"], mapping["imt:mapsObject"])
        of = _text(mapping["imt:isInMappingSet"])
        targets[of] = min(targets.get(of, "~"), _text(mapping["sssom:object_source"]))
        if link in stands:
            links[of].add(link)
    return [
        Linkset(
            iri=iri,
            title=_text(facts[iri].get("skos:prefLabel", Literal(iri))),
            target=targets[iri],
            by_predicate=dict(sorted(Counter(_text(predicate) for _, predicate, _ in links[iri]).items())),
        )
        for iri in sorted(links)
    ]


_OF_A_MAPPING = (
    "imt:isInMappingSet",
    "imt:mapsSubject",
    "imt:mapsPredicate",
    "imt:mapsObject",
    "sssom:object_source",
)


def _text(term: Term) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
