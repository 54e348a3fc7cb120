"""What a validation found, and how it is told: lines for people, JSON, and the W3C's validation report in Turtle."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from imaging_trials.graph.project import PROJECT
from rdfkit.base import namespaces
from rdfkit.inference.closure import Contradiction
from rdfkit.rdf import reading as rdf
from rdfkit.rdf import snippet as excerpt
from rdfkit.rdf.turtle_locations import Place
from rdfkit.shacl.undefined_terms import Finding

Term: TypeAlias = NamedNode | BlankNode | Literal

_SH = namespaces.SH
_RDF = namespaces.RDF
_XSD = namespaces.XSD
_TYPE = NamedNode(_RDF + "type")
_VIOLATION = _SH + "Violation"
_IMTSH = PROJECT.prefixes["imtsh"]
_UNDEFINED = _IMTSH + "UndefinedTerm"
_CONTRADICTION = _IMTSH + "Contradiction"
_IN_QUERY = re.compile(r"([^ ]+\.r[qu]):([0-9]+):([0-9]+)")
"""Where a term of a saved query or a rule stands, as the gate tells it."""
_MOST_RELATED = 4
"""How many statements that a finding also rests on are shown to people."""
_REPEATED = {_SH + "zeroOrMorePath": "*", _SH + "oneOrMorePath": "+", _SH + "zeroOrOnePath": "?"}


@dataclass(frozen=True)
class Result:
    """One validation result, as SHACL defines it (section 3.6.2), with the place and the label of its focus node.

    ``path`` is a blank node where the path is more than a property; ``path_triples`` then describe it.
    ``constraint`` is the SPARQL constraint that the shape holds, where it is one.
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
    path_triples: tuple[tuple[BlankNode, str, Term], ...] = ()

    def sort_key(self) -> tuple[str, ...]:
        """Return what results are ordered by: place, node, then the rule."""
        parts = (self.focus, self.shape, self.constraint, self.value)
        return (self.file, *map(str, parts), path_text(self), self.component)


@dataclass(frozen=True)
class Report:
    """What was checked, and everything found; results, findings and contradictions are sorted.

    ``places`` has the place of each thing found that a line is known of, and after it those of other statements that
    the finding rests on; ``names`` the sh:name of the shapes that results come from; ``unplaced`` the files with
    findings of which no line is known.
    """

    triples: int
    checked: int
    unchecked: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    undefined: tuple[Finding, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    places: Mapping[Result | Finding | Contradiction, tuple[Place, ...]] = field(default_factory=dict)
    names: Mapping[Term, str] = field(default_factory=dict)
    unplaced: tuple[str, ...] = ()

    def count(self, severity: str) -> int:
        """Return how many results have a severity: ``Violation``, ``Warning`` or ``Info``."""
        return sum(1 for result in self.results if result.severity == _SH + severity)

    def place(self, found: Result | Finding | Contradiction) -> Place | None:
        """Return the place of something found, or None where none is known."""
        return next(iter(self.places.get(found, ())), None)

    def conforms(self, *, strict: bool = False) -> bool:
        """Tell whether there is no violation, undefined term or contradiction; with ``strict``, no warning either."""
        broken = self.count("Violation") or self.undefined or self.contradictions
        return not broken and not (strict and self.count("Warning"))


@dataclass(frozen=True)
class Entry:
    """One thing found, told: where, how bad (``Violation``, ``Warning`` or ``Info``), by which rule, what, how to mend.

    ``rule`` is a CURIE or an IRI, ``name`` the rule's name in words; ``message`` says the mending and ``about`` the
    node, path and value. ``file`` is what the place's is, or "-" where no file is to blame.
    """

    file: str
    place: Place | None
    severity: str
    rule: str
    iri: str
    name: str
    about: str
    message: str
    details: str = ""
    related: tuple[Place, ...] = ()

    @property
    def where(self) -> str:
        """Return file, line and column, as compilers write them, or the file alone."""
        return f"{self.place.file}:{self.place.line}:{self.place.column}" if self.place else self.file

    @property
    def text(self) -> str:
        """Return what is wrong and how to mend it, without place and rule."""
        return " — ".join(filter(None, (self.about, self.message))) + (f" ({self.details})" if self.details else "")

    def __str__(self) -> str:
        """Return the entry on one line."""
        return f"{self.where}: {self.text}  [{self.rule}, {self.severity}]"


def entries(report: Report) -> list[Entry]:
    """Return everything found, in the order in which it stands in the files."""
    found = [_of_result(report, result) for result in report.results]
    found += [_of_finding(report, finding) for finding in report.undefined]
    found += [_of_contradiction(report, entry) for entry in report.contradictions]
    return sorted(found, key=lambda e: (e.file, (e.place.line, e.place.column) if e.place else (0, 0)))


def _of_result(report: Report, result: Result) -> Entry:
    place = report.place(result)
    name = term_text(result.focus)
    details = f"path {path_text(result)}" if result.path is not None else ""
    if result.value is not None and result.value != result.focus:
        details += f"{', ' if details else ''}value {term_text(result.value)}"
    return Entry(
        file=place.file if place else result.file,
        place=place,
        severity=result.severity.removeprefix(_SH),
        rule=term_text(result.shape),
        iri=result.shape.value if isinstance(result.shape, NamedNode) else result.component,
        name=report.names.get(result.shape, ""),
        about=f"{rdf.printable(result.label, 80)} ({name})" if result.label else name,
        message=" / ".join(rdf.printable(text, 1000) for text in result.messages),
        details=details,
        related=report.places.get(result, ())[1:],
    )


def _of_finding(report: Report, finding: Finding) -> Entry:
    place = report.place(finding)
    said = str(finding).removeprefix(f"{finding.where}: ")
    file = place.file if place else finding.where.partition(" (query of ")[0]
    if place is None and (in_query := _IN_QUERY.fullmatch(finding.where)):
        file, line, column = in_query[1], int(in_query[2]), int(in_query[3])
        place = Place(file, line, column, line, column + 1, "")
    return Entry(file, place, "Violation", "undefined term", _UNDEFINED, "every term is defined", "", said)


def _of_contradiction(report: Report, entry: Contradiction) -> Entry:
    place = report.place(entry)
    name = f"no contradiction by OWL 2 RL rule {entry.rule}"
    said = rdf.printable(entry.message, 1000)
    file = place.file if place else "-"
    return Entry(file, place, "Violation", f"contradiction, {entry.rule}", _CONTRADICTION, name, "", said)


def lines(report: Report) -> list[str]:
    """Return everything found, one thing a line."""
    return [str(entry) for entry in entries(report)]


def text(report: Report) -> list[str]:
    """Return everything found as lines for people: each with the line of its file, marked, and the rule's name."""
    found = []
    for entry in entries(report):
        found.append(str(entry))
        if entry.place:
            note = "" if entry.iri in {_UNDEFINED, _CONTRADICTION} else entry.name
            found += excerpt.excerpt(entry.place, note)
            for place in entry.related[:_MOST_RELATED]:
                found += excerpt.excerpt(place, mark="-")
    return found


def summary(report: Report, *, strict: bool = False) -> str:
    """Return one to three lines that say whether the data conforms, and how much was looked at."""
    counts = [
        (report.count("Violation"), "violation"),
        (len(report.undefined), "undefined term"),
        (len(report.contradictions), "contradiction"),
        (report.count("Warning"), "warning"),
        (report.count("Info"), "remark"),
    ]
    verdict = "Conforms" if report.conforms(strict=strict) else "Does not conform"
    size = f"{_number(report.triples, 'triple')}, {_number(report.checked, 'node')} checked"
    text = "; ".join([", ".join(_number(n, noun) for n, noun in counts if n), size]).removeprefix("; ")
    text = f"{verdict}: {text}."
    if report.unchecked:
        shown = ", ".join(report.unchecked[:5]) + (" ..." if len(report.unchecked) > 5 else "")
        noun = _number(len(report.unchecked), "node")
        text += f"\nNo shape looks at {noun}: {shown} (is its class, a term of imt:, given?)"
    if report.unplaced:
        files = ", ".join(report.unplaced)
        known = "Turtle, TriG, N-Triples and N-Quads, in files that can be read twice"
        text += f"\nNo line is known in {files}: lines are told of {known}."
    return text


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def term_text(term: Term) -> str:
    """Return a term as a person would write it in Turtle with the house prefixes, on one line and not too long."""
    if isinstance(term, NamedNode):
        short = PROJECT.shorten(term.value)
        return rdf.printable(f"<{short}>" if short == term.value else short)
    if isinstance(term, Literal):
        text = f'"{rdf.printable(term.value, 80)}"'
        if term.language:
            return f"{text}@{term.language}"
        datatype = term.datatype.value
        return text if datatype == _XSD + "string" else f"{text}^^{term_text(term.datatype)}"
    return str(term)


def path_text(result: Result) -> str:
    """Return the path of a result as a SPARQL property path with the house prefixes; ``-`` where it has none."""
    if result.path is None:
        return "-"
    described: dict[Term, dict[str, Term]] = {}
    for node, predicate, value in result.path_triples:
        described.setdefault(node, {})[predicate] = value
    return _path(result.path, described)


def _path(node: Term, described: dict[Term, dict[str, Term]]) -> str:
    if not isinstance(node, BlankNode):
        return term_text(node)
    facts = described.get(node, {})
    if (_RDF + "first") in facts:
        return "/".join(_path(step, described) for step in listed(node, described))
    for predicate, value in facts.items():
        if predicate == _SH + "inversePath":
            return "^" + _grouped(value, described)
        if predicate == _SH + "alternativePath":
            return "|".join(_grouped(step, described) for step in listed(value, described))
        if predicate in _REPEATED:
            return _grouped(value, described) + _REPEATED[predicate]
    return str(node)


def _grouped(node: Term, described: dict[Term, dict[str, Term]]) -> str:
    text = _path(node, described)
    return f"({text})" if isinstance(node, BlankNode) else text


def listed(node: Term, described: dict[Term, dict[str, Term]]) -> Iterable[Term]:
    """Yield the members of an RDF list that ``described`` spells."""
    while node in described and (_RDF + "first") in described[node]:
        yield described[node][_RDF + "first"]
        node = described[node][_RDF + "rest"]


def as_json(report: Report, *, strict: bool = False) -> str:
    """Return the report as JSON: terms in Turtle notation with the house prefixes."""
    import json

    results = [
        {
            **_place(report.place(result), result.file),
            "related": [_place(place, None) for place in report.places.get(result, ())[1:]],
            "focus": term_text(result.focus),
            "label": result.label,
            "path": None if result.path is None else path_text(result),
            "value": None if result.value is None else term_text(result.value),
            "component": PROJECT.shorten(result.component),
            "severity": PROJECT.shorten(result.severity),
            "shape": term_text(result.shape),
            "name": report.names.get(result.shape),
            "constraint": None if result.constraint is None else term_text(result.constraint),
            "messages": list(result.messages),
        }
        for result in report.results
    ]
    undefined = [
        {
            "where": finding.where,
            **_place(report.place(finding), finding.where),
            "term": PROJECT.shorten(finding.term),
            "problem": finding.problem,
            "nearest": [PROJECT.shorten(name) for name in finding.nearest],
            "statement": finding.statement,
        }
        for finding in report.undefined
    ]
    contradictions = [
        {
            **_place(report.place(entry), None),
            "rule": entry.rule,
            "members": list(entry.members),
            "message": entry.message,
        }
        for entry in report.contradictions
    ]
    whole = {
        "conforms": report.conforms(strict=strict),
        "triples": report.triples,
        "checked": report.checked,
        "unchecked": list(report.unchecked),
        "results": results,
        "undefined": undefined,
        "contradictions": contradictions,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _place(place: Place | None, file: str | None) -> dict[str, str | int | None]:
    """Return a place as members of a JSON object; ``endColumn`` is the first column after it."""
    if place is None:
        return {"file": file, "line": None, "column": None, "endLine": None, "endColumn": None}
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def as_triples(report: Report) -> list[Triple]:
    """Return the report as a W3C validation report (SHACL, section 3.6), with the same blank nodes every time.

    ``sh:conforms`` is false for a result of any severity, as SHACL has it. An undefined term and a contradiction are
    results of two constraint components of ours, and the places are told by properties of ours; shapes/report.ttl
    describes both.
    """
    whole = BlankNode("report")
    conforms = not (report.results or report.undefined or report.contradictions)
    triples = [
        Triple(whole, _TYPE, NamedNode(_SH + "ValidationReport")),
        Triple(whole, NamedNode(_SH + "conforms"), Literal(conforms)),
    ]

    def add(
        focus: Term,
        component: str,
        severity: str,
        messages: Iterable[str],
        place: dict[str, str | int | None],
        **more: Term | None,
    ) -> None:
        node = BlankNode(f"result{sum(1 for triple in triples if triple.subject == whole) - 1}")
        facts: list[tuple[str, Term | None]] = [
            ("focusNode", focus),
            ("sourceConstraintComponent", NamedNode(component)),
            ("resultSeverity", NamedNode(severity)),
            *more.items(),
            *(("resultMessage", Literal(message)) for message in messages),
        ]
        triples.append(Triple(whole, NamedNode(_SH + "result"), node))
        triples.append(Triple(node, _TYPE, NamedNode(_SH + "ValidationResult")))
        triples.extend(Triple(node, NamedNode(_SH + name), value) for name, value in facts if value is not None)
        told = ((name, value) for name, value in place.items() if value not in {None, "", "-"})
        triples.extend(Triple(node, NamedNode(_IMTSH + name), Literal(value)) for name, value in told if value)

    for result in report.results:
        number = len(triples)
        names: dict[BlankNode, BlankNode] = {}
        described = []
        for node, predicate, value in result.path_triples:
            new = names.setdefault(node, BlankNode(f"path{number}x{len(names)}"))
            if isinstance(value, BlankNode):
                names.setdefault(value, BlankNode(f"path{number}x{len(names)}"))
            term = names[value] if isinstance(value, BlankNode) else value
            described.append(Triple(new, NamedNode(predicate), term))
        path = names.get(result.path, result.path) if isinstance(result.path, BlankNode) else result.path
        add(
            result.focus,
            result.component,
            result.severity,
            result.messages,
            _place(report.place(result), result.file),
            resultPath=path,
            value=result.value,
            sourceShape=result.shape,
            sourceConstraint=result.constraint,
        )
        triples.extend(described)
    for finding in report.undefined:
        focus = NamedNode(finding.subject or finding.term)
        place = _place(report.place(finding), finding.where)
        add(focus, _UNDEFINED, _VIOLATION, [str(finding)], place, value=NamedNode(finding.term))
    for entry in report.contradictions:
        member = next((m for m in entry.members if ":" in m and not m.startswith('"')), "")
        iri = PROJECT.expand(member) if member.partition(":")[0] in PROJECT.prefixes else member
        focus = NamedNode(iri) if iri else NamedNode(_CONTRADICTION)
        place = _place(report.place(entry), None)
        add(focus, _CONTRADICTION, _VIOLATION, [f"{entry.message} ({entry.rule})"], place)
    # Those of the report first: they print as one block.
    return sorted(triples, key=lambda triple: triple.subject != whole)


def as_turtle(report: Report) -> str:
    """Return the W3C validation report in Turtle."""
    prefixes = {name: PROJECT.prefixes[name] for name in ("imt", "imtsh", "sh", "xsd")}
    return (serialize(as_triples(report), format=RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()
