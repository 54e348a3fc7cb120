"""A citation as the graph has it: read from the store, as printed or corrected."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Store

from imaging_trials.graph import lookup
from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError

_IMT, _DCTERMS = PROJECT.vocabulary, PROJECT.prefixes["dcterms"]
_TYPE = NamedNode(PROJECT.prefixes["rdf"] + "type")
_EVENT_KIND = PROJECT.prefixes["eventkind"]

_GENERATIONS = {"Jr", "Sr", "2nd", "3rd", "4th", "5th"}
_RANGE = re.compile(r"(?P<letters>[A-Za-z]*)(?P<first>[0-9]+)-(?P<more>[A-Za-z]*)(?P<last>[0-9]+)")


class Date(NamedTuple):
    """A date as printed, and the earliest and latest day it can mean, as ``YYYY-MM-DD``."""

    printed: str
    earliest: str
    latest: str

    @property
    def parts(self) -> list[list[int]]:
        """Return one [year, month, day], as short as the date is vague, or two for a range ("2015 Jan-Apr")."""
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
    """A printed name in parts: "Smith AB Jr" is Smith, A. B., Jr."""

    family: str
    given: str
    generation: str


class Author(NamedTuple):
    """A name as printed, whether it is that of a group, and whether the person is listed under a group."""

    name: str
    is_group: bool
    is_listed_under_group: bool

    @property
    def person(self) -> Person | None:
        """Return the parts of a person's name, or None for a group, and for a name without initials."""
        words = self.name.split(" ")
        generation = words.pop() if len(words) > 2 and words[-1] in _GENERATIONS else ""
        if self.is_group or len(words) < 2:
            return None
        *family, initials = words
        return Person(" ".join(family), " ".join(f"{letter}." for letter in initials), generation)


class Erratum(NamedTuple):
    """Where and when a correction of the article was published."""

    journal: str
    date: str
    volume: str
    issue: str
    pages: str


class Citation(NamedTuple):
    """All that a citation prints; a text that the source does not give is empty."""

    iri: NamedNode
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
        """Return the date by which the article is cited: of its issue, or else online."""
        return self.issued or self.ahead_of_print or self.online

    @property
    def notes(self) -> list[str]:
        """Return what the citation says of an earlier or a lone publication online and of errata, a sentence each."""
        notes = []
        if self.issued and self.online:
            notes.append(f"Epub {self.online.printed}.")
        if not self.issued and self.ahead_of_print:
            notes.append("Epub ahead of print.")
        for erratum in self.errata:
            where = place(erratum.volume, erratum.issue, erratum.pages)
            notes.append(f"Erratum in: {erratum.journal}. {erratum.date}{where}.")
        return notes

    @property
    def full_pages(self) -> str:
        """Return the pages with the last one written out: "1723-38" is 1723-1738."""
        return ", ".join(_in_full(part.strip()) for part in self.pages.split(","))


class Correction(NamedTuple):
    """What the source prints (empty where it leaves it out) of a property of a thing, and what should stand there."""

    iri: NamedNode
    thing: NamedNode
    property: NamedNode
    printed: str
    corrected: str
    basis: str
    sources: tuple[NamedNode, ...]
    checked_on: str


def place(volume: str, issue: str, pages: str) -> str:
    """Return volume, issue and pages as they stand behind a date: ";43(9):1723-38", or nothing where all are empty."""
    if not (volume or issue or pages):
        return ""
    return f";{volume}{f'({issue})' if issue else ''}{f':{pages}' if pages else ''}"


_Values = Callable[[NamedNode, str], list[str]]


def in_page_order(store: Store) -> list[NamedNode]:
    """Return the articles that the page lists, in its order of headings and places; one listed twice is there twice."""
    rows = []
    for listing in _subjects(store, _TYPE, NamedNode(_IMT + "Listing")):
        for topic in _things(store, listing, "isUnderTopic"):
            at = (_number(store, topic), _number(store, listing), listing.value)
            rows += [(at, article) for article in _things(store, listing, "lists")]
    return [article for _, article in sorted(rows, key=lambda row: row[0])]


def articles_of(store: Store, thing: NamedNode) -> list[NamedNode]:
    """Return the articles that a thing stands for: itself, or that of an edition, listing, erratum, event or author.

    A guideline series stands for the articles of its editions, a topic for those it lists, all in page order. Anything
    else stands for none.
    """
    found = _articles(store, thing)
    if len(found) < 2:
        return found
    order = in_page_order(store)
    first = {article: number for number, article in reversed(list(enumerate(order)))}
    return sorted(found, key=lambda article: (first.get(article, len(order)), article.value))


def _articles(store: Store, thing: NamedNode) -> list[NamedNode]:
    if any(True for _ in store.quads_for_pattern(thing, _TYPE, NamedNode(_IMT + "Article"), None)):
        return [thing]
    found = [
        article
        for name in ("isPublishedAs", "lists", "corrects", "isAuthorshipOf")
        for article in _things(store, thing, name)
    ]
    for event_or_correction in ("concerns", "correctsStatementOf"):
        for other in _things(store, thing, event_or_correction):
            found += _articles(store, other)
    for edition in _subjects(store, NamedNode(_IMT + "isEditionOf"), thing):
        found += _articles(store, edition)
    for listing in _subjects(store, NamedNode(_IMT + "isUnderTopic"), thing):
        found += _things(store, listing, "lists")
    return list(dict.fromkeys(found))


def read(store: Store, article: NamedNode, *, corrected: bool = False) -> Citation:
    """Return the citation of an article, as its source prints it or, with ``corrected``, as it should read.

    Raises UserError where a correction says that something is printed which is not.
    """
    values = _corrected(store, article) if corrected else _printed(store)

    def text(thing: NamedNode, name: str) -> str:
        return next(iter(values(thing, _IMT + name)), "")

    def journal(thing: NamedNode) -> str:
        return next((text(journal, "printedName") for journal in _things(store, thing, "isPublishedIn")), "")

    def when(event: NamedNode) -> Date:
        return Date(text(event, "printedDate"), text(event, "earliestDay"), text(event, "latestDay"))

    authorships = sorted(_parts(store, article, "isAuthorshipOf"), key=lambda one: (_number(store, one), one.value))
    dates: dict[str, Date] = {}
    for event in _parts(store, article, "concerns"):
        if not _things(store, event, "isStatedIn"):
            continue  # what others say of the article is not what its citation prints
        for kind in _things(store, event, "hasEventKind"):
            dates[kind.value.removeprefix(_EVENT_KIND)] = when(event)
    return Citation(
        iri=article,
        key=re.split("[/#]", article.value)[-1],
        authors=tuple(
            Author(
                text(one, "printedName"),
                any(True for _ in store.quads_for_pattern(one, _TYPE, NamedNode(_IMT + "GroupAuthorship"), None)),
                bool(_things(store, one, "isListedUnder")),
            )
            for one in authorships
        ),
        title=next(iter(values(article, _DCTERMS + "title")), ""),
        journal=journal(article),
        issued=dates.get("issue-publication"),
        online=dates.get("online-publication"),
        ahead_of_print=dates.get("ahead-of-print"),
        volume=text(article, "volume"),
        issue=text(article, "issue"),
        pages=text(article, "pages"),
        doi=text(article, "doi"),
        pmid=text(article, "pmid"),
        pmcid=text(article, "pmcid"),
        errata=tuple(
            Erratum(journal(one), *(text(one, name) for name in ("printedDate", "volume", "issue", "pages")))
            for one in sorted(_parts(store, article, "corrects"), key=lambda one: (text(one, "earliestDay"), one.value))
        ),
    )


def corrections(store: Store, article: NamedNode) -> list[Correction]:
    """Return the corrections of what the source prints in an article's citation, sorted by IRI."""
    found = [one for thing in parts(store, article) for one in corrections_of(store, thing)]
    return sorted(found, key=lambda one: one.iri.value)


def corrections_of(store: Store, thing: NamedNode) -> list[Correction]:
    """Return the corrections of what the source prints of one thing."""
    return [_correction(store, iri) for iri in _subjects(store, NamedNode(_IMT + "correctsStatementOf"), thing)]


def parts(store: Store, article: NamedNode) -> list[NamedNode]:
    """Return the things whose statements make up a citation: article, journal, authorships, events, errata."""
    names = ("isAuthorshipOf", "concerns", "corrects")
    own = [article, *(part for name in names for part in _parts(store, article, name))]
    return list(dict.fromkeys([*own, *(journal for one in own for journal in _things(store, one, "isPublishedIn"))]))


def _correction(store: Store, iri: NamedNode) -> Correction:
    values = _printed(store)

    def text(name: str) -> str:
        return next(iter(values(iri, _IMT + name)), "")

    things, properties = _things(store, iri, "correctsStatementOf"), _things(store, iri, "correctsProperty")
    if len(things) != 1 or len(properties) != 1 or not text("correctedValue"):
        raise UserError(
            f"{PROJECT.shorten(iri.value)} is no whole correction: it needs one imt:correctsStatementOf, one "
            "imt:correctsProperty and a corrected value."
        )
    sources = (quad.object for quad in store.quads_for_pattern(iri, NamedNode(_DCTERMS + "source"), None, None))
    return Correction(
        iri,
        things[0],
        properties[0],
        text("printedValue"),
        text("correctedValue"),
        text("basis"),
        tuple(sorted((source for source in sources if isinstance(source, NamedNode)), key=lambda one: one.value)),
        text("checkedOn"),
    )


def _printed(store: Store) -> _Values:
    def values(thing: NamedNode, name: str) -> list[str]:
        found = (quad.object for quad in store.quads_for_pattern(thing, NamedNode(name), None, None))
        return sorted({value.value for value in found if isinstance(value, Literal)})

    return values


def _corrected(store: Store, article: NamedNode) -> _Values:
    printed = _printed(store)
    mended: dict[tuple[NamedNode, str], list[str]] = {}
    for one in corrections(store, article):
        at = (one.thing, one.property.value)
        values = mended.get(at) or printed(*at)
        if one.printed and one.printed not in values:
            raise UserError(
                f"{PROJECT.shorten(one.iri.value)} corrects '{one.printed}', which is not what "
                f"{lookup.described(store, one.thing)} prints: mend the correction."
            )
        mended[at] = [one.corrected, *(value for value in values if value not in (one.printed, one.corrected))]
    return lambda thing, name: mended.get((thing, name)) or printed(thing, name)


def _things(store: Store, thing: NamedNode, name: str) -> list[NamedNode]:
    found = {quad.object for quad in store.quads_for_pattern(thing, NamedNode(_IMT + name), None, None)}
    return sorted((one for one in found if isinstance(one, NamedNode)), key=lambda one: one.value)


def _parts(store: Store, article: NamedNode, name: str) -> list[NamedNode]:
    return list(_subjects(store, NamedNode(_IMT + name), article))


def _subjects(store: Store, name: NamedNode, thing: NamedNode) -> Iterator[NamedNode]:
    found = {quad.subject for quad in store.quads_for_pattern(None, name, thing, None)}
    yield from sorted((one for one in found if isinstance(one, NamedNode)), key=lambda one: one.value)


def _number(store: Store, thing: NamedNode) -> int:
    """Return a thing's position; what has none goes last."""
    for quad in store.quads_for_pattern(thing, NamedNode(_IMT + "position"), None, None):
        if isinstance(quad.object, Literal) and quad.object.value.isdecimal():
            return int(quad.object.value)
    return 10**9


def _in_full(pages: str) -> str:
    found = _RANGE.fullmatch(pages)
    if not found or found["more"] not in ("", found["letters"]):
        return pages
    first, last = found["first"], found["last"]
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return f"{found['letters']}{first}-{found['letters']}{last}"
