"""PubMed's XML: sets of citations as efetch returns them and as the baseline and update files hold them.

Source: NLM, "PubMed DTD" of 1 January 2025. `read` returns what identifies the articles of a list: book articles
count as entries, deleted citations (``DeleteCitation``) do not. `citations` returns everything that the graph has a
term for, record by record, from a file of any size.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from imaging_trials.bibliography import pubmed_fields as fields
from imaging_trials.bibliography import xml_tree
from imaging_trials.bibliography.citation import (
    Citation,
    Deletion,
    Link,
    Unusable,
)
from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry
from imaging_trials.model import identifiers
from rdfkit.base import UserError, clip

if TYPE_CHECKING:
    from lxml.etree import _Element

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


ROOTS = ("PubmedArticleSet", "PubmedBookArticleSet", "PubmedArticle", "PubmedBookArticle")
"""The first elements of the files that are read."""

MAX_RECORD_BYTES = 64_000_000
"""How much of an XML file is read for one record, and for the list of deleted citations."""

_END = re.compile(rb"</Pubmed(?:Book)?Article\s*>")
_PARTS = ("PubmedArticle", "PubmedBookArticle", "DeleteCitation")


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


def citations(chunks: Iterable[bytes], where: str) -> Iterator[Citation | Deletion | Unusable]:
    """Yield the records of PubMed's XML, in the order of the file, as far as they are complete.

    ``chunks`` are the bytes of the file in pieces; ``where`` is its name in messages. No entity of another file is
    read, and no DTD. Raises UserError where the XML is broken or cut off, with the last PMID before that place, and
    for more than `MAX_RECORD_BYTES` without the end of a record.
    """
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("end",),
        tag=_PARTS,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    last = ""
    is_root_known = False

    def broken(error: object) -> UserError:
        after = f" after the record of PMID {last}" if last else ", before the first record"
        return UserError(f"{where} is broken or cut off{after} ({clip(str(error))}): download the file again.")

    for piece in _pieces(chunks, where):
        try:
            parser.feed(piece)
        except etree.XMLSyntaxError as error:
            raise broken(error) from None
        if errors := parser.error_log.filter_from_errors():
            raise broken(errors[0].message)
        for _, element in parser.read_events():
            if not is_root_known:
                _check_root(element, where)
                is_root_known = True
            for one in _of_element(element):
                last = getattr(one, "pmid", "") or last
                yield one
            _forget(element)
    try:
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise broken(error) from None
    if not is_root_known and root.tag not in ROOTS:
        raise _other_root(root.tag, where)


def citation(record: bytes, place: str) -> Citation | Unusable:
    """Return the citation in one element PubmedArticle or PubmedBookArticle, in UTF-8, or why it is none.

    ``place`` is what messages call the record by until its PMID is known. No entity is read, and no DTD.
    """
    from lxml import etree

    parser = etree.XMLParser(
        encoding="utf-8", load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        element = etree.fromstring(record, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Unusable(place, f"the XML is broken ({clip(str(error))})")
    if element.tag not in ("PubmedArticle", "PubmedBookArticle"):
        return Unusable(place, f"its element is '{clip(str(element.tag))}'")
    (found,) = _of_element(element)
    if isinstance(found, Citation):
        return found
    assert isinstance(found, Unusable)  # noqa: S101 - a deletion has another element
    return Unusable(f"{place}, {found.name.removeprefix(f'line {element.sourceline}, ')}", found.reason)


def _pieces(chunks: Iterable[bytes], where: str) -> Iterator[bytes]:
    """Yield the bytes in pieces that end with a record, so that an error belongs to the record in its piece."""
    since = 0
    for chunk in chunks:
        start = 0
        for found in _END.finditer(chunk):
            yield chunk[start : found.end()]
            start, since = found.end(), 0
        since += len(chunk) - start
        if since > MAX_RECORD_BYTES:
            raise UserError(
                f"{where} has more than {MAX_RECORD_BYTES // 1_000_000} MB without the end of a record: it is no file "
                "of PubMed's."
            )
        yield chunk[start:]


def _check_root(element: "_Element", where: str) -> None:
    root = element.getroottree().getroot()
    if root.tag not in ROOTS:
        raise _other_root(root.tag, where)


def _other_root(name: object, where: str) -> UserError:
    return UserError(
        f"{where} is XML whose first element is '{clip(str(name))}', not a set of PubMed's records: "
        "download it from PubMed as XML."
    )


def _forget(element: "_Element") -> None:
    """Remove an element and those before it, so that a large file needs no memory."""
    parent = element.getparent()
    element.clear(keep_tail=False)
    if parent is not None:
        del parent[: parent.index(element)]


def _of_element(element: "_Element") -> Iterator[Citation | Deletion | Unusable]:
    if element.tag == "DeleteCitation":
        for one in element.iter("PMID"):
            if pmid := identifiers.normalize("pmid", fields.text_of(one)):
                yield Deletion(pmid)
            else:
                yield Unusable(clip(fields.text_of(one)), "the PMID of a deleted citation is malformed")
        return
    book = element.find("BookDocument")
    citation = element.find("MedlineCitation") if book is None else book
    written = fields.text_of(citation.find("PMID")) if citation is not None else ""
    pmid = identifiers.normalize("pmid", written)
    if citation is None or not pmid:
        place = f"line {element.sourceline}, PMID '{clip(written)}'"
        yield Unusable(place, "it has no PMID of one to eight digits")
    elif book is not None:
        yield _book(element, book, pmid)
    elif (article := citation.find("Article")) is not None:
        yield _article(element, citation, article, pmid)
    else:
        yield Unusable(f"PMID {pmid}", "it has no Article element")


def _article(record: "_Element", citation: "_Element", article: "_Element", pmid: str) -> Citation:
    warnings: list[str] = []
    ids = fields.ids_of(record, article, warnings)
    parts, around = fields.first_of(article), fields.first_of(citation)
    issue = fields.first_of(article.find("Journal/JournalIssue"))
    printed = fields.published_on(issue.get("PubDate"), warnings)
    online = fields.date_of(parts.get("ArticleDate"), warnings)
    is_ahead = record.findtext("PubmedData/PublicationStatus") == "aheadofprint"
    languages = tuple(text for one in article.iterchildren("Language") if (text := fields.text_of(one)))
    authors = parts.get("AuthorList")
    return Citation(
        name=f"PMID {pmid}",
        place=f"line {record.sourceline}",
        pmid=pmid,
        version=fields.version_of(around.get("PMID")),
        doi=ids.get("doi", ""),
        pmcid=ids.get("pmc", ""),
        publisher_item_id=ids.get("pii", ""),
        title=fields.text_of(parts.get("ArticleTitle")),
        is_title_in_english=True,
        vernacular_title=fields.text_of(parts.get("VernacularTitle")),
        languages=languages,
        journal=fields.journal_of(article, around.get("MedlineJournalInfo"), warnings),
        volume=fields.text_of(issue.get("Volume")),
        issue=fields.text_of(issue.get("Issue")),
        pages=fields.pages_of(article),
        issued=None if is_ahead else printed,
        online=None if is_ahead else online,
        ahead_of_print=(online or printed) if is_ahead else None,
        authors=fields.names_in(authors, "Author", warnings),
        is_incomplete_in_authors=authors is not None and authors.get("CompleteYN") == "N",
        investigators=fields.names_in(around.get("InvestigatorList"), "Investigator", warnings),
        publication_types=tuple(fields.type_of(one) for one in article.iterfind("PublicationTypeList/PublicationType")),
        mesh_headings=tuple(fields.heading_of(one) for one in citation.iterfind("MeshHeadingList/MeshHeading")),
        substances=tuple(fields.substance_of(one) for one in citation.iterfind("ChemicalList/Chemical")),
        keywords=tuple(
            dict.fromkeys(text for one in citation.iterfind("KeywordList/Keyword") if (text := fields.text_of(one)))
        ),
        trials=fields.trials_of(article, warnings) if "DataBankList" in parts else (),
        links=tuple(
            Link(
                one.get("RefType", ""),
                fields.text_at(one, "RefSource"),
                identifiers.normalize("pmid", fields.text_at(one, "PMID")),
            )
            for one in citation.iterfind("CommentsCorrectionsList/CommentsCorrections")
        ),
        abstract=fields.abstract_of(parts.get("Abstract")),
        revised=fields.day_of(around.get("DateRevised")),
        warnings=tuple(warnings),
    )


def _book(record: "_Element", book: "_Element", pmid: str) -> Citation:
    """Return a chapter of a book, or a whole book, which has the title of the book only."""
    warnings: list[str] = []
    ids = fields.ids_of(record, book, warnings)
    title = fields.text_of(book.find("Book/BookTitle"))
    chapter = fields.text_of(book.find("ArticleTitle"))
    lists = [*book.iterchildren("AuthorList"), *book.iterfind("Book/AuthorList")]
    authors = next((one for one in lists if one.get("Type") != "editors"), None)
    return Citation(
        name=f"PMID {pmid}",
        place=f"line {record.sourceline}",
        kind="book",
        pmid=pmid,
        version=fields.version_of(book.find("PMID")),
        doi=ids.get("doi", ""),
        pmcid=ids.get("pmc", ""),
        publisher_item_id=ids.get("pii", ""),
        title=chapter or title,
        is_title_in_english=True,
        vernacular_title=fields.text_of(book.find("VernacularTitle")),
        languages=tuple(text for one in book.iterchildren("Language") if (text := fields.text_of(one))),
        book=title if chapter else "",
        pages=fields.pages_of(book),
        online=fields.published_on(book.find("Book/PubDate"), warnings),
        authors=fields.names_in(authors, "Author", warnings),
        is_incomplete_in_authors=authors is not None and authors.get("CompleteYN") == "N",
        publication_types=tuple(fields.type_of(one) for one in book.iterchildren("PublicationType")),
        keywords=tuple(
            dict.fromkeys(text for one in book.iterfind("KeywordList/Keyword") if (text := fields.text_of(one)))
        ),
        abstract=fields.abstract_of(book.find("Abstract")),
        revised=fields.day_of(book.find("DateRevised")),
        warnings=tuple(warnings),
    )
