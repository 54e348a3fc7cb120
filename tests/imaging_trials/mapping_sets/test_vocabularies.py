"""Copies of vocabularies: what each format says about an identifier, and faulty files."""

import shutil
from pathlib import Path

import pytest

from imaging_trials.mapping_sets import compare, read_set, vocabularies
from rdfkit.base.errors import UserError
from tests.conftest import ROOT

FIXTURES = ROOT / "tests" / "fixtures" / "links"
MADE_UP = FIXTURES / "madeup.sssom.tsv"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def changed(tmp_path: Path, name: str, text: str) -> dict[str, str]:
    """Return, by code, what is found wrong with the made-up set in a copy of that text."""
    copy = tmp_path / name
    copy.write_text(text, encoding="utf-8")
    return {p.text.split()[0]: p.kind for p in compare([read_set(MADE_UP)], copy).problems}


def test_only_exact_synonyms_count(tmp_path: Path) -> None:
    copy = tmp_path / "madeup.obo"
    shutil.copy(FIXTURES / "madeup.obo", copy)
    change(copy, '"F-18 marker" EXACT', '"F-18 marker" BROAD')
    assert compare([read_set(MADE_UP)], copy).problems[-1].kind == "something else"


def test_a_label_with_obsolete_counts_as_deprecated(tmp_path: Path) -> None:
    assert changed(tmp_path, "x.obo", "[Term]\nid: MADE:2\nname: obsolete slow scan\n")["MADE:2"] == "deprecated"


def test_only_english_labels_count(tmp_path: Path) -> None:
    prefixes = (
        "@prefix made: <http://example.org/madeup/MADE_> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
    )
    text = f'{prefixes} made:1 rdfs:label "lung scan"@de , "wheel"@en . made:2 rdfs:label "slow scan"@en-GB .'
    found = changed(tmp_path, "x.ttl", text)
    assert (found["MADE:1"], found.get("MADE:2")) == ("something else", None)
    text = (FIXTURES / "madeup.owl").read_text(encoding="utf-8")
    text = text.replace(">lung scan<", ">wheel<").replace(">Lungenbild<", ">lung scan<")
    assert changed(tmp_path, "x.owl", text)["MADE:1"] == "something else"


def test_an_inactive_mesh_record_counts_as_deprecated(tmp_path: Path) -> None:
    text = (
        "@prefix made: <http://example.org/madeup/MADE_> .\n@prefix meshv: <http://id.nlm.nih.gov/mesh/vocab#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        'made:1 meshv:active false . made:2 meshv:active true . made:3 rdfs:label "bone scan" .'
    )
    found = changed(tmp_path, "x.ttl", text)
    assert (found["MADE:1"], found["MADE:2"]) == ("deprecated", "unlabeled")


def test_a_table_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert "MADE:1" not in changed(tmp_path, "x.tsv", "\ufeffid\tlabel\nMADE:1\tlung scan\n")


def test_a_merged_identifier_counts_as_replaced(tmp_path: Path) -> None:
    copy = tmp_path / "madeup.obo"
    shutil.copy(FIXTURES / "madeup.obo", copy)
    change(copy, "id: MADE:6\n", "id: MADE:6\nalt_id: MADE:2\n")
    first = compare([read_set(MADE_UP)], copy).problems[0]
    assert (first.kind, "replaced by MADE:6" in first.text) == ("deprecated", True)


def test_a_byte_order_mark_before_json_is_skipped(tmp_path: Path) -> None:
    copy = tmp_path / "madeup.json"
    copy.write_bytes(b"\xef\xbb\xbf" + (FIXTURES / "madeup.json").read_bytes())
    assert vocabularies.read(copy, str) == vocabularies.read(FIXTURES / "madeup.json", str)


def test_obo_with_malformed_cross_references_is_read(tmp_path: Path) -> None:
    """CHMO, MAxO and RBO are published with such clauses, which fastobo refuses."""
    copy = tmp_path / "chmo.obo"
    clauses = 'def: "x" [FIX:0000792, Orange: 8.5.3]\nxref: https://bioregistry.io/a b\nsynonym: "y" EXACT [a b: c]\n'
    copy.write_text(f"format-version: 1.2\n\n[Term]\nid: CHMO:1\n{clauses}name: z\n", encoding="utf-8")
    assert vocabularies.read(copy, str) == {"CHMO:1": vocabularies.Term(labels=["z"], synonyms=["y"])}


def test_owl_xml_resolves_names_by_prefixes_and_base(tmp_path: Path) -> None:
    copy = tmp_path / "x.owl"
    copy.write_text(
        OWL + ' xml:base="http://e/o"><Prefix name="" IRI="http://p/"/><Declaration><Class IRI="#a"/></Declaration>'
        "<AnnotationAssertion><Annotation><AnnotationProperty IRI='#n'/><Literal>why</Literal></Annotation>"
        "<AnnotationProperty abbreviatedIRI='rdfs:label'/><AbbreviatedIRI>:b</AbbreviatedIRI><Literal>B</Literal>"
        "</AnnotationAssertion><AnnotationAssertion><AnnotationProperty IRI='http://purl.org/dc/terms/isReplacedBy'/>"
        "<IRI>#a</IRI><AbbreviatedIRI>:b</AbbreviatedIRI></AnnotationAssertion></Ontology>",
        encoding="utf-8",
    )
    assert vocabularies.read(copy, str) == {
        "http://e/o#a": vocabularies.Term(replaced_by=["http://p/b"]),
        "http://p/b": vocabularies.Term(labels=["B"]),
    }


XML = '<?xml version="1.0"?>'
HOSTILE = XML + '<!DOCTYPE a [<!ENTITY b "c">]>'
OWL = '<Ontology xmlns="http://www.w3.org/2002/07/owl#"'
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("x.owl", HOSTILE + OWL + "/>", "has a DOCTYPE"),
        ("x.rdf", HOSTILE + RDF, "declares the XML entity"),
        ("x.owl", OWL + "><Declaration>", "is not well-formed XML"),
        ("x.owl", OWL + ">" + "<a>" * 1001, "nested more than 1000 deep"),
        (
            "x.owx",
            OWL + '><Declaration><Class abbreviatedIRI="a:b"/></Declaration></Ontology>',
            "a prefix that the file does not declare",
        ),
        ("x.owx", OWL + "/>", "no identifier in it"),
        ("x.json", '{"graphs": [{"nodes": [{"id": "MADE:1"', "is not an OBO graph"),
        ("x.json", '{"graphs": [{"nodes": [{"lbl": "x"}]}]}', "has no id"),
        ("x.json", '{"graphs": [{"nodes": ' + "[" * 100_000 + "]}]}", "nested more than 1000 deep"),
        ("x.json", '{"graphs": [{"nodes": []}]}', "no identifier in it"),
        ("x.obo", "[Term]\nid: MADE:1\nnonsense\n", ":3: is not an OBO clause"),
        ("x.tsv", "code\tlabel\nMADE:1\ta\n", "must begin with the columns id and label"),
        ("x.tsv", "id\tlabel\nMADE:1\n", ":2: must have the 2 cells"),
        ("x.ttl", "made:1 a made:2 .", "is not valid Turtle"),
        ("x.xlsx", "", "no extension of a known format"),
        ("x.tsv", "id\tlabel\nOTHER:1\ta\n", "no identifier of any mapping set"),
    ],
)
def test_a_faulty_copy_is_refused_in_a_sentence(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    copy = tmp_path / name
    copy.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as raised:
        compare([read_set(MADE_UP)], copy)
    assert sentence in str(raised.value)
    assert str(copy) in str(raised.value)


def test_an_unreadable_copy_is_refused_in_a_sentence(tmp_path: Path) -> None:
    latin = tmp_path / "latin.obo"
    latin.write_bytes(b"[Term]\nid: MADE:1\nname: M\xfcller\n")
    (tmp_path / "folder.obo").mkdir()
    for name, sentence in {
        "none.json": "cannot be read",
        "folder.obo": "is a folder",
        "latin.obo": "is not UTF-8",
    }.items():
        with pytest.raises(UserError, match=sentence):
            compare([read_set(MADE_UP)], tmp_path / name)
