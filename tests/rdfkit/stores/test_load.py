"""`imt load` into real stores: what it puts there, what it compares, and what it leaves alone."""

import os
import pty
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)
from rdflib import Dataset as RdflibDataset

import imaging_trials
from imaging_trials import cli
from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import named_graphs as layers
from rdfkit.sparql import saved as catalog
from rdfkit.stores import graphstore
from rdfkit.stores import http_auth as login
from rdfkit.stores import sparql_client as remote
from rdfkit.stores.embedded import open_store
from rdfkit.stores.graphstore import Target
from rdfkit.stores.http import Client
from rdfkit.stores.http_auth import Login
from rdfkit.stores.load import BESIDE, Content, contents
from tests.rdfkit.stores.test_load_faults import Request, read, standing_before
from tests.support.servers import Answerer, Server, free_port, oxigraph_server, raw_server, virtuoso_server

in_oxigraph = pytest.mark.xdist_group("oxigraph-load")
virtuoso = pytest.mark.xdist_group("virtuoso")


def canonical(quads: object) -> str:
    """The dataset's canonical N-Quads by RDFC-1.0."""
    dataset = Dataset(quads)  # type: ignore[arg-type]
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    written = serialize(dataset, format=RdfFormat.N_QUADS)
    assert written
    return "".join(sorted(written.decode().splitlines(keepends=True)))


def connected(server: Server) -> tuple[Client, Target]:
    who = Login(server.user, server.password or "") if server.user else None
    client = Client(who, timeout=60, total=300)
    return client, graphstore.target(client, server.base, server.kind, query=None, update=None, store=None)


def everything(server: Server) -> list[Quad]:
    """All our graphs as the server gives them back, blank nodes told apart by graph."""
    client, to = connected(server)
    found = []
    for graph in layers.dataset(PROJECT, open_store(PROJECT), "all"):
        for number, triple in enumerate(graphstore.read(client, to, graph)):
            found.append(Quad(triple.subject, triple.predicate, triple.object, graph))
            assert number < 50_000
    return found


class Ran:
    """What a run of the command printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.err = err
        self.out = out
        self.states = dict(re.findall(r"(?m)^([\w./:-]+) +[\d,]+ +[\d,?]+  +(.*)$", out))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> "Runner":
    return Runner(capsys, monkeypatch)


class Runner:
    """Runs ``imt load`` on a server, as its user."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, server: Server | str, *arguments: str, password: str | None = None) -> Ran:
        self._capsys.readouterr()
        if password is not None:
            self._monkeypatch.setenv(login.VARIABLE, password)
        if isinstance(server, str):
            code = cli.main(["load", "--to", server, *arguments])
        else:
            user = ["--user", server.user] if server.user else []
            if server.password:
                self._monkeypatch.setenv(login.VARIABLE, server.password)
            code = cli.main(["load", "--to", server.base, *user, *arguments])
        printed = self._capsys.readouterr()
        return Ran(code, printed.out, printed.err)


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph_server(tmp_path_factory.mktemp("oxigraph")) as server:
        yield server


@pytest.fixture(scope="module")
def virtuoso_7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with virtuoso_server(tmp_path_factory.mktemp("virtuoso")) as server:
        yield server


EVERY_STORE = [pytest.param("oxigraph", marks=in_oxigraph), pytest.param("virtuoso_7", marks=virtuoso)]


@pytest.mark.parametrize("name", EVERY_STORE)
@pytest.mark.parametrize("via", ["store", "update"])
def test_the_whole_graph_is_loaded_and_comes_back_the_same(
    name: str, via: str, run: Runner, request: pytest.FixtureRequest
) -> None:
    server: Server = request.getfixturevalue(name)
    client, to = connected(server)
    names = layers.dataset(PROJECT, open_store(PROJECT), "all")
    graphstore.drop(client, to, names)
    done = run(server, "--via", via)
    assert (done.code, done.err) == (0, "")
    assert done.states == {PROJECT.graph_name(graph): "loaded" for graph in names}
    total = len(open_store(PROJECT))
    assert done.out.endswith(
        f"{total:,} triples in {len(names)} graphs stand in {server.base}, counted there and read back the same.\n"
    )
    assert canonical(everything(server)) == canonical(open_store(PROJECT))
    assert [graphstore.count(client, to, NamedNode(graph.value + BESIDE)) for graph in names] == [0] * len(names)
    again = run(server)
    assert set(again.states.values()) == {"whole already"}
    assert f"({len(names)} of them before)" in again.out


@pytest.mark.parametrize("name", EVERY_STORE)
def test_one_triple_that_differs_is_found_and_only_its_graph_replaced(
    name: str, run: Runner, request: pytest.FixtureRequest
) -> None:
    server: Server = request.getfixturevalue(name)
    assert run(server, "--replace").code == 0
    client, to = connected(server)
    page = PROJECT.graph_iri("page")
    one = next(triple for triple in graphstore.read(client, to, page) if isinstance(triple.object, NamedNode))
    graphstore.change(client, to, f"DELETE DATA {{ GRAPH {page} {{ {one} }} }}")
    other = f"{one.subject} {one.predicate} <http://example.org/other>"
    graphstore.change(client, to, f"INSERT DATA {{ GRAPH {page} {{ {other} }} }}")
    refused = run(server)
    assert refused.code == 2
    assert "The store has other content in page, and nothing was changed: give --replace" in refused.err
    assert refused.states["page"] == "as it was"
    would = run(server, "--dry-run")
    assert (would.code, would.states["page"]) == (1, "other content, would be refused without --replace")
    would = run(server, "--dry-run", "--replace")
    assert (would.code, would.states["page"]) == (0, "would be replaced")
    assert graphstore.count(client, to, NamedNode(page.value + BESIDE)) == 0
    done = run(server, "--replace")
    assert done.code == 0
    assert {name for name, state in done.states.items() if state == "replaced"} == {"page"}
    assert canonical(everything(server)) == canonical(open_store(PROJECT))


@in_oxigraph
def test_only_the_graphs_that_are_named_are_loaded(run: Runner, tmp_path: Path) -> None:
    with oxigraph_server(tmp_path) as server:
        done = run(server, "--graph", "page", "--graph", PROJECT.graph_iri("dataset").value)
        assert (done.code, done.states) == (0, {"dataset": "loaded", "page": "loaded"})
        client, to = connected(server)
        assert graphstore.count(client, to, PROJECT.graph_iri("curated")) == 0
        done = run(server, "--graph", "pages")
        assert (done.code, done.err) == (2, "imt: There is no graph 'pages' to load: did you mean page?\n")


@in_oxigraph
def test_what_stands_in_other_graphs_of_the_store_is_left_alone(run: Runner, tmp_path: Path) -> None:
    with oxigraph_server(tmp_path) as server:
        client, to = connected(server)
        graphstore.change(client, to, "INSERT DATA { <a:a> <a:b> 1 . GRAPH <a:g> { <a:a> <a:b> 2 } }")
        assert run(server, "--graph", "dataset").code == 0
        assert graphstore.count(client, to, NamedNode("a:g")) == 1
        assert client.request("GET", f"{server.graphs}?default").body == b"<a:a> <a:b> 1 .\n".replace(
            b"1", b'"1"^^<http://www.w3.org/2001/XMLSchema#integer>'
        )


@in_oxigraph
@pytest.mark.parametrize("ending", ["", "/", "/query", "/update", "/store"])
def test_the_kind_of_store_and_its_addresses_are_found_from_any_address_of_it(oxigraph: Server, ending: str) -> None:
    client = Client(timeout=10, total=60)
    found = graphstore.target(client, oxigraph.base + ending, None, query=None, update=None, store=None)
    assert found == Target("oxigraph", oxigraph.base, oxigraph.query, oxigraph.update, oxigraph.graphs, together=True)


@virtuoso
@pytest.mark.parametrize("ending", ["", "/sparql", "/sparql-auth", "/sparql-graph-crud-auth"])
def test_a_virtuoso_is_known_from_any_address_of_it(virtuoso_7: Server, ending: str) -> None:
    client = Client(timeout=10, total=60)
    found = graphstore.target(client, virtuoso_7.base + ending, None, query=None, update=None, store=None)
    assert (found.kind, found.update, found.graphs) == ("virtuoso", virtuoso_7.update, virtuoso_7.graphs)


def test_a_server_that_does_not_say_what_it_is_needs_a_kind(run: Runner) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(9999)
        connection.sendall(b"HTTP/1.1 404 Nothing\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n")

    with raw_server(serve) as url:
        done = run(url, "--graph", "dataset")
    assert done.code == 2
    assert "does not say what store it is: give --kind oxigraph, virtuoso or generic" in done.err


def rdflib_endpoint() -> Answerer:
    """SPARQL query and update at one address over an rdflib dataset, as small endpoints have it: no graph store."""
    held = RdflibDataset()
    lock = threading.Lock()

    def serve(connection: socket.socket) -> None:
        request = read(connection)
        asked = parse_qs(urlsplit(request.path).query)
        with lock:
            if "query" in asked:
                answer = held.query(asked["query"][0])
                form = "json" if answer.type == "SELECT" else "nt"
                body = answer.serialize(format=form) or b""
                request.answer("200 OK", body, {"json": "application/sparql-results+json", "nt": "text/plain"}[form])
            else:
                held.update(request.whole.partition(b"\r\n\r\n")[2].decode())
                request.answer("204 Done")

    return serve


@pytest.mark.filterwarnings("ignore:Dataset.*is deprecated:DeprecationWarning")
def test_a_store_that_has_only_sparql_is_loaded_by_it(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graphstore, "_BATCH", 20)
    page, words = PROJECT.graph_iri("page"), PROJECT.graph_iri("vocabulary")
    says, lists = NamedNode("http://example.org/says"), NamedNode("http://example.org/lists")
    quads = [Quad(NamedNode(f"http://example.org/{n}"), says, Literal(f'"{n}"\n\\'), page) for n in range(50)]
    quads += [Quad(BlankNode(f"b{n}"), lists, BlankNode(f"b{n + 1}"), words) for n in range(30)]
    quads += [Quad(words, lists, BlankNode("b0"), words), Quad(words, says, Literal("x", language="en"), words)]
    file = tmp_path / "some.nq"
    serialize(quads, str(file), RdfFormat.N_QUADS)
    with raw_server(rdflib_endpoint()) as url:
        done = run(url, "--kind", "generic", "--from", str(file))
        assert (done.code, done.err) == (0, "")
        assert done.states == {"page": "loaded", "vocabulary": "loaded"}
        again = run(url, "--kind", "generic", "--from", str(file))
        assert set(again.states.values()) == {"whole already"}
        serialize(quads[1:], str(file), RdfFormat.N_QUADS)
        done = run(url, "--kind", "generic", "--from", str(file), "--replace", "--in-place")
        assert (done.code, done.states) == (0, {"page": "replaced", "vocabulary": "whole already"})
        refused = run(url, "--kind", "generic", "--via", "store")
        assert "has no Graph Store Protocol that is known here: give its address with --store-url" in refused.err


@in_oxigraph
def test_a_generic_store_may_have_addresses_of_its_own(run: Runner, tmp_path: Path) -> None:
    with oxigraph_server(tmp_path) as server:
        own = ["--kind", "generic", "--update-url", server.update, "--store-url", server.graphs]
        done = run(server.query, *own, "--graph", "vocabulary")
        assert (done.code, done.states) == (0, {"vocabulary": "loaded"})
        done = run("http://127.0.0.1:9", *own, "--query-url", server.query, "--graph", "vocabulary")
        assert (done.code, done.states) == (0, {"vocabulary": "whole already"})


@virtuoso
def test_a_virtuoso_wants_a_user_and_the_right_password(
    virtuoso_7: Server, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(virtuoso_7.base, "--graph", "dataset")
    assert done.code == 2
    assert f"{virtuoso_7.update} wants a user: name one with --user, and the password in IMT_PASSWORD." in done.err
    monkeypatch.setenv(login.VARIABLE, "wrong")
    done = run(virtuoso_7.base, "--user", "dba", "--graph", "dataset")
    assert done.code == 2
    assert "does not take dba with this password: check both" in done.err
    assert "wrong" not in done.err


@virtuoso
def test_a_virtuoso_is_asked_as_its_user_by_digest(virtuoso_7: Server) -> None:
    assert remote.ask(virtuoso_7.update, "SELECT ?x { VALUES ?x { 1 } }", who=Login("dba", "dba"))
    with pytest.raises(UserError, match="wants a user"):
        remote.ask(virtuoso_7.update, "SELECT ?x { VALUES ?x { 1 } }")


@virtuoso
@pytest.mark.prove
@pytest.mark.parametrize("wait", [0.05, 0.2])
def test_a_virtuoso_that_dies_while_a_graph_is_put_in_place_keeps_the_old_one_or_has_the_new(
    tmp_path: Path, wait: float
) -> None:
    page = PROJECT.graph_iri("page")
    beside = NamedNode(page.value + BESIDE)
    says = NamedNode("http://example.org/says")
    old, new = (
        [Triple(NamedNode(f"http://example.org/{n}"), says, Literal(text)) for n in range(size)]
        for text, size in (("old", 5000), ("new", 20000))
    )
    with virtuoso_server(tmp_path) as server:
        client, to = connected(server)
        graphstore.write(client, to, page, old)
        graphstore.write(client, to, beside, new)

        def copy() -> None:
            with suppress(UserError):  # the answer may come before the end does
                graphstore.copy(client, to, [(beside, page)])

        copying = threading.Thread(target=copy)
        copying.start()
        time.sleep(wait)
        server.process.kill()
        copying.join(60)
    with virtuoso_server(tmp_path) as server:
        client, to = connected(server)
        assert set(graphstore.read(client, to, page)) in (set(old), set(new))
        assert set(graphstore.read(client, to, beside)) == set(new)


@virtuoso
@pytest.mark.prove
def test_a_virtuoso_that_dies_while_it_is_loaded_is_gone_on_with(tmp_path: Path, run: Runner) -> None:
    port = free_port()
    with virtuoso_server(tmp_path, port=port) as first, standing_before(port) as between:

        def stop(request: Request) -> bool:
            if request.method != "PUT" or request.graph != f"page{BESIDE}" or first.process.poll() is not None:
                return False
            first.process.kill()
            first.process.wait()
            return True

        between.fault = stop
        done = run(between.url, "--kind", "virtuoso", "--user", "dba", "--retries", "1", password="dba")
        assert done.code == 2
        assert "Graph page could not be sent" in done.err
        assert set(done.states.values()) == {"not there"}
        with virtuoso_server(tmp_path, port=port) as second:
            between.seen.clear()
            done = run(between.url, "--kind", "virtuoso", "--user", "dba", password="dba")
            assert (done.code, done.err, set(done.states.values())) == (0, "", {"loaded"})
            assert [what for what in between.seen if "PUT" in what] == ["PUT page.loading", "PUT vocabulary.loading"]
            assert canonical(everything(second)) == canonical(open_store(PROJECT))


@virtuoso
@pytest.mark.prove
def test_virtuoso_itself_loses_a_graph_that_is_replaced_by_one_it_cannot_read(tmp_path: Path) -> None:
    """This is why nothing is put straight into its place; if a newer Virtuoso mends it, this fails and may go."""
    page = PROJECT.graph_iri("page")
    with virtuoso_server(tmp_path) as server:
        client, to = connected(server)
        graphstore.write(client, to, page, [Triple(page, page, page)] * 2)
        broken = b"<http://a/1> <http://a/p> <http://a/2> .\n" * 9 + b"<oops\n"
        address = f"{server.graphs}?graph={page.value}"
        assert client.request("PUT", address, body=broken, media_type="application/n-triples").status == 500
        assert Triple(page, page, page) not in graphstore.read(client, to, page)


def test_content_is_the_same_whatever_blank_nodes_are_called() -> None:
    a, b = NamedNode("http://example.org/a"), NamedNode("http://example.org/b")
    ours = Content([Triple(a, b, BlankNode("x")), Triple(BlankNode("x"), b, BlankNode("y")), Triple(a, a, b)])
    same = [Triple(a, a, b), Triple(a, b, BlankNode("y")), Triple(BlankNode("y"), b, BlankNode("x"))]
    assert ours.difference(same) == ""
    crossed = [Triple(a, a, b), Triple(a, b, BlankNode("y")), Triple(BlankNode("x"), b, BlankNode("y"))]
    assert ours.difference(crossed) == "blank nodes are linked in another way"
    assert ours.difference(same[:2]) == "what is said of blank nodes differs"
    assert ours.difference(same[1:]) == f"1 triples are missing and 0 are strange, without {Triple(a, a, b)}"
    assert ours.difference([*same, Triple(a, a, Literal("1"))]).startswith(
        "0 triples are missing and 1 are strange, with"
    )


def test_graphs_made_to_be_hard_to_compare_do_not_hold_the_command_up() -> None:
    a = NamedNode("http://example.org/a")
    clique = [Triple(BlankNode(f"x{i}"), a, BlankNode(f"x{j}")) for i in range(12) for j in range(12) if i != j]
    begin = time.monotonic()
    assert Content([Triple(a, a, a)]).difference(clique)
    assert Content(clique[1:]).difference(clique)
    assert time.monotonic() - begin < 20


def test_a_triple_in_no_graph_is_refused(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "some.nq").write_text("<http://a/a> <http://a/b> <http://a/c> .\n")
    done = run("http://127.0.0.1:9", "--from", str(tmp_path / "some.nq"))
    assert done.code == 2
    assert "There is a triple in no named graph" in done.err
    with pytest.raises(UserError, match="no named graph"):
        contents(parse(b"<http://a/a> <http://a/b> <http://a/c> .", RdfFormat.N_QUADS))


@pytest.mark.parametrize(
    "wrong", [["--timeout", "0"], ["--within", "nan"], ["--within=-1"], ["--retries=-1"], ["--timeout", "soon"]]
)
def test_limits_are_numbers_that_make_sense(run: Runner, wrong: list[str]) -> None:
    done = run("http://127.0.0.1:9", *wrong)
    assert done.code == 2
    assert wrong[0].partition("=")[0] in done.err
    assert done.err.count("\n") == 1


@in_oxigraph
def test_a_terminal_shows_what_is_being_done_and_a_pipe_only_what_came_of_it(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("imt")), "load", "--graph", "dataset", "--to"]
    ours, theirs = pty.openpty()
    with oxigraph_server(tmp_path) as server:
        shown = subprocess.run([*command, server.base], stdout=subprocess.PIPE, stderr=theirs, check=True, timeout=60)
        piped = subprocess.run([*command, server.base], capture_output=True, check=True, timeout=60)
    os.close(theirs)
    doing = os.read(ours, 100_000).decode()
    os.close(ours)
    assert re.findall(r"\r\x1b\[K([^\r]+) \.\.\.", doing) == [
        "looking for dataset",
        "sending dataset, 33 triples",
        "reading dataset back",
        "putting dataset in place",
        "tidying up",
    ]
    assert doing.endswith("\r\x1b[K")
    assert b"\x1b" not in shown.stdout + piped.stdout
    assert piped.stderr == b""


@in_oxigraph
def test_python_users_ask_an_endpoint_as_they_ask_the_graph(oxigraph: Server, run: Runner) -> None:
    assert run(oxigraph, "--replace").code == 0
    asked: dict[str, dict[str, Any]] = {"agents-of-a-target": {"target": "target:egfr"}, "superseded-editions": {}}
    for what, parameters in asked.items():
        here = imaging_trials.query(what, **parameters)
        there = imaging_trials.query(what, endpoint=oxigraph.query, login=("nobody", "needs this"), **parameters)
        assert sorted(here) == sorted(there)
        assert len(here)
    text = "SELECT (COUNT(*) AS ?n) { ?agent a imt:Agent }"
    for graphs in ("page", "asserted", "all"):
        here, there = (imaging_trials.query(text, graphs=graphs, endpoint=url) for url in (None, oxigraph.query))
        assert list(here) == list(there)
    with pytest.raises(UserError, match="within"):
        imaging_trials.query(text, endpoint=oxigraph.query, timeout=0)


def test_no_saved_query_has_a_parameter_that_python_users_could_not_set() -> None:
    taken = {"graphs", "endpoint", "login", "timeout"}
    names = {parameter.name for path in catalog.files(PROJECT) for parameter in catalog.read(PROJECT, path).parameters}
    assert names
    assert not names & taken
