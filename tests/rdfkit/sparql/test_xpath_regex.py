"""Regular expressions of XPath and XSD, as Python runs them."""

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdfkit.sparql import unicode_sets, xpath_regex

TEXTS = [
    "",
    "a",
    "A",
    "é",
    "Ω",
    "1",
    "٣",
    "-",
    "_",
    "+",
    " ",
    "\xa0",
    "\n",
    "a\n",
    "ab",
    "😀",
    ":",
    "·",
    "\\",
    "^",
    "$",
]


@pytest.mark.parametrize(
    ("pattern", "same"),
    [
        (r"^[a-z-[aeiou-[a]]]$", "^[abcdfghjklmnpqrstvwxyz]$"),
        (r"^[^a-z-[A]]$", r"^[^a-zA]$"),
        (r"^[\-a]$", "^[-a]$"),
        (r"^[a-]$", "^[-a]$"),
        (r"^[\^$.]$", r"^[$.^]$"),
        (r"^\S$", r"^[^\t\n\r\x20]\Z"),
        (r"^[\S\s]$", r"^[\x00-\U0010ffff]\Z"),
        (r"^\I$", r"^[^\i]$"),
        (r"^[\C]$", r"^[^\c]$"),
        (r"^\P{L}$", r"^[^\p{L}]$"),
        (r"^[\P{L}]$", r"^[^\p{L}]$"),
        (r"^\p{IsBasicLatin}$", r"^[\x00-\x7f]\Z"),
        (r"\/\"\'\@", "/\"'@"),
        ("a{2}b{1,}c{0,1}", "aab+c?"),
        ("(?:a|b)+?", "[ab]"),
        ("a||b", ""),
    ],
)
def test_two_spellings_of_one_pattern(pattern: str, same: str) -> None:
    other = re.compile(same) if r"\x" in same else xpath_regex.compiled(same)
    for text in TEXTS:
        assert bool(xpath_regex.compiled(pattern).search(text)) == bool(other.search(text)), text


def test_categories_are_those_of_unicode() -> None:
    letters = xpath_regex.compiled(r"^\p{L}$")
    assert [text for text in TEXTS if letters.search(text)] == ["a", "A", "é", "Ω"]
    assert [text for text in TEXTS if xpath_regex.compiled(r"^\p{Nd}$").search(text)] == ["1", "٣"]
    assert unicode_sets.members("IsKlingon") is None
    assert unicode_sets.members("Xx") is None


@pytest.mark.parametrize(
    ("pattern", "character", "why"),
    [
        ("a(?!b)", 2, "has no '(?!'"), ("(?i)a", 1, "flags"),
        (r"\bword", 1, r"(^|\W)"), (r"\x41", 1, "itself"),
        ("a{2,1}", 2, "no range"), ("a{,3}", 2, "no quantifier"),
        ("a{99999}", 2, "65,535"), ("*a", 1, "repeats nothing"),
        ("a*+", 3, "follows a quantifier"), ("(a", 1, "not closed"),
        ("a)", 2, "closes no group"), ("[a", 1, "not closed"),
        ("[[:alpha:]]", 2, "a class has"), ("[z-a]", 2, "no range"),
        ("[]", 2, "a class has"), ("\\", 1, "last character"),
        (r"\p{Xx}", 1, "Unicode has no"), (r"\pL", 1, "without a name"),
        (r"(a\1)", 3, "no group 1"), ("(" * 60, 51, "deep"),
        ("[a-[b]c]", 7, "goes on after"),
    ],
)  # fmt: skip
def test_what_xpath_lacks_is_refused_with_its_place(pattern: str, character: int, why: str) -> None:
    with pytest.raises(xpath_regex.PatternError, match=re.escape(why)) as caught:
        xpath_regex.compiled(pattern)
    assert f"at character {character}:" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "groups", "replaced"),
    [("$1-", 1, "ab-c"), ("$12", 1, "ab2c"), (r"\$\\", 0, r"a$\c"), ("[$0]", 0, "a[b]c"), ("$5", 1, "ac")],
)
def test_a_replacement(text: str, groups: int, replaced: str) -> None:
    pattern = xpath_regex.compiled("(b)" if groups else "b")
    assert pattern.sub(xpath_regex.replacement(text, groups), "abc") == replaced


@pytest.mark.parametrize("text", ["$", "$a", "\\", r"\1"])
def test_a_replacement_that_xpath_lacks(text: str) -> None:
    with pytest.raises(xpath_regex.PatternError, match="alone"):
        xpath_regex.replacement(text, 1)


@given(st.text("ab[]^-\\(){}|*+?.$pPLdwsic1,x ", max_size=12), st.sampled_from(["", "i", "m", "s", "x", "q"]))
@settings(deadline=None, max_examples=500)
def test_any_text_is_a_pattern_or_refused(pattern: str, flags: str) -> None:
    with suppress(xpath_regex.PatternError):
        xpath_regex.compiled(pattern, flags).search("ab1")
