"""The characters of XML names (XML 1.0, fifth edition, productions 4 and 4a), and sets of characters as classes."""

from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]

NAME_START: Ranges = (
    *((0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF)),
    *((0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF)),
    *((0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF)),
)
"""What begins an XML name, a colon included."""

NAME: Ranges = (*NAME_START, (0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
"""What continues an XML name."""

MAX_CODE_POINT = 0x10FFFF


def class_of(ranges: Iterable[tuple[int, int]]) -> str:
    """Return the inside of a class of Python's ``re`` for ranges of code points."""
    return "".join(f"\\U{first:08X}" + (f"-\\U{last:08X}" if last > first else "") for first, last in ranges)


def complement(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ranges of the code points that are in none of some ranges."""
    found, start = [], 0
    for first, last in sorted(ranges):
        if first > start:
            found.append((start, first - 1))
        start = max(start, last + 1)
    return [*found, (start, MAX_CODE_POINT)] if start <= MAX_CODE_POINT else found
