"""NLM style: errata and titles as PubMed prints them."""

from imaging_trials.bibliography import nlm
from imaging_trials.bibliography.record import Erratum
from tests.support.citations import a_record


def test_an_erratum_is_cited_with_its_place() -> None:
    erratum = Erratum("J Test", "2021 May", "2", "3", "9")
    assert "Erratum in: J Test. 2021 May;2(3):9. PMID: 1." in nlm.citation(a_record(errata=(erratum,)))


def test_an_erratum_without_a_place_ends_in_colon() -> None:
    assert nlm.erratum(Erratum("J Test", "2021 May", "", "", "")) == "Erratum in: J Test. 2021 May;:"


def test_a_title_that_is_a_question_gets_no_full_stop() -> None:
    assert nlm.citation(a_record(title="Which scan?")).startswith(
        "Smith AB. Which scan? J Test. 2020 Mar;1(2):3-4. doi"
    )
