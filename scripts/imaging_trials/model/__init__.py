"""The shipped graph: the project value, the terms that Python uses, and how to read the store and find things in it.

Other rooms import from here only: ``from imaging_trials.model import PROJECT, read, vocabulary``.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from imaging_trials.model import dates, identifiers, lookup, nuclide_notation, read, vocabulary
    from imaging_trials.model.project import PROJECT

__all__ = [
    "PROJECT",
    "dates",
    "identifiers",
    "lookup",
    "nuclide_notation",
    "read",
    "vocabulary",
]

__getattr__ = door(
    __name__,
    {
        "": (
            "dates",
            "identifiers",
            "lookup",
            "nuclide_notation",
            "read",
            "vocabulary",
        ),
        "project": ("PROJECT",),
    },
)
