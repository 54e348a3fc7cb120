"""Validation reports in the formats of ``imt validate``; ``allowed`` severities leave the exit code at 0."""

from collections.abc import Collection

from rdfkit.shacl import Report, report


def text(found: Report, allowed: Collection[str]) -> str:
    """Return a report as text: each diagnostic with its place and a snippet, and a summary."""
    return "".join(f"{line}\n" for line in (*report.lines_with_snippets(found), report.summary(found, allowed)))


def json(found: Report, allowed: Collection[str]) -> str:  # noqa: ARG001 - as the other formats
    """Return a report as JSON."""
    return report.as_json(found)


def turtle(found: Report, allowed: Collection[str]) -> str:  # noqa: ARG001 - as the other formats
    """Return a report as a W3C validation report in Turtle."""
    return report.as_turtle(found)


def sarif(found: Report, allowed: Collection[str]) -> str:  # noqa: ARG001 - as the other formats
    """Return a report as SARIF 2.1.0, for editors."""
    return report.as_sarif(found, "imt validate")


def github(found: Report, allowed: Collection[str]) -> str:
    """Return a report as annotations of GitHub Actions."""
    return report.as_github(found, allowed)
