"""EndNote's XML export: ``<xml><records><record>``, each text in ``<style>`` elements.

Source: EndNote, "EndNote XML" (RSXML.dtd).
"""

from imaging_trials.bibliography import xml_tree
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
    root = xml_tree.parse(text, where)
    records = root.find("record") if root.name == "records" else root.find("records", "record")
    return [from_entry(_entry(record, number), _FIELDS) for number, record in enumerate(records, 1)]


def _entry(record: xml_tree.Element, number: int) -> Entry:
    entry = Entry(f"line {record.line}", number, {})
    for name, path in {**_PATHS, **{name: (name,) for name in _NAMES}}.items():
        for found in record.find(*path):
            entry.add(name, found.text)
    return entry
