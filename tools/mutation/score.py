"""Both scores: which constraints report their mutants, and which changes of the shapes a test notices."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import rdflib_adapter
from rdfkit.shacl import term_text
from tests.support.fixtures import INVALID, header
from tools.mutation import records, weaken
from tools.mutation.aims import Aim, aims
from tools.mutation.ground import Outcome, focus_nodes, ground, laid, node_name, outcomes, targets_of
from tools.mutation.records import Mutant
from tools.mutation.weaken import Change

EQUIVALENT = records.FOLDER / "equivalent.tsv"

Seen = Callable[[list[Outcome]], list[tuple[str, ...]]]
"""The part of the results of a shape that a test compares."""


@dataclass(frozen=True)
class Evidence:
    """A record that a test validates, and the part of the results that the test compares."""

    name: str
    triples: tuple[Any, ...]
    seen: Seen


def fixture_sees(found: list[Outcome]) -> list[tuple[str, ...]]:
    """Return what the test of a fixture compares: everything except the value."""
    return sorted((focus, path, component, severity) for focus, path, _, component, severity, _ in found)


def mutant_sees(found: list[Outcome]) -> list[tuple[str, ...]]:
    """Return what the test of a mutant compares: everything, as to the shape aimed at."""
    return sorted(entry[:5] for entry in found)


def evidence(aim: Aim, mine: dict[tuple[str, str], list[Mutant]]) -> Iterator[Evidence]:
    """Yield the records of tests that concern a constraint, those most likely to notice a change first."""
    for path, keys in headers():
        if (keys["breaks"], keys["component"]) == aim.id:
            base = records.bases()[f"invalid/{path}"]
            yield Evidence(base.name, base.triples, fixture_sees)
    for base in records.valid_bases():
        if aim.owner in focused(base.name):
            yield Evidence(base.name, base.triples, fixture_sees)
    for mutant in mine.get(aim.id, ()):
        yield Evidence(mutant.id, tuple(mutant.triples), mutant_sees)


@cache
def headers() -> list[tuple[str, dict[str, str]]]:
    """Return the header of each invalid fixture, by the fixture's name."""
    return [(path.stem, header(path)) for path in INVALID]


@cache
def focused(name: str) -> frozenset[Any]:
    """Return the shapes that target nodes of a valid record."""
    with laid(ground(), records.bases()[name].triples) as own:
        return frozenset(shape for shape, _, _ in focus_nodes(ground(), own))


def survivors(changes: Iterable[Change], progress: Callable[[str], None] = lambda _: None) -> list[Change]:
    """Return those of some changes of the shapes that no record notices; ``progress`` gets lines about the progress."""
    alive: dict[str, Change] = {change.id: change for change in changes}
    by_aim: dict[tuple[str, str], list[str]] = defaultdict(list)
    for change in alive.values():
        for aim in change.aims:
            by_aim[aim.id].append(change.id)
    mine: dict[tuple[str, str], list[Mutant]] = defaultdict(list)
    for mutant in records.mutants():
        mine[mutant.aimed, mutant.component].append(mutant)
    for number, aim in enumerate(aims()):
        if number % 50 == 0:
            progress(f"{number} of {len(aims())} constraints, {len(alive)} changes not noticed yet")
        if not any(name in alive for name in by_aim[aim.id]):
            continue
        for record in evidence(aim, mine):
            left = [alive[name] for name in by_aim[aim.id] if name in alive]
            if not left:
                break
            for name in noticed(aim, record, left):
                alive.pop(name, None)
    return list(alive.values())


def noticed(aim: Aim, record: Evidence, changes: Iterable[Change]) -> Iterator[str]:
    """Yield the changes that change the results that a test compares for a record."""
    on = ground()
    inside = [change for change in changes if change.declaration is None]
    made = [weaken.variant(aim, change, f"--{number}") for number, change in enumerate([None, *inside])]
    with laid(on, record.triples) as own:
        reached = focus_nodes(on, own, aim.declared)
        targets = targets_of(reached).get(aim.owner)
        if not targets:
            return
        graph = weaken.shapes_graph([triples for _, triples in made])
        found = outcomes(on, graph, {root: targets for root, _ in made})
    by_root: dict[str, list[Outcome]] = defaultdict(list)
    for result in found:
        by_root[result[5]].append((*result[:5], ""))
    seen = [record.seen(by_root[node_name(root)]) for root, _ in made]
    for change, now in zip(inside, seen[1:], strict=True):
        if now != seen[0]:
            yield change.id
    reported = {result[0] for result in by_root[node_name(made[0][0])]}
    for change in changes:
        if change.declaration in reached:
            kept: set[Any] = set().union(*(nodes for other, nodes in reached.items() if other != change.declaration))
            lost = {term_text(PROJECT, _term(node)) for node in reached[change.declaration] - kept}
            if lost & reported:
                yield change.id


def wrong(mutant: Mutant) -> str:
    """Return the results for a mutant if they are not those expected, else ""."""
    on = ground()
    aim = by_id()[mutant.aimed, mutant.component] if mutant.aimed else None
    with laid(on, mutant.triples) as own:
        if mutant.harmless or aim is None:
            found = outcomes(on, on.shapes, targets_of(focus_nodes(on, own)))
        else:
            targets = targets_of(focus_nodes(on, own, aim.declared)).get(aim.owner)
            found = outcomes(on, on.shapes, {aim.shape: targets}) if targets else []
    if not mutant.harmless:
        found = [entry for entry in found if (entry[5], entry[3]) == (mutant.aimed, mutant.component)]
    reported = [" | ".join(entry[column] for entry in found) for column in (0, 2)]
    marks = {(entry[1], entry[4]) for entry in found}
    if mutant.expected == records.REPORTED:
        right = reported == [mutant.focus, mutant.value] and marks == {(mutant.path, mutant.severity)}
    else:
        right = not found
    return "" if right else str(found or "nothing")


@cache
def by_id() -> dict[tuple[str, str], Aim]:
    """Return the constraints by shape and component."""
    return {aim.id: aim for aim in aims()}


def unbroken(broken: set[tuple[str, str]]) -> list[str]:
    """Return the constraints that no mutant breaks."""
    return [" ".join(aim.id) for aim in aims() if aim.id not in broken]


def _term(node: Any) -> Any:
    return rdflib_adapter.from_rdflib(node)


def justified() -> dict[str, str]:
    """Return the changes that are listed as changing nothing, each with the reason."""
    return {f"{row['shape']}: {row['change']}": row["reason"] for row in _table(EQUIVALENT)}


def _table(path: Any) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
