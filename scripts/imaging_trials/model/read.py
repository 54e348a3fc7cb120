"""Read the store: what a property leads to, names, sources and provenance, always in the same order.

Properties and classes are given as constants of `imaging_trials.model.vocabulary`. Functions that
return things leave out terms that are not IRIs; functions that return texts leave out terms that are not literals.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from imaging_trials.model import vocabulary
from imaging_trials.model.project import PROJECT
from rdfkit.base import visible
from rdfkit.rdf import INFERRED, INFERRED_FROM_DATA

_LABELS = (vocabulary.PREF_LABEL, vocabulary.LABEL, vocabulary.TITLE)


@dataclass(frozen=True)
class Thing:
    """An IRI and the label by which people know it (see `label`)."""

    iri: NamedNode
    label: str

    @property
    def curie(self) -> str:
        """The CURIE of the thing, or its IRI if no prefix of the project fits."""
        return PROJECT.shorten(self.iri.value)


@dataclass(frozen=True)
class Source:
    """A curated source or a section of the page: its address on the web, and the day on which it was checked ("")."""

    iri: NamedNode
    label: str
    address: NamedNode | None
    checked_on: str
    is_section: bool

    @property
    def curie(self) -> str:
        """The CURIE of the source."""
        return PROJECT.shorten(self.iri.value)


@dataclass(frozen=True)
class Provenance:
    """Where a statement comes from: the named graph, and the section, source or mapping set that states it.

    Inferred statements and statements of the vocabulary have no source.
    """

    graph: str
    source: Source | None = None

    @property
    def is_inferred(self) -> bool:
        """Whether the statement was inferred by the rules."""
        return self.graph in (INFERRED, INFERRED_FROM_DATA)


# Properties


def objects(store: Store, subject: NamedNode, name: NamedNode) -> list[NamedNode]:
    """Return the things that a property of ``subject`` leads to, sorted by IRI."""
    return _named(quad.object for quad in store.quads_for_pattern(subject, name, None, None))


def subjects(store: Store, name: NamedNode, value: NamedNode) -> list[NamedNode]:
    """Return the things whose property leads to ``value``, sorted by IRI."""
    return _named(quad.subject for quad in store.quads_for_pattern(None, name, value, None))


def all_objects(store: Store, name: NamedNode) -> dict[NamedNode, list[NamedNode]]:
    """Return the things that have a property, in no order, each with what it leads to, sorted by IRI.

    One pass over a property takes a tenth of the time of `objects` for each of its things.
    """
    found: dict[NamedNode, list[NamedNode]] = {}
    for quad in store.quads_for_pattern(None, name, None, None):
        subject, value = quad.subject, quad.object
        if isinstance(subject, NamedNode) and isinstance(value, NamedNode):
            found.setdefault(subject, []).append(value)
    return {subject: _named(values) if len(values) > 1 else values for subject, values in found.items()}


def texts(store: Store, subject: NamedNode, name: NamedNode) -> list[str]:
    """Return the different texts of the literals of a property, sorted."""
    found = (quad.object for quad in store.quads_for_pattern(subject, name, None, None))
    return sorted({value.value for value in found if isinstance(value, Literal)})


def all_texts(store: Store, name: NamedNode) -> list[str]:
    """Return the different texts that a property has anywhere, sorted."""
    found = (quad.object for quad in store.quads_for_pattern(None, name, None, None))
    return sorted({value.value for value in found if isinstance(value, Literal)})


def text(store: Store, subject: NamedNode, name: NamedNode) -> str:
    """Return the text of a property, the first if there are several, or "" if there is none."""
    return next(iter(texts(store, subject, name)), "")


def number(store: Store, subject: NamedNode, name: NamedNode, default: int) -> int:
    """Return the first whole number, not negative, among the values of a property, or ``default``."""
    return next((int(value) for value in texts(store, subject, name) if value.isdecimal()), default)


def quads(store: Store, subject: NamedNode | None, name: NamedNode, value: NamedNode | None = None) -> list[Quad]:
    """Return the quads of a property between things that have IRIs, sorted by subject, object and graph."""
    found = store.quads_for_pattern(subject, name, value, None)
    named = {quad for quad in found if isinstance(quad.subject, NamedNode) and not isinstance(quad.object, Literal)}
    return sorted(named, key=lambda quad: (str(quad.subject), str(quad.object), str(quad.graph_name)))


def literals(store: Store, subject: NamedNode, name: NamedNode) -> list[Quad]:
    """Return the quads of a property whose objects are literals, sorted by object."""
    found = store.quads_for_pattern(subject, name, None, None)
    return sorted((quad for quad in found if isinstance(quad.object, Literal)), key=lambda quad: str(quad.object))


# Things


def members(store: Store, cls: NamedNode) -> list[NamedNode]:
    """Return the members of a class, sorted by IRI."""
    return subjects(store, vocabulary.TYPE, cls)


def is_a(store: Store, thing: NamedNode, cls: NamedNode) -> bool:
    """Return whether a thing is a member of a class."""
    return _any(store, thing, vocabulary.TYPE, cls)


def exists(store: Store, iri: NamedNode) -> bool:
    """Return whether the store has a statement with this subject or object."""
    return _any(store, iri, None, None) or _any(store, None, None, iri)


def has_statements(store: Store, iri: NamedNode) -> bool:
    """Return whether the store has a statement with this subject."""
    return _any(store, iri, None, None)


def label(store: Store, iri: NamedNode) -> str:
    """Return the preferred label of a thing, or else its label, or its title, English first; or else its CURIE."""
    for name in _LABELS:
        values = (quad.object for quad in store.quads_for_pattern(iri, name, None, None))
        found = sorted(
            (value for value in values if isinstance(value, Literal)),
            key=lambda value: (value.language != "en", value.value),
        )
        if found:
            return found[0].value
    return PROJECT.shorten(iri.value)


def described(store: Store, iri: NamedNode) -> str:
    """Return ``curie (label)`` for messages, or the CURIE alone if there is no label."""
    curie, name = PROJECT.shorten(iri.value), label(store, iri)
    return curie if name == curie else f"{curie} ({visible(name)})"


def thing(store: Store, iri: NamedNode) -> Thing:
    """Return a thing with its label."""
    return Thing(iri, label(store, iri))


def things(store: Store, iris: Iterable[NamedNode]) -> tuple[Thing, ...]:
    """Return things with their labels, in the order given."""
    return tuple(thing(store, iri) for iri in iris)


# Provenance


def graph_name(quad: Quad) -> str:
    """Return the short name of a quad's named graph, or ``default``."""
    return PROJECT.graph_name(quad.graph_name) if isinstance(quad.graph_name, NamedNode) else "default"


def is_inferred(quad: Quad) -> bool:
    """Return whether a quad was inferred by the rules."""
    return graph_name(quad) in (INFERRED, INFERRED_FROM_DATA)


def evidence(store: Store, subject: NamedNode, name: NamedNode | None = None) -> list[NamedNode]:
    """Return the evidence about a thing, or about its values of one property, sorted by IRI."""
    found = subjects(store, vocabulary.IS_EVIDENCE_FOR, subject)
    return [one for one in found if name is None or name in objects(store, one, vocabulary.SUPPORTS_PROPERTY)]


def sources(store: Store, subject: NamedNode) -> list[NamedNode]:
    """Return the sources of a curated thing, sorted by IRI: those of its evidence, or its own if it is a statement."""
    nodes = (subject, *evidence(store, subject))
    return sorted({one for each in nodes for one in objects(store, each, vocabulary.SOURCE)}, key=str)


def rationale(store: Store, subject: NamedNode, name: NamedNode | None = None) -> str:
    """Return the reasons that evidence gives for a thing, or for its values of one property, in one text."""
    nodes = (subject, *evidence(store, subject, name))
    return " ".join(dict.fromkeys(text for one in nodes for text in texts(store, one, vocabulary.RATIONALE)))


def read_sources(store: Store, quad: Quad) -> list[Source]:
    """Return the sources that support a curated statement, each with the day on which it was read for it."""
    assert isinstance(quad.subject, NamedNode)  # noqa: S101 - the caller checked it
    nodes = supporting(store, quad)
    if not nodes and quad.predicate in (vocabulary.TYPE, vocabulary.PREF_LABEL):
        nodes = evidence(store, quad.subject)  # a kind or a label is our naming: whatever supports the thing
    nodes = nodes or [quad.subject]  # a statement with a source of its own
    return [
        replace(source(store, each), checked_on=text(store, one, vocabulary.CHECKED_ON))
        for one in nodes
        for each in objects(store, one, vocabulary.SOURCE)
    ]


def supporting(store: Store, quad: Quad) -> list[NamedNode]:
    """Return the evidence that supports a curated statement, sorted by IRI."""
    assert isinstance(quad.subject, NamedNode)  # noqa: S101 - the caller checked it
    return [one for one in evidence(store, quad.subject, quad.predicate) if _supports(store, one, quad)]


def _supports(store: Store, one: NamedNode, quad: Quad) -> bool:
    """Return whether evidence for a property supports the value: it does unless it names other values of the property.

    Of all values of a property, evidence supports those that it names with imt:supportsValue or imt:supportsText.
    """
    of_property = {each.object for each in store.quads_for_pattern(quad.subject, quad.predicate, None, None)}
    values = store.quads_for_pattern(one, vocabulary.SUPPORTS_VALUE, None, None)
    texts_named = store.quads_for_pattern(one, vocabulary.SUPPORTS_TEXT, None, None)
    plain = {each.object.value for each in texts_named if isinstance(each.object, Literal)}
    named = {each.object for each in values} & of_property
    named |= {value for value in of_property if isinstance(value, Literal) and value.value in plain}
    return not named or quad.object in named


def sections(store: Store, subject: NamedNode) -> list[NamedNode]:
    """Return the sections of the page that state a thing, sorted by IRI."""
    return objects(store, subject, vocabulary.IS_STATED_IN)


def source(store: Store, iri: NamedNode) -> Source:
    """Return what the store says about a source, a section of the page or the page itself."""
    return Source(
        iri,
        label(store, iri),
        next(iter(objects(store, iri, vocabulary.URL)), None),
        text(store, iri, vocabulary.CHECKED_ON),
        is_a(store, iri, vocabulary.PAGE_SECTION),
    )


def provenance(store: Store, quad: Quad) -> list[Provenance]:
    """Return where a quad comes from.

    A statement of the page comes from the sections that its subject is stated in, a curated one from the sources that
    support it, a mapping from its mapping set; a statement about a section or a source comes from it.
    """
    graph = graph_name(quad)
    found: list[Source] = []
    if isinstance(quad.subject, NamedNode):
        subject = quad.subject
        if graph == "links":
            found = [source(store, one) for one in _mapping_sets(store, quad)]
        elif graph == "page":
            is_section = is_a(store, subject, vocabulary.PAGE_SECTION)
            found = [source(store, one) for one in ([subject] if is_section else sections(store, subject))]
        elif graph == "curated":
            found = read_sources(store, quad)
        elif graph.startswith("import/") and isinstance(quad.graph_name, NamedNode):
            found = [version(store, quad.graph_name)]
        if not found and graph in ("page", "curated") and is_a(store, subject, vocabulary.SOURCE_CLASS):
            found = [source(store, subject)]
    return [Provenance(graph, one) for one in dict.fromkeys(found)] or [Provenance(graph)]


def versions(store: Store, thing: NamedNode) -> list[Source]:
    """Return the versions of imported records that describe a thing, as sources."""
    names = {quad.graph_name for quad in store.quads_for_pattern(thing, None, None, None)}
    imported = (name for name in names if isinstance(name, NamedNode) and _is_import(name))
    return [version(store, name) for name in sorted(imported, key=lambda one: one.value)]


def is_imported(store: Store, thing: NamedNode) -> bool:
    """Return whether an imported record describes a thing."""
    found = store.quads_for_pattern(thing, vocabulary.TYPE, None, None)
    return any(isinstance(quad.graph_name, NamedNode) and _is_import(quad.graph_name) for quad in found)


def _is_import(graph: NamedNode) -> bool:
    return PROJECT.graph_name(graph).startswith("import/")


def same_articles(store: Store, article: NamedNode) -> list[NamedNode]:
    """Return the imported articles with the PMID or DOI of an article, sorted by IRI."""
    found: set[NamedNode] = set()
    for name in (vocabulary.PMID, vocabulary.DOI):
        for value in texts(store, article, name):
            for spelled in dict.fromkeys((value, value.lower())):
                found.update(subjects_of_text(store, name, spelled))
    return sorted((one for one in found - {article} if is_imported(store, one)), key=lambda one: one.value)


def subjects_of_text(store: Store, name: NamedNode, text_: str) -> list[NamedNode]:
    """Return the things with a text as a value of a property, sorted by IRI."""
    return _named(quad.subject for quad in store.quads_for_pattern(None, name, Literal(text_), None))


def version(store: Store, graph: NamedNode) -> Source:
    """Return the version of an imported record, or an import, as a source: its record's address, the day of import."""
    record = next(iter(objects(store, graph, vocabulary.IS_VERSION_OF)), None)
    days = sorted(
        day
        for one in objects(store, graph, vocabulary.WAS_GENERATED_BY)
        for day in texts(store, one, vocabulary.IMPORTED_ON)
    )
    day = text(store, graph, vocabulary.RECORD_VERSION_DAY)
    words = f"version of {day}" if day else "version without a day"
    return Source(graph, words if record else "import", record, days[0] if days else "", False)


def _mapping_sets(store: Store, quad: Quad) -> list[NamedNode]:
    """Return the mapping sets of a mapping, or of the mappings that a plain match is made from."""
    assert isinstance(quad.subject, NamedNode)  # noqa: S101 - the caller checked it
    own = objects(store, quad.subject, vocabulary.IS_IN_MAPPING_SET)
    if own:
        return own
    mappings = [
        one
        for one in subjects(store, vocabulary.MAPS_SUBJECT, quad.subject)
        if quad.predicate in objects(store, one, vocabulary.MAPS_PREDICATE)
        and quad.object in objects(store, one, vocabulary.MAPS_OBJECT)
    ]
    return [one for mapping in mappings for one in objects(store, mapping, vocabulary.IS_IN_MAPPING_SET)]


def _any(store: Store, subject: NamedNode | None, name: NamedNode | None, value: NamedNode | None) -> bool:
    return next(iter(store.quads_for_pattern(subject, name, value, None)), None) is not None


def _named(found: Iterable[object]) -> list[NamedNode]:
    return sorted({one for one in found if isinstance(one, NamedNode)}, key=lambda one: one.value)


def triples_about(store: Store, iri: NamedNode) -> list[Triple]:
    """Return the triples of a thing, and after them those of the class expressions that belong to it."""
    found: dict[Triple, None] = {}
    waiting: list[NamedNode | BlankNode] = [iri]
    while waiting:
        subject = waiting.pop(0)
        own = {quad.triple for quad in store.quads_for_pattern(subject, None, None, None)}
        for triple in sorted(own - found.keys(), key=lambda triple: (str(triple.predicate), str(triple.object))):
            found[triple] = None
            if isinstance(triple.object, BlankNode):
                waiting.append(triple.object)
    return list(found)
