"""Citations as PubMed prints them, which is what NCI's page does. NLM's "Citing Medicine" has the rules."""

from collections.abc import Sequence

from imaging_trials.bibliography.model import Citation, Erratum, place


def write(citations: Sequence[Citation]) -> str:
    """Return the citations in NLM style, one a line."""
    return "".join(f"{line(citation)}\n" for citation in citations)


def line(citation: Citation) -> str:
    """Return a citation as one line, without the year that a page may put before it.

    A group stands behind a semicolon, and those listed under it behind commas. An erratum of which nothing but the date
    is known ends in ``;:``, as PubMed prints it.
    """
    date = citation.date
    published = [f"{citation.journal}."]
    if date:
        published.append(f"{date.printed}{place(citation.volume, citation.issue, citation.pages)}.")
    if citation.doi:
        published.append(f"doi: {citation.doi}.")
    if citation.issued and citation.online:
        published.append(f"Epub {citation.online.printed}.")
    if not citation.issued and citation.ahead_of_print:
        published.append("Epub ahead of print.")
    published += [erratum(one) for one in citation.errata]
    identifiers = [f"{name}: {value}" for name, value in (("PMID", citation.pmid), ("PMCID", citation.pmcid)) if value]
    if identifiers:
        published.append("; ".join(identifiers) + ".")
    return " ".join([*(_sentence(part) for part in (authors(citation), citation.title) if part), *published])


def authors(citation: Citation) -> str:
    """Return the authors in order, a group behind a semicolon."""
    parts: list[str] = []
    for author in citation.authors:
        if parts:
            parts.append("; " if author.is_group else ", ")
        parts.append(author.name)
    return "".join(parts)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def erratum(one: Erratum) -> str:
    """Return where an erratum stands; with nothing known but its date, that ends in ``;:``."""
    where = place(one.volume, one.issue, one.pages)
    return f"Erratum in: {one.journal}. {one.date}{f'{where}.' if where else ';:'}"
