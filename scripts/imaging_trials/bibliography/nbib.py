"""NBIB, the MEDLINE format of PubMed: a tag of up to four letters, a hyphen, a value; a record begins with ``PMID-``.

ERIC and other databases use the same lines without a PMID. Source: NLM, "MEDLINE/PubMed Data Element (Field)
Descriptions".
"""

import re
from collections.abc import Iterator

from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry
from imaging_trials.bibliography.tagged import Draft

START = re.compile(r"^(?:PMID ?- ?0*[1-9][0-9]{0,8}[ \t]*$|(?:OWN |STAT|DCOM|FAU |LID )- ?\S)", re.MULTILINE | re.ASCII)
"""A line that only this format has."""

_LINE = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}-(?: |\Z)")
_ONCE = ("OWN", "STAT", "TI", "DP")
"""Tags that a record has once: one that comes again after a blank line begins a record without a PMID."""

_IDENTIFIERS = ("LID", "AID", "SO", "LA", "URL")
_FIELDS = Fields(
    title=("TI", "BTI", "CTI", "TT"),
    authors=("AU", "CN", "FAU"),
    year=("DP", "DEP"),
    container=("JT", "TA", "BTI"),
    doi=("DOI",),
    pmid=("PMID",),
    pmcid=("PMC",),
    searched=_IDENTIFIERS,
)


def read(text: str, _where: str) -> list[Reference]:
    """Return the references of an NBIB text.

    >>> text = "PMID- 28283702\\nTI  - A title\\n      that goes on\\nLID - 10.1000/a [doi]\\n\\nPMID- 1\\n"
    >>> [(one.pmid, one.title, one.doi) for one in read(text, "the list")]
    [('28283702', 'A title that goes on', '10.1000/a'), ('1', '', '')]
    """
    return [_reference(entry) for entry in entries(text)]


def entries(text: str) -> Iterator[Entry]:
    """Yield the records of an NBIB text as they are, with tags as names of fields."""
    draft: Draft | None = None
    number, is_after_blank = 0, True
    for at, line in enumerate(text.split("\n"), 1):
        tagged = None if line[:1] == " " else _LINE.match(line)
        if not tagged:
            if not line.strip():
                is_after_blank = True
            elif draft and line[:1] in " \t":
                draft.go_on(line.strip())
            continue
        tag = tagged[1]
        if draft is None or tag == "PMID" or (is_after_blank and tag in _ONCE and tag in draft):
            if draft:
                yield draft.entry(number)
            number += 1
            draft = Draft(at)
        draft.add(tag, line[tagged.end() :].strip())
        is_after_blank = False
    if draft:
        yield draft.entry(number)


def _reference(entry: Entry) -> Reference:
    """Return the reference of a record, whose AID and LID say what they are: ``10.1000/a [doi]``, ``S1 [pii]``."""
    for value in entry.values("LID", "AID"):
        if value.endswith("[doi]"):
            entry.add("DOI", value.removesuffix("[doi]").strip())
    return from_entry(entry, _FIELDS)
