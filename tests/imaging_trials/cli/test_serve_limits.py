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
    """Its engine has ended and uses no processor time; meanwhile the other engine answers queries."""
    before = set(endpoint.engines())
    replies: list[Reply] = []
    slow = threading.Thread(target=lambda: replies.append(endpoint.ask(query)))
    slow.start()
    others = [endpoint.ask(COUNT).status for _ in range(5)]
    slow.join()
    (reply,) = replies
    assert (reply.status, reply.text) == (504, "The query took more than 2 s and was terminated: ask for less.\n")
    assert others == [200] * 5
    assert until(lambda: len(endpoint.engines()) == 2)
    (ended,) = before - set(endpoint.engines())
    assert command_of(ended) == ""
    assert endpoint.ask(COUNT).status == 200


@pytest.mark.parametrize("query", ["SELECT * { ?s ?p ?o }", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"])
def test_limit_of_rows_is_exact(endpoint: Endpoint, query: str) -> None:
    exact = endpoint.ask(f"{query} LIMIT {ROWS}", accept="text/tab-separated-values, application/n-triples")
    assert (exact.status, len(exact.text.splitlines())) == (200, ROWS + query.startswith("SELECT"))
    for accept in ("*/*", "text/html", "text/csv, text/turtle"):
        over = endpoint.ask(f"{query} LIMIT {ROWS + 1}", accept=accept)
        assert (over.status, over.text) == (
            403,
            "The answer has more than 3,000 rows: ask for less, with LIMIT and OFFSET.\n",
        )


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
    before = open_endpoint.engines()
    with socket.create_connection(open_endpoint.host, timeout=60) as client:
        client.sendall(f"GET /query?{urlencode({'query': ENDLESS})} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert open_endpoint.wait_until_busy()
    assert until(lambda: set(open_endpoint.engines()) != set(before) and len(open_endpoint.engines()) == 2)
    assert open_endpoint.ask(COUNT).status == 200


def listening(processes: list[int]) -> set[str]:
    """Return the addresses that processes listen on, as /proc/net/tcp and tcp6 write them: in hexadecimal."""
    sockets = set()
    for process in processes:
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            if found := re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink())):
                sockets.add(found[1])
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    return {fields[1] for fields in lines if fields[3] == "0A" and fields[9] in sockets}


def test_only_the_given_address_is_listened_on(endpoint: Endpoint, open_endpoint: Endpoint) -> None:
    found = listening([endpoint.process.pid, *children(endpoint.process.pid)])
    assert len(found) == 3
    assert {address.partition(":")[0] for address in found} == {"0100007F"}
    own, below = listening([open_endpoint.process.pid]), listening(children(open_endpoint.process.pid))
    assert {address.partition(":")[0] for address in own} == {"0200007F"}
    assert {address.partition(":")[0] for address in below} == {"0100007F"}
    assert open_endpoint.ask(COUNT).status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.prove)])
def test_signal_stops_server_and_engines(number: signal.Signals) -> None:
    with serving("--timeout", "600") as running:
        below = children(running.process.pid)
        replies: list[Reply] = []
        busy = threading.Thread(target=lambda: replies.append(running.ask(ENDLESS)))
        busy.start()
        assert running.wait_until_busy()
        running.process.send_signal(number)
        assert running.process.wait(60) == 0
        busy.join()
        assert [reply.status for reply in replies] == [503]
        assert until(lambda: not any(map(command_of, below)))
        assert running.process.stderr
        assert running.process.stderr.read() == ""


def test_engines_end_when_the_server_is_killed() -> None:
    def kill() -> None:
        running.wait_until_busy()
        running.process.kill()

    with serving("--timeout", "600") as running:
        below = children(running.process.pid)
        assert len(below) >= 4
        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises((OSError, http.client.HTTPException)):
            running.ask(ENDLESS)
        killer.join()
        assert until(lambda: not any(map(command_of, below)))


@pytest.mark.prove
def test_without_cache_a_temporary_folder_is_used(tmp_path: Path, graph: Store) -> None:
    with serving(XDG_CACHE_HOME="/dev/null/cache", TMPDIR=str(tmp_path)) as running:
        assert running.ask(COUNT, accept="text/csv").text.split() == ["n", str(len(graph))]
        (folder,) = tmp_path.iterdir()
        assert all(str(folder) in command_of(engine) for engine in running.engines())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.prove
def test_removed_cache_is_replaced(tmp_path: Path, graph: Store) -> None:
    """Another process may clean up the cache; an engine that is started later serves a copy."""
    with serving("--timeout", "1", XDG_CACHE_HOME=str(tmp_path)) as running:
        assert all(str(tmp_path) in command_of(engine) for engine in running.engines())
        shutil.rmtree(tmp_path / "imaging-trials")
        for _ in range(2):
            assert running.ask(ENDLESS).status == 504
        assert running.ask(COUNT, accept="text/csv").text.split() == ["n", str(len(graph))]


def test_cors_only_if_requested(endpoint: Endpoint, open_endpoint: Endpoint) -> None:
    site = "https://example.org"
    assert "access-control-allow-origin" not in endpoint.send("GET", "/query?query=ASK%7B%7D", Origin=site).headers
    reply = open_endpoint.send("GET", "/query?query=ASK%7B%7D", Origin=site)
    assert reply.headers["access-control-allow-origin"] == "*"
    preflight = open_endpoint.send(
        "OPTIONS",
        "/query",
        Origin=site,
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="content-type",
    )
    assert preflight.status == 200
    assert "POST" in preflight.headers["access-control-allow-methods"]


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


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        ("sys.modules['starlette'] = None", "Starlette and uvicorn are missing: install them"),
        ("sys.modules['uvicorn'] = None", "Starlette and uvicorn are missing: install them"),
        ("sys.executable = '/nowhere/python'", "The Oxigraph server is missing: install it"),
    ],
)
def test_missing_extra_names_what_to_install(without: str, sentence: str) -> None:
    code = f"import sys; {without}; from imaging_trials.cli import main; sys.exit(main(['serve', '--port', '0']))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PATH": os.defpath},
        text=True, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == f"imt: {sentence} with pip install 'imaging-trials[serve]'.\n"


def test_other_commands_do_not_import_the_server() -> None:
    code = "import sys, imaging_trials.cli.query, imaging_trials.cli.serve, imaging_trials.api; "
    code += "print([name for name in ('starlette', 'uvicorn', 'asyncio', 'h11', 'httpx') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
