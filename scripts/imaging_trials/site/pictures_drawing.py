"""Drawings: marks at coordinates, which ``templates/svg_drawing.html`` writes as SVG.

A drawing has no color and no font of its own: the ``look`` of a mark is a class of ``static/style.css``. One unit is a
sixteenth of the text size of the page, so that a drawing grows with the text.
"""

from collections.abc import Iterable
from typing import NamedTuple

TEXT_UNITS = 13.0
"""The size of all text in a drawing, in units."""

_WIDTHS = {
    0.32: "ijlIJ '\u202f",
    0.35: ".,:;|/f",
    0.42: "()[]-!rt¹²³⁰⁴⁵⁶⁷⁸⁹",
    0.56: 'szcLF"*',
    0.64: "abdeghknopquvxyE?0123456789PTYS",
    0.70: "ABCKRVXZᵐ",
    0.80: "DGHNOQUw&",
}
"""Widths of signs in DejaVu Sans, which is wider than the fonts of other systems, in units of the text size."""

_WIDTH = {sign: width for width, signs in _WIDTHS.items() for sign in signs}
_OTHER_WIDTH = 1.0


class Line(NamedTuple):
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    look: str


class Box(NamedTuple):
    """A rectangle with its left upper corner. ``about`` is shown when a pointer rests on it."""

    x: float
    y: float
    width: float
    height: float
    look: str
    about: str = ""


class Path(NamedTuple):
    """A line through points, closed to an area if ``is_closed``."""

    points: tuple[tuple[float, float], ...]
    look: str
    is_closed: bool = False

    @property
    def data(self) -> str:
        """The attribute ``d`` of an SVG path."""
        return "M" + "L".join(f"{at(x)} {at(y)}" for x, y in self.points) + ("Z" if self.is_closed else "")


class Curve(NamedTuple):
    """A curve of cubic Bézier segments: a point, and three points for each segment."""

    points: tuple[tuple[float, float], ...]
    look: str

    @property
    def data(self) -> str:
        """The attribute ``d`` of an SVG path."""
        first, *rest = (f"{at(x)} {at(y)}" for x, y in self.points)
        return f"M{first}C{' '.join(rest)}"


class Text(NamedTuple):
    """A line of text on its base line; ``anchor`` is ``start``, ``middle`` or ``end``."""

    x: float
    y: float
    words: str
    look: str = ""
    anchor: str = "start"


Mark = Line | Box | Path | Curve | Text


class Drawing(NamedTuple):
    """A drawing: the name that its title has in the page, what it shows, and its marks, the hindmost first."""

    anchor: str
    title: str
    description: str
    width: float
    height: float
    marks: tuple[Mark, ...]


class Legend(NamedTuple):
    """What a kind of mark means; the marks lie in a box of 40 by 16 units."""

    marks: tuple[Mark, ...]
    words: str


def at(value: float) -> str:
    """Return a coordinate as SVG writes it, with one digit after the point at most.

    >>> at(3.0), at(2.25), at(-0.04)
    ('3', '2.2', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def text_width(words: str) -> float:
    """Return how wide a text is at most, in units."""
    return TEXT_UNITS * sum(_WIDTH.get(sign, _OTHER_WIDTH) for sign in words)


def wrapped(words: str, width: float) -> list[str]:
    """Return the lines of a text of at most ``width`` units; a longer word is cut and has an ellipsis."""
    lines: list[str] = []
    for word in words.split(" "):
        if lines and text_width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(_shortened(word, width))
    return lines


def place(words: str, wanted: float, obstacles: Iterable[float], end: float) -> tuple[float, list[str]]:
    """Return where a text begins, and its lines: near ``wanted``, across no obstacle.

    Obstacles are upright lines; the text lies between 0 and ``end``. It has one line if that fits somewhere, or else
    as many as it needs in the widest gap.

    >>> place("one", 300, [], 800), place("one", 300, [310], 800), place("one two", 0, [], 40)
    ((300, ['one']), (316.0, ['one']), (0.0, ['one', 'two']))
    """
    gaps = _gaps(obstacles, end)
    width = text_width(words)
    fitting = [min(max(wanted, first), last - width) for first, last in gaps if last - first >= width]
    if fitting:
        return min(fitting, key=lambda one: (abs(one - wanted), one)), [words]
    first, last = max(gaps, key=lambda one: one[1] - one[0])
    return first, wrapped(words, last - first)


def _shortened(word: str, width: float) -> str:
    if text_width(word) <= width:
        return word
    while word and text_width(word + "…") > width:
        word = word[:-1]
    return word + "…"


def _gaps(obstacles: Iterable[float], end: float) -> list[tuple[float, float]]:
    room = 6.0
    first = 0.0
    found = []
    for one in sorted(obstacles):
        found.append((first, one - room))
        first = one + room
    return [*found, (first, end)]
