"""The pages of questions say what the catalogue says."""

import pytest
from pyoxigraph import Store

from imaging_trials import questions
from imaging_trials.model import PROJECT
from imaging_trials.site import questions as pages
from imaging_trials.site import rendering
from imaging_trials.site.typography import typeset
from rdfkit.stores.embedded import open_store


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


def test_forms_have_the_parameters_of_the_catalogue(store: Store) -> None:
    """Names, types, defaults, examples and texts are those of the records, which come from the headers."""
    choices = pages.Choices(store)
    renderer = rendering.Renderer(version="0", issued="2026-01-01", paths=frozenset())
    for query in questions.every():
        record = questions.record(query)
        fields = pages.fields(query, choices)
        made = [
            {
                "name": one.name,
                "type": f"{one.type} {one.prefix}:" if one.prefix else one.type,
                "default": one.default,
                "examples": list(one.examples),
                "description": one.description,
            }
            for one in fields
        ]
        assert made == [{**one, "description": typeset(one["description"])} for one in record["parameters"]]
        page = pages.page(store, query, choices)
        assert (page.title, page.lead) == (typeset(record["title"]), typeset(record["description"]))
        assert isinstance(page.more, dict)
        assert page.more["over"] == record["over"]
        note = page.more["made_up"]
        assert bool(note) == bool(query.data), query.id
        if note:
            assert "made-up records" in note
            assert query.data in note
            assert f"imt query {query.id} --data FOLDER" in note
            html = renderer.html(page).decode()
            assert html.index('id="made-up"') < html.index('id="stored"') + 300
