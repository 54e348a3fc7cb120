"""Texts as people print them: the mass number of a nuclide raised, as in ¹⁸F, and a unit that stays at its number."""

import re

from imaging_trials.model import nuclide_notation

_RAISED = str.maketrans("0123456789m", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵐ")
_NUCLIDE = re.compile(r"(?<![\w.])(?:\(([0-9]{1,3}m?)\)|([0-9]{1,3}m?))([A-Z][a-z]?)(?![A-Za-z0-9_])")
_DAUGHTER = re.compile(r"(?<=\bto )([A-Z][a-z]?)-([0-9]{1,3})(m?)(?![\w-])")
_GAP_BEFORE_UNIT = re.compile(
    r"(?<=[0-9]) (?=(?:keV|MeV|MBq|GBq|mCi|mSv|Gy|mg|kg|mL|ml|mm|cm|min|s|h|d|T|%)(?![A-Za-z0-9]))"
)

NARROW_SPACE = "\u202f"
"""A narrow space at which no line breaks."""


def typeset(text: str) -> str:
    """Return a text with the mass numbers of nuclides in medical use raised, and narrow spaces before units.

    >>> typeset("[18F]FES, 99mTc-MDP, (18)F-NaF, 12 C")
    '[¹⁸F]FES, ⁹⁹ᵐTc-MDP, ¹⁸F-NaF, 12 C'
    >>> typeset("100 %, to O-18") == f"100{NARROW_SPACE}%, to ¹⁸O"
    True
    >>> typeset("909.15 keV") == f"909.15{NARROW_SPACE}keV"
    True
    """
    raised = _DAUGHTER.sub(_daughter, _NUCLIDE.sub(_with_mass_above, text))
    return _GAP_BEFORE_UNIT.sub(NARROW_SPACE, raised)


def _with_mass_above(found: "re.Match[str]") -> str:
    mass = found[1] or found[2]
    return mass.translate(_RAISED) + found[3] if mass + found[3] in nuclide_notation.MEDICAL else found[0]


def _daughter(found: "re.Match[str]") -> str:
    symbol, mass, metastable = found.groups()
    is_nuclide = nuclide_notation.is_plausible(symbol, int(mass))
    return (mass + metastable).translate(_RAISED) + symbol if is_nuclide else found[0]
