"""A folder of imports: the manifest, repeated imports, and removal."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.cli import main
from tests.support.records import MADE_UP, values

FILE = str(MADE_UP / "article.nbib")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "imports"


def listed(folder: Path) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["imports"]
    return entries


def store(folder: Path) -> ox.Store:
    found = ox.Store()
    for path in folder.glob("*.nq"):
        found.extend(ox.parse(path=path, format=ox.RdfFormat.N_QUADS))
    return found


def test_an_import_is_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "pubmed", FILE, "--into", str(folder), "--day", "2026-11-30"]) == 0
    (entry,) = listed(folder)
    assert {one.name for one in folder.iterdir()} == {"manifest.json", entry["name"]}
    assert "1 read, 1 written, 0 refused" in capsys.readouterr().out
    assert main(["import", "--list", str(folder)]) == 0
    assert capsys.readouterr().out == f"{entry['name']}  2026-11-30  NBIB  1 records of article.nbib\n"
    assert main(["import", "--list", str(folder), "--report", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["counts"]["written"] == 1


def test_the_same_bytes_add_an_activity_only(folder: Path) -> None:
    """On another day the same file adds who imported it when, and on the same day nothing."""
    for day in ("2026-11-30", "2026-11-30", "2026-12-01"):
        assert main(["import", "pubmed", FILE, "--into", str(folder), "--day", day]) == 0
    first, again = listed(folder)
    assert again["repeats"] == first["name"]
    found = store(folder)
    assert values(found, "imt:importedOn") == {"2026-11-30": 1, "2026-12-01": 1}
    assert len(values(found, "prov:wasGeneratedBy")) == 2
    assert sum(values(found, "imt:isVersionOf").values()) == 1


def test_an_import_is_removed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for day in ("2026-11-30", "2026-12-01"):
        main(["import", "pubmed", FILE, "--into", str(folder), "--day", day])
    first, again = (str(one["name"]) for one in listed(folder))
    assert main(["import", "--remove", first, "--into", str(folder)]) == 2
    assert f"is repeated by {again}" in capsys.readouterr().err
    assert main(["import", "--remove", again, "--into", str(folder)]) == 0
    assert main(["import", "--remove", first, "--into", str(folder)]) == 0
    assert listed(folder) == []
    assert [one.name for one in folder.iterdir()] == ["manifest.json"]
    assert main(["import", "--remove", "../manifest.json", "--into", str(folder)]) == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1, "imports": [{"name": "../../a"}]}', '{"format": 9}'])
def test_a_broken_manifest_is_one_sentence(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder.mkdir()
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    assert main(["import", "pubmed", FILE, "--into", str(folder)]) == 2
    assert "import the files again" in capsys.readouterr().err
    assert [one.name for one in folder.iterdir()] == ["manifest.json"]


def test_a_folder_of_other_files_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.mkdir()
    (folder / "thesis.doc").write_text("", encoding="utf-8")
    assert main(["import", "pubmed", FILE, "--into", str(folder)]) == 2
    assert "name a folder of imports, or a new one" in capsys.readouterr().err
    assert [one.name for one in folder.iterdir()] == ["thesis.doc"]


def test_options_may_be_between_format_and_files(folder: Path) -> None:
    assert main(["import", "pubmed", "--into", str(folder), "--strict", FILE, str(MADE_UP / "article.ris")]) == 0
    assert [one["format"] for one in listed(folder)] == ["NBIB", "RIS"]


def test_a_report_is_json_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "pubmed", str(MADE_UP / "pubmed.xml"), "--report", "json"]) == 1
    (report,) = json.loads(capsys.readouterr().err)
    assert (report["read"], report["written"], report["refused"], report["warned"]) == (7, 6, 1, 2)
    assert sum(report["reasons"].values()) == len(report["details"])
