"""NLM style: citations as PubMed prints them, one a line, and lists with one reference a line.

Source: NLM, "Citing Medicine" (2nd edition), https://www.ncbi.nlm.nih.gov/books/NBK7256/.
"""

import re
from collections.abc import Sequence

from imaging_trials.bibliography.record import Erratum, Record, Reference, reference, volume_issue_pages
from imaging_trials.model import identifiers

MAX_IDENTIFIERS_ON_A_LINE = 10_000


def write(records: Sequence[Record]) -> str:
    """Return the citations, one a line."""
    return "".join(f"{citation(record)}\n" for record in records)


def citation(record: Record) -> str:
    """Return a citation as one line, without the year that a page may print before it.

    A group follows a semicolon, and the people listed under it follow commas. An erratum of which only the date is
    known ends in ``;:``, as PubMed prints it.
    """
    date = record.date
    published = [f"{record.journal}."]
    if date:
        published.append(f"{date.printed}{volume_issue_pages(record.volume, record.issue, record.pages)}.")
    if record.doi:
        published.append(f"doi: {record.doi}.")
    if record.issued and record.online:
        published.append(f"Epub {record.online.printed}.")
    if not record.issued and record.ahead_of_print:
        published.append("Epub ahead of print.")
    published += [erratum(one) for one in record.errata]
    numbers = [f"{name}: {value}" for name, value in (("PMID", record.pmid), ("PMCID", record.pmcid)) if value]
    if numbers:
        published.append("; ".join(numbers) + ".")
    return " ".join([*(_sentence(part) for part in (authors(record), record.title) if part), *published])


def authors(record: Record) -> str:
    """Return the authors in order, a group after a semicolon."""
    parts: list[str] = []
    for author in record.authors:
        if parts:
            parts.append("; " if author.is_group else ", ")
        parts.append(author.name)
    return "".join(parts)


def erratum(one: Erratum) -> str:
    """Return where an erratum was published; if only its date is known, the text ends in ``;:``."""
    where = volume_issue_pages(one.volume, one.issue, one.pages)
    return f"Erratum in: {one.journal}. {one.date}{f'{where}.' if where else ';:'}"


def read(text: str) -> list[Reference]:
    """Return the references of a plain list: a citation, a title, an identifier or an address on each line.

    A line of several identifiers of one kind is as many references. Empty lines and lines that begin with ``#`` are
    skipped. A line without an identifier is a reference by its words.

    >>> [(one.place, one.pmid, one.doi) for one in read("28283702, 27262701\\ndoi: 10.1000/a. PMID: 1.")]
    [('line 1', '28283702', ''), ('line 1', '27262701', ''), ('line 2', '1', '10.1000/a')]
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if words and not words.startswith("#"):
            parts = _identifiers_of_one_kind(words) or [words]
            found += [reference(f"line {number}", (part,), part, part, pmid=part) for part in parts]
    return found


def _identifiers_of_one_kind(words: str) -> list[str]:
    """Return the parts of a line of nothing but identifiers, two of which are of one kind; else nothing."""
    parts = [part for part in re.split(r"[\s,;]+", words) if part]
    if not 2 <= len(parts) <= MAX_IDENTIFIERS_ON_A_LINE:
        return []
    kinds = [_kind(part) for part in parts]
    return parts if all(kinds) and len(set(kinds)) < len(kinds) else []


def _kind(text: str) -> str:
    return next((scheme for scheme in identifiers.ARTICLE_SCHEMES if identifiers.normalize(scheme, text)), "")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
