"""One spelling for each value of the datatypes that triple stores keep by value.

Oxigraph, Virtuoso, TDB2 and others store a number, a date or a boolean and not its text: ``"01"^^xsd:int`` comes back
as ``"1"^^xsd:integer``. `canonical` gives two literals with the same value the same term, so that graphs can be
compared.
Values are those of XML Schema 1.1, part 2: a derived type has the values of its primitive type, and an integer is a
decimal number. A text that is not in the lexical space of its datatype has no value and stays as it is. Time zones are
part of a value here, as no tested store changes them.
"""

import re
import struct
from collections.abc import Callable
from math import isinf, isnan

from pyoxigraph import Literal, NamedNode, Triple

from rdfkit.base import namespaces

_XSD = namespaces.XSD
_MAX_DIGITS = 18
"""Of a part of a duration or of a year: Python's integers take time by the square of their digits."""

_DECIMAL = re.compile(r"\A([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))\Z")
_INTEGER = re.compile(r"\A[+-]?[0-9]+\Z")
_FLOAT = re.compile(r"\A(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN)\Z")
_ZONE = r"(Z|[+-][0-9]{2}:[0-9]{2})?\Z"
_YEAR = rf"(-?(?:[1-9][0-9]{{3,{_MAX_DIGITS}}}|0[0-9]{{3}}))"
_TIME = r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
_TWO = "([0-9]{2})"
_NUMBER = rf"([0-9]{{1,{_MAX_DIGITS}}})"
_PLACES = {
    "dateTime": re.compile(rf"\A{_YEAR}-{_TWO}-{_TWO}T{_TIME}{_ZONE}"),
    "time": re.compile(rf"\A{_TIME}{_ZONE}"),
    "date": re.compile(rf"\A{_YEAR}-{_TWO}-{_TWO}{_ZONE}"),
    "gYearMonth": re.compile(rf"\A{_YEAR}-{_TWO}{_ZONE}"),
    "gYear": re.compile(rf"\A{_YEAR}{_ZONE}"),
    "gMonthDay": re.compile(rf"\A--{_TWO}-{_TWO}{_ZONE}"),
    "gMonth": re.compile(rf"\A--{_TWO}{_ZONE}"),
    "gDay": re.compile(rf"\A---{_TWO}{_ZONE}"),
}
_DURATION = re.compile(
    rf"\A(-?)P(?=[0-9T])(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=[0-9])(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}(?:\.([0-9]+))?S)?)?\Z"
)
_HEXADECIMAL = re.compile(r"\A[0-9A-Fa-f]*\Z")
_BASE64 = re.compile(r"\A[A-Za-z0-9+/= ]*\Z")
_DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_INTEGERS = (
    "integer", "nonPositiveInteger", "negativeInteger", "nonNegativeInteger", "positiveInteger", "long", "int", "short",
    "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
)  # fmt: skip


def canonical(literal: Literal) -> Literal:
    """Return the literal that represents all literals with the same value; the literal itself if it has no other.

    >>> canonical(Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#int")))
    <Literal value=1 datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#decimal>>
    """
    found = _READERS.get(literal.datatype.value)
    if found is None:
        return literal
    name, read = found
    text = read(literal.value)
    return literal if text is None else Literal(text, datatype=NamedNode(_XSD + name))


def canonical_triple(triple: Triple) -> Triple:
    """Return a triple with the canonical literal as its object, if that is a literal."""
    value = triple.object
    if not isinstance(value, Literal):
        return triple
    same = canonical(value)
    return triple if same is value else Triple(triple.subject, triple.predicate, same)


def _decimal(text: str) -> str | None:
    found = _DECIMAL.match(text)
    if not found:
        return None
    whole, fraction = (found[2] or "").lstrip("0"), (found[3] or found[4] or "").rstrip("0")
    digits = (whole or "0") + (f".{fraction}" if fraction else "")
    return f"-{digits}" if found[1] == "-" and digits != "0" else digits


def _integer(text: str) -> str | None:
    return _decimal(text) if _INTEGER.match(text) else None


def _double(text: str) -> str | None:
    return _shown(float(text.replace("INF", "inf"))) if _FLOAT.match(text) else None


def _single(text: str) -> str | None:
    """Return the number of 32 bits that is nearest; the largest ones are rounded to infinity."""
    if not _FLOAT.match(text):
        return None
    number = float(text.replace("INF", "inf"))
    try:
        return _shown(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return "INF" if number > 0 else "-INF"


def _shown(number: float) -> str:
    if isnan(number):
        return "NaN"
    if isinf(number):
        return "INF" if number > 0 else "-INF"
    return repr(number + 0.0)  # the two zeros are equal, and some stores have only one


def _boolean(text: str) -> str | None:
    return {"1": "true", "0": "false", "true": "true", "false": "false"}.get(text)


def _moment(name: str, text: str) -> str | None:
    found = _PLACES[name].match(text)
    if not found:
        return None
    *parts, zone = found.groups()
    if name in {"dateTime", "time"}:
        fraction = (parts.pop() or "").rstrip("0")
        if parts[-3:] == ["24", "00", "00"] and not fraction:
            parts = [*_next_day(parts[:-3]), "00", "00", "00"]
        parts[-1] += f".{fraction}" if fraction else ""
    return "|".join(parts) + {"+00:00": "Z", "-00:00": "Z", None: ""}.get(zone, zone or "")


def _next_day(date: list[str]) -> list[str]:
    """Return the day after a date in the proleptic Gregorian calendar; nothing for the date of a time alone."""
    if not date:
        return []
    year, month, day = map(int, date)
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if day < _DAYS_OF_MONTH[(month - 1) % 12] + leap:
        day += 1
    else:
        year, month, day = (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)
    return [f"{'-' if year < 0 else ''}{abs(year):04}", f"{month:02}", f"{day:02}"]


def _duration(text: str) -> str | None:
    found = _DURATION.match(text)
    if not found:
        return None
    years, months, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:7])
    fraction = (found[8] or "").rstrip("0")
    in_months, in_seconds = years * 12 + months, ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    sign = found[1] if in_months or in_seconds or fraction else ""
    return f"{sign}P{in_months}MT{in_seconds}{'.' + fraction if fraction else ''}S"


def _hexadecimal(text: str) -> str | None:
    return text.upper() if _HEXADECIMAL.match(text) else None


def _base64(text: str) -> str | None:
    return text.replace(" ", "") if _BASE64.match(text) else None


def _of_places(name: str) -> Callable[[str], str | None]:
    return lambda text: _moment(name, text)


_READERS: dict[str, tuple[str, Callable[[str], str | None]]] = {
    _XSD + name: reader
    for name, reader in {
        "decimal": ("decimal", _decimal),
        **dict.fromkeys(_INTEGERS, ("decimal", _integer)),
        "double": ("double", _double),
        "float": ("float", _single),
        "boolean": ("boolean", _boolean),
        **{name: (name, _of_places(name)) for name in _PLACES},
        "dateTimeStamp": ("dateTime", _of_places("dateTime")),
        **dict.fromkeys(("duration", "dayTimeDuration", "yearMonthDuration"), ("duration", _duration)),
        "hexBinary": ("hexBinary", _hexadecimal),
        "base64Binary": ("base64Binary", _base64),
    }.items()
}
"""By the IRI of a datatype: the name of the datatype that represents it, and what reads a text of it."""
