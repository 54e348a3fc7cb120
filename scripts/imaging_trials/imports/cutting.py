"""Cutting JSON of any size into blocks of whole records, without parsing it and with little memory.

One record a line is cut at line breaks. An array of studies is cut where a study begins: an object whose first key is
one of the sections of a study. Inside of a text a quotation mark has a backslash before it, so that such a place is
never in a text. Whoever converts a block parses each record, and reports what is broken.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from rdfkit.base import UserError

MAX_RECORD_BYTES = 16_000_000
"""One record: the largest study of the register has 3 MB, with its results."""

BLOCK_BYTES = 1 << 20
"""About how much one block holds, unless one record is larger."""

_HEAD_BYTES = 1 << 16
_SECTIONS = rb'"(?:protocolSection|resultsSection|annotationSection|documentSection|derivedSection|hasResults)"'
_FIRST = re.compile(rb"\{\s*+(" + _SECTIONS + rb")\s*+:")
_LIST = re.compile(
    rb'\s*+(?:\{(?:\s*+"(?:totalCount|nextPageToken)"\s*+:\s*+(?:[0-9]{1,18}|null|"[^"\\]{0,2000}")\s*+,)*+\s*+'
    rb'"studies"\s*+:\s*+)?\[\s*+(?=\{\s*+' + _SECTIONS + rb"\s*+:)"
)
"""The beginning of an array of studies, or of a page of the API, up to the first study."""

NEXT = re.compile(rb"\}\s*+,\s*+(?=\{\s*+" + _SECTIONS + rb"\s*+:)")
"""The end of a study and the comma before the next one."""

_MAX_BLANKS = 3000
"""Between two studies; where there are more, both stay in one block."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"{\0", "utf-16-le"),
    (b"[\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
    (b"\0[", "utf-16-be"),
)


class Block(NamedTuple):
    """Whole records cut out of a text, and where they are in it: the first byte, and the number of the first line.

    ``form`` is ``lines``, ``array``, or ``long`` for a line above the limit, of which nothing was kept. ``data`` is
    None where the records are still in the file, ``size`` bytes from ``offset``. The last block of an array ends with
    what is after it, and has in ``before`` what was before it.
    """

    form: str
    offset: int
    size: int
    data: bytes | None
    line: int = 0
    is_last: bool = False
    before: bytes = b""


class _Text:
    """The bytes of a text that were read and not cut yet."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        """Begin with nothing read."""
        self.data = bytearray()
        self.offset = 0
        self.is_at_end = False
        self._chunks = chunks

    def read(self, size: int) -> None:
        """Read until there are ``size`` bytes, or to the end."""
        while len(self.data) < size and not self.is_at_end:
            chunk = next(self._chunks, None)
            if chunk is None:
                self.is_at_end = True
            else:
                self.data += chunk

    def cut(self, size: int) -> bytes:
        """Remove bytes from the beginning and return them."""
        piece = bytes(self.data[:size])
        del self.data[:size]
        self.offset += size
        return piece


def utf8(chunks: Iterator[bytes], where: str) -> Iterator[bytes]:
    """Yield a text as UTF-8 without a mark, from UTF-8, UTF-16 or UTF-32. Raises UserError for what is neither."""
    first = next(chunks, b"")
    encoding = next((name for mark, name in _MARKS if first.startswith(mark)), "")
    if not encoding:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        yield decoder.decode(first).encode()
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise UserError(f"{where} is broken or cut off ({encoding}: {error}): download it again.") from None


def blocks(chunks: Iterator[bytes], where: str) -> Iterator[Block] | None:
    """Return the blocks of a text, or None for one that is neither one record a line nor an array of studies.

    Then ``chunks`` were read in part. Raises UserError, also while blocks are cut, for a record above the limit.
    """
    text = _Text(chunks)
    text.read(_HEAD_BYTES)
    if found := _LIST.match(text.data):
        return _of_array(text, found.end(), where)
    if text.data.lstrip()[:1] == b"{" and _has_one_a_line(text):
        return _of_lines(text)
    return None


def _has_one_a_line(text: _Text) -> bool:
    """Return whether the first line is a whole object and another one follows, or is too long to look at."""
    while (end := text.data.find(b"\n", len(text.data) - len(text.data.lstrip()))) < 0 and not text.is_at_end:
        if len(text.data) > MAX_RECORD_BYTES:
            return True
        text.read(len(text.data) + BLOCK_BYTES)
    end = end if end >= 0 else len(text.data)
    text.read(end + _HEAD_BYTES)
    line = bytes(text.data[:end]).strip()
    if not line.endswith(b"}"):
        return False
    if text.data[end:].lstrip()[:1] == b"{":
        return True
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "protocolSection" in value


def _of_lines(text: _Text) -> Iterator[Block]:
    line = 1
    while True:
        text.read(BLOCK_BYTES)
        end = text.data.rfind(b"\n") + 1
        while not end and not text.is_at_end and len(text.data) <= MAX_RECORD_BYTES:
            have = len(text.data)
            text.read(have + BLOCK_BYTES)
            end = text.data.find(b"\n", have) + 1
        if not text.data:
            return
        if not end and len(text.data) > MAX_RECORD_BYTES:
            offset = text.offset
            _skip_line(text)
            yield Block("long", offset, 0, b"", line)
            line += 1
            continue
        is_last = not end
        offset, data = text.offset, text.cut(end or len(text.data))
        yield Block("lines", offset, len(data), data, line, is_last)
        line += data.count(b"\n")


def _skip_line(text: _Text) -> None:
    """Read to the end of a line, and keep nothing of it."""
    while (end := text.data.find(b"\n") + 1) == 0:
        text.cut(len(text.data))
        text.read(BLOCK_BYTES)
        if not text.data:
            return
    text.cut(end)


def _of_array(text: _Text, start: int, where: str) -> Iterator[Block]:
    before = text.cut(start)
    key = _first_key(text.data)
    while True:
        text.read(BLOCK_BYTES)
        end, following = _last_border(text.data, key)
        while not end and not text.is_at_end:
            if len(text.data) > MAX_RECORD_BYTES:
                raise UserError(
                    f"{where} has a record of more than {MAX_RECORD_BYTES // 1_000_000} MB after byte {text.offset}: "
                    "it is no file of studies, or it is broken; download it again."
                )
            text.read(len(text.data) + BLOCK_BYTES)
            end, following = _last_border(text.data, key)
        offset = text.offset
        if not end:
            data = text.cut(len(text.data))
            yield Block("array", offset, len(data), data, is_last=True, before=before)
            return
        data = text.cut(end)
        text.cut(following - end)
        key = _first_key(text.data) or key
        yield Block("array", offset, len(data), data)


def _first_key(data: bytearray) -> bytes:
    found = _FIRST.match(data)
    return found[1] if found else b""


def _last_border(data: bytearray, key: bytes) -> tuple[int, int]:
    """Return where the last study but one ends, and where the last one begins; two zeros if only one begins there."""
    at = data.rfind(key) if key else 0
    while at > 0:
        if (found := _border_before(data, at))[0]:
            return found
        at = data.rfind(key, 0, at)
    others = list(NEXT.finditer(data))
    return (others[-1].start() + 1, others[-1].end()) if others else (0, 0)


def _border_before(data: bytearray, at: int) -> tuple[int, int]:
    """Return the same for the first key of a study, if it is one."""
    start = max(0, at - _MAX_BLANKS)
    ends = []
    part = bytes(data[start:at])
    for sign in (b"{", b",", b"}"):
        part = part.rstrip()
        if not part.endswith(sign):
            return 0, 0
        ends.append(start + len(part))
        part = part[:-1]
    return (ends[2], ends[0] - 1) if _FIRST.match(data, ends[0] - 1) else (0, 0)
