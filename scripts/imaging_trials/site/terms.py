"""The vocabulary: one page with an anchor for every class and property, and what shapes ask of each."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyoxigraph import NamedNode, Store

from imaging_trials.model import PROJECT, read, vocabulary
from imaging_trials.site import addresses, parts, shapes, statements
from imaging_trials.site.addresses import Link
from imaging_trials.site.typography import typeset
from imaging_trials.views import values
from rdfkit.base import UserError

_HOME = Link("Home", addresses.HOME)


def _term(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


_CLASS = _term("owl:Class")
_SUB_CLASS_OF, _DOMAIN, _RANGE = _term("rdfs:subClassOf"), _term("rdfs:domain"), _term("rdfs:range")
_EXAMPLE, _SCOPE_NOTE = _term("skos:example"), _term("skos:scopeNote")


class Term(NamedTuple):
    """A class or property: texts, and facts with links, for an entry of the page."""

    anchor: str
    name: str
    label: str
    kind: str
    definition: str
    notes: tuple[str, ...]
    facts: tuple[tuple[str, parts.Cell], ...]
    constraints: tuple[Link, ...]


def vocabulary_page(store: Store, rules: Store) -> parts.Page:
    """Return the page of the vocabulary: every class and property, with what is asked of it."""
    asked = _constraints(store, rules)
    terms = [_entry(store, one, asked.get(one, [])) for one in _terms(store)]
    terms.sort(key=lambda one: one.label.casefold())
    groups = {
        "Classes": [one for one in terms if one.kind == "class"],
        "Properties": [one for one in terms if one.kind != "class"],
    }
    iri = NamedNode(PROJECT.base + "vocab")
    return parts.Page(
        path=addresses.VOCABULARY,
        title="Vocabulary",
        trail=(_HOME,),
        lead=read.text(store, iri, _term("dcterms:description")),
        iri=iri.value,
        formats="vocab",
        template="vocab.html",
        more={"groups": groups, "statements": parts.Statements("About the vocabulary", statements.about(store, iri))},
    )


def describe_term(store: Store, rules: Store, iri: NamedNode) -> Term:
    """Return what the page says of one class or property; ``rules`` are the shapes."""
    return _entry(store, iri, _constraints(store, rules).get(iri, []))


def _terms(store: Store) -> list[NamedNode]:
    found = {quad.subject for quad in store if isinstance(quad.subject, NamedNode)}
    return sorted((one for one in found if one.value.startswith(PROJECT.vocabulary)), key=lambda one: one.value)


def _entry(store: Store, iri: NamedNode, asked: list[Link]) -> Term:
    classes = {quad.object for quad in store.quads_for_pattern(iri, vocabulary.TYPE, None, None)}
    is_class = _CLASS in classes
    kind = "class" if is_class else "data property" if _term("owl:DatatypeProperty") in classes else "property"
    facts = list(_facts_of_class(store, iri) if is_class else _facts_of_property(store, iri))
    examples = [_example(store, text) for text in read.texts(store, iri, _EXAMPLE)]
    if examples:
        facts.append(("example", parts.joined(examples)))
    aligned = _aligned(store, iri)
    if aligned:
        facts.append(("elsewhere", parts.joined(aligned)))
    if not is_class:
        used = sum(1 for _ in store.quads_for_pattern(None, iri, None, None))
        facts.append(("used in", (f"{used:,} {'statement' if used == 1 else 'statements'}",)))
    return Term(
        iri.value.removeprefix(PROJECT.vocabulary),
        PROJECT.shorten(iri.value),
        read.label(store, iri),
        kind,
        typeset(read.text(store, iri, vocabulary.DEFINITION)),
        tuple(typeset(text) for text in read.texts(store, iri, _SCOPE_NOTE)),
        tuple((label, cell) for label, cell in facts if cell),
        tuple(asked),
    )


def _facts_of_class(store: Store, iri: NamedNode) -> Iterator[tuple[str, parts.Cell]]:
    yield "is a kind of", _cells(store, _stated(store, iri, _SUB_CLASS_OF))
    yield "has the kinds", parts.joined(_things(store, _stated_subjects(store, _SUB_CLASS_OF, iri)))
    yield "has properties", parts.joined(_things(store, _stated_subjects(store, _DOMAIN, iri)))
    yield "is the value of", parts.joined(_things(store, _stated_subjects(store, _RANGE, iri)))
    count = len(read.members(store, iri))
    yield "members", (f"{count:,}",) if count else ()


def _facts_of_property(store: Store, iri: NamedNode) -> Iterator[tuple[str, parts.Cell]]:
    yield "of", _cells(store, _stated(store, iri, _DOMAIN))
    yield "leads to", _cells(store, _stated(store, iri, _RANGE))
    yield "is narrower than", _cells(store, _stated(store, iri, vocabulary.SUB_PROPERTY_OF))
    yield "is wider than", parts.joined(_things(store, _stated_subjects(store, vocabulary.SUB_PROPERTY_OF, iri)))
    inverse = {*_stated(store, iri, vocabulary.INVERSE_OF), *_stated_subjects(store, vocabulary.INVERSE_OF, iri)}
    yield "is the inverse of", _cells(store, sorted(inverse, key=str))


def _stated(store: Store, iri: NamedNode, name: NamedNode) -> list[object]:
    found = {
        quad.object for quad in store.quads_for_pattern(iri, name, None, None) if read.graph_name(quad) == "vocabulary"
    }
    return sorted(found, key=lambda one: str(values.value(store, one)))


def _stated_subjects(store: Store, name: NamedNode, iri: NamedNode) -> list[NamedNode]:
    found = {
        quad.subject
        for quad in store.quads_for_pattern(None, name, iri, None)
        if isinstance(quad.subject, NamedNode) and read.graph_name(quad) == "vocabulary"
    }
    return sorted(found, key=lambda one: one.value)


def _cells(store: Store, terms: Iterable[object]) -> parts.Cell:
    pieces: list[parts.Piece] = []
    for term in terms:
        pieces += [", "] if pieces else []
        if isinstance(term, NamedNode):
            pieces.append(statements.term(store, term))
        else:
            pieces.append(statements.expression(store, values.value(store, term)))
    return tuple(pieces)


def _things(store: Store, iris: Iterable[NamedNode]) -> list[Link]:
    return [statements.term(store, one) for one in iris]


def _example(store: Store, text: str) -> Link:
    """Return an example, which is a CURIE, as a link to its thing; any other text leads nowhere."""
    try:
        iri = NamedNode(PROJECT.expand(text))
    except (UserError, ValueError):
        return Link(typeset(text), "")
    return addresses.link(read.thing(store, iri)) if read.has_statements(store, iri) else Link(text, "", text)


def _aligned(store: Store, iri: NamedNode) -> list[Link]:
    found = [
        addresses.to(
            quad.object, f"{values.property_thing(store, quad.predicate).label} {PROJECT.shorten(quad.object.value)}"
        )
        for quad in store.quads_for_pattern(iri, None, None, None)
        if read.graph_name(quad) in ("alignments", "links")
        and isinstance(quad.object, NamedNode)
        and not PROJECT.is_own(quad.object.value)
    ]
    return sorted(found)


def _constraints(store: Store, rules: Store) -> dict[NamedNode, list[Link]]:
    """Return, for each class and property, the shapes about it that report something.

    Their names state the rules. What they report is on the page of the shapes, because this page must stay light.
    """
    found: dict[NamedNode, list[Link]] = {}
    for shape in shapes.shapes(store, rules):
        about = [shape.path] if shape.path else shape.classes
        for link in about:
            if link and link.address.startswith(f"{addresses.VOCABULARY}#") and shape.message:
                iri = NamedNode(PROJECT.vocabulary + link.address.partition("#")[2])
                found.setdefault(iri, []).append(shape.link)
    return found
