"""Values of numbers, dates, times and durations (XSD 1.1, part 2), read from their lexical forms.

`datatypes` says which texts are valid. Dates and times are in seconds from the year 0, in the proleptic Gregorian
calendar, so that they can be compared and added.
"""

import struct
from datetime import date
from decimal import Context, Decimal
from typing import NamedTuple, TypeAlias

from rdfkit.base import namespaces
from rdfkit.rdf import datatypes

Number: TypeAlias = int | Decimal | float

MOMENTS = ("dateTime", "date", "time", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay")
"""The datatypes of dates and times, without xsd:dateTimeStamp, whose values are those of xsd:dateTime."""

DURATIONS = ("duration", "dayTimeDuration", "yearMonthDuration")

MAX_DIGITS = 4000
"""How many characters of a number are read: Python reads an integer of at most 4,300 digits."""

MAX_CHARACTERS = 200
"""How many characters of a date, a time or a duration are read."""

EXACT = Context(prec=2 * MAX_CHARACTERS)
"""Keeps all digits of a date, a time or a duration."""

_DAY_SECONDS = 86400
_DAYS_IN_400_YEARS = 146_097


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
    parts: tuple[int | Decimal | None, ...]


class Duration(NamedTuple):
    """A duration: months and seconds, both with the same sign."""

    months: int
    seconds: Decimal


def number(name: str, text: str) -> Number | None:
    """Return the number that a text is in a datatype, given by its local name; None if it is none, or too long.

    >>> number("byte", "-7"), number("byte", "300")
    (-7, None)
    """
    if name not in datatypes.NUMBERS or len(text) > MAX_DIGITS or not datatypes.is_valid(text, namespaces.XSD + name):
        return None
    if name in datatypes.INTEGERS:
        return int(text)
    if name == "decimal":
        return Decimal(text)
    rough = float(text.replace("INF", "inf"))
    return single(rough) if name == "float" else rough


def single(value: float) -> Float:
    """Return a number rounded to single precision."""
    try:
        return Float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return Float("inf" if value > 0 else "-inf")


def moment(name: str, text: str) -> Moment | None:
    """Return the date or time that a text is in a datatype, given by its local name; None if it is none, or too long.

    >>> moment("time", "24:00:00Z")
    Moment(kind='time', seconds=Decimal('0'), zone=0, parts=(None, None, None, 24, 0, Decimal('0')))
    """
    found = datatypes.parts(name, text) if len(text) <= MAX_CHARACTERS else None
    if found is None:
        return None
    given = found.groupdict()
    year, month, day = (int(given[part]) if given.get(part) else None for part in ("year", "month", "day"))
    clock = given.get("clock") or ""
    hours, minutes, seconds = clock.split(":") if clock else (0, 0, 0)
    of_day = EXACT.add(Decimal(3600 * int(hours) + 60 * int(minutes)), Decimal(seconds))
    # A day without a year, such as --02-29, is one of the year 2000, which has them all.
    days = 0 if name == "time" else day_number(2000 if year is None else year, month or 1, day or 1) or 0
    of_clock = (int(hours), int(minutes), Decimal(seconds)) if clock else (None, None, None)
    return Moment(
        "dateTime" if name == "dateTimeStamp" else name,
        EXACT.add(Decimal(_DAY_SECONDS * days), of_day % _DAY_SECONDS if name == "time" else of_day),
        _zone_minutes(given["zone"]) if given["zone"] else None,
        (year, month, day, *of_clock),
    )


def _zone_minutes(zone: str) -> int:
    return 0 if zone == "Z" else int(zone[0] + "1") * (60 * int(zone[1:3]) + int(zone[4:]))


def day_number(year: int, month: int, day: int) -> int | None:
    """Return the number of a day, in the proleptic Gregorian calendar; None if there is no such day."""
    # The calendar repeats after 400 years; `date` knows the years 1 to 9999 only.
    cycle, year = divmod(year, 400)
    try:
        return cycle * _DAYS_IN_400_YEARS + date(year + 400, month, day).toordinal()
    except ValueError:
        return None


def duration(name: str, text: str) -> Duration | None:
    """Return the duration that a text is in a datatype, given by its local name; None if it is none, or too long.

    >>> duration("duration", "-P1Y2M") == duration("yearMonthDuration", "-P14M")
    True
    """
    found = datatypes.parts(name, text) if len(text) <= MAX_CHARACTERS else None
    if found is None:
        return None
    given = found.groupdict()
    years, months, days, hours, minutes = (
        int(given.get(part) or 0) for part in ("years", "months", "days", "hours", "minutes")
    )
    whole = _DAY_SECONDS * days + 3600 * hours + 60 * minutes
    seconds = EXACT.add(Decimal(whole), Decimal(given.get("seconds") or 0))
    months += 12 * years
    return Duration(-months, EXACT.minus(seconds)) if text[0] == "-" else Duration(months, seconds)
