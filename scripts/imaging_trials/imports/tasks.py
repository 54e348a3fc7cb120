"""Which tasks the import of files has: what is cut into blocks, what is done as a whole, and what other shards do.

The shards are equal parts of the bytes of all files, as they are stored. A record belongs to the shard in which it
begins, and a text that is not cut to the one in which the text begins, so that shards, one after the other, are what
one import writes. Which records a file has before those of a shard is read too, to find those that are there twice.
"""

from collections.abc import Callable, Iterator

from imaging_trials.imports import archives, cutting, versions
from imaging_trials.imports.archives import Document, Progress
from imaging_trials.imports.files import Source
from imaging_trials.imports.parts import Options, Task
from imaging_trials.imports.pool import Part
from rdfkit.base import UserError

Found = tuple[Task, Part | None]
_Open = Callable[[Progress], Iterator[bytes]]

_NOT_BEFORE = 1 << 62


def run_of(source: Source, options: Options, software: str) -> versions.Run:
    """Return what describes the import of a file."""
    return versions.Run(source.checksum, source.path.name, options.day, software)


def of_sources(sources: list[Source], options: Options, software: str, *, is_shared: bool) -> Iterator[Found]:
    """Yield the tasks of files, at least one each, and instead of one that cannot be made its part with the error.

    With ``is_shared`` a block that can be read again from its file goes without its bytes.
    """
    total, begin = sum(one.size for one in sources), 0
    for number, source in enumerate(sources):
        whole = Document(source, source.where, "", 0, source.size)
        first = Task(whole, options, run_of(source, options, software), number=number)
        share = _Share(total, begin, options.shard)
        window = share.window(0, source.size, source.size)
        first = first._replace(is_first=window[0] == 0 < window[1])
        yield first, Part([])
        try:
            for one in _of_source(first, share, is_shared=is_shared):
                yield one, None
        except UserError as error:
            yield first, Part([], error=error)
        begin += source.size


class _Share:
    """Which bytes of all files belong to a shard."""

    def __init__(self, total: int, begin: int, shard: tuple[int, int]) -> None:
        """Take the size of all files, where this one begins, and the number of the shard with that of all."""
        self.total, self.begin, self.shard = total, begin, shard

    @property
    def is_all(self) -> bool:
        """Whether there is one shard only."""
        return self.shard[1] == 1

    def window(self, start: int, size: int, length: int) -> tuple[int, int]:
        """Return which of the ``length`` bytes of a text belong to the shard, stored as ``size`` bytes at a place."""
        number, of = self.shard
        edges = []
        for at in (number - 1, number):
            local = self.total * at // of - self.begin - start
            edges.append(0 if local <= 0 else _NOT_BEFORE if local >= size else local * length // size)
        return edges[0], edges[1]


def _of_source(first: Task, share: _Share, *, is_shared: bool) -> Iterator[Task]:
    source, studies = first.document.source, first.options.of == "clinicaltrials"
    if not archives.is_zip(source):
        yield from _of_text(
            first, share, lambda progress: archives.chunks(first.document, progress), is_shared, studies
        )
        return
    small: list[tuple[str, bytes]] = []
    held: Task | None = None
    size = 0
    for document, open_member in archives.documents(source):
        window = share.window(document.start, document.size, document.size)
        if window[1] == 0:
            break
        task = first._replace(document=document, window=_of_whole(share, window))
        data, rest = _beginning(open_member(_nothing))
        if held and (rest is not None or task.window != held.window or size > cutting.BLOCK_BYTES):
            yield held._replace(texts=tuple(small), end=document.start)
            small, held, size = [], None, 0
        if rest is None:
            small.append((document.where, data))
            held, size = held or task._replace(start=document.start), size + len(data)
        else:
            yield from _of_text(task, share, open_member, False, studies)
    if held:
        yield held._replace(texts=tuple(small), end=source.size)


def _beginning(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes] | None]:
    """Return a small text, or the beginning of a larger one with the rest."""
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > cutting.BLOCK_BYTES:
            return bytes(data), chunks
    return bytes(data), None


def _of_whole(share: _Share, window: tuple[int, int]) -> tuple[int, int] | None:
    return None if share.is_all else window


def _of_text(first: Task, share: _Share, open_text: _Open, is_shared: bool, is_of_studies: bool) -> Iterator[Task]:
    """Yield the tasks of one text: its blocks, or else the text as a whole."""
    document = first.document
    window = share.window(document.start, document.size, document.size)
    if window[0] >= window[1]:
        return
    last = document.start + document.size
    place = begun = document.start

    def progress(done: int, _: int) -> None:
        nonlocal place
        place = done

    if is_of_studies:
        blocks = cutting.blocks(cutting.utf8(open_text(progress), document.where), document.where)
        if blocks is not None:
            is_plain = archives.is_plain(document)
            if not share.is_all:
                length = document.size if is_plain else sum(len(one) for one in cutting.utf8(open_text(_nothing), ""))
                window = share.window(document.start, document.size, length)
            for block in blocks:
                if block.offset >= window[1]:
                    return
                sent = block._replace(data=None) if is_shared and is_plain and block.form != "long" else block
                yield first._replace(block=sent, window=_of_whole(share, window), start=begun, end=place)
                begun = place
            return
    if window[0] == 0:
        yield first._replace(window=None, end=last)


def _nothing(_: int, __: int) -> None:
    """Show no progress."""
