"""What a release is: the one structure that ``manifest.json`` and every description of the release are made from."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from imaging_trials.model.project import PROJECT
from rdfkit.base import namespaces
from rdfkit.base.errors import UserError
from rdfkit.releases.files.statistics import Counts, Linkset

DATASET = PROJECT.base + "dataset"


@dataclass(frozen=True)
class About:
    """What ``data/dataset.ttl`` says of the dataset; ``previous`` is the IRI of the release before, if there was one.

    ``graphs`` has the description of each named graph under its short name.
    """

    title: str
    description: str
    creators: tuple[str, ...]
    license: str
    rights: str
    issued: str
    version: str
    previous: str | None
    graphs: dict[str, str]

    @property
    def iri(self) -> str:
        """Return the IRI of this release, as distinct from that of the dataset in all its versions."""
        return f"{DATASET}/{self.version}"


@dataclass(frozen=True)
class File:
    """One file of a release: what it holds, in which syntax, and what of it is inferred, in words for a table.

    ``graphs`` are the short names of the named graphs whose triples are in it; ``unpacked`` is the name of the file
    that this one is a gzip of, or empty.
    """

    name: str
    media_type: str
    holds: str
    inferences: str
    graphs: tuple[str, ...]
    bytes: int
    sha256: str
    unpacked: str = ""


@dataclass(frozen=True)
class Manifest:
    """A release.

    ``canonical`` has the SHA-256 of the canonical N-Quads (RDFC-1.0) of the dataset and of its merge. ``counts`` are
    those of the merge, ``graphs`` those of each named graph. ``endpoint`` is where it can be asked by SPARQL, if known.
    """

    about: About
    validated: bool
    canonical: dict[str, str]
    counts: Counts
    graphs: dict[str, Counts]
    linksets: list[Linkset]
    files: list[File]
    endpoint: str | None

    @property
    def download(self) -> str:
        """Return the permanent address of the folder of the files; that of a file adds its name."""
        return f"{PROJECT.base}release/{self.about.version}/"


def about(quads: Iterable[Quad], version: str) -> About:
    """Return what the graph ``dataset`` says of the dataset; ``version`` is the package's, which it must bear out.

    Raises UserError where it does not say what a release needs, or names another version.
    """
    graph = PROJECT.graph_iri("dataset")
    said: dict[tuple[str, str], list[str]] = {}
    for quad in quads:
        if quad.graph_name == graph and isinstance(quad.subject, NamedNode):
            said.setdefault((quad.subject.value, quad.predicate.value), []).append(_text(quad.object))

    def all_of(curie: str) -> tuple[str, ...]:
        found = tuple(sorted(said.get((DATASET, PROJECT.expand(curie)), ())))
        if not found:
            raise UserError(f"data/dataset.ttl gives no {curie} of <{DATASET}>, which a release needs: add it.")
        return found

    if all_of("dcat:version") != (version,):
        raise UserError(
            f"data/dataset.ttl calls the dataset version {' and '.join(all_of('dcat:version'))}, and the package is "
            f"version {version}: give both the same."
        )
    description, prefix = namespaces.expand("dcterms:description"), PROJECT.prefixes["graph"]
    return About(
        title=all_of("dcterms:title")[0],
        description=all_of("dcterms:description")[0],
        creators=all_of("dcterms:creator"),
        license=all_of("dcterms:license")[0],
        rights=all_of("dcterms:rights")[0],
        issued=all_of("dcterms:issued")[0],
        version=version,
        previous=next(iter(said.get((DATASET, namespaces.expand("dcat:previousVersion")), ())), None),
        graphs={
            subject.removeprefix(prefix): values[0]
            for (subject, predicate), values in sorted(said.items())
            if predicate == description and subject.startswith(prefix)
        },
    )


def as_json(of: Manifest) -> dict[str, Any]:
    """Return what ``manifest.json`` of a release has beside what it has after any build."""
    linksets = [
        {"iri": one.iri, "target": one.target, "triples": one.triples, "by_predicate": one.by_predicate}
        for one in of.linksets
    ]
    return {
        "release": {
            "iri": of.about.iri,
            "title": of.about.title,
            "description": of.about.description,
            "creators": list(of.about.creators),
            "license": of.about.license,
            "rights": of.about.rights,
            "issued": of.about.issued,
            "previous_version": of.about.previous,
            "validated": of.validated,
            "download": of.download,
            "endpoint": of.endpoint,
            "canonical": {"algorithm": "RDFC-1.0, SHA-256 of the canonical N-Quads", **of.canonical},
        },
        "statistics": {
            "merge": _counts(of.counts),
            "graphs": {name: _counts(counts) for name, counts in of.graphs.items()},
            "linksets": linksets,
        },
    }


def file_json(file: File) -> dict[str, Any]:
    """Return what ``manifest.json`` says of a file of a release."""
    said = {
        "bytes": file.bytes,
        "sha256": file.sha256,
        "media_type": file.media_type,
        "holds": file.holds,
        "inferences": file.inferences,
        "graphs": list(file.graphs),
    }
    return said | ({"gzip_of": file.unpacked} if file.unpacked else {})


def json_bytes(value: object) -> bytes:
    """Return a value as the bytes of a JSON file for people and programs."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _counts(of: Counts) -> dict[str, Any]:
    return {
        "triples": of.triples,
        "entities": of.entities,
        "classes": of.classes,
        "properties": of.properties,
        "distinct_subjects": of.distinct_subjects,
        "distinct_objects": of.distinct_objects,
        "members_by_class": {PROJECT.shorten(iri): count for iri, count in of.by_class.items()},
        "triples_by_property": {PROJECT.shorten(iri): use.triples for iri, use in of.by_property.items()},
    }


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
