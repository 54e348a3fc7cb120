"""Building the graph, and validating it or users' files.

Other rooms import from here only.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from imaging_trials.build import build, report, streaming, validation

__all__ = [
    "build",
    "report",
    "streaming",
    "validation",
]

__getattr__ = door(
    __name__,
    {
        "": (
            "build",
            "report",
            "streaming",
            "validation",
        ),
    },
)
