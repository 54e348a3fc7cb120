"""Find what differs in the SHACL shapes: which data that was valid can now be invalid."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from rdfkit.base import namespaces
from rdfkit.releases.diff.changes import Change
from rdfkit.releases.diff.facts import About, is_iri, literal_text, terms
from rdfkit.releases.diff.predicates import TYPE, iri
from rdfkit.sparql import syntax

_SH = namespaces.SH
_Values = frozenset[str]
_NOTHING: _Values = frozenset()


def _sh(*names: str) -> set[str]:
    return {f"<{_SH}{name}>" for name in names}


_WORDING = _sh("message", "name", "description", "order", "group", "prefixes", "defaultValue", "resultAnnotation") | {
    iri("rdfs:label"), iri("rdfs:comment"), iri("skos:definition"), iri("rdfs:seeAlso"), iri("rdfs:isDefinedBy"),
    iri("skos:example"), iri("skos:prefLabel"), iri("dcterms:source"), iri("dcterms:title"), iri("dcterms:description"),
}  # fmt: skip
_MINIMUM = _sh("minCount", "minLength", "minInclusive", "minExclusive", "qualifiedMinCount")
_MAXIMUM = _sh("maxCount", "maxLength", "maxInclusive", "maxExclusive", "qualifiedMaxCount")
_ALLOWED = _sh("in", "languageIn", "ignoredProperties")
"""Lists of what is allowed: a longer list is less strict."""

_TARGETS = _sh("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target")
_SEVERITY, _DEACTIVATED = f"<{_SH}severity>", f"<{_SH}deactivated>"
_PARTS = _sh("property", "node", "sparql", "rule")
_QUERY_TEXTS = _sh("select", "ask", "construct")
_VIOLATION = f"<{_SH}Violation>"
_DEMANDS = _sh("minCount", "qualifiedMinCount", "hasValue")
"""Constraints that a node violates by not having a property."""

_SWITCHES = {_DEACTIVATED} | _sh("closed", "uniqueLang")
_QUERY = _sh("sparql")
_OF_SHAPES = _PARTS | _sh("path", "class", "datatype", "nodeKind", "or", "and", "not", "xone")
_NO_SHAPES = {iri("sh:SPARQLConstraint"), iri("sh:PrefixDeclaration"), iri("owl:Ontology")}


def compare(before: About, after: About, was_known: Callable[[str], bool]) -> Iterator[Change]:
    """Yield the changes of shapes, given the statements about each shape before and after.

    ``was_known`` says whether a class or property existed before: no user has data in terms that did not.
    """
    users = _users(before) | _users(after)
    for subject in sorted(before.keys() | after.keys()):
        old, new = before.get(subject, {}), after.get(subject, {})
        if old == new or not is_iri(subject):
            continue
        if old and new:
            owner = _owner(subject, users)
            for change in _changed(old, new, (before.keys(), after.keys()), was_known):
                is_warning = change.kind == "rule-tightened" and _severity(owner, after) != _VIOLATION
                yield replace(
                    change,
                    kind="warning-tightened" if is_warning else change.kind,
                    subject=owner,
                    label=_label(owner, after),
                )
        elif not (new or old).get(TYPE, _NOTHING) & _NO_SHAPES:  # a query is reported as a change of its shape
            about = after if new else before
            kind = _added_or_removed(subject, about, gone=not new)
            if kind == "rule-added" and _is_about_new(subject, about, was_known):
                kind = "rule-about-new"
            is_shape = kind.startswith(("rule-", "warning-"))
            yield Change(
                area="rules",
                kind=kind,
                sign="added" if new else "removed",
                subject=subject,
                label=_label(subject, about),
                subject_type="shape" if is_shape else "term",
            )


def _is_about_new(subject: str, about: About, was_known: Callable[[str], bool]) -> bool:
    """Return whether only data in new terms can violate a shape."""
    users = {shape for shape, of in about.items() for p in _PARTS if subject in of.get(p, ())} | {subject}
    targets = {value for shape in users for predicate in _TARGETS for value in about[shape].get(predicate, ())}
    if targets and not any(map(was_known, targets)):
        return True
    statements = about[subject]
    paths = statements.get(f"<{_SH}path>", _NOTHING)
    return bool(paths) and not any(map(was_known, paths)) and not statements.keys() & _DEMANDS


def _users(about: About) -> dict[str, str]:
    return {value: subject for subject, of in about.items() for p in _PARTS for value in of.get(p, ()) if is_iri(value)}


def _owner(subject: str, users: Mapping[str, str]) -> str:
    """Return the shape that a node is the SPARQL constraint of, or the node itself."""
    return users[subject] if subject.endswith("-query>") and subject in users else subject


def _severity(shape: str, about: About) -> str:
    return next(iter(about.get(shape, {}).get(_SEVERITY, ())), _VIOLATION)


def _label(shape: str, about: About) -> str:
    return literal_text(min(about.get(shape, {}).get(iri("sh:name"), ()), default=""))


def _added_or_removed(subject: str, about: About, *, gone: bool) -> str:
    """Return the kind of change for a whole subject: a shape, or a term that reports are written in."""
    statements = about[subject]
    types = statements.get(TYPE, _NOTHING)
    is_shape = types & _sh("NodeShape", "PropertyShape") or any(
        predicate in _OF_SHAPES or predicate.startswith(f"<{_SH}target") for predicate in statements
    )
    if not is_shape:
        added = "property-added" if any("Property>" in kind for kind in types) else "class-added"
        return "term-removed" if gone else added
    if gone:
        return "rule-removed"
    return "rule-added" if _severity(subject, about) == _VIOLATION else "warning-added"


def _changed(
    old: Mapping[str, _Values],
    new: Mapping[str, _Values],
    shapes: tuple[AbstractSet[str], AbstractSet[str]],
    was_known: Callable[[str], bool],
) -> Iterator[Change]:
    """Yield what changed in a shape, given its statements and the names of all shapes, before and after."""
    before, after = shapes
    for predicate in sorted(old.keys() | new.keys()):
        was, now = old.get(predicate, _NOTHING), new.get(predicate, _NOTHING)
        lost, gained = was - now, now - was
        if predicate in _PARTS - _QUERY:
            # A part that is new or gone has a change of its own; a query has no name, so it has none.
            lost = frozenset(value for value in lost if value in after or not is_iri(value))
            gained = frozenset(value for value in gained if value in before or not is_iri(value))
        if not lost and not gained:
            continue
        if predicate == _SEVERITY:
            kinds = [_severity_change(was, now)]
        elif predicate in _WORDING or predicate == TYPE:
            kinds = ["rule-reworded"]
        else:
            kinds = _strictness(predicate, lost, gained)
            if predicate in _TARGETS and not any(map(was_known, gained)):
                kinds = [kind if kind == "rule-relaxed" else "rule-about-new" for kind in kinds]
        for kind in kinds:
            yield Change(
                area="rules",
                kind=kind,
                sign="changed",
                subject="",
                subject_type="shape",
                predicate=predicate,
                before=tuple(sorted(lost)),
                after=tuple(sorted(gained)),
            )


def _severity_change(old: AbstractSet[str], new: AbstractSet[str]) -> str:
    was, now = (next(iter(side), _VIOLATION) for side in (old, new))
    if _VIOLATION in {was, now}:
        return "rule-reworded" if was == now else "rule-raised" if now == _VIOLATION else "rule-lowered"
    return "warning-tightened" if now == f"<{_SH}Warning>" else "rule-relaxed"


def _strictness(predicate: str, lost: _Values, gained: _Values) -> list[str]:
    """Return whether other values of a constraint are stricter or less strict; in doubt, they are stricter."""
    if predicate in _SWITCHES:
        was, now = (any(literal_text(value) == "true" for value in side) for side in (lost, gained))
        is_stricter = now == (predicate != _DEACTIVATED)
        return ["rule-reworded" if was == now else "rule-tightened" if is_stricter else "rule-relaxed"]
    if len(lost) == len(gained) == 1 and predicate not in _TARGETS:
        return [_one_value(predicate, *lost, *gained)]
    if predicate in _TARGETS or not (lost and gained):
        is_list = predicate == f"<{_SH}ignoredProperties>"
        came, went = ("rule-relaxed", "rule-tightened") if is_list else ("rule-tightened", "rule-relaxed")
        return [*([came] if gained else []), *([went] if lost else [])]
    return ["rule-tightened"]


def _one_value(predicate: str, was: str, now: str) -> str:
    """Return the kind of change when one value of a constraint became another."""
    if predicate in _QUERY_TEXTS:
        return (
            "rule-reworded" if syntax.words(literal_text(was)) == syntax.words(literal_text(now)) else "rule-tightened"
        )
    if predicate in _MINIMUM | _MAXIMUM:
        before, after = _number(was), _number(now)
        if before is not None and after is not None:
            is_stricter = before < after if predicate in _MINIMUM else before > after
            return "rule-reworded" if before == after else "rule-tightened" if is_stricter else "rule-relaxed"
    if predicate in _ALLOWED and set(terms(was)) < set(terms(now)):
        return "rule-relaxed"
    return "rule-tightened"


def _number(literal: str) -> float | None:
    try:
        return float(literal_text(literal))
    except ValueError:
        return None
