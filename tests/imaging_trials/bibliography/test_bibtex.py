"""BibTeX: bibtexparser reads what we write, and we read what others write."""

import doctest
import re
from typing import Any

import pytest
from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from pyoxigraph import Store

from imaging_trials.bibliography import bibtex
from imaging_trials.bibliography.record import Author, Record
from rdfkit.base.errors import UserError
from tests.support.citations import a_record, authors, shortened

FIELDS = {"doi": "doi", "pmid": "pmid", "pmcid": "pmcid", "volume": "volume", "number": "issue"}


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(bibtex) == (0, 1)


def parsed(text: str, *layers: middlewares.middleware.Middleware) -> dict[str, dict[str, Any]]:
    """Return the entries of a BibTeX text by key, each a dictionary of its fields; everything must parse."""
    library = parse_string(text, append_middleware=list(layers))
    assert library.failed_blocks == []
    assert all(entry.entry_type == "article" for entry in library.entries)
    return {entry.key: {field.key: field.value for field in entry.fields} for entry in library.entries}


def written(records: list[Record], *keys: str) -> str:
    """Return the BibTeX of the records with these keys."""
    return bibtex.write([record for record in records if record.key in keys])


def test_entries_say_what_the_graph_says(store: Store, records: list[Record], articles: list[dict[str, str]]) -> None:
    decoded = parsed(
        bibtex.write(records),
        middlewares.SeparateCoAuthors(),
        middlewares.SplitNameParts(),
        middlewares.LatexDecodingMiddleware(),
    )
    assert list(decoded) == [row["article"].rpartition("/")[2] for row in articles]
    for row, entry in zip(articles, decoded.values(), strict=True):
        assert entry["title"].strip("{}") == row["title"]
        assert entry["journal"] == row["journal"]
        assert entry["year"] == row["first"][:4]
        for field, name in FIELDS.items():
            assert entry.get(field, "") == row[name]
        assert shortened(entry.get("pages", "").replace("–", "-")) == shortened(row["pages"])
        assert [as_printed(name) for name in entry["author"]] == authors(store, row["article"])


def as_printed(name: middlewares.NameParts) -> tuple[str, bool]:
    """Return a name as the page prints it, and whether it is a group's, which has no first names."""
    initials = "".join(name.first).replace(".", "").replace(" ", "")
    return " ".join([*name.von, *name.last, initials]).strip(" {}").replace("\\&", "&"), not initials


def test_months_are_the_names_that_styles_define(records: list[Record]) -> None:
    months = {
        record.key: re.findall(r"month   = (.*),", bibtex.write([record]))
        for record in records
        if record.key in ("liu-2015", "ward-2018", "manganaro-2021")
    }
    assert months == {
        "liu-2015": ['jan # "--" # apr'],
        "ward-2018": ['nov # "--" # dec'],
        "manganaro-2021": ["apr"],
    }


def test_page_ranges_have_a_long_dash(records: list[Record]) -> None:
    assert "  pages   = {1723--1738},\n" in written(records, "van-den-wyngaert-2016")


def test_notes_have_epub_ahead_of_print_and_erratum(records: list[Record]) -> None:
    text = written(records, "manganaro-2021", "beheshti-2015")
    assert "note    = {Epub ahead of print. Erratum in: Eur Radiol. 2021 Jun 17.}" in text
    assert "note    = {Epub 2015 Jul 23. Erratum in: Eur J Nucl Med Mol Imaging. 2017 Nov 13.}" in text


def test_a_generation_is_the_second_part_of_a_name() -> None:
    author = Author("Smith AB Jr", is_group=False, is_listed_under_group=False)
    assert "{Smith, Jr, A. B.}" in bibtex.write([a_record(authors=(author,))])


@pytest.mark.parametrize("title", ["50% of A & B_c #1 ~ 2 $3 \\alpha", "\\", "a ^ b", "an open { brace", "} {"])
def test_no_character_of_a_title_breaks_an_entry(title: str) -> None:
    text = bibtex.write([a_record(title=title), a_record(key="next")])
    # bibtexparser does not know LaTeX's names of braces, and has a caret of its own.
    text = text.replace("\\textbraceleft{}", "(OPEN)").replace("\\textbraceright{}", "(CLOSE)")
    entries = parsed(text, middlewares.LatexDecodingMiddleware())
    assert list(entries) == ["smith-2020", "next"]
    read = entries["smith-2020"]["title"].replace("ˆ", "^")
    assert read.replace("(OPEN)", "{").replace("(CLOSE)", "}") == title


def test_bibtex_of_other_programs_is_read() -> None:
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
    assert [(one.name, one.title, one.doi, one.pmid, one.place) for one in bibtex.read(text, "list")] == [
        ("Fendler17", "PSMA PET and & more", "10.1007/s00259-017-3670-z", "", "line 4"),
        ("empty", "", "", "", "line 8"),
        ("other", "", "", "27262701", "line 9"),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("@article{a,\n title = {open", "list, line 1: a brace or a quotation mark"),
        ("\n@article{a,\n title = {b} year = {2000}, ???\n}", "list, line 3: the BibTeX entry of line 2 has a syntax"),
        ("@article{a, title {b}}", "list, line 1: the BibTeX entry of line 1 has a syntax"),
        ("@article{a, title = {b})", "list, line 1: the BibTeX entry of line 1 has a syntax"),
    ],
)
def test_a_syntax_error_is_reported_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        bibtex.read(text, "list")
    assert str(refused.value).startswith(sentence)
