"""Values of parameters: the forms that mean the same, and what is refused."""

from datetime import UTC, date, datetime

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials import questions
from imaging_trials.model import PROJECT
from rdfkit.base import UserError
from rdfkit.sparql import saved


def line(store: Store, name: str, **values: object) -> str:
    """Return the line with which the values enter a question."""
    text = questions.bound(name, values, store).text
    return next(line.strip() for line in text.splitlines() if line.strip().startswith("VALUES ("))


FES = "https://w3id.org/imaging-trials/id/agent/fes"


@pytest.mark.parametrize(
    "value",
    ["fes", "agent:fes", " 18F FES ", "[18F]FES", "F-18-FES", "fluoroestradiol F-18", FES, f"<{FES}>", NamedNode(FES)],
)
def test_a_thing_has_many_names(store: Store, value: object) -> None:
    assert line(store, "documents-of-an-agent", agent=value) == f"VALUES (?agent) {{ (<{FES}>) }}"


@pytest.mark.parametrize("value", ["10.1007/s00259-017-3670-z", "https://doi.org/10.1007/S00259-017-3670-Z"])
def test_an_article_is_named_by_its_doi(store: Store, value: str) -> None:
    parameter = next(
        (one.id, each.name) for one in questions.every() for each in one.parameters if each.prefix == "article"
    )
    assert "/id/article/" in line(store, parameter[0], **{parameter[1]: value})


def test_a_part_of_a_name_is_no_name(store: Store) -> None:
    with pytest.raises(UserError, match="'fluoroestr' is not a value for agent: nothing with the prefix agent:"):
        line(store, "documents-of-an-agent", agent="fluoroestr")


def test_a_name_of_several_things_is_refused() -> None:
    store = Store()
    for local, name in (("one", "F-18 XYZ"), ("two", "[18F]XYZ")):
        agent = NamedNode(f"https://w3id.org/imaging-trials/id/agent/{local}")
        store.add(Quad(agent, NamedNode("http://www.w3.org/2004/02/skos/core#altLabel"), Literal(name)))
    with pytest.raises(UserError, match="'18F-XYZ' is not a value for agent: it names agent:one, agent:two; give one"):
        line(store, "documents-of-an-agent", agent="18F-XYZ")


@pytest.mark.parametrize("value", [14, "14", 14.0, "14.0", " 14 ", "+14"])
def test_a_whole_number_has_several_forms(store: Store, value: object) -> None:
    wanted = '"14"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert line(store, "elapsed-half-lives", minutes=value) == f"VALUES (?minutes) {{ ({wanted}) }}"


@pytest.mark.parametrize("value", [True, "1,000", "14.5", "fourteen", "", "1e3", float("inf")])
def test_what_is_no_whole_number_is_refused(store: Store, value: object) -> None:
    with pytest.raises(UserError, match="is not a value for minutes: give a whole number"):
        line(store, "elapsed-half-lives", minutes=value)


@pytest.mark.parametrize(
    "value", ["2020-01-31", date(2020, 1, 31), datetime(2020, 1, 31, tzinfo=UTC), "2020-01-31T00:00:00Z"]
)
def test_a_day_has_several_forms(store: Store, value: object) -> None:
    assert '"2020-01-31"^^<http://www.w3.org/2001/XMLSchema#date>' in line(store, "superseded-on-day", on=value)


@pytest.mark.parametrize("value", ["2020-01", "31.1.2020", datetime(2020, 1, 31, 8, tzinfo=UTC), "2020-02-31"])
def test_what_is_no_day_is_refused(store: Store, value: object) -> None:
    with pytest.raises(UserError, match="is not a value for on: give a day"):
        line(store, "superseded-on-day", on=value)


def test_none_is_the_default(store: Store) -> None:
    assert (
        questions.bound("elapsed-half-lives", {"minutes": None}, store).text
        == questions.find("elapsed-half-lives").text
    )


def test_a_list_is_refused(store: Store) -> None:
    with pytest.raises(UserError, match="agent takes one value, not a list"):
        line(store, "documents-of-an-agent", agent=["fes", "flt"])


def test_names_of_parameters_may_differ_in_capitals(store: Store) -> None:
    assert line(store, "documents-of-an-agent", Agent="fes") == line(store, "documents-of-an-agent", agent="fes")


def test_a_parameter_given_twice_is_refused(store: Store) -> None:
    with pytest.raises(UserError, match="'agent' is given twice"):
        line(store, "documents-of-an-agent", Agent="fes", agent="flt")


def test_an_unknown_parameter_is_refused(store: Store) -> None:
    with pytest.raises(UserError, match="no parameter 'agnt': did you mean agent"):
        line(store, "documents-of-an-agent", agnt="fes")


def test_names_of_questions_may_differ_in_form() -> None:
    assert questions.find("Documents of_an-agent").id == "documents-of-an-agent"


def test_an_unknown_question_is_refused() -> None:
    with pytest.raises(UserError, match="no saved query 'documents-of-the-agent': did you mean documents-of-an-agent"):
        questions.find("Documents of the agent")


def test_a_federated_question_is_refused(store: Store) -> None:
    federated = next(one.id for one in questions.every() if one.service)
    with pytest.raises(UserError, match="does not use the network"):
        questions.bound(federated, {}, store)
    assert questions.bound(federated, {}, store, others=True).text == saved.find(PROJECT, federated).text


def test_every_example_is_a_value(store: Store) -> None:
    for query in questions.every():
        for parameter in query.parameters:
            if not query.service:
                for value in (parameter.default, *parameter.examples):
                    questions.bound(query, {parameter.name: value}, store)
