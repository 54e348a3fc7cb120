"""``imt validate``: the graph, or anybody's files, against the shapes."""

import argparse
import logging
import sys
from pathlib import Path

from rdfkit.rdf.reading import FORMATS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt validate``."""
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="RDF files to check; without any, the graph itself"
    )
    parser.add_argument(
        "--format",
        choices=("text", "json", "ttl", "sarif", "github"),
        default="text",
        help="of the report: text for people, a W3C validation report (ttl), for editors (sarif), for GitHub Actions; "
        "line and column are told of Turtle, TriG, N-Triples and N-Quads, of JSON-LD and RDF/XML only the file",
    )
    parser.add_argument(
        "--input-format", choices=tuple(FORMATS), help="of the files, where the extension does not tell"
    )
    parser.add_argument(
        "--shapes",
        action="append",
        type=Path,
        metavar="SHAPES",
        help="a file of your own shapes, as often as needed: the files alone are then checked, by these shapes only",
    )
    parser.add_argument(
        "--engine",
        choices=("auto", "fast", "reference"),
        default="auto",
        help="reference is pySHACL, fast gives the same results; auto is fast, or reference for shapes fast can't take",
    )
    parser.add_argument("--strict", action="store_true", help="a warning is an error, too")


def run(args: argparse.Namespace) -> int:
    """Validate, print the report, and return 0 where the data conforms, 1 where it does not."""
    from imaging_trials.build import validation
    from rdfkit.shacl import annotations as annotate
    from rdfkit.shacl import report

    # rdflib logs a traceback for each literal that its datatype does not allow; whether that matters, the shapes say.
    logging.getLogger("rdflib").setLevel(logging.ERROR)
    if sys.stderr.isatty():
        print("validating ...", end="\r", file=sys.stderr)
    if args.shapes:
        found = validation.validate_own(args.files, args.shapes, args.input_format, engine=args.engine)
    elif args.files:
        found = validation.validate_files(args.files, args.input_format, engine=args.engine)
    else:
        found = validation.validate_repository(engine=args.engine)
    if args.format == "json":
        print(report.as_json(found, strict=args.strict), end="")
    elif args.format == "ttl":
        print(report.as_turtle(found), end="")
    elif args.format == "sarif":
        print(annotate.as_sarif(found), end="")
    elif args.format == "github":
        print(annotate.as_github(found, strict=args.strict), end="")
    else:
        for line in (*report.text(found), report.summary(found, strict=args.strict)):
            print(line)
    return 0 if found.conforms(strict=args.strict) else 1
