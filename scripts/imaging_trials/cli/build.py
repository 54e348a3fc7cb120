"""``imt build``: read the sources, infer, validate, and write the graph's files."""

import argparse
import sys
from pathlib import Path

from imaging_trials.graph.project import PROJECT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``imt build`` takes."""
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, help="where to write (default: dist/)")
    parser.add_argument("--no-validate", action="store_true", help="leave out terms and shapes, which take longest")
    parser.add_argument(
        "--release", action="store_true", help="write the graph in every syntax, and what describes the release"
    )
    parser.add_argument(
        "--endpoint-url", metavar="URL", help="of a release: the SPARQL endpoint where it is, or will be, to be asked"
    )
    parser.add_argument(
        "--reasoner",
        choices=("rules", "owlrl"),
        default="rules",
        help="what infers: the rules in ontology/rules/ (default), or owlrl, the slower reference",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing where all is well")


def run(args: argparse.Namespace) -> int:
    """Build; return 0, or 1 where the graph has problems and nothing was written."""
    from imaging_trials.build import build
    from imaging_trials.build import report as summary
    from rdfkit.base.errors import UserError

    if args.endpoint_url and not args.release:
        raise UserError("--endpoint-url is part of what a release says of itself: give --release too.")
    tell = _progress if sys.stderr.isatty() and not args.quiet else _silence
    try:
        built = build.build(
            args.output or PROJECT.dist,
            validate=not args.no_validate,
            reasoner=args.reasoner,
            release=build.Publishing(args.endpoint_url) if args.release else None,
            progress=tell,
        )
    finally:
        tell("")
    if built.problems:
        print(summary.report(built), file=sys.stderr)
        return 1
    if not args.quiet:
        print(summary.report(built))
    return 0


def _progress(doing: str) -> None:
    sys.stderr.write(f"\r\x1b[K{doing and doing + ' ...'}")
    sys.stderr.flush()


def _silence(_: str) -> None:
    pass
