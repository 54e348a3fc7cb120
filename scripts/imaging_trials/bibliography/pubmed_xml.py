"""PubMed's XML: sets of citations as efetch returns them and as the baseline and update files hold them.

Source: NLM, "PubMed DTD" of 1 January 2025. `read` returns what identifies the articles of a list: book articles
count as entries, deleted citations (``DeleteCitation``) do not. `citations` returns everything that the graph has a
term for, record by record, from a file of any size.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from imaging_trials.bibliography import printed_date, xml_tree
from imaging_trials.bibliography.citation import (
    Citation,
    CitedJournal,
    CitedName,
    Deletion,
    Heading,
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


ROOTS = ("PubmedArticleSet", "PubmedBookArticleSet", "PubmedArticle", "PubmedBookArticle", "MedlineCitationSet")
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
            if pmid := identifiers.normalize("pmid", _text(one)):
                yield Deletion(pmid)
            else:
                yield Unusable(clip(_text(one)), "the PMID of a deleted citation is malformed")
        return
    book = element.find("BookDocument")
    citation = element.find("MedlineCitation") if book is None else book
    written = _text(citation.find("PMID")) if citation is not None else ""
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
    ids = _ids(record, article, warnings)
    issue = article.find("Journal/JournalIssue")
    info = citation.find("MedlineJournalInfo")
    printed = _pub_date(None if issue is None else issue.find("PubDate"), warnings)
    online = _date(article.find("ArticleDate"), warnings)
    is_ahead = record.findtext("PubmedData/PublicationStatus") == "aheadofprint"
    languages = tuple(text for one in article.iterchildren("Language") if (text := _text(one)))
    authors = article.find("AuthorList")
    return Citation(
        name=f"PMID {pmid}",
        place=f"line {record.sourceline}",
        pmid=pmid,
        version=_version(citation.find("PMID")),
        doi=ids.get("doi", ""),
        pmcid=ids.get("pmc", ""),
        publisher_item_id=ids.get("pii", ""),
        title=_text(article.find("ArticleTitle")),
        is_title_in_english=True,
        vernacular_title=_text(article.find("VernacularTitle")),
        languages=languages,
        journal=_journal(article, info, warnings),
        volume=_found(issue, "Volume"),
        issue=_found(issue, "Issue"),
        pages=_pages(article),
        issued=None if is_ahead else printed,
        online=None if is_ahead else online,
        ahead_of_print=(online or printed) if is_ahead else None,
        authors=_names(authors, "Author", warnings),
        is_incomplete_in_authors=authors is not None and authors.get("CompleteYN") == "N",
        investigators=_names(citation.find("InvestigatorList"), "Investigator", warnings),
        publication_types=tuple(_typed(one) for one in article.iterfind("PublicationTypeList/PublicationType")),
        mesh_headings=tuple(_heading(one) for one in citation.iterfind("MeshHeadingList/MeshHeading")),
        substances=tuple(_substance(one) for one in citation.iterfind("ChemicalList/Chemical")),
        keywords=tuple(dict.fromkeys(text for one in citation.iterfind("KeywordList/Keyword") if (text := _text(one)))),
        trials=_trials(article, warnings),
        links=tuple(
            Link(one.get("RefType", ""), _found(one, "RefSource"), identifiers.normalize("pmid", _found(one, "PMID")))
            for one in citation.iterfind("CommentsCorrectionsList/CommentsCorrections")
        ),
        abstract=_abstract(article.find("Abstract")),
        revised=_day(citation.find("DateRevised")),
        warnings=tuple(warnings),
    )


def _book(record: "_Element", book: "_Element", pmid: str) -> Citation:
    """Return a chapter of a book, or a whole book, which has the title of the book only."""
    warnings: list[str] = []
    ids = _ids(record, book, warnings)
    title = _text(book.find("Book/BookTitle"))
    chapter = _text(book.find("ArticleTitle"))
    lists = [*book.iterchildren("AuthorList"), *book.iterfind("Book/AuthorList")]
    authors = next((one for one in lists if one.get("Type") != "editors"), None)
    return Citation(
        name=f"PMID {pmid}",
        place=f"line {record.sourceline}",
        kind="book",
        pmid=pmid,
        version=_version(book.find("PMID")),
        doi=ids.get("doi", ""),
        pmcid=ids.get("pmc", ""),
        publisher_item_id=ids.get("pii", ""),
        title=chapter or title,
        is_title_in_english=True,
        vernacular_title=_text(book.find("VernacularTitle")),
        languages=tuple(text for one in book.iterchildren("Language") if (text := _text(one))),
        book=title if chapter else "",
        pages=_pages(book),
        online=_pub_date(book.find("Book/PubDate"), warnings),
        authors=_names(authors, "Author", warnings),
        is_incomplete_in_authors=authors is not None and authors.get("CompleteYN") == "N",
        publication_types=tuple(_typed(one) for one in book.iterchildren("PublicationType")),
        keywords=tuple(dict.fromkeys(text for one in book.iterfind("KeywordList/Keyword") if (text := _text(one)))),
        abstract=_abstract(book.find("Abstract")),
        revised=_day(book.find("DateRevised")),
        warnings=tuple(warnings),
    )


def _text(element: "_Element | None") -> str:
    """Return the text of an element and all that is in it (markup, MathML), on one line."""
    if element is None:
        return ""
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return " ".join(text.split())


def _found(element: "_Element | None", path: str) -> str:
    return "" if element is None else _text(element.find(path))


def _version(pmid: "_Element | None") -> str:
    version = "" if pmid is None else pmid.get("Version", "").strip()
    return version if version.isascii() and version.isdigit() else ""


def _ids(record: "_Element", article: "_Element", warnings: list[str]) -> dict[str, str]:
    """Return DOI, PMCID and publisher's identifier: those of PubMed's list before those of the article."""
    found: dict[str, str] = {}
    pairs = [
        (one.get("IdType", ""), _text(one))
        for path in ("PubmedData/ArticleIdList/ArticleId", "PubmedBookData/ArticleIdList/ArticleId")
        for one in record.iterfind(path)
    ]
    pairs += [(one.get("IdType", ""), _text(one)) for one in article.iterfind("ArticleIdList/ArticleId")]
    pairs += [
        (one.get("EIdType", ""), _text(one)) for one in article.iterchildren("ELocationID") if one.get("ValidYN") != "N"
    ]
    for kind, text in pairs:
        if kind in found or not text:
            continue
        if kind == "pii":
            found[kind] = text
        elif scheme := {"doi": "doi", "pmc": "pmcid"}.get(kind):
            if value := identifiers.normalize(scheme, text):
                found[kind] = value
            else:
                warnings.append(f"the {identifiers.SCHEMES[scheme].label} '{clip(text)}' is malformed")
    return found


def _journal(article: "_Element", info: "_Element | None", warnings: list[str]) -> CitedJournal | None:
    journal = article.find("Journal")
    issns = []
    for text in (_found(journal, "ISSN"), _found(info, "ISSNLinking")):
        if value := identifiers.normalize("issn", text):
            issns.append(value)
        elif text:
            warnings.append(f"the ISSN '{clip(text)}' is malformed")
    title = _found(journal, "Title")
    abbreviation = _found(info, "MedlineTA") or _found(journal, "ISOAbbreviation")
    nlm_id = _found(info, "NlmUniqueID")
    if not (title or abbreviation or issns or nlm_id):
        return None
    return CitedJournal(title, abbreviation, tuple(dict.fromkeys(issns)), nlm_id)


def _pages(article: "_Element") -> str:
    pages = _found(article, "Pagination/MedlinePgn")
    if not pages:
        first, last = _found(article, "Pagination/StartPage"), _found(article, "Pagination/EndPage")
        pages = f"{first}-{last}" if first and last and first != last else first
    return pages


def _pub_date(element: "_Element | None", warnings: list[str]) -> printed_date.Dated | None:
    """Return a date of publication: in parts, as a season, or as printed (MedlineDate)."""
    if element is None:
        return None
    text = _found(element, "MedlineDate") or " ".join(
        part for name in ("Year", "Season") if (part := _found(element, name))
    )
    if element.find("MedlineDate") is not None or element.find("Season") is not None:
        return _known(printed_date.parse(text), text, warnings)
    return _date(element, warnings)


def _date(element: "_Element | None", warnings: list[str]) -> printed_date.Dated | None:
    if element is None:
        return None
    parts = [_found(element, name) for name in ("Year", "Month", "Day")]
    return _known(printed_date.of_parts(*parts), " ".join(parts), warnings) if any(parts) else None


def _known(found: printed_date.Dated | None, text: str, warnings: list[str]) -> printed_date.Dated | None:
    if found is None and text.strip():
        warnings.append(f"the date '{clip(text)}' is not understood")
    return found


def _day(element: "_Element | None") -> str:
    found = _date(element, [])
    return found.earliest if found and found.earliest == found.latest else ""


def _names(names: "_Element | None", tag: str, warnings: list[str]) -> tuple[CitedName, ...]:
    found = []
    for one in () if names is None else names.iterchildren(tag):
        if group := _found(one, "CollectiveName"):
            found.append(CitedName(group, is_group=True))
            continue
        initials = _found(one, "Initials") or "".join(word[0] for word in _found(one, "ForeName").split())
        name = " ".join(part for part in (_found(one, "LastName"), initials, _found(one, "Suffix")) if part)
        orcid = next((_text(two) for two in one.iterchildren("Identifier") if two.get("Source") == "ORCID"), "")
        known = identifiers.normalize("orcid", orcid.replace(" ", "")) if orcid else ""
        if orcid and not known:
            warnings.append(f"the ORCID '{clip(orcid)}' is malformed")
        if name:
            found.append(CitedName(name, orcid=known))
        else:
            warnings.append(f"{tag.lower()} {len(found) + 1} has no name")
    return tuple(found)


def _typed(element: "_Element") -> Heading:
    ui = element.get("UI", "")
    return Heading(_text(element), (ui,) if ui else ())


def _heading(element: "_Element") -> Heading:
    descriptor = element.find("DescriptorName")
    if descriptor is None:
        return Heading("")
    ui = descriptor.get("UI", "")
    parts = [descriptor, *element.iterchildren("QualifierName")]
    pairs = tuple(f"{ui}{one.get('UI')}" for one in parts[1:] if ui and one.get("UI"))
    is_major = any(one.get("MajorTopicYN") == "Y" for one in parts)
    return Heading(_text(descriptor), (ui, *pairs) if ui else (), is_major)


def _substance(element: "_Element") -> Heading:
    name = element.find("NameOfSubstance")
    ui = "" if name is None else name.get("UI", "")
    number = _found(element, "RegistryNumber")
    is_unii = len(number) == 10 and number.isascii() and number.isalnum()
    return Heading(_text(name), (ui,) if ui else (), unii=number if is_unii else "")


def _trials(article: "_Element", warnings: list[str]) -> tuple[str, ...]:
    """Return the NCT numbers in the databank list."""
    found = []
    for bank in article.iterfind("DataBankList/DataBank"):
        if _found(bank, "DataBankName") != "ClinicalTrials.gov":
            continue
        for one in bank.iterfind("AccessionNumberList/AccessionNumber"):
            if number := identifiers.normalize("nctId", _text(one)):
                found.append(number)
            else:
                warnings.append(f"the NCT number '{clip(_text(one))}' is malformed")
    return tuple(dict.fromkeys(found))


def _abstract(element: "_Element | None") -> str:
    """Return the parts of an abstract with their labels; the copyright sentence is no part."""
    if element is None:
        return ""
    parts = []
    for one in element.iterchildren("AbstractText"):
        label, text = one.get("Label", ""), _text(one)
        parts.append(f"{label}: {text}" if label and text else text)
    return " ".join(part for part in parts if part)
