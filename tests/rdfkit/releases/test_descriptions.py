"""The descriptions of a release (VoID, DCAT, schema.org, RO-Crate, service) match its files."""

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from pyld import jsonld as pyld  # type: ignore[import-untyped]

from imaging_trials.mapping_sets.sssom import read_sets
from imaging_trials.model.project import PROJECT
from rdfkit.sparql.saved import INDEX
from tests.conftest import ROOT
from tests.rdfkit.releases.release_files import DATASET, RELATIVE, content, no_network, quads, read_json, rows, store_of

pytestmark = [pytest.mark.xdist_group("release"), pytest.mark.prove]


# VoID and DCAT


NUMBERS = {
    "triples": "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "entities": f"""SELECT (COUNT(DISTINCT ?s) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }}
        FILTER(isIRI(?s) && STRSTARTS(STR(?s), "{PROJECT.base}")) }}""",
    "classes": "SELECT (COUNT(DISTINCT ?o) AS ?n) { GRAPH ?g { ?s a ?o } FILTER(isIRI(?o)) }",
    "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
}
CLASSES = "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { GRAPH ?g { ?s a ?c } FILTER(isIRI(?c)) } GROUP BY ?c"
PROPERTIES = """SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
    { GRAPH ?g { ?s ?p ?o } } GROUP BY ?p"""


def test_void_statistics_are_what_sparql_counts(release: Path, manifest: dict[str, Any]) -> None:
    graph, described = store_of(release / "imaging-trials.nq"), store_of(release / "void.ttl")
    places = {manifest["release"]["iri"]: "?g"}
    for node, name in rows(described, "SELECT ?node ?name { ?node a void:Dataset ; sd:name ?name }"):
        places[node] = f"<{name}>"
    assert len(places) == 1 + len(manifest["graphs"])
    for node, place in places.items():
        for name, query in NUMBERS.items():
            counted = rows(graph, query.replace("?g", place))
            assert rows(described, f"SELECT ?n {{ <{node}> void:{name} ?n }}") == counted, (node, name)
        by_class = f"SELECT ?c ?n {{ <{node}> void:classPartition [ void:class ?c ; void:entities ?n ] }}"
        assert rows(described, by_class) == rows(graph, CLASSES.replace("?g", place)), node
        by_property = f"""SELECT ?p ?n ?subjects ?objects {{ <{node}> void:propertyPartition
            [ void:property ?p ; void:triples ?n ; void:distinctSubjects ?subjects ;
              void:distinctObjects ?objects ] }}"""
        assert rows(described, by_property) == rows(graph, PROPERTIES.replace("?g", place)), node


def test_void_has_a_linkset_for_each_mapping_set(release: Path) -> None:
    described = store_of(release / "void.ttl")
    found = rows(
        described,
        """SELECT ?set ?n ?target { ?l a void:Linkset ; dcterms:source ?set ; void:triples ?n ;
            void:objectsTarget ?target }""",
    )
    sets = read_sets(ROOT)
    assert len(sets) > 20
    expected = []
    for one in sets:
        prefix, _, name = one.mappings[0].object_source.partition(":")
        expected.append((one.iri, str(len(one.mappings)), one.prefixes[prefix] + name))
    assert found == sorted(expected)
    parts = rows(
        described,
        "SELECT ?set ?p ?n { ?l dcterms:source ?set ; void:subset [ void:linkPredicate ?p ; void:triples ?n ] }",
    )
    assert sum(int(n) for _, _, n in parts) == sum(len(one.mappings) for one in sets)
    assert {PROJECT.shorten(p) for _, p, _ in parts} == {m.predicate for one in sets for m in one.mappings}


def test_dcat_describes_the_distribution_of_each_file(release: Path, manifest: dict[str, Any]) -> None:
    described = store_of(release / "void.ttl")
    found = rows(
        described,
        f"""SELECT ?url ?media ?size ?sum ?packed {{
            <{manifest["release"]["iri"]}> dcat:distribution ?d .
            ?d a dcat:Distribution ; dcat:downloadURL ?url ; dcat:mediaType ?media ; dcat:byteSize ?size ;
               dcterms:license <{manifest["release"]["license"]}> ; spdx:checksum ?c .
            ?c spdx:algorithm spdx:checksumAlgorithm_sha256 ; spdx:checksumValue ?sum .
            OPTIONAL {{ ?d dcat:compressFormat ?packed }} }}""",
    )
    types = "https://www.iana.org/assignments/media-types/"
    expected = []
    for name, data in ((name, manifest["files"][name]) for name in manifest["files"]):
        if "graphs" in data:
            url = f"{PROJECT.base}release/1.0.0/{name}".replace("1.0.0", manifest["version"])
            size = (release / name).stat().st_size
            packed = f"{types}application/gzip" if name.endswith(".gz") else ""
            expected.append((url, types + data["media_type"], str(size), content(release)[name], packed))
    assert found == sorted(expected)
    assert len(found) > 15


def test_dcat_relates_the_release_to_the_dataset(release: Path, manifest: dict[str, Any]) -> None:
    described = store_of(release / "void.ttl")
    iri, version = manifest["release"]["iri"], manifest["version"]
    assert described.query(
        f"""ASK {{ <{DATASET}> dcat:hasCurrentVersion <{iri}> . <{iri}> a dcat:Dataset ; dcat:isVersionOf <{DATASET}> ;
            dcat:version "{version}" ; dcterms:issued ?day ; dcterms:creator [ foaf:name ?name ] ; dcterms:title ?title
            FILTER NOT EXISTS {{ <{iri}> dcat:previousVersion ?any }} }}""",
        prefixes=PROJECT.prefixes,
    )


def test_descriptions_use_known_terms_and_no_blank_nodes(release: Path) -> None:
    for name in ("void.ttl", "service.ttl"):
        found = quads(release / name)
        assert not [quad for quad in found if isinstance(quad.subject, ox.BlankNode)]
        used = {PROJECT.shorten(quad.predicate.value).partition(":")[0] for quad in found}
        assert used <= {"rdf", "dcat", "dcterms", "foaf", "sd", "spdx", "void"}


# Catalogues and crates


def test_the_schema_org_dataset_lists_every_data_file(release: Path, manifest: dict[str, Any]) -> None:
    (expanded,) = pyld.expand(read_json(release / "dataset.jsonld"), {"documentLoader": no_network})
    schema = PROJECT.prefixes["schema"]
    assert expanded["@type"] == [f"{schema}Dataset"]
    for name in ("name", "description", "license", "creator", "version", "datePublished", "distribution"):
        assert expanded[schema + name], name
    listed = {
        (entry[f"{schema}contentUrl"][0]["@id"].rpartition("/")[2], entry[f"{schema}sha256"][0]["@value"])
        for entry in expanded[f"{schema}distribution"]
    }
    data = {(name, described["sha256"]) for name, described in manifest["files"].items() if "graphs" in described}
    assert listed == data


def test_the_ro_crate_has_no_dangling_reference(release: Path) -> None:
    crate = read_json(release / "ro-crate-metadata.json")
    nodes = {node["@id"]: node for node in crate["@graph"]}
    assert len(nodes) == len(crate["@graph"])
    assert crate["@context"][0] == "https://w3id.org/ro/crate/1.2/context"
    descriptor, root = nodes["ro-crate-metadata.json"], nodes["./"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    assert root["@type"] == "Dataset"
    assert all(root[key] for key in ("name", "description", "datePublished", "license", "author"))
    parts = {part["@id"] for part in root["hasPart"]}
    assert parts == {path.name for path in release.iterdir()} - {"ro-crate-metadata.json", INDEX}
    for name in parts:
        assert nodes[name]["@type"] == "File"
        assert nodes[name]["encodingFormat"]
        if "sha256" in nodes[name]:
            assert nodes[name]["sha256"] == content(release)[name]
            assert nodes[name]["contentSize"] == str((release / name).stat().st_size)
    for node in crate["@graph"]:
        for value in node.values():
            for reference in value if isinstance(value, list) else [value]:
                if isinstance(reference, dict) and "conformsTo" not in node:
                    assert reference["@id"] in nodes


def test_the_service_description_counts_every_graph(release: Path, manifest: dict[str, Any]) -> None:
    described = store_of(release / "service.ttl")
    assert b"sd:endpoint <> ;" in (release / "service.ttl").read_bytes()
    assert rows(described, "SELECT ?e { ?s a sd:Service ; sd:endpoint ?e }") == [(RELATIVE["service.ttl"],)]
    found = rows(
        described,
        """SELECT ?name ?n { ?s sd:defaultDataset [ sd:namedGraph [ sd:name ?name ; sd:graph ?graph ] ] .
            ?graph void:triples ?n }""",
    )
    assert found == sorted((PROJECT.graph_iri(name).value, str(n)) for name, n in manifest["graphs"].items())
    total = rows(described, "SELECT ?n { ?s sd:defaultDataset [ sd:defaultGraph [ void:triples ?n ] ] }")
    assert total == [(str(sum(manifest["graphs"].values())),)]
