"""The check of shapes: what it finds, with the sentence and the line; and what the shapes do not look at."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import named_graphs
from rdfkit.shacl import ENGINES
from rdfkit.shacl.checking import check, vocabulary
from rdfkit.shacl.checking.problems import Names
from rdfkit.shacl.engine.graph import Graph

PREFIXES = "".join(f"@prefix {name}: <{PROJECT.prefixes[name]}> .\n" for name in ("rdf", "rdfs", "sh", "xsd", "owl"))
PREFIXES += "@prefix ex: <http://example.org/> .\n"
S = "ex:S a sh:NodeShape ; sh:targetClass ex:T ; "

WRONG = {
    "sh:mincount 1": "ex:S: there is no term sh:mincount in SHACL: did you mean sh:minCount?",
    "sh:property [ sh:path ex:p ; sh:nodeKind sh:IRIOrBlankNode ]": "did you mean sh:BlankNodeOrIRI?",
    "sh:severity sh:Fatal": "there is no term sh:Fatal in SHACL",
    "sh:Violation ex:x": "sh:Violation is not a property of SHACL",
    "a sh:IRI": "sh:IRI is not a class of SHACL",
    "sh:minCount 1": "sh:minCount belongs in a property shape, and this shape has no sh:path",
    "sh:uniqueLang true": "sh:uniqueLang belongs in a property shape",
    "sh:path ex:p": "it is an sh:NodeShape and has sh:path",
    "sh:property ex:nowhere": "sh:property needs a property shape, and ex:nowhere is not described in these shapes",
    "sh:property [ sh:minCount 1 ]": "sh:property needs a property shape, and its value has no sh:path",
    "sh:node [ sh:path ex:p ]": "sh:node needs a node shape, and ex:S, sh:node for ex:p has sh:path: use sh:property",
    "sh:property [ sh:path ex:p ; sh:minCount 'one' ]": 'sh:minCount must be an xsd:integer, not "one"',
    "sh:property [ sh:path ex:p ; sh:minCount 1.0 ]": "sh:minCount must be an xsd:integer",
    "sh:property [ sh:path ex:p , ex:q ]": "sh:path has 2 values: keep one",
    "sh:property [ sh:path 'p' ]": "sh:path is not a path: a literal or an empty list is none",
    "sh:property [ sh:path ( ex:p ) ]": "sh:path is not a path: a list in it must be well-formed and have two members",
    "sh:property [ sh:path [ sh:inversePath ex:p ; sh:zeroOrMorePath ex:q ] ]": "sh:path is not a path: a blank node",
    "sh:property [ sh:path _:p ] . _:p sh:inversePath _:p": "sh:path is not a path: it contains itself",
    "sh:class 'T'": 'sh:class must be an IRI, not "T"',
    "sh:closed 1": "sh:closed must be true or false, not",
    "sh:deactivated '1'^^xsd:boolean": "sh:deactivated must be true or false",
    "sh:in ex:a": "sh:in must be a list, not ex:a",
    "sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l": "sh:in must be a list.",
    "sh:languageIn ( ex:en )": "sh:languageIn must be a list of strings",
    "sh:ignoredProperties ( 'p' )": "sh:ignoredProperties must be a list of IRIs",
    "sh:or ( 'x' )": "sh:or must be a list of shapes",
    "sh:message 1": "sh:message must be a text",
    "sh:targetNode [ ]": "sh:targetNode must be an IRI or a literal",
    "sh:not 'x'": "sh:not must be a shape",
    "sh:datatype xsd:string , xsd:date": "sh:datatype has 2 values",
    "sh:pattern '((('": "ex:S: its sh:pattern ",
    "sh:pattern 'a' ; sh:flags 'k'": "ex:S: its sh:pattern ",
    "sh:sparql [ ]": "ex:S: sh:sparql needs a node with one sh:select, and this has none",
    "sh:sparql [ sh:select 'SELECT ?x { ?x ex:about $this }' ]": "its query does not select $this",
    "sh:sparql [ sh:select 'SELECT * { FILTER(1 = 1) }' ]": "its query does not select $this",
    "sh:sparql [ sh:select 'SELECT $this { $this nope:p 1 }' ]": "uses the prefix nope:, which is not declared for it",
    "sh:sparql [ sh:select 'SELECT $this {' ]": "ex:S: its query ",
    "sh:sparql [ sh:select 'ASK { $this ?p 1 }' ]": "sh:select needs a SELECT query, and this is ASK",
    "sh:sparql [ sh:select 'SELECT $this (1 AS ?this) { $this ?p 1 }' ]": "ex:S: ",
    "sh:node ex:T2 . ex:T2 sh:node ex:S": "refers to itself",
    "ex:m 1 . ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:m ; sh:optional true ]": "without sh:optional",
    "ex:m 1 . ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:value ]": "cannot be called value",
    "ex:m 1 , 2 ; ex:n 3 . ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:m ] , [ sh:path ex:n ]": (
        "ex:m has 2 values, but ex:C takes one"
    ),
}
"""What a shape ex:S has, and a part of the sentence about it."""


def problems(text: str) -> list[str]:
    """Return the sentences about shapes, with a prefix for their IRIs."""
    names = Names(PROJECT, Graph.from_triples(parse(PREFIXES + text, format=RdfFormat.TURTLE)))
    return [re.sub("<?http://example.org/([^>:, ]*)>?", r"ex:\1", each.text) for each in check.problems(names)]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_has_a_sentence(text: str) -> None:
    found = problems(f"{S}{text} .")
    assert any(WRONG[text] in each for each in found), found


RIGHT = [
    "sh:property [ sh:path ex:p ; sh:minCount 1 ; sh:name 'n'@en , 'm' ; sh:order 1.5 ; sh:group ex:g ]",
    "sh:property [ sh:path ( ex:p [ sh:alternativePath ( ex:q [ sh:inversePath ex:r ] ) ] ) ; sh:maxCount 0 ]",
    "sh:property [ sh:path ex:p ; sh:severity ex:Critical ; sh:message 'a'@en , 'b'@de ]",
    "sh:or ( [ sh:class ex:A ] [ sh:property [ sh:path ex:p ] ] ) ; sh:in ( ) ; sh:hasValue [ ]",
    "sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:deactivated false",
    "sh:node ex:Other ; sh:not [ sh:nodeKind sh:BlankNodeOrIRI ]",
    "sh:sparql [ sh:select 'SELECT * { $this ?p ?v }' ] ; sh:qualifiedMinCount 1",
    "sh:sparql [ sh:select 'PREFIX e: <http://e/> SELECT DISTINCT $this ?value { $this e:p/rdf:rest* ?value }' ]",
    "sh:property [ sh:path ex:p ; sh:uniqueLang '1'^^xsd:boolean ; sh:defaultValue 1 ; rdfs:label 'x' ]",
]


@pytest.mark.parametrize("text", RIGHT)
def test_valid_shapes_are_not_criticized(text: str) -> None:
    assert problems(f"{S}{text} .") == []


def test_the_shapes_of_this_project_are_valid() -> None:
    quads = [quad for path in named_graphs.shape_files(PROJECT) for quad in parse(path=path)]
    assert check.problems(Names(PROJECT, Graph.from_triples(quads))) == []


def test_the_terms_are_those_of_the_published_vocabulary() -> None:
    """PySHACL contains W3C's file."""
    published = files("pyshacl").joinpath("assets", "shacl.ttl").read_bytes()
    subjects = {str(quad.subject)[1:-1] for quad in parse(published, format=RdfFormat.TURTLE)}
    terms = {iri.removeprefix(vocabulary.SH) for iri in subjects if iri.startswith(vocabulary.SH)}
    assert terms | {"values"} == vocabulary.TERMS


# Files


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path]:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    data.write_text(PREFIXES + "ex:a a ex:T ; ex:p 1 .")
    return shapes, data


@pytest.mark.parametrize("engine", ENGINES)
def test_problems_are_listed_with_their_lines(own: tuple[Path, Path], engine: str) -> None:
    shapes, data = own
    shapes.write_text(PREFIXES + "ex:S a sh:NodeShape ;\n  sh:minCount 1 ;\n  sh:class 'T' .\n")
    line = PREFIXES.count("\n") + 1
    with pytest.raises(UserError) as error:
        validation.validate_files_by_shapes([data], [shapes], engine=engine)
    title, first, second = str(error.value).split("\n")
    assert title.startswith(f"The shapes in {shapes} are not valid SHACL: fix these lines, or add --no-check-shapes")
    assert first.startswith(f"{shapes}:{line + 1}:15: <http://example.org/S>: ".replace("<", "").replace(">", ""))
    assert second.startswith(f"{shapes}:{line + 2}:12: ")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_check_can_be_switched_off(own: tuple[Path, Path], engine: str) -> None:
    """Made up after DCAT-AP 3.0.1, whose shapes have a sh:property to a node that they do not describe."""
    shapes, data = own
    rest = "sh:property ex:nowhere , [ sh:path ex:q ; sh:minCount 1 ] ; sh:labell 'x' ."
    shapes.write_text(f"{PREFIXES}{S}{rest}")
    with pytest.raises(UserError, match="nowhere> is not described"):
        validation.validate_files_by_shapes([data], [shapes], engine=engine)
    found = validation.validate_files_by_shapes([data], [shapes], engine=engine, check_shapes=False)
    assert [str(result.path) for result in found.results] == ["<http://example.org/q>"]
    title, first, second = found.notes
    assert title == "Left out of the shapes, which are not valid SHACL:"
    assert "nowhere> is not described" in first
    assert "there is no term sh:labell in SHACL" in second


def test_shapes_without_a_shape_are_refused(own: tuple[Path, Path]) -> None:
    shapes, data = own
    for text, what in (
        ("", "has no shape, so nothing would be checked"),
        ("ex:a ex:p 1 .", "has no shape, so nothing would be checked"),
        (f"{S}ex:p 1 .".replace("sh:", "shacl:"), "SHACL's namespace is http://www.w3.org/ns/shacl#, and not https:"),
    ):
        shapes.write_text(f"{PREFIXES}@prefix shacl: <https://www.w3.org/ns/shacl#> .\n{text}")
        with pytest.raises(UserError, match=what):
            validation.validate_files_by_shapes([data], [shapes])


@pytest.mark.parametrize("engine", ENGINES)
def test_shapes_that_target_nothing_are_named(own: tuple[Path, Path], engine: str) -> None:
    shapes, data = own
    shapes.write_text(f"{PREFIXES}{S.replace('ex:T', 'ex:TT')}sh:class ex:U . ex:U a sh:NodeShape , rdfs:Class .")
    found = validation.validate_files_by_shapes([data], [shapes], engine=engine)
    (note,) = found.notes
    assert note.startswith("No node was checked: the data has none that these shapes target: ")
    assert "http://example.org/S (sh:targetClass <http://example.org/TT>)" in note
    assert "http://example.org/U (the class itself)" in note
    shapes.write_text(f"{PREFIXES}ex:S a sh:NodeShape ; sh:class ex:T .")
    assert "no shape has a target" in validation.validate_files_by_shapes([data], [shapes], engine=engine).notes[0]


def test_a_shape_that_is_not_described_is_noted(own: tuple[Path, Path]) -> None:
    shapes, data = own
    shapes.write_text(f"{PREFIXES}{S}sh:node ex:Adress .")
    (note,) = validation.validate_files_by_shapes([data], [shapes]).notes
    assert "refers to <http://example.org/Adress> (sh:node), which these shapes do not describe" in note


def test_a_prefix_that_is_declared_elsewhere_is_named(own: tuple[Path, Path]) -> None:
    shapes, data = own
    declared = "ex:o sh:declare [ sh:prefix 'e' ; sh:namespace 'http://example.org/'^^xsd:anyURI ] . "
    shapes.write_text(f"{PREFIXES}{declared}{S}sh:sparql [ sh:select 'SELECT $this {{ $this e:p 1 }}' ] .")
    with pytest.raises(UserError, match=r"add sh:prefixes <http://example[.]org/o> beside its text"):
        validation.validate_files_by_shapes([data], [shapes])
