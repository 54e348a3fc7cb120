"""A report as text for people: one line for each thing found, with the line of the file, and a summary."""

from collections.abc import Collection

from rdfkit.rdf import snippet
from rdfkit.shacl.report.model import CONTRADICTION, UNDEFINED, Report, diagnostics

MAX_RELATED_LINES = 4
"""How many related statements are shown for one diagnostic."""
MAX_UNCHECKED_SHOWN = 5

_NOUNS = {"Violation": "violation", "Warning": "warning", "Info": "remark"}


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
    """Return one line or more: whether the data conforms, what was found, how much was checked, and notes.

    ``allowed`` are the severities that leave the exit code at 0: a note says so if there are no others.
    """
    known = [(report.count(severity), noun) for severity, noun in _NOUNS.items()]
    others = len(report.results) - sum(count for count, _ in known)
    counts = [
        known[0],
        (len(report.undefined), "undefined term"),
        (len(report.contradictions), "contradiction"),
        *known[1:],
    ]
    verdict = "Conforms" if report.conforms() else "Does not conform"
    size = f"{_number(report.triples, 'triple')}, {_number(report.checked, 'node')} checked"
    found = [_number(n, noun) for n, noun in counts if n]
    found += [f"{_number(others, 'result')} of another severity"] if others else []
    text = "; ".join([", ".join(found), size]).removeprefix("; ")
    text = f"{verdict}: {text}."
    if not report.conforms() and report.conforms(allowed):
        stricter = "; --strict makes it 1 for warnings" if "Warning" in allowed else ""
        text += f"\nNo {'violation' if stricter else 'violation or warning'}, so the exit code is 0{stricter}."
    text += "".join(f"\n{note}" for note in report.notes)
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
