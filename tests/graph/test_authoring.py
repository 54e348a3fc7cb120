"""Every example of docs/authoring.md is read with the code that reads the real files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.mapping_sets import sssom
from imaging_trials.model.project import PROJECT
from rdfkit.inference import closure
from rdfkit.releases.diff import renames
from rdfkit.releases.diff.snapshots import MIGRATIONS
from rdfkit.sparql import query_tests, saved
from tests.conftest import ROOT
from tests.support import fixtures
from tests.support.documents import Block, blocks
from tests.support.shape_constraints import constraints
from tests.support.two_engines import copied, oxigraph_bag, sources
from tools.mutation import records

PAGE = "docs/authoring.md"


def of_language(language: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test once for each block of a language on the page; there must be one."""
    chosen = [block for block in blocks() if block.file == PAGE and block.language == language]
    assert chosen, f"{PAGE} has no example marked {language}"
    return pytest.mark.parametrize("block", chosen, ids=lambda block: f"line-{block.line}")


@of_language("rq")
def test_the_mutation_of_a_query_has_its_effect(block: Block) -> None:
    query = saved.parse(PROJECT, Path("queries/agents/example.rq"), block.text)
    query_tests.check(PROJECT, query)
    assert query.dataset != "all", "an example without inference can be tested on the sources"
    changed = copied(sources())
    query_tests.apply(PROJECT, changed, query)
    before, after = (oxigraph_bag(store, query, query.text) for store in (sources(), changed))
    assert before or query.may_be_empty
    assert ((before - after).total(), (after - before).total()) == (query.lost, query.gained)


@of_language("fixture")
def test_the_header_of_a_fixture_names_a_constraint(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "example.ttl"
    file.write_text(block.text, encoding="utf-8")
    header = fixtures.header(file)
    assert (header["breaks"], header["component"]) in set(constraints())


@of_language("check")
def test_a_check_finds_a_contradiction(block: Block, tmp_path: Path) -> None:
    """The check is read from a folder of rules and finds the contradiction of a graph with two triples."""
    rules = ROOT / "ontology" / "rules"
    shutil.copy(rules / "prp-symp.ru", tmp_path)
    name = block.text.partition("\n")[0].removeprefix("# ")
    (tmp_path / f"{name}.rq").write_text(block.text, encoding="utf-8")
    thing, relation = ox.NamedNode("http://example.org/a"), ox.NamedNode("http://example.org/p")
    kind = (ox.NamedNode(PROJECT.expand("rdf:type")), ox.NamedNode(PROJECT.expand("owl:IrreflexiveProperty")))
    store = copied(
        ox.Quad(*triple, PROJECT.graph_iri("page")) for triple in ((relation, *kind), (thing, relation, thing))
    )
    (found,) = closure.contradictions(PROJECT, store, tmp_path)
    assert f"check-{found.rule}" == name
    assert found.members == (thing.value, relation.value)
    assert all(member in found.message for member in found.members)
    assert (rules / f"{name}.rq").read_text(encoding="utf-8") == block.text


@of_language("tsv")
def test_a_mutation_record_edits_its_base(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "mutants.tsv"
    file.write_text(block.text, encoding="utf-8")
    rows = records.rows(file)
    assert rows
    for row in rows:
        assert tuple(row) == records.COLUMNS
        assert row["expected"] in {records.REPORTED, records.SILENT, records.PASSES}
        assert (row["aimed"], row["component"]) in set(constraints())
        assert set(records.read(row["removed"])) <= set(records.bases()[row["base"]].triples)
        assert records.read(row["added"])


@of_language("sssom")
def test_a_mapping_set_is_read(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "example.sssom.tsv"
    file.write_text(block.text, encoding="utf-8")
    (mapping,) = sssom.read_set(file).mappings
    subject = ox.NamedNode(mapping.subject_iri)
    assert any(sources().quads_for_pattern(subject, None, None)), f"{mapping.subject} is in no source"


@of_language("renames")
def test_a_table_of_renames_is_read(block: Block) -> None:
    """The table has a rename and a term without a replacement, both of terms that do not exist."""
    ((renamed, dropped),) = renames.read_migrations({"2.0.0.tsv": block.text}, PROJECT.prefixes)
    assert renamed.new
    assert not dropped.new
    for row in (renamed, dropped):
        assert not any(sources().quads_for_pattern(ox.NamedNode(row.old), None, None))
    assert f"`{MIGRATIONS}/VERSION.tsv`" in (ROOT / PAGE).read_text(encoding="utf-8")
