"""What a validation found, and how it is told: lines for people, JSON, and the W3C's validation report in Turtle."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from imaging_trials import rdf, terms
from imaging_trials.gate import Finding
from imaging_trials.reason import Contradiction

Term: TypeAlias = NamedNode | BlankNode | Literal

_SH = terms.PREFIXES["sh"]
_RDF = terms.PREFIXES["rdf"]
_XSD = terms.PREFIXES["xsd"]
_TYPE = NamedNode(_RDF + "type")
_VIOLATION = _SH + "Violation"
_UNDEFINED = terms.PREFIXES["imtsh"] + "UndefinedTerm"
_CONTRADICTION = terms.PREFIXES["imtsh"] + "Contradiction"
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
    """What was checked, and everything found; results, findings and contradictions are sorted."""

    triples: int
    checked: int
    unchecked: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    undefined: tuple[Finding, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()

    def count(self, severity: str) -> int:
        """Return how many results have a severity: ``Violation``, ``Warning`` or ``Info``."""
        return sum(1 for result in self.results if result.severity == _SH + severity)

    def conforms(self, *, strict: bool = False) -> bool:
        """Tell whether there is no violation, undefined term or contradiction; with ``strict``, no warning either."""
        broken = self.count("Violation") or self.undefined or self.contradictions
        return not broken and not (strict and self.count("Warning"))


def lines(report: Report) -> list[str]:
    """Return everything found, one thing a line."""
    found = [_line(result) for result in report.results]
    found += [f"{finding}  [undefined term, Violation]" for finding in report.undefined]
    found += [f"{rdf.printable(c.message, 1000)}  [contradiction, {c.rule}]" for c in report.contradictions]
    return found


def summary(report: Report, *, strict: bool = False) -> str:
    """Return one or two lines that say whether the data conforms, and how much was looked at."""
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
    return text


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _line(result: Result) -> str:
    name = term_text(result.focus)
    node = f"{rdf.printable(result.label, 80)} ({name})" if result.label else name
    message = " / ".join(rdf.printable(text, 1000) for text in result.messages)
    details = f"path {path_text(result)}" if result.path is not None else ""
    if result.value is not None and result.value != result.focus:
        details += f"{', ' if details else ''}value {term_text(result.value)}"
    rule = f"[{term_text(result.shape)}, {result.severity.removeprefix(_SH)}]"
    return f"{result.file}: {node} — {message}{f' ({details})' if details else ''}  {rule}"


def term_text(term: Term) -> str:
    """Return a term as a person would write it in Turtle with the house prefixes, on one line and not too long."""
    if isinstance(term, NamedNode):
        short = terms.shorten(term.value)
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
        return "/".join(_path(step, described) for step in _list(node, described))
    for predicate, value in facts.items():
        if predicate == _SH + "inversePath":
            return "^" + _grouped(value, described)
        if predicate == _SH + "alternativePath":
            return "|".join(_grouped(step, described) for step in _list(value, described))
        if predicate in _REPEATED:
            return _grouped(value, described) + _REPEATED[predicate]
    return str(node)


def _grouped(node: Term, described: dict[Term, dict[str, Term]]) -> str:
    text = _path(node, described)
    return f"({text})" if isinstance(node, BlankNode) else text


def _list(node: Term, described: dict[Term, dict[str, Term]]) -> Iterable[Term]:
    while node in described and (_RDF + "first") in described[node]:
        yield described[node][_RDF + "first"]
        node = described[node][_RDF + "rest"]


def as_json(report: Report, *, strict: bool = False) -> str:
    """Return the report as JSON: terms in Turtle notation with the house prefixes."""
    import json

    results = [
        {
            "file": result.file,
            "focus": term_text(result.focus),
            "label": result.label,
            "path": None if result.path is None else path_text(result),
            "value": None if result.value is None else term_text(result.value),
            "component": terms.shorten(result.component),
            "severity": terms.shorten(result.severity),
            "shape": term_text(result.shape),
            "constraint": None if result.constraint is None else term_text(result.constraint),
            "messages": list(result.messages),
        }
        for result in report.results
    ]
    undefined = [
        {
            "where": finding.where,
            "term": terms.shorten(finding.term),
            "problem": finding.problem,
            "nearest": [terms.shorten(name) for name in finding.nearest],
            "statement": finding.statement,
        }
        for finding in report.undefined
    ]
    contradictions = [
        {"rule": entry.rule, "members": list(entry.members), "message": entry.message}
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


def as_triples(report: Report) -> list[Triple]:
    """Return the report as a W3C validation report (SHACL, section 3.6), with the same blank nodes every time.

    ``sh:conforms`` is false for a result of any severity, as SHACL has it. An undefined term and a contradiction are
    results of two constraint components of ours.
    """
    whole = BlankNode("report")
    conforms = not (report.results or report.undefined or report.contradictions)
    triples = [
        Triple(whole, _TYPE, NamedNode(_SH + "ValidationReport")),
        Triple(whole, NamedNode(_SH + "conforms"), Literal(conforms)),
    ]

    def add(focus: Term, component: str, severity: str, messages: Iterable[str], **more: Term | None) -> None:
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
            resultPath=path,
            value=result.value,
            sourceShape=result.shape,
            sourceConstraint=result.constraint,
        )
        triples.extend(described)
    for finding in report.undefined:
        focus = NamedNode(finding.subject or finding.term)
        add(focus, _UNDEFINED, _VIOLATION, [str(finding)], value=NamedNode(finding.term))
    for entry in report.contradictions:
        member = next((m for m in entry.members if ":" in m and not m.startswith('"')), "")
        iri = terms.expand(member) if member.partition(":")[0] in terms.PREFIXES else member
        focus = NamedNode(iri) if iri else NamedNode(_CONTRADICTION)
        add(focus, _CONTRADICTION, _VIOLATION, [f"{entry.message} ({entry.rule})"])
    # Those of the report first: they print as one block.
    return sorted(triples, key=lambda triple: triple.subject != whole)


def as_turtle(report: Report) -> str:
    """Return the W3C validation report in Turtle."""
    prefixes = {name: terms.PREFIXES[name] for name in ("imt", "imtsh", "sh", "xsd")}
    return (serialize(as_triples(report), format=RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()
