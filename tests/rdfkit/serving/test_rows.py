"""Rows within a written answer: counted and cut without reading a value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, QueryResultsFormat, QuerySolutions, Store, parse_query_results

from rdfkit.serving import rows
from rdfkit.sparql import parameters

JSON, XML, CSV, TSV = (
    QueryResultsFormat.JSON,
    QueryResultsFormat.XML,
    QueryResultsFormat.CSV,
    QueryResultsFormat.TSV,
)
PARTS = ['"', "\\", "{", "}", ",", '"}},{"', "\n", "\r\n", "<result>", "[]}}", "a", "é", "'", "\t"]
values = st.one_of(st.none(), st.lists(st.sampled_from(PARTS), max_size=6).map("".join))
tables = st.integers(0, 3).flatmap(lambda width: st.lists(st.lists(values, min_size=width, max_size=width), max_size=6))


def written(table: list[list[str | None]], kind: QueryResultsFormat) -> bytes:
    width = len(table[0]) if table else 1
    names = [f"v{n}" for n in range(width)]

    def cell(value: str | None) -> str:
        return "UNDEF" if value is None else parameters.serialize(Literal(value))

    lines = " ".join(f"({' '.join(map(cell, row))})" for row in table)
    answer = Store().query(f"SELECT * {{ VALUES ({' '.join('?' + name for name in names)}) {{ {lines} }} }}")
    assert isinstance(answer, QuerySolutions)
    return answer.serialize(format=kind) or b""


@settings(max_examples=60, deadline=None)
@given(tables)
@pytest.mark.parametrize("kind", [JSON, XML, CSV, TSV], ids=["json", "xml", "csv", "tsv"])
def test_rows_are_counted_whatever_is_in_them(kind: QueryResultsFormat, table: list[list[str | None]]) -> None:
    assert rows.count(written(table, kind), kind) == len(table)


@settings(max_examples=60, deadline=None)
@given(tables, st.integers(0, 4), st.integers(1, 4))
@pytest.mark.parametrize("kind", [JSON, CSV, TSV], ids=["json", "csv", "tsv"])
def test_a_part_has_just_these_rows(
    kind: QueryResultsFormat, table: list[list[str | None]], offset: int, limit: int
) -> None:
    cut = rows.part(written(table, kind), kind, offset, limit)
    expected = written(table[offset : offset + limit], kind) if table[offset : offset + limit] else None
    if expected is None:
        assert rows.count(cut, kind) == 0
    elif kind == JSON:
        assert [str(row) for row in parse_query_results(cut, kind)] == [  # type: ignore[union-attr]
            str(row)
            for row in parse_query_results(expected, kind)  # type: ignore[union-attr]
        ]
    else:
        assert cut == expected
