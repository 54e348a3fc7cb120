"""A release described in JSON-LD for catalogues: a schema.org Dataset and an RO-Crate.

Specifications: https://schema.org/Dataset, https://www.researchobject.org/ro-crate/specification/1.2/.
"""

from typing import Any

from rdfkit.base import namespaces
from rdfkit.releases.files.manifest import DATASET, File, Manifest, json_bytes

_CRATE = "https://w3id.org/ro/crate/1.2"
_LICENCES = {"https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0 Universal"}

Node = dict[str, Any]


def schema_org(of: Manifest) -> bytes:
    """Return the release as a schema.org Dataset. Its context stands in it, so nothing has to be fetched to read it."""
    iri = {"@type": "@id"}
    context = {
        "@vocab": namespaces.SCHEMA,
        "schema": namespaces.SCHEMA,
        "xsd": namespaces.XSD,
        "license": iri,
        "contentUrl": iri,
        "url": iri,
        "datePublished": {"@type": "xsd:date"},
    }
    node: Node = {"@context": context, "@id": of.about.iri, "@type": "Dataset", **_general(of)}
    node["creator"] = [{"@type": "Organization", "name": name} for name in of.about.creators]
    node["license"] = of.about.license
    node["isAccessibleForFree"] = True
    node["creditText"] = of.about.rights
    node["url"] = DATASET
    node["distribution"] = [
        {"@type": "DataDownload", "contentUrl": of.download + file.name, **_of_file(file)} for file in of.files
    ]
    return json_bytes(node)


def ro_crate(of: Manifest, others: dict[str, tuple[str, str]]) -> bytes:
    """Return ``ro-crate-metadata.json``, which makes the folder that it lies in an RO-Crate.

    ``others`` are the files that describe the release, with their media types and what they are: they are parts of the
    crate, without a size or a checksum, as the one refers to the other.
    """
    licence = {"@id": of.about.license}
    creators = [
        {"@id": f"#creator-{number}", "@type": "Organization", "name": name}
        for number, name in enumerate(of.about.creators, 1)
    ]
    files = [{"@id": file.name, "@type": "File", **_of_file(file)} for file in of.files]
    files += [
        {"@id": name, "@type": "File", "name": name, "description": words, "encodingFormat": media}
        for name, (media, words) in others.items()
    ]
    root: Node = {
        "@id": "./",
        "@type": "Dataset",
        "identifier": of.about.iri,
        **_general(of),
        "license": licence,
        "author": [{"@id": creator["@id"]} for creator in creators],
        "creditText": of.about.rights,
        "hasPart": [{"@id": file["@id"]} for file in files],
    }
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": _CRATE},
    }
    name = _LICENCES.get(of.about.license, of.about.license)
    about_licence = {
        **licence,
        "@type": "CreativeWork",
        "name": name,
        "description": f"{name}: the terms of the graph.",
    }
    # Of the crate's own vocabulary, not all terms are in its context; those that are there mean the same.
    more = {name: f"https://schema.org/{name}" for name in ("creditText", "sha256")}
    graph = [descriptor, root, *files, *creators, about_licence]
    return json_bytes({"@context": [f"{_CRATE}/context", more], "@graph": graph})


def _general(of: Manifest) -> Node:
    return {
        "name": of.about.title,
        "description": of.about.description,
        "version": of.about.version,
        "datePublished": of.about.issued,
    }


def _of_file(file: File) -> Node:
    words = file.holds.replace("`", "")
    said: Node = {"name": file.name, "description": f"{words}; inferences: {file.inferences.replace('`', '')}"}
    said["encodingFormat"] = [file.media_type, "application/gzip"] if file.unpacked else file.media_type
    # A number of bytes alone is what both specifications take for a size without a unit.
    return said | {"contentSize": str(file.bytes), "sha256": file.sha256}
