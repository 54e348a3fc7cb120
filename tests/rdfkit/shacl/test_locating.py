"""The location of each thing found: the part of the file that a person must change."""

import json
import re
import shutil
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, Store

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading
from rdfkit.shacl import ENGINES, Source, locate, report
from rdfkit.shacl.locating.paths import TripleIndex
from tests.conftest import ROOT
from tests.support.located import PREFIXES, SAME, SHAPE, marked, of_file, of_own_shapes, span, spans

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def context() -> validation.Context:
    return validation.load_context()


SHAPES = [
    ("sh:path ex:p ; sh:datatype xsd:integer", "ex:a a ex:T ; ex:p 1 , ⟦'x'⟧ , 2 ."),
    ("sh:path ex:p ; sh:class ex:C", "ex:a a ex:T ; ex:p ex:c , ⟦ex:d⟧ . ex:c a ex:C ."),
    ("sh:path ex:p ; sh:minCount 1", "ex:b ex:q ex:a . ⟦ex:a⟧ a ex:T . ex:a ex:q 1 ."),
    ("sh:path ex:p ; sh:maxCount 2", "ex:a a ex:T ; ex:p 1 . ex:a ex:p 2 . ex:a ex:p 1 , ⟦3⟧ , 4 ."),
    ("sh:path ex:p ; sh:maxCount 0", "ex:a a ex:T ; ex:p ⟦1⟧ ."),
    ("sh:path ex:p ; sh:hasValue 1", "⟦ex:a⟧ a ex:T ; ex:p 2 ."),
    ("sh:path ex:p ; sh:uniqueLang true", "ex:a a ex:T ; ex:p 'x'@en , 'y'@de , ⟦'z'@en⟧ ."),
    ("sh:path ex:p ; sh:in ( 1 2 )", "ex:a ex:p 1 , ⟦3⟧ ; a ex:T ."),
    ("sh:path ex:p ; sh:disjoint ex:q", "ex:a a ex:T ; ex:q 1 ; ex:p ⟦1⟧ ."),
    ("sh:path ex:p ; sh:equals ex:q", "ex:a a ex:T ; ex:q 1 , ⟦2⟧ ; ex:p 1 ."),
    ("sh:path ex:p ; sh:lessThan ex:q", "ex:a a ex:T ; ex:q 3 ; ex:p 1 , ⟦4⟧ ."),
    ("sh:path ex:p ; sh:node [ sh:property [ sh:path ex:q ; sh:minCount 1 ] ]", "ex:a a ex:T ; ex:p ⟦ex:b⟧ ."),
    (
        "sh:path ex:p ; sh:qualifiedMaxCount 1 ; sh:qualifiedValueShape [ sh:nodeKind sh:IRI ]",
        "ex:a a ex:T ; ex:p ex:b , ⟦ex:c⟧ .",
    ),
    ("sh:path ( ex:p ex:q ) ; sh:datatype xsd:string", "ex:a a ex:T ; ex:p ex:b . ex:b ex:q ⟦1⟧ ."),
    ("sh:path [ sh:inversePath ex:p ] ; sh:class ex:C", "ex:a a ex:T . ⟦ex:b⟧ ex:p ex:a ."),
    ("sh:path [ sh:alternativePath ( ex:p ex:q ) ] ; sh:datatype xsd:string", "ex:a a ex:T ; ex:p 'x' ; ex:q ⟦1⟧ ."),
    ("sh:path [ sh:oneOrMorePath ex:p ] ; sh:nodeKind sh:IRI", "ex:a a ex:T ; ex:p ex:b . ex:b ex:p ⟦'x'⟧ ."),
    ("sh:path [ sh:zeroOrOnePath ex:p ] ; sh:nodeKind sh:IRI", "ex:a a ex:T ; ex:p ⟦'x'⟧ ."),
    (
        "sh:path ( [ sh:zeroOrMorePath ex:p ] [ sh:inversePath ex:q ] ) ; sh:class ex:C",
        "ex:a a ex:T ; ex:p ex:b . ⟦ex:c⟧ ex:q ex:b .",
    ),
    ("sh:path ex:p ; sh:minLength 2", "ex:a a ex:T ; ex:p ⟦'''\n'''⟧ ."),
    ("sh:path ex:p ; sh:nodeKind sh:IRI", "ex:a a ex:T ; ex:p ⟦[⟧ ex:q [] ] , ex:b ."),
    ("sh:path ex:p ; sh:minCount 1", "ex:b ex:q ⟦[⟧ a ex:T ; ex:r ( 1 ) ] ."),
]  # fmt: skip
ON_NODES = [
    ("sh:nodeKind sh:BlankNode", "ex:b ex:p ex:a . ⟦ex:a⟧ ex:q 1 ; a ex:T ."),
    (
        "sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:property [ sh:path ex:p ]",
        "ex:a a ex:T ; ex:p 1 ; ⟦ex:q⟧ 1 .",
    ),
    ("sh:not [ sh:property [ sh:path ex:p ; sh:minCount 1 ] ]", "ex:a a ex:T ; ex:q 1 ; ex:p ⟦1⟧ ."),
    ("sh:or ( [ sh:property [ sh:path ex:p ; sh:minCount 1 ] ] [ sh:class ex:C ] )", "⟦ex:a⟧ a ex:T ; ex:q 1 ."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "data"), [*SHAPES, *ON_NODES])
def test_the_location_is_the_part_that_the_rule_is_about(rule: str, data: str, tmp_path: Path) -> None:
    text, expected = marked(PREFIXES + data)
    body = f"sh:property [ {rule} ]" if (rule, data) in SHAPES else rule
    found = of_own_shapes(tmp_path, f"ex:S a sh:NodeShape ; sh:targetClass ex:T ; {body} .", text)
    assert found.results
    assert expected[0] in spans(found)


SPARQL = """
<http://example.org/> sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:name "one number each"@en ; sh:sparql ex:rule .
ex:rule a sh:SPARQLConstraint ; sh:prefixes <http://example.org/> ; sh:message "Give another number." ;
    sh:select "SELECT $this ?value WHERE { $this ex:number ?n . ?value ex:number ?n . FILTER(?value != $this) }" .
"""


def test_a_rule_about_several_statements_locates_each(tmp_path: Path) -> None:
    data, (first, second) = marked(PREFIXES + "ex:a a ex:T ; ex:number ⟦1⟧ ; ex:p 1 . ex:b ex:q 1 ;\n ex:number ⟦1⟧ .")
    found = of_own_shapes(tmp_path, SPARQL, data)
    (entry,) = report.diagnostics(found)
    assert span(entry.location) == first
    assert [span(place) for place in entry.related] == [second]
    text = report.lines_with_snippets(found)
    assert re.fullmatch(r" +\| +\^ one number each", text[2])
    assert re.fullmatch(r" +\| +-", text[4])


@pytest.mark.parametrize(
    ("rule", "data"),
    [("sh:disjoint ex:q", "ex:q ⟦1⟧ , 2 ; ex:p 3 , ⟦1⟧"), ("sh:lessThan ex:q", "ex:q ⟦3⟧ ; ex:p 1 , ⟦4⟧")],
)
def test_a_value_compared_with_another_locates_both(rule: str, data: str, tmp_path: Path) -> None:
    text, (other, value) = marked(PREFIXES + f"ex:a a ex:T ; {data} .")
    shape = f"ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property [ sh:path ex:p ; {rule} ] ."
    (entry,) = report.diagnostics(of_own_shapes(tmp_path, shape, text))
    assert (span(entry.location), [span(place) for place in entry.related]) == (value, [other])


def test_a_second_value_comes_before_the_only_value(tmp_path: Path) -> None:
    data, expected = marked(PREFIXES + "ex:a a ex:T ; ex:number 2 . ex:b ex:number 1 , ⟦2⟧ .")
    assert spans(of_own_shapes(tmp_path, SPARQL, data)) == expected


def test_a_compared_value_comes_before_other_statements(tmp_path: Path) -> None:
    shape = (
        SPARQL[: SPARQL.index("SELECT")] + 'SELECT $this WHERE { $this ex:kind ?k ; ex:number ?n FILTER(?n > 9) }" .'
    )
    data, expected = marked(PREFIXES + "ex:a a ex:T ; ex:kind ex:k ;\n ex:number ⟦10⟧ .")
    assert spans(of_own_shapes(tmp_path, shape, data)) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_a_prefix_that_needs_no_declaration_is_located(engine: str, tmp_path: Path) -> None:
    """Issue 10: the engines know ``rdfs:``, and then the search for the place refused the query."""
    query = "SELECT $this ?value { $this rdfs:label ?value . FILTER(?value != 'x' && ?value != rdfs:label) }"
    shape = f'ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:sparql [ sh:select "{query}" ] .'
    data, expected = marked(PREFIXES + "ex:a a ex:T ; ex:q 1 ;\n rdfs:label 'x' , ⟦'y'⟧ .")
    assert spans(of_own_shapes(tmp_path, shape, data, engine)) == expected


def test_a_missing_statement_is_located_at_its_node(tmp_path: Path) -> None:
    shape = SPARQL.replace("?value WHERE", "WHERE").replace(
        "?value ex:number ?n . FILTER(?value != $this)", "FILTER NOT EXISTS { $this ex:unit ?u }"
    )
    data, expected = marked(PREFIXES + "⟦ex:a⟧ a ex:T ;\n ex:number ⟦1⟧ .")
    (entry,) = report.diagnostics(of_own_shapes(tmp_path, shape, data))
    assert [span(place) for place in (entry.location, *entry.related)] == expected


def test_a_logical_rule_locates_the_node_then_its_statements(tmp_path: Path) -> None:
    shape = "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:xone ( ex:One [ sh:class ex:D ] ) . ex:One sh:class ex:C ."
    data, expected = marked(PREFIXES + "⟦ex:a⟧ ex:q 1 ;\n a ⟦ex:T⟧ , ⟦ex:C⟧ , ⟦ex:D⟧ .")
    (entry,) = report.diagnostics(of_own_shapes(tmp_path, shape, data))
    assert [span(place) for place in (entry.location, *entry.related)] == expected


def test_subproperties_and_inverses_are_traced() -> None:
    axioms = Store()
    ex = [NamedNode(f"http://example.org/{name}") for name in "pqrsab"]
    p, q, r, s, a, b = ex
    axioms.add(Quad(q, NamedNode(PROJECT.expand("rdfs:subPropertyOf")), p))
    axioms.add(Quad(r, NamedNode(PROJECT.expand("owl:inverseOf")), q))
    axioms.add(Quad(s, NamedNode(PROJECT.expand("rdf:type")), NamedNode(PROJECT.expand("owl:SymmetricProperty"))))
    index = TripleIndex([[Quad(a, q, b), Quad(b, r, a), Quad(b, s, a)]], axioms)
    assert index.values(a, p, {}) == [(b, (0, 0, "object")), (b, (0, 1, "subject"))]
    assert index.values(a, s, {}) == [(b, (0, 2, "subject"))]
    assert index.values(b, p, {}) == []


UNDEFINED = [
    "ex:a ⟦imt:mas⟧ 1 .",
    "ex:a a ⟦imt:Agnet⟧ .",
    "ex:b skos:note 1 . ex:a skos:note '1'^^⟦xsd:intger⟧ .",
    "ex:a skos:related ⟦agent:nobody⟧ .",
    "[] ⟦imt:mas⟧ 1 .",
]


@pytest.mark.parametrize("data", UNDEFINED)
def test_an_undefined_term_is_located_at_its_first_use(data: str, context: validation.Context, tmp_path: Path) -> None:
    text, expected = marked(PREFIXES + data)
    (tmp_path / "mine.ttl").write_text(text, encoding="utf-8")
    found = validation.validate_files([tmp_path / "mine.ttl"], None, context)
    assert [span(found.location(finding)) for finding in found.undefined] == expected


@pytest.mark.parametrize(
    ("extension", "ending"),
    # Lines of N-Triples may not end with CR alone in pyoxigraph.
    [(name, end) for name in SAME for end in ("\n", "\r\n", "\r") if end != "\r" or not name.startswith("n")],
)
@pytest.mark.parametrize("start", ["", "\ufeff", "# é 𝄞 日本\n"])
def test_any_line_ends_byte_order_mark_and_tabs(extension: str, ending: str, start: str, tmp_path: Path) -> None:
    text, expected = marked(SAME[extension])
    line, column, end_line, end_column = expected[0]
    more = start.count("\n")
    found = of_file(tmp_path, f"mine.{extension}", (start + text).replace("\n", ending).encode())
    assert spans(found) == [(line + more, column, end_line + more, end_column)]


def test_other_syntaxes_have_no_lines_and_the_summary_says_so(tmp_path: Path) -> None:
    files = {
        "mine.jsonld": '{"@id": "http://example.org/a", "@type": "http://example.org/T", "http://example.org/p": 1}',
        "mine.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://example.org/">'
        '<ex:T rdf:about="http://example.org/a"><ex:p rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">1</ex:p></ex:T></rdf:RDF>',
    }  # fmt: skip
    for name, data in files.items():
        found = of_file(tmp_path, name, data.encode())
        assert spans(found) == [None]
        assert report.lines(found)[0].startswith(f"{tmp_path / name}: <http://example.org/a>")
        assert f"No line is known in {tmp_path / name}: " in report.summary(found)
        assert json.loads(report.as_json(found))["results"][0]["line"] is None


def test_a_changed_file_has_no_locations(tmp_path: Path) -> None:
    found = of_file(tmp_path, "mine.ttl", marked(SAME["ttl"])[0].encode())
    quads = reading.read(tmp_path / "mine.ttl")
    for other in (b"", b"\xff", b"<urn:x> <urn:y> <urn:z> .", marked(SAME["ttl"])[0].replace("1", "2").encode()):
        (tmp_path / "mine.ttl").write_bytes(other)
        again = locate(found, [Source("mine.ttl", tmp_path / "mine.ttl", "turtle", quads)], Store(), [])
        assert spans(again) == [None]
        assert again.files_without_lines == ("mine.ttl",)


def test_the_statement_may_be_in_another_file_than_the_node(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(PREFIXES + SHAPE, encoding="utf-8")
    (tmp_path / "one.ttl").write_text(PREFIXES + "ex:a a ex:T .")
    (tmp_path / "two.ttl").write_text(PREFIXES + "ex:a ex:p 1 .")
    found = validation.validate_files_by_shapes([tmp_path / "one.ttl", tmp_path / "two.ttl"], [tmp_path / "shapes.ttl"])
    assert report.diagnostics(found)[0].where == f"{tmp_path / 'two.ttl'}:9:11"


def test_the_shipped_graph_is_located_too(tmp_path: Path) -> None:
    for folder in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    path = tmp_path / "data" / "page" / "trials.ttl"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n<{PROJECT.expand('agent:fes')}>\n  <{PROJECT.expand('imt:mas')}> 1 .\n")
    line = path.read_text(encoding="utf-8").count("\n")
    term, twice = report.diagnostics(validation.validate_repository(tmp_path))[::-1]
    assert (term.where, term.rule) == (f"data/page/trials.ttl:{line}:3", "undefined term")
    assert (twice.where, twice.rule) == (f"data/page/trials.ttl:{line - 1}:1", "imtsh:DescribedTwice")
    (first,) = twice.related
    assert f"Described in {first.file}:{first.line} and data/page/trials.ttl:{line - 1}: put" in twice.message
