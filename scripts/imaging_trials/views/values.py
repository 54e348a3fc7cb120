"""Values of a card: literals, things, terms of other vocabularies, class expressions and lists."""

import re
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from imaging_trials.model import read, vocabulary

MAX_NESTING_DEPTH = 8
"""How deep class expressions are read; deeper parts are left out."""


@dataclass(frozen=True)
class ExternalTerm:
    """A term of another vocabulary that a mapping leads to, with the label that it has there."""

    thing: read.Thing
    label: str


@dataclass(frozen=True)
class Expression:
    """A class expression (a blank node): its properties with their values. It is empty where nesting is too deep."""

    parts: tuple[tuple[NamedNode, "Value"], ...]


@dataclass(frozen=True)
class Members:
    """An RDF list."""

    values: tuple["Value", ...]


Value = Literal | read.Thing | ExternalTerm | Expression | Members


def value(store: Store, term: object, depth: int = 0) -> Value:
    """Return an RDF term as a value of a card: blank nodes as class expressions or lists."""
    if isinstance(term, NamedNode):
        return read.thing(store, term)
    if isinstance(term, BlankNode):
        return _expression(store, term, depth)
    assert isinstance(term, Literal)  # noqa: S101 - the graph has no triple terms
    return term


def _expression(store: Store, node: BlankNode, depth: int) -> Expression | Members:
    if depth > MAX_NESTING_DEPTH:
        return Expression(())
    quads = sorted(store.quads_for_pattern(node, None, None, None), key=lambda quad: str(quad.predicate))
    quads = [quad for quad in quads if quad.predicate != vocabulary.TYPE]
    if [quad.predicate for quad in quads] == [vocabulary.FIRST, vocabulary.REST]:
        first, rest = (value(store, quad.object, depth + 1) for quad in quads)
        if isinstance(rest, Members):
            return Members((first, *rest.values))
        is_last = isinstance(rest, read.Thing) and rest.iri == vocabulary.NIL
        return Members((first,) if is_last else (first, rest))
    return Expression(tuple((quad.predicate, value(store, quad.object, depth + 1)) for quad in quads))


def property_thing(store: Store, name: NamedNode) -> read.Thing:
    """Return a property with its label; a property of another vocabulary has its local name in words as label."""
    if name == vocabulary.TYPE:
        return read.Thing(name, "is a")
    return read.Thing(name, read.text(store, name, vocabulary.PREF_LABEL) or in_words(name))


def local_name(iri: NamedNode) -> str:
    """Return what follows the last ``/`` or ``#`` of an IRI."""
    return re.split("[/#]", iri.value)[-1]


def sort_key(one: Value) -> tuple[str, str]:
    """Return what values are sorted by: label or text without regard to case, then the IRI."""
    if isinstance(one, read.Thing):
        label = "" if one.label == one.curie else one.label
        return f"{label} ({one.curie})".casefold() if label else one.curie.casefold(), one.iri.value
    return (one.value.casefold(), one.value) if isinstance(one, Literal) else ("", "")


def in_words(term: NamedNode) -> str:
    """Return the local name of a term as words.

    >>> in_words(NamedNode("https://schema.org/sameAs"))
    'same as'
    """
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", local_name(term)).lower()
