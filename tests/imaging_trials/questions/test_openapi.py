"""The OpenAPI document says what the headers say."""

import json

import pytest

from imaging_trials import questions

RECORDS = questions.records()


@pytest.fixture(scope="module")
def document() -> dict[str, dict[str, dict[str, dict[str, object]]]]:
    return questions.openapi(RECORDS, title="Questions", version="1.0.0", description="made up")


def test_every_question_that_the_server_answers_has_a_path(document: dict[str, dict[str, object]]) -> None:
    wanted = {f"/questions/{one['name']}" for one in RECORDS if not one["service"]}
    found = {path for path in document["paths"] if path.startswith("/questions/") and not path.endswith("/explain")}
    assert found == wanted


def test_parameters_are_those_of_the_headers(document: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
    for one in RECORDS:
        if one["service"]:
            continue
        listed = document["paths"][f"/questions/{one['name']}"]["get"]["parameters"]
        assert isinstance(listed, list)
        own = [each for each in listed if "x-type" in each]
        assert [(each["name"], each["x-type"]) for each in own] == [(p["name"], p["type"]) for p in one["parameters"]]
        for each, parameter in zip(own, one["parameters"], strict=True):
            assert each["description"].startswith(parameter["description"])
            assert str(each["schema"]["default"]).casefold() == parameter["default"].casefold()
            assert [str(example) for example in each["schema"]["examples"]] == parameter["examples"]


def test_every_reference_leads_somewhere(document: dict[str, dict[str, dict[str, object]]]) -> None:
    text = json.dumps(document)
    references = {piece.split('"', 1)[0] for piece in text.split('"$ref": "#/components/')[1:]}
    assert references
    for reference in references:
        section, _, name = reference.partition("/")
        assert name in document["components"][section], reference


def test_the_same_records_give_the_same_document(document: object) -> None:
    again = questions.openapi(questions.records(), title="Questions", version="1.0.0", description="made up")
    assert json.dumps(again) == json.dumps(document)
