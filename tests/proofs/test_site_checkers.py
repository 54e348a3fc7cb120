"""The site by checkers that others wrote: html-validate for its pages, lychee for its links; and its fonts made again.

The programs are in the environment of ``tests/browser.lock``, whose Python `make prove` names in IMT_BROWSER.
"""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.conftest import ROOT

PYTHON = os.environ.get("IMT_BROWSER")
PROGRAMS = Path(PYTHON or sys.executable).parent
FONTS = ROOT / "scripts" / "imaging_trials" / "site" / "fonts"

pytestmark = [
    pytest.mark.prove,
    pytest.mark.xdist_group("site"),
    pytest.mark.skipif(
        not os.environ.get("CI") and PYTHON is None,
        reason="needs html-validate and lychee: in IMT_BROWSER the Python of the environment of tests/browser.lock",
    ),
]


def run(program: str, *arguments: str | Path) -> str:
    """Run a program of the environment and return what it printed."""
    environment = {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [PROGRAMS / program, *arguments], capture_output=True, text=True, timeout=500, check=False, env=environment
    )
    assert done.stdout or done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_pages_are_valid_html(site: Path) -> None:
    """Every page, by the rules of tests/browser/validate.mjs."""
    *faults, last = run(
        "node", ROOT / "tests" / "browser" / "validate.mjs", PROGRAMS.parent / "node_modules", site
    ).splitlines()
    assert faults == []
    assert last == f"{len(list(site.rglob('*.html')))} pages validated"


def test_lychee_finds_no_dead_link(site: Path) -> None:
    """Links between pages, with their anchors; none to another host is followed, and a query is no anchor."""
    said = run(
        "lychee", "--offline", "--include-fragments", "--no-progress", "--root-dir", site, "--mode", "plain",
        "--exclude", r"/ask\.html#query=", f"{site}/**/*.html",
    )  # fmt: skip
    assert " 0 Errors" in said, said[-2000:]


def test_fonts_are_made_again_with_the_same_bytes(tmp_path: Path) -> None:
    run("python", ROOT / "tools" / "fonts.py", tmp_path)
    assert {one.name: sha256(one.read_bytes()).hexdigest() for one in tmp_path.iterdir()} == {
        one.name: sha256(one.read_bytes()).hexdigest() for one in FONTS.iterdir()
    }
