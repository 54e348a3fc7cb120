"""The files of a release: the graph in every syntax, and what describes it, all from one manifest.

What is made hangs on the graph alone: no time, no place, no locale and no order of a hash table is in it.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyoxigraph import NamedNode, Quad

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.releases.files import dcat_void as description
from rdfkit.releases.files import jsonld, manifest, readme, statistics
from rdfkit.releases.files import rocrate as crate
from rdfkit.releases.files import serializations as formats

DESCRIPTIONS = {
    "README.md": ("text/markdown", "which file to load, and with which inferences"),
    "manifest.json": ("application/json", "version, counts, and the SHA-256 of each file"),
    "void.ttl": ("text/turtle", "the release by DCAT 3 and VoID: versions, files, statistics, links"),
    "service.ttl": ("text/turtle", "what a SPARQL endpoint that offers the release says of itself"),
    "dataset.jsonld": ("application/ld+json", "the release as a schema.org Dataset"),
    "context.jsonld": ("application/ld+json", "the JSON-LD context of `imaging-trials.jsonld`"),
    "ro-crate-metadata.json": ("application/ld+json", "makes this folder an RO-Crate"),
}
"""Files that describe a release: media type, and what each is."""


@dataclass(frozen=True)
class Release:
    """A release, and the bytes of all its files but ``manifest.json``, under their names."""

    manifest: manifest.Manifest
    contents: dict[str, bytes]

    def manifest_json(self) -> dict[str, Any]:
        """Return what ``manifest.json`` says beyond what it says after any build, and of all the other files."""
        files = {file.name: manifest.file_json(file) for file in self.manifest.files}
        for name, data in self.contents.items():
            if name not in files:
                media, words = DESCRIPTIONS[name]
                digest = hashlib.sha256(data).hexdigest()
                files[name] = {"bytes": len(data), "sha256": digest, "media_type": media, "holds": words}
        return {**manifest.as_json(self.manifest), "files": files}

    def words(self) -> dict[str, str]:
        """Return what each file is, in few words."""
        said = {file.name: file.holds.replace("`", "") for file in self.manifest.files}
        return said | {name: words.replace("`", "") for name, (_, words) in DESCRIPTIONS.items()}


def make(
    quads: list[Quad],
    root: Path,
    basic: dict[str, bytes],
    *,
    validated: bool,
    endpoint: str | None = None,
) -> Release:
    """Return the release of a graph, inferred triples included.

    ``root`` has the sources, ``basic`` the bytes of the files that any build writes, under their names. Raises
    UserError where ``data/dataset.ttl`` lacks what a release needs, the published JSON-LD context differs from the
    vocabulary, or ``endpoint`` is no address.
    """
    from imaging_trials import __version__

    _check_endpoint(endpoint)
    context = jsonld.checked_context(quads, root)
    about = manifest.about(quads, __version__)
    data = formats.files(quads, root, context, basic)
    graphs: dict[str, list[Quad]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            graphs.setdefault(PROJECT.graph_name(quad.graph_name), []).append(quad)
    of = manifest.Manifest(
        about=about,
        validated=validated,
        canonical={"dataset": formats.canonical(quads), "merge": formats.canonical(formats.unnamed(quads))},
        counts=statistics.count(quad.triple for quad in quads),
        graphs={name: statistics.count(quad.triple for quad in graphs[name]) for name in sorted(graphs)},
        linksets=statistics.linksets(quads),
        files=[one.file for one in data],
        endpoint=endpoint,
    )
    contents = {one.file.name: one.data for one in data}
    contents["README.md"] = readme.text(of, DESCRIPTIONS)
    contents["void.ttl"] = description.dcat_void(of)
    contents["service.ttl"] = description.service(of)
    contents["dataset.jsonld"] = crate.schema_org(of)
    contents["context.jsonld"] = jsonld.context_file(context)
    contents["ro-crate-metadata.json"] = crate.ro_crate(
        of, {name: said for name, said in DESCRIPTIONS.items() if name != "ro-crate-metadata.json"}
    )
    return Release(of, contents)


def _check_endpoint(endpoint: str | None) -> None:
    if endpoint is None:
        return
    try:
        NamedNode(endpoint)
        parts = urlsplit(endpoint)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise UserError(f"'{endpoint}' is no address of an endpoint: give one such as https://example.org/sparql.")
