"""Decay: the half-life of a radionuclide, and its activity that remains after a time.

After a time t the fraction 2^(-t/T) remains, where T is the half-life. Its standard uncertainty follows from that of
the half-life, u(T), to first order: fraction x ln 2 x t/T x u(T)/T. The time itself is taken as exact.
"""

import math
import re
from dataclasses import dataclass

from pyoxigraph import NamedNode, Store

from imaging_trials.model import PROJECT, read, vocabulary
from rdfkit.base import UserError

_UNIT = PROJECT.prefixes["unit"]

UNITS = {"SEC": ("s", 1.0), "MIN": ("min", 60.0), "HR": ("h", 3600.0), "DAY": ("d", 86400.0)}
"""Local name of a QUDT unit, its symbol, and its seconds."""

_SECONDS = dict(UNITS.values())
_DURATION = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})\s*(s|min|h|d)", re.ASCII)
_MAX_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class HalfLife:
    """A half-life: ``value`` and ``uncertainty`` ("" if unknown) as its data set prints them, and both in seconds."""

    nuclide: NamedNode
    quantity: NamedNode
    value: str
    uncertainty: str
    unit: str
    seconds: float
    seconds_uncertainty: float | None
    data_set: str

    @property
    def text(self) -> str:
        """The value with its uncertainty and unit: "109.77 ± 0.05 min", or "109.77 min" if that is all we know."""
        return f"{self.value}{f' ± {self.uncertainty}' if self.uncertainty else ''} {self.unit}"


@dataclass(frozen=True)
class RemainingActivity:
    """The fraction of the activity that remains, its standard uncertainty or None, and the time in half-lives."""

    fraction: float
    uncertainty: float | None
    half_lives: float

    @property
    def text(self) -> str:
        """The fraction in percent, rounded to its uncertainty: "46.872 ± 0.016 % (1.093 half-lives)"."""
        percent = 100 * self.fraction
        number = f"{percent:.4g}"
        if self.uncertainty:
            # Two digits of the uncertainty, and the fraction to the same place; with an exponent if it is very small.
            places = 1 - math.floor(math.log10(100 * self.uncertainty))
            if 0 <= places <= 8:
                number = f"{percent:.{places}f} ± {100 * self.uncertainty:.{places}f}"
            else:
                number = f"{percent:.4g} ± {100 * self.uncertainty:.2g}"
        return f"{number} % ({self.half_lives:.4g} half-lives)"


def duration(words: str) -> float:
    """Return the seconds of a time such as ``2h``, ``90 min`` or ``1.5 d``; the units are s, min, h and d.

    Raises UserError for anything else.

    >>> duration("90 min")
    5400.0
    """
    found = _DURATION.fullmatch(words.strip())
    if not found:
        shown = words if len(words) <= _MAX_SHOWN_CHARACTERS else f"{words[: _MAX_SHOWN_CHARACTERS - 3]}..."
        raise UserError(f"{shown!r} is not a time: write a number and one of s, min, h and d, for example '90 min'.")
    return float(found[1]) * _SECONDS[found[2]]


def remaining(half_life: HalfLife, seconds: float) -> RemainingActivity:
    """Return the activity of a radionuclide that remains after a number of seconds (not negative)."""
    half_lives = seconds / half_life.seconds
    fraction = 2.0**-half_lives
    sigma = half_life.seconds_uncertainty
    uncertainty = None if sigma is None else fraction * math.log(2) * half_lives * sigma / half_life.seconds
    return RemainingActivity(fraction, uncertainty, half_lives)


def nuclide_of(store: Store, thing: NamedNode) -> NamedNode | None:
    """Return a radionuclide itself, or the radionuclide of an agent, or None for other things."""
    if read.is_a(store, thing, vocabulary.RADIONUCLIDE):
        return thing
    return next(iter(read.objects(store, thing, vocabulary.HAS_RADIONUCLIDE)), None)


def half_life(store: Store, nuclide: NamedNode) -> HalfLife | None:
    """Return the half-life of a radionuclide, or None if the graph has none.

    Raises UserError if its number or its unit cannot be read.
    """
    for quantity in read.objects(store, nuclide, vocabulary.HAS_HALF_LIFE):
        value = _number(store, quantity, vocabulary.NUMERIC_VALUE)
        uncertainty = _number(store, quantity, vocabulary.STANDARD_UNCERTAINTY)
        units = [unit.value.removeprefix(_UNIT) for unit in read.objects(store, quantity, vocabulary.HAS_UNIT)]
        if len(units) != 1 or units[0] not in UNITS or not value or float(value) <= 0:
            raise UserError(
                f"{PROJECT.shorten(quantity.value)} cannot be read as a half-life: give it one positive "
                f"qudt:numericValue and one qudt:hasUnit of {', '.join(f'unit:{name}' for name in UNITS)}."
            )
        symbol, seconds = UNITS[units[0]]
        return HalfLife(
            nuclide,
            quantity,
            value,
            uncertainty,
            symbol,
            float(value) * seconds,
            float(uncertainty) * seconds if uncertainty else None,
            read.text(store, quantity, vocabulary.DATA_SET),
        )
    return None


def branch_details(store: Store, branch: NamedNode) -> str:
    """Return the share and the daughter of a decay branch, such as "61.52 %, to Ni-64", or "" if it has neither."""
    percent = _number(store, branch, vocabulary.BRANCHING_PERCENT)
    daughter = read.text(store, branch, vocabulary.DAUGHTER)
    return ", ".join(part for part in (percent and f"{percent} %", daughter and f"to {daughter}") if part)


def emission_details(store: Store, emission: NamedNode) -> str:
    """Return energy and yield for 100 decays of an emission: "mean 249.8 keV, 96.73 %", or "" if it has neither."""
    energy = _number(store, emission, vocabulary.ENERGY_KEV)
    mean = "mean " if read.text(store, emission, vocabulary.IS_MEAN_ENERGY) == "true" else ""
    share = _number(store, emission, vocabulary.YIELD_PERCENT)
    return ", ".join(part for part in (energy and f"{mean}{energy} keV", share and f"{share} %") if part)


def _number(store: Store, quantity: NamedNode, name: NamedNode) -> str:
    """Return the number that a property has as the graph writes it, or "" if it is not a finite number."""
    value = read.text(store, quantity, name)
    try:
        return value if math.isfinite(float(value)) else ""
    except ValueError:
        return ""
