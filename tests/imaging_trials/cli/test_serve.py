"""`imt serve`: what the endpoint answers, in which formats, and by which operations of the protocol."""

import csv
import html
import io
import json
import re
import subprocess
from urllib.parse import urlencode

import pytest
from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import writing
from rdfkit.serving import Limits, connection, pool, run
from rdfkit.sparql import results, saved
from rdfkit.stores import sparql_client
from tests.conftest import ROOT, Imt
from tests.graph import test_docs
from tests.support.documents import commands, unlike
from tests.support.endpoint import COUNT, FORM, GRAPH, KINDS, VOCAB, Endpoint
from tests.support.servers import needs

pytestmark = pytest.mark.xdist_group("serve")

TSV = QueryResultsFormat.TSV


def rows_of(text: str, graph: Store) -> list[str]:
    """Return what the embedded store answers over all graphs, one line a row or triple, sorted."""
    return sorted(str(row) for row in results.ask(PROJECT, graph, text, "all"))  # type: ignore[union-attr]


def test_default_dataset_is_the_merge_of_all_graphs(endpoint: Endpoint, graph: Store) -> None:
    reply = endpoint.ask(COUNT, accept="text/csv")
    assert reply.text.split() == ["n", str(len(graph))]
    reply = endpoint.ask("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g", accept="text/csv")
    counted = dict(line.split(",") for line in reply.text.split()[1:])
    pages = sum(1 for _ in graph.quads_for_pattern(None, None, None, PROJECT.graph_iri("page")))
    assert counted[f"{GRAPH}page"] == str(pages)
    assert sum(map(int, counted.values())) == len(graph)


SAVED = [query for query in (saved.read(PROJECT, path) for path in saved.files(PROJECT)) if not query.service]


@pytest.mark.parametrize(
    "queries", [SAVED[::25], pytest.param(SAVED, marks=pytest.mark.prove)], ids=["every 25th", "all"]
)
def test_saved_queries_answer_as_in_the_embedded_store(
    open_endpoint: Endpoint, graph: Store, queries: list[saved.SavedQuery]
) -> None:
    for query in queries:
        mine = results.ask(PROJECT, graph, query.text, query.dataset)
        dataset = [
            (f"{kind}-graph-uri", name.value)
            for name in sparql_client.endpoint_graphs(PROJECT, query.dataset)
            for kind in KINDS
        ]
        if isinstance(mine, QueryBoolean):
            reply = open_endpoint.ask(query.text, *dataset)
            assert json.loads(reply.text)["boolean"] == bool(mine), query.id
        elif isinstance(mine, QuerySolutions):
            reply = open_endpoint.ask(query.text, *dataset, accept="text/tab-separated-values")
            assert reply.status == 200, (query.id, reply.text)
            assert sorted(reply.text.splitlines()) == sorted((mine.serialize(format=TSV) or b"").decode().splitlines())
        else:
            assert isinstance(mine, QueryTriples)
            reply = open_endpoint.ask(query.text, *dataset, accept="application/n-triples")
            assert sorted(reply.text.splitlines()) == sorted(writing.ntriples(mine).decode().splitlines()), query.id


def test_imt_query_gives_the_same_bytes_from_the_endpoint(endpoint: Endpoint, imt: Imt) -> None:
    name = ("query", "agents-with-both-documents", "--format", "csv")
    there, here = imt(*name, "--endpoint", endpoint.url), imt(*name)
    assert (there.returncode, there.stderr) == (0, "")
    assert (there.stdout, here.returncode) == (here.stdout, 0)
    assert len(here.stdout.splitlines()) > 3


SELECT = f"SELECT ?s ?o {{ GRAPH <{GRAPH}page> {{ ?s a ?o }} }} ORDER BY ?s ?o LIMIT 20"
CONSTRUCT = f"CONSTRUCT {{ ?s a ?o }} {{ GRAPH <{GRAPH}page> {{ ?s a ?o }} }} ORDER BY ?s ?o LIMIT 20"


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
def test_format_of_rows_by_accept_header(endpoint: Endpoint, graph: Store, accept: str, media: str) -> None:
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
def test_format_of_triples_by_accept_header(endpoint: Endpoint, graph: Store, accept: str, media: str) -> None:
    reply = endpoint.ask(CONSTRUCT, accept=accept)
    assert (reply.status, reply.type.partition(";")[0]) == (200, media)
    read = sorted(str(quad.triple) for quad in parse(reply.text, RdfFormat.from_media_type(media)))
    assert read == rows_of(CONSTRUCT, graph)


def test_unknown_format_is_refused_with_a_list(endpoint: Endpoint) -> None:
    assert endpoint.ask(SELECT, accept="image/png").status == 406
    assert "text/turtle" in endpoint.ask(CONSTRUCT, accept="text/csv").text
    assert "text/turtle" not in endpoint.ask(SELECT, accept="text/turtle").text


def test_query_by_get_form_or_direct_post(endpoint: Endpoint) -> None:
    ask = f"PREFIX imt: <{VOCAB}> ASK {{ ?s a imt:PharmaceuticalAgent }}"
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


def test_service_description(endpoint: Endpoint, graph: Store) -> None:
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


def test_start_page_has_a_form_and_loads_nothing_else(endpoint: Endpoint) -> None:
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


def test_html_answer_escapes_markup(endpoint: Endpoint) -> None:
    spite = "<script>alert(1)</script>"
    query = f"SELECT ?v (<http://x/'onclick=> AS ?i) (<javascript:alert(1)> AS ?j) {{ BIND('{spite}' AS ?v) }}"
    for text in (query, f"CONSTRUCT {{ <http://x/> <http://x/p> '{spite}' }} {{}}"):
        reply = endpoint.ask(text, accept="text/html")
        assert reply.status == 200
        assert spite not in reply.text
        assert "&lt;script&gt;" in reply.text
        assert "'onclick" not in reply.text
        assert 'href="javascript' not in reply.text


def test_health_check(endpoint: Endpoint, graph: Store) -> None:
    reply = endpoint.send("GET", "/health")
    assert (reply.status, json.loads(reply.text)) == (200, {"status": "ok", "triples": len(graph)})


def test_dataset_of_a_request_is_used(endpoint: Endpoint, graph: Store) -> None:
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


def test_commands_of_the_documentation(endpoint: Endpoint, graph: Store) -> None:
    text = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
    shown = [pair for block in re.findall(r"(?ms)^```console\n(.*?)^```$", text) for pair in commands(block)]
    assert [command.split()[0] for command, _ in shown] == ["imt", "curl", "curl", "curl", "imt"]
    line = f"{len(graph):,} triples at http://127.0.0.1:7878/query, read-only. Ctrl-C stops."
    assert unlike(shown[0][1], line) == ""
    for command, output in shown[1:]:
        real = test_docs.run(
            command.replace("http://127.0.0.1:7878/query", endpoint.url).replace(
                "http://127.0.0.1:7878", endpoint.url.removesuffix("/query")
            ),
            ROOT,
        )
        assert unlike(output, real.replace("\r", "")) == ""


def test_limits_of_the_documentation() -> None:
    text = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
    limits = Limits()
    for option, limit in (
        ("timeout", limits.max_seconds),
        ("max-rows", limits.max_rows),
        ("max-body", limits.max_body_bytes),
    ):
        (given,) = re.findall(rf"`--{option} [A-Z]+` \| ([0-9,]+)", text)
        assert float(given.replace(",", "")) == limit
    for words in (
        f"| {limits.max_answer_bytes / 1e6:g} MB | 403",
        f"| {limits.max_memory_bytes / 1e9:g} GB; {pool.MAX_ALL_MEMORY_BYTES / 1e9:g} GB | 503",
        f"| {pool.MAX_ALL_ANSWERS_BYTES / 1e6:g} MB | 503",
        f"{connection.MAX_HEAD_SECONDS:g} s for the head, {connection.MAX_BODY_SECONDS:g} s for the body",
        f"{connection.MAX_WRITE_SECONDS:g} s, and 1 s more for each {connection.MIN_BYTES_A_SECOND // 1000} kB",
        f"{pool.MAX_WAITING} of each wait, for {pool.MAX_WAITING_SECONDS:g} s at most",
        f"| {run.MAX_CONNECTIONS} |",
    ):
        assert words in text, words


TABLE = "/questions/guidelines-by-body-site?site=lung&format=csv"


@pytest.mark.prove
def test_r_reads_an_answer_by_its_address(endpoint: Endpoint) -> None:
    address = endpoint.url.removesuffix("/query") + TABLE
    assert f'read.csv("http://127.0.0.1:7878{TABLE}")' in (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
    code = f'd <- read.csv("{address}"); cat(nrow(d), names(d), d$title, sep="\n")'
    done = subprocess.run([needs("Rscript"), "-e", code], capture_output=True, text=True, timeout=100, check=True)
    head, *rows = csv.reader(io.StringIO(endpoint.send("GET", TABLE).text))
    assert done.stdout.splitlines() == [str(len(rows)), *head, *(row[head.index("title")] for row in rows)]


def test_a_spreadsheet_reads_an_answer(endpoint: Endpoint) -> None:
    """As LibreOffice imports it: UTF-8, comma, double quotes, every cell as text, the type by the header."""
    reply = endpoint.send("GET", TABLE)
    assert reply.type == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(reply.text, newline="")))
    assert {None, ""} & {value for row in rows for value in row.values()} == set()
    assert all(set(row) == set(rows[0]) and row["siteName"] for row in rows)
