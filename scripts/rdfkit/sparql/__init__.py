"""SPARQL texts and saved queries: syntax, portability, results and their provenance.

Other rooms import from here only.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from rdfkit.sparql import (
        guard,
        nodes,
        parameters,
        portability,
        provenance,
        results,
        saved,
        snapshots,
        syntax,
        triple_patterns,
        xpath_regex,
    )
    from rdfkit.sparql.results import Answer
    from rdfkit.sparql.saved import SavedQuery

__all__ = [
    "Answer",
    "SavedQuery",
    "guard",
    "nodes",
    "parameters",
    "portability",
    "provenance",
    "results",
    "saved",
    "snapshots",
    "syntax",
    "triple_patterns",
    "xpath_regex",
]

__getattr__ = door(
    __name__,
    {
        "": (
            "guard",
            "nodes",
            "parameters",
            "portability",
            "provenance",
            "results",
            "saved",
            "snapshots",
            "syntax",
            "triple_patterns",
            "xpath_regex",
        ),
        "results": ("Answer",),
        "saved": ("SavedQuery",),
    },
)
