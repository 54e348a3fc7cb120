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
    """An event, a publication or an erratum: its kind, status, date as printed, and earliest and latest day."""

    iri: NamedNode
    kind: NamedNode | None
    assertion_status: NamedNode | None
    printed: str
    earliest: str
    latest: str


def read_event(store: Store, iri: NamedNode, kind: NamedNode | None = None) -> Event:
    """Return an event with its assertion status and its date; what an imported record says is confirmed."""
    statuses = read.objects(store, iri, vocabulary.HAS_ASSERTION_STATUS)
    return Event(
        iri,
        kind,
        statuses[0] if statuses else vocabulary.CONFIRMED if read.is_imported(store, iri) else None,
        read.text(store, iri, vocabulary.DATE_AS_PRINTED),
        read.text(store, iri, vocabulary.EARLIEST_DAY),
        read.text(store, iri, vocabulary.LATEST_DAY),
    )


def events_of(store: Store, thing: NamedNode) -> list[Event]:
    """Return the events of a thing, the earliest first."""
    found = [
        read_event(store, iri, kind)
        for iri in read.subjects(store, vocabulary.IS_EVENT_OF, thing)
        for kind in read.objects(store, iri, vocabulary.HAS_EVENT_KIND)
    ]
    return sorted(found, key=lambda event: (event.earliest, event.iri.value))


def certainty(event: Event, as_of: str) -> str | None:
    """Return "" for an event that counts on a day, a qualification for one that may count, or None for a later one."""
    if event.earliest and event.earliest > as_of:
        return None
    if event.assertion_status not in _COUNTED:
        return NOT_COUNTED
    return "" if event.latest and event.latest <= as_of else POSSIBLY


def reason(store: Store, event: Event) -> str:
    """Return the assertion status of an event and the evidence for it."""
    status = read.label(store, event.assertion_status) if event.assertion_status else ""
    return ": ".join(text for text in (status, read.rationale(store, event.iri)) if text)


def sources_of(store: Store, *things: NamedNode) -> tuple[read.Source, ...]:
    """Return the sources of things, or else the sections of the page that state them."""
    found = [source for thing in things for source in read.sources(store, thing)]
    versions = [one for thing in things for one in read.versions(store, thing)]
    if versions and not found:
        return tuple(dict.fromkeys(versions))
    found = found or [section for thing in things for section in read.sections(store, thing)]
    return as_sources(store, found)


def as_sources(store: Store, iris: Iterable[NamedNode]) -> tuple[read.Source, ...]:
    """Return sources without repetition, with what the store says about them."""
    return tuple(read.source(store, one) for one in dict.fromkeys(iris))
