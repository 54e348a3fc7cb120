"""N-Triples terms as text, and the statements of one record in the order in which they were made.

Source: W3C, "RDF 1.1 N-Triples" and "RDF 1.1 N-Quads". Texts are written on one line, without control characters,
e-mail addresses and telephone numbers.
"""

import re
from functools import lru_cache

from imaging_trials.model import PROJECT
from rdfkit.base import XSD

_ESCAPES = {"\\": "\\\\", '"': '\\"'}
_ESCAPED = re.compile(r'["\\]')
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_IRI = re.compile('[\x00-\x20<>"{}|\\\\^`\x7f-\x9f\ud800-\udfff]|%(?![0-9A-Fa-f]{2})')
_ADDRESS = re.compile(
    r"(?:electronic address: {0,3}|e-?mail: {0,3})?[^\s@<>()\[\],;:\"]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}",
    re.IGNORECASE,
)
_TELEPHONE = re.compile(
    r"(?<!\w)(?:tel(?:ephone|\.)?|phone|fax|mobile)(?: {0,2}(?:no|number)\.?)?[ :.]{0,3}\+?[0-9][0-9 ()./-]{6,22}[0-9]"
    r"|(?<![\w+])\+[0-9]{1,3}[ (.-]{1,2}[0-9][0-9 ()./-]{5,20}[0-9]",
    re.IGNORECASE | re.ASCII,
)


_LEAST_TELEPHONE = 10
"""The characters that the shortest telephone number has, with its sign or its word."""


def iri(text: str) -> str:
    """Return an IRI as a term; signs that no IRI may have are percent-encoded.

    >>> iri("https://doi.org/10.1002/(SICI)1<1::AID-A1>3.0.CO;2-1")
    '<https://doi.org/10.1002/(SICI)1%3C1::AID-A1%3E3.0.CO;2-1>'
    """
    return f"<{_NOT_IN_IRI.sub(_encoded, text)}>"


def _encoded(found: "re.Match[str]") -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))


def text_of(text: str) -> str:
    """Return a text as it goes into the graph: on one line, without contact data of people.

    >>> text_of("The  A Group. Electronic address: a.b@example.org"), text_of("call tel: +1 202 555 0100 now")
    ('The A Group.', 'call now')
    """
    if text.isalnum():
        return text
    text = " ".join(_CONTROL.sub(" ", text).split())
    if "@" in text:
        text = " ".join(_ADDRESS.sub("", text).split())
    if len(text) >= _LEAST_TELEPHONE and _TELEPHONE.search(text):
        text = " ".join(_TELEPHONE.sub("", text).split())
    return text


def literal(text: str, language: str = "") -> str:
    """Return a text as a plain string, or as one in a language.

    >>> literal('a "b"'), literal("x", "es")
    ('"a \\\\"b\\\\""', '"x"@es')
    """
    written = _short(text) if len(text) <= _SHORT else _written(text)
    return f"{written}@{language}" if language else written


def _written(text: str) -> str:
    return f'"{_ESCAPED.sub(_escaped, text_of(text))}"'


_SHORT = 60
_short = lru_cache(maxsize=10_000)(_written)  # languages, journals and publication types come again and again


def _escaped(found: "re.Match[str]") -> str:
    return _ESCAPES[found[0]]


def typed(value: str, datatype: str) -> str:
    """Return a literal of a datatype of XML Schema, such as ``date``."""
    return f'"{value}"^^<{XSD}{datatype}>'


class Statements:
    """The statements of one record: lines of N-Triples without the full stop."""

    def __init__(self) -> None:
        """Begin without statements."""
        self.lines: list[str] = []

    def add(self, subject: str, curie: str, value: str) -> None:
        """Add a statement of terms; the property is a CURIE."""
        self.lines.append(f"{subject} {_PROPERTIES[curie]} {value}")

    def text(self, subject: str, curie: str, value: str, language: str = "") -> None:
        """Add a statement with a text, unless the text is empty or was contact data only."""
        if value and (written := literal(value, language))[1:2] != '"':
            self.add(subject, curie, written)


class _Properties(dict[str, str]):
    """CURIEs with their terms, expanded at the first use."""

    def __missing__(self, curie: str) -> str:
        self[curie] = found = f"<{PROJECT.expand(curie)}>"
        return found


_PROPERTIES = _Properties()


def term(curie: str) -> str:
    """Return the term of a CURIE of the project."""
    return _PROPERTIES[curie]


def quads(lines: list[str], graph: str) -> bytes:
    """Return statements as N-Quads of one graph, each once."""
    end = f" {graph} .\n"
    return "".join(f"{line}{end}" for line in dict.fromkeys(lines)).encode("utf-8")
