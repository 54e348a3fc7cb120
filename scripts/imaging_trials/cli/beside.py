"""The options ``--data`` and ``--as-of`` of the commands that read other data beside the shipped graph."""

import argparse
import sys

from imaging_trials.model import PROJECT
from rdfkit.stores import embedded

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import Store


def add_arguments(parser: argparse.ArgumentParser, *, as_of: bool = True) -> None:
    """Add ``--data``, and ``--as-of`` for a command that has no such option of its own."""
    parser.add_argument(
        "--data",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="RDF files of your own, or folders of 'imt import', beside the shipped graph; of imported records the "
        "newest versions count",
    )
    if as_of:
        parser.add_argument(
            "--as-of", metavar="DAY", help="with --data: the versions of records that were the newest on that day"
        )


def opener(args: argparse.Namespace, *, infer: bool = True) -> "Callable[[], Store]":
    """Return a function that opens the shipped graph, with the data beside it if there are any.

    Raises UserError for data that cannot be read, and for ``--as-of`` without data.
    """
    day = _day(args)
    if not args.data:
        return lambda: embedded.open_store(PROJECT)
    from imaging_trials.imports import data

    return data.opener(args.data, as_of=day, infer=infer, note=_say)


def view(args: argparse.Namespace, day: str = "") -> "Store":
    """Return the same for views, which read quads; ``day`` is that of ``--as-of``, if it was read before."""
    day = day or _day(args)
    if not args.data:
        return embedded.open_store(PROJECT)
    from imaging_trials.imports import data

    return data.view(args.data, as_of=day, note=_say)


def _day(args: argparse.Namespace) -> str:
    if args.as_of is None:
        return ""
    from imaging_trials.model import dates
    from rdfkit.base import UserError

    if not args.data:
        raise UserError("--as-of chooses versions of imported records: name the folder with --data.")
    return dates.day(args.as_of)


def _say(sentence: str) -> None:
    print(f"imt: {sentence}", file=sys.stderr)
