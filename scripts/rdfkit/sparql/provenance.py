"""A minimal set of quads that yields a query result (why-provenance).

The support of a row (a "witness" in Buneman, Khanna, Tan: Why and Where, ICDT 2001) is a part of the data for which the
query still returns the row. The support found here is minimal: without any one of its quads the row is lost. Candidates
are the quads that the query's patterns match for the row. Quads are then removed as long as the embedded engine,
running the whole query again, still returns the row. So the result is verified by execution, for any query. If the
candidates do not return the row (because a value depends on the order of evaluation, for example), the row cannot be
explained.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QuerySolutions, Store

from rdfkit.base import Project, UserError
from rdfkit.rdf import named_graphs
from rdfkit.sparql import guard, nodes, results, syntax, triple_patterns

MAX_TRIPLES = 500
"""A row that needs more triples than this is not explained: the explanation would be too long to read."""
_MAX_CANDIDATE_QUADS = 50_000


class Searched(NamedTuple):
    """The graphs that a query searches: those of its default graph, and those that GRAPH can name (None: all)."""

    default: "Sequence[NamedNode | BlankNode | DefaultGraph]"
    named: "Sequence[NamedNode | BlankNode] | None"


@dataclass(frozen=True)
class Support:
    """A row, as bound variables with their values, and a minimal set of quads for which the query returns it."""

    row: dict[str, object]
    quads: tuple[Quad, ...]
    depends_on_absence: bool
    """Whether the query also tests for absence (NOT EXISTS, MINUS)."""


def explain(project: Project, store: Store, text: str, dataset: str, number: int) -> Support:
    """Return the support of a row of the answer to a SELECT query over a dataset (``all``, ``asserted``, ``page``).

    Rows are counted from 1, in the order of the answer. Raises UserError if there is no such row, if the query is not a
    SELECT, or if the row does not follow from single triples.
    """
    graphs = Searched(*named_graphs.searched(project, store, dataset, text))
    if guard.form(text) != "SELECT":
        raise UserError("Only rows of a SELECT query can be explained; this query has another form.")
    first = results.ask(project, store, text, dataset)  # raises UserError for an invalid query
    assert isinstance(first, QuerySolutions)  # noqa: S101 - the form was checked above
    rows = _in_rows(first)
    if not 1 <= number <= len(rows):
        count = f"{len(rows)} row{'' if len(rows) == 1 else 's'}" if rows else "no row"
        raise UserError(f"There is no row {number}: the answer has {count}.")
    row = rows[number - 1]
    found = candidates(project, store, text, dict(row), graphs)

    small = Store()
    small.extend(found)

    def has_row() -> bool:
        return row in _rows(small, text, graphs)

    if len(found) > _MAX_CANDIDATE_QUADS or not has_row():
        raise UserError(
            f"Row {number} cannot be explained: it does not follow from single triples that the query matches."
        )
    kept = minimal(small, found, has_row)
    if kept is None:
        raise UserError(
            f"Row {number} cannot be explained: it needs more than {MAX_TRIPLES} triples. "
            "Explain a query that returns smaller rows."
        )
    return Support(dict(row), tuple(sorted(kept, key=str)), tests_for_absence(text))


def candidates(
    project: Project, store: Store, text: str, row: triple_patterns.Solution, graphs: Searched
) -> list[Quad]:
    """Return the quads that the patterns of a query match when it returns a row; inferred ones come first.

    `minimal` tries to remove the first ones first, so asserted quads are preferred.
    """
    body = triple_patterns.without_projection(text, {})
    names = {variable.value for variable in _solutions(store, body, graphs).variables}
    known = {name: value for name, value in row.items() if name in names}
    found: set[Quad] = set()
    wanted = triple_patterns.patterns(text)
    for solution in _rows(store, triple_patterns.without_projection(text, known), graphs):
        values = dict(solution)
        for pattern in wanted:
            found.update(triple_patterns.matches(store, pattern, values, *graphs))
            if len(found) > _MAX_CANDIDATE_QUADS:
                return list(found)
    inferred = project.graph_iri(named_graphs.INFERRED)
    return sorted(found, key=lambda quad: (quad.graph_name != inferred, str(quad)))


def minimal(store: Store, items: Iterable[Quad], holds: Callable[[], bool]) -> list[Quad] | None:
    """Remove quads from a store as long as ``holds`` returns true, and return those that are left.

    None of these can be removed alone. Large pieces are tried first (delta debugging: Zeller and Hildebrandt, IEEE TSE
    28, 2002). Returns None if more than `MAX_TRIPLES` are left. ``holds`` must be true at the start.
    """
    kept = list(items)
    size = max(1, len(kept) // 2)
    while True:
        before = len(kept)
        start = needed = 0
        while start < len(kept):
            piece = kept[start : start + size]
            for quad in piece:
                store.remove(quad)
            if holds():
                del kept[start : start + size]
                continue
            store.extend(piece)
            start += size
            needed += 1  # at least one quad of this piece stays
            if needed > MAX_TRIPLES:
                return None
        if size == 1 and len(kept) == before:
            return kept
        size = max(1, size // 2)


def _rows(store: Store, text: str, graphs: Searched) -> list[tuple[tuple[str, object], ...]]:
    """Return the rows of an answer, each as its bound variables with their values."""
    return _in_rows(_solutions(store, text, graphs))


def _in_rows(found: QuerySolutions) -> list[tuple[tuple[str, object], ...]]:
    names = [variable.value for variable in found.variables]
    return [tuple((name, value) for name, value in zip(names, row, strict=True) if value is not None) for row in found]


def _solutions(store: Store, text: str, graphs: Searched) -> QuerySolutions:
    named = None if graphs.named is None else [*graphs.named]
    answer = store.query(text, default_graph=[*graphs.default], named_graphs=named)
    assert isinstance(answer, QuerySolutions)  # noqa: S101 - the callers checked the form
    return answer


def tests_for_absence(text: str) -> bool:
    """Return whether a query asks for what is not in the graph (NOT EXISTS, MINUS)."""
    return any(
        isinstance(node, nodes.Minus) or (isinstance(node, nodes.Exists) and node.negated)
        for node in syntax.read(text).walk()
    )
