"""Finds what differs between two states of the graph, each difference as a change of a known kind."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

from pyoxigraph import Store

from imaging_trials.model.project import PROJECT
from rdfkit.inference import closure as reason
from rdfkit.rdf import named_graphs as layers
from rdfkit.releases.diff import facts as views
from rdfkit.releases.diff import queries as questions
from rdfkit.releases.diff import renames, statements
from rdfkit.releases.diff import shapes as rules
from rdfkit.releases.diff.changes import AREAS, Change, Difference
from rdfkit.releases.diff.facts import Fact, View, show
from rdfkit.releases.diff.semver import LEVELS
from rdfkit.releases.diff.snapshots import State

_FOLLOWS = frozenset({f"<{PROJECT.prefixes['graph']}{layers.INFERRED}>"})
_GIVEN = "<" + PROJECT.prefixes["graph"] + "given>"


def compare(old: State, new: State) -> Difference:
    """Return everything that differs between two states, with what could not be compared since one side lacks it."""
    before, after = views.view(old), views.view(new)
    ours = _ours(before, after)
    mappings = {subject for view in (before, after) for subject in view.about if statements.is_mapping(subject, view)}
    found, several = renames.find(before, after, ours=ours, mappings=mappings)
    here = views.existing(before, after)[1]
    gone = {rename.old: rename.new for rename in found if f"<{rename.old}>" not in here}
    not_compared = [
        f"the saved query {id_} of {state.name} ({why})" for state in (old, new) for id_, why in state.unread.items()
    ]
    changes = [_renamed(rename, before, after, ours) for rename in found if rename.old in gone]
    if gone:
        before = views.view(old, gone)
        ours |= _ours(before, after)
    changes += list(_graph(before, after, ours))
    changes += list(_named_graphs(before, after))
    changes += list(_names(old, new, not_compared))
    if old.shapes is None or new.shapes is None:
        not_compared.append(f"rules for data ({_lacking(old, new, 'shapes')} no shapes)")
    else:
        known = statements.Pair(before, after, ours).was_known
        changes += list(rules.compare(views.shapes(old.shapes, gone), views.shapes(new.shapes), known))
    changes += list(_closure(old, new))
    changes += list(questions.compare(old, new, not_compared))
    changes.sort(
        key=lambda c: (AREAS.index(c.area), -LEVELS.index(c.level), c.kind, c.subject, c.words, c.before, c.after)
    )
    return Difference(old.name, new.name, old.version, new.version, changes, found, several, not_compared)


def _lacking(old: State, new: State, what: str) -> str:
    names = [state.name for state in (old, new) if getattr(state, what) is None]
    return f"{' and '.join(names)} {'has' if len(names) == 1 else 'have'}"


def _ours(before: View, after: View) -> set[str]:
    """Return the subjects that are ours: those in our namespaces, or where there are none (a file of yours) all."""
    subjects = {subject for view in (before, after) for subject in view.about if subject.startswith("<")}
    return {subject for subject in subjects if subject.startswith(f"<{PROJECT.base}")} or subjects


def _renamed(rename: renames.Rename, before: View, after: View, ours: AbstractSet[str]) -> Change:
    old, new = f"<{rename.old}>", f"<{rename.new}>"
    of = "about" if rename.why == "the same statements" else statements.sort(old, before, ours)
    return Change(
        area=statements.AREA.get(of, "things"),
        kind="renamed",
        sign=">",
        subject=show(old),
        label=before.label(old) or after.label(new),
        sort="named graph" if of == "about" else of,
        words=f"is now {show(new)} ({rename.why})",
    )


def _graph(before: View, after: View, ours: AbstractSet[str]) -> Iterator[Change]:
    """Yield what differs in the statements, subject by subject."""
    touched = {subject for subject, _, _ in before.facts.keys() ^ after.facts.keys()}
    there, here = views.existing(before, after)
    removed = touched & (there - here)
    pair = statements.Pair(_without_links_to(removed, before), after, ours)
    rows = {_row(view, subject) for view in (before, after) for subject in touched}
    for subject in sorted(touched):
        if (subject in there) == (subject in here):
            # What a mapping says is told of the mapping.
            for change in statements.judge(pair, subject):
                if not (change.kind in {"mapping-added", "mapping-removed"} and _is_row(change, rows)):
                    yield change
        else:
            yield from _come_or_gone(subject, before, after, ours, gone=subject in removed)
    yield from _moved(before, after)


def _row(view: View, mapping: str) -> tuple[str, ...]:
    row = [view.values(mapping, predicate) for predicate in renames.MAPS.values()]
    return tuple(show(next(iter(values))) if values else "" for values in row)


def _is_row(change: Change, rows: AbstractSet[tuple[str, ...]]) -> bool:
    predicate, value = change.words.split(" ")[-2:]
    return (change.subject, predicate, value) in rows


def _without_links_to(removed: AbstractSet[str], view: View) -> View:
    """Return a view less the statements whose object is gone: that is told of the object, once."""
    facts = {fact: graphs for fact, graphs in view.facts.items() if fact[2] not in removed}
    return View(facts, views.by_subject(facts), view.closed) if removed else view


def _come_or_gone(subject: str, before: View, after: View, ours: AbstractSet[str], *, gone: bool) -> Iterator[Change]:
    view = before if gone else after
    of = statements.sort(subject, view, ours)
    state = "removed" if gone else "added"
    if of == "foreign":
        kind = "foreign-changed"
    elif of == "axiom":
        kind = f"restriction-{state}"
    elif of == "about":
        kind = "about-changed"
    elif of in {"class", "property"}:
        kind = "term-removed" if gone else f"{of}-added"
    elif of in {"concept", "concept scheme"}:
        kind = f"concept-{state}"
    elif of == "mapping":
        kind = f"mapping-{state}"
    else:
        kind = f"thing-{state}"
    deprecated = gone and view.values(subject, views.iri("owl:deprecated"))
    yield Change(
        area=statements.AREA.get(of, "things"),
        kind=kind,
        sign="-" if gone else "+",
        subject=show(subject),
        label=view.label(subject),
        sort=of,
        words="was deprecated, and an IRI stays for good" if deprecated else "",
    )


def _moved(before: View, after: View) -> Iterator[Change]:
    """Yield, graph by graph, how many statements stand in another one now."""
    moves: Counter[tuple[frozenset[str], frozenset[str]]] = Counter()
    first: dict[tuple[frozenset[str], frozenset[str]], Fact] = {}
    for fact, graphs in before.facts.items():
        now = after.facts.get(fact, _FOLLOWS if fact in after.closed else graphs)
        if now != graphs and _GIVEN not in graphs | now:
            moves[graphs, now] += 1
            first.setdefault((graphs, now), fact)
    for fact, graphs in after.facts.items():
        if fact not in before.facts and fact in before.closed and _GIVEN not in graphs:
            moves[_FOLLOWS, graphs] += 1
            first.setdefault((_FOLLOWS, graphs), fact)
    for (graphs, now), count in moves.items():
        places = ", ".join(sorted(map(show, graphs))), ", ".join(sorted(map(show, now)))
        example = " ".join(map(show, first[graphs, now]))
        what = "statement moved" if count == 1 else "statements moved"
        yield Change("things", "moved", "~", places[0], words=f"{count} {what} to {places[1]}, such as: {example}")


def _named_graphs(before: View, after: View) -> Iterator[Change]:
    old, new = (renames.graphs(view).keys() - {_GIVEN} for view in (before, after))
    if old and new:
        for graph in sorted(old - new):
            yield Change("names", "graph-removed", "-", show(graph), sort="named graph")
        for graph in sorted(new - old):
            yield Change("names", "graph-added", "+", show(graph), sort="named graph")


def _names(old: State, new: State, not_compared: list[str]) -> Iterator[Change]:
    """Yield what differs in prefixes and files."""
    if old.prefixes and new.prefixes:
        for prefix in sorted(old.prefixes.keys() | new.prefixes.keys()):
            was, now = old.prefixes.get(prefix, ""), new.prefixes.get(prefix, "")
            if was and now and was != now:
                yield Change("names", "prefix-changed", "~", f"{prefix}:", "", "prefix", "namespace", (was,), (now,))
            elif was and not now and new.whole_table:
                yield Change("names", "prefix-removed", "-", f"{prefix}:", "", "prefix", "", (was,))
            elif now and not was and (old.whole_table or now.startswith(PROJECT.base)):
                yield Change("names", "prefix-added", "+", f"{prefix}:", "", "prefix", "", (), (now,))
    else:
        not_compared.append("prefixes (only checkouts and git revisions tell them)")
    if old.files is not None and new.files is not None:
        for file in sorted(old.files ^ new.files):
            gone = file in old.files
            yield Change("names", "file-removed" if gone else "file-added", "-" if gone else "+", file, sort="file")


def _closure(old: State, new: State) -> Iterator[Change]:
    """Yield what the new rules of inference make of the old statements, where that is something else."""
    if not old.closure_rules or not new.closure_rules or old.closure_rules == new.closure_rules:
        return
    was = {quad.triple for quad in old.closed}
    closed = Store()
    closed.bulk_extend(old.quads)
    with tempfile.TemporaryDirectory(prefix="imt-diff-") as folder:
        for name, text in new.closure_rules.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        reason.close(PROJECT, closed, Path(folder))
    now = {quad.triple for quad in closed}
    if was != now:
        names = old.closure_rules.items() ^ new.closure_rules.items()
        words = f"{len(now - was)} statements more and {len(was - now)} less follow from the old ones"
        yield Change("rules", "closure-changed", "~", ", ".join(sorted({name for name, _ in names})), words=words)
