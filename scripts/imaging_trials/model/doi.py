"""DOIs as people copy them: in addresses of publishers, percent-encoded, with what follows them there.

An address ends a DOI at its query, its fragment and at what publishers add (``/full``, ``.pdf``); in running text only
punctuation does. Sources: DOI Handbook, 2.2 and 2.5.2.4 (encoding); Crossref, "DOIs and matching regular expressions".
"""

import re
from collections.abc import Iterator

MAX_DOI_CHARACTERS = 300
"""How much of a text is looked at for one DOI."""

START = re.compile(r"(?<![0-9])10\.[0-9]{4,9}(?:/|%2F)", re.IGNORECASE | re.ASCII)
"""Where a DOI begins."""

# The form of the 1990s has a number in angle brackets, as in 10.1002/(SICI)1096(199601)99:1<1::AID-A1>3.0.CO;2-1.
_REST = re.compile(
    rf"(?:[^\s\"<>{{}}|\\^`]|<(?=[0-9]{{1,6}}:)|>(?=[0-9]\.[0-9]\.)){{1,{MAX_DOI_CHARACTERS}}}", re.ASCII
)
_LOOKED_BACK = 420
_ADDED = re.compile(
    r"(?:\.full)?\.pdf\+?(?:html)?|\.full|\.short|\.long|\.abstract|v[0-9]{1,2}"
    r"|/(?:e?pdf|e?pdf/?direct|pdfdirect|reader|abstract|abs|full|full/html|full-html|fulltext|fulltext\.html|meta"
    r"|summary|references|citedby|citation|figures|tables|suppl_file|download|html|epub)|/",
    re.IGNORECASE | re.ASCII,
)
_FIGURES = re.compile(r"/(?:figures|tables)/[0-9]{1,3}", re.ASCII)
_NUMBER_AFTER = re.compile(r"/[0-9]{5,9}", re.ASCII)
_NUMBERED = "oup.com/"
"""A publisher whose addresses have a number of its own after the DOI."""

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-") | dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_CLOSING = ".,;:'*’”»…"
_MAX_ADDED = 4


def find_places(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each DOI in running text with the place where it begins and the one where it ends.

    >>> text = "https://doi.org/10.1000%2Fa?b=c, 10.1000/b]. https://e.org/doi/full/10.1000/c.pdf#d"
    >>> [doi for _, _, doi in find_places(text)]
    ['10.1000/a', '10.1000/b', '10.1000/c']
    """
    starts = [found.span() for found in START.finditer(text)]
    for number, (start, slash) in enumerate(starts):
        rest = _REST.match(text, slash)
        if not rest:
            continue
        end = rest.end()
        if number + 1 < len(starts) and starts[number + 1][0] < end:
            end = _before_next(text, slash, starts[number + 1][0])
        before = text[max(0, start - _LOOKED_BACK) : start]
        doi = clean(text[start:end], _address_before(before))
        if "/" in doi and doi[-1] != "/":
            yield start, end, doi


def clean(written: str, address: str = "") -> str:
    """Return a DOI without what is around it; ``address`` is the part of an address that comes before it, or ""."""
    if "&" in written:
        from html import unescape

        written = unescape(written)
    if address:
        for sign in "&#" if "?" in address else "?&#":  # after a question mark the DOI is a value of the query
            written = written.partition(sign)[0]
    if "%" in written:
        from urllib.parse import unquote

        written = unquote(written).partition("\ufffd")[0]
        written = "".join(written.split()[:1])
    written = _without_punctuation(written.partition("](")[0].translate(_DASHES))
    for _ in range(_MAX_ADDED):
        shorter = _without_added(written, address)
        if shorter == written:
            break
        written = shorter
    return written[: MAX_DOI_CHARACTERS + 20]


def _address_before(before: str) -> str:
    words = before.rsplit(maxsplit=1)
    last = words[-1].casefold() if words and not before[-1:].isspace() else ""
    starts = [last.rfind(start) for start in ("://", "www.", "doi.org/")]
    return last[max(starts) :] if max(starts) >= 0 else ""


def _before_next(text: str, slash: int, following: int) -> int:
    """Return where a DOI ends that another follows without a blank: before the separator and the address between."""
    if text[following - 1].isalnum() or text[following - 1] == ".":
        return following + MAX_DOI_CHARACTERS  # the digits are part of this DOI
    between = text[slash:following]
    head, found, _ = between.rpartition("http")
    if not found:
        head = between
        for label in ("doi:", "doi"):
            if between.casefold().rstrip().endswith(label):
                head = between.rstrip()[: -len(label)]
                break
    return slash + len(head.rstrip(",;|/(["))


def _without_added(doi: str, address: str) -> str:
    """Return a DOI without one of the endings that publishers add in their addresses."""
    slash = doi.find("/")
    for at in (doi.rfind("/"), doi.rfind("."), doi.rfind(".full"), doi.rfind("/full/"), len(doi) - 2, len(doi) - 3):
        if at > slash + 1 and _ADDED.fullmatch(doi, at):
            is_version = doi[at] in "vV"
            if not is_version or (address and doi[slash + 1 : slash + 3].isdigit() and doi[at - 1].isdigit()):
                return _without_punctuation(doi[:at])
    if address:
        before_last = doi.rfind("/", 0, doi.rfind("/"))
        if before_last > slash and _FIGURES.fullmatch(doi, before_last):
            return doi[:before_last]
        last = doi.rfind("/")
        if _NUMBERED in address and last > slash and _NUMBER_AFTER.fullmatch(doi, last):
            return doi[:last]
    return doi


def _without_punctuation(doi: str) -> str:
    """Return a DOI without the punctuation that follows it; a bracket that closes one inside the DOI belongs to it."""
    unopened = {bracket: doi.count(bracket) - doi.count("(["[bracket == "]"]) for bracket in ")]"}
    end = len(doi)
    while end and (doi[end - 1] in _CLOSING or unopened.get(doi[end - 1], 0) > 0):
        end -= 1
        if doi[end] in unopened:
            unopened[doi[end]] -= 1
    return doi[:end]
