"""Which file is read into which graph, and the key of the whole."""

import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import named_graphs
from tests.support import small_root

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_root.make(tmp_path / "checkout")


def test_a_folder_is_a_graph(root: Path) -> None:
    found = [(name, path.relative_to(root).as_posix()) for name, path in named_graphs.source_files(PROJECT.at(root))]
    assert found == [
        ("concepts", "ontology/concepts/phase.ttl"),
        ("curated", "data/curated/agents.ttl"),
        ("dataset", "data/dataset.ttl"),
        ("page", "data/page/agents.ttl"),
        ("page", "data/page/articles/one.ttl"),
        ("vocabulary", "ontology/imaging-trials.ttl"),
    ]


def test_alignments_are_a_separate_graph(root: Path) -> None:
    (root / "ontology" / "alignments.ttl").touch()
    (root / "ontology" / "more.ttl").touch()
    names = {path.name: name for name, path in named_graphs.source_files(PROJECT.at(root))}
    assert names["alignments.ttl"] == "alignments"
    assert names["more.ttl"] == "vocabulary"


def test_hidden_files_and_other_formats_are_not_read(root: Path) -> None:
    before = named_graphs.source_files(PROJECT.at(root))
    (root / "data" / "page" / ".agents.ttl").touch()
    (root / "data" / "page" / "coverage.tsv").touch()
    assert named_graphs.source_files(PROJECT.at(root)) == before


def test_a_turtle_file_that_belongs_to_no_graph_is_an_error(root: Path) -> None:
    (root / "data" / "stray.ttl").touch()
    with pytest.raises(UserError, match=r"stray\.ttl belongs to no named graph: move it"):
        named_graphs.source_files(PROJECT.at(root))


def test_a_folder_without_sources_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has no ontology/\*\.ttl"):
        named_graphs.source_files(PROJECT.at(tmp_path))


def test_the_key_is_the_same_in_another_folder(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "copy")
    assert named_graphs.content_key(PROJECT.at(root)) == named_graphs.content_key(PROJECT.at(tmp_path / "copy"))


@pytest.mark.parametrize(
    "name", ["data/curated/agents.ttl", "ontology/rules/prp-dom.ru", "ontology/rules/check-cax-dw.rq"]
)
def test_the_key_changes_with_a_byte_of_a_source_or_rule(root: Path, name: str) -> None:
    before = named_graphs.content_key(PROJECT.at(root))
    with (root / name).open("a", encoding="utf-8") as file:
        file.write(" ")
    assert named_graphs.content_key(PROJECT.at(root)) != before


def test_the_key_changes_when_a_file_moves_to_another_graph(root: Path) -> None:
    before = named_graphs.content_key(PROJECT.at(root))
    (root / "data" / "page" / "articles" / "one.ttl").rename(root / "data" / "curated" / "one.ttl")
    assert named_graphs.content_key(PROJECT.at(root)) != before


def test_the_key_ignores_files_outside_the_graph(root: Path) -> None:
    before = named_graphs.content_key(PROJECT.at(root))
    (root / "data" / "page" / "coverage.tsv").write_text("x", encoding="utf-8")
    (root / "ontology" / "rules" / "README.md").write_text("x", encoding="utf-8")
    assert named_graphs.content_key(PROJECT.at(root)) == before


def test_sources_are_read_without_inference(root: Path) -> None:
    store = named_graphs.read_sources(PROJECT.at(root))
    named = sorted(PROJECT.graph_name(name) for name in store.named_graphs() if isinstance(name, ox.NamedNode))
    assert named == ["concepts", "curated", "dataset", "page", "vocabulary"]
    assert len(list(store.quads_for_pattern(None, None, None, PROJECT.graph_iri("page")))) == 2
    assert not list(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))


def test_reading_twice_gives_the_same_labels_to_blank_nodes(root: Path) -> None:
    once, again = named_graphs.read_sources(PROJECT.at(root)), named_graphs.read_sources(PROJECT.at(root))
    assert set(once) == set(again)
    assert any(isinstance(quad.subject, ox.BlankNode) for quad in once)


def test_blank_nodes_of_two_files_with_one_label_stay_two(root: Path) -> None:
    for name in ("one", "two"):
        text = f'_:same <http://example.org/p> "{name}" .'
        (root / "ontology" / f"{name}.ttl").write_text(text, encoding="utf-8")
    store = named_graphs.read_sources(PROJECT.at(root))
    quads = list(store.quads_for_pattern(None, ox.NamedNode("http://example.org/p"), None, None))
    assert len({quad.subject for quad in quads}) == 2


def test_broken_turtle_is_an_error_with_file_line_and_column(root: Path) -> None:
    path = root / "data" / "page" / "broken.ttl"
    path.write_text("@prefix ex: <http://example.org/> .\nex:a ex:b ;; ex:c ex:d }", encoding="utf-8")
    with pytest.raises(UserError, match=r"broken\.ttl:2:\d+"):
        named_graphs.read_sources(PROJECT.at(root))


def test_datasets_are_all_graphs_the_asserted_ones_or_the_page(root: Path) -> None:
    store = named_graphs.read_sources(PROJECT.at(root))
    store.add(ox.Quad(ox.NamedNode("x:a"), ox.NamedNode("x:b"), ox.NamedNode("x:c"), PROJECT.graph_iri("inferred")))

    def names(dataset: str) -> list[str]:
        return [PROJECT.graph_name(iri) for iri in named_graphs.dataset(PROJECT, store, dataset)]

    assert names("all") == ["concepts", "curated", "dataset", "inferred", "page", "vocabulary"]
    assert names("asserted") == ["concepts", "curated", "dataset", "page", "vocabulary"]
    assert names("page") == ["page"]
    with pytest.raises(UserError, match="no dataset 'everything': choose one of all, asserted, page"):
        names("everything")


def test_a_triple_in_two_graphs_is_found_with_their_names(root: Path) -> None:
    store = named_graphs.read_sources(PROJECT.at(root))
    assert list(named_graphs.in_two_graphs(PROJECT, store)) == []
    (quad, *_) = store.quads_for_pattern(None, None, None, PROJECT.graph_iri("page"))
    store.add(ox.Quad(quad.subject, quad.predicate, quad.object, PROJECT.graph_iri("curated")))
    assert list(named_graphs.in_two_graphs(PROJECT, store)) == [(quad.triple, ["curated", "page"])]


def test_no_shipped_triple_is_in_two_graphs() -> None:
    """In the shipped graph no triple is in two graphs, and the data have no blank nodes."""
    store = named_graphs.read_sources(PROJECT)
    assert list(named_graphs.in_two_graphs(PROJECT, store)) == []
    for name in ("page", "curated", "dataset", "concepts"):
        quads = list(store.quads_for_pattern(None, None, None, PROJECT.graph_iri(name)))
        assert quads
        assert not [q for q in quads if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]


def test_the_key_needs_no_openssl_and_reading_needs_no_rdflib() -> None:
    program = (
        "import sys; from rdfkit.rdf import named_graphs; from imaging_trials.model.project import PROJECT; "
        "named_graphs.content_key(PROJECT); "
        "assert '_hashlib' not in sys.modules; named_graphs.read_sources(PROJECT); assert 'rdflib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
