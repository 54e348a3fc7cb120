"""The rules run forward: what they infer, in which turns, is what their SPARQL updates infer on the whole store."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from imaging_trials.model.project import PROJECT
from rdfkit.base import UserError
from rdfkit.inference import closure, prepare
from tests.support import naive_closure, small_ontologies
from tests.support.small_ontologies import PREFIXES

HEAD = "PREFIX graph: <http://g/> PREFIX ex: <http://example.org/>\nINSERT { GRAPH graph:i { ?x ex:p ?y . } } WHERE "
AXIOMS = """
ex:part a owl:TransitiveProperty . ex:near a owl:SymmetricProperty . ex:of owl:inverseOf ex:has .
ex:C rdfs:subClassOf ex:D . ex:has rdfs:range ex:C . ex:D owl:disjointWith ex:E . ex:a ex:part ex:b .
ex:near rdfs:subPropertyOf ex:kind .
"""


def quads(text: str, graph: str) -> list[Quad]:
    found = parse(PREFIXES + text, format=RdfFormat.TURTLE)
    return [Quad(one.subject, one.predicate, one.object, PROJECT.graph_iri(graph)) for one in found]


def triples(text: str) -> set[Triple]:
    return {quad.triple for quad in quads(text, "page")}


def same_closure(given: list[Quad]) -> None:
    """Assert that both ways add the same triples, by the same rules in as many rounds, and find as much wrong."""
    one, other = Store(), Store()
    one.bulk_extend(given)
    other.bulk_extend(given)
    by_rule, rounds = naive_closure.close(one)
    order: list[str] = []
    closed = closure.close(
        PROJECT, other, watch=lambda rule, added: order.extend([rule] * len(list(added))), tidy=False
    )
    assert naive_closure.inferred(other) == naive_closure.inferred(one)
    assert (closed.by_rule, closed.rounds) == (by_rule, rounds)
    assert len(order) == sum(by_rule.values())
    listed = {(entry.rule, frozenset(entry.members)) for entry in closed.contradictions if entry.rule != "one-iri"}
    rows = {row for row in naive_closure.contradictions(one) if row[0] != "one-iri"}
    assert listed == {(rule, frozenset(readable(term) for term in terms)) for rule, terms in rows}


def readable(term: object) -> str:
    if isinstance(term, NamedNode):
        return PROJECT.shorten(term.value)
    return f'"{term.value}"' if isinstance(term, Literal) else "an unnamed class"


@settings(max_examples=16, deadline=None)
@given(small_ontologies.axioms(), small_ontologies.data(), small_ontologies.data(3))
def test_any_graph(axioms: str, page: str, curated: str) -> None:
    same_closure([*quads(axioms, "vocabulary"), *quads(page, "page"), *quads(curated, "curated")])


@settings(max_examples=8, deadline=None)
@given(small_ontologies.axioms(), small_ontologies.data(), small_ontologies.axioms(2), small_ontologies.data(4))
def test_data_on_a_prepared_graph(axioms: str, page: str, more: str, user: str) -> None:
    """Data after data gives what the whole would give: nothing is left of the data before."""
    check_prepared(axioms, page, [user, more + user, user])


def check_prepared(axioms: str, page: str, given: list[str]) -> None:
    context = [*quads(axioms, "vocabulary"), *quads(page, "page")]
    ready = prepare(PROJECT, context)
    before = Store()
    before.bulk_extend(context)
    naive_closure.close(before)
    known = {quad.triple for quad in before}
    for text in given:
        data = quads(text, "user")
        together = Store()
        together.bulk_extend([*context, *data])
        naive_closure.close(together)
        wrong = naive_closure.contradictions(together)
        found = ready.infer(data)
        assert bool(found.contradictions) == bool(wrong)
        new = {t for t in naive_closure.inferred(together) if closure.is_kept(t)} - known
        assert found.triples == (set() if wrong else new)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("ex:b ex:part ex:c .", "ex:a ex:part ex:c ."),
        ("ex:x ex:has ex:y .", "ex:y ex:of ex:x ; a ex:C , ex:D ."),
        ("ex:x ex:near 01 .", "ex:x ex:kind 1 ."),
        ("ex:x ex:other ex:y .", ""),
        ("ex:C rdfs:subClassOf ex:F . ex:x a ex:C .", "ex:x a ex:D , ex:F . ex:has rdfs:range ex:F ."),
    ],
)
def test_what_follows_from_data(data: str, expected: str) -> None:
    ready = prepare(PROJECT, quads(AXIOMS, "vocabulary"))
    for _ in range(2):
        assert ready.infer(quads(data, "user")) == (triples(expected), [])


def test_types_may_be_left_out() -> None:
    ready = prepare(PROJECT, quads(AXIOMS, "vocabulary"))
    assert ready.infer(triples("ex:x ex:has ex:y ."), types=False).triples == triples("ex:y ex:of ex:x .")


def test_nothing_follows_from_a_contradiction() -> None:
    ready = prepare(PROJECT, quads(AXIOMS, "vocabulary"))
    found = ready.infer(triples("ex:x ex:has ex:y . ex:y a ex:E ."))
    assert not found.triples
    assert [entry.rule for entry in found.contradictions] == ["cax-dw"]
    assert not ready.infer(triples("ex:y a ex:E .")).contradictions


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{ GRAPH ?g { ?x ex:q ?y } OPTIONAL { GRAPH ?h { ?x ex:r ?y } } }", "it has OPTIONAL"),
        ("{ GRAPH ?g { ?x ex:q ?z } BIND(?z AS ?y) }", "it has BIND"),
        ("{ GRAPH ?g { ?x ?q ?y . ?y ex:p ?z } }", "needs a GRAPH of its own"),
        ("{ ?x ex:q ?y }", "it has TRIPLES"),
        ("{ GRAPH ?g { ?x ex:q ?z } }", r"\?y is in no premise"),
        ("{ GRAPH ?g { ?x ?q ?y } }", r"no axiom says which property \?q is"),
        ("{ GRAPH ?g { ?x ex:q ?y } FILTER EXISTS { GRAPH ?h { ?y ex:q ?y } } }", "it has EXISTS"),
        ("{ GRAPH ?g { ?x ex:q ?y } FILTER NOT EXISTS { GRAPH ?h { ?y ex:q ?y } } }", "a NOT EXISTS must be"),
        ("{ GRAPH ?g { ?x ex:q ?y } GRAPH ?g { ?y ex:q ?x } }", "needs a variable of its own for its graph"),
        ("{ GRAPH graph:page { ?x ex:q ?y } }", "needs a variable of its own for its graph"),
        ("{ { GRAPH ?g { ?x ex:q ?y } } UNION { GRAPH ?h { ?y ex:q ?x } } }", "has a premise in a UNION"),
    ],
)
def test_a_rule_that_cannot_be_evaluated(tmp_path: Path, body: str, reason: str) -> None:
    (tmp_path / "odd.ru").write_text(HEAD + body, encoding="utf-8")
    with pytest.raises(UserError, match=reason):
        prepare(PROJECT, [], tmp_path)


@pytest.mark.parametrize("end", ["GROUP BY ?x", "LIMIT 3", "ORDER BY ?x"])
def test_a_check_has_variables_and_where_alone(tmp_path: Path, end: str) -> None:
    text = f"# says: ?x.\nPREFIX ex: <http://example.org/>\nSELECT ?x WHERE {{ GRAPH ?g {{ ?x ex:q ?y }} }} {end}"
    (tmp_path / "check-odd.rq").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="its SELECT may have variables and WHERE alone"):
        closure.contradictions(PROJECT, Store(), tmp_path)


def test_a_rule_with_conditions_on_values(tmp_path: Path) -> None:
    """What is more than the kind of a term is left to the engine."""
    (tmp_path / "more.ru").write_text(
        HEAD + "{ GRAPH ?g { ?x ex:q ?y } FILTER(isIRI(?x) && (?y > 3 || STRLEN(STR(?y)) = 2)) }", encoding="utf-8"
    )
    found = prepare(PROJECT, [], tmp_path).infer(triples("ex:a ex:q 4 , 2 , 'ab' , 'abc' . _:b ex:q 5 ."))
    assert found.triples == triples("ex:a ex:p 4 , 'ab' .")
