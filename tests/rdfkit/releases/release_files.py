"""Build a release, and read its files: what the tests of a release share."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pyoxigraph as ox

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
}
RELATIVE = {"service.ttl": "https://example.org/sparql"}
"""The files that contain a relative IRI, and an address that they can have."""

DATASET = f"{PROJECT.base}dataset"


def build(
    root: Path, folder: Path, *arguments: str, umask: int = 0o022, **more: str
) -> "subprocess.CompletedProcess[str]":
    """Run ``imt build`` with the package and the sources below ``root``, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(root / "scripts"), "XDG_CACHE_HOME": str(folder.parent / "cache")}
    return subprocess.run(
        [sys.executable, "-m", "imaging_trials", "build", "--no-validate", "--quiet", "-o", str(folder), *arguments],
        env={**environment, **more},
        cwd=folder.parent,
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def content(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()) for path in sorted(folder.iterdir())}


def no_network(url: str, *_: object) -> NoReturn:
    raise AssertionError(f"a request to {url}")


@cache
def quads(path: Path) -> frozenset[ox.Quad]:
    """Return the quads of an RDF file, blank nodes with canonical labels (RDFC-1.0)."""
    data = path.read_bytes()
    name = path.name.removesuffix(".gz")
    if name != path.name:
        data = gzip.decompress(data)
    form = FORMATS["." + name.rpartition(".")[2]]
    return canonical(ox.parse(data, format=form, base_iri=RELATIVE.get(name)))


def canonical(of: Iterable[ox.Quad]) -> frozenset[ox.Quad]:
    dataset = ox.Dataset(of)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(dataset)


def rdf_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if "." + path.name.removesuffix(".gz").rpartition(".")[2] in FORMATS:
            yield path


def hash_of(of: Iterable[ox.Quad]) -> str:
    lines = (ox.serialize(of, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    return sha256(b"".join(sorted(lines)))


def in_default_graph(of: Iterable[ox.Quad]) -> frozenset[ox.Quad]:
    return canonical(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in of)


def store_of(*files: Path) -> ox.Store:
    store = ox.Store()
    for path in files:
        store.extend(quads(path))
    return store


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(query, prefixes=PROJECT.prefixes, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    names = found.variables
    return sorted(tuple(getattr(row[name], "value", "") for name in names) for row in found)


@cache
def store_of_sources() -> ox.Store:
    return named_graphs.read_sources(PROJECT)
