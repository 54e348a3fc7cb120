"""The line of a file that a message refers to, with carets below the part in question."""

import unicodedata

from rdfkit.rdf.turtle_locations import Place

_WIDTH = 100
"""The number of characters of a line that are shown."""


def excerpt(place: Place, note: str = "", mark: str = "^") -> list[str]:
    """Return two lines: the source line of a place, clipped if it is long, and marks below the place with a note.

    Returns an empty list if the text of the line is not known.
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
    """Return a character in a form that is safe on a terminal: no cursor movement, no change of direction."""
    if char == "\t":
        return "    "
    return char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"


def _columns(cell: str) -> int:
    """Return the number of terminal columns that a cell takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in cell)
