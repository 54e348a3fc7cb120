"""The import of files: record by record from a file to N-Quads."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from imaging_trials import __version__
from imaging_trials.bibliography import Citation, Deletion, Unusable
from imaging_trials.imports import files, versions
from imaging_trials.imports.files import Source
from imaging_trials.imports.report import Report
from imaging_trials.imports.study import Study
from rdfkit.base import UserError


class Options(NamedTuple):
    """How to import: the day (``YYYY-MM-DD``), whether with abstracts, and whether a refused record is an error.

    ``of`` is a key of `files.READERS`.
    """

    day: str
    abstracts: bool = False
    strict: bool = False
    of: str = "pubmed"


def run_of(source: Source, options: Options) -> versions.Run:
    """Return what describes the import of a file."""
    return versions.Run(source.checksum, source.path.name, options.day, __version__)


def import_file(
    source: Source, options: Options, out: BinaryIO, progress: files.Progress = lambda _, __: None
) -> Report:
    """Write the records of a file as N-Quads and return the report.

    Each record is written as a whole or not at all. Raises UserError for a file that cannot be read to its end, and
    with ``strict`` for the first record that is refused.
    """
    report = Report(source.where)
    run = run_of(source, options)
    report.format, kind, items = files.READERS[options.of](source, progress)
    opening = versions.opening(run)
    out.write(opening)
    report.quads += opening.count(b"\n")
    for made in _versions(_Work(source, kind, options, run, report), items):
        out.write(made.data)
        out.write(versions.generated(made, run))
        report.quads += made.quads + 1
    return report


def import_again(source: Source, options: Options, out: BinaryIO, graphs: Iterable[str]) -> None:
    """Write what the import of the same bytes on another day adds: an activity that made the same versions."""
    run = run_of(source, options)
    out.write(versions.opening(run))
    out.writelines(versions.generated(versions.Made(graph, b"", 0, ()), run) for graph in graphs)


class _Work(NamedTuple):
    """What the import of one file is made with."""

    source: Source
    kind: str
    options: Options
    run: versions.Run
    report: Report


def _versions(work: _Work, items: Iterator[files.Item]) -> Iterator[versions.Made]:
    """Yield the versions of the records of a file, each once, and count them."""
    report = work.report
    seen: dict[tuple[str, str], str] = {}
    for item in items:
        report.read += 1
        if isinstance(item, Unusable):
            _refuse(work, item)
            continue
        if isinstance(item, Deletion):
            made, name, state = versions.of_deletion(item, work.run), f"PMID {item.pmid}", "deleted"
        elif isinstance(item, Study):
            made = versions.of_study(item, abstracts=work.options.abstracts)
            name, state = item.name, item.revised
        else:
            made = versions.of_citation(item, work.kind, abstracts=work.options.abstracts)
            name, state = item.name, f"{item.revised} {item.version}"
        record = (made.graph.removeprefix(versions.GRAPHS).partition("/")[0], state)
        is_again = record in seen
        if seen.setdefault(record, made.graph) != made.graph:
            _refuse(
                work, Unusable(name, "the record is in the file twice, with different content: the first was taken")
            )
            continue
        odd = [] if isinstance(item, Deletion) else _odd(work, item)
        report.warn(name, (*made.warnings, *odd, *(["the record is in the file twice"] if is_again else [])))
        report.written += 1
        report.deleted += isinstance(item, Deletion)
        if not is_again:
            yield made


def _refuse(work: _Work, item: Unusable) -> None:
    """Count a record that is refused. Raises UserError with ``strict``."""
    if work.options.strict:
        raise UserError(
            f"{work.source.where}: {item.name} cannot be imported: {item.reason}; fix it, or leave --strict out."
        )
    work.report.refuse(item.name, item.reason)


def _odd(work: _Work, item: Citation | Study) -> list[str]:
    """Return what is odd about a record of this file on this day."""
    odd = []
    if item.revised > work.options.day:
        odd.append(f"it was last changed on '{item.revised}', which is after the day of the import")
    named = work.source.number
    own = item.nct_id if isinstance(item, Study) else item.pmid
    if work.report.read == 1 and named and own and named != own and named.isdigit() == own.isdigit():
        odd.append(f"the file is named after {named}: the record's own number, {own}, was taken")
    return odd
