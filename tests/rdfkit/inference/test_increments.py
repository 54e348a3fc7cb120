"""Rules for new data on a closed graph: what they infer from it, and which data needs the whole rules."""

from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, QueryBoolean, QuerySolutions, RdfFormat, Store, parse

from imaging_trials.model.project import PROJECT
from rdfkit.base import UserError
from rdfkit.inference import closure, increments

EX = "http://example.org/"
PREFIXES = (
    f"@prefix ex: <{EX}> . @prefix owl: <{PROJECT.prefixes['owl']}> . @prefix rdfs: <{PROJECT.prefixes['rdfs']}> .\n"
)
DATA, NEW = f"{EX}data", f"{EX}new"
AXIOMS = """
ex:part a owl:TransitiveProperty . ex:near a owl:SymmetricProperty . ex:of owl:inverseOf ex:has .
ex:uncle owl:propertyChainAxiom ( ex:parent ex:brother ) . ex:parent rdfs:subPropertyOf ex:kin .
ex:Both owl:intersectionOf ( ex:One ex:Other ) . ex:Both rdfs:subClassOf [ a owl:Restriction ;
    owl:onProperty ex:color ; owl:hasValue ex:red ] .
[] a owl:AllDisjointClasses ; owl:members ( ex:One ex:Red ex:Green ) .
ex:a ex:part ex:b . ex:b ex:brother ex:c ; a ex:One . ex:z ex:parent ex:b .
"""


def quads(text: str, graph: str) -> list[Quad]:
    found = parse((PREFIXES + text).encode(), format=RdfFormat.TURTLE)
    return [Quad(one.subject, one.predicate, one.object, NamedNode(graph)) for one in found]


@cache
def closed() -> list[Quad]:
    """Return a small graph with its closure, kept as a release has it."""
    store = Store()
    store.extend(quads(AXIOMS, f"{EX}axioms"))
    closure.close(PROJECT, store)
    return list(store)


def shipped() -> Store:
    store = Store()
    store.extend(closed())
    return store


@cache
def rules() -> increments.Increments:
    return increments.increments(PROJECT, shipped(), data=DATA, new=NEW)


def rows_of(store: Store, query: str) -> list[str]:
    """Return the rows of a SELECT query, each as its terms in N-Triples."""
    found = store.query(query)
    assert isinstance(found, QuerySolutions)
    return [" ".join(map(str, row)) for row in found]


def until_stable(store: Store, updates: tuple[str, ...]) -> None:
    size = -1
    while size != len(store):
        size = len(store)
        for update in updates:
            store.update(update)


def inferred(data: str) -> tuple[set[str], set[str], list[str]]:
    """Return what follows from data by all rules and by those for new data, and the contradictions by the latter."""
    store = shipped()
    made = rules()
    together = Store()
    together.extend([*store, *quads(data, DATA)])
    closure.close(PROJECT, together)
    before = {str(quad.triple) for quad in [*store, *quads(data, DATA)]}
    expected = {str(quad.triple) for quad in together} - before
    for update in made.tables:
        store.update(update)
    until_stable(store, made.first)
    known = {str(quad.triple) for quad in store}
    store.extend([*quads(data, DATA), *quads(data, NEW)])
    asked = store.query(made.has_axioms)
    assert isinstance(asked, QueryBoolean)
    until_stable(store, made.whole if asked else made.increments)
    checks = made.whole_checks if asked else made.checks
    broken = [check.rule for check in checks if any(rows_of(store, check.query))]
    found = rows_of(store, f"SELECT ?s ?p ?o {{ GRAPH <{NEW}> {{ ?s ?p ?o }} FILTER({made.kept}) }}")
    return expected, {*found} - before - (known - expected), broken


@pytest.mark.parametrize(
    ("data", "one"),
    [
        ("ex:b ex:part ex:d .", "ex:a ex:part ex:d"),
        ("ex:x ex:near ex:y .", "ex:y ex:near ex:x"),
        ("ex:x ex:has ex:y .", "ex:y ex:of ex:x"),
        ("ex:x ex:parent ex:b .", "ex:x ex:uncle ex:c"),
        ("ex:b ex:brother ex:e .", "ex:z ex:uncle ex:e"),
        ("ex:x ex:parent ex:y . ex:y ex:brother ex:w .", "ex:x ex:uncle ex:w"),
        ("ex:b a ex:Other .", "ex:b ex:color ex:red"),
        ("ex:x ex:kin ex:y .", ""),
        ("ex:mother rdfs:subPropertyOf ex:parent . ex:x ex:mother ex:b .", "ex:x ex:uncle ex:c"),
    ],
)
def test_the_same_follows_as_from_the_whole_graph(data: str, one: str) -> None:
    """Each premise may be the new one, also the last class of an intersection; axioms in the data count."""
    expected, found, contradictions = inferred(data)
    assert found == expected
    assert contradictions == []
    text = " ".join(f"<{EX}{name.removeprefix('ex:')}>" for name in one.split())
    assert not one or text in found


@pytest.mark.parametrize("data", ["ex:b a ex:Red .", "ex:x a ex:Red , ex:Green .", "ex:x a ex:One ; a ex:Green ."])
def test_a_contradiction_with_a_list_is_found(data: str) -> None:
    assert inferred(data)[2] == ["cax-adc"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("ex:x a ex:One ; rdfs:label 'x' ; rdfs:seeAlso ex:y .", False),
        ("ex:p rdfs:domain ex:One .", True),
        ("ex:p a owl:SymmetricProperty .", True),
        ("ex:x ex:has ( ex:y ) .", True),
        ("ex:x owl:sameAs ex:y .", True),
    ],
)
def test_axioms_in_the_data_are_noticed(data: str, expected: bool) -> None:
    store = Store()
    store.extend(quads(data, DATA))
    assert bool(store.query(rules().has_axioms)) is expected


def test_a_rule_with_a_premise_in_a_union_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ontology" / "rules"
    folder.mkdir(parents=True)
    (folder / "prp-odd.ru").write_text(
        "PREFIX graph: <http://x/>\nPREFIX ex: <http://example.org/>\n"
        "INSERT { GRAPH graph:inferred { ?x ex:p ?y . } }\n"
        "WHERE { GRAPH ?g { ?x ex:q ?y . } { GRAPH ?h { ?x ex:r ?y . } } UNION { GRAPH ?h { ?y ex:r ?x . } } }\n",
        encoding="utf-8",
    )
    with pytest.raises(UserError, match="prp-odd has a premise in a UNION"):
        increments.increments(PROJECT.at(tmp_path), Store(), data=DATA, new=NEW)
