"""References: identifiers found where tools put them, and numbers of other databases not taken for PMIDs."""

import doctest
import importlib

import pytest

from imaging_trials.bibliography import read_references
from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry, is_pubmed, short


@pytest.mark.parametrize(
    "name",
    [
        *("csl_yaml", "endnote", "endnote_xml", "markup", "nbib", "plain", "pubmed_xml", "reference", "unread"),
        *("web_of_science", "zotero_rdf"),
    ],
)
def test_examples_in_docstrings_hold(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(f"imaging_trials.bibliography.{name}"))
    assert failed == 0


FIELDS = Fields(
    name=("key",), doi=("doi",), pmid=("pmid",), pmcid=("pmcid",), accession=("an",), database=("db",), searched=("n",)
)


def of(**fields: str) -> Reference:
    return from_entry(Entry("item 1", 1, {name: [value] for name, value in fields.items()}), FIELDS)


def test_field_of_an_identifier_goes_before_notes() -> None:
    found = of(n="doi: 10.1000/a. PMID: 7. PMC8", doi="https://doi.org/10.1000/B")
    assert (found.doi, found.pmid, found.pmcid) == ("10.1000/B", "7", "PMC8")
    assert [one.field for one in found.identifiers] == ["doi", "n", "n"]


@pytest.mark.parametrize(
    ("database", "number", "pmid", "is_certain"),
    [
        ("PubMed", "28283702", "28283702", True),
        ("Ovid MEDLINE(R) ALL", "028283702", "28283702", True),
        ("NLM", "28283702", "28283702", True),
        ("Embase", "28283702", "", False),
        ("Embase, Medline", "28283702", "", False),
        ("PubMed Central", "28283702", "", False),
        ("", "28283702", "28283702", False),
        ("", "612345678", "", False),
        ("", "2017-12345-001", "", False),
        ("Web of Science", "MEDLINE:28283702", "28283702", True),
        ("Web of Science", "WOS:000123456700001", "", False),
    ],
)
def test_accession_is_a_pmid_only_in_pubmed(database: str, number: str, pmid: str, is_certain: bool) -> None:
    found = of(an=number, db=database) if database else of(an=number)
    assert [(one.value, one.is_certain) for one in found.identifiers] == ([(pmid, is_certain)] if pmid else [])
    assert found.pmid == (pmid if is_certain else "")


def test_identifier_of_an_erratum_is_not_the_articles() -> None:
    assert of(n="Erratum in: J. 2018. doi: 10.1000/e. PMID: 5").identifiers == ()


def test_long_name_is_cut() -> None:
    assert short("x" * 81) == "x" * 77 + "..."
    assert of(key="a\n name").name == "a name"


def test_databases_are_recognized_by_name() -> None:
    assert is_pubmed(["National Library of Medicine"])
    assert not is_pubmed([])
    assert not is_pubmed(["Scopus"])


RIS = "TY  - JOUR\nTI  - A\n{}\nER  - \n"


@pytest.mark.parametrize(
    ("fields", "given"),
    [
        ("C5  - 28240562\nDB  - Embase", "28240562"),
        ("C2  - 28240562\nDB  - Scopus", "28240562"),
        ("C2  - 28240562\nUR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-1", "28240562"),
        ("M3  - PMID: 28240562", "28240562"),
        ("M3  - 10.1000/a", "10.1000/a"),
        ("U1  - PubMed ID 28240562", "28240562"),
        ("ID  - pmid:28240562", "28240562"),
        ("UR  - http://www.ncbi.nlm.nih.gov/entrez/query.fcgi?db=PubMed&list_uids=28240562", "28240562"),
        ("L2  - https://europepmc.org/articles/PMC4932135", "PMC4932135"),
        ("C2  - PMC4932135", "PMC4932135"),
        ("C2  - 4932135\nDB  - PubMed", "PMC4932135"),
        ("C7  - 28240562", "28240562?"),
        ("M3  - 28240562", "28240562?"),
        ("C5  - 28240562\nDB  - CINAHL", "28240562?"),
        ("C5  - 28240562", "28240562?"),
        ("N2  - In a trial (PMID: 5, doi: 10.1000/x) we", ""),
        ("CR  - Smith, doi: 10.1000/x", ""),
    ],
)
def test_ris_of_many_tools_has_its_identifier(fields: str, given: str) -> None:
    (one,) = read_references(RIS.format(fields), "the list")
    assert [f"{found.value}{'' if found.is_certain else '?'}" for found in one.identifiers] == (
        [given] if given else []
    )


def test_entry_has_authors_year_and_container() -> None:
    text = "TY  - JOUR\nAU  - Fendler, W.\nAU  - Eiber, M.\nPY  - 2017/06//\nT2  - J Test\nER  - \n"
    (one,) = read_references(text, "the list")
    assert (one.authors, one.year, one.container) == (("Fendler, W.", "Eiber, M."), "2017", "J Test")
