"""The rules for mapping sets: the shipped sets keep them, and each finds what breaks it."""

import doctest
import shutil
from pathlib import Path

import pytest
from pyoxigraph import Store

from imaging_trials.mapping_sets import problems, read_set, read_sets, rules
from imaging_trials.mapping_sets.sssom import FOLDER
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from tests.conftest import ROOT


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(rules) == (0, 2)


@pytest.fixture(scope="module")
def store() -> Store:
    return named_graphs.read_sources(PROJECT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with the committed mapping sets, to be broken."""
    shutil.copytree(FOLDER, tmp_path / FOLDER)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_no_row_breaks_a_rule(store: Store) -> None:
    assert [str(problem) for problem in problems(read_sets(ROOT), store)] == []


FES = "agent:fes\t[18F]FES\tskos:exactMatch"
FES_VECTOR = "substance:fluoroestradiol\tfluoroestradiol\tskos:exactMatch"
GLIOMA = "disease:glioma\tglioma\tskos:exactMatch\t"


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (("unii", "relatedMatch\tunii:082285VIDF", "closeMatch\tunii:082285VIDF"), "labeled"),
        (("mesh", "broadMatch\tmesh:D012969", "exactMatch\tmesh:D012969"), "labeled"),
        (("mesh", "broadMatch\tmesh:D012969", "narrowMatch\tmesh:D012969"), "labeled"),
        (("chebi", "relatedMatch\tCHEBI:32186", "exactMatch\tCHEBI:32186"), "labeled"),
        (("chebi", "relatedMatch\tCHEBI:33371", "closeMatch\tCHEBI:33371"), "labeled"),
        (("mesh", "substance:panitumumab\tpanitumumab", "agent:zr-89-panitumumab\t[89Zr]-panitumumab"), "labeled"),
        (("drugbank", FES, FES_VECTOR), "labeled"),
        (("mesh", "exactMatch\tmesh:C000718244", "closeMatch\tmesh:C000718244"), ""),
        (("mesh", "closeMatch\tmesh:C000622699", "exactMatch\tmesh:C000622699"), "twice"),
        (("uberon", "broadMatch\tUBERON:0000029", "exactMatch\tUBERON:0000029"), "shared"),
        (("mesh", GLIOMA + "mesh:D005910\tGlioma", GLIOMA + "mesh:D001842\tBone and Bones"), "kind"),
        (("snomed-ct", "snomedct:926372005\t\t", "snomedct:926372005\tFluoroestradiol F-18\t"), "label"),
        (("ncit", "NCIT:C49093\tFluorothymidine F-18", "NCIT:C49093\t"), "label"),
        (("unii", "bioregistry:unii", "https://precision.fda.gov/uniisearch"), "source"),
        (("ncit", "agent:flt\t", "agent:ftl\t"), "unknown"),
        (("ncit", "[18F]FLT", "[18F] FLT"), "renamed"),
    ],
)
def test_each_rule_finds_what_breaks_it(root: Path, store: Store, edit: tuple[str, str, str], kind: str) -> None:
    name, old, new = edit
    change(root / FOLDER / f"{name}.sssom.tsv", old, new)
    found = {problem.kind for problem in problems(read_sets(root), store)}
    assert found == ({kind} if kind else set())


def test_an_agent_matches_nothing_in_a_vocabulary_of_diseases(root: Path, store: Store) -> None:
    path = root / FOLDER / "mondo.sssom.tsv"
    change(path, "#  disease:", f"#  agent: {PROJECT.prefixes['agent']}\n#  disease:")
    change(path, "disease:melanoma\tmelanoma\tskos:exactMatch", "agent:fes\t[18F]FES\tskos:relatedMatch")
    (found,) = problems(read_sets(root), store)
    assert (found.kind, found.text) == ("kind", "agent:fes is a substance, and mondo has none; remove the row.")


def test_two_exact_matches_in_one_vocabulary_need_a_reason(root: Path) -> None:
    path = root / FOLDER / "issn.sssom.tsv"
    assert problems([read_set(path)]) == []
    lines = path.read_text(encoding="utf-8").split("\n")
    row = next(n for n, line in enumerate(lines) if line.startswith("journal:ejnmmi\t"))
    lines[row] = lines[row].rpartition("\t")[0] + "\t"
    path.write_text("\n".join(lines), encoding="utf-8")
    (found,) = problems([read_set(path)])
    assert (found.kind, found.file, found.line) == ("twice", "issn.sssom.tsv", row + 1)


@pytest.mark.parametrize(
    ("name", "nuclides"),
    [
        ("FLUOROMISONIDAZOLE F-18", {"18F"}),
        ("2-deoxy-2-((18)F)fluoro-D-glucose", {"18F"}),
        ("gallium 68 PSMA-11", {"68Ga"}),
        ("technetium-99 medronate", {"99Tc"}),
        ("TECHNETIUM TC-99M MEDRONATE", {"99mTc"}),
        ("PSMA-11", set()),
        ("ferumoxytol", set()),
    ],
)
def test_nuclides_are_found_in_any_notation(name: str, nuclides: set[str]) -> None:
    assert rules.nuclides(name) == nuclides
