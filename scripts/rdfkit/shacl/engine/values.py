"""Values of literals as SPARQL compares them (SPARQL 1.1, section 17.3).

A value is a pair of kind and Python value. Kinds: ``number``, ``text``, ``text@`` and a language, ``boolean``,
``duration``, the local name of the datatype of a date or time; ``ill`` for a literal that is not valid for its
datatype, and ``other`` for any other datatype: also for those derived from xsd:string, which Oxigraph and Jena do not
compare with strings either.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from rdfkit.rdf import Duration, Moment, datatypes, quantities
from rdfkit.shacl.engine.literals import MAX_CACHED_LITERALS, STRING, XSD, NoValue, lexical, suffix

_ZONE_SECONDS = 14 * 3600
"""The greatest distance of a time zone from UTC (XSD 1.1, 3.3.7)."""


@lru_cache(maxsize=MAX_CACHED_LITERALS)
def value_of(term: str) -> tuple[str, Any]:  # noqa: PLR0911 - one for each kind
    """Return kind and value of a literal; ("", None) for another term."""
    if term[0] != '"':
        return "", None
    end = suffix(term)
    if not end or end[0] == "@":
        return "text" + end, lexical(term)
    kind, text = end[2:], lexical(term)
    if kind == STRING:
        return "text", text
    if not kind.startswith(f"<{XSD}"):
        return "other", text
    name, text = kind[1 + len(XSD) : -1], text.strip(" \t\r\n")
    if name in quantities.MOMENTS:
        moment = quantities.moment(name, text)
        return ("ill", None) if moment is None else (name, moment)
    if name in quantities.DURATIONS:
        length = quantities.duration(name, text)
        return ("ill", None) if length is None else ("duration", length)
    if name == "boolean":
        return ("boolean", text in {"true", "1"}) if text in {"true", "false", "1", "0"} else ("ill", None)
    if name in datatypes.NUMBERS:
        found = quantities.number(name, text)
        return ("ill", text) if found is None else ("number", found)
    return "other", text


def number(term: str) -> quantities.Number:
    """Return the value of a numeric literal; raises NoValue for any other term."""
    kind, value = value_of(term)
    if kind != "number":
        raise NoValue
    return value  # type: ignore[no-any-return]


def text(term: str) -> str:
    """Return the text of a string, with or without a language; raises NoValue for any other term."""
    kind, value = value_of(term)
    if kind[:4] != "text":
        raise NoValue
    return value  # type: ignore[no-any-return]


def moment(term: str) -> Moment:
    """Return the value of an xsd:dateTime; of xsd:date and xsd:time as well, as engines do."""
    value = value_of(term)[1]
    if not isinstance(value, Moment):
        raise NoValue
    return value


def is_true(term: str) -> bool:
    """Return the effective boolean value of a term (SPARQL 17.2.2); raises NoValue if it has none.

    An ill-typed number or boolean has none, as in Oxigraph and Jena; by the specification it is false. The difference
    is seen in a negation only.
    """
    kind, value = value_of(term)
    if kind[:4] == "text" or kind in {"number", "boolean"}:
        return bool(value == value and value)  # noqa: PLR0124 - NaN is false
    raise NoValue


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


_REFLEXIVE = {"=", "<=", ">="}


def compared(operator: str, first: str, second: str) -> bool:  # noqa: C901, PLR0911 - one for each kind
    """Return the value of a comparison of two terms (SPARQL 17.3); raises NoValue if they cannot be compared."""
    is_equality = operator in {"=", "!="}
    if first[0] != '"' or second[0] != '"':
        if is_equality or first == second:
            return (first == second) == (operator in _REFLEXIVE)
        raise NoValue
    (kind, one), (other_kind, other) = value_of(first), value_of(second)
    if kind == other_kind:
        if kind == "number":
            return compared_numbers(operator, one, other)
        if kind == "duration":
            return _compared_durations(operator, one, other)
        if kind not in {"ill", "other"}:
            if isinstance(one, Moment):
                return _compared_moments(operator, one, other)
            return OPERATORS[operator](one, other)
    if first == second:  # by Oxigraph and Jena; the specification has an order only for values that it knows
        return operator in _REFLEXIVE
    if not is_equality:
        raise NoValue
    if {"ill", "other"} & {kind, other_kind} and "text@" not in {kind[:5], other_kind[:5]}:
        raise NoValue  # they may have the same value (17.4.1.7, RDFterm-equal)
    return operator == "!="


def holds(operator: str, first: str, second: str) -> bool:
    """Return whether a comparison of two terms is true; if they cannot be compared, it is not."""
    try:
        return compared(operator, first, second)
    except NoValue:
        return False


def compared_numbers(operator: str, one: Any, other: Any) -> bool:
    """Return how two numbers compare; a double or float makes both of its type (SPARQL 17.3)."""
    if type(one) is not type(other):
        one, other = promoted(one, other)
    return OPERATORS[operator](one, other)


def promoted(one: Any, other: Any) -> tuple[Any, Any]:
    """Return two numbers in their common type."""
    if isinstance(one, float) or isinstance(other, float):
        double = type(one) is float or type(other) is float
        try:
            return (
                (float(one), float(other))
                if double
                else (quantities.single(float(one)), quantities.single(float(other)))
            )
        except OverflowError:
            raise NoValue from None
    return one, other


def _compared_moments(operator: str, one: Moment, other: Moment) -> bool:
    """Compare two moments.

    One with and one without a time zone are not equal (XSD 1.1, appendix D.2.1), and are ordered only where every zone
    gives the same order.
    """
    left, right = _in_utc(one), _in_utc(other)
    if (one.zone is None) == (other.zone is None):
        return OPERATORS[operator](left, right)
    if operator in {"=", "!="}:
        return operator == "!="
    if abs(left - right) <= _ZONE_SECONDS:
        raise NoValue
    return OPERATORS[operator](left, right)


def _in_utc(moment: Moment) -> Decimal:
    return quantities.EXACT.subtract(moment.seconds, Decimal(60 * (moment.zone or 0)))


def _compared_durations(operator: str, one: Duration, other: Duration) -> bool:
    if operator not in {"=", "!="}:
        if one.months == other.months == 0:
            return OPERATORS[operator](one.seconds, other.seconds)
        if one.seconds == other.seconds == 0:
            return OPERATORS[operator](one.months, other.months)
        raise NoValue
    return OPERATORS[operator](one, other)
