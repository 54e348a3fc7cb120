"""The Python API: it returns rdflib objects and leaves the user's settings unchanged."""

import datetime as dt
import importlib
from pathlib import Path
from typing import Any

import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from rdflib.namespace import RDF, RDFS, SKOS
from rdflib.term import URIRef

from imaging_trials.model.project import PROJECT
from imaging_trials.questions import arguments
from rdfkit.base.errors import UserError
from rdfkit.rdf import rdflib_adapter
from rdfkit.sparql import parameters
from tests.support import small_checkout

it: Any = importlib.import_module("imaging_trials")

XSD = PROJECT.prefixes["xsd"]
IMT = rdflib.Namespace(PROJECT.prefixes["imt"])
EDITION = rdflib.Namespace(PROJECT.prefixes["edition"])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_checkout.checkout(tmp_path_factory.mktemp("checkout"))


def run(root: Path, code: str) -> str:
    """Run a few lines of a user's Python over the small graph, and return what they print."""
    done = small_checkout.python(root, "-c", f"import imaging_trials as it\n{code}")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_importing_the_package_imports_nothing_heavy(root: Path) -> None:
    modules = set(run(root, "import sys; print(*sys.modules)").split())
    assert "imaging_trials" in modules
    assert not modules & {"rdflib", "pyoxigraph", "pyshacl", "typing", "pathlib"}


def test_the_functions_stay_callable_after_other_imports(root: Path) -> None:
    use = "print(len(it.graph('page')), callable(it.validate), callable(it.query), callable(it.dataset))"
    for first in (
        "pass",
        "import rdfkit.rdf.named_graphs, imaging_trials.mapping_sets, imaging_trials.views",
        "from imaging_trials.build import validation; from imaging_trials import model, bibliography",
        "from rdfkit.rdf.named_graphs import dataset",
        "from imaging_trials import *",
    ):
        assert run(root, f"{first}\n{use}") == "6 True True True\n"


def test_what_the_package_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'grahp'"):
        _ = it.grahp


def test_a_graph_is_the_merge_of_the_requested_graphs(root: Path) -> None:
    sizes = "print(*(len(it.graph(*names)) for names in [(), ('all',), ('asserted',), ('page',), ('page', 'curated'),"
    sizes += " ('page', 'page'), ('inferred',)]))"
    every, all_, asserted, page, both, twice, inferred = map(int, run(root, sizes).split())
    assert every == all_ == asserted + inferred
    assert (page, both, twice) == (6, 8, 6)
    assert inferred >= 1


def test_an_unknown_graph_offers_the_nearest() -> None:
    with pytest.raises(UserError, match=r"There is no graph 'curate': did you mean curated"):
        it.graph("curate")


def test_a_graph_is_a_copy_with_the_project_prefixes() -> None:
    graph = it.graph("page")
    assert isinstance(graph, rdflib.Graph)
    assert dict(graph.namespaces())["bodysite"] == URIRef(PROJECT.prefixes["bodysite"])
    size = len(graph)
    graph.remove((None, None, None))
    assert len(it.graph("page")) == size > 0


def test_a_dataset_has_each_triple_in_its_named_graph(root: Path) -> None:
    code = "dataset = it.dataset()\nfor graph in dataset.graphs():\n"
    code += "    print(graph.identifier.rpartition('/')[2], len(graph))"
    counts = dict(line.split() for line in run(root, code).splitlines())
    assert counts["page"] == "6"
    assert counts["curated"] == "2"
    assert set(counts) >= {"vocabulary", "concepts", "page", "curated", "inferred"}


def test_a_saved_query_answers_as_rdflib_does(root: Path) -> None:
    code = """
from datetime import date
import rdflib
result = it.query("editions-by-site", site="bone")
assert isinstance(result, rdflib.query.Result)
print(result.type, *result.vars, len(result))
for row in result:
    print(repr(row.edition), repr(row.title))
print([row.title for row in it.query("editions-by-site", site=rdflib.URIRef("https://w3id.org/imaging-trials/concept/body-site/lung"))])
print(it.query("supersedes-on-page").askAnswer, bool(it.query("ASK { ?a imt:supersedes ?b }")))
print(len(it.query("superseded").graph), len(it.query("SELECT * { ?a imt:supersedes ?b }", dataset="asserted")))
print(len(it.query("SELECT * FROM graph:curated { ?a ?p ?b }")))
"""
    bone = "https://w3id.org/imaging-trials/id/edition/bone"
    assert run(root, code).splitlines() == [
        "SELECT edition title 2",
        f"""rdflib.term.URIRef('{bone}-1') rdflib.term.Literal('Bone scan, "first" edition')""",
        f"rdflib.term.URIRef('{bone}-2') rdflib.term.Literal('Bone\\n scan', lang='en')",
        "[None]",
        "False True",
        "3 2",
        "2",
    ]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: it.query("no-such-query"), "There is no saved query 'no-such-query'"),
        (lambda: it.query("SELECT * {"), "cannot be read at line 1"),
        (lambda: it.query(""), "There is no query in this text"),
        (lambda: it.query("ASK {}", site="bone"), "has no parameters"),
        (lambda: it.query("ASK {}", dataset="everything"), "There is no dataset 'everything'"),
        (lambda: it.query("ASK FROM graph:page {}", dataset="page"), "leave out FROM, or dataset"),
        (lambda: it.query("DROP ALL"), "DROP is a SPARQL update"),
    ],
)
def test_a_bad_query_raises_one_sentence(call: Any, sentence: str) -> None:
    """A query that cannot be run raises one sentence and leaves settings unchanged."""
    for before in (True, False):
        rdflib.NORMALIZE_LITERALS = before
        try:
            with pytest.raises(it.UserError, match=r"^[^\n]*$") as caught:
                call()
            assert sentence in str(caught.value)
            assert rdflib.NORMALIZE_LITERALS is before
        finally:
            rdflib.NORMALIZE_LITERALS = True


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        (True, "true"),
        (2014, "2014"),
        (dt.date(2014, 3, 31), "2014-03-31"),
        (rdflib.Literal("2014-03-31", datatype=URIRef(XSD + "date")), "2014-03-31"),
        (rdflib.Literal(False), "false"),
        (EDITION.x, str(EDITION.x)),
    ],
)
def test_python_values_and_rdflib_terms_are_taken_as_parameters(value: Any, typed: str) -> None:
    kinds = {"true": "boolean", "false": "boolean", "2014": "integer", "2014-03-31": "date"}
    parameter = parameters.Parameter(
        {"name": "value", "type": kinds.get(typed, "iri"), "default": "x", "examples": [], "description": "a value"}
    )
    assert arguments.text(parameter, value, None) == typed
    assert parameters.term(PROJECT, parameter, typed)


LITERALS = [
    Literal("INF", datatype=NamedNode(XSD + "double")),
    Literal("1.60", datatype=NamedNode(XSD + "decimal")),
    Literal("007", datatype=NamedNode(XSD + "integer")),
    Literal("2014-02-30", datatype=NamedNode(XSD + "date")),
    Literal("2014-01-01T00:00:00Z", datatype=NamedNode(XSD + "dateTime")),
    Literal("1", datatype=NamedNode(XSD + "boolean")),
    Literal("x", datatype=NamedNode("http://example.org/type")),
    Literal("<a", datatype=NamedNode(str(RDF.XMLLiteral))),
    Literal("chat", language="fr-ca"),
    Literal('a\n\x00"\u2028'),
]


@pytest.mark.parametrize("literal", LITERALS, ids=str)
@pytest.mark.filterwarnings("ignore")
def test_a_literal_is_converted_to_rdflib_and_back_unchanged(literal: Literal) -> None:
    there = rdflib_adapter.to_rdflib(literal)
    assert str(there) == literal.value
    assert rdflib_adapter.from_rdflib(there) == literal


def test_only_terms_of_rdf_are_converted_to_rdflib() -> None:
    """IRIs and blank nodes are converted in both directions; what is no RDF term is refused."""
    for term in (NamedNode("http://example.org/é"), BlankNode("b1")):
        assert rdflib_adapter.from_rdflib(rdflib_adapter.to_rdflib(term)) == term
    with pytest.raises(TypeError):
        rdflib_adapter.to_rdflib(Triple(BlankNode(), NamedNode("http://a/"), BlankNode()))
    with pytest.raises(TypeError):
        rdflib_adapter.from_rdflib(rdflib.Variable("x"))


def test_a_quad_without_a_graph_lands_in_the_default_graph() -> None:
    node = NamedNode("http://example.org/x")
    dataset = rdflib_adapter.to_rdflib_dataset(
        [Quad(node, node, node), Quad(node, node, Literal("x"), node)], PROJECT.prefixes
    )
    assert len(dataset.default_graph) == 1
    assert len(dataset.graph(URIRef(node.value))) == 1


def test_the_settings_of_rdflib_stay_through_every_call(root: Path) -> None:
    code = """
import rdflib
for before in (True, False):
    rdflib.NORMALIZE_LITERALS = before
    it.graph(); it.dataset(); it.query("superseded"); it.query("SELECT * { ?s ?p ?o }")
    assert rdflib.NORMALIZE_LITERALS is before
print("kept")
"""
    assert run(root, code) == "kept\n"


@pytest.mark.prove
def test_validate_agrees_with_pyshacl_on_user_data(tmp_path: Path) -> None:
    """A user's file or graph is validated with the results of pySHACL."""
    good = rdflib.Graph()
    good.add((URIRef("https://example.org/x"), RDFS.label, rdflib.Literal("x", lang="en")))
    bad = rdflib.Graph()
    bad.add((URIRef("https://example.org/x"), RDF.type, IMT.Gideline))
    file = tmp_path / "bad.ttl"
    bad.serialize(file)
    rdflib.NORMALIZE_LITERALS = False
    try:
        assert it.validate(good)[0] is True
        for source in (bad, file, str(file), [file]):
            conforms, report, text = it.validate(source)
            assert conforms is False
            assert "Gideline" in text
            assert (None, RDF.type, rdflib.SH.ValidationReport) in report
            assert (None, rdflib.SH.conforms, rdflib.Literal(False)) in report
        with pytest.raises(UserError, match=r"no-such-file\.ttl"):
            it.validate(tmp_path / "no-such-file.ttl")
        assert rdflib.NORMALIZE_LITERALS is False
    finally:
        rdflib.NORMALIZE_LITERALS = True


def test_the_shipped_graph_has_labels_in_rdflib_too() -> None:
    graph = it.graph("concepts")
    assert graph.value(URIRef(PROJECT.prefixes["bodysite"] + "prostate"), SKOS.prefLabel) is not None
