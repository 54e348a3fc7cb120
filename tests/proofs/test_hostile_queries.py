"""Dangerous queries: each is checked and linted, or refused in one line, within limits on time and memory."""

from collections.abc import Callable

import pytest
from pyoxigraph import Store

from imaging_trials.model.project import PROJECT
from rdfkit.base import sandbox
from rdfkit.base.errors import UserError
from rdfkit.sparql import guard, portability, results, saved
from rdfkit.stores import embedded
from tests.conftest import ROOT
from tests.support import hostile_texts
from tests.support.hostile_texts import is_accepted

pytestmark = pytest.mark.prove

MANY = 100_000

N = 480
QUERIES = {
    **{
        f"groups in groups overflowed the stack of the lint: {opening}":
        f"SELECT ?s {{ {opening * N}?s ?p ?o{closing * N} }}"
        for opening, closing in (
            ("{", "}"), ("OPTIONAL {", "}"), ("{ SELECT * {", "} }"), ("FILTER NOT EXISTS { ?s ?p ?o ", "}"),
            ("GRAPH ?g {", "}"),
        )
    },
    "brackets closed before they open": "SELECT * " + ")" * MANY + "{" * MANY,
    "columns that break off": "SELECT (AS",
    "a BIND that breaks off": "SELECT * { BIND",
    "a query of one word": "SELECT",
    "no token at all": "#+ id: x",
    "a name of dots took time by its square": "SELECT * { " + "a." * 30_000,
    "names that nearly ask a server": "SELECT * { " + "xservicea:" * 20_000,
    "words that nearly ask a server": "SELECT * { " + "xservice " * 20_000,
    "comparisons": "SELECT * { FILTER(" + "?a<?b" * 2000,
    "numbers as written": "SELECT ?x { VALUES ?x {" + "01.50 " * MANY + "} } ORDER BY ?x",
    "many servers took the lint time by their square": "SELECT ?x {" + "SERVICE ?x {} " * 2000 + "}",
    "wide and deep": "SELECT * {" + "?a ?b ?c BIND(?a AS ?d) {" * 45
    + "".join(f"?s{n} ?p{n} ?o{n} . " for n in range(5000)) + "}" * 45 + "}",
    "a base that is no address": "BASE <http://[> SELECT * FROM <x> {}",
    "strings that do not end": "SELECT * { FILTER(" + '"""a' * 20_001,
    "quoted triples": "SELECT * { ?s ?p " + "<<( ?a ?b " * 20_000,
    "NUL": 'SELECT * { ?s ?p "\0" }',
}  # fmt: skip


@pytest.mark.parametrize("name", QUERIES)
def test_a_dangerous_query_is_looked_at_and_linted_or_refused(name: str) -> None:
    text = QUERIES[name]

    def work(_: Callable[[object], None]) -> None:
        is_accepted(lambda: guard.check(text))
        is_accepted(
            lambda: (
                guard.names_its_dataset(text),
                guard.dataset_iris(text),
                guard.with_prefixes(text, PROJECT.prefixes),
            )
        )
        is_accepted(lambda: guard.asks_another_server(text))
        is_accepted(lambda: portability.findings(text))

    hostile_texts.in_fork(work, seconds=20)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT * { ?s " + "(" * N + "skos:broader" + "*)" * N + " ?o }",
        "SELECT * { ?s ?p " + "(" * N + "1" + ")" * N + " }",
        'SELECT * { BIND("x" AS ?a0) ' + "".join(f"BIND(CONCAT(?a{n},?a{n}) AS ?a{n + 1})" for n in range(50)) + "}",
    ],
    ids=["a product", "paths of paths", "lists in lists", "a string doubled 50 times"],
)
def test_a_query_that_never_ends_or_crashes_is_reported(text: str) -> None:
    """A query that never ends, or that crashes the engine, is stopped and reported in one line."""

    def answer() -> int:
        # No store of files: a forked process must not use one that was open before.
        list(results.ask(PROJECT, small, guard.with_prefixes(text, PROJECT.prefixes), "all"))  # type: ignore[arg-type]
        return 0

    small = Store()
    small.bulk_extend(embedded.open_store(PROJECT))
    small.optimize()
    with pytest.raises(UserError, match=r"not complete after 1 seconds: ask for less|stopped at this query"):
        sandbox.run(answer, 1, "ask for less")


def test_what_is_raised_in_a_process_apart_is_raised_here() -> None:
    def refuse() -> int:
        raise UserError("No.") from OSError("Corruption: x")

    def fail() -> int:
        raise KeyError("x")

    assert sandbox.run(lambda: 7, 20, "") == 7
    with pytest.raises(UserError, match=r"^No\.$"):
        sandbox.run(refuse, 20, "")
    with pytest.raises(RuntimeError, match="KeyError: 'x'"):
        sandbox.run(fail, 20, "")


def test_a_count_in_a_header_with_too_many_digits_is_refused() -> None:
    path = ROOT / "queries" / "guidelines" / "guidelines-by-body-site.rq"
    text = path.read_text(encoding="utf-8").replace("lost: 1", f"lost: {'9' * 5000}")
    assert not is_accepted(lambda: saved.parse(PROJECT, path, text))
