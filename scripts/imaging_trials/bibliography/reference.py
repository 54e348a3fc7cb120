"""References as the readers return them: one entry of somebody's list, with what identifies the article.

A reader of a format returns each entry as it is in the file (`Entry`); `from_entry` finds the identifiers, the title
and the rest in it, by a table of the format's fields (`Fields`). So the rules on identifiers are the same for all
formats.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from imaging_trials.bibliography import markup
from imaging_trials.model import identifiers

MAX_NAME_CHARACTERS = 80
"""How long the name of a `Reference` may be; a longer one is cut."""

_BARE_NUMBER = re.compile(r"0*[1-9][0-9]{0,7}", re.ASCII)
_MEDLINE_NUMBER = re.compile(r"(?:medline|pubmed|med|pm|pmid)\s?[:-]?\s?0*([1-9][0-9]{0,7})", re.IGNORECASE | re.ASCII)
RELATED = re.compile(
    r"\b(?:(?:partial )?(?:comment|erratum|retraction|retracted|expression of concern|update|summary|reprinted)"
    r"|corrected and republished) (?:in|on|of|for|from)\b",
    re.IGNORECASE | re.ASCII,
)
"""Where a citation goes on with other articles: its erratum, what it comments on."""

_YEAR = re.compile(r"(?<![0-9])(1[5-9][0-9]{2}|20[0-9]{2})(?![0-9])", re.ASCII)


@dataclass(frozen=True)
class Identifier:
    """An identifier of an article: its scheme (``doi``, ``pmid``, ``pmcid``), its normalized form, and its field.

    ``is_certain`` is false for a number that may be a PMID or belong to another database: the entry does not say.
    """

    scheme: str
    value: str
    field: str
    is_certain: bool = True


@dataclass(frozen=True)
class Reference:
    """One entry of a list of references.

    ``place`` is its line or item in the file and ``number`` its position in the list, from 1. ``name`` is what to call
    it by. ``title``, ``authors`` (as printed), ``year`` and ``container`` (a journal, a book) are those of the entry,
    empty where it has none. ``words`` is a whole citation in a format without fields, where ``title`` is "".
    """

    place: str
    number: int
    name: str
    identifiers: tuple[Identifier, ...]
    title: str = ""
    authors: tuple[str, ...] = ()
    year: str = ""
    container: str = ""
    words: str = ""

    def identifier(self, scheme: str) -> str:
        """Return the certain identifier of a scheme, or ""."""
        return next((one.value for one in self.identifiers if one.scheme == scheme and one.is_certain), "")

    @property
    def doi(self) -> str:
        """The DOI, or ""."""
        return self.identifier("doi")

    @property
    def pmid(self) -> str:
        """The PMID, or ""."""
        return self.identifier("pmid")

    @property
    def pmcid(self) -> str:
        """The PMCID, or ""."""
        return self.identifier("pmcid")


class Entry(NamedTuple):
    """One entry as it is in the file: its place, its position from 1, and the values of its fields by name."""

    place: str
    number: int
    fields: dict[str, list[str]]

    def add(self, name: str, value: str) -> None:
        """Add a value of a field; an empty one is left out."""
        if value:
            self.fields.setdefault(name, []).append(value)

    def values(self, *names: str) -> list[str]:
        """Return the values of fields, in the order of the names."""
        return [value for name in names for value in self.fields.get(name, ())]

    def first(self, *names: str) -> str:
        """Return the first value of the first of these fields that has one, or ""."""
        return next(iter(self.values(*names)), "")


class Fields(NamedTuple):
    """Where a format has what identifies an article: names of its fields, the most reliable first.

    ``doi``, ``pmid`` and ``pmcid`` hold nothing else, so that a bare number counts. ``accession`` is a number in the
    database that ``database`` names. A bare number in ``doubtful`` may be a PMID. ``searched`` are addresses and notes,
    in which identifiers have a label or are part of an address.
    """

    name: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    container: tuple[str, ...] = ()
    doi: tuple[str, ...] = ()
    pmid: tuple[str, ...] = ()
    pmcid: tuple[str, ...] = ()
    accession: tuple[str, ...] = ()
    database: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()


def from_entry(entry: Entry, fields: Fields) -> Reference:
    """Return the reference of an entry, whose identifiers are found by the table of its format."""
    title = markup.plain_text(entry.first(*fields.title))
    names = (entry.first(*fields.name), title, *entry.values("citation"), f"entry {entry.number}")
    years = [found[1] for text in entry.values(*fields.year) if (found := _YEAR.search(text[:200]))]
    return Reference(
        entry.place,
        entry.number,
        short(next(name for name in names if name)),
        tuple(_identifiers(entry, fields)),
        title,
        tuple(markup.plain_text(name) for name in entry.values(*fields.authors)),
        years[0] if years else "",
        markup.plain_text(entry.first(*fields.container)),
    )


def short(name: str) -> str:
    """Return a name on one line, cut at `MAX_NAME_CHARACTERS`."""
    name = " ".join(name[: 10 * MAX_NAME_CHARACTERS].split())
    return name if len(name) <= MAX_NAME_CHARACTERS else f"{name[: MAX_NAME_CHARACTERS - 3]}..."


def is_pubmed(databases: list[str]) -> bool:
    """Return whether the database that an entry comes from is PubMed or MEDLINE, so that its numbers are PMIDs.

    >>> is_pubmed(["Ovid MEDLINE(R)"]), is_pubmed(["Embase, Medline"]), is_pubmed(["PubMed Central"])
    (True, False, False)
    """
    text = " ".join(databases)[:1000].casefold()
    if any(other in text for other in ("embase", "central", "scopus", "pmc")):
        return False
    return any(name in text for name in ("pubmed", "medline", "national library of medicine")) or text.strip() == "nlm"


def _identifiers(entry: Entry, fields: Fields) -> list[Identifier]:
    found = []
    for scheme in identifiers.ARTICLE_SCHEMES:
        one = _own(entry, fields, scheme) or _by_database(entry, fields, scheme) or _searched(entry, fields, scheme)
        found += [one] if one else _doubtful(entry, fields, scheme)
    certain = {one.value.removeprefix("PMC") for one in found if one.is_certain}
    return [one for one in found if one.is_certain or one.value not in certain]


def _own(entry: Entry, fields: Fields, scheme: str) -> Identifier | None:
    names: tuple[str, ...] = getattr(fields, scheme)
    for name in names:
        for text in entry.fields.get(name, ()):
            if value := identifiers.read_field(scheme, markup.plain_text(text)):
                return Identifier(scheme, value, name)
    return None


def _by_database(entry: Entry, fields: Fields, scheme: str) -> Identifier | None:
    """Return the PMID that is the accession number in PubMed, or says that it is MEDLINE's."""
    if scheme != "pmid":
        return None
    is_ours = is_pubmed(entry.values(*fields.database))
    for name in fields.accession:
        for text in entry.fields.get(name, ()):
            named = _MEDLINE_NUMBER.fullmatch(text.strip())
            if named or (is_ours and _BARE_NUMBER.fullmatch(text.strip())):
                return Identifier(scheme, (named[1] if named else text.strip()).lstrip("0"), name)
    return None


def _searched(entry: Entry, fields: Fields, scheme: str) -> Identifier | None:
    names = (*fields.searched, *fields.accession, *fields.doubtful, *fields.doi, *fields.pmid, *fields.pmcid)
    for name in (*names, *fields.name):
        for text in entry.fields.get(name, ()):
            related = RELATED.search(text)
            if value := identifiers.find(scheme, text[: related.start()] if related else text):
                return Identifier(scheme, value, name)
    return None


def _doubtful(entry: Entry, fields: Fields, scheme: str) -> list[Identifier]:
    if scheme != "pmid":
        return []
    names = fields.doubtful if entry.values(*fields.database) else (*fields.accession, *fields.doubtful)
    texts = [(name, text.strip()) for name in names for text in entry.fields.get(name, ())]
    return [
        Identifier("pmid", text.lstrip("0"), name, is_certain=False)
        for name, text in texts
        if _BARE_NUMBER.fullmatch(text)
    ]
