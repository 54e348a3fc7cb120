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
        (b"\xff\xfe1\x002\x00", "it is not in UTF-8"),
        ("Sjögreen".encode("latin-1"), "it is not in UTF-8"),
        (b"%PDF\0", "it is not text"),
        (b"1" * (MAX_LIST_BYTES + 1), "it has more than 8 MB"),
    ],
)
def test_only_text_in_utf_8_is_decoded(data: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        decode_references(data, "it")


def test_a_byte_order_mark_is_skipped() -> None:
    assert decode_references("\ufeff28283702".encode(), "it") == "28283702"


PIECES = st.sampled_from(
    [
        *("@article{", "@a(", "}", ")", "{", '"', "=", ",", "#", "\\", "title", "doi = ", "[", "]", "{}", '{"DOI":'),
        *("TY  - JOUR\n", "ER  - \n", "DO  - ", "10.1000/", "PMID: ", "PMC", "1", "\n", " ", ":", ")]."),
        *("\u2028", "\ud800", "é", "٣"),
    ]
)


@settings(deadline=None)
@given(st.text() | st.lists(PIECES).map("".join))
def test_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    try:
        assert read_references(text, "list")
    except UserError as error:
        assert "\n" not in str(error)  # noqa: PT017


LONG_LISTS: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: "10.1000/" + ")" * n,
    "braces": lambda n: "@article{a, title = {" + "{" * n,
    "entries": lambda n: "@article{a}\n" * (n // 12),
    "comments": lambda n: "@comment{" * (n // 9),
    "fields": lambda n: "@article{a" + ", b = {c}" * (n // 9),
    "blanks in BibTeX": lambda n: "@article{a, b" + " " * n,
    "blanks": lambda n: "PMID" + " " * n,
    "zeros": lambda n: "PMID" + "0" * n,
    "numbers": lambda n: "1 " * (n // 2),
    "records": lambda n: "TY  - \n" * (n // 7),
}


@pytest.mark.parametrize("name", LONG_LISTS)
def test_reading_is_linear(name: str) -> None:
    def read(size: int) -> None:
        with contextlib.suppress(UserError):
            read_references(LONG_LISTS[name](size), "list")

    assert is_linear(read, 64_000)
