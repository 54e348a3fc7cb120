"""What changed between two snapshots, in the formats of ``imt diff``; ``show_all`` prints every change."""

from imaging_trials.model import PROJECT
from rdfkit.releases import Difference, diff_json, diff_text


def text(difference: Difference, *, show_all: bool = False) -> str:
    """Return a difference as text: the changes by level and kind, and the version bump that they require."""
    return diff_text(PROJECT, difference, show_all=show_all)


def json(difference: Difference, *, show_all: bool = False) -> str:  # noqa: ARG001 - as the other format
    """Return a difference as JSON, always with every change."""
    return diff_json(difference)
