"""What the graph knows about how a listed article stands on a given day: superseded, corrected, incomplete, current.

A status rests on the curated events, and only on those that are confirmed or read from titles; what is only reported
is shown and counts for nothing. An event counts on a day from the latest day on that its date can mean. Between its
earliest and its latest day it counts as possible.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyoxigraph import NamedNode, Store

from imaging_trials import bibliography
from imaging_trials.bibliography import Reference
from imaging_trials.graph import identifiers, lookup
from imaging_trials.graph import nuclide_notation as notation
from imaging_trials.graph import read as facts
from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError

NOT_COUNTED = "reported, not counted"
POSSIBLY = "possibly"

STATUSES = (
    "retracted", "superseded", "updated", "possibly superseded", "possibly updated", "not yet published", "current",
    "unknown",
)  # fmt: skip
"""What a thing can be on a day, the gravest first. ``updated`` is also said of what discusses an updated guideline."""

GRAVE = ("retracted", "superseded", "unknown")
"""What ``--strict`` is about."""

_EVENTS = {"retraction": "retracted", "supersession": "superseded", "update": "updated"}
_COUNTS = ("confirmed", "read-from-titles")
_DATASET = NamedNode(PROJECT.base + "dataset")
_ISSUED = NamedNode(PROJECT.prefixes["dcterms"] + "issued")
_PUBLISHED = ("issue-publication", "online-publication", "ahead-of-print")
_NOT_GUIDELINES = {"study-of-guidelines": "a study of guidelines", "review-of-guideline": "a review of a guideline"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Finding(NamedTuple):
    """One thing to know: its kind, how sure ("" or a hedge), its date as printed, what, why, and the sources."""

    kind: str
    certainty: str
    date: str
    what: str
    why: str
    sources: tuple[NamedNode, ...]
    things: tuple[NamedNode, ...] = ()
    """What the finding leads to: the edition that replaces, the erratum, the correction, the society."""

    @property
    def words(self) -> str:
        """Return the kind with its hedge: "possibly superseded", "superseded (reported, not counted)"."""
        if self.certainty == NOT_COUNTED:
            return f"{self.kind} ({NOT_COUNTED})"
        return f"{self.certainty} {self.kind}".strip()


class Audited(NamedTuple):
    """What was found of a thing: what was asked for and where, the article or edition or None, status, findings."""

    asked: str
    place: str
    thing: NamedNode | None
    status: str
    findings: tuple[Finding, ...]


class _Event(NamedTuple):
    iri: NamedNode
    kind: str
    standing: str
    printed: str
    earliest: str
    latest: str


def release_day(store: Store) -> str:
    """Return the day on which the graph was issued. Raises UserError where it does not say."""
    days = facts.texts(store, _DATASET, _ISSUED)
    if not days:
        raise UserError("The graph does not say when it was issued (dcterms:issued): give a day with --on.")
    return days[0]


def day(words: str) -> str:
    """Return a day such as 2026-11-26. Raises UserError for what is none."""
    from datetime import date

    try:
        if _DAY.fullmatch(words):
            return date.fromisoformat(words).isoformat()
    except ValueError:
        pass
    raise UserError(f"{words[:40]!r} is no day: write it as YYYY-MM-DD, for example 2026-11-26.")


def listed(store: Store, on: str) -> list[Audited]:
    """Return the audit of every article that the page lists, in page order, on a day (``YYYY-MM-DD``)."""
    articles = dict.fromkeys(bibliography.in_page_order(store))
    return [of(store, article, on) for article in articles]


def references(store: Store, found: Iterable[Reference], on: str) -> list[Audited]:
    """Return the audit of each reference of a list, in its order; what the graph does not know is ``unknown``."""
    index = _index(store)
    return [_of_reference(store, index, reference, on) for reference in found]


def of(store: Store, thing: NamedNode, on: str) -> Audited:
    """Return the audit of an article or of an edition on a day."""
    findings = [*_standing(store, thing, on)]
    if facts.is_a(store, thing, "Article"):
        findings += [*_errata(store, thing, on), *_of_article(store, thing)]
    findings += _endorsements(store, thing, on)
    status = _status(findings)
    if status == "current":
        findings.append(Finding("current", "", "", f"nothing known by {on} takes its place", "", ()))
    return Audited(lookup.label(store, thing), "", thing, status, tuple(findings))


def _status(findings: list[Finding]) -> str:
    said = {finding.words for finding in findings}
    return next((status for status in STATUSES if status in said), "current")


# Events


def _standing(store: Store, thing: NamedNode, on: str) -> Iterator[Finding]:
    """Yield what happened to an article, its edition and the edition that it discusses, and whether it is out yet."""
    published = [event for event in _events(store, thing) if event.kind in _PUBLISHED and event.standing != "reported"]
    first = min((event.earliest for event in published), default="")
    if first > on:
        earliest = min(published, key=lambda event: event.earliest)
        yield Finding(
            "not yet published", "", earliest.printed, f"published after {on}", "", *_sources(store, [earliest.iri])
        )
        return
    own = [thing, *facts.subjects(store, "isPublishedAs", thing)]
    for about, prefix in [
        *((one, "") for one in own),
        *((one, "the guideline that it discusses, ") for one in facts.objects(store, thing, "discusses")),
    ]:
        for event in _events(store, about):
            if event.kind not in _EVENTS:
                continue
            certainty = _certainty(event, on)
            if certainty is not None:
                subject = f"{prefix}{lookup.label(store, about)}, " if prefix else ""
                yield _happened(store, event, subject, certainty, on)


def _happened(store: Store, event: _Event, subject: str, certainty: str, on: str) -> Finding:
    newer = facts.objects(store, event.iri, "leadsTo")
    chain = [one for edition in newer for one in _chain(store, edition, on)]
    by = " and ".join(lookup.label(store, edition) for edition in newer)
    what = f"{subject}by {by}" if by else subject.rstrip(", ") or "no replacement is named"
    if chain:
        what += f", itself superseded by {' and then by '.join(lookup.label(store, one) for one in chain)}"
    kind = _EVENTS[event.kind]
    if subject and kind == "superseded":
        kind = "updated"  # the article itself stands; the guideline it is about has moved on
    why = _because(store, event)
    return Finding(kind, certainty, event.printed, what, why, *_sources(store, [event.iri], (*newer, *chain)))


def _chain(store: Store, edition: NamedNode, on: str) -> list[NamedNode]:
    """Return the editions that have in turn replaced an edition, as far as that counts on the day."""
    found: list[NamedNode] = []
    waiting = [edition]
    while waiting:
        for event in _events(store, waiting.pop(0)):
            if event.kind == "supersession" and _certainty(event, on) == "":
                new = [one for one in facts.objects(store, event.iri, "leadsTo") if one not in (*found, edition)]
                found += new
                waiting += new
    return found


def _because(store: Store, event: _Event) -> str:
    standing = lookup.label(store, facts.node(f"standing:{event.standing}")) if event.standing else ""
    basis = facts.text(store, event.iri, "basis")
    return f"{standing}: {basis}" if standing and basis else basis or standing


def _events(store: Store, thing: NamedNode) -> list[_Event]:
    """Return the events of a thing, the earliest first."""
    found = []
    for iri in facts.subjects(store, "concerns", thing):
        for kind in facts.objects(store, iri, "hasEventKind"):
            standings = facts.objects(store, iri, "hasStanding")
            names = [standing.value.removeprefix(PROJECT.prefixes["standing"]) for standing in standings]
            printed, earliest, latest = (
                facts.text(store, iri, name) for name in ("printedDate", "earliestDay", "latestDay")
            )
            local = kind.value.removeprefix(PROJECT.prefixes["eventkind"])
            found.append(_Event(iri, local, next(iter(names), ""), printed, earliest, latest))
    return sorted(found, key=lambda event: (event.earliest, event.iri.value))


def _certainty(event: _Event, on: str) -> str | None:
    """Return "" for an event that counts on a day, a hedge for one that may or that is only reported, else None."""
    if event.earliest and event.earliest > on:
        return None
    if event.standing not in _COUNTS:
        return NOT_COUNTED
    return "" if event.latest and event.latest <= on else POSSIBLY


def _endorsements(store: Store, thing: NamedNode, on: str) -> Iterator[Finding]:
    for about in [thing, *facts.subjects(store, "isPublishedAs", thing)]:
        for event in _events(store, about):
            certainty = _certainty(event, on)
            if event.kind == "endorsement" and certainty is not None:
                societies = facts.objects(store, event.iri, "isActOf")
                names = " and ".join(lookup.label(store, society) for society in societies)
                yield Finding(
                    "endorsed", certainty, event.printed, f"by {names}", _because(store, event),
                    *_sources(store, [event.iri], tuple(societies)),
                )  # fmt: skip


def _errata(store: Store, article: NamedNode, on: str) -> Iterator[Finding]:
    issues = [event.earliest for event in _events(store, article) if event.kind == "issue-publication"]
    issued = min((one for one in issues if one), default="")
    for erratum in facts.subjects(store, "corrects", article):
        printed, earliest, latest = (
            facts.text(store, erratum, name) for name in ("printedDate", "earliestDay", "latestDay")
        )
        if earliest > on:
            continue
        journal = next(
            (facts.text(store, one, "printedName") for one in facts.objects(store, erratum, "isPublishedIn")), ""
        )
        place = bibliography.volume_issue_pages(
            *(facts.text(store, erratum, name) for name in ("volume", "issue", "pages"))
        )
        before = "; it came out before the issue of the article" if latest and latest < issued else ""
        what = f"by an erratum in {journal}{place}{before}"
        certainty = "" if latest and latest <= on else POSSIBLY
        yield Finding("corrected", certainty, printed, what, "", *_sources(store, [erratum], (erratum,)))


# What is so on every day


def _of_article(store: Store, article: NamedNode) -> Iterator[Finding]:
    yield from _print_state(store, article)
    for one in bibliography.corrections(store, article):
        yield _correction(store, one)
    for thing in bibliography.cited_things(store, article):
        for variant in facts.subjects(store, "isVariantOf", thing):
            printed, other = facts.text(store, variant, "printedValue"), facts.text(store, variant, "variantValue")
            what = f"the page prints '{printed}', another source '{other}'; which is right is not judged"
            basis = facts.text(store, variant, "basis")
            yield Finding("variant reading", "", "", what, basis, *_sources(store, [variant], (variant,)))
    for kind in facts.objects(store, article, "hasPublicationKind"):
        words = _NOT_GUIDELINES.get(kind.value.removeprefix(PROJECT.prefixes["pubkind"]))
        if words:
            basis = facts.text(store, article, "basis")
            yield Finding("not itself a guideline", "", "", words, basis, tuple(facts.sources(store, article)), (kind,))
    if facts.subjects(store, "lists", article) and not named_societies(store, article):
        what = "neither its title nor its authors name a society that issues it"
        why = "computed: no name of an organisation of the graph stands there"
        yield Finding("no issuing society named", "", "", what, why, tuple(facts.sections(store, article)))


def _print_state(store: Store, article: NamedNode) -> Iterator[Finding]:
    events = _events(store, article)
    in_issue = [event for event in events if event.kind == "issue-publication"]
    if any(event.standing != "reported" for event in in_issue):
        return
    for event in events:
        if event.kind == "ahead-of-print":
            what = "the page cites it as ahead of print, without volume and pages"
            yield Finding("ahead of print on the page", "", event.printed, what, "", *_sources(store, [event.iri]))
    for event in in_issue:
        yield Finding(
            "published in an issue", NOT_COUNTED, event.printed, "since the page was written", _because(store, event),
            *_sources(store, [event.iri]),
        )  # fmt: skip


def _correction(store: Store, one: bibliography.Correction) -> Finding:
    name = lookup.label(store, one.property)
    if not one.printed:
        kind, what = f"missing {name} on the page", f"the page leaves out {one.corrected}"
    else:
        kind = "misprinted name" if one.property == facts.imt("printedName") else f"misprinted {name}"
        what = f"the page prints '{one.printed}', it should be '{one.corrected}'"
    return Finding(kind, "", "", what, one.basis, one.sources, (one.iri,))


def named_societies(store: Store, article: NamedNode) -> list[NamedNode]:
    """Return the organisations that an article's title names as a word, or that stand among its authors."""
    title = " ".join(facts.texts(store, article, lookup.TITLE))
    found = set()
    for authorship in facts.subjects(store, "isAuthorshipOf", article):
        found.update(facts.objects(store, authorship, "isByOrganisation"))
    for kind in ("Organisation", "Committee"):
        for society in facts.members(store, kind):
            names = {name for predicate in lookup.NAME_PROPERTIES for name in facts.texts(store, society, predicate)}
            if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", title) for name in names):
                found.add(society)
    return sorted(found, key=lambda one: one.value)


def _sources(
    store: Store, of_things: list[NamedNode], things: tuple[NamedNode, ...] = ()
) -> tuple[tuple[NamedNode, ...], tuple[NamedNode, ...]]:
    """Return the sources of things, or the page's sections that state them, and what a finding leads to."""
    found = [source for thing in of_things for source in facts.sources(store, thing)]
    found = found or [section for thing in of_things for section in facts.sections(store, thing)]
    return tuple(dict.fromkeys(found)), things


# Lists of references


class _Index(NamedTuple):
    """What identifies the articles of the graph, and the editions in whose basis an identifier is named."""

    articles: dict[tuple[str, str], NamedNode]
    titles: dict[str, NamedNode]
    named: dict[tuple[str, str], NamedNode]


def _index(store: Store) -> _Index:
    index = _Index({}, {}, {})
    for article in facts.members(store, "Article"):
        for name in ("doi", "pmid", "pmcid"):
            for value in facts.texts(store, article, facts.imt(name)):
                index.articles[name, value.casefold()] = article
        for correction in bibliography.corrections_of(store, article):
            name = correction.property.value.removeprefix(PROJECT.vocabulary)
            index.articles[name, correction.corrected.casefold()] = article
        for title in facts.texts(store, article, lookup.TITLE):
            index.titles[_letters(title)] = article
    for edition in facts.members(store, "GuidelineEdition"):
        for basis in facts.texts(store, edition, facts.imt("basis")):
            for scheme in identifiers.ARTICLE_SCHEMES:
                if value := identifiers.find(scheme, basis):
                    index.named.setdefault((scheme, value.casefold()), edition)
    return index


def _identifiers(reference: Reference) -> list[tuple[str, str]]:
    given = (("doi", reference.doi), ("pmid", reference.pmid), ("pmcid", reference.pmcid))
    return [(name, value.casefold()) for name, value in given if value]


def _letters(text: str) -> str:
    return "".join(c for c in notation.fold(text) if c.isalnum())


def _of_reference(store: Store, index: _Index, reference: Reference, on: str) -> Audited:
    identifiers = _identifiers(reference)
    things = list(dict.fromkeys(index.articles[one] for one in identifiers if one in index.articles))
    titled = _by_title(index, reference.title)
    notes: list[Finding] = []
    thing = None
    if len(things) > 1 or (identifiers and not things and titled):
        notes.append(_disagreement(store, index, identifiers, titled))
    elif things:
        thing = things[0]
        notes += _other_identifiers(store, thing, identifiers)
    elif not identifiers and titled:
        thing = titled
        notes.append(Finding("found by its title", "", "", lookup.label(store, thing), "", (), (thing,)))
    else:
        named = next((one for one in identifiers if one in index.named), None)
        thing = index.named[named] if named else None
        notes.append(_edition(store, named, thing) if named and thing else _unknown(identifiers))
        if thing and _only_reported(store, thing):
            notes.append(Finding("known from reports only", "", "", facts.text(store, thing, "basis"), "", ()))
            return Audited(reference.name, reference.place, thing, "unknown", tuple(notes))
    if thing is None:
        return Audited(reference.name, reference.place, None, "unknown", tuple(notes))
    audited = of(store, thing, on)
    return Audited(reference.name, reference.place, thing, audited.status, (*notes, *audited.findings))


def _disagreement(store: Store, index: _Index, identifiers: list[tuple[str, str]], titled: NamedNode | None) -> Finding:
    found = [
        (name.upper(), index.articles[name, value]) for name, value in identifiers if (name, value) in index.articles
    ]
    if titled and not found:
        found = [("title", titled)]
    which = " and ".join(f"its {name} is that of {lookup.label(store, one)}" for name, one in found)
    others = [name.upper() for name, value in identifiers if (name, value) not in index.articles]
    other = f", its {' and its '.join(others)} of nothing in the graph" if others else ""
    return Finding("identifiers disagree", "", "", f"{which}{other}", "", (), tuple(one for _, one in found))


def _other_identifiers(store: Store, thing: NamedNode, identifiers: list[tuple[str, str]]) -> Iterator[Finding]:
    """Yield where a reference gives another identifier than the graph has, the corrected one included."""
    corrected = {(one.property.value, one.corrected.casefold()) for one in bibliography.corrections_of(store, thing)}
    for name, value in identifiers:
        ours = facts.text(store, thing, name)
        if ours and ours.casefold() != value and (PROJECT.vocabulary + name, value) not in corrected:
            yield Finding(
                f"another {name.upper()}", "", "", f"the list has {value}, the graph {ours}", "", (), (thing,)
            )


def _edition(store: Store, named: tuple[str, str], thing: NamedNode) -> Finding:
    name, value = named
    what = f"no article in the graph has the {name.upper()} {value}, which is named for {lookup.label(store, thing)}"
    return Finding("read as an edition", "", "", what, "", tuple(facts.sources(store, thing)), (thing,))


def _only_reported(store: Store, edition: NamedNode) -> bool:
    """Tell whether all that leads to an edition is an event that is only reported."""
    events = facts.subjects(store, "leadsTo", edition)
    reported = facts.node("standing:reported")
    return bool(events) and all(reported in facts.objects(store, event, "hasStanding") for event in events)


def _unknown(identifiers: list[tuple[str, str]]) -> Finding:
    known = " or ".join(f"the {name.upper()} {value}" for name, value in identifiers)
    what = f"nothing in the graph has {known or 'its title, and no DOI, PMID or PMCID is given'}"
    return Finding("unknown", "", "", what, "", ())


def _by_title(index: _Index, words: str) -> NamedNode | None:
    """Return the one article whose title is in the words, or None."""
    letters = _letters(words[:5000])
    found = {article for title, article in index.titles.items() if title in letters}
    return found.pop() if len(found) == 1 else None
