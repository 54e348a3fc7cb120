"""Find mutants: edits are tried on valid records until the constraint aimed at reports one, or all shapes pass."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain, islice
from typing import Any

from pyoxigraph import BlankNode, NamedNode

from rdfkit.rdf import rdflib_adapter
from tools.mutation import edits, quick, records, score, tries, values
from tools.mutation.aims import Aim, aims, query_of
from tools.mutation.ground import (
    Declaration,
    Outcome,
    focus_nodes,
    ground,
    laid,
    node_name,
    outcomes,
    targets_of,
)
from tools.mutation.records import Base, Edit, Mutant, Node
from tools.mutation.weaken import Change

MAX_TRIED_EDITS = 3000
"""Edits tried on one record before the search gives up on it."""


@cache
def focus_of(name: str) -> dict[Declaration, tuple[Node, ...]]:
    """Return the focus nodes in a record, given by its name, by target declaration."""
    with laid(ground(), records.bases()[name].triples) as own:
        reached = focus_nodes(ground(), own)
    return {d: tuple(sorted((_node(node) for node in nodes), key=str)) for d, nodes in reached.items()}


def _node(node: Any) -> Node:
    return _named(rdflib_adapter.from_rdflib(node))


def results_of(aim: Aim, triples: Iterable[Any]) -> list[Outcome]:
    """Return the results of the shape aimed at for a record."""
    on = ground()
    with laid(on, triples) as own:
        targets = targets_of(focus_nodes(on, own, aim.declared)).get(aim.owner)
        return outcomes(on, on.shapes, {aim.shape: targets}) if targets else []


def all_results(triples: Iterable[Any]) -> list[Outcome]:
    """Return the results of all shapes for a record."""
    on = ground()
    with laid(on, triples) as own:
        return outcomes(on, on.shapes, targets_of(focus_nodes(on, own)))


def attempt(aim: Aim, base: Base, edit: Edit) -> Mutant | None:
    """Return the mutant if the constraint aimed at reports it, else None."""
    mutant = judged(aim, base, edit)
    return mutant if mutant.expected == records.REPORTED else None


def judged(aim: Aim, base: Base, edit: Edit) -> Mutant:
    """Return the mutant with the current results of the constraint aimed at."""
    mutant = Mutant("", records.SILENT, *aim.id, "", "", "", "", base, edit)
    found = [entry for entry in results_of(aim, mutant.triples) if (entry[5], entry[3]) == aim.id]
    if not found:
        return mutant
    focus, value = (" | ".join(entry[column] for entry in found) for column in (0, 2))
    return replace(mutant, expected=records.REPORTED, path=found[0][1], severity=found[0][4], focus=focus, value=value)


def candidates(aim: Aim, declaration: Declaration) -> list[tuple[Base, Node]]:
    """Return the focus nodes of valid records that a declaration targets, those first that only it targets."""
    found = []
    for base in records.valid_bases():
        reached = focus_of(base.name)
        for node in reached.get(declaration, ()):
            ways = sum(node in reached.get(other, ()) for other in aim.declared)
            found.append((ways, len(base.triples), base.name, str(node), base, node))
    return [(base, node) for *_, base, node in sorted(found, key=lambda entry: entry[:4])]


def killers(aim: Aim) -> Iterator[Mutant]:
    """Yield mutants that the constraint reports: each kind of edit at its first target, one at each further one."""
    is_searched = aim.parameter in edits.SEARCHED
    for number, declaration in enumerate(aim.declared):
        kinds: Counter[str] = Counter()
        wanted = 1 if number else 2 if is_searched else 100
        for base, focus in candidates(aim, declaration)[:6]:
            alone = isolated(aim, declaration, base, focus) if aim.parameter == "minCount" else ()
            for edit in islice(chain(alone, edits.breaking(aim, base, focus)), 100 if is_searched else 40):
                if kinds.total() >= wanted:
                    break
                if (kinds[edit.name] < 2 or edit.name == "off-pattern") and (mutant := attempt(aim, base, edit)):
                    kinds[edit.name] += 1
                    yield mutant
            if kinds:
                break


def searched(aim: Aim, most: int = 2) -> Iterator[Mutant]:
    """Yield up to ``most`` mutants for each target of a SPARQL constraint, from edits that pass `quick`."""
    for number, declaration in enumerate(aim.declared):
        kinds: Counter[str] = Counter()
        wanted = most if number == 0 else 1
        first = {base.name: (base, focus) for base, focus in reversed(candidates(aim, declaration))}
        for base, focus in list(reversed(first.values()))[:6]:
            with quick.laid_down(base) as table:
                for edit in sieved(aim, base, focus, table):
                    if kinds[edit.name] == 0 and (mutant := attempt(aim, base, edit)):
                        kinds[edit.name] += 1
                        yield mutant
                    if kinds.total() >= wanted:
                        break
            if kinds.total() >= wanted:
                break


def sieved(aim: Aim, base: Base, focus: Node, table: quick.Table) -> Iterator[Edit]:
    """Yield the edits after which the query of a constraint has results."""
    for edit in islice(tries.tries(aim, base, focus, wide=True), MAX_TRIED_EDITS):
        with quick.edited(table, edit):
            found = quick.rows(table, query_of(aim), reachable(aim, base, edit))
        if found:
            yield edit


def reachable(aim: Aim, base: Base, edit: Edit) -> set[Node]:
    """Return the nodes of an edited record that may be focus nodes."""
    nodes = {node for declaration in aim.declared for node in focus_of(base.name).get(declaration, ())}
    return nodes | {_named(t.subject) for t in edit.added if t.predicate == values.TYPE}


def _named(node: Any) -> Node:
    assert isinstance(node, NamedNode | BlankNode), node
    return node


def sharpened(aim: Aim, alive: list[Change]) -> Iterator[Mutant]:
    """Yield records for which changed queries of a constraint have other results than the query: edits of fixtures.

    Their expected results are the current results of the constraint: read them before you keep them.
    """
    left = {change.id: (change, str(change.added[0][2])) for change in alive if change.added}
    broken = [base for base in records.bases().values() if base.name in _fixtures_of(aim)]
    valid = list(dict.fromkeys(base for d in aim.declared for base, _ in candidates(aim, d)))
    for base in (*broken, *valid[:6]):
        nodes = sorted(reachable(aim, base, Edit("")), key=str)
        with quick.laid_down(base) as table:
            wide = tries.tries(aim, base, nodes[0], wide=True) if nodes else ()
            for edit in islice(chain(tries.off_regexes(aim, base), wide), MAX_TRIED_EDITS):
                if not left:
                    return
                differing = _differing(aim, base, edit, table, left)
                if differing and (mutant := _noticing(aim, base, edit, differing)):
                    yield mutant[0]
                    for name in mutant[1]:
                        left.pop(name, None)


def _differing(
    aim: Aim, base: Base, edit: Edit, table: quick.Table, left: dict[str, tuple[Change, str]]
) -> list[Change]:
    with quick.edited(table, edit):
        nodes = reachable(aim, base, edit)
        now = quick.rows(table, query_of(aim), nodes)
        return [change for change, query in left.values() if quick.rows(table, query, nodes) != now]


def _noticing(aim: Aim, base: Base, edit: Edit, changes: list[Change]) -> tuple[Mutant, list[str]] | None:
    mutant = judged(aim, base, edit)
    found = list(score.noticed(aim, score.Evidence("", tuple(mutant.triples), score.mutant_sees), changes))
    return (mutant, found) if found else None


def _fixtures_of(aim: Aim) -> set[str]:
    return {f"invalid/{name}" for name, keys in score.headers() if (keys["breaks"], keys["component"]) == aim.id}


def isolated(aim: Aim, declaration: Declaration, base: Base, focus: Node) -> Iterator[Edit]:
    """Yield the edit after which only one declaration targets a node: it removes the triples that the others use."""
    others = {str(value) for _, kind, value in aim.declared if node_name(kind) != "sh:targetClass"} - {
        str(declaration[2])
    }
    gone = tuple(t for t in base.triples if t.subject == focus and t.predicate.value in others)
    if gone:
        yield Edit("strip", gone)


def passers(aim: Aim) -> Iterator[Mutant]:
    """Yield mutants that edit what the constraint is about, and that every shape lets pass."""
    seen: Counter[str] = Counter()
    for base, focus in candidates(aim, aim.declared[0])[:2]:
        for edit in islice(edits.allowed(aim, base, focus), 5):
            if seen[edit.name] < (5 if aim.parameter == "in" else 1):
                mutant = Mutant("", records.PASSES, *aim.id, "", "", "", "", base, edit)
                if not all_results(mutant.triples):
                    seen[edit.name] += 1
                    yield mutant


def write(progress: Callable[[str], None]) -> None:
    """Write ``mutants.tsv`` again: judge the mutants in it, and search mutants for constraints that have none.

    A line is left out if its constraint is gone, or if its base no longer has the triples that the edit removes. A
    line added by hand needs the shape, the component, the base, the name of the edit, and the triples that it removes
    and adds; the rest is filled in here.
    """
    known = score.by_id()
    aimed = (m for m in records.mutants() if (m.aimed, m.component) in known)
    kept = (m for m in aimed if set(m.edit.removed) <= set(m.base.triples))
    found = [again(mutant) for mutant in kept]
    broken = {(mutant.aimed, mutant.component) for mutant in found if mutant.expected == records.REPORTED}
    for aim in aims():
        if aim.id not in broken:
            mine = [*searched(aim)] if aim.parameter == "sparql" else [*killers(aim), *passers(aim)]
            progress(f"{aim.name} {aim.parameter}: {len(mine)} found")
            found += mine
    records.write(found)


def again(mutant: Mutant) -> Mutant:
    """Return a mutant with the current results of the shapes."""
    if mutant.harmless and not score.wrong(mutant):
        return mutant
    return judged(score.by_id()[mutant.aimed, mutant.component], mutant.base, mutant.edit)
