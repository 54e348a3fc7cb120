"""`imt load` while another load writes to the same store, and after one that was killed."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from imaging_trials.model.project import PROJECT
from rdfkit.stores import graphstore, lock
from rdfkit.stores.load import STAGING_SUFFIX
from tests.support.faulty_proxy import Proxy, Request
from tests.support.loading import ALL, GRAPHS, LOADED, Load, connected, quads, stored
from tests.support.servers import Server

pytestmark = [pytest.mark.xdist_group("oxigraph-load"), pytest.mark.prove]

IMT = str(Path(sys.executable).with_name("imt"))
PAGE = PROJECT.graph_iri("page")


def records(server: Server) -> list[lock.Record]:
    return lock.records(*connected(server))


@contextmanager
def another_load(server: Server, *, here: bool, seconds: float = 60.0) -> Iterator[NamedNode]:
    """Let the store have the record of another load that has staged a graph; yield that graph."""
    client, to = connected(server)
    left = NamedNode("http://example.org/left" + STAGING_SUFFIX)
    with lock.held(client, to, [left], 0, lambda _: None) as other:
        graphstore.write(client, to, {left: [Triple(left, left, left)]})
        if not here:
            graph = other.record.graph
            text = f"DELETE {{ GRAPH {graph} {{ {graph} ?p ?o }} }} WHERE {{ GRAPH {graph} {{ {graph} ?p ?o }} }}"
            until = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + seconds))
            said = {"by": "process 1 on elsewhere", "until": until, "place": "another machine"}
            facts = " . ".join(f"{graph} <urn:rdfkit:load#{name}> {Literal(value)}" for name, value in said.items())
            staged = f"{graph} <urn:rdfkit:load#staging> {left}"
            graphstore.update(client, to, f"{text} ; INSERT DATA {{ GRAPH {graph} {{ {facts} . {staged} }} }}")
        yield left


@pytest.mark.parametrize("here", [True, False])
def test_a_load_does_not_start_while_another_writes(load: Load, empty: Server, *, here: bool) -> None:
    with another_load(empty, here=here):
        done = load(empty.base, "--wait", "0.3")
        assert (done.code, done.outcomes) == (2, {})
        assert "Another load is writing to" in done.error
        assert "with the update DROP GRAPH <urn:rdfkit:load:" in done.error
        assert set(stored(empty)) == {"left.loading"}
    assert load(empty.base).outcomes == LOADED


def test_what_a_killed_load_left_behind_is_removed(load: Load, empty: Server, tmp_path: Path) -> None:
    big = tmp_path / "big.nq"
    big.write_text("".join(f'<urn:a> <urn:b> "{n}" <urn:g{n % 4}> .\n' for n in range(40_000)))
    with subprocess.Popen([IMT, "load", "--to", empty.base, "--from", str(big)], stdout=subprocess.DEVNULL) as process:
        while not any(name.endswith(STAGING_SUFFIX) for name in stored(empty)):
            time.sleep(0.02)
        process.kill()
    assert len(records(empty)) == 1
    assert load(empty.base).outcomes == LOADED
    assert records(empty) == []
    assert {name for name in stored(empty) if name.endswith(STAGING_SUFFIX)} == set()


def test_the_record_of_a_load_elsewhere_ends_by_itself(load: Load, empty: Server) -> None:
    with another_load(empty, here=False, seconds=-1):
        assert load(empty.base).outcomes == LOADED
        assert stored(empty) == ALL


@pytest.mark.parametrize("pause", [0.0, 0.15])
def test_of_two_loads_of_one_graph_both_find_it_whole(empty: Server, pause: float) -> None:
    """With version 1.0.0 the vocabulary, which has blank nodes, was broken in each such run."""
    command = [IMT, "load", "--to", empty.base, "--graph", "vocabulary", "--graph", "dataset"]
    running = []
    for _ in range(2):
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        time.sleep(pause)
    answers = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0], answers
    check = subprocess.run([*command, "--dry-run"], capture_output=True, text=True, check=True)
    assert check.stdout.count("already complete") == 2
    assert records(empty) == []


@pytest.mark.parametrize("pause", [0.0, 0.1, 0.3])
def test_of_two_replacing_loads_one_wins_and_no_graph_is_lost(empty: Server, tmp_path: Path, pause: float) -> None:
    running = []
    for name in ("one", "two"):
        (tmp_path / name).with_suffix(".nq").write_bytes(quads(name))
        command = [IMT, "load", "--to", empty.base, "--replace", "--from", f"{tmp_path}/{name}.nq"]
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        time.sleep(pause)
    assert [process.wait(60) for process in running] == [0, 0]
    assert stored(empty) == ALL
    client, to = connected(empty)
    texts = {str(one.object) for name in GRAPHS for one in graphstore.read(client, to, PROJECT.graph_iri(name))}
    assert len(texts) == 1


def test_an_update_that_comes_late_changes_nothing(load: Load, empty: Server, proxy: Proxy) -> None:
    late: list[bytes] = []

    def lose_and_keep(request: Request) -> bool:
        if request.kind == "DELETE":
            late.append(request.raw)
        return False

    proxy.fault = lose_and_keep
    assert load(proxy.url).code == 0
    client, to = connected(empty)
    before = set(graphstore.read(client, to, PAGE))
    text = late[0].partition(b"\r\n\r\n")[2].decode()
    graphstore.update(client, to, text)
    assert set(graphstore.read(client, to, PAGE)) == before
    assert stored(empty) == ALL


def test_a_load_that_lost_its_lock_says_so(load: Load, empty: Server, proxy: Proxy) -> None:
    client, to = connected(empty)

    def take_over(request: object) -> bool:
        if getattr(request, "method", "") == "PUT":
            graphstore.drop(client, to, [record.graph for record in records(empty)])
        return False

    proxy.fault = take_over
    done = load(proxy.url)
    assert done.code == 2
    assert "another one has taken over" in done.error
    assert {name for name in stored(empty) if not name.endswith(STAGING_SUFFIX)} == set()


def test_values_that_a_store_spells_otherwise_are_loaded(load: Load, empty: Server, tmp_path: Path) -> None:
    file = tmp_path / "values.trig"
    file.write_text(
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        '<urn:g> { <urn:a> <urn:b> 1.0, 01, "1"^^xsd:boolean, 1.0E0, "2020-01-01T00:00:00.000Z"^^xsd:dateTime, '
        '"7"^^xsd:nonNegativeInteger, "x"@EN-gb ; <urn:c> [ <urn:b> 1.50 ] . <urn:d> <urn:b> 1.0, 1.00 }'
    )
    done = load(empty.base, source=file)
    assert (done.code, done.outcomes) == (0, {"urn:g": "10 loaded"})
    assert "another spelling of the same value for" in done.out
    assert load(empty.base, source=file).outcomes == {"urn:g": "10 already complete"}
