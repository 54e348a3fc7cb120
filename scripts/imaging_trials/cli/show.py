"""``imt show``: one thing, or several, described with their sources."""

import argparse
import sys

from imaging_trials import card, lookup


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


def run(args: argparse.Namespace) -> int:
    """Print the cards, or the triples; 0 when done."""
    from imaging_trials import store as stores

    store = stores.open_store()
    things = list(dict.fromkeys(lookup.resolve(store, name) for name in args.what))
    if args.format == "text":
        rule = "\n" + "-" * 72 + "\n\n"
        sys.stdout.write(rule.join(card.text(store, thing, everything=args.all) for thing in things))
        return 0
    from imaging_trials import answers

    triples = dict.fromkeys(triple for thing in things for triple in card.triples(store, thing))
    sys.stdout.write(answers.turtle(triples).decode())
    return 0
