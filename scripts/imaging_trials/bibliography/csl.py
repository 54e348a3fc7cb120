"""CSL-JSON, the data that citation processors and most reference managers exchange (csl-data schema, version 1.0.2)."""

import json
from collections.abc import Sequence
from typing import Any

from imaging_trials.bibliography.model import Author, Citation


def write(citations: Sequence[Citation]) -> str:
    """Return a JSON array with an ``article-journal`` for each citation, its id the article's slug.

    Families keep their particles ("Van den Wyngaert"), as the source sorts by them; a group is a literal name. A range
    of months has two date-parts. The Epub date is ``available-date``, ahead of print a status, errata are in the note.
    """
    return json.dumps([item(citation) for citation in citations], ensure_ascii=False, indent=2) + "\n"


def item(citation: Citation) -> dict[str, Any]:
    """Return a citation as a CSL item; what it lacks is absent."""
    issued = citation.date
    online = citation.online if citation.issued else None
    fields: dict[str, Any] = {
        "id": citation.key,
        "type": "article-journal",
        "author": [_name(author) for author in citation.authors],
        "title": citation.title,
        "container-title": citation.journal,
        "issued": {"date-parts": issued.parts} if issued and issued.parts else None,
        "available-date": {"date-parts": online.parts} if online and online.parts else None,
        "status": "Epub ahead of print" if citation.ahead_of_print and not citation.issued else "",
        "volume": citation.volume,
        "issue": citation.issue,
        "page": citation.full_pages,
        "DOI": citation.doi,
        "PMID": citation.pmid,
        "PMCID": citation.pmcid,
        "note": " ".join(note for note in citation.notes if note.startswith("Erratum")),
    }
    return {name: value for name, value in fields.items() if value}


def _name(author: Author) -> dict[str, str]:
    person = author.person
    if not person:
        return {"literal": author.name}
    name = {"family": person.family, "given": person.given}
    return {**name, "suffix": person.generation} if person.generation else name
