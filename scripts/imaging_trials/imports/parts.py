"""What is done for a part of a file: a block of records, some small texts, or a whole text. Runs in any process.

`outcomes` is a function of the task alone, so that one process and a pool give the same bytes and the same report.
"""

import json
import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

from imaging_trials.bibliography import Citation, Deletion, Unusable
from imaging_trials.imports import archives, articles, cutting, files, versions
from imaging_trials.imports.archives import Document
from imaging_trials.imports.convert import convert
from imaging_trials.imports.cutting import Block
from imaging_trials.imports.studies import reading
from imaging_trials.imports.studies.study import Study
from rdfkit.base import UserError, streams

NUMBER = "\0"
"""In the name of a record: its number in the file, which only the one that counts them knows."""


_BLANKS = re.compile(r"[ \t\r\n]*+")


class Options(NamedTuple):
    """How to import: the day (``YYYY-MM-DD``), whether with abstracts, and whether a refused record is an error.

    ``of`` is a key of `files.READERS`. ``shard`` is I and N: the first of the N parts of all files is (1, N).
    """

    day: str
    abstracts: bool = False
    strict: bool = False
    of: str = "pubmed"
    shard: tuple[int, int] = (1, 1)


class Task(NamedTuple):
    """A part of a file: a block of a text, small texts with their names, or else the whole text.

    Records that begin outside of ``window``, in bytes of the text, belong to another shard.
    """

    document: Document
    options: Options
    run: versions.Run
    block: Block | None = None
    texts: tuple[tuple[str, bytes], ...] = ()
    window: tuple[int, int] | None = None
    start: int = 0
    end: int = 0
    """The bytes of the file before this part and up to its end, as far as they are known."""
    is_first: bool = True
    """Whether the description of the import is written before it."""
    number: int = 0
    """Which of the files it is of."""


class Outcome(NamedTuple):
    """What became of one record, without its statements, which have ``size`` bytes.

    ``name`` is what messages call it by, ``refused`` is a reason or "". ``key`` has its number and its state, and
    ``checksum`` what it says. ``is_elsewhere`` says that it belongs to another shard, and is not counted; so is what
    only names the ``format`` of a text.
    """

    name: str
    refused: str = ""
    key: str = ""
    checksum: str = ""
    warnings: tuple[str, ...] = ()
    own: str = ""
    quads: int = 0
    size: int = 0
    is_deletion: bool = False
    is_elsewhere: bool = False
    format: str = ""


Result = tuple[Outcome, bytes]


def outcomes(task: Task, progress: archives.Progress) -> Iterator[Result]:
    """Yield what each record of a part became. Raises UserError where the part cannot be read any further."""
    if task.block is not None:
        yield from _of_block(task, task.block)
    elif task.texts:
        for where, data in task.texts:
            yield from _of_member(task, where, iter([data]), len(data))
    elif task.document.member:
        chunks = archives.chunks(task.document, progress)
        yield from _of_member(task, task.document.where, chunks, task.document.size)
    else:
        document = task.document
        yield from _of_text(task, document.where, archives.chunks(document, progress), document.size)


def _of_member(task: Task, where: str, chunks: Iterator[bytes], size: int) -> Iterator[Result]:
    """Yield the same for a member of an archive: one that cannot be read is a record that is refused."""
    try:
        if not size:
            raise UserError(f"{where} is empty")
        yield from _of_text(task, where, chunks, size)
    except archives.ArchiveError:
        raise
    except UserError as error:
        reason = str(error).removeprefix(where).lstrip(" ,:")
        yield Outcome(where.rpartition("/")[2], reason), b""


def _of_text(task: Task, where: str, chunks: Iterator[bytes], size: int) -> Iterator[Result]:
    format_, source, items = files.READERS[task.options.of](chunks, where, size, abstracts=task.options.abstracts)
    yield Outcome("", is_elsewhere=True, format=format_), b""
    if task.window and not task.window[0] <= 0 < task.window[1]:
        for item in items:
            yield _key_of(item), b""
        return
    for item in items:
        if isinstance(item, Unusable):
            yield Outcome(item.name, item.reason), b""
        elif isinstance(item, Deletion):
            made = versions.of_deletion(item, task.run)
            yield _written(task, made, Outcome(f"PMID {item.pmid}", key="deleted", is_deletion=True))
        elif isinstance(item, Study):
            made = versions.of_study(item, abstracts=task.options.abstracts)
            yield _written(task, made, Outcome(item.name, own=item.nct_id))
        else:
            made = versions.of_citation(item, source, abstracts=task.options.abstracts)
            yield _written(task, made, Outcome(item.name, key=item.version, own=item.pmid))


def _key_of(item: files.Item) -> Outcome:
    """Return the key of a record of an earlier shard: this one may have it too."""
    if isinstance(item, Study):
        return Outcome(item.name, key=f"{item.nct_id.lower()} {item.revised or 'undated'} ", is_elsewhere=True)
    if isinstance(item, Citation):
        key = f"{articles.thing_of(item)[1]} {item.revised or 'undated'} {item.version}"
        return Outcome(item.name, key=key, is_elsewhere=True)
    return Outcome("record", is_elsewhere=True)


def _written(task: Task, made: versions.Made, outcome: Outcome) -> Result:
    """Return the outcome and the statements of a record, with the one that this import made it."""
    data = made.data + versions.generated(made, task.run)
    record, revised, checksum = made.graph.removeprefix(versions.GRAPHS).split("/")
    warnings = made.warnings
    if revised[:1].isdigit() and revised > task.options.day:
        warnings += (f"it was last changed on '{revised}', which is after the day of the import",)
    key = f"{record} {revised} {outcome.key}"
    return outcome._replace(key=key, checksum=checksum, warnings=warnings, quads=made.quads + 1, size=len(data)), data


# Blocks of studies


def _of_block(task: Task, block: Block) -> Iterator[Result]:
    yield Outcome("", is_elsewhere=True, format=files.STUDIES), b""
    if block.form == "long":
        megabytes = cutting.MAX_RECORD_BYTES // 1_000_000
        yield _placed(task, block.offset, Outcome(f"line {block.line}", f"it has more than {megabytes} MB"))
        return
    data = _data(task, block)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = block.line + data.count(b"\n", 0, error.start)
        place = f"line {line}" if block.form == "lines" else f"byte {block.offset + error.start + 1}"
        raise UserError(
            f"{task.document.where} is not in UTF-8: {place} has the byte 0x{data[error.start]:02X}; "
            "save it in UTF-8 (from Windows-1252: iconv -f CP1252 -t UTF-8)."
        ) from None
    yield from (_of_lines if block.form == "lines" else _of_array)(task, block, data)


def _data(task: Task, block: Block) -> bytes:
    if block.data is not None:
        return block.data
    with streams.open_input(task.document.source.path) as file:
        file.seek(block.offset)
        return file.read(block.size)


def _of_lines(task: Task, block: Block, data: bytes) -> Iterator[Result]:
    offset = block.offset
    lines = data.split(b"\n")
    for number, line in enumerate(lines, block.line):
        if line.strip():
            outcome, made = _of_record(task, offset, line, f"line {number}")
            if block.is_last and number == block.line + len(lines) - 1 and outcome.refused and not _is_json(line):
                raise UserError(f"{task.document.where}, line {number}: {outcome.refused}: download it again.")
            yield outcome, made
        offset += len(line) + 1


def _of_array(task: Task, block: Block, data: bytes) -> Iterator[Result]:
    starts = [0]
    ends = []
    for found in cutting.NEXT.finditer(data):
        ends.append(found.start() + 1)
        starts.append(found.end())
    last = starts.pop() if block.is_last else len(data)
    ends += [] if block.is_last else [len(data)]
    for start, end in zip(starts, ends, strict=True):
        outcome, made = _of_record(task, block.offset + start, data[start:end], NUMBER)
        is_one = not outcome.refused and (outcome.key or not outcome.is_elsewhere)
        if is_one or _is_json(data[start:end]):
            yield outcome, made
        else:
            yield from _of_values(task, block.offset + start, data[start:end])
    if block.is_last:
        after = yield from _of_values(task, block.offset + last, data[last:], is_last=True)
        try:
            json.loads(block.before + after)
        except (ValueError, RecursionError):
            raise _broken(task, block.offset + len(data) - len(after)) from None


def _of_values(task: Task, offset: int, data: bytes, *, is_last: bool = False) -> "Generator[Result, None, bytes]":
    """Yield the same for values with commas between them, and return what is after them if something may be."""
    decoder = json.JSONDecoder()
    text = data.decode()
    at, place = 0, offset
    while True:
        start = at + len(_BLANKS.match(text, at)[0])  # type: ignore[index]  # it always matches
        place += start - at
        try:
            _, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            raise _broken(task, place) from None
        record = text[start:at].encode()
        yield _of_record(task, place, record, NUMBER)
        place += len(record)
        comma = at + len(_BLANKS.match(text, at)[0])  # type: ignore[index]
        if text[comma : comma + 1] != ",":
            if comma < len(text) and not is_last:
                raise _broken(task, place)
            return text[comma:].encode()
        place += comma + 1 - at
        at = comma + 1


def _broken(task: Task, place: int) -> UserError:
    return UserError(f"{task.document.where}: the JSON is broken or cut off after byte {place}: download it again.")


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _of_record(task: Task, offset: int, record: bytes, place: str) -> Result:
    """Return what one record became, or that it belongs to another shard."""
    if task.window and not task.window[0] <= offset < task.window[1]:
        return _elsewhere(offset, record, place, task.window), b""
    made = convert(record, task.options.of, place, abstracts=task.options.abstracts)
    if isinstance(made, Unusable):
        return Outcome(made.name, made.reason), b""
    number = made.graph.removeprefix(versions.GRAPHS).partition("/")[0].upper()
    return _written(task, made, Outcome(number, own=number))


def _elsewhere(offset: int, record: bytes, place: str, window: tuple[int, int]) -> Outcome:
    """Return the key of a record of an earlier shard, without converting it: this one may have the record too."""
    found = reading.study(record, place) if offset < window[0] else None
    return _key_of(found) if isinstance(found, Study) else Outcome(place, is_elsewhere=True)


def _placed(task: Task, offset: int, outcome: Outcome) -> Result:
    is_here = not task.window or task.window[0] <= offset < task.window[1]
    return (outcome if is_here else Outcome(outcome.name, is_elsewhere=True)), b""
