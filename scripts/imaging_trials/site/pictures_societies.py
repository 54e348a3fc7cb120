"""Societies that issue guidelines together: half of a matrix, with the names along its diagonal."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from imaging_trials.site.pictures_drawing import Box, Drawing, Legend, Line, Mark, Text, text_width
from imaging_trials.site.typography import typeset

Row = Mapping[str, str]

_CELL = 26.0
_MARGIN = 8.0
_MANY, _SEVERAL = 5, 2
"""From how many editions on a cell is drawn as dark, and as middle."""


class Pair(NamedTuple):
    """Two societies, and how many editions they issued together."""

    first: str
    second: str
    number: int


class Matrix(NamedTuple):
    """Names of societies by IRI, those with the most joint editions first, and the pairs."""

    names: dict[str, str]
    pairs: tuple[Pair, ...]


def matrix(rows: Iterable[Row]) -> Matrix:
    """Return what the rows of ``society-pairs`` say."""
    names: dict[str, str] = {}
    totals: dict[str, int] = {}
    pairs = []
    for row in rows:
        pair = Pair(row["first"], row["second"], int(row["guidelines"]))
        pairs.append(pair)
        for side in ("first", "second"):
            names.setdefault(row[side], row[f"{side}Name"])
            totals[row[side]] = totals.get(row[side], 0) + pair.number
    order = sorted(names, key=lambda iri: (-totals[iri], names[iri].casefold(), iri))
    return Matrix({iri: names[iri] for iri in order}, tuple(pairs))


def drawing(found: Matrix) -> Drawing:
    """Return the picture: a cell for each pair, with the number of editions in it."""
    place = {iri: number for number, iri in enumerate(found.names)}
    size = _CELL * len(place)
    marks: list[Mark] = []
    for iri, number in place.items():
        at, middle = number * _CELL + _MARGIN, number * _CELL + _MARGIN + _CELL / 2
        marks += [
            Line(_MARGIN, middle, at, middle, "grid"),
            Line(middle, at + _CELL, middle, size + _MARGIN, "grid"),
            Text(at + 6, middle + 4.5, typeset(found.names[iri]), "name"),
        ]
    for pair in found.pairs:
        left, top = sorted((place[pair.first], place[pair.second]))
        x, y = left * _CELL + _MARGIN, top * _CELL + _MARGIN
        names = f"{typeset(found.names[pair.first])} and {typeset(found.names[pair.second])}: {pair.number}"
        look = _look(pair.number)
        marks += [
            Box(x + 1, y + 1, _CELL - 2, _CELL - 2, f"cell{look}", names),
            Text(x + _CELL / 2, y + _CELL / 2 + 4.5, str(pair.number), f"number{look}", "middle"),
        ]
    width = max(
        (number * _CELL + 6 + text_width(typeset(found.names[iri])) for iri, number in place.items()), default=0
    )
    return Drawing(
        "societies",
        "Societies that issue guidelines together",
        _description(found),
        max(width, size) + 2 * _MARGIN,
        size + 2 * _MARGIN,
        tuple(marks),
    )


def legend() -> tuple[Legend, ...]:
    """Return what the marks mean."""
    return tuple(
        Legend((Box(8, 0, 24, 16, f"cell{look}"), Text(20, 12.5, sign, f"number{look}", "middle")), words)
        for look, sign, words in (
            ("", "1", "one edition issued together"),
            (" several", str(_SEVERAL), f"{_SEVERAL} to {_MANY - 1} editions"),
            (" many", str(_MANY), f"{_MANY} editions and more"),
        )
    )


def _look(number: int) -> str:
    return " many" if number >= _MANY else " several" if number >= _SEVERAL else ""


def _description(found: Matrix) -> str:
    if not found.pairs:
        return "No two societies issued an edition together."
    most = max(found.pairs, key=lambda one: one.number)
    return (
        f"{len(found.names)} societies along a diagonal, and a cell for each of the {len(found.pairs)} pairs that "
        f"issued an edition together. The most, {most.number}, are of {typeset(found.names[most.first])} and "
        f"{typeset(found.names[most.second])}. The table below has the same numbers."
    )
