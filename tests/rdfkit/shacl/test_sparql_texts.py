"""The fast engine reads SPARQL by its grammar: made queries and other spellings, compared with three engines."""

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad, Triple

from rdfkit.shacl import pyshacl_engine
from rdfkit.shacl.engine.literals import lexical
from rdfkit.sparql import syntax
from tests.support import sparql_oracles as oracles
from tests.support import sparql_spelling
from tests.support import sparql_texts as texts
from tests.support.validators import SH, shipped

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")

MAX_REFUSED_SHARE = 0.1
MAX_UNDECIDED_SHARE = 0.02
"""How many queries may give as many answers as there are engines: the order of MIN is open, for example."""

MAX_REFUSED_SPELLINGS = 15
"""Of 1500: tree-sitter-sparql has no paths in ``[ ]`` in some places (see `sparql_spelling.expanded`)."""

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def queries() -> st.SearchStrategy[list[str]]:
    """Return a strategy for the tokens of a query."""
    return st.randoms(use_true_random=False).map(lambda random: texts.Maker(random).query())


def outcome(text: str, data: set[Triple], votes: list[oracles.Found | None]) -> str:
    """Return whether the fast engine refuses a query, agrees with two others, or no two of them agree."""
    found = oracles.fast(text, data, oracles.FOCUS)
    if isinstance(found, str):
        return "refused"
    agreed = [vote for vote in votes if vote is not None and votes.count(vote) > 1]
    if not agreed:
        return "undecided"
    assert found == agreed[0], f"{text}\n{sorted(found ^ agreed[0])}"
    return "agrees"


@given(queries(), st.integers(0, 2**32))
@QUICK
def test_a_made_query(tokens: list[str], seed: int) -> None:
    data, text = oracles.some_data(Random(seed)), texts.plain(tokens)
    graph = pyshacl_engine.data_graph(Quad(*triple) for triple in data)
    outcome(text, data, [oracles.oxigraph(text, data, oracles.FOCUS), oracles.rdflib(text, graph, oracles.FOCUS)])


@given(queries(), st.integers(0, 2**32))
@QUICK
def test_a_spelling_of_a_made_query(tokens: list[str], seed: int) -> None:
    check_spelling(tokens, Random(seed))


def check_spelling(tokens: list[str], random: Random) -> bool:
    """Return whether another spelling is refused; fails if it has other results."""
    data = oracles.some_data(random)
    plain = oracles.fast(texts.plain(tokens), data, oracles.FOCUS)
    other = sparql_spelling.respelled([*texts.plain([]).split(), *tokens], random, texts.PREFIXES)
    found = oracles.fast(other, data, oracles.FOCUS)
    assert isinstance(plain, str) or isinstance(found, str) or found == plain, other
    return isinstance(found, str) and not isinstance(plain, str)


@pytest.mark.prove
@pytest.mark.xdist_group("jvm")
def test_many_made_queries(record_property: Any) -> None:
    """TopQuadrant takes a whole batch in one run, so that a thousand queries take a minute."""
    counts: Counter[str] = Counter()
    for seed in range(20):
        random = Random(seed)
        data = oracles.some_data(random)
        graph = pyshacl_engine.data_graph(Quad(*triple) for triple in data)
        batch = []
        while len(batch) < 60:
            text = texts.plain(texts.Maker(random).query())
            found = oracles.oxigraph(text, data, oracles.FOCUS)
            counts["not valid"] += found is None
            if found is not None:
                batch.append((text, found))
        others = oracles.topquadrant([text for text, _ in batch], data, oracles.FOCUS)
        for (text, found), other in zip(batch, others, strict=True):
            counts[outcome(text, data, [found, other, oracles.rdflib(text, graph, oracles.FOCUS)])] += 1
    made = sum(counts.values()) - counts["not valid"]
    record_property("queries", dict(counts))
    assert counts["refused"] < MAX_REFUSED_SHARE * made
    assert counts["undecided"] < MAX_UNDECIDED_SHARE * made


@pytest.mark.prove
def test_many_spellings_of_made_queries() -> None:
    refused = 0
    for seed in range(1500):
        random = Random(seed)
        refused += check_spelling(texts.Maker(random).query(), random)
    assert refused < MAX_REFUSED_SPELLINGS


# The project's own constraints


def own_queries() -> list[tuple[str, dict[str, str]]]:
    """Return the text of each SPARQL constraint of the project, with its prefixes."""
    prepared = shipped().prepared
    assert not isinstance(prepared, str), prepared
    graph = prepared.shapes.graph
    found = []
    for text in sorted(text for values in graph.objects(f"<{SH}select>").values() for text in values):
        (constraint,) = graph.subjects(f"<{SH}select>")[text]
        prefixes = {
            lexical(graph.values(each, f"<{SH}prefix>")[0]): lexical(graph.values(each, f"<{SH}namespace>")[0])
            for owner in graph.values(constraint, f"<{SH}prefixes>")
            for each in graph.values(owner, f"<{SH}declare>")
        }
        found.append((lexical(text), prefixes))
    return found


def structure(text: str, prefixes: dict[str, str]) -> str:
    """Return what the engine reads in a query, with blank nodes numbered in the order of the text."""
    blanks: dict[str, str] = {}
    words = repr(oracles.query.parse(text, prefixes)).split("_:[")
    return words[0] + "".join(
        blanks.setdefault(word.split("]")[0], f"b{len(blanks)}") + word.partition("]")[2] for word in words[1:]
    )


@pytest.mark.parametrize("spellings", [1, pytest.param(15, marks=pytest.mark.prove)])
def test_spellings_of_own_constraints(spellings: int) -> None:
    """Every constraint is read the same in every spelling, so that it has the same results."""
    random = Random(spellings)
    queries = own_queries()
    assert len(queries) > 100
    for text, prefixes in queries if spellings > 1 else queries[::8]:
        tokens = [token.text for token in syntax.read(text, undeclared=True).tokens]
        plain = structure(text, prefixes)
        for _ in range(spellings):
            other = sparql_spelling.respelled(tokens, random, prefixes)
            assert structure(other, prefixes) == plain, other
