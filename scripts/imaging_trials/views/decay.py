"""Decay: the half-life of a radionuclide, and what is left of it after a time.

The fraction left after a time t is 2^(-t/T), T the half-life. Its standard uncertainty follows from that of the
half-life, u(T), to first order: fraction x ln 2 x t/T x u(T)/T. The time itself is taken as exact.
"""

import math
import re
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Store

from imaging_trials.graph import read as facts
from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError

_QUDT, _UNIT = PROJECT.prefixes["qudt"], PROJECT.prefixes["unit"]

UNITS = {"SEC": ("s", 1.0), "MIN": ("min", 60.0), "HR": ("h", 3600.0), "DAY": ("d", 86400.0)}
"""Local name of a QUDT unit, the sign that people write for it, and its seconds."""

_BY_SIGN = dict(UNITS.values())
_DURATION = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})\s*(s|min|h|d)", re.ASCII)


class HalfLife(NamedTuple):
    """A half-life as its data set prints it (value, uncertainty or "", unit sign), and both in seconds."""

    nuclide: NamedNode
    quantity: NamedNode
    value: str
    uncertainty: str
    unit: str
    seconds: float
    seconds_uncertainty: float | None
    data_set: str

    @property
    def words(self) -> str:
        """Return "109.77 ± 0.05 min", or "109.77 min" where no uncertainty is known."""
        return f"{self.value}{f' ± {self.uncertainty}' if self.uncertainty else ''} {self.unit}"


class Left(NamedTuple):
    """The fraction that is left after a time, its standard uncertainty or None, and the half-lives that went by."""

    fraction: float
    uncertainty: float | None
    half_lives: float


def duration(words: str) -> float:
    """Return the seconds of a time such as ``2h``, ``90 min`` or ``1.5 d``; the units are s, min, h and d.

    Raises UserError for anything else.
    """
    found = _DURATION.fullmatch(words.strip())
    if not found:
        shown = words if len(words) <= 40 else words[:37] + "..."
        raise UserError(f"{shown!r} is no time: write a number and one of s, min, h and d, for example '90 min'.")
    return float(found[1]) * _BY_SIGN[found[2]]


def left(half_life: HalfLife, seconds: float) -> Left:
    """Return what is left of a radionuclide after so many seconds (not negative)."""
    half_lives = seconds / half_life.seconds
    fraction = 2.0**-half_lives
    sigma = half_life.seconds_uncertainty
    uncertainty = None if sigma is None else fraction * math.log(2) * half_lives * sigma / half_life.seconds
    return Left(fraction, uncertainty, half_lives)


def words(rest: Left) -> str:
    """Return "46.87 ± 0.02 % (1.093 half-lives)": the fraction as exact as its uncertainty lets it be."""
    percent = 100 * rest.fraction
    if rest.uncertainty:
        # Two digits of the uncertainty, the fraction to the same place; a far smaller fraction keeps its exponent.
        places = 1 - math.floor(math.log10(100 * rest.uncertainty))
        if 0 <= places <= 8:
            number = f"{percent:.{places}f} ± {100 * rest.uncertainty:.{places}f}"
        else:
            number = f"{percent:.4g} ± {100 * rest.uncertainty:.2g}"
    else:
        number = f"{percent:.4g}"
    return f"{number} % ({rest.half_lives:.4g} half-lives)"


def nuclide_of(store: Store, thing: NamedNode) -> NamedNode | None:
    """Return the radionuclide that a thing is, or that it carries, or None."""
    if facts.is_a(store, thing, "Radionuclide"):
        return thing
    return next(iter(facts.objects(store, thing, "hasRadionuclide")), None)


def half_life(store: Store, nuclide: NamedNode) -> HalfLife | None:
    """Return the half-life of a radionuclide, or None where the graph gives none.

    Raises UserError where its number or its unit can't be read.
    """
    for quantity in facts.objects(store, nuclide, "hasHalfLife"):
        value = _number(store, quantity, "numericValue")
        uncertainty = _number(store, quantity, "standardUncertainty")
        units = [quad.object for quad in store.quads_for_pattern(quantity, NamedNode(_QUDT + "hasUnit"), None, None)]
        names = [unit.value.removeprefix(_UNIT) for unit in units if isinstance(unit, NamedNode)]
        if len(names) != 1 or names[0] not in UNITS or not value or float(value) <= 0:
            raise UserError(
                f"{PROJECT.shorten(quantity.value)} can't be read as a half-life: it needs a positive "
                f"qudt:numericValue and one qudt:hasUnit of {', '.join(f'unit:{name}' for name in UNITS)}."
            )
        sign, seconds = UNITS[names[0]]
        return HalfLife(
            nuclide,
            quantity,
            value,
            uncertainty,
            sign,
            float(value) * seconds,
            float(uncertainty) * seconds if uncertainty else None,
            facts.text(store, quantity, "dataSet"),
        )
    return None


def _number(store: Store, quantity: NamedNode, name: str) -> str:
    for quad in store.quads_for_pattern(quantity, NamedNode(_QUDT + name), None, None):
        if isinstance(quad.object, Literal):
            try:
                number = float(quad.object.value)
            except ValueError:
                return ""
            return quad.object.value if math.isfinite(number) else ""
    return ""
