"""Titles: the same in another spelling, or only probably the same, with the reason."""

import doctest

import pytest
from pyoxigraph import NamedNode

from imaging_trials.views import reference_titles
from imaging_trials.views.reference_titles import Titles, folded

PSMA = "68Ga-PSMA PET/CT: Joint EANM and SNMMI procedure guideline for prostate cancer imaging: version 1.0"
REST = " for prostate-cancer imaging, version 1.0"
FDG = "FDG PET/CT: EANM procedure guidelines for tumour imaging: version 2.0"
ALPHA = "Paediatric α-emitters: localisation, labelling and analysis in the Sjögren centre"
NODES = {title: NamedNode(f"https://example.org/{number}") for number, title in enumerate((PSMA, FDG, ALPHA))}
TITLES = Titles((node, title) for title, node in NODES.items())


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(reference_titles) == (0, 1)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (f"<sup>68</sup>Ga-PSMA PET/CT — joint EANM & SNMMI Procedure Guideline{REST}", PSMA),
        (f"(68)Ga-PSMA PET/CT: joint EANM and SNMMI procedure guideline{REST}.", PSMA),
        (f"[68Ga]Ga-PSMA PET/CT: Joint EANM and SNMMI procedure guideline{REST.upper()}", PSMA),
        ("Ga-68 PSMA PET/CT: Joint EANM and SNMMI procedure guideline for prostate cancer imaging: version 1.0", PSMA),
        ("FDG PET/CT: EANM procedure guidelines for tumor imaging: version 2.0", FDG),
        ("Pediatric alpha-emitters: localization, labeling and analysis in the Sjogren center", ALPHA),
    ],
)  # fmt: skip
def test_same_title_in_another_spelling(written: str, title: str) -> None:
    assert TITLES.same(folded(written)) == [NODES[title]]


@pytest.mark.parametrize(
    ("written", "title", "reason"),
    [
        (PSMA.removesuffix(": version 1.0"), PSMA, "its title has more words"),
        ("Erratum to: " + FDG, FDG, "its title has fewer words"),
        (
            "Joint EANM SNMMI procedure guideline for prostate cancer imag. version 1.0",
            PSMA,
            "words of its title are left",
        ),
        (FDG.replace("guidelines", "guidance"), FDG, "the list has 'guidance' where its title has 'guidelines'"),
    ],
)
def test_guess_has_a_reason(written: str, title: str, reason: str) -> None:
    assert TITLES.same(folded(written)) == []
    (guess,) = TITLES.guesses(written, folded(written), is_citation=False)
    assert guess.article == NODES[title]
    assert guess.reason.startswith(reason)


@pytest.mark.parametrize("written", [FDG.replace("2.0", "1.0"), FDG.replace("2.0", "3.0"), "FDG PET/CT", "A title", ""])
def test_other_version_or_short_title_is_no_guess(written: str) -> None:
    assert TITLES.guesses(written, folded(written), is_citation=False) == []


def test_citation_holds_a_whole_title() -> None:
    assert TITLES.within(folded(f"Boellaard R. {FDG}. Eur J 2015;42:328.")) == [NODES[FDG]]
    assert TITLES.within(folded("Boellaard R. FDG PET/CT. 2015")) == []


def test_beginning_of_a_title_in_a_citation_is_a_guess() -> None:
    citation = f"Boellaard R. {FDG[:55]}... Eur J 2015"
    (guess,) = TITLES.guesses(citation, folded(citation), is_citation=True)
    assert (guess.article, guess.reason) == (NODES[FDG], "only the beginning of its title is in the list")


@pytest.mark.parametrize("version", ["version 1.0", "version 3", "v1.0"])
def test_citation_of_another_version_is_no_guess(version: str) -> None:
    citation = f"Boellaard R. FDG PET/CT: EANM procedure guidelines for tumour PET imaging: {version}. 2010"
    assert TITLES.guesses(citation, folded(citation), is_citation=True) == []


@pytest.mark.parametrize(
    ("citation", "is_of_another"),
    [
        (f"Erratum to: {FDG}. 2017", True),
        (f"Smith A. Comment on {FDG}", True),
        (f"Re: {FDG}", True),
        (f"Boellaard R, Letter A. {FDG}", False),
        (FDG, False),
    ],
)
def test_title_may_be_that_of_what_is_corrected(citation: str, is_of_another: bool) -> None:
    assert TITLES.is_of_another(citation, NODES[FDG]) == is_of_another
