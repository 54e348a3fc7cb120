"""The proof of the saved queries: each gives its committed answer, the same in two engines, and a change changes it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryBoolean, QueryTriples, Store
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.query import Result

from imaging_trials.model.project import PROJECT
from rdfkit.inference import closure as reason
from rdfkit.rdf import named_graphs as layers
from rdfkit.rdf import rdflib_adapter as bridge
from rdfkit.sparql import guard as sparql
from rdfkit.sparql import query_tests as querycheck
from rdfkit.sparql import results as answers
from rdfkit.sparql import saved as catalog
from rdfkit.sparql import snapshots
from rdfkit.sparql.saved import SavedQuery
from rdfkit.stores.embedded import open_store

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "ontology" / "rules"
QUERIES = {name: query for name, query in querycheck.load(PROJECT).items() if not query.service}
"""Those that the embedded engine answers; tests/graph/test_federated.py has the others."""

# What rdflib's own evaluation calls on a dataset with named graphs.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.*is deprecated:DeprecationWarning")

every_query = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())

Bag = Counter[object]


@cache
def sources() -> Store:
    return layers.read_sources(PROJECT)


@cache
def closed() -> Store:
    return _closed(sources())


def _copied(quads: Iterable[Quad]) -> Store:
    store = Store()
    store.extend(quads)
    return store


def _closed(quads: Iterable[Quad]) -> Store:
    store = _copied(quads)
    reason.close(PROJECT, store, RULES)
    return store


class Rdflib:
    """The quads of a dataset in rdflib, which can be made those of a changed dataset for a while."""

    def __init__(self, quads: set[Quad], *, named: bool) -> None:
        self.named = named
        self.held = self._held(quads)
        self.graph: rdflib.Graph = (
            bridge.to_rdflib_dataset(quads, PROJECT.prefixes, default_union=True)
            if named
            else bridge.to_rdflib_graph(quads, PROJECT.prefixes)
        )

    def _held(self, quads: Iterable[Quad]) -> set[Any]:
        return set(quads) if self.named else {quad.triple for quad in quads}

    def ask(self, text: str) -> Result:
        return self.graph.query(text)

    @contextmanager
    def changed_to(self, quads: Iterable[Quad]) -> Iterator[None]:
        now = self._held(quads)
        gone, new = self.held - now, now - self.held
        self._change(gone, new)
        try:
            yield
        finally:
            self._change(new, gone)

    def _change(self, remove: Iterable[Any], add: Iterable[Any]) -> None:
        for operation, items in (("remove", remove), ("add", add)):
            for item in items:
                target = self.graph
                if isinstance(target, rdflib.Dataset):
                    target = target.graph(bridge.to_rdflib(item.graph_name))
                terms = (item.subject, item.predicate, item.object)
                getattr(target, operation)(tuple(map(bridge.to_rdflib, terms)))


@cache
def in_rdflib(dataset: str, *, named: bool) -> Rdflib:
    return Rdflib(_quads_of(closed(), dataset), named=named)


def _quads_of(store: Store, dataset: str) -> set[Quad]:
    return {
        quad
        for name in layers.dataset(PROJECT, store, dataset)
        for quad in store.quads_for_pattern(None, None, None, name)
    }


def rdflib_for(query: SavedQuery) -> Rdflib:
    words = {token.upper() for kind, token, _ in sparql.tokens(query.text) if kind == "word"}
    return in_rdflib(query.dataset, named="GRAPH" in words)


def term_key(term: Any) -> object:
    """Return what two engines must agree on of a term: everything, but how they write the same decimal number."""
    assert not isinstance(term, BlankNode), "an answer with a blank node is another one each time"
    if isinstance(term, Literal):
        datatype = term.datatype.value
        number = datatype.rpartition("#")[2] in {"decimal", "double", "float"}
        return (Decimal(term.value).normalize() if number else term.value, datatype, (term.language or "").lower())
    return term


def oxigraph_bag(store: Store, query: SavedQuery, text: str) -> Bag:
    answer = answers.ask(PROJECT, store, text, query.dataset)
    if isinstance(answer, QueryBoolean):
        return Counter([bool(answer)])
    if isinstance(answer, QueryTriples):
        return Counter((term_key(t.subject), term_key(t.predicate), term_key(t.object)) for t in set(answer))
    names = [variable.value for variable in answer.variables]
    return Counter(frozenset((name, term_key(row[name])) for name in names if row[name] is not None) for row in answer)


def rdflib_bag(data: Rdflib, text: str) -> Bag:
    result = data.ask(text)
    if result.type == "ASK":
        return Counter([bool(result.askAnswer)])
    if result.type == "CONSTRUCT":
        assert result.graph is not None
        return Counter(tuple(term_key(bridge.from_rdflib(term)) for term in triple) for triple in result.graph)  # type: ignore[arg-type]
    return Counter(
        frozenset((str(name), term_key(bridge.from_rdflib(term))) for name, term in row.items() if term is not None)
        for row in result.bindings
    )


def test_there_are_at_least_forty_saved_queries_over_all_of_the_page() -> None:
    assert len(QUERIES) >= 40
    assert len({query.topic for query in QUERIES.values()}) >= 5


def test_every_committed_answer_belongs_to_a_query_and_every_query_has_one() -> None:
    files = {path.with_suffix("") for path in (ROOT / "queries").glob("*/answers/*")}
    assert files == {query.answer_stem for query in QUERIES.values()}


@every_query
def test_the_answer_is_the_committed_one_to_the_byte(query: SavedQuery) -> None:
    ending, answer = snapshots.answer(PROJECT, open_store(PROJECT), query)
    assert answer.decode() == query.answer_stem.with_name(query.id + ending).read_text(encoding="utf-8")
    if not query.may_be_empty:
        assert not snapshots.is_empty(ending, answer)


@cache
def backwards() -> Store:
    return _copied(sorted(closed(), key=str, reverse=True))


@every_query
def test_the_order_of_the_answer_does_not_hang_on_how_the_store_was_filled(query: SavedQuery) -> None:
    assert snapshots.answer(PROJECT, backwards(), query) == snapshots.answer(PROJECT, open_store(PROJECT), query)


@every_query
def test_rdflib_gives_the_same_rows_with_the_same_datatypes(query: SavedQuery) -> None:
    expected = oxigraph_bag(closed(), query, query.text)
    assert rdflib_bag(rdflib_for(query), query.text) == expected


EXAMPLES = [
    (query, parameter.name, example)
    for query in QUERIES.values()
    for parameter in query.parameters
    for example in parameter.examples
]


@pytest.mark.parametrize(("query", "name", "example"), EXAMPLES, ids=[f"{q.id}-{n}-{e}" for q, n, e in EXAMPLES])
def test_every_example_is_answered_alike_in_both_engines(query: SavedQuery, name: str, example: str) -> None:
    text = catalog.bind(PROJECT, query, {name: example}, closed())
    expected = oxigraph_bag(closed(), query, text)
    assert rdflib_bag(rdflib_for(query), text) == expected
    if not query.may_be_empty:
        assert expected.total() > 0
        assert expected != Counter([False])


@every_query
def test_the_counter_change_changes_the_answer_as_the_header_says(query: SavedQuery) -> None:
    changed = _copied(sources())
    querycheck.apply(PROJECT, changed, query)
    if query.dataset == "all":
        reason.close(PROJECT, changed, RULES)
    effect = (query.lost, query.gained)
    before, after = (oxigraph_bag(store, query, query.text) for store in (closed(), changed))
    assert ((before - after).total(), (after - before).total()) == effect
    data = rdflib_for(query)
    with data.changed_to(_quads_of(changed, query.dataset)):
        after = rdflib_bag(data, query.text)
    assert ((before - after).total(), (after - before).total()) == effect


def _mentioned(part: Any) -> set[str]:
    """Return the variables that a part of rdflib's parse tree mentions."""
    if isinstance(part, rdflib.Variable):
        return {str(part)}
    if isinstance(part, CompValue):
        return set().union(*map(_mentioned, part.values()))
    if isinstance(part, str | bytes) or not isinstance(part, Iterable):
        return set()
    return set().union(*map(_mentioned, part))


def _groups(part: Any) -> Iterator[CompValue]:
    """Yield every group of a parse tree that has parts."""
    if isinstance(part, CompValue):
        if part.name == "GroupGraphPatternSub":
            yield part
        for value in part.values():
            yield from _groups(value)
    elif isinstance(part, Iterable) and not isinstance(part, str | bytes):
        for value in part:
            yield from _groups(value)


def lost_in_optional(text: str) -> set[str]:
    """Return the variables of VALUES that an OPTIONAL beside it uses and no triple pattern beside it binds.

    Engines disagree on these (rdflib#2332).
    """
    lost: set[str] = set()
    for group in _groups(parseQuery(text)):
        parts = group.part or []
        named = {name: [part for part in parts if part.name == name] for name in ("InlineData", "OptionalGraphPattern")}
        binding = [
            part for part in parts if part.name in {"TriplesBlock", "GraphGraphPattern", "GroupOrUnionGraphPattern"}
        ]
        given = set().union(*(set(map(str, part.var or [])) for part in named["InlineData"]))
        used = set().union(*map(_mentioned, named["OptionalGraphPattern"]))
        lost |= given & (used - set().union(*map(_mentioned, binding)))
        if named["InlineData"] and named["OptionalGraphPattern"] and not binding:
            lost |= given
    return lost


@every_query
def test_no_query_relies_on_values_that_only_optional_uses(query: SavedQuery) -> None:
    assert lost_in_optional(query.text) == set()


@pytest.mark.parametrize(
    ("where", "lost"),
    [
        ("VALUES (?a) { (1) } ?s ?p ?a OPTIONAL { ?a ?q ?o }", set()),
        ("VALUES (?a) { (1) } OPTIONAL { ?s ?p ?a }", {"a"}),
        ("VALUES (?a) { (1) } ?s ?p ?o OPTIONAL { ?s ?q ?a }", {"a"}),
        ("VALUES (?a) { (1) } OPTIONAL { ?s ?p ?o }", {"a"}),
        ("?s ?p ?o { VALUES ?a { 1 } OPTIONAL { ?s ?q ?o FILTER(?o = ?a) } }", {"a"}),
        ("VALUES (?a) { (1) } ?s ?p ?o FILTER(?o < ?a) OPTIONAL { ?s ?q ?r }", set()),
    ],
)
def test_the_pattern_that_engines_disagree_on_is_recognised(where: str, lost: set[str]) -> None:
    assert lost_in_optional(f"SELECT * WHERE {{ {where} }}") == lost


def test_rows_that_differ_in_datatype_language_or_number_are_different() -> None:
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
