"""Imports that are stopped: Ctrl-C, a process of the pool that dies, a kill; progress on a terminal; `--resume`."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from tests.conftest import ROOT
from tests.support.endpoint import until
from tests.support.records import DAY, made_up_studies

pytestmark = pytest.mark.prove

IMT = [sys.executable, "-m", "imaging_trials", "import", "clinicaltrials", "--day", DAY]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'scripts'}{os.pathsep}{ROOT}"}
SECONDS = 60.0


def started(*arguments: object, output: int | None = subprocess.PIPE) -> "subprocess.Popen[bytes]":
    """Start an import in a group of processes of its own, as a shell does."""
    return subprocess.Popen(
        [*IMT, *map(str, arguments)], stdout=output, stderr=subprocess.PIPE, env=ENVIRONMENT, start_new_session=True
    )


def finished(*arguments: object) -> int:
    """Run an import to its end, and return its exit code."""
    running = started(*arguments)
    running.communicate(timeout=SECONDS)
    return running.returncode


def listed(folder: Path) -> list[str]:
    path = folder / "manifest.json"
    return [one["name"] for one in json.loads(path.read_bytes())["imports"]] if path.exists() else []


def children(process: int) -> list[int]:
    """Return the processes of the pool that a process started."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            command = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == process and b"spawn_main" in command:
            found.append(int(path.name))
    return found


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return thirty files, which take some seconds."""
    folder = tmp_path_factory.mktemp("many")
    studies = made_up_studies(3000)
    paths = []
    for at in range(30):
        paths.append(folder / f"{at}.ndjson")
        paths[-1].write_bytes(b"\n".join(studies[at * 100 : at * 100 + 100]) + b"\n")
    return paths


@pytest.fixture(scope="module")
def whole(many: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what an import of them that is not stopped makes."""
    folder = tmp_path_factory.mktemp("whole") / "imports"
    assert finished(*many, "--into", folder, "--jobs", 1) == 0
    return {path.name: path.read_bytes() for path in folder.glob("*.nq")}


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_leaves_what_is_complete(jobs: int, many: list[Path], whole: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "imports"
    running = started(*many, "--into", folder, "--jobs", jobs)
    assert until(lambda: len(list(folder.glob("[!.]*.nq"))) > 3), "no file was written"
    os.killpg(running.pid, signal.SIGINT)
    out, error = running.communicate(timeout=SECONDS)
    assert (running.returncode, error.decode().splitlines()[-1:]) == (130, ["imt: Stopped."])
    assert b"Traceback" not in error
    names = listed(folder)
    assert 3 < len(names) < 30
    assert {path.name for path in folder.iterdir()} == {"manifest.json", *names}
    assert {name: (folder / name).read_bytes() for name in names} == {name: whole[name] for name in names}
    assert out.count(b" written") == len(names)
    again = started(*many, "--into", folder, "--jobs", jobs, "--resume")
    out, error = again.communicate(timeout=SECONDS)
    assert again.returncode == 0
    assert f"{len(names)} of 30 files were imported before: passed over." in error.decode()
    assert out.count(b" written") == 30 - len(names)
    assert {path.name: path.read_bytes() for path in folder.glob("*.nq")} == whole


def test_ctrl_c_ends_the_output_with_a_record(many: list[Path], tmp_path: Path) -> None:
    with (tmp_path / "out.nq").open("wb") as out:
        running = started(*many, "--jobs", 2, output=out.fileno())
        assert until(lambda: (tmp_path / "out.nq").stat().st_size > 500_000), "nothing was written"
        os.killpg(running.pid, signal.SIGINT)
        running.communicate(timeout=SECONDS)
    assert running.returncode == 130
    data = (tmp_path / "out.nq").read_bytes()
    assert len(list(parse(data, format=RdfFormat.N_QUADS))) == data.count(b"\n")
    # What comes after a record, or before the first of a file, is in the graph of the import.
    assert re.search(rb"/graph/import/[0-9a-f]{32}-[0-9.-]+> \.\n$", data)


def test_what_was_killed_goes_on(many: list[Path], whole: dict[str, bytes], tmp_path: Path) -> None:
    """The files that the manifest does not list, a draft among them, are imported again."""
    folder = tmp_path / "imports"
    running = started(*many, "--into", folder, "--jobs", 2)
    assert until(lambda: len(listed(folder)) > 1), "nothing was listed"
    pool = children(running.pid)
    running.kill()
    running.communicate(timeout=SECONDS)
    assert len(pool) == 2
    assert until(lambda: not any(Path(f"/proc/{one}").exists() for one in pool)), "the pool goes on without its parent"
    (folder / f".half.nq.{running.pid}").write_bytes(b"<a> <b>")
    assert finished(*many, "--into", folder, "--jobs", 2, "--resume") == 0
    assert {path.name: path.read_bytes() for path in folder.glob("*.nq")} == whole
    assert sorted(listed(folder)) == sorted(whole)
    assert list(folder.glob(".half*")) == []


def test_a_process_of_the_pool_that_dies_is_one_sentence(many: list[Path], tmp_path: Path) -> None:
    folder, path = tmp_path / "imports", tmp_path / "one.ndjson"
    path.write_bytes(b"".join(one.read_bytes() for one in many))
    running = started(path, "--into", folder, "--jobs", 2)
    assert until(lambda: list(folder.glob(".import-*/*.nq"))), "no part was written"
    os.kill(children(running.pid)[0], signal.SIGKILL)
    _, error = running.communicate(timeout=SECONDS)
    assert running.returncode == 2
    assert error.decode().startswith("imt: A process of the import ended before its work was done")
    assert error.count(b"\n") == 1
    assert list(folder.iterdir()) == []


def test_progress_is_shown_on_a_terminal_only(many: list[Path]) -> None:
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [*IMT, *map(str, many)], stdout=subprocess.DEVNULL, stderr=theirs, env=ENVIRONMENT, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 10_000):
            shown += data
    except OSError:  # as Linux says that the other end was closed
        pass
    os.close(ours)
    assert running.wait(SECONDS) == 0
    assert re.search(rb"\rfile [0-9]+ of 30, [0-9]+ %, [0-9.]+ MB/s, [0-9]+ s left ", shown)
    quiet = started(*many[:12], output=subprocess.DEVNULL)
    _, error = quiet.communicate(timeout=SECONDS)
    assert b"\r" not in error
    assert error.count(b" written") == 12


SCRIPT = """
import io
from pathlib import Path
from imaging_trials import imports

{guard}
    sources = [imports.find("{path}")]
    options = imports.Options("2026-11-30", of="clinicaltrials")
    list(imports.folder.import_into(Path("{folder}"), sources, options, jobs=2))
    print("done")
"""


@pytest.mark.parametrize(
    ("guard", "code"), [('if __name__ == "__main__":', 0), ("if True:", 1)], ids=["with the guard", "without it"]
)
def test_a_script_of_ones_own_has_a_pool(guard: str, code: int, many: list[Path], tmp_path: Path) -> None:
    script, folder = tmp_path / "script.py", tmp_path / "imports"
    script.write_text(SCRIPT.format(guard=guard, path=many[0], folder=folder), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script], env=ENVIRONMENT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stdout) == (code, "" if code else "done\n")
    assert ('under `if __name__ == "__main__":`' in done.stderr) == bool(code)
    assert len(listed(folder)) == 1 - code
