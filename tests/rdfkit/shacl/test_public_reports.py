"""Situations that people reported about SHACL engines, in data and shapes of our own, in every engine.

The expected results follow from the specification; TopQuadrant's engine agrees where it is named.
"""

import pytest
from pyoxigraph import RdfFormat, parse

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.shacl import ENGINES, ValidationInput, validate
from tests.support.located import PREFIXES

S = "ex:S a sh:NodeShape ; sh:targetClass ex:T ; "
SELECT = "sh:sparql [ sh:select '''PREFIX ex: <http://example.org/>"

RESULTS = {
    "pySHACL 219: each of several sh:not": (
        f"{S}sh:not [ sh:class ex:A ] , [ sh:class ex:B ] .",
        "ex:a a ex:T , ex:A . ex:b a ex:T , ex:B . ex:c a ex:T .",
        ["ex:a Not ex:a", "ex:b Not ex:b"],
    ),
    "pySHACL 301: names and paths that look like VALUES": (
        (
            f"{S}{SELECT} PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
            "SELECT $this ?value { $this ex:allowedValues/rdf:rest*/rdf:first ?value FILTER(?value > 1) }''' ] ."
        ),
        "ex:a a ex:T ; ex:allowedValues ( 1 2 ) .",
        ["ex:a SPARQL 2"],
    ),
    "pySHACL 58: sh:ignoredProperties without sh:closed": (
        f"{S}sh:ignoredProperties ( rdf:type ) ; sh:nodeKind sh:Literal .",
        "ex:a a ex:T .",
        ["ex:a NodeKind ex:a"],
    ),
    "pySHACL 240: several results of one query": (
        f"{S}{SELECT} SELECT $this ?value {{ ?value ex:of $this FILTER NOT EXISTS {{ ?value ex:ok true }} }}''' ] .",
        "ex:a a ex:T . ex:x ex:of ex:a . ex:y ex:of ex:a . ex:z ex:of ex:a ; ex:ok true .",
        ["ex:a SPARQL ex:x", "ex:a SPARQL ex:y"],
    ),
    "pySHACL 213: qualified counts of blank nodes": (
        (
            f"{S}sh:property [ sh:path ex:digit ; sh:qualifiedValueShape [ sh:class ex:Thumb ] ; "
            "sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 ] ."
        ),
        "ex:a a ex:T ; ex:digit [ a ex:Finger ] , [ a ex:Finger ] . ex:b a ex:T ; ex:digit [ a ex:Thumb ] .",
        ["ex:a QualifiedMinCount None"],
    ),
    "w3c/data-shapes 47: a value of two disjoint qualified shapes counts for neither": (
        (
            f"{S}sh:property [ sh:path ex:digit ; sh:qualifiedValueShape [ sh:class ex:Thumb ] ; "
            "sh:qualifiedValueShapesDisjoint true ; sh:qualifiedMinCount 1 ] , "
            "[ sh:path ex:digit ; sh:qualifiedValueShape [ sh:class ex:Finger ] ; "
            "sh:qualifiedValueShapesDisjoint true ; sh:qualifiedMinCount 1 ] ."
        ),
        "ex:a a ex:T ; ex:digit ex:d , ex:e . ex:d a ex:Thumb , ex:Finger . ex:e a ex:Finger .",
        ["ex:a QualifiedMinCount None"],
    ),
    "shacl-engine 8: qualified shapes that are not disjoint": (
        (
            f"{S}sh:property [ sh:path ex:owns ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape ex:House ] . "
            "ex:House sh:class ex:House ."
        ),
        "ex:a a ex:T ; ex:owns ex:h . ex:h a ex:House .",
        [],
    ),
    "TopQuadrant 171: sh:closed in a property shape is about its values": (
        f"{S}sh:property [ sh:path ex:knows ; sh:closed true ; sh:property [ sh:path ex:name ] ] .",
        "ex:a a ex:T ; ex:knows [ ex:name 'B' ] . ex:b a ex:T ; ex:knows [ ex:nick 'C' ] .",
        ["ex:b Closed 'C'"],
    ),
    "rdf-validate-shacl 64: sh:closed counts the paths that are properties only": (
        (
            f"{S}sh:closed true ; sh:ignoredProperties ( rdf:type ) ; "
            "sh:property [ sh:path [ sh:alternativePath ( ex:p ex:q ) ] ] ."
        ),
        "ex:a a ex:T ; ex:p 1 .",
        ["ex:a Closed 1"],
    ),
    "tests of pySHACL with inference: sh:closed counts the class rdfs:Resource": (
        "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:closed true ; sh:ignoredProperties ( ex:p ) .",
        "ex:a ex:p 1 ; a rdfs:Resource .",
        ["ex:a Closed <http://www.w3.org/2000/01/rdf-schema#Resource"],
    ),
    "rdf4j 5115: sh:class in a nested property shape under sh:node": (
        f"{S}sh:property [ sh:path ex:p ; sh:node [ sh:property [ sh:path ex:q ; sh:class ex:C ] ] ] .",
        "ex:a a ex:T ; ex:p ex:b . ex:b ex:q ex:c . ex:d a ex:T ; ex:p ex:e . ex:e ex:q ex:f . ex:f a ex:C .",
        ["ex:a Node ex:b"],
    ),
    "open-ontologies 132: nodes that conform do not hide those that do not": (
        f"{S}{SELECT} SELECT $this {{ FILTER NOT EXISTS {{ $this ex:has ?e . ?e ex:status 'present' }} }}''' ] .",
        "ex:a a ex:T ; ex:has ex:e1 . ex:e1 ex:status 'present' . ex:b a ex:T ; ex:has ex:e2 . ex:c a ex:T .",
        ["ex:b SPARQL ex:b", "ex:c SPARQL ex:c"],
    ),
    "apache/jena 3386: the constraint of a result": (
        f"{S}sh:sparql ex:Q . ex:Q sh:select 'SELECT $this {{ $this ?p 1 }}' .",
        "ex:a a ex:T ; ex:p 1 .",
        ["ex:a SPARQL ex:a by ex:Q"],
    ),
    "TopQuadrant 112: a path of names with an empty prefix": (
        (
            "@prefix : <http://example.org/> . :S a sh:NodeShape ; sh:targetClass :T ; "
            "sh:property [ sh:path ( :p :q ) ; sh:hasValue 24 ] ."
        ),
        "ex:a a ex:T ; ex:p [ ex:q 24 ] . ex:b a ex:T ; ex:p [ ex:q 25 ] .",
        ["ex:b HasValue None"],
    ),
    "UCO 513: the prefix rdfs is known": (
        f"{S}sh:sparql [ sh:select 'SELECT $this {{ $this a/rdfs:subClassOf* <http://example.org/U> }}' ] .",
        "ex:a a ex:T . ex:T rdfs:subClassOf ex:U .",
        ["ex:a SPARQL ex:a"],
    ),
}
"""A report, shapes, data, and the results: focus node, component, value."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("report", RESULTS)
def test_results(report: str, engine: str) -> None:
    shapes, data, expected = RESULTS[report]
    found = validate(given_by(shapes, data), engine=engine)[0]
    shown = []
    for result in found:
        by = f" by {short(result.constraint)}" if str(result.constraint).startswith("<") else ""
        shown.append(f"{short(result.focus)} {component(result.component)} {short(result.value)}{by}")
    assert sorted(shown) == expected


ONLY_HERE = {
    "TopQuadrant 171: sh:closed in a property shape is about its values",  # it names the value as focus node
    "UCO 513: the prefix rdfs is known",  # as in pySHACL; it refuses the query
}


@pytest.mark.prove
@pytest.mark.xdist_group("jvm")
@pytest.mark.parametrize("report", sorted(RESULTS.keys() - ONLY_HERE))
def test_topquadrant_agrees(report: str) -> None:
    from tests.support.engines import jena

    shapes, data, expected = RESULTS[report]
    given = given_by(shapes, data)
    found = jena.shacl(given.quads, given.shape_quads)
    shown = [f"{short(each.focus)} {component(each.component)} {short(each.value)}" for each in found]
    assert sorted(shown) == [each.partition(" by ")[0] for each in expected]


def component(iri: str) -> str:
    return iri.rpartition("#")[2].removesuffix("ConstraintComponent")


def short(term: object) -> str:
    text = str(term).replace("<http://example.org/", "ex:").removesuffix(">")
    return text.partition('"^^')[0].strip('"') if "^^" in text else text.replace('"', "'")


def given_by(shapes: str, data: str) -> ValidationInput:
    """Return data and shapes in Turtle."""
    quads = [list(parse(PREFIXES + text, format=RdfFormat.TURTLE)) for text in (data, shapes)]
    return ValidationInput(PROJECT, quads[0], quads[1])


REFUSED = {
    "rdf-validate-shacl 174: a qualified shape in a node shape": (
        f"{S}sh:qualifiedValueShape [ sh:class ex:A ] ; sh:qualifiedMinCount 1 .",
        "sh:qualifiedValueShape belongs in a property shape",
    ),
    "ISAITB/shacl-validator 23: a property shape of alternatives without a path": (
        f"{S}sh:closed true ; sh:property [ sh:xone ( [ sh:path ex:p ; sh:minCount 1 ] [ sh:class ex:A ] ) ] .",
        "sh:property needs a property shape, and its value has no sh:path",
    ),
    "ISAITB/shacl-validator 17: an IRI without angle brackets": (
        f"{S}sh:sparql [ sh:select 'SELECT $this {{ $this https://example.org/p ?v }}' ] .",
        "its query ",
    ),
    "OP-TED/model2owl 66: a class without a prefix": (
        f"{S}sh:sparql [ sh:select 'SELECT $this WHERE {{ $this a Notice . }}' ] .",
        "its query cannot be read at line 1, column 36",
    ),
    "entsoe/application-profiles-library 125: a prefix that is not declared": (
        (
            f"{S}sh:sparql [ sh:prefixes ex: ; "
            "sh:select 'SELECT $this { BIND(EXISTS { $this nc:p ?g } AS ?v) }' ] . "
            "ex: sh:declare [ sh:prefix 'cim' ; sh:namespace 'http://example.org/cim#'^^xsd:anyURI ] ."
        ),
        "uses the prefix nc:, which is not declared for it",
    ),
    "pySHACL 239: a component without a validator": (
        f"{S}ex:nothing true . ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:nothing ] .",
        "it has no validator for",
    ),
    "w3c/data-shapes 96: an ASK query for nodes": (
        (
            f"{S}ex:m 1 . ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:m ] ; "
            "sh:nodeValidator [ sh:ask 'ASK { }' ] ."
        ),
        "sh:nodeValidator needs a node with one sh:select, and this has none",
    ),
    "rdf4j 3079: sh:node with a property shape": (
        f"{S}sh:property [ sh:path ex:p ; sh:node [ sh:path rdf:type ; sh:hasValue ex:T ] ] .",
        "sh:node needs a node shape",
    ),
    "ISAITB/shacl-validator 14: a target by SPARQL": (
        "ex:S a sh:NodeShape ; sh:target [ a sh:SPARQLTarget ; sh:select 'SELECT ?this { ?this a ex:T }' ] .",
        "sh:target .targets of SHACL Advanced Features. is not supported",
    ),
}
"""A report, shapes that no engine can use, and a part of the sentence."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("report", REFUSED)
def test_refusals(report: str, engine: str) -> None:
    shapes, sentence = REFUSED[report]
    with pytest.raises(UserError, match=sentence):
        validate(given_by(shapes, "ex:a a ex:T ."), engine=engine)


NOTED = {
    "TopQuadrant 199: the severity of a query": (
        f"{S}sh:sparql [ sh:severity sh:Warning ; sh:select 'SELECT $this {{ $this ?p 1 }}' ] .",
        "has sh:severity, which has no effect on a SPARQL constraint: put it on the shape",
    ),
    "none: a datatype that no literal has": (
        f"{S}sh:property [ sh:path ex:p ; sh:datatype rdfs:Literal ] .",
        "has sh:datatype rdfs:Literal, which no literal has",
    ),
    "TopQuadrant 29: one of two parameters": (
        f"{S}ex:m 1 . ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:m ] , [ sh:path ex:n ] .",
        "does not use <http://example.org/C>, because it lacks <http://example.org/n>: add that",
    ),
}


@pytest.mark.parametrize("report", NOTED)
def test_notes(report: str) -> None:
    shapes, sentence = NOTED[report]
    given = given_by(shapes, "ex:a a ex:T .")
    (note,) = given.notes(validate(given)[1])
    assert sentence in note
