"""Source files as named graphs: which file is read into which graph, and one key for all of them."""

import os
from _blake2 import blake2b  # hashlib's own, without the 3 ms of loading OpenSSL: this runs at every saved query
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, DefaultGraph, NamedNode, Quad, Store, Triple
from pyoxigraph import __version__ as engine_version

from rdfkit.base import Project, UserError

INFERRED = "inferred"
"""The named graph of inferred triples."""

INFERRED_FROM_DATA = "data/inferred"
"""The named graph of what is inferred from other data beside the project's graph."""

_SCRIPTS = Path(__file__).resolve().parents[2]
_CODE = (
    "base/namespaces.py",
    "base/project.py",
    *(f"inference/{name}.py" for name in ("closure", "facts", "forward", "joins", "programs", "rules")),
    "rdf/named_graphs.py",
    "rdf/reading.py",
)
"""The files of rdfkit that shape the graph."""


def dataset_names(project: Project) -> tuple[str, ...]:
    """Return the names of the datasets: ``all``, ``asserted`` (all but the inferred graph), and the project's own."""
    return ("all", "asserted", *project.datasets)


def source_graphs(project: Project) -> tuple[str, ...]:
    """Return the names of the named graphs that have source files, without repetition, in the project's order."""
    of_top = (graph for graph in project.top_folders.values() if graph)
    names = (*of_top, *project.folders.values(), *project.files.values(), *(reader.graph for reader in project.readers))
    return tuple(dict.fromkeys(names))


def _files(folder: Path, *endings: str, deep: bool = False) -> Iterator[Path]:
    """Yield the files of a folder (with ``deep``, at any depth) whose names have one of the endings."""
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.name.endswith(endings):
            yield folder / entry.name
        elif deep and entry.is_dir():
            yield from _files(folder / entry.name, *endings, deep=True)


def source_files(project: Project) -> list[tuple[str, Path]]:
    """Return the Turtle files of the graph as (graph name, file), sorted by graph name and path.

    Raises UserError if there is none, or if a Turtle file belongs to no graph.
    """
    root = project.root
    found = [
        (name, path) for folder, name in project.folders.items() for path in _files(root / folder, ".ttl", deep=True)
    ]
    for folder, name in project.top_folders.items():
        for path in _files(root / folder, ".ttl"):
            graph = project.files.get(f"{folder}/{path.name}", name)
            if graph is None:
                below = " or ".join(f"{other}/" for other in project.folders if other.startswith(f"{folder}/"))
                raise UserError(f"{path} belongs to no named graph: move it to {below}.")
            found.append((graph, path))
    if not found:
        raise UserError(
            f"{root} has no ontology/*.ttl and no data: run the command in a checkout, or install the package."
        )
    return sorted(found)


def other_files(project: Project) -> list[tuple[str, Path]]:
    """Return the files that the project's readers turn into named graphs, as (graph name, file), sorted."""
    return sorted(
        (reader.graph, path)
        for reader in project.readers
        for path in _files(project.root / reader.folder, reader.ending)
    )


def shape_files(project: Project, *, curation: bool = True) -> list[Path]:
    """Return the files of a project's shapes, sorted; without ``curation``, those that apply to anybody's data.

    The shapes in ``shapes/curation/`` state what a curator of the project owes; all others state what is wrong in any
    data.
    """
    shapes = project.root / "shapes"
    own = shapes / "curation"
    return sorted(path for path in _files(shapes, ".ttl", deep=True) if curation or own not in path.parents)


def rule_files(rules: Path) -> list[Path]:
    """Return the files of a rules folder, closure rules (``.ru``) and contradiction checks (``.rq``), sorted."""
    return sorted(_files(rules, ".ru", ".rq"))


def content_key(project: Project) -> str:
    """Return a key that changes with everything that shapes the complete graph.

    That is the name and the bytes of every source file, rule and file of code that reads or closes them (the prefix
    table included), and the version of the engine. A store made under the same key holds the same graph.

    Raises UserError if a file cannot be read.
    """
    files = [path for _, path in source_files(project)] + rule_files(project.rules)
    files += [path for _, path in other_files(project)]
    named = [(project.relative(path), str(path)) for path in files]
    named += [(f"code/{path.name}", str(path)) for path in project.code]
    named += [(name, str(_SCRIPTS / "rdfkit" / name)) for name in _CODE]
    digest = blake2b(engine_version.encode(), digest_size=16)
    for name, path in sorted(named):
        try:
            # Not Path.read_bytes: with some 130 files, this way takes half the time.
            descriptor = os.open(path, os.O_RDONLY)
            try:
                data = os.read(descriptor, os.fstat(descriptor).st_size)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise UserError(f"{path} cannot be read ({error.strerror}): fix that and run the command again.") from error
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def read_sources(project: Project) -> Store:
    """Return an in-memory store with every source file in its named graph; nothing is inferred.

    Blank nodes (class expressions and lists of the vocabulary) get canonical labels by RDFC-1.0, so that two readings
    give the same quads. Raises UserError for a file that cannot be read or is not valid.
    """
    from rdfkit.rdf import reading

    store = Store()
    with_blank = Dataset()
    for number, (name, path) in enumerate(source_files(project)):
        graph = project.graph_iri(name)
        for quad in reading.read(path):
            subject, value = quad.subject, quad.object
            if isinstance(subject, BlankNode) or isinstance(value, BlankNode):
                # Two files may use one label for two things.
                own_subject = BlankNode(f"f{number}x{subject.value}") if isinstance(subject, BlankNode) else subject
                own_value = BlankNode(f"f{number}x{value.value}") if isinstance(value, BlankNode) else value
                with_blank.add(Quad(own_subject, quad.predicate, own_value, graph))
            else:
                store.add(Quad(subject, quad.predicate, value, graph))
    with_blank.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    store.extend(with_blank)
    for reader in project.readers:
        store.extend(reader.read(project.root))
    return store


def dataset(project: Project, store: Store, name: str) -> list[NamedNode]:
    """Return the named graphs of ``store`` that make up a dataset, sorted by IRI.

    Raises UserError for a name that is not one of `dataset_names`.
    """
    if name in project.datasets:
        return sorted(map(project.graph_iri, project.datasets[name]), key=_iri)
    if name not in dataset_names(project):
        raise UserError(f"There is no dataset '{name}': choose one of {', '.join(dataset_names(project))}.")
    inferred = project.graph_iri(INFERRED)
    graphs = sorted((g for g in store.named_graphs() if isinstance(g, NamedNode)), key=_iri)
    return [g for g in graphs if name == "all" or g != inferred]


def has_data(store: Store) -> bool:
    """Return whether a store has other data beside the project's graph (`rdfkit.stores.beside`).

    Its default graph is then the merge of the project's asserted graphs and that data.
    """
    return next(store.quads_for_pattern(None, None, None, DefaultGraph()), None) is not None


def searched(
    project: Project, store: Store, name: str, text: str
) -> "tuple[list[NamedNode | BlankNode | DefaultGraph], list[NamedNode | BlankNode] | None]":
    """Return the graphs of ``store`` whose merge the query ``text`` searches, and those that GRAPH can name.

    The second is None for all named graphs. ``name`` is that of a dataset. Raises UserError as `dataset` does.
    """
    if name in project.datasets or not has_data(store):
        names = dataset(project, store, name)
        return [*names], [*names]
    if name not in dataset_names(project):
        raise UserError(f"There is no dataset '{name}': choose one of {', '.join(dataset_names(project))}.")
    inferred = [project.graph_iri(INFERRED), project.graph_iri(INFERRED_FROM_DATA)]
    if name == "all":
        return [DefaultGraph(), *inferred], None
    # The graphs of 100,000 records take 100 ms to list, so they are listed for GRAPH only.
    body = (line.lstrip().upper() for line in text.split("\n"))
    named = any("GRAPH" in line for line in body if not line.startswith(("#", "PREFIX")))
    return [DefaultGraph()], [graph for graph in store.named_graphs() if graph not in inferred] if named else None


def _iri(node: NamedNode) -> str:
    return node.value


def in_two_graphs(project: Project, quads: Iterable[Quad]) -> Iterator[tuple[Triple, list[str]]]:
    """Yield every triple that is in more than one named graph, with the names of these graphs, sorted.

    Such a triple gives two rows in some engines and one in others, so a project must have none.
    """
    seen: dict[Triple, list[str]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            seen.setdefault(quad.triple, []).append(project.graph_name(quad.graph_name))
    for triple, graphs in seen.items():
        if len(graphs) > 1:
            yield triple, sorted(graphs)
