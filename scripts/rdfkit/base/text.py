"""Text for people: plain tables, values made safe to print, near matches, and columns of a terminal."""

from collections.abc import Iterable, Sequence

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from typing import TextIO

MAX_NAME_CHARACTERS = 100
"""Longer names are compared by this many of their characters: the work of a comparison grows with their product."""

_MAX_VALUE_CHARACTERS = 60


_MIN_COLUMN_WIDTH = 8
"""A table with narrower columns would be harder to read than a list."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], noun: str = "row", columns: int | None = None) -> str:
    """Return rows below a head as a plain table, and the count of rows in the last line.

    A column is as wide as its widest cell. With ``columns``, no line is wider than that: the widest cells are wrapped,
    or, if there is too little room for that, each row becomes a list of its cells. Control characters are shown as
    escapes, so that a value cannot steer the terminal or break a row.

    >>> print(table(["site", "guidelines"], [["lung", "3"], ["bone", "12"]]), end="")
    site  guidelines
    ----  ----------
    lung  3
    bone  12
    (2 rows)
    """
    lines = [[visible(cell) for cell in row] for row in (head, *rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(head))]
    head_lines, body = [lines[0]], lines[1:]
    if columns is not None and head and sum(widths) + 2 * (len(head) - 1) > columns:
        room = columns - 2 * (len(head) - 1)
        if room < sum(min(size, _MIN_COLUMN_WIDTH) for size in widths):
            return _as_lists(lines, columns) + count(len(rows), noun) + "\n"
        widths = _narrowed(widths, room)
        head_lines = _wrapped_row(lines[0], widths)
        body = [part for line in lines[1:] for part in _wrapped_row(line, widths)]
    rule = ["-" * size for size in widths]
    printed = [
        "  ".join(cell + " " * (size - width(cell)) for cell, size in zip(line, widths, strict=True)).rstrip()
        for line in (*head_lines, rule, *body)
    ]
    return "\n".join([*printed, count(len(rows), noun)]) + "\n"


def terminal_columns(out: "TextIO") -> int | None:
    """Return the width of the terminal that a stream writes to, or None for a file or a pipe.

    The environment variable ``COLUMNS`` comes before what the terminal says, as in other programs.
    """
    import os

    try:
        if not out.isatty():
            return None
        given = os.environ.get("COLUMNS", "")
        columns = int(given) if given.isdecimal() else 0
        return columns or os.get_terminal_size(out.fileno()).columns or None
    except (OSError, ValueError):  # a stream without a descriptor, or one that is closed
        return None


def _narrowed(widths: Sequence[int], room: int) -> list[int]:
    """Return widths that fill ``room``: the widest columns become equally narrow, and the others stay as they are."""
    left, result = room, list(widths)
    for done, index in enumerate(sorted(range(len(widths)), key=widths.__getitem__)):
        result[index] = min(widths[index], left // (len(widths) - done))
        left -= result[index]
    return result


def _wrapped_row(cells: Sequence[str], widths: Sequence[int]) -> list[list[str]]:
    """Return the lines of a row whose cells are wrapped."""
    wrapped = [_wrapped(cell, size) for cell, size in zip(cells, widths, strict=True)]
    height = max(map(len, wrapped))
    return [[part[line] if line < len(part) else "" for part in wrapped] for line in range(height)]


def _wrapped(text: str, size: int) -> list[str]:
    """Return text in lines of at most ``size`` columns, broken at spaces if possible; at least one character a line."""
    lines = []
    start = 0
    while (end := _fitting(text, start, size)) < len(text):
        space = text.rfind(" ", start + 1, end + 1)
        cut = space if space > 0 and not text[start:space].isspace() else end
        lines.append(text[start:cut].rstrip())
        start = cut
        while text[start : start + 1] == " ":
            start += 1
    return [*lines, text[start:]]


def _fitting(text: str, start: int, size: int) -> int:
    """Return the end of the part of a text from ``start`` that fits into ``size`` columns, at least one character."""
    taken = 0
    for index in range(start, len(text)):
        taken += width(text[index])
        if taken > size:
            return max(index, start + 1)
    return len(text)


def _as_lists(lines: Sequence[Sequence[str]], columns: int) -> str:
    """Return each row as its cells, one below the other, each after the name of its column."""
    head, *rows = lines
    printed: list[str] = []
    for row in rows:
        for name, cell in zip(head, row, strict=True):
            printed += _wrapped(f"{name}: {cell}", max(columns, 1))
        printed.append("")
    return "".join(f"{line.rstrip()}\n" for line in printed)


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
