"""``imt audit LIST``: a list of references in whatever form people have it, and what the graph knows of each."""

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from imaging_trials.bibliography import STYLES, model, readers
from imaging_trials.bibliography.readers import Reference
from imaging_trials.graph.project import PROJECT
from imaging_trials.views import currency as audit
from rdfkit.base.errors import UserError
from rdfkit.stores.embedded import open_store
from tests.conftest import Imt

DAY = "2026-11-26"


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


def read(text: str) -> list[Reference]:
    return readers.read(text, "list.txt")


def identifiers(text: str) -> list[tuple[str, str, str]]:
    return [(one.doi, one.pmid, one.pmcid) for one in read(text)]


def audited(store: Store, text: str) -> list[tuple[str, list[str]]]:
    """Return (thing as CURIE or "", words of the findings) of each reference of a list."""
    return [
        (PROJECT.shorten(one.thing.value) if one.thing else "", [finding.words for finding in one.findings])
        for one in audit.references(store, read(text), DAY)
    ]


# What is read


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("corrected", [False, True])
def test_whatever_cite_writes_is_read_back_with_all_its_identifiers(store: Store, style: str, corrected: bool) -> None:
    citations = [model.read(store, article, corrected=corrected) for article in model.in_page_order(store)]
    assert len(citations) == 20
    assert identifiers(STYLES[style](citations)) == [(one.doi, one.pmid, one.pmcid) for one in citations]


@pytest.mark.parametrize("style", STYLES)
def test_a_list_in_any_style_gets_the_findings_of_the_pages_own(store: Store, style: str) -> None:
    citations = [model.read(store, article) for article in model.in_page_order(store)]
    found = audit.references(store, read(STYLES[style](citations)), DAY)
    assert [(one.thing, one.findings) for one in found] == [
        (one.thing, one.findings) for one in audit.listed(store, DAY)
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
def test_one_article_is_found_however_a_line_names_it(store: Store, line: str) -> None:
    ((thing, words),) = audited(store, f"\ufeff# my list\n\n  {line}\r\n".removeprefix("\ufeff"))
    assert thing == "article:fendler-2017"
    assert "superseded" in words


def test_a_pmcid_that_the_page_leaves_out_is_known_from_its_correction(store: Store) -> None:
    assert audited(store, "pmc8679588")[0][0] == "article:vali-2021"


def test_several_identifiers_on_a_line_are_one_reference_only_where_they_are_of_different_kinds() -> None:
    assert len(read("28283702, 27262701; 25452219")) == 3
    assert identifiers("10.1007/s00259-016-3415-4 PMC4932135") == [("10.1007/s00259-016-3415-4", "", "PMC4932135")]


def test_bibtex_of_other_hands_is_read() -> None:
    text = """% a comment
@string{ejn = "Eur J Nucl Med"}
@comment{nothing}
@Article(Fendler17,
  Title = "{PSMA} {PET}" # " and \\& more", year = 2017, journal = ejn,
  DOI = {https://doi.org/10.1007/s00259-017-3670-z}
)
@misc{empty}
@online{other, url = {https://pubmed.ncbi.nlm.nih.gov/27262701}, note = {a brace \\{ in text}}
"""
    assert [(one.name, one.title, one.doi, one.pmid) for one in read(text)] == [
        ("Fendler17", "PSMA PET and & more", "10.1007/s00259-017-3670-z", ""),
        ("empty", "", "", ""),
        ("other", "", "", "27262701"),
    ]


def test_ris_without_its_last_line_and_with_long_values_is_read() -> None:
    first = "TY  - JOUR\r\nTI  - A title that\r\n goes on\r\nUR  - https://doi.org/10.1000/a\r\nER  - \r\n"
    text = f"{first}TY  - BOOK\nT1  - B"
    assert [(one.title, one.doi, one.place) for one in read(text)] == [
        ("A title that goes on", "10.1000/a", "line 1"),
        ("B", "", "line 6"),
    ]


def test_csl_json_is_read_as_one_item_or_several_with_numbers_as_texts() -> None:
    assert identifiers('{"id": 7, "PMID": 28283702}') == [("", "28283702", "")]
    assert identifiers('[{"DOI": "10.1000/A"}, {"title": null, "PMCID": "PMC12"}]') == [
        ("10.1000/A", "", ""),
        ("", "", "PMC12"),
    ]


# What the graph says of each


def test_what_the_graph_does_not_know_is_said_to_be_unknown(store: Store) -> None:
    found = audited(store, "10.1000/nothing\nsome words\n28283702")
    assert [words for _, words in found[:2]] == [["unknown"], ["unknown"]]
    assert found[2][0] == "article:fendler-2017"


def test_an_edition_that_the_page_does_not_list_is_known_by_the_identifier_in_its_basis(store: Store) -> None:
    ((thing, words),) = audited(store, "10.1007/s00259-009-1297-4")
    assert thing == "edition:eanm-fdg-pet-ct-tumour-imaging-1-0"
    assert words == ["read as an edition", "superseded"]


def test_an_edition_that_is_only_reported_is_not_called_current(store: Store) -> None:
    (one,) = audit.references(store, read("10.1007/s00259-025-07105-x"), DAY)
    assert one.status == "unknown"
    assert [finding.words for finding in one.findings] == ["read as an edition", "known from reports only"]


def test_identifiers_that_belong_to_different_articles_are_told_and_not_guessed_at(store: Store) -> None:
    (one,) = audit.references(store, read("doi: 10.1007/s00259-017-3670-z. PMID: 27262701"), DAY)
    assert (one.thing, one.status) == (None, "unknown")
    (finding,) = one.findings
    assert finding.words == "identifiers disagree"
    assert finding.what == "its DOI is that of Fendler 2017 and its PMID is that of Van den Wyngaert 2016"


def test_a_known_title_with_an_unknown_doi_is_told(store: Store) -> None:
    title = "68Ga-PSMA PET/CT: Joint EANM and SNMMI procedure guideline for prostate cancer imaging: version 1.0"
    (one,) = audit.references(store, read(json.dumps([{"title": title, "DOI": "10.1000/wrong"}])), DAY)
    assert one.findings[0].what == "its title is that of Fendler 2017, its DOI of nothing in the graph"


def test_another_pmid_than_the_graph_has_is_told_beside_the_findings(store: Store) -> None:
    ((thing, words),) = audited(store, "doi: 10.1007/s00259-017-3670-z. PMID: 1234567")
    assert thing == "article:fendler-2017"
    assert words == ["another PMID", "superseded"]


# Rubbish


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "list.txt is empty"),
        (" \n\t\n", "list.txt is empty"),
        ("# only a comment\n", "list.txt lists no reference"),
        ("[]", "list.txt lists no reference"),
        ('[{"DOI": "10.1000/a"},\n {]', "list.txt, line 2: the JSON is broken"),
        ('[{"DOI": 1}, 2]', "list.txt, item 2: a CSL-JSON item is an object"),
        ('{"a": ' + "[" * 100_000, "list.txt is no CSL-JSON"),
        ('{"PMID": ' + "9" * 5000 + "}", "list.txt is no CSL-JSON"),
        ("@article{a,\n title = {open", "list.txt, line 1: a brace or a quotation mark"),
        ("\n@article{a,\n title = {b} year = {2000}, ???\n}", "list.txt, line 3: the BibTeX entry of line 2 is broken"),
    ],
)
def test_a_broken_list_is_refused_in_one_sentence_that_says_where(text: str, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        read(text)
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xff\xfe1\x002\x00", "it is not in UTF-8"),
        ("Sjögreen".encode("latin-1"), "it is not in UTF-8"),
        (b"%PDF\0", "it is no text"),
        (b"1" * (readers.LARGEST + 1), "it has more than 8 MB"),
    ],
)
def test_what_is_no_text_in_utf_8_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        readers.decode(data, "it")


PIECES = st.sampled_from(
    [
        *("@article{", "@a(", "}", ")", "{", '"', "=", ",", "#", "\\", "title", "doi = ", "[", "]", "{}", '{"DOI":'),
        *("TY  - JOUR\n", "ER  - \n", "DO  - ", "10.1000/", "PMID: ", "PMC", "1", "\n", " ", ":", ")]."),
        *("\u2028", "\ud800", "é", "٣"),
    ]
)


@pytest.mark.parametrize("what", [st.text(), st.lists(PIECES).map("".join)], ids=["any text", "pieces of formats"])
def test_any_text_is_read_or_refused_in_one_sentence(what: "st.SearchStrategy[str]") -> None:
    graph = open_store(PROJECT)

    @settings(deadline=None)  # the first call of a store is slow
    @given(what)
    def holds(text: str) -> None:
        try:
            references = read(text)
        except UserError as error:
            assert "\n" not in str(error)  # noqa: PT017
            return
        assert references
        assert len(audit.references(graph, references, DAY)) == len(references)

    holds()


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "10.1000/" + ")" * n,
        lambda n: "@article{a, title = {" + "{" * n,
        lambda n: "@article{a}\n" * (n // 12),
        lambda n: "@comment{" * (n // 9),
        lambda n: "PMID" + " " * n,
        lambda n: "1 " * (n // 2),
        lambda n: "TY  - \n" * (n // 7),
    ],
    ids=["brackets", "braces", "entries", "comments", "blanks", "numbers", "records"],
)
def test_a_long_list_takes_no_more_than_its_share_of_time(make: Callable[[int], str]) -> None:
    start = time.perf_counter()
    with contextlib.suppress(UserError):
        read(make(300_000))
    assert time.perf_counter() - start < 5


# The command


def test_the_command_reads_a_file_or_standard_input(imt: Imt, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes("\ufeff28283702\n".encode())
    printed = imt("audit", str(file), "--format", "csv").stdout
    assert "article:fendler-2017" in printed
    assert imt("audit", "-", "--format", "csv", stdin="28283702\n").stdout == printed


def test_a_list_ends_with_0_and_with_strict_with_1_for_what_is_superseded_or_unknown(imt: Imt) -> None:
    for line, strict in (("28283702", 1), ("27262701", 0), ("10.1000/nothing", 1), ("25452219", 0)):
        assert imt("audit", "-", stdin=line).returncode == 0
        assert imt("audit", "-", "--strict", stdin=line).returncode == strict


@pytest.mark.parametrize("name", ["no-such-file.bib", ".", "\x1b[31m"])
def test_a_file_that_cannot_be_read_is_one_sentence(imt: Imt, name: str) -> None:
    done = imt("audit", name)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "can't be read" in done.stderr
    assert "\x1b" not in done.stderr


def test_control_signs_in_a_list_do_not_reach_the_terminal(imt: Imt) -> None:
    for form in ("table", "csv"):
        assert "\x1b" not in imt("audit", "-", "--format", form, stdin="\x1b[31m red\n").stdout
