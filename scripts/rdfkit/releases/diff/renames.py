"""Find what was renamed between two snapshots; `rdfkit.releases.diff.updates` writes the update that renames it.

A rename is stated, never guessed. There are two ways to state one:

- A migration table, ``ontology/migrations/VERSION.tsv``, lists what that version renames or drops: one line for each
  IRI, with the columns ``old term``, ``new term`` (empty if nothing replaces it) and ``reason``, separated by tabs, and
  these names in the first line. Terms are CURIEs (prefixes of the new snapshot or, for those that it dropped, of the
  old one) or full IRIs in ``<>``. IRIs of named graphs can be listed too. A line whose two IRIs end with ``/`` or ``#``
  renames that part of every IRI below it (``vector:`` to ``substance:``), except of IRIs that have a line of their own.
- The graph itself states ``dcterms:isReplacedBy`` for a term that it still describes.

Tables are applied in the order of their versions, so an IRI that was renamed twice gets the last name.

What a rename cannot express is in ``ontology/migrations/VERSION.ru``, general rules as a SPARQL update in the terms of
the version before. They are run before the renames.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from rdfkit.base import UserError
from rdfkit.releases.diff import facts, semver, updates
from rdfkit.releases.diff.changes import NotRenamed, Rename
from rdfkit.releases.diff.facts import View, is_iri
from rdfkit.releases.diff.predicates import REPLACED_BY
from rdfkit.releases.diff.snapshots import MIGRATIONS, Snapshot

COLUMNS = ("old term", "new term", "reason")

SAME_MAPPING = "the same mapping"
"""The reason of the rename of a mapping record: its IRI follows from what it maps."""

_ENDS_OF_SEGMENTS = ("/", "#")


class Row(NamedTuple):
    """A line of a migration table: the IRIs in full (``new`` is "" if there is no replacement), and where it is."""

    old: str
    new: str
    reason: str
    place: str

    @property
    def is_segment(self) -> bool:
        """Whether the line renames the beginning of IRIs."""
        return self.old.endswith(_ENDS_OF_SEGMENTS)


def read_migrations(texts: Mapping[str, str], *prefixes: Mapping[str, str]) -> list[list[Row]]:
    """Return the rows of each migration table, tables sorted by version; a prefix counts by its first namespace.

    ``texts`` are file names with their contents. Raises UserError for a table that is not well formed.
    """
    namespaces = {prefix: iri for table in reversed(prefixes) for prefix, iri in table.items()}
    for name in texts:
        if not semver.is_version(name.removesuffix(".tsv")):
            raise UserError(f"{MIGRATIONS}/{name}: name the file after the version that renames, such as 2.0.0.tsv.")
    names = sorted(texts, key=lambda name: semver.version(name.removesuffix(".tsv")))
    return [_read_table(f"{MIGRATIONS}/{name}", texts[name], namespaces) for name in names]


def _read_table(place: str, text: str, prefixes: Mapping[str, str]) -> list[Row]:
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise UserError(f"{place}:1: the first line must be the columns {', '.join(COLUMNS)}, separated by tabs.")
    rows: dict[str, Row] = {}
    for number, line in enumerate(lines[1:], 2):
        at = f"{place}:{number}"
        cells = line.split("\t")
        if len(cells) != len(COLUMNS) or not cells[0] or not cells[2]:
            raise UserError(f"{at}: write an old term, a new term (or nothing) and a reason, separated by tabs.")
        row = Row(_expand(cells[0], prefixes, at), _expand(cells[1], prefixes, at), cells[2], at)
        if row.new and row.is_segment != row.new.endswith(_ENDS_OF_SEGMENTS):
            raise UserError(
                f"{at}: only one of the two IRIs ends with / or #: write both as parts of IRIs, or neither."
            )
        if row.is_segment and not row.new:
            raise UserError(f"{at}: a part of IRIs needs a new one: list the IRIs that nothing replaces line by line.")
        if row.old in rows:
            raise UserError(f"{at}: {cells[0]} is listed in {rows[row.old].place} already: keep one of the two lines.")
        rows[row.old] = row
    return list(rows.values())


def _expand(term: str, prefixes: Mapping[str, str], place: str) -> str:
    """Return the full IRI of a cell of a table; an empty cell stays empty."""
    prefix, colon, local = term.partition(":")
    iri = term[1:-1] if is_iri(term) else prefixes.get(prefix, "") + local
    if term and (not colon or not updates.is_absolute(iri) or not (is_iri(term) or prefix in prefixes)):
        raise UserError(f"{place}: '{term}' is neither a CURIE with a known prefix nor a full IRI in <>: correct it.")
    return iri if term else ""


def find(
    old: Snapshot, new: Snapshot, before: View, after: View, own: AbstractSet[str]
) -> tuple[list[Rename], list[Rename], list[NotRenamed]]:
    """Return what was renamed, the parts of IRIs that were renamed, and what was dropped or has several replacements.

    What was renamed has, for a part of IRIs, each IRI below it that has a new IRI in the new snapshot. ``own`` are the
    subjects that are the project's own. The record of a mapping is renamed if a new record maps the
    same things. Raises UserError for a broken migration table, and for one that names a new term that the checkout
    does not use.
    """
    rows, segments = _stated_in_tables(old, new, before, after)
    there, here = (side & own for side in facts.described(before, after))
    replaced = {}
    several = []
    for subject in sorted(there - {f"<{iri}>" for iri in rows}):
        was, now = before.values(subject, REPLACED_BY), after.values(subject, REPLACED_BY)
        targets = sorted(filter(is_iri, was | now))
        if targets and (subject not in here or not was):
            if len(targets) == 1:
                replaced[subject] = targets[0]
            else:
                several.append(NotRenamed(subject[1:-1], f"it has several replacements: {', '.join(targets)}"))
    stated = {subject: next(iter(values)) for subject in here if len(values := after.values(subject, REPLACED_BY)) == 1}
    renames = [Rename(row.old, row.new, row.reason) for row in rows.values() if row.new]
    if segments:
        renames += _below(segments, used_iris(before) - rows.keys(), used_iris(after))
    renames += [Rename(old[1:-1], _last(old, {**stated, **replaced})[1:-1], "dcterms:isReplacedBy") for old in replaced]
    names = {rename.old: rename.new for rename in renames}
    mappings = {subject for view in (before, after) for subject in view.about if view.is_mapping(subject)}
    new_records = {row: record for record, row in _mapped(after, (here - there) & mappings, {}).items()}
    for record, row in _mapped(before, (there - here) & mappings, names).items():
        if row in new_records and record[1:-1] not in names:
            renames.append(Rename(record[1:-1], new_records[row][1:-1], SAME_MAPPING))
    dropped = [NotRenamed(row.old, row.reason) for row in rows.values() if not row.new]
    whole = sorted((one for one in renames if one.old != one.new), key=lambda one: one.old)
    return whole, segments, dropped + several


def rules_between(old: Snapshot, new: Snapshot) -> tuple[str, str] | None:
    """Return the name and the text of the rules of the version that is between two snapshots, or None.

    A snapshot that states no version is taken for older (newer) than all rules. Raises UserError for a file that is not
    named after a version, and if the rules of two versions apply: the second would be run in the terms of the first.
    """
    found = []
    for name, text in sorted(new.migration_rules.items()):
        number = name.removesuffix(".ru")
        if not semver.is_version(number):
            raise UserError(f"{MIGRATIONS}/{name}: name the file after the version that renames, such as 2.0.0.ru.")
        is_after = not old.version or semver.version(old.version) < semver.version(number)
        if is_after and (not new.version or semver.version(number) <= semver.version(new.version)):
            found.append((f"{MIGRATIONS}/{name}", text))
    if len(found) > 1:
        raise UserError(
            f"{' and '.join(name for name, _ in found)} both apply between {old.name} and {new.name}: compare one "
            "version with the next, and run the updates one after the other."
        )
    return found[0] if found else None


def _below(segments: list[Rename], there: AbstractSet[str], here: AbstractSet[str]) -> list[Rename]:
    """Return the rename of each old IRI below a renamed part whose new IRI is in use."""
    pairs = ((one, iri, updates.replaced_beginning(iri, one)) for one in segments for iri in there)
    return [Rename(iri, target, one.reason) for one, iri, target in pairs if target != iri and target in here]


def used_iris(view: View) -> set[str]:
    """Return the IRIs (in full) that are used in a view: subjects, predicates, objects and named graphs."""
    found = {term for fact in view.facts for term in fact if is_iri(term)} | view.graphs().keys()
    return {term[1:-1] for term in found}


def _stated_in_tables(old: Snapshot, new: Snapshot, before: View, after: View) -> tuple[dict[str, Row], list[Rename]]:
    """Return the rows for what the old snapshot uses, by old IRI, each with its last new IRI; and the parts of IRIs."""
    current: dict[str, Row] = {}
    for table in read_migrations(new.migrations, new.prefixes, before.project.prefixes, old.prefixes):
        current = _then(current, {row.old: row for row in table})
    if not current:
        return {}, []
    used_before, used_after = used_iris(before), used_iris(after)

    def is_used(iri: str, used: AbstractSet[str]) -> bool:
        return iri in used or (iri.endswith(_ENDS_OF_SEGMENTS) and any(one.startswith(iri) for one in used))

    for row in current.values():
        if row.is_segment and any(start != row.old and start.startswith(row.old) for start in current):
            continue  # each IRI below it may have a line of its own
        if row.new and not is_used(row.new, used_after) and new.closure_rules is not None:
            raise UserError(f"{row.place}: {new.name} has no <{row.new}>: correct the new term, or leave it empty.")
    stated = {start: row for start, row in sorted(current.items()) if is_used(start, used_before)}
    segments = [Rename(row.old, row.new, row.reason) for row in stated.values() if row.is_segment]
    return {start: row for start, row in stated.items() if not row.is_segment}, segments


def _then(first: Mapping[str, Row], second: Mapping[str, Row]) -> dict[str, Row]:
    """Return the rows that have the effect of two tables, one after the other."""

    def last(row: Row) -> Row:
        if row.new in second:
            return second[row.new]._replace(old=row.old)
        begins = [one for one in second.values() if one.is_segment and row.new.startswith(one.old)]
        if not begins:
            return row
        longest = max(begins, key=lambda one: len(one.old))
        return longest._replace(old=row.old, new=longest.new + row.new.removeprefix(longest.old))

    # A line of the second table for an IRI that gets its name by a renamed part in the first one.
    within = [
        row._replace(old=part.old + row.old.removeprefix(part.new))
        for part in first.values()
        for row in second.values()
        if part.is_segment and row.old != part.new and row.old.startswith(part.new)
    ]
    return {**second, **{row.old: row for row in within}, **{old: last(row) for old, row in first.items()}}


def _last(old: str, replaced: Mapping[str, str]) -> str:
    """Return the last replacement of a chain of replacements."""
    seen = {old}
    at = replaced[old]
    while at in replaced and at not in seen:
        seen.add(at)
        at = replaced[at]
    return at


def _mapped(view: View, records: AbstractSet[str], renamed: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the subject and the object that each record of a mapping relates, by their new names."""
    subject, _, value = view.mapping_predicates()
    return {
        record: tuple(
            renamed.get(term[1:-1], term[1:-1]) for part in (subject, value) for term in view.values(record, part)
        )
        for record in records
    }
