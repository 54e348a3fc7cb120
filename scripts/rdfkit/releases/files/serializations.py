"""The data files of a release: the graph in each syntax, in an order that depends on the graph alone."""

import gzip
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple, serialize

from rdfkit.base import Project
from rdfkit.rdf import named_graphs, writing
from rdfkit.releases.files import jsonld
from rdfkit.releases.files.manifest import File

MAX_UNPACKED_BYTES = 1_000_000
"""A larger file is also written gzipped."""

TURTLE, TRIG, N_TRIPLES, N_QUADS = "text/turtle", "application/trig", "application/n-triples", "application/n-quads"
JSON_LD, RDF_XML = "application/ld+json", "application/rdf+xml"

_INCLUDED = "included"
_OWN_GRAPH = "included, as `graph:inferred`"
_NONE = "none"
_ONLY = "nothing else"


@dataclass(frozen=True)
class _Kind:
    """What files of the same content have in common: content and inferences, in words, and the named graphs."""

    holds: str
    inferences: str
    graphs: tuple[str, ...]


@dataclass(frozen=True)
class Data:
    """A file of a release, and its bytes."""

    file: File
    data: bytes


def quads_bytes(quads: Iterable[Quad]) -> bytes:
    """Return quads as N-Quads, sorted by their bytes.

    If blank nodes have the labels of RDFC-1.0, as `rdfkit.rdf.named_graphs.read_sources` gives them, this is the
    canonical form of RDFC-1.0 (https://www.w3.org/TR/rdf-canon/, section 5).
    """
    lines = io.BytesIO()
    serialize(quads, lines, RdfFormat.N_QUADS)
    # Line ends in literals are escaped, so each line is one quad.
    return b"".join(sorted(lines.getvalue().splitlines(keepends=True)))


def merge_bytes(project: Project, quads: Iterable[Quad]) -> bytes:
    """Return the merge of all graphs as Turtle with the project's prefixes, sorted by subject, predicate, object."""
    return writing.turtle(project, merged(quads))


def canonical(quads: Iterable[Quad]) -> str:
    """Return the SHA-256 of the canonical N-Quads of a dataset by RDFC-1.0 (with SHA-256, its default)."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return hashlib.sha256(quads_bytes(dataset)).hexdigest()


def merged(quads: Iterable[Quad]) -> list[Triple]:
    """Return the triples of all graphs, each once, in order."""
    return sorted({quad.triple for quad in quads}, key=_in_order)


def unnamed(quads: Iterable[Quad]) -> list[Quad]:
    """Return the merge of all graphs as the default graph."""
    return [Quad(triple.subject, triple.predicate, triple.object) for triple in merged(quads)]


def files(project: Project, quads: list[Quad], context: jsonld.Context, basic: dict[str, bytes]) -> list[Data]:
    """Return the data files of a release of ``quads``, in the order in which they are listed.

    ``basic`` has the bytes of the N-Quads and the merged Turtle, which any build writes. The vocabulary in Turtle
    consists of its source files. A large file is followed by its gzipped form.
    """
    graphs: dict[str, list[Triple]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            graphs.setdefault(project.graph_name(quad.graph_name), []).append(quad.triple)
    names = tuple(sorted(graphs))
    vocabulary = sorted(graphs.get("vocabulary", []), key=_in_order)
    made: list[Data] = []

    def add(ending: str, media: str, data: bytes, kind: _Kind) -> None:
        name = project.name + ending
        made.append(_data(name, media, data, kind))
        if len(data) > MAX_UNPACKED_BYTES:
            made.append(_data(f"{name}.gz", media, gzipped(data), replace(kind, holds=f"`{name}`, gzipped"), name))

    merge = _Kind("everything, in one graph", _INCLUDED, names)
    add("-all.ttl", TURTLE, basic[f"{project.name}-all.ttl"], merge)
    add("-all.nt", N_TRIPLES, _lines(merged(quads)), merge)
    datasets = _Kind("everything, each named graph apart", _OWN_GRAPH, names)
    add(".nq", N_QUADS, basic[f"{project.name}.nq"], datasets)
    add(".trig", TRIG, _trig(project, quads), datasets)
    add(".jsonld", JSON_LD, jsonld.document(project, quads, context), datasets)
    sources = [path.read_bytes() for name, path in named_graphs.source_files(project) if name == "vocabulary"]
    alone = _Kind("the OWL vocabulary alone, as it was written", _NONE, ("vocabulary",))
    add("-vocabulary.ttl", TURTLE, b"\n".join(sources), alone)
    add(
        "-vocabulary.rdf",
        RDF_XML,
        _xml(project, vocabulary),
        replace(alone, holds="the OWL vocabulary alone, for old tools"),
    )
    for name in names:
        kind = _Kind(f"`graph:{name}` alone", _ONLY if name == named_graphs.INFERRED else _NONE, (name,))
        add(f"-{name}.nt", N_TRIPLES, _lines(graphs[name]), kind)
    return made


def gzipped(data: bytes) -> bytes:
    """Return bytes as gzip, without a name and a time: the same bytes give the same file."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as file:
        file.write(data)
    return packed.getvalue()


def _data(name: str, media: str, data: bytes, kind: _Kind, unpacked: str = "") -> Data:
    digest = hashlib.sha256(data).hexdigest()
    return Data(File(name, media, kind.holds, kind.inferences, kind.graphs, len(data), digest, unpacked), data)


def _lines(triples: Iterable[Triple]) -> bytes:
    return b"".join(sorted(writing.ntriples(triples).splitlines(keepends=True)))


def _trig(project: Project, quads: list[Quad]) -> bytes:
    ordered = sorted(quads, key=lambda quad: (str(quad.graph_name), *_in_order(quad.triple)))
    names = {quad.graph_name for quad in quads}
    prefixes = writing.used_prefixes(project, (quad.triple for quad in quads), names)
    return writing.with_sorted_prefixes(serialize(ordered, format=RdfFormat.TRIG, prefixes=prefixes) or b"")


def _xml(project: Project, triples: list[Triple]) -> bytes:
    return serialize(triples, format=RdfFormat.RDF_XML, prefixes=writing.used_prefixes(project, triples)) or b""


def _in_order(triple: Triple) -> tuple[str, str, str]:
    return str(triple.subject), str(triple.predicate), str(triple.object)
