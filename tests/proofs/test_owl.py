"""OWL 2 DL and a DL reasoner: the shipped graph passes both checks, and broken files show that either can fail.

Both need Java programs. Where these are missing the tests are skipped, but fail in CI.
"""

import re
from pathlib import Path

import pytest

from imaging_trials.model.project import PROJECT
from tests.conftest import ROOT
from tests.support.servers import lacking
from tools.owl import proof

BROKEN = sorted((ROOT / "tests" / "fixtures" / "owl").glob("*.ttl"))

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("owl")]


def breaks(file: Path) -> tuple[str, list[str]]:
    """Return what a fixture breaks according to its comment: ``dl``, ``empty`` or ``inconsistent``, and which."""
    (comment,) = (line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("# "))
    kind, _, names = comment.removeprefix("# ").partition(":")
    return kind, names.split()


def fixtures(kind: str) -> list[Path]:
    return [file for file in BROKEN if breaks(file)[0] == kind]


@pytest.fixture(scope="module", autouse=True)
def _engines() -> None:
    if missing := proof.missing():
        lacking(missing)


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, proof.Profile]:
    """What OWLAPI reports for the shipped terms (under no name), and with each broken file, in one run."""
    folder = tmp_path_factory.mktemp("profiles")
    files = [proof.write(proof.of_terms(), folder / ".nt")]
    files += [
        proof.write(proof.of_terms() | proof.fixture(file), folder / f"{file.stem}.nt") for file in fixtures("dl")
    ]
    return {path.name.removesuffix(".nt"): found for path, found in proof.profiles(files)[1].items()}


def test_there_is_a_broken_file_for_each_way_to_fail() -> None:
    assert {breaks(file)[0] for file in BROKEN} == {"dl", "empty", "inconsistent"}


def test_the_report_shows_what_the_two_checks_say_now(tmp_path: Path) -> None:
    figures = proof.figures(tmp_path)
    assert figures.count("| no breach of OWL 2 DL |") == 2
    assert re.search(r"\| consistent; none of \d+ classes and \d+ properties is always empty \|", figures)
    assert re.search(r"\| consistent; none of \d+ classes is always empty \|", figures)
    assert proof.shown() == figures, "docs/owl.md shows other figures: update them with `make owl`"


@pytest.mark.parametrize("file", fixtures("dl"), ids=lambda file: file.stem)
def test_owlapi_finds_what_a_broken_file_breaks_and_nothing_else(
    file: Path, profiles: dict[str, proof.Profile]
) -> None:
    assert profiles[""].violations == []
    assert sorted({rule for rule, _ in profiles[file.stem].violations}) == breaks(file)[1]


@pytest.mark.parametrize("file", fixtures("empty"), ids=lambda file: file.stem)
def test_hermit_finds_the_class_or_property_that_is_always_empty(file: Path, tmp_path: Path) -> None:
    verdict = proof.hermit(proof.write(proof.of_terms() | proof.fixture(file), tmp_path / "broken.nt"), properties=True)
    assert verdict.consistent
    assert verdict.impossible == [PROJECT.expand(name) for name in breaks(file)[1]]


@pytest.mark.parametrize("file", fixtures("inconsistent"), ids=lambda file: file.stem)
def test_hermit_finds_the_inconsistent_individual(file: Path, tmp_path: Path) -> None:
    """HermiT finds the individual that the data make inconsistent."""
    broken = proof.write(proof.of_all() | proof.fixture(file), tmp_path / "broken.nt")
    assert not proof.hermit(broken, properties=False).consistent
