"""Lists of references: recognized in any format, read or refused in one sentence, in linear time."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging_trials.bibliography import MAX_LIST_BYTES, decode_references, read_references
from imaging_trials.bibliography.record import Record
from imaging_trials.views import formats
from rdfkit.base.errors import UserError
from tests.support import list_writers
from tests.support.growth import is_linear


@pytest.mark.parametrize("name", formats.names("citations"))
def test_what_cite_writes_is_read_with_all_identifiers(records: list[Record], name: str) -> None:
    found = read_references(formats.renderer("citations", name)(records), "list")
    assert [(one.doi, one.pmid, one.pmcid) for one in found] == [(one.doi, one.pmid, one.pmcid) for one in records]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "list is empty"),
        (" \n\t\n", "list is empty"),
        ("# only a comment\n", "list has no references"),
        ("[]", "list has no references"),
        ("<xml><records>", "list, line 1: the XML has a syntax error"),
        ('[{"DOI": 1}, 2]', "list, item 2: a CSL-JSON item"),
        ("@article{a,\n title = {open", "list, line 1: a brace or a quotation mark"),
    ],
)
def test_a_broken_list_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        read_references(text, "list")
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("a\nSjögreen".encode("latin-1"), "it is not in UTF-8: line 2 has the byte 0xF6"),
        (b"1\n\x002", "it is not text: line 2 has a byte 0"),
        (b"\x1f\x8b", "it is not text but compressed with gzip"),
        (b"PK\x03\x04", "it is not text but a zip archive"),
        (b"%PDF\0", "it is not text but a PDF"),
        (b"1" * (MAX_LIST_BYTES + 1), "it has more than 8 MB"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        decode_references(data, "it")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_in_any_form_is_decoded(encoding: str) -> None:
    assert decode_references("28283702 Sjögreen\n".encode(encoding), "it") == "28283702 Sjögreen\n"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(ending: str) -> None:
    assert [one.place for one in read_references(f"28283702{ending}{ending}27262701{ending}", "it")] == [
        "line 1",
        "line 3",
    ]


PIECES = st.sampled_from(
    [
        *("@article{", "@a(", "}", ")", "{", '"', "=", ",", "#", "\\", "title", "doi = ", "[", "]", "{}", '{"DOI":'),
        *("TY  - JOUR\n", "ER  - \n", "DO  - ", "10.1000/", "PMID: ", "PMC", "1", "\n", " ", ":", ")].", "$", "^"),
        *("PMID- 1\n", "OWN - ", "PT J\n", "FN ISI\n", "%0 Book\n", "%A ", "references:\n- ", "- id: ", "  ", "1. "),
        *("<xml>", "<records>", "<record>", "</record>", "&a;", "<?xml?>", "<rdf:RDF>", "&lt;i&gt;", "title: ", "\t"),
        *("\u2028", "\ud800", "é", "٣", "\0", "%2F", "Erratum in: "),
    ]
)


@settings(deadline=None)
@given(st.text() | st.lists(PIECES).map("".join))
def test_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    try:
        assert read_references(text, "list")
    except UserError as error:
        assert "\n" not in str(error)  # noqa: PT017


ITEM = "<bib:Article><z:itemType>book</z:itemType><dcterms:isPartOf><bib:Journal/></dcterms:isPartOf></bib:Article>"
LONG_LISTS: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: "10.1000/" + ")" * n,
    "braces": lambda n: "@article{a, title = {" + "{" * n,
    "entries": lambda n: "@article{a}\n" * (n // 12),
    "comments": lambda n: "@comment{" * (n // 9),
    "fields in BibTeX": lambda n: "@article{a" + ", b = {c}" * (n // 9),
    "blanks in BibTeX": lambda n: "@article{a, b" + " " * n,
    "blanks": lambda n: "PMID" + " " * n,
    "zeros": lambda n: "PMID" + "0" * n,
    "numbers": lambda n: "1 " * (n // 2),
    "records": lambda n: "TY  - \n" * (n // 7),
    "long value in RIS": lambda n: "TY  - JOUR\nN2  - a\n" + "a\n" * (n // 2),
    "tags outside records": lambda n: "TY  - JOUR\nER  - \n" + "DB  - \n\n" * (n // 8),
    "NBIB": lambda n: "PMID- 1\nTI  - a\n" + "      a\n" * (n // 8),
    "Web of Science": lambda n: "PT J\nAU A\n" + "   A\n" * (n // 5),
    "EndNote": lambda n: "%0 Book\n%X a\n" + "a\n" * (n // 2),
    "EndNote XML": lambda n: "<xml><records>" + "<record/>" * (n // 9) + "</records></xml>",
    "Zotero RDF": lambda n: list_writers.RDF + ITEM * (n // 100) + "</rdf:RDF>",
    "PubMed XML": lambda n: "<PubmedArticleSet>" + "<PubmedArticle/>" * (n // 16) + "</PubmedArticleSet>",
    "elements": lambda n: "<xml>" + "<a>" * (n // 3),
    "entities": lambda n: "<xml><records><record><label>" + "&amp;" * (n // 5) + "</label></record></records></xml>",
    "YAML": lambda n: "references:\n" + "- id: a\n  title: b\n" * (n // 19),
    "YAML in brackets": lambda n: "references: " + "[" * n,
    "JSON": lambda n: '{"items": [' + '{"title": "a"},' * (n // 15) + "{}]}",
    "DOIs": lambda n: "10.1000/" * (n // 8),
    "DOIs in an address": lambda n: "http://a/" + "10.1000/a," * (n // 10),
    "tags in a title": lambda n: "<i " * (n // 3),
    "TeX": lambda n: "@article{a, title = {" + "\\'" * (n // 2) + "}}",
    "names": lambda n: "@article{a, author = {" + "a and " * (n // 6) + "}}",
    "comments in BibTeX": lambda n: "@comment{\n" * (n // 10),
    "signs in BibTeX": lambda n: "@a{" * (n // 3),
    "paragraphs": lambda n: "a title\nof 2017\n\n" * (n // 17),
    "numbered": lambda n: "".join(f"{number % 900}. a\n" for number in range(n // 6)),
    "fields": lambda n: "aa: b\n" * (n // 6),
    "errata": lambda n: "Erratum in: 10.1000/a " * (n // 22),
    "table": lambda n: "a," * (n // 2),
}


@pytest.mark.parametrize("characters", [16_000, pytest.param(128_000, marks=pytest.mark.prove)])
@pytest.mark.parametrize("name", LONG_LISTS)
def test_reading_is_linear(name: str, characters: int) -> None:
    def read(size: int) -> None:
        with contextlib.suppress(UserError):
            read_references(LONG_LISTS[name](size), "list")

    assert is_linear(read, characters)
