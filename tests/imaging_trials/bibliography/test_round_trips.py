"""What is written in a format reads back the same, whatever the titles, names and identifiers are."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging_trials.bibliography import decode_references, read_references
from tests.support.list_writers import WRITERS, Cited

SIGNS = string.ascii_letters + string.digits + "éüßøαβ¹⁸Å" + "-–:,.()/'+=!? "
WORDS = st.text(st.sampled_from(SIGNS), min_size=1, max_size=120).map(lambda text: " ".join(f"A {text} z".split()))
NAMES = st.text(st.sampled_from(string.ascii_letters + "éüß"), min_size=2, max_size=12)
ARTICLES = st.builds(
    Cited,
    title=WORDS,
    authors=st.lists(st.builds("{}, {}".format, NAMES, NAMES), min_size=1, max_size=3).map(tuple),
    year=st.integers(1950, 2030).map(str),
    container=WORDS,
    doi=st.text(st.sampled_from(string.ascii_lowercase + string.digits + "-._()/;:"), min_size=1, max_size=30).map(
        lambda text: f"10.1000/a{text}z"
    ),
    pmid=st.integers(1, 99_999_999).map(str),
    pmcid=st.integers(1, 99_999_999).map(lambda number: f"PMC{number}"),
)
ARTICLES = ARTICLES.filter(lambda one: "//" not in one.doi and " and " not in one.title)

NOT_CARRIED = {"crossref": ("pmid", "pmcid")}
"""What a format cannot say."""


@pytest.mark.parametrize("form", WRITERS)
@settings(deadline=None, max_examples=20)
@given(articles=st.lists(ARTICLES, min_size=1, max_size=4), ending=st.sampled_from(["\n", "\r\n", "\r"]))
def test_list_reads_back_the_same(form: str, articles: list[Cited], ending: str) -> None:
    text = WRITERS[form](articles).replace("\n", ending)
    found = read_references(decode_references(text.encode(), "the list"), "the list")
    assert [one.number for one in found] == list(range(1, len(articles) + 1))
    for one, article in zip(found, articles, strict=True):
        for name in Cited._fields:
            expected = article._asdict()[name]
            assert getattr(one, name) == ("" if name in NOT_CARRIED.get(form, ()) else expected), (form, name)
