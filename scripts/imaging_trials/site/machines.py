"""Files for programs: the feed of what happened to guidelines, and the overview for language models."""

from typing import NamedTuple

from pyoxigraph import NamedNode, Store

from imaging_trials.model import PROJECT, dates, read, vocabulary
from imaging_trials.site import addresses, kinds, listings, parts, questions
from imaging_trials.site.typography import typeset

FEED = "feed.atom"
OVERVIEW = "llms.txt"
SITEMAP = "sitemap.xml"

_KINDS = (vocabulary.SUPERSESSION, vocabulary.UPDATE, vocabulary.RETRACTION, vocabulary.ENDORSEMENT)


class Entry(NamedTuple):
    """An event in the feed: its IRI, page, title, first day, and in words its date, how sure it is, and why."""

    iri: str
    path: str
    title: str
    day: str
    words: str


def entries(store: Store) -> tuple[Entry, ...]:
    """Return what happened to guidelines and articles on a known day, the newest first."""
    found = []
    for kind in _KINDS:
        for event in read.subjects(store, vocabulary.HAS_EVENT_KIND, kind):
            day = read.text(store, event, vocabulary.EARLIEST_DAY)
            if day:
                found.append(_entry(store, event, day))
    return tuple(sorted(found, key=lambda one: (one.day, one.iri), reverse=True))


def _entry(store: Store, event: NamedNode, day: str) -> Entry:
    statuses = read.things(store, read.objects(store, event, vocabulary.HAS_ASSERTION_STATUS))
    newer = read.things(store, read.objects(store, event, vocabulary.RESULTS_IN))
    printed = dates.shown(read.text(store, event, vocabulary.DATE_AS_PRINTED), day)
    words = [f"Date: {printed}", ", ".join(one.label for one in statuses), read.rationale(store, event)]
    words += [f"Newer: {one.label}." for one in newer]
    path = addresses.address(event.value)
    title = typeset(read.label(store, event))
    return Entry(event.value, path, _xml(title), day, _xml(". ".join(one.rstrip(".") for one in words if one)))


def _xml(text: str) -> str:
    """Return a text without the characters that XML 1.0 does not have."""
    return "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"))


def sitemap(pages: list[parts.Page], issued: str) -> bytes:
    """Return the list of all pages (https://www.sitemaps.org/protocol.html) by their permanent addresses.

    Pages of what only says something about other things come last.
    """
    ordered = sorted(pages, key=lambda page: (kinds.is_minor(page.iri), page.path.count("/"), page.path))
    head = ('<?xml version="1.0" encoding="utf-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">')
    found = (addresses.permanent(page.path) for page in ordered)
    lines = [f"<url><loc>{one}</loc><lastmod>{issued}</lastmod></url>" for one in found]
    return ("\n".join([*head, *lines, "</urlset>"]) + "\n").encode()


def overview(pages: list[parts.Page]) -> bytes:
    """Return the overview as Markdown (https://llmstxt.org): what the site has, and where the data is."""
    by_path = {page.path: page for page in pages}
    dataset = by_path["dataset.html"]
    lines = [f"# {by_path[addresses.HOME].title}", "", f"> {dataset.lead}", ""]
    lines.append(
        f"The page of a thing has the path of its IRI below {PROJECT.base}, with `.html`; `.ttl`, `.jsonld` and `.nt` "
        "beside it have the same statements."
    )
    lines += ["", "## Pages", ""]
    for path in (listings.BROWSE, questions.LISTING, "concept.html", addresses.VOCABULARY, addresses.SHAPES):
        page = by_path[path]
        lines.append(f"- [{page.title}]({path}): {' '.join(page.lead.split())}")
    lines += ["", "## Data", ""]
    for page in pages:
        if page.iri.startswith(PROJECT.prefixes["graph"]):
            lines.append(f"- [Named graph {page.title}]({page.formats}.ttl): {page.lead}")
    found = [f"- [{page.title}]({page.path})" for page in pages if page.path.startswith("guides/")]
    lines += ["", "## Guides", "", *found] if found else []
    return ("\n".join(lines) + "\n").encode()
