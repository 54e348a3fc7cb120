"""``imt why``: which triples make a row of an answer, and where each comes from."""

import argparse

from imaging_trials.graph.project import PROJECT
from imaging_trials.views import explanation as why
from rdfkit.base import sandbox as apart
from rdfkit.base.errors import UserError
from rdfkit.sparql import guard as sparql
from rdfkit.sparql import provenance as witness
from rdfkit.sparql import saved as catalog
from rdfkit.stores import embedded as store

LONGEST = 60.0
"""Seconds that the explanation of a row of somebody's own query may take."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt why``."""
    parser.add_argument("name", nargs="?", metavar="QUERY", help="a saved query: see imt query --list")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a value for a parameter of it")
    parser.add_argument("--sparql", metavar="TEXT", help="a SELECT of your own instead, asked over every graph")
    parser.add_argument(
        "--row", type=int, default=1, metavar="N", help="which row, counted from 1 (default: the first)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the explanation")


def run(args: argparse.Namespace) -> int:
    """Print why the row stands in the answer."""
    if (args.name is None) == (args.sparql is None):
        raise UserError("'imt why' explains one query: name a saved one, or give one of your own with --sparql.")
    if args.name is not None:
        return _explain(args)
    sparql.check(args.sparql)
    return apart.run(lambda: _explain(args), LONGEST, "only a query that is answered sooner can be explained")


def _explain(args: argparse.Namespace) -> int:
    opened = store.open_store(PROJECT)
    if args.name is None:
        if sparql.names_its_dataset(args.sparql):
            raise UserError("A query of your own is asked over every graph here: leave out FROM.")
        name, text, dataset = "your query", sparql.with_prefixes(args.sparql, PROJECT.prefixes), "all"
    else:
        query = catalog.find(PROJECT, args.name)
        catalog.refuse_federated(query)
        name, text, dataset = query.id, catalog.bind(PROJECT, query, catalog.settings(args.set), opened), query.dataset
    found = witness.explain(PROJECT, opened, text, dataset, args.row)
    reasons = why.reasons(opened, found.quads, PROJECT.root)
    if args.format == "json":
        print(why.as_json(name, args.row, found, reasons))
        return 0
    print(f"Row {args.row} of {name}:")
    for line in why.as_text(found, reasons):
        print(line)
    return 0
