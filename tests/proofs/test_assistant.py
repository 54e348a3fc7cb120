"""``imt mcp`` through a client: every saved question, every error, and questions in plain words.

The SDK wants an environment of its own: `make prove` names its Python in IMT_DOORS.
"""

import json
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from imaging_trials import questions
from tests.conftest import ROOT
from tests.support import doors

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("doors"), doors.needs_doors]

SECONDS = 60
"""A server that gives no answer for so long is ended, so that the test fails and does not wait."""

ASKED = ROOT / "tests" / "fixtures" / "asked.toml"


def committed(query: Any) -> list[list[str]]:
    """Return the committed answer as the rows of a reply."""
    ending, data = questions.committed_answer(query) or ("", b"")
    if ending == ".txt":
        return [["answer"], [data.decode().strip()]]
    if ending == ".nt":
        triples = [(one.subject, one.predicate, one.object) for one in parse(data, RdfFormat.N_TRIPLES)]
        return [["subject", "predicate", "object"], *map(questions.texts_of, triples)]
    columns, rows = questions.rows_of(parse_query_results(data, format=QueryResultsFormat.TSV))
    return [list(columns), *map(questions.texts_of, rows)]


def test_every_saved_question_has_its_committed_answer() -> None:
    own = [one for one in questions.every() if questions.committed_answer(one) and not questions.record(one)["data"]]
    wanted = {one.id: committed(one) for one in own}
    assert len(wanted) > 150
    answered = doors.whole_answers([*wanted])
    assert {name for name, rows in wanted.items() if answered[name] != rows} == set()


class Raw:
    """A server spoken to line by line: every line that it writes must be a message."""

    def __init__(self) -> None:
        command = [doors.PYTHON, "-m", "imaging_trials", "mcp"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=doors.environment(), text=True,
        )  # fmt: skip
        self.watch = threading.Timer(SECONDS, self.process.kill)
        self.watch.start()
        self.number = 0
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
        assert "result" in self.ask("initialize", hello)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def send(self, message: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write((message if isinstance(message, str) else json.dumps(message)) + "\n")
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        message = json.loads(line)
        assert message["jsonrpc"] == "2.0", line
        return dict(message)

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        while (message := self.receive()).get("id") != self.number:
            pass
        return message


@pytest.fixture
def raw() -> Iterator[Raw]:
    server = Raw()
    yield server
    server.watch.cancel()
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(30) == 0
    assert server.process.stdout is not None
    assert server.process.stdout.read() == "", "nothing but messages"


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("find_thing", {"name": ""}, "The name is empty"),
    ("find_thing", {"name": "zzyzx"}, "Nothing in the graph is called 'zzyzx'"),
    ("find_thing", {"name": "a"}, "may mean"),
    ("find_thing", {"name": "x" * 100_000}, "more than any name"),
    ("find_thing", {"name": "fes", "offset": 10_000}, "offset takes"),
    ("find_thing", {}, "name: field required"),
    ("find_thing", {"name": 1}, "should be a valid string"),
    ("find_thing", {"nmae": "fes"}, "did you mean name"),
    ("list_questions", {"topic": "agent"}, "did you mean agents"),
    ("list_questions", {"limit": 0}, "greater than or equal to 1"),
    ("list_questions", {"offset": -1}, "offset takes"),
    ("ask", {"question": "documents-of-agent"}, "did you mean documents-of-an-agent"),
    ("ask", {"question": "documents-of-an-agent", "agent": "fes"}, "go into 'parameters'"),
    ("ask", {"question": "documents-of-an-agent", "parameters": "fes"}, "should be a valid dictionary"),
    ("ask", {"question": "documents-of-an-agent", "parameters": {"agnt": "fes"}}, "did you mean agent"),
    ("ask", {"question": "documents-of-an-agent", "parameters": {"agent": "fe"}}, "did you mean fet or fes"),
    ("ask", {"question": "documents-of-an-agent", "parameters": {"agent": ["fes"]}}, "one value, not a list"),
    ("ask", {"question": "documents-of-an-agent", "parameters": {"agent": {"a": 1}}}, "one value, not a list"),
    ("ask", {"question": "documents-of-an-agent", "offset": 999}, "offset takes"),
    ("ask", {"question": "elapsed-half-lives", "parameters": {"minutes": "soon"}}, "give a whole number"),
    ("ask", {"question": "superseded-on-day", "parameters": {"on": "2020"}}, "give a day"),
    ("explain", {"question": "agents", "row": 100_000}, "row"),
    ("explain", {"question": "agents", "row": "first"}, "should be a valid integer"),
    ("describe_vocabulary", {"term": "agent:fes"}, "no term of the vocabulary"),
    ("describe_vocabulary", {"term": "imt:isDocumentsOf"}, "imt:isDocumentOf"),
    ("run_sparql", {"query": "SELECT"}, "line"),
    ("run_sparql", {"query": ""}, "There is no query"),
    ("run_sparql", {"query": "DELETE WHERE { ?s ?p ?o }"}, "read-only"),
    ("run_sparql", {"query": "SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }"}, "does not use the network"),
    ("run_sparql", {"query": "SELECT * { ?s ?p ?o . ?a ?b ?c . ?d ?e ?f }"}, "ask for less"),
    ("run_sparql", {"query": "ASK {}", "dataset": "none"}, "There is no dataset 'none'"),
    ("validate_turtle", {"turtle": "<a> <b>"}, "text.ttl"),
    ("validate_turtle", {"turtle": "#" * 300_000}, "the limit is 200,000"),
    ("audit_references", {"references": ""}, "list"),
    ("audit_references", {"references": "10.1/x", "on": "yesterday"}, "YYYY-MM-DD"),
    ("no_such_tool", {}, "There is no tool 'no_such_tool'"),
]


def test_every_error_keeps_the_channel_parseable(raw: Raw) -> None:
    """Each error is a reply that says what is wrong; after them, and after broken messages, the server answers."""
    for tool, arguments, wanted in WRONG:
        result = raw.ask("tools/call", {"name": tool, "arguments": arguments})["result"]
        text = result["content"][0]["text"]
        assert result["isError"], (tool, arguments, text)
        assert wanted in text, (tool, arguments, text)
        assert "Next: " in text or "choose one of" in text or "did you mean" in text or "'parameters'" in text, text
        assert "Unexpected error" not in text
        assert "Traceback" not in text
        assert len(text) < 3000, text
    for broken in (
        "{",
        "null",
        "[]",
        '{"jsonrpc": "2.0"}',
        "x" * 1_000_000,
        '"\\ud800"',
        '{"id": 1, "method": "\\ud800"}',
    ):
        raw.send(broken)
    assert "error" in raw.ask("resources/read", {"uri": "imt://question/none"})
    assert "error" in raw.ask("prompts/get", {"name": "none"})
    assert "error" in raw.ask("no/method", {})
    result = raw.ask("tools/call", {"name": "ask", "arguments": {"question": "is-agent-named"}})["result"]
    assert not result.get("isError"), result


def test_unexpected_errors_are_sentences_too() -> None:
    """A store that breaks under the server gives a sentence with the kind of the error and the next call."""
    script = (
        "import sys\n"
        "from imaging_trials.cli.assistant import server, tools\n"
        "from rdfkit.stores import embedded\n"
        "from imaging_trials.model import PROJECT\n"
        "def broken(self, *_): print('noise'); raise ZeroDivisionError('by chance')\n"
        "tools.Tools.find_thing = broken\n"
        "server.serve(embedded.open_store(PROJECT))\n"
    )
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "find_thing", "arguments": {"name": "x"}},
        },
    ]
    with subprocess.Popen(
        [doors.PYTHON, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=doors.environment(), text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("".join(json.dumps(one) + "\n" for one in messages))
        process.stdin.flush()
        found = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        assert process.stdout.read() == ""
    text = found[1]["result"]["content"][0]["text"]
    assert "Unexpected error (ZeroDivisionError: by chance) in find_thing" in text
    assert "Next: find_thing" in text


def test_what_is_offered() -> None:
    [(_, text)] = doors.call_tools([("", {})])
    offered = json.loads(text)
    wanted = "ask audit_references describe_vocabulary explain find_thing list_questions run_sparql validate_turtle"
    assert sorted(offered["tools"]) == wanted.split()
    assert offered["instructions"].count("information, not medical advice") == 1
    assert text.count("medical advice") == 1
    resources = offered["resources"]
    assert {one.removeprefix("imt://question/") for one in resources if "/question/" in one} == {
        one.id for one in questions.every()
    }
    assert len([one for one in resources if "/vocabulary/" in one]) >= 15
    assert "imt://graph/page" in resources
    assert all(one.rstrip().split("\n")[-1].startswith("# Imaging Trials Graph ") for one in resources.values())
    assert sorted(offered["prompts"]) == ["check_my_guidelines", "open_a_trial"]
    assert all("Ignore this" in one for one in offered["prompts"].values())


def test_questions_in_plain_words_are_answered() -> None:
    """Each question of asked.toml is answered by the calls written there: the reply to the last one has the words."""
    asked = tomllib.loads(ASKED.read_text(encoding="utf-8"))["asked"]
    assert len(asked) >= 40
    calls = [(tool, arguments) for one in asked for call in one["calls"] for tool, arguments in call.items()]
    found = iter(doors.call_tools(calls))
    for one in asked:
        texts = [next(found) for _ in one["calls"]]
        assert not any(failed for failed, _ in texts), (one["question"], texts)
        for words in one["answer"]:
            assert words in texts[-1][1], (one["question"], words, texts[-1][1][:3000])
