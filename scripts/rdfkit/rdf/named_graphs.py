"""Source files as named graphs: which file is read into which graph, and one key for the whole."""

import os
from _blake2 import blake2b  # what hashlib hands out, without 3 ms for loading OpenSSL: this runs at every `imt query`
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, Store, Triple

from rdfkit.base import namespaces as terms
from rdfkit.base import paths
from rdfkit.base.errors import ImtError

FOLDERS = {"ontology/concepts": "concepts", "data/page": "page", "data/curated": "curated"}
"""Folders, and the named graph that all Turtle files in them are read into; ``ontology/`` itself is the vocabulary."""

SINGLE_FILES = {"ontology/alignments.ttl": "alignments", "data/dataset.ttl": "dataset"}
"""Files that are a named graph of their own."""

LINKS = "links"
INFERRED = "inferred"
DATASETS = ("all", "asserted", "page")
"""What a saved query can be asked over: every graph, every graph but the inferred one, or what the page says."""

_CODE = ("rdfkit/rdf/named_graphs.py", "imaging_trials/mappings/sssom.py", "rdfkit/inference/closure.py")


def graph_iri(name: str) -> NamedNode:
    """Return the IRI of the named graph ``name``, for example ``page``."""
    return NamedNode(terms.PREFIXES["graph"] + name)


def graph_name(iri: NamedNode) -> str:
    """Return the short name of a named graph, or its whole IRI where it is none of ours."""
    return iri.value.removeprefix(terms.PREFIXES["graph"])


def _files(folder: Path, *endings: str, deep: bool = False) -> Iterator[Path]:
    """Yield the files of a folder (with ``deep``, of the folders in it too) whose names end as asked for."""
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


def source_files(root: Path) -> list[tuple[str, Path]]:
    """Return the source files of the graph under ``root`` as (graph name, file), sorted by graph name and path.

    Raises ImtError where there is none, or where a Turtle file lies directly in ``data/`` and belongs to no graph.
    """
    found = [(name, path) for folder, name in FOLDERS.items() for path in _files(root / folder, ".ttl", deep=True)]
    for folder, name in {"ontology": "vocabulary", "data": None}.items():
        for path in _files(root / folder, ".ttl"):
            graph = SINGLE_FILES.get(f"{folder}/{path.name}", name)
            if graph is None:
                raise ImtError(f"{path} belongs to no named graph: move it to data/page/ or data/curated/.")
            found.append((graph, path))
    if not found:
        raise ImtError(f"{root} holds no ontology/*.ttl and no data: run imt from a checkout, or install the package.")
    return sorted(found)


def rule_files(rules: Path) -> list[Path]:
    """Return the files of a rules folder, closure rules (``.ru``) and contradiction checks (``.rq``), sorted."""
    return sorted(_files(rules, ".ru", ".rq"))


def content_key(root: Path) -> str:
    """Return a key that changes with anything the complete graph is made of.

    That is the name and the bytes of every source file and every rule, and the code that reads and closes them.
    A store that was made under the same key holds the same graph.
    """
    files = [path for _, path in source_files(root)] + rule_files(root / "ontology" / "rules")
    files += _files(root / "data" / "links", ".sssom.tsv")  # links.files, without importing that module
    start = len(str(root)) + 1
    named = [(str(path)[start:], str(path)) for path in files]
    named += [(name, str(paths.SCRIPTS / name)) for name in _CODE]
    digest = blake2b(digest_size=16)
    for name, path in sorted(named):
        try:
            # Not Path.read_bytes: with some 130 files, this way takes half the time.
            descriptor = os.open(path, os.O_RDONLY)
            try:
                data = os.read(descriptor, os.fstat(descriptor).st_size)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise ImtError(f"{path} can't be read ({error.strerror}): mend that and run again.") from error
        digest.update(f"{name.replace(os.sep, '/')}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def read_sources(root: Path) -> Store:
    """Return an in-memory store with every source file under ``root`` in its named graph; nothing is inferred.

    Blank nodes (class expressions and lists of the vocabulary) get canonical labels by RDFC-1.0, so that two
    readings give the same quads. Raises ImtError for a file that can't be read or is no proper Turtle.
    """
    from imaging_trials.mappings import sssom as links
    from rdfkit.rdf import reading as rdf

    store = Store()
    with_blank = Dataset()
    for number, (name, path) in enumerate(source_files(root)):
        graph = graph_iri(name)
        for quad in rdf.read(path):
            subject, value = quad.subject, quad.object
            if isinstance(subject, BlankNode) or isinstance(value, BlankNode):
                # Two files may use one label, for two things.
                own_subject = BlankNode(f"f{number}x{subject.value}") if isinstance(subject, BlankNode) else subject
                own_value = BlankNode(f"f{number}x{value.value}") if isinstance(value, BlankNode) else value
                with_blank.add(Quad(own_subject, quad.predicate, own_value, graph))
            else:
                store.add(Quad(subject, quad.predicate, value, graph))
    with_blank.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    store.extend(with_blank)
    store.extend(links.quads(root))
    return store


def dataset(store: Store, name: str) -> list[NamedNode]:
    """Return the named graphs of ``store`` that make up a dataset: ``all``, ``asserted`` or ``page``, sorted.

    Raises ImtError for another name.
    """
    if name not in DATASETS:
        raise ImtError(f"There is no dataset '{name}': choose one of {', '.join(DATASETS)}.")
    graphs = sorted((g for g in store.named_graphs() if isinstance(g, NamedNode)), key=lambda g: g.value)
    inferred, page = graph_iri(INFERRED), graph_iri("page")
    if name == "page":
        return [page]
    return [g for g in graphs if name == "all" or g != inferred]


def in_two_graphs(quads: Iterable[Quad]) -> Iterator[tuple[Triple, list[str]]]:
    """Yield every triple that stands in more than one named graph, with the names of these graphs, sorted.

    Such a triple gives two rows in some engines and one in others, so the house allows none.
    """
    seen: dict[Triple, list[str]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            seen.setdefault(quad.triple, []).append(graph_name(quad.graph_name))
    for triple, graphs in seen.items():
        if len(graphs) > 1:
            yield triple, sorted(graphs)
