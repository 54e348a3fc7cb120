"""The currency of a list of references: find the article of each, and judge it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from pyoxigraph import NamedNode, Store

from imaging_trials import bibliography
from imaging_trials.bibliography import Reference
from imaging_trials.model import PROJECT, identifiers, nuclide_notation, read, vocabulary
from imaging_trials.views import currency
from imaging_trials.views.currency import CurrencyReport, CurrencyStatus
from imaging_trials.views.findings import Finding, as_sources
from imaging_trials.views.phrases import Phrase

_MAX_TITLE_CHARACTERS = 5000

_Identifier = tuple[str, str]
"""A scheme (``doi``, ``pmid``, ``pmcid``) and an identifier in lower case."""


class _Index(NamedTuple):
    """Articles by identifier and by title, and the editions in whose evidence an identifier is named."""

    articles: dict[_Identifier, NamedNode]
    titles: dict[str, NamedNode]
    editions: dict[_Identifier, NamedNode]


def of_references(store: Store, references: Iterable[Reference], as_of: str) -> CurrencyReport:
    """Return the status of each reference of a list, in its order; what the graph does not know is ``unknown``."""
    index = _index(store)
    return CurrencyReport(as_of, tuple(_of_reference(store, index, one, as_of) for one in references))


def _index(store: Store) -> _Index:
    index = _Index({}, {}, {})
    for article in read.members(store, vocabulary.ARTICLE):
        for scheme in identifiers.ARTICLE_SCHEMES:
            for value in read.texts(store, article, _property(scheme)):
                index.articles[scheme, value.casefold()] = article
        for correction in bibliography.corrections_of(store, article):
            name = correction.property.value.removeprefix(PROJECT.vocabulary)
            index.articles[name, correction.corrected.casefold()] = article
        for title in read.texts(store, article, vocabulary.TITLE):
            index.titles[_letters(title)] = article
    for edition in read.members(store, vocabulary.GUIDELINE_EDITION):
        for basis in read.texts(store, edition, vocabulary.BASIS):
            for scheme in identifiers.ARTICLE_SCHEMES:
                if value := identifiers.find(scheme, basis):
                    index.editions.setdefault((scheme, value.casefold()), edition)
    return index


def _property(scheme: str) -> NamedNode:
    return NamedNode(PROJECT.vocabulary + scheme)


def _letters(text: str) -> str:
    return "".join(c for c in nuclide_notation.fold(text) if c.isalnum())


def _of_reference(store: Store, index: _Index, reference: Reference, as_of: str) -> CurrencyStatus:
    given = [
        (scheme, value.casefold())
        for scheme, value in (("doi", reference.doi), ("pmid", reference.pmid), ("pmcid", reference.pmcid))
        if value
    ]
    articles = list(dict.fromkeys(index.articles[one] for one in given if one in index.articles))
    titled = _by_title(index, reference.title)
    edition = next((index.editions[one] for one in given if one in index.editions), None)
    thing: NamedNode | None = None
    if len(articles) > 1 or (given and not articles and titled):
        notes = [_disagreement(store, index, given, titled)]
    elif articles:
        thing = articles[0]
        notes = [*_other_identifiers(store, thing, given)]
    elif titled and not given:
        thing = titled
        notes = [Finding("found by its title", (read.thing(store, titled),), things=(titled,))]
    elif edition:
        thing = edition
        notes = [_edition(store, next(one for one in given if one in index.editions), edition)]
    else:
        notes = [_unknown(given)]
    if not thing:
        return CurrencyStatus(reference.name, reference.place, None, "", "", "unknown", tuple(notes))
    judged = currency.of_thing(store, thing, as_of)
    status, findings = judged.status, judged.findings
    if thing == edition and _is_only_reported(store, edition):
        status, findings = (
            "unknown",
            (Finding("known from reports only", (read.text(store, edition, vocabulary.BASIS),)),),
        )
    return replace(judged, asked=reference.name, place=reference.place, status=status, findings=(*notes, *findings))


def _disagreement(store: Store, index: _Index, given: list[_Identifier], titled: NamedNode | None) -> Finding:
    known = [one for one in given if one in index.articles]
    found = [(one[0].upper(), index.articles[one]) for one in known]
    if titled and not found:
        found = [("title", titled)]
    what: Phrase = ()
    for name, article in found:
        what = (*what, f"{' and ' if what else ''}its {name} is that of ", read.thing(store, article))
    others = [one[0].upper() for one in given if one not in known]
    if others:
        what = (*what, f", its {' and its '.join(others)} of nothing in the graph")
    return Finding("identifiers disagree", what, things=tuple(article for _, article in found))


def _other_identifiers(store: Store, thing: NamedNode, given: list[_Identifier]) -> Iterator[Finding]:
    """Yield each identifier that is neither the one that the graph has nor its correction."""
    corrected = {(one.property, one.corrected.casefold()) for one in bibliography.corrections_of(store, thing)}
    for scheme, value in given:
        ours = read.text(store, thing, _property(scheme))
        if ours and ours.casefold() != value and (_property(scheme), value) not in corrected:
            what = (f"the list has {value}, the graph {ours}",)
            yield Finding(f"another {scheme.upper()}", what, things=(thing,))


def _edition(store: Store, named: _Identifier, edition: NamedNode) -> Finding:
    scheme, value = named
    what = (
        f"no article in the graph has the {scheme.upper()} {value}, which is named for ",
        read.thing(store, edition),
    )
    sources = as_sources(store, read.sources(store, edition))
    return Finding("read as an edition", what, sources=sources, things=(edition,))


def _is_only_reported(store: Store, edition: NamedNode) -> bool:
    """Return whether all events that lead to an edition are only reported."""
    events = read.subjects(store, vocabulary.LEADS_TO, edition)
    return bool(events) and all(
        vocabulary.REPORTED in read.objects(store, event, vocabulary.HAS_STANDING) for event in events
    )


def _unknown(given: list[_Identifier]) -> Finding:
    known = " or ".join(f"the {scheme.upper()} {value}" for scheme, value in given)
    return Finding("unknown", (f"nothing in the graph has {known or 'its title, and no DOI, PMID or PMCID is given'}",))


def _by_title(index: _Index, words: str) -> NamedNode | None:
    """Return the one article whose title is in the words, or None."""
    letters = _letters(words[:_MAX_TITLE_CHARACTERS])
    found = {article for title, article in index.titles.items() if title in letters}
    return found.pop() if len(found) == 1 else None
