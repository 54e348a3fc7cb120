"""Checks of a user's SPARQL before an engine reads it."""

import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.sparql import guard


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("# SELECT\nPREFIX select: <http://x/#> ASK {}", "ASK"),
        ("BASE <http://x/> CONSTRUCT WHERE { ?s ?p 'INSERT' }", "CONSTRUCT"),
        ("describe <http://SELECT>", "DESCRIBE"),
    ],
)
def test_the_form_of_a_query_is_its_first_keyword(text: str, form: str) -> None:
    """Words in comments, names and strings do not count as the form of a query."""
    assert guard.check(text) == form


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p 'SERVICE' }",
        "SELECT * { ?s ?p 'x'@service }",
        "SELECT * { ?service ?p <http://x/SERVICE> } # SERVICE",
        "PREFIX x: <http://x/> SELECT * { ?s x:SERVICE '''a'SERVICE''' }",
    ],
)
def test_only_a_service_pattern_is_refused(text: str) -> None:
    """The word SERVICE is refused only where it asks another server."""
    assert guard.check(text) == "SELECT"
    with pytest.raises(UserError, match="--endpoint URL"):
        guard.check("SELECT * { service silent <http://x/> { ?s ?p ?o } }")
    assert guard.check("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", embedded=False) == "SELECT"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 100_000,
        "SELECT * { FILTER(" + "!" * 100_000 + "1) }",
        "SELECT * { FILTER(" + "1+" * 100_000 + "1) }",
        "SELECT * { " + "OPTIONAL { ?s ?p ?o } " * 100_000 + "}",
        "SELECT * { ?s ?p ?o }" + " " * 5_000_000,
    ],
    ids=["brackets", "not", "plus", "optional", "size"],
)
def test_a_query_that_would_kill_the_engine_gets_a_sentence(text: str) -> None:
    with pytest.raises(UserError, match=r"too large|bytes"):
        guard.check(text)


@pytest.mark.parametrize("call", ["SUBSTR({}, 1)", "REGEX({}, 'a')", "replace({}, 'a', 'b')"])
def test_functions_that_double_the_time_to_parse(call: str) -> None:
    """Oxigraph's parser takes twice the time for each of them inside another; other brackets do not matter."""
    text = "SELECT * {{ ?s ?p ?o FILTER({}) }}"
    inner = "(?o)"
    for _ in range(guard.MAX_NESTED_STRING_FUNCTIONS):
        inner = call.format(f"STR(({inner}))")
    assert guard.check(text.format(inner)) == "SELECT"
    with pytest.raises(UserError, match="name the inner ones with BIND"):
        guard.check(text.format(call.format(inner)))


def test_missing_prefixes_of_the_project_are_declared() -> None:
    """The project's prefixes are declared if they are used and not declared."""
    text = 'PREFIX agent: <http://mine/>\nSELECT * { agent:x imt:y "skos:z" } # owl:x'
    assert (
        guard.with_prefixes(text, PROJECT.prefixes) == f"PREFIX imt: <https://w3id.org/imaging-trials/vocab#>\n{text}"
    )
