"""A release: the same graph in every file, the same bytes wherever it is built, and descriptions that hold."""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pyoxigraph as ox
import pytest
from pyld import jsonld as pyld  # type: ignore[import-untyped]

from imaging_trials.mapping_sets.sssom import read_sets
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs as layers
from rdfkit.releases.files import jsonld
from rdfkit.releases.files.manifest import DATASET
from tests.conftest import ROOT
from tests.support.engines import jena
from tests.support.servers import needs

pytestmark = pytest.mark.xdist_group("release")

QUAD_FILES = ("imaging-trials.nq", "imaging-trials.trig", "imaging-trials.jsonld")
MERGE_FILES = ("imaging-trials-all.ttl", "imaging-trials-all.nt")
FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
}
RELATIVE = {"service.ttl": "https://example.org/sparql"}
"""The files with a relative IRI in them, on purpose, and an address that they may lie at."""


def build(
    root: Path, folder: Path, *arguments: str, umask: int = 0o022, **more: str
) -> "subprocess.CompletedProcess[str]":
    """Build a release from the package and the sources under ``root``, in a process of its own."""
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


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a release of the shipped graph; that it conforms is shown elsewhere."""
    folder = tmp_path_factory.mktemp("release") / "dist"
    done = build(ROOT, folder, "--release", LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="1")
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture(scope="session")
def manifest(release: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_json(release / "manifest.json")
    return found


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def content(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()) for path in sorted(folder.iterdir())}


def no_network(url: str, *_: object) -> NoReturn:
    raise AssertionError(f"{url} is wanted from the network")


@cache
def quads(path: Path) -> frozenset[ox.Quad]:
    """Return what is in an RDF file, blank nodes labelled by what is said about them (RDFC-1.0)."""
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


# The same bytes


def test_another_folder_locale_time_zone_hash_seed_and_umask_give_the_same_bytes(release: Path, tmp_path: Path) -> None:
    copy = tmp_path / "another place"
    for name in ("ontology", "data", "scripts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = build(copy, copy / "out", "--release", umask=0o077, TZ="Asia/Tokyo", PYTHONHASHSEED="2718", **ascii_only)
    assert (done.returncode, done.stderr) == (0, "")
    assert content(copy / "out") == content(release)


def test_a_gzip_holds_the_file_it_is_named_after_and_neither_name_nor_time(
    release: Path, manifest: dict[str, Any]
) -> None:
    packed = [name for name in manifest["files"] if name.endswith(".gz")]
    assert {f"{name}.gz" for name in manifest["files"] if (release / name).stat().st_size > 1_000_000} == set(packed)
    assert "imaging-trials.nq.gz" in packed
    for name in packed:
        data = (release / name).read_bytes()
        assert data[3:8] == bytes(5), "flags (a name), then the time"
        assert gzip.decompress(data) == (release / name.removesuffix(".gz")).read_bytes()
        assert manifest["files"][name]["gzip_of"] == name.removesuffix(".gz")


def test_two_implementations_of_rdfc_1_0_give_the_hash_that_the_manifest_has(
    release: Path, manifest: dict[str, Any]
) -> None:
    """One reads N-Quads, the other the JSON-LD, offline: so the hash says that this holds the same quads, too."""
    of = manifest["release"]["canonical"]
    document = read_json(release / "imaging-trials.jsonld")
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": no_network}
    assert sha256(pyld.normalize(document, options).encode()) == of["dataset"]
    assert hash_of(quads(release / "imaging-trials.nq")) == of["dataset"]
    merge = {**document, "@graph": [node for graph in document["@graph"] for node in graph["@graph"]]}
    assert sha256(pyld.normalize(merge, options).encode()) == of["merge"]
    assert hash_of(quads(release / "imaging-trials-all.nt")) == of["merge"]


def test_the_n_quads_are_the_canonical_form_itself(release: Path, manifest: dict[str, Any]) -> None:
    assert sha256((release / "imaging-trials.nq").read_bytes()) == manifest["release"]["canonical"]["dataset"]


# The same graph in every file


@pytest.mark.parametrize("name", QUAD_FILES)
def test_every_quad_format_holds_the_quads_of_the_graph(release: Path, name: str) -> None:
    graph = store_of_sources()
    asserted = {quad for quad in quads(release / name) if quad.graph_name != PROJECT.graph_iri("inferred")}
    assert asserted == set(graph)
    assert quads(release / name) == quads(release / "imaging-trials.nq")


@pytest.mark.parametrize("name", MERGE_FILES)
def test_every_triple_format_holds_the_merge(release: Path, name: str) -> None:
    assert quads(release / name) == in_default_graph(quads(release / "imaging-trials.nq"))


def test_the_files_of_single_graphs_hold_these_graphs_and_make_up_the_whole(
    release: Path, manifest: dict[str, Any]
) -> None:
    whole = quads(release / "imaging-trials.nq")
    for name in manifest["graphs"]:
        alone = [quad for quad in whole if quad.graph_name == PROJECT.graph_iri(name)]
        assert alone
        assert quads(release / f"imaging-trials-{name}.nt") == in_default_graph(alone)


@pytest.mark.parametrize("ending", ["ttl", "rdf"])
def test_the_vocabulary_alone_is_the_vocabulary_in_turtle_and_rdf_xml(release: Path, ending: str) -> None:
    path = release / f"imaging-trials-vocabulary.{ending}"
    assert quads(path) == quads(release / "imaging-trials-vocabulary.nt")
    assert ox.NamedNode(PROJECT.vocabulary + "Agent") in {quad.subject for quad in quads(path)}


def test_an_rdflib_that_reads_a_release_file_finds_the_same_triples(release: Path) -> None:
    import rdflib

    for name in ("imaging-trials-vocabulary.rdf", "imaging-trials-vocabulary.ttl", "void.ttl"):
        assert len(rdflib.Graph().parse(release / name)) == len(quads(release / name))


@pytest.mark.xdist_group("jvm")
def test_every_rdf_file_loads_in_jenas_strict_parser_without_a_warning(release: Path) -> None:
    files = list(rdf_files(release))
    assert len(files) > 20
    assert {path.name: said for path in files if (said := jena.parse_strict(path))} == {}


def test_every_rdf_file_loads_in_serdi_without_a_warning(release: Path) -> None:
    serdi = needs("serdi")
    syntaxes = {".ttl": "turtle", ".nt": "ntriples", ".nq": "nquads", ".trig": "trig"}
    files = [path for path in sorted(release.iterdir()) if path.suffix in syntaxes]
    assert len(files) > 12
    for path in files:
        command = [str(serdi), "-i", syntaxes[path.suffix], "-o", "nquads", str(path)]
        done = subprocess.run(command, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b""), path.name
        assert done.stdout.count(b"\n") == len(quads(path)), path.name


def test_every_rdf_file_loads_in_oxigraph(release: Path) -> None:
    empty = {path.name for path in rdf_files(release) if not quads(path)}
    assert empty == {"context.jsonld"}, "a context alone says nothing"


def test_no_file_has_a_name_that_rdflib_made_up(release: Path) -> None:
    for path in release.iterdir():
        data = path.read_bytes()
        assert b"x-rdflib" not in (gzip.decompress(data) if path.suffix == ".gz" else data), path.name


# Literals that no store rewrites


CANONICAL = {
    "integer": r"0|-?[1-9]\d*",
    "decimal": r"0|-?(0\.\d*[1-9]|[1-9]\d*(\.\d*[1-9])?)",
    "boolean": r"true|false",
    "date": r"\d{4}-\d\d-\d\d",
    "anyURI": r"\S+",
    "string": r"[^\r]*",
}
"""Datatypes that the graph may use, and the canonical form (XML Schema 1.1, part 2) of the values that it has."""


@pytest.mark.parametrize("datatype", ["double", "float", "gYear", "gYearMonth", "dateTime", "nonNegativeInteger"])
def test_the_graph_has_no_datatype_that_some_store_rewrites(release: Path, datatype: str) -> None:
    used = {
        quad.object.datatype for quad in quads(release / "imaging-trials.nq") if isinstance(quad.object, ox.Literal)
    }
    assert ox.NamedNode(PROJECT.prefixes["xsd"] + datatype) not in used


def test_every_literal_is_in_canonical_form_and_every_language_tag_in_lower_case(release: Path) -> None:
    literals = {quad.object for quad in quads(release / "imaging-trials.nq") if isinstance(quad.object, ox.Literal)}
    assert len(literals) > 1000
    wrong = []
    for literal in literals:
        if literal.language:
            fine = literal.language == literal.language.lower()
        else:
            form = CANONICAL.get(literal.datatype.value.removeprefix(PROJECT.prefixes["xsd"]), "(?!)")
            fine = re.fullmatch(form, literal.value, re.DOTALL) is not None
        wrong += [] if fine else [str(literal)]
    assert wrong == []


def test_a_store_that_keeps_values_gives_back_the_quads_it_was_given(release: Path, tmp_path: Path) -> None:
    """Oxigraph keeps numbers and dates by value, not as they were written."""
    given = (release / "imaging-trials.nq").read_bytes()
    store = ox.Store(str(tmp_path / "store"))
    store.bulk_load(input=given, format=ox.RdfFormat.N_QUADS)
    assert canonical(store) == quads(release / "imaging-trials.nq")


# JSON-LD


def test_the_published_context_is_in_step_with_prefixes_and_vocabulary() -> None:
    made = jsonld.context_file(jsonld.context(layers.read_sources(PROJECT)))
    assert (ROOT / jsonld.FILE).read_bytes() == made, "run: python -m rdfkit.releases.files"


def test_the_context_in_the_json_ld_is_the_published_one(release: Path) -> None:
    published = read_json(release / "context.jsonld")["@context"]
    assert read_json(release / "imaging-trials.jsonld")["@context"] == published
    assert (release / "context.jsonld").read_bytes() == (ROOT / jsonld.FILE).read_bytes()


def test_json_ld_is_written_in_the_terms_of_the_vocabulary(release: Path) -> None:
    graphs = {graph["id"]: graph["@graph"] for graph in read_json(release / "imaging-trials.jsonld")["@graph"]}
    (fes,) = (node for node in graphs["graph:page"] if node["id"] == "agent:fes")
    assert fes["type"] == "ImagingAgent"
    assert fes["hasRadionuclide"] == "nuclide:f-18"
    assert fes["skos:prefLabel"] == {"@value": "[18F]FES", "@language": "en"}


def small_vocabulary(*lines: str) -> list[ox.Quad]:
    prologue = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PROJECT.prefixes.items())
    parsed = ox.parse(prologue + "\n".join(lines), format=ox.RdfFormat.TURTLE)
    graph = PROJECT.graph_iri("vocabulary")
    return [ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in parsed]


def test_json_ld_brings_every_kind_of_value_through_expansion_unchanged() -> None:
    of = small_vocabulary(
        "imt:points a owl:ObjectProperty . imt:Thing a owl:Class . skos:broader a owl:ObjectProperty .",
        "agent:a a imt:Thing , [ a owl:Restriction ; owl:onProperty imt:points ] , <https://example.org/?a=b#c> ;",
        'imt:points agent:b , _:x , "text" , "getaggt"@de , 7 , true ; skos:broader agent:b ;',
        'imt:note "text" , "", "Zeile\\n\\"zwei\\" \\u2028"@en , "agent:b" , "https://example.org/" , 0 , -12 ,',
        'false , "007"^^xsd:integer , "1"^^xsd:boolean , 1.50 , 0.7 , "1.0E3"^^xsd:double , 12345678901234567890123 ,',
        '"2026-02-30"^^xsd:date ,',
        "<urn:isbn:1> , <https://w3id.org/imaging-trials/id/agent/> , <https://w3id.org/imaging-trials/id/agent/a/b> .",
    )
    document = jsonld.document(of, jsonld.context(of))
    loaded = json.loads(document)
    expanded = pyld.to_rdf(loaded, {"format": "application/n-quads", "documentLoader": no_network})
    assert canonical(ox.parse(expanded, format=ox.RdfFormat.N_QUADS)) == canonical(of)
    assert canonical(ox.parse(document, format=ox.RdfFormat.JSON_LD)) == canonical(of)


def test_a_term_that_takes_the_name_of_a_prefix_is_refused() -> None:
    with pytest.raises(Exception, match="imt:agent has the name of the prefix or key 'agent' of JSON-LD: rename"):
        jsonld.context(small_vocabulary("imt:agent a owl:ObjectProperty ."))


# The manifest


def test_the_manifest_lists_every_file_with_size_and_checksum(release: Path, manifest: dict[str, Any]) -> None:
    assert {path.name for path in release.iterdir()} == {*manifest["files"], "manifest.json"}
    for name, said in manifest["files"].items():
        data = (release / name).read_bytes()
        assert (said["bytes"], said["sha256"]) == (len(data), sha256(data)), name


def test_the_manifest_has_what_data_dataset_ttl_says_and_that_nothing_came_before(manifest: dict[str, Any]) -> None:
    said = manifest["release"]
    (version,) = rows(store_of_sources(), f"SELECT ?v {{ <{DATASET}> dcat:version ?v }}")
    assert said["iri"] == f"{DATASET}/{version[0]}"
    assert (said["title"], said["license"]) == (
        "Imaging Trials Graph",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    )
    assert said["previous_version"] is None
    assert said["validated"] is False, "this one was built with --no-validate"


@cache
def store_of_sources() -> ox.Store:
    return layers.read_sources(PROJECT)


def test_the_readme_says_of_every_file_what_is_in_it_and_with_which_inferences(
    release: Path, manifest: dict[str, Any]
) -> None:
    table = dict(re.findall(r"(?m)^\| `([^`]+)` \| (.+) \|$", (release / "README.md").read_text(encoding="utf-8")))
    assert set(table) == {*manifest["files"], "manifest.json"}
    graph_of = {"imaging-trials-inferred.nt": "nothing else", "imaging-trials-page.nt": "none"}
    graph_of |= {"imaging-trials-all.ttl": "included", "imaging-trials.nq": "included, as `graph:inferred`"}
    for name, said in manifest["files"].items():
        if "graphs" in said:
            assert f" | {said['inferences']} | {said['bytes']:,}" in table[name]
            inferred = quads(release / name) & (
                quads(release / "imaging-trials.nq") | quads(release / "imaging-trials-inferred.nt")
            )
            holds = any(
                quad.graph_name == PROJECT.graph_iri("inferred")
                or quad in quads(release / "imaging-trials-inferred.nt")
                for quad in inferred
            )
            assert holds == (said["inferences"] != "none"), name
    for name, words in graph_of.items():
        assert manifest["files"][name]["inferences"] == words


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


def test_void_statistics_are_what_sparql_counts_in_the_release_and_in_each_graph(
    release: Path, manifest: dict[str, Any]
) -> None:
    graph, said = store_of(release / "imaging-trials.nq"), store_of(release / "void.ttl")
    places = {manifest["release"]["iri"]: "?g"}
    for node, name in rows(said, "SELECT ?node ?name { ?node a void:Dataset ; sd:name ?name }"):
        places[node] = f"<{name}>"
    assert len(places) == 1 + len(manifest["graphs"])
    for node, place in places.items():
        for name, query in NUMBERS.items():
            counted = rows(graph, query.replace("?g", place))
            assert rows(said, f"SELECT ?n {{ <{node}> void:{name} ?n }}") == counted, (node, name)
        by_class = f"SELECT ?c ?n {{ <{node}> void:classPartition [ void:class ?c ; void:entities ?n ] }}"
        assert rows(said, by_class) == rows(graph, CLASSES.replace("?g", place)), node
        by_property = f"""SELECT ?p ?n ?subjects ?objects {{ <{node}> void:propertyPartition
            [ void:property ?p ; void:triples ?n ; void:distinctSubjects ?subjects ;
              void:distinctObjects ?objects ] }}"""
        assert rows(said, by_property) == rows(graph, PROPERTIES.replace("?g", place)), node


def test_void_has_a_linkset_for_each_mapping_set_with_as_many_links_as_the_set_has_rows(release: Path) -> None:
    said = store_of(release / "void.ttl")
    found = rows(
        said,
        """SELECT ?set ?n ?target { ?l a void:Linkset ; dcterms:source ?set ; void:triples ?n ;
            void:objectsTarget ?target }""",
    )
    sets = read_sets(ROOT)
    assert len(sets) > 20
    expected = [(one.iri, str(len(one.mappings)), one.mappings[0].object_source) for one in sets]
    assert found == sorted(expected)
    parts = rows(
        said, "SELECT ?set ?p ?n { ?l dcterms:source ?set ; void:subset [ void:linkPredicate ?p ; void:triples ?n ] }"
    )
    assert sum(int(n) for _, _, n in parts) == sum(len(one.mappings) for one in sets)
    assert {PROJECT.shorten(p) for _, p, _ in parts} == {m.predicate for one in sets for m in one.mappings}


def test_dcat_distributions_say_of_each_file_its_type_size_checksum_and_packing(
    release: Path, manifest: dict[str, Any]
) -> None:
    said = store_of(release / "void.ttl")
    found = rows(
        said,
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


def test_dcat_ties_the_release_to_the_dataset_of_which_it_is_a_version(release: Path, manifest: dict[str, Any]) -> None:
    said = store_of(release / "void.ttl")
    iri, version = manifest["release"]["iri"], manifest["version"]
    assert said.query(
        f"""ASK {{ <{DATASET}> dcat:hasCurrentVersion <{iri}> . <{iri}> a dcat:Dataset ; dcat:isVersionOf <{DATASET}> ;
            dcat:version "{version}" ; dcterms:issued ?day ; dcterms:creator [ foaf:name ?name ] ; dcterms:title ?title
            FILTER NOT EXISTS {{ <{iri}> dcat:previousVersion ?any }} }}""",
        prefixes=PROJECT.prefixes,
    )


def test_the_description_uses_terms_that_the_vocabularies_have_and_names_every_node(release: Path) -> None:
    for name in ("void.ttl", "service.ttl"):
        found = quads(release / name)
        assert not [quad for quad in found if isinstance(quad.subject, ox.BlankNode)]
        used = {PROJECT.shorten(quad.predicate.value).partition(":")[0] for quad in found}
        assert used <= {"rdf", "dcat", "dcterms", "foaf", "sd", "spdx", "void"}


# Catalogues and crates


def test_the_schema_org_dataset_expands_offline_and_lists_every_data_file(
    release: Path, manifest: dict[str, Any]
) -> None:
    (expanded,) = pyld.expand(read_json(release / "dataset.jsonld"), {"documentLoader": no_network})
    schema = PROJECT.prefixes["schema"]
    assert expanded["@type"] == [f"{schema}Dataset"]
    for name in ("name", "description", "license", "creator", "version", "datePublished", "distribution"):
        assert expanded[schema + name], name
    listed = {
        (entry[f"{schema}contentUrl"][0]["@id"].rpartition("/")[2], entry[f"{schema}sha256"][0]["@value"])
        for entry in expanded[f"{schema}distribution"]
    }
    data = {(name, said["sha256"]) for name, said in manifest["files"].items() if "graphs" in said}
    assert listed == data


def test_the_folder_is_an_ro_crate_whose_every_reference_leads_somewhere(release: Path) -> None:
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
    assert parts == {path.name for path in release.iterdir()} - {"ro-crate-metadata.json"}
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


def test_the_service_description_has_every_graph_with_its_count_and_leaves_the_endpoint_relative(
    release: Path, manifest: dict[str, Any]
) -> None:
    said = store_of(release / "service.ttl")
    assert b"sd:endpoint <> ;" in (release / "service.ttl").read_bytes()
    assert rows(said, "SELECT ?e { ?s a sd:Service ; sd:endpoint ?e }") == [(RELATIVE["service.ttl"],)]
    found = rows(
        said,
        """SELECT ?name ?n { ?s sd:defaultDataset [ sd:namedGraph [ sd:name ?name ; sd:graph ?graph ] ] .
            ?graph void:triples ?n }""",
    )
    assert found == sorted((PROJECT.graph_iri(name).value, str(n)) for name, n in manifest["graphs"].items())
    total = rows(said, "SELECT ?n { ?s sd:defaultDataset [ sd:defaultGraph [ void:triples ?n ] ] }")
    assert total == [(str(sum(manifest["graphs"].values())),)]


# What the command does; on a small graph


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a checkout with a graph of a few triples that says of itself what a release needs."""
    from tests.support import small_root

    root = small_root.make_with_code(tmp_path / "checkout")
    append(
        root / "data/dataset.ttl",
        f"""<{DATASET}> a dcat:Dataset ; dcterms:title "Small" ; dcterms:description "A graph." ; dcat:version "1.0.0" ;
            dcterms:creator "We" ; dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
            dcterms:rights "None." ; dcterms:issued "2026-11-26"^^xsd:date .""",
    )
    declared = ["title", "description", "creator", "license", "rights", "issued"]
    append(
        root / "ontology/imaging-trials.ttl",
        "".join(f" dcterms:{name} a owl:AnnotationProperty ." for name in declared)
        + " dcat:version a owl:AnnotationProperty . dcat:previousVersion a owl:AnnotationProperty .",
    )
    write_context(root)
    return root


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text + "\n")


def write_context(root: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(root / "scripts")}
    subprocess.run([sys.executable, "-m", "rdfkit.releases.files"], env=environment, check=True)


def refused(root: Path, *arguments: str) -> str:
    """Build, and return the one sentence that it ends with; nothing may have been written."""
    done = build(root, root / "dist", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("imt: ")
    assert done.stderr.count("\n") == 1
    assert not (root / "dist").exists()
    return done.stderr


def test_a_release_says_whether_it_was_validated(small: Path) -> None:
    command = [sys.executable, "-m", "imaging_trials", "build", "--release"]
    environment = {**os.environ, "PYTHONPATH": str(small / "scripts")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert read_json(small / "dist" / "manifest.json")["release"]["validated"] is True
    assert "valid by its SHACL shapes" in (small / "dist" / "README.md").read_text(encoding="utf-8")
    assert re.search(r"(?m)^  imaging-trials-all\.ttl +[\d,]+ bytes  everything, in one graph$", done.stdout)
    assert build(small, small / "dist", "--release").returncode == 0
    assert "not validated" in (small / "dist" / "README.md").read_text(encoding="utf-8")


def test_a_plain_build_takes_away_the_files_of_a_release_and_nothing_else(small: Path) -> None:
    build(small, small / "dist", "--release")
    (small / "dist" / "mine.txt").write_text("mine", encoding="utf-8")
    assert build(small, small / "dist").returncode == 0
    left = {"imaging-trials-all.ttl", "imaging-trials.nq", "manifest.json", "mine.txt"}
    assert {path.name for path in (small / "dist").iterdir()} == left


def test_a_manifest_that_names_files_elsewhere_does_not_get_them_removed(small: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    (small / "dist").mkdir()
    names: dict[str, object] = dict.fromkeys(["../../precious", str(tmp_path / "precious"), "..", ".", ""])
    (small / "dist" / "manifest.json").write_text(json.dumps({"files": names}), encoding="utf-8")
    assert build(small, small / "dist", "--release").returncode == 0
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "mine"


def test_an_endpoint_that_is_given_is_in_every_description_that_has_a_place_for_it(small: Path) -> None:
    endpoint = "https://example.org/sparql"
    assert build(small, small / "dist", "--release", "--endpoint-url", endpoint).returncode == 0
    dist = small / "dist"
    assert rows(store_of(dist / "service.ttl"), "SELECT ?e { ?s sd:endpoint ?e }") == [(endpoint,)]
    assert b"<>" not in (dist / "service.ttl").read_bytes()
    found = (
        "SELECT ?d { ?d void:sparqlEndpoint ?e . ?s a dcat:DataService ; dcat:servesDataset ?d ; dcat:endpointURL ?e }"
    )
    assert rows(store_of(dist / "void.ttl"), found) == [(f"{DATASET}/1.0.0",)]
    assert read_json(dist / "manifest.json")["release"]["endpoint"] == endpoint


@pytest.mark.parametrize("endpoint", ["sparql", "file:///etc/passwd", "https://", "http://a b/", "https://[x/"])
def test_an_endpoint_that_is_no_address_is_one_sentence(small: Path, endpoint: str) -> None:
    said = refused(small, "--release", "--endpoint-url", endpoint)
    assert f"'{endpoint}' is no address of an endpoint: give one such as https://" in said


def test_an_endpoint_without_a_release_is_one_sentence(small: Path) -> None:
    assert "give --release too" in refused(small, "--endpoint-url", "https://example.org/sparql")


def test_the_version_before_is_named_once_there_is_one(small: Path) -> None:
    append(small / "data/dataset.ttl", f"<{DATASET}> dcat:previousVersion <{DATASET}/0.9.0> .")
    assert build(small, small / "dist", "--release").returncode == 0
    said = store_of(small / "dist" / "void.ttl")
    assert rows(said, "SELECT ?new ?old { ?new dcat:previousVersion ?old }") == [
        (f"{DATASET}/1.0.0", f"{DATASET}/0.9.0")
    ]
    assert read_json(small / "dist" / "manifest.json")["release"]["previous_version"] == f"{DATASET}/0.9.0"


def test_a_dataset_that_lacks_what_a_release_needs_is_one_sentence(small: Path) -> None:
    path = small / "data/dataset.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace('dcterms:creator "We" ;', ""), encoding="utf-8")
    assert f"data/dataset.ttl gives no dcterms:creator of <{DATASET}>, which a release needs: add it." in refused(
        small, "--release"
    )


def test_a_dataset_of_another_version_than_the_package_is_one_sentence(small: Path) -> None:
    path = small / "data/dataset.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace('"1.0.0"', '"0.9.9"'), encoding="utf-8")
    assert "version 0.9.9, and the package is version 1.0.0: give both the same" in refused(small, "--release")


def test_a_context_out_of_step_is_one_sentence_with_the_command_that_mends_it(small: Path) -> None:
    append(small / "ontology/imaging-trials.ttl", " imt:newThing a owl:ObjectProperty .")
    said = refused(small, "--release")
    assert "context.jsonld is not what the prefixes and the vocabulary make" in said
    (command,) = re.findall(r"`python (.+?)`", said)
    environment = {**os.environ, "PYTHONPATH": str(small / "scripts")}
    subprocess.run([sys.executable, *command.split()], env=environment, check=True)
    assert build(small, small / "dist", "--release").returncode == 0


def test_a_release_that_is_stopped_by_a_problem_leaves_the_one_before_as_it_was(small: Path) -> None:
    build(small, small / "dist", "--release")
    before = content(small / "dist")
    append(small / "data/curated/agents.ttl", " agent:fes a imt:Tracer .")
    assert build(small, small / "dist", "--release").returncode == 1
    assert content(small / "dist") == before


def test_the_small_graph_is_released_from_where_the_package_finds_it(small: Path) -> None:
    assert PROJECT.root == ROOT
    assert build(small, small / "dist", "--release").returncode == 0
    assert len(quads(small / "dist" / "imaging-trials-vocabulary.nt")) < 100
