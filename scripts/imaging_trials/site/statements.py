"""All statements about a thing in one table: by named graph, each with its sources."""

from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from imaging_trials.model import PROJECT, dates, read, vocabulary
from imaging_trials.site import addresses
from imaging_trials.site.addresses import Link
from imaging_trials.views import values
from rdfkit.base import RDF, XSD
from rdfkit.rdf import INFERRED

WORDS = {
    "page": "page",
    "curated": "added by us",
    "concepts": "scheme",
    "vocabulary": "vocabulary",
    "alignments": "alignment",
    "links": "linked",
    "dataset": "dataset",
    INFERRED: "computed",
}
"""Named graph, in the order of a table, and the word for its statements."""

_TITLES = {
    "page": "as NCI's page states it",
    "curated": "from other sources",
    "concepts": "of concepts",
    "vocabulary": "of terms",
    "alignments": "with other vocabularies",
    "links": "to other vocabularies, as we judge them",
    "dataset": "about the whole",
    INFERRED: "by the rules",
}
"""Named graph, and what follows its word in the heading of its statements."""

_PLAIN_TYPES = {f"{XSD}string", f"{RDF}langString"}


class Text(NamedTuple):
    """A literal: its text, and its datatype as a CURIE ("" for plain text)."""

    words: str
    datatype: str = ""


class Row(NamedTuple):
    """A property, those of its values that have the same sources, these, and the day of the last reading ("")."""

    name: Link
    values: tuple[Link | Text, ...]
    sources: tuple[Link, ...]
    days: str


class Group(NamedTuple):
    """What one named graph states about a thing; ``number`` counts the statements. ``page`` is that of the graph."""

    graph: str
    page: str
    title: str
    number: int
    rows: tuple[Row, ...]


def about(store: Store, iri: NamedNode) -> tuple[Group, ...]:
    """Return all statements about a thing, by named graph."""
    by_graph: dict[str, list[Quad]] = {}
    for quad in store.quads_for_pattern(iri, None, None, None):
        by_graph.setdefault(read.graph_name(quad), []).append(quad)
    elsewhere = _labels_elsewhere(store, iri) if "links" in by_graph else {}
    order = {name: place for place, name in enumerate(WORDS)}
    return tuple(
        Group(
            graph,
            addresses.address(PROJECT.prefixes["graph"] + graph),
            _TITLES.get(graph, "stated"),
            len(quads),
            tuple(_rows(store, quads, elsewhere)),
        )
        for graph, quads in sorted(by_graph.items(), key=lambda one: (order.get(one[0], len(order)), one[0]))
    )


def _rows(store: Store, quads: list[Quad], elsewhere: dict[NamedNode, str]) -> Iterable[Row]:
    found: dict[tuple[NamedNode, tuple[read.Provenance, ...]], list[Quad]] = {}
    for quad in quads:
        found.setdefault((quad.predicate, tuple(read.provenance(store, quad))), []).append(quad)
    rows = []
    for (name, provenance), of_name in found.items():
        shown = sorted((_value(store, name, quad.object, elsewhere) for quad in of_name), key=_by_words)
        thing = values.property_thing(store, name)
        sources = tuple(addresses.to(one.source.iri, one.source.label) for one in provenance if one.source is not None)
        days = sorted({one.source.checked_on for one in provenance if one.source and one.source.checked_on})
        rows.append(Row(addresses.link(thing), tuple(shown), sources, dates.shown(days[-1]) if days else ""))
    return sorted(rows, key=lambda row: (row.name.words.casefold(), row.name.name, row.values))


def _labels_elsewhere(store: Store, iri: NamedNode) -> dict[NamedNode, str]:
    """Return the terms of other vocabularies that a thing is mapped to, with the labels that they have there."""
    return {
        term: label
        for mapping in read.subjects(store, vocabulary.MAPS_SUBJECT, iri)
        if (label := read.text(store, mapping, vocabulary.OBJECT_LABEL))
        for term in read.objects(store, mapping, vocabulary.MAPS_OBJECT)
    }


def _value(store: Store, name: NamedNode, term: object, elsewhere: dict[NamedNode, str]) -> Link | Text:
    if isinstance(term, NamedNode):
        if label := elsewhere.get(term):
            short = PROJECT.shorten(term.value)
            return addresses.to(term, f"{label} ({values.local_name(term) if short == term.value else short})")
        return addresses.link(read.thing(store, term))
    if isinstance(term, Literal):
        datatype = "" if term.datatype.value in _PLAIN_TYPES else PROJECT.shorten(term.datatype.value)
        return Text(dates.shown(term.value) if name in dates.PROPERTIES else term.value, datatype)
    assert isinstance(term, BlankNode)  # noqa: S101 - the graph has no triple terms
    return Text(expression(store, values.value(store, term)), "class expression")


def expression(store: Store, one: values.Value) -> str:
    """Return a class expression in one line, with the labels of its terms.

    ``owl:unionOf`` is "or" and ``owl:intersectionOf`` "and"; other parts are property and value.
    """
    if isinstance(one, values.ExternalTerm):
        return one.label
    if isinstance(one, read.Thing):
        return one.label
    if isinstance(one, values.Members):
        return ", ".join(expression(store, each) for each in one.values)
    if isinstance(one, values.Expression):
        parts = []
        for name, part in one.parts:
            between = {"unionOf": " or ", "intersectionOf": " and "}.get(values.local_name(name))
            if between and isinstance(part, values.Members):
                parts.append(between.join(expression(store, each) for each in part.values))
            else:
                parts.append(f"{values.property_thing(store, name).label} {expression(store, part)}")
        return "(" + "; ".join(parts) + ")"
    return one.value


def is_a(store: Store, iri: NamedNode) -> tuple[Link, ...]:
    """Return the stated classes of a thing, ours first, one for each label."""
    found = {
        quad.object
        for quad in store.quads_for_pattern(iri, vocabulary.TYPE, None, None)
        if isinstance(quad.object, NamedNode) and not read.is_inferred(quad)
    }
    kinds = sorted(
        (term(store, one) for one in found),
        key=lambda one: (one.is_external, one.words, one.address),
    )
    return tuple({one.words: one for one in reversed(kinds)}.values())[::-1]


def term(store: Store, iri: NamedNode) -> Link:
    """Return a link to a term, with its label, or its local name in words if the graph has no label for it."""
    found = read.thing(store, iri)
    return addresses.to(iri, found.label if found.label not in (found.curie, iri.value) else values.in_words(iri))


def _by_words(one: Link | Text) -> tuple[str, str]:
    return one.words.casefold(), one.address if isinstance(one, Link) else one.datatype
