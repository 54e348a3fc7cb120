"""Bibliography: citations read from the graph, the formats they are written in, and lists of references.

A `Record` is a whole citation. `read_record` reads one from the store. ``nlm``, ``bibtex``, ``ris`` and ``csl`` have
``write(records)``. `read_references` reads a list of references in whichever format it is: each format is a module with
``read(text, where)`` and, where others need the whole record, ``entries``.

Authors keep the order of the source: a group has the place at which it is printed, and the people listed under it
follow as authors of their own. That is how PubMed prints them, and it keeps each name findable in a reference manager,
which cannot say who belongs to which group; the graph can (``imt:isListedUnder``).
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from imaging_trials.bibliography import pubmed_xml
    from imaging_trials.bibliography.citation import (
        Citation,
        CitedJournal,
        CitedName,
        Deletion,
        Heading,
        Link,
        Unusable,
    )
    from imaging_trials.bibliography.from_graph import (
        Correction,
        articles_of,
        cited_things,
        corrections,
        corrections_of,
        find_articles,
        in_page_order,
        read_record,
    )
    from imaging_trials.bibliography.markup import GREEK, plain_text
    from imaging_trials.bibliography.nlm import authors, erratum
    from imaging_trials.bibliography.printed_date import Dated, date_of_citation, date_of_parts
    from imaging_trials.bibliography.record import Date, Record, volume_issue_pages
    from imaging_trials.bibliography.reference import Identifier, Reference
    from imaging_trials.bibliography.references import (
        MAX_LIST_BYTES,
        decode_references,
        read_citations,
        read_references,
    )
    from imaging_trials.bibliography.unread import FORMATS
    from imaging_trials.bibliography.xml_tree import root_name

__all__ = [
    "FORMATS",
    "GREEK",
    "MAX_LIST_BYTES",
    "Citation",
    "CitedJournal",
    "CitedName",
    "Correction",
    "Date",
    "Dated",
    "Deletion",
    "Heading",
    "Identifier",
    "Link",
    "Record",
    "Reference",
    "Unusable",
    "articles_of",
    "authors",
    "cited_things",
    "corrections",
    "corrections_of",
    "date_of_citation",
    "date_of_parts",
    "decode_references",
    "erratum",
    "find_articles",
    "in_page_order",
    "plain_text",
    "pubmed_xml",
    "read_citations",
    "read_record",
    "read_references",
    "root_name",
    "volume_issue_pages",
]

__getattr__ = door(
    __name__,
    {
        "": ("pubmed_xml",),
        "citation": (
            "Citation",
            "CitedJournal",
            "CitedName",
            "Deletion",
            "Heading",
            "Link",
            "Unusable",
        ),
        "from_graph": (
            "Correction",
            "articles_of",
            "cited_things",
            "corrections",
            "corrections_of",
            "find_articles",
            "in_page_order",
            "read_record",
        ),
        "markup": (
            "GREEK",
            "plain_text",
        ),
        "nlm": (
            "authors",
            "erratum",
        ),
        "printed_date": (
            "Dated",
            "date_of_citation",
            "date_of_parts",
        ),
        "record": (
            "Date",
            "Record",
            "volume_issue_pages",
        ),
        "reference": (
            "Identifier",
            "Reference",
        ),
        "references": (
            "MAX_LIST_BYTES",
            "decode_references",
            "read_citations",
            "read_references",
        ),
        "unread": ("FORMATS",),
        "xml_tree": ("root_name",),
    },
)
