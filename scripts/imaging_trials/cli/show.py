"""``imt show``: one thing, or several, described with their sources."""

import argparse
import sys

from imaging_trials.graph import lookup
from imaging_trials.graph.project import PROJECT
from imaging_trials.views import decay
from imaging_trials.views import summary_card as card
from rdfkit.base.errors import UserError
from rdfkit.rdf import writing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what ``imt show`` takes."""
    parser.add_argument(
        "what",
        nargs="+",
        metavar="WHAT",
        help="a label or a part of one, a notation (F-18 FES, [18F]FES), a CURIE, a DOI, PMID or PMCID, or an IRI",
    )
    parser.add_argument("--format", choices=("text", "ttl"), default="text", help="a card (the default), or Turtle")
    parser.add_argument("--all", action="store_true", help="list all that points to the thing, not only the first ten")
    parser.add_argument(
        "--after",
        metavar="TIME",
        help="of a radionuclide, or an agent with one: what is left after a time such as 2h, '90 min' or 1.5d",
    )


def run(args: argparse.Namespace) -> int:
    """Print the cards, or the triples; 0 when done."""
    from rdfkit.stores import embedded as stores

    if args.after is not None:
        if args.format != "text":
            raise UserError("--after belongs on a card: leave it out, or ask for --format text.")
        decay.duration(args.after)
    store = stores.open_store(PROJECT)
    things = list(dict.fromkeys(lookup.resolve(store, name) for name in args.what))
    if args.format == "text":
        rule = "\n" + "-" * 72 + "\n\n"
        sys.stdout.write(rule.join(card.text(store, thing, everything=args.all, after=args.after) for thing in things))
        return 0

    triples = dict.fromkeys(triple for thing in things for triple in card.triples(store, thing))
    sys.stdout.write(writing.turtle(PROJECT, triples).decode())
    return 0
