"""The embedded store: the complete graph, from the fastest source available.

The order is: the user's cache folder, the built graph in ``dist/``, the source files. A graph that had to be loaded is
written to the cache, under the content key of its sources, so that the next call opens it in a few milliseconds. If the
cache cannot be written, the graph is used from memory.

An entry of the cache is used only if the file system has, for each of its files, the times and the inode number that
were noted when it was written, or if each has the CRC-32 that was noted; otherwise it is written again. RocksDB itself
opens an empty database if the end of its list of tables is cut off, and can take all memory of the machine if a table
has a wrong bit.
"""

import io
import os
import zlib
from pathlib import Path

from pyoxigraph import Store

from rdfkit.base import Project
from rdfkit.rdf import named_graphs

_MAX_CACHE_ENTRIES = 3
"""The current one, and those of other checkouts or versions in use at the same time."""

_CHECKS = "CHECKS"
"""The file of an entry that notes what its other files are recognized by; RocksDB takes no notice of it."""

_UNCHECKED = ("LOG", "LOCK", _CHECKS)
"""Starts of the names of files that RocksDB does not read: its journal for people, and the file that it locks."""

_MAX_FILE_BYTES = 1 << 30
"""Of one file of an entry; a larger one does not come from this package."""

_BUFFER_BYTES = 1 << 18

_REGULAR = 0o100000
"""A regular file in ``st_mode`` (`stat.S_IFREG`, without importing the module)."""

_DAMAGE = (OSError, RuntimeError)
"""What Oxigraph raises for a store that is missing, cannot be read or written, or is corrupt."""

DATA = "data"
"""The folder of the stores with other data beside the graph (`rdfkit.stores.beside`)."""

_UNFINISHED = ".unfinished"
_MAX_UNFINISHED_SECONDS = 3600.0


def open_store(project: Project) -> Store:
    """Return the complete graph, inferred triples included, as a store to read from.

    Raises UserError if the sources cannot be read or are not valid.
    """
    key = named_graphs.content_key(project)
    cached = _opened(project, key)
    if cached is not None:
        return cached
    store = _built(project, key)
    if store is None:
        store = from_sources(project)
    put(project, store, key)
    return _opened(project, key) or store


def from_sources(project: Project) -> Store:
    """Return an in-memory store of a project's sources and what its rules infer from them.

    Raises UserError if a file cannot be read or is not valid.
    """
    from rdfkit.inference import closure

    store = named_graphs.read_sources(project)
    closure.close(project, store)
    return store


def cache_folder(project: Project) -> Path | None:
    """Return the user's cache folder for this package (it need not exist), or None without a home folder."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification says to ignore a path that is not absolute.
    if not base.startswith("/"):
        base = os.path.expanduser("~/.cache")  # noqa: PTH111 - Path.expanduser raises without a home folder
    return Path(base) / project.name if os.path.isabs(base) else None  # noqa: PTH117


def _opened(project: Project, key: str) -> Store | None:
    folder = cache_folder(project)
    if folder is None:
        return None
    try:
        # A folder that cannot be entered, or whose name is too long, is an OSError too.
        return read_only(folder / key) if _is_whole(folder / key, key) else None
    except _DAMAGE:
        return None


def read_only(folder: Path) -> Store:
    """Return the store in a folder, to read from; raise OSError or RuntimeError if it cannot be opened.

    RocksDB starts 15 threads for each of Oxigraph's 12 column families, which open one file or none and end. On one
    processor this takes half the time, because nothing has to wake up another one.
    """
    try:
        allowed = sorted(os.sched_getaffinity(0))
        # Not always the first one: other processes may be opening stores too.
        os.sched_setaffinity(0, allowed[os.getpid() % len(allowed) :][:1])
    except (AttributeError, OSError):  # not Linux, or not permitted
        allowed = []
    try:
        return Store.read_only(str(folder))
    finally:
        if allowed:
            os.sched_setaffinity(0, allowed)


def _is_whole(entry: Path, key: str) -> bool:
    """Return whether an entry has its key, and the files that it was written with; raise OSError if it has no notes."""
    with _opened_file(f"{entry}/{_CHECKS}") as file:
        noted, _, files = file.read().partition(b"\n\n")
    stamps, _, contents = files.partition(b"\n\n")
    return noted == key.encode() and (stamps == _stamps(entry) or contents == _contents(entry))


def _checks(entry: Path, key: str) -> bytes:
    """Return what `_CHECKS` of an entry has to hold: the key, and two ways to recognize its files."""
    return b"\n\n".join((key.encode(), _stamps(entry), _contents(entry)))


def _stamps(entry: Path) -> bytes:
    """Return the numbers of each file that the file system changes when somebody writes to it or replaces it."""
    lines = []
    for name in _names(entry):
        status = os.stat(f"{entry}/{name}")  # noqa: PTH116 - half the time of Path.stat
        lines.append(f"{name} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}")
    return "\n".join(lines).encode()


def _contents(entry: Path) -> bytes:
    """Return size and CRC-32 of each file; raise OSError if one cannot be read, or is not a regular file."""
    # One buffer that stays in the processor's cache: half the time of reading each file into memory of its own.
    buffer = memoryview(bytearray(_BUFFER_BYTES))
    lines = []
    for name in _names(entry):
        with _opened_file(f"{entry}/{name}") as file:
            size = crc = 0
            while read := file.readinto(buffer):
                size += read
                crc = zlib.crc32(buffer[:read], crc)
            lines.append(f"{name} {size} {crc:08x}")
    return "\n".join(lines).encode()


def _names(entry: Path) -> list[str]:
    """Return the names of the files that RocksDB reads, sorted."""
    return sorted(name for name in os.listdir(entry) if not name.startswith(_UNCHECKED))  # noqa: PTH208 - as above


def _opened_file(path: str) -> io.FileIO:
    """Return a regular file, open; raise OSError for any other, such as a FIFO, which waits for a writer."""
    file = io.FileIO(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)))
    status = os.fstat(file.fileno())
    if status.st_mode & 0o170000 != _REGULAR or status.st_size > _MAX_FILE_BYTES:
        file.close()
        raise OSError(f"{path} is no file of a store")
    return file


def _built(project: Project, key: str) -> Store | None:
    """Return the graph in ``dist``, or None if it was built from other sources than ``key`` or was changed since."""
    import hashlib
    import json

    from pyoxigraph import RdfFormat

    try:
        manifest = json.loads((project.dist / "manifest.json").read_text(encoding="utf-8"))
        if manifest["content_key"] != key:
            return None
        quads = (project.dist / f"{project.name}.nq").read_bytes()
        if hashlib.sha256(quads).hexdigest() != manifest["files"]["imaging-trials.nq"]["sha256"]:
            return None
        store = Store()
        store.bulk_load(input=quads, format=RdfFormat.N_QUADS)
    except (OSError, ValueError, KeyError, TypeError, SyntaxError):
        return None
    return store


def put(project: Project, store: Store, key: str) -> bool:
    """Write ``store`` to the user's cache under ``key``; return whether the cache has it.

    An entry that can be opened is kept, any other is replaced. It is written under another name and then renamed, so
    that other processes see a complete entry or none. Old entries of other graphs are removed.
    """
    import contextlib

    folder = cache_folder(project)
    if folder is None:
        return False
    if _opened(project, key) is not None:
        return True
    mine = f".{key}.{os.getpid()}{_UNFINISHED}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove(folder / mine)
        written = Store(str(folder / mine))
        written.bulk_extend(store)
        written.flush()
        del written  # closes the files
        (folder / mine / _CHECKS).write_bytes(_checks(folder / mine, key))
        # A folder cannot replace another one, so an old entry is renamed first.
        with contextlib.suppress(FileNotFoundError):
            (folder / key).rename(folder / f".old{mine}")
        (folder / mine).rename(folder / key)
    except _DAMAGE:
        remove(folder / mine)
        # Another process may have written the same entry.
        return _opened(project, key) is not None
    finally:
        remove(folder / f".old{mine}")
    _clean_up(folder, key)
    return True


def forget(project: Project) -> None:
    """Remove the current graph and all stores with other data from the user's cache, after one has shown damage."""
    folder = cache_folder(project)
    if folder is not None:
        remove(folder / named_graphs.content_key(project))
        remove(folder / DATA)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there and can be removed."""
    import contextlib
    import shutil

    shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        path.unlink()


def _clean_up(folder: Path, key: str) -> None:
    import time

    entries = []
    try:
        for entry in os.scandir(folder):
            changed = entry.stat().st_mtime
            if entry.name.endswith(_UNFINISHED):
                if time.time() - changed > _MAX_UNFINISHED_SECONDS:
                    remove(Path(entry.path))
            elif entry.name != key and len(entry.name) == len(key):
                entries.append((changed, Path(entry.path)))
    except OSError:
        return
    for _, path in sorted(entries, reverse=True)[_MAX_CACHE_ENTRIES - 1 :]:
        remove(path)
