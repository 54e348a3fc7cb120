"""``imt audit``: what is superseded, corrected or incomplete on a day, and why."""

import csv
import io
import json
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.model import dates, read, vocabulary
from imaging_trials.model.project import PROJECT
from imaging_trials.views import currency
from imaging_trials.views.article_findings import named_societies
from imaging_trials.views.currency import CurrencyStatus
from imaging_trials.views.findings import Finding
from imaging_trials.views.phrases import plain
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
def listed(store: Store) -> dict[str, CurrencyStatus]:
    return {one.asked: one for one in currency.listed_articles(store, RELEASE).statuses}


@pytest.fixture
def graph(store: Store) -> Store:
    """A copy of the graph that a test may change."""
    copy = Store()
    copy.extend(store)
    return copy


def node(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


def on(store: Store, article: str, day: str) -> dict[str, Finding]:
    """Return the findings of an article or an edition on a day, by their words."""
    return {finding.words: finding for finding in currency.of_thing(store, node(article), day).findings}


def having(listed: dict[str, CurrencyStatus], words: str) -> list[str]:
    return [name for name, one in listed.items() if words in {finding.words for finding in one.findings}]


def finding(one: CurrencyStatus, words: str) -> Finding:
    (found,) = [finding for finding in one.findings if finding.words == words]
    return found


# The articles that the page lists


def test_every_listed_article_is_there_once_in_page_order(
    listed: dict[str, CurrencyStatus],
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
        ("discrepant value", ["Beheshti 2015"]),
        ("not itself a guideline", ["Ha 2018", "Ward 2018"]),
        ("no newer edition confirmed", ["Boellaard 2015"]),
        ("no issuing society named", ["Liu 2015", "Ha 2018", "Afaq 2019"]),
        ("ahead of print on the page", ["Manganaro 2021"]),
        ("endorsed", ["Van den Wyngaert 2016", "Bluemel 2015", "Adam 2021"]),
        ("superseded (reported, not counted)", ["Boellaard 2015"]),
    ],
)
def test_findings_on_the_page(listed: dict[str, CurrencyStatus], words: str, articles: list[str]) -> None:
    assert having(listed, words) == articles


def test_of_other_guidelines_nothing_newer_is_known(listed: dict[str, CurrencyStatus]) -> None:
    """Nothing of the kind is said of a study of guidelines, or of a guideline that is reported to be superseded."""
    moved = {*having(listed, "superseded"), *having(listed, "updated")}
    rest = listed.keys() - moved - {"Ha 2018", "Boellaard 2015"}
    assert set(having(listed, currency.NOT_KNOWN)) == rest
    assert {name for name, one in listed.items() if one.status == currency.NOT_KNOWN} == rest
    assert listed["Ha 2018"].status == "not itself a guideline"


def test_no_command_calls_anything_current(imt: Imt) -> None:
    for form in ("table", "csv", "json"):
        assert "current" not in imt("audit", "--format", form).stdout


def test_the_day_is_that_of_the_last_check(store: Store, graph: Store) -> None:
    """Evidence of the article, its edition or an event of either counts, and evidence of other things does not."""

    def checked(article: str) -> str:
        return plain(on(graph, article, RELEASE)[currency.NOT_KNOWN].what)

    article, other = "article:macmahon-2017", "article:kubik-huch-2018"
    before = checked(article), checked(other)
    (edition,) = read.subjects(graph, vocabulary.IS_PUBLISHED_AS, node(article))
    curated, test = PROJECT.graph_iri("curated"), node("evidence:test")
    graph.add(Quad(test, vocabulary.IS_EVIDENCE_FOR, edition, curated))
    graph.add(Quad(test, vocabulary.CHECKED_ON, Literal("2031-01-02"), curated))
    assert (checked(article), checked(other)) == ("(checked 2031-01-02)", before[1])
    for quad in [*graph.quads_for_pattern(None, vocabulary.CHECKED_ON, None, None)]:
        graph.remove(quad)
    assert checked(article) == f"(checked {currency.release_day(store)})"


def test_an_article_without_an_edition_is_no_guideline(graph: Store) -> None:
    for quad in [*graph.quads_for_pattern(None, vocabulary.IS_PUBLISHED_AS, node("article:law-2019"), None)]:
        graph.remove(quad)
    assert currency.of_thing(graph, node("article:law-2019"), RELEASE).status == "not itself a guideline"


def test_a_superseded_guideline_names_its_replacement(
    listed: dict[str, CurrencyStatus],
) -> None:
    found = finding(listed["Hurwitz 2020"], "superseded")
    assert found.things == (node("edition:acr-acnm-ars-snmmi-radium-223-2025"),)
    assert found.date == "8-25-2025"
    assert found.why == "confirmed: The record gives the day of publication of the revision, month first."
    assert [source.curie for source in found.sources] == ["source:akin-2025-record"]
    assert finding(listed["Balleyguier 2011"], "superseded").why.startswith("read from titles: Our reading")


def test_an_erratum_before_the_issue_is_marked(listed: dict[str, CurrencyStatus]) -> None:
    words = "it came out before the issue of the article"
    assert words in plain(finding(listed["Avula 2021"], "corrected").what)
    assert words not in plain(finding(listed["Beheshti 2015"], "corrected").what)


def test_findings_keep_the_iris_of_things_and_sources(listed: dict[str, CurrencyStatus]) -> None:
    """A page made from the data can link every thing that a sentence names."""
    found = finding(listed["Hurwitz 2020"], "superseded")
    assert [piece.iri for piece in found.what if isinstance(piece, read.Thing)] == [*found.things]
    (source,) = found.sources
    assert (source.is_section, source.checked_on) == (False, "2026-11-26")
    (section,) = finding(listed["Liu 2015"], "no issuing society named").sources
    assert section.is_section


def test_a_discrepant_value_is_not_judged(listed: dict[str, CurrencyStatus]) -> None:
    found = finding(listed["Beheshti 2015"], "discrepant value")
    assert "'Paycha F'" in plain(found.what)
    assert "'F. Payche'" in plain(found.what)
    assert "not judged" in plain(found.what)


def test_every_finding_of_something_has_a_source(listed: dict[str, CurrencyStatus]) -> None:
    without = [
        (name, found.words)
        for name, one in listed.items()
        for found in one.findings
        if not found.sources and found.kind not in {currency.NOT_KNOWN, currency.NOT_CONFIRMED}
    ]
    assert without == []


def test_every_supersession_has_an_event(store: Store) -> None:
    stated = {
        (quad.object, quad.subject)
        for quad in read.quads(store, None, node("imt:directlySupersedes"))
        if quad.graph_name == PROJECT.graph_iri("curated")
    }
    events = {
        (old, new)
        for event in read.members(store, node("imt:Event"))
        for old in read.objects(store, event, vocabulary.IS_EVENT_OF)
        for new in read.objects(store, event, vocabulary.RESULTS_IN)
    }
    assert stated
    assert stated <= events


# A day


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2020-12-31", "not itself a guideline"),
        ("2021-01-01", "possibly updated"),
        ("2021-12-30", "possibly updated"),
        ("2021-12-31", "updated"),
        ("2026-11-26", "updated"),
    ],
)
def test_an_event_counts_from_the_latest_day_of_its_date(store: Store, day: str, status: str) -> None:
    assert currency.of_thing(store, node("article:ward-2018"), day).status == status


def test_an_undated_endorsement_is_possible_until_read(store: Store) -> None:
    assert "possibly endorsed" in on(store, "article:van-den-wyngaert-2016", "2020-01-01")
    assert "endorsed" in on(store, "article:van-den-wyngaert-2016", "2026-11-22")
    assert not {"endorsed", "possibly endorsed"} & {*on(store, "article:van-den-wyngaert-2016", "2016-06-03")}


def test_an_article_is_not_yet_published_before_its_date(store: Store) -> None:
    assert currency.of_thing(store, node("article:avula-2021"), "2021-05-09").status == "not yet published"
    assert currency.of_thing(store, node("article:avula-2021"), "2021-05-10").status == currency.NOT_KNOWN
    assert "corrected" not in on(store, "article:avula-2021", "2021-07-18")
    assert "corrected" in on(store, "article:avula-2021", "2021-07-19")


@settings(deadline=None)
@given(st.dates(min_value=date(2005, 1, 1), max_value=date(2030, 1, 1)))
def test_the_day_of_a_supersession_decides(day: date) -> None:
    graph = the_store()
    status = currency.of_thing(graph, node("article:hurwitz-2020"), day.isoformat()).status
    assert (status == "superseded") == (day >= date(2025, 8, 25))
    assert (status == "not yet published") == (day < date(2020, 8, 1))


def test_reported_events_do_not_count(graph: Store) -> None:
    event = node("event:fdg-pet-ct-2-0-superseded-reported")
    assert currency.of_thing(graph, node("article:boellaard-2015"), "2030-01-01").status == currency.NOT_CONFIRMED
    standing = vocabulary.HAS_ASSERTION_STATUS
    (quad,) = graph.quads_for_pattern(event, standing, None, None)
    graph.remove(quad)
    assert currency.of_thing(graph, node("article:boellaard-2015"), "2030-01-01").status == currency.NOT_CONFIRMED
    graph.add(Quad(event, standing, node("assertion:confirmed"), PROJECT.graph_iri("curated")))
    assert currency.of_thing(graph, node("article:boellaard-2015"), "2030-01-01").status == "superseded"


def a_supersession(graph: Store, old: str, new: str, day: str, kind: str = "supersession") -> None:
    event, curated = node(f"event:test-{old.partition(':')[2]}"), PROJECT.graph_iri("curated")
    for name, value in (
        (vocabulary.IS_EVENT_OF, node(old)),
        (vocabulary.RESULTS_IN, node(new)),
        (vocabulary.HAS_EVENT_KIND, node(f"eventkind:{kind}")),
        (vocabulary.HAS_ASSERTION_STATUS, node("assertion:confirmed")),
        (vocabulary.DATE_AS_PRINTED, Literal(day)),
        (vocabulary.EARLIEST_DAY, Literal(day)),
        (vocabulary.LATEST_DAY, Literal(day)),
    ):
        graph.add(Quad(event, name, value, curated))


def test_replacements_are_followed_to_the_last(graph: Store) -> None:
    a_supersession(graph, "edition:eanm-snmmi-psma-pet-ct-2-0", "edition:test-3-0", "2026-01-01")
    a_supersession(graph, "edition:test-3-0", "edition:test-4-0", "2026-02-01")
    a_supersession(graph, "edition:test-4-0", "edition:test-3-0", "2026-03-01")  # a cycle
    found = on(graph, "article:fendler-2017", RELEASE)["superseded"]
    assert plain(found.what).endswith("version 2.0, itself superseded by edition:test-3-0 and then by edition:test-4-0")
    assert "itself" not in plain(on(graph, "article:fendler-2017", "2025-12-31")["superseded"].what)


def test_a_retraction_is_the_gravest_status(graph: Store) -> None:
    a_supersession(graph, "article:fendler-2017", "edition:test", "2024-01-01", kind="retraction")
    assert currency.of_thing(graph, node("article:fendler-2017"), RELEASE).status == "retracted"


def test_societies_are_found_in_title_and_authors(store: Store, graph: Store) -> None:
    assert named_societies(store, node("article:ward-2018")) == [node("organization:aua")]
    assert node("organization:eanm") in named_societies(store, node("article:boellaard-2015"))
    assert named_societies(store, node("article:liu-2015")) == []
    graph.add(
        Quad(node("article:liu-2015"), vocabulary.TITLE, Literal("Joint ACR statement"), PROJECT.graph_iri("page"))
    )
    graph.add(
        Quad(node("article:afaq-2019"), vocabulary.TITLE, Literal("A massacre of ACRONYMS"), PROJECT.graph_iri("page"))
    )
    assert named_societies(graph, node("article:liu-2015")) == [node("organization:acr")]
    assert named_societies(graph, node("article:afaq-2019")) == []


@pytest.mark.parametrize(
    "words", ["", "today", "2026-13-01", "2026-02-30", "20261126", "2026-W01-1", "٢٠٢٦-01-01", "2026-11-26 "]
)
def test_other_texts_are_not_days(words: str) -> None:
    with pytest.raises(UserError, match="is not a day: write it as YYYY-MM-DD"):
        dates.day(words)


# The command


def test_the_default_day_is_the_release_date(imt: Imt, store: Store) -> None:
    done = imt("audit")
    assert (done.returncode, done.stderr) == (0, "")
    day = currency.release_day(store)
    assert done.stdout.endswith(
        f"\n\nAs of {day}: 3 superseded, 1 updated, 1 no newer edition confirmed, 14 no newer edition known, "
        "1 not itself a guideline, of 20.\n"
    )
    assert imt("audit", "--as-of", "2010-01-01").stdout.endswith("As of 2010-01-01: 20 not yet published, of 20.\n")
    assert imt("audit", "--as-of", "yesterday").returncode == 2


def test_strict_exits_1_if_something_is_superseded(imt: Imt) -> None:
    assert imt("audit", "--strict").returncode == 1
    assert imt("audit", "--strict", "--as-of", "2017-06-01").returncode == 0


def test_csv_and_json_have_the_same_findings(imt: Imt, store: Store) -> None:
    rows = list(csv.DictReader(io.StringIO(imt("audit", "--format", "csv").stdout)))
    data = json.loads(imt("audit", "--format", "json").stdout)
    assert data["on"] == currency.release_day(store)
    found = [(one["asked"], finding["what"]) for one in data["articles"] for finding in one["findings"]]
    assert [(row["asked"], row["what"]) for row in rows] == found
    assert {row["thing"] for row in rows if row["finding"] == "superseded"} == {
        "article:hurwitz-2020",
        "article:balleyguier-2011",
        "article:fendler-2017",
    }
    assert all(row["doi"].startswith("10.") and row["pmid"].isdigit() for row in rows)
