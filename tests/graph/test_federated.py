"""The federated queries, run against a real second server with a small sample in the form of the public one."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, Store
from rdflib.plugins.sparql.parser import parseQuery

import imaging_trials
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.inference import closure
from rdfkit.sparql import guard, query_tests, results, saved
from rdfkit.sparql.saved import SavedQuery
from tests.support import two_engines
from tests.support.servers import free_port

FIXTURES = Path(__file__).parents[1].joinpath("fixtures") / "federated"
QUERIES = {query.id: query for query in query_tests.load(PROJECT).values() if query.service}

pytestmark = [pytest.mark.filterwarnings("ignore:Dataset.*is deprecated:DeprecationWarning"), pytest.mark.prove]

every_query = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())

SERVERS = (
    "https://query.wikidata.org/sparql", "https://query-scholarly.wikidata.org/sparql",
    "https://id.nlm.nih.gov/mesh/sparql", "https://sparql.uniprot.org/sparql",
    "https://ubergraph.apps.renci.org/sparql",
)  # fmt: skip


def sample(query: SavedQuery) -> Path:
    (path,) = [path for path in FIXTURES.glob(f"{query.id}.*") if path.suffix in {".ttl", ".trig"}]
    return path


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A real server for each query, with the query's sample in it; the address of each by the query's id."""
    program = str(Path(sys.executable).with_name("oxigraph"))
    started: list[subprocess.Popen[bytes]] = []
    addresses = {}
    try:
        for query in QUERIES.values():
            folder = str(tmp_path_factory.mktemp(query.id))
            loading = [program, "load", "-l", folder, "-f", str(sample(query))]
            subprocess.run(loading, check=True, capture_output=True, timeout=60)
            address = f"127.0.0.1:{free_port()}"
            command = [program, "serve-read-only", "-l", folder, "-b", address]
            started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            addresses[query.id] = f"http://{address}/query"
        for address in addresses.values():
            _wait(address)
        yield addresses
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=10)


def _wait(address: str) -> None:
    for attempt in range(100):
        try:
            with urllib.request.urlopen(f"{address}?query=ASK%7B%7D", timeout=5):
                return
        except OSError:
            if attempt == 99:
                raise
            time.sleep(0.05)


def local(query: SavedQuery, address: str, text: str | None = None) -> str:
    """Return a query's text with the local server instead of the public one, which tests must never ask."""
    text = (text or query.text).replace(f"SERVICE <{query.service}>", f"SERVICE <{address}>")
    assert query_tests.servers(text) == [f"<{address}>"]
    return text


def test_five_kinds_of_server_are_asked() -> None:
    assert {query.service for query in QUERIES.values()} == set(SERVERS)


@every_query
def test_a_federated_query_is_sparql_that_two_parsers_read(query: SavedQuery) -> None:
    assert guard.check(query.text, embedded=False) == "SELECT"
    parseQuery(query.text)
    Store().query(query.text)  # parsed at once, and not evaluated before a row is asked for


@every_query
def test_the_sample_of_another_server_is_marked_as_made_up(query: SavedQuery) -> None:
    comments = [line for line in sample(query).read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert comments[0].startswith("# Made up, in the shape of ")


@every_query
def test_a_federated_query_gives_the_expected_rows(servers: dict[str, str], query: SavedQuery) -> None:
    """A federated query gives the expected rows when a second server answers its SERVICE."""
    answer = results.ask(PROJECT, two_engines.closed(), local(query, servers[query.id]), query.dataset)
    assert isinstance(answer, QuerySolutions)
    written = answer.serialize(format=QueryResultsFormat.TSV)
    assert written is not None
    assert written.decode() == (FIXTURES / f"{query.id}.tsv").read_text(encoding="utf-8")
    assert written.count(b"\n") > 1


@every_query
def test_two_federating_engines_give_the_same_rows(servers: dict[str, str], query: SavedQuery) -> None:
    text = local(query, servers[query.id])
    assert two_engines.rdflib_bag(two_engines.rdflib_for(query), text) == two_engines.oxigraph_bag(
        two_engines.closed(), query, text
    )


@every_query
def test_the_mutation_changes_the_federated_answer(servers: dict[str, str], query: SavedQuery) -> None:
    """The mutation changes the federated answer as `expected-diff` in the header says."""
    changed = Store()
    changed.extend(two_engines.sources())
    query_tests.apply(PROJECT, changed, query)
    if query.dataset == "all":
        closure.close(PROJECT, changed, two_engines.RULES)
    text = local(query, servers[query.id])
    before, after = (two_engines.oxigraph_bag(store, query, text) for store in (two_engines.closed(), changed))
    assert ((before - after).total(), (after - before).total()) == (query.lost, query.gained)


EXAMPLES = [
    (query, parameter.name, example)
    for query in QUERIES.values()
    for parameter in query.parameters
    for example in parameter.examples
]


@pytest.mark.parametrize(("query", "name", "example"), EXAMPLES, ids=[f"{q.id}-{n}-{e}" for q, n, e in EXAMPLES])
def test_an_example_of_a_federated_query_is_answered(
    servers: dict[str, str], query: SavedQuery, name: str, example: str
) -> None:
    text = local(query, servers[query.id], saved.bind(PROJECT, query, {name: example}, two_engines.closed()))
    found = two_engines.oxigraph_bag(two_engines.closed(), query, text)
    assert found.total() > 0
    assert found != two_engines.oxigraph_bag(two_engines.closed(), query, local(query, servers[query.id]))


@every_query
def test_a_federated_query_has_no_committed_answer(query: SavedQuery) -> None:
    assert not list(query.answer_stem.parent.glob(f"{query.id}.*"))


@every_query
def test_the_embedded_engine_refuses_a_federated_query(query: SavedQuery) -> None:
    """The embedded engine refuses a federated query in one sentence."""
    with pytest.raises(UserError, match="the embedded engine does not use the network") as caught:
        saved.refuse_federated(query)
    assert f"imt query --describe {query.id}" in str(caught.value)
    assert query.service in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_sample_and_expected_answer_has_a_query() -> None:
    assert {path.stem for path in FIXTURES.iterdir()} == set(QUERIES)
    assert len(list(FIXTURES.iterdir())) == 2 * len(QUERIES)


def test_the_command_says_where_to_run_a_federated_query(tmp_path: Path) -> None:
    """The command says where to run a federated query and prints it."""
    command = [sys.executable, "-m", "imaging_trials", "query"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    name = "substances-in-wikidata"
    refused = subprocess.run([*command, name], capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert refused.stderr.startswith(f"imt: '{name}' also queries https://query.wikidata.org/sparql,")
    described = subprocess.run([*command, "--describe", name], capture_output=True, text=True, timeout=60, check=True)
    assert "\nfederated: run it in an engine that has the graph and can query https://query.wikid" in described.stdout
    assert "SERVICE <https://query.wikidata.org/sparql> {" in described.stdout


def test_the_api_refuses_a_federated_query_as_the_command_does() -> None:
    with pytest.raises(UserError, match="does not use the network"):
        imaging_trials.query("substances-in-wikidata")
