"""The release that the tests of this folder read, built once."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.rdfkit.releases.release_files import build, read_json


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a release of the shipped graph, without validation."""
    folder = tmp_path_factory.mktemp("release") / "dist"
    done = build(ROOT, folder, "--release", LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="1")
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture(scope="session")
def manifest(release: Path) -> dict[str, Any]:
    """Return the manifest of the release."""
    found: dict[str, Any] = read_json(release / "manifest.json")
    return found
