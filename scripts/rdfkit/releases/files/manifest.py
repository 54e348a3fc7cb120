"""What a release is: the one structure from which ``manifest.json`` and every description of the release are made."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from rdfkit.base import Project, UserError, namespaces
from rdfkit.releases.files.statistics import Counts, Linkset


@dataclass(frozen=True)
class About:
    """What ``data/dataset.ttl`` states about the dataset.

    ``dataset`` is the IRI of the dataset in all its versions, and ``base`` the project's base IRI. ``previous`` is the
    IRI of the previous release, if there is one. ``graphs`` has the description of each named graph by its short name.
    """

    base: str
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
    def dataset(self) -> str:
        """The IRI of the dataset in all its versions."""
        return f"{self.base}dataset"

    @property
    def iri(self) -> str:
        """The IRI of this release."""
        return f"{self.dataset}/{self.version}"


@dataclass(frozen=True)
class File:
    """One file of a release: its content, its syntax, and what of it is inferred, in words for a table.

    ``graphs`` are the short names of the named graphs whose triples it contains; ``unpacked`` is the name of the file
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
    those of the merge, ``graphs`` those of each named graph. ``endpoint`` is the SPARQL endpoint, if there is one.
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
        """The permanent address of the folder of the files; the name of a file completes it."""
        return f"{self.about.base}release/{self.about.version}/"


def about(project: Project, quads: Iterable[Quad]) -> About:
    """Return what the graph ``dataset`` states about the dataset, whose IRI is the project's base and ``dataset``.

    Raises UserError if a property that a release needs is missing, or if the version is not the project's.
    """
    dataset, graph = f"{project.base}dataset", project.graph_iri("dataset")
    stated: dict[tuple[str, str], list[str]] = {}
    for quad in quads:
        if quad.graph_name == graph and isinstance(quad.subject, NamedNode):
            stated.setdefault((quad.subject.value, quad.predicate.value), []).append(_text(quad.object))

    def all_of(curie: str) -> tuple[str, ...]:
        found = tuple(sorted(stated.get((dataset, namespaces.expand(curie)), ())))
        if not found:
            raise UserError(f"data/dataset.ttl has no {curie} of <{dataset}>, which a release needs: add it.")
        return found

    if all_of("dcat:version") != (project.version,):
        raise UserError(
            f"data/dataset.ttl states version {' and '.join(all_of('dcat:version'))} of the dataset, but the "
            f"package has version {project.version}: set both to the same version."
        )
    description, prefix = namespaces.expand("dcterms:description"), project.prefixes["graph"]
    return About(
        base=project.base,
        title=all_of("dcterms:title")[0],
        description=all_of("dcterms:description")[0],
        creators=all_of("dcterms:creator"),
        license=all_of("dcterms:license")[0],
        rights=all_of("dcterms:rights")[0],
        issued=all_of("dcterms:issued")[0],
        version=project.version,
        previous=next(iter(stated.get((dataset, namespaces.expand("dcat:previousVersion")), ())), None),
        graphs={
            subject.removeprefix(prefix): values[0]
            for (subject, predicate), values in sorted(stated.items())
            if predicate == description and subject.startswith(prefix)
        },
    )


def as_json(project: Project, of: Manifest) -> dict[str, Any]:
    """Return what ``manifest.json`` of a release contains beyond that of any build, except its files."""
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
            "merge": _counts(project, of.counts),
            "graphs": {name: _counts(project, counts) for name, counts in of.graphs.items()},
            "linksets": linksets,
        },
    }


def file_json(file: File) -> dict[str, Any]:
    """Return what ``manifest.json`` contains about a data file of a release."""
    entry = {
        "bytes": file.bytes,
        "sha256": file.sha256,
        "media_type": file.media_type,
        "holds": file.holds,
        "inferences": file.inferences,
        "graphs": list(file.graphs),
    }
    return entry | ({"gzip_of": file.unpacked} if file.unpacked else {})


def json_bytes(value: object) -> bytes:
    """Return a value as the bytes of an indented JSON file in UTF-8."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _counts(project: Project, of: Counts) -> dict[str, Any]:
    return {
        "triples": of.triples,
        "entities": of.entities,
        "classes": of.classes,
        "properties": of.properties,
        "distinct_subjects": of.distinct_subjects,
        "distinct_objects": of.distinct_objects,
        "members_by_class": {project.shorten(iri): count for iri, count in of.by_class.items()},
        "triples_by_property": {project.shorten(iri): use.triples for iri, use in of.by_property.items()},
    }


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
