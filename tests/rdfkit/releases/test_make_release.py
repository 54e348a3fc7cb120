"""`imt build --release` on a small graph: what it writes, and what it refuses."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from rdfkit.releases import CONTEXT_FILE, context_bytes, make_context
from rdfkit.sparql.saved import INDEX
from tests.conftest import ROOT
from tests.rdfkit.releases.comparing import VERSION
from tests.rdfkit.releases.release_files import DATASET, build, content, quads, read_json, rows, store_of

pytestmark = [pytest.mark.xdist_group("release"), pytest.mark.prove]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a checkout with a graph of a few triples that says of itself what a release needs."""
    from tests.support import small_root

    root = small_root.make_with_code(tmp_path / "checkout")
    append(
        root / "data/dataset.ttl",
        f"""<{DATASET}> a dcat:Dataset ; dcterms:title "Small" ; dcterms:description "A graph." ;
            dcat:version "{VERSION}" ; dcterms:creator "We" ;
            dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ; dcterms:rights "None." ;
            dcterms:issued "2026-11-26"^^xsd:date .""",
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
    made = make_context(PROJECT, named_graphs.read_sources(PROJECT.at(root)))
    (root / CONTEXT_FILE).write_bytes(context_bytes(made))


def refused(root: Path, *arguments: str) -> str:
    """Build, and return the one sentence that it ends with; nothing may have been written."""
    done = build(root, root / "dist", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("imt: ")
    assert done.stderr.count("\n") == 1
    assert not (root / "dist").exists()
    return done.stderr


def test_a_release_states_whether_it_was_validated(small: Path) -> None:
    command = [sys.executable, "-m", "imaging_trials", "build", "--release"]
    environment = {**os.environ, "PYTHONPATH": str(small / "scripts")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert read_json(small / "dist" / "manifest.json")["release"]["validated"] is True
    assert "valid by its SHACL shapes" in (small / "dist" / "README.md").read_text(encoding="utf-8")
    assert re.search(r"(?m)^  imaging-trials-all\.ttl +[\d,]+ bytes  everything, in one graph$", done.stdout)
    assert build(small, small / "dist", "--release").returncode == 0
    assert "not validated" in (small / "dist" / "README.md").read_text(encoding="utf-8")


def test_a_plain_build_removes_only_the_files_of_a_release(small: Path) -> None:
    build(small, small / "dist", "--release")
    (small / "dist" / "mine.txt").write_text("mine", encoding="utf-8")
    assert build(small, small / "dist").returncode == 0
    left = {"imaging-trials-all.ttl", "imaging-trials.nq", "manifest.json", "mine.txt", INDEX}
    assert {path.name for path in (small / "dist").iterdir()} == left


def test_files_elsewhere_are_not_removed(small: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    (small / "dist").mkdir()
    names: dict[str, object] = dict.fromkeys(["../../precious", str(tmp_path / "precious"), "..", ".", ""])
    (small / "dist" / "manifest.json").write_text(json.dumps({"files": names}), encoding="utf-8")
    assert build(small, small / "dist", "--release").returncode == 0
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "mine"


def test_an_endpoint_is_in_every_description(small: Path) -> None:
    endpoint = "https://example.org/sparql"
    assert build(small, small / "dist", "--release", "--endpoint-url", endpoint).returncode == 0
    dist = small / "dist"
    assert rows(store_of(dist / "service.ttl"), "SELECT ?e { ?s sd:endpoint ?e }") == [(endpoint,)]
    assert b"<>" not in (dist / "service.ttl").read_bytes()
    found = (
        "SELECT ?d { ?d void:sparqlEndpoint ?e . ?s a dcat:DataService ; dcat:servesDataset ?d ; dcat:endpointURL ?e }"
    )
    assert rows(store_of(dist / "void.ttl"), found) == [(f"{DATASET}/{VERSION}",)]
    assert read_json(dist / "manifest.json")["release"]["endpoint"] == endpoint


@pytest.mark.parametrize("endpoint", ["sparql", "file:///etc/passwd", "https://", "http://a b/", "https://[x/"])
def test_an_endpoint_that_is_no_address_is_refused(small: Path, endpoint: str) -> None:
    message = refused(small, "--release", "--endpoint-url", endpoint)
    assert f"'{endpoint}' is not the address of an endpoint: give one such as https://" in message


def test_an_endpoint_without_a_release_is_refused(small: Path) -> None:
    assert "add --release" in refused(small, "--endpoint-url", "https://example.org/sparql")


def test_the_previous_version_is_described(small: Path) -> None:
    append(small / "data/dataset.ttl", f"<{DATASET}> dcat:previousVersion <{DATASET}/0.9.0> .")
    assert build(small, small / "dist", "--release").returncode == 0
    described = store_of(small / "dist" / "void.ttl")
    assert rows(described, "SELECT ?new ?old { ?new dcat:previousVersion ?old }") == [
        (f"{DATASET}/{VERSION}", f"{DATASET}/0.9.0")
    ]
    assert read_json(small / "dist" / "manifest.json")["release"]["previous_version"] == f"{DATASET}/0.9.0"


def test_a_dataset_without_a_creator_is_refused(small: Path) -> None:
    path = small / "data/dataset.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace('dcterms:creator "We" ;', ""), encoding="utf-8")
    assert f"data/dataset.ttl has no dcterms:creator of <{DATASET}>, which a release needs: add it." in refused(
        small, "--release"
    )


def test_a_dataset_of_another_version_is_refused(small: Path) -> None:
    path = small / "data/dataset.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace(VERSION, "0.9.9"), encoding="utf-8")
    assert (
        f"states version 0.9.9 of the dataset, but the package has version {VERSION}: set both to the same version"
        in refused(small, "--release")
    )


def test_an_outdated_context_is_refused_with_the_command(small: Path) -> None:
    append(small / "ontology/imaging-trials.ttl", " imt:newThing a owl:ObjectProperty .")
    message = refused(small, "--release")
    assert "context.jsonld does not match the prefixes and the vocabulary: write it with `make context`" in message
    write_context(small)
    assert build(small, small / "dist", "--release").returncode == 0


def test_a_failed_release_keeps_the_previous_one(small: Path) -> None:
    build(small, small / "dist", "--release")
    before = content(small / "dist")
    append(small / "data/curated/agents.ttl", " agent:fes a imt:Tracer .")
    assert build(small, small / "dist", "--release").returncode == 1
    assert content(small / "dist") == before


def test_the_small_graph_is_released_from_its_checkout(small: Path) -> None:
    assert PROJECT.root == ROOT
    assert build(small, small / "dist", "--release").returncode == 0
    assert len(quads(small / "dist" / "imaging-trials-vocabulary.nt")) < 100
