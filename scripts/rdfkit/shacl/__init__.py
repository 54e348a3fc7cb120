"""SHACL: validation by two engines, reports, the location of each result, and undefined terms.

`validate` runs an engine on a `ValidationInput`. A `report.Report` collects what was found; `locate` adds the lines of
the files; the package `report` writes it. `undefined_terms` finds the misspelled IRIs that no shape notices.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from rdfkit.shacl import constraint_queries, linking, reach, report, undefined_terms
    from rdfkit.shacl.locating.places import Source, locate
    from rdfkit.shacl.report.model import Report
    from rdfkit.shacl.terms import Term, term_text
    from rdfkit.shacl.validation import ENGINES, ValidationInput, judge, validate

__all__ = [
    "ENGINES",
    "Report",
    "Source",
    "Term",
    "ValidationInput",
    "constraint_queries",
    "judge",
    "linking",
    "locate",
    "reach",
    "report",
    "term_text",
    "undefined_terms",
    "validate",
]

__getattr__ = door(
    __name__,
    {
        "": (
            "constraint_queries",
            "linking",
            "reach",
            "report",
            "undefined_terms",
        ),
        "locating.places": (
            "Source",
            "locate",
        ),
        "report.model": ("Report",),
        "terms": (
            "Term",
            "term_text",
        ),
        "validation": (
            "ENGINES",
            "ValidationInput",
            "judge",
            "validate",
        ),
    },
)
