"""The fields of one record in PubMed's XML, each read from its element. What is not understood becomes a warning."""

from functools import lru_cache
from typing import TYPE_CHECKING

from imaging_trials.bibliography import printed_date
from imaging_trials.bibliography.citation import CitedJournal, CitedName, Heading, Link
from imaging_trials.model import identifiers
from rdfkit.base import clip

if TYPE_CHECKING:
    from lxml.etree import _Element

Parts = dict[str, "_Element"]
"""The children of an element by their names."""


def text_of(element: "_Element | None") -> str:
    """Return the text of an element and all that is in it (markup, MathML), on one line."""
    if element is None:
        return ""
    text: str = "".join(element.itertext()) if len(element) else element.text or ""
    return text if text.isalnum() else " ".join(text.split())


def first_of(element: "_Element | None") -> Parts:
    """Return the children of an element by their names: of a name the first, as `find` does, but in one pass."""
    return {} if element is None else {one.tag: one for one in element.iterchildren(reversed=True)}


def each_of(element: "_Element | None", tag: str) -> "list[_Element]":
    """Return the children of an element that have a name, as `iterchildren` does, but in half the time."""
    return [] if element is None else [one for one in element if one.tag == tag]


def texts_in(element: "_Element | None", tag: str) -> tuple[str, ...]:
    """Return the different texts, in their order, of the children of an element that have a name."""
    return tuple(dict.fromkeys([text for one in each_of(element, tag) if (text := text_of(one))]))


def keywords_of(element: "_Element") -> tuple[str, ...]:
    """Return the different keywords in the lists of an element."""
    found = [text for words in each_of(element, "KeywordList") for text in texts_in(words, "Keyword")]
    return tuple(dict.fromkeys(found))


def version_of(pmid: "_Element | None") -> str:
    """Return the version of a PMID, or ""."""
    version = "" if pmid is None else pmid.get("Version", "").strip()
    return version if version.isascii() and version.isdigit() else ""


def ids_of(data: Parts, article: "_Element", parts: Parts, warnings: list[str]) -> dict[str, str]:
    """Return DOI, PMCID and publisher's identifier: those of PubMed's list before those of the article.

    ``data`` and ``parts`` are the children of PubMed's data and of the article.
    """
    found: dict[str, str] = {}
    ids = each_of(data.get("ArticleIdList"), "ArticleId") + each_of(parts.get("ArticleIdList"), "ArticleId")
    pairs = [(one.get("IdType", ""), text_of(one)) for one in ids]
    if "ELocationID" in parts:
        places = each_of(article, "ELocationID")
        pairs += [(one.get("EIdType", ""), text_of(one)) for one in places if one.get("ValidYN") != "N"]
    for kind, text in pairs:
        if kind in found or not text:
            continue
        if kind == "pii":
            found[kind] = text
        elif scheme := {"doi": "doi", "pmc": "pmcid"}.get(kind):
            if value := identifiers.normalize(scheme, text):
                found[kind] = value
            else:
                warnings.append(f"the {identifiers.SCHEMES[scheme].label} '{clip(text)}' is malformed")
    return found


def journal_of(journal: Parts, about: Parts, warnings: list[str]) -> CitedJournal | None:
    """Return the journal of an article, or None if the record names none.

    It is described by the children of Journal, which has the issue, and of MedlineJournalInfo.
    """
    issns = []
    for text in (text_of(journal.get("ISSN")), text_of(about.get("ISSNLinking"))):
        if value := _issn(text):
            issns.append(value)
        elif text:
            warnings.append(f"the ISSN '{clip(text)}' is malformed")
    title = text_of(journal.get("Title"))
    abbreviation = text_of(about.get("MedlineTA")) or text_of(journal.get("ISOAbbreviation"))
    nlm_id = text_of(about.get("NlmUniqueID"))
    if not (title or abbreviation or issns or nlm_id):
        return None
    return CitedJournal(title, abbreviation, tuple(dict.fromkeys(issns)), nlm_id)


@lru_cache(maxsize=10_000)
def _orcid_of(text: str) -> str:
    return identifiers.normalize("orcid", text)


@lru_cache(maxsize=10_000)
def _issn(text: str) -> str:
    return identifiers.normalize("issn", text)


def pages_of(pagination: "_Element | None") -> str:
    """Return the pages as printed, or from the first to the last."""
    parts = first_of(pagination)
    pages = text_of(parts.get("MedlinePgn"))
    if not pages:
        first, last = text_of(parts.get("StartPage")), text_of(parts.get("EndPage"))
        pages = f"{first}-{last}" if first and last and first != last else first
    return pages


def published_on(element: "_Element | None", warnings: list[str]) -> printed_date.Dated | None:
    """Return a date of publication: in parts, as a season, or as printed (MedlineDate)."""
    if element is None:
        return None
    parts = first_of(element)
    if "MedlineDate" not in parts and "Season" not in parts:
        return _date_of(parts, warnings)
    text = text_of(parts.get("MedlineDate")) or " ".join(
        part for name in ("Year", "Season") if (part := text_of(parts.get(name)))
    )
    return _known(printed_date.parse(text), text, warnings)


def date_of(element: "_Element | None", warnings: list[str]) -> printed_date.Dated | None:
    """Return the date in an element of year, month and day."""
    return _date_of(first_of(element), warnings)


def _date_of(parts: Parts, warnings: list[str]) -> printed_date.Dated | None:
    year, month, day = text_of(parts.get("Year")), text_of(parts.get("Month")), text_of(parts.get("Day"))
    if found := (year or month or day) and printed_date.date_of_parts(year, month, day):
        return found
    return _known(None, f"{year} {month} {day}", warnings)


def _known(found: printed_date.Dated | None, text: str, warnings: list[str]) -> printed_date.Dated | None:
    if found is None and text.strip():
        warnings.append(f"the date '{clip(text)}' is not understood")
    return found


def day_of(element: "_Element | None") -> str:
    """Return the day in an element of year, month and day, as ``YYYY-MM-DD``, or ""."""
    found = date_of(element, [])
    return found.earliest if found and found.earliest == found.latest else ""


_NAME_PARTS = ("LastName", "ForeName", "Initials", "Suffix", "CollectiveName", "Identifier")


def names_in(names: "_Element | None", tag: str, warnings: list[str]) -> tuple[CitedName, ...]:
    """Return the names in a list of authors or investigators, in their order.

    A name that was corrected is there twice: as it was first, which is not valid, and as it is right.
    """
    found = []
    for parts in _people(names, tag):
        if parts[tag].get("ValidYN") == "N":
            continue
        if "CollectiveName" in parts:
            found.append(CitedName(text_of(parts["CollectiveName"]), is_group=True))
            continue
        name = text_of(parts.get("LastName"))
        if "Initials" in parts and (initials := text_of(parts["Initials"])):
            name = f"{name} {initials}" if name else initials
        elif "ForeName" in parts and (given := text_of(parts["ForeName"])):
            initials = "".join([word[0] for word in given.split()])
            name = f"{name} {initials}" if name else initials
        if "Suffix" in parts and (suffix := text_of(parts["Suffix"])):
            name = f"{name} {suffix}" if name else suffix
        orcid = _orcid(parts[tag], warnings) if "Identifier" in parts else ""
        if name:
            found.append(CitedName(name, False, orcid))
        else:
            warnings.append(f"{tag.lower()} {len(found) + 1} has no name")
    return tuple(found)


def _people(names: "_Element | None", tag: str) -> list[Parts]:
    """Return each person or group of a list with the parts of its name, without the addresses, which most have."""
    people: list[Parts] = []
    for one in () if names is None else names.iter(tag, *_NAME_PARTS):
        if one.tag == tag:
            people.append({tag: one})
        elif people:
            people[-1].setdefault(one.tag, one)
    return people


def _orcid(person: "_Element", warnings: list[str]) -> str:
    written = next((text_of(one) for one in person.iterchildren("Identifier") if one.get("Source") == "ORCID"), "")
    found = _orcid_of(written.replace(" ", "")) if written else ""
    if written and not found:
        warnings.append(f"the ORCID '{clip(written)}' is malformed")
    return found


def type_of(element: "_Element") -> Heading:
    """Return a publication type."""
    ui = element.get("UI", "")
    return Heading(text_of(element), (ui,) if ui else ())


def heading_of(element: "_Element") -> Heading:
    """Return a MeSH heading with its qualifiers."""
    descriptor = next(iter(each_of(element, "DescriptorName")), None)
    if descriptor is None:
        return Heading("")
    qualifiers = each_of(element, "QualifierName")
    ui = descriptor.get("UI", "")
    pairs = tuple([f"{ui}{one.get('UI')}" for one in qualifiers if ui and one.get("UI")])
    is_major = any(one.get("MajorTopicYN") == "Y" for one in (descriptor, *qualifiers))
    return Heading(text_of(descriptor), (ui, *pairs) if ui else (), is_major)


def substance_of(element: "_Element") -> Heading:
    """Return a substance with its identifiers."""
    parts = first_of(element)
    name = parts.get("NameOfSubstance")
    ui = "" if name is None else name.get("UI", "")
    number = text_of(parts.get("RegistryNumber"))
    is_unii = len(number) == 10 and number.isascii() and number.isalnum()
    return Heading(text_of(name), (ui,) if ui else (), unii=number if is_unii else "")


def link_of(element: "_Element") -> Link:
    """Return a comment or correction."""
    parts = first_of(element)
    pmid = identifiers.normalize("pmid", text_of(parts.get("PMID")))
    return Link(element.get("RefType", ""), text_of(parts.get("RefSource")), pmid)


def trials_of(banks: "_Element | None", warnings: list[str]) -> tuple[str, ...]:
    """Return the NCT numbers in the databank list."""
    found = []
    for bank in each_of(banks, "DataBank"):
        parts = first_of(bank)
        if text_of(parts.get("DataBankName")) != "ClinicalTrials.gov":
            continue
        for text in texts_in(parts.get("AccessionNumberList"), "AccessionNumber"):
            if number := identifiers.normalize("nctId", text):
                found.append(number)
            else:
                warnings.append(f"the NCT number '{clip(text)}' is malformed")
    return tuple(dict.fromkeys(found))


def abstract_of(element: "_Element | None") -> str:
    """Return the parts of an abstract with their labels; the copyright sentence is no part."""
    if element is None:
        return ""
    parts = []
    for one in element.iterchildren("AbstractText"):
        label, text = one.get("Label", ""), text_of(one)
        parts.append(f"{label}: {text}" if label and text else text)
    return " ".join(part for part in parts if part)
