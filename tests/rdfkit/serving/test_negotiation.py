"""The format of an answer by the Accept header."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rdfkit.serving import negotiation


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="atexplic*/;,q=01.5 \x00é+-"))
def test_any_header_gives_an_offered_format_or_none(accept: str) -> None:
    assert negotiation.choose(accept, negotiation.ROWS) in {*negotiation.ROWS, None}


def test_the_most_specific_range_decides() -> None:
    offers = ("text/csv", "text/turtle", "application/json")
    assert negotiation.choose("text/*;q=0.9, text/csv;q=0.1, */*;q=0.5", offers) == "text/turtle"
    assert negotiation.choose("text/csv;q=0, */*", offers) == "text/turtle"
    assert negotiation.choose("text/csv; q=nonsense", offers) is None
    assert negotiation.choose("TEXT/Turtle;charset=utf-8", offers) == "text/turtle"
    assert negotiation.choose("", offers) == "text/csv"
