"""The graph on two Oxigraph servers, four named graphs on each: queries with SERVICE answer as over the whole graph.

Each file in tests/fixtures/split/ asks the same as the saved query of that name. ``near.example`` is the server with
the page, ``far.example`` the one with the other graphs; a query is sent to the server that it does not name.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from rdfkit.sparql import query_tests
from rdfkit.sparql.saved import SavedQuery, find
from rdfkit.stores import sparql_client
from tests.conftest import ROOT
from tests.support.engines.conformance import Rows, Setting, expected, graph, rows_of, settings
from tests.support.servers import Server, needs, oxigraph_server

FILES = sorted((ROOT / "tests" / "fixtures" / "split").glob("*.rq"))
HALVES = {
    "near": ("concepts", "dataset", "page", "vocabulary"),
    "far": ("alignments", "curated", "inferred", "links"),
}

every_file = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """Return the two servers by name; each answers SERVICE from all of its graphs."""
    folders = {name: tmp_path_factory.mktemp(name) for name in HALVES}
    for name, folder in folders.items():
        file = folder / "half.nq"
        quads = (quad for half in HALVES[name] for quad in _quads(half))
        file.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        command = [str(needs("oxigraph")), "load", "-l", str(folder / "store"), "-f", str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    options = ["--union-default-graph"]
    with (
        oxigraph_server(folders["near"] / "store", options=options) as near,
        oxigraph_server(folders["far"] / "store", options=options) as far,
    ):
        yield {"near": near, "far": far}


def _quads(name: str) -> Iterator[ox.Quad]:
    return graph().quads_for_pattern(None, None, None, PROJECT.graph_iri(name))


def other_server(text: str) -> str:
    """Return the name of the server that a query asks by SERVICE."""
    (name,) = {name for name in HALVES if f"<http://{name}.example/query>" in query_tests.servers(text)}
    return name


def ask(servers: dict[str, Server], text: str) -> Rows:
    """Return the rows of a query, over the graphs of both servers."""
    other = other_server(text)
    (home,) = set(HALVES) - {other}
    text = text.replace(f"<http://{other}.example/query>", f"<{servers[other].query}>")
    return rows_of(
        sparql_client.ask_endpoint(servers[home].query, text, [PROJECT.graph_iri(name) for name in HALVES[home]])
    )


def saved(file: Path) -> SavedQuery:
    return find(PROJECT, file.stem)


def test_halves_are_disjoint_and_complete() -> None:
    names = [name for half in HALVES.values() for name in half]
    assert sorted(names) == [PROJECT.graph_name(name) for name in named_graphs.dataset(PROJECT, graph(), "all")]


def test_queries_ask_both_servers() -> None:
    assert len(FILES) >= 5
    assert {other_server(file.read_text(encoding="utf-8")) for file in FILES} == set(HALVES)


@pytest.mark.prove
@every_file
def test_answer_over_two_halves_is_that_of_the_whole(servers: dict[str, Server], file: Path) -> None:
    query = saved(file)
    text = file.read_text(encoding="utf-8")
    begin, end = query.block
    default = query.text[begin:end]
    assert not default or text.count(default) == 1
    for setting in (setting for setting in settings() if setting.query.id == query.id):
        length = len(setting.text) - (len(query.text) - len(default))
        bound = text.replace(default, setting.text[begin : begin + length]) if default else text
        assert (bound == text) == (not setting.example)
        assert ask(servers, bound) == expected(setting) != []


@every_file
def test_one_half_alone_gives_another_answer(servers: dict[str, Server], file: Path) -> None:
    query = saved(file)
    whole = expected(Setting(query, "", query.text))
    for server in servers.values():
        assert rows_of(sparql_client.ask_endpoint(server.query, query.text)) != whole
