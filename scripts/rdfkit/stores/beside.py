"""Stores with other data beside the project's graph, kept in the user's cache folder.

Such a store has the project's named graphs, the graphs of the data as they are, and the merge of the project's asserted
graphs with the data as its default graph, each triple once. `named_graphs.searched` says what a query searches, and
`View` is such a store as functions see it that read quads.

An entry of the cache is written under another name and then renamed, by one process at a time. A process that is killed
leaves its folder behind, which the next one removes.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from rdfkit.base import Project, UserError
from rdfkit.rdf import named_graphs
from rdfkit.stores import embedded

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal

_CHECKS = "CHECKS"
_NOTES = "NOTES"
_UNCHECKED = ("LOG", "LOCK", _CHECKS)
_UNFINISHED = ".unfinished"

_MAX_ENTRIES = 3
"""So many entries are kept, those that were used last."""

_MAX_USE_SECONDS = 3600.0
"""An entry that was used since then may be in use: it is kept in any case."""

_UNSETTLED_NS = 2_000_000_000
"""A file that changed so shortly before its hash was noted may have changed since within the same tick of the clock."""

_MAX_NOTED = 20_000
_CHUNK_BYTES = 1 << 20


def opener(
    project: Project, key: str, make: Callable[[Store], list[str]], note: Callable[[str], None]
) -> Callable[[], Store]:
    """Return a function that opens the store of an entry of the cache, after making the entry if it is not there.

    ``key`` changes with everything that the store depends on. ``make`` writes into an empty store and returns sentences
    for the user, of which ``note`` gets each. Without a cache folder that can be written, the store is made in memory
    each time that it is opened. Raises what ``make`` raises.
    """

    def in_memory() -> Store:
        store = Store()
        for sentence in make(store):
            note(sentence)
        return store

    cache = embedded.cache_folder(project)
    if cache is None:
        return in_memory
    folder = cache / embedded.DATA
    entry = folder / key
    if not _is_complete(entry, key):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return in_memory
        try:
            _wait_for(lock)
            if not _is_complete(entry, key):
                _write(folder, key, make)
                _clean_up(folder, key)
        finally:
            os.close(lock)
    with contextlib.suppress(OSError):
        os.utime(entry)
        for sentence in (entry / _NOTES).read_text(encoding="utf-8").splitlines():
            note(sentence)
    return lambda: embedded.read_only(entry)


def _wait_for(lock: int) -> None:
    """Wait until no other process writes an entry; the system frees the lock when a process ends."""
    import fcntl

    fcntl.flock(lock, fcntl.LOCK_EX)


def _write(folder: Path, key: str, make: Callable[[Store], list[str]]) -> None:
    for left in folder.glob(f".*{_UNFINISHED}"):
        embedded.remove(left)  # of a process that was killed: this one holds the lock
    mine = folder / f".{key}{_UNFINISHED}"
    try:
        store = Store(str(mine))
        notes = make(store)
        store.flush()
        store.optimize()
        del store  # closes the files
        (mine / _NOTES).write_text("\n".join(notes), encoding="utf-8")
        (mine / _CHECKS).write_bytes(_checks(mine, key))
        embedded.remove(folder / key)
        mine.rename(folder / key)
    except OSError as error:
        raise UserError(
            f"The data cannot be kept in {folder} ({error.strerror or error}): free space there, or set XDG_CACHE_HOME "
            "to a folder with more."
        ) from error
    finally:
        embedded.remove(mine)


def _is_complete(entry: Path, key: str) -> bool:
    try:
        return (entry / _CHECKS).read_bytes() == _checks(entry, key)
    except OSError:
        return False


def _checks(entry: Path, key: str) -> bytes:
    """Return the key, and name, size and time of each file of an entry; its tables have checksums of their own."""
    found = sorted((one.name, one.stat()) for one in os.scandir(entry) if not one.name.startswith(_UNCHECKED))
    return "\n".join([key, *(f"{name} {its.st_size} {its.st_mtime_ns}" for name, its in found)]).encode()


def _clean_up(folder: Path, key: str) -> None:
    with contextlib.suppress(OSError):
        entries = [(one.stat().st_mtime, Path(one.path)) for one in os.scandir(folder) if one.is_dir()]
        others = sorted((one for one in entries if one[1].name != key), reverse=True)
        for used, path in others[_MAX_ENTRIES - 1 :]:
            if time.time() - used > _MAX_USE_SECONDS:
                embedded.remove(path)


def checksums(project: Project, paths: Iterable[Path]) -> list[str]:
    """Return a hash of the bytes of each file.

    A file is read again only if its size, its times or its place on the disk differ from those that were noted with its
    hash, or if it was just changed then. Raises OSError for a file that cannot be read.
    """
    import json

    cache = embedded.cache_folder(project)
    notes = cache / embedded.DATA / "checksums.json" if cache else None
    noted: dict[str, list[Any]] = {}
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if notes:
            noted = dict(json.loads(notes.read_bytes()))
    found, is_new = [], False
    for path in paths:
        place = str(path.resolve())
        seen, hashed = _signature(path), noted.pop(place, None)
        if not (isinstance(hashed, list) and len(hashed) == 2 and hashed[0] == seen):
            is_new = True
            began = time.time_ns()
            checksum = _checksum(path)
            settled = max(seen[2], seen[3]) < began - _UNSETTLED_NS and seen == _signature(path)
            hashed = [seen if settled else [], checksum]
        noted[place] = hashed  # the last ones are kept
        found.append(str(hashed[1]))
    if is_new and notes:
        from rdfkit.rdf import replace_file

        kept = dict(list(noted.items())[-_MAX_NOTED:])
        with contextlib.suppress(OSError, UserError):
            notes.parent.mkdir(parents=True, exist_ok=True)
            replace_file(notes, json.dumps(kept).encode())
    return found


def _signature(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns]


def _checksum(path: Path) -> str:
    import hashlib

    digest = hashlib.blake2b(digest_size=20)
    with path.open("rb") as file:
        while data := file.read(_CHUNK_BYTES):
            digest.update(data)
    return digest.hexdigest()


def put_project(project: Project, shipped: Store, store: Store, *, infer: bool) -> list[str]:
    """Add the project's graph to a store whose default graph is the merge of the data, and make it the merge of both.

    With ``infer``, what follows from both is added too. Returns sentences about what could not be inferred.
    """
    inferred, default = project.graph_iri(named_graphs.INFERRED), DefaultGraph()
    asserted = [quad for quad in shipped if quad.graph_name != inferred]
    merged = {Quad(quad.subject, quad.predicate, quad.object, default) for quad in asserted}
    of_rules = [quad for quad in shipped if quad.graph_name == inferred]
    added, notes = _follows(project, shipped, store) if infer else ([], [])
    store.bulk_extend([*asserted, *merged])
    store.bulk_extend(quad for quad in of_rules if _in(quad, default) not in store)  # what the data assert is asserted
    store.bulk_extend(quad for quad in added if _in(quad, default) not in store)
    return notes


def _in(quad: Quad, graph: DefaultGraph) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, graph)


def _follows(project: Project, shipped: Store, data: Store) -> tuple[list[Quad], list[str]]:
    """Return what follows from the shipped graph and the default graph of ``data``, beyond what the former has."""
    from rdfkit.inference import prepare

    merge = data.quads_for_pattern(None, None, None, DefaultGraph())
    found = prepare(project, shipped).infer(merge)
    if found.contradictions:
        first = found.contradictions[0]
        return [], [
            f"Nothing is inferred from the data, since they contradict the graph: {first.message} ({first.rule})"
        ]
    graph = project.graph_iri(named_graphs.INFERRED_FROM_DATA)
    return [Quad(triple.subject, triple.predicate, triple.object, graph) for triple in found.triples], []


class View:
    """A store with data as functions see it that read quads: each triple once, with its graph.

    Graphs that are not part of the merge, such as former versions, are left out. Of several graphs with a triple, the
    project's is preferred.
    """

    def __init__(self, project: Project, store: Store) -> None:
        """Take the store; queries go to it unchanged."""
        self.store = store
        self.query = store.query
        self.named_graphs = store.named_graphs
        names = (*named_graphs.source_graphs(project), named_graphs.INFERRED, named_graphs.INFERRED_FROM_DATA)
        self._own = {project.graph_iri(name) for name in names}
        self._parts: dict[Any, bool] = {}

    def quads_for_pattern(
        self,
        subject: "NamedNode | BlankNode | Triple | None",
        predicate: NamedNode | None,
        object_: "NamedNode | BlankNode | Literal | Triple | None",
        graph_name: "NamedNode | BlankNode | DefaultGraph | None" = None,
    ) -> Iterator[Quad]:
        """Yield the quads that match, as the store's own method does."""
        found = self.store.quads_for_pattern(subject, predicate, object_, graph_name)
        if graph_name is not None:
            yield from found
            return
        others: list[Quad] = []
        seen: set[Triple] = set()
        for quad in found:
            if quad.graph_name in self._own:
                seen.add(quad.triple)
                yield quad
            elif self._is_part(quad.graph_name):
                others.append(quad)
        for quad in others:
            if quad.triple not in seen:
                seen.add(quad.triple)
                yield quad

    def __iter__(self) -> Iterator[Quad]:
        """Yield all quads."""
        return self.quads_for_pattern(None, None, None)

    def _is_part(self, name: Any) -> bool:
        """Return whether a graph is part of the merge: one that describes itself is if its description is there."""
        if name not in self._parts:
            self._parts[name] = not isinstance(name, DefaultGraph) and self._is_described(name)
        return self._parts[name]

    def _is_described(self, name: Any) -> bool:
        first = next(self.store.quads_for_pattern(name, None, None, name), None)
        return first is None or Quad(first.subject, first.predicate, first.object, DefaultGraph()) in self.store


def viewed(project: Project, store: Store) -> Store:
    """Return a store for functions that read quads: itself, or a `View` if it has data beside the project's graph."""
    return cast("Store", View(project, store)) if named_graphs.has_data(store) else store


def origin(view: Store, quad: Quad) -> Quad:
    """Return a quad of the merge in the graph that it comes from; ``view`` is what `viewed` returned."""
    if not isinstance(quad.graph_name, DefaultGraph):
        return quad
    return next(view.quads_for_pattern(quad.subject, quad.predicate, quad.object, None), quad)
