"""The data files of a release: the same graph in each syntax, in an order that hangs on nothing but the graph."""

import gzip
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple, serialize

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs as layers
from rdfkit.rdf import writing
from rdfkit.releases.files import jsonld
from rdfkit.releases.files.manifest import File

NAME = "imaging-trials"
LARGE = 1_000_000
"""Bytes from which on a file is to be had gzipped as well."""

TURTLE, TRIG, N_TRIPLES, N_QUADS = "text/turtle", "application/trig", "application/n-triples", "application/n-quads"
JSON_LD, RDF_XML = "application/ld+json", "application/rdf+xml"

_CLOSED = "included"
_APART = "included, as `graph:inferred`"
_NONE = "none"
_ONLY = "nothing else"


@dataclass(frozen=True)
class _Kind:
    """What several files hold alike: in words, what of it is inferred, and from which graphs it is."""

    holds: str
    inferences: str
    graphs: tuple[str, ...]


@dataclass(frozen=True)
class Data:
    """A file of a release and its bytes."""

    file: File
    data: bytes


def quads_bytes(quads: Iterable[Quad]) -> bytes:
    """Return quads as N-Quads, sorted by their bytes.

    With blank nodes labelled as in `canonical`, which is how `layers.read_sources` labels them, that is the canonical
    form of RDFC-1.0 (https://www.w3.org/TR/rdf-canon/, section 5).
    """
    lines = io.BytesIO()
    serialize(quads, lines, RdfFormat.N_QUADS)
    # A line end in a literal is written as an escape, so a line is a quad.
    return b"".join(sorted(lines.getvalue().splitlines(keepends=True)))


def merge_bytes(quads: Iterable[Quad]) -> bytes:
    """Return the merge of all graphs as Turtle with the house's prefixes, sorted by subject, predicate and object."""
    return writing.turtle(PROJECT, merged(quads))


def canonical(quads: Iterable[Quad]) -> str:
    """Return the SHA-256 of the canonical N-Quads of a dataset by RDFC-1.0 (with SHA-256 inside, as is its default)."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return hashlib.sha256(quads_bytes(dataset)).hexdigest()


def merged(quads: Iterable[Quad]) -> list[Triple]:
    """Return the triples of all graphs, each once, in order."""
    return sorted({quad.triple for quad in quads}, key=_in_order)


def unnamed(quads: Iterable[Quad]) -> list[Quad]:
    """Return the merge of all graphs as the default graph."""
    return [Quad(triple.subject, triple.predicate, triple.object) for triple in merged(quads)]


def files(quads: list[Quad], root: Path, context: jsonld.Context, basic: dict[str, bytes]) -> list[Data]:
    """Return the data files of a release of ``quads``, in the order in which a person is to be told of them.

    ``basic`` has the bytes of the N-Quads and the merged Turtle, which any build writes; the vocabulary in Turtle is
    its source files, as their authors wrote them. Large files come gzipped as well, right behind the plain ones.
    """
    graphs: dict[str, list[Triple]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            graphs.setdefault(PROJECT.graph_name(quad.graph_name), []).append(quad.triple)
    names = tuple(sorted(graphs))
    vocabulary = sorted(graphs.get("vocabulary", []), key=_in_order)
    made: list[Data] = []

    def add(ending: str, media: str, data: bytes, kind: _Kind) -> None:
        name = NAME + ending
        made.append(_data(name, media, data, kind))
        if len(data) > LARGE:
            made.append(_data(f"{name}.gz", media, gzipped(data), replace(kind, holds=f"`{name}`, gzipped"), name))

    merge = _Kind("everything, in one graph", _CLOSED, names)
    add("-all.ttl", TURTLE, basic[f"{NAME}-all.ttl"], merge)
    add("-all.nt", N_TRIPLES, _lines(merged(quads)), merge)
    datasets = _Kind("everything, each named graph apart", _APART, names)
    add(".nq", N_QUADS, basic[f"{NAME}.nq"], datasets)
    add(".trig", TRIG, _trig(quads), datasets)
    add(".jsonld", JSON_LD, jsonld.document(quads, context), datasets)
    sources = [path.read_bytes() for name, path in layers.source_files(PROJECT.at(root)) if name == "vocabulary"]
    alone = _Kind("the OWL vocabulary alone, as it was written", _NONE, ("vocabulary",))
    add("-vocabulary.ttl", TURTLE, b"\n".join(sources), alone)
    add("-vocabulary.rdf", RDF_XML, _xml(vocabulary), replace(alone, holds="the OWL vocabulary alone, for old tools"))
    for name in names:
        kind = _Kind(f"`graph:{name}` alone", _ONLY if name == layers.INFERRED else _NONE, (name,))
        add(f"-{name}.nt", N_TRIPLES, _lines(graphs[name]), kind)
    return made


def gzipped(data: bytes) -> bytes:
    """Return bytes as gzip, with neither a name nor a time in it: the same bytes give the same file."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as file:
        file.write(data)
    return packed.getvalue()


def _data(name: str, media: str, data: bytes, kind: _Kind, unpacked: str = "") -> Data:
    digest = hashlib.sha256(data).hexdigest()
    return Data(File(name, media, kind.holds, kind.inferences, kind.graphs, len(data), digest, unpacked), data)


def _lines(triples: Iterable[Triple]) -> bytes:
    return b"".join(sorted(writing.ntriples(triples).splitlines(keepends=True)))


def _trig(quads: list[Quad]) -> bytes:
    ordered = sorted(quads, key=lambda quad: (str(quad.graph_name), *_in_order(quad.triple)))
    names = {quad.graph_name for quad in quads}
    prefixes = writing.used_prefixes(PROJECT, (quad.triple for quad in quads), names)
    return writing.with_sorted_prefixes(serialize(ordered, format=RdfFormat.TRIG, prefixes=prefixes) or b"")


def _xml(triples: list[Triple]) -> bytes:
    return serialize(triples, format=RdfFormat.RDF_XML, prefixes=writing.used_prefixes(PROJECT, triples)) or b""


def _in_order(triple: Triple) -> tuple[str, str, str]:
    return str(triple.subject), str(triple.predicate), str(triple.object)
