"""The line of a file that something is about, with carets below the part that is meant."""

import unicodedata

from rdfkit.rdf.turtle_locations import Place

_WIDTH = 100
"""How many characters are shown of a line."""


def excerpt(place: Place, note: str = "", mark: str = "^") -> list[str]:
    """Return two lines: that of a place, clipped where it is long, and marks below the place with a note behind.

    None where the line is not known.
    """
    text = place.text
    if not text:
        return []
    start = place.column - 1
    end = max(place.end_column - 1 if place.end_line == place.line else len(text), start + 1)
    first = max(0, min(start - _WIDTH // 3, len(text) - _WIDTH))
    last = min(first + _WIDTH, len(text))
    shown, marks = ("…", " ") if first else ("", "")
    for index, char in enumerate(text[first:last], first):
        cell = _cell(char)
        shown += cell
        marks += (mark if start <= index < end else " ") * _columns(cell)
    shown += "…" if last < len(text) else ""
    number = f"{place.line:5}"
    return [f"{number} | {shown}".rstrip(), f"{' ' * len(number)} | {marks.rstrip() or mark} {note}".rstrip()]


def _cell(char: str) -> str:
    """Return a character as a terminal may show it: nothing that moves the cursor or turns the line round."""
    if char == "\t":
        return "    "
    return char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"


def _columns(cell: str) -> int:
    """Return how many columns of a terminal a cell takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in cell)
