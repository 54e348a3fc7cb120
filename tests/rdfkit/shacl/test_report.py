"""What a report tells: the place of each kind of finding, and the same in every format."""

import json
import re
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import BlankNode, NamedNode, Quad, Store
from rdflib import RDF, SH

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading as rdf
from rdfkit.rdf import snippet as excerpt
from rdfkit.rdf.turtle_locations import Place
from rdfkit.shacl import undefined_terms as gate
from rdfkit.shacl.locating import places as locate
from rdfkit.shacl.locating.paths import Trail
from rdfkit.shacl.report import machine as annotate
from rdfkit.shacl.report import model as report
from tests.conftest import ROOT, Imt

IMTSH = rdflib.Namespace(PROJECT.prefixes["imtsh"])
PREFIXES = "".join(
    f"@prefix {p}: <{PROJECT.prefixes[p]}> .\n" for p in ("imt", "rdf", "rdfs", "sh", "skos", "xsd", "agent")
)
PREFIXES += "@prefix ex: <http://example.org/> .\n"


@pytest.fixture(scope="module")
def context() -> validation.Context:
    return validation.load_context()


def marked(text: str) -> tuple[str, list[tuple[int, int, int, int]]]:
    """Return a text without its marks ``⟦ ⟧``, and the place of each marked part, in the order of the marks."""
    places = []
    while (start := text.find("⟦")) >= 0:
        end = text.index("⟧")
        text = text[:start] + text[start + 1 : end] + text[end + 1 :]
        before, until = text[:start], text[: end - 1]
        line = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        places.append((*line, until.count("\n") + 1, len(until) - until.rfind("\n")))
    return text, places


def span(place: Place | None) -> tuple[int, int, int, int] | None:
    return (place.line, place.column, place.end_line, place.end_column) if place else None


def told(found: report.Report) -> list[tuple[int, int, int, int] | None]:
    """Return the first place of each entry."""
    return [span(entry.place) for entry in report.entries(found)]


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


def of_own_shapes(tmp_path: Path, shape: str, data: str, engine: str = "auto") -> report.Report:
    (tmp_path / "shapes.ttl").write_text(PREFIXES + shape, encoding="utf-8")
    (tmp_path / "mine.ttl").write_text(data, encoding="utf-8")
    return validation.validate_own([tmp_path / "mine.ttl"], [tmp_path / "shapes.ttl"], engine=engine)


@pytest.mark.parametrize(("rule", "data"), [*SHAPES, *ON_NODES])
def test_the_place_of_a_result_is_the_part_that_the_rule_is_about(rule: str, data: str, tmp_path: Path) -> None:
    text, expected = marked(PREFIXES + data)
    body = f"sh:property [ {rule} ]" if (rule, data) in SHAPES else rule
    found = of_own_shapes(tmp_path, f"ex:S a sh:NodeShape ; sh:targetClass ex:T ; {body} .", text)
    assert found.results
    assert expected[0] in told(found)


SPARQL = """
<http://example.org/> sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:name "one number each"@en ; sh:sparql ex:rule .
ex:rule a sh:SPARQLConstraint ; sh:prefixes <http://example.org/> ; sh:message "Give another number." ;
    sh:select "SELECT $this ?value WHERE { $this ex:number ?n . ?value ex:number ?n . FILTER(?value != $this) }" .
"""


def test_a_rule_about_several_statements_tells_each_of_them(tmp_path: Path) -> None:
    data, (first, second) = marked(PREFIXES + "ex:a a ex:T ; ex:number ⟦1⟧ ; ex:p 1 . ex:b ex:q 1 ;\n ex:number ⟦1⟧ .")
    found = of_own_shapes(tmp_path, SPARQL, data)
    (entry,) = report.entries(found)
    assert span(entry.place) == first
    assert [span(place) for place in entry.related] == [second]
    text = report.text(found)
    assert re.fullmatch(r" +\| +\^ one number each", text[2])
    assert re.fullmatch(r" +\| +-", text[4])


def test_a_second_value_is_blamed_before_the_only_one_of_another_property(tmp_path: Path) -> None:
    data, expected = marked(PREFIXES + "ex:a a ex:T ; ex:number 2 . ex:b ex:number 1 , ⟦2⟧ .")
    assert told(of_own_shapes(tmp_path, SPARQL, data)) == expected


def test_the_statement_whose_value_the_query_compares_is_blamed_before_the_others(tmp_path: Path) -> None:
    shape = (
        SPARQL[: SPARQL.index("SELECT")] + 'SELECT $this WHERE { $this ex:kind ?k ; ex:number ?n FILTER(?n > 9) }" .'
    )
    data, expected = marked(PREFIXES + "ex:a a ex:T ; ex:kind ex:k ;\n ex:number ⟦10⟧ .")
    assert told(of_own_shapes(tmp_path, shape, data)) == expected


def test_a_query_that_finds_something_missing_tells_the_node_that_lacks_it(tmp_path: Path) -> None:
    shape = SPARQL.replace("?value WHERE", "WHERE").replace(
        "?value ex:number ?n . FILTER(?value != $this)", "FILTER NOT EXISTS { $this ex:unit ?u }"
    )
    data, expected = marked(PREFIXES + "⟦ex:a⟧ a ex:T ;\n ex:number ⟦1⟧ .")
    (entry,) = report.entries(of_own_shapes(tmp_path, shape, data))
    assert [span(place) for place in (entry.place, *entry.related)] == expected


def test_a_rule_joined_of_others_tells_the_node_and_then_what_they_look_at(tmp_path: Path) -> None:
    shape = "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:xone ( ex:One [ sh:class ex:D ] ) . ex:One sh:class ex:C ."
    data, expected = marked(PREFIXES + "⟦ex:a⟧ ex:q 1 ;\n a ⟦ex:T⟧ , ⟦ex:C⟧ , ⟦ex:D⟧ .")
    (entry,) = report.entries(of_own_shapes(tmp_path, shape, data))
    assert [span(place) for place in (entry.place, *entry.related)] == expected


def test_what_a_narrower_or_an_inverse_property_says_is_traced_to_its_triple() -> None:
    axioms = Store()
    ex = [NamedNode(f"http://example.org/{name}") for name in "pqrsab"]
    p, q, r, s, a, b = ex
    axioms.add(Quad(q, NamedNode(PROJECT.expand("rdfs:subPropertyOf")), p))
    axioms.add(Quad(r, NamedNode(PROJECT.expand("owl:inverseOf")), q))
    axioms.add(Quad(s, NamedNode(PROJECT.expand("rdf:type")), NamedNode(PROJECT.expand("owl:SymmetricProperty"))))
    trail = Trail([[Quad(a, q, b), Quad(b, r, a), Quad(b, s, a)]], axioms)
    assert trail.along(a, p, {}) == [(b, (0, 0, "object")), (b, (0, 1, "subject"))]
    assert trail.along(a, s, {}) == [(b, (0, 2, "subject"))]
    assert trail.along(b, p, {}) == []


UNDEFINED = [
    "ex:a ⟦imt:mas⟧ 1 .",
    "ex:a a ⟦imt:Agnet⟧ .",
    "ex:b skos:note 1 . ex:a skos:note '1'^^⟦xsd:intger⟧ .",
    "⟦agent:nobody⟧ skos:note 1 .".replace("skos:note 1", "skos:note 1")
    if False
    else "ex:a skos:related ⟦agent:nobody⟧ .",
    "[] ⟦imt:mas⟧ 1 .",
]


@pytest.mark.parametrize("data", UNDEFINED)
def test_an_undefined_term_is_told_where_it_is_first_used(
    data: str, context: validation.Context, tmp_path: Path
) -> None:
    text, expected = marked(PREFIXES + data)
    (tmp_path / "mine.ttl").write_text(text, encoding="utf-8")
    found = validation.validate_files([tmp_path / "mine.ttl"], None, context)
    assert [span(found.place(finding)) for finding in found.undefined] == expected


def test_a_contradiction_is_told_where_the_users_statement_makes_it(
    context: validation.Context, tmp_path: Path
) -> None:
    data = "ex:a a imt:ImagingAgent . ex:a imt:isHeldBy ⟦agent:fes⟧ . ex:doc imt:isDocumentOf agent:fes ."
    text, expected = marked(PREFIXES + data)
    (tmp_path / "mine.ttl").write_text(text, encoding="utf-8")
    found = validation.validate_files([tmp_path / "mine.ttl"], None, context)
    assert found.contradictions
    assert [span(found.place(entry)) for entry in found.contradictions] == expected * len(found.contradictions)


SHAPE = (
    "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:s . "
    "ex:s sh:path ex:p ; sh:datatype xsd:string ; sh:name 'a text' ; sh:message 'Write 100 % text.' ."
)
A, T, P, TYPE = (f"<{iri}>" for iri in (*(f"http://example.org/{name}" for name in "aTp"), PROJECT.expand("rdf:type")))
ONE = f'⟦"1"^^<{PROJECT.expand("xsd:integer")}>⟧'
SAME = {
    "ttl": f"{A} a {T} ;\n\t{P} ⟦1⟧ .",
    "trig": f"<urn:g> {{\n{A} a {T} . }}\n{{ {A} {P} ⟦1⟧ }}",
    "nt": f"{A} {TYPE} {T} .\n{A} {P} {ONE} .",
    "nq": f"{A} {TYPE} {T} <urn:g> .\n\n{A} {P} {ONE} <urn:g> .",
}


def of_file(tmp_path: Path, name: str, data: bytes) -> report.Report:
    (tmp_path / "shapes.ttl").write_text(PREFIXES + SHAPE, encoding="utf-8")
    (tmp_path / name).write_bytes(data)
    return validation.validate_own([tmp_path / name], [tmp_path / "shapes.ttl"])


@pytest.mark.parametrize(
    ("extension", "ending"),
    # Lines of N-Triples may not end with CR alone in pyoxigraph.
    [(name, end) for name in SAME for end in ("\n", "\r\n", "\r") if end != "\r" or not name.startswith("n")],
)
@pytest.mark.parametrize("start", ["", "\ufeff", "# é 𝄞 日本\n"])
def test_places_hold_with_any_line_ends_a_byte_order_mark_tabs_and_no_last_newline(
    extension: str, ending: str, start: str, tmp_path: Path
) -> None:
    text, expected = marked(SAME[extension])
    line, column, end_line, end_column = expected[0]
    more = start.count("\n")
    found = of_file(tmp_path, f"mine.{extension}", (start + text).replace("\n", ending).encode())
    assert told(found) == [(line + more, column, end_line + more, end_column)]


def test_a_file_of_another_syntax_is_told_by_name_and_the_summary_says_so(tmp_path: Path) -> None:
    files = {
        "mine.jsonld": '{"@id": "http://example.org/a", "@type": "http://example.org/T", "http://example.org/p": 1}',
        "mine.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://example.org/">'
        '<ex:T rdf:about="http://example.org/a"><ex:p rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">1</ex:p></ex:T></rdf:RDF>',
    }  # fmt: skip
    for name, data in files.items():
        found = of_file(tmp_path, name, data.encode())
        assert told(found) == [None]
        assert report.lines(found)[0].startswith(f"{tmp_path / name}: <http://example.org/a>")
        assert f"No line is known in {tmp_path / name}: " in report.summary(found)
        assert json.loads(report.as_json(found))["results"][0]["line"] is None


def test_a_file_that_is_no_longer_what_was_read_gets_no_places(tmp_path: Path) -> None:
    found = of_file(tmp_path, "mine.ttl", marked(SAME["ttl"])[0].encode())
    quads = rdf.read(tmp_path / "mine.ttl")
    for other in (b"", b"\xff", b"<urn:x> <urn:y> <urn:z> .", marked(SAME["ttl"])[0].replace("1", "2").encode()):
        (tmp_path / "mine.ttl").write_bytes(other)
        again = locate.located(found, [locate.Source("mine.ttl", tmp_path / "mine.ttl", "turtle", quads)], Store(), [])
        assert told(again) == [None]
        assert again.unplaced == ("mine.ttl",)


def test_the_statement_may_stand_in_another_file_than_the_node(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(PREFIXES + SHAPE, encoding="utf-8")
    (tmp_path / "one.ttl").write_text(PREFIXES + "ex:a a ex:T .")
    (tmp_path / "two.ttl").write_text(PREFIXES + "ex:a ex:p 1 .")
    found = validation.validate_own([tmp_path / "one.ttl", tmp_path / "two.ttl"], [tmp_path / "shapes.ttl"])
    assert report.entries(found)[0].where == f"{tmp_path / 'two.ttl'}:9:11"


def test_our_own_graph_is_told_by_file_and_line_too(tmp_path: Path) -> None:
    import shutil

    for folder in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    path = next((tmp_path / "data" / "page").rglob("*.ttl"))
    with path.open("a", encoding="utf-8") as file:
        file.write(
            "\n<https://w3id.org/imaging-trials/id/agent/fes>\n  <https://w3id.org/imaging-trials/vocab#mas> 1 .\n"
        )
    line = path.read_text(encoding="utf-8").count("\n")
    found = validation.validate_repository(tmp_path)
    assert [entry.where for entry in report.entries(found)] == [f"{path.relative_to(tmp_path)}:{line}:3"]


def test_a_term_of_a_saved_query_is_told_by_line_and_column() -> None:
    finding = gate.Finding("queries/a/b.rq:3:5", PROJECT.expand("imt:mas"), "is not defined")
    found = report.Report(1, 1, undefined=(finding,))
    (entry,) = report.entries(found)
    assert (entry.file, entry.where) == ("queries/a/b.rq", "queries/a/b.rq:3:5")
    assert report.text(found) == ["queries/a/b.rq:3:5: imt:mas is not defined  [undefined term, Violation]"]
    (run,) = json.loads(annotate.as_sarif(found))["runs"]
    physical = run["results"][0]["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "queries/a/b.rq"
    assert physical["region"]["startLine"] == 3


# The excerpt


def of_line(text: str, column: int, end: int, line: int = 7) -> list[str]:
    return excerpt.excerpt(Place("f", line, column, line, end, text), "why")


def test_the_marks_stand_below_the_part_that_is_meant() -> None:
    assert of_line("ex:a ex:p 1 .", 11, 12) == ["    7 | ex:a ex:p 1 .", "      |           ^ why"]


def test_tabs_wide_and_combining_characters_leave_the_marks_where_they_belong() -> None:
    assert of_line("\tex:p 1", 7, 8) == ["    7 |     ex:p 1", "      |          ^ why"]
    assert of_line("'日本' 1", 6, 7) == ["    7 | '日本' 1", "      |        ^ why"]
    assert of_line("'e\u0301' 1", 6, 7) == ["    7 | 'e\u0301' 1", "      |     ^ why"]


def test_a_long_line_is_clipped_around_the_part_that_is_meant() -> None:
    shown, marks = of_line("x" * 5000 + "y" + "z" * 5000, 5001, 5002)
    assert len(shown) < 120
    assert shown[8] == shown[-1] == "…"
    assert shown[marks.index("^")] == "y"
    assert len(of_line("x" * 9000, 1, 9000)[1]) < 120


def test_a_part_of_several_lines_is_marked_to_the_end_of_its_first() -> None:
    place = Place("f", 1, 3, 4, 2, "p '''a")
    assert excerpt.excerpt(place) == ["    1 | p '''a", "      |   ^^^^"]


def test_nothing_that_a_terminal_would_obey_is_shown() -> None:
    for line in of_line("ex:p '\x1b[31m\u202e\x07' .", 6, 12):
        assert line.isprintable()


# The formats


@pytest.fixture(scope="module")
def everything(context: validation.Context, tmp_path_factory: pytest.TempPathFactory) -> report.Report:
    """Return a report with results of SPARQL and other constraints, an undefined term and a contradiction."""
    path = tmp_path_factory.mktemp("all") / "50 %, mine.ttl"
    text = """
ex:agent a imt:ImagingAgent ; imt:isHeldBy agent:fes ; imt:checkedOn "yesterday" ; imt:mas 1 ;
    skos:prefLabel "[18F]x"@en ; imt:hasRadionuclide <https://w3id.org/imaging-trials/id/radionuclide/c-11> .
"""
    path.write_text(PREFIXES + text, encoding="utf-8")
    found = validation.validate_files([path], None, context)
    assert found.undefined
    assert found.contradictions
    assert any(result.constraint for result in found.results)
    return found


def test_json_has_the_place_of_everything(everything: report.Report) -> None:
    data = json.loads(report.as_json(everything))
    entries = [*data["results"], *data["undefined"], *data["contradictions"]]
    assert len(entries) == len(report.entries(everything))
    for entry in entries:
        assert Path(entry["file"]).name == "50 %, mine.ttl"
        assert entry["line"] in {10, 11}
        assert 1 <= entry["column"] < entry["endColumn"]
        assert entry["endLine"] == entry["line"]
    assert {result["name"] for result in data["results"]} >= {"the day of a check is an xsd:date"}
    assert any(result["related"] for result in data["results"])


def test_the_w3c_report_has_the_places_in_terms_that_the_shapes_describe(everything: report.Report) -> None:
    graph = rdflib.Graph().parse(data=report.as_turtle(everything), format="turtle")
    shapes = rdflib.Graph().parse(ROOT / "shapes" / "report.ttl")
    results = list(graph.objects(None, SH.result))
    assert len(results) == len(report.entries(everything))
    for node in results:
        for name in ("file", "line", "column", "endLine", "endColumn"):
            assert len(list(graph.objects(node, IMTSH[name]))) == 1
    ours = {
        term
        for triple in graph
        for term in triple
        if str(term).startswith(IMTSH)
        and term not in set(graph.objects(None, SH.sourceShape)) | set(graph.objects(None, SH.sourceConstraint))
    }
    assert {IMTSH.line, IMTSH.UndefinedTerm, IMTSH.Contradiction} <= ours
    for term in ours:
        for said in (RDF.type, rdflib.RDFS.label, rdflib.SKOS.definition):
            assert shapes.value(term, said) is not None, term


def test_sarif_has_what_its_schema_requires(everything: report.Report) -> None:
    """Required members and values by the OASIS specification SARIF 2.1.0; the numbers are of its sections."""
    log = json.loads(annotate.as_sarif(everything))
    assert log["version"] == "2.1.0"  # 3.13.2
    (run,) = log["runs"]  # 3.13.4
    driver = run["tool"]["driver"]  # 3.14.6, 3.18.2
    assert driver["name"]  # 3.19.8
    assert re.match(r"https?://", driver["informationUri"])
    assert run["columnKind"] == "unicodeCodePoints"  # 3.14.17
    names = [rule["id"] for rule in driver["rules"]]  # 3.49.3
    assert names == sorted(set(names))
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]  # 3.49.9, 3.12.3
        assert re.match(r"https?://", rule["helpUri"])  # 3.49.12
        assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}  # 3.50.3
    assert len(run["results"]) == len(report.entries(everything))
    for result in run["results"]:
        assert names[result["ruleIndex"]] == result["ruleId"]  # 3.27.5, 3.27.6
        assert result["level"] in {"none", "note", "warning", "error"}  # 3.27.10
        assert result["message"]["text"]  # 3.27.11
        for location in (*result["locations"], *result.get("relatedLocations", ())):  # 3.27.12, 3.27.22
            physical = location["physicalLocation"]  # 3.28.3
            assert physical["artifactLocation"]["uri"].endswith("/50%20%25%2C%20mine.ttl")  # 3.4.3
            region = physical["region"]  # 3.29.4
            assert 1 <= region["startLine"] <= region["endLine"]  # 3.30.5, 3.30.7
            assert 1 <= region["startColumn"] < region["endColumn"]  # 3.30.6, 3.30.8
            assert region["snippet"]["text"]  # 3.30.13
    assert any("relatedLocations" in result for result in run["results"])


def test_sarif_of_data_that_conforms_has_no_result(tmp_path: Path) -> None:
    found = of_file(tmp_path, "mine.ttl", marked(SAME["ttl"])[0].replace("> 1", "> 'x'").encode())
    (run,) = json.loads(annotate.as_sarif(found))["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_a_relative_file_is_relative_in_sarif_and_a_result_without_place_has_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shapes.ttl").write_text(PREFIXES + SHAPE, encoding="utf-8")
    (tmp_path / "a b.jsonld").write_text(
        '{"@id": "http://example.org/a", "@type": "http://example.org/T", "http://example.org/p": 1}'
    )
    found = validation.validate_own([Path("a b.jsonld")], [Path("shapes.ttl")])
    (result,) = json.loads(annotate.as_sarif(found))["runs"][0]["results"]
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "a%20b.jsonld"}}}]
    assert annotate.as_github(found).startswith("::error file=a b.jsonld,title=")


COMMAND = re.compile(r"::(error|warning|notice) ([\w]+=[^,:]*(?:,\w+=[^,:]*)*)::(.*)")


def test_annotations_of_github_can_be_read_back(everything: report.Report) -> None:
    *commands, summary = annotate.as_github(everything).splitlines()
    entries = report.entries(everything)
    assert summary.startswith("Does not conform")
    assert len(commands) == len(entries)
    for command, entry in zip(commands, entries, strict=True):
        match = COMMAND.fullmatch(command)
        assert match is not None
        said = dict(pair.split("=", 1) for pair in match[2].split(","))
        assert entry.place is not None
        assert said["line"] == str(entry.place.line)
        assert (said["col"], said["endColumn"]) == (str(entry.place.column), str(entry.place.end_column))
        unescaped = {
            key: value.replace("%3A", ":").replace("%2C", ",").replace("%25", "%") for key, value in said.items()
        }
        assert unescaped["file"] == entry.file
        assert unescaped["title"].startswith(entry.rule)
        assert match[3].startswith(entry.text.replace("%", "%25"))


def test_severities_have_their_levels_and_line_ends_are_escaped() -> None:
    result = report.Result(
        "a\nb.ttl",
        NamedNode("urn:a"),
        "",
        None,
        None,
        PROJECT.expand("sh:OrConstraintComponent"),
        PROJECT.expand("sh:Info"),
        BlankNode("x"),
        None,
        ("100 %",),
    )
    found = report.Report(1, 1, results=(result,))
    assert annotate.as_github(found).startswith("::notice file=a%0Ab.ttl,title=_%3Ax::<urn:a> — 100 %25\n")
    (run,) = json.loads(annotate.as_sarif(found))["runs"]
    assert run["results"][0]["level"] == "note"
    assert run["results"][0]["ruleId"] == "sh:OrConstraintComponent"


@pytest.mark.parametrize("form", ["sarif", "github", "text"])
def test_the_command_prints_each_format_and_ends_with_1(form: str, imt: Imt, tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(PREFIXES + SHAPE, encoding="utf-8")
    (tmp_path / "mine.ttl").write_text(PREFIXES + 'ex:a a ex:T ; ex:p "many"^^xsd:integer .', encoding="utf-8")
    answer = imt("validate", "mine.ttl", "--shapes", "shapes.ttl", "--format", form, cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (1, "")
    starts = {
        "sarif": "{",
        "github": "::error file=mine.ttl,line=9,",
        "text": "mine.ttl:9:20: <http://example.org/a> — Write",
    }
    assert answer.stdout.startswith(starts[form])
