"""Constraints as queries: the same results as the fast engine, and refusals by name."""

from functools import cache

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs, reading
from rdfkit.shacl import ValidationInput, constraint_queries, validate
from tests.support.validators import EX, PREFIXES, SH

FOCUS = NamedNode(constraint_queries.FOCUS)
DATA = f"""{PREFIXES}
@prefix rdf: <{PROJECT.prefixes["rdf"]}> . @prefix rdfs: <{PROJECT.prefixes["rdfs"]}> .
ex:B rdfs:subClassOf ex:A .
ex:a a ex:A ; ex:p 1 , 2.5 , "x" , "y"@en , "Y"@EN-GB , ex:b , _:n ; ex:q ex:b , 2 ; ex:day "2024-02-29"^^xsd:date .
ex:b a ex:B ; ex:p "2023-02-29"^^xsd:date , false , "x1"^^xsd:integer , "-0.5"^^xsd:decimal ; ex:q "y"@en .
ex:c a ex:A ; ex:p "a\\nb" , "\\uFFFE" , "long enough" , ex:c , true , "1900-02-29"^^xsd:date , "2000-02-29"^^xsd:date .
ex:d a ex:A ; ex:q "2" ; ex:p "one"@de , "zwei"@de , "2026-11-30T24:00:00Z"^^xsd:dateTime , "2026"^^xsd:gYear .
_:n a ex:A ; ex:p 3 ; ex:q 3 .
"""
CONSTRAINTS = (
    *(f"sh:minCount {number}" for number in (0, 1, 2, 4)), *(f"sh:maxCount {number}" for number in (0, 1, 3)),
    *(f"sh:{name} 2" for name in ("minExclusive", "minInclusive", "maxExclusive", "maxInclusive")),
    *(f"sh:datatype xsd:{name}" for name in (
        "string", "integer", "decimal", "double", "boolean", "date", "dateTime", "gYear", "anyURI", "positiveInteger",
    )),
    "sh:datatype rdf:langString", "sh:class ex:A", "sh:class ex:B", "sh:hasValue 1", "sh:hasValue ex:b",
    *(f"sh:nodeKind sh:{name}" for name in (
        "IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral",
    )),
    'sh:in ( 1 "x" ex:b )', 'sh:languageIn ( "en" )', 'sh:languageIn ( "*" )', "sh:uniqueLang true",
    "sh:minLength 3", "sh:minLength 0", "sh:maxLength 3", 'sh:pattern "^[a-z]+$"', 'sh:pattern "^Y" ; sh:flags "i"',
    "sh:disjoint ex:q", "sh:equals ex:q", "sh:lessThan ex:q", "sh:lessThanOrEquals ex:q",
    "sh:node [ a sh:NodeShape ; sh:class ex:A ]", "sh:not [ sh:nodeKind sh:Literal ]",
    "sh:not [ sh:path ex:p ; sh:minCount 2 ]", "sh:or ( [ sh:nodeKind sh:IRI ] [ sh:datatype xsd:integer ] )",
    "sh:and ( [ sh:nodeKind sh:IRI ] [ sh:class ex:B ] )", "sh:xone ( [ sh:nodeKind sh:IRI ] [ sh:class ex:A ] )",
    "sh:node [ a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:maxCount 1 ] ]",
    "sh:qualifiedValueShape [ sh:nodeKind sh:Literal ] ; sh:qualifiedMinCount 3",
    "sh:qualifiedValueShape [ sh:nodeKind sh:Literal ] ; sh:qualifiedMaxCount 3",
)  # fmt: skip
PATHS = ("ex:p", "[ sh:inversePath ex:p ]", "( ex:p ex:q )", "[ sh:alternativePath ( ex:p ex:q ) ]")
NODE_CONSTRAINTS = (
    "sh:class ex:B", "sh:nodeKind sh:IRI", "sh:in ( ex:a ex:b )", "sh:hasValue ex:a", "sh:disjoint ex:p",
    "sh:closed true ; sh:ignoredProperties ( ex:p rdf:type )", 'sh:pattern "/[ab]$"',
)  # fmt: skip
TARGETS = ("sh:targetClass ex:A", "sh:targetNode ex:a , 2", "sh:targetSubjectsOf ex:q", "sh:targetObjectsOf ex:p")


def by_queries(shapes: list[Quad], data: list[Quad]) -> set[tuple[str, str, str]]:
    """Return focus, component and value of what the queries find."""
    store = Store()
    store.extend(Quad(one.subject, one.predicate, one.object) for one in data)
    nodes = {node for one in data for node in (one.subject, one.object)}
    store.extend(Quad(FOCUS, FOCUS, node, FOCUS) for node in nodes)
    made = constraint_queries.of_shapes(PROJECT, shapes)
    for update in made.targets:
        store.update(update)
    found = set()
    for each in made.constraints:
        rows = store.query(each.text)
        names = [one.value for one in rows.variables]  # type: ignore[union-attr]
        for row in rows:  # type: ignore[union-attr]
            value = row["value"] if "value" in names else row["this"] if each.value_is_focus else None
            found.add((_text(row["this"]), each.component, _text(value)))
    return found


@cache
def _text(term: object) -> str:
    """Return a term as text, numbers as the store writes them, blank nodes without their label."""
    if isinstance(term, Literal):
        store = Store()
        store.add(Quad(FOCUS, FOCUS, term))
        return str(next(iter(store)).object)
    return str(term) if isinstance(term, NamedNode) else str(term and "_:")


def same(shapes_text: str, data_text: str = DATA) -> set[tuple[str, str, str]]:
    """Return the results; fails unless the fast engine has the same."""
    namespaces = f"{PREFIXES}@prefix rdf: <{PROJECT.prefixes['rdf']}> .\n"
    shapes = list(parse(f"{namespaces}{shapes_text}".encode(), format=RdfFormat.TURTLE))
    data = list(parse(data_text.encode(), format=RdfFormat.TURTLE))
    results, _ = validate(ValidationInput(PROJECT, data, shapes, trusted=True), engine="fast")
    expected = {(_text(one.focus), one.component, _text(one.value)) for one in results}
    assert by_queries(shapes, data) == expected
    return expected


@pytest.mark.parametrize("path", ["ex:p", *(pytest.param(one, marks=pytest.mark.prove) for one in PATHS[1:])])
def test_constraints_on_values(path: str) -> None:
    for constraint in CONSTRAINTS:
        same(f"ex:shape a sh:PropertyShape ; sh:targetClass ex:A ; sh:path {path} ; {constraint} .")


@pytest.mark.parametrize("target", TARGETS)
def test_constraints_on_focus_nodes(target: str) -> None:
    for constraint in NODE_CONSTRAINTS:
        same(f"ex:shape a sh:NodeShape ; {target} ; {constraint} .")


def test_a_query_keeps_to_its_focus_nodes() -> None:
    query = """SELECT $this ?value (?n AS ?count)
        WHERE { { $this ex:q ?value FILTER(isLiteral(?value) && BOUND($this)) }
        UNION { ?value ex:p ?any . FILTER(?value = ex:b && ?value != $this) }
        OPTIONAL { SELECT $this (COUNT(?one) AS ?n) WHERE { $this ex:p ?one } GROUP BY $this } }"""
    declared = f'sh:prefixes [ sh:declare [ sh:prefix "ex" ; sh:namespace "{EX}"^^xsd:anyURI ] ]'
    found = same(
        f'ex:shape a sh:NodeShape ; sh:targetNode ex:a , ex:d ; sh:sparql [ {declared} ; sh:select """{query}""" ] .'
    )
    assert {focus for focus, *_ in found} == {f"<{EX}a>", f"<{EX}d>"}


def test_what_is_switched_off_has_no_query() -> None:
    for text in (
        "ex:s a sh:NodeShape ; sh:deactivated true ; sh:targetClass ex:A ; sh:nodeKind sh:Literal .",
        (
            "ex:s a sh:NodeShape ; sh:targetClass ex:A ; sh:property ex:p . "
            "ex:p a sh:PropertyShape ; sh:deactivated true ; sh:path ex:p ; sh:maxCount 0 ."
        ),
    ):
        assert same(text) == set()


@pytest.mark.parametrize(
    ("constraint", "why"),
    [
        ("sh:path ex:p ; sh:minCount 20", "sh:minCount above 4"),
        ("sh:path ex:p ; sh:datatype xsd:duration", "whose forms have no pattern in SPARQL"),
        ("sh:path ex:p ; sh:datatype xsd:byte", "whose forms have no pattern in SPARQL"),
        ("sh:path ex:p ; sh:property [ sh:path ex:q ; sh:minCount 1 ]", "is a property shape with sh:property"),
        ('sh:sparql [ sh:select "SELECT ?value { ?value ?p $this }" ]', "a SELECT that does not name $this"),
        ('sh:sparql [ sh:select "SELECT $this { $this ?p ?o } LIMIT 1" ]', "LIMIT"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(constraint: str, why: str) -> None:
    text = f"{PREFIXES}ex:shape sh:targetClass ex:A ; {constraint} ."
    with pytest.raises(constraint_queries.Unsupported) as error:
        constraint_queries.of_shapes(PROJECT, list(parse(text.encode(), format=RdfFormat.TURTLE)))
    assert why in str(error.value)
    assert f"{EX}shape" in str(error.value)


def test_every_common_shape_has_its_queries() -> None:
    """No constraint is left out, and their order does not depend on anything else than the shapes."""
    shapes = [quad for file in named_graphs.shape_files(PROJECT, curation=False) for quad in reading.read(file)]
    made = constraint_queries.of_shapes(PROJECT, shapes)
    assert made == constraint_queries.of_shapes(PROJECT, list(reversed(shapes)))
    placed = {str(quad.object) for quad in shapes if quad.predicate.value == f"{SH}property"}
    having = {str(quad.subject) for quad in shapes if quad.predicate.value == f"{SH}message"}
    used = {each.shape for each in made.constraints}
    assert {one for one in having - used if one not in placed} == set()
    assert len(made.constraints) >= 398
