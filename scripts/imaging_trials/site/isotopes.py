"""Nuclides as people print them: the mass number raised, as in ¹⁸F."""

import re

from imaging_trials.model import nuclide_notation

_RAISED = str.maketrans("0123456789m", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵐ")
_NUCLIDE = re.compile(r"(?<![\w.])(?:\(([0-9]{1,3}m?)\)|([0-9]{1,3}m?))([A-Z][a-z]?)(?![A-Za-z0-9_])")


def raised(text: str) -> str:
    """Return a text with the mass numbers of nuclides in medical use raised.

    >>> raised("[18F]FES, 99mTc-MDP, (18)F-NaF, 12 C")
    '[¹⁸F]FES, ⁹⁹ᵐTc-MDP, ¹⁸F-NaF, 12 C'
    """
    return _NUCLIDE.sub(_with_raised_mass, text)


def _with_raised_mass(found: "re.Match[str]") -> str:
    mass = found[1] or found[2]
    return mass.translate(_RAISED) + found[3] if mass + found[3] in nuclide_notation.MEDICAL else found[0]
