"""Lists of references, read from what other programs and people write, for looking each one up.

Read are BibTeX, RIS and CSL-JSON as `imt cite` writes them and as reference managers do, and plain lines: a citation
as PubMed prints it, a DOI, a PMID, a PMCID, or an address with one. Only what identifies an article is taken: DOI,
PMID, PMCID, title. Formats: BibTeX (CTAN, btxdoc), RIS (tags of two letters, ``TY`` to ``ER``), CSL-JSON 1.0.2.
"""

import json
import re
from typing import Any, NamedTuple

from rdfkit.base.errors import UserError

LARGEST = 8_000_000
"""How many bytes a list may have: some ten thousand citations."""

_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s\"<>{}|\\^`]{1,300}", re.ASCII)
_PMID = re.compile(
    r"(?:\bpmid\b\s*+:?\s*+|pubmed\.ncbi\.nlm\.nih\.gov/|/pubmed/)([0-9]{1,9})(?![0-9])", re.IGNORECASE | re.ASCII
)
_PMCID = re.compile(r"\bPMC([0-9]{1,9})(?![0-9])", re.IGNORECASE | re.ASCII)
_BARE_PMID = re.compile(r"[0-9]{1,9}", re.ASCII)
_BARE = {"doi": _DOI, "pmid": _BARE_PMID, "pmcid": re.compile(r"PMC[0-9]{1,9}", re.IGNORECASE | re.ASCII)}
_BIBTEX = re.compile(r"^[ \t]*@([A-Za-z]+)[ \t]*([{(])", re.MULTILINE)
_RIS = re.compile(r"([A-Z][A-Z0-9])  -(?: (.*))?")
_NO_ENTRIES = {"comment", "string", "preamble"}
_BIBTEX_FIELD = re.compile(r"\s*+,?\s*+([A-Za-z][\w:-]*+)\s*+=\s*+")
_TEX = re.compile(r"\\(textbackslash|textasciitilde|textasciicircum)\{\}|\\([&%$#_{}])|[{}]")
_TEX_SIGNS = {"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^"}


class Reference(NamedTuple):
    """One reference of a list: its line or place there, how to call it, and what identifies it ("" where absent)."""

    place: str
    name: str
    doi: str
    pmid: str
    pmcid: str
    title: str


def decode(data: bytes, where: str) -> str:
    """Return the text of a list, which is in UTF-8 (with or without a byte order mark).

    Raises UserError for another encoding, for what is no text, and for a list that is far too long.
    """
    if len(data) > LARGEST:
        raise UserError(f"{where} has more than {LARGEST // 1_000_000} MB: give a shorter list.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{where} is not in UTF-8: save it in that encoding.") from None
    if "\0" in text:
        raise UserError(f"{where} is no text: give a list of DOIs, PMIDs or citations.")
    return text


def read(text: str, where: str) -> list[Reference]:
    """Return the references of a list in their order; its format is told from how it begins.

    A plain line that holds no identifier is a reference by its words, so every text that has some line is read.
    Raises UserError for an empty list, and for broken JSON or BibTeX.
    """
    start = text.lstrip()
    if not start:
        raise UserError(f"{where} is empty: give DOIs, PMIDs, PMCIDs or citations, one a line.")
    if _is_json(start):
        found = _csl(start, where)
    elif _BIBTEX.search(text):
        found = _bibtex(text, where)
    elif start.startswith("TY  -"):
        found = _ris(text)
    else:
        found = _lines(text)
    if not found:
        raise UserError(f"{where} lists no reference: give DOIs, PMIDs, PMCIDs or citations, one a line.")
    return found


def _is_json(start: str) -> bool:
    return bool(re.match(r"\[\s*[{\]]|\{\s*[\"}]", start))


def _reference(place: str, name: str, text: str, title: str = "", **given: str) -> Reference:
    """Return a reference with the identifiers given, and those that a text names."""
    doi = _first(_DOI, given.get("doi", "")) or _first(_DOI, text)
    pmid = given.get("pmid", "").strip()
    pmcid = _first(_PMCID, given.get("pmcid", "")) or _first(_PMCID, text)
    if not _BARE_PMID.fullmatch(pmid):
        pmid = _first(_PMID, text)
    name = " ".join(name.split())
    return Reference(
        place,
        name if len(name) <= 80 else f"{name[:77]}...",
        _trimmed(doi),
        pmid.lstrip("0"),
        f"PMC{pmcid}" if pmcid else "",
        " ".join(title.split()),
    )


def _first(pattern: "re.Pattern[str]", text: str) -> str:
    found = pattern.search(text)
    return (found[1] if pattern.groups else found[0]) if found else ""


def _trimmed(doi: str) -> str:
    """Return a DOI less the signs of the sentence around it; a bracket that closes one inside the DOI stays."""
    while doi and (doi[-1] in ".,;:'" or (doi[-1] in ")]" and doi.count(doi[-1]) > doi.count("(["[doi[-1] == "]"]))):
        doi = doi[:-1]
    return doi


def _lines(text: str) -> list[Reference]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        parts = _several(words) or [words]
        for part in parts:
            bare = part if _BARE_PMID.fullmatch(part) else ""
            found.append(_reference(f"line {number}", part, part, part, pmid=bare))
    return found


def _several(words: str) -> list[str]:
    """Return the identifiers of a line that holds nothing else and two of one kind, else nothing."""
    parts = [part for part in re.split(r"[\s,;]+", words) if part]
    if len(parts) < 2 or len(parts) > 10_000:
        return []
    kinds = [next((kind for kind, bare in _BARE.items() if bare.fullmatch(part)), "") for part in parts]
    return parts if all(kinds) and len(set(kinds)) < len(kinds) else []


def _csl(text: str, where: str) -> list[Reference]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"{where}, line {error.lineno}: the JSON is broken ({error.msg}): mend it there.") from None
    except (ValueError, RecursionError):
        raise UserError(f"{where} is no CSL-JSON: a number in it is too long, or it is nested too deep.") from None
    items = data if isinstance(data, list) else [data]
    found = []
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise UserError(f"{where}, item {number}: a CSL-JSON item is an object, and this is none.")
        value = {name.casefold(): _plain(value) for name, value in item.items()}
        title = value.get("title", "")
        name = value.get("id", "") or title or f"item {number}"
        known = {key: value.get(key, "") for key in ("doi", "pmid", "pmcid")}
        found.append(
            _reference(f"item {number}", name, f"{value.get('url', '')} {value.get('note', '')}", title, **known)
        )
    return found


def _plain(value: Any) -> str:
    """Return a JSON text or number as text without broken characters, anything else as ""."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode("utf-8", "replace").decode()


def _ris(text: str) -> list[Reference]:
    found: list[Reference] = []
    record: dict[str, list[str]] = {}
    start, last = 1, ""

    def close() -> None:
        if record:
            title = " ".join(record.get("T1") or record.get("TI") or [])
            name = " ".join(record.get("ID", [])) or title or f"record {len(found) + 1}"
            rest = " ".join(word for tag in ("UR", "L1", "L2", "N1") for word in record.get(tag, []))
            doi = " ".join(record.get("DO", []))
            pmid, pmcid = " ".join(record.get("AN", [])), " ".join(record.get("C2", []))
            found.append(_reference(f"line {start}", name, rest, title, doi=doi, pmid=pmid, pmcid=pmcid))
        record.clear()

    for number, line in enumerate(text.splitlines(), 1):
        tag = _RIS.fullmatch(line.rstrip())
        if not tag:
            if last and record and line.strip():  # a long value goes on in the next line
                record[last].append(line.strip())
            continue
        if tag[1] in ("TY", "ER"):
            close()
            last = ""
        if tag[1] == "TY":
            start = number
        if tag[1] != "ER":
            last = tag[1]
            record.setdefault(last, []).append((tag[2] or "").strip())
    close()
    return found


def _bibtex(text: str, where: str) -> list[Reference]:
    found: list[Reference] = []
    at = counted = 0
    line = 1
    while entry := _BIBTEX.search(text, at):
        line += text.count("\n", counted, entry.start(1))
        counted = entry.start(1)
        closing = "}" if entry[2] == "{" else ")"
        if entry[1].casefold() in _NO_ENTRIES:
            at = entry.end()
            continue
        key = re.compile(r"\s*([^\s,{}]*)").match(text, entry.end())
        at = key.end() if key else entry.end()
        fields: dict[str, str] = {}
        while field := _BIBTEX_FIELD.match(text, at):
            fields[field[1].casefold()], at = _bibtex_value(text, field.end(), f"{where}, line {line}")
        end = re.compile(r"\s*,?\s*").match(text, at)
        at = end.end() if end else at
        if text[at : at + 1] != closing:
            wrong = text.count("\n", 0, at) + 1
            raise UserError(f"{where}, line {wrong}: the BibTeX entry of line {line} is broken there: mend it.")
        title = fields.get("title", "")
        known = {name: fields.get(name, "") for name in ("doi", "pmid", "pmcid")}
        name = (key[1] if key else "") or title or f"entry {len(found) + 1}"
        found.append(
            _reference(f"line {line}", name, f"{fields.get('url', '')} {fields.get('note', '')}", title, **known)
        )
    return found


def _bibtex_value(text: str, at: int, entry: str) -> tuple[str, int]:
    """Return a field's value from ``at`` on, without TeX, and where it ends; parts may be joined by ``#``."""
    parts = []
    while True:
        if text[at : at + 1] in ("{", '"'):
            end = _end_of(text, at)
            if end < 0:
                raise UserError(f"{entry}: a brace or a quotation mark of this BibTeX entry is not closed: close it.")
            parts.append(text[at + 1 : end])
            at = end + 1
        else:
            word = re.compile(r"[^\s,#{}()\"=]*").match(text, at)
            parts.append(word[0] if word else "")
            at = word.end() if word else at
        more = re.compile(r"\s*#\s*").match(text, at)
        if not more:
            return _TEX.sub(lambda found: _TEX_SIGNS.get(found[1] or "", found[2] or ""), "".join(parts)), at
        at = more.end()


def _end_of(text: str, at: int) -> int:
    """Return where the braced or quoted text that begins at ``at`` ends, or -1."""
    quoted, depth = text[at] == '"', 0
    for place in range(at + 1, len(text)):
        letter = text[place]
        if letter in "{}" and text[place - 1] == "\\":
            continue
        if depth == 0 and letter == ('"' if quoted else "}"):
            return place
        depth += (letter == "{") - (letter == "}")
        if depth < 0:
            return -1
    return -1
