"""Find what was renamed between two snapshots, and write a SPARQL update that renames it in any data.

A rename is stated, never guessed. There are two ways to state one:

- A migration table, ``ontology/migrations/VERSION.tsv``, lists what that version renames or drops: one line for each
  IRI, with the columns ``old term``, ``new term`` (empty if nothing replaces it) and ``reason``, separated by tabs, and
  these names in the first line. Terms are CURIEs (prefixes of the new snapshot or, for those that it dropped, of the
  old one) or full IRIs in ``<>``. IRIs of named graphs can be listed too.
- The graph itself states ``dcterms:isReplacedBy`` for a term that it still describes.

Tables are applied in the order of their versions, so an IRI that was renamed twice gets the last name.
"""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from rdfkit.base import UserError
from rdfkit.releases.diff import facts, semver
from rdfkit.releases.diff.changes import NotRenamed, Rename
from rdfkit.releases.diff.facts import View, is_iri
from rdfkit.releases.diff.predicates import REPLACED_BY
from rdfkit.releases.diff.snapshots import MIGRATIONS, Snapshot

COLUMNS = ("old term", "new term", "reason")

SAME_MAPPING = "the same mapping"
"""The reason of the rename of a mapping record: its IRI follows from what it maps."""

_NOT_IN_IRIS = re.compile(r"[\x00-\x20<>\"{}|^`\\]")


class Row(NamedTuple):
    """A line of a migration table: the IRIs in full (``new`` is "" if there is no replacement), and where it is."""

    old: str
    new: str
    reason: str
    place: str


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
        if row.old in rows:
            raise UserError(f"{at}: {cells[0]} is listed in {rows[row.old].place} already: keep one of the two lines.")
        rows[row.old] = row
    return list(rows.values())


def _expand(term: str, prefixes: Mapping[str, str], place: str) -> str:
    """Return the full IRI of a cell of a table; an empty cell stays empty."""
    prefix, colon, local = term.partition(":")
    iri = term[1:-1] if is_iri(term) else prefixes.get(prefix, "") + local
    if term and (not colon or not _is_absolute(iri) or not (is_iri(term) or prefix in prefixes)):
        raise UserError(f"{place}: '{term}' is neither a CURIE with a known prefix nor a full IRI in <>: correct it.")
    return iri if term else ""


def find(
    old: Snapshot, new: Snapshot, before: View, after: View, own: AbstractSet[str]
) -> tuple[list[Rename], list[NotRenamed]]:
    """Return what was renamed, and what was dropped or has several replacements.

    ``own`` are the subjects that are the project's own. The record of a mapping is renamed if a new record maps the
    same things. Raises UserError for a broken migration table, and for
    one that names a new term that the checkout does not use.
    """
    rows = _stated_in_tables(old, new, before, after)
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
    renames += [Rename(old[1:-1], _last(old, {**stated, **replaced})[1:-1], "dcterms:isReplacedBy") for old in replaced]
    names = {rename.old: rename.new for rename in renames}
    mappings = {subject for view in (before, after) for subject in view.about if view.is_mapping(subject)}
    new_records = {row: record for record, row in _mapped(after, (here - there) & mappings, {}).items()}
    for record, row in _mapped(before, (there - here) & mappings, names).items():
        if row in new_records and record[1:-1] not in names:
            renames.append(Rename(record[1:-1], new_records[row][1:-1], SAME_MAPPING))
    dropped = [NotRenamed(row.old, row.reason) for row in rows.values() if not row.new]
    return sorted((one for one in renames if one.old != one.new), key=lambda one: one.old), dropped + several


def used_iris(view: View) -> set[str]:
    """Return the IRIs (in full) that are used in a view: subjects, predicates, objects and named graphs."""
    found = {term for fact in view.facts for term in fact if is_iri(term)} | view.graphs().keys()
    return {term[1:-1] for term in found}


def _stated_in_tables(old: Snapshot, new: Snapshot, before: View, after: View) -> dict[str, Row]:
    """Return the rows that rename or drop what the old snapshot uses, by old IRI, each with its last new IRI."""
    current: dict[str, Row] = {}
    for table in read_migrations(new.migrations, new.prefixes, before.project.prefixes, old.prefixes):
        step = {row.old: row for row in table}
        current = {start: step.get(row.new, row)._replace(old=start) for start, row in current.items()}
        current = {**step, **current}
    if not current:
        return {}
    used_before, used_after = used_iris(before), used_iris(after)
    for row in current.values():
        if row.new and row.new not in used_after and new.closure_rules is not None:
            raise UserError(f"{row.place}: {new.name} has no <{row.new}>: correct the new term, or leave it empty.")
    return {start: row for start, row in sorted(current.items()) if start in used_before}


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


_TEMPORARY = "urn:x-imt-rename:"
_PLACES = (("?s", "?s ?p ?o", "?n ?p ?o"), ("?p", "?s ?p ?o", "?s ?n ?o"), ("?o", "?s ?p ?o", "?s ?p ?n"))


def update(renames: Mapping[str, str], comment: Iterable[str] = ()) -> str:
    """Return a SPARQL 1.1 update that renames IRIs as subject, predicate, object and named graph, all at once.

    ``renames`` maps old to new IRIs, in full; ``comment`` is written at the head, a line each. Each old IRI is first
    replaced by a temporary one, and these by the new ones, so that swaps and chains give the right result. Named graphs
    are changed before the default graph: in a store whose default graph is the union of all graphs, nothing is left to
    change there. Datatypes are not renamed.

    Raises UserError for a text that is not an absolute IRI, or that is one of the temporary IRIs.
    """
    lines = [*(f"# {line}" if line else "#" for line in comment)]
    pairs = sorted((old, new) for old, new in renames.items() if old != new)
    for term in (term for pair in pairs for term in pair):
        if not _is_absolute(term) or term.startswith(_TEMPORARY):
            raise UserError(f"'{term}' is not an IRI that can be renamed: write an absolute IRI.")
    if not pairs:
        return "\n".join([*lines, "# Nothing to rename.", "INSERT DATA { }", ""])
    temporary = [f"{_TEMPORARY}{number}" for number in range(1, len(pairs) + 1)]
    steps = [
        ("Replace the old IRIs by temporary ones,", zip((old for old, _ in pairs), temporary, strict=True)),
        ("and these by the new IRIs.", zip(temporary, (new for _, new in pairs), strict=True)),
    ]
    operations = []
    for what, step in steps:
        rows = "".join(f"\n    (<{old}> <{new}>)" for old, new in step)
        of_step = [_operation(rows, place, find, make, graph) for graph in ("?g", "") for place, find, make in _PLACES]
        of_step.insert(3, _graph_operation(rows))
        operations.append(f"# {what}\n" + " ;\n".join(of_step))
    return "\n".join(lines) + ("\n" if lines else "") + " ;\n".join(operations) + "\n"


def _is_absolute(iri: str) -> bool:
    return ":" in iri and not _NOT_IN_IRIS.search(iri)


def _operation(rows: str, place: str, find: str, make: str, graph: str) -> str:
    def inside(pattern: str) -> str:
        return f"GRAPH {graph} {{ {pattern} }}" if graph else pattern

    return (
        f"DELETE {{ {inside(find)} }}\nINSERT {{ {inside(make)} }}\n"
        f"WHERE {{\n  VALUES ({place} ?n) {{{rows}\n  }}\n  {inside(find)}\n}}"
    )


def _graph_operation(rows: str) -> str:
    return (
        "DELETE { GRAPH ?g { ?s ?p ?o } }\nINSERT { GRAPH ?n { ?s ?p ?o } }\n"
        f"WHERE {{\n  VALUES (?g ?n) {{{rows}\n  }}\n  GRAPH ?g {{ ?s ?p ?o }}\n}}"
    )
