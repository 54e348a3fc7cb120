"""SHACL: validation by two engines, reports, the location of each result, and undefined terms.

`validate` runs an engine on a `ValidationInput`. A `report.Report` collects what was found; `locate` adds the lines of
the files; the package `report` writes it. `undefined_terms` finds the misspelled IRIs that no shape notices.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rdfkit.shacl import report, undefined_terms
    from rdfkit.shacl.locating.places import Source, locate
    from rdfkit.shacl.terms import Term, term_text
    from rdfkit.shacl.validation import ENGINES, ValidationInput, validate

__all__ = [
    "ENGINES",
    "Source",
    "Term",
    "ValidationInput",
    "locate",
    "report",
    "term_text",
    "undefined_terms",
    "validate",
]

_MODULES = {"Source": "locating.places", "Term": "terms", "locate": "locating.places", "term_text": "terms"}
"""The module of each name; the others are in ``validation``."""


def __getattr__(name: str) -> object:
    """Import a name of this room when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    if name in {"report", "undefined_terms"}:
        return importlib.import_module(f"{__name__}.{name}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES.get(name, 'validation')}"), name)
