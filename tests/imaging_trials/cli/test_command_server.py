"""The server of the tests gives what a new process gives."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Imt

CALLS = {
    "help": (["--help"], ""),
    "a table": (["query", "agents"], ""),
    "standard input": (["query", "-"], "ASK {}"),
    "a file in the working folder": (["validate", "a.ttl"], ""),
    "a wrong option": (["query", "--no-such-option"], ""),
    "an answer with letters beyond ASCII": (["show", "tilmanocept"], ""),
}


@pytest.mark.parametrize("case", CALLS)
def test_a_call_is_the_same_in_a_new_process(imt: Imt, tmp_path: Path, case: str) -> None:
    arguments, stdin = CALLS[case]
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/b> <http://e/c>")
    answer = imt(*arguments, stdin=stdin, cwd=tmp_path)
    command = [str(Path(sys.executable).with_name("imt")), *arguments]
    expected = subprocess.run(
        command, input=stdin, cwd=tmp_path, env=dict(os.environ), text=True, capture_output=True, check=False
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (
        expected.returncode,
        expected.stdout,
        expected.stderr,
    )
    assert answer.stdout or answer.stderr


def test_an_endless_call_is_stopped(imt: Imt) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        imt("query", "--sparql", "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", cwd=ROOT, timeout=0.2)
