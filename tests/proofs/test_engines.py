"""The same answers in five engines, for real: each is loaded, asked every saved query, and read back.

`make prove` prints the table of engines by topics at its end.
"""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, example, given, settings

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import named_graphs
from rdfkit.sparql import saved
from rdfkit.stores import sparql_client
from tests.conftest import Show
from tests.support import hostile
from tests.support.engines import conformance, jena
from tests.support.engines.conformance import ENGINES, Engine
from tests.support.servers import raw_server

pytestmark = [pytest.mark.xdist_group("jvm"), pytest.mark.filterwarnings("ignore:Dataset.*:DeprecationWarning")]

ECHO = saved.parse(
    PROJECT,
    Path("queries/page/echo.rq"),
    """\
#+ summary: What arrives of a value?
#+ description: One row with the value and its length.
#+ tags: [tests]
#+ dataset: asserted
#+ parameters:
#+   - name: value
#+     type: string
#+     default: x
#+     examples: [y]
#+     description: any text
#+ may-be-empty: false
#+ mutation:
#+   - add: edition:x imt:printedTitle "x"
#+     graph: page
#+ expected-diff: {lost: 0, gained: 1}
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT ?value ?length ?ontology
WHERE {
  VALUES (?value) { ("x") }
  ?ontology a owl:Ontology .
  BIND (STRLEN(?value) AS ?length)
}
ORDER BY ?ontology
""",
)


@pytest.fixture(scope="module")
def outcomes() -> list[conformance.Outcome]:
    """Return a list that collects the outcome of each engine."""
    return []


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return conformance.release(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module", params=ENGINES, ids=lambda start: start.__name__)
def engine(request: pytest.FixtureRequest, file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with request.param(file, tmp_path_factory.mktemp("engine")) as started:
        yield started


@pytest.mark.prove
def test_saved_queries_give_the_same_rows_in_every_engine(
    engine: Engine, outcomes: list[conformance.Outcome], show: Show
) -> None:
    """Every saved query with every example gives the same rows in every engine."""
    outcome = conformance.compare(engine)
    outcomes.append(outcome)
    if len(outcomes) == len(ENGINES):
        show("engines by saved queries", conformance.table(outcomes))
    assert {setting.name: sentence for setting, sentence in outcome.differing.items()} == {}
    assert outcome.asked.total() == len(conformance.settings()) > 300


@pytest.mark.prove
def test_no_string_changes_anything_but_itself_in_any_engine(engine: Engine) -> None:
    queries = [saved.find(PROJECT, name) for name in ("is-agent-named", "article-of-doi", "articles-of-author-name")]

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(hostile.strings())
    def check(value: str) -> None:
        for query in (ECHO, *queries):
            text = saved.bind(PROJECT, query, {query.parameters[0].name: value})
            setting = conformance.Setting(query, value, text)
            found = engine.ask(text, named_graphs.dataset(PROJECT, conformance.graph(), query.dataset))
            assert found == conformance.expected(setting)
            if query is ECHO:
                assert [dict(row)["value"] for row in found] == [ox.Literal(value)]  # type: ignore[call-overload]

    for value in hostile.INJECTIONS:
        check = example(value)(check)
    check()


@pytest.mark.prove
def test_every_engine_returns_the_dataset_that_was_loaded(engine: Engine) -> None:
    fingerprint = conformance.fingerprint_by_value if engine.by_value else conformance.fingerprint
    assert fingerprint(engine.read()) == fingerprint(conformance.graph())


@pytest.mark.prove
def test_an_engine_that_lacks_one_triple_is_detected(file: Path, tmp_path: Path) -> None:
    """An engine that lacks one triple differs in rows and in fingerprint."""
    lacking = ox.Store()
    lacking.extend(conformance.graph())
    lost = next(quad for quad in lacking if quad.predicate.value.endswith("#nameAsPrinted"))
    lacking.remove(lost)
    other = tmp_path / "lacking.nq"
    lacking.dump(str(other), ox.RdfFormat.N_QUADS)
    with conformance.in_pyoxigraph(file, tmp_path) as whole, conformance.in_pyoxigraph(other, tmp_path) as engine:
        outcome = conformance.compare(engine)
        assert any("rows lost" in sentence for sentence in outcome.differing.values())
        assert conformance.fingerprint(engine.read()) != conformance.fingerprint(whole.read())
    lines = "\n".join(conformance.table([outcome]))
    assert f"\ndiffering{len(outcome.differing):>{len(lines.splitlines()[0]) - len('differing')}}\n" in lines


def test_a_fingerprint_ignores_blank_node_labels_only() -> None:
    """A fingerprint depends on datatype, language and graph, but not on the label of a blank node."""

    def of(value: str, graph: str = "<urn:g>") -> str:
        text = f"<urn:s> <urn:p> {value} {graph} ."
        return conformance.fingerprint(ox.parse(text, ox.RdfFormat.N_QUADS))

    integer = '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert len({of('"1"'), of('"1"@en'), of(integer), of('"1"', "<urn:h>"), of("_:a")}) == 5
    assert of("_:a") == of("_:b")


def test_rows_differ_where_their_datatype_language_or_order_does() -> None:
    def rows(values: str) -> conformance.Rows:
        answer = ox.Store().query(f"SELECT ?x {{ VALUES ?x {{ {values} }} }}")
        return conformance.rows_of(answer)

    assert rows("1 2") != rows("2 1")
    assert len({str(rows(value)) for value in ("1", '"1"', '"1"@en', "1.0", "true", "<urn:1>")}) == 6


@pytest.mark.prove
def test_jena_s_strict_parser_names_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text(
        '<urn:example:a> <urn:example:p> "2013-02-30"^^<http://www.w3.org/2001/XMLSchema#date> .\n<urn:example:a> .\n'
    )
    warning, fatal = jena.parse_strict(file)
    assert warning == "warning 1:33: Lexical form '2013-02-30' not valid for datatype XSD date"
    assert fatal.startswith("fatal 2:17: ")
    file.write_text("<urn:example:a> <urn:example:p> 1 .\n")
    assert jena.parse_strict(file) == []


@pytest.mark.prove
def test_jena_counts_the_triples_of_each_graph(file: Path) -> None:
    counts = {name.value: 0 for name in named_graphs.dataset(PROJECT, conformance.graph(), "all")}
    for quad in conformance.graph():
        assert isinstance(quad.graph_name, ox.NamedNode)
        counts[quad.graph_name.value] += 1
    assert jena.count(jena.load(file)) == counts


def answered(body: str, text: str) -> conformance.Rows:
    """Return the rows that we read from a server's SPARQL JSON."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall((head + body).encode())

    with raw_server(serve) as url:
        return conformance.rows_of(sparql_client.ask_endpoint(url, text, timeout=10))


@pytest.mark.parametrize("rows", ["", '{"__ASK_RETVAL": {"type": "literal", "value": "1"}}'])
def test_what_virtuoso_answers_to_ask_is_a_boolean(rows: str) -> None:
    body = f'{{"head": {{"vars": ["__ASK_RETVAL"]}}, "results": {{"bindings": [{rows}]}}}}'
    assert answered(body, "ASK {}") == [bool(rows)]


def test_rows_of_anything_else_are_no_answer_to_ask() -> None:
    with pytest.raises(UserError, match="answers an ASK query with rows"):
        answered('{"head": {"vars": ["x"]}, "results": {"bindings": []}}', "ASK {}")


def test_only_booleans_of_virtuoso_are_normalized() -> None:
    """Booleans as Virtuoso writes them become canonical, and nothing else changes."""
    xsd = "http://www.w3.org/2001/XMLSchema#"
    given = {"b": ("boolean", "1"), "c": ("boolean", "0"), "d": ("boolean", "true"), "i": ("integer", "1")}
    row = {name: {"type": "literal", "datatype": xsd + kind, "value": value} for name, (kind, value) in given.items()}
    body = json.dumps({"head": {"vars": list(given)}, "results": {"bindings": [row]}})
    wanted = {"b": ("boolean", "true"), "c": ("boolean", "false"), "d": ("boolean", "true"), "i": ("integer", "1")}
    assert answered(body, "SELECT * {}") == [
        tuple((name, ox.Literal(value, datatype=ox.NamedNode(xsd + kind))) for name, (kind, value) in wanted.items())
    ]


@pytest.mark.parametrize("results", ["[]", '{"bindings": 1}', '{"bindings": [1]}', '{"bindings": [{"x": 1}]}'])
def test_a_broken_answer_with_a_boolean_gets_a_sentence(results: str) -> None:
    body = f'{{"head": {{"vars": ["x"]}}, "note": "http://www.w3.org/2001/XMLSchema#boolean", "results": {results}}}'
    with pytest.raises(UserError, match="invalid application/sparql-results"):
        answered(body, "SELECT * {}")
