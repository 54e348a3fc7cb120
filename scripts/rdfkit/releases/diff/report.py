"""Write a difference as text, as JSON or as a SPARQL update; check a version number; count for the changelog."""

import json
from collections import Counter
from collections.abc import Mapping

from pyoxigraph import NamedNode

from rdfkit.base import Project, UserError, namespaces, visible
from rdfkit.releases.diff import semver, updates
from rdfkit.releases.diff.changes import AREAS, Change, Difference, Rename, Value
from rdfkit.releases.diff.facts import is_iri, literal_text, replace_terms
from rdfkit.releases.diff.renames import SAME_MAPPING
from rdfkit.releases.diff.snapshots import Snapshot

MAX_CHANGES_SHOWN = 15
"""Changes of one kind to print; the others are counted."""

MAX_ROWS_SHOWN = 20
"""Rows of an answer to print on each side, lost and gained; the others are counted."""

MAX_VALUE_CHARACTERS = 100
_MAX_INLINE_CHARACTERS = 60

_SIGNS = {"added": "+", "removed": "-", "changed": "~", "renamed": ">"}


def diff_text(project: Project, difference: Difference, *, show_all: bool = False) -> str:
    """Return a difference as text: what changed, part by part, then the minimum version bump and the reasons.

    Of each kind the first `MAX_CHANGES_SHOWN` changes are printed, or all if ``show_all``. IRIs are printed as CURIEs.
    """
    if not difference.changes:
        lines = [f"No difference between {difference.old} and {difference.new}."]
    else:
        old, new = _title(difference.old, difference.old_version), _title(difference.new, difference.new_version)
        lines = [f"{old} -> {new}", ""]
    for area in AREAS:
        changes = [change for change in difference.changes if change.area == area]
        if changes:
            heading = f"{area.capitalize()}: {_counted(changes)}"
            lines += [heading, *_changes(project, changes, show_all=show_all), ""]
    if difference.renames and difference.changes:
        lines += ["Renames: --update FILE writes a SPARQL update for data with the old names.", ""]
    for one in difference.not_renamed:
        name, reason = project.shorten(one.iri), show(project, one.reason)
        lines += [f"No automatic update is possible for {name}: {reason}", ""]
    if difference.not_compared:
        shown = difference.not_compared if show_all else difference.not_compared[:MAX_CHANGES_SHOWN]
        left = len(difference.not_compared) - len(shown)
        more = [f"and {left} more (--all prints them)"] if left else []
        lines += ["Not compared:", *(f"  {what}" for what in (*shown, *more)), ""]
    return "\n".join([*lines, *_verdict(difference)]).rstrip() + "\n"


def diff_json(difference: Difference) -> str:
    """Return a difference as JSON.

    IRIs are in full; the values before and after are RDF terms in N-Triples notation, and a row of an answer is a list
    of them.
    """
    kinds = Counter(change.kind for change in difference.changes)
    document = {
        "old": {"name": difference.old, "version": difference.old_version or None},
        "new": {"name": difference.new, "version": difference.new_version or None},
        "level": difference.level,
        "minimumVersion": difference.minimum_version or None,
        "reasons": [
            {"kind": kind, "level": semver.TABLE[kind].level, "count": count, "why": semver.TABLE[kind].why}
            for kind, count in sorted(kinds.items())
        ],
        "changes": [
            {
                "area": change.area,
                "kind": change.kind,
                "level": change.level,
                "change": change.sign,
                "subject": _bare(change.subject),
                "label": change.label,
                "type": change.subject_type,
                "predicate": _bare(change.predicate) or None,
                "note": change.note,
                "before": change.before,
                "after": change.after,
            }
            for change in difference.changes
        ],
        "renames": [{"old": one.old, "new": one.new, "reason": one.reason} for one in difference.renames],
        "notRenamed": [{"iri": one.iri, "reason": one.reason} for one in difference.not_renamed],
        "notCompared": difference.not_compared,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def diff_update(project: Project, difference: Difference) -> str:
    """Return the SPARQL update that turns data with the old names into data with the new ones."""
    single = [one for one in difference.renames if not _is_of_a_segment(one, difference)]
    comment = [
        "SPARQL 1.1 Update: turns data in the terms of the first into data in the terms of the second.",
        f"  {_title(difference.old, difference.old_version)}",
        f"  {_title(difference.new, difference.new_version)}",
        "Datatypes, and IRIs inside literals, stay as they are. Read this list of renames before you run it:",
        *([f"  first the rules of {difference.rules[0]}"] if difference.rules else []),
        *(f"  all of <{one.old}…> -> <{one.new}…>  ({visible(one.reason)})" for one in difference.segments),
        *(f"  {project.shorten(one.old)} -> {project.shorten(one.new)}  ({visible(one.reason)})" for one in single),
        *(
            f"  {project.shorten(one.iri)}: fix by hand; {visible(show(project, one.reason))}"
            for one in difference.not_renamed
        ),
        "",
    ]
    return updates.write(
        {one.old: one.new for one in single},
        comment,
        segments={one.old: one.new for one in difference.segments},
        rules=difference.rules,
    )


def _is_of_a_segment(rename: Rename, difference: Difference) -> bool:
    """Return whether the update need not name an IRI: a renamed part of IRIs covers it, or it follows from one.

    The IRI of a mapping record follows from what it maps. Where that is renamed in part, so are too many records to
    list; they are made again from the mapping sets.
    """
    if rename.reason == SAME_MAPPING:
        return bool(difference.segments)
    return any(updates.replaced_beginning(rename.old, one) == rename.new for one in difference.segments)


def check_version(difference: Difference) -> tuple[bool, str]:
    """Return whether the new version number is high enough, and a sentence that says so.

    Raises UserError if a side states no version.
    """
    for name, version in ((difference.old, difference.old_version), (difference.new, difference.new_version)):
        if not version:
            raise UserError(f"{name} states no version to check: name a release, a checkout or a git revision.")
    minimum, stated = difference.minimum_version, difference.new_version
    since = f"the change since {difference.old_version} is {difference.level}"
    if semver.version(stated) < semver.version(minimum):
        return False, f"Version {stated} is too low: {since}. Raise it to {minimum} or higher, or undo the change."
    return True, f"Version {stated} is high enough: {since}, so the minimum is {minimum}."


def changelog_changes(difference: Difference) -> str:
    """Return one line for the changelog: how much was added, removed and changed, part by part."""
    by_area = {area: [change for change in difference.changes if change.area == area] for area in AREAS}
    parts = [f"{area} {_counted(changes)}" for area, changes in by_area.items() if changes] or ["nothing"]
    return f"Since {difference.old_version or difference.old}: {'; '.join(parts)}."


def counts(project: Project, snapshot: Snapshot, kinds: Mapping[str, str]) -> dict[str, int]:
    """Return what the changelog counts, by the name that it has there.

    ``kinds`` maps names to kinds of things: the segment of their IRIs after ``id/``. Raises UserError for a snapshot
    without shapes or saved queries: a release has only a part.
    """
    if snapshot.shapes is None or snapshot.queries is None:
        raise UserError(f"{snapshot.name} has no shapes or no saved queries to count: name a checkout or a revision.")
    vocabulary = NamedNode(project.vocabulary.rstrip("#/"))
    defined, typed, concept, *parts = (
        NamedNode(namespaces.expand(curie))
        for curie in ("rdfs:isDefinedBy", "rdf:type", "skos:Concept", "sh:property", "sh:sparql")
    )
    subjects = {q.subject for q in snapshot.quads if q.predicate == typed and isinstance(q.subject, NamedNode)}
    rules = {
        quad.object
        for quad in (*snapshot.shapes, *snapshot.curation_shapes)
        if quad.predicate in parts and isinstance(quad.object, NamedNode)
    }
    return {
        "vocabulary terms": len(
            {q.subject for q in snapshot.quads if q.predicate == defined and q.object == vocabulary}
        ),
        "concepts": len({q.subject for q in snapshot.quads if q.predicate == typed and q.object == concept}),
        **{
            name: sum(1 for subject in subjects if subject.value.startswith(f"{project.base}id/{kind}/"))
            for name, kind in kinds.items()
        },
        "rules that data is checked against": len(rules),
        "saved queries": len(snapshot.queries),
    }


def changelog_counts(project: Project, snapshot: Snapshot, kinds: Mapping[str, str]) -> str:
    """Return the line of `counts` that each version of the changelog starts with."""
    found = counts(project, snapshot, kinds)
    return f"Counts: {', '.join(f'{count} {name}' for name, count in found.items())}."


def show(project: Project, text: str) -> str:
    """Return a term, a structure or a note for reading: IRIs as CURIEs, control characters as escapes."""

    def write(term: str) -> str:
        return project.shorten(term[1:-1]) if is_iri(term) else visible(term)

    return visible(replace_terms(text, write))


def _value(project: Project, value: Value) -> str:
    """Return a value as text: a literal without its quotes, a row with its terms side by side."""
    if isinstance(value, str):
        return visible(literal_text(value)) if value.startswith('"') else show(project, value)
    return " | ".join(_value(project, term) for term in value)


def _bare(term: str) -> str:
    """Return an IRI without ``<>``; other subjects (a structure, a plain name) as they are."""
    return term[1:-1] if is_iri(term) and term.find(">") == len(term) - 1 else term


def _title(name: str, version: str) -> str:
    return f"{name} ({version})" if version and version not in name else name


def _counted(changes: list[Change]) -> str:
    numbers = Counter(change.sign for change in changes)
    return ", ".join(f"{numbers[sign]} {sign}" for sign in ("added", "removed", "changed", "renamed") if numbers[sign])


def _changes(project: Project, changes: list[Change], *, show_all: bool) -> list[str]:
    lines = []
    printed: Counter[str] = Counter()
    for number, change in enumerate(changes):
        printed[change.kind] += 1
        if show_all or printed[change.kind] <= MAX_CHANGES_SHOWN:
            lines += _change(project, change)
        elif number + 1 == len(changes) or changes[number + 1].kind != change.kind:
            left = printed[change.kind] - MAX_CHANGES_SHOWN
            lines.append(f"  {change.level:<6} and {left} more: {semver.TABLE[change.kind].edit} (--all prints them)")
    return lines


def _change(project: Project, change: Change) -> list[str]:
    label = f" '{_clip(visible(change.label))}'" if change.label else ""
    is_whole = change.sign in {"added", "removed"}
    type_ = f" ({change.subject_type})" if change.subject_type and is_whole else ""
    head = f"  {change.level:<6} {_SIGNS[change.sign]} {show(project, change.subject)}{label}{type_}"
    if change.sign == "renamed":
        return [f"{head} is now {', '.join(_value(project, value) for value in change.after)} ({change.note})"]
    what = [show(project, text) for text in (change.note, change.predicate) if text]
    head = ": ".join([head, *what])
    sides = [*_side(project, "-", change.before), *_side(project, "+", change.after)]
    if len(sides) == 1 and len(sides[0]) <= _MAX_INLINE_CHARACTERS:
        return [f"{head}: {sides[0]}"]
    return [head, *(f"           {_clip(side)}" for side in sides)]


def _side(project: Project, sign: str, values: tuple[Value, ...]) -> list[str]:
    """Return the lines of the values on one side; of the rows of an answer, the first ones."""
    shown = values[:MAX_ROWS_SHOWN] if values and isinstance(values[0], tuple) else values
    more = [f"{sign} and {len(values) - len(shown)} more"] if len(shown) < len(values) else []
    return [*(f"{sign} {_value(project, value)}" for value in shown), *more]


def _clip(text: str) -> str:
    return text if len(text) <= MAX_VALUE_CHARACTERS else text[: MAX_VALUE_CHARACTERS - 1] + "…"


def _verdict(difference: Difference) -> list[str]:
    if not difference.changes:
        return []
    minimum = difference.minimum_version
    after = f": {minimum} after {difference.old_version}" if minimum else ""
    lines = [f"Minimum version bump: {difference.level}{after}"]
    kinds = Counter(change.kind for change in difference.changes)
    for kind in sorted(kinds, key=lambda kind: (-semver.LEVELS.index(semver.TABLE[kind].level), kind)):
        entry = semver.TABLE[kind]
        lines.append(f"  {entry.level:<6} {kinds[kind]:>4}  {entry.edit}: {entry.why}")
    return lines
