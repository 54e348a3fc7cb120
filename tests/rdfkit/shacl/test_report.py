"""A report has the same content in every format."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib import RDF, SH

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.shacl import report
from rdfkit.shacl.undefined_terms import UndefinedTerm
from tests.conftest import ROOT, Imt
from tests.support.located import IMTSH, PREFIXES, SAME, SHAPE, marked, of_file

pytestmark = pytest.mark.prove

TraceFunction = Callable[[FrameType, str, Any], Any]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> report.Report:
    """Return a report with results of SPARQL and other constraints, an undefined term and a contradiction."""
    path = tmp_path_factory.mktemp("all") / "50 %, mine.ttl"
    text = """
ex:agent a imt:PharmaceuticalAgent ; imt:isListedAsHeldBy agent:fes ; imt:checkedOn "yesterday" ; imt:mas 1 ;
    skos:prefLabel "[18F]x"@en ; imt:hasRadionuclide <https://w3id.org/imaging-trials/id/radionuclide/c-11> .
"""
    path.write_text(PREFIXES + text, encoding="utf-8")
    found = validation.validate_files([path], curation=True)
    assert found.undefined
    assert found.contradictions
    assert any(result.constraint for result in found.results)
    return found


def test_json_has_all_locations(everything: report.Report) -> None:
    data = json.loads(report.as_json(everything))
    entries = [*data["results"], *data["undefined"], *data["contradictions"]]
    assert len(entries) == len(report.diagnostics(everything))
    for entry in entries:
        assert Path(entry["file"]).name == "50 %, mine.ttl"
        assert entry["line"] in {10, 11}
        assert 1 <= entry["column"] < entry["endColumn"]
        assert entry["endLine"] == entry["line"]
    assert {result["name"] for result in data["results"]} >= {"the day of a check is an xsd:date"}
    assert any(result["related"] for result in data["results"])


def test_turtle_has_all_locations_in_terms_of_the_shapes(everything: report.Report) -> None:
    graph = rdflib.Graph().parse(data=report.as_turtle(everything), format="turtle")
    shapes = rdflib.Graph().parse(ROOT / "shapes" / "common" / "report.ttl")
    results = list(graph.objects(None, SH.result))
    assert len(results) == len(report.diagnostics(everything))
    for node in results:
        for name in ("file", "line", "column", "endLine", "endColumn"):
            assert len(list(graph.objects(node, IMTSH[name]))) == 1
    terms = {
        term
        for triple in graph
        for term in triple
        if str(term).startswith(IMTSH)
        and term not in set(graph.objects(None, SH.sourceShape)) | set(graph.objects(None, SH.sourceConstraint))
    }
    assert {IMTSH.line, IMTSH.UndefinedTerm, IMTSH.Contradiction} <= terms
    for term in terms:
        for described in (RDF.type, rdflib.RDFS.label, rdflib.SKOS.definition):
            assert shapes.value(term, described) is not None, term


def test_sarif_has_what_its_schema_requires(everything: report.Report) -> None:
    """Required members and values by the OASIS specification SARIF 2.1.0; the numbers are of its sections."""
    log = json.loads(report.as_sarif(everything, "imt validate"))
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
    assert len(run["results"]) == len(report.diagnostics(everything))
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


def test_sarif_of_conforming_data_is_empty(tmp_path: Path) -> None:
    found = of_file(tmp_path, "mine.ttl", marked(SAME["ttl"])[0].replace("> 1", "> 'x'").encode())
    (run,) = json.loads(report.as_sarif(found, "imt validate"))["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_relative_files_and_files_without_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shapes.ttl").write_text(PREFIXES + SHAPE, encoding="utf-8")
    (tmp_path / "a b.jsonld").write_text(
        '{"@id": "http://example.org/a", "@type": "http://example.org/T", "http://example.org/p": 1}'
    )
    found = validation.validate_files_by_shapes([Path("a b.jsonld")], [Path("shapes.ttl")])
    (result,) = json.loads(report.as_sarif(found, "imt validate"))["runs"][0]["results"]
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "a%20b.jsonld"}}}]
    assert report.as_github(found).startswith("::error file=a b.jsonld,title=")


COMMAND = re.compile(r"::(error|warning|notice) ([\w]+=[^,:]*(?:,\w+=[^,:]*)*)::(.*)")


def test_github_annotations_can_be_parsed(everything: report.Report) -> None:
    *commands, summary = report.as_github(everything).splitlines()
    entries = report.diagnostics(everything)
    assert summary.startswith("Does not conform")
    assert len(commands) == len(entries)
    for command, entry in zip(commands, entries, strict=True):
        match = COMMAND.fullmatch(command)
        assert match is not None
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        assert entry.location is not None
        assert properties["line"] == str(entry.location.line)
        assert (properties["col"], properties["endColumn"]) == (
            str(entry.location.column),
            str(entry.location.end_column),
        )
        unescaped = {
            key: value.replace("%3A", ":").replace("%2C", ",").replace("%25", "%") for key, value in properties.items()
        }
        assert unescaped["file"] == entry.file
        assert unescaped["title"].startswith(entry.rule)
        assert match[3].startswith(entry.text.replace("%", "%25"))


def test_levels_of_severities_and_escaped_line_ends() -> None:
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
    found = report.Report(PROJECT, 1, 1, results=(result,))
    assert report.as_github(found).startswith("::notice file=a%0Ab.ttl,title=_%3Ax::<urn:a> — 100 %25\n")
    (run,) = json.loads(report.as_sarif(found, "imt validate"))["runs"]
    assert run["results"][0]["level"] == "note"
    assert run["results"][0]["ruleId"] == "sh:OrConstraintComponent"


@pytest.mark.parametrize("form", ["sarif", "github", "text"])
def test_the_command_prints_each_format(form: str, imt: Imt, tmp_path: Path) -> None:
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


def test_a_term_of_a_saved_query_has_line_and_column() -> None:
    finding = UndefinedTerm("queries/a/b.rq:3:5", PROJECT.expand("imt:mas"), "is not defined")
    found = report.Report(PROJECT, 1, 1, undefined=(finding,))
    (entry,) = report.diagnostics(found)
    assert (entry.file, entry.where) == ("queries/a/b.rq", "queries/a/b.rq:3:5")
    assert report.lines_with_snippets(found) == [
        "queries/a/b.rq:3:5: imt:mas is not defined  [undefined term, Violation]"
    ]
    (run,) = json.loads(report.as_sarif(found, "imt validate"))["runs"]
    physical = run["results"][0]["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "queries/a/b.rq"
    assert physical["region"]["startLine"] == 3


@pytest.mark.parametrize(
    "where", ["queries/a.rq", "queries/a.rq:3", "queries/a.rq:3:x", "shapes/a.ttl:3:5", ":3:5", ""]
)
def test_only_a_query_with_line_and_column_is_a_position(where: str) -> None:
    found = report.Report(PROJECT, 1, 1, undefined=(UndefinedTerm(where, PROJECT.expand("imt:mas"), "is not defined"),))
    (diagnostic,) = report.diagnostics(found)
    assert (diagnostic.location, diagnostic.where) == (None, where)


def result(number: int) -> report.Result:
    return report.Result(
        "a.ttl",
        NamedNode(f"urn:{number}"),
        "",
        BlankNode("p"),
        Literal(number),
        PROJECT.expand("sh:DatatypeConstraintComponent"),
        PROJECT.expand("sh:Violation"),
        BlankNode("s"),
        None,
        ("Write a number.",),
        ((BlankNode("p"), PROJECT.expand("sh:inversePath"), NamedNode("urn:q")),),
    )


def lines_executed(report_: report.Report) -> int:
    """Return how many lines of Python `as_triples` executes."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> TraceFunction:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        report.as_triples(report_)
    finally:
        sys.settrace(before)
    return count


def test_the_work_grows_with_the_number_of_results() -> None:
    """Twice the results take twice the lines of Python, generators included."""
    small, large = (
        lines_executed(report.Report(PROJECT, 1, 1, results=tuple(map(result, range(n))))) for n in (200, 400)
    )
    assert small > 1000
    assert large <= 2.1 * small


def test_each_result_has_its_own_path() -> None:
    """A path is one blank node in the shapes, and its description must not be merged or lost in the report."""
    found = report.Report(PROJECT, 1, 1, results=(result(1), result(2)))
    triples = report.as_triples(found)
    paths = [triple.object for triple in triples if triple.predicate == NamedNode(SH.resultPath)]
    described = [triple.subject for triple in triples if triple.predicate == NamedNode(SH.inversePath)]
    assert paths == described
    assert len(set(paths)) == 2
    assert triples == report.as_triples(found)


@pytest.mark.parametrize("severity", ["Violation", "Warning", "Info", "http://example.org/Odd"])
def test_a_result_of_any_severity_breaks_conformance(severity: str) -> None:
    """As in pySHACL and in SHACL 3.6.1.1; the allowed severities are those that a caller names."""
    iri = severity if severity.startswith("http") else PROJECT.expand(f"sh:{severity}")
    found = report.Report(PROJECT, 1, 1, results=(replace(result(1), severity=iri),))
    assert not found.conforms()
    assert report.summary(found).startswith("Does not conform: ")
    assert Triple(BlankNode("report"), NamedNode(SH.conforms), Literal(False)) in report.as_triples(found)
    assert json.loads(report.as_json(found))["conforms"] is False
    assert found.conforms(("Info", "Warning")) == (severity in {"Info", "Warning"})
    assert found.conforms(("Info",)) == (severity == "Info")
