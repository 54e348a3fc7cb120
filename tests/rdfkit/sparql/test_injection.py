"""Injection: SERVICE is found wherever Oxigraph parses it, and a value of a parameter stays one token."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from imaging_trials.model.project import PROJECT
from rdfkit.sparql import guard, parameters, saved
from tests.support import hostile

PIECES = (
    " SERVICE ", "SERVICE", "service SILENT ", "SILENT", "<http://127.0.0.1:9/q>", "<urn:service?x#a>", " ?x ",
    "?service", "x:service", "x:a", " x:", "{}", "{ ?s ?p ?o }", " . ", "true", " 1 ", "'", '"', "'''", "#", "#>", "\n",
    "<", ">", "(", ")", "FILTER(?a<?b)", "FILTER(?a<'>')", "BIND(1 AS ?a)", "?s ?p ", "GRAPH ", "OPTIONAL ", "{", "}",
    "@service", "\\u0041", "<urn:\\u0041#>",
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("FILTER(?a<?b)SERVICE?x#>\n{}")
@example("?s ?p trueSERVICEx:a{}")
@example("?s ?p '''SERVICE ?x {}''' # SERVICE ?x {}")
def test_service_is_found_where_oxigraph_parses_it(inside: str) -> None:
    """A text that is SPARQL with SERVICE, and is not with another word instead, has SERVICE as a keyword."""
    text = f"PREFIX x: <http://127.0.0.1:9/> SELECT * {{ {inside} }}"
    if _is_sparql(text) and "service" in text.lower():
        keyword = not _is_sparql(re.sub("(?i)service", "serbice", text))
        assert guard.asks_another_server(text) is keyword


def _is_sparql(text: str) -> bool:
    try:
        Store().query(text)
    except SyntaxError:
        return False
    except (OSError, RuntimeError, ValueError):
        return True
    return True


WITH_STRINGS = [
    query
    for query in [saved.read(PROJECT, path) for path in saved.files(PROJECT)]
    if any(parameter.type == "string" for parameter in query.parameters)
]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(WITH_STRINGS), hostile.strings())
def test_value_changes_one_token_of_a_saved_query(query: saved.SavedQuery, value: str) -> None:
    for parameter in query.parameters:
        if parameter.type == "string":
            text = saved.bind(PROJECT, query, {parameter.name: value})
            before, after = list(guard.tokens(query.text)), list(guard.tokens(text))
            assert [kind for kind, _, _ in after] == [kind for kind, _, _ in before]
            changed = [old for (_, old, _), (_, new, _) in zip(before, after, strict=True) if old != new]
            assert changed in ([], [parameters.serialize(parameters.default(PROJECT, parameter))])
            assert not guard.asks_another_server(text)
