"""`imt load` into real stores: what it loads, what it compares, and what it leaves unchanged."""

import os
import pty
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    serialize,
)
from rdflib import Dataset as RdflibDataset

import imaging_trials
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.base.namespaces import XSD
from rdfkit.rdf import named_graphs
from rdfkit.sparql import saved
from rdfkit.stores import graphstore
from rdfkit.stores.embedded import open_store
from rdfkit.stores.graphstore import Target
from rdfkit.stores.http import Client
from rdfkit.stores.http_errors import PASSWORD_VARIABLE
from rdfkit.stores.load import STAGING_SUFFIX
from tests.support.faulty_proxy import read_request
from tests.support.loading import Load, Run, connected, run, stored
from tests.support.servers import Answerer, Server, raw_server

pytestmark = [pytest.mark.xdist_group("oxigraph-load"), pytest.mark.prove]

LoadInto = Callable[..., Run]


@pytest.fixture
def load_into(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> LoadInto:
    """Return a function that runs `imt load` on a server, as its user, or on an address."""

    def load(server: Server | str, *arguments: str) -> Run:
        if isinstance(server, str):
            return run(capsys.readouterr, server, *arguments)
        user = ["--user", server.user] if server.user else []
        if server.password:
            monkeypatch.setenv(PASSWORD_VARIABLE, server.password)
        return run(capsys.readouterr, server.base, *user, *arguments)

    return load


def canonical(quads: Iterable[Quad]) -> set[Quad]:
    """Return the quads with canonical labels for blank nodes (RDFC-1.0)."""
    ground, blank = set(), Dataset()
    for quad in quads:
        if BlankNode in (type(quad.subject), type(quad.object)):
            blank.add(quad)
        else:
            ground.add(quad)
    blank.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return ground | set(blank)


def everything(server: Server) -> list[Quad]:
    """Return all graphs of the project as the server returns them."""
    client, to = connected(server)
    return [
        Quad(triple.subject, triple.predicate, triple.object, graph)
        for graph in named_graphs.dataset(PROJECT, open_store(PROJECT), "all")
        for triple in graphstore.read(client, to, graph)
    ]


STORES = ["oxigraph", pytest.param("virtuoso", marks=[pytest.mark.xdist_group("virtuoso"), pytest.mark.prove])]


@pytest.mark.prove
@pytest.mark.parametrize("name", STORES)
@pytest.mark.parametrize("protocol", ["graph-store", "update"])
def test_whole_graph_comes_back_the_same(
    name: str, protocol: str, load_into: LoadInto, request: pytest.FixtureRequest
) -> None:
    server: Server = request.getfixturevalue(name)
    client, to = connected(server)
    names = named_graphs.dataset(PROJECT, open_store(PROJECT), "all")
    graphstore.drop(client, to, names)
    done = load_into(server, "--protocol", protocol)
    assert (done.code, done.error) == (0, "")
    assert done.states == {PROJECT.graph_name(graph): "loaded" for graph in names}
    total = len(open_store(PROJECT))
    assert done.out.endswith(
        f"{total:,} triples in {len(names)} graphs are in {server.base}, counted and read back there.\n"
    )
    assert canonical(everything(server)) == canonical(open_store(PROJECT))
    assert [graphstore.count(client, to, NamedNode(graph.value + STAGING_SUFFIX)) for graph in names] == [0] * len(
        names
    )
    again = load_into(server)
    assert set(again.states.values()) == {"already complete"}
    assert f"({len(names)} of them from before)" in again.out


@pytest.mark.parametrize("protocol", ["graph-store", "update"])
def test_vocabulary_comes_back_the_same(protocol: str, load_into: LoadInto, empty: Server) -> None:
    """The vocabulary is the graph with blank nodes."""
    done = load_into(empty, "--protocol", protocol, "--graph", "vocabulary")
    assert (done.code, done.states) == (0, {"vocabulary": "loaded"})
    client, to = connected(empty)
    graph = PROJECT.graph_iri("vocabulary")
    found = [Quad(one.subject, one.predicate, one.object, graph) for one in graphstore.read(client, to, graph)]
    assert canonical(found) == canonical(open_store(PROJECT).quads_for_pattern(None, None, None, graph))


def test_python_users_query_an_endpoint_like_the_graph(empty: Server) -> None:
    client, _ = connected(empty)
    quads = open_store(PROJECT).dump(format=RdfFormat.N_QUADS)
    client.require_ok(client.request("POST", empty.graphs, body=quads, media_type="application/n-quads"))
    calls: dict[str, dict[str, Any]] = {
        "agents-of-a-target": {"target": "target:egfr"},
        "documents-of-a-kind": {"kind": "caepr"},
        "agents-of-a-modality": {"modality": "Positron Emission Tomography"},
        "superseded-editions": {},
    }
    for name, parameters in calls.items():
        here = imaging_trials.query(name, **parameters)
        there = imaging_trials.query(name, endpoint=empty.query, login=("nobody", "needs this"), **parameters)
        assert sorted(here) == sorted(there)
        assert len(here)
    text = "SELECT (COUNT(*) AS ?n) { ?agent a imt:PharmaceuticalAgent }"
    for graphs in ("page", "asserted", "all"):
        here, there = (imaging_trials.query(text, dataset=graphs, endpoint=url) for url in (None, empty.query))
        assert list(here) == list(there)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(UserError, match="within"):
        imaging_trials.query(text, endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}/query", timeout=0.5)
    with pytest.raises(UserError, match="timeout takes seconds, more than 0"):
        imaging_trials.query(text, endpoint=empty.query, timeout=0)


@pytest.mark.parametrize("name", STORES)
def test_only_a_graph_that_differs_is_replaced(
    name: str, load_into: LoadInto, file: Path, request: pytest.FixtureRequest
) -> None:
    server: Server = request.getfixturevalue(name)
    ours = ("--from", str(file))
    assert load_into(server, "--replace", *ours).code == 0
    client, to = connected(server)
    page = PROJECT.graph_iri("page")
    one = graphstore.read(client, to, page)[0]
    graphstore.update(client, to, f"DELETE DATA {{ GRAPH {page} {{ {one} }} }}")
    other = f"{one.subject} {one.predicate} <http://example.org/other>"
    graphstore.update(client, to, f"INSERT DATA {{ GRAPH {page} {{ {other} }} }}")
    refused = load_into(server, *ours)
    assert refused.code == 2
    assert "The store has other content in page, and nothing was changed: give --replace" in refused.error
    assert refused.states["page"] == "unchanged"
    plan = load_into(server, "--dry-run", *ours)
    assert (plan.code, plan.states["page"]) == (1, "other content, would be refused without --replace")
    plan = load_into(server, "--dry-run", "--replace", *ours)
    assert (plan.code, plan.states["page"]) == (0, "would be replaced")
    assert graphstore.count(client, to, NamedNode(page.value + STAGING_SUFFIX)) == 0
    done = load_into(server, "--replace", *ours)
    assert done.code == 0
    assert {name for name, state in done.states.items() if state == "replaced"} == {"page"}
    assert one in graphstore.read(client, to, page)


def test_only_named_graphs_are_loaded(load_into: LoadInto, empty: Server) -> None:
    done = load_into(empty, "--graph", "alignments", "--graph", PROJECT.graph_iri("dataset").value)
    assert (done.code, done.states) == (0, {"alignments": "loaded", "dataset": "loaded"})
    assert set(stored(empty)) == {"alignments", "dataset"}
    done = load_into(empty, "--graph", "pages")
    assert (done.code, done.error) == (2, "imt: There is no graph 'pages' to load: did you mean page?\n")


def test_other_graphs_of_the_store_are_unchanged(load: Load, empty: Server) -> None:
    client, to = connected(empty)
    graphstore.update(client, to, "INSERT DATA { <a:a> <a:b> 1 . GRAPH <a:g> { <a:a> <a:b> 2 } }")
    assert load(empty.base).code == 0
    assert graphstore.count(client, to, NamedNode("a:g")) == 1
    assert client.request("GET", f"{empty.graphs}?default").body == (
        b'<a:a> <a:b> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    )


@pytest.mark.parametrize("ending", ["", "/", "/query", "/update", "/store"])
def test_store_is_detected_from_any_of_its_addresses(oxigraph: Server, ending: str) -> None:
    client = Client(timeout=20, total=60)
    found = graphstore.target(client, oxigraph.base + ending, None, query=None, update=None, graphs=None)
    assert found == Target("oxigraph", oxigraph.base, oxigraph.query, oxigraph.update, oxigraph.graphs, atomic=True)


def test_unknown_store_must_be_named(load_into: LoadInto, file: Path) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(9999)
        connection.sendall(b"HTTP/1.1 404 Nothing\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n")

    with raw_server(serve) as url:
        done = load_into(url, "--from", str(file))
    assert done.code == 2
    assert "does not say which store it is: give --store oxigraph, virtuoso or generic" in done.error


def rdflib_endpoint() -> Answerer:
    """SPARQL query and update at one address over an rdflib dataset, without a Graph Store Protocol."""
    held = RdflibDataset()
    lock = threading.Lock()

    def serve(connection: socket.socket) -> None:
        request = read_request(connection)
        queries = parse_qs(urlsplit(request.path).query).get("query")
        with lock:
            if queries:
                answer = held.query(queries[0])
                form = "json" if answer.type == "SELECT" else "nt"
                body = answer.serialize(format=form) or b""
                request.answer("200 OK", body, {"json": "application/sparql-results+json", "nt": "text/plain"}[form])
            else:
                held.update(request.raw.partition(b"\r\n\r\n")[2].decode())
                request.answer("204 Done")

    return serve


@pytest.mark.filterwarnings("ignore:Dataset.*is deprecated:DeprecationWarning")
def test_store_with_sparql_only(load_into: LoadInto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphstore, "_MAX_BATCH_TRIPLES", 20)
    page, words = PROJECT.graph_iri("page"), PROJECT.graph_iri("vocabulary")
    says, lists = NamedNode("http://example.org/says"), NamedNode("http://example.org/lists")
    quads = [Quad(NamedNode(f"http://example.org/{n}"), says, Literal(f'"{n}"\n\\'), page) for n in range(50)]
    quads += [Quad(BlankNode(f"b{n}"), lists, BlankNode(f"b{n + 1}"), words) for n in range(30)]
    quads += [Quad(words, lists, BlankNode("b0"), words), Quad(words, says, Literal("x", language="en"), words)]
    file = tmp_path / "some.nq"
    serialize(quads, str(file), RdfFormat.N_QUADS)
    generic = ("--store", "generic", "--from", str(file))
    with raw_server(rdflib_endpoint()) as url:
        done = load_into(url, *generic)
        assert (done.code, done.error) == (0, "")
        assert done.states == {"page": "loaded", "vocabulary": "loaded"}
        assert set(load_into(url, *generic).states.values()) == {"already complete"}
        serialize(quads[1:], str(file), RdfFormat.N_QUADS)
        done = load_into(url, *generic, "--replace", "--no-staging")
        assert (done.code, done.states) == (0, {"page": "replaced", "vocabulary": "already complete"})
        refused = load_into(url, *generic, "--protocol", "graph-store")
        assert "has no known address for the Graph Store Protocol: give it with --store-url" in refused.error


def test_generic_store_with_separate_addresses(load_into: LoadInto, empty: Server, file: Path) -> None:
    own = ["--store", "generic", "--update-url", empty.update, "--store-url", empty.graphs, "--from", str(file)]
    done = load_into(empty.query, *own)
    assert (done.code, set(done.states.values())) == (0, {"loaded"})
    done = load_into("http://127.0.0.1:9", *own, "--query-url", empty.query)
    assert (done.code, set(done.states.values())) == (0, {"already complete"})


def test_triples_in_no_named_graph_are_loaded_as_such(load_into: LoadInto, empty: Server, tmp_path: Path) -> None:
    client, to = connected(empty)
    (tmp_path / "some.trig").write_text("<http://a/a> <http://a/b> 1.0 . <urn:g> { <http://a/c> <http://a/b> 2 }")
    done = load_into(empty, "--from", str(tmp_path / "some.trig"))
    assert (done.code, done.states) == (0, {"default": "loaded", "urn:g": "loaded"})
    assert [str(one.object) for one in graphstore.read(client, to, DefaultGraph())] == [f'"1"^^<{XSD}decimal>']
    again = load_into(empty, "--from", str(tmp_path / "some.trig"))
    assert set(again.states.values()) == {"already complete"}
    named = load_into(empty, "--from", str(tmp_path / "some.trig"), "--default-graph", "urn:h")
    assert named.states == {"urn:g": "already complete", "urn:h": "loaded"}
    refused = load_into(empty, "--from", str(tmp_path / "some.trig"), "--protocol", "update")
    assert "give --default-graph NAME" in refused.error


@pytest.mark.parametrize(
    "wrong",
    [["--timeout", "0"], ["--total-timeout", "nan"], ["--total-timeout=-1"], ["--retries=-1"], ["--timeout", "soon"]],
)
def test_limits_are_checked(load_into: LoadInto, wrong: list[str]) -> None:
    done = load_into("http://127.0.0.1:9", *wrong)
    assert done.code == 2
    assert wrong[0].partition("=")[0] in done.error


def test_terminal_shows_each_step_and_a_pipe_only_the_result(empty: Server) -> None:
    command = [str(Path(sys.executable).with_name("imt")), "load", "--graph", "dataset", "--to"]
    ours, theirs = pty.openpty()
    shown = subprocess.run([*command, empty.base], stdout=subprocess.PIPE, stderr=theirs, check=True, timeout=60)
    piped = subprocess.run([*command, empty.base], capture_output=True, check=True, timeout=60)
    os.close(theirs)
    steps = os.read(ours, 100_000).decode()
    os.close(ours)
    triples = sum(1 for _ in open_store(PROJECT).quads_for_pattern(None, None, None, PROJECT.graph_iri("dataset")))
    assert re.findall(r"\r\x1b\[K([^\r]+) \.\.\.", steps) == [
        "checking dataset",
        "checking dataset",
        f"sending dataset, {triples} triples",
        "reading dataset back",
        "copying dataset from staging",
        "removing staging graphs",
    ]
    assert steps.endswith("\r\x1b[K")
    assert b"\x1b" not in shown.stdout + piped.stdout
    assert piped.stderr == b""


def test_parameters_of_saved_queries_avoid_reserved_names() -> None:
    reserved = {"graphs", "endpoint", "login", "timeout"}
    names = {parameter.name for path in saved.files(PROJECT) for parameter in saved.read(PROJECT, path).parameters}
    assert names
    assert not names & reserved
