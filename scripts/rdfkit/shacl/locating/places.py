"""The location of each thing found: results of shapes, undefined terms, contradictions.

A result has a focus node, a path, a value and a constraint. Its location is the triple that states the value. If there
is a value too many, it is the first value over the limit; if something is missing, it is the first mention of the focus
node as a subject.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from rdfkit.base import namespaces
from rdfkit.inference import Contradiction
from rdfkit.rdf import Location, reading, turtle_locations
from rdfkit.shacl.locating.contradictions import refs_of_contradiction
from rdfkit.shacl.locating.paths import TripleIndex, TripleRef
from rdfkit.shacl.locating.sparql import ConstraintProvenance, ShapeValues
from rdfkit.shacl.report.model import Found, Report, Result
from rdfkit.shacl.terms import Term, described
from rdfkit.shacl.undefined_terms import UndefinedTerm

_SH, _RDF = namespaces.SH, namespaces.RDF
_MISSING = {"MinCount", "QualifiedMinCount", "HasValue"}
_TOO_MANY = {"MaxCount", "QualifiedMaxCount"}
_PAIRED = {"Disjoint": "disjoint", "LessThan": "lessThan", "LessThanOrEquals": "lessThanOrEquals"}
_LOGICAL = {"Not", "Or", "Xone", "And", "Node"}


@dataclass(frozen=True)
class Source:
    """A file that was validated: its name in the report, its path and syntax, and the quads that were read.

    Of a large file, ``quads`` are those that results can be about, and ``numbers`` are their numbers in the file.
    """

    name: str
    path: Path
    syntax: str
    quads: Sequence[Quad]
    numbers: Sequence[int] | None = None


def locate(report: Report, sources: Iterable[Source], base: Store, shapes: Iterable[Quad]) -> Report:
    """Return the report with the location of each thing found in one of the sources, and the names of the shapes.

    ``base`` is the graph that the sources were validated with. ``sources`` are used only if something was found. A
    source in a syntax without lines, or that has changed since it was validated, gives no locations.
    """
    everything: list[Found] = [*report.results, *report.undefined, *report.contradictions]
    if not everything:
        return report
    sources = list(sources)
    shape_values: ShapeValues = {}
    for quad in shapes:
        shape_values.setdefault(quad.subject, {}).setdefault(quad.predicate.value, []).append(quad.object)
    refs = _refs(report, everything, sources, base, shape_values)
    placed: dict[TripleRef, Location] = {}
    files_without_lines = []
    for number, source in enumerate(sources):
        wanted = {ref for found in refs.values() for ref in found if ref.source == number}
        new = _locations(source, wanted)
        placed |= new
        files_without_lines += [source.name] if wanted and not new else []
    return replace(
        report,
        locations={
            found: tuple(placed[ref] for ref in dict.fromkeys(several) if ref in placed)
            for found, several in refs.items()
        },
        files_without_lines=tuple(files_without_lines),
        names={result.shape: _name(shape_values.get(result.shape, {})) for result in report.results},
    )


def locations(sources: Iterable[Source], triples: Sequence[tuple[str, str, str]]) -> list[Location | None]:
    """Return where triples are written, each given as subject, predicate and object in N-Triples: at their object."""
    wanted: dict[str, TripleRef] = {}
    texts = {" ".join(triple) for triple in triples}
    placed: dict[TripleRef, Location] = {}
    for number, source in enumerate(sources):
        new = {}
        for index, quad in enumerate(source.quads):
            text = str(quad.triple)
            if text in texts and text not in wanted:
                new[text] = TripleRef(number, index, "object")
        placed |= _locations(source, {*new.values()})
        wanted |= {text: ref for text, ref in new.items() if ref in placed}
    refs = (wanted.get(" ".join(triple)) for triple in triples)
    return [placed.get(ref) if ref else None for ref in refs]


def _refs(
    report: Report, everything: Iterable[Found], sources: Sequence[Source], base: Store, shapes: ShapeValues
) -> dict[Found, list[TripleRef]]:
    """Return the triples behind each thing found, the most likely cause first."""
    quads = [source.quads for source in sources]
    index = TripleIndex(quads, base)
    provenance = ConstraintProvenance(quads, base, shapes, index)
    refs: dict[Found, list[TripleRef]] = {}
    for found in everything:
        if isinstance(found, Result):
            refs[found] = provenance.triples_behind(found) or _of_result(found, index, shapes)
        elif isinstance(found, Contradiction):
            refs[found] = refs_of_contradiction(report.project, found, index, base)
        else:
            refs[found] = [ref for ref in [_of_undefined_term(found, sources)] if ref]
    return refs


def _locations(source: Source, refs: set[TripleRef]) -> dict[TripleRef, Location]:
    """Return where triples of one source are written; nothing if its text no longer has the triples that were read."""
    if not refs or source.syntax not in turtle_locations.SYNTAXES:
        return {}
    if source.syntax in reading.LINE_BASED:
        return _locations_by_line(source, refs)
    try:
        text = reading.text_of(source.path)
        statements = _statements(text, source, {ref.number for ref in refs})
    except (OSError, ValueError):  # moved, changed, or a stream that can be read once only
        return {}
    lines = turtle_locations.Lines(text)
    found = {}
    for ref in refs:
        found[ref] = lines.location(source.name, *_span(text, statements[ref.number], ref.part))
    return found


def _statements(text: str, source: Source, wanted: set[int]) -> dict[int, turtle_locations.Statement]:
    """Return the statements with these numbers; raises ValueError if the text has other triples than were read."""
    twins: dict[BlankNode, Any] = {}
    found = {}
    statements = turtle_locations.scan(text, source.syntax, reading.file_base(source.path))
    for number, (statement, quad) in _paired(statements, source):
        for node, term in zip(statement[:3], (quad.subject, quad.predicate, quad.object), strict=True):
            is_same = (
                twins.setdefault(node.term, term) == term if isinstance(node.term, BlankNode) else node.term == term
            )
            if not is_same:
                raise ValueError(f"triple {number} differs from the one that was read")
        if number in wanted:
            found[number] = statement
            if len(found) == len(wanted):
                break
    return found


def _paired(
    statements: Iterable[turtle_locations.Statement], source: Source
) -> Iterator[tuple[int, tuple[turtle_locations.Statement, Quad]]]:
    """Yield the statements of a text that the source has, each with its number there and its quad."""
    if source.numbers is None:
        yield from enumerate(zip(statements, source.quads, strict=True))
        return
    places = {at: number for number, at in enumerate(source.numbers)}
    for at, statement in enumerate(statements):
        if at in places:
            yield places[at], (statement, source.quads[places[at]])


def _locations_by_line(source: Source, refs: set[TripleRef]) -> dict[TripleRef, Location]:
    """Return where triples are written in a file with at most one triple a line, which is not read into memory."""
    numbers = range(len(source.quads)) if source.numbers is None else source.numbers
    wanted: dict[int, list[TripleRef]] = {}
    for ref in refs:
        wanted.setdefault(numbers[ref.number], []).append(ref)
    found: dict[TripleRef, Location] = {}
    at = -1
    try:
        for line_number, line in enumerate(reading.lines_of(source.path), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            at += 1
            if at in wanted:
                one = replace(source, quads=[source.quads[wanted[at][0].number]], numbers=None)
                (statement,) = _statements(line, one, {0}).values()
                lines = turtle_locations.Lines(line)
                for ref in wanted[at]:
                    location = lines.location(source.name, *_span(line, statement, ref.part))
                    found[ref] = replace(location, line=line_number, end_line=line_number)
    except (OSError, EOFError, ValueError):  # moved or changed
        return {}
    return found


def _span(text: str, statement: turtle_locations.Statement, part: str) -> tuple[int, int]:
    """Return where a part of a statement begins and ends."""
    _, start, end = getattr(statement, "object" if part == "datatype" else part)
    return (max(start, text.rfind("^^", start, end) + 2) if part == "datatype" else start), end


def _of_result(  # noqa: PLR0911 - one return for each kind of constraint
    result: Result, index: TripleIndex, shapes: ShapeValues
) -> list[TripleRef]:
    """Return the triple that a result is about, and then related ones."""
    kind = result.component.removeprefix(_SH).removesuffix("ConstraintComponent")
    mention = index.first_mention(result.focus)
    subject = [mention] if mention else []
    if kind in _MISSING:
        return subject
    values = index.values(result.focus, result.path, described(result.path_triples)) if result.path else []
    if kind in _TOO_MANY:
        return _too_many(values, _limit(shapes.get(result.shape, {}))) or subject
    if kind == "UniqueLang":
        return _of_one_language(values) or subject
    exact = next((ref for value, ref in values if value == result.value), None)
    if exact:
        exact = exact._replace(part="predicate") if kind == "Closed" else exact
        return [exact, *_of_other_property(result, _PAIRED[kind], index, shapes)] if kind in _PAIRED else [exact]
    if result.path is None and kind in _LOGICAL:
        names = _properties_of(result.shape, shapes)
        seen = [ref for ref, quad in index.with_subject(result.focus) if quad.predicate.value in names]
        return [*seen, *subject] if kind == "Not" else [*subject, *seen]
    between = None if result.value in {None, result.focus} else _between(result.focus, result.value, index)
    if between:
        return [between]
    return [values[0][1]] if values else subject


def _of_other_property(result: Result, parameter: str, index: TripleIndex, shapes: ShapeValues) -> list[TripleRef]:
    """Return the values that a value was compared with: for sh:disjoint, the same one."""
    others = shapes.get(result.shape, {}).get(_SH + parameter, ())
    return [
        ref
        for ref, quad in index.with_subject(result.focus)
        if quad.predicate in others and (parameter != "disjoint" or quad.object == result.value)
    ]


def _properties_of(shape: Any, shapes: ShapeValues) -> set[str]:
    """Return the properties of a node that a shape and the shapes that it combines constrain."""
    names: set[str] = set()
    waiting, done = [shape], set[Any]()
    while waiting:
        node = waiting.pop()
        if node in done:
            continue
        done.add(node)
        values = shapes.get(node, {})
        paths = values.get(_SH + "path", ())
        names |= {path.value for path in paths if isinstance(path, NamedNode)}
        names |= {_RDF + "type"} if _SH + "class" in values and not paths else set()
        if not paths:
            waiting += [value for name in ("property", "node", "not") for value in values.get(_SH + name, ())]
            heads = [head for name in ("or", "xone", "and") for head in values.get(_SH + name, ())]
            # A node of a list leads to its member and to the next node.
            waiting += [*heads, *values.get(_RDF + "first", ()), *values.get(_RDF + "rest", ())]
    return names


def _too_many(values: list[tuple[Term, TripleRef]], limit: int) -> list[TripleRef]:
    """Return the first value over the limit in file order, or the last one if there are fewer, and then the others."""
    firsts: dict[Term, TripleRef] = {}
    for value, ref in sorted(values, key=lambda found: found[1]):
        firsts.setdefault(value, ref)
    refs = list(firsts.values())
    return [*refs[limit:], *refs[:limit]] if len(refs) > limit else refs[::-1]


def _of_one_language(values: list[tuple[Term, TripleRef]]) -> list[TripleRef]:
    """Return the second text of the first language that has two, and then its first."""
    firsts: dict[str, TripleRef] = {}
    for value, ref in sorted(values, key=lambda found: found[1]):
        if isinstance(value, Literal) and value.language:
            if value.language in firsts:
                return [ref, firsts[value.language]]
            firsts[value.language] = ref
    return []


def _between(focus: Any, value: Any, index: TripleIndex) -> TripleRef | None:
    """Return the first triple from a focus node to a value, or else from the value to the focus node."""
    refs = [ref for ref, quad in index.with_subject(focus) if quad.object == value]
    refs += [ref for ref, quad in index.with_object(focus) if quad.subject == value]
    return refs[0] if refs else None


def _of_undefined_term(found: UndefinedTerm, sources: Sequence[Source]) -> TripleRef | None:
    """Return the first use of a term with the subject and predicate of the finding."""
    term = NamedNode(found.term)
    for index, source in enumerate(sources):
        for number, quad in enumerate(source.quads if source.name == found.where else ()):
            subject = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
            if (subject, quad.predicate.value) == (found.subject, found.predicate):
                for part in ("predicate", "object", "subject"):
                    if getattr(quad, part) == term:
                        return TripleRef(index, number, part)
                if isinstance(quad.object, Literal) and quad.object.datatype == term:
                    return TripleRef(index, number, "datatype")
    return None


def _name(values: dict[str, list[Any]]) -> str:
    """Return the sh:name of a shape, in English if possible."""
    names = [name for name in values.get(_SH + "name", ()) if isinstance(name, Literal)]
    return min(((name.language not in {"en", None}, name.value) for name in names), default=(False, ""))[1]


def _limit(values: dict[str, list[Any]]) -> int:
    """Return how many values a shape allows."""
    limits = [limit for name in ("maxCount", "qualifiedMaxCount") for limit in values.get(_SH + name, ())]
    return int(limits[0].value) if limits else 1
