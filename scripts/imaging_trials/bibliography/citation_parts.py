"""What the readers of lists share on the way from an entry to a whole citation."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from imaging_trials.bibliography import markup, printed_date
from imaging_trials.bibliography.citation import Citation, CitedJournal, CitedName, Unusable, cited_name
from imaging_trials.bibliography.printed_date import Dated
from imaging_trials.bibliography.reference import Reference
from imaging_trials.model import identifiers

_EPUB = re.compile(r"\bEpub ([12][0-9]{3}[ A-Za-z0-9-]{0,20})\.", re.ASCII)
_NUMERIC = re.compile(r"([12][0-9]{3})(?:[/-]([0-9]{1,2}))?(?:[/-]([0-9]{1,2}))?(?:/(.{0,60}))?", re.ASCII)
_INTERVAL = re.compile(r"([12][0-9]{3}(?:-[0-9]{1,2}){0,2})/([12][0-9]{3}(?:-[0-9]{1,2}){0,2})", re.ASCII)
_KEYWORDS = re.compile(r"[;\n]")
AHEAD = "Epub ahead of print"
"""The words by which a list says that an article is in no issue yet."""


class Parts(NamedTuple):
    """What a format says of a publication besides its identifiers and its title.

    ``notes`` may say when the article was online, or that it is ahead of print.
    """

    authors: Sequence[CitedName] = ()
    journal: CitedJournal | None = None
    issued: Dated | None = None
    online: Dated | None = None
    volume: str = ""
    issue: str = ""
    pages: str = ""
    languages: Sequence[str] = ()
    keywords: Sequence[str] = ()
    abstract: str = ""
    notes: str = ""
    is_article: bool = True


def of_reference(reference: Reference, parts: Parts) -> Citation | Unusable:
    """Return the citation of an entry whose identifiers and title were found, or the reason why there is none."""
    if not (reference.title or reference.identifiers):
        return Unusable(f"{reference.place}, {reference.name}", "it has no title, DOI, PMID or PMCID")
    epub = _EPUB.search(parts.notes[:2000])
    online = parts.online or (printed_date.parse(epub[1]) if epub else None)
    is_ahead = AHEAD in parts.notes
    doubtful = [one for one in reference.identifiers if not one.is_certain]
    return Citation(
        name=f"{reference.place}, {reference.name}",
        place=reference.place,
        kind="article" if parts.is_article else "other",
        pmid=reference.pmid,
        doi=reference.doi,
        pmcid=reference.pmcid,
        title=reference.title,
        languages=tuple(dict.fromkeys(parts.languages)),
        journal=parts.journal,
        volume=parts.volume,
        issue=parts.issue,
        pages=parts.pages,
        issued=None if is_ahead else parts.issued,
        online=None if is_ahead else online,
        ahead_of_print=(parts.issued or online) if is_ahead else None,
        authors=tuple(one for one in parts.authors if one.name),
        keywords=tuple(
            dict.fromkeys(word for text in parts.keywords for one in _KEYWORDS.split(text) if (word := one.strip()))
        ),
        abstract=markup.plain_text(parts.abstract),
        warnings=tuple(f"the number {one.value} in {one.field} may be a PMID: it was left out" for one in doubtful),
    )


def journal_of(title: str, abbreviation: str, issns: Iterable[str]) -> CitedJournal | None:
    """Return a journal, or None if nothing of one is known; a malformed ISSN is left out."""
    title, abbreviation = markup.plain_text(title), markup.plain_text(abbreviation)
    known = dict.fromkeys(value for text in issns for value in found_issns(text))
    if not (title or abbreviation or known):
        return None
    return CitedJournal("" if title == abbreviation else title, abbreviation or title, tuple(known))


def found_issns(text: str) -> Iterator[str]:
    """Yield the ISSNs in a text such as "1619-7070 (Print) 16197089"."""
    for word in re.split(r"[\s;,]+", text[:200]):
        digits = word.strip("()")
        if len(digits) == 8:
            digits = f"{digits[:4]}-{digits[4:]}"
        if value := identifiers.normalize("issn", digits.upper()):
            yield value


def date_of(texts: Iterable[str]) -> Dated | None:
    """Return the most exact date among texts such as "2016", "2016/08/12/" or "2016 Aug"."""
    found = [one for text in texts if (one := _date(" ".join(text.split())[:80]))]
    return min(found, key=lambda one: (_days(one), one.printed)) if found else None


def _date(text: str) -> Dated | None:
    if interval := _INTERVAL.fullmatch(text):
        begin, end = _date(interval[1]), _date(interval[2])
        return Dated(f"{begin.printed}-{end.printed}", begin.earliest, end.latest) if begin and end else None
    if numeric := _NUMERIC.fullmatch(text.rstrip("/") if not text.endswith("//") else text):
        year, month, day, other = (part or "" for part in numeric.groups())
        return (
            printed_date.parse(f"{year} {other.strip('/')}")
            if other.strip("/")
            else printed_date.date_of_parts(year, month, day)
        )
    return printed_date.parse(text)


def _days(date: Dated) -> int:
    from datetime import date as day

    return (day.fromisoformat(date.latest) - day.fromisoformat(date.earliest)).days


def name_of(written: str) -> CitedName:
    """Return an author of a list, "Family, Given"; a comma at the end marks a single name, that of a group."""
    written = markup.plain_text(written)
    if written.endswith(","):
        return CitedName(written.rstrip(", "), is_group=True)
    return CitedName(cited_name(written))


def span_of_pages(first: str, last: str) -> str:
    """Return pages that are given as the first and the last one.

    >>> span_of_pages("12", "15"), span_of_pages("12-15", ""), span_of_pages("e5", "e5")
    ('12-15', '12-15', 'e5')
    """
    return f"{first}-{last}" if first and last and last != first and "-" not in first else first or last
