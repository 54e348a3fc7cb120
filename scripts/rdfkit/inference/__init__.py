"""The closure of a graph under rules, and the derivation of an inferred triple.

Other rooms import from here only.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from rdfkit.inference import closure, derivation, increments, roles, rules
    from rdfkit.inference.closure import Contradiction

__all__ = [
    "Contradiction",
    "closure",
    "derivation",
    "increments",
    "roles",
    "rules",
]

__getattr__ = door(
    __name__,
    {
        "": (
            "closure",
            "derivation",
            "increments",
            "roles",
            "rules",
        ),
        "closure": ("Contradiction",),
    },
)
