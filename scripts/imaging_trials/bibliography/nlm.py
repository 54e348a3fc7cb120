"""NLM style: citations as PubMed prints them, one a line. `plain` reads them.

Source: NLM, "Citing Medicine" (2nd edition), https://www.ncbi.nlm.nih.gov/books/NBK7256/.
"""

from collections.abc import Sequence

from imaging_trials.bibliography.record import Erratum, Record, volume_issue_pages


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


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
