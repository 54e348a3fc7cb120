"""``imt audit``: report the status of the listed articles, or of those in a list of references, on a given day."""

import argparse
import sys

from imaging_trials import bibliography, views
from imaging_trials.cli import beside
from imaging_trials.model import dates
from imaging_trials.views import formats
from rdfkit.base import UserError, streams, visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt audit``."""
    parser.add_argument(
        "list",
        nargs="?",
        metavar="LIST",
        help=f"a file, or - for standard input: {bibliography.FORMATS}; the format is recognized by the content; "
        "default: the articles that the page lists",
    )
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        help="judge on this day, YYYY-MM-DD (default: the release date, or that of the last import)",
    )
    beside.add_arguments(parser, as_of=False)
    formats.add_argument(parser, "currency")
    parser.add_argument(
        "--strict", action="store_true", help="exit 1 if anything is superseded, retracted, to check or unknown"
    )


def run(args: argparse.Namespace) -> int:
    """Print the report; return 1 with ``--strict`` if anything grave was found, else 0."""
    references = _read(args.list) if args.list is not None else None
    as_of = dates.day(args.as_of) if args.as_of is not None else ""
    store = beside.view(args, as_of)
    as_of = as_of or views.release_day(store)
    if references is None:
        report = views.listed_articles(store, as_of)
    else:
        report = views.of_references(store, references, as_of)
    sys.stdout.write(formats.renderer("currency", args.format)(report))
    return 1 if args.strict and any(status.is_grave for status in report.statuses) else 0


def _read(name: str) -> list[bibliography.Reference]:
    size = bibliography.MAX_LIST_BYTES + 1
    if name == "-":
        name, data = "The list", sys.stdin.buffer.read(size)
    else:
        try:
            with streams.open_input(name) as file:
                data = file.read(size)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise UserError(f"{visible(name)} cannot be read ({why}): name a file, or - for standard input.") from None
    where = visible(name)
    return bibliography.read_references(bibliography.decode_references(data, where), where)
