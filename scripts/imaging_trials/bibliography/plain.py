"""Plain lists: a citation, a title, an identifier or an address on each line, numbered items, or paragraphs.

- A line is a reference. Where lines are numbered (``1.``, ``[1]``, ``(1)``), a number begins one, and the lines up to
  the next number belong to it. Where blank lines divide a list, a paragraph is one, unless its lines have identifiers
  of their own. A line that is indented continues the one before.
- A line with several DOIs, PMIDs or PMCIDs is as many references, unless the further ones are those of an erratum or a
  comment.
- Headings ("References"), lines of signs, and lines that begin with ``#`` are skipped.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from imaging_trials.bibliography import markup
from imaging_trials.bibliography.reference import RELATED, Identifier, Reference, short
from imaging_trials.model import identifiers

_HEADINGS = frozenset({
    "references", "reference list", "references and notes", "bibliography", "literature", "literature cited",
    "works cited", "sources", "citations", "citation", "doi", "dois", "pmid", "pmids", "pmcid", "pmcids", "title",
    "titles",
})  # fmt: skip
_NUMBERED = re.compile(
    r"[ \t]{0,8}(?:(\[)([0-9]{1,3})\]|(\()([0-9]{1,3})\)|([0-9]{1,3})([.):]))(?=\s|\Z)[ \t]*", re.ASCII
)
_BULLET = re.compile(r"[ \t]{0,40}[-*•–·+][ \t]{1,40}")
_LABELED = re.compile(r"\s{0,40}(?:DOI|PMID|PMCID)\s?:", re.IGNORECASE | re.ASCII)
_GOES_ON = re.compile(r"\s{0,40}(?:[a-z]|doi\b|https?://|pmid|pmcid|\(|&)", re.ASCII)
_BREAKS_OFF = re.compile(r"[,;:&(-]\s{0,40}\Z")
_MORE_NUMBERS = re.compile(r"[\s,;&]{1,4}(?:and\s)?([1-9][0-9]{6,7})(?![\w/-]|\.[0-9])", re.ASCII)
_LEADING_NUMBER = re.compile(r"([1-9][0-9]{6,7})(?:[\s,;:|])", re.ASCII)
_BETWEEN = re.compile(r"[\s,;]+")
_MAX_STEP = 10
_LONG_LINE = 60


class _Place(NamedTuple):
    """An identifier in a text: where it begins and ends, its scheme and its value."""

    start: int
    end: int
    scheme: str
    value: str


_Line = tuple[int, str]
"""The number of a line, from 1, and the line."""


def read(text: str, _where: str) -> list[Reference]:
    """Return the references of a plain list; one without an identifier is a reference by its words.

    >>> [(one.place, one.pmid, one.doi) for one in read("28283702, 27262701\\ndoi: 10.1000/a. PMID: 1.", "the list")]
    [('line 1', '28283702', ''), ('line 1', '27262701', ''), ('line 2', '1', '10.1000/a')]
    >>> [one.words for one in read("1. A title that\\n   goes on\\n2. Another", "the list")]
    ['A title that goes on', 'Another']
    """
    found = [one for lines in _items(text) for one in _references(lines)]
    return [replace(one, number=number) for number, one in enumerate(found, 1)]


def _items(text: str) -> list[list[_Line]]:
    """Return the lines of each reference, without numbers and bullets."""
    blocks = _blocks(text)
    lines = [line for block in blocks for line in block]
    starts = _numbered_lines(lines)
    if starts:
        return _by_number(lines, starts)
    are_paragraphs = len(blocks) > 1 and all(len(block) > 1 for block in blocks)
    items: list[list[_Line]] = []
    for block in blocks:
        if len(blocks) > 1 and len(block) > 1 and _is_wrapped(block, are_paragraphs):
            items.append([(at, _without_bullet(line)) for at, line in block])
        else:
            items += _by_line(block)
    return items


def _blocks(text: str) -> list[list[_Line]]:
    """Return the lines with letters or digits, divided where blank lines are, without headings and comments."""
    blocks: list[list[_Line]] = [[]]
    is_first = True
    for at, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            blocks.append([])
        elif not line.lstrip().startswith("#") and any(c.isalnum() for c in line):
            if not is_first or line.strip(" \t:*_=-").casefold() not in _HEADINGS:
                blocks[-1].append((at, line))
            is_first = False
    return [block for block in blocks if block]


def _numbered_lines(lines: list[_Line]) -> dict[int, str]:
    """Return the lines that begin a numbered reference, without their numbers, or nothing if the list has none."""
    starts: dict[int, str] = {}
    style, last, first = "", 0, 0
    for at, line in lines:
        found = _NUMBERED.match(line)
        if not found:
            continue
        its_style = found[1] or found[3] or found[6]
        number = int(found[2] or found[4] or found[5])
        is_next = last < number <= last + _MAX_STEP or number == first == last
        if not style or (its_style == style and is_next):
            first = first or number
            style, last = its_style, number
            starts[at] = line[found.end() :]
    is_list = len(starts) > 1 or (first == 1 and bool(lines) and lines[0][0] in starts)
    return starts if is_list and not (style == ":" and first != 1) else {}


def _by_number(lines: list[_Line], starts: dict[int, str]) -> list[list[_Line]]:
    items: list[list[_Line]] = []
    is_numbered = False
    for at, line in lines:
        if at in starts:
            items.append([(at, starts[at])])
            is_numbered = True
        elif is_numbered:
            items[-1].append((at, line))
        else:
            items.append([(at, line)])
    return items


def _by_line(block: list[_Line]) -> list[list[_Line]]:
    """Return each line as an item, and an indented one with the line before it."""
    items: list[list[_Line]] = []
    is_hanging = not block[0][1][:1].isspace()
    for at, line in block:
        goes_on = is_hanging and items and line[:1].isspace() and not _BULLET.match(line)
        if goes_on and not _bare(items[-1][-1][1]) and not _bare(line):
            items[-1].append((at, line))
        else:
            items.append([(at, _without_bullet(line))])
    return items


def _is_wrapped(block: list[_Line], are_paragraphs: bool) -> bool:
    """Return whether the lines of a paragraph are one reference."""
    values: dict[str, set[str]] = {}
    for _, line in block:
        for one in _places(line):
            values.setdefault(one.scheme, set()).add(one.value.casefold())
    if any(len(found) > 1 for found in values.values()):
        return False
    if are_paragraphs:
        return True
    joints = pairwise(block)
    if any(_GOES_ON.match(after) or _BREAKS_OFF.search(before) for (_, before), (_, after) in joints):
        return True
    return all(len(line) >= _LONG_LINE for _, line in block[:-1])


def _without_bullet(line: str) -> str:
    bullet = _BULLET.match(line)
    return line[bullet.end() :] if bullet else line


def _references(lines: list[_Line]) -> Iterator[Reference]:
    """Yield the references of an item, mostly one: those that its identifiers are of."""
    place = f"line {lines[0][0]}"
    labeled = [line for _, line in lines if _LABELED.match(line)] if len(lines) > 1 else []
    text = " ".join(line.strip() for _, line in lines).strip()
    if labeled:  # PubMed's lists of abstracts: other identifiers are those of comments
        yield _reference(place, text, [one for line in labeled for one in _places(line)])
        return
    groups = _groups(text)
    start = 0
    for number, group in enumerate(groups, 1):
        end = group[-1].end if group and number < len(groups) else len(text)
        yield _reference(place, text[start:end].strip(" \t,;.") if len(groups) > 1 else text, group)
        start = end


def _reference(place: str, words: str, found: list[_Place]) -> Reference:
    first: dict[str, Identifier] = {}
    for one in found:
        first.setdefault(one.scheme, Identifier(one.scheme, one.value, ""))
    given = tuple(first[scheme] for scheme in identifiers.ARTICLE_SCHEMES if scheme in first)
    if not given and (number := _LEADING_NUMBER.match(words)):
        given = (Identifier("pmid", number[1], "", is_certain=False),)
    words = markup.plain_text(words)
    return Reference(place, 0, short(words), given, words=words)


def _groups(text: str) -> list[list[_Place]]:
    """Return the identifiers of each reference of a text: a second one of a scheme begins another reference."""
    groups: list[list[_Place]] = [[]]
    for one in _places(text):
        same = [other for other in groups[-1] if other.scheme == one.scheme]
        if same and same[0].value.casefold() == one.value.casefold():
            continue
        if same:
            groups.append([])
        groups[-1].append(one)
    return groups


def _places(text: str) -> list[_Place]:
    """Return the identifiers of articles in a text, in their order, without the DOIs of errata and comments."""
    bare = _bare(text)
    if bare:
        return bare
    found = []
    for scheme in identifiers.ARTICLE_SCHEMES:
        for start, end, value in identifiers.find_places(scheme, text):
            found.append(_Place(start, end, scheme, value))
            while scheme == "pmid" and (more := _MORE_NUMBERS.match(text, found[-1].end)):
                found.append(_Place(more.start(1), more.end(), scheme, more[1]))
    found.sort()
    kept: list[_Place] = []
    after = 0
    for one in found:
        if one.scheme != "doi" or not kept or not RELATED.search(text, after, one.start):
            kept.append(one)
        after = max(after, one.end)
    return kept


def _bare(text: str) -> list[_Place]:
    """Return the identifiers of a text that has nothing else, where a number is a PMID; else nothing."""
    places: list[_Place] = []
    start = 0
    for between in [*_BETWEEN.finditer(text), None]:
        end = between.start() if between else len(text)
        if end > start:
            scheme, value = _kind(text[start:end])
            if not scheme:
                return []
            places.append(_Place(start, end, scheme, value))
        start = between.end() if between else end
    return places


def _kind(text: str) -> tuple[str, str]:
    schemes = ((scheme, identifiers.normalize(scheme, text)) for scheme in identifiers.ARTICLE_SCHEMES)
    return next((one for one in schemes if one[1]), ("", ""))
