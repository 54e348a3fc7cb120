"""The endpoint of `imt serve`: the real command, asked over HTTP, and each of its limits broken."""

import asyncio
import html
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
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    Literal,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import writing
from rdfkit.sparql import guard as sparql
from rdfkit.sparql import parameters
from rdfkit.sparql import results as answers
from rdfkit.sparql import saved as catalog
from rdfkit.stores import embedded as store
from rdfkit.stores import sparql_client as remote
from rdfkit.stores.server import negotiation as formats
from rdfkit.stores.server import pool
from rdfkit.stores.server import request as asked
from rdfkit.stores.server.limits import Limits, RefusedError
from tests.conftest import ROOT, Imt
from tests.graph import test_docs
from tests.support import hostile
from tests.support.servers import free_port

pytestmark = pytest.mark.xdist_group("serve")

SECONDS, ROWS, BODY = 2.0, 3000, 20_000
VOCAB = "https://w3id.org/imaging-trials/vocab#"
GRAPH = "https://w3id.org/imaging-trials/graph/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
KINDS = ("default", "named")
TSV = QueryResultsFormat.TSV
FORM = "application/x-www-form-urlencoded"


class Reply(NamedTuple):
    """What came back over HTTP."""

    status: int
    type: str
    text: str
    headers: "dict[str, str]"


class Endpoint(NamedTuple):
    """An `imt serve` that runs, and where it is."""

    process: "subprocess.Popen[str]"
    url: str

    def send(self, method: str, target: str, body: bytes | None = None, **headers: str) -> Reply:
        """Send one request; `_` in the names of headers stands for `-`."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        connection.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, names.get("content-type", ""), text, names)

    def ask(self, query: str, *more: tuple[str, str], accept: str = "*/*") -> Reply:
        """Ask a query by GET."""
        return self.send("GET", f"/query?{urlencode([('query', query), *more])}", accept=accept)

    def engines(self) -> list[int]:
        """Return the process numbers of the servers behind it, without the shells that watch over them."""
        commands = {child: command_of(child) for child in children(self.process.pid)}
        return [child for child, said in commands.items() if "serve-read-only" in said and "/bin/sh" not in said]


def children(parent: int) -> list[int]:
    """Return the process numbers of all that a process has started, and of what these have."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found += [int(entry.parent.name), *children(int(entry.parent.name))]
    return found


def command_of(process: int) -> str:
    """Return the command line of a process, or nothing where it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def processor_time(process: int) -> int:
    """Return the ticks that a process has used, or 0 where it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


@contextmanager
def serving(*options: str, **environment: str) -> Iterator[Endpoint]:
    """Run `imt serve` on a free port for as long as the ``with`` lasts."""
    command = [str(Path(sys.executable).with_name("imt")), "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, text=True, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        try:
            told = process.stdout.readline()
            address = re.search(r"http://\S+/query", told)
            assert address, told + (process.stderr.read() if process.stderr else "")
            yield Endpoint(process, address[0])
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving("--timeout", str(SECONDS), "--max-rows", str(ROWS), "--max-body", str(BODY)) as running:
        yield running


@pytest.fixture(scope="module")
def graph() -> Store:
    return store.open_store(PROJECT)


def until(true: Callable[[], object], seconds: float = 5.0) -> bool:
    """Wait until a function gives something true; tell whether it did in time."""
    end = time.monotonic() + seconds
    while not (outcome := true()) and time.monotonic() < end:
        time.sleep(0.02)
    return bool(outcome)


def rows_of(text: str, graph: Store) -> list[str]:
    """Return what the embedded store answers over all graphs, one line a row or triple, sorted."""
    return sorted(str(row) for row in answers.ask(PROJECT, graph, text, "all"))  # type: ignore[union-attr]


# What it answers


def test_a_query_without_a_dataset_is_asked_over_the_merge_of_all_graphs_and_can_name_each(
    endpoint: Endpoint, graph: Store
) -> None:
    reply = endpoint.ask(COUNT, accept="text/csv")
    assert reply.text.split() == ["n", str(len(graph))]
    reply = endpoint.ask("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g", accept="text/csv")
    counted = dict(line.split(",") for line in reply.text.split()[1:])
    pages = sum(1 for _ in graph.quads_for_pattern(None, None, None, PROJECT.graph_iri("page")))
    assert counted[f"{GRAPH}page"] == str(pages)
    assert sum(map(int, counted.values())) == len(graph)


def test_every_saved_query_has_the_same_answer_here_as_in_the_embedded_store(endpoint: Endpoint, graph: Store) -> None:
    asked_here = 0
    for path in catalog.files(PROJECT):
        query = catalog.read(PROJECT, path)
        if query.service:
            continue
        mine = answers.ask(PROJECT, graph, query.text, query.dataset)
        dataset = [(f"{kind}-graph-uri", name.value) for name in remote.dataset(ROOT, query.dataset) for kind in KINDS]
        if isinstance(mine, QueryBoolean):
            reply = endpoint.ask(query.text, *dataset)
            assert json.loads(reply.text)["boolean"] == bool(mine), query.id
        elif isinstance(mine, QuerySolutions):
            reply = endpoint.ask(query.text, *dataset, accept="text/tab-separated-values")
            assert reply.status == 200, (query.id, reply.text)
            assert sorted(reply.text.splitlines()) == sorted((mine.serialize(format=TSV) or b"").decode().splitlines())
        else:
            assert isinstance(mine, QueryTriples)
            reply = endpoint.ask(query.text, *dataset, accept="application/n-triples")
            assert sorted(reply.text.splitlines()) == sorted(writing.ntriples(mine).decode().splitlines()), query.id
        asked_here += 1
    assert asked_here > 150


def test_imt_query_gives_the_same_bytes_with_this_endpoint_and_without_it_while_it_runs(
    endpoint: Endpoint, imt: Imt
) -> None:
    name = ("query", "agents-with-both-documents", "--format", "csv")
    there, here = imt(*name, "--endpoint", endpoint.url), imt(*name)
    assert (there.returncode, there.stderr) == (0, "")
    assert (there.stdout, here.returncode) == (here.stdout, 0)
    assert len(here.stdout.splitlines()) > 3


SELECT = "SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o LIMIT 20"
CONSTRUCT = "CONSTRUCT { ?s a ?o } { GRAPH ?g { ?s a ?o } FILTER(isIRI(?s) && isIRI(?o)) } ORDER BY ?s ?o LIMIT 20"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.5, application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/turtle, text/tab-separated-values;q=0.1", "text/tab-separated-values"),
        ("application/xml", "application/sparql-results+xml"),
        ("*/*;q=0.1, application/sparql-results+json;q=0", "application/sparql-results+xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
    ],
)
def test_rows_come_in_the_format_that_the_client_likes_best(
    endpoint: Endpoint, graph: Store, accept: str, media: str
) -> None:
    reply = endpoint.ask(SELECT, accept=accept)
    assert (reply.status, reply.type.partition(";")[0]) == (200, media)
    assert reply.headers["vary"] == "Accept"
    if media in {"application/sparql-results+json", "application/sparql-results+xml", "text/tab-separated-values"}:
        kind = QueryResultsFormat.from_media_type(media)
        assert kind is not None
        assert sorted(map(str, parse_query_results(reply.text.encode(), kind))) == rows_of(SELECT, graph)  # type: ignore[arg-type]
    else:
        assert reply.text.count("<tr>" if media == "text/html" else "\r\n") == 21


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml;q=0.9, text/turtle;q=0.8", "application/rdf+xml"),
        ("application/n-triples", "application/n-triples"),
        ("application/trig", "application/trig"),
    ],
)
def test_triples_come_in_the_format_that_the_client_likes_best(
    endpoint: Endpoint, graph: Store, accept: str, media: str
) -> None:
    reply = endpoint.ask(CONSTRUCT, accept=accept)
    assert (reply.status, reply.type.partition(";")[0]) == (200, media)
    read = sorted(str(quad.triple) for quad in parse(reply.text, RdfFormat.from_media_type(media)))
    assert read == rows_of(CONSTRUCT, graph)


def test_a_format_that_there_is_not_is_refused_with_those_there_are(endpoint: Endpoint) -> None:
    assert endpoint.ask(SELECT, accept="image/png").status == 406
    assert "text/turtle" in endpoint.ask(CONSTRUCT, accept="text/csv").text
    assert "text/turtle" not in endpoint.ask(SELECT, accept="text/turtle").text


def test_a_query_can_be_sent_by_get_as_a_form_or_as_it_is(endpoint: Endpoint) -> None:
    ask = f"PREFIX imt: <{VOCAB}> ASK {{ ?s a imt:Agent }}"
    yes = {"head": {}, "boolean": True}
    form = urlencode({"query": ask}).encode()
    got = endpoint.ask(ask)
    posted = endpoint.send("POST", "/query", form, Content_Type=f"{FORM}; charset=UTF-8")
    direct = endpoint.send("POST", "/query", ask.encode(), Content_Type="application/sparql-query")
    assert [json.loads(reply.text) for reply in (got, posted, direct)] == [yes, yes, yes]
    nothing = f"/query?{urlencode({'default-graph-uri': GRAPH + 'dataset'})}"
    direct = endpoint.send("POST", nothing, ask.encode(), Content_Type="application/sparql-query")
    assert json.loads(direct.text)["boolean"] is False
    assert endpoint.send("HEAD", f"/query?{urlencode({'query': ask})}").status == 200


def test_the_service_describes_itself_where_nothing_is_asked(endpoint: Endpoint, graph: Store) -> None:
    reply = endpoint.send("GET", "/query", Accept="text/turtle")
    described = Store()
    described.load(reply.text.encode(), RdfFormat.TURTLE)
    rows = described.query(
        """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX void: <http://rdfs.org/ns/void#>
        SELECT ?endpoint ?name ?triples { ?s a sd:Service ; sd:endpoint ?endpoint ; sd:feature sd:UnionDefaultGraph ;
          sd:defaultDataset/sd:namedGraph [ sd:name ?name ; sd:graph/void:triples ?triples ] }"""
    )
    found = [(row["endpoint"].value, row["name"].value, int(row["triples"].value)) for row in rows]  # type: ignore[union-attr]
    assert {address for address, _, _ in found} == {endpoint.url}
    assert {name for _, name, _ in found} == {name.value for name in graph.named_graphs()}
    assert sum(count for _, _, count in found) == len(graph)
    assert endpoint.send("GET", "/query", Accept="image/png").status == 406


def test_a_browser_finds_a_page_with_a_form_and_nothing_from_elsewhere(endpoint: Endpoint) -> None:
    for target in ("/", "/query"):
        reply = endpoint.send("GET", target, Accept="text/html")
        assert (reply.status, reply.type) == (200, "text/html; charset=utf-8")
        assert "<textarea" in reply.text
        assert re.findall(r"""(?:src|href|action)=["']?([^"' >]+)|url\(|@import""", reply.text) == [
            "/query",
            "/health",
            "/query",
        ]
        assert "default-src 'none'" in reply.headers["content-security-policy"]
    example_query = html.unescape(reply.text.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0])
    shown = endpoint.ask(example_query, accept="text/html,*/*;q=0.8")
    assert "[18F]FES" in shown.text


def test_an_answer_in_html_holds_the_markup_of_values_as_text(endpoint: Endpoint) -> None:
    spite = "<script>alert(1)</script>"
    query = f"SELECT ?v (<http://x/'onclick=> AS ?i) (<javascript:alert(1)> AS ?j) {{ BIND('{spite}' AS ?v) }}"
    for text in (query, f"CONSTRUCT {{ <http://x/> <http://x/p> '{spite}' }} {{}}"):
        reply = endpoint.ask(text, accept="text/html")
        assert reply.status == 200
        assert spite not in reply.text
        assert "&lt;script&gt;" in reply.text
        assert "'onclick" not in reply.text
        assert 'href="javascript' not in reply.text


def test_it_tells_that_it_is_well(endpoint: Endpoint, graph: Store) -> None:
    reply = endpoint.send("GET", "/health")
    assert (reply.status, json.loads(reply.text)) == (200, {"status": "ok", "triples": len(graph)})


# Limits


@pytest.mark.parametrize(
    "query",
    [
        ENDLESS,
        "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(CONCAT(STR(?c), STR(?f), STR(?i))) = 1000000) }",
        "CONSTRUCT { ?a ?b ?i } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(CONCAT(STR(?a), STR(?d), STR(?g)) = 'x') }",
    ],
)
def test_a_query_over_the_time_limit_is_ended_and_uses_the_processor_no_more(endpoint: Endpoint, query: str) -> None:
    started = time.monotonic()
    reply = endpoint.ask(query)
    took = time.monotonic() - started
    assert (reply.status, reply.text) == (504, "The query took more than 2 s and was ended: ask for less.\n")
    assert SECONDS <= took < SECONDS + 3
    engines = endpoint.engines()
    before = {engine: processor_time(engine) for engine in engines}
    time.sleep(0.6)
    assert all(processor_time(engine) - ticks < 30 for engine, ticks in before.items()), "an engine still works"
    assert endpoint.ask(COUNT).status == 200


def test_one_query_that_is_ended_ends_no_other(endpoint: Endpoint) -> None:
    replies: list[Reply] = []
    slow = threading.Thread(target=lambda: replies.append(endpoint.ask(ENDLESS)))
    slow.start()
    while slow.is_alive():
        assert endpoint.ask(COUNT).status == 200
    assert [reply.status for reply in replies] == [504]


@pytest.mark.parametrize("query", ["SELECT * { ?s ?p ?o }", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"])
def test_an_answer_of_more_rows_than_the_limit_is_refused_whole_and_one_of_just_as_many_is_given(
    endpoint: Endpoint, query: str
) -> None:
    for accept, lines in (("text/tab-separated-values, application/n-triples", ROWS + query.startswith("SELECT")),):
        most = endpoint.ask(f"{query} LIMIT {ROWS}", accept=accept)
        assert (most.status, len(most.text.splitlines())) == (200, lines)
    for accept in ("*/*", "text/html", "text/csv, text/turtle"):
        over = endpoint.ask(f"{query} LIMIT {ROWS + 1}", accept=accept)
        assert (over.status, over.text) == (
            403,
            "The answer has more than 3,000 rows: ask for less, with LIMIT and OFFSET.\n",
        )


def test_rows_are_counted_and_not_the_line_breaks_in_their_values(endpoint: Endpoint) -> None:
    many = "SELECT ?s ('a\\nb\\r\\nc\\n\\n\\n\\n' AS ?v) { ?s ?p ?o } LIMIT 2000"
    reply = endpoint.ask(many)
    assert reply.status == 200
    assert {row["v"]["value"] for row in json.loads(reply.text)["results"]["bindings"]} == {"a\nb\r\nc\n\n\n\n"}


def test_a_request_of_more_bytes_than_the_limit_is_refused_however_it_comes(endpoint: Endpoint) -> None:
    def padded(size: int) -> bytes:
        return b"ASK {} #" + b"x" * (size - 8)

    kind = {"Content_Type": "application/sparql-query"}
    assert endpoint.send("POST", "/query", padded(BODY), **kind).status == 200
    assert endpoint.send("POST", "/query", padded(BODY + 1), **kind).status == 413
    assert endpoint.ask(padded(BODY).decode()).status == 200
    assert endpoint.ask(padded(BODY + 1).decode()).status == 413
    form = urlencode({"query": padded(BODY).decode()}).encode()
    assert endpoint.send("POST", "/query", form, Content_Type=FORM).status == 413
    parts = urlsplit(endpoint.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request(
        "POST", "/query", iter([b"x" * 9000] * 3), {"Content-Type": "application/sparql-query"}, encode_chunked=True
    )
    assert connection.getresponse().status == 413
    connection.close()
    announced = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)
    with announced:
        announced.sendall(b"POST /query HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n")
        assert announced.recv(100).startswith(b"HTTP/1.1 413")


def test_an_answer_of_too_many_bytes_or_a_query_of_too_much_memory_is_refused_and_the_next_answered(
    graph: Store, tmp_path: Path
) -> None:
    pool.copy(graph, tmp_path)

    async def both() -> None:
        limits = Limits(seconds=30, answer=1_000_000, memory=1_500_000_000)
        engines = pool.Pool(tmp_path, graph, Path, 1, limits)
        try:
            doubled = "BIND(CONCAT(?{0}, ?{0}) AS ?{1})"
            grow = " ".join(doubled.format(f"v{n}", f"v{n + 1}") for n in range(22))
            with pytest.raises(RefusedError, match=r"more than 1,000,000 bytes") as long:
                await engines.ask(wanted(f"SELECT ?v22 {{ BIND('a' AS ?v0) {grow} }}"))
            assert long.value.status == 403
            with pytest.raises(RefusedError, match=r"more than 1,500 MB") as large:
                await engines.ask(wanted("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?f LIMIT 1"))
            assert large.value.status == 503
            assert (await engines.ask(wanted(COUNT))).decode().split() == ["?n", str(len(graph))]
        finally:
            engines.close()

    def wanted(text: str) -> asked.Asked:
        ours = tuple(name.value for name in graph.named_graphs())
        return asked.Asked(text, "SELECT", ours, ours)

    asyncio.run(both())


def test_who_waits_too_long_for_a_free_engine_is_told_to_come_again(graph: Store, tmp_path: Path) -> None:
    pool.copy(graph, tmp_path)

    async def wait() -> None:
        engines = pool.Pool(tmp_path, graph, Path, 1, Limits(seconds=0.5))
        try:
            engines._idle.get_nowait()
            with pytest.raises(RefusedError, match="busy") as busy:
                await engines.ask(asked.Asked("ASK {}", "ASK", (), ()))
            assert busy.value.status == 503
        finally:
            engines.close()

    asyncio.run(wait())


def test_a_client_that_goes_away_takes_its_query_with_it() -> None:
    with serving("--timeout", "60") as running:
        before = running.engines()
        parts = urlsplit(running.url)
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as client:
            client.sendall(f"GET /query?{urlencode({'query': ENDLESS})} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert until(lambda: any(processor_time(engine) > 20 for engine in before))
        assert until(lambda: set(running.engines()) != set(before) and len(running.engines()) == 2)
        assert running.ask(COUNT).status == 200


# Refusals


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "LOAD <http://127.0.0.1:9/x.ttl>",
        "load silent <file:///etc/passwd> into graph <urn:g>",
        "CLEAR ALL",
        "DROP GRAPH <urn:g>",
        "CREATE GRAPH <urn:g>",
        "MOVE <urn:a> TO <urn:b>",
        "PREFIX x: <urn:x> WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "# SELECT\nBASE <urn:a:> COPY DEFAULT TO <b>",
    ],
)
def test_no_form_of_update_is_taken_on_any_way_in(endpoint: Endpoint, graph: Store, update: str) -> None:
    form = urlencode({"update": update}).encode()
    as_query = urlencode({"query": update}).encode()
    both = urlencode({"query": COUNT, "update": update}).encode()
    direct = {"Content_Type": "application/sparql-update"}
    ways = [
        endpoint.ask(update),
        endpoint.send("POST", "/query", as_query, Content_Type=FORM),
        endpoint.send("POST", "/query", update.encode(), Content_Type="application/sparql-query"),
        endpoint.send("POST", "/query", update.encode(), **direct),
        endpoint.send("POST", "/query", form, Content_Type=FORM),
        endpoint.send("POST", "/query", both, Content_Type=FORM),
        endpoint.send("GET", f"/query?{form.decode()}"),
        endpoint.send("POST", f"/query?{form.decode()}", COUNT.encode(), Content_Type="application/sparql-query"),
        endpoint.send("POST", "/update", update.encode(), **direct),
        endpoint.send("POST", "/update", form, Content_Type=FORM),
    ]
    assert [reply.status for reply in ways] == [403] * len(ways)
    assert all("read" in reply.text for reply in ways)
    assert endpoint.ask(COUNT, accept="text/csv").text.split() == ["n", str(len(graph))]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_nothing_is_written_through_the_graph_store_protocol(endpoint: Endpoint, method: str) -> None:
    triple = b"<urn:a> <urn:b> <urn:c> ."
    for target in ("/store?default", "/store", f"/store?graph={GRAPH}page"):
        assert endpoint.send(method, target, triple, Content_Type="text/turtle").status == 403
    refused = endpoint.send(method, f"/query?graph={GRAPH}page", triple, Content_Type="text/turtle")
    assert refused.status == (415 if method == "POST" else 405)
    assert method == "POST" or set(refused.headers["allow"].replace(",", " ").split()) == {"GET", "HEAD", "POST"}


OTHER = "http://127.0.0.1:PORT/q"
HIDDEN = [
    "SELECT * { SERVICE <OTHER> { ?s ?p ?o } }",
    "SELECT * { sErViCe SiLeNt <OTHER> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <OTHER> { ?s ?p ?o } }",
    "SELECT * { BIND('\\u0027 AS ?v) \\U00000053ERVICE <OTHER> { ?s ?p ?o } #' AS ?w) }",
    "SELECT * { SERVICE # a comment {\n # another\r SILENT\n<OTHER>#}\n{ ?s ?p ?o } }",
    "SELECT * { ?x ?y trueSERVICE<OTHER>{ ?s ?p ?o } }",
    "SELECT * { ?x ?y 1SERVICE<OTHER>{ ?s ?p ?o } }",
    "SELECT * { ?x a<urn:c>SERVICE<OTHER>{ ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<OTHER>{ ?s ?p ?o } }",
    "PREFIX ex: <OTHER> SELECT * { SERVICEex:{ ?s ?p ?o } }",
    "PREFIX ex: <OTHER> SELECT * { serviceSILENTex:{ ?s ?p ?o } }",
    "PREFIX service: <OTHER> SELECT * { SERVICE service:{ ?s ?p ?o } }",
    "SELECT * { VALUES ?u { <OTHER> } SERVICE ?u { ?s ?p ?o } }",
    "SELECT * { VALUES ?u { <OTHER> } BIND(1 AS ?a) FILTER(?a<?b)SERVICE?u#>\n{ ?s ?p ?o } }",
    "SELECT * { BIND(1 AS ?a) FILTER(?a<'>')SERVICE <OTHER> { ?s ?p ?o } FILTER(?a<'x') }",
    "SELECT * { ?a ?b <urn:\\u0041#> . SERVICE <OTHER> { ?s ?p ?o } }",
    "SELECT * { { SELECT * { OPTIONAL { MINUS { SERVICE <OTHER> { ?s ?p ?o } } } } } }",
    "CONSTRUCT { ?s ?p ?o } { SERVICE <OTHER> { ?s ?p ?o } }",
    "ASK { FILTER EXISTS { SERVICE <OTHER> { ?s ?p ?o } } }",
    "DESCRIBE ?s { SERVICE <OTHER> { ?s ?p ?o } }",
]
"""Ways to ask another server. Oxigraph takes most of them, those too that hide it from a simple reader."""


@pytest.mark.parametrize("query", HIDDEN)
def test_no_spelling_of_service_makes_it_ask_another_server(endpoint: Endpoint, query: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        text = query.replace("OTHER", OTHER.replace("PORT", str(other.getsockname()[1])))
        reply = endpoint.ask(text)
        other.settimeout(0.05)
        with pytest.raises(TimeoutError):
            other.accept()
    assert (reply.status, reply.text.partition(" ")[0]) == (403, "SERVICE")
    with pytest.raises(UserError, match="SERVICE asks another server"):
        sparql.check(text)


@pytest.mark.parametrize(
    "query",
    [
        "ASK { BIND('SERVICE <http://x/> { ?s ?p ?o }' AS ?v) } # SERVICE <http://x/> {}",
        "ASK { BIND('''a' SERVICE <http://x/> {''' AS ?v) }",
        "PREFIX service: <http://x/service#> ASK { BIND(service:SERVICE AS ?service) }",
        "ASK { VALUES ?service { <http://x/SERVICE?u#a> } FILTER(STRLEN('x'@service) <2 || 3> 2) }",
        "PREFIX schema: <https://schema.org/> ASK { OPTIONAL { ?y a schema:Service, <http://x/service> } }",
    ],
)
def test_the_word_service_elsewhere_is_no_reason_to_refuse(endpoint: Endpoint, query: str) -> None:
    assert json.loads(endpoint.ask(query).text)["boolean"] is True


PIECES = (
    " SERVICE ", "SERVICE", "service SILENT ", "SILENT", "<http://127.0.0.1:9/q>", "<urn:service?x#a>", " ?x ",
    "?service", "x:service", "x:a", " x:", "{}", "{ ?s ?p ?o }", " . ", "true", " 1 ", "'", '"', "'''", "#", "#>", "\n",
    "<", ">", "(", ")", "FILTER(?a<?b)", "FILTER(?a<'>')", "BIND(1 AS ?a)", "?s ?p ", "GRAPH ", "OPTIONAL ", "{", "}",
    "@service", "\\u0041", "<urn:\\u0041#>",
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("FILTER(?a<?b)SERVICE?x#>\n{}")
@example("?s ?p trueSERVICEx:a{}")
@example("?s ?p '''SERVICE ?x {}''' # SERVICE ?x {}")
def test_service_is_seen_exactly_where_oxigraph_reads_a_keyword(inside: str) -> None:
    """A text that is SPARQL with SERVICE, and is none with another word in its place, has SERVICE for a keyword."""
    text = f"PREFIX x: <http://127.0.0.1:9/> SELECT * {{ {inside} }}"
    if _is_sparql(text) and "service" in text.lower():
        keyword = not _is_sparql(re.sub("(?i)service", "serbice", text))
        assert sparql.asks_another_server(text) is keyword


def _is_sparql(text: str) -> bool:
    try:
        Store().query(text)
    except SyntaxError:
        return False
    except (OSError, RuntimeError, ValueError):
        return True
    return True


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM <http://x/> { ?s ?p ?o }",
        f"SELECT * FROM <{GRAPH}page> FROM NAMED <http://x/> {{ ?s ?p ?o }}",
        f"PREFIX g: <{GRAPH}> SELECT * FROM g:page from # c\n named g:other {{ ?s ?p ?o }}",
        f"BASE <{GRAPH}> SELECT * FROM <page/> {{ ?s ?p ?o }}",
        "ASKFROM<file:///etc/passwd>{}",
        "CONSTRUCT { ?s ?p ?o } FROM <http://x/> WHERE { ?s ?p ?o }",
        f"DESCRIBE <urn:a> FROM <{GRAPH}\\u0070age2>",
    ],
)
def test_a_graph_that_is_not_of_this_endpoint_is_refused_with_those_that_are(endpoint: Endpoint, query: str) -> None:
    reply = endpoint.ask(query)
    assert reply.status == 403
    assert "is no graph of this endpoint" in reply.text
    assert f"<{GRAPH}page>" in reply.text


def test_the_dataset_of_a_request_is_taken_where_its_graphs_are_ours(endpoint: Endpoint, graph: Store) -> None:
    pages = str(sum(1 for _ in graph.quads_for_pattern(None, None, None, PROJECT.graph_iri("page"))))
    own = ("default-graph-uri", f"{GRAPH}page")
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    for query, more in (
        (COUNT, [own]),
        (COUNT.replace("{", f"FROM <{GRAPH}page> {{"), []),
        (f"PREFIX g: <{GRAPH}> {COUNT.replace('{', 'FROM g:page {')}", []),
        (COUNT.replace("{", f"FROM <{GRAPH}links> {{"), [own]),
        (named, [("named-graph-uri", f"{GRAPH}page")]),
        (named.replace(") {", f") FROM NAMED <{GRAPH}page> {{"), []),
    ):
        assert endpoint.ask(query, *more, accept="text/csv").text.split() == ["n", pages], (query, more)
    for kind in KINDS:
        for name in ("http://x/", "", "page"):
            assert endpoint.ask(COUNT, own, (f"{kind}-graph-uri", name)).status == 403


def test_what_is_no_request_of_the_protocol_gets_one_sentence(endpoint: Endpoint) -> None:
    direct = {"Content_Type": "application/sparql-query"}
    wrong = [
        (400, endpoint.send("POST", "/query", b"", Content_Type=FORM)),
        (400, endpoint.ask(COUNT, ("query", COUNT))),
        (400, endpoint.send("POST", f"/query?{urlencode({'query': COUNT})}", COUNT.encode(), **direct)),
        (400, endpoint.send("GET", f"/query?{urlencode({'default-graph-uri': GRAPH + 'page'})}")),
        (415, endpoint.send("POST", "/query", COUNT.encode())),
        (415, endpoint.send("POST", "/query", COUNT.encode(), Content_Type="text/plain")),
        (400, endpoint.send("POST", "/query", b"ASK { ?s ?p '\xff' }", **direct)),
        (400, endpoint.send("GET", "/query?query=ASK%20%7B%7D%20%23%ff")),
        (400, endpoint.send("GET", "/query?query=ASK%20%7B%7D" + "&a=" * 1001)),
        (400, endpoint.ask("")),
        (400, endpoint.ask("SELECT * {" + "{" * 600)),
        (404, endpoint.send("GET", "/sparql")),
    ]
    for status, reply in wrong:
        assert reply.status == status, reply
        assert len(reply.text.splitlines()) == 1
        assert reply.type.startswith("text/plain")


def test_broken_sparql_is_told_with_line_and_column(endpoint: Endpoint) -> None:
    reply = endpoint.ask("SELECT *\nWHERE { ?s skos:prefLabel ?o }")
    assert reply.status == 400
    assert reply.text.startswith("The query cannot be read at line 2, column 26: 'skos:' is declared nowhere; write")


# Parameters of saved queries


WITH_STRINGS = [
    query
    for query in [catalog.read(PROJECT, path) for path in catalog.files(PROJECT)]
    if any(parameter.type == "string" for parameter in query.parameters)
]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(WITH_STRINGS), hostile.strings())
def test_a_value_changes_one_token_of_a_saved_query_and_no_other(query: catalog.SavedQuery, value: str) -> None:
    for parameter in query.parameters:
        if parameter.type == "string":
            text = catalog.bind(PROJECT, query, {parameter.name: value})
            before, after = list(sparql.tokens(query.text)), list(sparql.tokens(text))
            assert [kind for kind, _, _ in after] == [kind for kind, _, _ in before]
            changed = [old for (_, old, _), (_, new, _) in zip(before, after, strict=True) if old != new]
            assert changed in ([], [parameters.serialize(parameters.default(PROJECT, parameter))])
            assert not sparql.asks_another_server(text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=hostile.strings())
def test_a_value_reaches_the_served_graph_as_itself_and_does_nothing_else(endpoint: Endpoint, value: str) -> None:
    written = parameters.values_block(["v"], [Literal(value)])
    reply = endpoint.ask(f"SELECT ?v ?rest WHERE {{ {written} OPTIONAL {{ ?rest a ?v }} }}")
    assert reply.status == 200, reply.text
    (row,) = json.loads(reply.text)["results"]["bindings"]
    assert row == {"v": {"type": "literal", "value": value}}


def test_every_known_way_out_of_a_string_leaves_a_saved_query_without_an_answer(endpoint: Endpoint) -> None:
    query = catalog.find(PROJECT, "articles-of-author-name")
    assert len(json.loads(endpoint.ask(query.text).text)["results"]["bindings"]) > 0
    for value in hostile.INJECTIONS:
        reply = endpoint.ask(catalog.bind(PROJECT, query, {"name": value}))
        assert (reply.status, json.loads(reply.text)["results"]["bindings"]) == (200, []), value


# The process


def listening(processes: list[int]) -> set[str]:
    """Return the addresses that processes listen on, as /proc/net/tcp and tcp6 write them: in hexadecimal."""
    sockets = set()
    for process in processes:
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            if found := re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink())):
                sockets.add(found[1])
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    return {fields[1] for fields in lines if fields[3] == "0A" and fields[9] in sockets}


def test_nothing_listens_beyond_loopback_unless_asked(endpoint: Endpoint) -> None:
    found = listening([endpoint.process.pid, *children(endpoint.process.pid)])
    assert len(found) == 3
    assert {address.partition(":")[0] for address in found} == {"0100007F"}
    with serving("--host", "127.0.0.2") as other:
        mine = listening([other.process.pid])
        assert {address.partition(":")[0] for address in mine} == {"0200007F"}
        assert {address.partition(":")[0] for address in listening(children(other.process.pid))} == {"0100007F"}
        assert other.ask(COUNT).status == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_with_its_engines_though_a_query_runs(number: signal.Signals) -> None:
    with serving() as running:
        below = children(running.process.pid)
        replies: list[Reply] = []
        busy = threading.Thread(target=lambda: replies.append(running.ask(ENDLESS)))
        busy.start()
        assert until(lambda: any(processor_time(engine) > 20 for engine in running.engines()))
        started = time.monotonic()
        running.process.send_signal(number)
        assert running.process.wait(10) == 0
        assert time.monotonic() - started < 3
        busy.join()
        assert [reply.status for reply in replies] == [503]
        assert until(lambda: not any(map(command_of, below)))
        assert running.process.stderr
        assert running.process.stderr.read() == ""


def test_its_engines_end_with_it_even_if_it_is_killed_while_they_work() -> None:
    with serving() as running:
        below = children(running.process.pid)
        assert len(below) >= 4
        threading.Timer(0.5, running.process.kill).start()
        with pytest.raises((OSError, http.client.HTTPException)):
            running.ask(ENDLESS)
        assert until(lambda: not any(map(command_of, below)))


def test_it_serves_from_a_folder_of_its_own_where_no_cache_can_be_written_and_leaves_nothing_behind(
    tmp_path: Path, graph: Store
) -> None:
    with serving(XDG_CACHE_HOME="/dev/null/cache", TMPDIR=str(tmp_path)) as running:
        assert running.ask(COUNT, accept="text/csv").text.split() == ["n", str(len(graph))]
        (folder,) = tmp_path.iterdir()
        assert all(str(folder) in command_of(engine) for engine in running.engines())
    assert list(tmp_path.iterdir()) == []


def test_it_serves_on_when_another_process_cleans_up_the_cache(tmp_path: Path, graph: Store) -> None:
    with serving("--timeout", "1", XDG_CACHE_HOME=str(tmp_path)) as running:
        assert all(str(tmp_path) in command_of(engine) for engine in running.engines())
        shutil.rmtree(tmp_path / "imaging-trials")
        for _ in range(2):
            assert running.ask(ENDLESS).status == 504
        assert running.ask(COUNT, accept="text/csv").text.split() == ["n", str(len(graph))]


def test_pages_of_other_sites_may_ask_only_where_that_is_asked_for(endpoint: Endpoint) -> None:
    site = "https://example.org"
    assert "access-control-allow-origin" not in endpoint.send("GET", "/query?query=ASK%7B%7D", Origin=site).headers
    with serving("--cors") as running:
        reply = running.send("GET", "/query?query=ASK%7B%7D", Origin=site)
        assert reply.headers["access-control-allow-origin"] == "*"
        before = running.send(
            "OPTIONS",
            "/query",
            Origin=site,
            Access_Control_Request_Method="POST",
            Access_Control_Request_Headers="content-type",
        )
        assert before.status == 200
        assert "POST" in before.headers["access-control-allow-methods"]


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
def test_what_cannot_be_served_is_told_in_one_sentence(imt: Imt, options: list[str], sentence: str) -> None:
    done = imt("serve", "--port", str(free_port()), *options)
    assert done.returncode == 2
    assert re.match(f"imt: .*{sentence}", done.stderr), done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_told_in_one_sentence(imt: Imt, endpoint: Endpoint) -> None:
    port = str(urlsplit(endpoint.url).port)
    done = imt("serve", "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"imt: Port {port} of 127.0.0.1 is taken: choose another with --port, or 0 for a free one.\n"


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        ("sys.modules['starlette'] = None", "Starlette and uvicorn are missing: install them"),
        ("sys.modules['uvicorn'] = None", "Starlette and uvicorn are missing: install them"),
        ("sys.executable = '/nowhere/python'", "The Oxigraph server is missing: install it"),
    ],
)
def test_a_missing_extra_is_told_in_one_sentence_that_says_what_to_install(without: str, sentence: str) -> None:
    code = f"import sys; {without}; from imaging_trials.cli import main; sys.exit(main(['serve', '--port', '0']))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PATH": os.defpath},
        text=True, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == f"imt: {sentence} with pip install 'imaging-trials[serve]'.\n"


def test_no_other_command_imports_what_only_this_one_needs() -> None:
    code = "import sys, imaging_trials.cli.query, imaging_trials.cli.serve, imaging_trials.api; "
    code += "print([name for name in ('starlette', 'uvicorn', 'asyncio', 'h11') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


def test_the_commands_that_the_documents_show_give_what_they_show(endpoint: Endpoint, graph: Store) -> None:
    text = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
    shown = [pair for block in re.findall(r"(?ms)^```console\n(.*?)^```$", text) for pair in test_docs.commands(block)]
    assert [command.split()[0] for command, _ in shown] == ["imt", "curl", "imt"]
    told = f"{len(graph):,} triples at http://127.0.0.1:7878/query, read-only. Ctrl-C stops."
    assert test_docs.unlike(shown[0][1], told) == ""
    for command, output in shown[1:]:
        real = test_docs.run(command.replace("http://127.0.0.1:7878/query", endpoint.url), ROOT)
        assert test_docs.unlike(output, real) == ""
    for option in ("timeout", "max-rows", "max-body"):
        (given,) = re.findall(rf"`--{option} [A-Z]+` \| ([0-9,]+)", text)
        limit = {"timeout": Limits().seconds, "max-rows": Limits().rows, "max-body": Limits().body}[option]
        assert float(given.replace(",", "")) == limit


@pytest.mark.prove
def test_it_gives_its_first_answer_within_a_second() -> None:
    times = []
    for _ in range(5):
        started = time.monotonic()
        with serving() as running:
            assert running.ask(COUNT).status == 200
            times.append(time.monotonic() - started)
    assert min(times) < 1.0, times


# Choosing a format


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="atexplic*/;,q=01.5 \x00é+-"))
def test_any_accept_header_gives_a_format_that_is_offered_or_none(accept: str) -> None:
    assert formats.choose(accept, formats.ROWS) in {*formats.ROWS, None}


def test_the_most_specific_range_decides() -> None:
    offers = ("text/csv", "text/turtle", "application/json")
    assert formats.choose("text/*;q=0.9, text/csv;q=0.1, */*;q=0.5", offers) == "text/turtle"
    assert formats.choose("text/csv;q=0, */*", offers) == "text/turtle"
    assert formats.choose("text/csv; q=nonsense", offers) is None
    assert formats.choose("TEXT/Turtle;charset=utf-8", offers) == "text/turtle"
    assert formats.choose("", offers) == "text/csv"
