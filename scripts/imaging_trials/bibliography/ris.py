"""RIS, the tagged format that reference managers exchange: ``TY`` opens a record, ``ER`` closes it.

Source: "RIS Format Specifications", Research Information Systems (2011).
"""

import re
from collections.abc import Sequence

from imaging_trials.bibliography.record import Author, Date, Record, Reference, reference

_LINE = re.compile(r"([A-Z][A-Z0-9])  -(?: (.*))?")
_ADDRESSES_AND_NOTES = ("UR", "L1", "L2", "N1")


def write(records: Sequence[Record]) -> str:
    """Return an entry of type JOUR for each record.

    A person is "Family, I. I."; the name of a group ends in a comma, which marks it as a single name. AN is the PMID
    and C2 the PMCID. Journals have the short title that the source prints (JO, JA). Pages are written out. Epub dates
    and errata are notes (N1).
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


def read(text: str) -> list[Reference]:
    """Return the references of a RIS text.

    A line without a tag continues the value before it, and a record may lack its last line (``ER``).

    >>> [(one.place, one.title, one.doi) for one in read("TY  - JOUR\\nT1  - A title\\nDO  - 10.1000/a\\nER  - \\n")]
    [('line 1', 'A title', '10.1000/a')]
    """
    found: list[Reference] = []
    record: dict[str, list[str]] = {}
    start, last = 1, ""
    for number, line in enumerate(text.splitlines(), 1):
        tagged = _LINE.fullmatch(line.rstrip())
        if not tagged:
            if last and line.strip():
                record[last].append(line.strip())
            continue
        tag, value = tagged[1], (tagged[2] or "").strip()
        if tag in ("TY", "ER"):
            if record:
                found.append(_reference(record, start, len(found) + 1))
            record, start, last = {}, number, ""
        if tag != "ER":
            record.setdefault(tag, []).append(value)
            last = tag
    if record:
        found.append(_reference(record, start, len(found) + 1))
    return found


def _reference(record: dict[str, list[str]], line: int, number: int) -> Reference:
    def joined(*tags: str) -> str:
        return " ".join(value for tag in tags for value in record.get(tag, []))

    title = joined("T1") or joined("TI")
    return reference(
        f"line {line}",
        (joined("ID"), title, f"record {number}"),
        joined(*_ADDRESSES_AND_NOTES),
        title,
        doi=joined("DO"),
        pmid=joined("AN"),
        pmcid=joined("C2"),
    )
