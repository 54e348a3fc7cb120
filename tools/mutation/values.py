"""Values to put into a record: those of valid records and of the data, and those close to a value or a text."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import chain, islice
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import rdflib_adapter
from tools.mutation import patterns
from tools.mutation.ground import ground, stated
from tools.mutation.records import valid_bases

XSD = PROJECT.prefixes["xsd"]
TYPE = NamedNode(PROJECT.expand("rdf:type"))
IN_SCHEME = NamedNode(PROJECT.expand("skos:inScheme"))
NOTHING = NamedNode("https://example.org/nothing-describes-this")
OTHERS = [
    NamedNode(PROJECT.expand(name))
    for name in ("agent:fes", "organization:nci", "section:general", "article:boellaard-2015", "phase:phase-1")
]
"""Things of the shipped graph from five unrelated classes."""


def of_type(text: str, kind: str) -> Literal:
    """Return a literal of an XML Schema type."""
    return Literal(text, datatype=NamedNode(XSD + kind))


@cache
def pool() -> dict[str, list[Any]]:
    """Return the values that each property has in valid records and in the data, and all concepts as well."""
    found: dict[str, dict[Any, None]] = defaultdict(dict)
    for base in valid_bases():
        for triple in base.triples:
            found[triple.predicate.value][triple.object] = None
    kept = {PROJECT.graph_iri(name) for name in ("page", "curated", "concepts", "links", "vocabulary", "dataset")}
    for quad in sorted((q for q in ground().context.quads if q.graph_name in kept), key=lambda q: str(q.object)):
        if not isinstance(quad.object, BlankNode):
            found[quad.predicate.value][quad.object] = None
    for values in found.values():
        schemes = {quad.object for value in values for quad in stated(value, IN_SCHEME)}
        for scheme in sorted(schemes, key=str):
            members_of = (quad.subject for quad in stated(None, IN_SCHEME, scheme))
            values.update(dict.fromkeys(sorted(members_of, key=str)))
    return {name: list(values) for name, values in found.items()}


def is_a(node: Any, kind: Any) -> bool:
    """Return whether the shipped graph has a node as an instance of a class (given as rdflib's)."""
    on = ground()
    return any(
        kind in on.above.get(rdflib_adapter.to_rdflib(quad.object), {rdflib_adapter.to_rdflib(quad.object)})
        for quad in stated(node, TYPE)
    )


def near(literal: Literal) -> Iterator[Literal]:
    """Yield literals of the same kind with a value next to that of the given one."""
    value, kind = literal.value, literal.datatype.value.removeprefix(XSD)
    if literal.language:
        yield from (Literal(text, language=literal.language) for text in (value + " again", "Another text"))
    elif kind == "integer":
        yield from (of_type(str(int(value) + step), kind) for step in (1, -1, 10, -4))
    elif kind == "decimal":
        yield from (of_type(str(float(value) + step), kind) for step in (0.05, -0.05, 100.0))
    elif kind == "boolean":
        yield of_type("false" if value == "true" else "true", kind)
    elif kind == "date":
        day = dt.date.fromisoformat(value)
        for step in (1, -1, 31, -31, 366, -366):
            yield of_type((day + dt.timedelta(step)).isoformat(), kind)
    else:
        yield Literal(value + "x")
        yield from (Literal(text) for text in one_character_off(value))


def one_character_off(text: str) -> Iterator[str]:
    """Yield texts that differ from one in a character: left out, doubled, replaced, or added before or behind."""
    for extra in ("x", "0", "X", " ", "-", "é"):
        yield text + extra
        yield extra + text
    for index in range(len(text)):
        yield text[:index] + text[index + 1 :]
        yield text[: index + 1] + text[index:]
        for other in ("a", "Z", "0", "7", " ", ".", "_", "-", "é"):
            if other != text[index]:
                yield text[:index] + other + text[index + 1 :]
    yield text.swapcase()
    yield ""


def off(pattern: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield similar texts that do not match a pattern (SHACL 4.4.3; XPath's syntax as far as Python's is the same).

    First come those that match a pattern weakened in one place.
    """
    wrong = [near for near in dict.fromkeys(one_character_off(text)) if not re.search(pattern, near)]
    for weaker in patterns.weaker(pattern):
        twice = (other for near in wrong for other in one_character_off(near) if not re.search(pattern, other))
        passing = next((near for near in chain(wrong, islice(twice, 3000)) if re.search(weaker, near)), None)
        if passing is not None:
            yield "off-pattern", passing
    yield from (("out-of-pattern", near) for near in wrong)
