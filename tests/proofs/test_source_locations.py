"""The reported line is the line to fix: measured on mutants, each one edit away from a valid record.

A mutant is written in two of four ways, in turn, and the shape that it violates gives its results. The right line is
that of the edited statement; if something is missing, the first mention of the node that lacks it. If there is a value
too many, each but the first is right. A rule about several statements locates all of them, since any may be wrong: the
first of these lines is a guess, which is measured too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Quad, Triple

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading
from rdfkit.shacl import Source, locate, pyshacl_engine, report
from tests.conftest import Show
from tests.support.writings import EXTENSION, STYLES, TYPE, Written, write
from tools.mutation import records
from tools.mutation.aims import Aim, aims, query_of
from tools.mutation.ground import focus_nodes, ground, laid, node_name, targets_of
from tools.mutation.records import Mutant

Places = set[tuple[int, int]]
ON_NODES = {f"sh:{name}ConstraintComponent" for name in ("Or", "Xone", "And", "Not")}
"""Logical constraints are about the node as a whole, so its first mention is right, too."""


@dataclass
class Score:
    """Numbers of mutants in one style: all, with the right line, with it first, with the right column; the misses."""

    total: int = 0
    right: int = 0
    first: int = 0
    exact: int = 0
    misses: list[str] = field(default_factory=list)


def in_place(mutant: Mutant) -> list[Triple]:
    """Return the triples of a mutant, the new ones where a person would write them, not at the end."""
    gone, new = mutant.edit.removed, [t for t in mutant.edit.added if t not in mutant.base.triples]
    if len(gone) == len(new):
        instead = dict(zip(gone, new, strict=True))
        return [instead.get(triple, triple) for triple in mutant.base.triples]
    found = [triple for triple in mutant.base.triples if triple not in gone]
    for triple in new:
        near = [at for at, other in enumerate(found, 1) if other.subject == triple.subject]
        close = [at for at in near if found[at - 1].predicate == triple.predicate]
        found.insert(max(close or near or [len(found)]), triple)
    return found


def results(mutant: Mutant, aim: Aim) -> list[report.Result]:
    """Return the results of the constraint that a mutant should violate."""
    on = ground()
    with laid(on, mutant.triples) as own:
        targets = targets_of(focus_nodes(on, own, aim.declared)).get(aim.owner, set())
        found = pyshacl_engine.validate(PROJECT, on.data, on.shapes, targets={aim.shape: targets}) if targets else []
    return [r for r in found if (node_name(r.shape), PROJECT.shorten(r.component)) == aim.id]


def right(mutant: Mutant, found: Sequence[report.Result], written: Written) -> Places:
    """Return the places to fix in a text."""
    new = [triple for triple in mutant.edit.added if triple not in mutant.base.triples]
    if not new or mutant.component == "sh:MinCountConstraintComponent":
        lacking = {*(result.focus for result in found), *(triple.subject for triple in mutant.edit.removed)}
        return {written.first[node] for node in lacking if node in written.first}
    at = [written.at[triple.subject, triple.predicate, triple.object] for triple in new]
    if mutant.component == "sh:MaxCountConstraintComponent":
        values = [places for key, places in written.at.items() if key[:2] == (new[0].subject, new[0].predicate)]
        found_at = sorted(value for places in values for _, _, value in places)
        return set(found_at[1:] or found_at)
    there = {value for places in at for _, _, value in places}
    if mutant.component in ON_NODES:
        there |= {written.first[result.focus] for result in found}
    if found and found[0].path is None:  # about the node itself: its name may be wrong
        there |= {subject for places in at for subject, _, _ in places}
    return there


def read(path: Path, mutant: Mutant) -> list[Quad]:
    """Return the quads of a file; its only blank node, if it has one, gets the label that it has in the mutant."""
    quads = reading.read(path, base=reading.file_base(path))
    mine, theirs = (
        {t for x in some for t in (x.subject, x.object) if isinstance(t, BlankNode)} for some in (mutant.triples, quads)
    )
    if mine == theirs:
        return quads
    (old,), (new,) = theirs, mine
    swapped = ((new if q.subject == old else q.subject, new if q.object == old else q.object, q) for q in quads)
    return [Quad(subject, quad.predicate, value) for subject, value, quad in swapped]


def reason(mutant: Mutant, aim: Aim) -> str:
    """Return why the edited statement is not behind the result, or an empty text."""
    if any(triple.predicate == TYPE for triple in (*mutant.edit.removed, *mutant.edit.added)):
        return "the edit makes the node a focus node"
    return "the query asks for the absence of the edited statement" if "NOT EXISTS" in query_of(aim) else ""


def measure(mutants: Sequence[Mutant], folder: Path) -> dict[str, Score]:
    """Return the scores by style."""
    on, by_id = ground(), {aim.id: aim for aim in aims()}
    scores = {style: Score() for style in STYLES}
    for number, mutant in enumerate(mutants):
        found = results(mutant, by_id[mutant.aimed, mutant.component])
        assert found, f"{mutant.id} is not reported"
        for style in (STYLES[number % len(STYLES)], STYLES[(number + 1) % len(STYLES)]):
            score = scores[style]
            written = write(in_place(mutant), style)
            path = folder / f"mutant.{EXTENSION[style]}"
            path.write_bytes(written.text.encode())
            source = Source("mutant", path, reading.syntax_of(path), read(path, mutant))
            unplaced = report.Report(PROJECT, 1, 1, results=tuple(found))
            placed = locate(unplaced, [source], on.context.store, on.context.given.shape_quads)
            locations = [placed.locations[result] for result in found]
            places = right(mutant, found, written)
            lines = {line for line, _ in places}
            score.total += 1
            score.first += any(several and several[0].line in lines for several in locations)
            score.exact += any((each.line, each.column) in places for several in locations for each in several)
            reported_lines = sorted({each.line for several in locations for each in several})
            if lines.intersection(reported_lines):
                score.right += 1
            else:
                edit = f"-{records.text(mutant.edit.removed)} +{records.text(mutant.edit.added)}"
                why = reason(mutant, by_id[mutant.aimed, mutant.component])
                miss = f"{style} {mutant.id} ({edit}): reported {reported_lines}, right {sorted(lines)}"
                assert why, f"{miss}, for no reason"
                score.misses.append(f"{miss}, since {why}")
    return scores


def reported() -> list[Mutant]:
    """Return the mutants that a rule reports, without those whose edit is a contradiction elsewhere."""
    found = (mutant for mutant in records.mutants() if mutant.expected == records.REPORTED)
    return [mutant for mutant in found if mutant.edit.name != "contradict"]


def check(mutants: Sequence[Mutant], folder: Path, show: Show) -> None:
    scores = measure(mutants, folder)
    lines = []
    for style, score in scores.items():
        shares = (f"{100 * count / score.total:.1f} %" for count in (score.right, score.first, score.exact))
        lines.append(
            "{}: {} mutants, right line {}, right line first {}, right column {}".format(style, score.total, *shares)
        )
    missed = [f"missed: {miss}" for score in scores.values() for miss in score.misses]
    show("locations of errors, in four ways of writing", [*lines, *missed])
    for score in scores.values():
        assert score.right >= 0.95 * score.total
        assert score.first >= 0.9 * score.total


@pytest.mark.prove
@pytest.mark.parametrize("part", range(4))
def test_the_right_line_of_every_mutant(part: int, tmp_path: Path, show: Show) -> None:
    check(reported()[part::4], tmp_path, show)
