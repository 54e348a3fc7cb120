"""``imt diff``: what changed between two snapshots of the graph, and the minimum version bump (semver)."""

import argparse
import sys
from pathlib import Path

from imaging_trials.model import PROJECT
from imaging_trials.views import formats
from rdfkit.base import UserError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rdfkit.releases import Difference, Snapshot

_SNAPSHOTS = (
    "a release folder, an RDF file (also .gz), a git revision of this repository, or a checkout (. is the work tree)"
)

BASELINE = "c3202da5eee881f2cbe15ce0e28c131da0fa2f57"
"""The commit of version 1.0.0, which was never published and has no tag: version 2.0.0 is compared with it."""

COUNTED = {"agents": "agent", "guideline listings": "listing", "articles": "article", "organizations": "organization"}
"""What the changelog counts, and the kind of these things in their IRIs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``imt diff``."""
    parser.add_argument("old", nargs="?", metavar="OLD", help=_SNAPSHOTS)
    parser.add_argument("new", nargs="?", metavar="NEW", help="the same (default: the work tree)")
    formats.add_argument(parser, "difference")
    parser.add_argument(
        "--all", action="store_true", help="print every change, instead of the first changes of each kind"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit with code 1 if NEW's version number is lower than the changes require; without OLD, compare the "
        "newest release with the work tree: the newest git tag v*, or the commit of 1.0.0 before the first tag",
    )
    parser.add_argument(
        "--update",
        metavar="FILE",
        type=Path,
        help="write a SPARQL update that converts any data from the old names to the new ones; renames are read from "
        "ontology/migrations/*.tsv and from dcterms:isReplacedBy",
    )
    parser.add_argument(
        "--counts", action="store_true", help="print the changelog's line of counts; with OLD, also a line of changes"
    )
    parser.add_argument(
        "--explain", action="store_true", help="print which version bump each kind of edit requires, and why"
    )


def run(args: argparse.Namespace) -> int:
    """Print the difference; return 1 if ``--check`` finds that the version is too low, else 0."""
    from rdfkit import releases

    if args.explain:
        print(releases.explain_levels())
        return 0
    if args.counts:
        return _counts(args)
    if args.old is None:
        if not args.check:
            raise UserError("Nothing to compare: name OLD (NEW is the work tree by default), or add --check.")
        args.old = releases.newest_release(PROJECT, BASELINE)
    return _compare(args, _snapshot(args.old), _snapshot(args.new))


def _counts(args: argparse.Namespace) -> int:
    from rdfkit import releases

    new = _snapshot(args.new)
    print(releases.changelog_counts(PROJECT, new, COUNTED))
    if args.old is not None:
        print(releases.changelog_changes(releases.compare(PROJECT, _snapshot(args.old), new)))
    return 0


def _snapshot(name: str | None) -> "Snapshot":
    from rdfkit import releases

    root = PROJECT.root
    if name is None or (name == "." and Path(name).resolve() == root.resolve()):
        return releases.read_snapshot(PROJECT, str(root), display_name="the work tree")
    return releases.read_snapshot(PROJECT, name)


def _compare(args: argparse.Namespace, old: "Snapshot", new: "Snapshot") -> int:
    from rdfkit import releases

    difference = releases.compare(PROJECT, old, new)
    sys.stdout.write(formats.renderer("difference", args.format)(difference, show_all=args.all))
    if args.update:
        _write(args.update, releases.diff_update(PROJECT, difference), difference)
    if args.check:
        is_valid, sentence = releases.check_version(difference)
        print(sentence, file=sys.stdout if is_valid and args.format != "json" else sys.stderr)
        return 0 if is_valid else 1
    return 0


def _write(path: Path, update: str, difference: "Difference") -> None:
    from rdfkit.rdf import writing

    try:
        writing.replace_file(path, update.encode())
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}): name another file.") from None
    count = len(difference.renames)
    print(f"{path}: {count} {'rename' if count == 1 else 'renames'}.", file=sys.stderr)
