"""Files with records: plain or compressed with gzip, in a format that is recognized by the content.

PubMed's XML is read in pieces, so that a file may have any size; lists in other formats are read as a whole.
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

from imaging_trials.bibliography import (
    Citation,
    Deletion,
    Unusable,
    decode_references,
    pubmed_xml,
    read_citations,
    root_name,
)
from imaging_trials.imports.study import Study, studies
from rdfkit.base import UserError, streams, visible

MAX_LIST_BYTES = 200_000_000
"""The size of a list in a format other than XML, decompressed: some 50,000 citations with abstracts."""

_CHUNK_BYTES = 1 << 16
_HEAD_BYTES = 40_000
_GZIP = b"\x1f\x8b"
_XML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]{0,1000}<")
_NUMBER = re.compile(r"(?:pmid[-_ ]?)?([1-9][0-9]{4,7}|NCT[0-9]{8})(?![0-9]).{0,100}", re.IGNORECASE | re.ASCII)

Progress = Callable[[int, int], None]
"""Takes the bytes of a file that were read, and all of them."""

Item = Citation | Deletion | Study | Unusable


class Source(NamedTuple):
    """A file that is imported: its name for messages, its path, its size in bytes, and the SHA-256 of its bytes."""

    where: str
    path: Path
    size: int
    checksum: str

    @property
    def number(self) -> str:
        """The PMID or NCT number that the name of the file begins with, or ""."""
        found = _NUMBER.fullmatch(self.path.name.partition(".")[0])
        return found[1].upper() if found else ""


def find(name: str) -> Source:
    """Return a file with its hash. Raises UserError for a folder, and for a file that cannot be read or is empty."""
    where = visible(name)
    path = Path(name)
    if path.is_dir():
        raise UserError(f"{where} is a folder: name the files in it, such as {where.rstrip('/')}/*.xml.")
    digest, size = hashlib.sha256(), 0
    try:
        with streams.open_input(path) as file:
            while data := file.read(1 << 20):
                digest.update(data)
                size += len(data)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UserError(f"{where} cannot be read ({why}): name a file with records.") from None
    if not size:
        raise UserError(f"{where} is empty: name a file with records.")
    return Source(where, path, size, digest.hexdigest())


def read(source: Source, progress: Progress) -> tuple[str, str, Iterator[Item]]:
    """Return what people call the format of a file, the key of its source in `versions.ATTRIBUTION`, and its records.

    Raises UserError, also while the records are read: for a format that is not imported, for a file that is broken or
    cut off, and for one that is too large.
    """
    chunks = _chunks(source, progress)
    first = next(chunks, b"")
    if _XML.match(first) and _root_of(first) in pubmed_xml.ROOTS:
        return "PubMed XML", "pubmed", pubmed_xml.citations(chain([first], chunks), source.where)
    name, found = read_citations(_text(chain([first], chunks), source.where), source.where)
    return name, "pubmed" if name == "NBIB" else "list", found


def read_studies(source: Source, progress: Progress) -> tuple[str, str, Iterator[Item]]:
    """Return the same for a file of ClinicalTrials.gov. Raises UserError as `read` does."""
    return "API v2 JSON", "clinicaltrials", studies(_text(_chunks(source, progress), source.where), source.where)


READERS = {"pubmed": read, "clinicaltrials": read_studies}
"""What the first argument of `imt import` names, and the function that reads such files."""


def _text(chunks: Iterator[bytes], where: str) -> str:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > MAX_LIST_BYTES:
            break
    return decode_references(bytes(data), where, MAX_LIST_BYTES)


def _root_of(head: bytes) -> str:
    """Return the name of the first element, as far as the beginning of a file shows it."""
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return root_name(head[:_HEAD_BYTES].decode(encoding, "replace").lstrip("\ufeff \t\r\n"))


def _chunks(source: Source, progress: Progress) -> Iterator[bytes]:
    """Yield the bytes of a file, decompressed, in pieces."""
    with streams.open_input(source.path) as raw:
        head = raw.read(2)
        raw.seek(0)
        file: BinaryIO = gzip.GzipFile(fileobj=raw) if head == _GZIP else raw  # type: ignore[assignment]
        try:
            while data := file.read(_CHUNK_BYTES):
                yield data
                progress(raw.tell(), source.size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UserError(
                f"{source.where} is broken or cut off (gzip: {error}): download it again, and compare its checksum."
            ) from None
