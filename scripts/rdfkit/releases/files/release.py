"""All files of a release: the graph in every syntax, and the descriptions, made from one manifest.

The bytes depend on the graph alone: they contain no time, no path, no locale and no order of a hash table.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pyoxigraph import NamedNode, Quad

from rdfkit.base import Project, UserError
from rdfkit.releases.files import dcat_void, jsonld, manifest, readme, rocrate, serializations, statistics


class More(NamedTuple):
    """A file that a release has beside the graph and its descriptions: media type, what it is, and its bytes."""

    media_type: str
    holds: str
    data: bytes


@dataclass(frozen=True)
class Release:
    """A release, and the bytes of all its files except ``manifest.json``, by name.

    ``others`` has the files that are not the graph: media type, and what the file is.
    """

    project: Project
    manifest: manifest.Manifest
    others: dict[str, tuple[str, str]]
    contents: dict[str, bytes]

    def manifest_json(self) -> dict[str, Any]:
        """Return what ``manifest.json`` of a release contains beyond that of any build."""
        files = {file.name: manifest.file_json(file) for file in self.manifest.files}
        for name, data in self.contents.items():
            if name not in files:
                media, words = self.others[name]
                digest = hashlib.sha256(data).hexdigest()
                files[name] = {"bytes": len(data), "sha256": digest, "media_type": media, "holds": words}
        return {**manifest.as_json(self.project, self.manifest), "files": files}

    def summaries(self) -> dict[str, str]:
        """Return what each file is, in a few words, by name."""
        found = {file.name: file.holds.replace("`", "") for file in self.manifest.files}
        return found | {name: words.replace("`", "") for name, (_, words) in self.others.items()}


def descriptions(project: Project) -> dict[str, tuple[str, str]]:
    """Return the files that describe a release, by name: media type, and what the file is."""
    return {
        "README.md": ("text/markdown", "which file to load, and with which inferences"),
        "manifest.json": ("application/json", "version, counts, and the SHA-256 of each file"),
        "void.ttl": ("text/turtle", "the release by DCAT 3 and VoID: versions, files, statistics, links"),
        "service.ttl": ("text/turtle", "what a SPARQL endpoint that offers the release says of itself"),
        "dataset.jsonld": ("application/ld+json", "the release as a schema.org Dataset"),
        "context.jsonld": ("application/ld+json", f"the JSON-LD context of `{project.name}.jsonld`"),
        "ro-crate-metadata.json": ("application/ld+json", "makes this folder an RO-Crate"),
    }


def make_release(  # noqa: PLR0913 - each is a fact of the release
    project: Project,
    quads: list[Quad],
    basic: dict[str, bytes],
    *,
    validated: bool,
    endpoint: str | None = None,
    more: Mapping[str, More] = MappingProxyType({}),
) -> Release:
    """Return the release of a graph.

    ``quads`` is the graph with its inferred statements. ``project`` has the source files; ``basic`` has the bytes of
    the files that any build writes, by name. ``validated`` says whether the graph was validated, ``endpoint`` where a
    SPARQL endpoint offers it. ``more`` are other files of the release, by name.

    Raises UserError if ``data/dataset.ttl`` lacks a property that a release needs, if the published JSON-LD context
    differs from the vocabulary, or if ``endpoint`` is not the address of an endpoint.
    """
    _check_endpoint(endpoint)
    context = jsonld.checked_context(project, quads)
    about = manifest.about(project, quads)
    data = serializations.files(project, quads, context, basic)
    graphs: dict[str, list[Quad]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            graphs.setdefault(project.graph_name(quad.graph_name), []).append(quad)
    merged = serializations.unnamed(quads)
    made = manifest.Manifest(
        about=about,
        validated=validated,
        canonical={"dataset": serializations.canonical(quads), "merge": serializations.canonical(merged)},
        counts=statistics.count(project, (quad.triple for quad in quads)),
        graphs={name: statistics.count(project, (quad.triple for quad in graphs[name])) for name in sorted(graphs)},
        linksets=statistics.linksets(project, quads),
        files=[one.file for one in data],
        endpoint=endpoint,
    )
    others = descriptions(project) | {name: (one.media_type, one.holds) for name, one in more.items()}
    contents = {one.file.name: one.data for one in data}
    contents["README.md"] = readme.text(project, made, others)
    contents["void.ttl"] = dcat_void.dcat_void(project, made)
    contents["service.ttl"] = dcat_void.service(project, made)
    contents["dataset.jsonld"] = rocrate.schema_org(made)
    contents["context.jsonld"] = jsonld.context_bytes(context)
    contents |= {name: one.data for name, one in more.items()}
    in_crate = {name: words for name, words in others.items() if name != "ro-crate-metadata.json"}
    contents["ro-crate-metadata.json"] = rocrate.ro_crate(made, in_crate)
    return Release(project, made, others, contents)


def _check_endpoint(endpoint: str | None) -> None:
    if endpoint is None:
        return
    try:
        NamedNode(endpoint)
        parts = urlsplit(endpoint)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise UserError(f"'{endpoint}' is not the address of an endpoint: give one such as https://example.org/sparql.")
