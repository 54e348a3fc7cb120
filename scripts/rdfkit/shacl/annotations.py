"""A report as other programs show it beside the lines: SARIF 2.1.0 for editors and code hosts, GitHub's annotations."""

from pathlib import Path
from typing import Any

import imaging_trials
from imaging_trials.graph.project import PROJECT
from rdfkit.rdf.turtle_locations import Place
from rdfkit.shacl.report import Entry, Report, entries, summary

_LEVELS = {"Violation": "error", "Warning": "warning"}
"""Severity and what it is called in both; anything else is a note, or a notice."""


def as_sarif(report: Report) -> str:
    """Return the report as a SARIF 2.1.0 log: one run, a rule for each shape that reports, a result for each finding.

    A column is counted in characters, and ``endColumn`` is the first one after the part that is meant (SARIF, 3.30).
    """
    import json

    found = entries(report)
    rules = {PROJECT.shorten(entry.iri): entry for entry in reversed(found)}
    numbers = {rule: number for number, rule in enumerate(sorted(rules))}
    driver = {
        "name": "imt validate",
        "version": imaging_trials.__version__,
        "informationUri": PROJECT.base,
        "rules": [_rule(rules[name]) for name in sorted(rules)],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [{"ruleIndex": numbers[PROJECT.shorten(entry.iri)], **_result(entry)} for entry in found],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(entry: Entry) -> dict[str, Any]:
    return {
        "id": PROJECT.shorten(entry.iri),
        "shortDescription": {"text": entry.name or entry.rule},
        "helpUri": entry.iri,
        "defaultConfiguration": {"level": _LEVELS.get(entry.severity, "note")},
    }


def _result(entry: Entry) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": PROJECT.shorten(entry.iri),
        "level": _LEVELS.get(entry.severity, "note"),
        "message": {"text": entry.text},
    }
    if entry.file not in {"-", ""} and not entry.file.startswith("graph:"):
        result["locations"] = [_location(entry.file, entry.place)]
    if entry.related:
        result["relatedLocations"] = [{"id": n, **_location(p.file, p)} for n, p in enumerate(entry.related)]
    return result


def _location(file: str, place: Place | None) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    if place:
        location["region"] = {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
            **({"snippet": {"text": place.text}} if place.text else {}),
        }
    return {"physicalLocation": location}


def _uri(file: str) -> str:
    """Return a file's name as a URI reference: relative where the name is."""
    from urllib.parse import quote

    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def as_github(report: Report, *, strict: bool = False) -> str:
    """Return the report as workflow commands of GitHub Actions, one a line, with the summary as the last line.

    The file's name is given as it was to the command, so it fits where that ran in the root of the repository.
    """
    commands = [
        f"::{_LEVELS.get(entry.severity, 'notice')} {_properties(entry)}::{_data(entry.text + _also(entry))}"
        for entry in entries(report)
    ]
    return "\n".join([*commands, summary(report, strict=strict)]) + "\n"


def _also(entry: Entry) -> str:
    lines = ", ".join(str(line) for line in sorted({place.line for place in entry.related}))
    return f" See also line {lines}." if lines else ""


def _properties(entry: Entry) -> str:
    said: dict[str, object] = {} if entry.file == "-" else {"file": entry.file}
    if entry.place:
        said |= {"line": entry.place.line, "endLine": entry.place.end_line, "col": entry.place.column}
        # GitHub takes columns for a part of one line only.
        said |= {"endColumn": entry.place.end_column} if entry.place.end_line == entry.place.line else {}
    said["title"] = f"{entry.rule}: {entry.name}" if entry.name else entry.rule
    return ",".join(f"{name}={_property(str(value))}" for name, value in said.items())


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
