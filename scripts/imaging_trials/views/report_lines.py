"""The lines of a report while it is made: what they say, and the quads that they state."""

from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.model import read
from imaging_trials.views.phrases import Phrase


class LineData(NamedTuple):
    """What a line is about, what it says, and the quads that it states (none if something is missing)."""

    label: str
    phrase: Phrase
    quads: tuple[Quad, ...]


def line(label: str, phrase: str | Phrase, *quads: Quad) -> LineData:
    """Return a line that states these quads, without repetition."""
    return LineData(label, (phrase,) if isinstance(phrase, str) else phrase, tuple(dict.fromkeys(quads)))


def thing_line(store: Store, label: str, quad: Quad) -> LineData:
    """Return a line that names the object of one quad."""
    return line(label, (read.thing(store, object_of(quad)),), quad)


def object_of(quad: Quad) -> NamedNode:
    """Return the object of a quad that `read.quads` returned."""
    assert isinstance(quad.object, NamedNode)  # noqa: S101 - the project's data has no blank nodes
    return quad.object


def subject_of(quad: Quad) -> NamedNode:
    """Return the subject of a quad that `read.quads` returned."""
    assert isinstance(quad.subject, NamedNode)  # noqa: S101 - the project's data has no blank nodes
    return quad.subject


def text_of(quad: Quad) -> str:
    """Return the text of the object of a quad that `read.literals` returned."""
    assert isinstance(quad.object, Literal)  # noqa: S101 - only literals are returned
    return quad.object.value
