"""``imt cite``: print the page's citations, or those of the things named, in NLM style or a machine-readable format."""

import argparse
import sys

from pyoxigraph import NamedNode, Store

from imaging_trials import bibliography
from imaging_trials.model import PROJECT, dates, read
from imaging_trials.views import formats
from rdfkit.base import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt cite``."""
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="an article, or an edition, series, listing or topic that leads to articles: by label, part of a label, "
        "CURIE, DOI, PMID, PMCID or IRI (default: all articles that the page lists, in its order)",
    )
    formats.add_argument(parser, "citations", "nlm has one citation on each line, as on the page")
    parser.set_defaults(format=None)  # so that --list-corrections knows whether a format was given
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--corrected", action="store_true", help="correct misprints and add what the page leaves out")
    how.add_argument(
        "--list-corrections", action="store_true", help="list what --corrected changes, and the source of each change"
    )


def run(args: argparse.Namespace) -> int:
    """Print the citations. Return 0, or 1 if the graph lists no article."""
    from rdfkit.stores import embedded

    if args.list_corrections and args.format:
        raise UserError("--list-corrections prints no citations: remove --format.")
    store = embedded.open_store(PROJECT)
    articles = bibliography.find_articles(store, args.what)
    if not articles:
        print("imt: The graph lists no article: name one to cite.", file=sys.stderr)
        return 1
    if args.list_corrections:
        sys.stdout.write(_corrections(store, articles))
        return 0
    output_format = args.format or formats.names("citations")[0]
    if output_format != "nlm":  # keys must be unique
        articles = list(dict.fromkeys(articles))
    records = [bibliography.read_record(store, article, corrected=args.corrected) for article in articles]
    sys.stdout.write(formats.renderer("citations", output_format)(records))
    return 0


def _corrections(store: Store, articles: list[NamedNode]) -> str:
    found = {one.iri: one for article in dict.fromkeys(articles) for one in bibliography.corrections(store, article)}
    if not found:
        return "No corrections.\n"
    return "\n".join(_correction(store, one) for one in found.values())


def _correction(store: Store, one: bibliography.Correction) -> str:
    lines = [
        f"{read.label(store, one.thing)}: {read.label(store, one.property)}",
        f"  printed    {one.printed or '(nothing)'}",
        f"  corrected  {one.corrected}",
        f"  because    {one.rationale}",
        *(f"  source     {read.described(store, source)}" for source in one.sources),
        f"  checked    {dates.shown(one.checked_on)}",
        f"  see        {PROJECT.shorten(one.iri.value)}",
    ]
    return "\n".join(line for line in lines if not line.endswith("  ")) + "\n"
