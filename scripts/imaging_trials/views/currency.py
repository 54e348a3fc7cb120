"""The status of an article or a guideline edition on a day: superseded, corrected, incomplete.

That nothing newer is known is a status of guidelines only, with the day on which the guideline's record was last
checked with a source. It never says that a guideline is current: the graph cannot know what it has not read.

A status follows from curated events that are confirmed or read from titles. Events that are only reported are listed
but not counted. An event counts from the latest day that its date can mean; between the earliest and the latest day it
is possible.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Store

from imaging_trials import bibliography
from imaging_trials.model import dates, read, vocabulary
from imaging_trials.views import article_findings
from imaging_trials.views.findings import (
    NOT_COUNTED,
    POSSIBLY,
    Event,
    Finding,
    certainty,
    events_of,
    reason,
    sources_of,
)
from imaging_trials.views.phrases import Phrase, joined
from rdfkit.base import UserError

TO_CHECK = "to check"
"""The status of a reference that probably means an article: the list does not identify it."""

NOT_KNOWN = "no newer edition known"
"""The status of a guideline without a recorded change."""

NOT_CONFIRMED = "no newer edition confirmed"
"""The status of a guideline that is only reported to have been superseded, updated or retracted."""

STATUSES = (
    "retracted", "superseded", "updated", "possibly superseded", "possibly updated", "not yet published", NOT_CONFIRMED,
    NOT_KNOWN, article_findings.NO_GUIDELINE, TO_CHECK, "unknown",
)  # fmt: skip
"""Possible statuses, the gravest first. An article that discusses an updated guideline is ``updated``, too."""

GRAVE = ("retracted", "superseded", TO_CHECK, "unknown")
"""The statuses and findings that make ``imt audit --strict`` fail."""

_STATUS_AFTER = {
    vocabulary.RETRACTION: "retracted",
    vocabulary.SUPERSESSION: "superseded",
    vocabulary.UPDATE: "updated",
}
_ANNOUNCED = {
    vocabulary.CORRECTION: "corrected",
    vocabulary.CORRECTED_REPUBLICATION: "corrected and republished",
    vocabulary.RETRACTED_REPUBLICATION: "retracted and republished",
    vocabulary.EXPRESSION_OF_CONCERN: "expression of concern",
}
_PUBLICATIONS = (vocabulary.ISSUE_PUBLICATION, vocabulary.ONLINE_PUBLICATION, vocabulary.AHEAD_OF_PRINT)


@dataclass(frozen=True)
class CurrencyStatus:
    """The status of what was asked for, and the findings that it follows from.

    ``asked`` is its name and ``place`` its line in a list ("" if there is no list). ``thing`` is the article or edition
    with its ``doi`` and ``pmid`` ("" if it has none), or None if the graph does not know it.
    """

    asked: str
    place: str
    thing: read.Thing | None
    doi: str
    pmid: str
    status: str
    findings: tuple[Finding, ...]

    @property
    def is_grave(self) -> bool:
        """Whether ``imt audit --strict`` fails because of this."""
        return self.status in GRAVE or any(finding.words in GRAVE for finding in self.findings)


@dataclass(frozen=True)
class CurrencyReport:
    """The day (``YYYY-MM-DD``) on which things are judged, and their statuses."""

    as_of: str
    statuses: tuple[CurrencyStatus, ...]

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from imaging_trials.views import formats

        return formats.html("currency", self)


def release_day(store: Store) -> str:
    """Return the day on which the graph was issued, or that of the last import beside it if that is later.

    Raises UserError if the graph does not say.
    """
    found = read.text(store, vocabulary.DATASET, vocabulary.ISSUED)
    if not found:
        raise UserError("The graph does not say when it was issued (dcterms:issued): give a day with --as-of.")
    imports = read.all_texts(store, vocabulary.IMPORTED_ON)
    return max(found, *imports) if imports else found


def listed_articles(store: Store, as_of: str) -> CurrencyReport:
    """Return the status of every article that the page lists, in page order, on a day (``YYYY-MM-DD``)."""
    articles = dict.fromkeys(bibliography.in_page_order(store))
    return CurrencyReport(as_of, tuple(of_thing(store, article, as_of) for article in articles))


def of_thing(store: Store, thing: NamedNode, as_of: str) -> CurrencyStatus:
    """Return the status of an article or an edition on a day."""
    same = read.same_articles(store, thing)
    found = [*_happened(store, thing, as_of, same)]
    if read.is_a(store, thing, vocabulary.ARTICLE):
        found += [*_errata(store, thing, as_of), *article_findings.of_article(store, thing)]
    for one in same:
        found += _errata(store, one, as_of)
    found += _announced(store, (thing, *same), as_of)
    found += _endorsements(store, thing, as_of)
    if (nothing_newer := _nothing_newer(store, thing, found)) is not None:
        found.append(nothing_newer)
    words = {finding.words for finding in found}
    status = next(status for status in STATUSES if status in words)
    known = read.thing(store, thing)
    doi, pmid = (read.text(store, thing, name) for name in (vocabulary.DOI, vocabulary.PMID))
    return CurrencyStatus(known.label, "", known, doi, pmid, status, tuple(found))


def _nothing_newer(store: Store, thing: NamedNode, found: list[Finding]) -> Finding | None:
    """Return the finding that no newer edition of a guideline is known, or that the thing is no guideline.

    None if what was found before decides the status.
    """
    if any(finding.words in STATUSES for finding in found):
        return None
    editions = read.subjects(store, vocabulary.IS_PUBLISHED_AS, thing)
    if not editions and not read.is_a(store, thing, vocabulary.GUIDELINE_EDITION):
        return Finding(article_findings.NO_GUIDELINE, ("the graph knows of no guideline that it publishes",))
    reported = any(finding.certainty == NOT_COUNTED and finding.kind in _STATUS_AFTER.values() for finding in found)
    day = dates.checked(_checked_on(store, thing, *editions))
    return Finding(NOT_CONFIRMED if reported else NOT_KNOWN, (f"({day})",))


def _checked_on(store: Store, *things: NamedNode) -> str:
    """Return the last day on which anything about things or their events was checked with a source.

    That is a day of evidence (``imt:checkedOn``). What has none, because only the page states it, was last looked at
    for the release.
    """
    about = [*things, *(event.iri for thing in things for event in events_of(store, thing))]
    evidence = [one for thing in about for one in read.evidence(store, thing)]
    days = [day for one in evidence for day in read.texts(store, one, vocabulary.CHECKED_ON)]
    return max(days, default="") or release_day(store)


def _happened(store: Store, thing: NamedNode, as_of: str, same: list[NamedNode]) -> Iterator[Finding]:
    """Yield what happened to an article, its edition and the guideline that it discusses, or that it is not out yet.

    ``same`` are imported records of the article.
    """
    published = [
        event
        for event in events_of(store, thing)
        if event.kind in _PUBLICATIONS and event.assertion_status != vocabulary.REPORTED
    ]
    first = min(published, key=lambda event: event.earliest, default=None)
    if first and first.earliest > as_of:
        what = (f"published after {dates.shown(as_of)}",)
        yield Finding("not yet published", what, date=first.printed, sources=sources_of(store, first.iri))
        return
    for about in (thing, *read.subjects(store, vocabulary.IS_PUBLISHED_AS, thing)):
        yield from _changes(store, about, (), as_of)
    for about in same:
        yield from _changes(store, about, (), as_of)
    for about in read.objects(store, thing, vocabulary.DISCUSSES):
        yield from _changes(store, about, ("the guideline that it discusses, ", read.thing(store, about)), as_of)


def _changes(store: Store, about: NamedNode, subject: Phrase, as_of: str) -> Iterator[Finding]:
    announced: set[NamedNode] = set()
    for event in events_of(store, about):
        sure = certainty(event, as_of)
        notices = read.objects(store, event.iri, vocabulary.IS_ANNOUNCED_BY)
        if event.kind in _STATUS_AFTER and sure is not None and not announced & {*notices}:
            announced.update(notices)  # both records, that of the article and that of the notice, may say so
            yield _change(store, event, subject, sure, as_of)


def _change(store: Store, event: Event, subject: Phrase, sure: str, as_of: str) -> Finding:
    assert event.kind  # noqa: S101 - the caller checked it
    newer = read.objects(store, event.iri, vocabulary.RESULTS_IN)
    notices = read.objects(store, event.iri, vocabulary.IS_ANNOUNCED_BY)
    chain = [one for edition in newer for one in _successors(store, edition, as_of)]
    what: Phrase = subject or ("no replacement is named",)
    if newer:
        what = (*subject, *((", ",) if subject else ()), "by ", *joined(read.things(store, newer)))
    elif notices:
        what = (*subject, *((", ",) if subject else ()), "announced by ", *joined(read.things(store, notices)))
    if chain:
        what = (*what, ", itself superseded by ", *joined(read.things(store, chain), " and then by "))
    kind = _STATUS_AFTER[event.kind]
    if subject and kind == "superseded":
        kind = "updated"  # the article itself was not superseded, only the guideline that it is about
    return Finding(
        kind, what, sure, event.printed, reason(store, event), sources_of(store, event.iri), (*newer, *chain, *notices)
    )


def _successors(store: Store, edition: NamedNode, as_of: str) -> list[NamedNode]:
    """Return the editions that have superseded an edition, one after the other, by events that count on a day."""
    found: list[NamedNode] = []
    waiting = [edition]
    while waiting:
        for event in events_of(store, waiting.pop(0)):
            if event.kind == vocabulary.SUPERSESSION and certainty(event, as_of) == "":
                leads_to = read.objects(store, event.iri, vocabulary.RESULTS_IN)
                new = [one for one in leads_to if one not in (*found, edition)]
                found += new
                waiting += new
    return found


def _endorsements(store: Store, thing: NamedNode, as_of: str) -> Iterator[Finding]:
    for about in (thing, *read.subjects(store, vocabulary.IS_PUBLISHED_AS, thing)):
        for event in events_of(store, about):
            sure = certainty(event, as_of)
            if event.kind == vocabulary.ENDORSEMENT and sure is not None:
                societies = read.objects(store, event.iri, vocabulary.IS_PERFORMED_BY)
                what = ("by ", *joined(read.things(store, societies)))
                sources = sources_of(store, event.iri)
                yield Finding("endorsed", what, sure, event.printed, reason(store, event), sources, tuple(societies))


def _announced(store: Store, things: Iterable[NamedNode], as_of: str) -> Iterator[Finding]:
    """Yield the corrections and expressions of concern of which imported records say who announces them."""
    known: set[NamedNode] = set()
    for thing in things:
        known |= {event.iri for event in article_findings.errata(store, thing)}
    for event in (event for thing in things for event in events_of(store, thing) if event.kind in _ANNOUNCED):
        notices = read.objects(store, event.iri, vocabulary.IS_ANNOUNCED_BY)
        sure = certainty(event, as_of)
        if not notices or sure is None or known & {*notices}:
            continue
        known.update(notices)
        assert event.kind  # noqa: S101 - it is one of those asked for
        what = ("announced by ", *joined(read.things(store, notices)))
        sources = sources_of(store, event.iri)
        yield Finding(_ANNOUNCED[event.kind], what, sure, event.printed, sources=sources, things=tuple(notices))


def _errata(store: Store, article: NamedNode, as_of: str) -> Iterator[Finding]:
    issues = [event.earliest for event in events_of(store, article) if event.kind == vocabulary.ISSUE_PUBLICATION]
    issued = min((day for day in issues if day), default="")
    for event in article_findings.errata(store, article):
        if event.earliest > as_of:
            continue
        is_before_issue = bool(event.latest) and event.latest < issued
        what = article_findings.place_of_erratum(store, event.iri)
        if is_before_issue:
            what = (*what, "; it came out before the issue of the article")
        sure = "" if event.latest and event.latest <= as_of else POSSIBLY
        sources = sources_of(store, event.iri)
        yield Finding("corrected", what, sure, event.printed, sources=sources, things=(event.iri,))
