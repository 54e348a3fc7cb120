"""Whole citations as the readers return them for an import: all that a format says of a publication, without a store.

A `reference.Reference` is what identifies an entry of a list; a `Citation` is everything that its format carries and
the graph has a term for. Affiliations are in none: they hold addresses of people.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from imaging_trials.bibliography.printed_date import Dated


class CitedName(NamedTuple):
    """An author or investigator: the name as citations print it, whether it is a group's, and an ORCID or ""."""

    name: str
    is_group: bool = False
    orcid: str = ""


class CitedJournal(NamedTuple):
    """A journal: its title, the abbreviation by which it is cited, its ISSNs and its identifier at NLM."""

    title: str = ""
    abbreviation: str = ""
    issns: tuple[str, ...] = ()
    nlm_id: str = ""


class Heading(NamedTuple):
    """A MeSH heading, publication type or substance: its name as printed, its MeSH identifiers and a UNII.

    ``mesh`` has the identifier of the descriptor and those of its pairs with qualifiers; it is empty where the format
    has names only.
    """

    name: str
    mesh: tuple[str, ...] = ()
    is_major: bool = False
    unii: str = ""


class Link(NamedTuple):
    """A comment or correction: the kind in PubMed's words, the other citation as printed, its PMID and its DOI."""

    kind: str
    printed: str
    pmid: str = ""
    doi: str = ""


class Citation(NamedTuple):
    """One publication as a record says it; a text that the record does not give is empty.

    ``name`` is what messages call the record by. ``kind`` is ``article``, ``book`` for
    a part of a book, or ``other``. ``revised`` is the day on which
    the database last changed the record, as ``YYYY-MM-DD``. ``warnings`` says what of the record was not understood.
    """

    name: str
    place: str = ""
    kind: str = "article"
    pmid: str = ""
    version: str = ""
    doi: str = ""
    pmcid: str = ""
    publisher_item_id: str = ""
    title: str = ""
    is_title_in_english: bool = False
    vernacular_title: str = ""
    languages: tuple[str, ...] = ()
    book: str = ""
    journal: CitedJournal | None = None
    volume: str = ""
    issue: str = ""
    pages: str = ""
    issued: Dated | None = None
    online: Dated | None = None
    ahead_of_print: Dated | None = None
    authors: tuple[CitedName, ...] = ()
    is_incomplete_in_authors: bool = False
    investigators: tuple[CitedName, ...] = ()
    publication_types: tuple[Heading, ...] = ()
    mesh_headings: tuple[Heading, ...] = ()
    substances: tuple[Heading, ...] = ()
    keywords: tuple[str, ...] = ()
    trials: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    abstract: str = ""
    revised: str = ""
    warnings: tuple[str, ...] = ()


class Deletion(NamedTuple):
    """A record that the database deleted, by its PMID."""

    pmid: str


class Unusable(NamedTuple):
    """A record that cannot be a citation: what to call it by, and the reason."""

    name: str
    reason: str


_INITIAL = re.compile(r"[^\W\d_]")
_GENERATIONS = {"jr": "Jr", "jr.": "Jr", "sr": "Sr", "sr.": "Sr", "ii": "2nd", "iii": "3rd", "iv": "4th"}


def cited_name(written: str) -> str:
    """Return a person's name, "Family, Given" or "Family, Given, Suffix", as citations print it.

    >>> cited_name("Van den Wyngaert, Tim"), cited_name("Smith, A.-B., Jr."), cited_name("Smith AB")
    ('Van den Wyngaert T', 'Smith AB Jr', 'Smith AB')
    """
    parts = [" ".join(part.split()) for part in written.split(",")]
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return parts[0] if parts else ""
    family, *rest = parts
    suffixes = [_GENERATIONS[part.casefold()] for part in rest if part.casefold() in _GENERATIONS]
    given = [part for part in rest if part.casefold() not in _GENERATIONS]
    return " ".join([family, *([initials] if (initials := initials_of(given)) else []), *suffixes])


def initials_of(given: Iterable[str]) -> str:
    """Return the initials of given names; what is written in capitals only is initials already.

    >>> initials_of(["David Alan"]), initials_of(["J.-L."]), initials_of(["AB"])
    ('DA', 'JL', 'AB')
    """
    found = []
    for text in given:
        for word in re.split(r"[\s.-]+", text):
            letters = _INITIAL.findall(word)
            found += letters if word.isupper() and len(letters) <= 3 else letters[:1]
    return "".join(found).upper()
