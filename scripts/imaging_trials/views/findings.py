"""Findings about an article or an edition, and the events that they follow from."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode, Store

from imaging_trials.model import read, vocabulary
from imaging_trials.views.phrases import Phrase

NOT_COUNTED = "reported, not counted"
POSSIBLY = "possibly"
IF_SO = "if so"

_COUNTED = (vocabulary.CONFIRMED, vocabulary.READ_FROM_TITLES)


@dataclass(frozen=True)
class Finding:
    """One thing to know about an article or edition.

    ``certainty`` is "", `POSSIBLY`, `NOT_COUNTED`, or `IF_SO` where it is not sure which article is meant. ``date`` is
    as printed, ``why`` the reason, "" if there is none. ``things`` are those that the finding leads to: the edition
    that replaces, the erratum, the correction, the society.
    """

    kind: str
    what: Phrase
    certainty: str = ""
    date: str = ""
    why: str = ""
    sources: tuple[read.Source, ...] = ()
    things: tuple[NamedNode, ...] = ()

    @property
    def words(self) -> str:
        """The kind with its certainty: "possibly superseded", "superseded (reported, not counted)"."""
        if self.certainty in (NOT_COUNTED, IF_SO):
            return f"{self.kind} ({self.certainty})"
        return f"{self.certainty} {self.kind}".strip()


@dataclass(frozen=True)
class Event:
    """An event, a publication or an erratum: its kind, standing, date as printed, and the days that it can mean."""

    iri: NamedNode
    kind: NamedNode | None
    standing: NamedNode | None
    printed: str
    earliest: str
    latest: str


def read_event(store: Store, iri: NamedNode, kind: NamedNode | None = None) -> Event:
    """Return an event with its standing and its date."""
    standings = read.objects(store, iri, vocabulary.HAS_STANDING)
    return Event(
        iri,
        kind,
        standings[0] if standings else None,
        read.text(store, iri, vocabulary.PRINTED_DATE),
        read.text(store, iri, vocabulary.EARLIEST_DAY),
        read.text(store, iri, vocabulary.LATEST_DAY),
    )


def events_of(store: Store, thing: NamedNode) -> list[Event]:
    """Return the events of a thing, the earliest first."""
    found = [
        read_event(store, iri, kind)
        for iri in read.subjects(store, vocabulary.CONCERNS, thing)
        for kind in read.objects(store, iri, vocabulary.HAS_EVENT_KIND)
    ]
    return sorted(found, key=lambda event: (event.earliest, event.iri.value))


def certainty(event: Event, as_of: str) -> str | None:
    """Return "" for an event that counts on a day, a qualification for one that may count, or None for a later one."""
    if event.earliest and event.earliest > as_of:
        return None
    if event.standing not in _COUNTED:
        return NOT_COUNTED
    return "" if event.latest and event.latest <= as_of else POSSIBLY


def reason(store: Store, event: Event) -> str:
    """Return the standing of an event and the evidence for it."""
    standing = read.label(store, event.standing) if event.standing else ""
    return ": ".join(text for text in (standing, read.text(store, event.iri, vocabulary.BASIS)) if text)


def sources_of(store: Store, *things: NamedNode) -> tuple[read.Source, ...]:
    """Return the sources of things, or else the sections of the page that state them."""
    found = [source for thing in things for source in read.sources(store, thing)]
    found = found or [section for thing in things for section in read.sections(store, thing)]
    return as_sources(store, found)


def as_sources(store: Store, iris: Iterable[NamedNode]) -> tuple[read.Source, ...]:
    """Return sources without repetition, with what the store says about them."""
    return tuple(read.source(store, one) for one in dict.fromkeys(iris))
