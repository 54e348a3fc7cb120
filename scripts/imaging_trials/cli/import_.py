"""``imt import``: turn records of other databases into N-Quads, and manage a folder of imports."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from imaging_trials import imports
from imaging_trials.cli import progress
from imaging_trials.model import dates
from rdfkit.base import UserError, clip

FORMATS = {
    "pubmed": "PubMed XML, NBIB, RIS, CSL-JSON, Crossref JSON, BibTeX or EndNote, recognized by the content; each also "
    "as .gz, or many in a zip archive",
    "clinicaltrials": "studies of ClinicalTrials.gov: JSON of its API of version 2 (one, an array, a page, or one a "
    "line), its legacy XML, or JSON of NCI's API; each file also as .gz, or many in a zip archive",
}
"""What can be imported: the word for it on the command line, and what its files may be."""

MAX_JOBS = 512
"""Processes of one import."""

IS_INTERMIXED = True
"""Options may be between the format and the files."""


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
    parser.add_argument("--jobs", metavar="N", help="processes (default: the CPUs for large files, else 1)")
    parser.add_argument("--shard", metavar="I/N", help="import the I-th of N parts of the files, such as 1/7")
    parser.add_argument("--resume", action="store_true", help="pass over the files that the folder has already")
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
    options = imports.Options(day, args.abstracts, args.strict, args.format, _shard(args.shard))
    if args.resume and args.into is None:
        raise UserError("--resume goes on with an import into a folder: name it with --into.")
    folder = None if args.into is None else Path(args.into)
    names = _without_listed(args.files, folder, options) if folder and args.resume else args.files
    sources = [imports.find(name) for name in names]
    jobs = _jobs(args.jobs) or imports.jobs_for(sources)
    show = {"text": imports.report.as_text, "json": imports.report.as_json}[args.report]
    reports: list[imports.Report] = []
    try:
        with progress.shown([one.size for one in sources]) as shown:
            for one in _reports(sources, options, folder, shown, jobs):
                reports.append(one)
                shown.next()
    finally:
        (sys.stderr if folder is None else sys.stdout).write(show(reports))
    return 1 if any(one.refused for one in reports) else 0


def _reports(
    sources: list[imports.Source], options: imports.Options, folder: Path | None, shown: progress.Shown, jobs: int
) -> Iterator[imports.Report]:
    if folder:
        yield from imports.folder.import_into(folder, sources, options, shown, jobs=jobs)
        return
    with imports.files_in_parts(sources, options, shown, jobs) as found:
        for source, parts in found:
            yield imports.write(source, options, parts, sys.stdout.buffer, shown)


def _without_listed(names: list[str], folder: Path, options: imports.Options) -> list[str]:
    """Return the files that a folder does not list; by name, size and time of change, so that they are not read."""
    listed = imports.folder.listed(folder, options)
    left = []
    for name in names:
        path = Path(name)
        status = path.stat() if path.is_file() else None
        if status is None or (path.name, status.st_size, status.st_mtime_ns) not in listed:
            left.append(name)
    if len(left) < len(names):
        print(f"{len(names) - len(left)} of {len(names)} files were imported before: passed over.", file=sys.stderr)
    return left


def _jobs(text: str | None) -> int:
    if text is None:
        return 0
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MAX_JOBS:
        raise UserError(f"--jobs takes a number of processes from 1 to {MAX_JOBS}, not '{clip(text)}'.")
    return int(text)


def _shard(text: str | None) -> tuple[int, int]:
    if text is None:
        return 1, 1
    parts = text.split("/")
    if len(parts) == 2 and all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts):
        number, of = (int(part) for part in parts)
        if 1 <= number <= of:
            return number, of
    raise UserError(f"--shard takes the number of a part and of all parts, such as 1/7, not '{clip(text)}'.")


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
