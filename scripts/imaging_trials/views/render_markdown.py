"""Views as Markdown."""

from imaging_trials.model import dates
from imaging_trials.views.agent_report import AgentReport
from imaging_trials.views.render_text import SourceNumbers
from rdfkit.base import visible

_SPECIAL = frozenset("\\`*_[]<>|#")


def agent_report(report: AgentReport) -> str:
    """Return an agent report as Markdown, with its sources as footnotes."""
    numbers = SourceNumbers()
    parts = [
        f"# {_escaped(report.agent.label)}",
        f"`{report.agent.curie}`, guidelines as of {dates.shown(report.as_of)}",
    ]
    for section in report.sections:
        items = [
            f"- **{_escaped(line.label)}**: {_escaped(line.text)} "
            f"{numbers.marks(line.provenance, '[^{}]', is_computed=line.is_computed)}"
            for line in section.lines
        ]
        parts += [f"## {section.title}", "\n".join(items)]
    parts.append("\n".join(f"[^{number}]: {_escaped(text)}" for text, number in numbers.listed()))
    return "\n\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in visible(text))
