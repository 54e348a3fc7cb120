"""The triple patterns of a SPARQL query, and the quads of a store that match them.

What a query can read at all is found through rdflib's algebra (SPARQL 1.1 Query Language, section 18.2): each triple
pattern, with the graph it is asked in, and which of its variables mean the same outside the group it stands in. The
body of a sub-select or of EXISTS has variables of its own, so there a pattern matches more than what was used.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from rdfkit.base.errors import UserError
from rdfkit.sparql import guard as sparql

if TYPE_CHECKING:
    from rdflib.term import Identifier

Solution = Mapping[str, Any]
"""Values of variables, by name, as pyoxigraph terms."""


@dataclass(frozen=True)
class Pattern:
    """A triple pattern in rdflib's terms; ``graph`` is None outside GRAPH, ``predicate`` may be a path."""

    subject: "Identifier"
    predicate: Any
    value: "Identifier"
    graph: "Identifier | None"
    visible: frozenset[str] | None
    """The variables whose meaning is that of the whole query; None: all of them."""


def patterns(text: str) -> list[Pattern]:
    """Return the triple patterns of a query, in the order of the algebra.

    Raises UserError where rdflib can't read the query.
    """
    from rdflib.plugins.sparql import prepareQuery

    try:
        algebra = prepareQuery(text).algebra
    except Exception as error:  # noqa: BLE001 - pyparsing and rdflib raise a dozen kinds
        raise UserError(
            f"rdflib cannot read this query ({_first_line(error)}), so its rows can't be explained."
        ) from None
    return list(_patterns(algebra, None, None))


def matches(store: Store, pattern: Pattern, solution: Solution, graphs: Iterable[NamedNode]) -> Iterator[Quad]:
    """Yield the quads in ``graphs`` that may have matched a pattern when its variables had the values of a solution.

    For a path these are the edges on any way between its ends that goes along the path's predicates.
    """
    allowed = set(graphs)
    ends = [_bound(end, pattern.visible, solution) for end in (pattern.subject, pattern.value)]
    graph = _bound(pattern.graph, pattern.visible, solution) if pattern.graph is not None else None
    steps = _steps(pattern.predicate)
    if steps is None:
        predicate = _bound(pattern.predicate, pattern.visible, solution)
        found: Iterable[Quad] = (
            () if isinstance(ends[0], Literal) else store.quads_for_pattern(ends[0], predicate, ends[1], graph)
        )
    else:
        found = _on_the_way(store, steps, ends[0], ends[1])
    yield from (quad for quad in found if quad.graph_name in allowed and graph in (None, quad.graph_name))


def without_projection(text: str, known: Solution) -> str:
    """Return a SELECT that gives every variable of the body of a SELECT, for the rows in which ``known`` hold.

    Grouping, order and limits are left out, so these are the solutions that the rows were made from.
    """
    start, opening, closing = _places(text)
    between = text[start:opening]
    writable = {name: str(value) for name, value in known.items() if not isinstance(value, BlankNode)}
    values = f"VALUES ({' '.join(f'?{name}' for name in writable)}) {{ ({' '.join(writable.values())}) }}"
    lines = ("SELECT *", *_dataset(between), "WHERE {", values if writable else "", text[opening : closing + 1], "}")
    return text[:start] + "\n".join(lines)


def _places(text: str) -> tuple[int, int, int]:
    """Return the offsets of SELECT and of the brackets around the body."""
    start = opening = -1
    depth = 0
    for kind, word, offset in sparql.tokens(text):
        if start < 0:
            if kind == "word" and word.upper() == "SELECT":
                start = offset
        elif kind == "bracket" and word in "{}":
            depth += 1 if word == "{" else -1
            opening = offset if opening < 0 else opening
            if depth == 0:
                return start, opening, offset
    raise UserError("Only the rows of a SELECT can be explained: ask for rows.")


def _dataset(text: str) -> Iterator[str]:
    """Yield the FROM clauses of a piece of a query."""
    words = [word for _, word, _ in sparql.tokens(text)]
    inside = False
    for word in words:
        inside = inside or word.upper() == "FROM"
        if word.upper() == "WHERE":
            break
        if inside:
            yield word


def _patterns(part: Any, graph: Any, visible: frozenset[str] | None) -> Iterator[Pattern]:
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(part, list | tuple):
        for one in part:
            yield from _patterns(one, graph, visible)
    elif isinstance(part, CompValue):
        if part.name in {"BGP", "TriplesBlock"}:
            for subject, predicate, value in _triples(part):
                yield Pattern(subject, predicate, value, graph, visible)
            return
        graph = part.term if part.name in {"Graph", "GraphGraphPattern"} else graph
        inside = part.p if part.name == "ToMultiSet" else None
        if isinstance(inside, CompValue) and "PV" in inside:  # a sub-select
            own = frozenset(str(name) for name in inside.PV)
            visible = own if visible is None else own & visible
        for value in part.values():
            yield from _patterns(value, graph, visible)


def _triples(part: Any) -> Iterator[Any]:
    """Yield the triples of a basic graph pattern, or of one that rdflib leaves as parsed (EXISTS outside of FILTER)."""
    if part.name == "BGP":
        yield from part.triples
        return
    for several in part.triples:
        yield from (several[at : at + 3] for at in range(0, len(several), 3))


def _bound(term: Any, visible: frozenset[str] | None, solution: Solution) -> Any:
    """Return the pyoxigraph term that a position had, or None where that is not known."""
    from rdflib import BNode, Variable

    from rdfkit.rdf import rdflib_adapter as bridge

    if isinstance(term, Variable):
        return solution.get(str(term)) if visible is None or str(term) in visible else None
    return None if isinstance(term, BNode) else bridge.from_rdflib(term)


def _steps(path: Any) -> frozenset[tuple[Any, bool]] | None:
    """Return the predicates of a path, each with whether it is walked backwards; None for what is no path.

    A predicate of None is any: the path excludes some (``!p``).
    """
    from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, Path, SequencePath

    def walk(part: Any, *, back: bool) -> Iterator[tuple[Any, bool]]:
        if isinstance(part, InvPath):
            yield from walk(part.arg, back=not back)
        elif isinstance(part, SequencePath | AlternativePath):
            for one in part.args:
                yield from walk(one, back=back)
        elif isinstance(part, MulPath):
            yield from walk(part.path, back=back)
        elif isinstance(part, NegatedPath):
            yield from ((None, False), (None, True))
        else:
            yield NamedNode(str(part)), back

    return frozenset(walk(path, back=False)) if isinstance(path, Path) else None


def _on_the_way(store: Store, steps: frozenset[tuple[Any, bool]], start: Any, end: Any) -> set[Quad]:
    """Return the edges that lie on some way along the steps from ``start`` to ``end``; either may be None for any."""
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


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120].rstrip(".")
