"""The records of the saved questions, and the search in them."""

import json

import pytest

from imaging_trials import questions
from imaging_trials.model import PROJECT
from rdfkit.base import UserError
from rdfkit.sparql import saved


@pytest.fixture(scope="module")
def records() -> dict[str, questions.Record]:
    return {one["name"]: one for one in questions.records()}


def test_every_file_has_a_record(records: dict[str, questions.Record]) -> None:
    assert sorted(records) == sorted(path.stem for path in saved.files(PROJECT))


def test_a_record_is_json(records: dict[str, questions.Record]) -> None:
    assert json.loads(json.dumps(list(records.values()))) == list(records.values())


def test_a_record_has_what_the_header_says(records: dict[str, questions.Record]) -> None:
    text = saved.find(PROJECT, "agents-that-last").path.read_text(encoding="utf-8")
    one = records["agents-that-last"]
    assert f"#+ summary: {one['title']}\n" in text
    assert (one["topic"], one["form"], one["service"]) == ("agents", "SELECT", "")
    for parameter in one["parameters"]:
        assert f"#+   - name: {parameter['name']}\n#+     type: {parameter['type']}\n" in text
        assert f"#+     default: {parameter['default']}\n" in text


def test_columns_are_those_of_the_answers(records: dict[str, questions.Record]) -> None:
    compared = 0
    for query in questions.every():
        answer = questions.committed_answer(query)
        if answer is not None and answer[0] == ".tsv":
            head = answer[1].split(b"\n", 1)[0].decode().split("\t")
            assert [f"?{name}" for name in records[query.id]["columns"]] == head, query.id
            compared += 1
    assert compared > 150


def test_no_parameter_has_a_name_that_http_needs(records: dict[str, questions.Record]) -> None:
    names = {one["name"] for record in records.values() for one in record["parameters"]}
    assert names.isdisjoint(questions.RESERVED)


def test_every_dataset_has_words(records: dict[str, questions.Record]) -> None:
    assert [one["name"] for one in records.values() if one["over"] == one["dataset"]] == []


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Which guidelines were superseded?", "superseded-editions"),
        ("half-life of a radionuclide", "half-lives"),
        ("documents that are missing", "missing-documents"),
    ],
)
def test_search_finds_by_words(records: dict[str, questions.Record], words: str, wanted: str) -> None:
    assert wanted in [one["name"] for one in questions.search(records.values(), words)][:5]


def test_search_takes_a_topic(records: dict[str, questions.Record]) -> None:
    found = questions.search(records.values(), topic="Agents")
    assert {one["topic"] for one in found} == {"agents"}
    assert len(found) == len([one for one in records.values() if one["topic"] == "agents"])


def test_search_refuses_an_unknown_topic(records: dict[str, questions.Record]) -> None:
    with pytest.raises(UserError, match="There is no topic 'agent': did you mean agents"):
        questions.search(records.values(), topic="agent")


def test_search_without_a_fit_finds_nothing(records: dict[str, questions.Record]) -> None:
    assert questions.search(records.values(), "zyzzyva") == []
