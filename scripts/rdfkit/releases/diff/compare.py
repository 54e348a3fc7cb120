"""Find what differs between two snapshots of the graph, each difference as a change of a known kind."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Store

from rdfkit.base import Project
from rdfkit.inference import closure
from rdfkit.rdf import named_graphs
from rdfkit.releases.diff import facts, queries, renames, shapes, snapshots
from rdfkit.releases.diff.changes import AREAS, Change, Difference, Rename
from rdfkit.releases.diff.facts import Fact, View
from rdfkit.releases.diff.predicates import DEPRECATED
from rdfkit.releases.diff.semver import LEVELS
from rdfkit.releases.diff.snapshots import Snapshot
from rdfkit.releases.diff.statements import AREA, Pair, changes_of, subject_type


def compare(project: Project, old: Snapshot, new: Snapshot) -> Difference:
    """Return everything that differs between two snapshots, and what could not be compared because one side lacks it.

    A subject that was renamed is compared under its new name. Raises UserError for a broken migration table.
    """
    before, after = facts.view(project, old), facts.view(project, new)
    own = _own_subjects(before, after)
    found, segments, not_renamed = renames.find(old, new, before, after, own)
    gone = _gone(found, before, after)
    not_compared = [
        f"the saved query {name} of {snapshot.name} ({why})"
        for snapshot in (old, new)
        for name, why in snapshot.unread.items()
    ]
    changes = [_renamed(rename, before, after, own) for rename in found if rename.old in gone]
    if gone:
        before = facts.view(project, old, gone)
        own |= _own_subjects(before, after)
    changes += _statements(before, after, own)
    changes += _named_graphs(before, after)
    changes += _names(project, old, new, not_compared)
    if old.shapes is None or new.shapes is None:
        lacking = [snapshot.name for snapshot in (old, new) if snapshot.shapes is None]
        not_compared.append(f"shapes ({' and '.join(lacking)} {'has' if len(lacking) == 1 else 'have'} none)")
    else:
        known = Pair(before, after, own).was_known
        changes += shapes.compare(facts.about(old.shapes, gone), facts.about(new.shapes), known)
        owed = facts.about(old.curation_shapes, gone), facts.about(new.curation_shapes)
        changes += (replace(change, kind="curation-changed") for change in shapes.compare(*owed, known))
    changes += _closure(project, old, new)
    changes += queries.compare(project, old, new, not_compared)
    changes.sort(key=_order)
    return Difference(
        old.name,
        new.name,
        old.version,
        new.version,
        changes,
        found,
        segments,
        renames.rules_between(old, new),
        not_renamed,
        not_compared,
    )


def _order(change: Change) -> tuple[object, ...]:
    place = AREAS.index(change.area), -LEVELS.index(change.level)
    return *place, change.kind, change.subject, change.predicate, change.note, change.before, change.after


def _own_subjects(before: View, after: View) -> set[str]:
    """Return the subjects below the project's base IRI, or all subjects if there are none (another vocabulary)."""
    subjects = {subject for view in (before, after) for subject in view.about if facts.is_iri(subject)}
    return {subject for subject in subjects if subject.startswith(f"<{before.project.base}")} or subjects


def _gone(found: list[Rename], before: View, after: View) -> dict[str, str]:
    """Return old and new IRI of each rename whose old IRI is no longer described (or used, if it never was)."""
    there, here = facts.described(before, after)
    there |= before.graphs().keys()
    here |= after.graphs().keys()
    used = renames.used_iris(after)
    return {
        rename.old: rename.new
        for rename in found
        if (f"<{rename.old}>" not in here if f"<{rename.old}>" in there else rename.old not in used)
    }


def _renamed(rename: Rename, before: View, after: View, own: AbstractSet[str]) -> Change:
    old, new = f"<{rename.old}>", f"<{rename.new}>"
    is_graph = old in before.graphs()
    type_ = "named graph" if is_graph else subject_type(before, old, own)
    return Change(
        area="names" if is_graph else AREA.get(type_, "things"),
        kind="renamed",
        sign="renamed",
        subject=old,
        label=before.label(old) or after.label(new),
        subject_type=type_,
        note=rename.reason,
        after=(new,),
    )


def _statements(before: View, after: View, own: AbstractSet[str]) -> Iterator[Change]:
    """Yield what differs in the statements, subject by subject."""
    touched = {subject for subject, _, _ in before.facts.keys() ^ after.facts.keys()}
    there, here = facts.described(before, after)
    removed = touched & (there - here)
    # A link to a removed subject is part of the removal.
    pair = Pair(before.without_links_to(removed), after, own)
    records = {_mapped(view, subject) for view in (before, after) for subject in touched}
    for subject in sorted(touched):
        if (subject in there) == (subject in here):
            # A mapping that has a record is reported as a change of the record.
            yield from (change for change in changes_of(pair, subject) if not _is_in_a_record(change, records))
        else:
            gone = subject in removed
            yield _added_or_removed(subject, before if gone else after, own, gone=gone)
    yield from _moved(before, after)


def _mapped(view: View, record: str) -> tuple[str, ...]:
    return tuple(min(view.values(record, part), default="") for part in view.mapping_predicates())


def _is_in_a_record(change: Change, records: AbstractSet[tuple[str, ...]]) -> bool:
    values = change.before or change.after
    return change.kind in {"mapping-added", "mapping-removed"} and (
        change.subject, change.predicate, values[0]
    ) in records  # fmt: skip


def _added_or_removed(subject: str, view: View, own: AbstractSet[str], *, gone: bool) -> Change:
    done = "removed" if gone else "added"
    type_ = subject_type(view, subject, own)
    match type_:
        case "external term":
            kind = "external-changed"
        case "axiom":
            kind = f"restriction-{done}"
        case "metadata":
            kind = "metadata-changed"
        case "class" | "property":
            kind = "term-removed" if gone else f"{type_}-added"
        case "concept" | "concept scheme":
            kind = f"concept-{done}"
        case "mapping":
            kind = f"mapping-{done}"
        case _:
            kind = f"thing-{done}"
    was_deprecated = gone and view.values(subject, DEPRECATED)
    return Change(
        area=AREA.get(type_, "things"),
        kind=kind,
        sign="removed" if gone else "added",
        subject=subject,
        label=view.label(subject),
        subject_type=type_,
        note="was deprecated, but an IRI stays described" if was_deprecated else "",
    )


def _moved(before: View, after: View) -> Iterator[Change]:
    """Yield, for each pair of sets of graphs, how many statements moved from the first to the second."""
    project = before.project
    unnamed = snapshots.unnamed_graph(project)
    inferred = frozenset({str(project.graph_iri(named_graphs.INFERRED))})
    moves: Counter[tuple[frozenset[str], frozenset[str]]] = Counter()
    examples: dict[tuple[frozenset[str], frozenset[str]], Fact] = {}
    for fact, graphs in before.facts.items():
        now = after.facts.get(fact, inferred if fact in after.closed else graphs)
        if now != graphs and unnamed not in graphs | now:
            moves[graphs, now] += 1
            examples.setdefault((graphs, now), fact)
    for fact, graphs in after.facts.items():
        if fact not in before.facts and fact in before.closed and unnamed not in graphs:
            moves[inferred, graphs] += 1
            examples.setdefault((inferred, graphs), fact)
    for (graphs, now), count in moves.items():
        what = "statement" if count == 1 else "statements"
        yield Change(
            area="things",
            kind="moved",
            sign="changed",
            subject=", ".join(sorted(graphs)),
            subject_type="named graph",
            note=f"{count} {what} moved to {', '.join(sorted(now))}, such as: {' '.join(examples[graphs, now])}",
        )


def _named_graphs(before: View, after: View) -> Iterator[Change]:
    old, new = (view.graphs().keys() - {snapshots.unnamed_graph(view.project)} for view in (before, after))
    if old and new:
        for graph in sorted(old - new):
            yield Change("names", "graph-removed", "removed", graph, subject_type="named graph")
        for graph in sorted(new - old):
            yield Change("names", "graph-added", "added", graph, subject_type="named graph")


def _names(project: Project, old: Snapshot, new: Snapshot, not_compared: list[str]) -> Iterator[Change]:
    """Yield what differs in the prefixes and in the files of a release."""
    if old.prefixes and new.prefixes:
        for prefix in sorted(old.prefixes.keys() | new.prefixes.keys()):
            was, now = old.prefixes.get(prefix, ""), new.prefixes.get(prefix, "")
            if was and now and was != now:
                yield _of_prefix("prefix-changed", prefix, was, now)
            elif was and not now and new.has_prefix_table:
                yield _of_prefix("prefix-removed", prefix, was, now)
            elif now and not was and (old.has_prefix_table or project.is_own(now)):
                yield _of_prefix("prefix-added", prefix, was, now)
    else:
        not_compared.append("prefixes (only checkouts and git revisions have them)")
    if old.files is not None and new.files is not None:
        for file in sorted(old.files - new.files):
            yield Change("names", "file-removed", "removed", file, subject_type="file")
        for file in sorted(new.files - old.files):
            yield Change("names", "file-added", "added", file, subject_type="file")


def _of_prefix(kind: str, prefix: str, was: str, now: str) -> Change:
    return Change(
        area="names",
        kind=kind,
        sign="changed" if was and now else "removed" if was else "added",
        subject=f"{prefix}:",
        subject_type="prefix",
        note="namespace" if was and now else "",
        before=(was,) if was else (),
        after=(now,) if now else (),
    )


def _closure(project: Project, old: Snapshot, new: Snapshot) -> Iterator[Change]:
    """Yield that the new inference rules infer something else from the old statements, if they do."""
    if not old.closure_rules or not new.closure_rules or old.closure_rules == new.closure_rules:
        return
    was = {quad.triple for quad in old.closed}
    now = _closed(project, old, new.closure_rules)
    if was != now:
        names = {name for name, _ in old.closure_rules.items() ^ new.closure_rules.items()}
        note = f"{len(now - was)} more and {len(was - now)} fewer statements follow from the old statements"
        yield Change("rules", "closure-changed", "changed", ", ".join(sorted(names)), note=note)


def _closed(project: Project, snapshot: Snapshot, rules: Mapping[str, str]) -> set[object]:
    store = Store()
    store.bulk_extend(snapshot.quads)
    with tempfile.TemporaryDirectory(prefix="imt-diff-") as folder:
        for name, text in rules.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        closure.close(project, store, Path(folder))
    return {quad.triple for quad in store}
