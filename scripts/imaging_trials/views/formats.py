"""The output formats of all commands: for each kind of result, the names that ``--format`` takes and their renderers.

A renderer is named as ``module:function`` and imported when it is used, so that a command loads only the one it needs.
To add a format, write a function that takes the result and returns text, and add one line to `RENDERERS`. The
formats of answers are those of `rdfkit.sparql.results`: a format for rows is one entry of `ROWS` there.
"""

import argparse
import importlib

from rdfkit.sparql import results

TYPE_CHECKING = False  # importing typing would take 3 ms of every `imt query`
if TYPE_CHECKING:
    from collections.abc import Callable

RENDERERS = {
    "agent report": {
        "text": "imaging_trials.views.render_text:agent_report",
        "markdown": "imaging_trials.views.render_markdown:agent_report",
        "json-ld": "imaging_trials.views.render_rdf:agent_report_as_json_ld",
    },
    "answer": dict.fromkeys(results.FORMATS, "rdfkit.sparql.results:write"),
    "cards": {
        "text": "imaging_trials.views.render_text:cards",
        "ttl": "imaging_trials.views.render_rdf:cards_as_turtle",
    },
    "citations": {
        "nlm": "imaging_trials.bibliography.nlm:write",
        "bibtex": "imaging_trials.bibliography.bibtex:write",
        "ris": "imaging_trials.bibliography.ris:write",
        "csl-json": "imaging_trials.bibliography.csl:write",
        "nbib": "imaging_trials.bibliography.nbib:write",
    },
    "currency": {
        "table": "imaging_trials.views.render_text:currency",
        "csv": "imaging_trials.views.render_json:currency_as_csv",
        "json": "imaging_trials.views.render_json:currency",
    },
    "difference": {
        "text": "imaging_trials.views.render_difference:text",
        "json": "imaging_trials.views.render_difference:json",
    },
    "explanation": {
        "text": "imaging_trials.views.render_text:explanation",
        "json": "imaging_trials.views.render_json:explanation",
    },
    "mappings": {
        "table": "imaging_trials.views.render_mappings:table",
        "tsv": "imaging_trials.views.render_mappings:tsv",
        "json": "imaging_trials.views.render_mappings:json",
    },
    "validation": {
        "text": "imaging_trials.views.render_validation:text",
        "json": "imaging_trials.views.render_validation:json",
        "ttl": "imaging_trials.views.render_validation:turtle",
        "sarif": "imaging_trials.views.render_validation:sarif",
        "github": "imaging_trials.views.render_validation:github",
    },
}
"""Kind of result, name of a format, renderer. The first format of a kind is its default."""


def names(kind: str) -> tuple[str, ...]:
    """Return the names of the formats of a kind of result, the default first.

    >>> names("agent report")
    ('text', 'markdown', 'json-ld')
    """
    return tuple(RENDERERS[kind])


def add_argument(parser: "argparse._ActionsContainer", kind: str, notes: str = "") -> None:
    """Add ``--format`` with the formats of a kind of result to a parser; ``notes`` are added to its help text."""
    offered = names(kind)
    text = f"how to print (default: {offered[0]})"
    parser.add_argument("--format", choices=offered, default=offered[0], help=f"{text}; {notes}" if notes else text)


def renderer(kind: str, name: str) -> "Callable[..., str]":
    """Return the function that renders a kind of result in a format; its arguments depend on the kind."""
    module, _, function = RENDERERS[kind][name].partition(":")
    found: Callable[..., str] = getattr(importlib.import_module(module), function)
    return found


def html(name: str, view: object) -> str:
    """Return a view as HTML for notebooks, by the function of that name in `render_html`."""
    found: str = getattr(importlib.import_module("imaging_trials.views.render_html"), name)(view)
    return found
