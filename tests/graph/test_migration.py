"""The update from 1.0.0 to 2.0.0: no old term is left, nothing gets lost unseen, a user's file conforms afterwards."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from imaging_trials.cli import main
from imaging_trials.model import PROJECT
from rdfkit.releases import Snapshot
from rdfkit.releases.diff import renames
from rdfkit.releases.diff.snapshots import MIGRATIONS
from tests.conftest import ROOT
from tests.support import migration

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("migration")]

USER = ROOT / "tests" / "fixtures" / "migration" / "user-1.0.0.ttl"


def old_iris() -> tuple[set[str], tuple[str, ...]]:
    """Return the old IRIs of the table, and the beginnings of old IRIs."""
    name = "2.0.0.tsv"
    text = (ROOT / MIGRATIONS / name).read_text(encoding="utf-8")
    (rows,) = renames.read_migrations({name: text}, PROJECT.prefixes)
    return {row.old for row in rows}, tuple(row.old for row in rows if row.is_segment)


def used(store: Store) -> set[str]:
    return {term.value for quad in store for term in quad if isinstance(term, NamedNode)}


def assert_no_old_iri(iris: set[str]) -> None:
    whole, beginnings = old_iris()
    assert sorted(iri for iri in iris if iri in whole or iri.startswith(beginnings)) == []


def user_store() -> Store:
    store = Store()
    store.load(path=str(USER), format=RdfFormat.TURTLE)
    return store


def test_no_old_term_is_left_in_the_data_of_1_0_0() -> None:
    store = Store()
    store.extend(migration.migrated())
    assert len(store) > 3000
    assert_no_old_iri(used(store))
    before, beginnings = old_iris()
    assert any(iri in before or iri.startswith(beginnings) for iri in used_before())


def used_before() -> set[str]:
    store = Store()
    store.extend(migration.data(migration.versions()[0]))
    return used(store)


def described(snapshot: Snapshot) -> set[str]:
    return {quad.subject.value for quad in snapshot.closed if isinstance(quad.subject, NamedNode)}


def test_each_term_of_1_0_0_is_kept_or_in_the_table() -> None:
    """A user may have any class, property or concept of 1.0.0, though the data of 1.0.0 does not."""
    old, new = migration.versions()
    beginnings = (PROJECT.vocabulary, f"{PROJECT.base}concept/")
    terms = {iri for iri in described(old) if iri.startswith(beginnings)}
    assert len(terms) > 300
    whole, _ = old_iris()
    kept = described(new)
    assert sorted(iri for iri in terms - whole if migration.new_iri(iri) not in kept) == []


def test_each_migrated_triple_is_in_the_graph_or_corrected() -> None:
    """If it fails: ``python -m tests.support.migration --write`` adds lines to the table; write their reasons."""
    left, unused = migration.unexplained()
    assert [str(triple) for triple in left[:20]] == []
    assert [one.line for one in unused] == []
    assert [one.line for one in migration.corrections() if not one.reason.endswith(".")] == []


def test_each_thing_that_had_a_source_has_evidence() -> None:
    """The table says in one line that sources, reasons and days are in evidence: this is the check of that line."""
    new = migration.versions()[1]
    has_evidence, source, itself = (
        NamedNode(PROJECT.expand(one)) for one in ("imt:hasEvidence", "dcterms:source", "imt:Source")
    )
    kept = {quad.subject for quad in new.closed if quad.predicate in (has_evidence, source) or quad.object == itself}
    things = {triple.subject for triple in migration.remade() if triple.predicate == source}
    assert len(things) > 100
    here = described(new)
    assert sorted(map(str, (one for one in things - kept if isinstance(one, NamedNode) and one.value in here))) == []


def test_the_update_holds_no_iri_of_a_thing() -> None:
    """Whole IRIs of things are in no operation; beginnings of IRIs (which end with ``/``) are strings."""
    operations = [line for line in migration.update().splitlines() if not line.startswith("#")]
    things = f"<{PROJECT.base}id/"
    assert [line for line in operations if things in line] == []


def test_a_users_file_conforms_after_the_update(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = user_store()
    before, beginnings = old_iris()
    assert sum(iri in before or iri.startswith(beginnings) for iri in used(store)) > 7
    store.update(migration.update())
    assert_no_old_iri(used(store))
    file = tmp_path / "user-2.0.0.nt"
    file.write_text("".join(f"{quad.triple} .\n" for quad in store), encoding="utf-8")
    code = main(["validate", str(file)])
    shown = capsys.readouterr()
    assert (code, shown.err) == (0, ""), shown.out


def test_named_graphs_and_the_default_graph_get_the_same() -> None:
    graph = NamedNode("https://example.org/graph")
    both = user_store()
    both.extend([type(quad)(*quad.triple, graph) for quad in both])
    both.update(migration.update())
    named = {quad.triple for quad in both.quads_for_pattern(None, None, None, graph)}
    assert named == {quad.triple for quad in both if quad.graph_name != graph}
    assert not any(isinstance(quad.object, Literal) and "imaging-trials/vocab" in quad.object.value for quad in both)
