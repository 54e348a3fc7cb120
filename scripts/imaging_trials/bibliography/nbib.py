"""NBIB, the MEDLINE format of PubMed: a tag of up to four letters, a hyphen, a value; a record begins with ``PMID-``.

ERIC and other databases use the same lines without a PMID. Source: NLM, "MEDLINE/PubMed Data Element (Field)
Descriptions".
"""

import re
from collections.abc import Iterator, Sequence

from imaging_trials.bibliography import citation_parts, printed_date
from imaging_trials.bibliography.citation import Citation, CitedName, Heading, Link, Unusable
from imaging_trials.bibliography.nlm import erratum
from imaging_trials.bibliography.record import Record, volume_issue_pages
from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry
from imaging_trials.bibliography.tagged import Draft
from imaging_trials.model import identifiers

START = re.compile(
    r"^(?:PMID ?- ?0*[1-9][0-9]{0,8}[ \t]*$|(?:OWN |STAT|DCOM|FAU |LID )- ?\S|DP  - [12][0-9]{3}\b.{0,80}\nTI  - \S)",
    re.MULTILINE | re.ASCII,
)
"""A line that only this format has, or the date before the title, as in `write`: in other formats it is after it."""

_LINE = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}-(?: |\Z)")
AFTER = "CN:after"
"""The name under which an `Entry` has the places of groups: no tag is called so."""

_ONCE = ("OWN", "STAT", "TI", "DP")
"""Tags that a record has once: one that comes again after a blank line begins a record without a PMID."""

_IDENTIFIERS = ("LID", "AID", "SO", "LA", "URL")
_FIELDS = Fields(
    title=("TI", "BTI", "CTI", "TT"),
    authors=("AU", "CN", "FAU"),
    year=("DP", "DEP"),
    container=("JT", "TA", "BTI"),
    doi=("DOI",),
    pmid=("PMID",),
    pmcid=("PMC",),
    searched=_IDENTIFIERS,
)


def write(records: Sequence[Record]) -> str:
    """Return a record for each citation, as PubMed's Citation manager does, with the tags that a citation has.

    A name is as printed, a group is CN at its place. DEP is the day of publication online, and PST says that an article
    is ahead of print. EIN is an erratum.
    """
    return "\n".join(_record(record) for record in records)


def _record(record: Record) -> str:
    online = record.online or record.ahead_of_print
    day = online.earliest.replace("-", "") if online and online.earliest == online.latest else ""
    fields = [
        ("PMID", record.pmid),
        ("VI", record.volume),
        ("IP", record.issue),
        ("DP", record.date.printed if record.date else ""),
        ("TI", record.title),
        ("PG", record.pages),
        ("LID", f"{record.doi} [doi]" if record.doi else ""),
        *(("CN" if author.is_group else "AU", author.name) for author in record.authors),
        ("DEP", day),
        ("TA", record.journal),
        ("PMC", record.pmcid),
        ("PST", "aheadofprint" if record.ahead_of_print and not record.issued else ""),
        *(("EIN", erratum(one).removeprefix("Erratum in: ")) for one in record.errata),
        ("SO", _source(record)),
    ]
    return "".join(f"{tag:<4}- {' '.join(value.split())}\n" for tag, value in fields if value)


def _source(record: Record) -> str:
    """Return journal, date, place and DOI in one sentence, as PubMed prints a source."""
    if not record.journal or not record.date:
        return ""
    doi = f" doi: {record.doi}." if record.doi else ""
    where = volume_issue_pages(record.volume, record.issue, record.pages)
    return f"{record.journal}. {record.date.printed}{where}.{doi}"


def read(text: str, _where: str) -> list[Reference]:
    """Return the references of an NBIB text.

    >>> text = "PMID- 28283702\\nTI  - A title\\n      that goes on\\nLID - 10.1000/a [doi]\\n\\nPMID- 1\\n"
    >>> [(one.pmid, one.title, one.doi) for one in read(text, "the list")]
    [('28283702', 'A title that goes on', '10.1000/a'), ('1', '', '')]
    """
    return [_reference(entry) for entry in entries(text)]


def entries(text: str) -> Iterator[Entry]:
    """Yield the records of an NBIB text as they are, with tags as names of fields.

    A value of AUID has the number of its author before it, and `AFTER` has, for each group, how many people are before
    it in the list of authors.
    """
    draft: Draft | None = None
    number, is_after_blank = 0, True
    for at, line in enumerate(text.split("\n"), 1):
        tagged = None if line[:1] == " " else _LINE.match(line)
        if not tagged:
            if not line.strip():
                is_after_blank = True
            elif draft and line[:1] in " \t":
                draft.go_on(line.strip())
            continue
        tag = tagged[1]
        if draft is None or tag == "PMID" or (is_after_blank and tag in _ONCE and tag in draft):
            if draft:
                yield draft.entry(number)
            number += 1
            draft = Draft(at)
        value = line[tagged.end() :].strip()
        if tag == "CN" and value:
            draft.add(AFTER, str(draft.count("AU")))
        draft.add(tag, f"{draft.count('AU')} {value}" if tag == "AUID" else value)
        is_after_blank = False
    if draft:
        yield draft.entry(number)


def _reference(entry: Entry) -> Reference:
    """Return the reference of a record, whose AID and LID say what they are: ``10.1000/a [doi]``, ``S1 [pii]``."""
    for value in entry.values("LID", "AID"):
        if value.endswith("[doi]"):
            entry.add("DOI", value.removesuffix("[doi]").strip())
    return from_entry(entry, _FIELDS)


LINKS = {
    "CIN": "CommentIn", "CON": "CommentOn", "CRI": "CorrectedandRepublishedIn", "CRF": "CorrectedandRepublishedFrom",
    "DDIN": "AssociatedPublication", "DRIN": "AssociatedPublication", "ECI": "ExpressionOfConcernIn",
    "ECF": "ExpressionOfConcernFor", "EIN": "ErratumIn", "EFR": "ErratumFor", "ORI": "OriginalReportIn",
    "PRIN": "RetractionIn", "PROF": "RetractionOf", "RIN": "RetractionIn", "ROF": "RetractionOf",
    "RPI": "RepublishedIn", "RPF": "RepublishedFrom", "RRI": "RetractedandRepublishedIn",
    "RRF": "RetractedandRepublishedFrom", "SPIN": "SummaryForPatientsIn", "UIN": "UpdateIn", "UOF": "UpdateOf",
}  # fmt: skip
"""Tags of comments and corrections, with PubMed's name for the same in XML. A partial retraction counts as one."""

_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)
_LAST_PMID = re.compile(r"PMID: ?([0-9]{1,9})\.?$", re.ASCII)


def citations(text: str, _where: str) -> Iterator[Citation | Unusable]:
    """Yield the whole citations of an NBIB text.

    Headings and publication types have their names only, as the format has no identifiers of MeSH.
    """
    for entry in entries(text):
        yield _citation(entry)


def _citation(entry: Entry) -> Citation | Unusable:
    found = citation_parts.of_reference(
        _reference(entry),
        citation_parts.Parts(
            authors=tuple(_authors(entry)),
            journal=citation_parts.journal_of(entry.first("JT"), entry.first("TA"), entry.values("IS")),
            issued=printed_date.parse(entry.first("DP")),
            online=_day(entry.first("DEP")),
            volume=entry.first("VI"),
            issue=entry.first("IP"),
            pages=entry.first("PG"),
            languages=entry.values("LA"),
            keywords=entry.values("OT"),
            abstract=entry.first("AB"),
            notes=citation_parts.AHEAD if entry.first("PST") == "aheadofprint" else "",
            is_article=not entry.values("BTI", "CTI"),
        ),
    )
    if isinstance(found, Unusable):
        return found
    revised = _day(entry.first("LR"))
    is_ahead = found.ahead_of_print is not None
    journal = found.journal
    return found._replace(
        name=f"PMID {found.pmid}" if found.pmid else found.name,
        version="",
        is_title_in_english=bool(found.pmid),
        vernacular_title=entry.first("TT") if entry.first("TI") else "",
        book=entry.first("BTI") if entry.first("TI") else "",
        journal=journal and journal._replace(nlm_id=entry.first("JID"), title=journal.title or entry.first("JT")),
        ahead_of_print=_day(entry.first("DEP")) or found.ahead_of_print if is_ahead else None,
        publisher_item_id=next(
            (value.removesuffix("[pii]").strip() for value in entry.values("AID", "LID") if value.endswith("[pii]")), ""
        ),
        investigators=tuple(CitedName(name) for name in entry.values("IR")),
        publication_types=tuple(Heading(name) for name in entry.values("PT")),
        mesh_headings=tuple(
            Heading(value.partition("/")[0].strip("* "), is_major="*" in value) for value in entry.values("MH")
        ),
        substances=tuple(_substance(value) for value in entry.values("RN")),
        trials=tuple(
            dict.fromkeys(
                number
                for value in entry.values("SI")
                if value.startswith("ClinicalTrials.gov/")
                and (number := identifiers.normalize("nctId", value.partition("/")[2]))
            )
        ),
        links=tuple(_link(tag, value) for tag in LINKS for value in entry.values(tag)),
        revised=revised.earliest if revised else "",
    )


def _authors(entry: Entry) -> Iterator[CitedName]:
    """Yield people and groups in the order of the list, people with their ORCIDs."""
    groups = list(zip(map(int, entry.values(AFTER)), entry.values("CN"), strict=True))
    orcids: dict[int, str] = {}
    for value in entry.values("AUID"):
        number, _, written = value.partition(" ")
        if orcid := identifiers.normalize("orcid", written.rpartition("ORCID:")[2].strip()):
            orcids[int(number)] = orcid
    people = entry.values("AU")
    for place in range(len(people) + 1):
        if place:
            yield CitedName(people[place - 1], orcid=orcids.get(place, ""))
        yield from (CitedName(name, is_group=True) for after, name in groups if after == place)


def _day(text: str) -> printed_date.Dated | None:
    found = _DAY.fullmatch(text.strip())
    return printed_date.date_of_parts(*found.groups()) if found else None


def _substance(value: str) -> Heading:
    number, _, name = value.partition(" (")
    if not name.endswith(")"):
        return Heading(value)
    is_unii = len(number) == 10 and number.isascii() and number.isalnum()
    return Heading(name.removesuffix(")"), unii=number if is_unii else "")


def _link(tag: str, value: str) -> Link:
    number = _LAST_PMID.search(value)
    pmid = identifiers.normalize("pmid", number[1]) if number else ""
    return Link(LINKS[tag], value[: number.start()].strip() if number else value, pmid)
