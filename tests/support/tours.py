"""What the proofs in a browser share: when they are skipped, and how a tour runs in the environment of playwright."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

PYTHON = os.environ.get("IMT_BROWSER")
"""The Python of the environment of ``tests/browser.lock``; `make prove` sets it."""

CHROMIUM = Path("/usr/bin/chromium")

needs_browser = pytest.mark.skipif(
    not os.environ.get("CI") and (PYTHON is None or not CHROMIUM.exists()),
    reason="needs Debian's chromium, and in IMT_BROWSER the Python of an environment with playwright",
)


def seen_on_tour(module: str, site: Path, *arguments: str, seconds: float) -> dict[str, Any]:
    """Return what the tour ``tests.support.MODULE`` of a folder saw; its screenshots lie in ``build/screenshots/``."""
    command = [PYTHON or "python3", "-m", f"tests.support.{module}", str(site), str(ROOT / "build" / "screenshots")]
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found
