"""Decay curves of the radionuclides: a row for each, over one axis of time that is logarithmic."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from imaging_trials.model import PROJECT
from imaging_trials.site.pictures_drawing import Drawing, Legend, Line, Mark, Path, Text, text_width
from imaging_trials.site.typography import NARROW_SPACE, typeset
from imaging_trials.views import decay
from rdfkit.base import UserError

Row = Mapping[str, str]

TIMES = ((3600, "1 h"), (6 * 3600, "6 h"), (86400, "1 d"), (7 * 86400, "7 d"))
"""Seconds and words of the times for which the table says what remains."""

_TICKS = (
    (1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"), (21600, "6 h"), (86400, "1 d"),
    (604800, "7 d"), (2592000, "30 d"), (8640000, "100 d"), (31557600, "1 a"), (315576000, "10 a"),
)  # fmt: skip
WIDTH, NARROW_WIDTH = 800.0, 326.0
"""Widths of the picture in units: for most windows, and for a phone."""

_LEFT, _RIGHT = 160.0, 28.0
_NARROW_LEFT, _NARROW_RIGHT = 132.0, 12.0
_HEAD, _FOOT = 46.0, 26.0
_ROW, _CURVE = 44.0, 34.0
_PER_DECADE = 12
_NOTHING = 0.002
_BEFORE, _AFTER = 10.0, 8.0
"""What the axis holds around the half-lives, as factors: a tenth of the shortest, and eight times the longest."""


class Nuclide(NamedTuple):
    """A nuclide with its half-life: number, uncertainty and unit as the data set prints them, and seconds."""

    iri: str
    notation: str
    value: str
    uncertainty: str
    unit: str
    seconds: float
    source: str

    def remaining(self, seconds: float) -> float:
        """Return the fraction that remains after a time."""
        return math.pow(2.0, -seconds / self.seconds)


def nuclides(rows: Iterable[Row]) -> list[Nuclide]:
    """Return what the rows of ``half-lives`` say, the shortest half-life first.

    Raises UserError for a unit that is not one of `decay.UNITS`, and for a half-life that is no positive number.
    """
    found = []
    for row in rows:
        unit = row["unit"].removeprefix(PROJECT.prefixes["unit"])
        if unit not in decay.UNITS or not 0 < float(row["halfLife"]) < math.inf:
            raise UserError(
                f"The half-life of {PROJECT.shorten(row['radionuclide'])} cannot be drawn: give it a positive number "
                f"and one of {', '.join(f'unit:{name}' for name in decay.UNITS)}."
            )
        symbol, seconds = decay.UNITS[unit]
        found.append(
            Nuclide(
                row["radionuclide"], row["notation"], row["halfLife"], row["uncertainty"], symbol,
                float(row["halfLife"]) * seconds, row["sourceName"],
            )
        )  # fmt: skip
    return sorted(dict.fromkeys(found), key=lambda one: (one.seconds, one.iri, one.source))


def drawing(found: list[Nuclide], width: float = WIDTH) -> Drawing:
    """Return the picture: in each row the fraction that remains falls from all to nothing from left to right."""
    first, last = _limits(found)
    bottom = _HEAD + _ROW * len(found)
    left, right = (_LEFT, width - _RIGHT) if width == WIDTH else (_NARROW_LEFT, width - _NARROW_RIGHT)

    def x(seconds: float) -> float:
        share = (math.log10(seconds) - first) / (last - first)
        return left + share * (right - left)

    marks: list[Mark] = [Text(left, 14, "time, logarithmic", "tick")]
    free = left
    for seconds, words in _TICKS:
        at, half = x(seconds), text_width(words) / 2
        if first <= math.log10(seconds) <= last and free <= at - half and at + half <= width:
            free = at + half + 6
            marks.append(Line(at, _HEAD - 4, at, bottom, "grid"))
            ticks = (_HEAD - 10, bottom + 18)
            marks += [Text(at, y, words.replace(" ", NARROW_SPACE), "tick", "middle") for y in ticks]
    steps = round((last - first) * _PER_DECADE)
    times = [10 ** (first + place * (last - first) / steps) for place in range(steps + 1)]
    for place, one in enumerate(found):
        base = _HEAD + _ROW * (place + 1)
        curve = tuple((x(time), base - _CURVE * one.remaining(time)) for time in _telling(times, one))
        middle = x(one.seconds)
        marks += [
            Path(((left, base), *curve, (right, base)), "curve"),
            Line(middle, base, middle, base - _CURVE / 2, "half"),
            Line(left, base, right, base, "base"),
            Text(48, base - 10, typeset(one.notation), "name", "end"),
            Text(58, base - 10, f"{one.value}{NARROW_SPACE}{one.unit}", "tick"),
        ]
    return Drawing(
        "decay" if width == WIDTH else "decay-narrow",
        "Decay curves of the radionuclides",
        _description(found),
        width,
        bottom + _FOOT,
        tuple(marks),
    )


def legend() -> tuple[Legend, ...]:
    """Return what the marks mean."""
    curve = ((0.0, 2.0), (12.0, 3.0), (20.0, 8.0), (28.0, 14.0), (40.0, 15.0))
    return (
        Legend(
            (Path(((0, 16), *curve), "curve"),),
            "what remains, from all (the full height) to nothing (the line)",
        ),
        Legend((Line(20, 16, 20, 4, "half"),), "the half-life, after which a half remains"),
    )


def percent(fraction: float) -> str:
    """Return a fraction in percent with three digits; "less than 0.01 %" for what is smaller."""
    if fraction < 0.0001:
        return f"less than 0.01{NARROW_SPACE}%"
    value = 100 * fraction
    return f"{value:.{2 if value < 10 else 1}f}{NARROW_SPACE}%"


def _telling(times: list[float], one: Nuclide) -> list[float]:
    """Return the times without those in a row of which all or nothing remains, as far as a picture shows it."""
    found = [time for time in times if _NOTHING < one.remaining(time) < 1 - _NOTHING]
    return [times[0], *found] if times[0] not in found else found


def _limits(found: list[Nuclide]) -> tuple[float, float]:
    """Return where the axis begins and ends, as logarithms of seconds."""
    shortest = min((one.seconds for one in found), default=60.0)
    longest = max((one.seconds for one in found), default=60.0)
    return math.floor(2 * math.log10(shortest / _BEFORE)) / 2, math.ceil(2 * math.log10(longest * _AFTER)) / 2


def _description(found: list[Nuclide]) -> str:
    if not found:
        return "No half-life is known."
    first, last = found[0], found[-1]
    return (
        f"A row for each of {len(found)} radionuclides, with the fraction that remains over a logarithmic axis of "
        f"time. The half-lives reach from {first.value} {first.unit} ({typeset(first.notation)}) to {last.value} "
        f"{last.unit} ({typeset(last.notation)}). The table below has the numbers."
    )
