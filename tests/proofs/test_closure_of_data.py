"""The rules run forward against their SPARQL updates: many small ontologies, every fixture, and a lot of data."""

from pathlib import Path

import pytest
from benchmarks import generate
from hypothesis import HealthCheck, given, settings
from pyoxigraph import Quad, RdfFormat, Store, Triple, parse

from imaging_trials.model.project import PROJECT
from rdfkit.inference import closure
from rdfkit.rdf import named_graphs, reading
from tests.conftest import ROOT
from tests.rdfkit.inference import test_forward
from tests.rdfkit.inference.cases import BROKEN, EXAMPLES, LOOPS
from tests.support import fixtures, naive_closure, small_ontologies

pytestmark = pytest.mark.prove

USER = PROJECT.graph_iri("user")
_FEW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=300)


@_FEW
@given(small_ontologies.axioms(12), small_ontologies.data(16), small_ontologies.data(6))
def test_any_graph(axioms: str, page: str, curated: str) -> None:
    quads = test_forward.quads
    test_forward.same_closure([*quads(axioms, "vocabulary"), *quads(page, "page"), *quads(curated, "curated")])


@_FEW
@given(small_ontologies.axioms(9), small_ontologies.data(), small_ontologies.axioms(3), small_ontologies.data(6))
def test_data_on_a_prepared_graph(axioms: str, page: str, more: str, user: str) -> None:
    test_forward.check_prepared(axioms, page, [user, more + user, page, user])


@pytest.mark.parametrize("name", [*EXAMPLES, *BROKEN, "loops"])
def test_example(name: str) -> None:
    given = EXAMPLES.get(name) or BROKEN.get(name) or (LOOPS,)
    test_forward.same_closure(test_forward.quads(given[0], "page"))


def test_shipped_graph() -> None:
    test_forward.same_closure(list(named_graphs.read_sources(PROJECT)))


def test_fixtures_together() -> None:
    """All fixtures, each in a graph of its own on the shipped graph, so that their statements meet."""
    quads = list(fixtures.context().quads)
    for number, path in enumerate(sorted((ROOT / "tests" / "fixtures").glob("*valid/**/*.ttl"))):
        quads += _in_graph(path, number)
    test_forward.same_closure(quads)


def _in_graph(path: Path, number: int) -> list[Quad]:
    graph = PROJECT.graph_iri(f"fixture-{number}")
    return [Quad(each.subject, each.predicate, each.object, graph) for each in reading.read(path)]


@pytest.mark.parametrize("size", [10_000, 100_000])
def test_generated_records(size: int) -> None:
    """What follows from made-up records and the shipped graph, faults included that contradict no axiom."""
    context = fixtures.context()
    text = "\n".join(generate.lines(size))
    given: set[Triple] = {quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)}
    found = context.closed.infer(given)
    assert found.contradictions == []
    together = Store()
    together.bulk_extend(context.quads)
    together.bulk_extend(Quad(t.subject, t.predicate, t.object, USER) for t in given)
    naive_closure.close(together)
    made = {triple for triple in naive_closure.inferred(together) if closure.is_kept(triple)}
    assert found.triples == made - {quad.triple for quad in context.quads}
