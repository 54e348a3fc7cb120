"""Validation results and reports: what was checked, what was found, and one `Diagnostic` for each thing found."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pyoxigraph import NamedNode

from rdfkit.base import Project, namespaces, printable
from rdfkit.inference import Contradiction
from rdfkit.rdf import Location
from rdfkit.shacl.terms import PathTriple, Term, path_text, term_text
from rdfkit.shacl.undefined_terms import UndefinedTerm, sentence

_SH = namespaces.SH
UNDEFINED = "UndefinedTerm"
CONTRADICTION = "Contradiction"
"""Local names, in the project's namespace of shapes, of the two constraint components that are not SHACL's."""


@dataclass(frozen=True)
class Result:
    """One validation result (SHACL 3.6.2), with the file and the label of its focus node.

    ``path`` is a blank node if the path is more than a property; ``path_triples`` then describe it. ``constraint`` is
    the SPARQL constraint that was violated, if it is one. ``languages`` has the messages with a language, and that.
    """

    file: str
    focus: Term
    label: str
    path: Term | None
    value: Term | None
    component: str
    severity: str
    shape: Term
    constraint: Term | None
    messages: tuple[str, ...]
    path_triples: tuple[PathTriple, ...] = ()
    languages: tuple[tuple[str, str], ...] = ()

    def sort_key(self, project: Project) -> tuple[str, ...]:
        """Return the key that results are sorted by: file, focus node, then the rule."""
        parts = (self.focus, self.shape, self.constraint, self.value)
        return (self.file, *map(str, parts), self.path_text(project), self.component)

    def path_text(self, project: Project) -> str:
        """Return the path as a SPARQL property path; ``-`` if there is none."""
        return path_text(project, self.path, self.path_triples)


Found: TypeAlias = Result | UndefinedTerm | Contradiction


@dataclass(frozen=True)
class Report:
    """What was checked, and everything found, sorted.

    ``project`` gives the prefixes that the report is written with. ``triples`` and ``checked`` count the triples of the
    data and the focus nodes; ``unchecked`` lists the nodes that no shape targets. ``locations`` has, for each thing
    found, its location if that is known, and after it those of related statements. ``names`` has the sh:name of each
    shape with results, ``files_without_lines`` the files with results for which no line is known. ``notes`` are
    sentences about the shapes: what they do not check.
    """

    project: Project
    triples: int
    checked: int
    unchecked: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    undefined: tuple[UndefinedTerm, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    locations: Mapping[Found, tuple[Location, ...]] = field(default_factory=dict)
    names: Mapping[Term, str] = field(default_factory=dict)
    files_without_lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def count(self, severity: str) -> int:
        """Return the number of results with a severity: ``Violation``, ``Warning`` or ``Info``."""
        return sum(1 for result in self.results if result.severity == _SH + severity)

    def location(self, found: Found) -> Location | None:
        """Return the location of something found, or None if it is unknown."""
        return next(iter(self.locations.get(found, ())), None)

    def conforms(self, allowed: Collection[str] = ()) -> bool:
        """Return whether nothing was found, other than results with an ``allowed`` severity.

        Without ``allowed`` this is the value of sh:conforms: a result of any severity makes it false (SHACL 3.6.1.1).
        With it, it decides the exit code. An undefined term and a contradiction are never allowed.
        """
        severities = {_SH + name for name in allowed}
        return (
            not self.undefined and not self.contradictions and severities.issuperset(r.severity for r in self.results)
        )


@dataclass(frozen=True)
class Diagnostic:
    """One thing found, as it is printed: where, how severe, by which rule, what is wrong, and how to fix it.

    ``severity`` is ``Violation``, ``Warning``, ``Info`` or the IRI of another severity. ``rule`` is a CURIE or an IRI,
    ``name`` the rule's name in words. ``about`` names the node; ``message`` says what is wrong and how to fix it;
    ``details`` has path and value. ``file`` is "-" if the finding is about no file.
    """

    file: str
    location: Location | None
    severity: str
    rule: str
    iri: str
    name: str
    about: str
    message: str
    details: str = ""
    related: tuple[Location, ...] = ()

    @property
    def where(self) -> str:
        """File, line and column, as compilers write them, or the file alone."""
        at = self.location
        return f"{at.file}:{at.line}:{at.column}" if at else self.file

    @property
    def text(self) -> str:
        """What is wrong and how to fix it, without location and rule."""
        return " — ".join(filter(None, (self.about, self.message))) + (f" ({self.details})" if self.details else "")

    def __str__(self) -> str:
        """Return the diagnostic on one line."""
        return f"{self.where}: {self.text}  [{self.rule}, {self.severity}]"


def diagnostics(report: Report) -> list[Diagnostic]:
    """Return everything found, in the order of files and lines."""
    found = [_of_result(report, result) for result in report.results]
    found += [_of_undefined_term(report, term) for term in report.undefined]
    found += [_of_contradiction(report, contradiction) for contradiction in report.contradictions]
    return sorted(found, key=lambda d: (d.file, (d.location.line, d.location.column) if d.location else (0, 0)))


def _of_result(report: Report, result: Result) -> Diagnostic:
    project, location = report.project, report.location(result)
    name = term_text(project, result.focus)
    details = f"path {result.path_text(project)}" if result.path is not None else ""
    if result.value is not None and result.value != result.focus:
        details += f"{', ' if details else ''}value {term_text(project, result.value)}"
    return Diagnostic(
        file=location.file if location else result.file,
        location=location,
        severity=result.severity.removeprefix(_SH),
        rule=term_text(project, result.shape),
        iri=result.shape.value if isinstance(result.shape, NamedNode) else result.component,
        name=report.names.get(result.shape, ""),
        about=f"{printable(result.label, 80)} ({name})" if result.label else name,
        message=" / ".join(printable(text, 1000) for text in result.messages),
        details=details,
        related=report.locations.get(result, ())[1:],
    )


def _of_undefined_term(report: Report, term: UndefinedTerm) -> Diagnostic:
    location = report.location(term)
    file = location.file if location else term.where.partition(" (query of ")[0]
    if location is None and (location := _in_query(term.where)):
        file = location.file
    message = sentence(report.project, term)
    iri = report.project.shapes + UNDEFINED
    return Diagnostic(file, location, "Violation", "undefined term", iri, "every term is defined", "", message)


def _in_query(where: str) -> Location | None:
    """Return the location that ``where`` names in a saved query or a rule, as in ``queries/agents.rq:3:5``."""
    file, *position = where.rsplit(":", 2)
    if not file.endswith((".rq", ".ru")) or len(position) < 2 or not all(part.isdecimal() for part in position):
        return None
    line, column = map(int, position)
    return Location(file, line, column, line, column + 1, "")


def _of_contradiction(report: Report, contradiction: Contradiction) -> Diagnostic:
    location = report.location(contradiction)
    name = f"no contradiction by OWL 2 RL rule {contradiction.rule}"
    message = printable(contradiction.message, 1000)
    file = location.file if location else "-"
    rule = f"contradiction, {contradiction.rule}"
    return Diagnostic(file, location, "Violation", rule, report.project.shapes + CONTRADICTION, name, "", message)
