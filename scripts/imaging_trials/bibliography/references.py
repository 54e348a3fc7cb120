"""Lists of references: recognize the format of a list by its content, and read it.

Each format has a reader of its own that returns the same `Reference`. The name of a file says nothing here. A text that
looks like data in another format is refused, and never read as a list of lines.
"""

import codecs
import re
from collections.abc import Callable, Iterator

from imaging_trials.bibliography import (
    bibtex,
    csl,
    csl_yaml,
    endnote,
    endnote_xml,
    nbib,
    plain,
    pubmed_xml,
    ris,
    unread,
    web_of_science,
    xml_tree,
    zotero_rdf,
)
from imaging_trials.bibliography.citation import Citation, Unusable
from imaging_trials.bibliography.reference import Reference
from rdfkit.base import UserError, clip

MAX_LIST_BYTES = 8_000_000
"""The size of some ten thousand citations."""

_Reader = Callable[[str, str], list[Reference]]

_JSON = re.compile(r"\[\s*+[{\]\"]|\{\s*+[\"}]")
_XML = re.compile(r"<(?:\?xml|!DOCTYPE|!--|[A-Za-z_][\w.-]{0,40}(?::[A-Za-z][\w.-]{0,40})?[\s>/])", re.IGNORECASE)
_BY_LINES: "tuple[tuple[re.Pattern[str], _Reader], ...]" = (
    (bibtex.START, bibtex.read),
    (ris.START, ris.read),
    (nbib.START, nbib.read),
    (web_of_science.START, web_of_science.read),
    (endnote.START, endnote.read),
    (csl_yaml.START, csl_yaml.read),
)
"""The line by which each format is recognized: the format whose line is the first in a text is the one."""

_XML_READERS: dict[str, _Reader] = {
    "xml": endnote_xml.read,
    "records": endnote_xml.read,
    "PubmedArticleSet": pubmed_xml.read,
    "PubmedArticle": pubmed_xml.read,
    "PubmedBookArticleSet": pubmed_xml.read,
    "MedlineCitationSet": pubmed_xml.read,
    "MedlineCitation": pubmed_xml.read,
    "RDF": zotero_rdf.read,
}
_ADVICE = f"Export it as {unread.FORMATS}."

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive, as those of Word and Excel are"),
    (b"\x1f\x8b", "compressed with gzip: decompress it"),
    (b"\xd0\xcf\x11\xe0", "a file of an old Word or Excel"),
    (b"BZh", "compressed with bzip2: decompress it"),
)
_DECLARED = re.compile(
    rb"(?:\bencoding\s{0,4}=\s{0,4}[\"']|\bcharset\s{0,4}=\s{0,4}[\"']?|%\s{0,4}Encoding:\s{0,4})([A-Za-z0-9_.:-]{2,30})",
    re.IGNORECASE,
)
_SINGLE_BYTE = ("iso8859-1", "iso8859-15", "cp1252", "cp1250", "iso8859-2", "mac-roman", "ascii")
_MAX_HEAD_BYTES = 2000


def decode_references(data: bytes, where: str, max_bytes: int = MAX_LIST_BYTES) -> str:
    """Return the text of a list: UTF-8, UTF-16 or UTF-32, or the encoding that the list declares in its first lines.

    ``where`` is the name of the list in messages. Raises UserError for another encoding, for data that is not text, and
    for more than ``max_bytes``.
    """
    if len(data) > max_bytes:
        raise UserError(f"{where} has more than {max_bytes // 1_000_000} MB: split the list.")
    for start, what in _BINARY:
        if data.startswith(start):
            raise UserError(f"{where} is not text but {what}. {_ADVICE}")
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = (
            f"line {line} has the byte 0x{data[error.start]:02X}, which is no {encoding.upper().removesuffix('-SIG')}"
        )
        raise UserError(
            f"{where} is not in UTF-8: {what}; save it in UTF-8 (from Windows-1252: iconv -f CP1252 -t UTF-8)."
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UserError(f"{where} is not text: line {line} has a byte 0. {_ADVICE}")
    return text


def _encoding(data: bytes) -> str:
    """Return the encoding of a list: by its mark, by the zeros of UTF-16, as declared, or else UTF-8."""
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name
    head = data[:_MAX_HEAD_BYTES]
    half = len(head) // 2
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        others = head[::2] if name == "utf-16-le" else head[1::2]
        if half >= 4 and zeros.count(0) > 0.7 * half and not others.count(0):
            return name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        declared = _DECLARED.search(head)
        try:
            name = codecs.lookup(declared[1].decode("ascii")).name if declared else ""
        except LookupError:
            name = ""
        if name in _SINGLE_BYTE:
            return "cp1252" if name == "iso8859-1" and any(0x80 <= byte < 0xA0 for byte in data) else name
    return "utf-8"


def read_references(text: str, where: str) -> list[Reference]:
    """Return the references of a list in their order.

    A plain line without an identifier is a reference by its words. Raises UserError for an empty list, for a format
    that is not read, and for a broken file; ``where`` is the name of the list in messages.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UserError(f"{where} is empty: give DOIs, PMIDs, PMCIDs or citations, one on each line.")
    found = _reader(text, where)(text, where)
    if not found:
        raise UserError(f"{where} has no references. {_ADVICE}")
    return found


def _reader(text: str, where: str) -> _Reader:
    """Return the reader of the format that a text has."""
    start = text[:_MAX_HEAD_BYTES].lstrip()
    if _JSON.match(start):
        return csl.read
    if _XML.match(start):
        return _xml_reader(text.lstrip(), where)
    first = [(found.start(), number) for number, (line, _) in enumerate(_BY_LINES) if (found := line.search(text))]
    if first:
        return _BY_LINES[min(first)[1]][1]
    if what := unread.name_of(text):
        raise UserError(f"{where} looks like {what}, which is not a list of references. {_ADVICE}")
    return plain.read


def _xml_reader(text: str, where: str) -> _Reader:
    name = xml_tree.root_name(text)
    if name == "RDF" and zotero_rdf.ZOTERO not in text:
        raise UserError(f"{where} is RDF/XML, but not Zotero's (it does not have {zotero_rdf.ZOTERO}). {_ADVICE}")
    if name in _XML_READERS:
        return _XML_READERS[name]
    raise UserError(f"{where} is XML or HTML whose first element is '{clip(name)}', which is not read. {_ADVICE}")


_Citations = Callable[[str, str], Iterator[Citation | Unusable]]

_WHOLE: dict[str, tuple[str, _Citations]] = {
    bibtex.read.__module__: ("BibTeX", bibtex.citations),
    csl.read.__module__: ("CSL-JSON", csl.citations),
    endnote.read.__module__: ("EndNote", endnote.citations),
    endnote_xml.read.__module__: ("EndNote XML", endnote_xml.citations),
    nbib.read.__module__: ("NBIB", nbib.citations),
    ris.read.__module__: ("RIS", ris.citations),
}
"""Formats that are read whole, by the module that reads them: what people call them, and the reader."""


def read_citations(text: str, where: str) -> tuple[str, Iterator[Citation | Unusable]]:
    """Return the name of the format of a list and its whole citations, one after the other.

    Raises UserError for an empty list and for a format of which only identifiers are read; ``where`` is the name of
    the list in messages. PubMed's XML is read by `pubmed_xml.citations`.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UserError(f"{where} is empty: name a file with records.")
    reader = _reader(text, where)
    found = _WHOLE.get(reader.__module__)
    if found is None:
        raise UserError(
            f"{where} is in none of the formats that are imported: export the list as CSL-JSON, RIS, BibTeX, EndNote "
            "or NBIB, or download the records from PubMed as XML."
        )
    return found[0], found[1](text, where)
