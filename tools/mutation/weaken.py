"""Shapes changed in one place: a parameter, list member or target removed, a value widened, a query less strict.

A changed shape is represented as a variant: the triples of the shape and of everything it refers to, under new names.
So many variants fit into one shapes graph, and one run validates with all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from imaging_trials.model.project import PROJECT
from tools.mutation import patterns, queries
from tools.mutation.aims import NUMBERS, Aim, aims, members
from tools.mutation.ground import Declaration, ground, node_name

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

    Statement = tuple[Node, Node, Node]

_LISTS = ("in", "languageIn", "or", "xone", "and")


@dataclass(frozen=True)
class Change:
    """One change of the shapes: where, what, and the triples that it removes and adds.

    ``aims`` are the constraints whose shapes reach the place; ``declaration`` is the target that is left out, if it is
    a target.
    """

    shape: str
    what: str
    removed: "tuple[Statement, ...]" = ()
    added: "tuple[Statement, ...]" = ()
    aims: tuple[Aim, ...] = ()
    declaration: Declaration | None = None

    @property
    def id(self) -> str:
        """Return a text that identifies the change."""
        return f"{self.shape}: {self.what}"


@cache
def below(root: Any) -> "frozenset[Statement]":
    """Return the triples of a shape and of what it refers to: not its targets, not the prefixes of queries."""
    from rdflib import SH

    targets = {SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf}
    of_forms = {SH.name, SH.description, SH.order, SH.group}  # not part of validation: SHACL, section 2.3.2
    shapes = ground().shapes
    waiting, seen = [root], {root}
    found = set()
    while waiting:
        node = waiting.pop()
        statements: Any = shapes.predicate_objects(node)
        for predicate, value in statements:
            if predicate in targets or predicate in of_forms or (node == root and predicate == SH.property):
                continue
            found.add((node, predicate, value))
            if predicate != SH.prefixes and value not in seen:
                seen.add(value)
                waiting.append(value)
    return frozenset(found)


@cache
def prefixes() -> "frozenset[Statement]":
    """Return the triples that declare prefixes for the queries."""
    from rdflib import SH

    shapes = ground().shapes
    found: set[Any] = set()
    for ontology, node in shapes.subject_objects(SH.declare):
        found.add((ontology, SH.declare, node))
        found |= {(node, predicate, value) for predicate, value in shapes.predicate_objects(node)}
    return frozenset(found)


def changes() -> list[Change]:
    """Return every change of the shapes that some test must notice."""
    at: dict[tuple[Any, Any, Any], list[Aim]] = {}
    for aim in aims():
        for statement in below(aim.shape):
            at.setdefault(statement, []).append(aim)
    found = []
    for statement in sorted(at, key=lambda s: (node_name(s[0]), str(s[1]), str(s[2]))):
        node, predicate, value = statement
        if not str(predicate).startswith(PROJECT.prefixes["sh"]):
            continue
        parameter = str(predicate).removeprefix(PROJECT.prefixes["sh"])
        for what, added in _parameter(node, parameter, value):
            found.append(Change(node_name(node), what, (statement,), added, tuple(at[statement])))
    for declaration in ground().declared:
        shape, kind, value = declaration
        mine = tuple(aim for aim in aims() if aim.owner == shape)
        what = f"without {node_name(kind)} {node_name(value)}"
        found.append(Change(node_name(shape), what, (declaration,), (), mine, declaration))
    return _numbered(found)


def _numbered(found: list[Change]) -> list[Change]:
    """Number the changes that have the same description."""
    times: dict[str, int] = {}
    distinct = []
    for change in found:
        times[change.id] = times.get(change.id, 0) + 1
        number = times[change.id]
        distinct.append(replace(change, what=f"{change.what} ({number})") if number > 1 else change)
    return distinct


def _parameter(node: Any, parameter: str, value: Any) -> "Iterator[tuple[str, tuple[Statement, ...]]]":
    """Yield the changes of one parameter: what, and the triples that replace it."""
    from rdflib import SH, Literal

    if parameter in {"path", "inversePath", "message", "prefixes"}:
        return
    if parameter == "severity":
        other = SH.Warning if value == SH.Violation else SH.Violation
        yield f"sh:severity {node_name(other)}", ((node, SH.severity, other),)
    elif parameter == "select":
        for what, query in queries.changes(str(value)):
            yield what, ((node, SH.select, Literal(query)),)
    else:
        shown = f" {node_name(value)}" if parameter in {"class", "node", "hasValue", "disjoint"} else ""
        yield f"without sh:{parameter}{shown}", ()
        for what, name, instead in _wider(parameter, value):
            yield what, ((node, SH[name], instead),)
        if parameter in _LISTS:
            for what, listed in _lists(parameter, members(value)):
                head, built = _listed(listed, f"{node}-{parameter}")
                yield what, ((node, SH[parameter], head), *built)


def _wider(parameter: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield weaker parameters than a parameter with this value: description, parameter and value."""
    from rdflib import SH, Literal

    if parameter in {"minCount", "maxCount"}:
        number = int(value) + (1 if parameter == "maxCount" else -1)
        if number > 0:
            yield f"sh:{parameter} {number}", parameter, Literal(number)
    elif parameter in NUMBERS:
        number = int(value) + (1 if parameter.startswith("max") else -1)
        yield f"sh:{parameter} {number}", parameter, Literal(number)
        swapped = parameter[:3] + ("Exclusive" if parameter.endswith("Inclusive") else "Inclusive")
        yield f"sh:{swapped} {value}", swapped, value
    elif parameter == "class":
        yield "sh:nodeKind sh:IRI", "nodeKind", SH.IRI
        for higher in sorted(ground().above.get(value, {value}) - {value}):
            if PROJECT.is_own(str(higher)):
                yield f"sh:class {node_name(higher)}", "class", higher
    elif parameter == "pattern":
        yield from ((f"sh:pattern {p}", "pattern", Literal(p)) for p in patterns.weaker(str(value)))
    for name, wider in _WIDER.get(parameter, ()):
        yield f"sh:{name} {wider or node_name(value)}", name, SH[wider] if wider else value


_WIDER = {
    "lessThan": [("lessThanOrEquals", "")],
    "datatype": [("nodeKind", "Literal")],
    "nodeKind": [("nodeKind", "IRIOrLiteral"), ("nodeKind", "BlankNodeOrIRI")],
    "xone": [("or", "")],
}
"""Parameters, and the weaker parameter and value (or the same value)."""


def _lists(parameter: str, listed: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield a list without one member, or with one more language."""
    from rdflib import Literal

    for member in listed if len(listed) > 1 else []:
        yield f"sh:{parameter} without {node_name(member)}", [other for other in listed if other != member]
    if parameter == "languageIn":
        yield "sh:languageIn with de", [*listed, Literal("de")]


def _listed(values: list[Any], name: str) -> "tuple[Node, tuple[Statement, ...]]":
    """Return a list with these values: its head, and its triples."""
    from rdflib import RDF, URIRef

    cells = [URIRef(f"{name}-{number}") for number in range(len(values))]
    built: list[Statement] = []
    for number, (cell, value) in enumerate(zip(cells, values, strict=True)):
        rest = cells[number + 1] if number + 1 < len(cells) else RDF.nil
        built += [(cell, RDF.first, value), (cell, RDF.rest, rest)]
    return cells[0], tuple(built)


def variant(aim: Aim, change: Change | None, mark: str) -> "tuple[Any, set[Statement]]":
    """Return the changed shape of an aim under a new name: its root, and its triples."""
    from rdflib import RDF, SH, BNode, URIRef

    triples = set(below(aim.shape))
    if change is not None:
        triples = (triples - set(change.removed)) | set(change.added)
    own = {subject for subject, _, _ in triples}
    # A result names its shape by its IRI, so blank nodes become IRIs too. A path does not: an IRI is another path.
    paths = {o for s, p, o in triples if p == SH.path and isinstance(o, BNode)}
    names = ((node, f"urn:x-blank:{node}" if isinstance(node, BNode) else node) for node in own if node != RDF.nil)
    renamed = {node: (BNode if node in paths else URIRef)(f"{name}{mark}") for node, name in names}
    return renamed[aim.shape], {(renamed[s], p, renamed.get(o, o)) for s, p, o in triples}


def shapes_graph(variants: "list[set[Statement]]") -> "Graph":
    """Return a shapes graph with several variants."""
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    for statement in prefixes():
        graph.add(statement)
    for triples in variants:
        for statement in triples:
            graph.add(statement)
    return graph
