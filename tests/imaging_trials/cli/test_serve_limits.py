"""`imt serve`: its limits, its processes, and its options."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import zlib
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pyoxigraph import Store

from tests.conftest import Imt
from tests.support.endpoint import (
    BODY,
    COUNT,
    ENDLESS,
    FORM,
    ROWS,
    SECONDS,
    Endpoint,
    Reply,
    children,
    command_of,
    serving,
    until,
)
from tests.support.servers import free_port

pytestmark = [pytest.mark.xdist_group("serve"), pytest.mark.prove]


@pytest.mark.parametrize(
    "query",
    [
        ENDLESS,
        pytest.param(
            "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(CONCAT(STR(?c), STR(?f), STR(?i))) = 1000000) }",
            marks=pytest.mark.prove,
        ),
        pytest.param(
            "CONSTRUCT { ?a ?b ?i } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(CONCAT(STR(?a), STR(?d), STR(?g)) = 'x') }",
            marks=pytest.mark.prove,
        ),
    ],
)
def test_query_over_the_time_limit_is_terminated(endpoint: Endpoint, query: str) -> None:
    """Its worker has ended and uses no processor time; meanwhile others answer queries."""
    before = endpoint.workers()
    replies: list[Reply] = []
    slow = threading.Thread(target=lambda: replies.append(endpoint.ask(query)))
    slow.start()
    others = [endpoint.ask(COUNT).status for _ in range(5)]
    slow.join()
    (reply,) = replies
    assert (reply.status, reply.detail) == (504, f"The query took more than {SECONDS:g} s and was ended: ask for less.")
    assert others == [200] * 5
    assert until(lambda: len(before - endpoint.workers()) >= 1 and len(endpoint.workers()) >= 5)
    assert not any(command_of(one) for one in before - endpoint.workers())
    assert endpoint.ask(COUNT).status == 200


@pytest.mark.parametrize("query", ["SELECT * { ?s ?p ?o }", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"])
def test_limit_of_rows_is_exact(endpoint: Endpoint, query: str) -> None:
    exact = endpoint.ask(f"{query} LIMIT {ROWS}", accept="text/tab-separated-values, application/n-triples")
    assert (exact.status, len(exact.text.splitlines())) == (200, ROWS + query.startswith("SELECT"))
    for accept in ("*/*", "text/html", "text/csv, text/turtle"):
        over = endpoint.ask(f"{query} LIMIT {ROWS + 1}", accept=accept)
        assert over.status == 403
        assert "The answer has more than 3,000 rows: ask for less, with LIMIT and OFFSET." in over.text


def test_line_breaks_in_values_are_not_counted_as_rows(endpoint: Endpoint) -> None:
    many = "SELECT ?s ('a\\nb\\r\\nc\\n\\n\\n\\n' AS ?v) { ?s ?p ?o } LIMIT 2000"
    reply = endpoint.ask(many)
    assert reply.status == 200
    assert {row["v"]["value"] for row in json.loads(reply.text)["results"]["bindings"]} == {"a\nb\r\nc\n\n\n\n"}


def test_limit_of_request_bytes_by_every_way_in(endpoint: Endpoint) -> None:
    def padded(size: int) -> bytes:
        return b"ASK {} #" + b"x" * (size - 8)

    kind = {"Content_Type": "application/sparql-query"}
    assert endpoint.send("POST", "/query", padded(BODY), **kind).status == 200
    assert endpoint.send("POST", "/query", padded(BODY + 1), **kind).status == 413
    assert endpoint.ask(padded(BODY).decode()).status == 200
    assert endpoint.ask(padded(BODY + 1).decode()).status == 413
    form = urlencode({"query": padded(BODY).decode()}).encode()
    assert endpoint.send("POST", "/query", form, Content_Type=FORM).status == 413
    connection = http.client.HTTPConnection(*endpoint.host, timeout=60)
    connection.request(
        "POST", "/query", iter([b"x" * 9000] * 3), {"Content-Type": "application/sparql-query"}, encode_chunked=True
    )
    assert connection.getresponse().status == 413
    connection.close()
    with socket.create_connection(endpoint.host, timeout=60) as announced:
        announced.sendall(b"POST /query HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n")
        assert announced.recv(100).startswith(b"HTTP/1.1 413")


def test_disconnected_client_ends_its_query(open_endpoint: Endpoint) -> None:
    with socket.create_connection(open_endpoint.host, timeout=60) as client:
        client.sendall(f"GET /query?{urlencode({'query': ENDLESS})} HTTP/1.1\r\nHost: 127.0.0.2\r\n\r\n".encode())
        busy = open_endpoint.busy_worker()
    assert until(lambda: command_of(busy) == "")
    assert open_endpoint.ask(COUNT).status == 200


def listening(processes: list[int]) -> set[str]:
    """Return the addresses that processes listen on, as /proc/net/tcp and tcp6 write them: in hexadecimal."""
    sockets = set()
    for process in processes:
        descriptors: list[Path] = []
        with suppress(FileNotFoundError):  # it ended
            descriptors += Path(f"/proc/{process}/fd").iterdir()
        for descriptor in descriptors:
            with suppress(FileNotFoundError):  # it was closed
                if found := re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink())):
                    sockets.add(found[1])
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    return {fields[1] for fields in lines if fields[3] == "0A" and fields[9] in sockets}


def no_child_listens(process: int) -> bool:
    return not listening(children(process))


def test_only_the_given_address_is_listened_on(endpoint: Endpoint, open_endpoint: Endpoint) -> None:
    for running, address in ((endpoint, "0100007F"), (open_endpoint, "0200007F")):
        assert [one.partition(":")[0] for one in listening([running.process.pid])] == [address]
        # A worker that was just started in place of another one closes the socket first.
        assert until(partial(no_child_listens, running.process.pid))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_stops_server_and_workers(number: signal.Signals, tmp_path: Path) -> None:
    with serving("--timeout", "600", TMPDIR=str(tmp_path)) as running:
        below = children(running.process.pid)
        replies: list[Reply] = []
        busy = threading.Thread(target=lambda: replies.append(running.ask(ENDLESS)))
        busy.start()
        running.busy_worker()
        running.process.send_signal(number)
        assert running.process.wait(60) == 0
        busy.join()
        assert [(reply.status, reply.detail) for reply in replies] == [(503, "The server is stopping.")]
        assert until(lambda: not any(map(command_of, below)))
    assert list(tmp_path.iterdir()) == []


def test_workers_end_when_the_server_is_killed(tmp_path: Path) -> None:
    def kill() -> None:
        running.busy_worker()
        running.process.kill()

    with serving("--timeout", "600", TMPDIR=str(tmp_path)) as running:
        below = children(running.process.pid)
        assert len(below) >= 5
        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises((OSError, http.client.HTTPException)):
            running.ask(ENDLESS)
        killer.join()
        assert until(lambda: not any(map(command_of, below)))
    assert list(tmp_path.iterdir()) == []


def count(running: Endpoint) -> Reply:
    return running.ask(COUNT, accept="text/csv")


def test_without_a_cache_each_worker_has_the_graph(tmp_path: Path, graph: Store) -> None:
    with serving(XDG_CACHE_HOME="/dev/null/cache", TMPDIR=str(tmp_path)) as running:
        assert count(running).text.split() == ["n", str(len(graph))]
        assert list(tmp_path.iterdir()) == []


def test_removed_cache_is_made_anew_or_refused(tmp_path: Path, graph: Store) -> None:
    """Another process may clean up the cache, and the disk may be full; never is anything but the graph served."""
    with serving("--timeout", "1", XDG_CACHE_HOME=str(tmp_path)) as running:
        shutil.rmtree(tmp_path / "imaging-trials")
        for _ in range(3):
            assert running.ask(ENDLESS).status in {503, 504}
        assert until(lambda: count(running).status == 200)
        assert count(running).text.split() == ["n", str(len(graph))]
        shutil.rmtree(tmp_path / "imaging-trials")
        (tmp_path / "imaging-trials").write_text("in the way")
        for _ in range(3):
            assert running.ask(ENDLESS).status in {503, 504}
        assert until(lambda: count(running).status == 200)
        assert count(running).text.split() == ["n", str(len(graph))]
        assert running.send("GET", "/health").status == 200


def test_a_worker_with_another_graph_serves_nothing(tmp_path: Path) -> None:
    """The cache is replaced by a whole store of another graph, under the same key: health and queries say so."""
    with serving("--timeout", "30", XDG_CACHE_HOME=str(tmp_path)) as running:
        (entry,) = (one for one in (tmp_path / "imaging-trials").iterdir() if (one / "CURRENT").is_file())
        checks = entry / "CHECKS"
        key = checks.read_text().partition("\n")[0]
        shutil.rmtree(entry)
        other = Store(str(entry))
        other.flush()
        del other
        files = [one for one in sorted(entry.iterdir()) if not one.name.startswith(("LOG", "LOCK"))]
        sums = [f"{one.name} {one.stat().st_size} {zlib.crc32(one.read_bytes()):08x}" for one in files]
        checks.write_text("\n\n".join([key, "no file has times that were noted", "\n".join(sums)]))
        for worker in running.workers():
            os.kill(worker, signal.SIGKILL)
        assert until(lambda: count(running).status == 503)
        reply = count(running)
        assert reply.status == 503
        # Before, a request that a killed worker had is answered with 503 too.
        assert until(lambda: json.loads(running.send("GET", "/health").text)["status"] == "sick")
        health = running.send("GET", "/health")
        assert health.status == 503
        shutil.rmtree(entry)
        assert until(lambda: count(running).status == 200)
        assert until(lambda: running.send("GET", "/health").status == 200)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--host", "no.such.host.invalid"], r"Cannot listen on no\.such\.host\.invalid, port \d+ \("),
        (["--host", "192.0.2.1"], r"Cannot listen on 192\.0\.2\.1"),
        (["--port", "70000"], r"--port takes 0 to 65535"),
        (["--timeout", "0"], r"--timeout takes seconds"),
        (["--timeout", "nan"], r"--timeout takes seconds"),
        (["--max-rows", "0"], r"--max-rows takes"),
        (["--max-body", "-1"], r"--max-body takes"),
        (["--site", "/no/such/folder"], r"/no/such/folder has no site"),
    ],
)
def test_invalid_options_get_one_sentence(imt: Imt, options: list[str], sentence: str) -> None:
    done = imt("serve", "--port", str(free_port()), *options)
    assert done.returncode == 2
    assert re.match(f"imt: .*{sentence}", done.stderr), done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_port_in_use_gets_one_sentence(imt: Imt, endpoint: Endpoint) -> None:
    port = str(endpoint.host[1])
    done = imt("serve", "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"imt: Port {port} of 127.0.0.1 is in use: choose another with --port, or 0 for a free one.\n"


def test_missing_extra_names_what_to_install() -> None:
    code = "import sys; sys.modules['httptools'] = None; from imaging_trials.cli import main; "
    code += "sys.exit(main(['serve', '--port', '0']))"
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == "imt: httptools is missing: install it with pip install 'imaging-trials[serve]'.\n"


def test_too_few_descriptors_are_named() -> None:
    command = 'ulimit -n 60; exec "$0" serve --port 0'
    imt = str(Path(sys.executable).with_name("imt"))
    done = subprocess.run(["/bin/sh", "-c", command, imt], text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2
    assert re.fullmatch(r"imt: This process may open 60 files, and the server needs \d+: raise .*\n", done.stderr)


def test_other_commands_do_not_import_the_server() -> None:
    code = "import sys, imaging_trials.cli.query, imaging_trials.cli.serve, imaging_trials.api; "
    code += "print([name for name in ('httptools', 'asyncio', 'httpx') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
