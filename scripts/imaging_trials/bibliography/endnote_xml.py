"""EndNote's XML export: ``<xml><records><record>``, each text in ``<style>`` elements.

Source: EndNote, "EndNote XML" (RSXML.dtd).
"""

from collections.abc import Iterator

from imaging_trials.bibliography import citation_parts, xml_tree
from imaging_trials.bibliography.citation import Citation, Unusable
from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry

_PATHS = {
    "title": ("titles", "title"),
    "author": ("contributors", "authors", "author"),
    "year": ("dates", "year"),
    "periodical": ("periodical", "full-title"),
    "secondary-title": ("titles", "secondary-title"),
    "url": ("urls", "related-urls", "url"),
    "url-of-pdf": ("urls", "pdf-urls", "url"),
    "url-of-text": ("urls", "text-urls", "url"),
    "web-url": ("urls", "web-urls", "url"),
}
_NAMES = (
    "label", "electronic-resource-num", "accession-num", "remote-database-name", "remote-database-provider", "notes",
    "research-notes", "call-num", "custom1", "custom2", "custom3", "custom4", "custom5", "custom6", "custom7",
)  # fmt: skip
_FIELDS = Fields(
    title=("title",),
    authors=("author",),
    year=("year",),
    container=("periodical", "secondary-title"),
    doi=("electronic-resource-num",),
    accession=("accession-num",),
    database=("remote-database-name", "remote-database-provider"),
    searched=("url", "web-url", "url-of-text", "url-of-pdf", *_NAMES[5:], "label"),
)


def read(text: str, where: str) -> list[Reference]:
    """Return the references of EndNote's XML.

    ``where`` is the name of the list in messages. Raises UserError for XML that cannot be read.

    >>> text = "<xml><records><record><titles><title><style>A title</style></title></titles></record></records></xml>"
    >>> [(one.place, one.title) for one in read(text, "list.xml")]
    [('line 1', 'A title')]
    """
    return [from_entry(_entry(record, number), _FIELDS) for number, record in enumerate(_records(text, where), 1)]


def citations(text: str, where: str) -> Iterator[Citation | Unusable]:
    """Yield the whole citations of EndNote's XML. Raises UserError for XML that cannot be read."""
    for number, record in enumerate(_records(text, where), 1):

        def found(*path: str, record: xml_tree.Element = record) -> list[str]:
            return [one.text for one in record.find(*path) if one.text]

        def first(*path: str, record: xml_tree.Element = record) -> str:
            return next((one.text for one in record.find(*path) if one.text), "")

        kinds = [one.attributes.get("name", "") for one in record.find("ref-type")]
        is_article = not kinds or kinds[0] in ("Journal Article", "Electronic Article", "Magazine Article")
        year = first("dates", "year")
        yield citation_parts.of_reference(
            from_entry(_entry(record, number), _FIELDS),
            citation_parts.Parts(
                authors=[citation_parts.name_of(name) for name in found("contributors", "authors", "author")],
                journal=citation_parts.journal_of(
                    first("periodical", "full-title") or first("titles", "secondary-title"),
                    first("periodical", "abbr-1"),
                    found("isbn"),
                )
                if is_article
                else None,
                issued=citation_parts.date_of(
                    [year, *(f"{year} {one}" for one in found("dates", "pub-dates", "date"))]
                ),
                volume=first("volume"),
                issue=first("number"),
                pages=first("pages"),
                languages=found("language"),
                keywords=found("keywords", "keyword"),
                abstract=first("abstract"),
                notes=" ".join(found("notes")),
                is_article=is_article,
            ),
        )


def _records(text: str, where: str) -> list[xml_tree.Element]:
    root = xml_tree.parse(text, where)
    return list(root.find("record") if root.name == "records" else root.find("records", "record"))


def _entry(record: xml_tree.Element, number: int) -> Entry:
    entry = Entry(f"line {record.line}", number, {})
    for name, path in {**_PATHS, **{name: (name,) for name in _NAMES}}.items():
        for found in record.find(*path):
            entry.add(name, found.text)
    return entry
