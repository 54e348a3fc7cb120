"""Validation reports: what was found, and how it is written for people and for programs."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rdfkit.shacl.report.machine import as_github, as_json, as_sarif, as_triples, as_turtle
    from rdfkit.shacl.report.model import Diagnostic, Report, Result, diagnostics
    from rdfkit.shacl.report.text import lines, lines_with_snippets, summary

__all__ = [
    "Diagnostic",
    "Report",
    "Result",
    "as_github",
    "as_json",
    "as_sarif",
    "as_triples",
    "as_turtle",
    "diagnostics",
    "lines",
    "lines_with_snippets",
    "summary",
]

_MODULES = {"lines": "text", "lines_with_snippets": "text", "summary": "text"}


def __getattr__(name: str) -> object:
    """Import a name of this package when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module = _MODULES.get(name) or ("machine" if name.startswith("as_") else "model")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
