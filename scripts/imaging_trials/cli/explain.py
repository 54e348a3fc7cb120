"""``imt explain``: report which triples a row of an answer follows from, and where each comes from."""

import argparse
import sys

from pyoxigraph import Store

from imaging_trials import questions, views
from imaging_trials.cli import beside
from imaging_trials.model import PROJECT
from imaging_trials.views import formats
from rdfkit.base import UserError, sandbox
from rdfkit.sparql import guard, saved

MAX_SECONDS = 60.0
"""How long the explanation of a row of a user's own query may take."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt explain``."""
    parser.add_argument("name", nargs="?", metavar="QUERY", help="a saved query: see imt query --list")
    parser.add_argument(
        "--param", action="append", default=[], metavar="KEY=VALUE", help="a value for a parameter of the saved query"
    )
    parser.add_argument("--sparql", metavar="TEXT", help="a SELECT query of your own instead, over all graphs")
    parser.add_argument("--row", type=int, default=1, metavar="N", help="which row, counted from 1 (default: 1)")
    beside.add_arguments(parser)
    formats.add_argument(parser, "explanation")


def run(args: argparse.Namespace) -> int:
    """Print the explanation of the row and return 0."""
    if (args.name is None) == (args.sparql is None):
        raise UserError("'imt explain' takes one query: name a saved one, or give one of your own with --sparql.")
    infer = args.name is None or saved.find(PROJECT, args.name).dataset == "all"
    open_store = beside.opener(args, infer=infer)
    if args.name is not None:
        return _explain(args, open_store())
    guard.check(args.sparql)
    return sandbox.run(
        lambda: _explain(args, open_store()), MAX_SECONDS, "only a query with a faster answer can be explained"
    )


def _explain(args: argparse.Namespace, store: Store) -> int:
    if args.name is not None:
        asked = questions.bound(args.name, saved.settings(args.param), store)
        explanation = questions.explain(store, asked, args.row)
    else:
        if guard.names_its_dataset(args.sparql):
            raise UserError("'imt explain' asks a query of your own over all graphs: remove FROM.")
        text = guard.with_prefixes(args.sparql, PROJECT.prefixes)
        explanation = views.explain_row(store, "your query", text, "all", args.row)
    sys.stdout.write(formats.renderer("explanation", args.format)(explanation))
    return 0
