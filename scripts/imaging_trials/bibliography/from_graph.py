"""Records read from the graph: an article's citation as its source prints it, or corrected."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from pyoxigraph import NamedNode, Store

from imaging_trials.bibliography.record import Author, Date, Erratum, Record
from imaging_trials.model import PROJECT, lookup, read, vocabulary
from rdfkit.base import UserError

_PARTS = (vocabulary.IS_AUTHORSHIP_OF, vocabulary.IS_EVENT_OF, vocabulary.CORRECTS)
"""Properties that lead from a part of a citation to its article."""

_ARTICLE_PROPERTIES = (
    vocabulary.IS_PUBLISHED_AS,
    vocabulary.LISTS,
    vocabulary.CORRECTS,
    vocabulary.IS_AUTHORSHIP_OF,
)
"""Properties that lead from a thing to the article to cite for it."""

_ERRATUM_PROPERTIES = (vocabulary.DATE_AS_PRINTED, vocabulary.VOLUME, vocabulary.ISSUE, vocabulary.PAGES)

_LAST = 10**9
"""The sort position of something without a position."""


class Correction(NamedTuple):
    """What the source prints of a property ("" if it leaves it out), what is right, and who says so."""

    iri: NamedNode
    thing: NamedNode
    property: NamedNode
    printed: str
    corrected: str
    rationale: str
    sources: tuple[NamedNode, ...]
    checked_on: str


_Values = Callable[[NamedNode, NamedNode], list[str]]
"""Returns the values of a property of a thing: as printed, or corrected."""


def in_page_order(store: Store) -> list[NamedNode]:
    """Return the articles that the page lists, in its order; an article that is listed twice is there twice."""
    rows = []
    for listing in read.members(store, vocabulary.LISTING):
        for topic in read.objects(store, listing, vocabulary.IS_UNDER_TOPIC):
            at = (_position(store, topic), _position(store, listing), listing.value)
            rows += [(at, article) for article in read.objects(store, listing, vocabulary.LISTS)]
    return [article for _, article in sorted(rows, key=lambda row: row[0])]


def find_articles(store: Store, names: Iterable[str]) -> list[NamedNode]:
    """Return the articles of the things named, each once, or all that the page lists, in its order, without names.

    Raises UserError for a name that leads to no article, or to more than one thing.
    """
    found: list[NamedNode] = []
    for name in names:
        thing = lookup.resolve(store, name, accepts=lambda one: bool(articles_of(store, one)))
        articles = articles_of(store, thing)
        if not articles:
            raise UserError(
                f"{read.described(store, thing)} is not an article and no article is listed for it: "
                "name an article, an edition, a series, a listing or a topic ('imt cite' alone prints all)."
            )
        found += articles
    return list(dict.fromkeys(found)) or in_page_order(store)


def articles_of(store: Store, thing: NamedNode) -> list[NamedNode]:
    """Return the articles to cite for a thing: itself, or that of an edition, listing, erratum, event or author.

    For a guideline series these are the articles of its editions, for a topic the articles that it lists, in page
    order. For anything else there are none.
    """
    found = _articles(store, thing)
    if len(found) < 2:
        return found
    order = in_page_order(store)
    first = {article: number for number, article in reversed(list(enumerate(order)))}
    return sorted(found, key=lambda article: (first.get(article, len(order)), article.value))


def _articles(store: Store, thing: NamedNode) -> list[NamedNode]:
    if read.is_a(store, thing, vocabulary.ARTICLE):
        return [thing]
    found = [article for name in _ARTICLE_PROPERTIES for article in read.objects(store, thing, name)]
    for name in (vocabulary.IS_EVENT_OF, vocabulary.CORRECTS_STATEMENT_OF):
        for other in read.objects(store, thing, name):
            found += _articles(store, other)
    for edition in read.subjects(store, vocabulary.IS_EDITION_OF, thing):
        found += _articles(store, edition)
    for listing in read.subjects(store, vocabulary.IS_UNDER_TOPIC, thing):
        found += read.objects(store, listing, vocabulary.LISTS)
    return list(dict.fromkeys(found))


def read_record(store: Store, article: NamedNode, *, corrected: bool = False) -> Record:
    """Return the record of an article, as its source prints it or, with ``corrected``, as it should be.

    The record's key is the last part of the article's IRI. Raises UserError if a correction is of a value that is not
    printed.
    """
    values = _corrected(store, article) if corrected else _printed(store)

    def text(thing: NamedNode, name: NamedNode) -> str:
        return next(iter(values(thing, name)), "")

    def journal(thing: NamedNode) -> str:
        journals = read.objects(store, thing, vocabulary.IS_PUBLISHED_IN)
        return next((text(journal, vocabulary.NAME_AS_PRINTED) for journal in journals), "")

    authorships = read.subjects(store, vocabulary.IS_AUTHORSHIP_OF, article)
    errata = read.subjects(store, vocabulary.CORRECTS, article)
    dates = _dates(store, article, text)
    return Record(
        iri=article.value,
        key=article.value.replace("#", "/").rpartition("/")[2],
        authors=tuple(
            Author(
                text(one, vocabulary.NAME_AS_PRINTED),
                read.is_a(store, one, vocabulary.GROUP_AUTHORSHIP),
                bool(read.objects(store, one, vocabulary.IS_LISTED_UNDER)),
            )
            for one in sorted(authorships, key=lambda one: (_position(store, one), one.value))
        ),
        title=next(iter(values(article, vocabulary.TITLE)), ""),
        journal=journal(article),
        issued=dates.get(vocabulary.ISSUE_PUBLICATION),
        online=dates.get(vocabulary.ONLINE_PUBLICATION),
        ahead_of_print=dates.get(vocabulary.AHEAD_OF_PRINT),
        volume=text(article, vocabulary.VOLUME),
        issue=text(article, vocabulary.ISSUE),
        pages=text(article, vocabulary.PAGES),
        doi=text(article, vocabulary.DOI),
        pmid=text(article, vocabulary.PMID),
        pmcid=text(article, vocabulary.PMCID),
        errata=tuple(
            Erratum(journal(one), *(text(one, name) for name in _ERRATUM_PROPERTIES))
            for one in sorted(errata, key=lambda one: (text(one, vocabulary.EARLIEST_DAY), one.value))
        ),
    )


def _dates(store: Store, article: NamedNode, text: Callable[[NamedNode, NamedNode], str]) -> dict[NamedNode, Date]:
    """Return the dates of an article by kind of event: of an article of the page those that the page prints."""
    is_of_page = bool(read.sections(store, article))
    return {
        kind: Date(
            text(event, vocabulary.DATE_AS_PRINTED),
            text(event, vocabulary.EARLIEST_DAY),
            text(event, vocabulary.LATEST_DAY),
        )
        for event in read.subjects(store, vocabulary.IS_EVENT_OF, article)
        if read.sections(store, event) or not is_of_page
        for kind in read.objects(store, event, vocabulary.HAS_EVENT_KIND)
    }


def corrections(store: Store, article: NamedNode) -> list[Correction]:
    """Return the corrections of what the source prints in an article's citation, sorted by IRI."""
    found = [one for thing in cited_things(store, article) for one in corrections_of(store, thing)]
    return sorted(found, key=lambda one: one.iri.value)


def corrections_of(store: Store, thing: NamedNode) -> list[Correction]:
    """Return the corrections of what the source prints of one thing, sorted by IRI."""
    return [_correction(store, iri) for iri in read.subjects(store, vocabulary.CORRECTS_STATEMENT_OF, thing)]


def cited_things(store: Store, article: NamedNode) -> list[NamedNode]:
    """Return the things whose statements make up a citation: article, authorships, events, errata, journals."""
    own = [article, *(part for name in _PARTS for part in read.subjects(store, name, article))]
    journals = [journal for one in own for journal in read.objects(store, one, vocabulary.IS_PUBLISHED_IN)]
    return list(dict.fromkeys([*own, *journals]))


def _correction(store: Store, iri: NamedNode) -> Correction:
    things = read.objects(store, iri, vocabulary.CORRECTS_STATEMENT_OF)
    properties = read.objects(store, iri, vocabulary.CORRECTS_PROPERTY)
    corrected = read.text(store, iri, vocabulary.CORRECTED_VALUE)
    if len(things) != 1 or len(properties) != 1 or not corrected:
        raise UserError(
            f"{PROJECT.shorten(iri.value)} is an incomplete correction: give it one imt:correctsStatementOf, one "
            "imt:correctsProperty and one imt:correctedValue."
        )
    return Correction(
        iri,
        things[0],
        properties[0],
        read.text(store, iri, vocabulary.VALUE_AS_PRINTED),
        corrected,
        read.text(store, iri, vocabulary.RATIONALE),
        tuple(read.sources(store, iri)),
        read.text(store, iri, vocabulary.CHECKED_ON),
    )


def _printed(store: Store) -> _Values:
    return partial(read.texts, store)


def _corrected(store: Store, article: NamedNode) -> _Values:
    printed = _printed(store)
    corrected: dict[tuple[NamedNode, NamedNode], list[str]] = {}
    for one in corrections(store, article):
        at = (one.thing, one.property)
        values = corrected.get(at) or printed(*at)
        if one.printed and one.printed not in values:
            raise UserError(
                f"{PROJECT.shorten(one.iri.value)} corrects '{one.printed}', but "
                f"{read.described(store, one.thing)} prints something else: fix the correction."
            )
        corrected[at] = [one.corrected, *(value for value in values if value not in (one.printed, one.corrected))]
    return lambda thing, name: corrected.get((thing, name)) or printed(thing, name)


def _position(store: Store, thing: NamedNode) -> int:
    return read.number(store, thing, vocabulary.POSITION, _LAST)
