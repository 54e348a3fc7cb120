"""`imt load` of graphs that share blank nodes, which must stay the same nodes in the store."""

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, serialize

from rdfkit.stores import graphstore
from rdfkit.stores.http_errors import PASSWORD_VARIABLE
from tests.support.faulty_proxy import Proxy, Request
from tests.support.loading import Run, connected, run, stored
from tests.support.servers import Server, oxigraph_server

pytestmark = [pytest.mark.xdist_group("oxigraph-load"), pytest.mark.prove]

TRIG = """
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:x:people> { _:a <urn:name> "Bob", 01 ; <urn:size> 1.123456789E0 . _:b <urn:name> "Alice" . <urn:s> <urn:p> 1.0 }
<urn:x:links> { _:b <urn:knows> _:a . _:c <urn:knows> _:b }
<urn:x:more> { <urn:s> <urn:likes> _:c ; <urn:size> "7"^^xsd:int }
"""
OTHERS = TRIG.replace("_:b <urn:knows> _:a", "_:a <urn:knows> _:a")
GRAPHS = ("urn:x:links", "urn:x:more", "urn:x:people")
JOIN = """SELECT ?name ?other {
  GRAPH <urn:x:more> { <urn:s> <urn:likes> ?c } GRAPH <urn:x:links> { ?c <urn:knows> ?b . ?b <urn:knows> ?a }
  GRAPH <urn:x:people> { ?b <urn:name> ?name . ?a <urn:name> ?other FILTER(isLiteral(?other) && STR(?other) = "Bob") }
}"""
STORES = ["oxigraph", pytest.param("virtuoso", marks=pytest.mark.xdist_group("virtuoso"))]


@pytest.fixture(params=STORES)
def server(request: pytest.FixtureRequest) -> Server:
    """Return a server without the graphs of these tests."""
    found: Server = request.getfixturevalue(request.param)
    client, to = connected(found)
    graphstore.drop(client, to, [NamedNode(name) for name in GRAPHS])
    return found


class Loader:
    """Loads TriG by `imt load`."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = folder / "shared.trig"
        self._read = capsys.readouterr
        self._monkeypatch = monkeypatch

    def __call__(self, to: Server | str, *arguments: str, text: str = TRIG) -> Run:
        self.path.write_text(text, encoding="utf-8")
        url = to if isinstance(to, str) else to.base
        user: list[str] = []
        if isinstance(to, Server) and to.user:
            user = ["--user", to.user]
            self._monkeypatch.setenv(PASSWORD_VARIABLE, to.password or "")
        return run(self._read, url, *user, "--from", str(self.path), "--retries", "1", *arguments)


@pytest.fixture
def loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Loader:
    """Return a function that runs `imt load` with a text in TriG."""
    return Loader(tmp_path, capsys, monkeypatch)


def all_are(words: str) -> dict[str, str]:
    return dict.fromkeys(GRAPHS, words)


def joined(server: Server) -> list[list[str]]:
    return [[str(term) for term in row] for row in graphstore.select(*connected(server), JOIN)]


ONE = [['"Alice"', '"Bob"']]


@pytest.mark.parametrize("options", [(), ("--protocol", "update"), ("--no-staging",)])
def test_a_shared_node_stays_one_node(server: Server, loaded: Loader, options: tuple[str, ...]) -> None:
    done = loaded(server, *options)
    assert (done.code, done.error, done.states) == (0, "", all_are("loaded"))
    assert joined(server) == ONE
    assert set(stored(server)) & {f"{name}.loading" for name in GRAPHS} == set()
    again = loaded(server, *options)
    assert (again.code, again.states) == (0, all_are("already complete"))


def test_graphs_alone_right_but_unlinked_are_noticed(server: Server, loaded: Loader) -> None:
    split = TRIG.replace(
        "{ _:b <urn:knows> _:a . _:c <urn:knows> _:b }", "{ _:e <urn:knows> _:f . _:g <urn:knows> _:e }"
    )
    assert loaded(server, text=split).code == 0
    assert joined(server) == []
    dry = loaded(server, "--dry-run")
    assert dry.code == 1
    assert set(dry.states.values()) == {"blank nodes linked differently, would be refused without --replace"}
    refused = loaded(server)
    assert refused.code == 2
    assert "other content in urn:x:links (blank nodes linked differently)" in refused.error
    assert refused.states == all_are("unchanged")
    done = loaded(server, "--replace")
    assert (done.code, done.states) == (0, all_are("replaced"))
    assert joined(server) == ONE


def test_nodes_that_only_the_store_links_are_noticed(server: Server, loaded: Loader) -> None:
    assert loaded(server).code == 0
    split = TRIG.replace("<urn:likes> _:c", "<urn:likes> _:d")
    dry = loaded(server, "--dry-run", text=split)
    assert dry.code == 1
    assert set(dry.states.values()) == {"blank nodes linked differently, would be refused without --replace"}
    assert loaded(server, "--replace", text=split).code == 0
    assert joined(server) == []
    assert loaded(server, "--dry-run", text=split).states == all_are("already complete, would be skipped")


def test_a_missing_graph_is_loaded_with_those_it_is_linked_to(server: Server, loaded: Loader) -> None:
    assert loaded(server).code == 0
    client, to = connected(server)
    graphstore.drop(client, to, [NamedNode("urn:x:links")])
    assert joined(server) == []
    dry = loaded(server, "--dry-run")
    again = "would be loaded again, with one that shares blank nodes"
    assert (dry.code, dry.states) == (0, {**all_are(again), "urn:x:links": "would be loaded"})
    done = loaded(server)
    assert (done.code, done.states) == (0, {**all_are("replaced"), "urn:x:links": "loaded"})
    assert joined(server) == ONE


def test_other_links_are_replaced(server: Server, loaded: Loader) -> None:
    assert loaded(server, text=OTHERS).code == 0
    assert loaded(server).code == 2
    assert joined(server) == []
    assert loaded(server, "--replace").code == 0
    assert joined(server) == ONE


def test_the_default_graph_may_share_a_node(empty: Server, loaded: Loader) -> None:
    text = '_:a <urn:name> "Bob" . <urn:x:links> { <urn:s> <urn:knows> _:a }'
    expected = {"default": "loaded", "urn:x:links": "loaded"}
    for options in ((), ("--no-staging",)):
        graphstore.update(*connected(empty), "DROP ALL")
        done = loaded(empty, *options, text=text)
        assert (done.code, done.error, done.states) == (0, "", expected)
        query = "SELECT ?name { ?a <urn:name> ?name . GRAPH <urn:x:links> { ?s <urn:knows> ?a } }"
        assert len(graphstore.select(*connected(empty), query)) == 1
        assert set(loaded(empty, text=text).states.values()) == {"already complete"}
    split = text.replace("<urn:s> <urn:knows> _:a", "<urn:s> <urn:knows> _:b")
    assert loaded(empty, "--dry-run", text=split).code == 1


def test_a_default_graph_that_is_a_merge_is_refused(tmp_path: Path, loaded: Loader) -> None:
    text = '_:a <urn:name> "Bob" . <urn:x:links> { <urn:s> <urn:knows> _:a }'
    with oxigraph_server(tmp_path / "union", options=["--union-default-graph"]) as server:
        done = loaded(server, text=text)
        assert (done.code, set(done.states.values())) == (2, {"absent"})
        assert "do not ask the default graph alone" in done.error
        assert "--default-graph NAME" in done.error
        assert loaded(server, "--default-graph", "urn:x:people", text=text).code == 0


def test_a_store_that_splits_the_node_is_noticed(empty: Server, proxy: Proxy, loaded: Loader) -> None:
    def split(request: Request) -> bool:
        if b"_:" in request.raw and b"GRAPH <urn:x:links.loading>" in request.raw:
            text = request.raw.partition(b"\r\n\r\n")[2].decode()
            head, graph, rest = text.partition("GRAPH <urn:x:more.loading> {")
            graphstore.update(*connected(empty), head + graph + rest.replace("_:", "_:other", 1))
            request.answer("204 No Content")
            return True
        return False

    proxy.fault = split
    done = loaded(proxy.url, "--store", "oxigraph")
    assert done.code == 2
    assert "does not keep the blank nodes that graphs share" in done.error
    assert done.states == all_are("absent")


def test_a_request_too_large_for_virtuoso_is_refused(virtuoso: Server, loaded: Loader) -> None:
    lines = "".join(f"_:n{n} <urn:p> _:n{n + 1} . " for n in range(2000))
    done = loaded(virtuoso, text=f"<urn:x:large> {{ {lines} }} <urn:x:other> {{ <urn:s> <urn:p> _:n7 }}")
    assert (done.code, done.states) == (2, {"urn:x:large": "absent", "urn:x:other": "absent"})
    assert "Graphs urn:x:large, urn:x:other could not be sent; they share blank nodes such as _:" in done.error
    assert "give these nodes IRIs if it is too large" in done.error


def test_hundreds_of_graphs_share_one_node(empty: Server, loaded: Loader) -> None:
    quads = [
        Quad(BlankNode("x"), NamedNode("urn:p"), NamedNode(f"urn:o{n}"), NamedNode(f"urn:x:g{n}")) for n in range(200)
    ]
    written = serialize(quads, format=RdfFormat.TRIG)
    assert written
    assert loaded(empty, text=written.decode()).code == 0
    query = "SELECT DISTINCT ?x { GRAPH ?g { ?x <urn:p> ?o } }"
    assert len(graphstore.select(*connected(empty), query)) == 1
