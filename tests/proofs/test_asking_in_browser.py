"""The pages that ask, in a browser: every saved question, parameters, own SPARQL, errors, stop, explanations, keyboard.

Chromium is driven as in ``test_site_in_browser.py``. The engine in the page is the npm package of Oxigraph, not the one
of the command, so answers and explanations are compared with those of the command.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

from imaging_trials import views
from imaging_trials.model.project import PROJECT
from imaging_trials.site.questions import MAX_ROWS
from imaging_trials.site.typography import typeset
from rdfkit.sparql import saved, snapshots
from rdfkit.stores.embedded import open_store
from tests.conftest import Show
from tests.support.tours import needs_browser, seen_on_tour

pytestmark = [
    pytest.mark.prove,
    pytest.mark.xdist_group("site"),
    needs_browser,
]

Term = NamedNode | Literal | BlankNode


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def seen(site: Path) -> dict[str, Any]:
    """Return what a tour of the pages saw."""
    return seen_on_tour("ask_tour", site, seconds=1500)


def term(value: dict[str, str] | None) -> Term | None:
    """Return a term of the page as one of pyoxigraph."""
    if value is None:
        return None
    if value["type"] == "uri":
        return NamedNode(value["value"])
    if value["type"] == "bnode":
        return BlankNode(value["value"])
    if "xml:lang" in value:
        return Literal(value["value"], language=value["xml:lang"])
    return (
        Literal(value["value"], datatype=NamedNode(value["datatype"]))
        if "datatype" in value
        else Literal(value["value"])
    )


def row(values: list[dict[str, str] | None]) -> tuple[str, ...]:
    return tuple(str(term(value)) for value in values)


def test_every_question_has_its_committed_answer(seen: dict[str, Any], store: Store) -> None:
    """Values are the same, and their order if the query gives one, for all questions that ask the graph alone.

    A question whose header names data has its committed answer over made-up records, which the page has not: it gives
    what the command gives without ``--data``.
    """
    found = seen["every question"]["answers"]
    queries = [query for query in saved.read_all(PROJECT) if not query.service]
    assert [query.id for query in sorted(queries, key=lambda one: f"{one.id}.html")] == list(found)
    differ = []
    for query in queries:
        answer = found[query.id]
        assert "error" not in answer, (query.id, answer)
        assert answer["dataset"] == query.dataset
        if query.data:
            ending, asked = snapshots.answer(PROJECT, store, query)
            assert (ending, answer["form"]) == (".tsv", "SELECT")
            alone = parse_query_results(asked, format=QueryResultsFormat.TSV)
            assert isinstance(alone, QuerySolutions)
            if [tuple(str(one) for one in solution) for solution in alone] != [row(one) for one in answer["rows"]]:
                differ.append(query.id)
            continue
        if answer["form"] == "ASK":
            is_same = (
                query.answer_stem.with_name(f"{query.id}.txt").read_text() == f"{str(answer['boolean']).lower()}\n"
            )
        elif answer["form"] == "SELECT":
            data = query.answer_stem.with_name(f"{query.id}.tsv").read_bytes()
            solutions = parse_query_results(data, format=QueryResultsFormat.TSV)
            assert isinstance(solutions, QuerySolutions)
            names = [one.value for one in solutions.variables]
            ours = [tuple(str(one) for one in solution) for solution in solutions]
            theirs = [row(one) for one in answer["rows"]]
            is_ordered = "ORDER BY" in query.text
            is_same = names == answer["variables"] and (
                ours == theirs if is_ordered else sorted(ours) == sorted(theirs)
            )
        else:
            data = query.answer_stem.with_name(f"{query.id}.nt").read_bytes()
            triples = {
                (str(one.subject), str(one.predicate), str(one.object)) for one in parse(data, RdfFormat.N_TRIPLES)
            }
            is_same = triples == {row(one) for one in answer["triples"]} and len(triples) == len(answer["triples"])
        if not is_same:
            differ.append(query.id)
    assert differ == []
    assert len(queries) > 180


def test_the_page_has_the_whole_graph(seen: dict[str, Any], store: Store) -> None:
    loaded = seen["every question"]["loaded"]
    assert loaded["quads"] == len(store)
    assert loaded["graphs"] == sorted(graph.value for graph in store.named_graphs() if isinstance(graph, NamedNode))


def test_a_row_is_explained_as_the_command_does(seen: dict[str, Any], store: Store, show: Show) -> None:
    """The same statements with the same sources, for the first row of every fourth question."""
    reasons = {name: found for name, found in seen["every question"]["reasons"].items() if found}
    sources = 0
    for name, found in reasons.items():
        query = saved.find(PROJECT, name)
        ours = views.explain_row(store, query.id, query.text, query.dataset, 1)
        quads = {(*row(one[:3]), one[3]) for one in found["statements"]}
        expected = {(str(q.subject), str(q.predicate), str(q.object), q.graph_name.value) for q in of(ours)}
        assert quads == expected, name
        assert found["absence"] == ours.depends_on_absence, name
        labels = [[typeset(one.source.label) for one in s.provenance if one.source] for s in ours.statements]
        assert in_order(line[4] for line in found["shown"]) == in_order(map(", ".join, labels)), name
        sources += sum(map(len, labels))
    show("explained in the page", [f"{len(reasons)} rows, {sources} sources"])
    assert len(reasons) > 30
    assert sources > 50


def of(found: views.Explanation) -> list[Any]:
    return [one.quad for one in found.statements]


def in_order(lines: Iterable[str]) -> list[list[str]]:
    """Return the labels of each line, sorted."""
    return sorted(sorted({*line.split(", ")}) for line in lines)


def test_parameters_have_an_address(seen: dict[str, Any]) -> None:
    """Another value is asked, has an address that can be sent, and can be left and reached by back and forward."""
    found = seen["parameters"]
    zirconium = ["[⁸⁹Zr]-panitumumab", "[⁸⁹Zr]-panitumumab", "Explain"]
    assert found["stored"] > 5
    assert found["address"] == "question/agents-of-a-radionuclide.html?radionuclide=nuclide:zr-89"
    assert found["asked"] == found["forward"] == found["link"] == [zirconium]
    assert "(<https://w3id.org/imaging-trials/id/radionuclide/zr-89>)" in found["text"]
    assert found["back"] == [False, "nuclide:f-18"]
    assert found["editor"] == [[zirconium[:2]], "asserted", found["text"]]


def test_a_row_is_explained_on_demand(seen: dict[str, Any]) -> None:
    found = seen["parameters"]
    assert [line[1:4] for line in found["why"]] == [
        ["skos:prefLabel", "[⁸⁹Zr]-panitumumab", "page"],
        ["has radionuclide", "zirconium-89", "page"],
    ]
    assert found["focus"] == "why"


def test_values_are_taken_as_the_command_takes_them(seen: dict[str, Any], store: Store) -> None:
    def lines(name: str, **settings: str) -> int:
        query = saved.find(PROJECT, name)
        return snapshots.answer(PROJECT, store, query, saved.bind(PROJECT, query, settings, store))[1].count(b"\n")

    found = seen["values"]
    assert found["a name"] == f"{lines('added-to-the-page', thing='Fluorine-18') - 1} rows."
    assert found["a local name"] == f"{lines('agent-dossier', agent='FES')} statements."
    assert found["another kind"].endswith("give a name with the prefix agent:.")
    assert found["no name"] == "The graph has nothing called “zzz” with the prefix agent:."
    assert found["several things"] == "“approved” names appstatus:approved, regstatus:approved: give one of these."
    assert (found["a string"], found["another string"]) == ("0 rows.", "1 row.")
    assert found["no day"] == "Give a day, such as 2014-03-31."


def test_own_sparql_gives_a_table_and_files(seen: dict[str, Any], store: Store) -> None:
    found = seen["own"]
    assert found["first"] > 3
    data = found["files"]
    solutions = parse_query_results(data["answer.json"].encode(), format=QueryResultsFormat.JSON)
    assert isinstance(solutions, QuerySolutions)
    rows = [tuple(solution) for solution in solutions]
    assert [typeset(name.value) for _, name in rows] == [line[1] for line in found["rows"]]
    assert len(rows) > 20
    lines = list(csv.reader(io.StringIO(data["answer.csv"], newline="")))
    assert lines == [["agent", "name"], *([agent.value, name.value] for agent, name in rows)]
    assert found["identifiers"][0].endswith("\nagent:naf")
    triples = {Triple(one.subject, one.predicate, one.object) for one in parse(found["turtle"], RdfFormat.TURTLE)}
    assert len(triples) > 10
    assert all(next(store.quads_for_pattern(one.subject, one.predicate, one.object), None) for one in triples)
    assert found["ask"] == ["Yes.", '{"head":{},"boolean":true}']


def test_the_address_keeps_query_and_dataset(seen: dict[str, Any]) -> None:
    found = seen["own"]
    assert "#query=SELECT" in found["address"]
    assert found["back"] == ["Yes.", "page"]
    assert 0 < found["link"][0] < len(found["rows"])
    assert found["link"][1] == "page"


def test_texts_of_an_answer_are_no_markup(seen: dict[str, Any]) -> None:
    rows, images, links = seen["own"]["hostile"]
    assert rows == [["<img src=x onerror=alert(1)>", "javascript:alert(1)"]]
    assert (images, links) == (0, 0)


def test_an_error_has_its_place(seen: dict[str, Any]) -> None:
    """The place where the engine stops, the line with a mark, and the place where the grammar stops."""
    found = seen["errors"]
    assert found["grammar"].startswith("Line 4, column 11: The query cannot be read before “gent)”")
    assert "already stops at line 4, column 3" in found["grammar"]
    assert (found["line"], found["marked"], found["marked by the grammar"]) == ("gent)", ["gent)"], ["FILTR(?agent)"])
    assert found["prefix"].startswith("Line 2, column 16: The prefix foaf2: is not declared")
    assert found["update"].startswith("DELETE is an update")
    assert found["service"].startswith("SERVICE asks another server")
    assert found["nothing"].startswith("There is no query")


def test_stop_ends_the_engine(seen: dict[str, Any]) -> None:
    """A query that would take hours is stopped at once, its worker ends, and a fresh one answers."""
    found = seen["stopped"]
    assert found["before"] == ["Asking …", 1]
    assert found["after"] == [True, 0]
    assert found["next"] == [len(seen["own"]["rows"]), 1]


def test_the_keyboard_is_enough(seen: dict[str, Any]) -> None:
    found = seen["keyboard"]
    assert found["written"] == "SELECT ?agent WHERE { ?agent imt:hasTarget target:psma}"
    assert found["next"] == "dataset"
    assert found["rows"] > 2
    assert [found[name] for name in ("editor", "table", "field", "button", "explain")] == [True] * 5
    assert found["why"] == ["why", "Why row 1 is in the answer"]


def test_other_ways_to_open_the_pages(seen: dict[str, Any]) -> None:
    """From a file and without scripts the page says what is missing; without the editor a text area does."""
    found = seen["otherwise"]
    words, is_disabled = found["file"]
    assert "python -m http.server 8000" in words
    assert is_disabled
    assert "python -m http.server 8000" in found["question from a file"][0]
    assert found["question from a file"][1] == 12
    assert "needs JavaScript" in found["without scripts"]
    assert found["question without scripts"][0] is False
    assert 0 < found["question without scripts"][1] <= MAX_ROWS
    assert found["without the editor"] == [["query", 99], len(seen["own"]["rows"])]
    assert found["encoded"] == len(seen["own"]["rows"])


def test_nothing_breaks_the_policy_or_fails(seen: dict[str, Any]) -> None:
    assert seen["said"] == []


def test_no_request_leaves_the_site(seen: dict[str, Any]) -> None:
    assert seen["asked elsewhere"] == []


def test_pages_that_ask_are_usable(seen: dict[str, Any]) -> None:
    """Nothing is wider than the window, and axe-core finds nothing serious: with an answer, an error, a reason."""
    assert seen["looks"] == {"too wide": [], "axe": {}}
