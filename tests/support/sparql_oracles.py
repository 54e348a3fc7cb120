"""The results of a constraint's query in three other engines: rdflib as pySHACL runs it, TopQuadrant SHACL, Oxigraph.

A result is a focus node and the value of the second column, in a form in which equal numbers are equal.
"""

from collections.abc import Collection, Iterable
from random import Random
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple, Variable

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import rdflib_adapter
from rdfkit.shacl.engine import plan, query
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.engine.literals import to_term
from rdfkit.shacl.engine.shapes import Unsupported

SH = PROJECT.prefixes["sh"]
XSD = PROJECT.prefixes["xsd"]
NUMERIC = {f"{XSD}{name}" for name in ("integer", "decimal", "double", "float", "byte")}

Found = frozenset[tuple[str, str]]


def comparable(term: Any) -> str:
    """Return a term as a text; numbers by value, blank nodes without their label."""
    if term is None:
        return ""
    if isinstance(term, BlankNode):
        return "_"
    if isinstance(term, Literal) and term.datatype.value in NUMERIC:
        try:
            number = float(term.value)
        except ValueError:
            return str(term)
        return f"{number:.9g}"
    return str(term)


def fast(text: str, data: Collection[Triple], focus: Iterable[NamedNode]) -> Found | str:
    """Return the results of the fast engine, or why it refuses the query."""
    try:
        parsed = query.parse(text, {})
        solutions = plan.compiled(parsed, Graph.from_triples(data))
    except Unsupported as error:
        return str(error)
    found = solutions({str(this) for this in focus})
    at = 1 + next(place for place, name in enumerate(parsed.selected) if name != "this")
    return frozenset((row[0], comparable(to_term(row[at] or row[0]))) for row in found)


def oxigraph(text: str, data: Iterable[Triple], focus: Iterable[NamedNode]) -> Found | None:
    """Return the results of Oxigraph, with each focus node substituted for ``$this``; None if it fails."""
    store = Store()
    store.extend(Quad(*triple) for triple in data)
    found = set()
    for this in focus:
        try:
            rows = store.query(text, substitutions={Variable("this"): this})
        except (SyntaxError, RuntimeError, ValueError):
            return None
        names = [name.value for name in rows.variables]
        at = next(place for place, name in enumerate(names) if name != "this")
        found |= {(str(this), comparable(row[at] or this)) for row in rows}
    return frozenset(found)


def rdflib(text: str, graph: Any, focus: Iterable[NamedNode]) -> Found | None:
    """Return the results of rdflib, with ``$this`` bound before; None if it fails."""
    from rdflib.plugins.sparql import prepareQuery

    found = set()
    try:
        prepared = prepareQuery(text)
        for this in focus:
            rows = graph.query(prepared, initBindings={"this": rdflib_adapter.to_rdflib(this)})
            at = next(place for place, name in enumerate(rows.vars) if str(name) != "this")
            for row in rows:
                value = row[at]
                found.add((str(this), comparable(this if value is None else rdflib_adapter.from_rdflib(value))))
    except Exception:  # noqa: BLE001 - whatever it raises is no vote
        return None
    return frozenset(found)


def topquadrant(texts: list[str], data: Collection[Triple], focus: Collection[NamedNode]) -> list[Found | None]:
    """Return the results of TopQuadrant SHACL for some queries, each in a shape of its own; None if one fails."""
    from tests.support.engines import jena

    ex = "http://example.org/shape"
    shapes = []
    for number, text in enumerate(texts):
        shape, constraint = NamedNode(f"{ex}{number}"), NamedNode(f"{ex}{number}-query")
        shapes += [Triple(shape, NamedNode(SH + "targetNode"), one) for one in focus]
        shapes += [
            Triple(shape, NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), NamedNode(SH + "NodeShape")),
            Triple(shape, NamedNode(SH + "sparql"), constraint),
            Triple(constraint, NamedNode(SH + "select"), Literal(text)),
        ]
    try:
        results = jena.shacl(data, shapes)
    except Exception:  # noqa: BLE001 - a Java exception, for one query of them
        if len(texts) == 1:
            return [None]
        half = len(texts) // 2
        return topquadrant(texts[:half], data, focus) + topquadrant(texts[half:], data, focus)
    found: list[set[tuple[str, str]]] = [set() for _ in texts]
    for result in results:
        found[int(result.shape.value.removeprefix(ex))].add((str(result.focus), comparable(result.value)))
    return [frozenset(each) for each in found]


# Data


def typed(text: str, kind: str) -> Literal:
    """Return a literal of an XSD datatype."""
    return Literal(text, datatype=NamedNode(XSD + kind))


def node(name: str) -> NamedNode:
    """Return a node of the data."""
    return NamedNode("http://example.org/" + name)


FOCUS = [node(name) for name in "abcde"]
NUMBERS = [typed("1", "integer"), typed("2", "integer"), typed("-3", "integer"), typed("2.5", "decimal")]
DATES = [
    *(typed(text, "date") for text in ("2024-02-29", "2024-03-01", "2024-03-01Z")),
    *(
        typed(text, "dateTime")
        for text in ("2024-02-29T12:00:00", "2024-02-29T12:00:00Z", "2024-02-29T14:00:00.5+02:00")
    ),
]
# No two have the same value: Jena's graphs and Oxigraph find a triple by the value of its number, not by the term.
LITERALS = [
    *(Literal(text) for text in ("a", "b", "text", "", "a b")),
    *(Literal(text, language=tag) for text, tag in (("a", "en"), ("b", "en-gb"), ("b", "fr"))),
    *(typed("8.5E0", "double"), typed("true", "boolean"), typed("9", "byte")),
    Literal("x", datatype=node("own")),
    *NUMBERS,
    *DATES,
]


def some_data(random: Random) -> set[Triple]:
    """Return a small graph, dense enough for most patterns to match."""
    blank, head = BlankNode("u"), BlankNode("l")
    nodes = [*FOCUS, blank]
    found = set()
    for _ in range(40):
        value = random.choice(nodes) if random.randrange(10) < 6 else random.choice(LITERALS)
        found.add(Triple(random.choice(nodes), node(random.choice("ppqqr")), value))
    found |= {Triple(random.choice(FOCUS), node("n"), random.choice(NUMBERS)) for _ in range(4)}
    found |= {Triple(random.choice(FOCUS), node("on"), random.choice(DATES)) for _ in range(3)}
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    found |= {Triple(node("a"), node("r"), head), Triple(head, NamedNode(rdf + "first"), NUMBERS[0])}
    found |= {Triple(head, NamedNode(rdf + "rest"), NamedNode(rdf + "nil"))}
    return found | {Triple(node(one), NamedNode(rdf + "type"), node(kind)) for one, kind in ("ab", "cd")}
