"""Files with records, and the formats of texts, which are recognized by the content.

PubMed's XML is read in pieces, so that a text may have any size; lists in other formats are read as a whole.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from imaging_trials.bibliography import (
    Citation,
    Deletion,
    Unusable,
    decode_references,
    pubmed_xml,
    read_citations,
    root_name,
)
from imaging_trials.imports.studies.reading import format_of, studies
from imaging_trials.imports.studies.study import Study
from rdfkit.base import UserError, streams, visible

MAX_LIST_BYTES = 200_000_000
"""The size of a list in a format other than XML, decompressed: some 50,000 citations with abstracts."""

_HEAD_BYTES = 40_000
_XML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]{0,1000}<")
_NUMBER = re.compile(r"(?:pmid[-_ ]?)?([1-9][0-9]{4,7}|NCT[0-9]{8})(?![0-9]).{0,100}", re.IGNORECASE | re.ASCII)

Item = Citation | Deletion | Study | Unusable


class Source(NamedTuple):
    """A file that is imported: its name for messages, its path, its size in bytes, and the SHA-256 of its bytes.

    ``modified`` is when it was last written, in nanoseconds since 1970.
    """

    where: str
    path: Path
    size: int
    checksum: str
    modified: int = 0

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
    if path.exists() and not path.is_file():
        raise UserError(
            f"{where} is a pipe or a device, and each file is read twice: write it to a file first, and name that."
        )
    digest, size = hashlib.sha256(), 0
    try:
        with streams.open_input(path) as file:
            modified = os.fstat(file.fileno()).st_mtime_ns
            while data := file.read(1 << 20):
                digest.update(data)
                size += len(data)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UserError(f"{where} cannot be read ({why}): name a file with records.") from None
    if not size:
        raise UserError(f"{where} is empty: name a file with records.")
    return Source(where, path, size, digest.hexdigest(), modified)


def read(chunks: Iterator[bytes], where: str, size: int, *, abstracts: bool) -> tuple[str, str, Iterator[Item]]:
    """Return what people call the format of a text, the key of its source in `versions.ATTRIBUTION`, and its records.

    ``chunks`` are the bytes of the text, decompressed, in pieces, of at least ``size`` bytes. Without ``abstracts``
    the records need not have them. Raises UserError, also while the records are read: for a format that is not
    imported, for a text that is broken or cut off, and for one that is too large.
    """
    first = next(chunks, b"")
    if _XML.match(first) and _root_of(first) in pubmed_xml.ROOTS:
        return "PubMed XML", "pubmed", pubmed_xml.citations(chain([first], chunks), where, abstracts=abstracts)
    name, found = read_citations(_text(chain([first], chunks), where, size), where)
    return name, "pubmed" if name == "NBIB" else "list", found


def read_studies(chunks: Iterator[bytes], where: str, size: int, *, abstracts: bool) -> tuple[str, str, Iterator[Item]]:
    """Return the same for a text of ClinicalTrials.gov, always with summaries. Raises UserError as `read` does."""
    del abstracts  # what `read` needs: studies are decoded as a whole
    text = _text(chunks, where, size)
    return format_of(text), "clinicaltrials", studies(text, where)


STUDIES = "API v2 JSON"

READERS = {"pubmed": read, "clinicaltrials": read_studies}
"""What the first argument of `imt import` names, and the function that reads such texts."""


def _text(chunks: Iterator[bytes], where: str, size: int) -> str:
    data = bytearray()
    for chunk in chunks if size <= MAX_LIST_BYTES else ():
        data += chunk
        size = max(size, len(data))
        if size > MAX_LIST_BYTES:
            break
    if size > MAX_LIST_BYTES:
        raise UserError(f"{where} has more than {MAX_LIST_BYTES // 1_000_000} MB: split the list.")
    return decode_references(bytes(data), where, MAX_LIST_BYTES)


def _root_of(head: bytes) -> str:
    """Return the name of the first element, as far as the beginning of a file shows it."""
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return root_name(head[:_HEAD_BYTES].decode(encoding, "replace").lstrip("\ufeff \t\r\n"))
