"""CSL-JSON, the data that citation processors and most reference managers exchange.

Source: schema csl-data 1.0.2, https://github.com/citation-style-language/schema.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from imaging_trials.bibliography import citation_parts, printed_date
from imaging_trials.bibliography.citation import Citation, CitedName, Link, Unusable, cited_name
from imaging_trials.bibliography.record import Author, Record
from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry
from imaging_trials.model import identifiers
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
    name = {"family": person.family, "given": person.given, "suffix": person.generation}
    return {part: text for part, text in name.items() if text}


UPDATES = {
    "correction": "ErratumFor", "corrigendum": "ErratumFor", "erratum": "ErratumFor", "retraction": "RetractionOf",
    "partial_retraction": "RetractionOf", "removal": "RetractionOf", "withdrawal": "RetractionOf",
    "expression_of_concern": "ExpressionOfConcernFor",
}  # fmt: skip
"""Crossref's kinds of updates (``update-to``), with PubMed's name of the relation; any other one is an update."""

_OTHER_FORMATS = {
    "authorships": "OpenAlex", "publication_year": "OpenAlex", "externalids": "Semantic Scholar",
    "authorstring": "Europe PMC", "resultlist": "Europe PMC", "esearchresult": "PubMed's searches",
    "result": "PubMed's summaries",
}  # fmt: skip
"""Fields that no item of CSL or Crossref has, and whose JSON has them: with CSL's names it would lose most of it."""

_NO_ARTICLES = (
    "book",
    "chapter",
    "thesis",
    "report",
    "webpage",
    "dataset",
    "software",
    "patent",
    "monograph",
    "manuscript",
)


def citations(text: str, where: str) -> Iterator[Citation | Unusable]:
    """Yield the whole citations of CSL-JSON or of Crossref's JSON. Raises UserError as `read` does."""
    for number, value in enumerate((_item_of_zotero(one) for one in _items(_parse(text, where), where)), 1):
        if not isinstance(value, dict):
            yield Unusable(f"item {number}", "it is no object")
        else:
            yield _citation({str(name).casefold(): one for name, one in value.items()}, where, number)


def _citation(value: dict[str, Any], where: str, number: int) -> Citation | Unusable:
    def one(*names: str) -> str:
        return next((text for name in names for text in _texts(value.get(name)) if text), "")

    if other := next((name for field, name in _OTHER_FORMATS.items() if field in value), ""):
        reason = f"it is JSON of {other}, which is not imported: export it as CSL-JSON, RIS, BibTeX or NBIB"
        return Unusable(f"item {number}", reason)
    kind = one("type", "itemtype").casefold()
    is_article = not kind.startswith(_NO_ARTICLES) and "book" not in kind
    online = _dated(value.get("available-date")) or _dated(value.get("published-online"))
    found = citation_parts.of_reference(
        from_entry(_entry(value, where, number, "JSON"), _FIELDS),
        citation_parts.Parts(
            authors=[_cited(name) for name in _list(value.get("author") or value.get("creators"))],
            journal=citation_parts.journal_of(
                one("container-title", "publicationtitle"),
                one("container-title-short", "short-container-title", "journalabbreviation"),
                _texts(value.get("issn")),
            )
            if is_article
            else None,
            issued=_dated(
                value.get("published-print") or value.get("issued") or value.get("date") or value.get("published")
            ),
            online=online,
            volume=one("volume"),
            issue=one("issue"),
            pages=one("page", "pages"),
            languages=[one("language")] if one("language") else [],
            keywords=_texts(value.get("keyword")),
            abstract=one("abstract", "abstractnote"),
            notes=f"{one('note')} {one('status')}",
            is_article=is_article,
        ),
    )
    if isinstance(found, Unusable):
        return found
    return found._replace(links=tuple(_updates(value)))


def _updates(value: dict[str, Any]) -> Iterator[Link]:
    for update in _list(value.get("update-to")):
        if isinstance(update, dict) and (doi := identifiers.normalize("doi", _text(update.get("DOI")))):
            yield Link(UPDATES.get(_text(update.get("type")).casefold(), "UpdateOf"), "", doi=doi)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _texts(value: object) -> list[str]:
    return [_text(one) for one in _list(value)]


def _cited(name: object) -> CitedName:
    if not isinstance(name, dict):
        return CitedName(cited_name(_text(name)))
    orcid = identifiers.normalize("orcid", _text(name.get("ORCID")))
    texts = {key: _text(one) for key, one in name.items()}
    if group := texts.get("literal") or texts.get("name", ""):
        return CitedName(" ".join(group.split()), is_group=True)
    particle = texts.get("dropping-particle", "")
    written = (
        _written({**name, "family": f"{particle} {texts.get('family', '')}".strip()}) if particle else _written(name)
    )
    return CitedName(cited_name(written), orcid=orcid)


def _dated(value: object) -> printed_date.Dated | None:
    """Return a CSL date: one date or a range of them in parts, or a text."""
    if not isinstance(value, dict):
        return citation_parts.date_of([_text(value)]) if value else None
    parts = [one for one in _list(value.get("date-parts")) if isinstance(one, list) and one]
    dates = [one for part in parts[:2] if (one := printed_date.date_of_parts(*[_text(number) for number in part][:3]))]
    if len(dates) == 2 and dates[0].printed[:4] == dates[1].printed[:4]:
        return printed_date.parse(f"{dates[0].printed}-{dates[1].printed[5:]}")
    if len(dates) == 2:
        return printed_date.parse(f"{dates[0].printed}-{dates[1].printed}")
    if dates:
        season = _text(value.get("season"))
        names = {"1": "Spring", "2": "Summer", "3": "Autumn", "4": "Winter"}
        return printed_date.parse(f"{dates[0].printed} {names.get(season, season)}") if season else dates[0]
    return citation_parts.date_of([_text(value.get("raw")) or _text(value.get("literal"))])
