"""Views as HTML for notebooks: tables and preformatted text, everything escaped."""

import csv
import io
from collections.abc import Sequence
from html import escape

from imaging_trials.views import render_json, render_text
from imaging_trials.views.agent_report import AgentReport
from imaging_trials.views.currency import CurrencyReport
from imaging_trials.views.explanation import Explanation
from imaging_trials.views.summary_card import Card


def card(found: Card) -> str:
    """Return a card."""
    return _text(found.thing.label, render_text.cards([found]))


def explanation(found: Explanation) -> str:
    """Return an explanation."""
    return _text(f"Row {found.row} of {found.query}", render_text.explanation(found))


def agent_report(found: AgentReport) -> str:
    """Return an agent report: a table for each section."""
    parts = [f"<h3>{escape(found.agent.label)}</h3>"]
    for section in found.sections:
        rows = [(line.label, line.text) for line in section.lines]
        parts.append(f"<h4>{escape(section.title)}</h4>{_table((), rows)}")
    return "".join(parts)


def currency(found: CurrencyReport) -> str:
    """Return a currency report: a table with a row for each finding."""
    head, *rows = csv.reader(io.StringIO(render_json.currency_as_csv(found)))
    return f"<h3>Status on {escape(found.as_of)}</h3>{_table(head, rows)}"


def _text(title: str, text: str) -> str:
    return f'<h3>{escape(title)}</h3><pre style="white-space: pre-wrap">{escape(text)}</pre>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{f'<tr>{heads}</tr>' if heads else ''}{body}</table>"
