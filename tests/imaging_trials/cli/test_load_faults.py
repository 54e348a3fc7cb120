"""`imt load` into a real Oxigraph server through a proxy that fails: one sentence, and the outcome of each graph.

After each failure a second run completes the load.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.faulty_proxy import Proxy, Request, forward, hang, no_fault, only
from tests.support.loading import ABSENT, ALL, COMPLETE, GRAPHS, LOADED, TRIPLES, Load, half_of, quads, stored
from tests.support.servers import Server

pytestmark = [pytest.mark.xdist_group("oxigraph-load"), pytest.mark.prove]

LOADING = ".loading"
SHORT = 2.0
"""Seconds for a request where the time limit is to be reached; real requests take a hundredth of it."""


def second_run_completes(proxy: Proxy, load: Load, server: Server) -> None:
    proxy.fault = no_fault
    proxy.seen.clear()
    again = load(proxy.url, "--replace")
    assert (again.code, again.error) == (0, "")
    assert stored(server) == ALL


def test_without_faults_every_graph_is_loaded(proxy: Proxy, load: Load, empty: Server) -> None:
    done = load(proxy.url)
    assert (done.code, done.outcomes, done.error) == (0, LOADED, "")
    assert stored(empty) == ALL
    assert proxy.seen.count("DELETE") == 1
    proxy.seen.clear()
    assert load(proxy.url).outcomes == COMPLETE
    assert {line.split(" ")[0] for line in proxy.seen} == {"GET"}


def test_busy_server_is_asked_again(proxy: Proxy, load: Load) -> None:
    proxy.fault = only("PUT", "curated", lambda request: request.answer("503 Busy"), times=1)
    done = load(proxy.url)
    assert (done.code, done.outcomes) == (0, LOADED)
    assert proxy.seen.count("PUT curated.loading") == 2


@pytest.mark.parametrize("status", ["429 Slowly", "502 Gate", "503 Busy", "504 Gate"])
def test_server_that_stays_busy(proxy: Proxy, load: Load, empty: Server, status: str) -> None:
    proxy.fault = only("PUT", "curated", lambda request: request.answer(status, b"come back later"))
    done = load(proxy.url)
    assert done.code == 2
    assert f"Graph curated could not be sent: {proxy.url}/store answers {status[:3]}: come back later" in done.error
    assert "(tried 2 times); 0 of 3 graphs are complete, and a second run continues from there." in done.error
    assert done.outcomes == ABSENT
    assert stored(empty) == {"concepts.loading": TRIPLES}
    second_run_completes(proxy, load, empty)
    assert [line for line in proxy.seen if "PUT" in line] == ["PUT curated.loading", "PUT page.loading"]


def test_server_that_asks_for_too_long_a_wait(proxy: Proxy, load: Load) -> None:
    proxy.fault = only("PUT", "page", lambda request: request.answer("503 No", headers="Retry-After: 86400\r\n"))
    done = load(proxy.url, "--total-timeout", "60")
    assert (done.code, done.outcomes) == (2, ABSENT)
    assert "the next attempt is due in 8.64e+04 s, which is more than is left" in done.error


def web_page(request: Request) -> None:
    request.answer("200 OK", b"<!doctype html><h1>Welcome</h1>", "text/html")


def redirect(request: Request) -> None:
    request.answer("307 Round", headers=f"Location: {request.path}\r\n")


@dataclass
class Case:
    """Requests that fail, the message of the command, and whether the graphs are loaded nevertheless."""

    kind: str
    graph: str
    do: Callable[[Request], None]
    says: str
    timeout: float = 20
    loaded: bool = False


CASES = {
    "500": Case("PUT", "curated", lambda r: r.answer("500 Oh", b"disk on fire"), "answers 500: disk on fire"),
    "hang": Case("PUT", "curated", hang, "sent no complete answer within 2 s: allow more with --timeout", SHORT),
    "closed": Case("PUT", "page", lambda _: None, "closed the connection without an HTTP answer"),
    "smtp": Case("PUT", "page", lambda r: r.connection.sendall(b"220 mail\r\n\r\n"), "does not speak HTTP"),
    "413": Case("PUT", "page", lambda r: r.answer("413 Large", b"<p>Too large"), "answers 413: Too large"),
    "415": Case("PUT", "page", lambda r: r.answer("415 What", b"no N-Triples"), "answers 415: no N-Triples"),
    "loop": Case("PUT", "page", redirect, "answers 307 and redirects to /store: give the final address"),
    "401": Case("PUT", "page", lambda r: r.answer("401 Who"), "requires a user: name one with --user"),
    "403": Case("PUT", "page", lambda r: r.answer("403 No", b"read-only"), "forbids this (read-only)"),
    "read page": Case("GET", "page", web_page, "answers with text/html and not with N-Triples"),
    "read cut": Case(
        "GET",
        "page",
        lambda r: r.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<a"),
        "closed the connection in the middle of its answer",
    ),
    "read broken": Case(
        "GET", "page", lambda r: r.answer("200 OK", b"<a> <b> <c", "application/n-triples"), "answers with invalid"
    ),
    "copy 500": Case("DELETE", "", lambda r: r.answer("500 Oh", b"no"), "could not be copied from staging: "),
    "copy hang": Case("DELETE", "", hang, "sent no complete answer within 2 s", SHORT),
    "drop": Case("DROP", "", lambda r: r.answer("500 Oh"), "the staging graphs could not be removed", loaded=True),
}


@pytest.mark.parametrize(
    ("case", "old"),
    [pytest.param(case, True, id=name) for name, case in CASES.items()]
    + [
        pytest.param(CASES["500"], False, id="500 when empty"),
        pytest.param(CASES["copy 500"], False, id="copy when empty"),
    ],
)
def test_failed_load_leaves_the_old_graphs(
    proxy: Proxy, load: Load, empty: Server, tmp_path: Path, case: Case, *, old: bool
) -> None:
    before = {}
    if old:
        assert load(empty.base, source=half_of("old", tmp_path / "old.nq")).code == 0
        before = stored(empty)
    proxy.fault = only(case.kind, case.graph, case.do)
    done = load(proxy.url, "--replace", timeout=case.timeout)
    assert done.code == 2
    assert case.says in done.error
    there = {name: number for name, number in stored(empty).items() if not name.endswith(LOADING)}
    if case.loaded:
        assert there == ALL
        assert set(done.states.values()) == {"replaced" if old else "loaded"}
    else:
        assert there == before
        assert done.outcomes == (dict.fromkeys(GRAPHS, f"{TRIPLES // 2} unchanged") if old else ABSENT)
    second_run_completes(proxy, load, empty)


@pytest.mark.parametrize(
    ("do", "says", "timeout"),
    [
        (web_page, "/query answers with text/html and not with SPARQL results", 20),
        (redirect, "answers 307 and redirects to /query: give the final address", 20),
        (hang, "sent no complete answer within 1 s", 1),
        (lambda r: r.answer("200 OK", b'{"head":', "application/sparql-results+json"), "with no SPARQL result", 20),
        (lambda r: r.answer("404 None", b"no such page"), "answers 404: no such page", 20),
        (lambda r: r.answer("503 Busy", b"later"), "answers 503: later (tried 2 times)", 20),
    ],
    ids=["page", "loop", "hang", "broken", "404", "503"],
)
def test_store_that_cannot_be_read_gets_nothing(
    proxy: Proxy, load: Load, empty: Server, do: Callable[[Request], None], *, says: str, timeout: float
) -> None:
    proxy.fault = only("GET", "", do)
    done = load(proxy.url, timeout=timeout)
    assert (done.code, done.outcomes) == (2, {})
    assert "The store could not be read, and nothing was changed: " in done.error
    assert says in done.error
    assert stored(empty) == {}


def test_unreadable_graph_is_not_taken_for_another(proxy: Proxy, load: Load, empty: Server) -> None:
    assert load(proxy.url).code == 0
    proxy.seen.clear()
    proxy.fault = only("GET", "page", lambda request: request.answer("500 Oh", b"not today"))
    done = load(proxy.url, "--replace")
    assert (done.code, done.outcomes) == (2, {})
    assert "/store answers 500: not today" in done.error
    assert {line.split(" ")[0] for line in proxy.seen} == {"GET"}
    assert stored(empty) == ALL


def test_lost_answer_is_asked_for_again(proxy: Proxy, load: Load, empty: Server) -> None:
    lost: list[str] = []

    def lose(request: Request) -> bool:
        kind = request.kind + request.graph
        if request.method == "GET" or kind in lost:
            return False
        lost.append(kind)
        forward(request, empty.port)
        return True

    proxy.fault = lose
    done = load(proxy.url)
    assert (done.code, done.outcomes, done.error) == (0, LOADED, "")
    assert len(lost) == 6
    assert stored(empty) == ALL


def test_store_is_read_when_the_last_answer_is_missing(proxy: Proxy, load: Load, empty: Server) -> None:
    def copy_in_silence(request: Request) -> None:
        forward(request, empty.port)
        hang(request)

    proxy.fault = only("DELETE", "", copy_in_silence)
    done = load(proxy.url, timeout=SHORT)
    assert (done.code, done.outcomes) == (2, LOADED)
    assert "sent no complete answer" in done.error
    assert "3 of 3 graphs are complete" in done.error
    second_run_completes(proxy, load, empty)


def test_outcome_is_unknown_if_the_store_is_gone(proxy: Proxy, load: Load, empty: Server) -> None:
    gone: list[bool] = []

    def silent_after_copy(request: Request) -> bool:
        if request.kind == "DELETE":
            gone.append(True)
            forward(request, empty.port)
        if gone:
            hang(request)
        return bool(gone)

    proxy.fault = silent_after_copy
    done = load(proxy.url, timeout=SHORT)
    assert (done.code, done.outcomes) == (2, dict.fromkeys(GRAPHS, "? unknown, it was being written"))
    assert "of 3 graphs 0 are complete and 3 are not known (no answer), and a second run continues" in done.error
    second_run_completes(proxy, load, empty)


def halving(server: Server) -> Callable[[Request], None]:
    """Return a fault that stores half of a PUT and answers as if it had stored all."""

    def do(request: Request) -> None:
        head, _, body = request.raw.partition(b"\r\n\r\n")
        half = b"".join(body.splitlines(keepends=True)[: TRIPLES // 2])
        head = re.sub(rb"(?i)content-length: \d+", b"Content-Length: %d" % len(half), head)
        request.connection.sendall(forward(request, server.port, head + b"\r\n\r\n" + half))

    return do


def test_store_that_keeps_only_a_part(proxy: Proxy, load: Load, empty: Server) -> None:
    proxy.fault = only("PUT", "curated", halving(empty))
    done = load(proxy.url)
    assert (done.code, done.outcomes) == (2, ABSENT)
    assert "returns other triples than were sent: 30 triples are missing and 0 are unexpected" in done.error
    second_run_completes(proxy, load, empty)


def test_part_without_staging_is_called_incomplete(proxy: Proxy, load: Load, empty: Server) -> None:
    proxy.fault = only("PUT", "curated", halving(empty))
    done = load(proxy.url, "--no-staging")
    assert done.code == 2
    assert done.outcomes == {
        "concepts": f"{TRIPLES} loaded",
        "curated": f"{TRIPLES // 2} INCOMPLETE, it had 0 triples",
        "page": "0 absent",
    }
    assert "1 of 3 graphs are complete" in done.error
    assert stored(empty) == {"concepts": TRIPLES, "curated": TRIPLES // 2}
    second_run_completes(proxy, load, empty)


def test_other_content_is_refused_before_any_write(proxy: Proxy, load: Load, tmp_path: Path) -> None:
    (tmp_path / "old.nq").write_bytes(quads("old"))
    assert load(proxy.url, source=tmp_path / "old.nq").code == 0
    proxy.seen.clear()
    done = load(proxy.url)
    assert done.code == 2
    assert (
        "The store has other content in concepts, curated, page, and nothing was changed: give --replace" in done.error
    )
    assert done.outcomes == dict.fromkeys(GRAPHS, f"{TRIPLES} unchanged")
    assert {line.split(" ")[0] for line in proxy.seen} == {"GET"}
    done = load(proxy.url, "--replace")
    assert (done.code, done.outcomes) == (0, dict.fromkeys(GRAPHS, f"{TRIPLES} replaced"))


def test_dry_run_changes_nothing(proxy: Proxy, load: Load, empty: Server) -> None:
    done = load(proxy.url, "--dry-run")
    assert (done.code, done.outcomes) == (0, dict.fromkeys(GRAPHS, "0 would be loaded"))
    assert done.out.endswith(f"Nothing was changed in {proxy.url}.\n")
    assert {line.split(" ")[0] for line in proxy.seen} == {"GET"}
    assert stored(empty) == {}
