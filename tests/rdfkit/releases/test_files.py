"""The files of a release: the same graph in every file, the same bytes wherever it is built."""

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from pyld import jsonld as pyld  # type: ignore[import-untyped]

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from rdfkit.releases import CONTEXT_FILE, context_bytes, make_context
from rdfkit.releases.files import jsonld
from rdfkit.sparql.saved import INDEX
from tests.conftest import ROOT
from tests.rdfkit.releases.release_files import (
    DATASET,
    build,
    canonical,
    content,
    hash_of,
    in_default_graph,
    no_network,
    quads,
    rdf_files,
    read_json,
    rows,
    sha256,
    store_of_sources,
)
from tests.support.engines import jena
from tests.support.servers import needs

pytestmark = [pytest.mark.xdist_group("release"), pytest.mark.prove]

QUAD_FILES = ("imaging-trials.nq", "imaging-trials.trig", "imaging-trials.jsonld")
MERGE_FILES = ("imaging-trials-all.ttl", "imaging-trials-all.nt")


# The same bytes


@pytest.mark.prove
def test_the_bytes_do_not_depend_on_the_environment(release: Path, tmp_path: Path) -> None:
    copy = tmp_path / "another place"
    for name in ("ontology", "data", "queries", "scripts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = build(copy, copy / "out", "--release", umask=0o077, TZ="Asia/Tokyo", PYTHONHASHSEED="2718", **ascii_only)
    assert (done.returncode, done.stderr) == (0, "")
    assert content(copy / "out") == content(release)


def test_a_gzip_has_neither_name_nor_time(release: Path, manifest: dict[str, Any]) -> None:
    packed = [name for name in manifest["files"] if name.endswith(".gz")]
    assert {f"{name}.gz" for name in manifest["files"] if (release / name).stat().st_size > 1_000_000} == set(packed)
    assert "imaging-trials.nq.gz" in packed
    for name in packed:
        data = (release / name).read_bytes()
        assert data[3:8] == bytes(5), "flags (a name), then the time"
        assert gzip.decompress(data) == (release / name.removesuffix(".gz")).read_bytes()
        assert manifest["files"][name]["gzip_of"] == name.removesuffix(".gz")


@pytest.mark.prove
def test_two_implementations_of_rdfc_1_0_give_the_hash(release: Path, manifest: dict[str, Any]) -> None:
    """One reads N-Quads, the other JSON-LD, offline, so that both files are shown to have the same quads."""
    of = manifest["release"]["canonical"]
    document = read_json(release / "imaging-trials.jsonld")
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": no_network}
    assert sha256(pyld.normalize(document, options).encode()) == of["dataset"]
    assert hash_of(quads(release / "imaging-trials.nq")) == of["dataset"]
    merge = {**document, "@graph": [node for graph in document["@graph"] for node in graph["@graph"]]}
    assert sha256(pyld.normalize(merge, options).encode()) == of["merge"]
    assert hash_of(quads(release / "imaging-trials-all.nt")) == of["merge"]


def test_the_n_quads_are_in_canonical_form(release: Path, manifest: dict[str, Any]) -> None:
    assert sha256((release / "imaging-trials.nq").read_bytes()) == manifest["release"]["canonical"]["dataset"]


# The same graph in every file


@pytest.mark.parametrize("name", QUAD_FILES)
def test_every_quad_format_has_the_quads_of_the_graph(release: Path, name: str) -> None:
    graph = store_of_sources()
    asserted = {quad for quad in quads(release / name) if quad.graph_name != PROJECT.graph_iri("inferred")}
    assert asserted == set(graph)
    assert quads(release / name) == quads(release / "imaging-trials.nq")


@pytest.mark.parametrize("name", MERGE_FILES)
def test_every_triple_format_has_the_merge(release: Path, name: str) -> None:
    assert quads(release / name) == in_default_graph(quads(release / "imaging-trials.nq"))


def test_each_named_graph_has_a_file_of_its_own(release: Path, manifest: dict[str, Any]) -> None:
    whole = quads(release / "imaging-trials.nq")
    for name in manifest["graphs"]:
        alone = [quad for quad in whole if quad.graph_name == PROJECT.graph_iri(name)]
        assert alone
        assert quads(release / f"imaging-trials-{name}.nt") == in_default_graph(alone)


@pytest.mark.parametrize("ending", ["ttl", "rdf"])
def test_the_vocabulary_is_written_in_turtle_and_rdf_xml(release: Path, ending: str) -> None:
    path = release / f"imaging-trials-vocabulary.{ending}"
    assert quads(path) == quads(release / "imaging-trials-vocabulary.nt")
    assert ox.NamedNode(PROJECT.vocabulary + "PharmaceuticalAgent") in {quad.subject for quad in quads(path)}


def test_rdflib_reads_the_same_triples(release: Path) -> None:
    import rdflib

    for name in ("imaging-trials-vocabulary.rdf", "imaging-trials-vocabulary.ttl", "void.ttl"):
        assert len(rdflib.Graph().parse(release / name)) == len(quads(release / name))


@pytest.mark.prove
@pytest.mark.xdist_group("jvm")
def test_every_rdf_file_loads_in_jena_without_a_warning(release: Path) -> None:
    files = list(rdf_files(release))
    assert len(files) > 20
    assert {path.name: warnings for path in files if (warnings := jena.parse_strict(path))} == {}


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
    assert empty == {"context.jsonld"}, "a context alone has no triples"


def test_no_file_has_an_iri_generated_by_rdflib(release: Path) -> None:
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
"""Datatypes that the graph may use, and the canonical form of their values (XML Schema 1.1, part 2)."""


@pytest.mark.parametrize("datatype", ["double", "float", "gYear", "gYearMonth", "dateTime", "nonNegativeInteger"])
def test_no_literal_has_a_datatype_that_a_store_rewrites(release: Path, datatype: str) -> None:
    used = {
        quad.object.datatype for quad in quads(release / "imaging-trials.nq") if isinstance(quad.object, ox.Literal)
    }
    assert ox.NamedNode(PROJECT.prefixes["xsd"] + datatype) not in used


def test_every_literal_is_in_canonical_form(release: Path) -> None:
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


def test_a_store_of_values_returns_the_same_quads(release: Path, tmp_path: Path) -> None:
    """Oxigraph stores numbers and dates by value, not by their text."""
    given = (release / "imaging-trials.nq").read_bytes()
    store = ox.Store(str(tmp_path / "store"))
    store.bulk_load(input=given, format=ox.RdfFormat.N_QUADS)
    assert canonical(store) == quads(release / "imaging-trials.nq")


# JSON-LD


def test_the_published_context_matches_the_vocabulary() -> None:
    made = context_bytes(make_context(PROJECT, named_graphs.read_sources(PROJECT)))
    assert (ROOT / CONTEXT_FILE).read_bytes() == made, "run: make context"


def test_the_context_in_the_json_ld_is_the_published_one(release: Path) -> None:
    published = read_json(release / "context.jsonld")["@context"]
    assert read_json(release / "imaging-trials.jsonld")["@context"] == published
    assert (release / "context.jsonld").read_bytes() == (ROOT / CONTEXT_FILE).read_bytes()


def test_json_ld_uses_the_terms_of_the_vocabulary(release: Path) -> None:
    graphs = {graph["id"]: graph["@graph"] for graph in read_json(release / "imaging-trials.jsonld")["@graph"]}
    (fes,) = (node for node in graphs["graph:page"] if node["id"] == "agent:fes")
    assert fes["type"] == "PharmaceuticalAgent"
    assert fes["hasRadionuclide"] == "nuclide:f-18"
    assert fes["skos:prefLabel"] == {"@value": "[18F]FES", "@language": "en"}


def small_vocabulary(*lines: str) -> list[ox.Quad]:
    prologue = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PROJECT.prefixes.items())
    parsed = ox.parse(prologue + "\n".join(lines), format=ox.RdfFormat.TURTLE)
    graph = PROJECT.graph_iri("vocabulary")
    return [ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in parsed]


def test_json_ld_keeps_every_kind_of_value() -> None:
    of = small_vocabulary(
        "imt:points a owl:ObjectProperty . imt:Thing a owl:Class . skos:broader a owl:ObjectProperty .",
        "agent:a a imt:Thing , [ a owl:Restriction ; owl:onProperty imt:points ] , <https://example.org/?a=b#c> ;",
        'imt:points agent:b , _:x , "text" , "getaggt"@de , 7 , true ; skos:broader agent:b ;',
        'imt:note "text" , "", "Zeile\\n\\"zwei\\" \\u2028"@en , "agent:b" , "https://example.org/" , 0 , -12 ,',
        'false , "007"^^xsd:integer , "1"^^xsd:boolean , 1.50 , 0.7 , "1.0E3"^^xsd:double , 12345678901234567890123 ,',
        '"2026-02-30"^^xsd:date ,',
        "<urn:isbn:1> , <https://w3id.org/imaging-trials/id/agent/> , <https://w3id.org/imaging-trials/id/agent/a/b> .",
    )
    document = jsonld.document(PROJECT, of, make_context(PROJECT, of))
    loaded = json.loads(document)
    expanded = pyld.to_rdf(loaded, {"format": "application/n-quads", "documentLoader": no_network})
    assert canonical(ox.parse(expanded, format=ox.RdfFormat.N_QUADS)) == canonical(of)
    assert canonical(ox.parse(document, format=ox.RdfFormat.JSON_LD)) == canonical(of)


def test_a_term_with_the_name_of_a_prefix_is_refused() -> None:
    with pytest.raises(Exception, match="imt:agent has the name of the prefix or key 'agent' of JSON-LD: rename"):
        make_context(PROJECT, small_vocabulary("imt:agent a owl:ObjectProperty ."))


# The manifest


def test_the_manifest_has_size_and_checksum_of_every_file(release: Path, manifest: dict[str, Any]) -> None:
    assert {path.name for path in release.iterdir()} - {INDEX} == {*manifest["files"], "manifest.json"}
    for name, entry in manifest["files"].items():
        data = (release / name).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(data), sha256(data)), name


def test_the_manifest_has_the_statements_of_dataset_ttl(manifest: dict[str, Any]) -> None:
    found = manifest["release"]
    (version,) = rows(store_of_sources(), f"SELECT ?v {{ <{DATASET}> dcat:version ?v }}")
    assert found["iri"] == f"{DATASET}/{version[0]}"
    assert (found["title"], found["license"]) == (
        "Imaging Trials Graph",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    )
    assert found["previous_version"] is None
    assert found["validated"] is False, "the release was built with --no-validate"


def test_the_readme_states_the_inferences_of_every_file(release: Path, manifest: dict[str, Any]) -> None:
    table = dict(re.findall(r"(?m)^\| `([^`]+)` \| (.+) \|$", (release / "README.md").read_text(encoding="utf-8")))
    assert set(table) == {*manifest["files"], "manifest.json"}
    graph_of = {"imaging-trials-inferred.nt": "nothing else", "imaging-trials-page.nt": "none"}
    graph_of |= {"imaging-trials-all.ttl": "included", "imaging-trials.nq": "included, as `graph:inferred`"}
    for name, entry in manifest["files"].items():
        if "graphs" in entry:
            assert f" | {entry['inferences']} | {entry['bytes']:,}" in table[name]
            inferred = quads(release / name) & (
                quads(release / "imaging-trials.nq") | quads(release / "imaging-trials-inferred.nt")
            )
            holds = any(
                quad.graph_name == PROJECT.graph_iri("inferred")
                or quad in quads(release / "imaging-trials-inferred.nt")
                for quad in inferred
            )
            assert holds == (entry["inferences"] != "none"), name
    for name, words in graph_of.items():
        assert manifest["files"][name]["inferences"] == words
