"""Web of Science's plain text: a tag of two characters, a blank, a value; ``PT`` opens a record, ``ER`` closes it.

Source: Clarivate, "Web of Science Core Collection Field Tags".
"""

import re
from collections.abc import Iterator

from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry
from imaging_trials.bibliography.tagged import Draft

START = re.compile(
    r"^(?:FN (?:Clarivate|Thomson|ISI|Web of Science)\b.*|VR 1\.0[ \t]*|PT [JBSPC][ \t]*)$", re.MULTILINE
)
"""A line that only this format has."""

_LINE = re.compile(r"([A-Z][A-Z0-9])(?: |\Z)")
_FIELDS = Fields(
    name=(),
    title=("TI",),
    authors=("AU", "BA", "CA", "GP"),
    year=("PY", "EY"),
    container=("SO", "JI", "J9"),
    doi=("DI", "D2"),
    pmid=("PM",),
    accession=("UT",),
    searched=("L3", "UR"),
)
_OF_LINES = ("AU", "AF", "BA", "CA", "GP")
"""Fields with a value on each line."""


def read(text: str, _where: str) -> list[Reference]:
    """Return the references of a text from Web of Science.

    >>> text = "FN ISI Export Format\\nVR 1.0\\nPT J\\nAU YANG, Y\\n   LI, W\\nTI A title\\nPM 1\\nER\\n\\nEF\\n"
    >>> [(one.place, one.authors, one.title, one.pmid) for one in read(text, "the list")]
    [('line 3', ('YANG, Y', 'LI, W'), 'A title', '1')]
    """
    return [from_entry(entry, _FIELDS) for entry in entries(text)]


def entries(text: str) -> Iterator[Entry]:
    """Yield the records as they are, with tags as names of fields."""
    draft: Draft | None = None
    number, last = 0, ""
    for at, line in enumerate(text.split("\n"), 1):
        tagged = _LINE.match(line)
        if not tagged:
            if draft and line.strip() and line[:1] in " \t":
                if last in _OF_LINES:
                    draft.add(last, line.strip())
                else:
                    draft.go_on(line.strip())
            continue
        last = tagged[1]
        if last in ("PT", "ER", "EF") and draft:
            yield draft.entry(number)
            draft = None
        if last == "PT":
            number += 1
            draft = Draft(at)
        if draft:
            draft.add(last, line[tagged.end() :].strip())
    if draft:
        yield draft.entry(number)
