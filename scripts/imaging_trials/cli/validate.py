"""``imt validate``: the graph, or anybody's files, against the shapes."""

import argparse
import sys
from pathlib import Path

from imaging_trials.rdf import FORMATS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt validate``."""
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="RDF files to check; without any, the graph itself"
    )
    parser.add_argument("--format", choices=("text", "json", "ttl"), default="text", help="of the report")
    parser.add_argument(
        "--input-format", choices=tuple(FORMATS), help="of the files, where the extension does not tell"
    )
    parser.add_argument("--strict", action="store_true", help="a warning is an error, too")


def run(args: argparse.Namespace) -> int:
    """Validate, print the report, and return 0 where the data conforms, 1 where it does not."""
    from imaging_trials import report, validation

    if sys.stderr.isatty():
        print("validating ...", end="\r", file=sys.stderr)
    found = validation.validate_files(args.files, args.input_format) if args.files else validation.validate_repository()
    if args.format == "json":
        print(report.as_json(found, strict=args.strict), end="")
    elif args.format == "ttl":
        print(report.as_turtle(found), end="")
    else:
        for line in (*report.lines(found), report.summary(found, strict=args.strict)):
            print(line)
    return 0 if found.conforms(strict=args.strict) else 1
