"""Comparison of labels: are they names of one thing?"""

import re
from collections.abc import Iterable

from imaging_trials.model import nuclide_notation

MIN_SHARED_WORDS = 0.5
"""The share of words that two labels of one thing must have more of in common."""

MIN_LETTERS_IN_COMMON = 0.8
"""The share of letters, in order, that two spellings of one word have in common."""

_EMPTY_WORDS = frozenset({"a", "an", "and", "by", "for", "in", "of", "on", "or", "the", "to", "with"})
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_WORD = re.compile(r"[^\W_]+")


def are_equal(one: str, other: str) -> bool:
    """Return whether two labels are equal without regard to accents and capitals."""
    return nuclide_notation.fold(one) == nuclide_notation.fold(other)


def are_of_one_thing(ours: str, theirs: str, synonyms: Iterable[str] = ()) -> bool:
    """Return whether two labels look like names of one thing; if in doubt they do not, so that a person checks.

    They do if ``ours`` is one of ``synonyms``, those of ``theirs``. Otherwise their words are compared, without
    accents, capitals and words such as "of". Words with a digit (and I to IV, read as numbers) must be the same in
    both, and more than half of all words must be shared. Words that are spelled almost alike count as shared.

    >>> are_of_one_thing("Cervix Uteri", "uterine cervix"), are_of_one_thing("thyroid cancer", "breast cancer")
    (True, False)
    >>> are_of_one_thing("Phase I Trial", "Phase II Trial")
    False
    """
    if any(are_equal(ours, synonym) for synonym in synonyms):
        return True
    one, other = _words(ours), _words(theirs)
    if {word for word in one if _has_digit(word)} != {word for word in other if _has_digit(word)}:
        return False
    left = set(other)
    shared = 0
    for word in sorted(one):
        twin = word if word in left else next((w for w in sorted(left) if _are_spellings(word, w)), "")
        if twin:
            left.discard(twin)
            shared += 1
    return shared > MIN_SHARED_WORDS * (len(one) + len(left))


def _words(label: str) -> frozenset[str]:
    found = _WORD.findall(nuclide_notation.fold(nuclide_notation.normalize(label)))
    return frozenset(_ROMAN.get(word, word) for word in found) - _EMPTY_WORDS


def _has_digit(word: str) -> bool:
    return any(c.isdigit() for c in word)


def _are_spellings(one: str, other: str) -> bool:
    if _has_digit(one) or _has_digit(other):
        return False
    from difflib import SequenceMatcher

    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= MIN_LETTERS_IN_COMMON
