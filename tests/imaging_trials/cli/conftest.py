"""Servers that the tests of `imt load` and `imt serve` share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Store

from imaging_trials.model.project import PROJECT
from rdfkit.stores import graphstore
from rdfkit.stores.embedded import open_store
from tests.support.endpoint import BODY, ROWS, SECONDS, Endpoint, serving
from tests.support.faulty_proxy import Proxy, proxy_before
from tests.support.loading import Load, Run, connected, quads, run
from tests.support.servers import Server, oxigraph_server, virtuoso_server


@pytest.fixture(scope="session")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run an Oxigraph server for all tests of a worker."""
    with oxigraph_server(tmp_path_factory.mktemp("oxigraph")) as server:
        yield server


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a Virtuoso for all tests of a worker."""
    with virtuoso_server(tmp_path_factory.mktemp("virtuoso")) as server:
        yield server


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Endpoint]:
    """Run `imt serve` with low limits for all tests of a worker."""
    with serving("--timeout", str(SECONDS), "--max-rows", str(ROWS), "--max-body", str(BODY)) as running:
        yield running


@pytest.fixture(scope="session")
def open_endpoint() -> Iterator[Endpoint]:
    """Run `imt serve` on another address, for pages of other sites too, with a high time limit."""
    with serving("--host", "127.0.0.2", "--cors", "--timeout", "600") as running:
        yield running


@pytest.fixture(scope="session")
def graph() -> Store:
    """Return the embedded store."""
    return open_store(PROJECT)


@pytest.fixture
def empty(oxigraph: Server) -> Server:
    """Return the Oxigraph server with nothing in it."""
    client, to = connected(oxigraph)
    graphstore.update(client, to, "DROP ALL")
    return oxigraph


@pytest.fixture
def proxy(empty: Server) -> Iterator[Proxy]:
    """Run a proxy that can fail before the empty Oxigraph server."""
    with proxy_before(empty.port) as running:
        yield running


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a few small graphs."""
    path = tmp_path_factory.mktemp("quads") / "new.nq"
    path.write_bytes(quads("new"))
    return path


@pytest.fixture
def load(file: Path, capsys: pytest.CaptureFixture[str]) -> Load:
    """Return a function that loads the small graphs into an Oxigraph server by `imt load`."""

    def run_load(url: str, *arguments: str, timeout: float = 20, source: Path = file) -> Run:
        limits = ["--timeout", str(timeout), "--retries", "1"]
        return run(capsys.readouterr, url, "--store", "oxigraph", "--from", str(source), *limits, *arguments)

    return run_load
