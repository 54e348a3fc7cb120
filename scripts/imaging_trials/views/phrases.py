"""Phrases: short texts that name things of the graph, with the IRIs of the things kept for links."""

from collections.abc import Iterable, Iterator

from imaging_trials.model import read

Phrase = tuple[str | read.Thing, ...]
"""Pieces of text and things, in the order of the sentence."""


def plain(phrase: Phrase) -> str:
    """Return a phrase as text, with the label of each thing.

    >>> from pyoxigraph import NamedNode
    >>> plain(("run by ", read.Thing(NamedNode("https://example.org/nci"), "NCI")))
    'run by NCI'
    """
    return "".join(piece if isinstance(piece, str) else piece.label for piece in phrase)


def joined(things: Iterable[read.Thing], separator: str = " and ") -> Phrase:
    """Return things with a separator between them."""

    def pieces() -> Iterator[str | read.Thing]:
        for number, thing in enumerate(things):
            if number:
                yield separator
            yield thing

    return tuple(pieces())
