"""What differs in the rules that data is checked against (SHACL shapes)."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from rdfkit.base import namespaces
from rdfkit.releases.diff.changes import Change
from rdfkit.releases.diff.facts import TYPE, iri, plain, show
from rdfkit.sparql import syntax

About = Mapping[str, Mapping[str, frozenset[str]]]

_SH = namespaces.SH


def _sh(*names: str) -> set[str]:
    return {f"<{_SH}{name}>" for name in names}


_WORDS = _sh("message", "name", "description", "order", "group", "prefixes", "defaultValue", "resultAnnotation") | {
    iri("rdfs:label"), iri("rdfs:comment"), iri("skos:definition"), iri("rdfs:seeAlso"), iri("rdfs:isDefinedBy"),
    iri("skos:example"), iri("skos:prefLabel"), iri("dcterms:source"), iri("dcterms:title"), iri("dcterms:description"),
}  # fmt: skip
_AT_LEAST = _sh("minCount", "minLength", "minInclusive", "minExclusive", "qualifiedMinCount")
_AT_MOST = _sh("maxCount", "maxLength", "maxInclusive", "maxExclusive", "qualifiedMaxCount")
_ALLOWED = _sh("in", "languageIn", "ignoredProperties")
"""Lists of what is allowed: longer asks for less."""

_TARGETS = _sh("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target")
_SEVERITY, _OFF = f"<{_SH}severity>", f"<{_SH}deactivated>"
_REFERS = _sh("property", "node", "sparql", "rule")
_TEXTS = _sh("select", "ask", "construct")
_VIOLATION = f"<{_SH}Violation>"
_DEMANDS = _sh("minCount", "qualifiedMinCount", "hasValue")
"""Constraints that a thing breaks by not having a property."""

_SWITCHES = {_OFF} | _sh("closed", "uniqueLang")
_QUERY = _sh("sparql")
_RULES = _REFERS | _sh("path", "class", "datatype", "nodeKind", "or", "and", "not", "xone")
_PARTS = {iri("sh:SPARQLConstraint"), iri("sh:PrefixDeclaration"), iri("owl:Ontology")}


def compare(before: About, after: About, known: Callable[[str], bool]) -> Iterator[Change]:
    """Yield the changes of rules, from what is said of each shape before and after.

    ``known`` tells of a class or property whether there was such a term before: about others nobody can have data.
    """
    users = _users(before) | _users(after)
    for subject in sorted(before.keys() | after.keys()):
        old, new = before.get(subject, {}), after.get(subject, {})
        if old == new or not subject.startswith("<"):
            continue
        if old and new:
            owner = _owner(subject, users)
            for change in _changed(old, new, (before.keys(), after.keys()), known):
                weak = change.kind == "rule-tightened" and _severity(owner, after) != _VIOLATION
                kind = "warning-tightened" if weak else change.kind
                head = _head(owner, after, "~")
                yield replace(head, kind=kind, words=change.words, before=change.before, after=change.after)
        elif not (new or old).get(TYPE, frozenset()) & _PARTS:  # a query's shape tells of it
            about, sign = (after, "+") if new else (before, "-")
            kind = _whole(subject, about, gone=not new)
            if kind == "rule-added" and _is_about_new(subject, about, known):
                kind = "rule-about-new"
            sort = "rule" if kind[:4] in {"rule", "warn"} else "term"
            yield replace(_head(subject, about, sign), kind=kind, sort=sort)


def _is_about_new(subject: str, about: About, known: Callable[[str], bool]) -> bool:
    """Tell whether only data in terms that are new themselves can break a rule."""
    users = {shape for shape, of in about.items() for p in _REFERS if subject in of.get(p, ())} | {subject}
    targets = {value for shape in users for predicate in _TARGETS for value in about[shape].get(predicate, ())}
    if targets and not any(map(known, targets)):
        return True
    said = about[subject]
    paths = said.get(f"<{_SH}path>", frozenset())
    return bool(paths) and not any(map(known, paths)) and not said.keys() & _DEMANDS


def _users(about: About) -> dict[str, str]:
    return {
        value: subject for subject, of in about.items() for p in _REFERS for value in of.get(p, ()) if value[0] == "<"
    }


def _owner(subject: str, users: Mapping[str, str]) -> str:
    """Return the shape whose SPARQL query a node is, or the node itself."""
    return users[subject] if subject.endswith("-query>") and subject in users else subject


def _severity(shape: str, about: About) -> str:
    return next(iter(about.get(shape, {}).get(_SEVERITY, ())), _VIOLATION)


def _head(shape: str, about: About, sign: str) -> Change:
    names = sorted(about.get(shape, {}).get(iri("sh:name"), ()))
    return Change("rules", "", sign, show(shape), plain(names[0]) if names else "", "rule")


def _whole(subject: str, about: About, *, gone: bool) -> str:
    """Return what it is that a whole subject came or went: a rule, or a term that reports are written in."""
    said = about[subject]
    if not any(predicate in _RULES or predicate.startswith(f"<{_SH}target") for predicate in said) and not (
        said.get(TYPE, frozenset()) & _sh("NodeShape", "PropertyShape")
    ):
        if gone:
            return "term-removed"
        return "property-added" if any("Property>" in kind for kind in said.get(TYPE, ())) else "class-added"
    if gone:
        return "rule-removed"
    return "rule-added" if _severity(subject, about) == _VIOLATION else "warning-added"


def _changed(
    old: Mapping[str, frozenset[str]],
    new: Mapping[str, frozenset[str]],
    shapes: tuple[AbstractSet[str], AbstractSet[str]],
    known: Callable[[str], bool],
) -> Iterator[Change]:
    """Yield what changed in a shape, given what is said of it, and the shapes that there were and are."""
    before, after = shapes
    nothing: frozenset[str] = frozenset()
    for predicate in sorted(old.keys() | new.keys()):
        lost = old.get(predicate, nothing) - new.get(predicate, nothing)
        gained = new.get(predicate, nothing) - old.get(predicate, nothing)
        if predicate in _REFERS - _QUERY:
            # What is new or gone altogether is told of itself; a query has no name to tell it by.
            lost = frozenset(value for value in lost if value in after or value[0] != "<")
            gained = frozenset(value for value in gained if value in before or value[0] != "<")
        if not lost and not gained:
            continue
        if predicate == _SEVERITY:
            kinds = [_severity_change(old.get(predicate, nothing), new.get(predicate, nothing))]
        elif predicate in _WORDS or predicate == TYPE:
            kinds = ["rule-reworded"]
        else:
            kinds = _asks(predicate, lost, gained)
            if predicate in _TARGETS and not any(map(known, gained)):
                kinds = [kind if kind == "rule-relaxed" else "rule-about-new" for kind in kinds]
        sides = (tuple(sorted(map(plain, side))) for side in (lost, gained))
        left, right = sides
        for kind in kinds:
            yield Change("rules", kind, "~", "", words=show(predicate), before=left, after=right)


def _severity_change(old: AbstractSet[str], new: AbstractSet[str]) -> str:
    was, now = (next(iter(side), _VIOLATION) for side in (old, new))
    if _VIOLATION in {was, now}:
        return "rule-reworded" if was == now else "rule-raised" if now == _VIOLATION else "rule-lowered"
    return "warning-tightened" if now == f"<{_SH}Warning>" else "rule-relaxed"


def _asks(predicate: str, lost: frozenset[str], gained: frozenset[str]) -> list[str]:
    """Return whether another value of a constraint asks for more or less; where that can't be told, for more."""
    if predicate in _SWITCHES:
        was, now = (any(plain(value) == "true" for value in side) for side in (lost, gained))
        more = now == (predicate != _OFF)
        return ["rule-reworded" if was == now else "rule-tightened" if more else "rule-relaxed"]
    if len(lost) == len(gained) == 1 and predicate not in _TARGETS:
        return [_one_value(predicate, *lost, *gained)]
    if predicate in _TARGETS or not (lost and gained):
        less = predicate == f"<{_SH}ignoredProperties>"
        came, went = ("rule-relaxed", "rule-tightened") if less else ("rule-tightened", "rule-relaxed")
        return [*([came] if gained else []), *([went] if lost else [])]
    return ["rule-tightened"]


def _one_value(predicate: str, was: str, now: str) -> str:
    """Return what it means that one value of a constraint became another."""
    if predicate in _TEXTS:
        return "rule-reworded" if _words(was) == _words(now) else "rule-tightened"
    if predicate in _AT_LEAST | _AT_MOST:
        before, after = _number(was), _number(now)
        if before is not None and after is not None:
            more = before < after if predicate in _AT_LEAST else before > after
            return "rule-reworded" if before == after else "rule-tightened" if more else "rule-relaxed"
    if predicate in _ALLOWED and set(_items(was)) < set(_items(now)):
        return "rule-relaxed"
    return "rule-tightened"


def _words(literal: str) -> list[str]:
    text = literal[1 : literal.rindex('"')]
    for escape, letter in (("\\n", "\n"), ("\\t", "\t"), ('\\"', '"')):
        text = text.replace(escape, letter)
    return syntax.words(text)


def _number(literal: str) -> float | None:
    try:
        return float(plain(literal))
    except ValueError:
        return None


def _items(text: str) -> list[str]:
    return text.removeprefix("( ").removesuffix(" )").split(" ")
