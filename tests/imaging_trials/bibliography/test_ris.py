"""RIS: rispy reads what we write, and we read what others write."""

import doctest

import rispy
from pyoxigraph import Store

from imaging_trials.bibliography import ris
from imaging_trials.bibliography.record import Author, Record
from tests.support.citations import a_record, authors, shortened

FIELDS = {"doi": "doi", "accession_number": "pmid", "custom2": "pmcid", "volume": "volume", "number": "issue"}


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(ris) == (0, 2)


def test_entries_say_what_the_graph_says(store: Store, records: list[Record], articles: list[dict[str, str]]) -> None:
    entries = rispy.loads(ris.write(records))
    assert len(entries) == 20
    for row, entry in zip(articles, entries, strict=True):
        assert entry["type_of_reference"] == "JOUR"
        assert entry["id"] == row["article"].rpartition("/")[2]
        assert entry["primary_title"] == row["title"]
        assert entry["journal_name"] == entry["alternate_title2"] == row["journal"]
        assert entry["year"] == row["first"][:4]
        for field, name in FIELDS.items():
            assert entry.get(field, "") == row[name]
        pages = "-".join(entry[end] for end in ("start_page", "end_page") if end in entry)
        assert shortened(pages) == shortened(row["pages"])
        assert [as_printed(name) for name in entry["authors"]] == authors(store, row["article"])
        assert entry["name_of_database"] == "PubMed"
        assert "unknown_tag" not in entry


def as_printed(name: str) -> tuple[str, bool]:
    """Return a name as the page prints it, and whether it is a group's, which ends in a comma."""
    if name.endswith(","):
        return name[:-1], True
    family, _, initials = name.partition(", ")
    return f"{family} {initials.replace('.', '').replace(' ', '')}", False


def test_dates_are_as_exact_as_printed(records: list[Record]) -> None:
    dates = {entry["id"]: entry["date"] for entry in rispy.loads(ris.write(records))}
    assert dates["liu-2015"] == "2015///Jan-Apr"
    assert dates["van-den-wyngaert-2016"] == "2016/08//"
    assert dates["manganaro-2021"] == "2021/04/14/"


def test_notes_have_epub_and_erratum(records: list[Record]) -> None:
    notes = {entry["id"]: entry.get("notes") for entry in rispy.loads(ris.write(records))}
    assert notes["beheshti-2015"] == ["Epub 2015 Jul 23.", "Erratum in: Eur J Nucl Med Mol Imaging. 2017 Nov 13."]


def test_a_line_break_in_a_title_is_a_blank() -> None:
    (entry,) = rispy.loads(ris.write([a_record(title="One\nER  - \nTY  - BOOK")]))
    assert entry["primary_title"] == "One ER - TY - BOOK"


def test_a_generation_is_the_last_part_of_a_name() -> None:
    author = Author("Smith AB Jr", is_group=False, is_listed_under_group=False)
    assert "AU  - Smith, A. B., Jr\n" in ris.write([a_record(authors=(author,))])


def test_long_values_and_a_missing_last_line_are_read() -> None:
    first = "TY  - JOUR\r\nTI  - A title that\r\n goes on\r\nUR  - https://doi.org/10.1000/a\r\nER  - \r\n"
    text = f"{first}TY  - BOOK\nT1  - B"
    assert [(one.title, one.doi, one.place) for one in ris.read(text, "list")] == [
        ("A title that goes on", "10.1000/a", "line 1"),
        ("B", "", "line 6"),
    ]
