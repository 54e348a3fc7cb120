"""`imt serve`: the saved questions over HTTP, and what goes with them."""

import csv
import io
import json
import os
import re
import signal
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from imaging_trials import questions
from imaging_trials.model.project import PROJECT
from imaging_trials.questions.http_description import MEDIA_TYPES
from rdfkit.sparql import saved
from tests.conftest import Imt
from tests.support.endpoint import Endpoint, Reply, serving, until

pytestmark = pytest.mark.xdist_group("serve")

NAME = "guidelines-by-body-site"
LISTED = "articles-without-pmcid"


def get(running: Endpoint, path: str, /, accept: str = "*/*", **values: str) -> Reply:
    return running.send("GET", f"{path}?{urlencode(values)}" if values else path, Accept=accept)


RECORDS = [one for one in questions.records() if not (one["service"] or one["data"])]
"""The questions whose committed answers are over the graph alone, as the server has it."""


@pytest.mark.parametrize(
    "records", [RECORDS[::25], pytest.param(RECORDS, marks=pytest.mark.prove)], ids=["every 25th", "all"]
)
def test_answers_are_the_committed_ones(open_endpoint: Endpoint, records: list[questions.Record]) -> None:
    for one in records:
        found = questions.committed_answer(saved.find(PROJECT, one["name"]))
        assert found
        ending, committed = found
        reply = get(
            open_endpoint, f"/questions/{one['name']}", format={".tsv": "tsv", ".nt": "nt", ".txt": "json"}[ending]
        )
        assert reply.status == 200, (one["name"], reply.text)
        if ending == ".txt":
            assert json.loads(reply.text)["boolean"] is (committed.decode().strip() == "true")
        else:
            assert reply.text == committed.decode(), one["name"]


def test_formats_by_accept_header_or_parameter(endpoint: Endpoint) -> None:
    for name in ("csv", "tsv", "json"):
        by_header = get(endpoint, f"/questions/{NAME}", accept=MEDIA_TYPES[name])
        by_name = get(endpoint, f"/questions/{NAME}", accept="image/png", format=name)
        assert by_header.text == by_name.text
        assert by_name.type.partition(";")[0] == MEDIA_TYPES[name]
        assert by_name.headers["x-total-count"] == str(
            len(list(csv.reader(io.StringIO(get(endpoint, f"/questions/{NAME}").text)))) - 1
        )
    table = get(endpoint, f"/questions/{NAME}", accept="text/html,*/*;q=0.8")
    assert "<table>" in table.text
    (triples,) = (one["name"] for one in RECORDS if one["name"] == "agent-dossier")
    for name, kind in (("ttl", RdfFormat.TURTLE), ("nt", RdfFormat.N_TRIPLES)):
        assert len(list(parse(get(endpoint, f"/questions/{triples}", format=name).text, kind))) > 10
    assert get(endpoint, f"/questions/{triples}", format="csv").status == 406


def test_values_are_those_of_imt_query(endpoint: Endpoint, imt: Imt) -> None:
    here = imt("query", NAME, "--param", "site=lung", "--format", "csv").stdout.splitlines()
    for value in ("lung", "bodysite:lung", "https://w3id.org/imaging-trials/concept/body-site/lung"):
        assert get(endpoint, f"/questions/{NAME}", site=value).text.splitlines() == here
    assert get(endpoint, "/questions/Guidelines_by_body_site", site="lung").status == 200


def test_parts_say_what_is_left(endpoint: Endpoint) -> None:
    whole = list(csv.reader(io.StringIO(get(endpoint, f"/questions/{LISTED}").text)))
    address: str | None = f"/questions/{LISTED}?limit=7"
    found: list[list[str]] = []
    while address:
        reply = get(endpoint, address)
        assert reply.headers["x-total-count"] == str(len(whole) - 1)
        found += list(csv.reader(io.StringIO(reply.text)))[1:]
        following = re.search(r'<([^>]*)>; rel="next"', reply.headers["link"])
        address = following[1] if following else None
    assert found == whole[1:]
    assert len(found) > 20
    for format_, kind in (("json", QueryResultsFormat.JSON), ("tsv", QueryResultsFormat.TSV)):
        whole_text = get(endpoint, f"/questions/{LISTED}", format=format_).text
        every = [str(row) for row in parse_query_results(whole_text.encode(), kind)]  # type: ignore[union-attr]
        part = get(endpoint, f"/questions/{LISTED}", format=format_, offset="3", limit="4")
        assert [str(row) for row in parse_query_results(part.text.encode(), kind)] == every[3:7]  # type: ignore[union-attr]
    assert "after" not in get(endpoint, f"/questions/{LISTED}", offset="99999", limit="1").detail


def test_what_a_client_has_is_not_sent_again(endpoint: Endpoint) -> None:
    for path in (f"/questions/{NAME}", "/questions", "/openapi.json", "/things/FES", f"/questions/{NAME}/explain"):
        reply = get(endpoint, path)
        assert reply.status == 200, reply
        tag = reply.headers["etag"]
        for header in (tag, f'"x", W/{tag}', "*"):
            again = endpoint.send("GET", path, If_None_Match=header)
            assert (again.status, again.text, again.headers["etag"]) == (304, "", tag)
        assert endpoint.send("GET", path, If_None_Match='"other"').status == 200
        assert endpoint.send("HEAD", path).headers["content-length"] == reply.headers["content-length"]
    assert (
        get(endpoint, f"/questions/{NAME}", format="tsv").headers["etag"]
        != get(endpoint, f"/questions/{NAME}").headers["etag"]
    )


@pytest.mark.parametrize(
    ("path", "status", "words", "near"),
    [
        ("/questions/guidelines-by-bodysite", 404, "There is no saved query", NAME),
        ("/questions/", 404, "There is no saved query", ""),
        (f"/questions/{NAME}/explian", 404, "There is nothing at", "explain"),
        (f"/questions/{NAME}?sit=lung", 400, "There is no parameter 'sit'", "site"),
        (f"/questions/{NAME}?site=lungg", 400, "did you mean lung?", ""),
        (f"/questions/{NAME}?site=lung&site=liver", 400, "is given twice", ""),
        (f"/questions/{NAME}?limit=0", 400, "limit takes a whole number from 1", ""),
        (f"/questions/{NAME}?limit=x", 400, "limit takes a whole number from 1", ""),
        (f"/questions/{NAME}?offset=500", 400, "offset takes", ""),
        (f"/questions/{NAME}?format=xls", 406, "choose csv, tsv, json", "csv"),
        (f"/questions/{NAME}?row=1", 400, "There is no parameter 'row'", ""),
        (f"/questions/{NAME}/explain?row=0", 400, "row takes a whole number", ""),
        (f"/questions/{NAME}/explain?row=999", 404, "There is no row 999", ""),
        ("/questions/is-agent-named?limit=1", 400, "yes or no", ""),
        ("/questions?topik=agents", 400, "There is no parameter 'topik'", "topic"),
        ("/questions?topic=agent", 400, "There is no topic 'agent'", "agents"),
        ("/things/no-such-thing-anywhere", 404, "Nothing in the graph is called", ""),
        ("/things/", 404, "The name is empty", ""),
        ("/audit", 405, "use OPTIONS, POST", ""),
        ("/openapi.jsn", 404, "There is nothing at", "/openapi.json"),
    ],
)  # fmt: skip
def test_problems_say_what_is_near(open_endpoint: Endpoint, path: str, status: int, words: str, near: str) -> None:
    reply = get(open_endpoint, path)
    assert reply.status == status
    assert words in reply.detail
    assert near == "" or near in json.loads(reply.text)["near"]


def test_federated_questions_are_not_asked(endpoint: Endpoint) -> None:
    federated = next(one for one in questions.records() if one["service"])
    assert "asks no other" in get(endpoint, f"/questions/{federated['name']}").detail
    assert f"/questions/{federated['name']}" not in get(endpoint, "/openapi.json").text


def test_catalogue_and_description_are_those_of_the_headers(endpoint: Endpoint) -> None:
    assert json.loads(get(endpoint, "/questions").text) == questions.records()
    lung = json.loads(get(endpoint, "/questions", words="lung guidelines", topic="guidelines").text)
    assert lung[0]["topic"] == "guidelines"
    described = json.loads(get(endpoint, "/openapi.json").text)
    assert described["openapi"] == "3.1.0"
    assert set(described["paths"]) >= {f"/questions/{one['name']}" for one in RECORDS}


def test_explanations_things_and_audits_are_those_of_the_command(endpoint: Endpoint, imt: Imt, tmp_path: Path) -> None:
    explained = get(endpoint, f"/questions/{NAME}/explain", row="2")
    assert explained.text == imt("explain", NAME, "--row", "2", "--format", "json").stdout
    for thing in ("FES", "18F FES", "agent:fes", "https://w3id.org/imaging-trials/id/agent/fes"):
        shown = get(endpoint, f"/things/{quote(thing, safe='')}", accept="text/plain")
        assert shown.text == imt("show", thing).stdout, thing
    assert get(endpoint, "/things/FES", accept="text/turtle").text == imt("show", "FES", "--format", "ttl").stdout
    assert json.loads(get(endpoint, "/things/agent:fes").text)["thing"]["iri"].endswith("/id/agent/fes")
    doi = "10.1148/radiol.2017161659"
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        sent = endpoint.send("POST", "/audit?on=2026-01-01", doi.encode(), Content_Type=kind, Accept="text/csv")
        (tmp_path / "list").write_text(doi)
        here = imt("audit", str(tmp_path / "list"), "--as-of", "2026-01-01", "--format", "csv").stdout
        assert sent.text.splitlines() == here.splitlines()
    assert endpoint.send("POST", "/audit", b"").status == 400
    assert endpoint.send("POST", "/audit?on=1.1.2026", doi.encode()).status == 400
    assert endpoint.send("POST", "/audit", b"\x89PNG\r\n", Content_Type="image/png").status == 415


def test_the_site_is_served_beside_the_questions(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "questions").mkdir(parents=True)
    (site / "index.html").write_text("<p>home")
    (site / "questions" / f"{NAME}.html").write_text("<p>page of a question")
    (site / "engine.wasm").write_bytes(b"\0asm")
    (tmp_path / "secret").write_text("secret")
    (site / "out").symlink_to(tmp_path / "secret")
    with serving("--site", str(site)) as running:
        assert get(running, "/").text == "<p>home"
        assert get(running, "/engine.wasm").type == "application/wasm"
        assert get(running, f"/questions/{NAME}", accept="text/html").text == "<p>page of a question"
        assert get(running, f"/questions/{NAME}.html").text == "<p>page of a question"
        assert get(running, f"/questions/{NAME}").type.startswith("text/csv")
        assert get(running, "/query", accept="text/html").text.count("<textarea") == 1
        for path in ("/out", "/../secret", "/%2e%2e/secret", "/site/../../secret", "/nothing", "/" + "x" * 5000):
            reply = get(running, path)
            assert (reply.status, reply.text == "secret") == (404, False), path


@pytest.mark.prove
def test_other_data_are_served_beside_the_graph(tmp_path: Path, imt: Imt) -> None:
    (tmp_path / "own.ttl").write_text(
        "@prefix imt: <https://w3id.org/imaging-trials/vocab#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> ."
        '<https://example.org/a> a imt:PharmaceuticalAgent ; skos:prefLabel "my own agent"@en .'
    )
    with serving("--data", str(tmp_path / "own.ttl")) as running:
        ask = urlencode({"query": "ASK { <https://example.org/a> a ?kind }"})
        assert json.loads(get(running, f"/query?{ask}").text)["boolean"] is True
        shown = get(running, "/things/my%20own%20agent", accept="text/plain").text
        assert shown == imt("show", "my own agent", "--data", str(tmp_path / "own.ttl")).stdout
        assert running.send("GET", "/health").status == 200
        for worker in running.workers():
            os.kill(worker, signal.SIGKILL)
        assert until(lambda: get(running, "/things/my%20own%20agent").status == 200)
