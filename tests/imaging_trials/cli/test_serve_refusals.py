"""`imt serve`: requests that it refuses, and values that stay values."""

import json
import socket
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import Literal, Store

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.sparql import guard, parameters, saved
from tests.support import hostile
from tests.support.endpoint import COUNT, FORM, GRAPH, Endpoint

pytestmark = pytest.mark.xdist_group("serve")


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
def test_updates_are_refused_by_every_way_in(endpoint: Endpoint, graph: Store, update: str) -> None:
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
    assert all("read" in reply.detail for reply in ways)
    assert endpoint.ask(COUNT, accept="text/csv").text.split() == ["n", str(len(graph))]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_graph_store_protocol_is_refused(endpoint: Endpoint, method: str) -> None:
    triple = b"<urn:a> <urn:b> <urn:c> ."
    for target in ("/store?default", "/store", f"/store?graph={GRAPH}page"):
        assert endpoint.send(method, target, triple, Content_Type="text/turtle").status == 403
    refused = endpoint.send(method, f"/query?graph={GRAPH}page", triple, Content_Type="text/turtle")
    assert refused.status == (415 if method == "POST" else 405)
    assert method == "POST" or set(refused.headers["allow"].replace(",", " ").split()) == {
        "GET",
        "HEAD",
        "OPTIONS",
        "POST",
    }


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
"""Ways to ask another server. Oxigraph accepts most of them, also those that a simple reader does not see."""


@pytest.mark.parametrize("query", HIDDEN)
def test_service_is_refused_in_every_spelling(endpoint: Endpoint, query: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        text = query.replace("OTHER", OTHER.replace("PORT", str(other.getsockname()[1])))
        reply = endpoint.ask(text)
        other.settimeout(0.05)
        with pytest.raises(TimeoutError):
            other.accept()
    assert (reply.status, reply.detail.partition(" ")[0]) == (403, "SERVICE")
    with pytest.raises(UserError, match="SERVICE asks another server"):
        guard.check(text)


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
def test_the_word_service_elsewhere_is_accepted(endpoint: Endpoint, query: str) -> None:
    assert json.loads(endpoint.ask(query).text)["boolean"] is True


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
def test_unknown_graph_is_refused_with_a_list(endpoint: Endpoint, query: str) -> None:
    reply = endpoint.ask(query)
    assert reply.status == 403
    assert "is not a graph of this endpoint" in reply.detail
    assert f"<{GRAPH}page>" in reply.detail


def test_invalid_request_gets_one_sentence(endpoint: Endpoint) -> None:
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
        assert len(reply.detail.splitlines()) == 1


def test_syntax_error_has_line_and_column(endpoint: Endpoint) -> None:
    reply = endpoint.ask("SELECT *\nWHERE { ?s skos:prefLabel ?o }")
    assert reply.status == 400
    assert reply.detail.startswith("The query cannot be read at line 2, column 26: 'skos:' is not declared; write")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=hostile.strings())
def test_value_arrives_unchanged(endpoint: Endpoint, value: str) -> None:
    written = parameters.values_block(["v"], [Literal(value)])
    reply = endpoint.ask(f"SELECT ?v ?rest WHERE {{ {written} OPTIONAL {{ ?rest a ?v }} }}")
    assert reply.status == 200, reply.text
    (row,) = json.loads(reply.text)["results"]["bindings"]
    assert row == {"v": {"type": "literal", "value": value}}


def test_known_injections_find_nothing(endpoint: Endpoint) -> None:
    query = saved.find(PROJECT, "articles-of-author-name")
    assert len(json.loads(endpoint.ask(query.text).text)["results"]["bindings"]) > 0
    for value in hostile.INJECTIONS:
        reply = endpoint.ask(saved.bind(PROJECT, query, {"name": value}))
        assert (reply.status, json.loads(reply.text)["results"]["bindings"]) == (200, []), value
