"""``imt validate``: check the graph by all shapes, or a user's files by the common ones."""

import argparse
import logging
import sys
from pathlib import Path

from imaging_trials.views import formats
from rdfkit.base import UserError
from rdfkit.rdf import FORMATS

ENGINES = ("auto", "fast", "pyshacl")
"""`rdfkit.shacl.ENGINES`, which would load the engines for ``imt --help``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt validate``."""
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="RDF files to check, also .gz, or a folder of imt import; without any, the graph itself",
    )
    formats.add_argument(
        parser,
        "validation",
        "ttl is a W3C validation report, sarif is for editors, github for GitHub Actions; lines and columns are known "
        "for Turtle, TriG, N-Triples and N-Quads, for JSON-LD and RDF/XML only the file",
    )
    parser.add_argument("--input-format", choices=tuple(FORMATS), help="of files whose extension does not say it")
    parser.add_argument(
        "--shapes",
        action="append",
        type=Path,
        metavar="SHAPES",
        help="a file of your own shapes; may be repeated. The files alone are then checked, by these shapes only",
    )
    parser.add_argument(
        "--curation",
        action="store_true",
        help="check the files by the curation shapes too: what this repository owes, such as authors and sources",
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="auto",
        help="fast gives the results of pyshacl; auto is fast, or pyshacl for shapes that fast does not support",
    )
    parser.add_argument(
        "--no-check-shapes",
        action="store_true",
        help="use your own shapes even if they are not valid SHACL: what is wrong in them is left out and listed",
    )
    parser.add_argument("--strict", action="store_true", help="a warning is an error, too")


def run(args: argparse.Namespace) -> int:
    """Validate, print the report, and return 0 if the data conforms, else 1.

    Warnings and remarks are reported and do not count as errors; with ``--strict``, only remarks.
    """
    from imaging_trials.build import streaming, validation

    files = [file for path in args.files for file in _files(path)]

    # rdflib logs a traceback for each literal that is not valid for its datatype; the shapes decide if that matters.
    logging.getLogger("rdflib").setLevel(logging.ERROR)
    if sys.stderr.isatty():
        print("validating ...", end="\r", file=sys.stderr)
    if args.shapes:
        if args.curation:
            raise UserError("--curation adds to the shapes of this repository: leave out --shapes or --curation.")
        found = validation.validate_files_by_shapes(
            files, args.shapes, args.input_format, engine=args.engine, check_shapes=not args.no_check_shapes
        )
    elif args.files:
        found = streaming.validate_files(files, args.input_format, engine=args.engine, curation=args.curation)
    else:
        found = validation.validate_repository(engine=args.engine)
    allowed = ("Info",) if args.strict else ("Info", "Warning")
    sys.stdout.write(formats.renderer("validation", args.format)(found, allowed))
    return 0 if found.conforms(allowed) else 1


def _files(path: Path) -> list[Path]:
    """Return a file, or the files that the manifest of a folder of imports lists."""
    from imaging_trials.imports import folder

    try:
        is_folder = (path / folder.MANIFEST).is_file()
    except OSError:  # the name is too long, say: the reader reports it
        is_folder = False
    if not is_folder:
        return [path]
    found = [path / entry["name"] for entry in folder.read_manifest(path)]
    if not found:
        raise UserError(f"{path} is a folder of imports without any: run 'imt import FORMAT FILE --into {path}' first.")
    return found
