"""Completion at the TAB key, in a real bash, and the one-liner of README's first screen, from the built wheel."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support import doors

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("doors"), doors.needs_doors]

TAB = """
set -u
eval "$(register-python-argcomplete imt)"
while IFS= read -r line; do
  COMP_LINE="$line"; COMP_POINT=${#line}; COMP_TYPE=9; read -r -a COMP_WORDS <<< "$line"
  case "$line" in *" ") COMP_WORDS+=("");; esac
  COMP_CWORD=$((${#COMP_WORDS[@]}-1)); COMPREPLY=()
  _python_argcomplete imt "${COMP_WORDS[COMP_CWORD]}" ""
  echo "${COMPREPLY[*]}"
done
"""


def completed(folder: Path, *lines: str) -> list[list[str]]:
    """Return what bash offers at the end of each line."""
    command = folder / "imt"
    command.write_text(f'#!/bin/sh\nexec "{doors.PYTHON}" -m imaging_trials "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environment = doors.environment()
    environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"
    ended = subprocess.run(
        ["bash", "-c", TAB], input="\n".join(lines) + "\n", env=environment, capture_output=True, text=True,
        timeout=100, check=True,
    )  # fmt: skip
    return [line.split() for line in ended.stdout.splitlines()]


def test_tab_completes_commands_questions_parameters_and_values(tmp_path: Path) -> None:
    asked = "imt query documents-of-an-agent --param"
    found = completed(
        tmp_path, "imt qu", "imt query documents-of-a", "imt query --describe documents-of-an-", f"{asked} a",
        f"{asked} agent=", f"{asked} agent=agent:fer", "imt explain held-agents-w", "imt query --endp", "imt nothing x",
    )  # fmt: skip
    assert found == [
        ["query"],
        ["documents-of-a-kind", "documents-of-an-agent"],
        ["documents-of-an-agent"],
        ["agent="],
        ["agent:fes", "agent:ferumoxytol", "agent:dcfbc"],
        ["ferumoxytol"],
        ["held-agents-without-guideline"],
        ["--endpoint"],
        [],
    ]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


def test_uvx_answers_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """The command line of README with the wheel in place of its name: uv makes an environment of the wheel.

    The network is not used: what the wheel depends on is that of the environment of the tests.
    """
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    line = "uvx --from imaging-trials imt query held-agents"
    assert line in "\n".join(readme.splitlines()[:40])
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = doors.run("-c", where).stdout.strip()
    names = [
        doors.PYTHON,
        "-m",
        "uv",
        "tool",
        "run",
        "--offline",
        "--no-index",
        "--no-config",
        "--python",
        doors.PYTHON,
    ]
    environment = doors.environment(UV_CACHE_DIR=str(tmp_path / "cache"), XDG_CACHE_HOME=str(tmp_path / "xdg"))
    environment["PYTHONPATH"] = packages
    without = without_dependencies(wheel, tmp_path / wheel.name)
    _, _, *asked = line.split()
    ended = subprocess.run(
        [*names, "--from", str(without), *asked[1:]], cwd=tmp_path, env=environment, capture_output=True, text=True,
        timeout=200, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "agent:fes" in ended.stdout
    assert ended.stdout.endswith("(7 rows)\n")


def without_dependencies(wheel: Path, path: Path) -> Path:
    """Write a wheel as it is but for its dependencies, which uv would look for in a registry."""
    import zipfile

    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(path, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename.endswith(".dist-info/METADATA"):
                data = b"".join(one for one in data.splitlines(True) if not one.startswith(b"Requires-Dist:"))
            if entry.filename.endswith(".dist-info/RECORD"):
                lines = data.splitlines(True)
                data = b"".join(
                    f"{one.split(b',')[0].decode()},,\n".encode() if b"METADATA" in one else one for one in lines
                )
            new.writestr(entry, data)
    return path
