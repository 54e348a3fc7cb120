"""Values of parameters: typed by a user, written as SPARQL terms."""

from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import rdflib_adapter
from rdfkit.sparql import guard, parameters, saved
from tests.support.queries import STRING_QUERY

BONE = "https://w3id.org/imaging-trials/concept/body-site/bone"


def parameter(type_: str) -> parameters.Parameter:
    return parameters.Parameter(
        {"name": "value", "type": type_, "default": "bodysite:bone", "examples": [], "description": "a value"}
    )


SKOS = "http://www.w3.org/2004/02/skos/core#"


def site(slug: str) -> NamedNode:
    return NamedNode(BONE.replace("bone", slug))


def store_with_sites() -> Store:
    store = Store()
    for slug in ("bone", "brain", "lung", "mouth", "prostate", "tongue"):
        store.add(Quad(site(slug), NamedNode(SKOS + "prefLabel"), Literal(slug)))
    for slug, name, text in (
        ("lung", "notation", Literal("C34")),
        ("prostate", "prefLabel", Literal("Prostate  Gland", language="en")),
        ("brain", "altLabel", Literal("Bone", language="en")),
        ("mouth", "altLabel", Literal("Oral cavity")),
        ("tongue", "altLabel", Literal("Oral Cavity")),
    ):
        store.add(Quad(site(slug), NamedNode(SKOS + name), text))
    store.add(Quad(NamedNode("http://example.org/lung"), NamedNode(SKOS + "notation"), Literal("X1")))
    return store


@pytest.mark.parametrize("typed", ["bone", "bodysite:bone", BONE, f"<{BONE}>"])
def test_a_thing_can_be_named_in_every_way_a_person_writes_it(typed: str) -> None:
    assert parameters.term(PROJECT, parameter("iri bodysite:"), typed, store_with_sites()) == NamedNode(BONE)


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("BONE", "bone"),
        ("bodysite:Bone", "bone"),
        (BONE.replace("bone", "BONE"), "bone"),
        ("c34", "lung"),
        (" C34 ", "lung"),
        ("PROSTATE gland", "prostate"),
        ("Tongue", "tongue"),
    ],
)
def test_case_and_kind_of_a_name_make_no_difference(typed: str, slug: str) -> None:
    """A local name ("bone") comes before a label of another thing ("Bone" of the brain)."""
    assert parameters.term(PROJECT, parameter("iri bodysite:"), typed, store_with_sites()) == site(slug)
    assert parameters.term(PROJECT, parameter("iri bodysite:"), typed, store_with_sites(), others=True) == site(slug)


def test_a_thing_of_any_kind_is_found_by_its_notation() -> None:
    store = store_with_sites()
    assert parameters.term(PROJECT, parameter("iri"), "x1", store) == NamedNode("http://example.org/lung")
    with pytest.raises(UserError, match="nothing with the prefix bodysite: has that name"):
        parameters.term(PROJECT, parameter("iri bodysite:"), "x1", store)


def test_another_store_may_describe_other_things() -> None:
    store, of_sites = store_with_sites(), parameter("iri bodysite:")
    assert parameters.term(PROJECT, of_sites, "bodysite:toe", store, others=True) == site("toe")
    with pytest.raises(UserError, match="nothing with the prefix bodysite: has that name"):
        parameters.term(PROJECT, of_sites, "bodysite:toe", store)
    with pytest.raises(UserError, match="nothing with the prefix bodysite: has that name"):
        parameters.term(PROJECT, of_sites, "toe", store, others=True)


def test_what_a_mapping_leads_to_needs_no_description() -> None:
    heading = "http://id.nlm.nih.gov/mesh/D1"
    assert parameters.term(PROJECT, parameter("iri"), heading, store_with_sites()) == NamedNode(heading)


@pytest.mark.parametrize(
    ("type_", "typed", "sentence"),
    [
        ("iri bodysite:", "bones", "nothing with the prefix bodysite: has that name; did you mean bone or brain?"),
        ("iri bodysite:", "ongu", "did you mean tongue?"),
        ("iri bodysite:", "oral cavity", "it names mouth, tongue; give one of these."),
        ("iri", "oral cavity", "it names bodysite:mouth, bodysite:tongue; give one of these."),
        ("iri", "bones", "nothing has that name; did you mean bodysite:bone or bodysite:brain?"),
        ("iri bodysite:", "qqq", "the graph has bone, brain, lung, mouth, prostate, tongue."),
        ("iri bodysite:", "agent:fes", "give a name with the prefix bodysite:, such as bodysite:bone."),
        ("iri bodysite:", "http://example.org/bone", "give a name with the prefix bodysite:"),
        ("iri bodysite:", "nope:bone", "'nope:' is not a prefix of the project."),
        ("iri bodysite:", "bone> } DROP ALL #", "nothing with the prefix bodysite: has that name"),
        ("iri", "qqq", "give an IRI"),
        ("iri", "http://a b", "it is not an IRI."),
        ("iri", "<http://a/> } #", "it is not an IRI."),
        ("integer", "2014.0", "give a whole number"),
        ("integer", "٣", "give a whole number"),
        ("integer", "9" * 19, "give a whole number"),
        ("integer", "9" * 10**6, "give a whole number"),
        ("integer", "1 } #", "give a whole number"),
        ("integer", "", "give a whole number"),
        ("date", "2014-02-30", "give a day"),
        ("date", "20140228", "give a day"),
        ("date", "2014-W01-1", "give a day"),
        ("date", "2014-01-01Z", "give a day"),
        ("boolean", "True", "give true or false."),
        ("string", "\ud800", "it has a broken character"),
    ],
)
def test_a_value_of_the_wrong_type_gets_a_sentence(type_: str, typed: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        parameters.term(PROJECT, parameter(type_), typed, store_with_sites())
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 250
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("type_", "typed", "written"),
    [
        ("integer", "+007", '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("integer", "-9223372036854775808", '"-9223372036854775808"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("date", "2016-02-29", '"2016-02-29"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("boolean", "true", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("string", '} DROP ALL # "', '"} DROP ALL # \\""'),
        ("iri", "agent:fes", "<https://w3id.org/imaging-trials/id/agent/fes>"),
        ("iri", "urn:x:y", "<urn:x:y>"),
    ],
)
def test_a_value_becomes_a_typed_term(type_: str, typed: str, written: str) -> None:
    assert parameters.serialize(parameters.term(PROJECT, parameter(type_), typed)) == written


def _algebra(text: str) -> str:
    """Return rdflib's algebra of a query, less the values of its VALUES block."""

    def show(part: Any) -> str:
        if isinstance(part, CompValue):
            inner = [f"{key}={show(value)}" for key, value in sorted(part.items()) if key != "res"]
            return f"{part.name}({', '.join(inner)})"
        if isinstance(part, list | tuple):
            return f"[{', '.join(show(item) for item in part)}]"
        return repr(sorted(map(str, part))) if isinstance(part, set) else repr(part)

    return show(translateQuery(parseQuery(text)).algebra)


TITLE = "https://w3id.org/imaging-trials/vocab#printedTitle"
STRING = saved.parse(PROJECT, Path("queries/titles/by-title.rq"), STRING_QUERY)
ALGEBRA = _algebra(STRING_QUERY)


@pytest.mark.prove
@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.text(alphabet="\\uU0027\"'{}#\n\r\t x?<>@"))
@example("} DROP ALL #")
@example('x") } ?s ?p ?o #')
@example("\\u0022) } #")
@example("\\\\U00000022")
@example("\\u00220041")
@example("a\nb\r\tc\x00\x7f\x85\u2028\ufeff\ufffe\U0001f600")
@example("'''\"\"\"")
def test_a_string_parameter_changes_only_its_value(value: str) -> None:
    """Any string enters a query as exactly that value and changes nothing else."""
    text = saved.bind(PROJECT, STRING, {"title": value})
    assert _algebra(text) == ALGEBRA
    store = Store()
    quad = Quad(NamedNode("http://example.org/x"), NamedNode(TITLE), Literal(value))
    store.add(quad)
    rows = store.query(text)
    assert isinstance(rows, QuerySolutions)
    assert [(row["title"], row["thing"]) for row in rows] == [(Literal(value), quad.subject)]
    found = rdflib_adapter.to_rdflib_graph([quad], PROJECT.prefixes).query(text)
    assert list(found) == [(rdflib.Literal(value), rdflib.URIRef("http://example.org/x"))]


def test_a_string_of_a_megabyte_is_a_value_like_any_other() -> None:
    value = '\\u0022"}\n' * 125_000
    rows = Store().query(sparql_of_value(parameters.serialize(Literal(value))))
    assert isinstance(rows, QuerySolutions)
    assert [row["v"].value for row in rows] == [value]


def sparql_of_value(written: str) -> str:
    return f"SELECT ?v WHERE {{ VALUES (?v) {{ ({written}) }} }}"


@settings(max_examples=200, deadline=None)
@given(st.text(), st.sampled_from(["iri bodysite:", "iri", "integer", "date", "boolean"]))
def test_typed_values_become_one_term_or_an_error(value: str, type_: str) -> None:
    try:
        term = parameters.term(PROJECT, parameter(type_), value)
    except UserError as error:
        assert str(error).isprintable()  # noqa: PT017 - either outcome is right, for each its own check
        return
    like = NamedNode(BONE) if type_.startswith("iri") else Literal("1", datatype=NamedNode("http://example.org/type"))
    text = sparql_of_value(parameters.serialize(term))
    assert _kinds(text) == _kinds(sparql_of_value(parameters.serialize(like)))
    rows = Store().query(text)
    assert isinstance(rows, QuerySolutions)
    assert [row["v"] for row in rows] == [term]


def _kinds(text: str) -> list[str]:
    return [kind for kind, _, _ in guard.tokens(text)]
