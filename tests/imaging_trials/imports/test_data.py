"""Other data beside the shipped graph: the newest versions of records, people's own files, and the cache."""

import json
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import QuerySolutions, Store

import imaging_trials as it
from imaging_trials import imports
from imaging_trials.cli import main
from imaging_trials.imports import data, newest
from imaging_trials.imports.versions import GRAPHS
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.sparql import results
from rdfkit.stores import beside, embedded
from tests.conftest import ROOT

RECORDS = ROOT / "tests/fixtures/imports/asked"
TRIAL = "https://clinicaltrials.gov/study/NCT09995001"
PHASES = "SELECT ?phase { ?trial imt:nctId 'NCT09995001' ; imt:hasPhase ?phase }"
ARTICLES = "SELECT ?pmid { ?article a imt:Article ; imt:pmid ?pmid . FILTER (STRSTARTS(?pmid, '995')) } ORDER BY ?pmid"


def import_records(folder: Path, *days: str) -> Path:
    """Import the made-up records of some days into a folder, or all of them."""
    for path in sorted(RECORDS.iterdir()):
        day, of = path.name[:10], "pubmed" if path.suffix == ".xml" else "clinicaltrials"
        if not days or day in days:
            list(imports.folder.import_into(folder, [imports.find(str(path))], imports.Options(day, of=of)))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return import_records(tmp_path_factory.mktemp("data") / "imports")


def rows(store: Store, text: str, dataset: str = "asserted") -> list[str]:
    """Return the first values of the rows of an answer."""
    answer = results.ask(PROJECT, store, text, dataset, project_prefixes=True)
    assert isinstance(answer, QuerySolutions)
    return [PROJECT.shorten(row[0].value) for row in answer]


def former(*lines: str, as_of: str = "") -> set[str]:
    """Return the last parts of the graphs that do not count; each line is of the graph that it is about."""
    versions = newest.Versions()
    versions.note(f"<{GRAPHS}{line} <{GRAPHS}{line.partition('>')[0]}> .\n".encode() for line in lines)
    return {graph.decode().removeprefix(GRAPHS) for graph in versions.former(as_of)}


OF = f"> <{PROJECT.vocabulary}isVersionOf> <urn:x> ."[:-2]
MADE = "> <http://www.w3.org/ns/prov#wasGeneratedBy> <{}>".format


def day(text: str) -> str:
    return f'> <{PROJECT.vocabulary}recordVersionDay> "{text}"^^<http://www.w3.org/2001/XMLSchema#date>'


def test_last_change_decides_and_then_the_statements() -> None:
    old, new = [f"a{OF}", f"a{day('2026-01-01')}"], [f"b{OF}", f"b{day('2026-01-02')}"]
    assert former(*old, *new) == {"a"}
    assert former(*old, *new, as_of="2026-01-01") == {"b"}
    assert former(*old, *new, as_of="2025-12-31") == {"a", "b"}
    assert former(*old, *new, f"c{OF}", f"c{day('2026-01-02')}", f"c{MADE('urn:y')}") == {"a", "b"}


def test_queries_see_the_newest_version(folder: Path) -> None:
    store = data.open_store([folder], infer=False)
    assert rows(store, PHASES) == ["phase:phase-2-3"]
    assert rows(store, ARTICLES) == ["99500001", "99500002", "99500004"]
    versions = (
        "SELECT DISTINCT ?day { GRAPH ?v { ?v imt:isVersionOf ?trial ; imt:recordVersionDay ?day } } ORDER BY ?day"
    )
    assert rows(store, versions.replace("?trial", f"<{TRIAL}>")) == ["2026-01-10", "2026-02-20"]
    assert rows(store, "SELECT ?p { GRAPH graph:page { ?s ?p 'NCT09995001' } }", "page") == []


def test_an_earlier_day_sees_the_version_of_then(folder: Path) -> None:
    store = data.open_store([folder], as_of="2026-02-01", infer=False)
    assert rows(store, PHASES) == ["phase:phase-2"]
    assert rows(store, ARTICLES) == ["99500001", "99500002", "99500005"]


def test_nothing_enters_a_shipped_graph(folder: Path) -> None:
    store, shipped = data.open_store([folder], infer=False), embedded.open_store(PROJECT)
    for name in shipped.named_graphs():
        ours = set(shipped.quads_for_pattern(None, None, None, name))
        assert set(store.quads_for_pattern(None, None, None, name)) == ours
    quads = list(beside.viewed(PROJECT, store))
    assert len(quads) == len({quad.triple for quad in quads})


@pytest.mark.prove  # infers from data, which takes seconds
def test_a_row_is_explained_by_the_version(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--data", str(folder), "--param", "sponsor=institute", "--row", "1"]
    assert main(["explain", "trials-of-a-sponsor", *given]) == 0
    out = capsys.readouterr().out
    assert "https://clinicaltrials.gov/study/NCT09995002, version of 2026-01-11, imported 2026-01-15" in out
    assert "\nimport/nct09995002/2026-01-11/" in out


@pytest.mark.prove  # infers from data, which takes seconds
def test_audit_finds_imported_retractions(folder: Path) -> None:
    found = it.audit("10.5555/made.up.1\n10.5555/made.up.2", data=folder).statuses
    assert [status.status for status in found] == ["retracted", "not itself a guideline"]
    assert [finding.kind for finding in found[0].findings] == ["retracted"]
    assert "corrected" in [finding.kind for finding in found[1].findings]
    assert [one.status for one in it.audit("10.5555/made.up.1").statuses] == ["unknown"]


@pytest.mark.prove  # infers from data, which takes seconds
def test_files_keep_their_graphs(tmp_path: Path) -> None:
    (tmp_path / "mine.ttl").write_text("<urn:a> <urn:p> [ <urn:q> 1 ] .")
    (tmp_path / "other.nq").write_text('<urn:a> <urn:p> "b" <urn:g> .\n<urn:a> <urn:p> "b" <urn:h> .\n')
    store = data.open_store([tmp_path / "mine.ttl", tmp_path / "other.nq"])
    assert len(rows(store, "SELECT ?o { <urn:a> <urn:p> ?o }", "all")) == 2  # a triple of two graphs counts once
    graphs = rows(store, "SELECT DISTINCT ?g { GRAPH ?g { <urn:a> ?p ?o } } ORDER BY ?g", "all")
    assert graphs == ["urn:g", "urn:h", f"{PROJECT.base}graph/data/mine.ttl"] or sorted(graphs) == sorted(
        ["urn:g", "urn:h", PROJECT.shorten(f"{PROJECT.base}graph/data/mine.ttl")]
    )


@pytest.mark.parametrize("graph", ["curated", "inferred", "data/x"])
def test_a_file_may_not_write_into_ours(tmp_path: Path, graph: str) -> None:
    path = tmp_path / "mine.nq"
    path.write_text(f'<urn:a> <urn:p> "b" <{PROJECT.base}graph/{graph}> .\n')
    with pytest.raises(UserError, match=f"mine.nq writes into the graph '{graph}' of the shipped graph"):
        data.opener([path])


@pytest.mark.parametrize("name", ["missing.ttl", "empty", "list.ris"])
def test_what_is_no_data_gets_a_sentence(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "list.ris").write_text("TY  - JOUR\n")
    assert main(["query", "agents", "--data", str(tmp_path / name)]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert name in err


def test_an_entry_is_made_once_and_again_if_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made: list[int] = []

    def make(store: Store) -> list[str]:
        made.append(1)
        store.add(quad)
        return ["a note"]

    quad = next(iter(embedded.open_store(PROJECT)))
    cache = tmp_path / PROJECT.name / "data"
    cache.mkdir(parents=True)
    (cache / ".old.unfinished").mkdir()  # of a process that was killed
    notes: list[str] = []
    for _ in range(2):
        assert list(beside.opener(PROJECT, "k", make, notes.append)()) == [quad]
    assert (len(made), notes) == (1, ["a note", "a note"])
    assert sorted(one.name for one in cache.iterdir() if one.is_dir()) == ["k"]
    table = next(one for one in (cache / "k").iterdir() if one.suffix == ".sst")
    table.write_bytes(table.read_bytes()[:-1])
    beside.opener(PROJECT, "k", make, notes.append)()
    assert len(made) == 2


def test_a_changed_file_has_another_checksum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "a"
    path.write_text("one")
    first = beside.checksums(PROJECT, [path])
    assert beside.checksums(PROJECT, [path]) == first
    path.write_text("two")  # of the same size, within the same tick of the clock
    assert beside.checksums(PROJECT, [path]) != first


def test_as_of_needs_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "agents", "--as-of", "2026-01-01"]) == 2
    assert "name the folder with --data" in capsys.readouterr().err


def test_a_listed_file_that_is_gone_gets_a_sentence(tmp_path: Path) -> None:
    entry = {"name": "x.nq", "day": "2026-01-01", "checksum": "", "of": "pubmed", "counts": {}, "repeats": ""}
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 1, "imports": [entry]}))
    with pytest.raises(UserError):
        data.opener([tmp_path])


@pytest.mark.prove  # infers from data, which takes seconds
def test_a_python_graph_has_the_data(folder: Path) -> None:
    graph = it.graph(data=folder)
    assert (None, None, None) in graph
    rows: Any = it.query(PHASES, data=folder)
    assert [str(row.phase).rpartition("/")[2] for row in rows] == ["phase-2-3"]
