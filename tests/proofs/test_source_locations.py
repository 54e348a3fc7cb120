"""The line that is told is the line to mend: measured on mutants, each one edit away from a valid record.

A mutant is written in four ways, and the shape aimed at gives its results. Right is the line of what the edit put
there; where something is missing, the first mention of the node that lacks it. Of one value too many, each but
the first is right. A rule about several statements tells all of them, since any of them may be wrong: then the first
line told is a guess, which is measured as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Quad, Triple

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading as rdf
from rdfkit.shacl import pyshacl_engine as shacl
from rdfkit.shacl.locating import places as locate
from rdfkit.shacl.report import model as report
from tests.conftest import Show
from tests.support.writings import EXTENSION, STYLES, TYPE, Written, write
from tools.mutation import records
from tools.mutation.aims import Aim, aims, query_of
from tools.mutation.ground import focus_nodes, ground, laid, node_name, targets_of
from tools.mutation.records import Mutant

Places = set[tuple[int, int]]
ON_NODES = {f"sh:{name}ConstraintComponent" for name in ("Or", "Xone", "And", "Not")}
"""Rules joined of others: they are about the node as a whole, so its first mention is right, too."""


@dataclass
class Score:
    """How many mutants were looked at in one style, whose line was told, told first, and to the column; the misses."""

    looked: int = 0
    told: int = 0
    first: int = 0
    exact: int = 0
    misses: list[str] = field(default_factory=list)


def in_place(mutant: Mutant) -> list[Triple]:
    """Return the triples of a mutant with what is new where a person would have written it, not at the end."""
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
    """Return what the constraint aimed at reports."""
    on = ground()
    with laid(on, mutant.triples) as own:
        targets = targets_of(focus_nodes(on, own, aim.declared)).get(aim.owner, set())
        found = shacl.validate(on.data, on.shapes, targets={aim.shape: targets}) if targets else []
    return [r for r in found if (node_name(r.shape), PROJECT.shorten(r.component)) == aim.id]


def right(mutant: Mutant, found: Sequence[report.Result], written: Written) -> Places:
    """Return where the places to mend are in a text."""
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
    if found and found[0].path is None:  # about the node itself: its name may be what is wrong
        there |= {subject for places in at for subject, _, _ in places}
    return there


def read(path: Path, mutant: Mutant) -> list[Quad]:
    """Return the triples of a file; its only blank node, if it has one, is called as in the mutant."""
    quads = rdf.read(path, base=rdf.file_base(path))
    mine, theirs = (
        {t for x in some for t in (x.subject, x.object) if isinstance(t, BlankNode)} for some in (mutant.triples, quads)
    )
    if mine == theirs:
        return quads
    (old,), (new,) = theirs, mine
    swapped = ((new if q.subject == old else q.subject, new if q.object == old else q.object, q) for q in quads)
    return [Quad(subject, quad.predicate, value) for subject, value, quad in swapped]


def reason(mutant: Mutant, aim: Aim) -> str:
    """Return why the edited statement is none that a result rests on, or nothing."""
    if any(triple.predicate == TYPE for triple in (*mutant.edit.removed, *mutant.edit.added)):
        return "the edit makes the node one that the rule is for"
    return "the query asks in vain for what was edited" if "NOT EXISTS" in query_of(aim) else ""


def measure(mutants: Sequence[Mutant], folder: Path) -> dict[str, Score]:
    """Return the scores by style."""
    on, by_id = ground(), {aim.id: aim for aim in aims()}
    scores = {style: Score() for style in STYLES}
    for mutant in mutants:
        found = results(mutant, by_id[mutant.aimed, mutant.component])
        assert found, f"{mutant.id} is not reported"
        for style, score in scores.items():
            written = write(in_place(mutant), style)
            path = folder / f"mutant.{EXTENSION[style]}"
            path.write_bytes(written.text.encode())
            source = locate.Source("mutant", path, rdf.syntax_of(path), read(path, mutant))
            placed = locate.located(
                report.Report(1, 1, results=tuple(found)), [source], on.context.store, on.context.ground.shape_quads
            )
            places = [placed.places[result] for result in found]
            lines, spots = {line for line, _ in right(mutant, found, written)}, right(mutant, found, written)
            score.looked += 1
            score.first += any(told and told[0].line in lines for told in places)
            score.exact += any((place.line, place.column) in spots for told in places for place in told)
            if any(place.line in lines for told in places for place in told):
                score.told += 1
            else:
                told = sorted({place.line for several in places for place in several})
                said = f"{style} {mutant.id} (-{records.text(mutant.edit.removed)} +{records.text(mutant.edit.added)})"
                score.misses.append(f"{said}: told {told}, right {sorted(lines)}")
                why = reason(mutant, by_id[mutant.aimed, mutant.component])
                assert why, f"{score.misses[-1]}, for no reason"
                score.misses[-1] += f", since {why}"
    return scores


def reported() -> list[Mutant]:
    """Return the mutants that a rule reports, less those whose edit, a contradiction elsewhere, is not its business."""
    found = (mutant for mutant in records.mutants() if mutant.expected == records.REPORTED)
    return [mutant for mutant in found if mutant.edit.name != "contradict"]


def check(mutants: Sequence[Mutant], folder: Path, show: Show) -> None:
    scores = measure(mutants, folder)
    lines = []
    for style, score in scores.items():
        shares = (f"{100 * count / score.looked:.1f} %" for count in (score.told, score.first, score.exact))
        lines.append(
            "{}: {} mutants, line told {}, told first {}, to the column {}".format(style, score.looked, *shares)
        )
    missed = [f"missed: {miss}" for score in scores.values() for miss in score.misses]
    show("places of what is wrong, in four ways of writing", [*lines, *missed])
    for score in scores.values():
        assert score.told >= 0.95 * score.looked
        assert score.first >= 0.9 * score.looked


def test_of_a_sample_of_mutants_the_right_line_is_told_in_four_ways_of_writing(tmp_path: Path, show: Show) -> None:
    mutants = reported()
    assert len(mutants) > 800
    check(mutants[::60], tmp_path, show)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(4))
def test_of_all_mutants_the_right_line_is_told_in_four_ways_of_writing(part: int, tmp_path: Path, show: Show) -> None:
    check(reported()[part::4], tmp_path, show)
