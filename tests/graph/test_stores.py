"""docs/stores.md is true: what it calls tested runs here against the real store, and the rest is marked untested."""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from imaging_trials.build import build
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from tests.conftest import ROOT
from tests.support.documents import FENCE, commands, unlike
from tests.support.engines import conformance
from tests.support.servers import free_port, isql, needs, virtuoso_server

DOCUMENT = ROOT / "docs" / "stores.md"
STORES = ("Oxigraph", "Virtuoso", "Fuseki", "GraphDB", "RDF4J", "QLever", "Blazegraph", "Stardog", "Neptune")
GENERAL = ("Files and general notes", "Your own files, and several loads")
TESTED = ("Oxigraph", "Virtuoso")
MARKS = {True: "**Tested here", False: "**Not tested here"}


class Section(NamedTuple):
    """The section of a store: its text, and its fenced blocks as language and text."""

    text: str
    blocks: list[tuple[str, str]]


def sections() -> dict[str, Section]:
    parts = re.split(r"(?m)^## (.*)\n", DOCUMENT.read_text(encoding="utf-8"))
    return {
        name: Section(text, [(match[1], match[2]) for match in FENCE.finditer(text)])
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_every_store_section_says_whether_it_is_tested() -> None:
    """Every store has a section whose first sentence says whether it is tested."""
    found = sections()
    assert tuple(found) == (*GENERAL, *STORES)
    for name in STORES:
        assert found[name].text.lstrip().startswith(MARKS[name in TESTED])
        assert not found[name].text.count(MARKS[name not in TESTED])


def test_only_untested_stores_show_commands_that_are_not_run() -> None:
    for name, section in sections().items():
        languages = {language for language, _ in section.blocks}
        assert languages <= ({"console"} if name in TESTED else {"sh", "text"}), name
        assert languages or name not in STORES


def test_the_table_agrees_with_the_section_of_each_store() -> None:
    rows = re.findall(r"(?m)^\| (\w+)[^|]*\| (tested|not tested) \|", sections()[GENERAL[0]].text)
    assert rows == [(name, "tested" if name in TESTED else "not tested") for name in STORES]


def test_every_named_file_is_written_by_a_build(dist: Path) -> None:
    """Every file of the project that the page names is one that a build writes."""
    named = set(re.findall(r"dist/([\w.-]+\w)", DOCUMENT.read_text(encoding="utf-8")))
    assert {"imaging-trials.nq", "imaging-trials-all.ttl"} <= named <= {path.name for path in dist.iterdir()}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build") / "dist"
    build.build(folder, validate=False)
    return folder


class Shell:
    """Runs the commands of a section, with the addresses of the test servers instead of those shown."""

    def __init__(self, folder: Path, places: Mapping[str, str], running: ExitStack) -> None:
        self._folder = folder
        self._places = places
        self._running = running

    def run(self, command: str, shown: str) -> None:
        for place, real in self._places.items():
            command, shown = command.replace(place, real), shown.replace(place, real)
        if command.startswith("oxigraph serve "):
            address = re.search(r"--bind (\S+)", command)
            assert address
            self._running.enter_context(self._server(command, f"http://{address[1]}/"))
            assert shown == ""
            return
        done = subprocess.run(
            ["bash", "-c", command], cwd=self._folder, env=self._environment(), text=True, timeout=300, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stdout}"
        assert (unlike(shown, done.stdout) if shown else done.stdout) == "", command

    def _environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "IMT_PASSWORD": "dba"}

    @contextmanager
    def _server(self, command: str, url: str) -> "Iterator[subprocess.Popen[bytes]]":
        silent = subprocess.DEVNULL
        with subprocess.Popen(
            command.split(), cwd=self._folder, env=self._environment(), stdout=silent, stderr=silent
        ) as process:
            try:
                _wait(url)
                yield process
            finally:
                process.terminate()


def _wait(url: str) -> None:
    for attempt in range(600):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            if attempt == 599:
                raise
            time.sleep(0.1)


@pytest.fixture
def shop(dist: Path, tmp_path: Path) -> Path:
    """A folder with a build, as in a checkout."""
    (tmp_path / "dist").symlink_to(dist)
    return tmp_path


def run_section(name: str, shell: Shell, url: str, clear: Callable[[], None]) -> None:
    """Run a store's console blocks; each must load the whole graph into an empty store."""
    blocks = [text for language, text in sections()[name].blocks if language == "console"]
    fingerprint = conformance.fingerprint_by_value if name == "Virtuoso" else conformance.fingerprint
    wanted = fingerprint(conformance.graph())
    for number, text in enumerate(blocks):
        if number:
            clear()
            assert not list(conformance.held_at(url))
        for command, shown in commands(text):
            shell.run(command, shown)
        assert fingerprint(conformance.held_at(url)) == wanted, text
    assert len(blocks) >= 2


@pytest.mark.prove
def test_the_commands_for_oxigraph_do_what_is_shown(shop: Path) -> None:
    needs("oxigraph")
    needs("curl")
    address = f"127.0.0.1:{free_port()}"

    def clear() -> None:
        update = {"Content-Type": "application/sparql-update"}
        with urllib.request.urlopen(
            urllib.request.Request(f"http://{address}/update", b"CLEAR ALL", update), timeout=60
        ):
            pass

    with ExitStack() as running:
        shell = Shell(shop, {"127.0.0.1:7878": address}, running)
        run_section("Oxigraph", shell, f"http://{address}/query", clear)


@pytest.mark.prove
@pytest.mark.xdist_group("virtuoso")
def test_the_commands_for_virtuoso_do_what_is_shown(shop: Path) -> None:
    needs("isql-vt")
    served, database = shop / "served", shop / "database"
    served.mkdir()
    database.mkdir()
    with virtuoso_server(database, readable=[served]) as server, ExitStack() as running:
        places = {
            "127.0.0.1:8890": f"127.0.0.1:{server.port}",
            "127.0.0.1:1111": f"127.0.0.1:{server.sql_port}",
            "/srv/rdf": str(served),
        }

        def clear() -> None:
            for name in named_graphs.dataset(PROJECT, conformance.graph(), "all"):
                isql(server, f"SPARQL CLEAR GRAPH {name};")

        run_section("Virtuoso", Shell(shop, places, running), server.query, clear)
