"""Lexical and value space of the built-in datatypes of XSD 1.1 and of RDF 1.1 (section 5), by table.

RDF collapses no whitespace: `" 1"` is not an integer. Years have four digits or more, a sign is possible, and 0000 is
the year 1 BCE (XSD 1.1, section 3.3.7.1). Dates are proleptic Gregorian. A datatype that is in neither table has no
ill-typed literals here.
"""

import re
from collections.abc import Callable
from functools import partial

from rdfkit.base import namespaces
from rdfkit.rdf import xml_names

XSD = namespaces.XSD
RDF = namespaces.RDF

_YEAR = r"(?P<year>-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH = r"(?P<month>0[1-9]|1[0-2])"
_DAY = r"(?P<day>0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?P<clock>(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?P<zone>Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DAYS = (
    r"(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+(?:\.[0-9]+)?)S)?)?"
)
_MONTHS = r"(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?"
_DIGITS = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DOUBLE = rf"{_DIGITS}(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN"
_NAME_START, _NAME_CHARACTER = (xml_names.class_of(ranges) for ranges in (xml_names.NAME_START, xml_names.NAME))
_NCNAME = f"(?!:)[{_NAME_START}](?:(?!:)[{_NAME_CHARACTER}])*"
_NMTOKENS = f"[{_NAME_CHARACTER}]+(?: [{_NAME_CHARACTER}]+)*"
_NCNAMES = f"{_NCNAME}(?: {_NCNAME})*"
_QNAME = f"(?:{_NCNAME}:)?{_NCNAME}"
_BASE64 = "(?:[A-Za-z0-9+/] ?)"
_CHARACTERS = r"[\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]*"
_WORD = r"[\x21-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]+"
LANGUAGE = r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*"

FORMS = {
    "string": _CHARACTERS,
    "anyURI": _CHARACTERS,  # any text since XSD 1.1 (section 3.3.17)
    "anySimpleType": _CHARACTERS,
    "anyAtomicType": _CHARACTERS,
    "normalizedString": r"[\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]*",
    "token": f"(?:{_WORD}(?: {_WORD})*)?",
    "language": LANGUAGE,
    "NMTOKEN": f"[{_NAME_CHARACTER}]+",
    "NMTOKENS": _NMTOKENS,
    "Name": f"[{_NAME_START}][{_NAME_CHARACTER}]*",
    "NCName": _NCNAME,
    "ID": _NCNAME,
    "IDREF": _NCNAME,
    "IDREFS": _NCNAMES,
    "ENTITY": _NCNAME,
    "ENTITIES": _NCNAMES,
    "QName": _QNAME,
    "NOTATION": _QNAME,
    "boolean": "true|false|1|0",
    "decimal": _DIGITS,
    "double": _DOUBLE,
    "float": _DOUBLE,
    "hexBinary": "(?:[0-9A-Fa-f]{2})*",
    "base64Binary": rf"(?:{_BASE64}{{4}})*(?:{_BASE64}{{3}}[A-Za-z0-9+/]|{_BASE64}{{2}}[AEIMQUYcgkosw048] ?="
    rf"|{_BASE64}[AQgw] ?= ?=)|",
    "date": f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}?",
    "time": f"{_TIME}{_ZONE}?",
    "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}?",
    "dateTimeStamp": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "gYear": f"{_YEAR}{_ZONE}?",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}?",
    "gMonth": f"--{_MONTH}{_ZONE}?",
    "gMonthDay": f"--{_MONTH}-{_DAY}{_ZONE}?",
    "gDay": f"---{_DAY}{_ZONE}?",
    "duration": rf"-?P(?=[0-9T]){_MONTHS}{_DAYS}",
    "yearMonthDuration": rf"-?P(?=[0-9]){_MONTHS}",
    "dayTimeDuration": rf"-?P(?=[0-9T]){_DAYS}",
}
"""The lexical form of each datatype of XSD but the integers, as Python's ``re``; `parts` looks at days as well."""

INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
"""The least and the greatest integer of each datatype, if it has one."""

NUMBERS = frozenset({*INTEGERS, "decimal", "double", "float"})

_INTEGER = re.compile(r"\A[+-]?[0-9]+\Z")
_DATED = ("date", "dateTime", "dateTimeStamp", "gMonthDay")
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MAX_DIGITS_OF_BOUNDED = 20


def is_valid(lexical: str, datatype: str) -> bool:
    """Return whether a text is in the lexical space of a datatype, an IRI, and has a value in its value space.

    A language-tagged string has no datatype of its own to check; as a datatype without a tag, `rdf:langString` has no
    valid literal. A datatype that neither XSD 1.1 nor RDF 1.1 defines gives True.
    """
    check = _CHECKS.get(datatype)
    return check is None or check(lexical)


_PATTERNS: dict[str, "re.Pattern[str]"] = {}
"""The compiled forms of the datatypes that were asked for: the names of XML take long to compile."""


def _pattern(name: str) -> "re.Pattern[str]":
    found = _PATTERNS.get(name)
    if found is None:
        found = _PATTERNS[name] = re.compile(rf"\A(?:{FORMS[name]})\Z")
    return found


def parts(name: str, text: str) -> "re.Match[str] | None":
    """Return the match of a text with the form of a datatype, given by its local name; None if it is not valid.

    The groups of a date or time are ``year``, ``month``, ``day``, ``clock`` and ``zone``, those of a duration are
    ``years``, ``months``, ``days``, ``hours``, ``minutes`` and ``seconds``, as far as the datatype has them.
    """
    found = _pattern(name).match(text)
    if found is None or name not in _DATED:
        return found
    month, day = int(found["month"]), int(found["day"])
    if (month, day) == (2, 29) and name != "gMonthDay":
        return found if _is_leap(int(found["year"][-4:])) else None
    return found if day <= _DAYS_OF_MONTH[month - 1] else None


def _has_form(name: str, text: str) -> bool:
    return parts(name, text) is not None


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _is_integer(least: int | None, most: int | None, text: str) -> bool:
    if not _INTEGER.match(text):
        return False
    if least is None and most is None:
        return True
    digits = text.lstrip("+-").lstrip("0") or "0"
    if len(digits) > _MAX_DIGITS_OF_BOUNDED:  # Python reads no integer of more than 4,300 digits
        return most is None if text[0] != "-" else least is None
    value = -int(digits) if text[0] == "-" else int(digits)
    return (least is None or value >= least) and (most is None or value <= most)


def _is_xml(text: str) -> bool:
    """Return whether a text is the content of an XML element, its namespaces declared (RDF 1.1, section 5.3)."""
    from xml.parsers import expat

    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(f"<x>{text}</x>", True)
    except (expat.ExpatError, UnicodeEncodeError):
        return False
    return True


def _is_plain_literal(text: str) -> bool:
    _, at, tag = text.rpartition("@")
    return bool(at) and (not tag or _has_form("language", tag)) and _has_form("string", text)


_CHECKS: dict[str, Callable[[str], bool]] = {
    **{XSD + name: partial(_has_form, name) for name in FORMS},
    **{XSD + name: partial(_is_integer, *limits) for name, limits in INTEGERS.items()},
    RDF + "langString": lambda _text: False,
    RDF + "HTML": partial(_has_form, "string"),
    RDF + "XMLLiteral": _is_xml,
    RDF + "PlainLiteral": _is_plain_literal,
}
