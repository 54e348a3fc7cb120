"""Validation of a user's data, with the graph as context: only the user's nodes are checked, and nothing is changed."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF, SH

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.shacl import report, term_text
from tests.conftest import ROOT

pytestmark = pytest.mark.prove

PROLOGUE = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PROJECT.prefixes.items())
PROLOGUE += "@prefix ex: <http://example.org/> .\n"

VOCABULARY = """
imt:Agent a owl:Class .
imt:Tracer a owl:Class ; rdfs:subClassOf imt:Agent .
imt:Nuclide a owl:Class ; owl:disjointWith imt:Agent .
imt:Article a owl:Class .
imt:hasNuclide a owl:ObjectProperty ; rdfs:range imt:Nuclide .
imt:isMentionedIn a owl:ObjectProperty ; owl:inverseOf imt:mentions .
imt:mentions a owl:ObjectProperty ; rdfs:range imt:Agent .
imt:kin a owl:ObjectProperty .
imt:doi a owl:DatatypeProperty .
imt:mass a owl:DatatypeProperty .
imt:checked a owl:AnnotationProperty .
"""
# agent:unnamed and article:one violate shapes, so results on nodes that are not the user's would be detected.
PAGE = """
nuclide:f-18 a imt:Nuclide ; skos:prefLabel "fluorine-18"@en .
agent:fes a imt:Tracer ; skos:prefLabel "FES"@en ; imt:hasNuclide nuclide:f-18 ; imt:isMentionedIn article:one .
agent:unnamed a imt:Agent ; imt:isMentionedIn article:one .
article:one a imt:Article ; imt:doi "10.1/one" .
article:two a imt:Article ; imt:doi "10.1/one" .
"""
SHAPES = """
<https://w3id.org/imaging-trials/shapes> a owl:Ontology ; sh:declare
    [ sh:prefix "imt" ; sh:namespace "https://w3id.org/imaging-trials/vocab#"^^xsd:anyURI ] .
imtsh:Agent a sh:NodeShape ; sh:targetClass imt:Agent ; sh:property imtsh:agent-name , imtsh:agent-nuclide ,
    imtsh:agent-mention , imtsh:agent-mass , imtsh:agent-kin , imtsh:agent-no-kin , imtsh:agent-named-kin .
imtsh:agent-name sh:path skos:prefLabel ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Give it a name." .
imtsh:agent-nuclide sh:path imt:hasNuclide ; sh:class imt:Nuclide ; sh:message "Give a nuclide." .
imtsh:agent-mention sh:path imt:isMentionedIn ; sh:minCount 1 ; sh:severity sh:Info ; sh:message "Name an article." .
imtsh:agent-mass sh:path imt:mass ; sh:datatype xsd:integer ; sh:maxInclusive 500 ; sh:message "Give the mass." .
imtsh:agent-kin sh:path imt:kin ; sh:node imtsh:Named ; sh:message "Its kin have names." .
imtsh:agent-no-kin sh:path imt:kin ; sh:not imtsh:Article ; sh:message "An article is no kin." .
imtsh:agent-named-kin sh:path imt:kin ; sh:qualifiedValueShape imtsh:Named ; sh:qualifiedMaxCount 1 ;
    sh:message "One named kin." .
imtsh:Named a sh:NodeShape ; sh:property imtsh:named-label .
imtsh:named-label sh:path skos:prefLabel ; sh:minCount 1 .
imtsh:Article a sh:NodeShape ; sh:class imt:Article .
imtsh:DoiOnce a sh:NodeShape ; sh:targetSubjectsOf imt:doi ; sh:message "A DOI occurs once." ;
    sh:sparql imtsh:doi-once .
imtsh:doi-once a sh:SPARQLConstraint ; sh:prefixes <https://w3id.org/imaging-trials/shapes> ;
    sh:message "Another article has the same DOI: correct one." ;
    sh:select "SELECT $this ?value WHERE { $this imt:doi ?doi . ?value imt:doi ?doi . FILTER (?value != $this) }" .
imtsh:Mentioned a sh:NodeShape ; sh:targetObjectsOf imt:mentions ; sh:property imtsh:mentioned-type .
imtsh:mentioned-type sh:path rdf:type ; sh:minCount 1 ; sh:message "Say what is mentioned." .
"""
CURATION = """
imtsh:Checked a sh:NodeShape ; sh:targetClass imt:Agent ; sh:property imtsh:checked-date .
imtsh:checked-date sh:path imt:checked ; sh:minCount 1 ; sh:message "Say when it was checked." .
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / "ontology" / "rules", root / "ontology" / "rules")
    files = {
        "ontology/imaging-trials.ttl": VOCABULARY,
        "data/page/agents.ttl": PAGE,
        "shapes/common/all.ttl": SHAPES,
        "shapes/curation/all.ttl": CURATION,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(PROLOGUE + text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def context(root: Path) -> validation.Context:
    return validation.load_context(root)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine.ttl"


def check(context: validation.Context, path: Path, text: str) -> report.Report:
    path.write_text(PROLOGUE + text, encoding="utf-8")
    return validation.validate_files([path], None, context)


def rules(found: report.Report) -> list[tuple[str, str]]:
    """Return focus node and shape of each result."""
    return [(term_text(PROJECT, result.focus), term_text(PROJECT, result.shape)) for result in found.results]


GOOD = 'ex:a a imt:Tracer ; skos:prefLabel "A" ; imt:isMentionedIn article:one ; imt:hasNuclide nuclide:f-18 .'


def test_data_may_refer_to_our_things(context: validation.Context, mine: Path) -> None:
    found = check(context, mine, GOOD)
    assert report.lines(found) == []
    assert found.conforms()
    assert report.summary(found) == "Conforms: 4 triples, 1 node checked."


def test_only_the_users_nodes_are_focus_nodes(context: validation.Context, mine: Path) -> None:
    found = check(context, mine, GOOD.replace('skos:prefLabel "A" ;', 'imt:doi "10.1/one" ;'))
    shapes = [("<http://example.org/a>", shape) for shape in ("imtsh:DoiOnce", "imtsh:DoiOnce", "imtsh:agent-name")]
    assert rules(found) == shapes
    assert {term_text(PROJECT, result.value) for result in found.results if result.value} == {
        "article:one",
        "article:two",
    }


def test_a_users_statement_about_our_thing_is_checked(context: validation.Context, mine: Path) -> None:
    assert rules(check(context, mine, "agent:fes imt:hasNuclide article:one .")) == [
        ("agent:fes", "imtsh:agent-nuclide")
    ]


def test_blank_nodes_have_the_same_labels_each_time(context: validation.Context, mine: Path) -> None:
    text = "[] a imt:Agent ; imt:isMentionedIn article:one . _:b1 a imt:Agent ; imt:isMentionedIn article:one ."
    found = check(context, mine, text)
    line = PROLOGUE.count("\n") + 1
    text_of = "Give it a name. (path skos:prefLabel)  [imtsh:agent-name, Warning]"
    assert report.lines(found) == [
        f"{mine}:{line}:{column}: unnamed imt:Agent ({node}) — {text_of}"
        for node, column in (("_:anon1", 1), ("_:b1", text.index("_:b1") + 1))
    ]
    assert found == check(context, mine, text)


def test_nested_shapes_check_shipped_values(context: validation.Context, mine: Path) -> None:
    """The option ``focus_nodes`` of pySHACL would let every shipped value conform."""
    ok = check(context, mine, f"{GOOD} ex:a imt:kin agent:fes .")
    assert rules(ok) == []
    unnamed = check(context, mine, f"{GOOD} ex:a imt:kin agent:unnamed .")
    assert rules(unnamed) == [("<http://example.org/a>", "imtsh:agent-kin")]
    article = check(context, mine, f"{GOOD} ex:a imt:kin article:one .")
    assert ("<http://example.org/a>", "imtsh:agent-no-kin") in rules(article)
    two = check(context, mine, f"{GOOD} ex:a imt:kin agent:fes , nuclide:f-18 .")
    assert rules(two) == [("<http://example.org/a>", "imtsh:agent-named-kin")]


def test_mentioned_things_are_checked_unless_shipped(context: validation.Context, mine: Path) -> None:
    found = check(context, mine, "ex:news imt:mentions ex:unknown , agent:unnamed .")
    assert rules(found) == [("<http://example.org/unknown>", "imtsh:mentioned-type")]


def test_a_range_does_not_make_a_wrong_class_right(context: validation.Context, mine: Path) -> None:
    found = check(context, mine, GOOD.replace("nuclide:f-18", "ex:b") + "ex:b a imt:Article .")
    assert rules(found) == [("<http://example.org/a>", "imtsh:agent-nuclide")]
    assert found.contradictions == ()


def test_inferred_values_of_properties_count(context: validation.Context, mine: Path) -> None:
    found = check(context, mine, GOOD.replace("imt:isMentionedIn article:one ;", "") + "ex:news imt:mentions ex:a .")
    assert rules(found) == []


def test_a_contradiction_with_the_vocabulary(context: validation.Context, mine: Path) -> None:
    found = check(context, mine, f"{GOOD} ex:a imt:hasNuclide agent:fes .")
    assert rules(found) == [("<http://example.org/a>", "imtsh:agent-nuclide")]
    assert ("cax-dw", "agent:fes") in {(entry.rule, entry.members[0]) for entry in found.contradictions}
    assert any("[contradiction, " in line for line in report.lines(found))


def test_an_undefined_term_breaks_no_shape_but_is_reported(context: validation.Context, mine: Path) -> None:
    found = check(context, mine, f"{GOOD} ex:a imt:mas 110 .")
    assert rules(found) == []
    assert not found.conforms()
    assert "imt:mas is not defined; did you mean imt:mass?" in report.lines(found)[0]


def test_literals_are_checked_as_they_are_written(context: validation.Context, mine: Path) -> None:
    assert rules(check(context, mine, f"{GOOD} ex:a imt:mass 0110 .")) == []
    found = check(context, mine, f"{GOOD} ex:a imt:mass 0990 .")
    assert '(path imt:mass, value "0990"^^xsd:integer)' in report.lines(found)[0]
    assert not check(context, mine, f'{GOOD} ex:a imt:mass "many"^^xsd:integer .').conforms()


def test_the_context_is_not_changed(context: validation.Context, mine: Path) -> None:
    before = (set(context.given.data), set(context.given.shapes), len(context.store))
    check(context, mine, f"{GOOD} agent:fes a imt:Tracer . ex:a imt:mass 990 .")
    assert (set(context.given.data), set(context.given.shapes), len(context.store)) == before


@pytest.fixture(params=[True, False])
def setting(request: pytest.FixtureRequest) -> Iterator[bool]:
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = request.param
    yield request.param
    rdflib.NORMALIZE_LITERALS = before


def test_rdflib_settings_are_not_changed(context: validation.Context, mine: Path, setting: bool) -> None:
    check(context, mine, GOOD)
    assert rdflib.NORMALIZE_LITERALS is setting


def test_curation_shapes_are_for_this_repository_only(root: Path, context: validation.Context, mine: Path) -> None:
    assert rules(check(context, mine, GOOD)) == []
    assert rules(check(validation.load_context(root, curation=True), mine, GOOD)) == [
        ("<http://example.org/a>", "imtsh:checked-date")
    ]


def test_files_are_one_graph_with_separate_blank_nodes(context: validation.Context, tmp_path: Path) -> None:
    one, two = tmp_path / "one.ttl", tmp_path / "two.ttl"
    one.write_text(f"{PROLOGUE}ex:a imt:hasNuclide _:x ; imt:isMentionedIn ex:news . _:x a imt:Nuclide .")
    two.write_text(f'{PROLOGUE}ex:a a imt:Agent . _:x a imt:Agent ; skos:prefLabel "X" . ex:news a imt:Article .')
    found = validation.validate_files([one, two], None, context)
    assert [(Path(result.file).name, str(result.focus)) for result in found.results] == [
        ("one.ttl", "<http://example.org/a>"),
        ("two.ttl", "_:anon2"),
    ]
    assert (found.undefined, found.contradictions) == ((), ())


def test_a_blank_node_with_a_label_of_our_vocabulary(context: validation.Context, mine: Path) -> None:
    used = sorted({quad.subject.value for quad in context.store if str(quad.subject).startswith("_:")})
    found = check(context, mine, f"_:{used[0] if used else 'c14n0'} a imt:Agent ; imt:isMentionedIn article:one .")
    assert [term_text(PROJECT, result.focus) for result in found.results] == ["_:anon1"]


def test_named_graphs_are_merged(context: validation.Context, tmp_path: Path) -> None:
    path = tmp_path / "mine.trig"
    path.write_text(f'{PROLOGUE}ex:g {{ ex:a a imt:Agent }} ex:h {{ ex:a skos:prefLabel "A" }}')
    assert rules(validation.validate_files([path], None, context)) == [
        ("<http://example.org/a>", "imtsh:agent-mention")
    ]


def test_relative_iris_mean_the_file(context: validation.Context, mine: Path) -> None:
    found = check(context, mine, "<#a> a imt:Agent ; imt:isMentionedIn article:one .")
    assert rules(found) == [(f"<{mine.as_uri()}#a>", "imtsh:agent-name")]


def test_warnings_and_remarks_may_be_allowed(context: validation.Context, mine: Path) -> None:
    warning = check(context, mine, "ex:a a imt:Agent ; imt:isMentionedIn article:one .")
    remark = check(context, mine, 'ex:a a imt:Agent ; skos:prefLabel "A" .')
    allowed = [(), ("Info",), ("Info", "Warning")]
    assert [warning.conforms(severities) for severities in allowed] == [False, False, True]
    assert [remark.conforms(severities) for severities in allowed] == [False, True, True]
    assert report.summary(warning, ("Info",)).startswith("Does not conform: 1 warning; ")
    assert "so the exit code is 0" not in report.summary(warning, ("Info",))
    assert report.summary(remark, ("Info",)).endswith("No violation or warning, so the exit code is 0.")
    assert report.summary(remark).startswith("Does not conform: 1 remark; ")


def test_nodes_that_no_shape_targets_are_named(context: validation.Context, mine: Path) -> None:
    found = check(context, mine, f"{GOOD} ex:b ex:c ex:d .")
    assert "No shape targets 1 node: <http://example.org/b>" in report.summary(found)


def test_labels_and_values_cannot_break_the_line(context: validation.Context, mine: Path) -> None:
    hostile = 'ex:a a imt:Agent ; skos:prefLabel "A\\n\\u001B[31m' + "x" * 500 + '" ; imt:mass "\\nfoo" .'
    for line in report.lines(check(context, mine, hostile)):
        assert all(c.isprintable() for c in line)
        assert len(line) < 500


def test_a_path_is_written_as_in_sparql() -> None:
    from pyoxigraph import BlankNode, NamedNode

    sh, rdf = PROJECT.prefixes["sh"], PROJECT.prefixes["rdf"]
    a, b, c, d = (BlankNode(name) for name in "abcd")
    title, nil = NamedNode(PROJECT.expand("dcterms:title")), NamedNode(rdf + "nil")
    described = (
        (a, rdf + "first", b),
        (a, rdf + "rest", c),
        (b, sh + "inversePath", NamedNode(PROJECT.expand("imt:doi"))),
        (c, rdf + "first", d),
        (c, rdf + "rest", nil),
        (d, sh + "zeroOrMorePath", title),
    )
    result = report.Result("", title, "", a, None, "", "", title, None, (), described)
    assert result.path_text(PROJECT) == "^imt:doi/dcterms:title*"


def test_turtle_is_a_w3c_report_and_the_same_each_time(context: validation.Context, mine: Path) -> None:
    found = check(context, mine, "ex:a a imt:Agent ; imt:mass 990 ; imt:mas 1 . [] a imt:Agent .")
    text = report.as_turtle(found)
    assert text == report.as_turtle(
        check(context, mine, "ex:a a imt:Agent ; imt:mass 990 ; imt:mas 1 . [] a imt:Agent .")
    )
    graph = rdflib.Graph().parse(data=text, format="turtle")
    (whole,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(whole, SH.conforms) == rdflib.Literal(False)
    nodes = list(graph.objects(whole, SH.result))
    assert len(nodes) == len(found.results) + 1
    for node in nodes:
        for required in (SH.focusNode, SH.sourceConstraintComponent, SH.resultSeverity):
            assert len(list(graph.objects(node, required))) == 1


def test_json_has_everything(context: validation.Context, mine: Path) -> None:
    found = check(context, mine, f"{GOOD} ex:a imt:mass 990 ; imt:mas 1 ; imt:hasNuclide agent:fes .")
    data = json.loads(report.as_json(found))
    assert data["conforms"] is False
    assert [entry["shape"] for entry in data["results"]] == ["imtsh:agent-mass", "imtsh:agent-nuclide"]
    assert data["results"][0]["component"] == "sh:MaxInclusiveConstraintComponent"
    assert data["results"][0]["path"] == "imt:mass"
    assert data["undefined"][0]["nearest"] == ["imt:mass"]
    assert data["contradictions"]


def test_a_graph_is_validated_without_a_file(context: validation.Context) -> None:
    graph = rdflib.Graph().parse(data=PROLOGUE + "ex:a a imt:Agent ; imt:mass 990 .", format="turtle")
    found = validation.validate_data(validation.read_graph(graph, "graph"), context)
    assert [line.partition(" ")[0] for line in report.lines(found)] == ["graph:"] * 3
    assert ("<http://example.org/a>", "imtsh:agent-mass") in rules(found)
    assert found.files_without_lines == ()
    dataset = rdflib.Dataset()
    dataset.graph(rdflib.URIRef("http://example.org/g")).parse(data=PROLOGUE + GOOD, format="turtle")
    assert validation.validate_data(validation.read_graph(dataset, "graph"), context).conforms()


def test_a_graph_with_a_literal_as_subject_is_refused() -> None:
    graph = rdflib.Graph()
    graph.add((rdflib.Literal("x\n"), RDF.type, RDF.Statement))
    with pytest.raises(UserError, match=r"^The graph has 'x.*', which is not an RDF triple \(.*\): remove it\.$"):
        validation.read_graph(graph, "graph")


def test_invalid_shapes_are_reported_in_one_sentence(root: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(root, broken)
    shape = (
        "imtsh:Bad a sh:NodeShape ; sh:targetClass imt:Agent ; sh:property [ sh:path imt:mass ; sh:minCount 'one' ] ."
    )
    (broken / "shapes" / "common" / "bad.ttl").write_text(PROLOGUE + shape)
    with pytest.raises(UserError, match=r"^The shapes in shapes/ are not valid SHACL"):
        validation.validate_repository(broken)
    for path in (broken / "shapes").rglob("*.ttl"):
        path.unlink()
    with pytest.raises(UserError, match="has no shapes"):
        validation.load_context(broken)


def test_the_repository_is_checked_by_all_rules(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    with (copy / "data/page/agents.ttl").open("a") as file:
        file.write("agent:fes imt:mas 1 ; imt:hasNuclide agent:fes .")
    found = validation.validate_repository(copy)
    assert ("agent:unnamed", "imtsh:agent-name") in rules(found)
    assert ("agent:fes", "imtsh:checked-date") in rules(found)
    assert ("agent:fes", "imtsh:DescribedTwice") in rules(found)
    assert {result.file for result in found.results} == {"graph:page", "data/page/agents.ttl"}
    assert found.undefined[0].term == PROJECT.expand("imt:mas")
    assert found.contradictions


def test_the_shipped_graph_conforms_and_shapes_target_it_all() -> None:
    found = validation.validate_repository(ROOT)
    assert report.lines(found) == []
    assert found.conforms()
    assert found.unchecked == ()
