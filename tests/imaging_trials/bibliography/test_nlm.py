"""NLM style: errata and titles as PubMed prints them, and plain lists of references."""

import doctest

from imaging_trials.bibliography import nlm
from imaging_trials.bibliography.record import Erratum
from tests.support.citations import a_record


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(nlm) == (0, 1)


def test_an_erratum_is_cited_with_its_place() -> None:
    erratum = Erratum("J Test", "2021 May", "2", "3", "9")
    assert "Erratum in: J Test. 2021 May;2(3):9. PMID: 1." in nlm.citation(a_record(errata=(erratum,)))


def test_an_erratum_without_a_place_ends_in_colon() -> None:
    assert nlm.erratum(Erratum("J Test", "2021 May", "", "", "")) == "Erratum in: J Test. 2021 May;:"


def test_a_title_that_is_a_question_gets_no_full_stop() -> None:
    assert nlm.citation(a_record(title="Which scan?")).startswith(
        "Smith AB. Which scan? J Test. 2020 Mar;1(2):3-4. doi"
    )


def test_only_identifiers_of_one_kind_are_several_references() -> None:
    assert len(nlm.read("28283702, 27262701; 25452219")) == 3
    (one,) = nlm.read("10.1007/s00259-016-3415-4 PMC4932135")
    assert (one.doi, one.pmcid) == ("10.1007/s00259-016-3415-4", "PMC4932135")


def test_comments_and_empty_lines_are_skipped() -> None:
    assert [one.place for one in nlm.read("# a list\n\n 1 \n# end\n2")] == ["line 3", "line 5"]


def test_a_line_without_identifier_is_known_by_its_words() -> None:
    (one,) = nlm.read("  A title   of 2017 ")
    assert (one.title, one.doi, one.pmid, one.pmcid) == ("A title of 2017", "", "", "")
