# ruff: noqa: E501 - tables of inputs
"""Names, days, lists of references, mapping sets, vocabularies and releases, damaged in thousands of ways.

Each reader accepts them or reports in one line why not: see tests/proofs/test_hostile_input.py.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import strategies as st

from imaging_trials.bibliography import (
    articles_of,
    decode_references,
    in_page_order,
    read_record,
    read_references,
)
from imaging_trials.mapping_sets import compare, labels, problems, read_set, read_sets, to_quads
from imaging_trials.model import dates, lookup, nuclide_notation
from imaging_trials.model.project import PROJECT
from imaging_trials.views import decay, for_thing, formats, of_references, render_text
from rdfkit.releases import read_snapshot
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT
from tests.support import hostile, hostile_texts
from tests.support.hostile_texts import is_accepted, made_of, names, spoiled, try_all
from tests.support.list_writers import WRITERS, Cited

pytestmark = pytest.mark.prove


# Names, days, lists, mapping sets, releases


def writers() -> list[Callable[..., str]]:
    """Return the functions that write citations, one for each format."""
    return [formats.renderer("citations", name) for name in formats.names("citations")]


def test_names_notations_days_and_times_are_read_or_refused() -> None:
    store = open_store(PROJECT)
    index = lookup.NameIndex(store)

    def read(text: object) -> None:
        assert isinstance(text, str)
        key = nuclide_notation.search_key(text)
        nuclide_notation.without_nuclides(key)
        labels.are_of_one_thing(text, text[::-1], [key])
        is_accepted(lambda: dates.day(text))
        is_accepted(lambda: decay.duration(text))
        is_accepted(lambda: PROJECT.expand(text))
        PROJECT.shorten(text)
        thing = lookup.resolve(store, text, index=index)
        render_text.cards([for_thing(store, thing)])
        citations = [read_record(store, one) for one in articles_of(store, thing)]
        for write in writers():
            write(citations)

    try_all(names() | hostile.strings(), 60, read)


def test_lists_of_references_are_read_or_refused() -> None:
    store = open_store(PROJECT)
    citations = [read_record(store, one) for one in in_page_order(store)[:3]]
    cited = [Cited(one.title, ("Smith, A.",), "2017", "J", one.doi, one.pmid, "PMC12") for one in citations]
    lists = [write(citations).encode() for write in writers()] + [write(cited).encode() for write in WRITERS.values()]

    def read(data: object) -> None:
        assert isinstance(data, bytes)
        found = read_references(decode_references(data, "the list"), "the list")
        of_references(store, found[:20], "2026-01-01")

    pieces = (
        "@article{",
        "a,",
        "title",
        "=",
        "{",
        "}",
        '"',
        "#",
        "TY  - ",
        "\n",
        "DO  - ",
        "ER  - ",
        "[{",
        '"DOI":',
        "10.1/a",
        "10.1000/a",
        "PMID- 1\n",
        "PT J\n",
        "%0 Book\n%T ",
        "references:\n- id: ",
        "<xml><records><record>",
        '<rdf:RDF xmlns:z="http://www.zotero.org/namespaces/export#">',
        "<PubmedArticleSet>",
        "1. ",
        "Title: ",
        "\t",
        "%2F",
        "$\\'",
    )
    garbage = made_of([*pieces, *hostile_texts.PUMPS]).map(lambda text: text.encode("utf-8", "surrogatepass"))
    try_all(spoiled(lists) | garbage, 150, read)


def test_mapping_sets_are_read_and_checked_or_refused(tmp_path: Path) -> None:
    store = open_store(PROJECT)
    path = tmp_path / "ncit.sssom.tsv"
    text = (ROOT / "data" / "links" / "ncit.sssom.tsv").read_bytes().split(b"\n")
    head = next(number for number, line in enumerate(text) if not line.startswith(b"#"))

    def read(data: object) -> None:
        assert isinstance(data, bytes)
        path.write_bytes(data)
        one = read_set(path)
        assert list(to_quads([one]))
        problems([one], store)

    try_all(spoiled([b"\n".join(text[: head + rows]) + b"\n" for rows in (2, 8)]), 150, read)


COPIES = {
    "obo": b'format-version: 1.2\n\n[Term]\nid: NCIT:C1\nname: a "b"\nsynonym: "c \\"d" EXACT []\nalt_id: NCIT:C2\n'
    b"is_obsolete: true\nreplaced_by: NCIT:C3 ! x\n",
    "json": b'{"graphs": [{"id": "x", "meta": {"a": [1, 2]}, "nodes": [{"id": "http://purl.obolibrary.org/obo/NCIT_C1", '
    b'"lbl": "a", "meta": {"deprecated": true, "synonyms": [{"pred": "hasExactSynonym", "val": "b"}]}}]}]}',
    "owx": b'<?xml version="1.0"?><Ontology xmlns="http://www.w3.org/2002/07/owl#" ontologyIRI="http://e/"><Prefix name='
    b'"x" IRI="http://purl.obolibrary.org/obo/"/><Declaration><Class abbreviatedIRI="x:NCIT_C1"/></Declaration>'
    b'<AnnotationAssertion><AnnotationProperty IRI="http://www.w3.org/2000/01/rdf-schema#label"/><IRI>NCIT_C1</IRI>'
    b'<Literal xml:lang="en">a</Literal></AnnotationAssertion></Ontology>',
    "tsv": b"id\tlabel\tdeprecated\treplaced_by\nNCIT:C1\ta\ttrue\tNCIT:C2\nhttp://e/#a\tb\t\t\n",
    "ttl": b'<http://purl.obolibrary.org/obo/NCIT_C1> <http://www.w3.org/2000/01/rdf-schema#label> "a"@en .\n',
}


@pytest.mark.parametrize("ending", COPIES)
def test_copies_of_vocabularies_are_read_or_refused(tmp_path: Path, ending: str) -> None:
    sets = read_sets(ROOT)
    path = tmp_path / f"copy.{ending}"

    def read(data: object) -> None:
        assert isinstance(data, bytes)
        path.write_bytes(data)
        compare(sets, path, "ncit")

    try_all(spoiled([COPIES[ending]]), 50, read)


def test_a_release_is_read_or_refused(tmp_path: Path) -> None:
    line = (
        '<https://w3id.org/imaging-trials/id/agent/fes> <http://www.w3.org/2004/02/skos/core#prefLabel> "[18F]FES"@en '
    )
    line += "<https://w3id.org/imaging-trials/graph/page> .\n"
    inferred = line.replace("graph/page", "graph/inferred").replace("prefLabel", "altLabel")
    manifest = b'{"version": "1.2.0", "files": {"imaging-trials.nq": {"sha256": null, "bytes": 1}}}'

    def read(both: object) -> None:
        assert isinstance(both, tuple)
        (tmp_path / "manifest.json").write_bytes(both[0])
        (tmp_path / "imaging-trials.nq").write_bytes(both[1])
        read_snapshot(PROJECT, str(tmp_path))

    files = st.tuples(st.just(manifest) | spoiled([manifest]), st.just((line + inferred).encode()))
    try_all(files | st.tuples(st.just(manifest), spoiled([(line + inferred).encode()])), 25, read, seconds=40)
