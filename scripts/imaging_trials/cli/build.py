"""``imt build``: read the sources, infer, validate, and write the graph's files."""

import argparse
import sys
from functools import partial
from pathlib import Path

from imaging_trials.model import PROJECT

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from pyoxigraph import Store

    from rdfkit.releases import More


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt build``."""
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, help="the output folder (default: dist/, see below)"
    )
    parser.epilog = (
        "Without --output, a checkout is built into its own dist/, and an installed package into dist/ in the working "
        "folder."
    )
    parser.add_argument(
        "--no-validate", action="store_true", help="skip the checks of terms and shapes, which take longest"
    )
    parser.add_argument(
        "--release", action="store_true", help="write the graph in every syntax, with the metadata of a release"
    )
    parser.add_argument("--site", action="store_true", help="for a release: write the site too, as a zip file")
    parser.add_argument("--endpoint-url", metavar="URL", help="for a release: the address of its SPARQL endpoint")
    parser.add_argument(
        "--reasoner",
        choices=("rules", "owlrl"),
        default="rules",
        help="the reasoner: the rules in ontology/rules/ (default), or owlrl, the slower reference",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing on success")


def run(args: argparse.Namespace) -> int:
    """Build; return 0, or 1 if the graph has problems and nothing was written."""
    from imaging_trials.build import build, report
    from rdfkit.base import UserError

    if args.endpoint_url and not args.release:
        raise UserError("--endpoint-url is metadata of a release: add --release.")
    if args.site and not args.release:
        raise UserError("--site is for a release: add --release, or write the site with imt site.")
    more = partial(_more, site=args.site, endpoint=args.endpoint_url)
    release = build.ReleaseOptions(args.endpoint_url, more)
    progress = _print_progress if sys.stderr.isatty() and not args.quiet else _no_progress
    try:
        built = build.build(
            args.output or _default_output(),
            validate=not args.no_validate,
            reasoner=args.reasoner,
            release=release if args.release else None,
            progress=progress,
        )
    finally:
        progress("")
    if built.problems:
        print(report.report(built), file=sys.stderr)
        return 1
    if not args.quiet:
        print(report.report(built))
    return 0


def _default_output() -> Path:
    """Return the folder ``dist`` of a checkout, or one in the working folder: a package belongs to its installer."""
    return Path("dist") if PROJECT.is_installed else PROJECT.dist


def _site(graph: "Store") -> "dict[str, More]":
    """Return the site of a graph as one file of a release."""
    from imaging_trials.site import make_site, packed
    from rdfkit.releases import More

    words = "the graph to read in a browser: unpack it and open `site/index.html`"
    return {f"{PROJECT.name}-site.zip": More("application/zip", words, packed(make_site(graph)))}


def _more(graph: "Store", *, site: bool, endpoint: str | None) -> "dict[str, More]":
    """Return the files of a release that are made from the questions, and the site if it is asked for."""
    from imaging_trials import questions, views

    found = questions.release_files(graph, views.release_day(graph), endpoint)
    return {**found, **(_site(graph) if site else {})}


def _print_progress(doing: str) -> None:
    sys.stderr.write(f"\r\x1b[K{doing and doing + ' ...'}")
    sys.stderr.flush()


def _no_progress(_: str) -> None:
    pass
