"""Every constraint is violated by a record with one edit, and some record detects every change of the shapes."""

import re
from collections import defaultdict
from itertools import islice
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import rdflib_adapter
from tests.conftest import Show
from tests.support.fixtures import INVALID, VALID, neighborhood
from tests.support.shape_constraints import constraints
from tools.mutation import patterns, queries, records, score, weaken
from tools.mutation.aims import aims
from tools.mutation.ground import focus_nodes, ground, laid, node_name

pytestmark = pytest.mark.prove

OURS = ("page", "curated", "links", "concepts", "dataset")
"""The named graphs whose nodes a shape must target."""


def test_records_and_fixtures_cover_the_same_constraints() -> None:
    """The mutation records are for exactly the constraints that the fixtures break."""
    assert {(aim.name, aim.component) for aim in aims()} == set(constraints())


def test_every_constraint_is_broken_by_an_edit() -> None:
    broken = {(mutant.aimed, mutant.component) for mutant in records.mutants() if mutant.expected == records.REPORTED}
    assert len(broken) > 400
    assert score.unbroken(broken) == [], "make one with: python -m tools.mutation --write"


def test_every_mutant_is_one_edit_away_from_its_base() -> None:
    known = {aim.id for aim in aims()}
    seen = set()
    for mutant in records.mutants():
        base = set(mutant.base.triples)
        assert set(mutant.edit.removed) <= base, (
            f"{mutant.id}: its base has changed; run python -m tools.mutation --write"
        )
        if mutant.edit.name != "reorder":
            assert set(mutant.triples) != base, mutant.id
        assert not mutant.aimed or (mutant.aimed, mutant.component) in known, f"{mutant.id}: no such constraint"
        assert (mutant.expected == records.REPORTED) == bool(mutant.focus), mutant.id
        seen.add(mutant.id)
    assert len(seen) > 1500


def one_of_each_kind() -> list[records.Mutant]:
    """Return a mutant for each component and each edit without a violation."""
    found: dict[tuple[str, str], records.Mutant] = {}
    for mutant in records.mutants():
        found.setdefault((mutant.component, mutant.expected if mutant.aimed else mutant.edit.name), mutant)
    assert len(found) > 25
    return list(found.values())


@pytest.mark.prove
@pytest.mark.parametrize("mutant", one_of_each_kind(), ids=lambda mutant: mutant.id)
def test_a_mutant_of_each_kind_is_reported_or_passes_as_expected(mutant: records.Mutant) -> None:
    assert not score.wrong(mutant)


def test_a_mutant_that_expects_something_else_is_found_wrong() -> None:
    reported = next(m for m in records.mutants() if m.expected == records.REPORTED)
    passing = next(m for m in records.mutants() if m.harmless)
    same = {name: getattr(reported, name) for name in ("aimed", "component", "base", "edit", "path", "focus", "value")}
    for changed in ({"severity": "sh:Warning"}, {"severity": reported.severity, "value": "something else"}):
        wrong = records.Mutant(id="x", expected=records.REPORTED, **{**same, **changed})
        assert score.wrong(wrong)
    assert score.wrong(records.Mutant("x", records.PASSES, "", "", "", "", "", "", reported.base, reported.edit))
    silent = records.Mutant("x", records.REPORTED, *aims()[0].id, "", "", "", "", passing.base, passing.edit)
    assert score.wrong(silent) == "nothing"


@pytest.mark.prove
def test_a_change_of_each_kind_is_noticed() -> None:
    kinds: dict[str, weaken.Change] = {}
    for change in weaken.changes():
        kinds.setdefault(re.sub(r"^(without sh:\w+|sh:\w+|).*", r"\1", change.what, flags=re.DOTALL), change)
    chosen = list(kinds.values())
    assert len(chosen) > 30
    mine: dict[tuple[str, str], list[records.Mutant]] = defaultdict(list)
    for mutant in records.mutants():
        mine[mutant.aimed, mutant.component].append(mutant)
    reasons = score.justified()
    for change in chosen:
        if change.id not in reasons:
            assert any(
                change.id in score.noticed(aim, record, [change])
                for aim in change.aims
                for record in islice(score.evidence(aim, mine), 40)
            ), change.id


def test_an_unchanged_shape_is_not_taken_for_a_changed_one() -> None:
    aim = next(aim for aim in aims() if aim.parameter == "minCount")
    nothing = weaken.Change(aim.name, "nothing", (), (), (aim,))
    found = [list(score.noticed(aim, record, [nothing])) for record in score.evidence(aim, {})]
    assert found
    assert not any(found)


def test_equivalent_mutants_are_mutants_with_a_reason() -> None:
    """Each listed change that no record can detect is a change of the shapes and has a reason."""
    known = {change.id for change in weaken.changes()}
    assert len(known) == len(weaken.changes()) > 2000
    assert sorted(score.justified().keys() - known) == [], "take the line out of equivalent.tsv"
    assert [name for name, reason in score.justified().items() if len(reason) < 20] == []


def test_a_query_is_changed_in_each_of_its_parts() -> None:
    text = """SELECT $this WHERE {
    $this ex:a|ex:b ?v ; ex:k ex:one .
    FILTER(?v < 5 && ?v IN (1, 2))
    FILTER NOT EXISTS { $this ex:c+ ?w }
    OPTIONAL { ?v ex:d "x"@en }
    { ?v ex:e ?f } UNION { ?v ex:g ?f }
}"""
    named = [name for name, _ in queries.changes(text)]
    assert named == [
        "without $this ex:a|ex:b ?v",
        "$this ex:a|ex:b ?v without ex:a",
        "$this ex:a|ex:b ?v without ex:b",
        "without $this ex:k ex:one",
        "$this ex:k ex:one with any value",
        "without FILTER(?v < 5 && ?v IN (1, 2))",
        "?v < 5 && ?v IN (1, 2) without ?v < 5",
        "?v < 5 && ?v IN (1, 2) without ?v IN (1, 2)",
        "?v < 5 with <= for <",
        "?v < 5 with 6 for 5",
        "?v IN (1, 2) without 1",
        "?v IN (1, 2) without 2",
        "without FILTER NOT EXISTS { $this ex:c+ ?w }",
        "without $this ex:c+ ?w",
        "$this ex:c+ ?w one step only",
        'without OPTIONAL { ?v ex:d "x"@en }',
        'without ?v ex:d "x"@en',
        '?v ex:d "x"@en with any value',
        "without { ?v ex:e ?f } UNION { ?v ex:g ?f }",
        "without UNION branch { ?v ex:e ?f }",
        "without UNION branch { ?v ex:g ?f }",
        "without ?v ex:e ?f",
        "without ?v ex:g ?f",
    ]


@pytest.mark.prove
def test_every_changed_query_is_one() -> None:
    from rdflib.plugins.sparql import prepareQuery

    texts = {str(a[2]) for c in weaken.changes() for a in c.added if str(a[1]) == PROJECT.expand("sh:select")}
    assert len(texts) > 900
    for text in islice(sorted(texts), 0, None, 40):
        prepareQuery(text, initNs=PROJECT.prefixes)


def test_a_query_of_unknown_form_is_an_error() -> None:
    """A query that the reader does not know is an error and is not skipped."""
    with pytest.raises(AssertionError, match="unknown"):
        queries.changes("SELECT $this WHERE { $this ex:a ?b . MINUS { ?b ex:c ?d } }")


def test_a_pattern_is_weakened_in_each_of_its_parts() -> None:
    assert list(patterns.weaker("^[A-Z]x{2,3}[0-9]?$")) == [
        "[A-Z]x{2,3}[0-9]?$",
        "^.x{2,3}[0-9]?$",
        "^[A-Z]x{1,3}[0-9]?$",
        "^[A-Z]x{2,}[0-9]?$",
        "^[A-Z]x{2,3}.?$",
        "^[A-Z]x{2,3}[0-9]*$",
        "^[A-Z]x{2,3}[0-9]?",
    ]


@pytest.mark.parametrize("path", [VALID[0], VALID[5], *INVALID[::120]], ids=str)
def test_the_neighborhood_has_the_inferences_of_the_graph(path: Path) -> None:
    quads = [quad for data in validation.read_files([path]) for quad in data.quads]
    whole, _ = ground().context.closed.infer(quads, types=False)
    assert neighborhood().inferences({quad.triple for quad in quads}) == whole


@pytest.mark.prove
def test_every_target_is_declared_and_reaches_a_node() -> None:
    on = ground()
    reached: set[object] = set()
    for base in records.valid_bases():
        with laid(on, base.triples) as own:
            reached |= focus_nodes(on, own).keys()
    unreached = [d for d in on.declared if d not in reached]
    assert [tuple(map(node_name, d)) for d in unreached] == []
    values = {
        NamedNode(str(value)) for _, _, value in on.declared if not str(value).startswith(PROJECT.prefixes["owl"])
    }
    kind = PROJECT.expand("rdf:type")
    undeclared = {
        v for v in values if kind not in {quad.predicate.value for quad in neighborhood().of_subject.get(v, ())}
    }
    assert undeclared == set()


def test_every_shape_has_a_target_or_is_part_of_one_that_has() -> None:
    from rdflib import RDF, SH

    on = ground()
    used = {statement[2] for aim in aims() for statement in weaken.below(aim.shape)}
    used |= {aim.shape for aim in aims()} | {aim.owner for aim in aims()}
    declared = {node for kind in (SH.NodeShape, SH.PropertyShape) for node in on.shapes.subjects(RDF.type, kind)}
    assert len(declared) > 500
    assert sorted(node_name(node) for node in declared - used) == []


def test_a_shape_looks_at_every_node_of_the_data() -> None:
    on = ground()
    kept = {PROJECT.graph_iri(name) for name in OURS}
    nodes = {quad.subject for quad in on.context.quads if quad.graph_name in kept}
    made = {rdflib_adapter.to_rdflib(node): node for node in nodes}
    reached = {node for found in focus_nodes(on, set(made)).values() for node in found}
    assert len(reached) > 1000
    missed = sorted(str(node) for key, node in made.items() if key not in reached)
    assert missed == []


@pytest.mark.prove
def test_every_mutant_is_reported_or_passes_as_expected(show: Show) -> None:
    mutants = list(records.mutants())
    found = [(mutant.id, said) for mutant in mutants if (said := score.wrong(mutant))]
    show("mutants of data", [f"{len(mutants)} records with one edit, {len(mutants) - len(found)} judged as expected"])
    assert found == []


@pytest.mark.prove
def test_every_change_of_the_shapes_is_noticed_or_justified(show: Show) -> None:
    changes = weaken.changes()
    assert len(changes) > 2000
    alive = score.survivors(changes)
    noticed = f"{len(changes)} changes, {len(changes) - len(alive)} noticed, {len(alive)} not:"
    show("mutants of shapes", [noticed, *(change.id for change in alive)])
    assert sorted(change.id for change in alive) == sorted(score.justified())
