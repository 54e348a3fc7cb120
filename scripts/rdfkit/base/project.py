"""The settings of the project whose graph rdfkit works on."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from rdfkit.base.errors import UserError

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from pyoxigraph import NamedNode, Quad


PACKED_FOLDER = "graph_files"
"""The name of the root folder in an installed package."""


class GraphReader:
    """Reads a named graph from files that are not Turtle.

    ``folder`` (relative to the project's root) and ``ending`` say which files. ``function`` names, as
    ``package.module:function``, what yields their quads for a root folder: it is imported only when the sources are
    read.
    """

    __slots__ = ("ending", "folder", "function", "graph")

    def __init__(self, graph: str, folder: str, ending: str, function: str) -> None:  # noqa: D107
        self.graph = graph
        self.folder = folder
        self.ending = ending
        self.function = function

    def read(self, root: Path) -> "Iterable[Quad]":
        """Return the quads of the files below a root folder."""
        from importlib import import_module

        module, _, name = self.function.partition(":")
        quads: Iterable[Quad] = getattr(import_module(module), name)(root)
        return quads


class Project:
    """A project: its name, version, IRIs and prefixes, its root folder, and which files are which named graph.

    - ``name`` is the name of the distribution, of the cache folder and of the files of a release.
    - ``base`` is the IRI below which all IRIs of the project lie; ``vocabulary`` and ``shapes`` are the namespaces of
      its terms and shapes; ``prefixes`` has every prefix that its files may use.
    - ``root`` holds ``ontology/``, ``data/``, ``shapes/`` and ``queries/``.
    - ``folders`` maps a folder to the named graph of all Turtle files in it, at any depth; ``files`` does so for single
      files; ``top_folders`` for the Turtle files directly in a folder (None: such a file is an error).
    - ``readers`` read further named graphs from files of other kinds.
    - ``datasets`` names sets of named graphs that a query can be run on, besides ``all`` and ``asserted``.
    - ``label_properties`` are CURIEs of the project's own properties that hold a label, tried after the usual ones.
    - ``code`` lists the Python files that shape the graph besides those of rdfkit: they are part of its cache key.

    It is a plain class: a dataclass would add 5 ms to the start of every saved query.
    """

    __slots__ = (
        "_longest_first", "base", "code", "datasets", "files", "folders", "label_properties", "name", "prefixes",
        "readers", "root", "shapes", "top_folders", "version", "vocabulary",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913, D107 - one argument for each thing that differs between projects
        self,
        *,
        name: str,
        version: str,
        base: str,
        vocabulary: str,
        shapes: str,
        prefixes: Mapping[str, str],
        root: Path,
        folders: Mapping[str, str],
        files: Mapping[str, str],
        top_folders: Mapping[str, str | None],
        readers: tuple[GraphReader, ...] = (),
        datasets: Mapping[str, tuple[str, ...]] | None = None,
        label_properties: tuple[str, ...] = (),
        code: tuple[Path, ...] = (),
    ) -> None:
        self.name = name
        self.version = version
        self.base = base
        self.vocabulary = vocabulary
        self.shapes = shapes
        self.prefixes = dict(prefixes)
        self.root = root
        self.folders = dict(folders)
        self.files = dict(files)
        self.top_folders = dict(top_folders)
        self.readers = readers
        self.datasets = dict(datasets or {})
        self.label_properties = label_properties
        self.code = code
        self._longest_first = sorted(((iri, prefix) for prefix, iri in self.prefixes.items()), key=_by_length)

    def at(self, root: Path, *, prefixes: Mapping[str, str] | None = None, version: str | None = None) -> "Project":
        """Return the same project in another root folder, such as another checkout of it."""
        return Project(
            name=self.name,
            version=self.version if version is None else version,
            base=self.base,
            vocabulary=self.vocabulary,
            shapes=self.shapes,
            prefixes=self.prefixes if prefixes is None else prefixes,
            root=root,
            folders=self.folders,
            files=self.files,
            top_folders=self.top_folders,
            readers=self.readers,
            datasets=self.datasets,
            label_properties=self.label_properties,
            code=self.code,
        )

    @property
    def dist(self) -> Path:
        """The folder of the built graph."""
        return self.root / "dist"

    @property
    def is_installed(self) -> bool:
        """Whether the root is a folder of an installed package, which nothing should be written to."""
        return self.root.name == PACKED_FOLDER

    @property
    def rules(self) -> Path:
        """The folder of the inference rules and of the checks for contradictions."""
        return self.root / "ontology" / "rules"

    def expand(self, curie: str) -> str:
        """Return the IRI of a CURIE such as ``agent:fes``.

        Raises UserError if its prefix is not one of the project's.
        """
        prefix, colon, local = curie.partition(":")
        if not colon or prefix not in self.prefixes:
            known = ", ".join(sorted(self.prefixes))
            raise UserError(f"'{curie}' has no known prefix: write a full IRI, or use one of the prefixes {known}.")
        return self.prefixes[prefix] + local

    def shorten(self, iri: str) -> str:
        """Return the CURIE of an IRI, or the IRI itself if no prefix fits or the rest is not a plain local name."""
        for namespace, prefix in self._longest_first:
            local = iri.removeprefix(namespace)
            if local != iri and local and all(c.isalnum() or c in "-_" for c in local):
                return f"{prefix}:{local}"
        return iri

    def is_own(self, iri: str) -> bool:
        """Return whether an IRI lies below the project's base IRI."""
        return iri.startswith(self.base)

    def graph_iri(self, name: str) -> "NamedNode":
        """Return the IRI of the named graph ``name``, for example ``page``."""
        from pyoxigraph import NamedNode

        return NamedNode(self.prefixes["graph"] + name)

    def graph_name(self, iri: "NamedNode") -> str:
        """Return the short name of a named graph, or its whole IRI if it is not one of the project's."""
        return iri.value.removeprefix(self.prefixes["graph"])

    def sparql_prologue(self) -> str:
        """Return PREFIX lines for all prefixes, one a line, for queries that people type."""
        return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in sorted(self.prefixes.items()))

    def relative(self, path: Path) -> str:
        """Return a path relative to the root, with ``/`` on every system; a path elsewhere is returned as it is."""
        return str(path).removeprefix(f"{self.root}{os.sep}").replace(os.sep, "/")


def _by_length(pair: tuple[str, str]) -> int:
    return -len(pair[0])
