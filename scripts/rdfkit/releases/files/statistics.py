"""Count a graph as VoID does (https://www.w3.org/TR/void/, section 4.6), and its links to other datasets."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from rdfkit.base import Project, namespaces

_TYPE = NamedNode(namespaces.RDF + "type")
_LABEL, _SOURCE = namespaces.expand("skos:prefLabel"), namespaces.expand("sssom:object_source")
_OF_A_MAPPING = ("isInMappingSet", "mapsSubject", "mapsPredicate", "mapsObject")

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True)
class Property:
    """How many triples have a property as predicate, with how many distinct subjects and objects."""

    triples: int
    distinct_subjects: int
    distinct_objects: int


@dataclass(frozen=True)
class Counts:
    """The statistics of a dataset in VoID; ``entities`` are its subjects with an IRI of the project.

    ``by_class`` has the number of members of each class, ``by_property`` the use of each property, by their IRIs.
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
    """A mapping set: its IRI, its title, the dataset of its objects, and the number of links by predicate."""

    iri: str
    title: str
    target: str
    by_predicate: dict[str, int]

    @property
    def triples(self) -> int:
        """The number of links of the set."""
        return sum(self.by_predicate.values())

    @property
    def name(self) -> str:
        """The last part of the IRI, which is the name of the set's file."""
        return self.iri.rpartition("/")[2]


def count(project: Project, triples: Iterable[Triple]) -> Counts:
    """Return the statistics of a graph; a repeated triple counts once."""
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
        entities=sum(1 for term in all_subjects if isinstance(term, NamedNode) and project.is_own(term.value)),
        classes=len(members),
        properties=len(uses),
        distinct_subjects=len(all_subjects),
        distinct_objects=len(set[Term]().union(*objects.values())),
        by_class={iri: len(members[iri]) for iri in sorted(members)},
        by_property={iri: Property(uses[iri], len(subjects[iri]), len(objects[iri])) for iri in sorted(uses)},
    )


def linksets(project: Project, quads: Iterable[Quad]) -> list[Linkset]:
    """Return the mapping sets of a graph, sorted by IRI.

    A mapping is recorded as a node with properties of the project's vocabulary (``mapsSubject``, ``mapsPredicate``,
    ``mapsObject``, ``isInMappingSet``) and sssom:object_source. It counts if the triple that it maps is in the graph
    too.
    """
    facts: dict[str, dict[str, Term]] = defaultdict(dict)
    present: set[tuple[Term, Term, Term]] = set()
    in_set, subject, predicate, value = (f"{project.vocabulary}{name}" for name in _OF_A_MAPPING)
    needed = (in_set, subject, predicate, value, _SOURCE)
    wanted = {*needed, _LABEL}
    for quad in quads:
        if quad.predicate.value in wanted and isinstance(quad.subject, NamedNode):
            facts[quad.subject.value][quad.predicate.value] = quad.object
        present.add((quad.subject, quad.predicate, quad.object))
    links: dict[str, set[tuple[Term, Term, Term]]] = defaultdict(set)
    targets: dict[str, str] = {}
    for mapping in facts.values():
        if not all(iri in mapping for iri in needed):
            continue
        link = (mapping[subject], mapping[predicate], mapping[value])
        of = _text(mapping[in_set])
        targets[of] = min(targets.get(of, "~"), _text(mapping[_SOURCE]))
        if link in present:
            links[of].add(link)
    return [
        Linkset(
            iri=iri,
            title=_text(facts[iri].get(_LABEL, Literal(iri))),
            target=targets[iri],
            by_predicate=dict(sorted(Counter(_text(relation) for _, relation, _ in links[iri]).items())),
        )
        for iri in sorted(links)
    ]


def _text(term: Term) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
