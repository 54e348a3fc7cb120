"""The shipped graph in two engines, pyoxigraph and rdflib, and what both answer to a query, to be compared."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from typing import Any

import rdflib
from pyoxigraph import BlankNode, Literal, Quad, QueryBoolean, QueryTriples, Store
from rdflib.query import Result

from imaging_trials.model.project import PROJECT
from rdfkit.inference import closure
from rdfkit.rdf import named_graphs
from rdfkit.rdf import rdflib_adapter as adapter
from rdfkit.sparql import guard, query_tests, results
from rdfkit.sparql.saved import SavedQuery
from tests.conftest import ROOT

RULES = ROOT / "ontology" / "rules"
QUERIES = {name: query for name, query in query_tests.load(PROJECT).items() if not query.service}
"""The saved queries that the embedded engine answers; tests/graph/test_federated.py has the others."""

Bag = Counter[object]


@cache
def sources() -> Store:
    """Return the graphs as read from the files."""
    return named_graphs.read_sources(PROJECT)


@cache
def closed() -> Store:
    """Return the graphs with the inferred triples."""
    store = copied(sources())
    closure.close(PROJECT, store)
    return store


def copied(quads: Iterable[Quad]) -> Store:
    """Return a store of some quads."""
    store = Store()
    store.extend(quads)
    return store


class Rdflib:
    """The quads of a dataset in rdflib, which can be changed temporarily."""

    def __init__(self, quads: set[Quad], *, named: bool) -> None:
        self.named = named
        self.contents = self._comparable(quads)
        self.graph: rdflib.Graph = (
            adapter.to_rdflib_dataset(quads, PROJECT.prefixes, default_union=True)
            if named
            else adapter.to_rdflib_graph(quads, PROJECT.prefixes)
        )

    def _comparable(self, quads: Iterable[Quad]) -> set[Any]:
        return set(quads) if self.named else {quad.triple for quad in quads}

    def ask(self, text: str) -> Result:
        """Return the answer to a query."""
        return self.graph.query(text)

    @contextmanager
    def changed_to(self, quads: Iterable[Quad]) -> Iterator[None]:
        """Replace the quads by those of a changed dataset until the end of the ``with``."""
        now = self._comparable(quads)
        gone, new = self.contents - now, now - self.contents
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
                    target = target.graph(adapter.to_rdflib(item.graph_name))
                terms = (item.subject, item.predicate, item.object)
                getattr(target, operation)(tuple(map(adapter.to_rdflib, terms)))


@cache
def in_rdflib(dataset: str, *, named: bool) -> Rdflib:
    """Return a dataset in rdflib, made once in each test process."""
    return Rdflib(quads_of(closed(), dataset), named=named)


def quads_of(store: Store, dataset: str) -> set[Quad]:
    """Return the quads of a dataset."""
    return {
        quad
        for name in named_graphs.dataset(PROJECT, store, dataset)
        for quad in store.quads_for_pattern(None, None, None, name)
    }


def rdflib_for(query: SavedQuery) -> Rdflib:
    """Return the dataset of a query in rdflib, with named graphs where the query asks for some."""
    words = {token.upper() for kind, token, _ in guard.tokens(query.text) if kind == "word"}
    return in_rdflib(query.dataset, named="GRAPH" in words)


def term_key(term: Any) -> object:
    """Return the parts of a term on which two engines must agree: all but the notation of the same decimal number."""
    assert not isinstance(term, BlankNode), "an answer with a blank node is another one each time"
    if isinstance(term, Literal):
        datatype = term.datatype.value
        number = datatype.rpartition("#")[2] in {"decimal", "double", "float"}
        return (Decimal(term.value).normalize() if number else term.value, datatype, (term.language or "").lower())
    return term


def oxigraph_bag(store: Store, query: SavedQuery, text: str) -> Bag:
    """Return the rows that pyoxigraph gives for a text, each with its count."""
    answer = results.ask(PROJECT, store, text, query.dataset)
    if isinstance(answer, QueryBoolean):
        return Counter([bool(answer)])
    if isinstance(answer, QueryTriples):
        return Counter((term_key(t.subject), term_key(t.predicate), term_key(t.object)) for t in set(answer))
    names = [variable.value for variable in answer.variables]
    return Counter(frozenset((name, term_key(row[name])) for name in names if row[name] is not None) for row in answer)


def rdflib_bag(data: Rdflib, text: str) -> Bag:
    """Return the rows that rdflib gives for a text, each with its count."""
    result = data.ask(text)
    if result.type == "ASK":
        return Counter([bool(result.askAnswer)])
    if result.type == "CONSTRUCT":
        assert result.graph is not None
        return Counter(tuple(term_key(adapter.from_rdflib(term)) for term in triple) for triple in result.graph)  # type: ignore[arg-type]
    return Counter(
        frozenset((str(name), term_key(adapter.from_rdflib(term))) for name, term in row.items() if term is not None)
        for row in result.bindings
    )
