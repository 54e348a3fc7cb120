"""Releases of a graph: their files, and what changed between two of them.

``make_release`` returns every file of a release. ``compare`` returns what differs between two snapshots, which
``read_snapshot`` reads; ``diff_text``, ``diff_json`` and ``diff_update`` write it.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
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
    )
    from rdfkit.releases.diff.semver import explain_levels
    from rdfkit.releases.diff.snapshots import Snapshot, newest_release, read_snapshot
    from rdfkit.releases.files.jsonld import CONTEXT_FILE, context_bytes, make_context
    from rdfkit.releases.files.manifest import json_bytes
    from rdfkit.releases.files.release import More, Release, make_release
    from rdfkit.releases.files.serializations import merge_bytes, quads_bytes

__all__ = [
    "CONTEXT_FILE",
    "Change",
    "Difference",
    "More",
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
    "json_bytes",
    "make_context",
    "make_release",
    "merge_bytes",
    "newest_release",
    "quads_bytes",
    "read_snapshot",
]

__getattr__ = door(
    __name__,
    {
        "diff.changes": (
            "Change",
            "Difference",
            "NotRenamed",
            "Rename",
        ),
        "diff.compare": ("compare",),
        "diff.report": (
            "changelog_changes",
            "changelog_counts",
            "check_version",
            "diff_json",
            "diff_text",
            "diff_update",
        ),
        "diff.semver": ("explain_levels",),
        "diff.snapshots": (
            "Snapshot",
            "newest_release",
            "read_snapshot",
        ),
        "files.jsonld": (
            "CONTEXT_FILE",
            "context_bytes",
            "make_context",
        ),
        "files.manifest": ("json_bytes",),
        "files.release": (
            "More",
            "Release",
            "make_release",
        ),
        "files.serializations": (
            "merge_bytes",
            "quads_bytes",
        ),
    },
)
