"""A plain text table: the same bytes on a terminal and in a pipe."""

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], noun: str = "row") -> str:
    """Return rows under a head, columns as wide as their widest cell, and below them the count of rows.

    Control characters are shown as escapes, so that a value cannot steer the terminal or break a row.
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


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes: East Asian wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
