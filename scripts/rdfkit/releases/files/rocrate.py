"""A release described in JSON-LD for catalogues: a schema.org Dataset and an RO-Crate.

Specifications: https://schema.org/Dataset, https://www.researchobject.org/ro-crate/specification/1.2/.
"""

from typing import Any

from rdfkit.base import namespaces
from rdfkit.releases.files.manifest import File, Manifest, json_bytes

_CRATE = "https://w3id.org/ro/crate/1.2"
_LICENSES = {"https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0 Universal"}

Node = dict[str, Any]


def schema_org(of: Manifest) -> bytes:
    """Return the release as a schema.org Dataset; it contains its context, so that it can be read offline."""
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
    node["url"] = of.about.dataset
    node["distribution"] = [
        {"@type": "DataDownload", "contentUrl": of.download + file.name, **_of_file(file)} for file in of.files
    ]
    return json_bytes(node)


def ro_crate(of: Manifest, others: dict[str, tuple[str, str]]) -> bytes:
    """Return ``ro-crate-metadata.json``, which makes its folder an RO-Crate.

    ``others`` are the files that describe the release, with their media types and what they are. They have neither size
    nor checksum, because they refer to one another.
    """
    license_ = {"@id": of.about.license}
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
        "license": license_,
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
    name = _LICENSES.get(of.about.license, of.about.license)
    about_license = {
        **license_,
        "@type": "CreativeWork",
        "name": name,
        "description": f"{name}: the terms of the graph.",
    }
    # The context of RO-Crate lacks these two terms of schema.org.
    more = {name: f"https://schema.org/{name}" for name in ("creditText", "sha256")}
    graph = [descriptor, root, *files, *creators, about_license]
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
    node: Node = {"name": file.name, "description": f"{words}; inferences: {file.inferences.replace('`', '')}"}
    node["encodingFormat"] = [file.media_type, "application/gzip"] if file.unpacked else file.media_type
    # Both specifications read a number without a unit as bytes.
    return node | {"contentSize": str(file.bytes), "sha256": file.sha256}
