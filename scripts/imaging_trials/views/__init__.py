"""Views: what people want to know about a thing, an agent, an article or a row of an answer, as data.

Each view is a frozen dataclass with IRIs, labels, values and provenance: a `summary_card.Card`, an
`agent_report.AgentReport`, a `currency.CurrencyReport`, an `explanation.Explanation`. Views are made from the store;
the ``render_`` modules turn them into text, Markdown, JSON and RDF and read no store.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from imaging_trials.views import formats
    from imaging_trials.views.agent_report import AgentReport, find_agent, for_agent
    from imaging_trials.views.currency import CurrencyReport, CurrencyStatus, listed_articles, of_thing, release_day
    from imaging_trials.views.decay import duration
    from imaging_trials.views.explanation import Explanation, explain_row
    from imaging_trials.views.reference_currency import of_references
    from imaging_trials.views.summary_card import MAX_LINKS, Card, for_thing

__all__ = [
    "MAX_LINKS",
    "AgentReport",
    "Card",
    "CurrencyReport",
    "CurrencyStatus",
    "Explanation",
    "duration",
    "explain_row",
    "find_agent",
    "for_agent",
    "for_thing",
    "formats",
    "listed_articles",
    "of_references",
    "of_thing",
    "release_day",
]

__getattr__ = door(
    __name__,
    {
        "": ("formats",),
        "agent_report": (
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
            "MAX_LINKS",
            "for_thing",
        ),
    },
)
