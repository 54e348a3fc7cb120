"""Helpers for tests that compare snapshots: git repositories, edits, builds."""

import os
import subprocess
from pathlib import Path

import imaging_trials
from imaging_trials.model.project import PROJECT
from rdfkit.releases import Difference, compare, read_snapshot
from tests.conftest import ROOT
from tests.support.small_checkout import imt

VERSION = imaging_trials.__version__
MAJOR, MINOR, PATCH = map(int, VERSION.split("."))
NEXT = {"major": f"{MAJOR + 1}.0.0", "minor": f"{MAJOR}.{MINOR + 1}.0", "patch": f"{MAJOR}.{MINOR}.{PATCH + 1}"}
"""The next version after this one, by the level of the change."""

BONE = 'bodysite:bone skos:prefLabel "bone" .'


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, "-C", str(folder), *arguments], check=True, capture_output=True)


def committed(folder: Path) -> Path:
    """Commit all files of a repository, and return it."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "More")
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    before = path.stat().st_mtime
    path.write_text(text.replace(old, new), encoding="utf-8")
    # Python reuses the compiled module if size and second of the change are the same.
    os.utime(path, (before + 2, before + 2))


def difference(old: Path | str, new: Path | str, repository: Path = ROOT) -> Difference:
    """Return the difference between two snapshots."""
    project = PROJECT.at(repository)
    return compare(PROJECT, read_snapshot(project, str(old)), read_snapshot(project, str(new)))


def kinds(found: Difference) -> set[str]:
    """Return the kinds of the changes."""
    return {change.kind for change in found.changes}


def built(checkout_: Path, name: str) -> Path:
    """Build a small checkout into a folder of this name, and return the folder."""
    done = imt(checkout_, "build", "--no-validate", "--quiet", "--output", name)
    assert done.returncode == 0, done.stderr
    return checkout_ / name
