"""Records: names in parts, page ranges in full, dates as exact as printed."""

import doctest

import pytest

from imaging_trials.bibliography import record
from imaging_trials.bibliography.record import Author, Date, Person
from tests.support.citations import a_record


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(record) == (0, 5)


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Smith AB", Person("Smith", "A. B.", "")),
        ("Van den Wyngaert T", Person("Van den Wyngaert", "T.", "")),
        ("Sjögreen- Gleisner K", Person("Sjögreen- Gleisner", "K.", "")),
        ("Behrendt FFF", Person("Behrendt", "F. F. F.", "")),
        ("Smith AB Jr", Person("Smith", "A. B.", "Jr")),
        ("Smith AB 3rd", Person("Smith", "A. B.", "3rd")),
        ("Madonna", Person("Madonna", "", "")),
    ],
)
def test_the_last_word_of_a_name_is_the_initials(name: str, person: Person | None) -> None:
    assert Author(name, is_group=False, is_listed_under_group=False).person == person
    assert Author(name, is_group=True, is_listed_under_group=False).person is None


@pytest.mark.parametrize(
    ("pages", "full"),
    [
        ("1723-38", "1723-1738"),
        ("151-62", "151-162"),
        ("1102-10", "1102-1110"),
        ("99-110", "99-110"),
        ("25-30", "25-30"),
        ("7", "7"),
        ("e12-e15", "e12-e15"),
        ("S1-12", "S1-S12"),
        ("S101-9", "S101-S109"),
        ("151-62, 170", "151-162, 170"),
        ("iii-x", "iii-x"),
        ("", ""),
    ],
)
def test_page_ranges_are_written_out(pages: str, full: str) -> None:
    assert a_record(pages=pages).full_pages == full


@pytest.mark.parametrize(
    ("earliest", "latest", "parts"),
    [
        ("2021-04-14", "2021-04-14", [[2021, 4, 14]]),
        ("2016-08-01", "2016-08-31", [[2016, 8]]),
        ("2016-02-01", "2016-02-29", [[2016, 2]]),
        ("2015-01-01", "2015-04-30", [[2015, 1], [2015, 4]]),
        ("2015-01-01", "2015-12-31", [[2015]]),
        ("2015-12-01", "2016-01-31", [[2015, 12], [2016, 1]]),
        ("2015-03-02", "2015-03-09", [[2015, 3, 2], [2015, 3, 9]]),
        ("", "", [[2015]]),
    ],
)
def test_a_date_has_as_many_parts_as_it_is_exact(earliest: str, latest: str, parts: list[list[int]]) -> None:
    assert Date("2015 whatever", earliest, latest).parts == parts
