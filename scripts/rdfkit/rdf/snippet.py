"""A line of a file with marks below a part of it."""

import unicodedata

from rdfkit.rdf.turtle_locations import Location

MAX_LINE_CHARACTERS = 100
"""How many characters of a line are shown."""


def marked_line(location: Location, note: str = "", mark: str = "^") -> list[str]:
    """Return two lines: the line of a location, cut if it is long, and marks below the location with a note after them.

    The list is empty if the text of the line is unknown.
    """
    text = location.text
    if not text:
        return []
    start = location.column - 1
    end = max(location.end_column - 1 if location.end_line == location.line else len(text), start + 1)
    first = max(0, min(start - MAX_LINE_CHARACTERS // 3, len(text) - MAX_LINE_CHARACTERS))
    last = min(first + MAX_LINE_CHARACTERS, len(text))
    shown, marks = ("…", " ") if first else ("", "")
    for index, char in enumerate(text[first:last], first):
        cell = _cell(char)
        shown += cell
        marks += (mark if start <= index < end else " ") * _columns(cell)
    shown += "…" if last < len(text) else ""
    number = f"{location.line:5}"
    return [f"{number} | {shown}".rstrip(), f"{' ' * len(number)} | {marks.rstrip() or mark} {note}".rstrip()]


def _cell(char: str) -> str:
    """Return a character that is safe on a terminal: it neither moves the cursor nor reverses the line."""
    if char == "\t":
        return "    "
    return char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"


def _columns(cell: str) -> int:
    """Return the width of a cell in columns of a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in cell)
