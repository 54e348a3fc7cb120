"""The location of a contradiction: the statement of the file that makes it, and the others that it needs."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.inference import closure
from rdfkit.rdf import reading
from rdfkit.shacl import Source, locate, report
from rdfkit.shacl.locating.contradictions import PREMISES
from tests.support.located import PREFIXES, marked, span, spans

OWL = f"@prefix owl: <{PROJECT.prefixes['owl']}> .\n"
ONE_LINE = PREFIXES.replace("\n", " ") + OWL
CASES = {
    "cax-adc": (
        "[] a owl:AllDisjointClasses ; owl:members ( ex:A ex:B ) .",
        ["ex:x a ⟦ex:A⟧ .", "ex:x a ⟦ex:B⟧ ."],
    ),
    "cax-dw": (
        "ex:A owl:disjointWith ex:B . ex:C rdfs:subClassOf ex:A . ex:p rdfs:range ex:B .",
        ["ex:x a ⟦ex:C⟧ .", "ex:y ex:p ⟦ex:x⟧ ."],
    ),
    "cax-dw by domain": (
        "ex:A owl:disjointWith ex:B . ex:p rdfs:domain ex:B . ex:q rdfs:subPropertyOf ex:p . ex:x a ex:A .",
        ["ex:x ex:r ex:y .", "⟦ex:x⟧ ex:q ex:y ."],
    ),
    "cls-com": ("ex:N owl:complementOf ex:C . ex:x a ex:N .", ["ex:x a ⟦ex:C⟧ ."]),
    "cls-maxc1": ("ex:R owl:maxCardinality 0 ; owl:onProperty ex:p . ex:x a ex:R .", ["ex:x ex:p ⟦1⟧ ."]),
    "cls-maxqc1": (
        "ex:R owl:maxQualifiedCardinality 0 ; owl:onProperty ex:p ; owl:onClass ex:C . ex:x a ex:R .",
        ["ex:y a ⟦ex:C⟧ .", "ex:x ex:p ⟦ex:y⟧ ."],
    ),
    "cls-maxqc2": (
        "ex:R owl:maxQualifiedCardinality 0 ; owl:onProperty ex:p ; owl:onClass owl:Thing . ex:x a ex:R .",
        ["ex:x ex:p ⟦ex:y⟧ ."],
    ),
    "cls-nothing2": ("", ["ex:x a ⟦owl:Nothing⟧ ."]),
    "eq-diff1": ("ex:x owl:differentFrom ex:y .", ["ex:x owl:sameAs ⟦ex:y⟧ ."]),
    "eq-diff2": (
        "[] a owl:AllDifferent ; owl:members ( ex:x ex:y ) .",
        ["ex:x ex:p ex:y .", "ex:x owl:sameAs ⟦ex:y⟧ ."],
    ),
    "eq-diff3": ("[] a owl:AllDifferent ; owl:distinctMembers ( ex:x ex:y ) .", ["ex:x owl:sameAs ⟦ex:y⟧ ."]),
    "one-iri": ("", ["ex:x owl:sameAs ⟦ex:y⟧ ."]),
    "prp-adp": (
        "[] a owl:AllDisjointProperties ; owl:members ( ex:p ex:q ) .",
        ["ex:x ex:q ⟦ex:y⟧ .", "ex:x ex:p ⟦ex:y⟧ ."],
    ),
    "prp-asyp": ("ex:p a owl:AsymmetricProperty .", ["ex:x ex:p ⟦ex:y⟧ .", "ex:y ex:p ⟦ex:x⟧ ."]),
    "prp-fp": (
        "ex:p a owl:FunctionalProperty .",
        ["ex:x ex:r ex:one ; a ex:T .", "ex:x ex:p ⟦1⟧ .", "ex:x ex:p ⟦2⟧ .", "ex:x ex:r 2 ."],
    ),
    "prp-fp beside the base graph": ("ex:p a owl:FunctionalProperty . ex:x ex:p ex:a .", ["ex:x ex:p ⟦ex:b⟧ , ex:a ."]),
    "prp-fp by an inverse": (
        "ex:p a owl:FunctionalProperty . ex:i owl:inverseOf ex:p . ex:x ex:p ex:a .",
        ["⟦ex:b⟧ ex:i ex:x ."],
    ),
    "prp-ifp": ("ex:p a owl:InverseFunctionalProperty .", ["ex:x1 ex:p ⟦ex:y⟧ .", "ex:x2 ex:q 1 ; ex:p ⟦ex:y⟧ ."]),
    "prp-irp": ("ex:p a owl:IrreflexiveProperty .", ["ex:x ex:p ex:y , ⟦ex:x⟧ ."]),
    "prp-key": (
        "ex:C owl:hasKey ( ex:p ) . ex:x1 a ex:C . ex:x2 a ex:C ; ex:p 'k' .",
        ["ex:x2 ex:q 'k' .", "ex:x1 ex:p ⟦'k'⟧ ."],
    ),
    "prp-npa1": (
        "[] owl:sourceIndividual ex:x ; owl:assertionProperty ex:p ; owl:targetIndividual ex:y .",
        ["ex:x ex:p ⟦ex:y⟧ ."],
    ),
    "prp-npa2": (
        "[] owl:sourceIndividual ex:x ; owl:assertionProperty ex:p ; owl:targetValue 'v' .",
        ["ex:x ex:p 'w' , ⟦'v'⟧ ."],
    ),
    "prp-pdw": ("ex:p owl:propertyDisjointWith ex:q . ex:x ex:q ex:y .", ["ex:x ex:p ⟦ex:y⟧ ."]),
}
"""Axioms and facts of the base graph, and a file with the premises marked: the last of them is the wrong statement."""


def contradiction_of(rule: str, axioms: str, path: Path) -> tuple[report.Report, Store]:
    """Return a report of the contradiction by a rule of a file with a base graph, and that graph, closed."""
    base, together = Store(), Store()
    graph = NamedNode("urn:base")
    for quad in parse(ONE_LINE + axioms, format=RdfFormat.TURTLE):
        base.add(Quad(quad.subject, quad.predicate, quad.object, graph))
    closure.close(PROJECT, base)
    together.extend(base)
    for quad in reading.read(path):
        together.add(Quad(quad.subject, quad.predicate, quad.object, NamedNode("urn:file")))
    closed = closure.close(PROJECT, together, tidy=False)
    found = [each for each in closed.contradictions if each.rule == rule]
    return report.Report(PROJECT, 1, 1, contradictions=tuple(found[:1])), base


@pytest.mark.parametrize("case", CASES)
def test_the_last_premise_of_the_file_is_wrong(case: str, tmp_path: Path) -> None:
    axioms, lines = CASES[case]
    text, expected = marked("\n".join([ONE_LINE.replace("\n", " "), *lines]))
    path = tmp_path / "mine.ttl"
    path.write_text(text, encoding="utf-8")
    found, base = contradiction_of(case.partition(" ")[0], axioms, path)
    (contradiction,) = found.contradictions
    placed = locate(found, [Source("mine.ttl", path, "turtle", reading.read(path))], base, [])
    assert [span(place) for place in placed.locations[contradiction]] == expected[::-1]


def test_every_check_has_its_premises_and_a_case() -> None:
    checks = {path.stem.removeprefix("check-") for path in PROJECT.rules.glob("check-*.rq")}
    assert checks == PREMISES.keys() == {case.partition(" ")[0] for case in CASES}


def test_a_class_expression_is_located_at_the_first_mention(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    text, expected = marked(ONE_LINE.replace("\n", " ") + "\nex:y ex:q ex:z .\n⟦ex:x⟧ ex:p ex:v .")
    path.write_text(text, encoding="utf-8")
    axioms = (
        "ex:N owl:complementOf ex:C . ex:x a ex:N . [ owl:onProperty ex:p ; owl:hasValue ex:v ] rdfs:subClassOf ex:C ."
    )
    found, base = contradiction_of("cls-com", axioms, path)
    placed = locate(found, [Source("mine.ttl", path, "turtle", reading.read(path))], base, [])
    assert spans(placed) == expected


def test_a_contradiction_with_the_shipped_graph(tmp_path: Path) -> None:
    data = "ex:a a imt:PharmaceuticalAgent ; imt:isListedAsHeldBy ⟦agent:fes⟧ . ex:doc imt:isDocumentOf agent:fes ."
    text, expected = marked(PREFIXES + data)
    (tmp_path / "mine.ttl").write_text(text, encoding="utf-8")
    found = validation.validate_files([tmp_path / "mine.ttl"])
    assert found.contradictions
    assert [span(found.location(each)) for each in found.contradictions] == expected * len(found.contradictions)
