"""Dates, times and durations: their parts, their text and arithmetic (XPath Functions 3.1, sections 8 to 10).

SPARQL 1.1 defines the parts of xsd:dateTime only. As in Oxigraph and Jena, other dates and times have parts too, and
can be added and subtracted.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from rdfkit.rdf import Duration, Moment, quantities
from rdfkit.shacl.engine import literals, values
from rdfkit.shacl.engine.literals import XSD, NoValue

_DAY = 86400
_DATED = {"dateTime", "date"}


def part(place: int) -> Callable[[str], Any]:
    """Return a function from a term to a part of its date or time: 0 for the year, 5 for the seconds."""

    def of_term(term: str) -> Any:
        found = values.moment(term).parts[place]
        if found is None:
            raise NoValue
        return found

    return of_term


def zone_duration(term: str) -> str:
    """Return TIMEZONE: the distance from UTC as a duration; raises NoValue without a time zone."""
    zone = values.moment(term).zone
    if zone is None:
        raise NoValue
    return f'"{_duration_text(Duration(0, Decimal(60 * zone)))}"^^<{XSD}dayTimeDuration>'


def zone_text(term: str) -> str:
    """Return TZ: the time zone as it is written, or ""."""
    moment = values.moment(term)
    return "" if moment.zone is None else "Z" if literals.lexical(term).strip()[-1] == "Z" else _zone_text(moment.zone)


def _zone_text(zone: int) -> str:
    return "Z" if not zone else f"{'-' if zone < 0 else '+'}{abs(zone) // 60:02}:{abs(zone) % 60:02}"


def to_moment(kind: str, term: str) -> str:
    """Return the cast of a term to xsd:dateTime, xsd:date or xsd:time (SPARQL 17.5; XPath Functions 3.1, 19.1)."""
    of_term, value = values.value_of(term)
    if of_term[:4] == "text":
        made = literals.quoted(value, f"^^<{XSD}{kind}>")
        if values.value_of(made)[0] != kind:
            raise NoValue
        return made
    if of_term == kind:
        return literals.quoted(literals.lexical(term).strip(), f"^^<{XSD}{kind}>")
    if (of_term, kind) not in {("date", "dateTime"), ("dateTime", "date"), ("dateTime", "time")}:
        raise NoValue
    seconds = value.seconds
    if kind != "dateTime":
        seconds = seconds % _DAY if kind == "time" else seconds - seconds % _DAY
    return of_quantity(Moment(kind, seconds, value.zone, ()))


def arithmetic(sign: str, first: Any, second: Any) -> Any:
    """Return the sum or difference of two quantities, of which one is a date, a time or a duration."""
    if isinstance(second, Duration):
        other = Duration(-second.months, -second.seconds) if sign == "-" else second
        if isinstance(first, Duration):
            months, seconds = first.months + other.months, first.seconds + other.seconds
            if months * seconds < 0:
                raise NoValue
            return Duration(months, seconds)
        if isinstance(first, Moment):
            return _later(first, other)
    if isinstance(first, Duration) and sign == "+" and isinstance(second, Moment):
        return _later(second, first)
    if sign == "-" and isinstance(first, Moment) and isinstance(second, Moment) and first.kind == second.kind:
        if (first.zone is None) != (second.zone is None) or first.kind not in {*_DATED, "time"}:
            raise NoValue
        zones = 60 * ((first.zone or 0) - (second.zone or 0))
        return Duration(0, first.seconds - second.seconds - zones)
    raise NoValue


def _later(moment: Moment, length: Duration) -> Moment:
    seconds = moment.seconds
    if moment.kind == "time":
        if length.months:
            raise NoValue
        return moment._replace(seconds=(seconds + length.seconds) % _DAY)
    if moment.kind not in _DATED:
        raise NoValue
    if length.months:
        year, month, day = _calendar(int(seconds // _DAY))
        year, month = divmod(12 * year + month - 1 + length.months, 12)
        days = None
        while days is None:  # the last day of a shorter month
            days, day = quantities.day_number(year, month + 1, day), day - 1
        seconds = days * _DAY + seconds % _DAY
    seconds += length.seconds
    return moment._replace(seconds=seconds - seconds % _DAY if moment.kind == "date" else seconds)


def _calendar(days: int) -> tuple[int, int, int]:
    """Return year, month and day of a day's number; the inverse of `quantities.day_number`."""
    first = date(400, 1, 1).toordinal()
    cycle, rest = divmod(days - first, 146_097)
    day = date.fromordinal(first + rest)
    return day.year - 400 + 400 * cycle, day.month, day.day


def of_quantity(value: Any) -> str:
    """Return the literal of a number, a date or time, or a duration."""
    if isinstance(value, Duration):
        kind = "yearMonthDuration" if value.months and not value.seconds else "dayTimeDuration"
        kind = "duration" if value.months and value.seconds else kind
        return f'"{_duration_text(value)}"^^<{XSD}{kind}>'
    if not isinstance(value, Moment):
        return literals.of_number(value)
    days, of_day = divmod(value.seconds, _DAY)
    year, month, day = _calendar(int(days))
    dated = f"{'-' if year < 0 else ''}{abs(year):04}-{month:02}-{day:02}"
    minutes, seconds = divmod(of_day, 60)
    whole, _, fraction = f"{seconds:f}".partition(".")
    fraction = fraction.rstrip("0")
    clock = f"{int(minutes) // 60:02}:{int(minutes) % 60:02}:{whole:0>2}{'.' if fraction else ''}{fraction}"
    text = {"date": dated, "time": clock}.get(value.kind, f"{dated}T{clock}")
    return f'"{text}{"" if value.zone is None else _zone_text(value.zone)}"^^<{XSD}{value.kind}>'


def _duration_text(value: Duration) -> str:
    sign = "-" if value.months < 0 or value.seconds < 0 else ""
    years, months = divmod(abs(value.months), 12)
    days, of_day = divmod(abs(value.seconds), _DAY)
    minutes, seconds = divmod(of_day, 60)
    hours, minutes = divmod(minutes, 60)
    shown = f"{seconds:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    dated = "".join(f"{int(n)}{unit}" for n, unit in ((years, "Y"), (months, "M"), (days, "D")) if n)
    timed = "".join(
        f"{n}{unit}" for n, unit in ((int(hours), "H"), (int(minutes), "M"), (shown, "S")) if n not in {0, "0"}
    )
    if not dated and not timed:
        return "PT0S"
    return f"{sign}P{dated}{'T' + timed if timed else ''}"
