"""A difference in a person's words, and as JSON."""

import json
from collections import Counter

from imaging_trials.model.project import PROJECT
from rdfkit.releases.diff import renames
from rdfkit.releases.diff import semver as levels
from rdfkit.releases.diff.changes import AREAS, Change, Difference

_SIGNS = {"+": "added", "-": "gone", "~": "changed", ">": "renamed"}
_LONGEST = 100
SHOWN = 15
"""Changes of one kind to print; the rest is counted."""


def text(difference: Difference, *, whole: bool = False) -> str:
    """Return the difference as text: what changed, part by part, then the least honest version and why.

    Of each kind the first few changes stand there, or all with ``whole``.
    """
    lines = [
        f"{_named(difference.old, difference.old_version)} -> {_named(difference.new, difference.new_version)}",
        "",
    ]
    if not difference.changes:
        lines = [f"No difference between {difference.old} and {difference.new}."]
    for area in AREAS:
        changes = [change for change in difference.changes if change.area == area]
        if changes:
            lines += [f"{area.capitalize()}: {_counted(changes)}", *_changes(changes, whole=whole), ""]
    if difference.renames and difference.changes:
        lines += ["Renamed, as it seems: --update FILE writes the SPARQL update for data in the old names.", ""]
    for iri in difference.several:
        lines += [f"{PROJECT.shorten(iri)} gave way to several: which one, no update can tell.", ""]
    if difference.not_compared:
        lines += ["Not compared: " + "; ".join(difference.not_compared) + ".", ""]
    return "\n".join([*lines, *_verdict(difference)]).rstrip() + "\n"


def since(difference: Difference) -> str:
    """Return one line for the changelog: how much came, went and changed, part by part."""
    told = {area: [change for change in difference.changes if change.area == area] for area in AREAS}
    parts = [f"{area} {_counted(changes)}" for area, changes in told.items() if changes] or ["nothing"]
    return f"Since {difference.old_version or difference.old}: {'; '.join(parts)}."


def _named(name: str, version: str) -> str:
    return f"{name} ({version})" if version and version not in name else name


def _counted(changes: list[Change]) -> str:
    counts = Counter(change.sign for change in changes)
    return ", ".join(f"{counts[sign]} {words}" for sign, words in _SIGNS.items() if counts[sign])


def _changes(changes: list[Change], *, whole: bool) -> list[str]:
    lines = []
    printed: Counter[str] = Counter()
    for number, change in enumerate(changes):
        printed[change.kind] += 1
        if whole or printed[change.kind] <= SHOWN:
            lines += _change(change)
        elif number + 1 == len(changes) or changes[number + 1].kind != change.kind:
            left = printed[change.kind] - SHOWN
            lines.append(f"  {change.level:<6} and {left} more: {levels.TABLE[change.kind].edit} (--all prints them)")
    return lines


def _change(change: Change) -> list[str]:
    label = f" '{_clip(change.label)}'" if change.label else ""
    sort = f" ({change.sort})" if change.sort and change.sign in "+-" else ""
    words = f": {change.words}" if change.words else ""
    head = f"  {change.level:<6} {change.sign} {change.subject}{label}{sort}{words}"
    sides = [(sign, value) for sign, values in (("-", change.before), ("+", change.after)) for value in values]
    if len(sides) == 1 and len(sides[0][1]) <= 60:
        return [f"{head}: {sides[0][1]}"]
    return [head, *(f"           {sign} {_clip(value)}" for sign, value in sides)]


def _clip(value: str) -> str:
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"


def _verdict(difference: Difference) -> list[str]:
    if not difference.changes:
        return []
    least = difference.least_version
    after = f": {least} after {difference.old_version}" if least else ""
    lines = [f"Least honest version: {difference.level}{after}"]
    kinds = Counter(change.kind for change in difference.changes)
    for kind in sorted(kinds, key=lambda kind: (-levels.LEVELS.index(levels.TABLE[kind].level), kind)):
        entry = levels.TABLE[kind]
        lines.append(f"  {entry.level:<6} {kinds[kind]:>4}  {entry.edit}: {entry.why}")
    return lines


def as_json(difference: Difference) -> str:
    """Return the difference as JSON: the same as the text, every change whole, IRIs of renames in full."""
    kinds = Counter(change.kind for change in difference.changes)
    told = {
        "old": {"name": difference.old, "version": difference.old_version or None},
        "new": {"name": difference.new, "version": difference.new_version or None},
        "level": difference.level,
        "leastVersion": difference.least_version or None,
        "reasons": [
            {"kind": kind, "level": levels.TABLE[kind].level, "count": count, "why": levels.TABLE[kind].why}
            for kind, count in sorted(kinds.items())
        ],
        "changes": [
            {
                "area": change.area,
                "kind": change.kind,
                "level": change.level,
                "sign": _SIGNS[change.sign],
                "subject": change.subject,
                "label": change.label,
                "sort": change.sort,
                "words": change.words,
                "before": change.before,
                "after": change.after,
            }
            for change in difference.changes
        ],
        "renames": [{"old": rename.old, "new": rename.new, "why": rename.why} for rename in difference.renames],
        "severalReplacements": difference.several,
        "notCompared": difference.not_compared,
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def update(difference: Difference) -> str:
    """Return the SPARQL update that turns data in the old names into data in the new ones."""
    comment = [
        "SPARQL 1.1 Update: turns data in the names of the first into data in those of the second.",
        f"  {_named(difference.old, difference.old_version)}",
        f"  {_named(difference.new, difference.new_version)}",
        "Datatypes and IRIs inside literals stay as they are. Read this list of renames before you run it:",
        *(f"  {PROJECT.shorten(r.old)} -> {PROJECT.shorten(r.new)}  ({r.why})" for r in difference.renames),
        *(f"  {PROJECT.shorten(iri)} gave way to several: mend by hand" for iri in difference.several),
        "",
    ]
    return renames.update({rename.old: rename.new for rename in difference.renames}, comment)
