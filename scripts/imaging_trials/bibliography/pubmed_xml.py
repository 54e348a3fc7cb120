"""PubMed's XML: sets of citations as efetch returns them and as the baseline and update files hold them.

Source: NLM, "PubMed DTD" of 1 January 2025. Only what identifies an article is read. Book articles count as entries;
deleted citations (``DeleteCitation``) do not.
"""

from imaging_trials.bibliography import xml_tree
from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry

_RECORDS = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation")
_FIELDS = Fields(
    title=("title",),
    authors=("author",),
    year=("year",),
    container=("journal",),
    doi=("doi", "location"),
    pmid=("pmid",),
    pmcid=("pmc",),
)


def read(text: str, where: str) -> list[Reference]:
    """Return the references of PubMed's XML.

    ``where`` is the name of the list in messages. Raises UserError for XML that cannot be read.

    >>> one = "<MedlineCitation><PMID>1</PMID><Article><ArticleTitle>A</ArticleTitle></Article></MedlineCitation>"
    >>> [(one.pmid, one.title) for one in read(f"<PubmedArticle>{one}</PubmedArticle>", "list.xml")]
    [('1', 'A')]
    """
    root = xml_tree.parse(text, where)
    records = [root] if root.name in _RECORDS else list(root.children(*_RECORDS))
    return [from_entry(_entry(record, number), _FIELDS) for number, record in enumerate(records, 1)]


def _entry(record: xml_tree.Element, number: int) -> Entry:
    entry = Entry(f"line {record.line}", number, {})
    citations = [record, *record.children("MedlineCitation", "BookDocument")]
    articles = [article for citation in citations for article in (citation, *citation.children("Article"))]
    data = [record, *record.children("PubmedData", "PubmedBookData", "BookDocument")]
    for one in (found for citation in citations for found in citation.children("PMID")):
        entry.add("pmid", one.text)
    for one in (found for part in data for found in part.find("ArticleIdList", "ArticleId")):
        entry.add({"pubmed": "pmid"}.get(kind := one.attributes.get("IdType", ""), kind), one.text)
    for article in articles:
        for name, path in (
            ("title", ("ArticleTitle",)),
            ("title", ("VernacularTitle",)),
            ("journal", ("Journal", "Title")),
            ("journal", ("Book", "BookTitle")),
            ("year", ("Journal", "JournalIssue", "PubDate")),
            ("year", ("Book", "PubDate")),
        ):
            for one in article.find(*path):
                entry.add(name, one.text)
        for one in article.children("ELocationID"):
            entry.add("location" if one.attributes.get("EIdType") == "doi" else "other location", one.text)
        for one in article.find("AuthorList", "Author"):
            parts = [part.text for part in one.children("CollectiveName", "LastName", "Initials")]
            entry.add("author", " ".join(parts))
    return entry
