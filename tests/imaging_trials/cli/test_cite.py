"""``imt cite``: the page's citations to the letter, corrected, and in every format."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from imaging_trials.bibliography import in_page_order, read_record
from imaging_trials.model.project import PROJECT
from imaging_trials.views import formats
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT, Imt

PAGE = Path(os.environ.get("IMT_SHARED", ROOT.parent / "shared")) / "source" / "imaging-trials-resources.txt"


def printed(imt: Imt, *arguments: str) -> str:
    done = imt("cite", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refusal(imt: Imt, *arguments: str) -> str:
    done = imt("cite", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("imt: ")
    assert done.stderr.count("\n") == 1
    assert "Unexpected error" not in done.stderr
    return done.stderr


@pytest.mark.skipif(not PAGE.exists(), reason=f"the page itself is not here: looked for {PAGE.name} under IMT_SHARED")
def test_the_twenty_citations_are_printed_to_the_letter(imt: Imt) -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"[0-9]{4}: ", line)]
    assert len(lines) == 20
    expected = "".join(f"{line.removeprefix(line[:6])}\n" for line in lines)
    assert printed(imt) == printed(imt, "--format", "nlm") == expected


@pytest.mark.parametrize("name", formats.names("citations"))
def test_each_format_is_what_its_writer_writes(imt: Imt, name: str) -> None:
    store = open_store(PROJECT)
    records = [read_record(store, article) for article in in_page_order(store)]
    assert printed(imt, "--format", name) == formats.renderer("citations", name)(records)


def test_corrected_changes_two_citations(imt: Imt) -> None:
    before, after = printed(imt).splitlines(), printed(imt, "--corrected").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 2
    (vali, vali_corrected), (ljungberg, ljungberg_corrected) = changed
    assert vali_corrected == vali.removesuffix("PMID: 33334912.") + "PMID: 33334912; PMCID: PMC8679588."
    assert "Sjögreen- Gleisner K" in ljungberg
    assert ljungberg_corrected == ljungberg.replace("Sjögreen- Gleisner K", "Sjögreen-Gleisner K")


def test_corrections_are_listed_with_their_sources(imt: Imt) -> None:
    listed = printed(imt, "--list-corrections")
    assert "  printed    Sjögreen- Gleisner K\n  corrected  Sjögreen-Gleisner K\n" in listed
    assert "Vali 2021: PMCID\n  printed    (nothing)\n  corrected  PMC8679588\n" in listed
    assert listed.count("  source     ") == listed.count("  because    ") == 2
    assert printed(imt, "--list-corrections", "Vali 2021") == listed.split("\n\n")[0] + "\n"
    assert printed(imt, "--list-corrections", "Liu 2015") == "No corrections.\n"


@pytest.mark.parametrize(
    ("what", "keys"),
    [
        (["27262701"], ["van-den-wyngaert-2016"]),
        (["Ljungberg"], ["ljungberg-2016"]),
        (["edition:aua-renal-mass-2017", "liu-2015"], None),
        (["edition:esur-cervical-cancer-mri-2011"], ["balleyguier-2011"]),
        (["listing:bone-2"], ["beheshti-2015"]),
        (["erratum:avula-2021"], ["avula-2021"]),
        (["authorship:ljungberg-2016-06"], ["ljungberg-2016"]),
        (["guideline:esur-cervical-cancer-mri"], ["manganaro-2021", "balleyguier-2011"]),
        (["bone"], ["van-den-wyngaert-2016", "beheshti-2015"]),
        (["liu-2015", "PMID: 25709541", "ha-2018"], ["liu-2015", "ha-2018"]),
    ],
)
def test_articles_are_cited_once_in_the_order_given(imt: Imt, what: list[str], keys: list[str] | None) -> None:
    if keys is None:  # an edition that an article only discusses is published as none
        assert "is not an article and no article is listed for it" in refusal(imt, *what)
    else:
        assert [item["id"] for item in json.loads(printed(imt, "--format", "csl-json", *what))] == keys


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["DCFBC"], "substance:dcfbc (DCFBC) is not an article"),
        (["nothing of this name"], "Nothing in the graph is called 'nothing of this name'"),
        ([""], "The name is empty"),
        (["2015"], "'2015' may mean"),
        (["10.1000/x"], "has the DOI '10.1000/x'"),
        (["Ljungberg", "} DROP ALL"], "Nothing in the graph is called '} DROP ALL'"),
        (["--format", "apa"], "invalid choice: 'apa'"),
        (["--format", "ris", "--list-corrections"], "remove --format"),
        (["--corrected", "--list-corrections"], "not allowed with argument"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(imt: Imt, arguments: list[str], words: str) -> None:
    assert words in refusal(imt, *arguments)


def test_citing_loads_no_heavy_package() -> None:
    code = "import sys; from imaging_trials.cli import main; main(['cite', '--format', 'bibtex']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "pyoxigraph" in loaded
    assert not {"rdflib", "pyshacl", "owlrl", "SPARQLWrapper"} & loaded
