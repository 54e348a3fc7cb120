"""`imt load` ended by the server, the disk, the network or the user: the state of each graph, and how to continue."""

import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.faulty_proxy import HANG_SECONDS, Proxy, Request, hang, no_fault, only, proxy_before
from tests.support.loading import ABSENT, ALL, TRIPLES, Load, quads, stored
from tests.support.servers import Server, free_port, lacking, oxigraph_server, raw_server

pytestmark = pytest.mark.xdist_group("oxigraph-load")


def test_total_limit_ends_a_slow_load(proxy: Proxy, load: Load, empty: Server) -> None:
    """Every request is fast enough for its own limit; the one on which the total time ends is the last."""

    def slow(_: Request) -> bool:
        threading.Event().wait(0.4)
        return False

    proxy.fault = slow
    done = load(proxy.url, "--total-timeout", "1.5")
    assert done.code == 2
    assert "--total-timeout" in done.error
    proxy.fault = no_fault
    assert load(proxy.url, "--replace").code == 0
    assert stored(empty) == ALL


def test_load_continues_when_the_server_is_back(load: Load, tmp_path: Path) -> None:
    port = free_port()
    with oxigraph_server(tmp_path, port=port) as first, proxy_before(port) as proxy:

        def stop(request: Request) -> None:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(request.raw[: len(request.raw) // 2])
                first.process.kill()
                first.process.wait()

        proxy.fault = only("PUT", "page", stop, times=1)
        done = load(proxy.url)
        assert (done.code, done.outcomes) == (2, ABSENT)
        assert "Graph page could not be sent" in done.error
        with oxigraph_server(tmp_path, port=port) as second:
            assert stored(second) == {"concepts.loading": TRIPLES, "curated.loading": TRIPLES}
            proxy.seen.clear()
            again = load(proxy.url)
            assert (again.code, again.error, stored(second)) == (0, "", ALL)
            assert [line for line in proxy.seen if "PUT" in line] == ["PUT page.loading"]


def test_missing_server_is_reported_at_once(load: Load) -> None:
    done = load(f"http://127.0.0.1:{free_port()}")
    assert (done.code, done.outcomes) == (2, {})
    assert "The store could not be read, and nothing was changed: " in done.error
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


@pytest.mark.prove
def test_full_disk_is_reported(load: Load, tmp_path: Path) -> None:
    """With more room, a second run completes the load."""
    big = tmp_path / "big.nq"
    lines = [line for number in range(50) for line in quads("x" * 300 + str(number)).splitlines(keepends=True)]
    big.write_bytes(b"".join(lines))
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder, "2m"):
        with oxigraph_server(folder) as server:
            done = load(server.base, source=big)
            assert done.code == 2
            assert re.search(r"answers 500: .*(No space left|write)", done.error)
            assert set(done.outcomes.values()) == {"0 absent"}
        subprocess.run(["mount", "-o", "remount,size=200m", str(folder)], check=True)
        with oxigraph_server(folder) as server:
            done = load(server.base, source=big)
            assert (done.code, done.error) == (0, "")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "is not the address of an endpoint"),
        ("127.0.0.1:7878", "is not the address of an endpoint"),
        ("file:///etc/passwd", "is not the address of an endpoint"),
        ("http://127.0.0.1:99999", "is not the address of an endpoint"),
        ("http://127.0.0.1:1 /", "is not the address of an endpoint"),
        ("http://someone:secret@127.0.0.1:1/", "contains a user: name it with --user"),
    ],
)
def test_invalid_address_is_reported(load: Load, url: str, says: str) -> None:
    done = load(url)
    assert done.code == 2
    assert says in done.error
    assert "secret" not in done.error


def test_https_to_a_server_without_it(load: Load) -> None:
    def plain(connection: socket.socket) -> None:
        connection.recv(9999)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with raw_server(plain) as url:
        done = load(url.replace("http:", "https:"))
    assert done.code == 2
    assert "cannot be reached ([SSL" in done.error


def test_interrupted_load_reports_every_graph(proxy: Proxy, file: Path, load: Load, empty: Server) -> None:
    reached = threading.Event()

    def hang_after_reached(request: Request) -> None:
        reached.set()
        hang(request)

    proxy.fault = only("PUT", "curated", hang_after_reached)
    program = str(Path(sys.executable).with_name("imt"))
    command = [program, "load", "--to", proxy.url, "--store", "oxigraph", "--from", str(file)]

    def heed_interrupts() -> None:  # a shell's background job, which these tests may be, ignores them
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509
    ) as process:
        assert reached.wait(HANG_SECONDS)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=HANG_SECONDS)
    assert (process.returncode, error) == (130, "imt: Stopped.\n")
    assert out.count("absent") == 3
    proxy.fault = no_fault
    assert load(proxy.url).code == 0
    assert stored(empty) == ALL
