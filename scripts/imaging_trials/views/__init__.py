"""Views: what people want to know about a thing, an agent, an article or a row of an answer, as data.

Each view is a frozen dataclass with IRIs, labels, values and provenance: a `summary_card.Card`, an
`agent_report.AgentReport`, a `currency.CurrencyReport`, an `explanation.Explanation`. Views are made from the store;
the ``render_`` modules turn them into text, Markdown, JSON and RDF and read no store.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from imaging_trials.views import decay, formats, phrases, values
    from imaging_trials.views.agent_report import AgentReport, ReportLine, find_agent, for_agent
    from imaging_trials.views.currency import CurrencyReport, CurrencyStatus, listed_articles, of_thing, release_day
    from imaging_trials.views.decay import duration
    from imaging_trials.views.explanation import Explanation, explain_row
    from imaging_trials.views.reference_currency import of_references
    from imaging_trials.views.summary_card import MAX_LINKS, Card, CardLine, CorrectionLine, for_thing

__all__ = [
    "MAX_LINKS",
    "AgentReport",
    "Card",
    "CardLine",
    "CorrectionLine",
    "CurrencyReport",
    "CurrencyStatus",
    "Explanation",
    "ReportLine",
    "decay",
    "duration",
    "explain_row",
    "find_agent",
    "for_agent",
    "for_thing",
    "formats",
    "listed_articles",
    "of_references",
    "of_thing",
    "phrases",
    "release_day",
    "values",
]

__getattr__ = door(
    __name__,
    {
        "": (
            "decay",
            "formats",
            "phrases",
            "values",
        ),
        "agent_report": (
            "ReportLine",
            "AgentReport",
            "find_agent",
            "for_agent",
        ),
        "currency": (
            "CurrencyReport",
            "CurrencyStatus",
            "listed_articles",
            "of_thing",
            "release_day",
        ),
        "decay": ("duration",),
        "explanation": (
            "Explanation",
            "explain_row",
        ),
        "reference_currency": ("of_references",),
        "summary_card": (
            "Card",
            "CorrectionLine",
            "CardLine",
            "MAX_LINKS",
            "for_thing",
        ),
    },
)
