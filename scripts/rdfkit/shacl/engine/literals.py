"""Literals by value: well-written ones of the common datatypes here, all others by rdflib, as the reference does.

So an ill-typed integer, a date with a zone or a NaN is what it is for pySHACL, and plain data never loads rdflib.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

import pyoxigraph as ox

Number: TypeAlias = int | Decimal | float

XSD = "http://www.w3.org/2001/XMLSchema#"
LANG_STRING = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>"
STRING = f"<{XSD}string>"
INTEGER = f"<{XSD}integer>"
DECIMAL = f"<{XSD}decimal>"
DOUBLE = f"<{XSD}double>"
BOOLEAN = f"<{XSD}boolean>"
DATE = f"<{XSD}date>"

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_RARE_DOUBLES = {"inf": "INF", "-inf": "-INF", "nan": "NaN"}
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}\.[0-9]{1,18}")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


class NoValue(Exception):  # noqa: N818 - an outcome that SPARQL calls an error, and no error of ours
    """An expression has no value: SPARQL's type error."""


def lexical(term: str) -> str:
    """Return what SPARQL's STR says of an IRI or a literal; of a blank node its label, as all engines have it."""
    if term[0] == "<":
        return term[1:-1]
    if term[0] == "_":
        return term[2:]
    text = term[1 : term.rindex('"')]
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _LETTERS.get(match[3], match[3])


def suffix(term: str) -> str:
    """Return what stands behind the quotes of a literal: nothing, ``@`` and the language, or ``^^`` and a datatype."""
    return term[term.rindex('"') + 1 :]


def language(term: str) -> str:
    """Return the language tag of a literal, or "" where there is none."""
    end = suffix(term)
    return end[1:] if end[:1] == "@" else ""


def datatype(term: str) -> str:
    """Return the datatype of a literal, an IRI in angle brackets."""
    end = suffix(term)
    return end[2:] if end[:1] == "^" else LANG_STRING if end else STRING


def quoted(text: str, end: str = "") -> str:
    """Return the literal of a text, as N-Triples writes it: with ``end``, a language or datatype."""
    return str(ox.Literal(text)) + end


def of_number(value: Number) -> str:
    """Return the literal of a number."""
    if isinstance(value, int):
        return f'"{value}"^^{INTEGER}'
    if isinstance(value, Decimal):
        return f'"{value}"^^{DECIMAL}'
    return f'"{_RARE_DOUBLES.get(str(value), value)}"^^{DOUBLE}'


def of_boolean(value: bool) -> str:
    """Return the literal of a truth value."""
    return f'"{"true" if value else "false"}"^^{BOOLEAN}'


def to_term(text: str) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Return the term that a text stands for."""
    if text[0] == "<":
        return ox.NamedNode(text[1:-1])
    if text[0] == "_":
        return ox.BlankNode(text[2:])
    tag = language(text)
    if tag:
        return ox.Literal(lexical(text), language=tag)
    return ox.Literal(lexical(text), datatype=ox.NamedNode(datatype(text)[1:-1]))


@lru_cache(maxsize=100_000)
def _plain(term: str) -> tuple[str, Any] | None:  # noqa: PLR0911 - one a kind
    """Return kind and value of a literal that is well-written and of a common kind."""
    end = suffix(term)
    if not end or end[0] == "@":
        return "text" + end, lexical(term)
    text = lexical(term)
    if end == "^^" + INTEGER and _INTEGER.fullmatch(text):
        return "number", int(text)
    if end == "^^" + DECIMAL and _DECIMAL.fullmatch(text):
        return "number", Decimal(text)
    if end == "^^" + BOOLEAN and text in {"true", "false"}:
        return "boolean", text == "true"
    if end == "^^" + DATE and (day := _DATE.fullmatch(text)):
        try:
            return "date", date(*map(int, day.groups()))
        except ValueError:
            return None
    return None


def number(term: str) -> Number:
    """Return the number that a literal means; raises NoValue where it means none."""
    if term[0] != '"':
        raise NoValue
    known = _plain(term)
    if known is not None:
        if known[0] == "number":
            return known[1]  # type: ignore[no-any-return]
        raise NoValue
    value = _by_rdflib(term).value
    if not _is_number(value):
        raise NoValue
    return value  # type: ignore[no-any-return]


def is_true(term: str) -> bool:
    """Return the effective boolean value of a term (SPARQL 17.2.2); raises NoValue where it has none."""
    if term[0] != '"':
        raise NoValue
    known = _plain(term)
    if known is not None and known[0] != "date":
        return bool(known[1])
    value = _by_rdflib(term).value
    if isinstance(value, bool) or _is_number(value):
        return bool(value == value and value)  # noqa: PLR0124 - NaN is no truth
    if value is None and datatype(term) == BOOLEAN:
        return False
    raise NoValue


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def compared(operator: str, first: str, second: str) -> bool:
    """Return whether two terms compare as said (SPARQL 17.3); raises NoValue where they can't be compared."""
    is_equality = operator in {"=", "!="}
    if first[0] != '"' or second[0] != '"':
        if is_equality:
            return (first == second) == (operator == "=")
        raise NoValue
    one, other = _plain(first), _plain(second)
    if one is not None and other is not None and one[0] == other[0] and (is_equality or one[0][:5] != "text@"):
        return OPERATORS[operator](one[1], other[1])
    left, right = _by_rdflib(first), _by_rdflib(second)
    if not is_equality:
        return _ordered(operator, left, right)
    # Equality of odd literals is as odd as they are: the reference's own rules for it.
    from rdflib.plugins.sparql.operators import RelationalExpression
    from rdflib.plugins.sparql.parserutils import CompValue
    from rdflib.plugins.sparql.sparql import SPARQLError

    said: Any = CompValue("RelationalExpression", expr=left, op=operator, other=right)
    try:
        return bool(RelationalExpression(said, None))  # type: ignore[arg-type]
    except (SPARQLError, ArithmeticError) as error:
        raise NoValue from error


def _ordered(operator: str, left: Any, right: Any) -> bool:
    """Return how two rdflib literals are ordered, which SPARQL knows of numbers and of values of one datatype only.

    rdflib orders any two literals, so as to be able to sort; a filter must not take that for an answer.
    """
    one, other = left.value, right.value
    if _is_number(one) and _is_number(other):
        if isinstance(one, float) or isinstance(other, float):
            one, other = float(one), float(other)
    elif None in {one, other} or left.datatype != right.datatype or left.language or right.language:
        raise NoValue
    try:
        return OPERATORS[operator](one, other)
    except TypeError as error:
        raise NoValue from error


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def is_well_typed(term: str, kind: str) -> bool:
    """Tell whether a literal has a datatype and is written as it asks (SHACL 4.1.2)."""
    end = suffix(term)
    if not end:
        return kind == STRING
    if end[0] == "@":
        return kind == LANG_STRING
    if end[2:] != kind:
        return False
    if _plain(term) is not None:
        return True
    value = _by_rdflib(term)
    return not value.ill_typed and (kind != DATE or isinstance(value.value, date))


@lru_cache(maxsize=100_000)
def _by_rdflib(term: str) -> Any:
    from rdfkit.rdf import rdflib_adapter as bridge

    return bridge.to_rdflib(to_term(term))
