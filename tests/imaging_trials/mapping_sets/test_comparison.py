"""Comparison with copies: every change is found, and every form of an identifier is recognized."""

import shutil
from pathlib import Path

import pytest

from imaging_trials.mapping_sets import MappingSet, compare, named, read_set, read_sets
from rdfkit.base.errors import UserError
from tests.conftest import ROOT

FIXTURES = ROOT / "tests" / "fixtures" / "links"
MADE_UP = FIXTURES / "madeup.sssom.tsv"
COPIES = [FIXTURES / f"madeup.{ending}" for ending in ("obo", "ttl", "rdf", "owl", "json", "tsv")]


@pytest.fixture(scope="module")
def sets() -> list[MappingSet]:
    return read_sets(ROOT)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


FOUND = {
    17: ("gone", "MADE:2 'slow scan' is not in the copy"),
    18: ("deprecated", "MADE:3 'bone scan' is deprecated, replaced by MADE:6 'bone scan, new style'"),
    19: ("relabeled", "MADE:4 'tumour glow' is called 'tumor glow' in the copy"),
    20: ("something else", "MADE:5 'hypoxia tracer' is 'wheel bearing' in the copy, which is something else"),
    21: ("relabeled", "MADE:8 'F-18 marker' is called 'nonesuch' in the copy"),
}


@pytest.mark.parametrize("copy", COPIES, ids=lambda path: path.suffix)
def test_every_kind_of_change_is_found_in_every_format(copy: Path) -> None:
    compared = compare([read_set(MADE_UP)], copy)
    found = {problem.line: (problem.kind, problem.text.partition(";")[0]) for problem in compared.problems}
    longer = "MADE:8 'F-18 marker' is called 'F-18 marker or the like' in the copy"
    assert found == {**FOUND, 21: ("relabeled", longer) if copy.suffix == ".tsv" else FOUND[21]}


def test_the_code_that_has_the_label_now_is_named() -> None:
    trap = compare([read_set(MADE_UP)], COPIES[0]).problems[3]
    assert str(trap).endswith("something else; the label belongs to MADE:7.  [something else]")


@pytest.mark.parametrize("copy", COPIES, ids=lambda path: path.suffix)
def test_a_set_that_is_up_to_date_has_no_problem(copy: Path, tmp_path: Path) -> None:
    path = tmp_path / MADE_UP.name
    lines = MADE_UP.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([*lines[:16], ""]), encoding="utf-8")
    assert compare([read_set(path)], copy).problems == ()


def test_a_missing_replacement_is_reported(tmp_path: Path) -> None:
    copy = tmp_path / "madeup.tsv"
    shutil.copy(FIXTURES / "madeup.tsv", copy)
    change(copy, "true\tMADE:6", "true\t")
    assert "no replacement is named" in compare([read_set(MADE_UP)], copy).problems[1].text


def test_http_and_https_make_no_difference(sets: list[MappingSet], tmp_path: Path) -> None:
    copy = tmp_path / "schema.tsv"
    rows = [f"http://schema.org/{m.code}\t{m.object_label}\n" for m in named(sets, "schema-org").mappings]
    copy.write_text("id\tlabel\n" + "".join(rows), encoding="utf-8")
    compared = compare(sets, copy)
    assert (compared.set.name, compared.problems) == ("schema-org", ())


def test_all_forms_of_an_ncit_identifier_are_one(sets: list[MappingSet], tmp_path: Path) -> None:
    ncit = named(sets, "ncit")
    for start in ("http://purl.obolibrary.org/obo/NCIT_", "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#", ""):
        copy = tmp_path / "ncit.tsv"
        rows = [f"{start}{mapping.code}\t{mapping.object_label}\n" for mapping in ncit.mappings]
        copy.write_text("id\tlabel\n" + "".join(rows), encoding="utf-8")
        assert compare(sets, copy, "ncit").problems == (), start


def test_the_set_is_chosen_by_the_labels_of_the_copy(sets: list[MappingSet], tmp_path: Path) -> None:
    copy = tmp_path / "copy.obo"
    copy.write_text(
        "[Term]\nid: UBERON:0002048\nname: lung\n\n[Term]\nid: MONDO:1\nname: a\n\n[Term]\nid: MONDO:2\nname: b\n\n"
        + "".join(f"[Term]\nid: DOID:{n}\n\n" for n in range(9)),  # without a label: only pointed to
        encoding="utf-8",
    )
    assert compare(sets, copy).set.name == "mondo"
    assert compare(sets, copy, "uberon").set == named(sets, "uberon")
    with pytest.raises(UserError, match="no identifier of go"):
        compare(sets, copy, "go")


@pytest.mark.parametrize("set_", read_sets(ROOT), ids=lambda one: one.name)
def test_every_set_can_be_compared_with_a_table(set_: MappingSet, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tsv"
    rows = {mapping.object_iri: mapping.object_label or "a label" for mapping in set_.mappings}
    gone = set_.mappings[0].object_iri
    copy.write_text(
        "id\tlabel\nhttp://example.org/other\tother\n" + "".join(f"{i}\t{t}\n" for i, t in rows.items() if i != gone),
        encoding="utf-8",
    )
    if len(rows) > 1:
        found = compare([set_], copy).problems
        assert {(p.kind, p.text.split()[0]) for p in found} == {("gone", set_.mappings[0].object)}
    copy.write_text("id\tlabel\n" + "".join(f"{iri}\t{text}\n" for iri, text in rows.items()), encoding="utf-8")
    assert compare([set_], copy).problems == ()
