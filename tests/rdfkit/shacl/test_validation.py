"""Two engines behind one call: which one is used, and what they refuse."""

import subprocess
import sys

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.shacl import ENGINES, ValidationInput, validate
from tests.conftest import ROOT
from tests.support.validators import EX, NODES, PREFIXES, Compared, comparable

HEAD = PREFIXES + "ex:s a sh:NodeShape ; "
CONSTRAINT = "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this { %s }' ] ."
UNSUPPORTED = {
    CONSTRAINT % "$this ?p ?x . FILTER(RAND() > 0)": "RAND",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this ?x { $this ?p ?x } LIMIT 1' ] .": "LIMIT",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this (SAMPLE(1) AS ?y) {} GROUP BY $this' ] .": "SAMPLE",
}
REFUSED = {
    "sh:targetClass ex:A ; sh:rule [ a sh:TripleRule ] .": r"/s: sh:rule \(rules of SHACL Advanced Features\) is not",
    "sh:target [ a sh:SPARQLTarget ; sh:select 'SELECT ?this WHERE { ?this a ex:A }' ] .": "sh:target",
    "sh:targetClass ex:A ; sh:expression true .": "sh:expression",
    "sh:targetClass ex:A ; sh:js [ sh:jsFunctionName 'f' ] .": r"sh:js \(JavaScript\)",
    "sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:values [ sh:path ex:q ] ] .": "sh:values",
    "sh:targetClass ex:A . ex:f a sh:SPARQLFunction .": "sh:SPARQLFunction",
    "sh:targetClass ex:A . <> sh:entailment <http://www.w3.org/ns/entailment/RDFS> .": "sh:entailment",
    "sh:targetClass ex:A ; sh:memberShape ex:T .": "a term of SHACL 1.2",
    "sh:targetClass ex:A ; sh:minCuont 1 .": "no term sh:minCuont in SHACL: did you mean sh:minCount",
    "sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:minCount 1 , 2 ] .": "sh:minCount has 2 values",
    "sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:node ex:s ] .": "/s refers to itself through .*/s, sh:prop",
    "sh:targetClass ex:A ; sh:or ex:p .": "sh:or must be a list of shapes",
    "sh:targetClass ex:A ; sh:in ex:p .": "sh:in must be a list",
    "sh:targetClass ex:A ; sh:property ex:s2 . ex:s2 a sh:NodeShape .": "needs a property shape, and .* has no sh:path",
    CONSTRAINT % "$this ?p ?x MINUS { ?x ?y ?z }": "MINUS, which is not allowed",
    CONSTRAINT % "$this ?p ?x VALUES ?x { 1 }": "VALUES, which is not allowed",
    CONSTRAINT % "GRAPH ?g { $this ?p ?x }": "GRAPH, which is not allowed",
    CONSTRAINT % "{ SELECT ?x { ?x ?p 1 } }": r"must select \$this by name",
    CONSTRAINT % "$this ?p ?x . BIND(1 AS ?shapesGraph)": r"\$shapesGraph, which",
    CONSTRAINT % "$this $PATH ?x": r"uses \$PATH, and the shape has no sh:path",
}


@pytest.mark.parametrize("text", UNSUPPORTED)
def test_fast_names_what_it_lacks_and_auto_uses_pyshacl(text: str) -> None:
    given = given_by(text)
    with pytest.raises(UserError, match=UNSUPPORTED[text]) as error:
        validate(given, engine="fast")
    assert str(error.value).startswith("The fast engine does not support these shapes (")
    assert outcome(given, "auto") == outcome(given, "pyshacl")


@pytest.mark.parametrize("text", REFUSED)
def test_every_engine_refuses_what_none_supports(text: str) -> None:
    given = given_by(text)
    with pytest.raises(UserError, match=REFUSED[text]):
        validate(given)
    assert len({outcome(given, engine) for engine in ENGINES}) == 1


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("literal", "results"), [("true", 1), ("'1'^^xsd:boolean", 0), ("false", 0)])
def test_only_the_literal_true_asks_for_unique_languages(engine: str, literal: str, results: int) -> None:
    given = given_by(f"sh:targetNode ex:a ; sh:property [ sh:path ex:n ; sh:uniqueLang {literal} ] .")
    data = parse(f"{PREFIXES} ex:a ex:n 'a'@en , 'b'@en .", format=RdfFormat.TURTLE)
    assert len(validate(given, [quad.triple for quad in data], engine=engine)[0]) == results


@pytest.mark.parametrize("engine", ENGINES)
def test_no_literal_has_the_datatype_of_all_literals(engine: str) -> None:
    """PySHACL alone would let all conform; TopQuadrant reports them."""
    given = given_by("sh:targetNode ex:a ; sh:property [ sh:path ex:n ; sh:datatype <urn:L> ] .")
    literal = "http://www.w3.org/2000/01/rdf-schema#Literal"
    quads = [
        Quad(q.subject, q.predicate, NamedNode(literal) if str(q.object) == "<urn:L>" else q.object)
        for q in given.shape_quads
    ]
    data = parse(f"{PREFIXES} ex:a ex:n 'a' , 1 .", format=RdfFormat.TURTLE)
    given = ValidationInput(PROJECT, list(data), quads)
    assert len(validate(given, engine=engine)[0]) == 2


@pytest.mark.parametrize(("constraint", "results"), [("or", 1), ("xone", 1), ("and", 0)])
def test_an_empty_list_of_shapes(constraint: str, results: int) -> None:
    """PySHACL refuses it."""
    assert len(validate(given_by(f"sh:targetNode ex:a ; sh:{constraint} ( ) ."), engine="auto")[0]) == results


@pytest.mark.parametrize(("constraint", "results"), [("minCount", 0), ("maxCount", 1), ("minLength", 0)])
def test_a_count_below_zero(constraint: str, results: int) -> None:
    """PySHACL refuses it, and TopQuadrant agrees."""
    shape = f"sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:{constraint} -1 ] ."
    assert len(validate(given_by(shape), engine="auto")[0]) == results


def given_by(text: str) -> ValidationInput:
    """Return shapes, and data of one triple."""
    shapes = list(parse(HEAD + text, format=RdfFormat.TURTLE, base_iri="http://example.org/file"))
    return ValidationInput(PROJECT, [Quad(NODES[0], NamedNode(EX + "p"), NODES[1])], shapes)


def outcome(given: ValidationInput, engine: str) -> Compared | str:
    """Return the results of an engine, or the sentence with which it refuses the shapes."""
    try:
        return comparable(validate(given, engine=engine)[0])
    except UserError as error:
        return str(error)


@pytest.mark.parametrize("engine", ENGINES)
def test_shapes_that_nest_too_deep_are_refused(engine: str) -> None:
    depth = 3000
    text = "sh:targetClass ex:A ; sh:not ex:s0 . "
    text += "".join(f"ex:s{n} a sh:NodeShape ; sh:not ex:s{n + 1} . " for n in range(depth))
    given = ValidationInput(PROJECT, [], given_by(text).shape_quads)
    if engine == "fast":
        with pytest.raises(UserError, match="they nest too deep, or refer to themselves"):
            validate(given, engine=engine)
    else:
        assert outcome(given, engine) in (comparable(()), outcome(given, "pyshacl"))


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(UserError, match="no engine 'quick': choose one of auto, fast, pyshacl"):
        validate(ValidationInput(PROJECT, [], []), engine="quick")


def test_the_command_offers_these_engines() -> None:
    from imaging_trials.cli import validate as command

    assert command.ENGINES == ENGINES


def test_common_literals_do_not_load_rdflib() -> None:
    use = "import sys; from rdfkit.stores import embedded; from imaging_trials.build import validation; "
    use += "from imaging_trials.model.project import PROJECT; "
    use += "assert validation.validate_shipped(embedded.open_store(PROJECT), engine='fast').conforms(); "
    use += "print('rdflib' in sys.modules, 'pyshacl' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", use], capture_output=True, text=True, check=False, cwd=ROOT)
    assert answer.stdout.split() == ["False", "False"], answer.stderr
