"""The fast engine: SHACL core and most SPARQL constraints, a set of focus nodes at a time, with pySHACL's results.

Prepared shapes can validate any number of graphs. `prepare` refuses unsupported shapes with one sentence.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyoxigraph import BlankNode, Quad, Triple

from rdfkit.base import Project, UserError
from rdfkit.shacl import components, prefixes
from rdfkit.shacl.engine import core, plan, query
from rdfkit.shacl.engine.graph import TYPE, Graph, gc_disabled
from rdfkit.shacl.engine.literals import language, lexical, to_term
from rdfkit.shacl.engine.paths import Step, walk
from rdfkit.shacl.engine.shapes import SH, Constraint, Shape, Shapes, Unsupported, path_triples, read
from rdfkit.shacl.messages import of_solution
from rdfkit.shacl.report.model import Result
from rdfkit.shacl.terms import LABELS, Term, term_text

__all__ = ["Outcome", "Prepared", "Unsupported", "prepare", "validate"]

_LABELS = tuple(f"<{iri}>" for iri in LABELS)


@dataclass(frozen=True)
class Prepared:
    """Shapes that are ready for validation, with their queries parsed."""

    project: Project
    shapes: Shapes
    queries: dict[tuple[str, Constraint], query.Query]
    """By the node of the shape and the constraint."""
    custom: dict[str, components.Component]
    """The constraint components that the shapes declare, by node."""


@dataclass(frozen=True)
class Outcome:
    """The results, unsorted, and the focus nodes."""

    results: list[Result]
    checked: set[str]
    """In N-Triples."""
    roots: set[str]
    """The nodes of the shapes with a focus node."""


def prepare(project: Project, triples: Iterable[Triple | Quad]) -> Prepared:
    """Return the shapes of a shapes graph, ready for validation.

    Raises Unsupported, with the names of the shape and the feature, if only pySHACL supports these shapes.
    """
    shapes = read(project, triples)
    custom = {each.node: each for each in components.declared(shapes.graph)}
    prepared = Prepared(project, shapes, {}, custom)
    run = _Run(Graph.from_triples(()), prepared)
    waiting = list(shapes.roots)
    seen = set(waiting)
    while waiting:
        shape = waiting.pop()
        for constraint in shape.constraints:
            if constraint.node is not None:
                prepared.queries[shape.node, constraint] = _parsed(shapes.graph, shape, constraint)
            new = [part for part in constraint.shapes if part not in seen]
            seen.update(new)
            waiting += new
        # An empty graph will do: whether a constraint can be compiled does not depend on the data.
        run.checks(shape)
    return prepared


def validate(graph: Graph, prepared: Prepared, among: Collection[Term | str] | None = None) -> Outcome:
    """Return the results for a graph: for all focus nodes, or for those ``among`` some nodes."""
    run = _Run(graph, prepared)
    wanted = None if among is None else {str(node) for node in among}
    targets: dict[tuple[tuple[str, str], ...], set[str]] = {}
    results = []
    roots = set()
    with gc_disabled():
        for shape in prepared.shapes.roots:
            focus = targets.get(shape.targets)
            if focus is None:
                everything = _targets(graph, shape)
                focus = targets[shape.targets] = everything if wanted is None else everything & wanted
            if focus:
                roots.add(shape.node)
                results += [run.result(*found) for found in run.violations(shape, focus)]
    run.forget()
    checked = set().union(*targets.values())
    return Outcome(results, checked, roots)


def _targets(graph: Graph, shape: Shape) -> set[str]:
    """Return the focus nodes of a shape by its target declarations (SHACL 2.1.3)."""
    sets: list[Collection[str]] = []
    for kind, value in shape.targets:
        if kind == "targetClass":
            sets.append(graph.instances(value))
        elif kind == "targetNode":
            sets.append({value})
        else:
            sets.append((graph.objects if kind == "targetSubjectsOf" else graph.subjects)(value).keys())
    return set().union(*sets)


def _parsed(graph: Graph, shape: Shape, constraint: Constraint) -> query.Query:
    """Return the query of a SPARQL constraint or a validator (SHACL 5.3, 6.3), with the prefixes declared for it."""
    node = str(constraint.node)
    texts = [*graph.values(node, f"<{SH}select>"), *graph.values(node, f"<{SH}ask>")]
    if len(texts) != 1:
        raise Unsupported(f"{shape.name} has a SPARQL constraint without exactly one sh:select")
    constants = {name: value for name, value in constraint.given if value is not None}
    constants["currentShape"] = shape.node
    try:
        return query.parse(
            lexical(texts[0]),
            prefixes.of_query(graph, node),
            shape.path,
            inputs=inputs_of(graph, constraint),
            constants=constants,
        )
    except Unsupported as error:
        raise Unsupported(f"{shape.name} uses {error}") from None


def inputs_of(graph: Graph, constraint: Constraint) -> tuple[str, ...]:
    """Return the variables that have a value for each run of a query: an ASK query also tests a value node."""
    is_ask = not constraint.parameter and graph.values(str(constraint.node), f"<{SH}ask>")
    return ("this", "value") if is_ask else ("this",)


class _Run:
    """One validation: a graph, and the checks that are compiled against it."""

    def __init__(self, graph: Graph, prepared: Prepared) -> None:
        self.graph = graph
        self.prepared = prepared
        self._checks: dict[Shape, list[tuple[Constraint, core.Check]]] = {}

    def checks(self, shape: Shape) -> list[tuple[Constraint, core.Check]]:
        """Return the compiled constraints of a shape, without sh:property."""
        found = self._checks.get(shape)
        if found is None:
            found = self._checks[shape] = []
            for constraint in shape.constraints:
                if constraint.node is not None:
                    found.append((constraint, self._sparql(shape, constraint)))
                elif constraint.parameter != "property":
                    check = core.compile_constraint(constraint, shape, self.graph, self.failing)
                    found.append((constraint, check))
        return found

    def forget(self) -> None:
        """Drop the checks, which refer to this run: the graph is then freed at once, without the garbage collector."""
        self._checks.clear()

    def violations(self, shape: Shape, focus: Collection[str]) -> "Iterator[tuple[Shape, Constraint, core.Found]]":
        """Yield the violations of some nodes: the shape, the constraint, and what it found."""
        if not shape.active:
            return
        values = self._values(shape)
        for constraint, check in self.checks(shape):
            for found in check(focus, values):
                yield shape, constraint, found
        for constraint in shape.constraints:
            if constraint.parameter == "property":
                below = focus if shape.path is None else [value for node in focus for value in values(node)]
                yield from self.violations(constraint.shapes[0], below)

    def _values(self, shape: Shape) -> Step:
        return walk(shape.path, self.graph) if shape.path is not None else lambda node: (node,)

    def failing(self, shape: Shape, nodes: Collection[str]) -> set[str]:
        """Return the nodes that do not conform to a shape."""
        if not (shape.active and nodes):
            return set()
        values = self._values(shape)
        bad = {found[0] for _, check in self.checks(shape) for found in check(nodes, values)}
        for constraint in shape.constraints:
            if constraint.parameter == "property":
                below = nodes if shape.path is None else {value for node in nodes for value in values(node)}
                wrong = self.failing(constraint.shapes[0], below)
                bad.update(node for node in nodes if not wrong.isdisjoint(values(node)))
        return bad

    def _sparql(self, shape: Shape, constraint: Constraint) -> core.Check:
        shapes = self.prepared.shapes.graph
        node = str(constraint.node)
        if "true" in map(lexical, shapes.values(node, f"<{SH}deactivated>")):
            return lambda _focus, _values: iter(())
        parsed = self.prepared.queries[shape.node, constraint]
        inputs = inputs_of(shapes, constraint)
        try:
            solutions = plan.compiled(parsed, self.graph, inputs)
        except Unsupported as error:
            raise Unsupported(f"{shape.name} uses {error}") from None
        except UserError as error:
            raise UserError(f"{shape.name}: {error}") from None
        if len(inputs) > 1:
            return partial(_not_true, solutions)
        selected = {name: place for place, name in enumerate(parsed.selected)}
        path, value = selected.get("path"), selected.get("value")

        def check(focus: Collection[str], _values: Step) -> Iterator[core.Found]:
            for this, *row in solutions(focus):
                found = row[value] if value is not None else None
                where = row[path] if path is not None else None
                if found is None and shape.path is None:
                    found = this
                yield this, found, where, {name: row[place] for name, place in selected.items() if row[place]}

        return check

    def result(self, shape: Shape, constraint: Constraint, found: core.Found) -> Result:
        """Return a validation result (SHACL 3.6.2)."""
        focus, value, path = found[:3]
        shapes = self.prepared.shapes.graph
        path_node = path or shape.path_node
        messages = self._messages(shape, constraint, found)
        path_term: Any = to_term(path_node) if path_node else None
        return Result(
            file="",
            focus=to_term(focus),
            label=self._label(focus),
            path=path_term,
            value=to_term(value) if value is not None else None,
            component=constraint.component,
            severity=shape.severity,
            shape=to_term(shape.node),
            constraint=to_term(constraint.node) if constraint.parameter == "sparql" and constraint.node else None,
            messages=tuple(sorted(text for text, _ in messages)),
            languages=tuple(sorted((text, tag) for text, tag in messages if tag)),
            path_triples=tuple(path_triples(shapes, str(path_node))) if isinstance(path_term, BlankNode) else (),
        )

    def _messages(self, shape: Shape, constraint: Constraint, found: core.Found) -> list[tuple[str, str]]:
        """Return the messages of a result, each with its language (SHACL 2.1.5, 5.3.2)."""
        shapes = self.prepared.shapes.graph
        if constraint.node is None:
            if not shape.messages:
                return [(f"sh:{constraint.parameter} {self._short(constraint.value)} does not hold.", "")]
            return [(lexical(text), language(text)) for text in shape.messages]
        if constraint.parameter:
            own = shapes.values(constraint.node, f"<{SH}message>")
        else:
            own = self.prepared.custom[constraint.value].messages(shapes, constraint.node)
        path = found[2] or shape.path_node
        terms = {"this": found[0], "value": found[1], "path": path, "PATH": path, **dict(constraint.given)}
        terms |= found[3] if len(found) == 4 else {}
        return of_solution(self.prepared.project, shapes, shape.node, own, terms)

    def _short(self, value: str) -> str:
        return "" if value[0] == "_" else term_text(self.prepared.project, to_term(value))

    def _label(self, focus: str) -> str:
        """Return the label of a node as `pyshacl_engine` does."""
        for name in _LABELS:
            texts = [value for value in self.graph.values(focus, name) if value[0] == '"']
            if texts:
                return min((language(text) not in {"en", ""}, lexical(text)) for text in texts)[1]
        if focus[0] == "_":
            kinds = sorted(term_text(self.prepared.project, to_term(kind)) for kind in self.graph.values(focus, TYPE))
            return f"unnamed {kinds[0]}" if kinds else "unnamed"
        return ""


def _not_true(
    solutions: Callable[[Collection[Any]], Iterable[tuple[Any, ...]]], focus: Collection[str], values: Step
) -> Iterator[core.Found]:
    """Yield the values for which an ASK query is not true (SHACL 6.3)."""
    pairs = [(node, value) for node in focus for value in values(node)]
    good = {(this, value) for this, value, *_ in solutions(pairs)}
    return ((node, value, None) for node, value in pairs if (node, value) not in good)
