"""The triple patterns of a SPARQL query, and the quads of a store that match them.

Each triple pattern has the graph in which it is evaluated, and the variables that mean the same in the whole query. The
body of a sub-select has its own variables; a pattern there can match more quads than the query used.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from rdfkit.base import UserError
from rdfkit.sparql import nodes, syntax

Solution = Mapping[str, Any]
"""Values of variables, by name, as pyoxigraph terms."""


@dataclass(frozen=True)
class Pattern:
    """A triple pattern; ``graph`` is None outside GRAPH, ``predicate`` may be a path."""

    subject: nodes.Term
    predicate: nodes.Variable | nodes.Path
    object: nodes.Term
    graph: nodes.Iri | nodes.Variable | None
    visible: frozenset[str] | None
    """The variables that mean the same in the whole query; None: all of them."""


def patterns(text: str) -> list[Pattern]:
    """Return the triple patterns of a query, in the order of the text. Raises UserError if it cannot be read."""
    where = syntax.read(text).query.where
    return list(_patterns(where, None, None)) if where is not None else []


def matches(
    store: Store,
    pattern: Pattern,
    solution: Solution,
    graphs: "Iterable[NamedNode | BlankNode | DefaultGraph]",
    named: "Iterable[NamedNode | BlankNode] | None",
) -> Iterator[Quad]:
    """Yield the quads that can match a pattern whose variables have the values of a solution.

    They are in ``graphs``, for a pattern inside GRAPH in ``named`` (None: in any named graph). For a path, these are
    the edges of every walk between its ends along the path's predicates.
    """
    if pattern.graph is None:
        allowed: frozenset[Any] | None = frozenset(graphs)
    else:
        allowed = None if named is None else frozenset(named)
    ends = [_bound(end, pattern.visible, solution) for end in (pattern.subject, pattern.object)]
    graph = _bound(pattern.graph, pattern.visible, solution) if pattern.graph is not None else None
    steps = _steps(pattern.predicate)
    if steps is None:
        predicate = _bound(pattern.predicate, pattern.visible, solution)
        found: Iterable[Quad] = (
            () if isinstance(ends[0], Literal) else store.quads_for_pattern(ends[0], predicate, ends[1], graph)
        )
    else:
        found = _on_the_way(store, steps, ends[0], ends[1])
    for quad in found:
        is_named = allowed is None and not isinstance(quad.graph_name, DefaultGraph)
        if (is_named or (allowed is not None and quad.graph_name in allowed)) and graph in (None, quad.graph_name):
            yield quad


def record(pattern: Pattern) -> dict[str, Any]:
    """Return a pattern as JSON can hold it, for a program that finds its quads as `matches` does.

    A variable is ``{"var": name}``, without those that do not mean the same in the whole query; another term is as in
    SPARQL 1.1 Query Results JSON; null is any term. A path has ``steps``: predicates, and whether each is followed
    backwards; otherwise ``predicate`` is a term.
    """
    steps = _steps(pattern.predicate)
    made = {
        "subject": _json(pattern.subject, pattern.visible),
        "object": _json(pattern.object, pattern.visible),
        "graph": None if pattern.graph is None else _json(pattern.graph, pattern.visible),
    }
    if steps is None:
        return {**made, "predicate": _json(pattern.predicate, pattern.visible)}
    return {**made, "steps": sorted(([name.value if name else None, back] for name, back in steps), key=str)}


def without_projection(text: str, known: Solution) -> str:
    """Return a SELECT query for every variable of the body of a SELECT query, with the ``known`` values bound.

    Grouping, order and limits are left out, so it returns the solutions from which the rows were computed. Raises
    UserError if the query is not a SELECT.
    """
    query = syntax.read(text).query
    if query.form != "SELECT" or query.where is None:
        raise UserError("Only rows of a SELECT query can be explained: write a SELECT query.")
    writable = {name: str(value) for name, value in known.items() if not isinstance(value, BlankNode)}
    values = f"VALUES ({' '.join(f'?{name}' for name in writable)}) {{ ({' '.join(writable.values())}) }}"
    dataset = (text[clause.start : clause.end] for clause in query.dataset)
    body = text[query.where.start : query.where.end]
    lines = ("SELECT *", *dataset, "WHERE {", values if writable else "", body, "}")
    return text[: query.start] + "\n".join(lines)


def _patterns(
    part: nodes.Node, graph: nodes.Iri | nodes.Variable | None, visible: frozenset[str] | None
) -> Iterator[Pattern]:
    if isinstance(part, nodes.Triple):
        yield Pattern(part.subject, part.predicate, part.object, graph, visible)
        return
    if isinstance(part, nodes.Graph):
        graph = part.name
    elif isinstance(part, nodes.SubSelect) and part.query.star is None:
        own = frozenset(column.variable.name for column in part.query.columns if column.variable is not None)
        visible = own if visible is None else own & visible
    for inner in nodes.children(part):
        yield from _patterns(inner, graph, visible)


def _bound(term: nodes.Node, visible: frozenset[str] | None, solution: Solution) -> Any:
    """Return the pyoxigraph term at a position, or None if it is not known."""
    if isinstance(term, nodes.Variable):
        return solution.get(term.name) if visible is None or term.name in visible else None
    if isinstance(term, nodes.Iri):
        return NamedNode(term.value)
    if not isinstance(term, nodes.Literal):
        return None
    if term.language:
        return Literal(term.value, language=term.language.lower())
    return Literal(term.value, datatype=NamedNode(term.datatype.value))


def _json(term: nodes.Node, visible: frozenset[str] | None) -> dict[str, str] | None:
    if isinstance(term, nodes.Variable):
        return {"var": term.name} if visible is None or term.name in visible else None
    found = _bound(term, visible, {})
    if isinstance(found, NamedNode):
        return {"type": "uri", "value": found.value}
    if not isinstance(found, Literal):
        return None
    if found.language:
        return {"type": "literal", "value": found.value, "xml:lang": found.language}
    return {"type": "literal", "value": found.value, "datatype": found.datatype.value}


def _steps(path: nodes.Variable | nodes.Path) -> frozenset[tuple[Any, bool]] | None:
    """Return the predicates of a path, each with whether it is followed backwards; None for anything but a path.

    The predicate None means any: the path excludes some (``!p``).
    """

    def walk(part: nodes.Path, *, back: bool) -> Iterator[tuple[Any, bool]]:
        if isinstance(part, nodes.Inverse):
            yield from walk(part.path, back=not back)
        elif isinstance(part, nodes.Sequence | nodes.Alternative):
            for one in part.parts:
                yield from walk(one, back=back)
        elif isinstance(part, nodes.Repeated):
            yield from walk(part.path, back=back)
        elif isinstance(part, nodes.Negated):
            yield from ((None, False), (None, True))
        else:
            yield NamedNode(part.value), back

    return None if isinstance(path, nodes.Iri | nodes.Variable) else frozenset(walk(path, back=False))


def _on_the_way(store: Store, steps: frozenset[tuple[Any, bool]], start: Any, end: Any) -> set[Quad]:
    """Return the edges on walks along the steps from ``start`` to ``end``; either may be None for any node."""
    backwards = frozenset((predicate, not back) for predicate, back in steps)
    if start is None and end is None:
        return {quad for predicate, _ in steps for quad in store.quads_for_pattern(None, predicate, None, None)}
    if start is None:
        return _reached(store, backwards, end)
    forward = _reached(store, steps, start)
    return forward if end is None else forward & _reached(store, backwards, end)


def _reached(store: Store, steps: frozenset[tuple[Any, bool]], start: Any) -> set[Quad]:
    found: set[Quad] = set()
    open_ends, seen = [start], {start}
    while open_ends:
        here = open_ends.pop()
        for predicate, back in steps:
            if back:
                edges = store.quads_for_pattern(None, predicate, here, None)
            elif isinstance(here, Literal):
                continue
            else:
                edges = store.quads_for_pattern(here, predicate, None, None)
            for quad in edges:
                found.add(quad)
                there = quad.subject if back else quad.object
                if there not in seen:
                    seen.add(there)
                    open_ends.append(there)
    return found
