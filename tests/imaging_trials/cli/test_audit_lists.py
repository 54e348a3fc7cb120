"""``imt audit LIST``: what the graph states about each reference of a list, in every format of lists."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from pyoxigraph import Store

from imaging_trials.bibliography import Reference, decode_references, in_page_order, read_record, read_references
from imaging_trials.model.project import PROJECT
from imaging_trials.views import formats, listed_articles, of_references
from imaging_trials.views.phrases import plain
from rdfkit.stores.embedded import open_store
from tests.conftest import Imt

pytestmark = pytest.mark.prove

SHARED = Path(os.environ.get("IMT_SHARED", PROJECT.root.parent / "shared"))
CASES = SHARED / "reference" / "cases"
TITLE = "68Ga-PSMA PET/CT: Joint EANM and SNMMI procedure guideline for prostate cancer imaging: version 1.0"
DAY = "2026-11-26"


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


def read(text: str) -> list[Reference]:
    return read_references(text, "list.txt")


def audited(store: Store, text: str) -> list[tuple[str, list[str]]]:
    """Return (thing as CURIE or "", words of the findings) of each reference of a list."""
    return [
        (one.thing.curie if one.thing else "", [finding.words for finding in one.findings])
        for one in of_references(store, read(text), DAY).statuses
    ]


@pytest.mark.parametrize("name", formats.names("citations"))
def test_a_list_in_any_format_gets_the_same_findings(store: Store, name: str) -> None:
    records = [read_record(store, article) for article in in_page_order(store)]
    found = of_references(store, read(formats.renderer("citations", name)(records)), DAY).statuses
    assert [(one.thing, one.findings) for one in found] == [
        (one.thing, one.findings) for one in listed_articles(store, DAY).statuses
    ]


@pytest.mark.parametrize(
    "line",
    [
        "10.1007/s00259-017-3670-z",
        "doi:10.1007/s00259-017-3670-z",
        "DOI: 10.1007/S00259-017-3670-Z.",
        "https://doi.org/10.1007/s00259-017-3670-z",
        "http://dx.doi.org/10.1007/s00259-017-3670-z;",
        "(10.1007/s00259-017-3670-z)",
        "28283702",
        "PMID: 28283702",
        "pmid 28283702.",
        "https://pubmed.ncbi.nlm.nih.gov/28283702/",
        "2017: Fendler WP et al. PSMA PET/CT. PMID: 28283702",
        "68Ga-PSMA PET/CT: Joint EANM and SNMMI procedure guideline for prostate cancer imaging: version 1.0. 2017",
    ],
)
def test_an_article_is_found_by_any_form_of_its_identifiers(store: Store, line: str) -> None:
    ((thing, words),) = audited(store, f"# my list\n\n  {line}\r\n")
    assert thing == "article:fendler-2017"
    assert "superseded" in words


def test_a_corrected_identifier_is_known(store: Store) -> None:
    assert audited(store, "pmc8679588")[0][0] == "article:vali-2021"


def test_what_the_graph_does_not_know_is_unknown(store: Store) -> None:
    found = audited(store, "10.1000/nothing\nsome words\n28283702")
    assert [words for _, words in found[:2]] == [["unknown"], ["unknown"]]
    assert found[2][0] == "article:fendler-2017"


def test_an_article_that_the_page_does_not_list_is_known(store: Store) -> None:
    ((thing, words),) = audited(store, "10.1007/s00259-009-1297-4")
    assert thing == "article:boellaard-2010"
    assert words[-1] == "superseded"


def test_an_edition_that_is_only_reported_is_not_current(store: Store) -> None:
    (one,) = of_references(store, read("10.1007/s00259-025-07105-x"), DAY).statuses
    assert one.status == "unknown"
    assert [finding.words for finding in one.findings] == ["read as an edition", "known from reports only"]


def test_identifiers_of_different_articles_are_reported(store: Store) -> None:
    (one,) = of_references(store, read("doi: 10.1007/s00259-017-3670-z. PMID: 27262701"), DAY).statuses
    assert (one.thing, one.status) == (None, "unknown")
    (finding,) = one.findings
    assert finding.words == "identifiers disagree"
    assert plain(finding.what) == "its DOI is that of Fendler 2017 and its PMID is that of Van den Wyngaert 2016"


def test_a_known_title_with_an_unknown_doi_is_reported(store: Store) -> None:
    title = "68Ga-PSMA PET/CT: Joint EANM and SNMMI procedure guideline for prostate cancer imaging: version 1.0"
    (one,) = of_references(store, read(json.dumps([{"title": title, "DOI": "10.1000/wrong"}])), DAY).statuses
    assert plain(one.findings[0].what) == "its title is that of Fendler 2017, its DOI of nothing in the graph"


def test_another_pmid_than_the_graph_has_is_reported(store: Store) -> None:
    ((thing, words),) = audited(store, "doi: 10.1007/s00259-017-3670-z. PMID: 1234567")
    assert thing == "article:fendler-2017"
    assert words == ["another PMID", "superseded"]


def test_a_file_or_standard_input_is_read(imt: Imt, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes("\ufeff28283702\n".encode())
    printed = imt("audit", str(file), "--format", "csv").stdout
    assert "article:fendler-2017" in printed
    assert imt("audit", "-", "--format", "csv", stdin="28283702\n").stdout == printed


def test_strict_exits_with_1_for_superseded_or_unknown(imt: Imt) -> None:
    for line, strict in (("28283702", 1), ("27262701", 0), ("10.1000/nothing", 1), ("25452219", 0)):
        assert imt("audit", "-", stdin=line).returncode == 0
        assert imt("audit", "-", "--strict", stdin=line).returncode == strict


@pytest.mark.parametrize("name", ["no-such-file.bib", ".", "\x1b[31m"])
def test_an_unreadable_file_is_one_sentence(imt: Imt, name: str) -> None:
    done = imt("audit", name)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "cannot be read" in done.stderr
    assert "\x1b" not in done.stderr


def test_control_characters_do_not_reach_the_terminal(imt: Imt) -> None:
    for form in ("table", "csv"):
        assert "\x1b" not in imt("audit", "-", "--format", form, stdin="\x1b[31m red\n").stdout


# Guesses


def test_shortened_title_is_to_check(store: Store) -> None:
    (one,) = of_references(store, read(json.dumps([{"title": TITLE.removesuffix(": version 1.0")}])), DAY).statuses
    assert (one.thing, one.status, one.is_grave) == (None, "to check", True)
    assert [finding.words for finding in one.findings] == ["probably", "superseded (if so)"]
    assert plain(one.findings[0].what) == "Fendler 2017: its title has more words; give its DOI or PMID"


def test_guess_is_the_same_in_every_format(imt: Imt) -> None:
    text = json.dumps([{"id": "a", "title": TITLE.removesuffix(": version 1.0")}])
    (row, _) = csv.DictReader(io.StringIO(imt("audit", "-", "--format", "csv", stdin=text).stdout))
    (one,) = json.loads(imt("audit", "-", "--format", "json", stdin=text).stdout)["articles"]
    table = imt("audit", "-", stdin=text).stdout
    assert (row["status"], row["thing"], row["finding"]) == ("to check", "", "probably")
    assert (one["status"], one["thing"], one["findings"][0]["kind"]) == ("to check", None, "probably")
    assert row["what"] == one["findings"][0]["what"]
    assert row["what"] in table
    assert "1 to check, of 1." in table
    assert imt("audit", "-", "--strict", stdin=text).returncode == 1
    assert imt("audit", "-", stdin=text).returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        f"Erratum to: {TITLE}. Eur J Nucl Med 2018",
        "TY  - JOUR\nTI  - X\nAN  - 28283702\nER  - \n",
        f"Fendler WP. {TITLE[:75]}... EJNMMI 2017",
    ],
)
def test_uncertain_reference_is_to_check(store: Store, text: str) -> None:
    (one,) = of_references(store, read(text), DAY).statuses
    assert (one.thing, one.status, one.findings[0].words) == (None, "to check", "probably")
    assert one.findings[0].things[0].value.endswith("fendler-2017")


@pytest.mark.parametrize("tag", ["M3", "C7", "C5", "AN"])
def test_doubtful_number_counts_if_the_title_agrees(store: Store, tag: str) -> None:
    text = f"TY  - JOUR\nTI  - Management of incidental pulmonary nodules\n{tag}  - 28240562\nER  - \n"
    ((thing, words),) = audited(store, text)
    assert (thing, words[0]) == ("article:macmahon-2017", "read as a PMID")
    ((thing, words),) = audited(store, text.replace("incidental pulmonary nodules", "heart failure in adults"))
    assert (thing, words[0]) == ("", "probably")


def test_title_with_another_year_is_to_check(store: Store) -> None:
    text = json.dumps([{"title": TITLE, "issued": {"date-parts": [[2009]]}}])
    (one,) = of_references(store, read(text), DAY).statuses
    assert plain(one.findings[0].what) == "Fendler 2017: its year is 2017, and 2009 in the list; give its DOI or PMID"
    text = text.replace("2009", "2018")
    (one,) = of_references(store, read(text), DAY).statuses
    assert one.findings[0].words == "found by its title"


def test_number_of_another_database_is_no_pmid(store: Store) -> None:
    text = "TY  - JOUR\nTI  - X\nAN  - 612345678\nDB  - Embase\nER  - \n"
    (one,) = of_references(store, read(text), DAY).statuses
    assert plain(one.findings[0].what) == "nothing in the graph has its title, and no DOI, PMID or PMCID is given"


def test_title_of_another_article_is_a_disagreement(store: Store) -> None:
    text = json.dumps([{"title": TITLE, "PMID": 27262701}])
    (one,) = of_references(store, read(text), DAY).statuses
    assert (
        plain(one.findings[0].what) == "its PMID is that of Van den Wyngaert 2016 and its title is that of Fendler 2017"
    )


def test_underscore_for_a_hyphen_in_a_doi_is_reported(store: Store) -> None:
    ((thing, words),) = audited(store, "10.4103/1450_1147.150524")
    assert (thing, words[0]) == ("article:liu-2015", "another DOI")


# The cases that went wrong in version 1.0.0

FOUND = {
    "20-pubmed.nbib": ["article:fendler-2017", ""],
    "21-endnote.enw": ["article:fendler-2017"],
    "22-header-lines.ris": ["article:fendler-2017"],
    "24-embase-c5.ris": ["article:macmahon-2017"],
    "25-scopus-c2.ris": ["article:macmahon-2017"],
    "27-csl-items.json": ["article:fendler-2017"],
    "29-two-dois.txt": ["", "article:macmahon-2017"],
}

needs_cases = pytest.mark.skipif(
    not CASES.exists(), reason=f"the cases are not here: looked for {CASES.name} in IMT_SHARED"
)


def of_case(store: Store, name: str) -> list[str]:
    found = read_references(decode_references((CASES / name).read_bytes(), name), name)
    return [one.thing.curie if one.thing else "" for one in of_references(store, found, DAY).statuses]


@needs_cases
@pytest.mark.parametrize("name", FOUND)
def test_case_is_read(store: Store, name: str) -> None:
    assert of_case(store, name) == FOUND[name]


@needs_cases
def test_case_of_bibtex_has_all_but_the_short_title(store: Store) -> None:
    found = of_case(store, "26-bibtex-ids.bib")
    assert (len(found), found.count("")) == (29, 1)
    assert found.index("") == 25
