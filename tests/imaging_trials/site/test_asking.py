"""Pages that ask: the names that scripts get, the form of a saved question, and what explains its rows."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pyoxigraph import QuerySolutions, Store

from imaging_trials.model.project import PROJECT
from imaging_trials.site import asking, parts, questions
from imaging_trials.site.rendering import ASKING_POLICY, POLICY, Renderer
from rdfkit.rdf import named_graphs
from rdfkit.sparql import results, saved, triple_patterns
from rdfkit.stores.embedded import open_store


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def scripts(store: Store) -> dict[str, Any]:
    """Return what each script sets."""
    found = {}
    for path, data in asking.files(store):
        name, _, value = data.decode().partition(" = ")
        assert name.startswith("window.")
        found[path] = json.loads(value.rstrip().removesuffix(";"))
    return found


@pytest.fixture(scope="module")
def choices(store: Store) -> questions.Choices:
    return questions.Choices(store)


@pytest.fixture(scope="module")
def question(store: Store, choices: questions.Choices) -> Callable[[str], str]:
    """Return a function that returns the page of a saved question."""
    return lambda name: html(questions.page(store, saved.find(PROJECT, name), choices))


def html(page: parts.Page) -> str:
    return Renderer(version="0", issued="2026-11-30", paths=frozenset()).html(page).decode()


def test_scripts_know_the_datasets_of_the_command(scripts: dict[str, Any], store: Store) -> None:
    names = scripts[asking.NAMES]
    assert set(names["datasets"]) == set(named_graphs.dataset_names(PROJECT))
    for name, graphs in names["datasets"].items():
        assert graphs == [graph.value for graph in named_graphs.dataset(PROJECT, store, name)]
    assert names["prefixes"] == dict(PROJECT.prefixes)


def test_the_editor_completes_classes_properties_and_things(scripts: dict[str, Any]) -> None:
    terms = {one[0]: one[1:] for one in scripts[asking.TERMS]}
    assert terms["imt:PharmaceuticalAgent"][1] == "class"
    assert terms["imt:hasTarget"] == ["has target", "property", "The target that the uptake of an agent is due to."]
    assert terms["skos:prefLabel"][1] == "property"
    assert terms["agent:fes"] == ["[¹⁸F]FES", "thing", ""]
    assert "modality:pet" in terms
    assert not [one for one in terms if one.startswith(("mapping:", "evidence:"))]


def test_the_first_query_has_an_answer(store: Store) -> None:
    more: Any = asking.page().more
    answer = results.ask(PROJECT, store, more["query"], "all", project_prefixes=True)
    assert isinstance(answer, QuerySolutions)
    assert len(list(answer)) > 3


def test_a_question_has_a_form_for_its_parameters(question: Callable[[str], str]) -> None:
    """A parameter whose things have a prefix is a list to choose from; for others people write a value."""
    text = question("agents-of-a-radionuclide")
    assert '<select id="p-radionuclide" name="radionuclide" data-type="iri" data-prefix="nuclide">' in text
    assert '<option value="nuclide:f-18" selected>' in text
    assert '<input id="p-thing" name="thing" value="nuclide:f-18"' in question("added-to-the-page")
    assert 'type="date"' in question("superseded-on-day")


def test_every_default_can_be_chosen(choices: questions.Choices) -> None:
    for query in saved.read_all(PROJECT):
        for field in questions.fields(query, choices):
            if field.options:
                assert field.default in [value for value, _ in field.options], query.id


def test_a_federated_question_cannot_be_asked_here(question: Callable[[str], str]) -> None:
    text = question("substances-in-wikidata")
    assert '<form id="question"' not in text
    assert "no stored answer" in text


def test_only_pages_that_ask_may_make_an_address(question: Callable[[str], str]) -> None:
    assert "trusted-types imt-worker" in ASKING_POLICY
    assert "trusted-types 'none'" in POLICY
    assert "trusted-types imt-worker" in question("agents")
    assert "trusted-types imt-worker" in html(asking.page())
    assert "imt-worker" not in html(questions.listing())


def test_what_explains_a_row_is_the_query_without_projection() -> None:
    """The parts beside a page, put together, are a query whose variables are those that are listed."""
    for query in saved.read_all(PROJECT)[::8]:
        found: Any = questions.about(query)
        if found is None:
            assert query.service or not query.answer_stem.with_name(f"{query.id}.tsv").is_file()
            continue
        answer = Store().query(f"{found['before']}\n{found['body']}\n}}")
        assert isinstance(answer, QuerySolutions)
        assert sorted(one.value for one in answer.variables) == found["names"]
        assert found["patterns"]


def test_a_pattern_says_which_terms_it_has() -> None:
    found: Any = questions.about(saved.find(PROJECT, "agents-of-a-radionuclide"))
    assert found["patterns"][0] == {
        "subject": {"var": "agent"},
        "predicate": {"type": "uri", "value": PROJECT.expand("imt:hasRadionuclide")},
        "object": {"var": "radionuclide"},
        "graph": None,
    }


def test_a_path_says_its_steps() -> None:
    """A property that is followed backwards says so; without a path there are no steps."""
    text = "PREFIX e: <urn:e:> SELECT * { GRAPH ?g { ?a e:p/^e:q ?b } { SELECT ?b { ?b e:r 'x'@EN, ?c } } }"
    path, first, second = map(triple_patterns.record, triple_patterns.patterns(text))
    assert path["steps"] == [["urn:e:p", False], ["urn:e:q", True]]
    assert "predicate" not in path
    assert path["graph"] == {"var": "g"}
    assert first["object"] == {"type": "literal", "value": "x", "xml:lang": "en"}
    assert second["object"] is None  # a variable of the sub-select alone
