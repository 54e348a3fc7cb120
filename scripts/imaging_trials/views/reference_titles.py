"""Titles compared: what is the same title in another spelling, and what is only probably the title of an article.

The same title is one with the same letters and digits, after accents, capitals, punctuation, dashes, raised and lowered
digits, Greek letters, markup, notations of radionuclides, and American or British spelling are folded. Anything less is
a guess, and has its reason.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from pyoxigraph import NamedNode

from imaging_trials import bibliography
from imaging_trials.model import nuclide_notation

MAX_TITLE_CHARACTERS = 5000
"""How much of a title or of a line is compared."""

_WORD = re.compile(r"[^\W_]+")
_SPELLINGS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[ao]e", "e"),  # paediatric, oesophagus
        (r"our", "or"),  # tumour
        (r"([^\W\d_])\1", r"\1"),  # labelled
        (r"is(?=e|ation|ing\b|ed\b)", "iz"),  # localisation
        (r"ys(?=e|ing\b)", "yz"),  # analyse
        (r"tre(?=s?\b)", "ter"),  # centre
        (r"ogue(?=s?\b)", "og"),  # catalogue
        (r"program(?:e|m|me)(?=s?\b)", "program"),
        (r"sulph", "sulf"),
        (r"\bgrey\b", "gray"),
        (r"(?<=alumin)ium", "um"),
        (r"(?<=def|lic|off)ence", "ense"),
        (r"(?<=ag)eing", "ing"),
        (r"jud?gement", "judgment"),
    )
)
_LEAST_LETTERS = 20
"""A shorter title is not looked for inside a line, nor guessed."""

_LEAST_SHARE = 0.8
_LEAST_ABBREVIATED = 0.6
_LEAST_BEGINNING = 0.6
_LEAST_WORDS = 5
_OF_ANOTHER = re.compile(
    r"(?:\b(?:errat(?:um|a)|corrigend(?:um|a)|corrections?|retraction|comments?|commentary|reply|response|re|letter|editorial"
    r"|addendum|author correction|publisher correction|summary|review|translation)(?:\s(?:note|notice))?"
    r"(?:\s(?:to|of|for|on|in|regarding|concerning))?\s?[:.]?|:\s?re)\W{0,4}\Z",
    re.IGNORECASE,
)


class Guess(NamedTuple):
    """An article that a title probably means, and why only probably."""

    article: NamedNode
    reason: str


class Titles:
    """Titles of articles, ready to be compared."""

    def __init__(self, titles: Iterable[tuple[NamedNode, str]]) -> None:
        """Take articles with their titles; an article may have several."""
        self._by_key: dict[str, list[NamedNode]] = defaultdict(list)
        self._words: list[tuple[NamedNode, str, list[str]]] = []
        for article, title in titles:
            words = folded(title)
            self._by_key["".join(words)].append(article)
            self._words.append((article, "".join(words), words))

    def same(self, words: list[str]) -> list[NamedNode]:
        """Return the articles whose title has these folded words, in any spelling."""
        return list(dict.fromkeys(self._by_key.get("".join(words), ())))

    def within(self, words: list[str]) -> list[NamedNode]:
        """Return the articles whose title is in a folded citation; a part of another title found does not count."""
        letters, ends = "".join(words), {0, *accumulate(len(word) for word in words)}
        found = [
            (key, article)
            for key, articles in self._by_key.items()
            if (len(key) >= _LEAST_LETTERS or key == letters)
            and (at := letters.find(key)) >= 0
            and {at, at + len(key)} <= ends
            for article in articles
        ]
        return [article for key, article in found if not any(key != other and key in other for other, _ in found)]

    def is_of_another(self, citation: str, article: NamedNode) -> bool:
        """Return whether a citation names an article's title as that of what it corrects or comments on."""
        citation = citation[:MAX_TITLE_CHARACTERS]
        starts = [_start_of(citation, key) for one, key, _ in self._words if one == article]
        return any(start > 0 and _OF_ANOTHER.search(citation[max(0, start - 60) : start]) for start in starts)

    def guesses(self, words: list[str], *, is_citation: bool) -> list[Guess]:
        """Return the articles that the folded words of a title, or of a citation, probably mean, by the best reason."""
        letters = "".join(words)
        if len(letters) < _LEAST_LETTERS:
            return []
        longer = [Guess(one, "its title has more words") for one, key, _ in self._words if key.startswith(letters)]
        held = [
            Guess(one, "only the beginning of its title is in the list" if is_citation else "its title has fewer words")
            for one, key, _ in self._words
            if key[: max(_LEAST_LETTERS, int(len(key) * _LEAST_BEGINNING)) if is_citation else None] in letters
            and len(key) >= _LEAST_LETTERS
        ]
        abbreviated = [
            Guess(one, "words of its title are left out or abbreviated")
            for one, _, its_words in self._words
            if _is_abbreviated(words, its_words)
        ]
        return list(dict.fromkeys(longer or held or abbreviated or self._similar(words)))

    def _similar(self, words: list[str]) -> list[Guess]:
        given, numbers = set(words), {word for word in words if any(c.isdigit() for c in word)}
        best: dict[NamedNode, tuple[float, str]] = {}
        for article, _, its_words in self._words:
            its = set(its_words)
            share = len(given & its) / max(len(given), len(its), 1)
            if share < _LEAST_SHARE or numbers != {word for word in its if any(c.isdigit() for c in word)}:
                continue
            here, there = " ".join(w for w in words if w not in its), " ".join(w for w in its_words if w not in given)
            reason = f"the list has '{here}' where its title has '{there}'" if here and there else "a few words differ"
            best[article] = max(best.get(article, (0.0, "")), (share, reason))
        top = max((share for share, _ in best.values()), default=0.0)
        return [Guess(article, reason) for article, (share, reason) in best.items() if share == top]


def folded(title: str) -> list[str]:
    """Return the words of a title, each folded to what its spellings have in common.

    >>> folded("<i>FDG</i>-PET: tumour α, [¹⁸F]") == folded("FDG PET – tumor alpha, F-18")
    True
    """
    text = bibliography.plain_text(title[:MAX_TITLE_CHARACTERS])
    text = nuclide_notation.fold(nuclide_notation.normalize(text)).replace("&", " and ")
    text = "".join(bibliography.GREEK.get(c, c) for c in text)
    for pattern, replacement in _SPELLINGS:
        text = pattern.sub(replacement, text)
    return _WORD.findall(text)


def _is_abbreviated(short: list[str], whole: list[str]) -> bool:
    """Return whether words are a title of which words are left out or cut: the title has all, in the same order."""
    if not _LEAST_WORDS <= len(short) <= len(whole) or len(short) < _LEAST_ABBREVIATED * len(whole):
        return False
    rest = iter(whole)
    return all(any(_is_beginning(word, one) for one in rest) for word in short)


def _is_beginning(word: str, whole: str) -> bool:
    return word == whole or (len(word) > 2 and not word.isdigit() and whole.startswith(word))


def _start_of(words: str, key: str) -> int:
    """Return where a folded title begins in a text, or -1: the last place from which the text still has it."""
    low, high = 0, len(words)
    if key not in "".join(folded(words)):
        return -1
    while low + 1 < high:
        middle = (low + high) // 2
        if key in "".join(folded(words[middle:])):
            low = middle
        else:
            high = middle
    return low
