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

_END_TAG = b"</PubmedArticle>"
_OTHER_END = re.compile(rb"</Pubmed(?:Book)?Article\s*>")
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


def citations(
    chunks: Iterable[bytes], where: str, *, abstracts: bool = True
) -> Iterator[Citation | Deletion | Unusable]:
    """Yield the records of PubMed's XML, in the order of the file, as far as they are complete.

    ``chunks`` are the bytes of the file in pieces; ``where`` is its name in messages. Without ``abstracts`` those are
    not read. No entity of another file is
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
            for one in _of_element(element, abstracts=abstracts):
                last = getattr(one, "pmid", "") or last
                yield one
            _forget(element)
    try:
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise broken(error) from None
    if not is_root_known and root.tag not in ROOTS:
        raise _other_root(root.tag, where)


def citation(record: bytes, place: str, *, abstracts: bool = True) -> Citation | Unusable:
    """Return the citation in one element PubmedArticle or PubmedBookArticle, in UTF-8, or why it is none.

    ``place`` is what messages call the record by until its PMID is known. Without ``abstracts`` that is not read. No
    entity is read, and no DTD.
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
    (found,) = _of_element(element, abstracts=abstracts)
    if isinstance(found, Citation):
        return found
    assert isinstance(found, Unusable)  # noqa: S101 - a deletion has another element
    return Unusable(f"{place}, {found.name.removeprefix(f'line {element.sourceline}, ')}", found.reason)


def _pieces(chunks: Iterable[bytes], where: str) -> Iterator[bytes]:
    """Yield the bytes in pieces that end with a record, so that an error belongs to the record in its piece."""
    since = 0
    for chunk in chunks:
        start = 0
        while (at := chunk.find(_END_TAG, start)) >= 0:  # a pattern would take ten times the time
            end = at + len(_END_TAG)
            yield chunk[start:end]
            start, since = end, 0
        for found in _OTHER_END.finditer(chunk) if not start and b"</Pubmed" in chunk else ():  # books
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


def _of_element(element: "_Element", *, abstracts: bool) -> Iterator[Citation | Deletion | Unusable]:
    if element.tag == "DeleteCitation":
        for one in element.iter("PMID"):
            if pmid := identifiers.normalize("pmid", fields.text_of(one)):
                yield Deletion(pmid)
            else:
                yield Unusable(clip(fields.text_of(one)), "the PMID of a deleted citation is malformed")
        return
    record = fields.first_of(element)
    book = record.get("BookDocument")
    parts = fields.first_of(record.get("MedlineCitation") if book is None else book)
    written = fields.text_of(parts.get("PMID"))
    pmid = identifiers.normalize("pmid", written)
    if not pmid:
        place = f"line {element.sourceline}, PMID '{clip(written)}'"
        yield Unusable(place, "it has no PMID of one to eight digits")
        return
    line = element.sourceline
    if book is not None:
        found = _book(book, parts, fields.first_of(record.get("PubmedBookData")), pmid, line)
        text = parts.get("Abstract")
    elif "Article" in parts:
        found = _article(record["MedlineCitation"], parts, fields.first_of(record.get("PubmedData")), pmid, line)
        text = parts["Article"].find("Abstract") if abstracts else None
    else:
        yield Unusable(f"PMID {pmid}", "it has no Article element")
        return
    yield found._replace(abstract=fields.abstract_of(text)) if abstracts else found


def _article(citation: "_Element", around: fields.Parts, data: fields.Parts, pmid: str, line: int) -> Citation:
    """Return the article of a citation, from MedlineCitation with its children and the children of PubmedData."""
    warnings: list[str] = []
    article = around["Article"]
    parts = fields.first_of(article)
    journal = fields.first_of(parts.get("Journal"))
    issue = fields.first_of(journal.get("JournalIssue"))
    ids = fields.ids_of(data, article, parts, warnings)
    printed = fields.published_on(issue.get("PubDate"), warnings)
    online = fields.date_of(parts.get("ArticleDate"), warnings)
    is_ahead = fields.text_of(data.get("PublicationStatus")) == "aheadofprint"
    authors = parts.get("AuthorList")
    return Citation(
        name=f"PMID {pmid}",
        place=f"line {line}",
        pmid=pmid,
        version=fields.version_of(around.get("PMID")),
        doi=ids.get("doi", ""),
        pmcid=ids.get("pmc", ""),
        publisher_item_id=ids.get("pii", ""),
        title=fields.text_of(parts.get("ArticleTitle")),
        is_title_in_english=True,
        vernacular_title=fields.text_of(parts.get("VernacularTitle")),
        languages=fields.texts_in(article, "Language"),
        journal=fields.journal_of(journal, fields.first_of(around.get("MedlineJournalInfo")), warnings),
        volume=fields.text_of(issue.get("Volume")),
        issue=fields.text_of(issue.get("Issue")),
        pages=fields.pages_of(parts.get("Pagination")),
        issued=None if is_ahead else printed,
        online=None if is_ahead else online,
        ahead_of_print=(online or printed) if is_ahead else None,
        authors=fields.names_in(authors, "Author", warnings),
        is_incomplete_in_authors=authors is not None and authors.get("CompleteYN") == "N",
        investigators=fields.names_in(around.get("InvestigatorList"), "Investigator", warnings),
        publication_types=tuple(
            map(fields.type_of, fields.each_of(parts.get("PublicationTypeList"), "PublicationType"))
        ),
        mesh_headings=tuple(map(fields.heading_of, fields.each_of(around.get("MeshHeadingList"), "MeshHeading"))),
        substances=tuple(map(fields.substance_of, fields.each_of(around.get("ChemicalList"), "Chemical"))),
        keywords=fields.keywords_of(citation) if "KeywordList" in around else (),
        trials=fields.trials_of(parts.get("DataBankList"), warnings),
        links=tuple(map(fields.link_of, fields.each_of(around.get("CommentsCorrectionsList"), "CommentsCorrections"))),
        revised=fields.day_of(around.get("DateRevised")),
        warnings=tuple(warnings),
    )


def _book(book: "_Element", parts: fields.Parts, data: fields.Parts, pmid: str, line: int) -> Citation:
    """Return a chapter of a book, or a whole book, which has the title of the book only.

    It is read from BookDocument with its children, and from the children of PubmedBookData.
    """
    warnings: list[str] = []
    ids = fields.ids_of(data, book, parts, warnings)
    around = fields.first_of(parts.get("Book"))
    title = fields.text_of(around.get("BookTitle"))
    chapter = fields.text_of(parts.get("ArticleTitle"))
    lists = [*fields.each_of(book, "AuthorList"), *fields.each_of(parts.get("Book"), "AuthorList")]
    authors = next((one for one in lists if one.get("Type") != "editors"), None)
    return Citation(
        name=f"PMID {pmid}",
        place=f"line {line}",
        kind="book",
        pmid=pmid,
        version=fields.version_of(parts.get("PMID")),
        doi=ids.get("doi", ""),
        pmcid=ids.get("pmc", ""),
        publisher_item_id=ids.get("pii", ""),
        title=chapter or title,
        is_title_in_english=True,
        vernacular_title=fields.text_of(parts.get("VernacularTitle")),
        languages=fields.texts_in(book, "Language"),
        book=title if chapter else "",
        pages=fields.pages_of(parts.get("Pagination")),
        online=fields.published_on(around.get("PubDate"), warnings),
        authors=fields.names_in(authors, "Author", warnings),
        is_incomplete_in_authors=authors is not None and authors.get("CompleteYN") == "N",
        publication_types=tuple(map(fields.type_of, fields.each_of(book, "PublicationType"))),
        keywords=fields.keywords_of(book),
        revised=fields.day_of(parts.get("DateRevised")),
        warnings=tuple(warnings),
    )
