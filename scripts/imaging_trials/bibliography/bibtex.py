"""BibTeX entries in UTF-8, for BibTeX and biber alike.

Sources: O. Patashnik, "BibTeXing" (btxdoc, 1988); biblatex manual, section 2 (fields).
"""

import re
from collections.abc import Iterator, Sequence

from imaging_trials.bibliography import citation_parts
from imaging_trials.bibliography.citation import Citation, CitedName, Unusable, cited_name
from imaging_trials.bibliography.markup import from_tex
from imaging_trials.bibliography.record import Author, Record
from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry
from rdfkit.base import UserError

ENTRY = re.compile(r"@([A-Za-z]+)\s*+([{(])")
"""The start of an entry, if nothing else is before it in its line: its type and the bracket that opens it."""

START = re.compile(r"^[ \t]*+@[A-Za-z]+\s*+[{(]", re.MULTILINE)
"""The first entry, macro or comment of a file."""

TYPE = "type:"
"""The name under which an `Entry` has its type, in lower case."""

KEY = "key:"
"""The name under which an `Entry` has its key: no field is called so."""

MAX_BROKEN_ENTRIES = 100
"""How many entries with syntax errors are passed over in one text: each may be searched to the end of the text."""

_NO_ENTRIES = {"xdata", "set"}
_MAX_BEFORE = 200
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
_SPECIAL = re.compile(f"[{re.escape(''.join(_ESCAPES))}]")
# Each pattern is used at one place of the text. None begins with what it may repeat, and none can begin in the middle
# of a run, so that a search with it would take time in proportion to the text too.
_BLANKS = re.compile(r"\s*+")
_KEY = re.compile(r"[^\n,{}=\"#]*+")
_FIELD_NAME = re.compile(r"(?<![\w:-])[A-Za-z][\w:-]*+")
_BARE_VALUE = re.compile(r"[^\s,#{}()\"=]*+")
_BETWEEN_NAMES = re.compile(r"(?<!\s)\s++and\s|[{}]", re.IGNORECASE)

_VERBATIM = {"doi", "url", "eprint", "pmid", "pmcid", "pmc", "ee", "link", "howpublished"}
_OF_EPRINT = {
    "pubmed": "pmid", "pmid": "pmid", "medline": "pmid", "doi": "doi",
    "pmc": "pmcid", "pmcid": "pmcid", "pubmed central": "pmcid", "pubmedcentral": "pmcid",
}  # fmt: skip
_FIELDS = Fields(
    name=(KEY,),
    title=("title", "booktitle", "shorttitle"),
    authors=("author",),
    year=("year", "date"),
    container=("journal", "journaltitle", "booktitle"),
    doi=("doi",),
    pmid=("pmid", "pubmedid", "pubmed", "pubmed_id", "pubmed-id", "medline-pmid"),
    pmcid=("pmcid", "pmc", "pmc_id", "pmc-id", "pmc-release"),
    accession=("accession", "accession_num", "accession-number", "an", "unique-id", "unique_id"),
    database=("database", "db", "libraryid"),
    searched=(
        "url", "note", "annote", "annotation", "extra", "howpublished", "addendum", "eprint", "comment", "notes", "ee",
        "link", "links", "bdsk-url-1", "bdsk-url-2", "bdsk-url-3", "biburl", "adsurl", "keywords", "remarks",
    ),
)  # fmt: skip


def write(records: Sequence[Record]) -> str:
    """Return an ``@article`` for each record.

    A person is "Family, I. I."; a group is in braces. The title is in braces too, so that no style changes its
    capitals. Pages are written out. Epub dates and errata are in the note.
    """
    return "\n".join(_entry(record) for record in records)


def _entry(record: Record) -> str:
    date = record.date
    parts = date.parts if date else []
    fields = {
        "author": _braced(" and ".join(_name(author) for author in record.authors)),
        "title": _braced(f"{{{_escaped(record.title)}}}"),
        "journal": _braced(_escaped(record.journal)),
        "year": _braced(str(parts[0][0]) if parts else ""),
        "month": _month(parts),
        "volume": _braced(_escaped(record.volume)),
        "number": _braced(_escaped(record.issue)),
        "pages": _braced(_escaped(record.full_pages).replace("-", "--")),
        "doi": _braced(_verbatim(record.doi)),
        "pmid": _braced(_verbatim(record.pmid)),
        "pmcid": _braced(_verbatim(record.pmcid)),
        "note": _braced(_escaped(" ".join(record.notes))),
    }
    lines = [f"  {name:<7} = {value}," for name, value in fields.items() if value.strip("{}")]
    return "\n".join([f"@article{{{record.key},", *lines, "}", ""])


def _name(author: Author) -> str:
    person = author.person
    if not person:
        return f"{{{_escaped(author.name)}}}"
    return ", ".join(_escaped(part) for part in (person.family, person.generation, person.given) if part)


def _month(parts: list[list[int]]) -> str:
    """Return the month by the name that every style defines; a range of months is two names joined by a dash."""
    names = [_MONTHS[part[1] - 1] for part in parts if len(part) > 1]
    return ' # "--" # '.join(dict.fromkeys(names))


def _braced(text: str) -> str:
    return f"{{{text}}}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], " ".join(text.split()))


def _verbatim(text: str) -> str:
    """Return an identifier, which styles print as it is; braces would end the field, so they are percent-encoded."""
    return text.replace("{", "%7B").replace("}", "%7D")


def read(text: str, where: str) -> list[Reference]:
    """Return the references of a BibTeX text; comments, macros and preambles are skipped.

    ``where`` is the name of the list in messages. Raises UserError, with the line, for an entry with a syntax error.

    >>> [(one.name, one.doi) for one in read("@article{a, doi = {10.1000/a}}", "list.bib")]
    [('a', '10.1000/a')]
    """
    return [_reference(entry) for entry in entries(text, where)]


def entries(text: str, where: str, broken: list[Unusable] | None = None) -> Iterator[Entry]:
    """Yield the entries of a BibTeX text, with macros replaced and the TeX of their fields unchanged.

    The key is the field ``key:``. Of a field that is given twice the first counts, as in BibTeX. An entry with a syntax
    error is put into ``broken``, and reading goes on at the next line that begins an entry; without such a list, and
    after `MAX_BROKEN_ENTRIES`, it is a UserError.
    """
    macros = dict(zip(_MONTHS, _MONTHS, strict=True))
    at = counted = number = 0
    line = 1
    is_unclosed = False
    while found := ENTRY.search(text, at):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        if not _begins_entry(text, found.start(), at):
            at = found.end()
            continue
        kind = found[1].casefold()
        if kind in ("comment", "preamble"):
            end = _end_of_quoted(text, found.start(2)) if found[2] == "{" and not is_unclosed else -1
            is_unclosed = end < 0  # looked for once only, so that the time stays in proportion to the text
            at = end + 1 if end >= 0 else found.end()
            continue
        try:
            fields, at = _whole_entry(text, found, where, line, macros)
        except UserError as error:
            if broken is None or len(broken) >= MAX_BROKEN_ENTRIES:
                raise
            broken.append(Unusable(f"line {line}", str(error).removeprefix(f"{where}, ").removesuffix(": fix it.")))
            following = START.search(text, text.find("\n", found.end()) % (len(text) + 1))
            at = following.start() if following else len(text)
            continue
        if kind == "string":
            macros |= {name: values[0] for name, values in fields.items()}
        elif kind not in _NO_ENTRIES:
            number += 1
            yield Entry(f"line {line}", number, {**fields, TYPE: [kind]})


def _whole_entry(
    text: str, found: "re.Match[str]", where: str, line: int, macros: dict[str, str]
) -> tuple[dict[str, list[str]], int]:
    """Return the fields of an entry and the place after it. Raises UserError for a syntax error."""
    fields, at = _read_fields(text, found, f"{where}, line {line}", macros)
    if text[at : at + 1] != ("}" if found[2] == "{" else ")"):
        wrong = text.count("\n", 0, at) + 1
        raise UserError(f"{where}, line {wrong}: the BibTeX entry of line {line} has a syntax error there: fix it.")
    return fields, at + 1


def _begins_entry(text: str, start: int, after: int) -> bool:
    """Return whether nothing but blanks and commas is between the sign @ and the line's beginning or the last entry."""
    least = max(0, after, start - _MAX_BEFORE)
    before = max(text.rfind("\n", least, start) + 1, least)
    return not text[before:start].strip(" \t,;\r\ufeff")


def _read_fields(
    text: str, entry: "re.Match[str]", place: str, macros: dict[str, str]
) -> tuple[dict[str, list[str]], int]:
    """Return an entry's fields, and where reading stopped: at its closing bracket, if all is well."""
    fields: dict[str, list[str]] = {}
    start = _after_blanks(text, entry.end())
    key, at = _take(_KEY, text, start)
    if text[at : at + 1] == "=":  # no key: the first field
        at = start
    elif key.strip():
        fields[KEY] = [key.strip()]
    while True:
        at = _after_blanks(text, at)
        if text[at : at + 1] == ",":
            at = _after_blanks(text, at + 1)
        name, end = _take(_FIELD_NAME, text, at)
        end = _after_blanks(text, end)
        if not name or text[end : end + 1] != "=":
            return fields, at
        value, at = _value(text, _after_blanks(text, end + 1), place, macros)
        fields.setdefault(name.casefold(), [value])


def _value(text: str, at: int, place: str, macros: dict[str, str]) -> tuple[str, int]:
    """Return a field's value from ``at`` on and where it ends; parts may be joined by ``#``."""
    parts = []
    while True:
        if text[at : at + 1] in ("{", '"'):
            end = _end_of_quoted(text, at)
            if end < 0:
                raise UserError(f"{place}: a brace or a quotation mark of this BibTeX entry is not closed: close it.")
            parts.append(text[at + 1 : end])
            at = end + 1
        else:
            word, at = _take(_BARE_VALUE, text, at)
            parts.append(macros.get(word.casefold(), word))
        end = _after_blanks(text, at)
        if text[end : end + 1] != "#":
            return "".join(parts), at
        at = _after_blanks(text, end + 1)


def _end_of_quoted(text: str, at: int) -> int:
    """Return where the text in braces or quotation marks that begins at ``at`` ends, or -1."""
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


def _take(pattern: "re.Pattern[str]", text: str, at: int) -> tuple[str, int]:
    """Return what a pattern matches at a place, or "", and the place after it."""
    found = pattern.match(text, at)
    return (found[0], found.end()) if found else ("", at)


def _after_blanks(text: str, at: int) -> int:
    return _take(_BLANKS, text, at)[1]


def _reference(entry: Entry) -> Reference:
    fields = {
        name: [_as_text(name, value) for value in values]
        for name, values in entry.fields.items()
        if name not in ("author", "abstract")
    }
    fields["author"] = [from_tex(name) for text in entry.values("author") for name in _names(text)]
    for kind in entry.values("eprinttype", "archiveprefix"):
        fields.setdefault(_OF_EPRINT.get(kind.strip().casefold(), "eprint"), []).extend(fields.get("eprint", []))
    if fields.get("title") and fields.get("subtitle"):
        fields["title"] = [f"{fields['title'][0]}: {fields['subtitle'][0]}"]
    return from_entry(entry._replace(fields=fields), _FIELDS)


def _as_text(name: str, value: str) -> str:
    if name in _VERBATIM:  # a tilde is part of an address
        value = value.replace("~", "\\textasciitilde{}")
    return from_tex(value)


def _names(text: str) -> list[str]:
    """Return the names of a list, divided by "and" outside braces."""
    names, depth, start = [], 0, 0
    for found in _BETWEEN_NAMES.finditer(text):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0 and found[0] not in "{}":
            names.append(text[start : found.start()].strip())
            start = found.end()
    return [name for name in (*names, text[start:].strip()) if name and name != "others"]


def citations(text: str, where: str) -> Iterator[Citation | Unusable]:
    """Yield the whole citations of a BibTeX text, and last the entries with syntax errors."""
    broken: list[Unusable] = []
    for entry in entries(text, where, broken):

        def plain(*names: str, entry: Entry = entry) -> str:
            return " ".join(from_tex(entry.first(*names)).split())

        is_article = entry.first(TYPE) == "article"
        date = plain("date") or _written_date(plain("year"), plain("month"), plain("day"))
        yield citation_parts.of_reference(
            _reference(entry),
            citation_parts.Parts(
                authors=[_cited(name) for value in entry.values("author") for name in _names(value)],
                journal=citation_parts.journal_of(
                    plain("journal", "journaltitle"), plain("shortjournal", "journal-iso"), [plain("issn")]
                )
                if is_article
                else None,
                issued=citation_parts.date_of([date]),
                volume=plain("volume"),
                issue=plain("number", "issue"),
                pages=re.sub(r"\s?[-–]{1,3}\s?", "-", plain("pages")),
                languages=[plain("language", "langid")],
                keywords=[plain("keywords")],
                abstract=plain("abstract"),
                notes=plain("note"),
                is_article=is_article,
            ),
        )
    yield from broken


def _written_date(year: str, month: str, day: str) -> str:
    """Return a date in parts as one text; a month may be a number, a name or a range of names (Jan-Mar)."""
    if month.isdigit():
        return "-".join(part for part in (year, month, day) if part)
    names = "-".join(one.strip().capitalize() for one in re.split(r"[-–]{1,3}|/", month))
    return " ".join(part for part in (year, names, day) if part)


def _cited(name: str) -> CitedName:
    """Return an author: in braces as a whole it is a group, without a comma the family name is last."""
    if name.startswith("{") and name.endswith("}"):
        return CitedName(" ".join(from_tex(name).split()), is_group=True)
    parts = [" ".join(from_tex(part).split()) for part in name.split(",")]
    if len(parts) == 1 and " " in parts[0]:
        given, _, family = parts[0].rpartition(" ")
        parts = [family, given]
    elif len(parts) == 3:  # von Last, Jr, First
        parts = [parts[0], parts[2], parts[1]]
    return CitedName(cited_name(", ".join(parts)))
