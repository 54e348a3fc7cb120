"""A report for programs: JSON, the W3C validation report in RDF, SARIF 2.1.0, and annotations of GitHub Actions.

SARIF is for editors and code hosts, which show the findings next to the lines.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from rdfkit.base import Project, namespaces
from rdfkit.inference import Contradiction
from rdfkit.rdf import Location
from rdfkit.shacl.report.model import CONTRADICTION, UNDEFINED, Diagnostic, Found, Report, Result, diagnostics
from rdfkit.shacl.report.text import summary
from rdfkit.shacl.terms import Term, term_text
from rdfkit.shacl.undefined_terms import UndefinedTerm, sentence

_SH, _XSD = namespaces.SH, namespaces.XSD
_TYPE = NamedNode(namespaces.RDF + "type")
_REPORT = BlankNode("report")
_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "note"}
"""The name of a severity in SARIF; one of the user's own is an error, as for the exit code."""


def as_json(report: Report) -> str:
    """Return the report as JSON, with terms in Turtle notation and the project's prefixes."""
    import json

    project = report.project
    results = [
        {
            **_position(report, result),
            "related": [_members(location) for location in report.locations.get(result, ())[1:]],
            "focus": term_text(project, result.focus),
            "label": result.label,
            "path": None if result.path is None else result.path_text(project),
            "value": None if result.value is None else term_text(project, result.value),
            "component": project.shorten(result.component),
            "severity": project.shorten(result.severity),
            "shape": term_text(project, result.shape),
            "name": report.names.get(result.shape),
            "constraint": None if result.constraint is None else term_text(project, result.constraint),
            "messages": list(result.messages),
        }
        for result in report.results
    ]
    undefined = [
        {
            "where": term.where,
            **_position(report, term),
            "term": project.shorten(term.term),
            "problem": term.problem,
            "nearest": [project.shorten(name) for name in term.nearest],
            "statement": term.statement,
        }
        for term in report.undefined
    ]
    contradictions = [
        {
            **_position(report, contradiction),
            "rule": contradiction.rule,
            "members": list(contradiction.members),
            "message": contradiction.message,
        }
        for contradiction in report.contradictions
    ]
    whole = {
        "conforms": report.conforms(),
        "triples": report.triples,
        "checked": report.checked,
        "unchecked": list(report.unchecked),
        "notes": list(report.notes),
        "results": results,
        "undefined": undefined,
        "contradictions": contradictions,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _position(report: Report, found: Found) -> dict[str, str | int | None]:
    """Return the location of something found as members of a JSON object; only the file if no line is known."""
    location = report.location(found)
    if location:
        return _members(location)
    file = found.where if isinstance(found, UndefinedTerm) else found.file if isinstance(found, Result) else None
    return {"file": file, "line": None, "column": None, "endLine": None, "endColumn": None}


def _members(location: Location) -> dict[str, str | int | None]:
    """Return a location as members of a JSON object; ``endColumn`` is the first column after it."""
    return {
        "file": location.file,
        "line": location.line,
        "column": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    }


# The W3C validation report


def as_turtle(report: Report) -> str:
    """Return the W3C validation report in Turtle."""
    namespaces_used = (report.project.vocabulary, report.project.shapes, _SH, _XSD)
    prefixes = {prefix: iri for iri in namespaces_used for prefix, n in report.project.prefixes.items() if n == iri}
    return (serialize(as_triples(report), format=RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()


def as_triples(report: Report) -> list[Triple]:
    """Return the report as a W3C validation report (SHACL 3.6), with the same blank nodes every time.

    ``sh:conforms`` is false for a result of any severity (SHACL 3.6.1.1), an undefined term and a contradiction. The
    latter two are results of constraint components of the project's own; properties of its own give the locations.
    The triples about the report come first, so that they are printed as one block.
    """
    whole = [
        Triple(_REPORT, _TYPE, NamedNode(_SH + "ValidationReport")),
        Triple(_REPORT, NamedNode(_SH + "conforms"), Literal(report.conforms())),
    ]
    details: list[Triple] = []
    found: list[Found] = [*report.results, *report.undefined, *report.contradictions]
    for number, each in enumerate(found, 1):
        node = BlankNode(f"result{number}")
        whole.append(Triple(_REPORT, NamedNode(_SH + "result"), node))
        details.append(Triple(node, _TYPE, NamedNode(_SH + "ValidationResult")))
        if isinstance(each, Result):
            path, path_triples = _own_path(each, f"path{number}x")
            values = _values_of_result(each, path)
        else:
            path_triples = []
            values = _values_of_undefined(report, each) if isinstance(each, UndefinedTerm) else _values(report, each)
        details += (Triple(node, NamedNode(_SH + name), value) for name, value in values)
        position = _position(report, each).items()
        known = ((report.project.shapes + name, value) for name, value in position if value not in {None, "", "-"})
        details += (Triple(node, NamedNode(name), Literal(value)) for name, value in known if value)
        details += path_triples
    return whole + details


def _values_of_result(result: Result, path: Term | None) -> Iterator[tuple[str, Term]]:
    """Yield the values of a result, by the local name of SHACL's property.

    A check that is not a constraint of a shape has its component as shape.
    """
    values = {
        "focusNode": result.focus,
        "sourceConstraintComponent": NamedNode(result.component),
        "resultSeverity": NamedNode(result.severity),
        "resultPath": path,
        "value": result.value,
        "sourceShape": None if result.shape == NamedNode(result.component) else result.shape,
        "sourceConstraint": result.constraint,
    }
    yield from ((name, value) for name, value in values.items() if value is not None)
    tagged = {message for message, _ in result.languages}
    yield from (("resultMessage", Literal(message)) for message in result.messages if message not in tagged)
    yield from (("resultMessage", Literal(message, language=tag)) for message, tag in result.languages)


def _values_of_undefined(report: Report, term: UndefinedTerm) -> Iterator[tuple[str, Term]]:
    yield "focusNode", NamedNode(term.subject or term.term)
    yield "sourceConstraintComponent", NamedNode(report.project.shapes + UNDEFINED)
    yield "resultSeverity", NamedNode(_SH + "Violation")
    yield "value", NamedNode(term.term)
    yield "resultMessage", Literal(f"{term.where}: {sentence(report.project, term)}")


def _values(report: Report, contradiction: Contradiction) -> Iterator[tuple[str, Term]]:
    component = report.project.shapes + CONTRADICTION
    yield "focusNode", NamedNode(_first_iri(report.project, contradiction) or component)
    yield "sourceConstraintComponent", NamedNode(component)
    yield "resultSeverity", NamedNode(_SH + "Violation")
    yield "resultMessage", Literal(f"{contradiction.message} ({contradiction.rule})")


def _first_iri(project: Project, contradiction: Contradiction) -> str:
    """Return the first member of a contradiction that is an IRI, or nothing."""
    member = next((m for m in contradiction.members if ":" in m and not m.startswith('"')), "")
    return project.expand(member) if member.partition(":")[0] in project.prefixes else member


def _own_path(result: Result, label: str) -> tuple[Term | None, list[Triple]]:
    """Return the path of a result and the triples that describe it, with blank nodes of this result alone.

    They are numbered in order: the labels in a shapes graph differ from one reading to the next.
    """
    names: dict[Term, BlankNode] = {}

    def own(term: Term) -> Any:
        return names.setdefault(term, BlankNode(f"{label}{len(names)}")) if isinstance(term, BlankNode) else term

    triples = [Triple(own(node), NamedNode(name), own(value)) for node, name, value in result.path_triples]
    return None if result.path is None else own(result.path), triples


# SARIF


def as_sarif(report: Report, tool: str) -> str:
    """Return the report as a SARIF 2.1.0 log of a ``tool``: one run, a rule for each shape with results.

    A column is counted in characters, and ``endColumn`` is the first one after the region (SARIF 3.30).
    """
    import json

    project, found = report.project, diagnostics(report)
    rules = {project.shorten(each.iri): each for each in reversed(found)}
    numbers = {rule: number for number, rule in enumerate(sorted(rules))}
    driver = {
        "name": tool,
        "version": project.version,
        "informationUri": project.base,
        "rules": [_sarif_rule(name, rules[name]) for name in sorted(rules)],
    }
    results = []
    for each in found:
        rule = project.shorten(each.iri)
        results.append({"ruleIndex": numbers[rule], "ruleId": rule, **_sarif_result(each)})
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _level(diagnostic: Diagnostic) -> str:
    return _LEVELS.get(diagnostic.severity, "error")


def _sarif_rule(name: str, diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": diagnostic.name or diagnostic.rule},
        "helpUri": diagnostic.iri,
        "defaultConfiguration": {"level": _level(diagnostic)},
    }


def _sarif_result(diagnostic: Diagnostic) -> dict[str, Any]:
    result: dict[str, Any] = {
        "level": _level(diagnostic),
        "message": {"text": diagnostic.text},
    }
    if diagnostic.file not in {"-", ""} and not diagnostic.file.startswith("graph:"):
        result["locations"] = [_sarif_location(diagnostic.file, diagnostic.location)]
    if diagnostic.related:
        result["relatedLocations"] = [{"id": n, **_sarif_location(p.file, p)} for n, p in enumerate(diagnostic.related)]
    return result


def _sarif_location(file: str, location: Location | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    if location:
        physical["region"] = {
            "startLine": location.line,
            "startColumn": location.column,
            "endLine": location.end_line,
            "endColumn": location.end_column,
            **({"snippet": {"text": location.text}} if location.text else {}),
        }
    return {"physicalLocation": physical}


def _uri(file: str) -> str:
    """Return a file name as a URI reference: relative if the name is."""
    from urllib.parse import quote

    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


# GitHub Actions


def as_github(report: Report, allowed: Collection[str] = ()) -> str:
    """Return the report as workflow commands of GitHub Actions, one a line, with the summary as the last line.

    A file is named as it was given to the command: the annotations find it if that ran in the root of the repository.
    """
    commands = [
        f"::{_level(each).replace('note', 'notice')} {_properties(each)}::{_data(each.text + _see_also(each))}"
        for each in diagnostics(report)
    ]
    return "\n".join([*commands, summary(report, allowed)]) + "\n"


def _see_also(diagnostic: Diagnostic) -> str:
    lines = ", ".join(str(line) for line in sorted({location.line for location in diagnostic.related}))
    return f" See also line {lines}." if lines else ""


def _properties(diagnostic: Diagnostic) -> str:
    values: dict[str, object] = {} if diagnostic.file == "-" else {"file": diagnostic.file}
    if at := diagnostic.location:
        values |= {"line": at.line, "endLine": at.end_line, "col": at.column}
        # GitHub takes columns only for a part of one line.
        values |= {"endColumn": at.end_column} if at.end_line == at.line else {}
    values["title"] = f"{diagnostic.rule}: {diagnostic.name}" if diagnostic.name else diagnostic.rule
    return ",".join(f"{name}={_property(str(value))}" for name, value in values.items())


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
