"""Lists of references: recognize the format of a list, and read it.

The formats are those that `imt cite` writes and reference managers export (BibTeX, RIS, CSL-JSON), and plain lines.
Only what identifies an article is read: DOI, PMID, PMCID and title.
"""

import re

from imaging_trials.bibliography import bibtex, csl, nlm, ris
from imaging_trials.bibliography.record import Reference
from rdfkit.base import UserError

MAX_LIST_BYTES = 8_000_000
"""The size of some ten thousand citations."""

_JSON = re.compile(r"\[\s*[{\]]|\{\s*[\"}]")


def decode_references(data: bytes, where: str) -> str:
    """Return the text of a list in UTF-8, with or without a byte order mark.

    ``where`` is the name of the list in messages. Raises UserError for another encoding, for data that is not text, and
    for more than `MAX_LIST_BYTES`.
    """
    if len(data) > MAX_LIST_BYTES:
        raise UserError(f"{where} has more than {MAX_LIST_BYTES // 1_000_000} MB: split the list.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{where} is not in UTF-8: save it in that encoding.") from None
    if "\0" in text:
        raise UserError(f"{where} is not text: give a list of DOIs, PMIDs or citations.")
    return text


def read_references(text: str, where: str) -> list[Reference]:
    """Return the references of a list in their order.

    A plain line without an identifier is a reference by its words, so any text with a line in it can be read. Raises
    UserError for an empty list, and for broken JSON or BibTeX.
    """
    start = text.lstrip()
    if not start:
        raise UserError(f"{where} is empty: give DOIs, PMIDs, PMCIDs or citations, one on each line.")
    if _JSON.match(start):
        found = csl.read(text, where)
    elif bibtex.ENTRY.search(text):
        found = bibtex.read(text, where)
    elif start.startswith("TY  -"):
        found = ris.read(text)
    else:
        found = nlm.read(text)
    if not found:
        raise UserError(f"{where} has no references: give DOIs, PMIDs, PMCIDs or citations, one on each line.")
    return found
