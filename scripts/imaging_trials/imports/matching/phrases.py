"""The words of one text beside each other: phrases, what a nuclide labels, imaging techniques."""

from functools import cached_property

from imaging_trials.imports.matching.lexicon import Lexicon, Technique, Words, is_position
from imaging_trials.imports.matching.text import items, plain_items

MAX_BETWEEN = 6
"""The words between a nuclide and what it labels."""

IN_NAME = frozenset("-()[]{}',^/& ")
IN_PHRASE = frozenset("-()[]{}'^ ")


def only(gap: str, allowed: frozenset[str], size: int = 3) -> bool:
    """Return whether a gap has allowed signs only, and not more than ``size``."""
    return len(gap) <= size and allowed.issuperset(gap)


def is_tight(gap: str) -> bool:
    """Return whether no space is between two words."""
    return " " not in gap and only(gap, IN_NAME)


class Phrases:
    """A text as words and nuclides."""

    def __init__(self, text: str, lexicon: Lexicon, *, with_nuclides: bool = True) -> None:
        """Read the text."""
        self.text = text
        self.lexicon = lexicon
        self.items = items(text, lexicon.glued) if with_nuclides else plain_items(text)

    def phrase(self, at: int, words: Words, gaps: frozenset[str]) -> bool:
        """Return whether words follow each other from an item on."""
        items = self.items
        if at + len(words) > len(items):
            return False
        for place, word in enumerate(words, at):
            if items[place].word != word or (place > at and not only(items[place].gap, gaps)):
                return False
        return True

    def positions_before(self, at: int) -> set[str]:
        """Return the positions that a name begins with, such as those of 16α-fluoroestradiol."""
        found: set[str] = set()
        for _ in range(MAX_BETWEEN):
            if not at or "-" not in self.items[at].gap or not is_tight(self.items[at].gap):
                break
            at -= 1
            if self.items[at].nuclide:
                continue
            if not is_position(self.items[at].word):
                break
            found.add(self.items[at].word)
        return found

    def nuclide_before(self, first: int) -> int | None:
        """Return the item of the nuclide before a name, with only words between that connect them, or None."""
        at = first
        while at > 0 and first - at < MAX_BETWEEN and only(self.items[at].gap, IN_PHRASE):
            before = self.items[at - 1]
            if before.nuclide:
                return at - 1
            if size := self._connecting_before(at):
                at -= size
            elif is_position(before.word) and is_tight(self.items[at].gap):
                at -= 1
            elif at > 1 and self.items[at - 2].nuclide.lower().endswith(before.word) and before.word.isalpha():
                at -= 1  # the symbol again: [68Ga]Ga-PSMA-11
            else:
                return None
        return None

    def nuclide_behind(self, last: int) -> int | None:
        """Return the item of the nuclide behind a name, with only words between that connect them, or None."""
        at = last
        while at < len(self.items) and at - last < MAX_BETWEEN and only(self.items[at].gap, IN_PHRASE):
            one = self.items[at]
            if one.nuclide:
                behind = self.items[at + 1] if at + 1 < len(self.items) else None
                is_tied = behind is not None and is_tight(behind.gap) and not self.technique_at(at + 1)
                return None if is_tied else at  # "panitumumab [18F]FDG": it labels what is tied to it
            size = next(
                (len(words) for words in self.lexicon.connects.get(one.word, ()) if self.phrase(at, words, IN_PHRASE)),
                0,
            )
            if not size:
                return None
            at += size
        return None

    def _connecting_before(self, last: int) -> int:
        """Return how many words before an item are a phrase that connects, or 0."""
        for size in range(min(self.lexicon.longest_connection, last), 0, -1):
            words = tuple(one.word for one in self.items[last - size : last])
            if words in self.lexicon.connects.get(words[0], ()) and self.phrase(last - size, words, IN_PHRASE):
                return size
        return 0

    def technique_at(self, at: int, gaps: frozenset[str] | None = None) -> Technique | None:
        """Return the imaging technique that the words from an item on name, or None.

        With ``gaps`` only those signs may be before it.
        """
        if at >= len(self.items) or (gaps is not None and not only(self.items[at].gap, gaps)):
            return None
        for technique in self.lexicon.techniques.get(self.items[at].word, ()):
            if self.phrase(at, technique.words, IN_NAME) and all(
                not written or one.raw == written
                for one, written in zip(self.items[at:], technique.written, strict=False)
            ):
                return technique
        return None

    @cached_property
    def is_in_capitals(self) -> bool:
        """Whether the text has no small letter."""
        return not any(one.islower() for one in self.text)

    @cached_property
    def other_meanings(self) -> list[tuple[int, Words]]:
        """The phrases with another meaning, each with its first item."""
        vetoes = self.lexicon.vetoes
        return [
            (at, words)
            for at, one in enumerate(self.items)
            if one.word in vetoes
            for words in vetoes[one.word]
            if self.phrase(at, words, IN_NAME)
        ]

    @cached_property
    def said(self) -> frozenset[Words]:
        """The phrases with another meaning."""
        return frozenset(words for _, words in self.other_meanings)

    @cached_property
    def _of_other_meanings(self) -> frozenset[int]:
        return frozenset(place for at, words in self.other_meanings for place in range(at, at + len(words)))

    def is_vetoed(self, at: int, technique: Technique) -> bool:
        """Return whether a phrase with another meaning has a technique in it, or one of its vetoes is in the text."""
        if not self.other_meanings:
            return False
        places = range(at, at + len(technique.words))
        return not self._of_other_meanings.isdisjoint(places) or not self.said.isdisjoint(technique.vetoes)
