"""The questions about imported records give the same rows in five engines, over made-up records beside the graph."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.imports import data
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from rdfkit.sparql import query_tests, results, saved
from tests.conftest import ROOT
from tests.support.engines import conformance
from tests.support.engines.conformance import ENGINES, Engine

pytestmark = [
    pytest.mark.prove,
    pytest.mark.xdist_group("jvm"),
    pytest.mark.filterwarnings("ignore:Dataset.*:DeprecationWarning"),
]

NAMES = (
    "trials-by-phase", "trials-by-status", "trials-by-purpose", "trials-of-an-agent", "imaging-trials-by-evidence",
    "trials-stopped-and-why", "trials-of-a-sponsor", "corrected-or-retracted-articles", "articles-of-a-trial",
    "guideline-articles-by-publication-type", "what-changed-in-a-record",
)  # fmt: skip
MERGE = PROJECT.graph_iri("data/merge")


@cache
def store() -> ox.Store:
    """Return the graph with the made-up records beside it."""
    return data.open_records(ROOT / "tests/fixtures/imports/asked")


def settings() -> list[conformance.Setting]:
    """Return the questions with their defaults and their examples."""
    found = []
    for query in (query_tests.load(PROJECT)[name] for name in NAMES):
        found.append(conformance.Setting(query, "", query.text))
        for parameter in query.parameters:
            for example in parameter.examples:
                text = saved.bind(PROJECT, query, {parameter.name: example}, store())
                found.append(conformance.Setting(query, example, text))
    return found


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the store as other engines load it: its merge is a named graph."""
    path = tmp_path_factory.mktemp("records") / "records.nq"
    inferred = {PROJECT.graph_iri(name) for name in (named_graphs.INFERRED, named_graphs.INFERRED_FROM_DATA)}
    with path.open("w", encoding="utf-8") as out:
        for quad in store():
            if quad.graph_name not in inferred:
                graph = MERGE if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name
                out.write(f"{ox.Quad(quad.subject, quad.predicate, quad.object, graph)} .\n")
    return path


@pytest.fixture(scope="module", params=ENGINES, ids=lambda start: start.__name__)
def engine(request: pytest.FixtureRequest, file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with request.param(file, tmp_path_factory.mktemp("engine")) as started:
        yield started


def test_questions_about_imports_give_the_same_rows(engine: Engine) -> None:
    """Each question gives the rows that the embedded engine gives over the merge, in the same order."""
    versions = [name for name in store().named_graphs() if "/graph/import/" in str(name)]
    differing = {}
    for query, example, text in settings():
        wanted = conformance.rows_of(results.ask(PROJECT, store(), text, query.dataset))
        graphs = versions if query.id == "what-changed-in-a-record" else [MERGE]
        found = engine.ask(text, graphs)  # type: ignore[arg-type]  # all are named by IRIs
        if engine.by_value:
            found, wanted = conformance.valued(found), conformance.valued(wanted)
        if found != wanted:
            differing[f"{query.id} {example}"] = (found, wanted)
        assert wanted or example, f"{query.id} has no row"
    assert differing == {}
