"""A report as text for people: one line for each thing found, with the line of the file, and a summary."""

from collections.abc import Collection

from rdfkit.rdf import snippet
from rdfkit.shacl.report.model import CONTRADICTION, UNDEFINED, Report, diagnostics

MAX_RELATED_LINES = 4
"""How many related statements are shown for one diagnostic."""
MAX_UNCHECKED_SHOWN = 5


def lines(report: Report) -> list[str]:
    """Return one line for each thing found."""
    return [str(diagnostic) for diagnostic in diagnostics(report)]


def lines_with_snippets(report: Report) -> list[str]:
    """Return the lines for each thing found: the diagnostic, the line of its file with marks, and related lines."""
    without_note = {report.project.shapes + UNDEFINED, report.project.shapes + CONTRADICTION}
    found = []
    for diagnostic in diagnostics(report):
        found.append(str(diagnostic))
        if diagnostic.location:
            note = "" if diagnostic.iri in without_note else diagnostic.name
            found += snippet.marked_line(diagnostic.location, note)
            for location in diagnostic.related[:MAX_RELATED_LINES]:
                found += snippet.marked_line(location, mark="-")
    return found


def summary(report: Report, allowed: Collection[str] = ()) -> str:
    """Return one to three lines: whether the data conforms, what was found, and how much was checked.

    ``allowed`` are the severities that do not break conformance (see `Report.conforms`).
    """
    counts = [
        (report.count("Violation"), "violation"),
        (len(report.undefined), "undefined term"),
        (len(report.contradictions), "contradiction"),
        (report.count("Warning"), "warning"),
        (report.count("Info"), "remark"),
    ]
    verdict = "Conforms" if report.conforms(allowed) else "Does not conform"
    size = f"{_number(report.triples, 'triple')}, {_number(report.checked, 'node')} checked"
    text = "; ".join([", ".join(_number(n, noun) for n, noun in counts if n), size]).removeprefix("; ")
    text = f"{verdict}: {text}."
    if report.unchecked:
        more = " ..." if len(report.unchecked) > MAX_UNCHECKED_SHOWN else ""
        shown = ", ".join(report.unchecked[:MAX_UNCHECKED_SHOWN]) + more
        text += f"\nNo shape targets {_number(len(report.unchecked), 'node')}: {shown} (is the right rdf:type missing?)"
    if report.files_without_lines:
        files = ", ".join(report.files_without_lines)
        text += (
            f"\nNo line is known in {files}: lines are known for Turtle, TriG, N-Triples and N-Quads, "
            "in files that can be read twice."
        )
    return text


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
