"""The least set of quads that a row of an answer rests on.

A witness of a row (Buneman, Khanna, Tan: Why and Where, ICDT 2001) is a part of the data on which the query still gives
the row; here it is a least one: without any of its quads the row is lost. Candidates are the quads that the query's
patterns match for the row; then quads are taken away as long as the embedded engine, asked the whole query again, still
gives the row. So what is returned is right by trial, whatever the query is made of; a query for which the candidates do
not give the row (a value that depends on the order of reading, for one) is said to be outside of what can be explained.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from rdfkit.base import Project, UserError
from rdfkit.rdf import named_graphs
from rdfkit.sparql import guard, nodes, results, syntax, triple_patterns

MOST = 500
"""A row that rests on more quads than this is not explained: nobody would read it."""
_MOST_CANDIDATES = 50_000


@dataclass(frozen=True)
class Witness:
    """A row, by the names of its variables (unbound ones are left out), and the quads that it rests on."""

    row: dict[str, object]
    quads: tuple[Quad, ...]
    rests_on_absence: bool
    """Whether the query also asks for what is not there (NOT EXISTS, MINUS, an unbound variable)."""


def explain(project: Project, store: Store, text: str, dataset: str, number: int) -> Witness:
    """Return the witness of a row of the answer to a SELECT over a dataset (``all``, ``asserted``, ``page``).

    Rows are counted from 1, in the order of the answer. Raises UserError where there is no such row, the query is no
    SELECT, or its rows are outside of what can be explained.
    """
    graphs = named_graphs.dataset(project, store, dataset)
    if guard.form(text) != "SELECT":
        raise UserError("Only the rows of a SELECT can be explained, and this query is none.")
    first = results.ask(project, store, text, dataset)  # says in one sentence what is wrong with a query
    assert isinstance(first, QuerySolutions)  # noqa: S101 - the form was looked at
    rows = _in_rows(first)
    if not 1 <= number <= len(rows):
        said = f"has {len(rows)} row{'' if len(rows) == 1 else 's'}" if rows else "has no row"
        raise UserError(f"There is no row {number}: the answer {said}.")
    row = rows[number - 1]
    found = candidates(project, store, text, dict(row), graphs)

    small = Store()
    small.extend(found)

    def gives_row() -> bool:
        return row in _rows(small, text, graphs)

    if len(found) > _MOST_CANDIDATES or not gives_row():
        raise UserError(
            f"Row {number} can't be explained: it does not follow from single triples that the query names."
        )
    kept = least(small, found, gives_row)
    if kept is None:
        raise UserError(f"Row {number} rests on more than {MOST} triples, and that many explain nothing.")
    return Witness(dict(row), tuple(sorted(kept, key=str)), _asks_for_absence(text))


def candidates(
    project: Project, store: Store, text: str, row: triple_patterns.Solution, graphs: Sequence[NamedNode]
) -> list[Quad]:
    """Return the quads that the patterns of a query match where it gives a row; inferred ones come first.

    `least` tries to do without what comes first.
    """
    body = triple_patterns.without_projection(text, {})
    names = {variable.value for variable in _solutions(store, body, graphs).variables}
    known = {name: value for name, value in row.items() if name in names}
    found: set[Quad] = set()
    wanted = triple_patterns.patterns(text)
    for solution in _rows(store, triple_patterns.without_projection(text, known), graphs):
        values = dict(solution)
        for pattern in wanted:
            found.update(triple_patterns.matches(store, pattern, values, graphs))
            if len(found) > _MOST_CANDIDATES:
                return list(found)
    inferred = project.graph_iri(named_graphs.INFERRED)
    return sorted(found, key=lambda quad: (quad.graph_name != inferred, str(quad)))


def least(store: Store, items: Iterable[Quad], holds: Callable[[], bool]) -> list[Quad] | None:
    """Take quads out of a store as long as ``holds`` is true of it, and return those that are left.

    None of them can be left out. Large pieces are tried first (as in delta debugging: Zeller and Hildebrandt, IEEE TSE
    28, 2002). None where there are more than `MOST`; ``holds`` must be true to begin with.
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
            if needed > MOST:
                return None
        if size == 1 and len(kept) == before:
            return kept
        size = max(1, size // 2)


def _rows(store: Store, text: str, graphs: Sequence[NamedNode]) -> list[tuple[tuple[str, object], ...]]:
    """Return the rows of an answer, each as its bound variables with their values."""
    return _in_rows(_solutions(store, text, graphs))


def _in_rows(found: QuerySolutions) -> list[tuple[tuple[str, object], ...]]:
    names = [variable.value for variable in found.variables]
    return [tuple((name, value) for name, value in zip(names, row, strict=True) if value is not None) for row in found]


def _solutions(store: Store, text: str, graphs: Iterable[NamedNode]) -> QuerySolutions:
    answer = store.query(text, default_graph=[*graphs], named_graphs=[*graphs])
    assert isinstance(answer, QuerySolutions)  # noqa: S101 - the form was looked at before
    return answer


def _asks_for_absence(text: str) -> bool:
    return any(
        isinstance(node, nodes.Minus) or (isinstance(node, nodes.Exists) and node.negated)
        for node in syntax.read(text).walk()
    )
