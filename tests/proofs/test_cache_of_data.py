"""The kept stores of ``--data``: processes at once, and processes that are killed while they make one.

Each must answer as if it were alone, and what a killed one leaves behind must not be used and must go.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from imaging_trials.model.project import PROJECT
from tests.conftest import ROOT

pytestmark = pytest.mark.prove

ASK = "from imaging_trials.cli import main; raise SystemExit(main())"
QUERY = "SELECT (COUNT(*) AS ?n) { ?s <urn:p> ?o }"
COUNT = 20_000


def start(data: Path, cache: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", ASK, "query", "--sparql", QUERY, "--dataset", "asserted", "--format", "csv",
         "--data", str(data)],
        cwd=ROOT, env={**os.environ, "XDG_CACHE_HOME": str(cache)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def entries(cache: Path) -> list[str]:
    return sorted(one.name for one in (cache / PROJECT.name / "data").iterdir() if one.is_dir())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "mine.nt"
    path.write_text("".join(f"<urn:s{number}> <urn:p> <urn:o> .\n" for number in range(COUNT)))
    return path


def test_processes_at_once_make_one_store(data: Path, tmp_path: Path) -> None:
    asked = [start(data, tmp_path / "cache") for _ in range(3)]
    for one in asked:
        out, err = one.communicate(timeout=300)
        assert (one.returncode, out.split(), err) == (0, ["n", str(COUNT)], "")
    assert len(entries(tmp_path / "cache")) == 1


def test_a_killed_process_leaves_nothing_that_is_used(data: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    one, folder = start(data, cache), cache / PROJECT.name / "data"
    deadline = time.monotonic() + 240
    while not list(folder.glob(".*.unfinished")) and one.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    os.killpg(one.pid, signal.SIGKILL)
    one.communicate(timeout=60)
    assert one.returncode == -signal.SIGKILL
    assert [name for name in entries(cache) if not name.endswith(".unfinished")] == []
    again = start(data, cache)
    out, err = again.communicate(timeout=300)
    assert (again.returncode, out.split(), err) == (0, ["n", str(COUNT)], "")
    assert [name.startswith(".") for name in entries(cache)] == [False]
