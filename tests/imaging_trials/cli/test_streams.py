"""`imt` with closed streams, a full disk, few descriptors, a small encoding and a narrow terminal."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

IMT = Path(sys.executable).with_name("imt")


def shell(command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the shell in which ``imt`` is the command."""
    return subprocess.run(
        ["bash", "-c", re.sub(r"\bimt\b", str(IMT), command)],
        env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "code", "out", "error"),
    [
        ("imt query - <&-", 2, "", "imt: Standard input is closed: name a file, or pipe something into it.\n"),
        ("imt query agents >&-", 2, "", "imt: Standard output is closed: leave it open, or redirect it to a file.\n"),
        ("imt query nope 2>&-", 2, "", ""),
        pytest.param("imt query agents <&- >&- 2>&-", 2, "", "", marks=pytest.mark.prove),
        pytest.param(
            "imt audit - <&-", 2, "", "imt: Standard input is closed: name a file, or pipe something into it.\n",
            marks=pytest.mark.prove,
        ),
        pytest.param(
            "imt --help >&-", 2, "", "imt: Standard output is closed: leave it open, or redirect it to a file.\n",
            marks=pytest.mark.prove,
        ),
    ],
)  # fmt: skip
def test_a_closed_stream_is_reported(command: str, code: int, out: str, error: str) -> None:
    done = shell(command)
    assert (done.returncode, done.stdout, done.stderr) == (code, out, error)


@pytest.mark.parametrize("command", ["imt query --help", pytest.param("imt query agents", marks=pytest.mark.prove)])
def test_a_full_disk_is_reported(command: str) -> None:
    done = shell(f"{command} >/dev/full")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "No space left on device" in done.stderr


def test_an_argument_in_utf8_is_read_in_the_c_locale() -> None:
    small = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = shell("imt query --format csv --sparql 'SELECT (\"é\" AS ?x) {}'", **small)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["x", "é"], "")


@pytest.mark.prove
@pytest.mark.parametrize("number", [80, 20, 8])
def test_few_file_descriptors_are_enough(number: int) -> None:
    done = shell(f"ulimit -S -n {number} && imt query agents")
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "(12 rows)", "")


@pytest.mark.prove
def test_a_saved_query_ends_at_its_time_limit() -> None:
    done = shell("imt query agents --timeout 0.000001")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("imt: The answer was not complete after 1e-06 seconds: ask for less, or raise --timeout.\n")


@pytest.mark.prove
def test_a_table_follows_the_width_of_the_terminal() -> None:
    ours, theirs = pty.openpty()
    subprocess.run([IMT, "query", "agents"], env={**os.environ, "COLUMNS": "50"}, stdout=theirs, check=True, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert max(map(len, shown.splitlines())) <= 50
    assert max(map(len, shell("imt query agents", COLUMNS="50").stdout.splitlines())) > 50
