"""`imt load` into Virtuoso 7: its addresses, its authentication by Digest, and what happens when it is killed."""

import threading
from contextlib import suppress
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.stores import graphstore, sparql_client
from rdfkit.stores.http import Client, Login
from rdfkit.stores.http_errors import PASSWORD_VARIABLE
from rdfkit.stores.load import STAGING_SUFFIX
from tests.support.faulty_proxy import Request, no_fault, proxy_before
from tests.support.loading import ALL, GRAPHS, connected, run
from tests.support.servers import Server, free_port, virtuoso_server

pytestmark = [pytest.mark.xdist_group("virtuoso"), pytest.mark.prove]

PAGE = PROJECT.graph_iri("page")
STAGED = NamedNode(PAGE.value + STAGING_SUFFIX)


@pytest.mark.parametrize("ending", ["", "/sparql", "/sparql-auth", "/sparql-graph-crud-auth"])
def test_virtuoso_is_detected_from_any_of_its_addresses(virtuoso: Server, ending: str) -> None:
    client = Client(timeout=20, total=60)
    found = graphstore.target(client, virtuoso.base + ending, None, query=None, update=None, graphs=None)
    assert (found.store, found.update, found.graphs) == ("virtuoso", virtuoso.update, virtuoso.graphs)


def test_user_and_right_password_are_required(
    virtuoso: Server, file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(capsys.readouterr, virtuoso.base, "--from", str(file))
    assert done.code == 2
    assert f"{virtuoso.update} requires a user: name one with --user" in done.error
    monkeypatch.setenv(PASSWORD_VARIABLE, "wrong")
    done = run(capsys.readouterr, virtuoso.base, "--user", "dba", "--from", str(file))
    assert done.code == 2
    assert "rejects dba with this password: check both" in done.error
    assert "wrong" not in done.error


def test_query_is_authenticated_by_digest(virtuoso: Server) -> None:
    assert sparql_client.ask_endpoint(virtuoso.update, "SELECT ?x { VALUES ?x { 1 } }", login=Login("dba", "dba"))
    with pytest.raises(UserError, match="requires a user"):
        sparql_client.ask_endpoint(virtuoso.update, "SELECT ?x { VALUES ?x { 1 } }")


@pytest.mark.parametrize("wait", [0.05, 0.2])
def test_killed_while_copying_keeps_old_or_new_graph(tmp_path: Path, wait: float) -> None:
    says = NamedNode("http://example.org/says")
    old, new = (
        [Triple(NamedNode(f"http://example.org/{n}"), says, Literal(text)) for n in range(size)]
        for text, size in (("old", 5000), ("new", 20000))
    )
    with virtuoso_server(tmp_path) as server:
        client, to = connected(server)
        graphstore.write(client, to, PAGE, old)
        graphstore.write(client, to, STAGED, new)

        def copy() -> None:
            with suppress(UserError):  # the answer may come before the end does
                graphstore.copy(client, to, [(STAGED, PAGE)])

        copying = threading.Thread(target=copy)
        copying.start()
        copying.join(wait)
        server.process.kill()
        copying.join(60)
    with virtuoso_server(tmp_path) as server:
        client, to = connected(server)
        assert set(graphstore.read(client, to, PAGE)) in (set(old), set(new))
        assert set(graphstore.read(client, to, STAGED)) == set(new)


def test_load_continues_after_a_kill(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "dba")
    arguments = ("--store", "virtuoso", "--user", "dba", "--from", str(file))
    port = free_port()
    with virtuoso_server(tmp_path, port=port) as first, proxy_before(port) as proxy:

        def stop(request: Request) -> bool:
            if request.method != "PUT" or request.graph != f"page{STAGING_SUFFIX}" or first.process.poll() is not None:
                return False
            first.process.kill()
            first.process.wait()
            return True

        proxy.fault = stop
        done = run(capsys.readouterr, proxy.url, *arguments, "--retries", "1")
        assert done.code == 2
        assert "Graph page could not be sent" in done.error
        assert set(done.states.values()) == {"absent"}
        with virtuoso_server(tmp_path, port=port) as second:
            proxy.fault = no_fault
            proxy.seen.clear()
            done = run(capsys.readouterr, proxy.url, *arguments)
            assert (done.code, done.error, set(done.states.values())) == (0, "", {"loaded"})
            assert {line for line in proxy.seen if "PUT" in line} == {"PUT page.loading"}
            client, to = connected(second)
            assert {name: graphstore.count(client, to, PROJECT.graph_iri(name)) for name in GRAPHS} == ALL


def test_virtuoso_loses_a_graph_replaced_by_invalid_data(tmp_path: Path) -> None:
    """The reason for staging graphs; if a newer Virtuoso has fixed this, this test fails and can be removed."""
    with virtuoso_server(tmp_path) as server:
        client, to = connected(server)
        graphstore.write(client, to, PAGE, [Triple(PAGE, PAGE, PAGE)] * 2)
        broken = b"<http://a/1> <http://a/p> <http://a/2> .\n" * 9 + b"<oops\n"
        address = f"{server.graphs}?graph={PAGE.value}"
        assert client.request("PUT", address, body=broken, media_type="application/n-triples").status == 500
        assert Triple(PAGE, PAGE, PAGE) not in graphstore.read(client, to, PAGE)
