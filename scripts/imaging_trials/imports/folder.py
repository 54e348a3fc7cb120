"""A folder of imports: one N-Quads file for each imported file, and a manifest that lists them.

A file is written under another name and then renamed, the manifest last, so that a folder never has half an import.
Files that the manifest does not list are not part of the folder.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from imaging_trials import __version__
from imaging_trials.imports import run, versions
from imaging_trials.imports.archives import Progress
from imaging_trials.imports.files import Source
from imaging_trials.imports.parts import Options
from imaging_trials.imports.report import Report
from rdfkit.base import UserError, visible

MANIFEST = "manifest.json"
_FORMAT = 1
_SAVE_SECONDS = 1.0
"""How often the manifest is written during an import of many files, which are not listed before that."""

_GENERATED = re.compile(rb"<([^>]+)> <http://www\.w3\.org/ns/prov#wasGeneratedBy> ")


def import_into(
    folder: Path, sources: list[Source], options: Options, progress: Progress = run.nothing, *, jobs: int = 1
) -> Iterator[Report]:
    """Import files into a folder, which is made if it is not there, and yield the report of each.

    The same bytes, imported again by the same version with the same options, add an activity only, and nothing on the
    same day. Raises UserError if a file cannot be imported to its end; the folder has then the files before it.
    """
    entries = read_manifest(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _remove_drafts(folder)
    wanted: dict[str, Source] = {}
    for source in sources:
        if not _like(entries, source, options):
            wanted.setdefault(source.checksum, source)
    saved = len(entries)
    last = time.monotonic()
    with run.files_in_parts(list(wanted.values()), options, progress, jobs, folder) as found:
        try:
            for source in sources:
                parts = next(found)[1] if wanted.pop(source.checksum, None) is source else None
                yield _import_one(folder, entries, source, options, (parts, progress))
                if time.monotonic() - last > _SAVE_SECONDS:
                    _write_manifest(folder, entries)
                    saved, last = len(entries), time.monotonic()
        finally:
            if len(entries) > saved:
                _write_manifest(folder, entries)


def _import_one(
    folder: Path,
    entries: list[dict[str, Any]],
    source: Source,
    options: Options,
    work: tuple[run.Parts | None, Progress],
) -> Report:
    """Import a file, of which the parts are None if the folder has it already, and add it to the entries."""
    shard = "-{}of{}".format(*options.shard) if options.shard[1] > 1 else ""
    name = f"{source.checksum[:12]}-{options.day}{'-abstracts' if options.abstracts else ''}{shard}.nq"
    same = _like(entries, source, options)
    first = next((one for one in same if not one["repeats"]), None)
    if today := next((one for one in same if one["day"] == options.day), None):
        return Report(source.where, today["format"], imported_as=today["name"], **today["counts"])
    report = Report(source.where)

    def write(out: BinaryIO) -> None:
        nonlocal report
        if first:
            report = Report(source.where, first["format"], **first["counts"])
            run.import_again(source, options, out, _graphs(folder / first["name"]))
        else:
            parts, progress = work
            report = run.write(source, options, parts or iter(()), out, progress)

    _replace(folder / name, write)
    report.imported_as = name
    counts = {key: getattr(report, key) for key in ("read", "written", "refused", "warned", "deleted", "quads")}
    entries[:] = [one for one in entries if one["name"] != name]
    entries.append(
        {
            "name": name,
            "file": source.path.name,
            "size": source.size,
            "modified": source.modified,
            "format": report.format,
            "day": options.day,
            "checksum": source.checksum,
            **_how(options),
            "repeats": first["name"] if first else "",
            "counts": counts,
            "reasons": report.reasons,
        }
    )
    return report


def _how(options: Options) -> dict[str, object]:
    """Return what besides the bytes of a file decides what is made of it."""
    return {
        "of": options.of,
        "abstracts": options.abstracts,
        "shard": list(options.shard),
        "software": __version__,
    }


def _like(entries: list[dict[str, Any]], source: Source, options: Options) -> list[dict[str, Any]]:
    """Return the imports of the same bytes with the same options."""
    like = {"checksum": source.checksum, **_how(options)}
    return [one for one in entries if one["checksum"] == source.checksum and like.items() <= one.items()]


def listed(folder: Path, options: Options) -> set[tuple[str, int, int]]:
    """Return name, size and time of change of each file that a folder has with these options, on any day."""
    how = _how(options)
    return {
        (one["file"], one["size"], one["modified"])
        for one in read_manifest(folder)
        if how.items() <= one.items() and {"file", "size", "modified"} <= one.keys()
    }


def _remove_drafts(folder: Path) -> None:
    """Remove what an import left that was ended by force."""
    for path in folder.glob(".*.nq.*"):
        number = path.name.rpartition(".")[2]
        if number.isdigit() and not _is_running(int(number)):
            path.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _graphs(path: Path) -> list[str]:
    """Return the graphs of the versions in an N-Quads file of ours."""
    with path.open("rb") as lines:
        return [found[1].decode() for line in lines if (found := _GENERATED.match(line))]


def read_manifest(folder: Path) -> list[dict[str, Any]]:
    """Return what a folder lists, in the order of import; nothing for a folder that is not there or empty.

    Raises UserError for a folder of other files, and for a manifest that cannot be read.
    """
    where = visible(str(folder))
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{where} is a file: name a folder for the imports.")
    path = folder / MANIFEST
    if not path.exists():
        if folder.exists() and any(not one.name.startswith(".") and one.suffix != ".nq" for one in folder.iterdir()):
            raise UserError(f"{where} has files and no {MANIFEST}: name a folder of imports, or a new one.")
        return []
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != _FORMAT:
            raise UserError(f"{visible(str(path))} was written by another version of imt: import the files again.")
        entries: list[dict[str, Any]] = data["imports"]
        for one in entries:
            if not {"name", "day", "checksum", "of", "counts", "repeats"} <= one.keys() or "/" in one["name"]:
                raise ValueError
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{visible(str(path))} is broken: remove the folder and import the files again.") from None
    return entries


def remove(folder: Path, name: str) -> None:
    """Remove an import from a folder. Raises UserError if it is not listed, or if a later one repeats it."""
    entries = read_manifest(folder)
    where = visible(str(folder))
    if name not in [one["name"] for one in entries]:
        raise UserError(f"{where} lists no import '{visible(name)}': 'imt import --list {where}' has the names.")
    if repeating := [one["name"] for one in entries if one["repeats"] == name]:
        raise UserError(f"{name} is repeated by {', '.join(repeating)}: remove that first.")
    _write_manifest(folder, [one for one in entries if one["name"] != name])
    (folder / name).unlink(missing_ok=True)


def as_text(entries: list[dict[str, Any]]) -> str:
    """Return the imports of a folder for people, one a line."""
    return "".join(
        f"{one['name']}  {one['day']}  {one['format']}  {one['counts']['written']} records of {one['file']}"
        f"{'  (repeats ' + one['repeats'] + ')' if one['repeats'] else ''}\n"
        for one in entries
    )


def as_json(entries: list[dict[str, Any]]) -> str:
    """Return the imports of a folder as the manifest has them."""
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def _write_manifest(folder: Path, entries: list[dict[str, Any]]) -> None:
    text = json.dumps({"format": _FORMAT, "graphs": versions.GRAPHS, "imports": entries}, ensure_ascii=False, indent=2)
    _replace(folder / MANIFEST, lambda out: out.write(f"{text}\n".encode()))


def _replace(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file under another name, and rename it when it is complete; else leave nothing."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
