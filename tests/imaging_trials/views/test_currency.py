"""``imt audit``: what is superseded, corrected or incomplete on a day, and on which grounds."""

import csv
import io
import json
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.graph import read as facts
from imaging_trials.graph.project import PROJECT
from imaging_trials.views import currency as audit
from rdfkit.base.errors import UserError
from rdfkit.stores.embedded import open_store
from tests.conftest import Imt

RELEASE = "2026-11-26"


@cache
def the_store() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def store() -> Store:
    return the_store()


@pytest.fixture(scope="module")
def listed(store: Store) -> dict[str, audit.Audited]:
    return {one.asked: one for one in audit.listed(store, RELEASE)}


@pytest.fixture
def graph(store: Store) -> Store:
    """A copy of the graph that a test may change."""
    copy = Store()
    copy.extend(store)
    return copy


def node(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


def on(store: Store, article: str, day: str) -> dict[str, audit.Finding]:
    """Return the findings of an article or an edition on a day, by their words."""
    return {finding.words: finding for finding in audit.of(store, node(article), day).findings}


def having(listed: dict[str, audit.Audited], words: str) -> list[str]:
    return [name for name, one in listed.items() if words in {finding.words for finding in one.findings}]


def finding(one: audit.Audited, words: str) -> audit.Finding:
    (found,) = [finding for finding in one.findings if finding.words == words]
    return found


# What it must find on the page's own list


def test_every_listed_article_is_there_once_in_page_order_with_at_least_one_finding(
    listed: dict[str, audit.Audited],
) -> None:
    assert len(listed) == 20
    assert next(iter(listed)) == "Van den Wyngaert 2016"
    assert [*listed][-1] == "Fendler 2017"
    assert all(one.findings for one in listed.values())


@pytest.mark.parametrize(
    ("words", "articles"),
    [
        ("superseded", ["Hurwitz 2020", "Balleyguier 2011", "Fendler 2017"]),
        ("updated", ["Ward 2018"]),
        ("corrected", ["Beheshti 2015", "Avula 2021", "Manganaro 2021"]),
        ("missing PMCID on the page", ["Vali 2021"]),
        ("misprinted name", ["Ljungberg 2016"]),
        ("variant reading", ["Beheshti 2015"]),
        ("not itself a guideline", ["Ha 2018", "Ward 2018"]),
        ("no issuing society named", ["Liu 2015", "Ha 2018", "Afaq 2019"]),
        ("ahead of print on the page", ["Manganaro 2021"]),
        ("endorsed", ["Van den Wyngaert 2016", "Bluemel 2015", "Adam 2021"]),
        ("superseded (reported, not counted)", ["Boellaard 2015"]),
    ],
)
def test_it_finds_on_the_page(listed: dict[str, audit.Audited], words: str, articles: list[str]) -> None:
    assert having(listed, words) == articles


def test_whatever_is_neither_superseded_nor_updated_is_current(listed: dict[str, audit.Audited]) -> None:
    moved = {*having(listed, "superseded"), *having(listed, "updated")}
    assert set(having(listed, "current")) == listed.keys() - moved
    assert {name for name, one in listed.items() if one.status == "current"} == listed.keys() - moved


def test_a_superseded_guideline_names_what_replaces_it_since_when_and_on_whose_word(
    listed: dict[str, audit.Audited],
) -> None:
    found = finding(listed["Hurwitz 2020"], "superseded")
    assert found.things == (node("edition:acr-acnm-ars-snmmi-radium-223-2025"),)
    assert found.date == "8-25-2025"
    assert found.why == "confirmed: The record gives the day of publication of the revision, month first."
    assert found.sources == (node("source:akin-2025-record"),)
    assert finding(listed["Balleyguier 2011"], "superseded").why.startswith("read from titles: Our reading")


def test_an_erratum_that_came_out_before_the_issue_says_so(listed: dict[str, audit.Audited]) -> None:
    words = "it came out before the issue of the article"
    assert words in finding(listed["Avula 2021"], "corrected").what
    assert words not in finding(listed["Beheshti 2015"], "corrected").what


def test_a_variant_reading_is_told_without_a_judgement(listed: dict[str, audit.Audited]) -> None:
    found = finding(listed["Beheshti 2015"], "variant reading")
    assert "'Paycha F'" in found.what
    assert "'F. Payche'" in found.what
    assert "not judged" in found.what


def test_every_finding_but_current_has_a_source(listed: dict[str, audit.Audited]) -> None:
    without = [
        (name, found.words)
        for name, one in listed.items()
        for found in one.findings
        if not found.sources and found.kind != "current"
    ]
    assert without == []


def test_every_supersession_that_the_graph_states_has_an_event_with_its_day(store: Store) -> None:
    stated = {
        (quad.object, quad.subject)
        for quad in facts.quads(store, None, "directlySupersedes")
        if quad.graph_name == PROJECT.graph_iri("curated")
    }
    events = {
        (old, new)
        for event in facts.members(store, "Event")
        for old in facts.objects(store, event, "concerns")
        for new in facts.objects(store, event, "leadsTo")
    }
    assert stated
    assert stated <= events


# A day


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2020-12-31", "current"),
        ("2021-01-01", "possibly updated"),
        ("2021-12-30", "possibly updated"),
        ("2021-12-31", "updated"),
        ("2026-11-26", "updated"),
    ],
)
def test_an_event_counts_from_the_latest_day_on_that_its_date_can_mean(store: Store, day: str, words: str) -> None:
    assert audit.of(store, node("article:ward-2018"), day).status == words


def test_an_endorsement_without_a_date_is_possible_until_the_day_it_was_read(store: Store) -> None:
    assert "possibly endorsed" in on(store, "article:van-den-wyngaert-2016", "2020-01-01")
    assert "endorsed" in on(store, "article:van-den-wyngaert-2016", "2026-11-22")
    assert not {"endorsed", "possibly endorsed"} & {*on(store, "article:van-den-wyngaert-2016", "2016-06-03")}


def test_before_its_first_publication_an_article_is_not_yet_published(store: Store) -> None:
    assert audit.of(store, node("article:avula-2021"), "2021-05-09").status == "not yet published"
    assert audit.of(store, node("article:avula-2021"), "2021-05-10").status == "current"
    assert "corrected" not in on(store, "article:avula-2021", "2021-07-18")
    assert "corrected" in on(store, "article:avula-2021", "2021-07-19")


@settings(deadline=None)
@given(st.dates(min_value=date(2005, 1, 1), max_value=date(2030, 1, 1)))
def test_a_supersession_with_its_day_divides_time_in_two(day: date) -> None:
    graph = the_store()
    status = audit.of(graph, node("article:hurwitz-2020"), day.isoformat()).status
    assert (status == "superseded") == (day >= date(2025, 8, 25))
    assert (status == "not yet published") == (day < date(2020, 8, 1))


def test_what_is_only_reported_never_decides_a_status(graph: Store) -> None:
    event = node("event:fdg-pet-ct-2-0-superseded-reported")
    assert audit.of(graph, node("article:boellaard-2015"), "2030-01-01").status == "current"
    standing = facts.imt("hasStanding")
    (quad,) = graph.quads_for_pattern(event, standing, None, None)
    graph.remove(quad)
    assert audit.of(graph, node("article:boellaard-2015"), "2030-01-01").status == "current"
    graph.add(Quad(event, standing, node("standing:confirmed"), PROJECT.graph_iri("curated")))
    assert audit.of(graph, node("article:boellaard-2015"), "2030-01-01").status == "superseded"


def a_supersession(graph: Store, old: str, new: str, day: str, kind: str = "supersession") -> None:
    event, curated = node(f"event:test-{old.partition(':')[2]}"), PROJECT.graph_iri("curated")
    for name, value in (
        ("concerns", node(old)),
        ("leadsTo", node(new)),
        ("hasEventKind", node(f"eventkind:{kind}")),
        ("hasStanding", node("standing:confirmed")),
        ("printedDate", Literal(day)),
        ("earliestDay", Literal(day)),
        ("latestDay", Literal(day)),
    ):
        graph.add(Quad(event, facts.imt(name), value, curated))


def test_a_replacement_that_was_itself_replaced_is_followed_to_the_last(graph: Store) -> None:
    a_supersession(graph, "edition:eanm-snmmi-psma-pet-ct-2-0", "edition:test-3-0", "2026-01-01")
    a_supersession(graph, "edition:test-3-0", "edition:test-4-0", "2026-02-01")
    a_supersession(graph, "edition:test-4-0", "edition:test-3-0", "2026-03-01")  # and round again
    found = on(graph, "article:fendler-2017", RELEASE)["superseded"]
    assert found.what.endswith("version 2.0, itself superseded by edition:test-3-0 and then by edition:test-4-0")
    assert "itself" not in on(graph, "article:fendler-2017", "2025-12-31")["superseded"].what


def test_a_retraction_goes_before_everything_else(graph: Store) -> None:
    a_supersession(graph, "article:fendler-2017", "edition:test", "2024-01-01", kind="retraction")
    assert audit.of(graph, node("article:fendler-2017"), RELEASE).status == "retracted"


def test_a_society_named_in_the_title_or_among_the_authors_is_found(store: Store, graph: Store) -> None:
    assert audit.named_societies(store, node("article:ward-2018")) == [node("organisation:aua")]
    assert node("organisation:eanm") in audit.named_societies(store, node("article:boellaard-2015"))
    assert audit.named_societies(store, node("article:liu-2015")) == []
    title = NamedNode(PROJECT.prefixes["dcterms"] + "title")
    graph.add(Quad(node("article:liu-2015"), title, Literal("Joint ACR statement"), PROJECT.graph_iri("page")))
    graph.add(Quad(node("article:afaq-2019"), title, Literal("A massacre of ACRONYMS"), PROJECT.graph_iri("page")))
    assert audit.named_societies(graph, node("article:liu-2015")) == [node("organisation:acr")]
    assert audit.named_societies(graph, node("article:afaq-2019")) == []


@pytest.mark.parametrize(
    "words", ["", "today", "2026-13-01", "2026-02-30", "20261126", "2026-W01-1", "٢٠٢٦-01-01", "2026-11-26 "]
)
def test_what_is_no_day_is_refused_with_an_example(words: str) -> None:
    with pytest.raises(UserError, match="is no day: write it as YYYY-MM-DD"):
        audit.day(words)


# The command


def test_the_command_judges_by_the_release_date_unless_told_another_day(imt: Imt, store: Store) -> None:
    done = imt("audit")
    assert (done.returncode, done.stderr) == (0, "")
    day = audit.release_day(store)
    assert done.stdout.endswith(f"\n\nOn {day}: 3 superseded, 1 updated, 16 current, of 20.\n")
    assert imt("audit", "--on", "2010-01-01").stdout.endswith("On 2010-01-01: 20 not yet published, of 20.\n")
    assert imt("audit", "--on", "yesterday").returncode == 2


def test_strict_ends_with_1_where_something_is_superseded(imt: Imt) -> None:
    assert imt("audit", "--strict").returncode == 1
    assert imt("audit", "--strict", "--on", "2017-06-01").returncode == 0


def test_csv_has_a_row_for_each_finding_and_json_the_same(imt: Imt, store: Store) -> None:
    rows = list(csv.DictReader(io.StringIO(imt("audit", "--format", "csv").stdout)))
    data = json.loads(imt("audit", "--format", "json").stdout)
    assert data["on"] == audit.release_day(store)
    found = [(one["asked"], finding["what"]) for one in data["articles"] for finding in one["findings"]]
    assert [(row["asked"], row["what"]) for row in rows] == found
    assert {row["thing"] for row in rows if row["finding"] == "superseded"} == {
        "article:hurwitz-2020",
        "article:balleyguier-2011",
        "article:fendler-2017",
    }
    assert all(row["doi"].startswith("10.") and row["pmid"].isdigit() for row in rows)
