"""Parts of an answer, and the words for what is left."""

import pytest
from pyoxigraph import Literal, NamedNode, Store

from imaging_trials import questions
from rdfkit.base import UserError


@pytest.mark.parametrize(
    ("total", "offset", "limit", "words"),
    [
        (0, 0, 60, "no rows"),
        (1, 0, 60, "1 row, complete"),
        (60, 0, 60, "60 rows, complete"),
        (214, 0, 60, "rows 1 to 60 of 214; ask with offset=60"),
        (214, 60, 60, "rows 61 to 120 of 214; ask with offset=120"),
        (214, 180, 60, "rows 181 to 214 of 214; the last"),
    ],
)
def test_a_part_says_what_is_left(total: int, offset: int, limit: int, words: str) -> None:
    assert questions.part(total, offset, limit).words() == words


@pytest.mark.parametrize(("total", "offset"), [(0, 1), (5, 5), (5, -1)])
def test_an_offset_without_rows_is_refused(total: int, offset: int) -> None:
    with pytest.raises(UserError, match="offset takes"):
        questions.part(total, offset, 10)


def test_a_limit_without_rows_is_refused() -> None:
    with pytest.raises(UserError, match="limit takes"):
        questions.part(5, 0, 0)


def test_csv_has_curies_and_quotes() -> None:
    row = (NamedNode("https://w3id.org/imaging-trials/id/agent/fes"), Literal('a "b", c'), None, Literal("1\n2"))
    assert questions.csv_lines(("a", "b", "c", "d"), [row]) == ["a,b,c,d", 'agent:fes,"a ""b"", c",,"1\n2"']


def test_triples_and_booleans_are_rows() -> None:
    store = Store()
    assert questions.rows_of(store.query("ASK {}")) == (("answer",), [("true",)])
    made = store.query("CONSTRUCT { <urn:b> <urn:p> 1 . <urn:a> <urn:p> 1 } WHERE {}")
    columns, rows = questions.rows_of(made)
    assert columns == ("subject", "predicate", "object")
    assert [str(row[0]) for row in rows] == ["<urn:a>", "<urn:b>"]
