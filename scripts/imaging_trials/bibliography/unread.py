"""Formats that are recognized and not read, so that no line of theirs is taken for a reference."""

import re
from collections import Counter

from rdfkit.base import clip

FORMATS = (
    "RIS, NBIB (PubMed: Send to, Citation manager), EndNote (.enw or XML), BibTeX, Web of Science plain text, "
    "CSL-JSON, CSL-YAML, Crossref JSON, Zotero RDF or PubMed XML, or one DOI, PMID, PMCID or citation on each line"
)
"""The formats that are read, for messages."""

_STARTS = (
    ("{\\rtf", "RTF"),
    ("%PDF", "PDF"),
    ("%!PS", "PostScript"),
)
_LATEX = re.compile(r"^[ \t]{0,8}\\(?:documentclass|begin\{|bibitem\b|bibitem\{|bibitem\[|entry\{)", re.MULTILINE)
_NAMED = (
    (
        re.compile(r"^RT (?:Journal|Book|Conference|Generic|Web|Report|Thesis|Dissertation)\b", re.MULTILINE),
        "RefWorks Tagged Format",
    ),
    (re.compile(r"^EXPORT DATE:", re.MULTILINE), "Scopus plain text"),
    (re.compile(r"^(?:@prefix|@base|PREFIX|BASE)[ \t][^<\n]{0,80}<", re.MULTILINE | re.IGNORECASE), "Turtle or SPARQL"),
    (re.compile(r"^<[^<>\s]{1,200}>[ \t]<[^<>\s]{1,200}>[ \t]", re.MULTILINE), "N-Triples or N-Quads"),
)
_OVID = re.compile(r"^<[0-9]{1,6}>[ \t]*$", re.MULTILINE | re.ASCII)
_MARKED_LINE = re.compile(r"^[ \t]{0,40}(?:<[/!?]?[A-Za-z]|\||[\]{}]|\"[^\"\n]{1,60}\"[ \t]?:)", re.MULTILINE)
_ADDRESS = re.compile(r"[ \t]{0,40}<(?:https?|doi|mailto):", re.IGNORECASE)
_TAG_LINE = re.compile(r"^([A-Z][A-Z0-9]{1,3})(?:[ \t]{0,4}-(?=[ \t]|$)|:(?=[ \t]|$))", re.MULTILINE)
_ANY_TAG_LINE = re.compile(r"^([A-Z][A-Z0-9]{1,3})[ \t]{2,4}-[ \t]", re.MULTILINE)
_WORD_LINE = re.compile(
    r"^[ \t]{0,8}:?([A-Za-z][A-Za-z0-9_.-]{0,24}):[ \t]|^[ \t]{0,8}([A-Za-z][\w.-]{0,24})[ \t]{0,4}=[ \t]{0,4}\S",
    re.MULTILINE,
)
_SHORT_TAG = re.compile(r"^([A-Z][A-Z0-9]) (?=\S)", re.MULTILINE)
_PERCENT = re.compile(r"^%([0-9A-Z@!~]) ", re.MULTILINE)
_KEY_LINE = re.compile(
    r"^[ \t\"'*_-]{0,8}([A-Za-z][A-Za-z _/()-]{0,29}?)[\"'*_]{0,2}[ \t]{0,8}(?::|=)(?=[ \t\"'{*_]|$)", re.MULTILINE
)
_NAME_LINE = re.compile(r"^([A-Za-z][A-Za-z ]{2,29})[ \t]*$", re.MULTILINE)
_SEPARATORS = (",", "\t", ";", "|")
_MAX_HEAD_CHARACTERS = 20_000

_TAGS = frozenset({
    "AB", "AD", "AF", "AN", "AU", "BT", "C1", "CR", "DB", "DE", "DI", "DO", "DP", "ED", "EP", "FN", "ID", "IP", "IS",
    "JA", "JF", "JO", "JT", "KW", "LA", "LID", "N1", "N2", "OWN", "PB", "PG", "PM", "PMID", "PT", "PY", "SN", "SO",
    "SP", "STAT", "T1", "T2", "TA", "TI", "TY", "UR", "UT", "VI", "VL", "VO", "Y1", "A1", "A2", "RP", "PP", "YR",
    "OP", "LK", "SR",
})  # fmt: skip
_LABELS = frozenset({"doi", "pmid", "pmcid", "pmc", "url", "link"})
"""Names of fields that people write before an identifier in a plain list too."""

_NAMES = _LABELS | frozenset({
    "title", "article title", "document title", "ti", "author", "authors", "author(s)", "au", "year",
    "publication year", "date", "publication date", "journal", "journal title", "journal/book", "source",
    "source title", "publication title", "publication", "volume", "issue", "number", "pages", "page range",
    "abstract", "publisher", "keywords", "type", "item type", "document type", "language", "editor", "issn", "isbn",
    "booktitle", "book title", "key", "citation", "database", "provider", "record number", "accession number",
    "unique identifier", "first author", "create date", "eid", "id", "status", "authors full names",
    "author full names", "affiliations", "cited by", "notes", "reference type", "container-title", "issued",
    "journal name", "publication_year", "publication_date", "author_names", "container_title", "name", "doi link",
    "pubmed id", "nihms id", "version", "message", "cff-version", "abstract note", "manual tags", "article number",
    "subject", "from", "to",
})  # fmt: skip
"""Names of fields of exports and of tables."""


def name_of(text: str) -> str:
    """Return what a text looks like whose lines are no references, such as ``a table (CSV)``, or "".

    >>> name_of("PMID,Title,Authors\\n1,A title,Smith A\\n"), name_of("Title: A\\nAuthors: B\\n")
    ('a table (CSV)', 'lines of fields ("title:", "authors:")')
    >>> name_of("PET: a review")
    ''
    """
    text = text[: 10 * _MAX_HEAD_CHARACTERS].strip("\ufeff\n\r\t ")
    for start, name in _STARTS:
        if text.startswith(start):
            return name
    if _LATEX.search(text):
        return "LaTeX (a .tex or .bbl file)"
    head = text[:_MAX_HEAD_CHARACTERS]
    for pattern, name in _NAMED:
        if pattern.search(head):
            return name
    if table := _table(head):
        return table
    return _fields(head)


def _table(text: str) -> str:
    """Return what kind of table a text is, by the names of columns in its first line."""
    first = text.partition("\n")[0]
    for separator in _SEPARATORS:
        cells = [cell.strip(" \"'\t*") for cell in first.split(separator)]
        known = sum(cell.casefold() in _NAMES for cell in cells if cell)
        if len(cells) > 1 and known >= 2 and 2 * known >= len([cell for cell in cells if cell]):
            return f"a table ({'tab-separated' if separator == chr(9) else 'Markdown' if separator == '|' else 'CSV'})"
        if known >= 4:
            return "a table (CSV)"
    wos = [cell.strip() for cell in first.split("\t")]
    return "a table (tab-separated)" if len(wos) > 5 and sum(cell in _TAGS for cell in wos) > 4 else ""


def _fields(text: str) -> str:
    """Return which fields the lines of a text have, if they are fields."""
    lines = sum(1 for line in text.split("\n") if line.strip())
    marked = [found for found in _MARKED_LINE.finditer(text) if not _ADDRESS.match(text, found.start())]
    if len(marked) >= 2 and 2 * len(marked) >= lines:
        return "markup or data (JSON, XML, HTML or a table) that is cut off or unknown"
    if _OVID.search(text) and any(name.casefold() in _NAMES for name in _NAME_LINE.findall(text)):
        return "Ovid's citation format"
    found = _tags(text, lines) or _keys(text, lines)
    return f"lines of fields ({', '.join(found[:4])})" if found else ""


def _tags(text: str, lines: int) -> list[str]:
    """Return the short tags with which lines begin, if those are fields."""
    unknown = _ANY_TAG_LINE.findall(text)
    if len(unknown) >= 2:
        return list(dict.fromkeys(unknown))
    for pattern, least in ((_TAG_LINE, 2), (_SHORT_TAG, 3), (_PERCENT, 2)):
        tags = pattern.findall(text)
        known = sorted({tag for tag in tags if tag in _TAGS or pattern is _PERCENT})
        are_many = 2 * len(tags) >= min(lines, 2 * len(known) + 2)
        if len(known) >= least and are_many and not {*known} <= {"PMID", "DOI", "PMC"}:
            return known
    return []


def _keys(text: str, lines: int) -> list[str]:
    """Return the words before a colon or an equals sign, or alone on a line, if those are names of fields."""
    keys = dict.fromkeys(found.strip().casefold() for found in _KEY_LINE.findall(text))
    names = [key for key in keys if key in _NAMES]
    if len(names) >= 2 and not {*names} <= _LABELS:
        return [f'"{name}:"' for name in names]
    words = [(key or setting, bool(setting)) for key, setting in _WORD_LINE.findall(text)]
    counts = Counter(word for word, _ in words)
    if len(words) >= 3 and 4 * len(words) >= 3 * lines and not {word.casefold() for word in counts} <= _LABELS:
        is_repeated = sum(number > 1 for number in counts.values()) >= 2
        are_settings = all(is_setting or word.islower() for word, is_setting in words)
        if is_repeated or (are_settings and len(counts) >= 3):
            return [f'"{clip(word)}"' for word in counts]
    alone = [name.strip() for name in _NAME_LINE.findall(text) if name.strip().casefold() in _NAMES]
    return sorted({*alone}) if len({*alone}) >= 3 and 4 * len(alone) >= lines else []
