"""CSL-JSON, the data that citation processors and most reference managers exchange.

Source: schema csl-data 1.0.2, https://github.com/citation-style-language/schema.
"""

import json
from collections.abc import Sequence
from typing import Any

from imaging_trials.bibliography.record import Author, Record, Reference, reference
from rdfkit.base import UserError


def write(records: Sequence[Record]) -> str:
    """Return a JSON array with an ``article-journal`` for each record; its id is the record's key.

    Families keep their particles ("Van den Wyngaert"), as the source sorts by them; a group is a literal name. A range
    of months has two date-parts. The Epub date is ``available-date``, ahead of print is a status, errata are in the
    note.
    """
    return json.dumps([item(record) for record in records], ensure_ascii=False, indent=2) + "\n"


def item(record: Record) -> dict[str, Any]:
    """Return a record as a CSL item, without the fields that would be empty."""
    issued = record.date
    online = record.online if record.issued else None
    fields: dict[str, Any] = {
        "id": record.key,
        "type": "article-journal",
        "author": [_name(author) for author in record.authors],
        "title": record.title,
        "container-title": record.journal,
        "issued": {"date-parts": issued.parts} if issued and issued.parts else None,
        "available-date": {"date-parts": online.parts} if online and online.parts else None,
        "status": "Epub ahead of print" if record.ahead_of_print and not record.issued else "",
        "volume": record.volume,
        "issue": record.issue,
        "page": record.full_pages,
        "DOI": record.doi,
        "PMID": record.pmid,
        "PMCID": record.pmcid,
        "note": " ".join(note for note in record.notes if note.startswith("Erratum")),
    }
    return {name: value for name, value in fields.items() if value}


def read(text: str, where: str) -> list[Reference]:
    """Return the references of a CSL-JSON array, or of a single item.

    ``where`` is the name of the list in messages. Raises UserError for broken JSON, for numbers of thousands of digits,
    for nesting that is too deep, and for an item that is not an object.

    >>> [one.pmid for one in read('[{"id": 1, "PMID": 28283702}]', "list.json")]
    ['28283702']
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"{where}, line {error.lineno}: the JSON is broken ({error.msg}): fix it there.") from None
    except (ValueError, RecursionError):
        raise UserError(f"{where} is not CSL-JSON: a number is too long or the nesting is too deep; fix it.") from None
    return [
        _reference(value, where, f"item {number}")
        for number, value in enumerate(data if isinstance(data, list) else [data], 1)
    ]


def _reference(value: object, where: str, place: str) -> Reference:
    if not isinstance(value, dict):
        raise UserError(f"{where}, {place}: a CSL-JSON item must be an object: put it into braces, or remove it.")
    fields = {name.casefold(): _text(field) for name, field in value.items()}
    title = fields.get("title", "")
    return reference(
        place,
        (fields.get("id", ""), title, place),
        f"{fields.get('url', '')} {fields.get('note', '')}",
        title,
        **{key: fields.get(key, "") for key in ("doi", "pmid", "pmcid")},
    )


def _text(value: object) -> str:
    """Return a JSON string or integer as text without broken characters, anything else as ""."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode("utf-8", "replace").decode()


def _name(author: Author) -> dict[str, str]:
    person = author.person
    if not person:
        return {"literal": author.name}
    name = {"family": person.family, "given": person.given}
    return {**name, "suffix": person.generation} if person.generation else name
