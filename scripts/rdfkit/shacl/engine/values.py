"""Values of literals, and how SPARQL compares them (SPARQL 1.1, section 17.3; XSD 1.1).

A value is a pair of kind and Python value. Kinds: ``number``, ``text``, ``text@`` and a language, ``boolean``,
``dateTime``, ``date``, ``time``, ``gYear``, ``gYearMonth``,
``gMonth``, ``gMonthDay``, ``gDay``, ``duration``; ``ill`` for a literal that is not valid for
its datatype, and ``other`` for any other datatype: also for those derived from xsd:string, which
Oxigraph and Jena do not compare with strings either.
"""

import re
import struct
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from rdfkit.shacl.engine.literals import MAX_CACHED_LITERALS, STRING, XSD, NoValue, Number, lexical, suffix

_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None), "nonNegativeInteger": (0, None), "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0), "negativeInteger": (None, -1),
    **{name: (-(1 << bits - 1), (1 << bits - 1) - 1)
       for name, bits in (("byte", 8), ("short", 16), ("int", 32), ("long", 64))},
    **{name: (0, (1 << bits) - 1)
       for name, bits in (("unsignedByte", 8), ("unsignedShort", 16), ("unsignedInt", 32), ("unsignedLong", 64))},
}  # fmt: skip
"""The least and greatest value of xsd:integer and the datatypes derived from it."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,4000}(?:\.[0-9]{0,4000})?|\.[0-9]{1,4000})")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]{1,4000}(?:\.[0-9]{0,4000})?|\.[0-9]{1,4000})(?:[eE][+-]?[0-9]{1,4000})?")
_RARE = {"INF": "inf", "+INF": "inf", "-INF": "-inf", "NaN": "nan"}
_ZONE = r"(Z|[+-][0-9]{2}:[0-9]{2})?"
_YEAR = r"(-?(?:[1-9][0-9]{3,9}|0[0-9]{3}))"
_TIME = r"([0-9]{2}):([0-9]{2}):([0-9]{2}(?:\.[0-9]{1,100})?)"
_SHAPES = {
    name: re.compile(text + _ZONE)
    for name, text in (
        ("dateTime", f"{_YEAR}-([0-9]{{2}})-([0-9]{{2}})T{_TIME}"),
        ("date", f"{_YEAR}-([0-9]{{2}})-([0-9]{{2}})()()()"),
        ("time", f"()()(){_TIME}"),
        ("gYear", f"{_YEAR}()()()()()"),
        ("gYearMonth", f"{_YEAR}-([0-9]{{2}})()()()()"),
        ("gMonth", "()--([0-9]{2})()()()()"),
        ("gMonthDay", "()--([0-9]{2})-([0-9]{2})()()()"),
        ("gDay", "()()---([0-9]{2})()()()"),
    )
}
_DURATION = re.compile(
    r"(-)?P(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})D)?"
    r"(T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,100})?)S)?)?"
)
_DURATIONS = {"duration", "dayTimeDuration", "yearMonthDuration"}
_ZONE_MINUTES = 14 * 60
"""The greatest distance of a time zone from UTC (XSD 1.1, 3.3.7)."""


class Float(float):
    """A value of xsd:float: a double that is rounded to single precision."""


class Moment(NamedTuple):
    """A date, a time or both, in seconds from the year 0 in its own time zone, and that zone in minutes, or None.

    ``kind`` is the local name of its datatype. ``parts`` are year, month, day, hours, minutes and seconds, as far as
    they are there.
    """

    kind: str
    seconds: Decimal
    zone: int | None
    parts: tuple[Any, ...]


class Duration(NamedTuple):
    """A duration: months and seconds, both with the same sign."""

    months: int
    seconds: Decimal


def single(value: float) -> Float:
    """Return a number rounded to single precision."""
    try:
        return Float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return Float("inf" if value > 0 else "-inf")


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
    if name in _SHAPES:
        moment = _moment(name, text)
        return ("ill", None) if moment is None else (name, moment)
    if name in _DURATIONS:
        length = _duration(name, text)
        return ("ill", None) if length is None else ("duration", length)
    if name == "boolean":
        return ("boolean", text in {"true", "1"}) if text in {"true", "false", "1", "0"} else ("ill", None)
    found = parsed(name, text)
    if found is not None:
        return "number", found
    return ("ill" if name in _INTEGERS or name in {"decimal", "double", "float"} else "other"), text


def parsed(name: str, text: str) -> Number | None:
    """Return the number that a text is in a datatype, given by its local name; None if it is not valid."""
    if name in _INTEGERS:
        if not _INTEGER.fullmatch(text):
            return None
        whole, (least, most) = int(text), _INTEGERS[name]
        return whole if (least is None or whole >= least) and (most is None or whole <= most) else None
    if name == "decimal":
        return Decimal(text) if _DECIMAL.fullmatch(text) else None
    if name in {"double", "float"}:
        if text not in _RARE and not _DOUBLE.fullmatch(text):
            return None
        rough = float(_RARE.get(text, text))
        return single(rough) if name == "float" else rough
    return None


def _moment(name: str, text: str) -> Moment | None:
    match = _SHAPES[name].fullmatch(text)
    if match is None:
        return None
    year, month, day, hours, minutes = (int(part) if part else None for part in match.groups()[:5])
    seconds = Decimal(match[6]) if match[6] else None
    zone = None
    if match[7]:
        zone = (
            0 if match[7] == "Z" else (60 * int(match[7][1:3]) + int(match[7][4:])) * (-1 if match[7][0] == "-" else 1)
        )
        if abs(zone) > _ZONE_MINUTES or (match[7] != "Z" and int(match[7][4:]) > 59):
            return None
    # 2000 has a February 29.
    days = 0 if name == "time" else day_number(2000 if year is None else year, month or 1, day or 1)
    if days is None:
        return None
    of_day = Decimal(0)
    if hours is not None and minutes is not None and seconds is not None:
        of_day = 3600 * hours + 60 * minutes + seconds
        if minutes > 59 or seconds >= 60 or hours > 24 or (hours == 24 and of_day != 86400):
            return None
        if name == "time":
            of_day %= 86400
    return Moment(name, 86400 * days + of_day, zone, (year, month, day, hours, minutes, seconds))


def day_number(year: int, month: int, day: int) -> int | None:
    """Return the number of a day, in the proleptic Gregorian calendar; None if there is no such day."""
    # The calendar repeats after 400 years; `date` knows the years 1 to 9999 only.
    cycle, year = divmod(year, 400)
    try:
        return cycle * 146_097 + date(year + 400, month, day).toordinal()
    except ValueError:
        return None


def _duration(name: str, text: str) -> Duration | None:
    """Return the months and seconds of a duration."""
    match = _DURATION.fullmatch(text)
    if match is None or match[5] == "T" or text[-1] == "P":
        return None
    if (name == "dayTimeDuration" and (match[2] or match[3])) or (
        name == "yearMonthDuration" and (match[4] or match[5])
    ):
        return None
    sign = -1 if match[1] else 1
    days, hours, minutes = (int(match[at] or 0) for at in (4, 6, 7))
    seconds = 86400 * days + 3600 * hours + 60 * minutes + Decimal(match[8] or 0)
    return Duration(sign * (12 * int(match[2] or 0) + int(match[3] or 0)), sign * seconds)


def number(term: str) -> Number:
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
            return (float(one), float(other)) if double else (single(float(one)), single(float(other)))
        except OverflowError:
            raise NoValue from None
    return one, other


def _compared_moments(operator: str, one: Moment, other: Moment) -> bool:
    """Compare two moments.

    One with and one without a time zone are not equal (XSD 1.1, appendix D.2.1), and are ordered only where every zone
    gives the same order.
    """
    if (one.zone is None) == (other.zone is None):
        return OPERATORS[operator](one.seconds - 60 * (one.zone or 0), other.seconds - 60 * (other.zone or 0))
    margin = 60 * _ZONE_MINUTES
    left, right = one.seconds - 60 * (one.zone or 0), other.seconds - 60 * (other.zone or 0)
    if operator in {"=", "!="}:
        return operator == "!="
    if abs(left - right) <= margin:
        raise NoValue
    return OPERATORS[operator](left, right)


def _compared_durations(operator: str, one: Duration, other: Duration) -> bool:
    if operator not in {"=", "!="}:
        if one.months == other.months == 0:
            return OPERATORS[operator](one.seconds, other.seconds)
        if one.seconds == other.seconds == 0:
            return OPERATORS[operator](one.months, other.months)
        raise NoValue
    return OPERATORS[operator](one, other)
