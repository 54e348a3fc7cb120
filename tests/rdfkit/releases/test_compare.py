"""Comparing snapshots: structures of blank nodes, releases, files, and the version that a snapshot states."""

import gzip
import json
import random
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Quad, RdfFormat, parse, serialize

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.releases import read_snapshot
from tests.conftest import ROOT
from tests.rdfkit.releases import small_sources
from tests.rdfkit.releases.comparing import BONE, NEXT, VERSION, built, difference, edit, kinds
from tests.support.small_checkout import checkout, write

pytestmark = pytest.mark.prove


def test_blank_node_labels_and_order_do_not_matter(tmp_path: Path) -> None:
    quads = list(parse(path=str(ROOT / "ontology" / "imaging-trials.ttl"), format=RdfFormat.TURTLE))
    nodes = {q.subject for q in quads if isinstance(q.subject, BlankNode)}
    assert len(nodes) > 30
    mixed = random.Random(4).sample(sorted(nodes, key=str), len(nodes))
    new = dict(zip(sorted(nodes, key=str), mixed, strict=True))
    shuffled = [
        Quad(new.get(q.subject, q.subject), q.predicate, new.get(q.object, q.object), q.graph_name)
        for q in random.Random(5).sample(quads, len(quads))
    ]
    for name, of in (("old", quads), ("new", shuffled)):
        (tmp_path / f"{name}.nt").write_bytes(serialize((q.triple for q in of), format=RdfFormat.N_TRIPLES) or b"")
    assert difference(tmp_path / "old.nt", tmp_path / "new.nt").changes == []


def test_a_changed_class_expression_is_the_only_difference(tmp_path: Path) -> None:
    text = (ROOT / "ontology" / "imaging-trials.ttl").read_text(encoding="utf-8")
    old = "owl:onProperty imt:hasAgentKind ; owl:hasValue agentkind:radiopharmaceutical"
    assert text.count(old) == 1
    write(tmp_path / "new.ttl", text.replace(old, old.replace("radiopharmaceutical", "ligand")))
    (change,) = difference(ROOT / "ontology" / "imaging-trials.ttl", tmp_path / "new.ttl").changes
    assert (change.kind, change.subject) == ("domain-narrowed", f"<{PROJECT.expand('imt:hasRadionuclide')}>")


# Structures


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        ("_:a owl:sameAs _:b . _:b owl:sameAs _:a .", "_:x owl:sameAs _:y . _:y owl:sameAs _:x .", False),
        ("_:a owl:sameAs _:b . _:b owl:sameAs _:a .", "_:a owl:sameAs _:a .", False),  # they state the same
        ("_:a owl:sameAs _:b . _:b owl:sameAs _:a .", "_:a rdfs:seeAlso _:b . _:b rdfs:seeAlso _:a .", True),
        ("imt:a owl:sameAs _:b . _:b owl:sameAs _:b .", "imt:a owl:sameAs _:b . _:b rdfs:seeAlso _:b .", True),
        ("imt:a rdfs:seeAlso ( 1 2 3 ) .", "imt:a rdfs:seeAlso ( 1 3 2 ) .", True),
        ("imt:a rdfs:seeAlso [ imt:b 1 ; imt:c 2 ] .", "imt:a rdfs:seeAlso [ imt:c 2 ; imt:b 1 ] .", False),
        ("[] imt:b 1 .", "[] imt:b 2 .", True),
    ],
)
def test_blank_nodes_are_compared_by_structure(tmp_path: Path, old: str, new: str, differs: bool) -> None:
    for name, text in (("old", old), ("new", new)):
        write(tmp_path / f"{name}.ttl", PROJECT.sparql_prologue() + text)
    assert bool(difference(tmp_path / "old.ttl", tmp_path / "new.ttl").changes) == differs


def test_long_lists_and_shared_nodes_are_compared(tmp_path: Path) -> None:
    long = "imt:a rdfs:seeAlso ( " + " ".join(map(str, range(3000))) + " ) ."
    shared = "".join(f"_:n{i} imt:b _:n{i + 1} ; imt:c _:n{i + 1} . " for i in range(60)) + "imt:d imt:b _:n0 ."
    for name, text in (("old", long + shared), ("new", long.replace(" 2999 ", " 0 ") + shared)):
        write(tmp_path / f"{name}.ttl", PROJECT.sparql_prologue() + text)
    (change,) = difference(tmp_path / "old.ttl", tmp_path / "new.ttl").changes
    assert change.subject == f"<{PROJECT.expand('imt:a')}>"


# Releases and files


def test_two_releases_are_compared_with_their_files(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    old = built(folder, "first")
    edit(folder / "data" / "page" / "page.ttl", "edition:lung imt:coversBodySite bodysite:lung ; imt:position 3 .",
         "edition:lung imt:coversBodySite bodysite:bone ; imt:position 3 .")  # fmt: skip
    new = built(folder, "second")
    found = difference(old, new)
    assert kinds(found) == {"value-corrected"}
    assert (found.old_version, found.minimum_version) == (VERSION, NEXT["patch"])
    manifest = json.loads((new / "manifest.json").read_text(encoding="utf-8"))
    name = next(name for name in manifest["files"] if name != "imaging-trials.nq")
    del manifest["files"][name]
    manifest["files"]["extra.nt"] = {}
    write(new / "manifest.json", json.dumps(manifest))
    found = difference(old, new)
    assert kinds(found) == {"value-corrected", "file-removed", "file-added"}
    assert [change.subject for change in found.changes if change.kind == "file-removed"] == [name]


def test_a_release_does_not_differ_from_its_sources(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    release = built(folder, "dist")
    for old, new in ((release, folder), (folder, release)):
        found = difference(old, new)
        assert found.changes == []
        assert any(reason.startswith("shapes (") for reason in found.not_compared)
    assert difference(release / "imaging-trials.nq", folder).changes == []
    quads = list(parse(path=str(release / "imaging-trials.nq"), format=RdfFormat.N_QUADS))
    (tmp_path / "merge.nt").write_bytes(serialize((q.triple for q in quads), format=RdfFormat.N_TRIPLES) or b"")
    assert difference(tmp_path / "merge.nt", release / "imaging-trials.nq").changes == []


def test_a_gzipped_file_is_read_like_the_plain_one(tmp_path: Path) -> None:
    text = PROJECT.sparql_prologue() + BONE
    write(tmp_path / "old.ttl", text)
    (tmp_path / "new.ttl.gz").write_bytes(gzip.compress(text.encode()))
    assert difference(tmp_path / "old.ttl", tmp_path / "new.ttl.gz").changes == []


def test_another_vocabulary_can_be_compared(tmp_path: Path) -> None:
    old = "@prefix : <https://example.org/> . :Dog a owl:Class ; rdfs:label 'dog'@en . :barks a owl:ObjectProperty ."
    write(tmp_path / "old.ttl", PROJECT.sparql_prologue() + old)
    write(
        tmp_path / "new.ttl", PROJECT.sparql_prologue() + old.replace(":barks a owl:ObjectProperty", ":Cat a owl:Class")
    )
    assert kinds(difference(tmp_path / "old.ttl", tmp_path / "new.ttl")) == {"class-added", "term-removed"}


# The version and the prefixes of another checkout


@pytest.mark.parametrize(
    ("statements", "version"),
    [
        (
            '<https://w3id.org/imaging-trials/vocab> owl:versionInfo "1.2.0" . <urn:a> owl:versionInfo "3.0.0" .',
            "1.2.0",
        ),
        ('<https://w3id.org/imaging-trials/dataset> dcat:version "1.2.0" .', "1.2.0"),
        ('<urn:a> owl:versionInfo "1.2.0" .', "1.2.0"),
        ('<urn:a> owl:versionInfo "1.2.0" . <urn:b> owl:versionInfo "3.0.0" .', ""),
        ('<urn:a> owl:versionInfo "of spring" .', ""),
    ],
)
def test_the_version_is_that_of_the_vocabulary(tmp_path: Path, statements: str, version: str) -> None:
    write(tmp_path / "a.ttl", PROJECT.sparql_prologue() + statements)
    assert read_snapshot(PROJECT, str(tmp_path / "a.ttl")).version == version


def test_the_prefixes_of_a_checkout_are_those_of_its_context(tmp_path: Path) -> None:
    context = {
        "@version": 1.1,
        "id": "@id",
        "ex": "urn:ex:",
        "imt": PROJECT.vocabulary,
        "Agent": "imt:PharmaceuticalAgent",
    }
    context_file = small_sources.checkout(tmp_path, {}) / small_sources.CONTEXT
    write(context_file, json.dumps({"@context": {**context, "points": {"@id": "imt:points"}}}))
    assert read_snapshot(PROJECT, str(tmp_path)).prefixes == {"ex": "urn:ex:", "imt": PROJECT.vocabulary}
    write(context_file, "{}")
    with pytest.raises(UserError, match=r"context\.jsonld is not a JSON-LD context"):
        read_snapshot(PROJECT, str(tmp_path))


def test_the_context_of_the_project_has_all_its_prefixes(tmp_path: Path) -> None:
    assert read_snapshot(PROJECT, str(small_sources.checkout(tmp_path, {}))).prefixes == PROJECT.prefixes
