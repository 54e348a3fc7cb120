"""Findings about an article that do not depend on the day: misprints, discrepant values, and its citation."""

import re
from collections.abc import Iterator

from pyoxigraph import NamedNode, Store

from imaging_trials import bibliography
from imaging_trials.model import lookup, read, vocabulary
from imaging_trials.views.findings import (
    NOT_COUNTED,
    Event,
    Finding,
    as_sources,
    events_of,
    read_event,
    reason,
    sources_of,
)
from imaging_trials.views.phrases import Phrase

NO_GUIDELINE = "not itself a guideline"
"""The finding about, and the status of, an article that publishes no guideline."""

_NOT_GUIDELINES = {
    vocabulary.STUDY_OF_GUIDELINES: "a study of guidelines",
    vocabulary.REVIEW_OF_GUIDELINE: "a review of a guideline",
}


def of_article(store: Store, article: NamedNode) -> Iterator[Finding]:
    """Yield the findings about an article that do not depend on a day."""
    yield from _publication(store, article)
    for one in bibliography.corrections(store, article):
        yield _correction(store, one)
    for thing in bibliography.cited_things(store, article):
        for discrepancy in read.subjects(store, vocabulary.DIFFERS_FROM_STATEMENT_OF, thing):
            yield _discrepant_value(store, discrepancy)
    for kind in read.objects(store, article, vocabulary.HAS_PUBLICATION_KIND):
        if kind in _NOT_GUIDELINES:
            yield Finding(
                NO_GUIDELINE,
                (_NOT_GUIDELINES[kind],),
                why=read.rationale(store, article, vocabulary.HAS_PUBLICATION_KIND),
                sources=as_sources(store, read.sources(store, article)),
                things=(kind,),
            )
    if read.subjects(store, vocabulary.LISTS, article) and not named_societies(store, article):
        yield Finding(
            "no issuing society named",
            ("neither its title nor its authors name a society that issues it",),
            why="computed: title and authors contain no name of an organization of the graph",
            sources=as_sources(store, read.sections(store, article)),
        )


def named_societies(store: Store, article: NamedNode) -> list[NamedNode]:
    """Return the organizations that an article's title names as a word, or that are among its authors."""
    title = " ".join(read.texts(store, article, vocabulary.TITLE))
    found = {
        society
        for authorship in read.subjects(store, vocabulary.IS_AUTHORSHIP_OF, article)
        for society in read.objects(store, authorship, vocabulary.IS_BY_ORGANIZATION)
    }
    for cls in (vocabulary.ORGANIZATION, vocabulary.COMMITTEE):
        for society in read.members(store, cls):
            names = {name for property_ in lookup.NAME_PROPERTIES for name in read.texts(store, society, property_)}
            if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", title) for name in names):
                found.add(society)
    return sorted(found, key=lambda one: one.value)


def errata(store: Store, article: NamedNode) -> list[Event]:
    """Return the errata of an article with their dates."""
    return [read_event(store, erratum) for erratum in read.subjects(store, vocabulary.CORRECTS, article)]


def place_of_erratum(store: Store, erratum: NamedNode) -> Phrase:
    """Return in which journal and where in it an erratum is printed."""
    numbers = (vocabulary.VOLUME, vocabulary.ISSUE, vocabulary.PAGES)
    place = bibliography.volume_issue_pages(*(read.text(store, erratum, name) for name in numbers))
    journal = next(iter(read.objects(store, erratum, vocabulary.IS_PUBLISHED_IN)), None)
    if not journal:
        return ("by an erratum in ", place)
    return "by an erratum in ", read.Thing(journal, read.text(store, journal, vocabulary.NAME_AS_PRINTED)), place


def _publication(store: Store, article: NamedNode) -> Iterator[Finding]:
    """Yield where the page cites an article ahead of print, and that it is reported to be in an issue by now."""
    events = events_of(store, article)
    in_issue = [event for event in events if event.kind == vocabulary.ISSUE_PUBLICATION]
    if any(event.assertion_status != vocabulary.REPORTED for event in in_issue):
        return
    for event in events:
        if event.kind == vocabulary.AHEAD_OF_PRINT and not read.is_imported(store, event.iri):
            what = ("the page cites it as ahead of print, without volume and pages",)
            sources = sources_of(store, event.iri)
            yield Finding("ahead of print on the page", what, date=event.printed, sources=sources)
    for event in in_issue:
        what, why = ("since the page was written",), reason(store, event)
        yield Finding("published in an issue", what, NOT_COUNTED, event.printed, why, sources_of(store, event.iri))


def _discrepant_value(store: Store, discrepancy: NamedNode) -> Finding:
    printed = read.text(store, discrepancy, vocabulary.VALUE_AS_PRINTED)
    other = read.text(store, discrepancy, vocabulary.DISCREPANT_VALUE)
    return Finding(
        "discrepant value",
        (f"the page prints '{printed}', another source '{other}'; which is right is not judged",),
        why=read.text(store, discrepancy, vocabulary.RATIONALE),
        sources=sources_of(store, discrepancy),
        things=(discrepancy,),
    )


def _correction(store: Store, one: bibliography.Correction) -> Finding:
    name = read.label(store, one.property)
    if not one.printed:
        kind, what = f"missing {name} on the page", f"the page leaves out {one.corrected}"
    else:
        kind = "misprinted name" if one.property == vocabulary.NAME_AS_PRINTED else f"misprinted {name}"
        what = f"the page prints '{one.printed}', it should be '{one.corrected}'"
    return Finding(kind, (what,), why=one.rationale, sources=as_sources(store, one.sources), things=(one.iri,))
