"""``imt import``: turn records of other databases into N-Quads, and manage a folder of imports."""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from imaging_trials import imports
from imaging_trials.model import dates
from rdfkit.base import UserError

FORMATS = {
    "pubmed": "PubMed XML (also .gz), NBIB, RIS, CSL-JSON, Crossref JSON, BibTeX or EndNote; recognized by the content",
    "clinicaltrials": "JSON of ClinicalTrials.gov's API of version 2 (one study, an array, a page, or one a line)",
}
"""What can be imported: the word for it on the command line, and what its files may be."""

IS_INTERMIXED = True
"""Options may be between the format and the files."""

_PROGRESS_SECONDS = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt import``."""
    parser.add_argument(
        "format",
        nargs="?",
        metavar="FORMAT",
        help="; ".join(f"{name}: {words}" for name, words in FORMATS.items()),
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="files with records")
    parser.add_argument("--into", metavar="FOLDER", help="keep the N-Quads there (default: write them to the output)")
    parser.add_argument(
        "--abstracts",
        action="store_true",
        help="also abstracts and summaries, which publishers and sponsors may have rights in",
    )
    parser.add_argument("--strict", action="store_true", help="stop at the first record that cannot be imported")
    parser.add_argument("--day", metavar="DATE", help="the day of the import, YYYY-MM-DD (default: today in UTC)")
    parser.add_argument("--report", choices=("text", "json"), default="text", help="the form of the report")
    parser.add_argument("--list", metavar="FOLDER", help="list the imports of a folder")
    parser.add_argument("--remove", metavar="NAME", help="remove an import from the folder of --into")


def run(args: argparse.Namespace) -> int:
    """Import files, or list or remove imports; return 1 if a record was refused, else 0."""
    if args.list is not None or args.remove is not None:
        return _manage(args)
    if args.format not in FORMATS or not args.files:
        raise UserError(f"Name a format ({', '.join(FORMATS)}) and files, such as 'imt import pubmed list.nbib'.")
    day = dates.day(args.day) if args.day is not None else time.strftime("%Y-%m-%d", time.gmtime())
    options = imports.Options(day, args.abstracts, args.strict, args.format)
    show = {"text": imports.report.as_text, "json": imports.report.as_json}[args.report]
    reports: list[imports.Report] = []
    out = sys.stderr if args.into is None else sys.stdout
    try:
        for source in [imports.find(name) for name in args.files]:
            progress = _progress(source.where)
            if args.into is None:
                reports.append(imports.import_file(source, options, sys.stdout.buffer, progress))
            else:
                reports.append(imports.folder.import_into(Path(args.into), source, options, progress))
    finally:
        out.write(show(reports))
    return 1 if any(one.refused for one in reports) else 0


def _manage(args: argparse.Namespace) -> int:
    if args.format or args.files or (args.list is not None and args.remove is not None):
        raise UserError("--list and --remove take no files: run them alone.")
    if args.remove is not None:
        if args.into is None:
            raise UserError("Name the folder of the import to remove with --into.")
        imports.folder.remove(Path(args.into), args.remove)
        return 0
    folder = Path(args.list)
    if not (folder / imports.folder.MANIFEST).exists():
        raise UserError(f"{args.list} is no folder of imports: 'imt import pubmed FILE --into FOLDER' makes one.")
    show = {"text": imports.folder.as_text, "json": imports.folder.as_json}[args.report]
    sys.stdout.write(show(imports.folder.read_manifest(folder)))
    return 0


def _progress(where: str) -> Callable[[int, int], None]:
    """Return a function that shows how far a file was read and the time left, on a terminal only."""
    started = shown = time.monotonic()

    def show(done: int, size: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown < _PROGRESS_SECONDS or not done:
            return
        shown = now
        spent = now - started
        left = spent * (size - done) / done
        sys.stderr.write(f"\r{where}: {100 * done / size:.0f} %, {done / spent / 1e6:.1f} MB/s, {left:.0f} s left ")
        if done >= size:
            sys.stderr.write("\n")
        sys.stderr.flush()

    return show if sys.stderr.isatty() else lambda _, __: None
