"""CSL-JSON, the data that citation processors and most reference managers exchange.

Source: schema csl-data 1.0.2, https://github.com/citation-style-language/schema.
"""

import json
from collections.abc import Sequence
from typing import Any

from imaging_trials.bibliography.record import Author, Record
from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry
from rdfkit.base import UserError, clip

_HOLDERS = ("message", "items", "references")
_NAMES = {"author", "creators"}
_DATES = {"issued", "date", "year", "published", "published-print"}
_FIELDS = Fields(
    name=("id", "citationkey", "citation-key"),
    title=("title",),
    authors=("author",),
    year=("year",),
    container=("container-title", "publicationtitle", "booktitle"),
    doi=("doi",),
    pmid=("pmid", "pubmed-id", "pubmed_id", "pubmedid"),
    pmcid=("pmcid", "pmc"),
    accession=("accession-number",),
    database=("source", "librarycatalog"),
    searched=("url", "note", "extra", "annote", "link", "custom"),
)


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
    """Return the references of CSL-JSON: an array of items, one item, or an object that holds the items.

    That is ``items`` (Zotero, Better BibTeX), ``references``, and Crossref's ``message``. One item a line is read too.
    ``where`` is the name of the list in messages. Raises UserError for broken JSON, for numbers of thousands of digits,
    for nesting that is too deep, and for JSON that has no items.

    >>> [one.pmid for one in read('[{"id": 1, "PMID": 28283702}]', "list.json")]
    ['28283702']
    >>> [one.doi for one in read('{"message": {"items": [{"DOI": "10.1000/a", "title": ["A title"]}]}}', "list.json")]
    ['10.1000/a']
    """
    items = [_item_of_zotero(one) for one in _items(_parse(text, where), where)]
    return read_items(items, where, "JSON")


def read_items(values: list[Any], where: str, syntax: str) -> list[Reference]:
    """Return the references of items that were parsed from JSON or YAML (``syntax``, for messages).

    Raises UserError for an item that is not an object, and if no item has a field of a reference.
    """
    found = [from_entry(_entry(value, where, number, syntax), _FIELDS) for number, value in enumerate(values, 1)]
    if found and not any(one.identifiers or one.title for one in found):
        names = sorted({str(name) for value in values[:100] for name in value})
        shown = ", ".join(clip(name) for name in names[:6])
        raise UserError(
            f"{where} is {syntax}, but no item has a DOI, a PMID, a PMCID or a title (the fields are {shown}): "
            "export the list as CSL-JSON, RIS or BibTeX."
        )
    return found


def _parse(text: str, where: str) -> Any:
    first = 1
    try:
        lines = [(at, line) for at, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) < 2 or not all(line.strip()[:1] == "{" and line.strip()[-1:] == "}" for _, line in lines):
            return json.loads(text)
        found = []
        for first, line in lines:  # one object a line  # noqa: B007
            found.append(json.loads(line))
        return found
    except json.JSONDecodeError as error:
        at = first + error.lineno - 1
        raise UserError(f"{where}, line {at}: the JSON is broken ({error.msg}): fix it there.") from None
    except (ValueError, RecursionError):
        raise UserError(f"{where} is not CSL-JSON: a number is too long or the nesting is too deep; fix it.") from None


def _items(data: Any, where: str) -> list[Any]:
    """Return the items of JSON, whichever object holds them."""
    for _ in range(3):
        if isinstance(data, list):
            break
        if not isinstance(data, dict):
            raise UserError(f"{where} is JSON, but no list of items: export the list as CSL-JSON, RIS or BibTeX.")
        inner = next((data[name] for name in _HOLDERS if isinstance(data.get(name), list | dict)), None)
        is_item = {name.casefold() for name in data} & {"title", "doi", "pmid", "itemtype"}
        if inner is None or is_item:
            break
        data = inner
    return data if isinstance(data, list) else [data]


def _item_of_zotero(value: Any) -> Any:
    """Return the item in an object of Zotero's API, which has it under ``data`` or ``csljson``."""
    for name in ("csljson", "data"):
        if isinstance(value, dict) and isinstance(value.get(name), dict):
            return value[name]
    return value


def _entry(value: Any, where: str, number: int, syntax: str) -> Entry:
    place = f"item {number}"
    if not isinstance(value, dict):
        raise UserError(f"{where}, {place}: a CSL-{syntax} item must be an object: put it into braces, or remove it.")
    entry = Entry(place, number, {})
    for name, field in value.items():
        key = str(name).casefold()
        if key in _NAMES:
            for one in field if isinstance(field, list) else [field]:
                entry.add("author", _written(one))
        elif key in _DATES:
            entry.add("year", _year(field))
        else:
            for one in field if isinstance(field, list) else [field]:
                entry.add(key, _text(one))
    if entry.first("title") and entry.first("subtitle"):
        entry.fields["title"] = [f"{entry.first('title')}: {entry.first('subtitle')}"]
    return entry


def _text(value: object) -> str:
    """Return a JSON string or number as text without broken characters, anything else as ""."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode("utf-8", "replace").decode()


def _written(name: object) -> str:
    """Return a name as text: family name, comma, given names."""
    if not isinstance(name, dict):
        return _text(name)
    texts = {key: _text(value) for key, value in name.items()}
    family = texts.get("family") or texts.get("lastName", "")
    family = f"{texts.get('non-dropping-particle', '')} {family}".strip()
    parts = (family, texts.get("given") or texts.get("firstName", ""), texts.get("suffix", ""))
    return ", ".join(part for part in parts if part) or texts.get("literal") or texts.get("name", "")


def _year(date: object) -> str:
    """Return the first year of a CSL date: date-parts, raw, literal, or a text."""
    if isinstance(date, list):
        date = date[0] if date else ""
    if not isinstance(date, dict):
        return _text(date)
    parts: object = date.get("date-parts") or date.get("year")
    while isinstance(parts, list):
        parts = parts[0] if parts else ""
    return _text(parts) or _text(date.get("raw")) or _text(date.get("literal"))


def _name(author: Author) -> dict[str, str]:
    person = author.person
    if not person:
        return {"literal": author.name}
    name = {"family": person.family, "given": person.given}
    return {**name, "suffix": person.generation} if person.generation else name
