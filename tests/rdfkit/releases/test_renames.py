"""Renames are stated in a table or in the graph, and never guessed."""

from pathlib import Path

import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.releases import compare, diff_text, diff_update, read_snapshot
from tests.conftest import ROOT
from tests.rdfkit.releases.renaming import MINE, NEW, OLD, TABLE, by_oxigraph, canonical, found, kinds, pairs, quads
from tests.rdfkit.releases.small_sources import MIGRATION, migration
from tests.support.small_checkout import write

pytestmark = pytest.mark.prove


# Renames that a table states


def test_a_rename_in_a_table_is_the_only_change(tmp_path: Path) -> None:
    difference = found(tmp_path, OLD, NEW, TABLE)
    assert pairs(difference) == {("imt:Agent", "imt:Tracer"), ("agent:fes", "agent:fluoroestradiol")}
    assert kinds(difference) == {"renamed"}
    assert difference.level == "major"
    assert "> imt:Agent 'agent' is now imt:Tracer (a better name)" in diff_text(PROJECT, difference)


def test_a_rename_that_no_table_states_is_not_guessed(tmp_path: Path) -> None:
    difference = found(tmp_path, OLD, OLD.replace("imt:Agent", "imt:Tracer"))
    assert pairs(difference) == set()
    assert {"term-removed", "class-added"} <= kinds(difference)


def test_a_renamed_term_with_a_new_label_has_both_changes(tmp_path: Path) -> None:
    new = OLD.replace("imt:Agent", "imt:Tracer").replace('"agent"', '"tracer"')
    assert kinds(found(tmp_path, OLD, new, migration("imt:Agent imt:Tracer"))) == {"renamed", "label-changed"}


def test_a_prefix_that_was_dropped_can_be_used_in_a_table(tmp_path: Path) -> None:
    old = "@prefix old: <https://w3id.org/imaging-trials/id/old/> . old:fes a imt:Agent ."
    difference = found(tmp_path, old + OLD, OLD + "agent:new a imt:Agent .", migration("old:fes agent:new"))
    assert [rename.old for rename in difference.renames] == ["https://w3id.org/imaging-trials/id/old/fes"]
    assert "renamed" in kinds(difference)
    assert not {"thing-added", "thing-removed"} & kinds(difference)


def test_a_full_iri_can_be_used_in_a_table(tmp_path: Path) -> None:
    rows = migration(f"<{PROJECT.expand('imt:Agent')}> <{PROJECT.expand('imt:Tracer')}>")
    assert pairs(found(tmp_path, OLD, OLD.replace("imt:Agent", "imt:Tracer"), rows)) == {("imt:Agent", "imt:Tracer")}


def test_an_iri_without_a_replacement_is_reported(tmp_path: Path) -> None:
    difference = found(tmp_path, OLD, OLD.replace("agent:flt", "agent:fmiso"), migration("agent:flt "))
    assert [(one.iri, one.reason) for one in difference.not_renamed] == [(PROJECT.expand("agent:flt"), "a better name")]
    assert kinds(difference) == {"thing-added", "thing-removed"}
    assert "#   agent:flt: fix by hand; a better name" in diff_update(PROJECT, difference)


def test_a_swap_in_one_table_is_no_chain(tmp_path: Path) -> None:
    new = OLD.replace("agent:fes", "agent:x").replace("agent:flt", "agent:fes").replace("agent:x", "agent:flt")
    difference = found(tmp_path, OLD, new, migration("agent:fes agent:flt", "agent:flt agent:fes"))
    assert pairs(difference) == {("agent:fes", "agent:flt"), ("agent:flt", "agent:fes")}


def test_tables_are_applied_in_the_order_of_their_versions(tmp_path: Path) -> None:
    """In the order of their names, 10.0.0 would come before 2.0.0."""
    tables = {
        "ontology/migrations/10.0.0.tsv": migration("imt:Probe imt:Tracer"),
        "ontology/migrations/2.0.0.tsv": migration("imt:Agent imt:Probe"),
    }
    difference = found(tmp_path, OLD, OLD.replace("imt:Agent", "imt:Tracer"), tables)
    assert pairs(difference) == {("imt:Agent", "imt:Tracer")}


def test_a_named_graph_can_be_renamed_by_a_table(tmp_path: Path) -> None:
    texts = {"old": "graph:page { imt:a rdfs:label 'a' }", "new": "graph:site { imt:a rdfs:label 'a' }"}
    for name, text in texts.items():
        write(tmp_path / f"{name}.trig", PROJECT.sparql_prologue() + text)
    write(tmp_path / MIGRATION, migration("graph:page graph:site"))
    (tmp_path / "ontology" / "rules").symlink_to(ROOT / "ontology" / "rules")
    project = PROJECT.at(tmp_path)
    difference = compare(project, *(read_snapshot(project, str(tmp_path / f"{name}.trig")) for name in texts))
    assert [(change.kind, change.subject_type) for change in difference.changes] == [("renamed", "named graph")]


HEADER = "old term\tnew term\treason\n"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("old\tnew\treason\n", "2.0.0.tsv:1: the first line must be the columns old term, new term, reason"),
        (HEADER + "imt:Agent\timt:Tracer\n", "2.0.0.tsv:2: write an old term, a new term"),
        (HEADER + "imt:Agent\timt:Tracer\t\n", "2.0.0.tsv:2: write an old term, a new term"),
        (HEADER + "imt:Agent\tno:Tracer\tr\n", "2.0.0.tsv:2: 'no:Tracer' is neither a CURIE with a known prefix"),
        (HEADER + "Agent\timt:Tracer\tr\n", "2.0.0.tsv:2: 'Agent' is neither a CURIE"),
        (HEADER + "<a b>\timt:Tracer\tr\n", "2.0.0.tsv:2: '<a b>' is neither a CURIE"),
        (HEADER + "imt:Agent\timt:Tracer\tr\n" * 2, "2.0.0.tsv:3: imt:Agent is listed in .*2.0.0.tsv:2 already"),
        (HEADER + "imt:Agent\timt:Trace\tr\n", "2.0.0.tsv:2: .* has no <.*vocab#Trace>: correct the new term"),
    ],
    ids=["columns", "two cells", "no reason", "prefix", "no CURIE", "no IRI", "twice", "unknown new term"],
)
def test_a_broken_table_is_refused_with_its_line(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        found(tmp_path, OLD, NEW, table)


def test_a_table_must_be_named_after_a_version(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"migrations/renames\.tsv: name the file after the version"):
        found(tmp_path, OLD, NEW, {"ontology/migrations/renames.tsv": TABLE})


# Renames that the graph states


def test_isreplacedby_renames_through_a_chain_to_the_last(tmp_path: Path) -> None:
    new = (
        OLD
        + """
    imt:Agent owl:deprecated true ; dcterms:isReplacedBy imt:Probe .
    imt:Probe a owl:Class ; owl:deprecated true ; dcterms:isReplacedBy imt:Tracer . imt:Tracer a owl:Class ."""
    )
    assert pairs(found(tmp_path, OLD, new)) == {("imt:Agent", "imt:Tracer")}


def test_of_several_replacements_none_is_chosen(tmp_path: Path) -> None:
    new = OLD + "imt:Agent owl:deprecated true ; dcterms:isReplacedBy imt:Substance , imt:hasVector ."
    difference = found(tmp_path, OLD, new)
    assert pairs(difference) == set()
    assert [one.iri for one in difference.not_renamed] == [PROJECT.expand("imt:Agent")]
    update = diff_update(PROJECT, difference)
    assert "imt:Agent: fix by hand; it has several replacements: imt:Substance, imt:hasVector" in update
    assert by_oxigraph(quads(MINE), update) == canonical(quads(MINE))
    assert "No automatic update is possible for imt:Agent: it has several" in diff_text(PROJECT, difference)
