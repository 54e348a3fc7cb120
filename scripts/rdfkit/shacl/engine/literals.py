"""Literals as texts: their parts, whether they are valid for their datatype, and terms from and to texts.

`values` has their values and compares them.
"""

import re
from decimal import Decimal
from functools import lru_cache

import pyoxigraph as ox

from rdfkit.rdf import datatypes, quantities

XSD = "http://www.w3.org/2001/XMLSchema#"
LANG_STRING = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>"
STRING = f"<{XSD}string>"
INTEGER = f"<{XSD}integer>"
DECIMAL = f"<{XSD}decimal>"
DOUBLE = f"<{XSD}double>"
FLOAT = f"<{XSD}float>"
BOOLEAN = f"<{XSD}boolean>"

MAX_CACHED_LITERALS = 100_000

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_RARE_DOUBLES = {"inf": "INF", "-inf": "-INF", "nan": "NaN"}


class NoValue(Exception):  # noqa: N818 - an outcome of an expression
    """An expression has no value: a type error in SPARQL."""


def lexical(term: str) -> str:
    """Return SPARQL's STR of an IRI or a literal.

    Of a blank node it is the label, as in pySHACL and TopQuadrant SHACL; for SPARQL 17.4.2.5 that is a type error.
    """
    if term[0] == "<":
        return term[1:-1]
    if term[0] == "_":
        return term[2:]
    text = term[1 : term.rindex('"')]
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _LETTERS.get(match[3], match[3])


def suffix(term: str) -> str:
    """Return the part after the quotes of a literal: nothing, ``@`` and the language, or ``^^`` and a datatype."""
    return term[term.rindex('"') + 1 :]


def language(term: str) -> str:
    """Return the language tag of a literal, or ""."""
    end = suffix(term)
    return end[1:] if end[:1] == "@" else ""


def datatype(term: str) -> str:
    """Return the datatype of a literal, an IRI in angle brackets."""
    end = suffix(term)
    return end[2:] if end[:1] == "^" else LANG_STRING if end else STRING


def quoted(text: str, end: str = "") -> str:
    """Return a text as a literal in N-Triples, with a language or a datatype as ``end``."""
    return str(ox.Literal(text)) + end


def of_number(value: quantities.Number) -> str:
    """Return the literal of a number; raises NoValue for one with more digits than Python writes."""
    if isinstance(value, int):
        try:
            return f'"{value}"^^{INTEGER}'
        except ValueError:
            raise NoValue from None
    if isinstance(value, Decimal):
        return f'"{value:f}"^^{DECIMAL}'
    kind = DOUBLE if type(value) is float else FLOAT
    return f'"{_RARE_DOUBLES.get(repr(float(value)), repr(float(value)))}"^^{kind}'


def of_boolean(value: bool) -> str:
    """Return the literal of a truth value."""
    return f'"{"true" if value else "false"}"^^{BOOLEAN}'


def to_term(text: str) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Return a term from its N-Triples text."""
    if text[0] == "<":
        return ox.NamedNode(text[1:-1])
    if text[0] == "_":
        return ox.BlankNode(text[2:])
    tag = language(text)
    if tag:
        return ox.Literal(lexical(text), language=tag)
    return ox.Literal(lexical(text), datatype=ox.NamedNode(datatype(text)[1:-1]))


def is_well_typed(term: str, kind: str) -> bool:
    """Return whether a literal has a datatype and is valid for it (SHACL 4.1.2)."""
    end = suffix(term)
    if end[:1] == "@":
        return kind == LANG_STRING
    return kind == (end[2:] or STRING) and _is_valid(term, kind)


@lru_cache(maxsize=MAX_CACHED_LITERALS)
def _is_valid(term: str, kind: str) -> bool:
    return datatypes.is_valid(lexical(term), kind[1:-1])
