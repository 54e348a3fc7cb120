"""What several test files share: the checkout, and the command in a separate process."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import settings

from tests.support.command_server import CommandServer

ROOT = Path(__file__).resolve().parents[1]

# A deadline for each example would time the test: a busy machine would fail it.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

pytest_plugins = ["tests.support.cpu_time"]


class Imt(Protocol):
    """Runs ``imt`` in a separate process."""

    def __call__(
        self, *arguments: str, stdin: str = "", cwd: Path = ROOT, timeout: float = 120
    ) -> "subprocess.CompletedProcess[str]": ...


Show = Callable[[str, Iterable[str]], None]
"""Takes a title and lines, which pytest prints below everything else, from any worker."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of an ``xdist_group`` on one worker.

    pytest-xdist 3.8 appends the group to ``Item._nodeid``, from where pytest 9.2 no longer takes the name of a test.
    Each worker would then build a release, a wheel and a JVM of its own.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        grouped = vars(item).get("_nodeid", item.nodeid)
        if grouped != item.nodeid:
            from _pytest.nodeid import coerce_node_id

            item._id = coerce_node_id(grouped)


@pytest.fixture
def show(record_property: Callable[[str, object], None]) -> Show:
    """Return a function that prints what a test measured."""
    return lambda title, lines: record_property("shown", [title, *lines])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured, in the order of the tests' names."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    for report in sorted(reports, key=lambda report: str(report.nodeid)):
        for name, lines in getattr(report, "user_properties", []):
            if name == "shown":
                terminalreporter.section(lines[0], sep="-")
                for line in lines[1:]:
                    terminalreporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the tests an empty cache folder instead of the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site, made once for the tests that read it."""
    return made_site(tmp_path_factory.mktemp("site"), "1")


def made_site(folder: Path, seed: str) -> Path:
    """Write the site in a process of its own, with a seed for the order of sets, and return its folder."""
    program = "import sys; from imaging_trials.cli import main; sys.exit(main(sys.argv[1:]))"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "scripts")}
    subprocess.run(
        [sys.executable, "-c", program, "site", "-o", str(folder / "site")], env=environment, check=True, cwd=folder,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return folder / "site"


@pytest.fixture(scope="session")
def imt(_own_cache: None) -> Iterator[Imt]:
    """Return a function that runs ``imt`` with the arguments given and returns exit code, stdout and stderr."""
    server = CommandServer(ROOT)

    def run(
        *arguments: str, stdin: str = "", cwd: Path = ROOT, timeout: float = 120
    ) -> "subprocess.CompletedProcess[str]":
        return server.run(*arguments, stdin=stdin, cwd=cwd, timeout=timeout)

    yield run
    server.close()
