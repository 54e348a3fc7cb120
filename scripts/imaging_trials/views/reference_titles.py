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
        (r"([^\W\d_])\1", r"\1"),  # labeled
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
_LEAST_SUPPORT = 0.6
_BEGINNING = "only the beginning of its title is in the list"
_VERSION = re.compile(r"v[0-9]{1,2}")
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


class _Title(NamedTuple):
    """A title of an article, as printed, and its folded words, apart and joined."""

    article: NamedNode
    printed: str
    words: list[str]
    key: str


class Titles:
    """Titles of articles, ready to be compared."""

    def __init__(self, titles: Iterable[tuple[NamedNode, str]]) -> None:
        """Take articles with their titles; an article may have several."""
        self._titles: list[_Title] = []
        self._by_key: dict[str, list[NamedNode]] = defaultdict(list)
        for article, title in titles:
            words = folded(title)
            self._titles.append(_Title(article, title, words, "".join(words)))
            self._by_key["".join(words)].append(article)

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
        starts = [_start_of(citation, one.key) for one in self._titles if one.article == article]
        return any(start > 0 and _OF_ANOTHER.search(citation[max(0, start - 60) : start]) for start in starts)

    def may_have(self, article: NamedNode, words: list[str]) -> bool:
        """Return whether most folded words of a title are in the title of an article."""
        shares = [
            len({*words} & {*one.words}) / len({*words}) for one in self._titles if one.article == article and words
        ]
        return len(words) > 1 and any(share >= _LEAST_SUPPORT for share in shares)

    def guesses(self, text: str, words: list[str], *, is_citation: bool) -> list[Guess]:
        """Return the articles that a title, or a citation, probably means, by the best reason.

        ``words`` are the folded words of ``text``. A title with another version number is not guessed.
        """
        letters = "".join(words)
        if len(letters) < _LEAST_LETTERS:
            return []
        titles = [one for one in self._titles if len(one.key) >= _LEAST_LETTERS and _may_agree(words, one.words)]
        longer = [Guess(one.article, "its title has more words") for one in titles if one.key.startswith(letters)]
        held = [
            Guess(one.article, _BEGINNING if is_citation else "its title has fewer words")
            for one in titles
            if (one.key[: int(len(one.key) * _LEAST_BEGINNING)] if is_citation else one.key) in letters
        ]
        abbreviated = [
            Guess(one.article, "words of its title are left out or abbreviated")
            for one in titles
            if _is_abbreviated(words, one.words)
        ]
        return list(dict.fromkeys(longer or held or abbreviated or _similar(text, words, titles)))


def _similar(text: str, words: list[str], titles: list[_Title]) -> list[Guess]:
    """Return the articles whose titles have nearly the same words, and the same numbers."""
    given, numbers = set(words), _numbers(words)
    shares = [(len(given & {*one.words}) / max(len(given), len({*one.words}), 1), one) for one in titles]
    shares = [(share, one) for share, one in shares if share >= _LEAST_SHARE and numbers == _numbers(one.words)]
    best = max((share for share, _ in shares), default=0.0)
    guesses = []
    for one in (one for share, one in shares if share == best):
        here, there = _words_without(text, {*one.words}), _words_without(one.printed, given)
        differ = f"the list has '{here}' where its title has '{there}'" if here and there else "a few words differ"
        guesses.append(Guess(one.article, differ))
    return guesses


def _numbers(words: list[str]) -> set[str]:
    return {word for word in words if any(c.isdigit() for c in word)}


def _words_without(text: str, others: set[str]) -> str:
    """Return the words of a text, as printed, that are not among some folded words."""
    printed = _WORD.findall(bibliography.plain_text(text[:MAX_TITLE_CHARACTERS]))
    return " ".join(word for word in printed if not {*folded(word)} & others)


def _may_agree(words: list[str], others: list[str]) -> bool:
    one, other = _version(words), _version(others)
    return not one or not other or one == other


def _version(words: list[str]) -> tuple[str, ...]:
    """Return the numbers after the word "version" in a title: ("2", "0"), or nothing."""
    for at, word in enumerate(words):
        if word in ("version", "v") or _VERSION.fullmatch(word):
            numbers = [word[1:], *words[at + 1 : at + 2]] if _VERSION.fullmatch(word) else words[at + 1 : at + 3]
            return tuple(number for number in numbers if number.isdigit() and len(number) < 3)
    return ()


def folded(title: str) -> list[str]:
    """Return the words of a title, each folded to what its spellings have in common.

    >>> folded("<i>FDG</i>-PET: tumour α, [¹⁸F]") == folded("FDG PET – tumor alpha, F-18")
    True
    """
    text = bibliography.plain_text(title[:MAX_TITLE_CHARACTERS])
    text = nuclide_notation.fold(nuclide_notation.normalize(text)).replace("&", " and ")
    if not text.isascii():
        text = text.translate({ord(letter): name for letter, name in bibliography.GREEK.items()})
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
