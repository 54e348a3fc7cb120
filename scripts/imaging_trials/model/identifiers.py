"""Identifiers of articles, trials, people and journals: one grammar for everything that reads them.

A scheme has a *normalized form*, which is what the graph holds and what ``shapes/`` demands (a test keeps the two
equal), and several written forms: with a label (``PMID: 123``), as the address of a record, in lower case, with leading
zeros. `normalize` reads a text that is nothing but an identifier; `find` looks for one in running text.

Sources: DOI Handbook 2.2 and Crossref's "DOIs and matching regular expressions"; NLM on PMIDs and PMCIDs;
ClinicalTrials.gov on NCT numbers; ORCID "Structure of the ORCID Identifier" (ISO 7064, MOD 11-2); ISSN (ISO 3297).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from imaging_trials.model import doi


class Scheme(NamedTuple):
    """A kind of identifier: its name in messages, its form, and how it is recognized."""

    label: str
    """What people call it, such as ``DOI``."""
    form: str
    """Regular expression of the normalized form: the ``sh:pattern`` of the property without its anchors."""
    whole: "re.Pattern[str]"
    """Matches a text that is nothing but an identifier; the group that takes part has its value."""
    within: "re.Pattern[str]"
    """Finds an identifier in running text; group 1 has its value (a DOI's is found by `doi.find_places`)."""


_ORCID = "[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]"
_ISSN = "[0-9]{4}-[0-9]{3}[0-9X]"
_PMID = "[1-9][0-9]{0,7}"
_NCBI = r"(?:www\.)?ncbi\.nlm\.nih\.gov"
_PMID_LABEL = r"\b(?:pmids?|pubmed[ -]?(?:pm|u)?ids?|medline:|med:)(?![a-z])\s*+[:=#-]?\s*+(?:pmid:?\s*+)?"
_PMID_ADDRESS = (
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|/pubmed/?)(?:\?term=)?(?:pmid)?"
    r"|europepmc\.org/(?:article|abstract)/med/|\blist_uids=|\bpubmed:"
)
_PMCID_LABEL = r"(?:pmc[ -]?ids?|pubmed central(?: ids?)?)(?![a-z])\s*+[:=#-]?\s*+(?:pmc)?"
_FLAGS = re.IGNORECASE | re.ASCII


def _whole(label: str, address: str, value: str) -> "re.Pattern[str]":
    return re.compile(rf"(?:{label}:?\s*+)?{value}|https?://(?:{address})/{value}/?", _FLAGS)


def _within(pattern: str) -> "re.Pattern[str]":
    return re.compile(pattern, _FLAGS)


SCHEMES: dict[str, Scheme] = {
    "doi": Scheme(
        "DOI",
        r"10\.[0-9]{4,9}/\S+",
        _whole("doi", r"(?:dx\.|www\.)?doi\.org", r"(10\.[0-9]{4,9}(?:/|%2F)\S{1,300})"),
        doi.START,  # `doi.find_places` finds where it ends
    ),
    "pmid": Scheme(
        "PMID",
        _PMID,
        _whole("pmid", rf"pubmed\.ncbi\.nlm\.nih\.gov|{_NCBI}/pubmed", f"0*+({_PMID})"),
        _within(rf"(?:{_PMID_LABEL}|{_PMID_ADDRESS})0*+({_PMID})(?![0-9])"),
    ),
    "pmcid": Scheme(
        "PMCID",
        "PMC[1-9][0-9]*",
        _whole("pmcid", rf"pmc\.ncbi\.nlm\.nih\.gov/articles|{_NCBI}/pmc/articles", "PMC0*+([1-9][0-9]{0,9})"),
        _within(rf"\b(?:{_PMCID_LABEL}|PMC)0*+([1-9][0-9]{{0,9}})(?![0-9])"),
    ),
    "nctId": Scheme(
        "NCT number",
        "NCT[0-9]{8}",
        _whole("nct", r"(?:www\.)?clinicaltrials\.gov/(?:ct2/show|study)", "(NCT[0-9]{8})"),
        _within(r"\b(NCT[0-9]{8})(?![0-9])"),
    ),
    "orcid": Scheme(
        "ORCID",
        _ORCID,
        _whole("orcid", r"(?:www\.)?orcid\.org", f"({_ORCID})"),
        _within(rf"(?<![\w-])({_ORCID})(?![\w-])"),
    ),
    "issn": Scheme(
        "ISSN",
        _ISSN,
        _whole("e?issn", r"portal\.issn\.org/resource/issn", f"({_ISSN})"),
        _within(rf"(?<![\w-])({_ISSN})(?![\w-])"),
    ),
}
"""The schemes by the local name of the property that holds them (``imt:doi``, ...)."""

_NUMBER = re.compile(r"\s{0,20}([0-9]{1,10})(?:\.[0-9])?(?![\w./-])", re.ASCII)

ARTICLE_SCHEMES = ("doi", "pmid", "pmcid")
"""What identifies an article."""


def normalize(scheme: str, text: str) -> str:
    """Return an identifier in its normalized form, or "" if the text is not an identifier of that scheme.

    The text may have the scheme's label before it or be the address of the record. A wrong check digit makes it no
    identifier.

    >>> normalize("pmid", "PMID: 028283702"), normalize("doi", "https://doi.org/10.1000/182.")
    ('28283702', '10.1000/182')
    >>> normalize("pmcid", "pmc8679588"), normalize("orcid", "0000-0002-1825-0098")
    ('PMC8679588', '')
    """
    text = text.strip()
    found = SCHEMES[scheme].whole.fullmatch(text)
    if not found:
        return ""
    value = next(group for group in found.groups() if group)
    value = doi.clean(value, text[: found.start(2)]) if scheme == "doi" and found[2] else _normalized(scheme, value)
    return value if has_right_check_digit(scheme, value) else ""


def find(scheme: str, text: str) -> str:
    """Return the first identifier of a scheme in running text, in its normalized form, or "" if there is none.

    A PMID needs its label or the address of its record before it, since any number could be one.

    >>> find("doi", "(see doi: 10.1007/s00259-017-3670-z).")
    '10.1007/s00259-017-3670-z'
    >>> find("pmid", "2017 Jun;44(6):1014-1024. PMID: 28283702."), find("pmid", "44, 1014")
    ('28283702', '')
    """
    return next((value for _, _, value in find_places(scheme, text)), "")


def find_places(scheme: str, text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each identifier of a scheme in running text: where it begins and ends there, and its normalized form.

    >>> list(find_places("pmid", "PMID: 28283702, PMID: 27262701"))
    [(0, 14, '28283702'), (16, 30, '27262701')]
    """
    if scheme == "doi":
        yield from doi.find_places(text)
        return
    for found in SCHEMES[scheme].within.finditer(text):
        value = _normalized(scheme, found[1])
        if has_right_check_digit(scheme, value):
            yield found.start(), found.end(), value


def read_field(scheme: str, text: str) -> str:
    """Return the identifier in a field that is meant for one of this scheme, in its normalized form, or "".

    There a PMID needs no label and a PMCID no letters.

    >>> read_field("pmcid", "4932135"), read_field("pmid", "28283702 [pmid]"), read_field("doi", "see 10.1000/a.")
    ('PMC4932135', '28283702', '10.1000/a')
    """
    value = normalize(scheme, text) or (find(scheme, text) if text else "")
    if not value and scheme in ("pmid", "pmcid") and (number := _NUMBER.match(text)):
        value = normalize(scheme, f"PMC{number[1]}" if scheme == "pmcid" else number[1])
    return value


def check_digit(scheme: str, value: str) -> str:
    """Return the last character that an ORCID or ISSN must have; the one that ``value`` has is ignored.

    >>> check_digit("orcid", "0000-0002-1825-0097"), check_digit("issn", "1619-7070")
    ('7', '0')
    """
    digits = [int(sign) for sign in value[:-1] if sign != "-"]
    from_right = list(enumerate(reversed(digits), 1))
    if scheme == "issn":  # ISO 3297: the weights are 2 to 8 from the right
        rest = -sum(digit * (place + 1) for place, digit in from_right) % 11
    else:  # ISO 7064, MOD 11-2: the weights are powers of two
        rest = (12 - sum(digit * 2**place for place, digit in from_right)) % 11
    return "X" if rest == 10 else str(rest)


def has_right_check_digit(scheme: str, value: str) -> bool:
    """Return whether a normalized identifier ends in the check digit that it must have; most schemes have none."""
    return scheme not in ("orcid", "issn") or not value or value[-1] == check_digit(scheme, value)


def _normalized(scheme: str, value: str) -> str:
    if scheme == "doi":
        return doi.clean(value)
    return f"PMC{value}" if scheme == "pmcid" else value.upper()
