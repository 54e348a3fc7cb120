"""Each saved query gives its committed answer, the same in two engines, and its mutation changes the answer.

``make test`` asks pyoxigraph; ``make prove`` asks rdflib too, and the engines of tests/proofs/test_engines.py.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.imports import data
from imaging_trials.model.project import PROJECT
from rdfkit.inference import closure
from rdfkit.sparql import query_tests, saved, snapshots
from rdfkit.sparql.saved import SavedQuery
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT
from tests.support.two_engines import (
    QUERIES,
    closed,
    copied,
    oxigraph_bag,
    quads_of,
    rdflib_bag,
    rdflib_for,
    sources,
    term_key,
)

# What rdflib's own evaluation calls on a dataset with named graphs.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.*is deprecated:DeprecationWarning")

every_query = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())


def test_queries_cover_the_page() -> None:
    assert len(QUERIES) >= 40
    assert len({query.topic for query in QUERIES.values()}) >= 5


def test_each_query_has_an_answer_and_each_answer_a_query() -> None:
    files = {path.with_suffix("") for path in (ROOT / "queries").glob("*/answers/*")}
    stems = {query.answer_stem for query in QUERIES.values()}
    assert files == stems, (
        f"without an answer: {sorted(map(str, stems - files))} (run: make answers); "
        f"answers without a query, to be removed: {sorted(map(str, files - stems))}"
    )


@cache
def shipped() -> Store:
    """Return the graph as the commands open it."""
    return open_store(PROJECT)


@cache
def beside(folder: str) -> Store:
    """Return the graph with the made-up records in a folder, which the header of a query names."""
    return data.open_records(ROOT / folder)


@every_query
def test_answer_is_the_committed_one(query: SavedQuery) -> None:
    ending, answer = snapshots.answer(PROJECT, beside(query.data) if query.data else shipped(), query)
    path = query.answer_stem.with_name(query.id + ending)
    assert path.exists(), f"{path} is missing: run make answers"
    committed = path.read_text(encoding="utf-8")
    assert answer.decode() == committed, (
        f"{path} differs: run make answers, and read the difference before you commit it"
    )
    if not query.may_be_empty:
        assert not snapshots.is_empty(ending, answer)


@cache
def backwards() -> Store:
    return copied(sorted(closed(), key=str, reverse=True))


@every_query
def test_order_of_rows_is_that_of_the_query(query: SavedQuery) -> None:
    assert snapshots.answer(PROJECT, backwards(), query) == snapshots.answer(PROJECT, shipped(), query)


@pytest.mark.prove
@every_query
def test_rdflib_gives_the_same_rows(query: SavedQuery) -> None:
    expected = oxigraph_bag(closed(), query, query.text)
    assert rdflib_bag(rdflib_for(query), query.text) == expected


EXAMPLES = [
    (query, parameter.name, example)
    for query in QUERIES.values()
    for parameter in query.parameters
    for example in parameter.examples
]
every_example = pytest.mark.parametrize(
    ("query", "name", "example"), EXAMPLES, ids=[f"{q.id}-{n}-{e}" for q, n, e in EXAMPLES]
)


@every_example
def test_example_has_an_answer(query: SavedQuery, name: str, example: str) -> None:
    answer = oxigraph_bag(closed(), query, saved.bind(PROJECT, query, {name: example}, closed()))
    if not query.may_be_empty:
        assert answer.total() > 0
        assert answer != Counter([False])


TEXTS = [
    (query, parameter.name, example)
    for query in QUERIES.values()
    for parameter in query.parameters
    for example in parameter.examples
    if parameter.type == "string"
]


@pytest.mark.parametrize(("query", "name", "example"), TEXTS, ids=[f"{q.id}-{n}-{e}" for q, n, e in TEXTS])
def test_case_of_a_text_makes_no_difference(query: SavedQuery, name: str, example: str) -> None:
    texts = [saved.bind(PROJECT, query, {name: value}, closed()) for value in (example, example.swapcase())]
    answers = [oxigraph_bag(closed(), query, text) for text in texts]
    assert answers[0] == answers[1]


@pytest.mark.prove
@every_example
def test_rdflib_gives_the_same_rows_for_an_example(query: SavedQuery, name: str, example: str) -> None:
    text = saved.bind(PROJECT, query, {name: example}, closed())
    assert rdflib_bag(rdflib_for(query), text) == oxigraph_bag(closed(), query, text)


@contextmanager
def changed(query: SavedQuery) -> Iterator[Store]:
    """Apply the mutation of a query to the graphs; they are closed if the query reads inferred triples."""
    if query.dataset == "all":
        store = copied(sources())
        query_tests.apply(PROJECT, store, query)
        closure.close(PROJECT, store)
        yield store
        return
    store = scratch()
    names = {PROJECT.graph_iri(change.graph) for change in query.mutation}
    before = _quads(store, names)
    query_tests.apply(PROJECT, store, query)
    try:
        yield store
    finally:
        after = _quads(store, names)
        for quad in after - before:
            store.remove(quad)
        store.extend(before - after)


def _quads(store: Store, names: set[NamedNode]) -> set[Quad]:
    return {quad for name in names for quad in store.quads_for_pattern(None, None, None, name)}


@cache
def scratch() -> Store:
    """Return a copy of the graphs for changes that are undone."""
    return copied(sources())


def effect(before: "Counter[object]", after: "Counter[object]") -> tuple[int, int]:
    """Return how many rows were lost and how many gained."""
    return (before - after).total(), (after - before).total()


@pytest.mark.parametrize(
    "query",
    [pytest.param(q, marks=pytest.mark.prove if q.dataset == "all" else ()) for q in QUERIES.values()],
    ids=QUERIES.keys(),
)
def test_mutation_has_its_effect(query: SavedQuery) -> None:
    """The rows lost and gained are those that the header states; closing a changed graph is left to `make prove`."""
    before = oxigraph_bag(closed(), query, query.text)
    with changed(query) as store:
        found = effect(before, oxigraph_bag(store, query, query.text))
    assert found == (query.lost, query.gained), (
        f"{query.path}: write 'expected-diff: {{lost: {found[0]}, gained: {found[1]}}}'"
    )


@pytest.mark.prove
@every_query
def test_mutation_has_its_effect_in_rdflib(query: SavedQuery) -> None:
    data = rdflib_for(query)
    before = oxigraph_bag(closed(), query, query.text)
    with changed(query) as store, data.changed_to(quads_of(store, query.dataset)):
        assert effect(before, rdflib_bag(data, query.text)) == (query.lost, query.gained)


def test_terms_of_another_kind_are_different() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    different = [
        Literal("1"),
        Literal("1", language="en"),
        Literal("1", datatype=NamedNode(xsd + "integer")),
        Literal("1", datatype=NamedNode(xsd + "decimal")),
        NamedNode("http://example.org/1"),
    ]
    assert len({term_key(term) for term in different}) == len(different)
    assert term_key(Literal("1.50", datatype=NamedNode(xsd + "decimal"))) == term_key(
        Literal("1.5", datatype=NamedNode(xsd + "decimal"))
    )
