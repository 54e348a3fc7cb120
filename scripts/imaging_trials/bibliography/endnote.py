"""EndNote's tagged format (``.enw``), which is that of refer: a line such as ``%T A title``; ``%0`` opens a record.

Source: EndNote, "EndNote Import" (tags of the EndNote import format); refer(1).
"""

import re
from collections.abc import Iterator

from imaging_trials.bibliography import citation_parts
from imaging_trials.bibliography.citation import Citation, Unusable
from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry
from imaging_trials.bibliography.tagged import Draft

START = re.compile(r"^%(?:0 \S|[ABDJT] .*\n%[0-9A-Z@!&*#+~<>\[] )", re.MULTILINE)
"""The first line of a record, or two lines with tags."""

_LINE = re.compile(r"%([0-9A-Z@!&*#+~<>?$()\[\]^|'\"{};:,.])(?: |\Z)")
_FIELDS = Fields(
    name=("F",),
    title=("T", "Q", "!"),
    authors=("A",),
    year=("D", "8"),
    container=("J", "B", "S"),
    doi=("R",),
    accession=("M",),
    database=("~", "W"),
    searched=("U", "Z", "<", ">", "1", "2", "3", "4", "L", "#", "$", "*", "["),
)


def read(text: str, _where: str) -> list[Reference]:
    """Return the references of an EndNote import file.

    >>> text = "%0 Journal Article\\n%T A title\\n%R 10.1000/a\\n%~ PubMed\\n%M 28283702\\n"
    >>> [(one.title, one.doi, one.pmid) for one in read(text, "the list")]
    [('A title', '10.1000/a', '28283702')]
    """
    return [from_entry(entry, _FIELDS) for entry in entries(text)]


def entries(text: str) -> Iterator[Entry]:
    """Yield the records as they are, with the sign after ``%`` as the name of a field."""
    has_types = re.search(r"^%0(?: |$)", text, re.MULTILINE) is not None
    draft: Draft | None = None
    number, is_after_blank = 0, True
    for at, line in enumerate(text.split("\n"), 1):
        tagged = _LINE.match(line)
        if not tagged:
            if not line.strip():
                is_after_blank = True
            elif draft:
                draft.go_on(line.strip())
            continue
        if tagged[1] == "0" if has_types else is_after_blank:
            if draft:
                yield draft.entry(number)
            number += 1
            draft = Draft(at)
        is_after_blank = False
        if draft:
            draft.add(tagged[1], line[tagged.end() :].strip())
    if draft:
        yield draft.entry(number)


def citations(text: str, _where: str) -> Iterator[Citation | Unusable]:
    """Yield the whole citations of an EndNote import file."""
    for entry in entries(text):
        is_article = entry.first("0").casefold() in ("journal article", "electronic article", "magazine article", "")
        yield citation_parts.of_reference(
            from_entry(entry, _FIELDS),
            citation_parts.Parts(
                authors=[citation_parts.name_of(name) for name in entry.values("A")],
                journal=citation_parts.journal_of(entry.first("B", "J"), entry.first("J"), entry.values("@"))
                if is_article
                else None,
                issued=citation_parts.date_of([*entry.values("D"), *_days(entry)]),
                volume=entry.first("V"),
                issue=entry.first("N"),
                pages=entry.first("P"),
                languages=entry.values("G"),
                keywords=entry.values("K"),
                abstract=entry.first("X"),
                notes=" ".join(entry.values("Z")),
                is_article=is_article,
            ),
        )


def _days(entry: Entry) -> list[str]:
    """Return the date, with the year before it where it has none, as EndNote writes it ("Aug 12")."""
    year = entry.first("D")
    return [text if re.search(r"[12][0-9]{3}", text[:80]) else f"{year} {text}" for text in entry.values("8")]
