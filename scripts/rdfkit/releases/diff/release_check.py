"""Holding a version number to what changed since the newest release."""

import re
from pathlib import Path

from imaging_trials import __version__
from rdfkit.base.errors import UserError
from rdfkit.releases.diff import semver as levels
from rdfkit.releases.diff import snapshots as states
from rdfkit.releases.diff.changes import Difference

FIRST = f"No release to compare with (no git tag v*): {__version__} is the first, and any number is honest."


def newest(root: Path) -> str | None:
    """Return the git tag of the newest release, or None before the first.

    Raises UserError where git has no tag and the changelog tells of an earlier version: a clone without tags must not
    pass for a project without releases.
    """
    tag = states.newest_release(root)
    if tag is None:
        changelog = root / "CHANGELOG.md"
        text = changelog.read_text(encoding="utf-8") if changelog.is_file() else ""
        older = [
            found
            for found in re.findall(r"(?m)^## v?(\d+\.\d+\.\d+)", text)
            if levels.version(found) < levels.version(__version__)
        ]
        if older:
            raise UserError(
                f"CHANGELOG.md tells of version {older[0]}, and git has no tag v{older[0]} here: fetch the tags "
                "(git fetch --tags), or tag that release."
            )
    return tag


def check(difference: Difference) -> tuple[bool, str]:
    """Tell whether the new version number is honest, and say so in a sentence.

    Raises UserError where a side has no version.
    """
    for name, version in ((difference.old, difference.old_version), (difference.new, difference.new_version)):
        if not version:
            raise UserError(f"{name} says no version, so there is none to check: name a release, checkout or revision.")
    least, is_ = difference.least_version, difference.new_version
    if levels.version(is_) < levels.version(least):
        return False, (
            f"Version {is_} is too low: the change since {difference.old_version} is {difference.level}, so raise it "
            f"to {least} at least, or take the change back."
        )
    since = f"the change since {difference.old_version} is {difference.level}"
    return True, f"Version {is_} is honest: {since}, so {least} or higher will do."
