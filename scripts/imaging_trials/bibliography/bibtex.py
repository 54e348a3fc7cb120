"""BibTeX entries in UTF-8, for BibTeX and biber alike.

Sources: O. Patashnik, "BibTeXing" (btxdoc, 1988); biblatex manual, section 2 (fields).
"""

import re
from collections.abc import Sequence

from imaging_trials.bibliography.record import Author, Record, Reference, reference
from rdfkit.base import UserError

ENTRY = re.compile(r"^[ \t]*@([A-Za-z]+)[ \t]*([{(])", re.MULTILINE)
"""The start of an entry: its type and the bracket that opens it."""

_NO_ENTRIES = {"comment", "string", "preamble"}
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
_TEX = re.compile(r"\\(textbackslash|textasciitilde|textasciicircum)\{\}|\\([&%$#_{}])|[{}]")
_TEX_SIGNS = {"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^"}

# Each pattern is used at one place of the text. None begins with what it may repeat, and none can begin in the middle
# of a run, so that a search with it would take time in proportion to the text too.
_BLANKS = re.compile(r"\s*+")
_KEY = re.compile(r"[^\s,{}]*+")
_FIELD_NAME = re.compile(r"(?<![\w:-])[A-Za-z][\w:-]*+")
_BARE_VALUE = re.compile(r"[^\s,#{}()\"=]*+")


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
    found: list[Reference] = []
    at = counted = 0
    line = 1
    while entry := ENTRY.search(text, at):
        line += text.count("\n", counted, entry.start(1))
        counted = entry.start(1)
        at = entry.end()
        if entry[1].casefold() not in _NO_ENTRIES:
            key, fields, at = _read_entry(text, entry, f"{where}, line {line}")
            if text[at : at + 1] != ("}" if entry[2] == "{" else ")"):
                wrong = text.count("\n", 0, at) + 1
                raise UserError(
                    f"{where}, line {wrong}: the BibTeX entry of line {line} has a syntax error there: fix it."
                )
            found.append(_reference(key, fields, f"line {line}", len(found) + 1))
    return found


def _read_entry(text: str, entry: "re.Match[str]", place: str) -> tuple[str, dict[str, str], int]:
    """Return an entry's key and fields, and where reading stopped: at its closing bracket, if all is well."""
    key, at = _take(_KEY, text, _after_blanks(text, entry.end()))
    fields: dict[str, str] = {}
    while True:
        at = _after_blanks(text, at)
        if text[at : at + 1] == ",":
            at = _after_blanks(text, at + 1)
        name, end = _take(_FIELD_NAME, text, at)
        end = _after_blanks(text, end)
        if not name or text[end : end + 1] != "=":
            return key, fields, at
        fields[name.casefold()], at = _value(text, _after_blanks(text, end + 1), place)


def _value(text: str, at: int, place: str) -> tuple[str, int]:
    """Return a field's value from ``at`` on, without TeX, and where it ends; parts may be joined by ``#``."""
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
            parts.append(word)
        end = _after_blanks(text, at)
        if text[end : end + 1] != "#":
            return _TEX.sub(lambda found: _TEX_SIGNS.get(found[1] or "", found[2] or ""), "".join(parts)), at
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


def _reference(key: str, fields: dict[str, str], place: str, number: int) -> Reference:
    title = fields.get("title", "")
    return reference(
        place,
        (key, title, f"entry {number}"),
        f"{fields.get('url', '')} {fields.get('note', '')}",
        title,
        **{name: fields.get(name, "") for name in ("doi", "pmid", "pmcid")},
    )
