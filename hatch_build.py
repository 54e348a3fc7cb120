"""Hatch build hook: adds the graph, both its sources and the built files, to the wheel."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("ontology", "data", "shapes", "queries")
"""The sources of the graph. The wheel contains these and ``dist``, under ``imaging_trials/graph_files``."""


class GraphFiles(BuildHookInterface):  # type: ignore[type-arg]
    """Build the graph in a temporary copy of the project and add it to the wheel.

    The copy keeps the checkout's own ``dist/`` untouched and lets the package find its folders as in a checkout. The
    reference validation is left out: it needs more packages than a wheel's build should, and the project's tests run
    it. An editable install reads the checkout itself, so nothing is added there.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run ``imt build`` and name the folders to include; a build that fails stops the wheel."""
        if version == "editable":
            return
        project = Path(self.root)
        self._copy = tempfile.TemporaryDirectory(prefix="imaging-trials-wheel-")
        copy = Path(self._copy.name)
        for folder in (*FOLDERS, "scripts"):
            shutil.copytree(project / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
        program = "import sys; from imaging_trials.cli import main; sys.exit(main(['build', '--no-validate']))"
        environment = {**os.environ, "PYTHONPATH": str(copy / "scripts"), "XDG_CACHE_HOME": str(copy / "cache")}
        subprocess.run([sys.executable, "-c", program], check=True, cwd=copy, env=environment, stdout=sys.stderr)
        for folder in (*FOLDERS, "dist"):
            build_data["force_include"][str(copy / folder)] = f"imaging_trials/graph_files/{folder}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove the temporary copy."""
        if version != "editable":
            self._copy.cleanup()
