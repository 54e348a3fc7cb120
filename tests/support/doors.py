"""The environment of ``tests/doors.lock``, in which `make prove` runs what the extras and the assistants need."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

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
