"""The lint for portable SPARQL: each rule has a query that engines answer differently, and a portable one."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox
import pytest
import rdflib

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import rdflib_adapter
from rdfkit.sparql import portability, query_tests, saved
from rdfkit.stores import sparql_client
from tests.support import servers
from tests.support.engines import jena

GRAPH = ox.NamedNode("https://example.org/graph")
PREFIXES = "PREFIX : <https://example.org/>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
DATA = """
@prefix : <https://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:a a :Agent ; :label "A"@en ; :year "2016"^^xsd:gYear ; :size 1.5 ; :part :b ; :heading :site\\/Lung .
:b a :Agent ; :label "B"@en-us ; :year "2017"^^xsd:gYear ; :size 2.5 ; :count 10 .
:c a :Document ; :label "C" ; :of :a ; :size 3 .
"""


class Case(NamedTuple):
    """A rule, a query that breaks it, and a portable query with the same meaning.

    ``left_open`` says that the recommendation leaves the answer to the engine, so that no two have to differ here.
    """

    rule: str
    broken: str
    portable: str
    left_open: bool = False


CASES = [
    Case(
        "values-for-optional",
        "SELECT ?x ?l { VALUES (?x) { (:a) (:z) } OPTIONAL { ?x :label ?l } } ORDER BY ?x",
        "SELECT ?x ?l { VALUES (?x) { (:a) (:z) } ?x a ?kind . OPTIONAL { ?x :label ?l } } ORDER BY ?x",
    ),
    Case(
        "read-from-outside",
        "SELECT ?x { ?x a :Agent . FILTER NOT EXISTS { { ?d :of ?y FILTER (?y = ?x) } } } ORDER BY ?x",
        "SELECT ?x { ?x a :Agent . FILTER NOT EXISTS { ?d :of ?y FILTER (?y = ?x) } } ORDER BY ?x",
    ),
    Case(
        "read-from-outside",
        "SELECT ?x { ?x :label ?l . { ?x :size ?s } UNION { ?x :count ?n FILTER (STR(?l) != 'x') } } ORDER BY ?x",
        "SELECT ?x { ?x :label ?l . { ?x :size ?s } UNION { ?x :count ?n } FILTER (STR(?l) != 'x') } ORDER BY ?x",
    ),
    Case(
        "overlapping-union",
        "SELECT ?x ?s { ?x a :Agent . { ?x :label ?l } { ?x :size ?s } UNION { ?x :size ?s } } ORDER BY ?x",
        "SELECT DISTINCT ?x ?s { ?x a :Agent . { ?x :label ?l } { ?x :size ?s } UNION { ?x :size ?s } } ORDER BY ?x",
    ),
    Case(
        "least-of-things",
        "SELECT ?k (MIN(?x) AS ?first) { ?x a ?k } GROUP BY ?k ORDER BY ?k",
        "SELECT ?k (MIN(STR(?x)) AS ?first) { ?x a ?k } GROUP BY ?k ORDER BY ?k",
    ),
    Case(
        "minus-in-vain",
        "SELECT ?x { ?x a :Agent MINUS { ?d :of ?y } } ORDER BY ?x",
        "SELECT ?x { ?x a :Agent MINUS { ?d :of ?x } } ORDER BY ?x",
    ),
    Case(
        "cut-without-order",
        "SELECT ?x { { SELECT ?x { ?x :label ?l } LIMIT 1 } } ORDER BY ?x",
        "SELECT ?x { { SELECT ?x { ?x :label ?l } ORDER BY ?x LIMIT 1 } } ORDER BY ?x",
        left_open=True,
    ),
    Case("rows-without-order", "SELECT ?x { ?x :label ?l }", "SELECT ?x { ?x :label ?l } ORDER BY ?x", left_open=True),
    Case(
        "order-of-distinct",
        "SELECT DISTINCT ?kind { ?x a ?kind } ORDER BY ?x",
        "SELECT DISTINCT ?kind { ?x a ?kind } ORDER BY ?kind",
        left_open=True,
    ),
    Case(
        "star",
        "SELECT * { ?x :label ?l . ?x :size ?s } ORDER BY ?x",
        "SELECT ?x ?l ?s { ?x :label ?l . ?x :size ?s } ORDER BY ?x",
    ),
    Case("describe", "DESCRIBE :a", "CONSTRUCT { :a :label ?l } WHERE { :a :label ?l }", left_open=True),
    Case(
        "order-inside-a-group",
        "SELECT ?x (GROUP_CONCAT(?l) AS ?all) { ?x :label|:size ?l } GROUP BY ?x ORDER BY ?x",
        "SELECT ?x ?l { ?x :label|:size ?l } ORDER BY ?x STR(?l)",
    ),
    Case(
        "never-twice-the-same",
        "SELECT ?x (STRUUID() AS ?name) { ?x a :Agent } ORDER BY ?x",
        "SELECT ?x (STR(?x) AS ?name) { ?x a :Agent } ORDER BY ?x",
    ),
    Case(
        "partial-dates",
        'SELECT ?x { ?x :year ?y FILTER (?y > "2016"^^xsd:gYear) } ORDER BY ?x',
        'SELECT ?x { ?x :year ?y FILTER (STR(?y) > "2016") } ORDER BY ?x',
    ),
    Case(
        "escaped-name",
        "SELECT ?x { ?x :heading :site\\/Lung } ORDER BY ?x",
        "SELECT ?x { ?x :heading <https://example.org/site/Lung> } ORDER BY ?x",
    ),
    Case(
        "language-as-written",
        'SELECT ?x { ?x :label ?l FILTER (LANG(?l) = "en-US") } ORDER BY ?x',
        'SELECT ?x { ?x :label ?l FILTER (LANGMATCHES(LANG(?l), "en-us")) } ORDER BY ?x',
    ),
    Case("number-as-written", "SELECT ?x { ?x :size 1.50 } ORDER BY ?x", "SELECT ?x { ?x :size 1.5 } ORDER BY ?x"),
    Case(
        "function-of-one-engine",
        "SELECT ?x (:short(?x) AS ?name) { ?x a :Agent } ORDER BY ?x",
        "SELECT ?x (STR(?x) AS ?name) { ?x a :Agent } ORDER BY ?x",
    ),
    Case(
        "truth-as-value",
        "SELECT ?x ?large { ?x :size ?s BIND (?s > 2 AS ?large) } ORDER BY ?x",
        "SELECT ?x ?large { ?x :size ?s BIND (xsd:boolean(?s > 2) AS ?large) } ORDER BY ?x",
    ),
    Case(
        "exists-in-head",
        "SELECT ?x (xsd:boolean(EXISTS { ?x :of ?y }) AS ?e) { ?x :label ?l } ORDER BY ?x",
        "SELECT ?x ?e { ?x :label ?l BIND (xsd:boolean(EXISTS { ?x :of ?y }) AS ?e) } ORDER BY ?x",
    ),
    Case(
        "having-by-name",
        "SELECT ?k (COUNT(?x) AS ?n) { ?x a ?k } GROUP BY ?k HAVING (?n > 1) ORDER BY ?k",
        "SELECT ?k (COUNT(?x) AS ?n) { ?x a ?k } GROUP BY ?k HAVING (COUNT(?x) > 1) ORDER BY ?k",
    ),
    Case(
        "division",
        "SELECT ?x (?s / 7 AS ?part) { ?x :size ?s } ORDER BY ?x",
        "SELECT ?x (xsd:integer(ROUND(1000.0 * ?s / 7)) AS ?part) { ?x :size ?s } ORDER BY ?x",
    ),
    Case(
        "regex-beyond-xpath",
        'SELECT ?x { ?x :label ?l FILTER (REGEX(STR(?l), "(?=A)")) } ORDER BY ?x',
        'SELECT ?x { ?x :label ?l FILTER (REGEX(STR(?l), "A")) } ORDER BY ?x',
    ),
]
ONLY_TEXT = {"service-after-hash"}
"""Rules about a text that one engine cannot parse, and for which another needs a second server."""


def plain(answer: Any) -> Any:
    """Return an answer as lists of strings in the order given, or an error as one."""
    if isinstance(answer, ox.QuerySolutions):
        names = [variable.value for variable in answer.variables]
        return [[f"{name}={row[name]}" for name in names if row[name] is not None] for row in answer]
    return sorted(map(str, answer)) if isinstance(answer, ox.QueryTriples | list) else bool(answer)


@cache
def store() -> ox.Store:
    made = ox.Store()
    made.load(DATA.encode(), ox.RdfFormat.TURTLE, to_graph=GRAPH)
    return made


@cache
def in_jena() -> Any:
    return jena.load(list(store()))


def in_rdflib(text: str) -> Any:
    graph = rdflib.Graph()
    graph.parse(data=DATA, format="turtle")
    return plain(bridge_back(graph.query(text)))


def bridge_back(result: Any) -> Any:
    """Return rdflib's result as pyoxigraph's, through the W3C JSON or N-Triples form."""
    if result.type == "SELECT":
        data = result.serialize(format="json")
        return ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)
    if result.type == "ASK":
        return result.askAnswer
    return [f"{s} {p} {o}" for s, p, o in (map(rdflib_adapter.from_rdflib, triple) for triple in result.graph)]


def attempt(ask: Any, text: str) -> Any:
    try:
        return ask(text)
    except Exception as error:  # noqa: BLE001 - an error where other engines answer is a difference
        return f"refused: {type(error).__name__}"


def fill(server: servers.Server) -> None:
    """Put the data into a Virtuoso."""
    triples = " ".join(f"{quad.triple} ." for quad in store())
    servers.isql(server, f"sparql INSERT DATA {{ GRAPH {GRAPH} {{ {triples} }} }};")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_lint_finds_a_pattern_but_not_the_portable_query(case: Case) -> None:
    assert {finding.rule for finding in portability.findings(PREFIXES + case.broken)} == {case.rule}
    assert portability.findings(PREFIXES + case.portable) == []


def test_every_rule_has_a_case() -> None:
    assert {case.rule for case in CASES} | ONLY_TEXT == {rule.id for rule in portability.RULES}


def test_a_service_after_a_hash_on_its_line_is_recognised() -> None:
    broken = "SELECT ?x { GRAPH <https://example.org/#g> { ?x ?p ?o } SERVICE <http://x/> { ?x ?q ?r } } ORDER BY ?x"
    assert [finding.rule for finding in portability.findings(broken)] == ["service-after-hash"]
    assert portability.findings(broken.replace("SERVICE", "\nSERVICE")) == []


def test_a_finding_has_line_and_column() -> None:
    _, finding = portability.findings("SELECT ?x\nWHERE {\n  ?x a ?kind\n}\n  LIMIT 1")
    assert (finding.line, finding.column, finding.rule) == (5, 3, "cut-without-order")


def test_keywords_in_strings_comments_and_iris_are_no_patterns() -> None:
    text = PREFIXES + 'SELECT ?x { # LIMIT 1 GROUP_CONCAT(\n ?x :label "NOW() 1.50" ; :p <http://x/AVG(> } ORDER BY ?x'
    assert portability.findings(text) == []


@pytest.mark.parametrize("path", saved.files(PROJECT), ids=lambda path: path.stem)
def test_no_saved_query_has_such_a_pattern(path: Path) -> None:
    assert portability.findings(path.read_text(encoding="utf-8")) == []


def test_a_saved_query_that_is_not_portable_is_refused(tmp_path: Path) -> None:
    """A saved query with a pattern that is not portable is refused with its line and column."""
    good = saved.find(PROJECT, "agents").path.read_text(encoding="utf-8")
    path = tmp_path / "queries" / "agents" / "agents.rq"
    path.parent.mkdir(parents=True)
    path.write_text(good.rstrip() + "\nLIMIT 3\n", encoding="utf-8")
    query_tests.check(PROJECT, saved.read(PROJECT, path))
    path.write_text(good[: good.rindex("ORDER BY")] + "LIMIT 3\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"\.rq:\d+:\d+: .*ORDER BY"):
        query_tests.check(PROJECT, saved.read(PROJECT, path))


def imt(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("imt")), "query", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_looks_at_a_query_without_asking_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.rq"
    file.write_text("SELECT ?x\nWHERE { ?x a imt:PharmaceuticalAgent }\nLIMIT 2\n", encoding="utf-8")
    answer = imt("--lint", "--file", str(file))
    assert answer.returncode == 1
    assert f"{file}:3:1: " in answer.stdout
    assert "(cut-without-order)" in answer.stdout
    fine = imt("--lint", "agents")
    assert (fine.returncode, fine.stdout) == (0, "agents: no pattern that engines are known to answer differently.\n")


@pytest.mark.prove
@pytest.mark.xdist_group("virtuoso")
def test_engines_differ_on_each_pattern_only(tmp_path: Path) -> None:
    jena.start_jvm()
    with servers.virtuoso_server(tmp_path) as server:
        fill(server)
        ways = {
            "pyoxigraph": lambda text: plain(store().query(text, default_graph=GRAPH)),
            "rdflib": in_rdflib,
            "jena": lambda text: plain(jena.ask(in_jena(), text, [GRAPH])),
            "virtuoso": lambda text: plain(sparql_client.ask_endpoint(server.query, text, [GRAPH], timeout=20)),
        }
        for case in CASES:
            broken = {name: attempt(ask, PREFIXES + case.broken) for name, ask in ways.items()}
            portable = {name: attempt(ask, PREFIXES + case.portable) for name, ask in ways.items()}
            assert case.left_open or len(set(map(repr, broken.values()))) > 1, f"{case.rule}: all give {broken}"
            assert len(set(map(repr, portable.values()))) == 1, f"{case.rule}: {portable}"
            assert portable["pyoxigraph"] or case.rule == "values-for-optional", (
                f"{case.rule}: an empty answer proves little"
            )
