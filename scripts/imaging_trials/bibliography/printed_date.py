"""Dates as citations print them, and the days that they can mean.

Source: NLM, "MEDLINE/PubMed Data Element (Field) Descriptions" (DP, MedlineDate): a year, a month, a day, a range of
them, or a season. A season is that of the north, as a journal of the south cannot be recognized; winter is at both ends
of a year, so that it means the whole year.
"""

import calendar
import re
from functools import lru_cache
from typing import NamedTuple

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBERS = {name.casefold(): number for number, name in enumerate(MONTHS, 1)}
_SPANS = {name: (number, number) for name, number in _NUMBERS.items()} | {
    "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (1, 12),
}  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 1000, 2999
_WORD = re.compile(r"[0-9]{1,4}|[A-Za-z]{3,12}", re.ASCII)
_MAX_CHARACTERS = 80


class Dated(NamedTuple):
    """A date as printed, and the earliest and latest day that it can mean, as ``YYYY-MM-DD``."""

    printed: str
    earliest: str
    latest: str


@lru_cache(maxsize=50_000)
def date_of_parts(year: str, month: str = "", day: str = "") -> Dated | None:
    """Return a date given in parts, printed as "2021 Mar 4"; None if there is no such day.

    >>> date_of_parts("2021", "03", "4")
    Dated(printed='2021 Mar 4', earliest='2021-03-04', latest='2021-03-04')
    """
    if not month:
        return parse(year)
    is_number = month.isascii() and month.isdigit()
    number = int(month) if is_number else _NUMBERS.get(month[:3].casefold(), 0)
    if not 1 <= number <= 12:
        return None if is_number else parse(f"{year} {month}")
    words = [year, MONTHS[number - 1], *([str(int(day))] if day.isascii() and day.isdigit() else [])]
    return parse(" ".join(words))


@lru_cache(maxsize=50_000)
def parse(text: str) -> Dated | None:
    """Return a printed date with the days that it can mean; None if it has no year or no such day exists.

    >>> parse("2020 Nov-Dec")
    Dated(printed='2020 Nov-Dec', earliest='2020-11-01', latest='2020-12-31')
    >>> parse("1998 Dec-1999 Jan")
    Dated(printed='1998 Dec-1999 Jan', earliest='1998-12-01', latest='1999-01-31')
    >>> parse("2018 Spring").latest, parse("2021 Feb 30"), parse("in press")
    ('2018-05-31', None, None)
    """
    text = " ".join(text.split())[:_MAX_CHARACTERS]
    years: list[int] = []
    months: list[tuple[int, int, int]] = []
    days: list[tuple[int, int, int]] = []
    waiting: list[tuple[int, int]] = []
    for word in _WORD.findall(text):
        if not word.isdigit():
            if span := _SPANS.get(word[:3].casefold()) or _SPANS.get(word.casefold()):
                if years:
                    months.append((years[-1], *span))
                else:
                    waiting.append(span)  # it is printed before its year
        elif len(word) == 4:
            if not _FIRST_YEAR <= int(word) <= _LAST_YEAR:
                return None
            years.append(int(word))
            months += [(years[-1], *one) for one in waiting]
            waiting = []
        elif months and len(word) < 3:
            days.append((*months[-1][:2], int(word)))
    spans = _spans(years, months, days)
    return Dated(text, min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def _spans(
    years: list[int], months: list[tuple[int, int, int]], days: list[tuple[int, int, int]]
) -> list[tuple[str, str]]:
    """Return first and last days: those of the days, or else of the months, or of the years; none for a wrong day."""
    if any(not 1 <= day <= calendar.monthrange(year, month)[1] for year, month, day in days):
        return []
    if days and len(months) <= len(days):
        return [(f"{year:04}-{month:02}-{day:02}",) * 2 for year, month, day in days]
    if months:
        return [(f"{y:04}-{a:02}-01", f"{y:04}-{b:02}-{calendar.monthrange(y, b)[1]:02}") for y, a, b in months]
    return [(f"{year:04}-01-01", f"{year:04}-12-31") for year in years]


_IN_CITATION = re.compile(r"[.?!] (?=([12][0-9]{3}(?:[ /-][A-Za-z0-9 /-]{1,40})?)(?:[;:.]|$))", re.ASCII)


def date_of_citation(text: str) -> Dated | None:
    """Return the date in a citation that begins with the journal, as PubMed prints what corrects an article.

    >>> date_of_citation("Eur Radiol. 2021 Apr 20;:").earliest
    '2021-04-20'
    >>> date_of_citation("Res Sq. 2022 Jun 29:rs.3. doi: 10.1/a").latest
    '2022-06-29'
    """
    found = _IN_CITATION.search(text[:400])
    return parse(found[1]) if found else None
