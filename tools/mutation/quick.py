"""Run the query of a constraint after each of many edits, on Oxigraph with little inference: only a first filter.

The reference validator checks what passes the filter. The filter does not infer anything from triples that an edit
adds. For a triple that an edit removes, the inferred triples between the same two nodes are removed too.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from pyoxigraph import Literal, Quad, QuerySolutions, Store, Triple, Variable

from imaging_trials.model.project import PROJECT
from tests.support.fixtures import inferences
from tools.mutation.ground import ground
from tools.mutation.records import Base, Edit

Rows = frozenset[tuple[str, str]]
"""Focus node and value of each row."""


@cache
def _shipped() -> tuple[Store, frozenset[Triple]]:
    triples = frozenset(quad.triple for quad in ground().context.quads)
    store = Store()
    store.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    return store, triples


@dataclass(frozen=True)
class Table:
    """The shipped graph with a record added, and the triples inferred from the record."""

    store: Store
    inferred: frozenset[Triple]


@contextmanager
def laid_down(base: Base) -> Iterator[Table]:
    """Add a record and the triples inferred from it to a store for the duration of a with block."""
    store, shipped = _shipped()
    inferred = frozenset(inferences(base.triples))
    new = [t for t in {*base.triples, *inferred} if t not in shipped]
    _put(store, new)
    try:
        yield Table(store, inferred)
    finally:
        _take(store, new)


@contextmanager
def edited(table: Table, edit: Edit) -> Iterator[None]:
    """Apply an edit to the store for the duration of a with block."""
    _, shipped = _shipped()
    pairs = {frozenset((t.subject, t.object)) for t in edit.removed if not isinstance(t.object, Literal)}
    literals = {(t.subject, t.object) for t in edit.removed if isinstance(t.object, Literal)}
    follows = (
        [t for t in table.inferred if frozenset((t.subject, t.object)) in pairs or (t.subject, t.object) in literals]
        if edit.removed
        else []
    )
    gone = [t for t in {*edit.removed, *follows} if t not in shipped]
    new = [t for t in edit.added if Quad(t.subject, t.predicate, t.object) not in table.store]
    _take(table.store, gone)
    _put(table.store, new)
    try:
        yield
    finally:
        _take(table.store, new)
        _put(table.store, gone)


def _put(store: Store, triples: Iterable[Triple]) -> None:
    store.extend(Quad(t.subject, t.predicate, t.object) for t in triples)


def _take(store: Store, triples: Iterable[Triple]) -> None:
    for triple in triples:
        store.remove(Quad(triple.subject, triple.predicate, triple.object))


def rows(table: Table, query: str, nodes: Iterable[Any]) -> Rows:
    """Return the results of the query of a constraint for some focus nodes."""
    found = set()
    for node in nodes:
        answer = table.store.query(query, prefixes=PROJECT.prefixes, substitutions={Variable("this"): node})
        assert isinstance(answer, QuerySolutions)
        named = [variable.value for variable in answer.variables]
        for row in answer:
            found.add((str(node), str(row["value"]) if "value" in named else ""))
    return frozenset(found)
