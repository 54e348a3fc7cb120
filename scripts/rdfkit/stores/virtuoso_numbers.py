"""The floating-point numbers of Virtuoso 7, which keeps them exactly but prints six digits of them as N-Triples.

Turtle has all digits, and there a double without an exponent is printed like a decimal number
(https://github.com/openlink/virtuoso-opensource/issues/454). So the one gives the type and the other the digits.
"""

from collections.abc import Sequence
from decimal import Decimal

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from rdfkit.base import namespaces

_DOUBLE, _FLOAT, _DECIMAL = (namespaces.XSD + name for name in ("double", "float", "decimal"))
DATATYPES = (_DOUBLE, _FLOAT, _DECIMAL)
"""The datatypes that `exact` needs of the Turtle answer."""

_PRINTED_DIGITS = 6
_MAX_EXACT_CHARACTERS = 40
"""Virtuoso prints at most 20 digits of a double, with a sign, a dot and an exponent."""


def is_rounded(value: Literal) -> bool:
    """Return whether a literal of an N-Triples answer may lack digits."""
    return value.datatype.value in {_DOUBLE, _FLOAT} and _is_number(value)


def exact(ntriples: Sequence[Triple], turtle: Sequence[Triple]) -> list[Triple]:
    """Return the triples of an N-Triples answer, each double and float with the digits that the Turtle answer has.

    A number without a counterpart stays as it is.
    """
    numbers: dict[tuple[NamedNode | BlankNode | Triple, NamedNode], list[Literal]] = {}
    for triple in turtle:
        value = triple.object
        if isinstance(value, Literal) and value.datatype.value in DATATYPES:
            numbers.setdefault((triple.subject, triple.predicate), []).append(value)
    decimals = {
        (triple.subject, triple.predicate, _exactly(triple.object))
        for triple in ntriples
        if isinstance(triple.object, Literal) and triple.object.datatype.value == _DECIMAL and _is_number(triple.object)
    }
    found = []
    for triple in ntriples:
        value = triple.object
        if not (isinstance(value, Literal) and value.datatype.value in {_DOUBLE, _FLOAT}):
            found.append(triple)
            continue
        place = (triple.subject, triple.predicate)
        same = [
            Triple(*place, Literal(number.value, datatype=value.datatype))
            for number in numbers.get(place, ())
            if _prints_as(number, value) and (*place, _exactly(number)) not in decimals
        ]
        found += same or [triple]
    return list(dict.fromkeys(found))


def _prints_as(number: Literal, printed: Literal) -> bool:
    """Return whether a number of a Turtle answer is the one that an N-Triples answer prints with six digits."""
    is_float = printed.datatype.value == _FLOAT
    if (number.datatype.value == _FLOAT) != is_float or not (_is_number(number) and _is_number(printed)):
        return False
    return f"{float(number.value):.{_PRINTED_DIGITS}g}" == f"{float(printed.value):.{_PRINTED_DIGITS}g}"


def _exactly(number: Literal) -> Decimal | None:
    """Return a decimal number; None for one that is printed as a double."""
    return Decimal(number.value) if number.datatype.value == _DECIMAL else None


def _is_number(value: Literal) -> bool:
    text = value.value
    return len(text) <= _MAX_EXACT_CHARACTERS and text.lstrip("-").replace(".", "", 1)[:1].isdecimal()
