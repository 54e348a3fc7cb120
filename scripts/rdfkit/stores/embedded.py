"""The embedded store: the complete graph, ready to be asked, from wherever it is quickest to get.

The order is: the user's cache folder, the built graph in ``dist/``, the source files. A graph that had to be loaded is
put into the cache, under the content key of its sources, so that the next call opens it in a few milliseconds. No
failure to write the cache matters: the graph is then answered from memory.
"""

import os
from pathlib import Path

from pyoxigraph import Store

from rdfkit.base.project import Project
from rdfkit.rdf import named_graphs as layers

_KEEP = 3
"""Entries of the cache to keep: this one, and those of other checkouts or versions in use beside it."""

_DAMAGE = (OSError, RuntimeError)
"""What Oxigraph raises for a store that is not there, can't be read or written, or is corrupt."""

_UNFINISHED = ".unfinished"
_ABANDONED_AFTER = 3600.0


def open_store(project: Project) -> Store:
    """Return the complete graph, inferred triples included, as a store to read from.

    Raises UserError where the sources can't be read or are no graph.
    """
    key = layers.content_key(project)
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

    Raises UserError where a file can't be read or is no proper Turtle.
    """
    from rdfkit.inference import closure as reason

    store = layers.read_sources(project)
    reason.close(project, store)
    return store


def cache_folder(project: Project) -> Path | None:
    """Return the user's cache folder for this package (it need not exist), or None where there is no home folder."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification says to ignore a path that is not absolute.
    if not base.startswith("/"):
        base = os.path.expanduser("~/.cache")  # noqa: PTH111 - Path.expanduser raises where there is no home
    return Path(base) / project.name if os.path.isabs(base) else None  # noqa: PTH117


def _opened(project: Project, key: str) -> Store | None:
    folder = cache_folder(project)
    if folder is None or not (folder / key / "CURRENT").is_file():
        return None
    try:
        return Store.read_only(str(folder / key))
    except _DAMAGE:
        return None


def _built(project: Project, key: str) -> Store | None:
    """Return the graph in ``dist``, unless it is of other sources than ``key`` says, or not as it was written."""
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
    """See to it that the user's cache holds ``store`` under ``key``; tell whether it does.

    An entry that can be opened is left alone, any other one replaced. It is written beside and then renamed, so that
    other processes find a whole one or none. Entries of other graphs are cleaned up, but for the newest few.
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
        _remove(folder / mine)
        written = Store(str(folder / mine))
        written.bulk_extend(store)
        written.flush()
        del written  # closes the files
        # A folder can only be renamed to where none is, so an old entry goes aside first.
        with contextlib.suppress(FileNotFoundError):
            (folder / key).rename(folder / f".old{mine}")
        (folder / mine).rename(folder / key)
    except _DAMAGE:
        _remove(folder / mine)
        # Another process may just have put its entry there: that is as good.
        return _opened(project, key) is not None
    finally:
        _remove(folder / f".old{mine}")
    _clean_up(folder, key)
    return True


def forget(project: Project) -> None:
    """Remove the current graph from the user's cache, where a damaged entry has shown itself only on reading."""
    folder = cache_folder(project)
    if folder is not None:
        _remove(folder / layers.content_key(project))


def _remove(path: Path) -> None:
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
                if time.time() - changed > _ABANDONED_AFTER:
                    _remove(Path(entry.path))
            elif entry.name != key and len(entry.name) == len(key):
                entries.append((changed, Path(entry.path)))
    except OSError:
        return
    for _, path in sorted(entries, reverse=True)[_KEEP - 1 :]:
        _remove(path)
