"""Values that describe an article in a bibliography: plain, without a store, and with no more than a citation prints.

A `Record` is a whole citation: `from_graph` reads it from the store, the formats write it. What the formats read is a
`reference.Reference`.
"""

import re
from datetime import date, timedelta
from typing import NamedTuple

_GENERATIONS = {"Jr", "Sr", "2nd", "3rd", "4th", "5th"}
_RANGE = re.compile(r"(?<![A-Za-z0-9])(?P<letters>[A-Za-z]*+)(?P<first>[0-9]++)-(?P<more>[A-Za-z]*+)(?P<last>[0-9]++)")


class Date(NamedTuple):
    """A date as printed, and the earliest and latest day that it can mean, as ``YYYY-MM-DD``."""

    printed: str
    earliest: str
    latest: str

    @property
    def parts(self) -> list[list[int]]:
        """Return one [year, month, day], as short as the date is vague, or two for a range.

        >>> Date("2016 Aug", "2016-08-01", "2016-08-31").parts
        [[2016, 8]]
        >>> Date("2015 Jan-Apr", "2015-01-01", "2015-04-30").parts
        [[2015, 1], [2015, 4]]
        """
        try:
            first, last = date.fromisoformat(self.earliest), date.fromisoformat(self.latest)
        except ValueError:
            year = re.match(r"[0-9]{4}", self.printed)
            return [[int(year[0])]] if year else []
        if first == last:
            return [[first.year, first.month, first.day]]
        if first.day != 1 or (last + timedelta(days=1)).day != 1:
            return [[first.year, first.month, first.day], [last.year, last.month, last.day]]
        if (first.month, last.month) == (1, 12):
            return [[year] for year in dict.fromkeys((first.year, last.year))]
        return [list(month) for month in dict.fromkeys(((first.year, first.month), (last.year, last.month)))]


class Person(NamedTuple):
    """A person's name in parts: "Smith AB Jr" is Smith, A. B., Jr."""

    family: str
    given: str
    generation: str


class Author(NamedTuple):
    """A name as printed, whether it is the name of a group, and whether the person is listed under a group."""

    name: str
    is_group: bool
    is_listed_under_group: bool

    @property
    def person(self) -> Person | None:
        """Return the parts of a person's name, of which those that are not printed are "", or None for a group.

        >>> Author("Van den Wyngaert T", is_group=False, is_listed_under_group=False).person
        Person(family='Van den Wyngaert', given='T.', generation='')
        >>> Author("Brunet", is_group=False, is_listed_under_group=False).person
        Person(family='Brunet', given='', generation='')
        """
        if self.is_group:
            return None
        words = self.name.split(" ")
        generation = words.pop() if len(words) > 2 and words[-1] in _GENERATIONS else ""
        if len(words) < 2:
            return Person(self.name, "", "")
        *family, initials = words
        return Person(" ".join(family), " ".join(f"{letter}." for letter in initials), generation)


class Erratum(NamedTuple):
    """Where and when a correction of the article was published."""

    journal: str
    date: str
    volume: str
    issue: str
    pages: str


class Record(NamedTuple):
    """Everything that a citation prints; a text that the source does not give is empty.

    ``iri`` is the article's IRI, ``key`` a short name that is unique in a list. ``pages`` are as printed ("1723-38").
    """

    iri: str
    key: str
    authors: tuple[Author, ...]
    title: str
    journal: str
    issued: Date | None
    online: Date | None
    ahead_of_print: Date | None
    volume: str
    issue: str
    pages: str
    doi: str
    pmid: str
    pmcid: str
    errata: tuple[Erratum, ...]

    @property
    def date(self) -> Date | None:
        """Return the date by which the article is cited: that of its issue, or else that of publication online."""
        return self.issued or self.ahead_of_print or self.online

    @property
    def notes(self) -> list[str]:
        """Return the sentences about publication online and about errata."""
        notes = []
        if self.issued and self.online:
            notes.append(f"Epub {self.online.printed}.")
        if not self.issued and self.ahead_of_print:
            notes.append("Epub ahead of print.")
        for erratum in self.errata:
            where = volume_issue_pages(erratum.volume, erratum.issue, erratum.pages)
            notes.append(f"Erratum in: {erratum.journal}. {erratum.date}{where}.")
        return notes

    @property
    def full_pages(self) -> str:
        """Return the pages with the last one written out: "1723-38" is 1723-1738."""
        return ", ".join(_in_full(part.strip()) for part in self.pages.split(","))


def volume_issue_pages(volume: str, issue: str, pages: str) -> str:
    """Return volume, issue and pages as they are printed after a date, or "" if all are empty.

    >>> volume_issue_pages("43", "9", "1723-38")
    ';43(9):1723-38'
    """
    if not (volume or issue or pages):
        return ""
    return f";{volume}{f'({issue})' if issue else ''}{f':{pages}' if pages else ''}"


def _in_full(pages: str) -> str:
    found = _RANGE.fullmatch(pages)
    if not found or found["more"] not in ("", found["letters"]):
        return pages
    first, last = found["first"], found["last"]
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return f"{found['letters']}{first}-{found['letters']}{last}"
