"""What a changed statement means, given what its subject is: a class, a property, a concept, a mapping, a thing."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import SequenceMatcher

from rdfkit.releases.diff.changes import Change
from rdfkit.releases.diff.facts import View, is_iri, literal_text
from rdfkit.releases.diff.predicates import (
    CLASSES,
    CONCEPT,
    CONCEPT_SCHEME,
    DEFINITIONS,
    DEPRECATED,
    EDGES,
    EQUIVALENT,
    INFERRING,
    LABELS,
    METADATA,
    PARENTS,
    PROPERTIES,
    REPLACED_BY,
    RESTRICTING,
    ROLES,
    TYPE,
)

AREA = {
    "class": "vocabulary",
    "property": "vocabulary",
    "axiom": "vocabulary",
    "external term": "vocabulary",
    "concept": "concepts",
    "concept scheme": "concepts",
    "mapping": "mappings",
    "mapping set": "mappings",
    "metadata": "names",
}
"""The part of the report for each type of subject; all other types belong to ``things``."""

MIN_LABEL_SIMILARITY, MIN_DEFINITION_SIMILARITY = 0.6, 0.5
"""Below these ratios (difflib, by character and by word) a new text is taken for another text, not for a rewording."""

_DEFINED = {"class", "property", "concept", "concept scheme"}
_NOTHING: frozenset[str] = frozenset()
_Values = dict[str, frozenset[str]]


def subject_type(view: View, subject: str, own: AbstractSet[str]) -> str:
    """Return what a subject is: ``class``, ``concept`` …, or the kind that its IRI names (``agent``)."""
    project = view.project
    types = view.values(subject, TYPE)
    found = ""
    if not is_iri(subject):
        found = "axiom"
    elif subject not in own:
        found = "external term"
    elif types & METADATA or subject.startswith(f"<{project.prefixes['graph']}"):
        found = "metadata"
    elif CONCEPT_SCHEME in types:
        found = "concept scheme"
    elif CONCEPT in types or subject.startswith(f"<{project.base}concept/"):
        found = "concept"
    elif types & CLASSES:
        found = "class"
    elif types & PROPERTIES:
        found = "property"
    elif view.is_mapping(subject):
        found = "mapping"
    elif kind := re.match(rf"<{re.escape(project.base)}id/([^/]+)/", subject):
        found = kind[1].replace("-", " ")
    return found or "thing"


class Pair:
    """Two views side by side: the old one, the new one, and the subjects that are the project's own."""

    def __init__(self, before: View, after: View, own: AbstractSet[str]) -> None:  # noqa: D107
        self.before = before
        self.after = after
        self.own = own
        self._known = {term for fact in before.facts for term in fact if is_iri(term)}

    def was_known(self, term: str) -> bool:
        """Return whether a term was used before; a term of another vocabulary may always have been used."""
        own = term in self.own or term.startswith(f"<{self.before.project.base}")
        return term in self._known or not own

    def lost(self, subject: str, predicate: str) -> frozenset[str]:
        """Return the values that were asserted and are now neither asserted nor inferred."""
        values = self.before.values(subject, predicate)
        return frozenset(value for value in values if (subject, predicate, value) not in self.after.closed)

    def gained(self, subject: str, predicate: str) -> frozenset[str]:
        """Return the values that are asserted and were neither asserted nor inferred before."""
        values = self.after.values(subject, predicate)
        return frozenset(value for value in values if (subject, predicate, value) not in self.before.closed)


@dataclass(frozen=True)
class Edit:
    """The values that a subject lost and gained for one predicate."""

    subject: str
    predicate: str
    lost: frozenset[str]
    gained: frozenset[str]


class ChangeFactory:
    """Makes the changes of one subject."""

    def __init__(self, pair: Pair, subject: str) -> None:  # noqa: D107
        self.pair = pair
        self.subject = subject
        self.type = subject_type(pair.after, subject, pair.own)

    def change(
        self, kind: str, *, note: str = "", predicate: str = "", lost: Iterable[str] = (), gained: Iterable[str] = ()
    ) -> Change:
        """Return a change of the subject."""
        return Change(
            area=AREA.get(self.type, "things"),
            kind=kind,
            sign="changed",
            subject=self.subject,
            label=self.pair.after.label(self.subject) or self.pair.before.label(self.subject),
            subject_type=self.type,
            note=note,
            predicate=predicate,
            before=tuple(sorted(lost)),
            after=tuple(sorted(gained)),
        )

    def of(self, edit: Edit, kind: str) -> Change:
        """Return a change that consists of an edit."""
        return self.change(kind, predicate=edit.predicate, lost=edit.lost, gained=edit.gained)


def changes_of(pair: Pair, subject: str) -> Iterator[Change]:
    """Yield the changes of a subject that both views describe."""
    factory = ChangeFactory(pair, subject)
    predicates = pair.before.about.get(subject, {}).keys() | pair.after.about.get(subject, {}).keys()
    lost = {predicate: values for predicate in predicates if (values := pair.lost(subject, predicate))}
    gained = {predicate: values for predicate in predicates if (values := pair.gained(subject, predicate))}
    if DEPRECATED in gained:
        # What its replacement now states is not lost.
        replacements = pair.after.values(subject, REPLACED_BY)
        lost = {
            p: left
            for p, values in lost.items()
            if (
                left := frozenset(
                    v for v in values if not any((other, p, v) in pair.after.closed for other in replacements)
                )
            )
        }
    if factory.type == "mapping":
        yield from _mapping(factory, lost, gained)
        return
    reported: set[str] = set()
    if factory.type in _DEFINED:
        yield from _wording(factory, lost, gained)
        reported = {*LABELS, *DEFINITIONS}
    for predicate in sorted((lost.keys() | gained.keys()) - reported):
        edit = Edit(subject, predicate, lost.get(predicate, _NOTHING), gained.get(predicate, _NOTHING))
        yield from _statement(factory, edit)


def _wording(factory: ChangeFactory, lost: _Values, gained: _Values) -> Iterator[Change]:
    labels, texts = _both(lost, gained, LABELS), _both(lost, gained, DEFINITIONS)
    replaced = _are_unlike(labels, MIN_LABEL_SIMILARITY, by_word=False) and _are_unlike(
        texts, MIN_DEFINITION_SIMILARITY, by_word=True
    )
    for note, kind, (went, came) in (("label", "label-changed", labels), ("definition", "definition-reworded", texts)):
        if went or came:
            yield factory.change("meaning-replaced" if replaced else kind, note=note, lost=went, gained=came)


def _both(lost: _Values, gained: _Values, predicates: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    return (
        _NOTHING.union(*(lost.get(predicate, _NOTHING) for predicate in predicates)),
        _NOTHING.union(*(gained.get(predicate, _NOTHING) for predicate in predicates)),
    )


def _are_unlike(sides: tuple[frozenset[str], frozenset[str]], least: float, *, by_word: bool) -> bool:
    """Return whether texts were lost and gained, and each pair of them is less similar than ``least``."""
    went, came = ([literal_text(text).lower() for text in side] for side in sides)
    pairs = [(a.split(), b.split()) if by_word else (a, b) for a in went for b in came]
    return bool(pairs) and all(SequenceMatcher(None, a, b, autojunk=False).ratio() < least for a, b in pairs)


def _statement(factory: ChangeFactory, edit: Edit) -> Iterator[Change]:
    """Yield the changes that an edit consists of, given the type of its subject."""
    role = ROLES.get(edit.predicate, "value")
    match factory.type:
        case _ if role == "license":
            yield factory.of(edit, "license-changed")
        case "metadata" | "mapping set" if role == "version":
            yield factory.of(edit, "version-stated")
        case "metadata":
            if role != "part":  # the named graphs have changes of their own
                yield factory.of(edit, "metadata-changed")
        case "external term" if not (edit.predicate in RESTRICTING and (edit.lost | edit.gained) & factory.pair.own):
            yield factory.of(edit, "external-changed")
        case _:
            yield from _by_role(factory, edit, role)


def _by_role(factory: ChangeFactory, edit: Edit, role: str) -> Iterator[Change]:  # noqa: C901 - one case for each role
    match role:
        case "deprecation":
            yield from _deprecation(factory, edit)
        case "replacement" if factory.pair.gained(edit.subject, DEPRECATED):
            pass  # part of the deprecation
        case "type":
            yield from _types(factory, edit)
        case "match":
            yield from _matches(factory, edit)
        case "parent":
            yield from _parents(factory, edit)
        case "edge":
            yield from _edges(factory, edit)
        case "axiom":
            yield from _axioms(factory, edit)
        case "hierarchy":
            yield from _hierarchy(factory, edit)
        case "notation":
            yield factory.of(edit, "notation-changed" if edit.lost else "notation-added")
        case "note" if factory.type in _DEFINED:
            yield factory.of(edit, "note-changed")
        case _:
            kind = "value-corrected" if edit.lost and edit.gained else "value-added" if edit.gained else "value-removed"
            yield factory.of(edit, kind)


def _deprecation(factory: ChangeFactory, edit: Edit) -> Iterator[Change]:
    if not edit.gained:
        yield factory.change("deprecation-withdrawn", note="no longer deprecated")
        return
    replacements = " or ".join(sorted(factory.pair.after.values(edit.subject, REPLACED_BY)))
    note = f"deprecated, replaced by {replacements}" if replacements else "deprecated, without a replacement"
    yield factory.change("deprecated", note=note)
    if _is_used(factory.pair.before, edit.subject) and not _is_used(factory.pair.after, edit.subject):
        yield factory.change("deprecated-unused", note="no statement uses it any longer")


def _is_used(view: View, term: str) -> bool:
    """Return whether a term is the predicate or the class of a statement, inferred ones included."""
    return any(p == term or (p == TYPE and o == term) for _, p, o in view.closed)


def _types(factory: ChangeFactory, edit: Edit) -> Iterator[Change]:
    lost, gained = edit.lost, edit.gained
    if factory.type in {"class", "property"}:
        for kinds, name in ((INFERRING, "inference"), (RESTRICTING, "restriction")):
            for one in sorted(gained & kinds.keys()):
                yield factory.change(f"{name}-added", note=kinds[one])
            for one in sorted(lost & kinds.keys()):
                yield factory.change(f"{name}-removed", note=f"no longer {kinds[one]}")
        characteristics = INFERRING.keys() | RESTRICTING.keys()
        lost, gained = lost - characteristics, gained - characteristics
        kind = "term-retyped"
    else:
        kind = "thing-retyped"
    if lost:
        yield factory.change(kind, predicate=TYPE, lost=lost, gained=gained)
    elif gained:
        yield factory.change("type-added", predicate=TYPE, gained=gained)


def _matches(factory: ChangeFactory, edit: Edit) -> Iterator[Change]:
    for value in sorted(edit.lost):
        yield factory.change("mapping-removed", predicate=edit.predicate, lost=[value])
    for value in sorted(edit.gained):
        yield factory.change("mapping-added", predicate=edit.predicate, gained=[value])


def _is_external(factory: ChangeFactory, value: str) -> bool:
    return is_iri(value) and value not in factory.pair.own


def _parents(factory: ChangeFactory, edit: Edit) -> Iterator[Change]:
    yield from _expressions(factory, edit)
    pair, note = factory.pair, PARENTS[edit.predicate]
    for value in sorted(filter(is_iri, edit.lost)):
        kind = "alignment-removed" if _is_external(factory, value) else "parent-removed"
        yield factory.change(kind, note=f"{note} removed", lost=[value])
    old_parents = _parents_of(pair.before, edit.subject, edit.predicate)
    for value in sorted(filter(is_iri, edit.gained)):
        above = _parents_of(pair.after, value, edit.predicate) - old_parents - {edit.subject}
        if _is_external(factory, value):
            kind = "alignment-added"
        elif pair.was_known(value) or any(term in pair.own and pair.was_known(term) for term in above):
            kind = "parent-added"
        else:
            kind = "parent-new"
        yield factory.change(kind, note=f"{note} added", gained=[value])


def _parents_of(view: View, subject: str, predicate: str) -> set[str]:
    return {o for s, p, o in view.closed if s == subject and p == predicate}


def _expressions(factory: ChangeFactory, edit: Edit) -> Iterator[Change]:
    lost, gained = ({value for value in side if not is_iri(value)} for side in (edit.lost, edit.gained))
    if lost or gained:
        yield factory.change("expression-changed", predicate=edit.predicate, lost=lost, gained=gained)


def _edges(factory: ChangeFactory, edit: Edit) -> Iterator[Change]:
    name = EDGES[edit.predicate]
    before, after = (view.values(edit.subject, edit.predicate) for view in (factory.pair.before, factory.pair.after))
    change = "narrowed" if not edit.lost else "widened" if not edit.gained else "changed"
    kind = f"{name}-widened" if change == "widened" else f"{name}-narrowed"
    yield factory.change(kind, note=f"{name} {change}", lost=before, gained=after)


def _axioms(factory: ChangeFactory, edit: Edit) -> Iterator[Change]:
    pair = factory.pair
    name = "inference" if edit.predicate in INFERRING else "restriction"
    words = INFERRING.get(edit.predicate) or RESTRICTING[edit.predicate]
    is_equivalence = edit.predicate in EQUIVALENT
    if is_equivalence:
        yield from _expressions(factory, edit)
    for values, done in ((edit.lost, "removed"), (edit.gained, "added")):
        for value in sorted(filter(is_iri, values) if is_equivalence else values):
            kind = f"{name}-{done}"
            if is_equivalence and _is_external(factory, value):
                kind = f"alignment-{done}"
            elif done == "added" and not (pair.was_known(value) and pair.was_known(edit.subject)):
                kind = "axiom-about-new"
            yield factory.change(kind, note=f"{words} {done}", lost={value} & edit.lost, gained={value} & edit.gained)


def _hierarchy(factory: ChangeFactory, edit: Edit) -> Iterator[Change]:
    # A new concept below this one, or a removed one, is reported as a change of that concept.
    gained = [value for value in edit.gained if factory.pair.was_known(value)]
    if edit.lost or gained:
        yield factory.change("concept-moved", predicate=edit.predicate, lost=edit.lost, gained=gained)


def _mapping(factory: ChangeFactory, lost: _Values, gained: _Values) -> Iterator[Change]:
    parts = factory.pair.after.mapping_predicates()
    went, came = _both(lost, gained, parts)
    changed = bool(went or came)
    if changed:
        yield factory.change("mapping-changed", note="states another relation", lost=went, gained=came)
    for predicate in sorted((lost.keys() | gained.keys()) - set(parts) - (set(LABELS) if changed else set())):
        edit = Edit(factory.subject, predicate, lost.get(predicate, _NOTHING), gained.get(predicate, _NOTHING))
        yield factory.of(edit, "mapping-annotated")
