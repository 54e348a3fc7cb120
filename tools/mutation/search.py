"""Finding mutants: edits are tried on valid records until the constraint aimed at reports, or all shapes pass."""

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


def said(aim: Aim, triples: Iterable[Any]) -> list[Outcome]:
    """Return what the shape aimed at reports of a record."""
    on = ground()
    with laid(on, triples) as own:
        targets = targets_of(focus_nodes(on, own, aim.declared)).get(aim.owner)
        return outcomes(on, on.shapes, {aim.shape: targets}) if targets else []


def all_said(triples: Iterable[Any]) -> list[Outcome]:
    """Return what all shapes report of a record."""
    on = ground()
    with laid(on, triples) as own:
        return outcomes(on, on.shapes, targets_of(focus_nodes(on, own)))


def attempt(aim: Aim, base: Base, edit: Edit) -> Mutant | None:
    """Return the mutant if the constraint aimed at reports it, else None."""
    mutant = judged(aim, base, edit)
    return mutant if mutant.expected == records.REPORTED else None


def judged(aim: Aim, base: Base, edit: Edit) -> Mutant:
    """Return the mutant with what the constraint aimed at says of it now."""
    mutant = Mutant("", records.SILENT, *aim.id, "", "", "", "", base, edit)
    found = [entry for entry in said(aim, mutant.triples) if (entry[5], entry[3]) == aim.id]
    if not found:
        return mutant
    focus, value = (" | ".join(entry[column] for entry in found) for column in (0, 2))
    return replace(mutant, expected=records.REPORTED, path=found[0][1], severity=found[0][4], focus=focus, value=value)


def candidates(aim: Aim, declaration: Declaration) -> list[tuple[Base, Node]]:
    """Return the focus nodes of valid records that a declaration reaches, those first that it alone reaches."""
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
    """Yield up to ``most`` mutants for each target of a SPARQL constraint, found by trying edits through the sieve."""
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
    """Yield the edits after which the query of a constraint finds something."""
    for edit in islice(tries.tries(aim, base, focus, wide=True), MAX_TRIED_EDITS):
        with quick.edited(table, edit):
            found = quick.rows(table, query_of(aim), asked(aim, base, edit))
        if found:
            yield edit


def asked(aim: Aim, base: Base, edit: Edit) -> set[Node]:
    """Return the nodes of an edited record that the targets may reach."""
    nodes = {node for declaration in aim.declared for node in focus_of(base.name).get(declaration, ())}
    return nodes | {_named(t.subject) for t in edit.added if t.predicate == values.TYPE}


def _named(node: Any) -> Node:
    assert isinstance(node, NamedNode | BlankNode), node
    return node


def sharpened(aim: Aim, alive: list[Change]) -> Iterator[Mutant]:
    """Yield records that tell changed queries of a constraint from the query as it is: edits of fixtures.

    What they are expected to give is what the constraint says today: read them before you keep them.
    """
    left = {change.id: (change, str(change.added[0][2])) for change in alive if change.added}
    broken = [base for base in records.bases().values() if base.name in _fixtures_of(aim)]
    valid = list(dict.fromkeys(base for d in aim.declared for base, _ in candidates(aim, d)))
    for base in (*broken, *valid[:6]):
        nodes = sorted(asked(aim, base, Edit("")), key=str)
        with quick.laid_down(base) as table:
            wide = tries.tries(aim, base, nodes[0], wide=True) if nodes else ()
            for edit in islice(chain(tries.off_regexes(aim, base), wide), MAX_TRIED_EDITS):
                if not left:
                    return
                told = _told(aim, base, edit, table, left)
                if told and (mutant := _noticing(aim, base, edit, told)):
                    yield mutant[0]
                    for name in mutant[1]:
                        left.pop(name, None)


def _told(aim: Aim, base: Base, edit: Edit, table: quick.Table, left: dict[str, tuple[Change, str]]) -> list[Change]:
    with quick.edited(table, edit):
        nodes = asked(aim, base, edit)
        now = quick.rows(table, query_of(aim), nodes)
        return [change for change, query in left.values() if quick.rows(table, query, nodes) != now]


def _noticing(aim: Aim, base: Base, edit: Edit, changes: list[Change]) -> tuple[Mutant, list[str]] | None:
    mutant = judged(aim, base, edit)
    found = list(score.noticed(aim, score.Evidence("", tuple(mutant.triples), score.mutant_sees), changes))
    return (mutant, found) if found else None


def _fixtures_of(aim: Aim) -> set[str]:
    return {f"invalid/{name}" for name, said in score.headers() if (said["breaks"], said["component"]) == aim.id}


def isolated(aim: Aim, declaration: Declaration, base: Base, focus: Node) -> Iterator[Edit]:
    """Yield the edit that leaves a node to one target declaration: what the others go by is taken away."""
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
                if not all_said(mutant.triples):
                    seen[edit.name] += 1
                    yield mutant


def write(tell: Callable[[str], None]) -> None:
    """Write ``mutants.tsv`` anew: judge again what is there, and search mutants of constraints that have none.

    A line whose base no longer has what the edit removes is left out. A line that a person adds needs the shape, the
    component, the base, the name of the edit and what it removes and adds; the rest is filled in here.
    """
    kept = (m for m in records.mutants() if m.aimed and set(m.edit.removed) <= set(m.base.triples))
    found = [again(mutant) for mutant in kept]
    broken = {(mutant.aimed, mutant.component) for mutant in found if mutant.expected == records.REPORTED}
    for aim in aims():
        if aim.id not in broken:
            mine = [*searched(aim)] if aim.parameter == "sparql" else [*killers(aim), *passers(aim)]
            tell(f"{aim.name} {aim.parameter}: {len(mine)} found")
            found += mine
    records.write(found)


def again(mutant: Mutant) -> Mutant:
    """Return a mutant with what the shapes say of it now."""
    if mutant.harmless and not score.wrong(mutant):
        return mutant
    return judged(score.by_id()[mutant.aimed, mutant.component], mutant.base, mutant.edit)
