"""`imt load` against a real Oxigraph server, with something between them that does what networks and servers do.

Every case ends within its time limits, with one sentence and the state of each graph, and a second run completes.
"""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from imaging_trials import cli
from imaging_trials.graph.project import PROJECT
from rdfkit.stores import graphstore
from rdfkit.stores.graphstore import Target
from rdfkit.stores.http import Client
from tests.support.servers import Server, free_port, lacking, oxigraph_server, raw_server

GRAPHS = ("concepts", "curated", "page")
TRIPLES = 60
LOADING = ".loading"


@dataclass
class Request:
    """A request as it came in, and the connection to answer it on."""

    method: str
    path: str
    whole: bytes
    connection: socket.socket

    @property
    def graph(self) -> str:
        """The short name of the graph that a request of the Graph Store Protocol is about."""
        return unquote(self.path).rpartition("/")[2]

    def answer(self, status: str, body: bytes = b"", media_type: str = "text/plain", headers: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        self.connection.sendall(head.encode() + body)


Fault = Callable[[Request], bool]
"""Does something with a request and returns True, or returns False and lets it pass."""


@dataclass
class Between:
    """What stands between the command and the server: a fault, and a list of the requests that came."""

    url: str = ""
    fault: Fault = lambda _: False
    seen: list[str] = field(default_factory=list)


def passing(_: Request) -> bool:
    return False


def only(what: str, graph: str, do: Callable[[Request], None], times: int = 10**6) -> Fault:
    """Do something with the first so many requests of a kind (``PUT``, ``GET``, or a word of an update)."""
    done: list[int] = []

    def fault(request: Request) -> bool:
        hit = request.method == what or (what.encode() in request.whole and b"sparql-update" in request.whole)
        if not hit or (graph and graph not in (request.graph, request.graph.removesuffix(LOADING))):
            return False
        done.append(1)
        if len(done) > times:
            return False
        do(request)
        return True

    return fault


def read(connection: socket.socket) -> Request:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    announced = re.search(rb"(?i)content-length: (\d+)", head)
    while announced and len(body) < int(announced[1]):
        body += connection.recv(65536)
    method, path, _ = head.decode().split("\r\n")[0].split(" ")
    return Request(method, path, head + b"\r\n\r\n" + body, connection)


def forward(request: Request, port: int, whole: bytes | None = None) -> bytes:
    """Send a request on to the server, and return its answer."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as server:
        server.sendall(whole or request.whole)
        while piece := server.recv(65536):
            answer += piece
    return answer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph_server(tmp_path_factory.mktemp("store")) as running:
        yield running


@pytest.fixture
def between(server: Server) -> Iterator[Between]:
    """The store, empty, behind something that can fail."""
    client, to = direct(server)
    graphstore.change(client, to, "DROP ALL")
    with standing_before(server.port) as state:
        yield state


@contextmanager
def standing_before(port: int) -> Iterator[Between]:
    state = Between()

    def serve(connection: socket.socket) -> None:
        request = read(connection)
        update = re.search(rb"\r\n\r\n(\w+)", request.whole)
        what = update[1].decode() if update and b"sparql-update" in request.whole else request.method
        state.seen.append(f"{what} {request.graph}" if "?graph=" in request.path else what)
        if not state.fault(request):
            connection.sendall(forward(request, port))

    with raw_server(serve) as url:
        state.url = url.removesuffix("/query")
        yield state


def direct(server: Server) -> tuple[Client, Target]:
    client = Client(timeout=20, total=60)
    return client, graphstore.target(client, server.base, "oxigraph", query=None, update=None, store=None)


def stored(server: Server) -> dict[str, int]:
    """What is in the store, asked for with nothing in between: triples of each graph."""
    client, to = direct(server)
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    response = client.request("GET", f"{to.query}?query={query.replace(' ', '%20')}", accept="text/csv")
    rows = [line.split(",") for line in response.body.decode().split("\r\n")[1:] if line]
    return {name.rpartition("/")[2]: int(number) for name, number in rows}


def quads(text: str) -> bytes:
    made = [
        Quad(
            NamedNode(f"http://example.org/{name}{number}"), NamedNode("http://example.org/says"), Literal(text), graph
        )
        for name in GRAPHS
        for graph in [PROJECT.graph_iri(name)]
        for number in range(TRIPLES)
    ]
    written = serialize(made, format=RdfFormat.N_QUADS)
    assert written
    return written


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quads") / "new.nq"
    path.write_bytes(quads("new"))
    return path


@dataclass
class Ran:
    code: int
    states: dict[str, str]
    error: str
    seconds: float
    out: str


Load = Callable[..., Ran]


@pytest.fixture
def load(file: Path, capsys: pytest.CaptureFixture[str]) -> Load:
    """Run `imt load` with the small file, and return what it says of each graph."""

    def run(url: str, *arguments: str, timeout: float = 10, source: Path = file) -> Ran:
        begin = time.monotonic()
        limits = ["--timeout", str(timeout), "--retries", "1"]
        code = cli.main(["load", "--to", url, "--kind", "oxigraph", "--from", str(source), *limits, *arguments])
        seconds = time.monotonic() - begin
        printed = capsys.readouterr()
        rows = re.findall(r"(?m)^(concepts|curated|page) +[\d,]+ +([\d,?]+) +(.*)$", printed.out)
        assert printed.err.count("\n") == (code != 0), printed.err
        assert "Traceback" not in printed.err
        return Ran(code, {name: f"{number} {words}" for name, number, words in rows}, printed.err, seconds, printed.out)

    return run


LOADED = dict.fromkeys(GRAPHS, f"{TRIPLES} loaded")
WHOLE = dict.fromkeys(GRAPHS, f"{TRIPLES} whole already")
ABSENT = dict.fromkeys(GRAPHS, "0 not there")
ALL = dict.fromkeys(GRAPHS, TRIPLES)


def a_second_run_completes(between: Between, load: Load, server: Server) -> None:
    between.fault = passing
    between.seen.clear()
    again = load(between.url, "--replace")
    assert (again.code, again.error) == (0, "")
    assert stored(server) == ALL


def test_with_nothing_wrong_every_graph_is_loaded_and_nothing_is_left_beside(
    between: Between, load: Load, server: Server
) -> None:
    done = load(between.url)
    assert (done.code, done.states, done.error) == (0, LOADED, "")
    assert stored(server) == ALL
    assert between.seen.count("COPY") == 1
    between.seen.clear()
    assert load(between.url).states == WHOLE
    assert {what.split(" ")[0] for what in between.seen} == {"GET"}


def test_a_server_that_is_busy_once_is_asked_again(between: Between, load: Load) -> None:
    between.fault = only("PUT", "curated", lambda request: request.answer("503 Busy"), times=1)
    done = load(between.url)
    assert (done.code, done.states) == (0, LOADED)
    assert done.seconds > 0.5
    assert between.seen.count("PUT curated.loading") == 2


@pytest.mark.parametrize("status", ["429 Slowly", "502 Gate", "503 Busy", "504 Gate"])
def test_a_server_that_stays_busy_is_given_up(between: Between, load: Load, server: Server, status: str) -> None:
    between.fault = only("PUT", "curated", lambda request: request.answer(status, b"come back later"))
    done = load(between.url)
    assert done.code == 2
    assert f"Graph curated could not be sent: {between.url}/store answers {status[:3]}: come back later" in done.error
    assert "(tried 2 times); 0 of 3 graphs are in place, and a second run goes on from there." in done.error
    assert done.states == ABSENT
    assert stored(server) == {"concepts.loading": TRIPLES}
    a_second_run_completes(between, load, server)
    assert [what for what in between.seen if "PUT" in what] == ["PUT curated.loading", "PUT page.loading"]


def test_a_server_is_given_the_time_it_asks_for(between: Between, load: Load) -> None:
    slowly = only("PUT", "page", lambda request: request.answer("429 Slowly", headers="Retry-After: 1\r\n"), times=1)
    between.fault = slowly
    done = load(between.url)
    assert (done.code, done.states) == (0, LOADED)
    assert 1 < done.seconds < 4


def test_a_server_that_asks_for_more_time_than_there_is_ends_the_load_at_once(between: Between, load: Load) -> None:
    between.fault = only("PUT", "page", lambda request: request.answer("503 No", headers="Retry-After: 86400\r\n"))
    done = load(between.url, "--within", "20")
    assert (done.code, done.states) == (2, ABSENT)
    assert "wants 8.64e+04 s before the next try, which is more than is left" in done.error
    assert done.seconds < 3


def hang(_: Request) -> None:
    time.sleep(20)


def drip(request: Request) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 1000:
        request.connection.sendall(bytes([byte]))
        time.sleep(0.05)


def page(request: Request) -> None:
    request.answer("200 OK", b"<!doctype html><h1>Welcome</h1>", "text/html")


def around(request: Request) -> None:
    request.answer("307 Round", headers=f"Location: {request.path}\r\n")


@dataclass
class Case:
    what: str  # the requests that go wrong
    graph: str
    do: Callable[[Request], None]
    says: str
    states: dict[str, str]
    timeout: float = 10


CASES = {
    "500": Case("PUT", "curated", lambda r: r.answer("500 Oh", b"disk on fire"), "answers 500: disk on fire", ABSENT),
    "hang": Case("PUT", "curated", hang, "gave no whole answer within 1 s: allow more with --timeout", ABSENT, 1),
    "drip": Case("PUT", "curated", drip, "gave no whole answer within 1 s", ABSENT, 1),
    "closed": Case("PUT", "page", lambda _: None, "closed the connection without an answer", ABSENT),
    "ssh": Case("PUT", "page", lambda r: r.connection.sendall(b"SSH-2.0-x\r\n"), "does not speak HTTP", ABSENT),
    "413": Case("PUT", "page", lambda r: r.answer("413 Large", b"<p>Too large"), "answers 413: Too large", ABSENT),
    "415": Case("PUT", "page", lambda r: r.answer("415 What", b"no N-Triples"), "answers 415: no N-Triples", ABSENT),
    "loop": Case("PUT", "page", around, "answers 307 and sends on to /store: give the address", ABSENT),
    "401": Case("PUT", "page", lambda r: r.answer("401 Who"), "wants a user: name one with --user", ABSENT),
    "403": Case("PUT", "page", lambda r: r.answer("403 No", b"read-only"), "forbids this (read-only)", ABSENT),
    "read page": Case("GET", "page", page, "answers with text/html and not with N-Triples", ABSENT),
    "read cut": Case(
        "GET",
        "page",
        lambda r: r.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<a"),
        "broke off",
        ABSENT,
    ),
    "read broken": Case(
        "GET",
        "page",
        lambda r: r.answer("200 OK", b"<a> <b> <c", "application/n-triples"),
        "answers with broken",
        ABSENT,
    ),
    "copy 500": Case("COPY", "", lambda r: r.answer("500 Oh", b"no"), "could not be put in place: ", ABSENT),
    "copy hang": Case("COPY", "", hang, "gave no whole answer within 1 s", ABSENT, 1),
    "drop": Case("DROP", "", lambda r: r.answer("500 Oh"), "those beside them could not be removed", LOADED),
}


@pytest.mark.parametrize(
    ("case", "old"),
    [pytest.param(case, True, id=name) for name, case in CASES.items()]
    + [
        pytest.param(CASES["500"], False, id="500 when empty"),
        pytest.param(CASES["copy 500"], False, id="copy when empty"),
    ],
)
def test_a_load_that_fails_says_where_every_graph_is_and_leaves_the_old_ones(
    between: Between, load: Load, server: Server, tmp_path: Path, case: Case, *, old: bool
) -> None:
    before = {}
    if old:
        (tmp_path / "old.nq").write_bytes(b"".join(quads("old").splitlines(keepends=True)[::2]))
        assert load(server.base, source=tmp_path / "old.nq").code == 0
        before = stored(server)
    between.fault = only(case.what, case.graph, case.do)
    done = load(between.url, "--replace", timeout=case.timeout)
    assert done.code == 2
    assert case.says in done.error
    assert done.seconds < 6
    there = {name: number for name, number in stored(server).items() if not name.endswith(LOADING)}
    if case.states is LOADED:
        assert there == ALL
        assert set(done.states.values()) == {f"{TRIPLES} {'replaced' if old else 'loaded'}"}
    else:
        assert there == before
        assert done.states == (dict.fromkeys(GRAPHS, f"{TRIPLES // 2} as it was") if old else ABSENT)
    a_second_run_completes(between, load, server)


@pytest.mark.parametrize(
    ("do", "says"),
    [
        (page, "/query answers with text/html and not with SPARQL results"),
        (around, "answers 307 and sends on to /query: give the address"),
        (hang, "gave no whole answer within 1 s"),
        (lambda request: request.answer("200 OK", b'{"head":', "application/sparql-results+json"), "gives no number"),
        (lambda request: request.answer("404 None", b"no such page"), "answers 404: no such page"),
        (lambda request: request.answer("503 Busy", b"later"), "answers 503: later (tried 2 times)"),
    ],
    ids=["page", "loop", "hang", "broken", "404", "503"],
)
def test_a_store_that_cannot_be_looked_at_gets_nothing(
    between: Between, load: Load, server: Server, do: Callable[[Request], None], says: str
) -> None:
    between.fault = only("GET", "", do)
    done = load(between.url, timeout=1)
    assert (done.code, done.states) == (2, {})
    assert "The store could not be looked at, and nothing was changed: " in done.error
    assert says in done.error
    assert done.seconds < 4
    assert stored(server) == {}


def test_a_graph_that_cannot_be_read_is_not_taken_for_another_one(between: Between, load: Load, server: Server) -> None:
    assert load(between.url).code == 0
    between.seen.clear()
    between.fault = only("GET", "page", lambda request: request.answer("500 Oh", b"not today"))
    done = load(between.url, "--replace")
    assert (done.code, done.states) == (2, {})
    assert "/store answers 500: not today" in done.error
    assert {what.split(" ")[0] for what in between.seen} == {"GET"}
    assert stored(server) == ALL


def test_an_answer_that_got_lost_is_asked_for_again(between: Between, load: Load, server: Server) -> None:
    lost: list[str] = []

    def lose(request: Request) -> bool:
        kind = request.method + request.graph + str(b"COPY" in request.whole) + str(b"DROP" in request.whole)
        if request.method == "GET" or kind in lost:
            return False
        lost.append(kind)
        forward(request, server.port)
        return True

    between.fault = lose
    done = load(between.url)
    assert (done.code, done.states, done.error) == (0, LOADED, "")
    assert len(lost) == 5
    assert stored(server) == ALL


def test_where_the_answer_to_the_last_step_never_comes_the_store_itself_is_looked_at(
    between: Between, load: Load, server: Server
) -> None:
    def copied_in_silence(request: Request) -> None:
        forward(request, server.port)
        time.sleep(20)

    between.fault = only("COPY", "", copied_in_silence)
    done = load(between.url, timeout=1)
    assert (done.code, done.states) == (2, LOADED)
    assert "gave no whole answer" in done.error
    assert "3 of 3 graphs are in place" in done.error
    a_second_run_completes(between, load, server)


def test_where_the_store_is_gone_after_the_last_step_that_is_said(between: Between, load: Load, server: Server) -> None:
    gone: list[bool] = []

    def silent_from_now_on(request: Request) -> bool:
        if b"COPY" in request.whole:
            gone.append(True)
            forward(request, server.port)
        if gone:
            time.sleep(20)
        return bool(gone)

    between.fault = silent_from_now_on
    done = load(between.url, timeout=1)
    assert (done.code, done.states) == (2, dict.fromkeys(GRAPHS, "? not known, it was being put in place"))
    assert done.seconds < 5
    a_second_run_completes(between, load, server)


def halved(server: Server) -> Callable[[Request], None]:
    """Take a PUT in, store only half of it, and say that all is well."""

    def do(request: Request) -> None:
        head, _, body = request.whole.partition(b"\r\n\r\n")
        half = b"".join(body.splitlines(keepends=True)[: TRIPLES // 2])
        head = re.sub(rb"(?i)content-length: \d+", b"Content-Length: %d" % len(half), head)
        request.connection.sendall(forward(request, server.port, head + b"\r\n\r\n" + half))

    return do


def test_a_store_that_keeps_only_a_part_is_found_out(between: Between, load: Load, server: Server) -> None:
    between.fault = only("PUT", "curated", halved(server))
    done = load(between.url)
    assert (done.code, done.states) == (2, ABSENT)
    assert "gives back something else than it was sent: 30 triples are missing and 0 are strange" in done.error
    a_second_run_completes(between, load, server)


def test_in_place_a_part_is_called_broken(between: Between, load: Load, server: Server) -> None:
    between.fault = only("PUT", "curated", halved(server))
    done = load(between.url, "--in-place")
    assert done.code == 2
    assert done.states == {
        "concepts": f"{TRIPLES} loaded",
        "curated": f"{TRIPLES // 2} BROKEN, it had 0 triples",
        "page": "0 not there",
    }
    assert "1 of 3 graphs are in place" in done.error
    assert stored(server) == {"concepts": TRIPLES, "curated": TRIPLES // 2}
    a_second_run_completes(between, load, server)


def test_other_content_is_refused_before_anything_is_written(between: Between, load: Load, tmp_path: Path) -> None:
    (tmp_path / "old.nq").write_bytes(quads("old"))
    assert load(between.url, source=tmp_path / "old.nq").code == 0
    between.seen.clear()
    done = load(between.url)
    assert done.code == 2
    assert (
        "The store has other content in concepts, curated, page, and nothing was changed: give --replace" in done.error
    )
    assert done.states == dict.fromkeys(GRAPHS, f"{TRIPLES} as it was")
    assert {what.split(" ")[0] for what in between.seen} == {"GET"}
    done = load(between.url, "--replace")
    assert (done.code, done.states) == (0, dict.fromkeys(GRAPHS, f"{TRIPLES} replaced"))


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(between: Between, load: Load, server: Server) -> None:
    done = load(between.url, "--dry-run")
    assert (done.code, done.states) == (0, dict.fromkeys(GRAPHS, "0 would be loaded"))
    assert done.out.endswith(f"Nothing was changed in {between.url}.\n")
    assert {what.split(" ")[0] for what in between.seen} == {"GET"}
    assert stored(server) == {}


def test_the_limit_for_all_holds_where_every_request_is_slow(between: Between, load: Load, server: Server) -> None:
    def slow(_: Request) -> bool:
        time.sleep(0.3)
        return False

    between.fault = slow
    done = load(between.url, "--within", "1.5")
    assert done.code == 2
    assert "--within" in done.error
    assert done.seconds < 2.5
    a_second_run_completes(between, load, server)


def test_a_server_that_stops_in_the_middle_is_gone_on_with_when_it_is_back(load: Load, tmp_path: Path) -> None:
    port = free_port()
    with oxigraph_server(tmp_path, port=port) as first, standing_before(port) as between:

        def stop(request: Request) -> None:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(request.whole[: len(request.whole) // 2])
                first.process.kill()
                first.process.wait()

        between.fault = only("PUT", "page", stop, times=1)
        done = load(between.url)
        assert (done.code, done.states) == (2, ABSENT)
        assert "Graph page could not be sent" in done.error
        assert done.seconds < 4
        with oxigraph_server(tmp_path, port=port) as second:
            assert stored(second) == {"concepts.loading": TRIPLES, "curated.loading": TRIPLES}
            a_second_run_completes(between, load, second)
            assert [what for what in between.seen if "PUT" in what] == ["PUT page.loading"]


def test_a_server_that_is_not_there_is_told_at_once(load: Load) -> None:
    done = load(f"http://127.0.0.1:{free_port()}")
    assert (done.code, done.states) == (2, {})
    assert "The store could not be looked at, and nothing was changed: " in done.error
    assert "cannot be reached (Connection refused)" in done.error
    assert "tried" not in done.error


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        lacking(f"no small disk can be mounted here ({mounted.stderr.decode().strip()}).")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_told_and_room_is_enough_to_go_on(load: Load, tmp_path: Path) -> None:
    big = tmp_path / "big.nq"
    lines = [line for number in range(50) for line in quads("x" * 300 + str(number)).splitlines(keepends=True)]
    big.write_bytes(b"".join(lines))
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder, "2m"):
        with oxigraph_server(folder) as server:
            done = load(server.base, source=big, timeout=10)
            assert done.code == 2
            assert re.search(r"answers 500: .*(No space left|write)", done.error)
            assert set(done.states.values()) == {"0 not there"}
            assert done.seconds < 20
        subprocess.run(["mount", "-o", "remount,size=200m", str(folder)], check=True)
        with oxigraph_server(folder) as server:
            done = load(server.base, source=big, timeout=20)
            assert (done.code, done.error) == (0, "")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "is no address of an endpoint"),
        ("127.0.0.1:7878", "is no address of an endpoint"),
        ("file:///etc/passwd", "is no address of an endpoint"),
        ("http://127.0.0.1:99999", "is no address of an endpoint"),
        ("http://127.0.0.1:1 /", "is no address of an endpoint"),
        ("http://someone:secret@127.0.0.1:1/", "holds a user: name it with --user"),
    ],
)
def test_an_address_that_is_none_is_told_before_anything_is_sent(load: Load, url: str, says: str) -> None:
    done = load(url)
    assert done.code == 2
    assert says in done.error
    assert "secret" not in done.error


def test_https_to_a_server_without_it_ends_in_a_sentence(load: Load) -> None:
    def plain(connection: socket.socket) -> None:
        connection.recv(9999)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with raw_server(plain) as url:
        done = load(url.replace("http:", "https:"))
    assert done.code == 2
    assert "cannot be reached ([SSL" in done.error
    assert done.seconds < 6


def test_when_told_to_stop_the_command_says_where_every_graph_is(
    between: Between, file: Path, load: Load, server: Server
) -> None:
    reached = threading.Event()

    def hang_after_telling(_: Request) -> None:
        reached.set()
        time.sleep(20)

    between.fault = only("PUT", "curated", hang_after_telling)
    command = [
        str(Path(sys.executable).with_name("imt")),
        "load",
        "--to",
        between.url,
        "--kind",
        "oxigraph",
        "--from",
        str(file),
    ]

    def heed_interrupts() -> None:  # a shell's background job, such as these tests may be, ignores them
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509
    ) as process:
        assert reached.wait(60)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "imt: Stopped.\n")
    assert out.count("not there") == 3
    a_second_run_completes(between, load, server)
