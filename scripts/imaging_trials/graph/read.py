"""Short ways to read the store: the things, texts and sources that a statement leads to, sorted."""

from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.graph import lookup
from imaging_trials.graph.project import PROJECT
from rdfkit.rdf import named_graphs as layers

TYPE = NamedNode(PROJECT.prefixes["rdf"] + "type")
SOURCE = NamedNode(PROJECT.prefixes["dcterms"] + "source")
ADDRESS = NamedNode(PROJECT.prefixes["schema"] + "url")
STATED_IN = NamedNode(PROJECT.vocabulary + "isStatedIn")
CHECKED_ON = NamedNode(PROJECT.vocabulary + "checkedOn")


class Origin(NamedTuple):
    """Where a statement comes from: the named graph, and the page section or curated source that it rests on."""

    graph: str
    thing: NamedNode | None
    words: str


def imt(name: str) -> NamedNode:
    """Return a term of the house's vocabulary."""
    return NamedNode(PROJECT.vocabulary + name)


def node(curie: str) -> NamedNode:
    """Return the IRI of a CURIE. Raises UserError for an unknown prefix."""
    return NamedNode(PROJECT.expand(curie))


def quads(store: Store, subject: NamedNode | None, name: str, value: NamedNode | None = None) -> list[Quad]:
    """Return the quads of one property of the vocabulary between things that have IRIs, sorted by both."""
    found = store.quads_for_pattern(subject, imt(name), value, None)
    named = {quad for quad in found if isinstance(quad.subject, NamedNode) and not isinstance(quad.object, Literal)}
    return sorted(named, key=lambda quad: (str(quad.subject), str(quad.object), str(quad.graph_name)))


def objects(store: Store, subject: NamedNode, name: str) -> list[NamedNode]:
    """Return the things that a property of the vocabulary leads to, sorted by IRI."""
    return _named(quad.object for quad in store.quads_for_pattern(subject, imt(name), None, None))


def subjects(store: Store, name: str, value: NamedNode) -> list[NamedNode]:
    """Return the things that a property of the vocabulary leads from, sorted by IRI."""
    return _named(quad.subject for quad in store.quads_for_pattern(None, imt(name), value, None))


def members(store: Store, name: str) -> list[NamedNode]:
    """Return the members of a class of the vocabulary, sorted by IRI."""
    return _named(quad.subject for quad in store.quads_for_pattern(None, TYPE, imt(name), None))


def is_a(store: Store, thing: NamedNode, name: str) -> bool:
    """Tell whether a thing is a member of a class of the vocabulary."""
    return any(True for _ in store.quads_for_pattern(thing, TYPE, imt(name), None))


def texts(store: Store, subject: NamedNode, predicate: NamedNode) -> list[str]:
    """Return the literal values of a property, sorted."""
    found = (quad.object for quad in store.quads_for_pattern(subject, predicate, None, None))
    return sorted({value.value for value in found if isinstance(value, Literal)})


def text(store: Store, subject: NamedNode, name: str) -> str:
    """Return the literal value of a property of the vocabulary, or "" where there is none."""
    return next(iter(texts(store, subject, imt(name))), "")


def sources(store: Store, thing: NamedNode) -> list[NamedNode]:
    """Return the sources that are given for a curated thing, sorted by IRI."""
    return _named(quad.object for quad in store.quads_for_pattern(thing, SOURCE, None, None))


def sections(store: Store, thing: NamedNode) -> list[NamedNode]:
    """Return the sections of the page that state a thing, sorted by IRI."""
    return objects(store, thing, "isStatedIn")


def origins(store: Store, quad: Quad) -> list[Origin]:
    """Return where a quad comes from, as people read it.

    A page statement comes from the sections that its subject is stated in, a curated one from the sources of its
    subject, each with the day it was checked; what is said of a section or of a source comes from it. The vocabulary
    and what is computed name themselves.
    """
    graph = PROJECT.graph_name(quad.graph_name) if isinstance(quad.graph_name, NamedNode) else "default"
    if not isinstance(quad.subject, NamedNode):
        return [Origin(graph, None, graph)]
    if graph == layers.INFERRED:
        return [Origin(graph, None, "computed")]
    own = [quad.subject] if is_a(store, quad.subject, "PageSection") or is_a(store, quad.subject, "Source") else []
    if graph == "page":
        found = [
            Origin(graph, one, f"page: {lookup.label(store, one)}") for one in own or sections(store, quad.subject)
        ]
        return found or [Origin(graph, None, "page")]
    if graph == "curated":
        found = [Origin(graph, one, _curated(store, one)) for one in own or sources(store, quad.subject)]
        return found or [Origin(graph, None, "curated")]
    return [Origin(graph, None, "vocabulary" if graph in ("vocabulary", "concepts") else graph)]


def _curated(store: Store, source: NamedNode) -> str:
    checked = text(store, source, "checkedOn")
    return f"curated: {PROJECT.shorten(source.value)}{f', checked {checked}' if checked else ''}"


def _named(found: Iterable[object]) -> list[NamedNode]:
    return sorted({one for one in found if isinstance(one, NamedNode)}, key=lambda one: one.value)
