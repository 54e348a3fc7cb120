"""The closure of a graph under rules, and the derivation of an inferred triple.

Other rooms import from here only.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from rdfkit.inference import closure, derivation, increments, roles, rules
    from rdfkit.inference.closure import Contradiction
    from rdfkit.inference.prepared import Inferences, Prepared, prepare

__all__ = [
    "Contradiction",
    "Inferences",
    "Prepared",
    "closure",
    "derivation",
    "increments",
    "prepare",
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
        "prepared": ("Inferences", "Prepared", "prepare"),
    },
)
