"""Each saved question through five doors gives the same rows, and all doors describe it in the same words.

The doors are the command, Python, HTTP, the assistant's tools over stdio, and the plain SPARQL of the file sent to the
endpoint. The SDK for assistants wants an environment of its own: `make prove` names its Python in IMT_DOORS.
"""

import io
import json
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

import imaging_trials as it
from imaging_trials import questions
from imaging_trials.cli import main
from rdfkit.rdf import rdflib_adapter
from rdfkit.sparql import SavedQuery
from tests.conftest import ROOT, Show
from tests.support import doors

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("doors"), doors.needs_doors]

Rows = list[list[str]]
"""The head and the rows of an answer, IRIs as CURIEs, literals as their text."""

OWN = [one for one in questions.every() if not one.service]


def rows_of(data: str | bytes, form: str) -> Rows:
    """Return the rows of an answer in SPARQL JSON, or in N-Triples for a CONSTRUCT, whose order is free."""
    if form == "CONSTRUCT":
        triples = [(one.subject, one.predicate, one.object) for one in parse(data, RdfFormat.N_TRIPLES)]
        return [["subject", "predicate", "object"], *sorted(map(questions.texts_of, triples))]
    columns, rows = questions.rows_of(parse_query_results(data, format=QueryResultsFormat.JSON))
    return [list(columns), *map(questions.texts_of, rows)]


class Bytes(io.TextIOWrapper):
    """A standard output that keeps the bytes."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)


def by_command(query: SavedQuery, form: str, monkeypatch: pytest.MonkeyPatch) -> Rows:
    out = Bytes()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        assert main(["query", query.id, "--format", "nt" if form == "CONSTRUCT" else "json"]) in {0, 1}
    return rows_of(out.buffer.getvalue(), form)  # type: ignore[attr-defined]


def by_python(query: SavedQuery, form: str) -> Rows:
    found = it.query(query.id)
    if form == "ASK":
        return [["answer"], ["true" if found.askAnswer else "false"]]
    if form == "CONSTRUCT":
        triples = [tuple(map(rdflib_adapter.from_rdflib, one)) for one in found]  # type: ignore[arg-type]
        return [["subject", "predicate", "object"], *sorted(map(questions.texts_of, triples))]
    rows = [[None if one is None else rdflib_adapter.from_rdflib(one) for one in row] for row in found]  # type: ignore[arg-type, union-attr]
    return [[str(one) for one in found.vars or ()], *(questions.texts_of(tuple(row)) for row in rows)]


def fetched(address: str, data: bytes | None = None, **headers: str) -> bytes:
    request = urllib.request.Request(address, data, headers)
    with urllib.request.urlopen(request, timeout=600) as reply:
        return bytes(reply.read())


def by_http(base: str, query: SavedQuery, form: str) -> Rows:
    address = f"{base}/questions/{query.id}?format={'nt' if form == 'CONSTRUCT' else 'json'}"
    return rows_of(fetched(address), form)


def by_sparql(base: str, query: SavedQuery, form: str) -> Rows:
    """Ask the endpoint the text of the file, over the graphs of its dataset as the protocol names them."""
    from imaging_trials.model import PROJECT
    from rdfkit.stores import endpoint_graphs

    graphs = [("default-graph-uri", one.value) for one in endpoint_graphs(PROJECT, query.dataset)]
    graphs += [("named-graph-uri", one) for _, one in graphs]
    media = "application/n-triples" if form == "CONSTRUCT" else "application/sparql-results+json"
    sent = urllib.parse.urlencode([("query", query.text), *graphs]).encode()
    return rows_of(fetched(f"{base}/query", sent, Accept=media), form)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """Return the address of a running `imt serve`."""
    command = [sys.executable, "-m", "imaging_trials", "serve", "--port", "0", "--timeout", "600"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            said = ""
            while not (found := re.search(r"http://127\.0\.0\.1:[0-9]+", said)):
                line = process.stdout.readline()
                assert line, said
                said += line
            yield found[0]
        finally:
            process.terminate()
            process.wait(30)


def test_five_doors_give_the_same_rows(base: str, monkeypatch: pytest.MonkeyPatch, show: Show) -> None:
    assistant = doors.whole_answers([one.id for one in OWN])
    lines, different = [], {}
    for query in OWN:
        form = questions.form(query)
        answers = {
            "command": by_command(query, form, monkeypatch),
            "Python": by_python(query, form),
            "HTTP": by_http(base, query, form),
            "assistant": assistant[query.id],
            "SPARQL": by_sparql(base, query, form),
        }
        if form == "CONSTRUCT":
            head, *rows = answers["assistant"]
            answers["assistant"] = [head, *sorted(rows)]
        apart = [name for name, rows in answers.items() if rows != answers["command"]]
        if apart:
            different[query.id] = apart
        lines.append(
            f"{query.id}: {len(answers['command']) - 1} rows, {'differ: ' + ', '.join(apart) if apart else 'same'}"
        )
    show("Rows of each saved question through command, Python, HTTP, assistant and SPARQL", lines)
    assert len(OWN) > 150
    assert different == {}


def test_doors_describe_questions_in_the_same_words(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, types, defaults and texts of command, OpenAPI, HTTP and assistant are those of the header."""
    [(_, text)] = doors.call_tools([("", {})])
    resources = json.loads(text)["resources"]
    document = json.loads(fetched(f"{base}/openapi.json"))
    catalogue = {one["name"]: one for one in json.loads(fetched(f"{base}/questions", Accept="application/json"))}
    assert sorted(catalogue) == sorted(one["name"] for one in questions.records())
    for record in questions.records():
        assert catalogue[record["name"]] == record
        out = Bytes()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            assert main(["query", "--describe", record["name"]]) == 0
        described = out.buffer.getvalue().decode()  # type: ignore[attr-defined]
        read = resources[f"imt://question/{record['name']}"]
        for where in (described, read):
            assert record["title"] in where
            assert record["description"] in where
        if not record["service"]:
            operation = document["paths"][f"/questions/{record['name']}"]["get"]
            assert (operation["summary"], operation["description"]) == (record["title"], record["description"])
            own = {one["name"]: one for one in operation["parameters"] if "x-type" in one}
            assert list(own) == [one["name"] for one in record["parameters"]]
        for one in record["parameters"]:
            assert f"--param {one['name']}={one['default']}\n  {one['description']} ({one['type']})\n" in described
            assert f"parameter {one['name']} ({one['type']}) = {one['default']}: {one['description']}; " in read
            if not record["service"]:
                given = own[one["name"]]
                assert given["x-type"] == one["type"]
                assert given["description"].startswith(one["description"])
                assert str(given["schema"]["default"]).casefold() == one["default"].casefold()
