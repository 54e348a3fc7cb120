"""N-Triples terms as text, and the statements of one record in the order in which they were made.

Source: W3C, "RDF 1.1 N-Triples" and "RDF 1.1 N-Quads". Texts are written on one line, without control characters,
e-mail addresses and telephone numbers.
"""

import re
from functools import lru_cache
from operator import eq

from imaging_trials.model import PROJECT
from rdfkit.base import XSD

_ESCAPES = {"\\": "\\\\", '"': '\\"'}
_ESCAPED = re.compile(r'["\\]')
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_IRI = re.compile(r"""[^\x21-\x7e]|[<>"{}|\\^`\[\]]|%(?![0-9A-Fa-f]{2})""")
_ADDRESS = re.compile(
    r"(?:electronic address: {0,3}|e-?mail: {0,3})?[^\s@<>()\[\],;:\"]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}",
    re.IGNORECASE,
)
_TELEPHONE = re.compile(
    r"(?<!\w)(?:tel(?:ephone|\.)?|phone|fax|mobile)(?: {0,2}(?:no|number)\.?)?[ :.]{0,3}\+?[0-9][0-9 ()./-]{6,22}[0-9]"
    r"|(?<![\w+])\+[0-9]{1,3}[ (.-]{1,2}[0-9][0-9 ()./-]{5,20}[0-9]",
    re.IGNORECASE | re.ASCII,
)


_NORTH_AMERICAN = re.compile(
    r"(?:(?<![\w.-])1[ -])?(?:\([2-9][0-9]{2}\) ?|(?<![\w.-])[2-9][0-9]{2}-)[2-9][0-9]{2}-[0-9]{4}(?![\w-])", re.ASCII
)
_DIGIT = re.compile("[0-9]")
_LEAST_DIGITS = 7
"""The digits that the shortest telephone number has."""


def iri(text: str) -> str:
    """Return an IRI as a term; signs that no IRI may have, and those beyond ASCII, are percent-encoded.

    So is a ``#`` that is part of a DOI, and one that is not the only one.

    >>> iri("https://doi.org/10.1002/(SICI)1<1::AID-A1>3.0.CO;2-1")
    '<https://doi.org/10.1002/(SICI)1%3C1::AID-A1%3E3.0.CO;2-1>'
    >>> iri("https://doi.org/10.5555/a[1]#b")
    '<https://doi.org/10.5555/a%5B1%5D%23b>'
    """
    if text.isascii() and not text.encode().translate(None, _PLAIN_IN_IRI):
        return f"<{text}>"
    encoded = _NOT_IN_IRI.sub(_encoded, text)
    if encoded.startswith("https://doi.org/") or encoded.count("#") > 1:
        encoded = encoded.replace("#", "%23")
    return f"<{encoded}>"


_PLAIN_IN_IRI = bytes(byte for byte in range(33, 127) if chr(byte) not in '<>"{}|\\^`%[]#')


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
    for number in _telephones(text) if len(_DIGIT.findall(text)) >= _LEAST_DIGITS else ():
        text = " ".join(number.sub("", text).split())
    return text


def _telephones(text: str) -> "list[re.Pattern[str]]":
    """Return the forms of telephone numbers that a text may have, by signs and words that are found at once."""
    found = [_NORTH_AMERICAN] if "-" in text and _END_OF_NUMBER.search(text) else []
    small = text.lower()
    if "+" in text or "tel" in small or "fax" in small or "phone" in small or "mobile" in small:
        found.append(_TELEPHONE)
    return found


_END_OF_NUMBER = re.compile(r"-(?<=[-) ][2-9][0-9]{2}-)[0-9]{4}(?![\w-])", re.ASCII)
"""It begins with a sign, so that it is found at once."""


def literal(text: str, language: str = "") -> str:
    """Return a text as a plain string, or as one in a language.

    >>> literal('a "b"'), literal("x", "es")
    ('"a \\\\"b\\\\""', '"x"@es')
    """
    written = coded(text) if len(text) <= _SHORT else quoted(text)
    return f"{written}@{language}" if language else written


def quoted(text: str) -> str:
    """Return a text as a plain string: at once if nothing in it needs care, which is so for most."""
    if text.isascii():
        odd = text.encode().translate(None, _PLAIN)  # the digits, and what needs care
        is_plain = not odd or (odd.isdigit() and (len(odd) < _LEAST_DIGITS or not _telephones(text)))
    else:
        is_plain = text.isprintable() and not _CARE.search(text) and not _telephones(text)
    if is_plain and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return f'"{text}"'
    return f'"{_ESCAPED.sub(_escaped, text_of(text))}"'


_PLAIN = bytes(byte for byte in range(32, 127) if chr(byte) not in '"\\@+0123456789')
_CARE = re.compile(r'["\\@+]')
_SHORT = 60
coded = lru_cache(maxsize=20_000)(quoted)
"""The same, remembered: for codes, places, languages and journals, which come again and again."""


def _escaped(found: "re.Match[str]") -> str:
    return _ESCAPES[found[0]]


def typed(value: str, datatype: str) -> str:
    """Return a literal of a datatype of XML Schema, such as ``date``."""
    return f'"{value}"^^<{XSD}{datatype}>'


class Statements:
    """The statements of one record: for each subject, what follows it in N-Triples, with the end of the line."""

    def __init__(self) -> None:
        """Begin without statements."""
        self.of: dict[str, list[str]] = {}

    def about(self, subject: str) -> list[str]:
        """Return the list of what is said about a subject; each entry is made by `said`."""
        found = self.of.get(subject)
        if found is None:
            found = self.of[subject] = []
        return found

    def add(self, subject: str, curie: str, value: str) -> None:
        """Add a statement of terms; the property is a CURIE."""
        said_of_it = f" {_PROPERTIES[curie]} {value}\n"
        if subject in self.of:
            self.of[subject].append(said_of_it)
        else:
            self.of[subject] = [said_of_it]

    def text(self, subject: str, curie: str, value: str, language: str = "") -> None:
        """Add a statement with a text, unless the text is empty or was contact data only."""
        if value and (written := literal(value, language))[1:2] != '"':
            self.add(subject, curie, written)

    def count(self) -> int:
        """Return how many statements there are, after `written`."""
        return sum(map(len, self.of.values()))

    def written(self) -> str:
        """Return the statements in the order of their text, each once, a line each without the full stop."""
        return "".join([subject.join(["", *_in_order(rest)]) for subject, rest in sorted(self.of.items())])


def _in_order(texts: list[str]) -> list[str]:
    """Sort texts and remove those that are there twice, in place."""
    texts.sort()
    if any(map(eq, texts, texts[1:])):
        texts[:] = dict.fromkeys(texts)
    return texts


def said(predicate: str, value: str) -> str:
    """Return what follows a subject: two terms and the end of the line."""
    return f" {predicate} {value}\n"


class _Properties(dict[str, str]):
    """CURIEs with their terms, expanded at the first use."""

    def __missing__(self, curie: str) -> str:
        self[curie] = found = f"<{PROJECT.expand(curie)}>"
        return found


_PROPERTIES = _Properties()


def term(curie: str) -> str:
    """Return the term of a CURIE of the project."""
    return _PROPERTIES[curie]


@lru_cache(maxsize=2000)
def position(number: int) -> str:
    """Return what is said of a part of a record that is at a position, from 1."""
    return said(term("imt:position"), typed(str(number), "integer"))


def in_graph(written: bytes, graph: str) -> bytes:
    """Return statements of `Statements.written`, in UTF-8, as N-Quads of one graph, whose term is given."""
    return written.replace(b"\n", f" {graph} .\n".encode())
