"""Validated files with the places that are expected, marked in their text."""

from pathlib import Path

import rdflib

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.rdf.turtle_locations import Location
from rdfkit.shacl import report

IMTSH = rdflib.Namespace(PROJECT.shapes)
PREFIXES = "".join(
    f"@prefix {p}: <{PROJECT.prefixes[p]}> .\n" for p in ("imt", "rdf", "rdfs", "sh", "skos", "xsd", "agent")
)
PREFIXES += "@prefix ex: <http://example.org/> .\n"

Span = tuple[int, int, int, int]
"""First line and column, last line, and the first column after it."""


def marked(text: str) -> tuple[str, list[Span]]:
    """Return a text without its marks ``⟦ ⟧``, and the span of each marked part, in order."""
    places = []
    while (start := text.find("⟦")) >= 0:
        end = text.index("⟧")
        text = text[:start] + text[start + 1 : end] + text[end + 1 :]
        before, until = text[:start], text[: end - 1]
        line = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        places.append((*line, until.count("\n") + 1, len(until) - until.rfind("\n")))
    return text, places


def span(location: Location | None) -> Span | None:
    """Return the span of a location."""
    return (location.line, location.column, location.end_line, location.end_column) if location else None


def spans(found: report.Report) -> list[Span | None]:
    """Return the span of each diagnostic."""
    return [span(diagnostic.location) for diagnostic in report.diagnostics(found)]


def of_own_shapes(folder: Path, shape: str, data: str, engine: str = "auto") -> report.Report:
    """Return the report on data by shapes, both in Turtle."""
    (folder / "shapes.ttl").write_text(PREFIXES + shape, encoding="utf-8")
    (folder / "mine.ttl").write_text(data, encoding="utf-8")
    return validation.validate_files_by_shapes([folder / "mine.ttl"], [folder / "shapes.ttl"], engine=engine)


SHAPE = (
    "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:s . "
    "ex:s sh:path ex:p ; sh:datatype xsd:string ; sh:name 'a text' ; sh:message 'Write 100 % text.' ."
)
A, T, P, TYPE = (f"<{iri}>" for iri in (*(f"http://example.org/{name}" for name in "aTp"), PROJECT.expand("rdf:type")))
ONE = f'⟦"1"^^<{PROJECT.expand("xsd:integer")}>⟧'
SAME = {
    "ttl": f"{A} a {T} ;\n\t{P} ⟦1⟧ .",
    "trig": f"<urn:g> {{\n{A} a {T} . }}\n{{ {A} {P} ⟦1⟧ }}",
    "nt": f"{A} {TYPE} {T} .\n{A} {P} {ONE} .",
    "nq": f"{A} {TYPE} {T} <urn:g> .\n\n{A} {P} {ONE} <urn:g> .",
}


def of_file(folder: Path, name: str, data: bytes) -> report.Report:
    """Return the report on a file by `SHAPE`."""
    (folder / "shapes.ttl").write_text(PREFIXES + SHAPE, encoding="utf-8")
    (folder / name).write_bytes(data)
    return validation.validate_files_by_shapes([folder / name], [folder / "shapes.ttl"])
