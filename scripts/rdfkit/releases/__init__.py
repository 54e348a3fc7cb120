"""Releases of a graph: their files, and what changed between two of them.

``make_release`` returns every file of a release. ``compare`` returns what differs between two snapshots, which
``read_snapshot`` reads; ``diff_text``, ``diff_json`` and ``diff_update`` write it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rdfkit.releases.diff.changes import Change, Difference, NotRenamed, Rename
    from rdfkit.releases.diff.compare import compare
    from rdfkit.releases.diff.report import (
        changelog_changes,
        changelog_counts,
        check_version,
        diff_json,
        diff_text,
        diff_update,
        first_release,
    )
    from rdfkit.releases.diff.semver import explain_levels
    from rdfkit.releases.diff.snapshots import Snapshot, newest_release, read_snapshot
    from rdfkit.releases.files.jsonld import CONTEXT_FILE, context_bytes, make_context
    from rdfkit.releases.files.manifest import json_bytes
    from rdfkit.releases.files.release import Release, make_release
    from rdfkit.releases.files.serializations import merge_bytes, quads_bytes

__all__ = [
    "CONTEXT_FILE",
    "Change",
    "Difference",
    "NotRenamed",
    "Release",
    "Rename",
    "Snapshot",
    "changelog_changes",
    "changelog_counts",
    "check_version",
    "compare",
    "context_bytes",
    "diff_json",
    "diff_text",
    "diff_update",
    "explain_levels",
    "first_release",
    "json_bytes",
    "make_context",
    "make_release",
    "merge_bytes",
    "newest_release",
    "quads_bytes",
    "read_snapshot",
]

_MODULES = {
    "diff.changes": ("Change", "Difference", "NotRenamed", "Rename"),
    "diff.compare": ("compare",),
    "diff.semver": ("explain_levels",),
    "diff.snapshots": ("Snapshot", "newest_release", "read_snapshot"),
    "files.jsonld": ("CONTEXT_FILE", "context_bytes", "make_context"),
    "files.manifest": ("json_bytes",),
    "files.release": ("Release", "make_release"),
    "files.serializations": ("merge_bytes", "quads_bytes"),
}
"""The module of each name; the others are in ``diff.report``."""


def __getattr__(name: str) -> object:
    """Import a name of this room when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module = next((module for module, names in _MODULES.items() if name in names), "diff.report")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
