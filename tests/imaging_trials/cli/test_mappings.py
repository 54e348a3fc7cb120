"""``imt mappings``: list for a thing or a code, check against rules or a copy, and exit codes."""

import json
from pathlib import Path

import pytest

from imaging_trials.mapping_sets import MappingSet, named, read_sets
from tests.conftest import ROOT, Imt


@pytest.fixture(scope="module")
def sets() -> list[MappingSet]:
    return read_sets(ROOT)


def test_list_for_a_thing_or_a_code(imt: Imt) -> None:
    by_name = imt("mappings", "list", "--for", "FLT", "--format", "tsv")
    head, *rows = by_name.stdout.splitlines()
    assert (by_name.returncode, head.split("\t")[:3]) == (0, ["set", "subject_id", "subject_label"])
    assert {row.split("\t")[1] for row in rows} == {"agent:flt"}
    for code in ("C49093", "NCIT:C49093", "<http://purl.obolibrary.org/obo/NCIT_C49093>"):
        by_code = imt("mappings", "list", "--for", code)
        assert (by_code.returncode, by_code.stdout.splitlines()[-1]) == (0, "(1 mapping)")
        assert "Fluorothymidine F-18" in by_code.stdout


def test_list_prints_a_set_as_json_too(imt: Imt) -> None:
    rows = json.loads(imt("mappings", "list", "--set", "cto", "--format", "json").stdout)
    assert {row["set"] for row in rows} == {"cto"}
    assert all(row["object_id"].startswith("CTO:") for row in rows)


def test_list_exits_with_1_for_nothing_and_2_for_an_unknown_set(imt: Imt) -> None:
    none = imt("mappings", "list", "--set", "cto", "--for", "agent:fes")
    assert (none.returncode, none.stdout.splitlines()[-1]) == (1, "(0 mappings)")
    unknown = imt("mappings", "list", "--set", "ncti")
    assert (unknown.returncode, unknown.stderr) == (
        2,
        "imt: There is no mapping set 'ncti': did you mean ncit or cto?\n",
    )
    assert imt("mappings").returncode == 2


def test_check_exits_with_0_1_or_2(imt: Imt, tmp_path: Path, sets: list[MappingSet]) -> None:
    fine = imt("mappings", "check")
    assert (fine.returncode, fine.stderr) == (0, "")
    size = sum(len(one.mappings) for one in sets)
    assert fine.stdout == f"No problems; checked {size} mappings in {len(sets)} sets against the project's rules.\n"
    copy = tmp_path / "cto.tsv"
    rows = [f"{mapping.object}\t{mapping.object_label}\n" for mapping in named(sets, "cto").mappings]
    copy.write_text("id\tlabel\n" + "".join(rows[1:]), encoding="utf-8")
    behind = imt("mappings", "check", "--set", "cto", "--against", str(copy))
    assert behind.returncode == 1
    assert "[gone]" in behind.stdout
    assert behind.stdout.splitlines()[-1] == f"1 problem; checked {len(rows)} mappings of cto against {copy}."
    part = tmp_path / "part.obo"
    part.write_text("[Term]\nid: CTO:1\nname: x\n", encoding="utf-8")
    assert imt("mappings", "check", "--against", str(part)).stdout.endswith(
        "so the file may be a part of the vocabulary only.\n"
    )
    missing = imt("mappings", "check", "--against", str(tmp_path / "none.obo"))
    assert (missing.returncode, missing.stderr.startswith("imt: ")) == (2, True)
