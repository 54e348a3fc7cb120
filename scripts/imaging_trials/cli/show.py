"""``imt show``: describe things, with their sources."""

import argparse
import sys

from imaging_trials import views
from imaging_trials.cli import beside
from imaging_trials.model import lookup
from imaging_trials.views import formats
from rdfkit.base import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt show``."""
    parser.add_argument(
        "what",
        nargs="+",
        metavar="WHAT",
        help="a label or a part of one, a notation (F-18 FES, [18F]FES), a CURIE, a DOI, PMID or PMCID, or an IRI",
    )
    beside.add_arguments(parser)
    formats.add_argument(parser, "cards")
    parser.add_argument(
        "--all", action="store_true", help=f"list all links to the thing, not only {views.MAX_LINKS} of a kind"
    )
    parser.add_argument(
        "--after",
        metavar="TIME",
        help="for a radionuclide, or an agent with one: show the activity that remains after a time such as 2h, "
        "'90 min' or 1.5d",
    )


def run(args: argparse.Namespace) -> int:
    """Print the cards, or their triples, and return 0."""
    if args.after is not None:
        if args.format != "text":
            raise UserError("--after changes the card only: remove it, or use --format text.")
        views.duration(args.after)
    store = beside.view(args)
    index = lookup.NameIndex(store)
    things = dict.fromkeys(lookup.resolve(store, name, index=index) for name in args.what)
    max_links = None if args.all else views.MAX_LINKS
    cards = [views.for_thing(store, thing, max_links=max_links, after=args.after) for thing in things]
    sys.stdout.write(formats.renderer("cards", args.format)(cards))
    return 0
