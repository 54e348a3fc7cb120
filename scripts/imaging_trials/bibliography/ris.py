"""RIS records, as reference managers read them."""

from collections.abc import Sequence

from imaging_trials.bibliography.model import Author, Citation, Date


def write(citations: Sequence[Citation]) -> str:
    """Return a record of type JOUR for each citation.

    A person is "Family, I. I."; the name of a group ends in a comma, which tells a reference manager that all of it is
    one name. AN is the PMID and C2 the PMCID. Journals stand by the short title that the source prints (JO, JA). Pages
    are written out. Epub dates and errata are notes (N1).
    """
    return "\n".join(_record(citation) for citation in citations)


def _record(citation: Citation) -> str:
    first, _, last = citation.full_pages.partition("-")
    if "," in citation.full_pages:
        first, last = citation.full_pages, ""
    fields = [
        ("TY", "JOUR"),
        ("ID", citation.key),
        *(("AU", _name(author)) for author in citation.authors),
        ("T1", citation.title),
        ("JO", citation.journal),
        ("JA", citation.journal),
        *(_date(citation.date) if citation.date else []),
        ("VL", citation.volume),
        ("IS", citation.issue),
        ("SP", first),
        ("EP", last),
        ("DO", citation.doi),
        ("UR", f"https://doi.org/{citation.doi}" if citation.doi else ""),
        ("AN", citation.pmid),
        ("C2", citation.pmcid),
        *(("N1", note) for note in citation.notes),
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
