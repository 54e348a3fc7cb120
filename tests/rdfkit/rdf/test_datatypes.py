"""The lexical and value space of every built-in datatype of XSD 1.1 and RDF 1.1."""

import datetime as dt
from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdfkit.base import namespaces
from rdfkit.rdf import datatypes
from tests.support.literal_table import RDF_LITERALS, XSD_LITERALS

DATATYPES = {
    **{namespaces.XSD + name: texts for name, texts in XSD_LITERALS.items()},
    **{namespaces.RDF + name: texts for name, texts in RDF_LITERALS.items()},
}
DERIVED = {
    "long": "integer", "int": "long", "short": "int", "byte": "short", "nonNegativeInteger": "integer",
    "unsignedLong": "nonNegativeInteger", "unsignedInt": "unsignedLong", "unsignedShort": "unsignedInt",
    "unsignedByte": "unsignedShort", "positiveInteger": "nonNegativeInteger", "nonPositiveInteger": "integer",
    "negativeInteger": "nonPositiveInteger", "integer": "decimal", "normalizedString": "string",
    "token": "normalizedString", "language": "token", "NMTOKEN": "token", "Name": "token", "NCName": "Name",
    "dateTimeStamp": "dateTime", "yearMonthDuration": "duration", "dayTimeDuration": "duration",
}  # fmt: skip
"""By datatype, the one that it restricts (XSD 1.1 part 2, figure 1)."""


@pytest.mark.parametrize("datatype", DATATYPES, ids=lambda iri: iri.rpartition("#")[2])
def test_valid_and_invalid_texts(datatype: str) -> None:
    valid, invalid = DATATYPES[datatype]
    assert [text for text in valid if not datatypes.is_valid(text, datatype)] == []
    assert [text for text in invalid if datatypes.is_valid(text, datatype)] == []


def test_other_datatypes_have_no_invalid_text() -> None:
    assert datatypes.is_valid("POINT(", "http://www.opengis.net/ont/geosparql#wktLiteral")
    assert not datatypes.is_valid("no tag", namespaces.RDF + "langString")


TEXTS = [text for texts in DATATYPES.values() for both in texts for text in both]


@pytest.mark.parametrize(("name", "base"), DERIVED.items())
def test_a_restriction_has_no_text_that_its_base_lacks(name: str, base: str) -> None:
    for text in TEXTS:
        assert datatypes.is_valid(text, namespaces.XSD + base) or not datatypes.is_valid(text, namespaces.XSD + name)


@given(st.integers(1, 9999), st.integers(0, 13), st.integers(0, 32))
@settings(deadline=None)
def test_dates_are_those_of_the_calendar(year: int, month: int, day: int) -> None:
    try:
        dt.date(year, month, day)
        exists = True
    except ValueError:
        exists = False
    text = f"{year:04}-{month:02}-{day:02}"
    assert datatypes.is_valid(text, namespaces.XSD + "date") == exists
    assert datatypes.is_valid(f"-{text}T24:00:00Z", namespaces.XSD + "dateTime") == exists or year % 4 == 0


@given(st.text("+-.eE019INFa ", max_size=8))
@settings(deadline=None, max_examples=300)
def test_numbers_are_those_of_python(text: str) -> None:
    """Python's readers are an independent judge, but for what XSD spells differently."""
    words = {"INF", "+INF", "-INF", "NaN"}
    plain = text == text.strip() and not any(each in text.casefold() for each in ("inf", "nan"))
    assert datatypes.is_valid(text, namespaces.XSD + "double") == (text in words or (plain and _reads(float, text)))
    is_decimal = plain and "e" not in text.casefold() and _reads(Decimal, text)
    assert datatypes.is_valid(text, namespaces.XSD + "decimal") == is_decimal


def _reads(reader: type, text: str) -> bool:
    try:
        reader(text)
    except (ValueError, InvalidOperation):
        return False
    return True
