"""The embedded store: opened from the cache, rebuilt if the cache is damaged, and in memory if there is no cache."""

import contextlib
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.inference import closure
from rdfkit.rdf import named_graphs
from rdfkit.stores import embedded
from tests.support import small_root
from tests.support.servers import needs

MARK = ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.NamedNode("x:o"), PROJECT.graph_iri("page"))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small graph as the checkout, and an empty cache folder."""
    folder = small_root.make(tmp_path / "checkout")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def whole(root: Path) -> set[ox.Quad]:
    """The quads of the complete small graph."""
    quads = set(embedded.from_sources(PROJECT.at(root)))
    assert any(quad.graph_name == PROJECT.graph_iri("inferred") for quad in quads)
    return quads


def entries() -> list[str]:
    folder = embedded.cache_folder(PROJECT)
    assert folder is not None
    return sorted(entry.name for entry in folder.iterdir())


def entry(root: Path) -> Path:
    folder = embedded.cache_folder(PROJECT)
    assert folder is not None
    return folder / named_graphs.content_key(PROJECT.at(root))


def largest_table(folder: Path) -> Path:
    return max(folder.glob("*.sst"), key=lambda path: path.stat().st_size)


def refuse(*_: object) -> None:
    raise AssertionError("the graph was made again")


def write_dist(root: Path, quads: set[ox.Quad], key: str) -> None:
    data = "".join(f"{quad} .\n" for quad in quads).encode()
    manifest = {"content_key": key, "files": {"imaging-trials.nq": {"sha256": hashlib.sha256(data).hexdigest()}}}
    (root / "dist").mkdir()
    (root / "dist" / "imaging-trials.nq").write_bytes(data)
    (root / "dist" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_the_first_call_fills_the_cache_and_the_second_opens_it(
    root: Path, whole: set[ox.Quad], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(embedded.open_store(PROJECT.at(root))) == whole
    assert entries() == [named_graphs.content_key(PROJECT.at(root))]
    monkeypatch.setattr(closure, "close", refuse)
    monkeypatch.setattr(named_graphs, "read_sources", refuse)
    assert set(embedded.open_store(PROJECT.at(root))) == whole


def test_the_cached_store_cannot_be_written_to(root: Path) -> None:
    opened = embedded.open_store(PROJECT.at(root))
    with pytest.raises(RuntimeError, match="read-write"):
        opened.add(MARK)
    assert entry(root).is_dir()


def test_a_changed_source_is_answered_at_once(root: Path) -> None:
    before = len(embedded.open_store(PROJECT.at(root)))
    with (root / "data" / "curated" / "agents.ttl").open("a", encoding="utf-8") as file:
        file.write(" agent:flt imt:isBasedOn substance:fes .")
    assert len(embedded.open_store(PROJECT.at(root))) == before + 2  # the statement, and the inferred class


def truncate_a_table(folder: Path) -> None:
    os.truncate(largest_table(folder), 100)


def remove_a_table(folder: Path) -> None:
    largest_table(folder).unlink()


def remove_the_list_of_tables(folder: Path) -> None:
    next(folder.glob("MANIFEST-*")).unlink()


def cut_the_list_of_tables(folder: Path) -> None:
    manifest = next(folder.glob("MANIFEST-*"))
    os.truncate(manifest, manifest.stat().st_size - 1)


def cut_it_in_the_middle(folder: Path) -> None:
    manifest = next(folder.glob("MANIFEST-*"))
    os.truncate(manifest, manifest.stat().st_size * 3 // 4)


def flip_a_bit(folder: Path) -> None:
    path = largest_table(folder)
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 4
    path.write_bytes(data)


def flip_a_bit_and_put_its_time_back(folder: Path) -> None:
    before = largest_table(folder).stat()
    flip_a_bit(folder)
    os.utime(largest_table(folder), ns=(before.st_atime_ns, before.st_mtime_ns))


def put_a_fifo_in_place_of_a_table(folder: Path) -> None:
    path = largest_table(folder)
    path.unlink()
    os.mkfifo(path)


def cut_the_checks(folder: Path) -> None:
    os.truncate(folder / "CHECKS", 40)


def put_a_fifo_in_place_of_the_checks(folder: Path) -> None:
    (folder / "CHECKS").unlink()
    os.mkfifo(folder / "CHECKS")


def add_a_log(folder: Path) -> None:
    (folder / "000099.log").write_bytes(b"x")


def fill_with_rubbish(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(b"rubbish")


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def put_a_file_in_its_place(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("rubbish", encoding="utf-8")


@pytest.mark.parametrize(
    "damage",
    [
        truncate_a_table,
        remove_a_table,
        remove_the_list_of_tables,
        cut_the_list_of_tables,
        cut_it_in_the_middle,
        flip_a_bit,
        flip_a_bit_and_put_its_time_back,
        put_a_fifo_in_place_of_a_table,
        cut_the_checks,
        put_a_fifo_in_place_of_the_checks,
        add_a_log,
        fill_with_rubbish,
        empty,
        put_a_file_in_its_place,
    ],
)
def test_a_damaged_or_partial_entry_is_replaced(
    root: Path, whole: set[ox.Quad], damage: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.open_store(PROJECT.at(root))
    damage(entry(root))
    assert set(embedded.open_store(PROJECT.at(root))) == whole
    assert entries() == [named_graphs.content_key(PROJECT.at(root))]
    monkeypatch.setattr(closure, "close", refuse)
    assert set(embedded.open_store(PROJECT.at(root))) == whole


def test_the_entry_of_another_graph_is_not_used(root: Path, whole: set[ox.Quad]) -> None:
    embedded.open_store(PROJECT.at(root))
    other = entry(root)
    with (root / "data" / "curated" / "agents.ttl").open("a", encoding="utf-8") as file:
        file.write(" agent:flt imt:isBasedOn substance:fes .")
    other.rename(entry(root))
    assert len(embedded.open_store(PROJECT.at(root))) == len(whole) + 2


def test_the_copy_of_a_cache_is_used(root: Path, whole: set[ox.Quad], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files have other times and other inodes, and the same content."""
    embedded.open_store(PROJECT.at(root))
    folder = entry(root).parent
    folder.rename(folder.with_name("first"))
    shutil.copytree(folder.with_name("first"), folder)
    monkeypatch.setattr(closure, "close", refuse)
    assert set(embedded.open_store(PROJECT.at(root))) == whole


def test_opening_leaves_the_process_on_all_its_processors(root: Path) -> None:
    before = os.sched_getaffinity(0)
    embedded.open_store(PROJECT.at(root))
    embedded.open_store(PROJECT.at(root))
    assert os.sched_getaffinity(0) == before


@pytest.mark.prove
def test_no_cut_of_the_list_of_tables_is_trusted(root: Path, whole: set[ox.Quad]) -> None:
    """RocksDB itself opens an empty database at most of these points."""
    embedded.open_store(PROJECT.at(root))
    manifest = next(entry(root).glob("MANIFEST-*"))
    data = manifest.read_bytes()
    silent = 0
    for size in range(0, len(data), 60):
        manifest.write_bytes(data[:size])
        with contextlib.suppress(OSError, RuntimeError):
            silent += not len(ox.Store.read_only(str(entry(root))))
        assert len(embedded.open_store(PROJECT.at(root))) == len(whole)
        manifest = next(entry(root).glob("MANIFEST-*"))
        data = manifest.read_bytes()
    assert silent


def test_a_cache_with_too_long_a_name_does_not_stop_a_query(
    root: Path, whole: set[ox.Quad], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ("x" * 300)))
    assert set(embedded.open_store(PROJECT.at(root))) == whole


def test_a_cache_that_cannot_be_entered_does_not_stop_a_query(root: Path, whole: set[ox.Quad]) -> None:
    embedded.open_store(PROJECT.at(root))
    program = (
        "from pathlib import Path; from imaging_trials.model.project import PROJECT; "
        f"from rdfkit.stores import embedded; print(len(embedded.open_store(PROJECT.at(Path({str(root)!r})))))"
    )
    # Without its capabilities root is subject to the mode of a folder, too.
    alone = [str(needs("setpriv")), "--bounding-set=-all", "--inh-caps=-all"] if os.getuid() == 0 else []
    folder = entry(root).parent
    folder.chmod(0)
    try:
        answer = subprocess.run([*alone, sys.executable, "-c", program], capture_output=True, text=True, check=True)
    finally:
        folder.chmod(0o755)
    assert int(answer.stdout) == len(whole)


def test_an_entry_that_proves_damaged_later_can_be_forgotten(root: Path) -> None:
    embedded.open_store(PROJECT.at(root))
    embedded.forget(PROJECT.at(root))
    assert not entry(root).exists()


def test_leftovers_of_a_crashed_process_are_removed(root: Path) -> None:
    embedded.open_store(PROJECT.at(root))
    shutil.rmtree(entry(root))
    folder = entry(root).parent
    for name, age in (("old", 7200), ("young", 60)):
        (folder / f".{name}.unfinished").mkdir()
        os.utime(folder / f".{name}.unfinished", (time.time() - age,) * 2)
    embedded.open_store(PROJECT.at(root))
    assert entries() == [".young.unfinished", named_graphs.content_key(PROJECT.at(root))]


def test_of_old_entries_the_newest_few_are_kept(root: Path) -> None:
    folder = entry(root).parent
    for number in range(5):
        (folder / f"{number:032}").mkdir(parents=True)
        os.utime(folder / f"{number:032}", (1_000_000 + number,) * 2)
    (folder / "something else").mkdir()
    embedded.open_store(PROJECT.at(root))
    assert entries() == sorted([f"{3:032}", f"{4:032}", named_graphs.content_key(PROJECT.at(root)), "something else"])


@pytest.mark.parametrize("cache", ["a file/cache", "/proc/no-such-folder"])
def test_a_cache_that_cannot_be_written_does_not_stop_a_query(
    root: Path, whole: set[ox.Quad], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: str
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / cache))
    assert set(embedded.open_store(PROJECT.at(root))) == whole


def test_a_full_disk_does_not_stop_a_query(tmp_path: Path) -> None:
    folder = small_root.make_with_code(tmp_path / "checkout")
    program = (
        "from imaging_trials.model.project import PROJECT; from rdfkit.stores import embedded; "
        "print(len(embedded.open_store(PROJECT)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(folder / "scripts"), "XDG_CACHE_HOME": str(tmp_path / "full")}
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
    )
    assert int(answer.stdout) == len(embedded.from_sources(PROJECT.at(folder)))
    assert list((tmp_path / "full" / "imaging-trials").iterdir()) == []


def test_a_relative_cache_folder_is_ignored(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative XDG_CACHE_HOME is ignored, as its specification requires."""
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    embedded.open_store(PROJECT.at(root))
    assert entry(root) == tmp_path / "home" / ".cache" / "imaging-trials" / named_graphs.content_key(PROJECT.at(root))
    assert entry(root).is_dir()


def test_concurrent_processes_all_get_the_whole_graph(tmp_path: Path) -> None:
    folder = small_root.make_with_code(tmp_path / "checkout")
    program = (
        "from imaging_trials.model.project import PROJECT; from rdfkit.stores import embedded; "
        "print(len(list(embedded.open_store(PROJECT))))"
    )
    environment = {**os.environ, "PYTHONPATH": str(folder / "scripts"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    running = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = {process.communicate()[0].strip() for process in running}
    assert answers == {str(len(embedded.from_sources(PROJECT.at(folder))))}
    assert [path.name for path in (tmp_path / "cache" / "imaging-trials").iterdir()] == [
        named_graphs.content_key(PROJECT.at(folder))
    ]


def test_the_built_graph_is_used_if_its_sources_are_the_same(
    root: Path, whole: set[ox.Quad], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_dist(root, {*whole, MARK}, named_graphs.content_key(PROJECT.at(root)))
    monkeypatch.setattr(closure, "close", refuse)
    assert MARK in embedded.open_store(PROJECT.at(root))


def test_a_built_graph_of_other_sources_is_not_taken(root: Path, whole: set[ox.Quad]) -> None:
    write_dist(root, {*whole, MARK}, "of other sources")
    assert set(embedded.open_store(PROJECT.at(root))) == whole


@pytest.mark.parametrize("name", ["imaging-trials.nq", "manifest.json"])
def test_a_changed_built_graph_is_not_used(root: Path, whole: set[ox.Quad], name: str) -> None:
    """A built graph that differs from what the build wrote is not used."""
    write_dist(root, {*whole, MARK}, named_graphs.content_key(PROJECT.at(root)))
    path = root / "dist" / name
    path.write_bytes(path.read_bytes()[:-20])
    assert set(embedded.open_store(PROJECT.at(root))) == whole


def test_opening_the_cached_store_imports_no_heavy_package(root: Path) -> None:
    embedded.open_store(PROJECT.at(root))
    program = (
        "import sys; from pathlib import Path; from imaging_trials.model.project import PROJECT; "
        f"from rdfkit.stores import embedded; embedded.open_store(PROJECT.at(Path({str(root)!r}))); "
        "print(sorted({'rdflib', 'pyshacl', 'owlrl', 'json', 'hashlib', 'shutil'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
