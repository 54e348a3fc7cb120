"""Other data beside the shipped graph: people's own RDF files, and folders of imports.

The data keep their graphs; triples without a graph are in one named after their file. Queries search the merge of the
shipped graph and the data, of imported records the newest versions only (`newest`). No file may write into a graph of
the shipped ones.
"""

import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store

from imaging_trials import __version__
from imaging_trials.imports import folder, newest
from imaging_trials.imports.files import find
from imaging_trials.imports.parts import Options
from imaging_trials.imports.versions import GRAPHS
from imaging_trials.model import PROJECT
from rdfkit.base import UserError, visible
from rdfkit.rdf import named_graphs, reading
from rdfkit.stores import beside, embedded

if TYPE_CHECKING:
    from typing import IO, Any

MAX_BYTES = 10_000_000_000
"""The size of all files beside the graph, about 600,000 records: for more, load them into a store (docs/scale.md)."""

MAX_BYTES_INFERRED_FROM = 200_000_000
"""The size of the files from which triples are inferred: about a million triples."""

_FORMAT = "1"
"""Changes with what is written into a store."""

_CHUNK_BYTES = 1 << 16


class _File(NamedTuple):
    """A file: its name for messages, its path, its size in bytes, and whether it is of a folder of imports."""

    where: str
    path: Path
    size: int
    is_import: bool

    def lines(self, number: int) -> Iterator[bytes]:
        """Yield the N-Quads of the file, each with the name of a graph."""
        if self.is_import:
            with self.path.open("rb") as file:
                yield from file
        else:
            yield from (f"{quad} .\n".encode() for quad in self.quads(number))

    def quads(self, number: int) -> list[Quad]:
        """Return the quads of a file of people's own, with blank nodes that no other file has."""
        quads = reading.read(self.path, base=reading.file_base(self.path))
        own = PROJECT.graph_iri(f"data/{urllib.parse.quote(self.path.name)}")
        self._refuse({quad.graph_name for quad in quads})
        return [
            Quad(
                _apart(quad.subject, number),
                quad.predicate,
                _apart(quad.object, number),
                own if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name,
            )
            for quad in quads
        ]

    def _refuse(self, graphs: Iterable[object]) -> None:
        for graph in graphs:
            if isinstance(graph, BlankNode):
                raise UserError(f"{self.where}: the graph {graph} is named by a blank node: name it by an IRI.")
            name = graph.value if isinstance(graph, NamedNode) else ""
            if name.startswith(PROJECT.prefixes["graph"]) and not name.startswith(GRAPHS):
                raise UserError(
                    f"{self.where} writes into the graph '{name.removeprefix(PROJECT.prefixes['graph'])}' of the "
                    "shipped graph: name a graph of your own."
                )


def _apart(term: "Any", number: int) -> "Any":
    return BlankNode(f"f{number}x{term.value}") if isinstance(term, BlankNode) else term


def opener(
    names: Sequence[str | Path],
    *,
    as_of: str = "",
    infer: bool = True,
    note: Callable[[str], None] = lambda _: None,
) -> Callable[[], Store]:
    """Return a function that opens the shipped graph with the data beside it; the store is made and kept before.

    ``names`` are RDF files and folders of imports. With ``as_of``, a day, the version of each record counts that was
    the newest then. With ``infer``, what follows by the rules is there too, in a graph of its own. ``note`` gets a
    sentence if it is not. Raises UserError for a file or folder that cannot be read, is too large, or writes into a
    shipped graph.
    """
    files = [file for name in names for file in _found(name)]
    size = sum(file.size for file in files)
    if size > MAX_BYTES:
        raise UserError(
            f"The data have {size:,} bytes, more than {MAX_BYTES:,}: load them into a store, as docs/stores.md says."
        )
    if infer and size > MAX_BYTES_INFERRED_FROM:
        infer = False
        note(
            f"Nothing is inferred from data of more than {MAX_BYTES_INFERRED_FROM:,} bytes, and these have {size:,}: "
            "answers have what the data assert."
        )
    key = _key(files, as_of, infer=infer)
    return beside.opener(PROJECT, key, partial(_make, files, as_of, infer=infer), note)


def open_store(
    names: Sequence[str | Path], *, as_of: str = "", infer: bool = True, note: Callable[[str], None] = lambda _: None
) -> Store:
    """Return the shipped graph with the data beside it, or alone without data. Raises UserError as `opener` does."""
    if not names:
        return embedded.open_store(PROJECT)
    return opener(names, as_of=as_of, infer=infer, note=note)()


def view(names: Sequence[str | Path], *, as_of: str = "", note: Callable[[str], None] = lambda _: None) -> Store:
    """Return the same for functions that read quads, such as the views (`rdfkit.stores.beside.View`)."""
    return beside.viewed(PROJECT, open_store(names, as_of=as_of, note=note))


def open_records(records: Path) -> Store:
    """Return the shipped graph with a folder of records beside it, in memory: what the headers of queries name.

    The files are named after the days of their imports, such as ``2026-01-15-studies.json``, and are imported here.
    """
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        for path in sorted(records.iterdir()):
            of = "pubmed" if path.suffix == ".xml" else "clinicaltrials"
            options = Options(path.name[: len("2026-01-15")], of=of)
            for _ in folder.import_into(Path(made), [find(str(path))], options):
                pass
        store = Store()
        _make(_found(made), "", store, infer=True)
    return store


def _found(name: str | Path) -> list[_File]:
    path, where = Path(name), visible(str(name))
    if not path.is_dir():
        try:
            reading.syntax_of(path)
            return [_File(where, path, path.stat().st_size, is_import=False)]
        except OSError as error:
            raise UserError(
                f"{where} cannot be read ({error.strerror}): name an RDF file or a folder of imports."
            ) from None
        except ValueError as error:
            raise UserError(f"{where} cannot be read ({error}): name an RDF file or a folder of imports.") from None
    entries = folder.read_manifest(path)
    if not entries:
        raise UserError(f"{where} has no imports: name RDF files, or a folder that 'imt import --into' has written.")
    found = []
    for entry in entries:
        one = path / entry["name"]
        try:
            found.append(_File(visible(str(one)), one, one.stat().st_size, is_import=True))
        except OSError as error:
            raise UserError(
                f"{visible(str(one))} is listed in the folder and cannot be read ({error.strerror}): import it again."
            ) from None
    return found


def _key(files: Sequence[_File], as_of: str, *, infer: bool) -> str:
    import hashlib

    try:
        checksums = beside.checksums(PROJECT, [file.path for file in files])
    except OSError as error:
        raise UserError(f"{visible(str(error.filename))} cannot be read ({error.strerror}).") from None
    parts = [_FORMAT, __version__, named_graphs.content_key(PROJECT), as_of, str(infer)]
    own = (f"{file.is_import} {file.path.name} {checksum}" for file, checksum in zip(files, checksums, strict=True))
    return hashlib.blake2b("\n".join([*parts, *own]).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _make(files: Sequence[_File], as_of: str, store: Store, *, infer: bool) -> list[str]:
    """Write the store of some data, and return sentences about what it lacks."""
    versions = newest.Versions()
    for number, file in enumerate(files):
        versions.note(_whole(file, number))
    former = versions.former(as_of)
    for number, file in enumerate(files):
        if not file.is_import:
            store.bulk_extend(file.quads(number))
    kept = [(number, file) for number, file in enumerate(files) if file.is_import]
    if kept:  # at once, since each load writes tables of its own
        _load(store, chain.from_iterable(_whole(file, number) for number, file in kept), RdfFormat.N_QUADS)
    everything = chain.from_iterable(_whole(file, number) for number, file in enumerate(files))
    _load(store, newest.merged(everything, former), RdfFormat.N_TRIPLES)
    shipped = embedded.open_store(PROJECT)
    return [*beside.put_project(PROJECT, shipped, store, infer=infer)]


def _whole(file: _File, number: int) -> Iterator[bytes]:
    """Yield the lines of a file. Raises UserError for one of a folder that is cut off."""
    for line in file.lines(number):
        if not line.endswith(b"> .\n"):
            raise UserError(f"{file.where} is broken: import it again.")
        yield line


def _load(store: Store, lines: Iterator[bytes], format_: RdfFormat) -> None:
    try:
        store.bulk_load(input=cast("IO[bytes]", _Stream(lines)), format=format_)
    except (SyntaxError, ValueError) as error:
        raise UserError(f"The folder of imports is broken ({error}): import its files again.") from None


class _Stream:
    """Lines as a file that pyoxigraph reads."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._rest = b""

    def read(self, size: int = _CHUNK_BYTES) -> bytes:
        parts, length = [self._rest], len(self._rest)
        while length < size and (line := next(self._lines, b"")):
            parts.append(line)
            length += len(line)
        data = b"".join(parts)
        self._rest = data[size:]
        return data[:size]
