"""``imt diff``: what changed between two states of the graph, and which version number says so honestly."""

import argparse
import os
import sys
from pathlib import Path

from imaging_trials.model import PROJECT
from rdfkit.base.errors import UserError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rdfkit.releases.diff.changes import Difference
    from rdfkit.releases.diff.snapshots import State

_STATES = (
    "a release folder, an RDF file (.gz too), a git revision of this repository, or a checkout (. is the work tree)"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``imt diff`` takes."""
    parser.add_argument("old", nargs="?", metavar="OLD", help=_STATES)
    parser.add_argument("new", nargs="?", metavar="NEW", help="the same (default: the work tree)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    parser.add_argument("--all", action="store_true", help="print every change, not only the first of each kind")
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit 1 where NEW's version number is lower than the changes call for; without OLD, the newest git tag v* "
        "is compared with the work tree",
    )
    parser.add_argument(
        "--update",
        metavar="FILE",
        type=Path,
        help="write a SPARQL update that renames what was renamed, in anyone's data",
    )
    parser.add_argument(
        "--counts", action="store_true", help="print the changelog's line of counts; with OLD, a line of changes"
    )
    parser.add_argument("--levels", action="store_true", help="print which edit calls for which version, and why")


def run(args: argparse.Namespace) -> int:
    """Print the difference; 1 with ``--check`` where the version is too low, else 0."""
    from rdfkit.releases.diff import semver as levels

    root = PROJECT.root
    if args.levels:
        print(levels.table())
        return 0
    if args.counts:
        return _counts(args, root)
    if args.old is None:
        if not args.check:
            raise UserError("Nothing to compare: name OLD (and NEW, or the work tree is taken), or say --check.")
        from rdfkit.releases.diff import release_check as released

        args.old = released.newest(root)
        if args.old is None:
            print(released.FIRST)
            return 0
    return _compare(args, _state(args.old, root), _state(args.new, root))


def _counts(args: argparse.Namespace, root: Path) -> int:
    from rdfkit.releases.diff import compare, counts
    from rdfkit.releases.diff import report as words

    new = _state(args.new, root)
    print(counts.line(new))
    if args.old is not None:
        print(words.since(compare.compare(_state(args.old, root), new)))
    return 0


def _state(name: str | None, root: Path) -> "State":
    from rdfkit.releases.diff import snapshots as states

    if name is None or (name == "." and Path(name).resolve() == root.resolve()):
        return states.read(str(root), root, called="the work tree")
    return states.read(name, root)


def _compare(args: argparse.Namespace, old: "State", new: "State") -> int:
    from rdfkit.releases.diff import compare
    from rdfkit.releases.diff import release_check as released
    from rdfkit.releases.diff import report as words

    difference = compare.compare(old, new)
    sys.stdout.write(words.as_json(difference) if args.format == "json" else words.text(difference, whole=args.all))
    if args.update:
        _write(args.update, words.update(difference), difference)
    if args.check:
        honest, sentence = released.check(difference)
        print(sentence, file=sys.stdout if honest and args.format == "text" else sys.stderr)
        return 0 if honest else 1
    return 0


def _write(path: Path, update: str, difference: "Difference") -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(update, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise UserError(f"{path} can't be written ({error.strerror}): name another file.") from None
    finally:
        beside.unlink(missing_ok=True)
    print(f"{path}: renames {len(difference.renames)}.", file=sys.stderr)
