"""The bytes of files as they come: plain, compressed with gzip, or the members of a zip archive, within limits.

Nothing is unpacked to the disk. Source: PKWARE, "APPNOTE.TXT", 6.3.10 (flags 4.4.4, names 4.4.17); RFC 1952 (gzip).
"""

import gzip
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from rdfkit.base import UserError, clip, streams

if TYPE_CHECKING:
    from imaging_trials.imports.files import Source

MAX_RATIO = 400
"""How many times as large as a compressed file its content may be: records reach 150, and a bomb 1,000."""

MAX_ZIP_MEMBERS = 5_000_000
"""Files in a zip archive: ClinicalTrials.gov has some 600,000 studies."""

MAX_ZIP_BYTES = 500_000_000_000
"""The content of a zip archive."""

_LEAST_BOMB_BYTES = 10_000_000
_CHUNK_BYTES = 1 << 16
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_NOT_A_LIST = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")

Progress = Callable[[int, int], None]
"""Takes the bytes of a file that were read, and all of them."""


class Document(NamedTuple):
    """One text with records: a file, or a member of a zip archive.

    ``where`` is its name in messages; ``start`` and ``size`` are its place in the file, in bytes as they are stored.
    """

    source: "Source"
    where: str
    member: str
    start: int
    size: int


class ArchiveError(UserError):
    """An archive that cannot be read to its end, so that no part of the file can be trusted."""


def is_zip(source: "Source") -> bool:
    """Return whether a file begins as a zip archive."""
    with streams.open_input(source.path) as file:
        return file.read(4) in _ZIP


def is_plain(document: Document) -> bool:
    """Return whether the bytes of a text are those of its file: not in an archive, not compressed, without a mark."""
    if document.member:
        return False
    with streams.open_input(document.source.path) as file:
        head = file.read(2)
    return head[:1] in (b"{", b"[", b" ", b"\n", b"\r", b"\t") and head[1:] != b"\0"


def documents(source: "Source") -> Iterator[tuple[Document, Callable[[Progress], Iterator[bytes]]]]:
    """Yield the texts in a file, each with a function that returns its bytes, decompressed, in pieces.

    Raises UserError for an archive that is broken, encrypted or a bomb, or that has names outside its folder, before
    the first text.
    """
    if not is_zip(source):
        yield Document(source, source.where, "", 0, source.size), lambda progress: _file(source, progress)
        return
    with _opened(source) as archive:
        members = _checked(archive, source)
        for at, one in enumerate(members):
            size = (members[at + 1].header_offset if at + 1 < len(members) else source.size) - one.header_offset
            where = f"{source.where}/{clip(one.filename)}"
            document = Document(source, where, one.filename, one.header_offset, size)
            yield document, lambda progress, one=one, document=document: _member(archive, one, document, progress)  # type: ignore[misc]


def chunks(document: Document, progress: Progress) -> Iterator[bytes]:
    """Yield the bytes of one text in pieces, as `documents` does, in another process too."""
    if not document.member:
        yield from _file(document.source, progress)
        return
    with _opened(document.source) as archive:
        yield from _member(archive, archive.getinfo(document.member), document, progress)


def _opened(source: "Source") -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source.path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise ArchiveError(
            f"{source.where} is a broken zip archive ({clip(str(error))}): download it again, and compare its checksum."
        ) from None


def _checked(archive: zipfile.ZipFile, source: "Source") -> list[zipfile.ZipInfo]:
    """Return the members with records in the order of their bytes. Raises UserError for an archive that is no list."""
    where, every = source.where, archive.infolist()
    if len(every) > MAX_ZIP_MEMBERS:
        raise ArchiveError(f"{where} has {len(every)} members, and {MAX_ZIP_MEMBERS} are read: split it.")
    if any(one.filename in _NOT_A_LIST for one in every):
        raise ArchiveError(f"{where} is a zip archive, as those of Word and Excel are, not one of records.")
    for one in every:
        _check_member(one, where)
    total = sum(one.file_size for one in every)
    if total > MAX_ZIP_BYTES or total > max(_LEAST_BOMB_BYTES, MAX_RATIO * source.size):
        raise _bomb(where)
    for one in every:
        if one.file_size > max(_LEAST_BOMB_BYTES, MAX_RATIO * one.compress_size):
            raise _bomb(f"{where}/{clip(one.filename)}")
    found = [one for one in every if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    if not found:
        raise ArchiveError(f"{where} is a zip archive without files: name a file with records.")
    return sorted(found, key=lambda one: one.header_offset)


def _check_member(one: zipfile.ZipInfo, where: str) -> None:
    """Raise UserError for a member that is no file of its folder, or that cannot be read."""
    name = clip(one.filename)
    if _leaves_the_folder(one.filename) or _leaves_the_folder(one.orig_filename):
        raise ArchiveError(f"{where} has a member outside its folder, '{name}': do not unpack it, and ask who made it.")
    if stat.S_IFMT(one.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveError(f"{where} has a link or a device as a member, '{name}': make the archive of files only.")
    if one.flag_bits & _ENCRYPTED:
        raise ArchiveError(f"{where} has an encrypted member, '{name}': decrypt it first.")
    if one.compress_type not in _METHODS:
        raise ArchiveError(f"{where} has a member with an unknown compression, '{name}': compress it with deflate.")


def _leaves_the_folder(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/"))
    return parts.is_absolute() or ".." in parts.parts or ":" in name.partition("/")[0] or "\0" in name


def _bomb(where: str) -> ArchiveError:
    return ArchiveError(
        f"{where} has more than {MAX_RATIO} times its size when decompressed: it is no file of records; "
        "if it is, decompress it first."
    )


def _member(archive: zipfile.ZipFile, one: zipfile.ZipInfo, document: Document, progress: Progress) -> Iterator[bytes]:
    try:
        with archive.open(one) as file:
            yield from _decompressed(file, document, progress, lambda: document.start)  # type: ignore[arg-type]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, UserError):
            raise
        raise ArchiveError(
            f"{document.where} is broken or cut off ({clip(str(error))}): download the archive again."
        ) from None


def _file(source: "Source", progress: Progress) -> Iterator[bytes]:
    with streams.open_input(source.path) as raw:
        document = Document(source, source.where, "", 0, source.size)
        yield from _decompressed(raw, document, progress, raw.tell)


def _decompressed(raw: BinaryIO, document: Document, progress: Progress, place: Callable[[], int]) -> Iterator[bytes]:
    """Yield what a file holds in pieces, decompressed if it is a gzip file. Raises UserError for a broken one."""
    head = raw.read(2)
    raw.seek(0)
    is_gzip = head == _GZIP
    file: BinaryIO = gzip.GzipFile(fileobj=raw) if is_gzip else raw  # type: ignore[assignment]
    total = 0
    try:
        while data := file.read(_CHUNK_BYTES):
            total += len(data)
            if is_gzip and total > max(_LEAST_BOMB_BYTES, MAX_RATIO * document.size):
                raise _bomb(document.where)
            yield data
            progress(place(), document.source.size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        what = "gzip" if is_gzip else "zip"
        raise ArchiveError(
            f"{document.where} is broken or cut off ({what}: {error}): download it again, and compare its checksum."
        ) from None
