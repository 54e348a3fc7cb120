"""Which line of a file a finding is about: results of shapes, undefined terms, contradictions.

A result names a focus node, a path, a value and a constraint. Its place is the triple that says the value; where there
is one value too many, the first that is too many; where something is missing, the first mention of the focus node as a
subject.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from imaging_trials.graph.project import PROJECT
from rdfkit.inference.closure import Contradiction
from rdfkit.rdf import reading as rdf
from rdfkit.rdf import turtle_locations as positions
from rdfkit.shacl.constraint_provenance import Culprits, Facts
from rdfkit.shacl.path_tracing import Described, Spot, Trail
from rdfkit.shacl.report import Report, Result, Term
from rdfkit.shacl.undefined_terms import Finding

_SH, _RDF, _RDFS = (PROJECT.prefixes[prefix] for prefix in ("sh", "rdf", "rdfs"))
_MISSING = {"MinCount", "QualifiedMinCount", "HasValue"}
_TOO_MANY = {"MaxCount", "QualifiedMaxCount"}
_LOGICAL = {"Not", "Or", "Xone", "And", "Node"}


@dataclass(frozen=True)
class Source:
    """A file that was read: its name in the report, its syntax, and its triples as the validation knows them."""

    name: str
    path: Path
    syntax: str
    quads: Sequence[Quad]


def located(report: Report, sources: Iterable[Source], shipped: Store, shapes: Iterable[Quad]) -> Report:
    """Return the report with the place of each thing found that stands in one of the sources, and the rules' names.

    ``shipped`` is the graph that the sources were validated with. Nothing is looked at where nothing was found. Of a
    source in a syntax without lines, or that is no longer what was validated, no place is told.
    """
    entries: list[Result | Finding | Contradiction] = [*report.results, *report.undefined, *report.contradictions]
    if not entries:
        return report
    sources = list(sources)
    quads = [source.quads for source in sources]
    facts: Facts = {}
    for quad in shapes:
        facts.setdefault(quad.subject, {}).setdefault(quad.predicate.value, []).append(quad.object)
    trail = Trail(quads, shipped)
    culprits = Culprits(quads, shipped, facts, trail)
    spots: dict[Result | Finding | Contradiction, list[Spot | None]] = {}
    for entry in entries:
        if isinstance(entry, Result):
            spots[entry] = [*(culprits.of(entry) or _of_result(entry, trail, facts))]
        elif isinstance(entry, Finding):
            spots[entry] = [_of_finding(entry, sources)]
        else:
            spots[entry] = [_of_contradiction(entry, trail, shipped)]
    places: dict[Spot, positions.Place] = {}
    unplaced = []
    for number, source in enumerate(sources):
        wanted = {spot for found in spots.values() for spot in found if spot and spot.source == number}
        placed = _places(source, wanted)
        places |= placed
        unplaced += [source.name] if wanted and not placed else []
    return replace(
        report,
        places={
            entry: tuple(places[spot] for spot in dict.fromkeys(found) if spot in places)
            for entry, found in spots.items()
        },
        unplaced=tuple(unplaced),
        names={result.shape: _name(facts.get(result.shape, {})) for result in report.results},
    )


def _places(source: Source, spots: set[Spot]) -> dict[Spot, positions.Place]:
    """Return where spots of one source are written; nothing where its text does not hold the triples that were read."""
    if not spots or source.syntax not in positions.SYNTAXES:
        return {}
    try:
        text = source.path.read_bytes().decode("utf-8-sig")
        statements = _statements(text, source, {spot.number for spot in spots})
    except (OSError, ValueError):  # moved, changed, or a stream that can be read once only
        return {}
    lines = positions.Lines(text)
    found = {}
    for spot in spots:
        statement = statements[spot.number]
        _, start, end = getattr(statement, "object" if spot.part == "datatype" else spot.part)
        if spot.part == "datatype":
            start = max(start, text.rfind("^^", start, end) + 2)
        found[spot] = lines.place(source.name, start, end)
    return found


def _statements(text: str, source: Source, wanted: set[int]) -> dict[int, positions.Statement]:
    """Return the statements of these numbers; raises ValueError where text and triples that were read differ."""
    twins: dict[BlankNode, Any] = {}
    found = {}
    statements = positions.scan(text, source.syntax, rdf.file_base(source.path))
    for number, (statement, quad) in enumerate(zip(statements, source.quads, strict=True)):
        for node, term in zip(statement[:3], (quad.subject, quad.predicate, quad.object), strict=True):
            is_same = (
                twins.setdefault(node.term, term) == term if isinstance(node.term, BlankNode) else node.term == term
            )
            if not is_same:
                raise ValueError(f"triple {number} is another one than was read")
        if number in wanted:
            found[number] = statement
            if len(found) == len(wanted):
                break
    return found


def _of_result(result: Result, trail: Trail, shapes: Facts) -> list[Spot | None]:
    """Return the spot that a result means, and then others that it is about, too."""
    kind = result.component.removeprefix(_SH).removesuffix("ConstraintComponent")
    subject = trail.mention(result.focus)
    if kind in _MISSING:
        return [subject]
    described: Described = {}
    for node, predicate, value in result.path_triples:
        described.setdefault(node, {})[predicate] = value
    said = trail.along(result.focus, result.path, described) if result.path else []
    if kind in _TOO_MANY:
        return [*_too_many(said, _limit(shapes.get(result.shape, {})))] or [subject]
    if kind == "UniqueLang":
        return [*_of_one_language(said)] or [subject]
    exact = next((spot for value, spot in said if value == result.value), None)
    if exact:
        return [exact._replace(part="predicate") if kind == "Closed" else exact]
    first = said[0][1] if said else None
    if result.path is None and kind in _LOGICAL:
        names = _looked_at(result.shape, shapes)
        seen = [spot for spot, quad in trail.about(result.focus) if quad.predicate.value in names]
        return [*seen, subject] if kind == "Not" else [subject, *seen]
    between = None if result.value in {None, result.focus} else _between(result.focus, result.value, trail)
    return [between or first or subject]


def _looked_at(shape: Any, shapes: Facts) -> set[str]:
    """Return the properties of a node that a shape joined from others looks at."""
    names: set[str] = set()
    waiting, done = [shape], set[Any]()
    while waiting:
        node = waiting.pop()
        if node in done:
            continue
        done.add(node)
        facts = shapes.get(node, {})
        paths = facts.get(_SH + "path", ())
        names |= {path.value for path in paths if isinstance(path, NamedNode)}
        names |= {_RDF + "type"} if _SH + "class" in facts and not paths else set()
        if not paths:
            waiting += [value for name in ("property", "node", "not") for value in facts.get(_SH + name, ())]
            heads = [head for name in ("or", "xone", "and") for head in facts.get(_SH + name, ())]
            # The nodes of a list have their members, and the nodes after them.
            waiting += [*heads, *facts.get(_RDF + "first", ()), *facts.get(_RDF + "rest", ())]
    return names


def _too_many(said: list[tuple[Term, Spot]], limit: int) -> list[Spot]:
    """Return the first value over the limit in the order of the files, or the last of fewer, and the other values."""
    firsts: dict[Term, Spot] = {}
    for value, spot in sorted(said, key=lambda found: found[1]):
        firsts.setdefault(value, spot)
    spots = list(firsts.values())
    return [*spots[limit:], *spots[:limit]] if len(spots) > limit else spots[::-1]


def _of_one_language(said: list[tuple[Term, Spot]]) -> list[Spot]:
    """Return the second text of the first language that has two, and its first."""
    firsts: dict[str, Spot] = {}
    for value, spot in sorted(said, key=lambda found: found[1]):
        if isinstance(value, Literal) and value.language:
            if value.language in firsts:
                return [spot, firsts[value.language]]
            firsts[value.language] = spot
    return []


def _between(focus: Any, value: Any, trail: Trail) -> Spot | None:
    """Return the triple that says a value of a focus node, or else that says the focus node of the value."""
    said = [spot for spot, quad in trail.about(focus) if quad.object == value]
    said += [spot for spot, quad in trail.naming(focus) if quad.subject == value]
    return said[0] if said else None


def _of_finding(finding: Finding, sources: Sequence[Source]) -> Spot | None:
    """Return where a file first uses a term in the way that was found wrong."""
    term = NamedNode(finding.term)
    for index, source in enumerate(sources):
        for number, quad in enumerate(source.quads if source.name == finding.where else ()):
            subject = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
            if (subject, quad.predicate.value) == (finding.subject, finding.predicate):
                for part in ("predicate", "object", "subject"):
                    if getattr(quad, part) == term:
                        return Spot(index, number, part)
                if isinstance(quad.object, Literal) and quad.object.datatype == term:
                    return Spot(index, number, "datatype")
    return None


def _of_contradiction(entry: Contradiction, trail: Trail, shipped: Store) -> Spot | None:
    """Return the triple that says most of the things that contradict each other; the last of those that say as much.

    The domain or range of a property says a class, too; what the shipped graph says does not count.
    """
    members = [_member(text) for text in entry.members]
    best, most = None, 0
    for member in members:
        if isinstance(member, Literal):
            continue
        told = {quad.object for quad in shipped.quads_for_pattern(member, NamedNode(_RDF + "type"), None)}
        open_ = [other for other in members if other not in told]
        for found, end in ((trail.about(member), "domain"), (trail.naming(member), "range")):
            for spot, quad in found:
                classes = shipped.quads_for_pattern(quad.predicate, NamedNode(_RDFS + end), None)
                said = {quad.subject, quad.predicate, quad.object, *(axiom.object for axiom in classes)}
                together = sum(other in said for other in open_)
                if together >= max(most, 1):
                    # Where a property says it, the node it is said of is what is meant.
                    spoken = quad.object if end == "domain" else quad.subject
                    best = spot if spoken in members else spot._replace(part="subject" if end == "domain" else "object")
                    most = together
    return best


def _member(text: str) -> Term:
    """Return the term that a contradiction names in readable form."""
    if text.startswith('"'):
        return Literal(text[1:-1])
    try:
        return NamedNode(PROJECT.expand(text) if text.partition(":")[0] in PROJECT.prefixes else text)
    except ValueError:
        return Literal(text)


def _name(facts: dict[str, list[Any]]) -> str:
    """Return the sh:name of a shape, an English one first."""
    names = [name for name in facts.get(_SH + "name", ()) if isinstance(name, Literal)]
    return min(((name.language not in {"en", None}, name.value) for name in names), default=(False, ""))[1]


def _limit(facts: dict[str, list[Any]]) -> int:
    """Return how many values a shape allows."""
    limits = [limit for name in ("maxCount", "qualifiedMaxCount") for limit in facts.get(_SH + name, ())]
    return int(limits[0].value) if limits else 1
