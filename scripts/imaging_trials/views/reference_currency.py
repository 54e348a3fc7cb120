"""The currency of a list of references: find the article of each, and judge it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from pyoxigraph import NamedNode, Store

from imaging_trials import bibliography
from imaging_trials.bibliography import Identifier, Reference
from imaging_trials.model import PROJECT, identifiers, read, vocabulary
from imaging_trials.views import currency
from imaging_trials.views.currency import TO_CHECK, CurrencyReport, CurrencyStatus
from imaging_trials.views.findings import IF_SO, Finding, as_sources
from imaging_trials.views.phrases import Phrase
from imaging_trials.views.reference_titles import Guess, Titles, folded

_Identifier = tuple[str, str]
"""A scheme (``doi``, ``pmid``, ``pmcid``) and an identifier in lower case."""


class _Index(NamedTuple):
    """Articles by identifier and by title, and the editions in whose evidence an identifier is named."""

    articles: dict[_Identifier, NamedNode]
    titles: Titles
    editions: dict[_Identifier, NamedNode]


def of_references(store: Store, references: Iterable[Reference], as_of: str) -> CurrencyReport:
    """Return the status of each reference of a list, in its order; what the graph does not know is ``unknown``."""
    index = _index(store)
    return CurrencyReport(as_of, tuple(_of_reference(store, index, one, as_of) for one in references))


def _index(store: Store) -> _Index:
    articles = _articles(store)
    titles = Titles((one, title) for one in articles for title in read.texts(store, one, vocabulary.TITLE))
    index = _Index({}, titles, {})
    for article in articles:
        for scheme in identifiers.ARTICLE_SCHEMES:
            for value in read.texts(store, article, _property(scheme)):
                index.articles[scheme, value.casefold()] = article
        for correction in bibliography.corrections_of(store, article):
            name = correction.property.value.removeprefix(PROJECT.vocabulary)
            index.articles[name, correction.corrected.casefold()] = article
    for edition in read.members(store, vocabulary.GUIDELINE_EDITION):
        rationale = read.rationale(store, edition)
        for scheme in identifiers.ARTICLE_SCHEMES:
            for _, _, value in identifiers.find_places(scheme, rationale):
                index.editions.setdefault((scheme, value.casefold()), edition)
    return index


def _articles(store: Store) -> list[NamedNode]:
    """Return the articles of the graph, and of imported publications those of which it has none with their numbers.

    Those are also known that only a notice names, such as that of their retraction.
    """
    ours, others = [], []
    for one in dict.fromkeys((*read.members(store, vocabulary.ARTICLE), *read.members(store, vocabulary.PUBLICATION))):
        if read.is_imported(store, one):
            others.append(one)
        elif read.is_a(store, one, vocabulary.ARTICLE):
            ours.append(one)
    known = {same for one in ours for same in read.same_articles(store, one)} if others else set()
    return [*ours, *(one for one in others if one not in known)]


def _property(scheme: str) -> NamedNode:
    return NamedNode(PROJECT.vocabulary + scheme)


def _of_reference(store: Store, index: _Index, reference: Reference, as_of: str) -> CurrencyStatus:
    given = [(one.scheme, one.value.casefold()) for one in reference.identifiers if one.is_certain]
    known = {one: article for one in given if (article := _article(index, one))}
    articles = list(dict.fromkeys(known.values()))
    words = folded(reference.title or reference.words)
    titled = index.titles.same(words) if reference.title else index.titles.within(words)
    edition = next((index.editions[one] for one in given if one in index.editions), None)
    thing: NamedNode | None = None
    doubt = ""
    has_other_title = bool(reference.title and articles and titled and not {*articles} & {*titled})
    if len(articles) > 1 or (given and not articles and titled) or has_other_title:
        notes = [_disagreement(store, known, given, [] if articles and not has_other_title else titled)]
    elif articles:
        thing = articles[0]
        notes = [*_other_identifiers(store, thing, given)]
    elif edition:
        thing = edition
        notes = [_edition(store, next(one for one in given if one in index.editions), edition)]
    elif len(titled) == 1 and not (doubt := _doubt(store, index, reference, titled[0])):
        thing = titled[0]
        notes = [Finding("found by its title", (read.thing(store, thing),), things=(thing,))]
    elif number := _confirmed(index, reference, words) if not given and not titled else None:
        thing = index.articles[number.scheme, number.value]
        what = (f"{number.value}{f' in {number.field}' if number.field else ''}, since most words of the title agree",)
        notes = [Finding("read as a PMID", what, things=(thing,))]
    elif guesses := _guesses(index, reference, words, titled, doubt) if not given else []:
        return _to_check(store, reference, guesses, as_of)
    else:
        notes = [_unknown(given)]
    if not thing:
        return CurrencyStatus(reference.name, reference.place, None, "", "", "unknown", tuple(notes))
    judged = currency.of_thing(store, thing, as_of)
    status, findings = judged.status, judged.findings
    if thing == edition and _is_only_reported(store, edition):
        status, findings = (
            "unknown",
            (Finding("known from reports only", (read.rationale(store, edition),)),),
        )
    return replace(judged, asked=reference.name, place=reference.place, status=status, findings=(*notes, *findings))


def _doubt(store: Store, index: _Index, reference: Reference, article: NamedNode) -> str:
    """Return why a reference with an article's title may be another article, or ""."""
    if index.titles.is_of_another(reference.words, article):
        return "the list seems to name a correction of it or a comment on it"
    record = bibliography.read_record(store, article)
    dates = (record.issued, record.online, record.ahead_of_print)
    years = [date.parts[0][0] for date in dates if date and date.parts]
    if reference.year and years and all(abs(year - int(reference.year)) > 1 for year in years):
        return f"its year is {years[0]}, and {reference.year} in the list"
    return ""


def _confirmed(index: _Index, reference: Reference, words: list[str]) -> Identifier | None:
    """Return a number that may be a PMID and is that of an article whose title has most words of the reference's."""
    for one in reference.identifiers:
        article = None if one.is_certain else index.articles.get((one.scheme, one.value))
        if article and reference.title and index.titles.may_have(article, words):
            return one
    return None


def _guesses(index: _Index, reference: Reference, words: list[str], titled: list[NamedNode], doubt: str) -> list[Guess]:
    """Return the articles that a reference without a certain identifier may mean."""
    if len(titled) > 1:
        return [Guess(one, "the list has the titles of several articles there") for one in titled]
    if titled:
        return [Guess(titled[0], doubt)]
    numbered = [
        Guess(
            index.articles[one.scheme, one.value],
            f"{one.value}{f' in {one.field}' if one.field else ''} may be its PMID",
        )
        for one in reference.identifiers
        if not one.is_certain and (one.scheme, one.value) in index.articles
    ]
    text = reference.title or reference.words
    return numbered or index.titles.guesses(text, words, is_citation=not reference.title)


def _to_check(store: Store, reference: Reference, guesses: list[Guess], as_of: str) -> CurrencyStatus:
    """Return the status of a reference that probably means an article: what would hold if it does."""
    kind = "probably" if len(guesses) == 1 else "possibly"
    findings = [
        Finding(kind, (read.thing(store, one.article), f": {one.reason}; give its DOI or PMID"), things=(one.article,))
        for one in guesses
    ]
    if len(guesses) == 1:
        judged = currency.of_thing(store, guesses[0].article, as_of)
        findings += [replace(one, certainty=one.certainty or IF_SO) for one in judged.findings]
    return CurrencyStatus(reference.name, reference.place, None, "", "", TO_CHECK, tuple(findings))


def _article(index: _Index, one: _Identifier) -> NamedNode | None:
    """Return the article with an identifier; an underscore in a DOI may be a hyphen that was read wrongly."""
    scheme, value = one
    return index.articles.get(one) or (
        index.articles.get((scheme, value.replace("_", "-"))) if scheme == "doi" else None
    )


def _disagreement(
    store: Store, known: dict[_Identifier, NamedNode], given: list[_Identifier], titled: list[NamedNode]
) -> Finding:
    found = [(one[0].upper(), article) for one, article in known.items()]
    found += [("title", article) for article in titled]
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
    events = read.subjects(store, vocabulary.RESULTS_IN, edition)
    return bool(events) and all(
        vocabulary.REPORTED in read.objects(store, event, vocabulary.HAS_ASSERTION_STATUS) for event in events
    )


def _unknown(given: list[_Identifier]) -> Finding:
    known = " or ".join(f"the {scheme.upper()} {value}" for scheme, value in given)
    return Finding("unknown", (f"nothing in the graph has {known or 'its title, and no DOI, PMID or PMCID is given'}",))
