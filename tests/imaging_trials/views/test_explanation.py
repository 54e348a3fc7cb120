"""`imt explain`: the triples of a row give it again, and without any one of them it is lost."""

import json
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.inference import closure, derivation
from rdfkit.rdf import named_graphs
from rdfkit.sparql import guard, provenance, results, saved
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT

pytestmark = pytest.mark.prove

NO_ROWS = ["agent-dossier", "articles-in-bibo-terms", "guidelines-in-schema-org-terms", "is-agent-named"]
NO_ROWS += ["is-article-listed", "provenance-in-prov-terms"]
"""The saved queries that give no rows: CONSTRUCT and ASK."""

QUERIES = [query for path in saved.files(PROJECT) if not (query := saved.read(PROJECT, path)).service]
INFERRED = PROJECT.graph_iri(named_graphs.INFERRED)
RULES = ROOT / "ontology" / "rules"


@cache
def whole() -> Store:
    """Return the shipped graph in memory, where small look-ups cost least."""
    store = Store()
    store.bulk_extend(open_store(PROJECT))
    return store


@cache
def past() -> derivation.History:
    """Return how the shipped graph was closed."""
    return derivation.history(PROJECT)


def imt(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("imt")), "explain", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def rows(store: Store, text: str, graphs: list[NamedNode]) -> list[tuple[tuple[str, object], ...]]:
    """Return the rows of an answer, asked without the code under test."""
    found = store.query(text, default_graph=[*graphs], named_graphs=[*graphs])
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [tuple((name, row[name]) for name in names if row[name] is not None) for row in found]


def check_row(query: saved.SavedQuery, number: int) -> None:
    """Check that the quads given for a row give it again, and that none of them can be removed."""
    text, graphs = saved.bind(PROJECT, query, {}, whole()), named_graphs.dataset(PROJECT, whole(), query.dataset)
    row = rows(whole(), text, graphs)[number - 1]
    found = provenance.explain(PROJECT, whole(), text, query.dataset, number)
    assert found.row == dict(row)
    assert all(quad in whole() for quad in found.quads)
    alone = Store()
    alone.extend(found.quads)
    assert row in rows(alone, text, graphs), f"{query.id}, row {number}: the triples alone do not give it"
    for quad in found.quads:
        alone.remove(quad)
        assert row not in rows(alone, text, graphs), f"{query.id}, row {number}: still there without {quad}"
        alone.add(quad)


def rows_of(query: saved.SavedQuery) -> int:
    return len(
        rows(whole(), saved.bind(PROJECT, query, {}, whole()), named_graphs.dataset(PROJECT, whole(), query.dataset))
    )


def check_step(triple: Quad) -> str:
    """Check that the rule of a triple infers it from its premises, and not from fewer; return the rule."""
    step = derivation.step(past(), triple.triple)
    rule = (RULES / f"{step.rule}.ru").read_text(encoding="utf-8")
    for left_out in (None, *step.premises):
        small = Store()
        small.extend(quad for quad in step.premises if quad != left_out)
        small.update(rule)
        assert (triple in small) == (left_out is None), f"{triple} by {step.rule} without {left_out}"
    return step.rule


def test_only_queries_without_rows_cannot_be_explained() -> None:
    assert sorted(query.id for query in QUERIES if guard.form(query.text) != "SELECT") == NO_ROWS


@pytest.mark.parametrize("query", [query for query in QUERIES if query.id not in NO_ROWS], ids=lambda query: query.id)
def test_the_last_row_needs_exactly_its_triples(query: saved.SavedQuery) -> None:
    if number := rows_of(query):
        check_row(query, number)


@pytest.mark.prove
@pytest.mark.parametrize("query", [query for query in QUERIES if query.id not in NO_ROWS], ids=lambda query: query.id)
def test_every_row_needs_exactly_its_triples(query: saved.SavedQuery) -> None:
    for number in range(1, rows_of(query)):
        check_row(query, number)


def test_a_sample_of_each_rule_follows_from_its_premises() -> None:
    kinds: dict[str, list[Quad]] = {}
    for quad in sorted(whole().quads_for_pattern(None, None, None, INFERRED), key=str):
        kinds.setdefault(past().added[quad.triple][1], []).append(quad)
    assert len(kinds) > 10
    for rule, quads in kinds.items():
        for quad in quads[:: max(1, len(quads) // 5)]:
            assert check_step(quad) == rule


@pytest.mark.prove
def test_every_inferred_triple_follows_from_its_premises() -> None:
    inferred = list(whole().quads_for_pattern(None, None, None, INFERRED))
    assert len(inferred) > 5000
    for quad in inferred:
        check_step(quad)


def test_premises_are_older_than_conclusions() -> None:
    for quad in sorted(whole().quads_for_pattern(None, None, None, INFERRED), key=str)[::50]:
        for premise in derivation.step(past(), quad.triple).premises:
            if premise.graph_name == INFERRED:
                assert past().added[premise.triple][0] < past().added[quad.triple][0]


SMALL = """
@prefix graph: <https://w3id.org/imaging-trials/graph/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix : <https://example.org/> .
graph:vocabulary { :Both owl:intersectionOf :l1 . :l1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> :A ;
    <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> :l2 . :l2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> :B ;
    <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> . }
graph:page { :x a :A , :B . :y a :A . }
"""


def test_an_intersection_needs_all_its_classes() -> None:
    store = Store()
    store.load(SMALL.encode(), RdfFormat.TRIG)
    added: dict[Triple, tuple[int, str]] = {}

    def note(rule: str, triples: Iterable[Triple]) -> None:
        place = len(added)
        added.update((triple, (place, rule)) for triple in triples)

    closure.close(PROJECT, store, RULES, watch=note, tidy=False)
    kind, thing, both = (
        NamedNode(iri) for iri in (PROJECT.expand("rdf:type"), "https://example.org/x", "https://example.org/Both")
    )
    (made,) = store.quads_for_pattern(thing, kind, both, INFERRED)
    step = derivation.step(derivation.History(PROJECT, store, added), made.triple)
    assert step.rule == "cls-int1"
    members = {quad.object.value for quad in step.premises if quad.predicate == kind}  # type: ignore[union-attr]
    assert members == {"https://example.org/A", "https://example.org/B"}


def test_an_asserted_triple_has_no_derivation() -> None:
    asserted = next(iter(whole().quads_for_pattern(None, None, None, PROJECT.graph_iri("page"))))
    with pytest.raises(UserError, match="was not inferred by the rules"):
        derivation.step(past(), asserted.triple)


def test_text_names_section_source_mapping_and_rule() -> None:
    listed = imt("guidelines-by-body-site", "--row", "1")
    assert listed.returncode == 0, listed.stderr
    assert "page: Radiopharmaceutical Therapy" in listed.stdout
    assert "curated: source:hurwitz-2020-record, checked " in listed.stdout
    assert "mapping set mappingset:unii: " in imt("exact-matches", "--row", "3").stdout
    inferred = imt("guidelines-involving-society").stdout
    assert "by prp-spo1 (ontology/rules/prp-spo1.ru) from" in inferred
    assert "imt:isIssuedBy rdfs:subPropertyOf imt:involvesOrganization" in inferred


def test_json_nests_premises_down_to_sources() -> None:
    data = json.loads(imt("guidelines-involving-society", "--format", "json").stdout)
    assert data["query"] == "guidelines-involving-society"

    def leaves(triples: list[dict[str, object]]) -> list[dict[str, object]]:
        found = []
        for triple in triples:
            premises = triple.get("premises")
            found += leaves(premises) if isinstance(premises, list) else [triple]
        return found

    assert any("rule" in triple for triple in data["triples"])
    assert all(leaf["sources"] for leaf in leaves(data["triples"]))


def test_dependence_on_absence_is_reported() -> None:
    own = "SELECT ?x { ?x a imt:PharmaceuticalAgent . FILTER NOT EXISTS { ?x imt:hasTarget ?t } }"
    assert "The row also depends on what is not in the graph" in imt("--sparql", own).stdout
    assert "depends on what is not" not in imt("agents").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["agents", "--row", "99"], "There is no row 99: the answer has 12 rows."),
        (["agents", "--row", "0"], "There is no row 0: the answer has 12 rows."),
        (["is-agent-named"], "Only rows of a SELECT query can be explained; this query has another form."),
        (["agent"], "did you mean"),
        ([], "'imt explain' takes one query: name a saved one, or give one of your own with --sparql."),
        (["--sparql", "SELECT ?x { ?x a imt:PharmaceuticalAgent"], "cannot be read at line"),
        (["--sparql", "DELETE WHERE { ?s ?p ?o }"], "is a SPARQL update"),
        (["--sparql", "SELECT ?g FROM graph:page { ?g ?p ?o }"], "remove FROM"),
        (["--sparql", "SELECT (RAND() AS ?r) { ?g a imt:PharmaceuticalAgent }"], "cannot be explained"),
        pytest.param(
            ["--sparql", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"],
            "needs more than",
            marks=pytest.mark.prove,
            id="all triples",
        ),
    ],
)
def test_what_cannot_be_explained_is_one_sentence(arguments: list[str], sentence: str) -> None:
    answer = imt(*arguments)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert sentence in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_constant_values_need_no_triples() -> None:
    answer = imt("--sparql", "SELECT (1 + 1 AS ?two) {}")
    assert answer.returncode == 0
    assert "No triple is needed for this row" in answer.stdout


def test_queries_without_rows_can_be_asked() -> None:
    assert results.ask(PROJECT, whole(), saved.find(PROJECT, "is-agent-named").text, "all")
