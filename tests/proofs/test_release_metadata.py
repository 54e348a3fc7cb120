"""What other people's tools read of a release and of the repository: Croissant, queries as Turtle, the hook.

The tools want an environment of their own: `make prove` names its Python in IMT_DOORS.
"""

import csv
import io
import json
import os
import subprocess
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from imaging_trials import questions
from imaging_trials.model import PROJECT
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT
from tests.support import doors

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("doors"), doors.needs_doors]

READ = """
import json, logging, sys
import mlcroissant as mlc
dataset = mlc.Dataset(sys.argv[1])
found = {}
for one in dataset.metadata.record_sets:
    plain = lambda v: v.decode() if isinstance(v, bytes) else None if v is None or v != v else str(v)
    found[one.uuid] = [
        {name.partition("/")[2]: plain(value) for name, value in record.items()} for record in dataset.records(one.uuid)
    ]
print(json.dumps({"issues": dataset.metadata.ctx.issues.report(), "records": found}))
"""


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    for name, more in questions.release_files(open_store(PROJECT), "2026-11-30").items():
        (folder / name).write_bytes(more.data)
    return folder


def test_croissant_is_valid_and_its_records_are_read_back(released: Path) -> None:
    """mlcroissant has no error and no warning, and reads as many records as the CSV has, with their values."""
    ended = doors.run("-c", READ, str(released / "croissant.json"))
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert "WARNING" not in ended.stderr
    found = json.loads(ended.stdout)
    assert found["issues"] == ""
    tables = sorted(released.glob("*.csv"), key=lambda one: one.stem)
    assert len(tables) >= 12
    assert list(found["records"]) == [one.stem for one in tables]
    for table in tables:
        rows = list(csv.DictReader(io.StringIO(table.read_bytes().decode())))
        records = found["records"][table.stem]
        assert len(records) == len(rows), table.stem
        for row, record in zip(rows, records, strict=True):
            for column, value in row.items():
                read = record[column]
                assert (read is None) == (value == ""), (table.stem, column, value, read)
                is_text = read is not None and not read.replace(".", "").isdigit() and read not in {"True", "False"}
                if is_text and not read.endswith(" 00:00:00"):
                    assert read == value, (table.stem, column)


def test_queries_as_turtle_are_runnable(released: Path) -> None:
    """Each saved query is there once, with its keywords and a target, and gives the rows of the saved one."""
    store = Store()
    store.load(path=str(released / "saved-queries.ttl"), format=RdfFormat.TURTLE)
    text = """
        PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX schema: <https://schema.org/>
        SELECT ?query ?text (COUNT(DISTINCT ?keyword) AS ?keywords) {
          ?query a sh:SPARQLExecutable ; sh:prefixes/sh:declare/sh:prefix "imt" ; schema:target ?target ;
            schema:keywords ?keyword ; sh:select|sh:ask|sh:construct ?text
        } GROUP BY ?query ?text"""
    found = {row["query"].value.rpartition("/")[2]: row for row in store.query(text)}  # type: ignore[union-attr]
    assert sorted(found) == sorted(one.id for one in questions.every())
    for query in questions.every():
        assert found[query.id]["text"].value.strip() == questions.sparql(query)
        assert int(found[query.id]["keywords"].value) == len(query.tags)


def test_the_hook_runs_imt_validate(tmp_path: Path) -> None:
    """pre-commit takes `.pre-commit-hooks.yaml` of the project, and the hook fails for a misspelled term."""
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert "language: python" in hook  # which installs the package; here it is in the environment already
    hooks, work, command = tmp_path / "hooks", tmp_path / "work", tmp_path / "bin" / "imt"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{doors.PYTHON}" -m imaging_trials "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environment = doors.environment(PRE_COMMIT_HOME=str(tmp_path / "home"), GIT_CONFIG_GLOBAL=os.devnull)
    environment["PATH"] = f"{command.parent}{os.pathsep}{environment['PATH']}"

    def run(*arguments: str, folder: Path, accepted: int = 0) -> str:
        ended = subprocess.run(
            arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=200, check=False
        )
        assert ended.returncode == accepted, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    identity = ("git", "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "x")
    for folder in (hooks, work):
        folder.mkdir()
        run("git", "init", "-q", folder=folder)
    (hooks / ".pre-commit-hooks.yaml").write_text(
        hook.replace("language: python", "language: system"), encoding="utf-8"
    )
    run("git", "add", ".", folder=hooks)
    run(*identity, folder=hooks)
    revision = run("git", "rev-parse", "HEAD", folder=hooks).strip()
    config = f"repos:\n- repo: {hooks}\n  rev: {revision}\n  hooks:\n  - id: imt-validate\n"
    (work / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    (work / "notes.txt").write_text("no RDF", encoding="utf-8")
    (work / "right.ttl").write_text('<http://example.org/a> <http://purl.org/dc/terms/title> "A" .\n', encoding="utf-8")
    run("git", "add", ".", folder=work)
    pre_commit = (doors.PYTHON, "-m", "pre_commit", "run", "--all-files")
    assert "Passed" in run(*pre_commit, folder=work)
    (work / "wrong.ttl").write_text('<http://example.org/a> <http://purl.org/dc/terms/titel> "A" .\n', encoding="utf-8")
    run("git", "add", ".", folder=work)
    said = run(*pre_commit, folder=work, accepted=1)
    assert "wrong.ttl:1:" in said
    assert "did you mean dcterms:title?" in said
