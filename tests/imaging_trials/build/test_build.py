"""``imt build``: what it writes, what stops it, and that no file is ever incomplete."""

import fcntl
import hashlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.build import report
from imaging_trials.cli import COMMANDS
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from rdfkit.stores import embedded
from tests.conftest import Imt
from tests.support import small_root

pytestmark = pytest.mark.prove

FILES = ["imaging-trials-all.ttl", "imaging-trials.nq", "manifest.json", "queries.json"]


class Checkout:
    """A copy of the package with a small graph, whose ``imt`` runs in separate processes."""

    def __init__(self, folder: Path) -> None:
        self.root = small_root.make_with_code(folder / "checkout")
        self.dist = self.root / "dist"
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(self.root / "scripts"),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }

    def imt(self, *arguments: str, largest_file: int | None = None, **more: str) -> "subprocess.CompletedProcess[str]":
        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        return subprocess.run(
            [sys.executable, "-m", "imaging_trials", *arguments],
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            preexec_fn=limit,
        )

    def build(
        self, *arguments: str, largest_file: int | None = None, **more: str
    ) -> "subprocess.CompletedProcess[str]":
        return self.imt("build", "--no-validate", *arguments, largest_file=largest_file, **more)

    def add(self, name: str, text: str) -> None:
        with (self.root / name).open("a", encoding="utf-8") as file:
            file.write(text)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def canonical(quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    """The quads with blank nodes named by their statements, independent of the parser's labels."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def one_sentence(answer: "subprocess.CompletedProcess[str]") -> str:
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith("imt: ")
    assert answer.stderr.count("\n") == 1
    assert answer.stderr.endswith((".\n", "?\n"))
    return answer.stderr


def test_a_build_writes_exactly_these_files(checkout: Checkout) -> None:
    """A build writes quads, Turtle and a manifest, and nothing else."""
    answer = checkout.build()
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    assert sorted(content(checkout.dist)) == FILES


def test_the_quads_are_sorted_and_are_the_whole_graph(checkout: Checkout) -> None:
    """The quads are sorted lines, each in a named graph, and are the whole graph."""
    checkout.build()
    data = (checkout.dist / "imaging-trials.nq").read_bytes()
    lines = data.splitlines()
    assert lines == sorted(lines)
    quads = set(ox.parse(data, format=ox.RdfFormat.N_QUADS))
    assert quads == set(embedded.from_sources(PROJECT.at(checkout.root)))
    assert all(str(quad.graph_name).startswith("<https://w3id.org/imaging-trials/graph/") for quad in quads)


def test_the_turtle_is_the_merge_of_all_graphs(checkout: Checkout) -> None:
    """The Turtle file is the merge of all graphs, with the project's prefixes."""
    checkout.build()
    data = (checkout.dist / "imaging-trials-all.ttl").read_bytes()
    merge = [ox.Quad(q.subject, q.predicate, q.object) for q in embedded.from_sources(PROJECT.at(checkout.root))]
    assert canonical(ox.parse(data, format=ox.RdfFormat.TURTLE)) == canonical(merge)
    assert b"@prefix imt: <https://w3id.org/imaging-trials/vocab#> ." in data
    assert b"\nagent:fes a imt:" in data


def test_the_manifest_counts_the_graphs_and_holds_the_checksums(checkout: Checkout) -> None:
    checkout.build()
    manifest = json.loads((checkout.dist / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["content_key"] == named_graphs.content_key(PROJECT.at(checkout.root))
    assert list(manifest["graphs"]) == ["concepts", "curated", "dataset", "inferred", "page", "vocabulary"]
    assert manifest["graphs"]["page"] == 2
    for name in FILES[:2]:
        data = (checkout.dist / name).read_bytes()
        assert manifest["files"][name] == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


@pytest.mark.parametrize("seed", ["0", "1"])
def test_building_again_gives_the_same_bytes(checkout: Checkout, seed: str) -> None:
    """Building again gives the same bytes for any hash seed and locale."""
    checkout.build()
    before = content(checkout.dist)
    assert checkout.build(PYTHONHASHSEED=seed, LC_ALL="C", TZ="Asia/Tokyo").returncode == 0
    assert content(checkout.dist) == before


def test_owlrl_as_the_reasoner_writes_the_same_graph(checkout: Checkout) -> None:
    checkout.build()
    before = content(checkout.dist)
    answer = checkout.build("--reasoner", "owlrl")
    assert answer.returncode == 0
    assert "with owlrl" in answer.stdout
    after = content(checkout.dist)
    assert after["imaging-trials.nq"] == before["imaging-trials.nq"]
    assert json.loads(after["manifest.json"])["reasoner"] == "owlrl"


def test_a_build_puts_the_graph_into_the_cache(checkout: Checkout, tmp_path: Path) -> None:
    checkout.build()
    assert [path.name for path in (tmp_path / "cache" / "imaging-trials").iterdir()] == [
        named_graphs.content_key(PROJECT.at(checkout.root))
    ]


def test_a_build_without_a_cache_folder_succeeds(checkout: Checkout) -> None:
    assert checkout.build(XDG_CACHE_HOME="/proc/none").returncode == 0


def test_other_files_in_the_folder_are_left_alone(checkout: Checkout) -> None:
    checkout.dist.mkdir()
    (checkout.dist / "mine.txt").write_text("mine", encoding="utf-8")
    checkout.build()
    assert sorted(content(checkout.dist)) == sorted([*FILES, "mine.txt"])


def test_another_folder_can_be_named(checkout: Checkout, tmp_path: Path) -> None:
    answer = checkout.build("-o", str(tmp_path / "a" / "b"))
    assert sorted(content(tmp_path / "a" / "b")) == FILES
    assert f"Written to {tmp_path / 'a' / 'b'}/:" in answer.stdout
    assert not checkout.dist.exists()


def test_quiet_prints_nothing(checkout: Checkout) -> None:
    answer = checkout.build("--quiet")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_a_triple_in_two_graphs_stops_the_build_and_is_named(checkout: Checkout) -> None:
    checkout.add("data/curated/agents.ttl", " agent:fes a imt:Tracer .")
    answer = checkout.build()
    assert answer.returncode == 1
    assert "One problem: nothing was written." in answer.stderr
    assert "'agent:fes rdf:type imt:Tracer' is in more than one graph (curated, page)" in answer.stderr
    assert not checkout.dist.exists()


def test_a_contradiction_stops_the_build(checkout: Checkout) -> None:
    """A contradiction stops the build; the message names its members and the rule."""
    checkout.add("ontology/imaging-trials.ttl", " imt:Article owl:disjointWith imt:Agent .")
    checkout.add("data/curated/agents.ttl", " article:one imt:isBasedOn substance:fes .")
    answer = checkout.build()
    assert answer.returncode == 1
    assert "article:one is a imt:Article and a imt:Agent, but these classes are disjoint. (cax-dw)" in answer.stderr
    assert not checkout.dist.exists()


def test_an_undefined_term_stops_the_build(checkout: Checkout) -> None:
    """An undefined term stops the build; the message offers the nearest term."""
    checkout.add("data/curated/agents.ttl", " agent:fes imt:isBasdOn substance:fes .")
    answer = checkout.imt("build")
    assert answer.returncode == 1
    assert "imt:isBasdOn is not defined; did you mean imt:isBasedOn?" in answer.stderr
    assert not checkout.dist.exists()


def test_data_that_breaks_a_shape_stops_the_build(checkout: Checkout) -> None:
    """Data that breaks a shape stops the build; the message states the rule."""
    checkout.add("data/curated/agents.ttl", " agent:flt a imt:Tracer .")
    answer = checkout.imt("build")
    assert answer.returncode == 1
    assert "agent:flt" in answer.stderr
    assert "A tracer has a vector: name it." in answer.stderr
    assert not checkout.dist.exists()


def test_a_conforming_graph_is_reported(checkout: Checkout) -> None:
    answer = checkout.imt("build")
    assert answer.returncode == 0, answer.stderr
    assert "no undefined term.\nValid by SHACL (pySHACL; the shapes themselves too). Conforms: " in answer.stdout


def test_a_problem_leaves_what_was_built_before_as_it_was(checkout: Checkout) -> None:
    checkout.build()
    before = content(checkout.dist)
    checkout.add("data/curated/agents.ttl", " agent:fes a imt:Tracer .")
    assert checkout.build().returncode == 1
    assert content(checkout.dist) == before


def test_broken_turtle_is_one_sentence_with_file_and_line(checkout: Checkout) -> None:
    checkout.add("data/curated/agents.ttl", " agent:fes a")
    lines = (checkout.root / "data/curated/agents.ttl").read_text(encoding="utf-8").count("\n") + 1
    assert f"agents.ttl:{lines}:" in one_sentence(checkout.build())
    assert not checkout.dist.exists()


@pytest.mark.parametrize("room", [0, 500, 1500])
def test_a_full_disk_leaves_the_previous_build_unchanged(checkout: Checkout, room: int) -> None:
    """A full disk is reported in one sentence and leaves the previous build unchanged."""
    checkout.build()
    before = content(checkout.dist)
    assert len(before["imaging-trials.nq"]) > room
    checkout.add("data/curated/agents.ttl", " agent:flt a imt:Tracer .")
    assert "the earlier build is unchanged" in one_sentence(checkout.build(largest_file=room))
    assert content(checkout.dist) == before


def test_a_full_disk_on_the_first_build_leaves_nothing_behind(checkout: Checkout) -> None:
    one_sentence(checkout.build(largest_file=500))
    assert not checkout.dist.exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be written to" in one_sentence(checkout.build("-o", str(tmp_path / "file" / "dist")))


def test_a_second_build_at_once_ends_with_one_sentence(checkout: Checkout) -> None:
    checkout.build()
    before = content(checkout.dist)
    bench = checkout.dist / ".building"
    bench.mkdir()
    lock = os.open(bench, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        assert "Another imt build is writing to" in one_sentence(checkout.build())
        assert bench.is_dir()
    finally:
        os.close(lock)
    bench.rmdir()
    assert content(checkout.dist) == before


def test_concurrent_builds_leave_one_complete_graph(checkout: Checkout) -> None:
    """Builds that start together leave one complete graph and no temporary files."""
    command = [sys.executable, "-m", "imaging_trials", "build", "--no-validate", "--quiet"]
    running = [subprocess.Popen(command, env=checkout.environment, stderr=subprocess.PIPE) for _ in range(4)]
    errors = [process.communicate()[1].decode() for process in running]
    codes = [process.returncode for process in running]
    assert 0 in codes
    assert set(codes) <= {0, 2}
    assert all("Another imt build" in error for error, code in zip(errors, codes, strict=True) if code)
    assert sorted(content(checkout.dist)) == FILES


def test_leftovers_of_a_killed_build_do_no_harm(checkout: Checkout) -> None:
    (checkout.dist / ".building").mkdir(parents=True)
    (checkout.dist / ".building" / "imaging-trials.nq").write_text("half", encoding="utf-8")
    assert checkout.build().returncode == 0
    assert sorted(content(checkout.dist)) == FILES


def test_an_unknown_reasoner_is_one_sentence_with_the_choices(checkout: Checkout) -> None:
    assert "choose from" in one_sentence(checkout.build("--reasoner", "magic"))


def test_the_summary_reports_each_step_and_what_to_try(checkout: Checkout) -> None:
    """The summary says what was read, inferred and written, and what to try next."""
    said = checkout.build().stdout
    for line in ("Read 18 triples from 6 files:", "No triple in two graphs", "Inferred ", "Written to ", "Try next:"):
        assert f"\n{line}" in f"\n{said}"
    assert "--no-validate" in said


def test_queries_in_the_summary_are_saved_and_have_answers() -> None:
    names = {path.stem for path in (PROJECT.root / "queries").glob("*/*.rq")}
    assert len(report.SHOWN) == 3
    assert set(report.SHOWN) <= names


@pytest.mark.xdist_group("build")
def test_the_shipped_graph_is_written_whole_and_answers(imt: Imt, tmp_path: Path) -> None:
    """README's `make run`, which `test_docs` runs, shows that it conforms too."""
    answer = imt("build", "--no-validate", "-o", str(tmp_path / "dist"))
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    for name in report.SHOWN:
        assert f"(imt query {name})" in answer.stdout
    quads = ox.Store()
    quads.bulk_load(path=str(tmp_path / "dist" / "imaging-trials.nq"), format=ox.RdfFormat.N_QUADS)
    assert len(quads) == len(embedded.from_sources(PROJECT))


def test_an_unknown_command_is_reported_with_the_nearest(checkout: Checkout) -> None:
    """An unknown command is reported in one sentence with the nearest known one."""
    assert "There is no command 'biuld': did you mean build?" in one_sentence(checkout.imt("biuld"))
    assert f"there are {', '.join(COMMANDS)}." in one_sentence(checkout.imt("xyz"))


def test_help_and_version_are_no_errors(checkout: Checkout) -> None:
    for arguments in ((), ("--help",), ("build", "--help")):
        answer = checkout.imt(*arguments)
        assert answer.returncode == 0
        assert answer.stdout.startswith("usage: imt")
    assert checkout.imt("--version").stdout.startswith("imt ")


def test_debug_shows_where_an_error_came_from(checkout: Checkout) -> None:
    checkout.add("data/curated/agents.ttl", " agent:fes a")
    answer = checkout.build("--debug")
    assert answer.returncode == 2
    assert "Traceback" in answer.stderr
    assert answer.stderr.splitlines()[-1].startswith("imt: ")


def test_an_error_not_foreseen_is_one_sentence_that_offers_debug(checkout: Checkout) -> None:
    (checkout.root / "scripts" / "imaging_trials" / "cli" / "build.py").write_text("1 / 0\n", encoding="utf-8")
    assert "ZeroDivisionError: division by zero): run the command again with --debug" in one_sentence(
        checkout.imt("build")
    )


def test_a_reader_that_stops_reading_is_no_error(checkout: Checkout) -> None:
    command = f"{sys.executable} -m imaging_trials build --no-validate | true; echo ${{PIPESTATUS[0]}}"
    answer = subprocess.run(
        ["bash", "-c", command], env=checkout.environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "0\n"
    assert answer.stderr == ""


def test_output_that_cannot_be_written_is_one_sentence(checkout: Checkout) -> None:
    command = f"{sys.executable} -m imaging_trials build --no-validate > /dev/full"
    answer = subprocess.run(
        ["bash", "-c", command], env=checkout.environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert answer.stderr.startswith("imt: No space left on device")
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "how",
    [
        "raise RuntimeError('Corruption: block checksum mismatch')",
        "try: raise OSError('Corruption: bad')\n except OSError: raise errors.UserError('No answer.') from None",
    ],
)
def test_a_damaged_store_is_removed_from_the_cache(checkout: Checkout, tmp_path: Path, how: str) -> None:
    """A damaged store is removed from the cache, and a message says so."""
    checkout.build()
    (checkout.root / "scripts" / "imaging_trials" / "cli" / "show.py").write_text(
        f"from rdfkit.base import errors\ndef add_arguments(_): pass\ndef run(_):\n {how}\n",
        encoding="utf-8",
    )
    assert "was damaged and has been removed: run the command again" in one_sentence(checkout.imt("show"))
    assert list((tmp_path / "cache" / "imaging-trials").iterdir()) == []
