"""Text for people: plain tables, values made safe to print, near matches, and columns of a terminal."""

from collections.abc import Iterable, Sequence

MAX_NAME_CHARACTERS = 100
"""Longer names are compared by this many of their characters: the work of a comparison grows with their product."""

_MAX_VALUE_CHARACTERS = 60


def table(head: Sequence[str], rows: Sequence[Sequence[str]], noun: str = "row") -> str:
    """Return rows below a head as a plain table, and the count of rows in the last line.

    A column is as wide as its widest cell. Control characters are shown as escapes, so that a value cannot steer the
    terminal or break a row.

    >>> print(table(["site", "guidelines"], [["lung", "3"], ["bone", "12"]]), end="")
    site  guidelines
    ----  ----------
    lung  3
    bone  12
    (2 rows)
    """
    lines = [[visible(cell) for cell in row] for row in (head, *rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(head))]
    rule = ["-" * size for size in widths]
    printed = [
        "  ".join(cell + " " * (size - width(cell)) for cell, size in zip(line, widths, strict=True)).rstrip()
        for line in (lines[0], rule, *lines[1:])
    ]
    return "\n".join([*printed, count(len(rows), noun)]) + "\n"


def count(number: int, noun: str) -> str:
    """Return ``(1 row)`` or ``(3 rows)``."""
    return f"({number} {noun}{'' if number == 1 else 's'})"


def visible(text: str) -> str:
    """Return text with each character that cannot be printed as an escape such as ``\\n``."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def printable(text: str, max_characters: int = 200) -> str:
    """Return text from a file on one line: control characters as escapes, and cut at ``max_characters``."""
    shown = visible(text[: max_characters + 1])
    return shown if len(text) <= max_characters else shown[:max_characters] + "…"


def clip(text: str) -> str:
    """Return a value as an error message shows it: on one line, at most 60 characters."""
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return shown if len(shown) <= _MAX_VALUE_CHARACTERS else shown[: _MAX_VALUE_CHARACTERS - 3] + "..."


def is_unicode(text: str) -> bool:
    """Return whether a text has no surrogates: YAML and JSON can write them as escapes, and UTF-8 has none.

    >>> is_unicode("¹⁸F"), is_unicode("\\ud800")
    (True, False)
    """
    return not any("\ud800" <= character <= "\udfff" for character in text)


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Return up to three of ``names`` that look like ``name``, best first.

    >>> nearest("guidelines-by-side", ["guidelines-by-site", "agents"])
    ['guidelines-by-site']
    """
    from difflib import get_close_matches

    return get_close_matches(name[:MAX_NAME_CHARACTERS].lower(), names, n=3, cutoff=0.65)


def offer(name: str, names: Iterable[str]) -> str:
    """Return the end of an error message about an unknown name: the nearest names, or all of them.

    >>> offer("dat", ["date", "string"])
    'did you mean date?'
    >>> offer("xyz", ["date", "string"])
    'choose one of date, string.'
    """
    names = list(names)
    near = nearest(name, names)
    return f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(names)}."


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes: East Asian wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
