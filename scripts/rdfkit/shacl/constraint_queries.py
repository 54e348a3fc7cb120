"""Constraints as SPARQL queries, so that any SPARQL engine can validate by them, one in a browser for example.

The queries read the focus nodes from the named graph `FOCUS`: first a caller adds the triples
``<FOCUS> <FOCUS> node`` there for the nodes that may be focus nodes, then it runs the updates of `Queries.targets`,
which add the focus nodes of each target. Everything else is looked up in the default graph, which is the data graph.
A constraint whose meaning in SPARQL would not be exact is refused by name.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyoxigraph import Quad, Triple

from rdfkit.base import Project
from rdfkit.shacl import prefixes
from rdfkit.shacl.engine import paths
from rdfkit.shacl.engine.engine import Unsupported, prepare
from rdfkit.shacl.engine.graph import SUBCLASS, TYPE, Graph
from rdfkit.shacl.engine.literals import lexical
from rdfkit.shacl.engine.shapes import SH, Constraint, Shape
from rdfkit.shacl.value_tests import Tests
from rdfkit.sparql import nodes, syntax

FOCUS = "urn:x-rdfkit:focus"
"""The named graph with the focus nodes; the targets are the IRIs that begin with this and have a number after it."""


class ConstraintQuery(NamedTuple):
    """A constraint of a shape as a SELECT query: each row is a violation.

    A row has ``this``, and where it applies ``value`` and ``path``; a query of SHACL-SPARQL may have more, for
    ``messages`` with ``{?name}``. ``target`` is the number of the target. A result without ``path`` has ``shape_path``,
    and one without ``value`` has ``this`` as its value if ``value_is_focus``. Terms are in N-Triples.
    """

    shape: str
    name: str
    parameter: str
    component: str
    severity: str
    messages: tuple[str, ...]
    shape_path: str
    value_is_focus: bool
    target: int
    text: str


class Queries(NamedTuple):
    """The updates that find the focus nodes, by number of the target, and the constraints."""

    targets: tuple[str, ...]
    constraints: tuple[ConstraintQuery, ...]


def focus(target: int | None = None) -> str:
    """Return the pattern that binds ``?this`` to the focus nodes of a target, or to all nodes that may be one."""
    node = FOCUS if target is None else f"{FOCUS}:{target}"
    return f"GRAPH <{FOCUS}> {{ <{node}> <{FOCUS}> ?this }}"


def of_shapes(project: Project, shapes: Iterable[Triple | Quad]) -> Queries:
    """Return all constraints of the shapes with targets as queries, in an order that depends on the shapes alone.

    Raises Unsupported, with the names of the shape and the feature, for what cannot be said exactly in SPARQL.
    """
    prepared = prepare(project, shapes)
    writer = _Writer(prepared.shapes.graph)
    roots = sorted(prepared.shapes.roots, key=lambda shape: shape.node)
    numbers: dict[tuple[tuple[str, str], ...], int] = {}
    found: list[ConstraintQuery] = []
    for root in roots:
        target = numbers.setdefault(tuple(sorted(root.targets)), len(numbers))
        found += writer.queries(root, target)
    found.sort(key=lambda each: (each.shape, each.target, each.parameter, each.text))
    return Queries(tuple(map(_update, numbers, numbers.values())), tuple(found))


def _update(targets: tuple[tuple[str, str], ...], number: int) -> str:
    """Return the update that finds the focus nodes of a target (SHACL 2.1.3)."""
    patterns = {
        "targetClass": f"?this {TYPE}/{SUBCLASS}* {{}} .",
        "targetNode": "FILTER(sameTerm(?this, {}))",
        "targetSubjectsOf": "FILTER EXISTS {{ ?this {} ?value }}",
        "targetObjectsOf": "FILTER EXISTS {{ ?subject {} ?this }}",
    }
    choices = " UNION ".join(f"{{ {focus()} {patterns[kind].format(value)} }}" for kind, value in targets)
    return f"INSERT {{ GRAPH <{FOCUS}> {{ <{FOCUS}:{number}> <{FOCUS}> ?this }} }} WHERE {{ {choices} }}"


class _Writer:
    """Writes the queries of shapes."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def queries(self, shape: Shape, target: int) -> Iterator[ConstraintQuery]:
        """Yield the queries of a shape and of its property shapes."""
        if not shape.active:
            return
        for constraint in shape.constraints:
            if constraint.parameter == "property":
                if shape.path is not None:
                    raise Unsupported(f"{shape.name} is a property shape with sh:property")
                yield from self.queries(constraint.shapes[0], target)
            elif constraint.node is None or not self._is_off(constraint.node):
                yield self._query(shape, constraint, target)

    def _is_off(self, node: str) -> bool:
        return "true" in map(lexical, self._graph.values(node, f"<{SH}deactivated>"))

    def _query(self, shape: Shape, constraint: Constraint, target: int) -> ConstraintQuery:
        messages = [*shape.messages]
        if constraint.parameter == "sparql":
            text, has_value = self._of_query(shape, constraint, target)
            messages += self._graph.values(str(constraint.node), f"<{SH}message>")
            is_focus = shape.path is None and not has_value
        elif constraint.node is not None:
            raise Unsupported(f"{shape.name} has a constraint of the custom component {constraint.value}")
        else:
            found = Tests(shape.name).violation(constraint, shape, "?this", "?value")
            test = f" FILTER({found.test})" if found.test else ""
            columns = "?this" + " ?value" * ("?value" in found.pattern) + " ?path" * ("?path" in found.pattern)
            text = f"SELECT DISTINCT {columns} WHERE {{ {focus(target)} {found.pattern}{test} }}"
            is_focus = shape.path is None and not found.pattern and constraint.parameter != "hasValue"
        return ConstraintQuery(
            shape=shape.node,
            name=next((lexical(each) for each in shape.values.get("name", ())), ""),
            parameter=constraint.parameter,
            component=constraint.component,
            severity=shape.severity,
            messages=tuple(sorted(map(lexical, messages))),
            shape_path=paths.written(shape.path) if shape.path is not None else "",
            value_is_focus=is_focus,
            target=target,
            text=text,
        )

    def _of_query(self, shape: Shape, constraint: Constraint, target: int) -> tuple[str, bool]:
        """Return a query of SHACL-SPARQL with the focus nodes in the place of the pre-bound ``$this`` (SHACL 5.3.1)."""
        node = str(constraint.node)
        text = lexical(self._graph.values(node, f"<{SH}select>")[0])
        known = {**prefixes.DEFAULT, **prefixes.of_query(self._graph, node)}
        document = syntax.read(text, prefixes=known)
        try:
            changes = [*_changes(document.query, focus(target))]
            changes += _paths(document, shape)
        except Unsupported as error:
            raise Unsupported(f"{shape.name} has a query with {error}") from None
        made, end = "", 0
        for start, stop, new in sorted(changes):
            made += text[end:start] + new
            end = stop
        used = {
            word.prefix for word in document.walk() if isinstance(word, nodes.Iri) and word.prefix is not None
        } - document.prefixes.keys()
        declared = "".join(f"PREFIX {name}: <{known[name]}>\n" for name in sorted(used))
        selected = {column.variable.name for column in document.query.columns if column.variable}
        return declared + made + text[end:], "value" in selected


_Change = tuple[int, int, str]


def _changes(query: nodes.Query, pattern: str) -> Iterator[_Change]:
    """Yield where the pattern of the focus nodes goes: into each group with ``$this``, before everything else.

    SPARQL evaluates a group on its own, so ``$this`` needs its values in each; a group of EXISTS sees them anyway.
    """
    if query.star is not None or "this" not in {column.variable.name for column in query.columns if column.variable}:
        raise Unsupported("a SELECT that does not name $this")
    if query.limit or query.offset:
        raise Unsupported("LIMIT or OFFSET, which would count all focus nodes together")
    computed = [part for column in query.columns if column.expression for part in nodes.walk(column)]
    computed += [part for each in query.having for part in nodes.walk(each)]
    is_aggregated = any(isinstance(part, nodes.Call) and part.kind == "aggregate" for part in computed)
    if (query.group_by or is_aggregated) and "this" not in {
        key.variable.name for key in query.group_by if key.variable and key.expression is None
    }:
        raise Unsupported("an aggregate that is not by $this")
    assert query.where is not None  # noqa: S101 - the engine has read the query
    yield from _into(query.where, pattern)


def _into(group: nodes.Group, pattern: str) -> Iterator[_Change]:
    is_select = isinstance(next(iter(group.elements), None), nodes.SubSelect)
    yield group.start + 1, group.start + 1, f" {pattern} {'{' if is_select else ''}"
    if is_select:
        yield group.end - 1, group.end - 1, "} "
    for each in group.elements:
        if isinstance(each, nodes.Filter | nodes.Bind | nodes.Triples):
            for part in nodes.walk(each):
                if isinstance(part, nodes.SubSelect) and _has_this(part):
                    raise Unsupported("a sub-select with $this in EXISTS")
        elif isinstance(each, nodes.Optional):
            yield from _into(each.group, pattern) if _has_this(each) else ()
        elif isinstance(each, nodes.Alternatives):
            for one in each.groups:
                yield from _into(one, pattern) if _has_this(one) else ()
        elif isinstance(each, nodes.SubSelect):
            yield from _changes(each.query, pattern) if _has_this(each) else ()
        else:
            raise Unsupported(f"{type(each).__name__.upper()}")


def _has_this(node: nodes.Node) -> bool:
    return any(isinstance(part, nodes.Variable) and part.name == "this" for part in nodes.walk(node))


def _paths(document: syntax.Document, shape: Shape) -> Iterator[_Change]:
    for part in document.walk():
        if isinstance(part, nodes.Variable) and part.name in {"currentShape", "shapesGraph"}:
            raise Unsupported(f"${part.name}")
        if isinstance(part, nodes.Variable) and part.name == "PATH" and shape.path is not None:
            yield part.start, part.end, f" {paths.written(shape.path)} "


__all__ = ["FOCUS", "ConstraintQuery", "Queries", "Unsupported", "focus", "of_shapes"]
