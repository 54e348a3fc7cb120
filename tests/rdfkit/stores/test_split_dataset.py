"""The graph on two Oxigraph servers, four named graphs on each: queries with SERVICE answer as the whole does.

The files in tests/fixtures/split/ ask what the saved query of the same name asks. In them ``near.example`` stands for
the server with the page and ``far.example`` for the one with what was added to it; a query is asked at the other one of
the two than it names.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.graph.project import PROJECT
from rdfkit.rdf import named_graphs as layers
from rdfkit.sparql import query_tests as querycheck
from rdfkit.sparql import saved as catalog
from rdfkit.sparql.saved import SavedQuery
from rdfkit.stores import sparql_client as remote
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
    """The two servers by name, each of which answers SERVICE from all the graphs that it holds."""
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
    """Return the name of the server that a text asks by SERVICE."""
    (name,) = {name for name in HALVES if f"<http://{name}.example/query>" in querycheck.servers(text)}
    return name


def ask(servers: dict[str, Server], text: str) -> Rows:
    """Return the rows of a text, over the graphs of the server that it is asked at, and of the other one."""
    other = other_server(text)
    (home,) = set(HALVES) - {other}
    text = text.replace(f"<http://{other}.example/query>", f"<{servers[other].query}>")
    return rows_of(remote.ask(servers[home].query, text, [PROJECT.graph_iri(name) for name in HALVES[home]]))


def saved(file: Path) -> SavedQuery:
    return catalog.find(PROJECT, file.stem)


def test_the_halves_are_the_whole_and_have_nothing_in_common() -> None:
    names = [name for half in HALVES.values() for name in half]
    assert sorted(names) == [PROJECT.graph_name(name) for name in layers.dataset(PROJECT, graph(), "all")]


def test_there_are_at_least_five_such_queries_and_both_servers_are_asked() -> None:
    assert len(FILES) >= 5
    assert {other_server(file.read_text(encoding="utf-8")) for file in FILES} == set(HALVES)


@every_file
def test_a_query_over_the_two_halves_answers_as_the_saved_one_over_the_whole(
    servers: dict[str, Server], file: Path
) -> None:
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
def test_neither_half_alone_gives_the_whole_answer(servers: dict[str, Server], file: Path) -> None:
    query = saved(file)
    whole = expected(Setting(query, "", query.text))
    for server in servers.values():
        assert rows_of(remote.ask(server.query, query.text)) != whole
