"""RIS, the tagged format that reference managers exchange: ``TY`` opens a record, ``ER`` closes it.

Source: "RIS Format Specifications", Research Information Systems (2011).
"""

import re
from collections.abc import Iterator, Sequence

from imaging_trials.bibliography import citation_parts
from imaging_trials.bibliography.citation import Citation, Unusable
from imaging_trials.bibliography.record import Author, Date, Record
from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry, is_pubmed
from imaging_trials.bibliography.tagged import Draft

START = re.compile(r"^[ \t]{0,8}(?:TY(?:[ \t]{1,4}-|-[ \t])|ty[ \t]{2,4}-[ \t]|ER[ \t]{2,4}-[ \t]*$)", re.MULTILINE)
"""The first line of a record, or the last."""

_TYPE = re.compile(r"^[ \t]{0,8}(?:TY|ty)[ \t]{0,4}-", re.MULTILINE)

# Where lines have two blanks before the hyphen, as they should, "CT - a study" in an abstract is no tag.
_LINE_OF_TYPE = re.compile(r"^[ \t]{0,8}(?:TY|ty|ER)[ \t]{2,4}-", re.MULTILINE)
_LINE = re.compile(r"[ \t]{0,8}([A-Z][A-Z0-9]|[a-z][a-z0-9])[ \t]{2,4}-(?=[ \t]|\Z|[A-Z0-9])")
_LOOSE_LINE = re.compile(r"[ \t]{0,8}([A-Z][A-Z0-9])(?:[ \t]{0,4}-(?=[ \t]|\Z)|[ \t]{1,4}-)")
_TYPE_ALONE = re.compile(r"[ \t]{0,8}(?:TY|ty)([ \t]{0,4})-[ \t]{0,4}[A-Za-z]{3,8}[ \t]{0,8}\Z")
_NUMBER = re.compile(r"[0-9]{1,6}\.?|\[[0-9]{1,6}\]|<[0-9]{1,6}>", re.ASCII)

_NOTES = ("UR", "L1", "L2", "L3", "LK", "N1", "M1", "M2", "M3", "RN", "U1", "U2", "U3", "U4", "U5", "CN", "H1", "H2")
_CUSTOM = ("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8")
_FIELDS = Fields(
    name=("ID", "LB"),
    title=("T1", "TI", "CT", "BT", "ST"),
    authors=("AU", "A1"),
    year=("PY", "Y1", "DA", "Y2"),
    container=("JO", "JF", "T2", "JA", "J2", "BT"),
    doi=("DO", "DI"),
    pmid=("PMID", "PM"),
    pmcid=("PMCID", "PMC"),
    accession=("AN", "ID"),
    database=("DB", "DP"),
    doubtful=("C5", "C2", "M3", "C7"),
    searched=(*_NOTES, *_CUSTOM),
)


def write(records: Sequence[Record]) -> str:
    """Return an entry of type JOUR for each record.

    A person is "Family, I. I."; the name of a group ends in a comma, which marks it as a single name. AN is the PMID,
    and DB says so; C2 is the PMCID. Journals have the short title that the source prints (JO, JA). Pages are written
    out. Epub dates and errata are notes (N1).
    """
    return "\n".join(_entry(record) for record in records)


def _entry(record: Record) -> str:
    first, _, last = record.full_pages.partition("-")
    if "," in record.full_pages:
        first, last = record.full_pages, ""
    fields = [
        ("TY", "JOUR"),
        ("ID", record.key),
        *(("AU", _name(author)) for author in record.authors),
        ("T1", record.title),
        ("JO", record.journal),
        ("JA", record.journal),
        *(_date(record.date) if record.date else []),
        ("VL", record.volume),
        ("IS", record.issue),
        ("SP", first),
        ("EP", last),
        ("DO", record.doi),
        ("UR", f"https://doi.org/{record.doi}" if record.doi else ""),
        ("DB", "PubMed" if record.pmid else ""),
        ("AN", record.pmid),
        ("C2", record.pmcid),
        *(("N1", note) for note in record.notes),
    ]
    lines = [f"{tag}  - {' '.join(value.split())}\n" for tag, value in fields if value]
    return "".join([*lines, "ER  - \n"])


def _name(author: Author) -> str:
    person = author.person
    if not person:
        return f"{author.name},"
    return ", ".join(part for part in (person.family, person.given, person.generation) if part)


def _date(date: Date) -> list[tuple[str, str]]:
    """Return year and full date: YYYY/MM/DD/other, whose other part is the printed text of a range."""
    parts = date.parts
    if not parts:
        return []
    year, *rest = parts[0]
    if len(parts) > 1:
        return [("PY", str(year)), ("DA", f"{year}///{date.printed.removeprefix(str(year)).strip()}")]
    month, day = ([f"{number:02}" for number in rest] + ["", ""])[:2]
    return [("PY", str(year)), ("DA", f"{year}/{month}/{day}/")]


def read(text: str, _where: str) -> list[Reference]:
    """Return the references of a RIS text.

    A record ends at ``ER``, or where the next one begins. Lines outside records are skipped: headers, search histories,
    numbers of records, and stray tags. A line without a tag continues the value before it.

    >>> text = "Provider: Springer\\n1.\\nTY  - JOUR\\nT1  - A title\\nDO  - 10.1000/a\\nER  - \\n"
    >>> [(one.place, one.title, one.doi) for one in read(text, "the list")]
    [('line 3', 'A title', '10.1000/a')]
    """
    return [_reference(entry) for entry in entries(text)]


def entries(text: str) -> Iterator[Entry]:
    """Yield the records of a RIS text as they are, with tags as names of fields."""
    line_of = _LINE if _LINE_OF_TYPE.search(text) else _LOOSE_LINE
    has_types = _TYPE.search(text) is not None
    draft: Draft | None = None
    is_open = is_after_blank = False
    number = 0
    for at, line in enumerate(text.split("\n"), 1):
        line_of = _style(line) or line_of
        tag, value = _tag(line_of, line)
        if not tag:
            if not value:
                is_after_blank = True
            elif not is_open:
                draft = None  # the tags before this line were not of a record
            elif draft and not _NUMBER.fullmatch(value):
                draft.go_on(value)
            continue
        if tag in ("ER", "TY") and draft and (is_open or (tag == "ER" and not has_types)):
            number += 1
            yield draft.entry(number)
            draft = None
        is_open = tag != "ER" and (tag == "TY" or (is_open and draft is not None) or not has_types)
        if tag == "ER":
            draft = None
            continue
        if draft is None or (is_after_blank and not is_open):
            draft = Draft(at)
        is_after_blank = False
        draft.add(tag, value)
    if draft and is_open:
        yield draft.entry(number + 1)


def _style(line: str) -> "re.Pattern[str] | None":
    """Return how the lines of a record begin, from its first line: records of two tools may be in one file."""
    typed = _TYPE_ALONE.match(line)
    return typed and (_LINE if len(typed[1]) > 1 else _LOOSE_LINE)


def _tag(line_of: "re.Pattern[str]", line: str) -> tuple[str, str]:
    """Return the tag of a line and its value, or "" and the line."""
    tagged = line_of.match(line)
    value = line[tagged.end() :].strip() if tagged else ""
    if not tagged or (tagged[1].upper() == "ER" and value):  # "ER - positive" in an abstract
        return "", line.strip()
    return tagged[1].upper(), value


def _reference(entry: Entry) -> Reference:
    database = " ".join(entry.values(*_FIELDS.database)).casefold()
    addresses = " ".join(entry.values("UR", "L2"))[:2000].casefold()
    for tag, name, address in (("C5", "embase", "embase.com"), ("C2", "scopus", "scopus.com")):
        if name in database or (not database and address in addresses):
            entry.fields["PMID"] = [
                *entry.fields.get("PMID", []),
                *(value for value in entry.values(tag) if value.strip().isdecimal()),
            ]
    if is_pubmed(entry.values(*_FIELDS.database)):
        numbers = [value for value in entry.values("C2") if value.strip().isdecimal()]
        entry.fields["PMC"] = [*entry.fields.get("PMC", []), *numbers]
    return from_entry(entry, _FIELDS)


_JOURNAL_TYPES = ("JOUR", "JFULL", "EJOUR", "ABST", "INPR", "MGZN", "EJOU")


def citations(text: str, _where: str) -> Iterator[Citation | Unusable]:
    """Yield the whole citations of a RIS text."""
    for entry in entries(text):
        titles = [one for one in entry.values("JF", "T2", "JO", "J2", "JA") if one]
        short = entry.first("JA", "J2", "JO")
        is_article = entry.first("TY").upper() in _JOURNAL_TYPES
        yield citation_parts.of_reference(
            _reference(entry),
            citation_parts.Parts(
                authors=[citation_parts.name_of(name) for name in entry.values("AU", "A1")],
                journal=citation_parts.journal_of(titles[0] if titles else "", short, entry.values("SN"))
                if is_article
                else None,
                issued=citation_parts.date_of(entry.values("DA", "PY", "Y1")),
                volume=entry.first("VL"),
                issue=entry.first("IS"),
                pages=citation_parts.span_of_pages(entry.first("SP"), entry.first("EP")),
                languages=entry.values("LA"),
                keywords=entry.values("KW"),
                abstract=entry.first("AB", "N2"),
                notes=" ".join(entry.values("N1")),
                is_article=is_article,
            ),
        )
