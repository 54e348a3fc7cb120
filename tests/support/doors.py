"""The environment of ``tests/doors.lock``, in which `make prove` runs what the extras and the assistants need."""

import csv
import io
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from imaging_trials.cli.assistant import replies
from tests.conftest import ROOT

PYTHON = os.environ.get("IMT_DOORS", "")

needs_doors = pytest.mark.skipif(
    not PYTHON, reason="needs mcp, pandas and others: in IMT_DOORS the Python of the environment of tests/doors.lock"
)


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a program there: it imports the packages of the checkout."""
    path = os.pathsep.join([str(ROOT / "scripts"), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, "PATH": f"{Path(PYTHON).parent}{os.pathsep}{os.environ['PATH']}", **more}


def run(*arguments: str, stdin: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
    """Run the Python of the environment, and return what came of it."""
    return subprocess.run(
        [PYTHON, *arguments], cwd=ROOT, env=environment(**more), input=stdin, capture_output=True, text=True,
        timeout=500, check=False,
    )  # fmt: skip


def call_tools(calls: list[tuple[str, dict[str, Any]]]) -> list[tuple[bool, str]]:
    """Return what ``imt mcp`` replies to calls of the SDK's client: for each, whether it failed, and the text."""
    ended = run("-m", "tests.support.assistant_client", stdin=json.dumps(calls))
    assert ended.returncode == 0, ended.stderr[-2000:]
    return [(bool(failed), str(text)) for failed, text in json.loads(ended.stdout)]


def whole_answers(names: list[str]) -> dict[str, list[list[str]]]:
    """Return the head and the rows that the tool ``ask`` gives for each saved question, part by part as its notes say.

    Fails for a reply that is too long, or that does not end with the version of the graph.
    """
    found: dict[str, list[list[str]]] = {}
    waiting = dict.fromkeys(names, 0)
    while waiting:
        asked, waiting = waiting, {}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("ask", {"question": name, "offset": at}) for name, at in asked.items()
        ]
        for name, (failed, text) in zip(asked, call_tools(calls), strict=True):
            assert not failed, text
            assert len(text.encode()) <= replies.MAX_REPLY_BYTES
            table, _, notes = text.rpartition("\n\n# ")
            assert notes.split("\n# ")[-1].startswith("Imaging Trials Graph "), notes
            head, *rows = csv.reader(io.StringIO(table))
            assert len(rows) <= replies.MAX_ROWS
            found.setdefault(name, [head]).extend(rows)
            following = re.search(r"ask with offset=([0-9]+)", notes)
            if following:
                waiting[name] = int(following[1])
    return found
