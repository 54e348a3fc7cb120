"""``imt cite``: the page's citations, or those asked for, in the styles of journals and reference managers."""

import argparse
import sys

from pyoxigraph import NamedNode, Store

from imaging_trials.bibliography import STYLES, model
from imaging_trials.graph import lookup
from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what ``imt cite`` takes."""
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="an article, or an edition, series, listing or topic that leads to some: by label, part of a label, "
        "CURIE, DOI, PMID, PMCID or IRI; without it, all that the page lists, in its order",
    )
    parser.add_argument("--style", choices=list(STYLES), help="nlm (the default) prints one a line, as the page does")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--corrected", action="store_true", help="mend misprints and add what the page leaves out")
    how.add_argument("--list-corrections", action="store_true", help="show what --corrected mends, and by which source")


def run(args: argparse.Namespace) -> int:
    """Print the citations; 0 when done, 1 where the graph lists none."""
    from rdfkit.stores import embedded as stores

    if args.list_corrections and args.style:
        raise UserError("--list-corrections prints no citations: leave --style out.")
    store = stores.open_store(PROJECT)
    articles = _articles(store, args.what)
    if not articles:
        print("imt: The graph lists no article: say which one to cite.", file=sys.stderr)
        return 1
    if args.list_corrections:
        sys.stdout.write(_corrections(store, articles))
        return 0
    style = args.style or "nlm"
    if style != "nlm":  # a key may stand only once
        articles = list(dict.fromkeys(articles))
    sys.stdout.write(STYLES[style]([model.read(store, article, corrected=args.corrected) for article in articles]))
    return 0


def _articles(store: Store, names: list[str]) -> list[NamedNode]:
    if not names:
        return model.in_page_order(store)
    found: list[NamedNode] = []
    for name in names:
        thing = lookup.resolve(store, name, accepts=lambda one: bool(model.articles_of(store, one)))
        articles = model.articles_of(store, thing)
        if not articles:
            raise UserError(
                f"{lookup.described(store, thing)} is no article and none is listed for it: "
                "ask for an article, an edition, a series, a listing or a topic ('imt cite' alone prints all)."
            )
        found += articles
    return list(dict.fromkeys(found))


def _corrections(store: Store, articles: list[NamedNode]) -> str:
    corrections = {one.iri: one for article in dict.fromkeys(articles) for one in model.corrections(store, article)}
    if not corrections:
        return "No corrections.\n"
    return "\n".join(_correction(store, one) for one in corrections.values())


def _correction(store: Store, one: model.Correction) -> str:
    lines = [
        f"{lookup.label(store, one.thing)}: {lookup.label(store, one.property)}",
        f"  printed    {one.printed or '(nothing)'}",
        f"  corrected  {one.corrected}",
        f"  because    {one.basis}",
        *(f"  source     {lookup.described(store, source)}" for source in one.sources),
        f"  checked    {one.checked_on}",
        f"  see        {PROJECT.shorten(one.iri.value)}",
    ]
    return "\n".join(line for line in lines if not line.endswith("  ")) + "\n"
