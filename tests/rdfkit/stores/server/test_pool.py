"""The pool of Oxigraph servers and its limits."""

import asyncio
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, Store

from imaging_trials.model.project import PROJECT
from rdfkit.stores.server import pool
from rdfkit.stores.server.pool import Pool
from rdfkit.stores.server.request import HEALTH_CHECK, Limits, QueryRequest, RefusedError

GRAPH = NamedNode("http://example.org/graph")
TRIPLES = 3000
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture
def store() -> Store:
    """Return a store with one named graph."""
    made = Store()
    says = NamedNode("http://example.org/says")
    made.extend(Quad(NamedNode(f"http://example.org/{n}"), says, GRAPH, GRAPH) for n in range(TRIPLES))
    return made


def one_engine(store: Store, folder: Path, limits: Limits) -> Pool:
    pool.copy(store, folder)
    return Pool(pool.program(PROJECT), folder, store, new_folder=Path, size=1, limits=limits)


def select(text: str) -> QueryRequest:
    return QueryRequest(text, "SELECT", (GRAPH.value,), (GRAPH.value,))


def test_answer_of_too_many_bytes_is_refused(store: Store, tmp_path: Path) -> None:
    doubled = " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(22))

    async def ask() -> None:
        engines = one_engine(store, tmp_path, Limits(max_answer_bytes=1_000_000))
        try:
            with pytest.raises(RefusedError, match=r"more than 1,000,000 bytes") as refused:
                await engines.ask(select(f"SELECT ?v22 {{ BIND('a' AS ?v0) {doubled} }}"))
            assert refused.value.status == 403
            assert (await engines.ask(select(COUNT))).decode().split() == ["?n", str(TRIPLES)]
        finally:
            engines.close()

    asyncio.run(ask())


@pytest.mark.prove
def test_query_of_too_much_memory_is_terminated(store: Store, tmp_path: Path) -> None:
    async def ask() -> None:
        engines = one_engine(store, tmp_path, Limits(max_memory_bytes=1_500_000_000))
        try:
            with pytest.raises(RefusedError, match=r"more than 1,500 MB") as refused:
                await engines.ask(select("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?f LIMIT 1"))
            assert refused.value.status == 503
            assert (await engines.ask(select(COUNT))).decode().split() == ["?n", str(TRIPLES)]
        finally:
            engines.close()

    asyncio.run(ask())


def test_busy_pool_refuses_after_the_time_limit(store: Store, tmp_path: Path) -> None:
    async def ask() -> None:
        engines = one_engine(store, tmp_path, Limits(max_seconds=0.5))
        try:
            engines._idle.get_nowait()
            with pytest.raises(RefusedError, match="busy") as refused:
                await engines.ask(HEALTH_CHECK)
            assert refused.value.status == 503
        finally:
            engines.close()

    asyncio.run(ask())
