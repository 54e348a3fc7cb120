"""One spelling for each value of the datatypes that triple stores keep by value.

Oxigraph, Virtuoso, TDB2 and others store a number, a date or a boolean and not its text: ``"01"^^xsd:int`` comes back
as ``"1"^^xsd:integer``. `canonical` gives two literals with the same value the same term, so that graphs can be
compared.
Values are those of XML Schema 1.1, part 2: a derived type has the values of its primitive type, and an integer is a
decimal number. A text that is not in the lexical space of its datatype has no value and stays as it is. Time zones are
part of a value here, as no tested store changes them.
"""

from collections.abc import Callable
from functools import partial
from math import isinf, isnan

from pyoxigraph import Literal, NamedNode, Triple

from rdfkit.base import namespaces
from rdfkit.rdf import datatypes, quantities

_XSD = namespaces.XSD


def canonical(literal: Literal) -> Literal:
    """Return the literal that represents all literals with the same value; the literal itself if it has no other.

    >>> canonical(Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#int")))
    <Literal value=1 datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#decimal>>
    """
    kind = literal.datatype.value.removeprefix(_XSD)
    # Oxigraph takes "200"^^xsd:byte for a number too.
    checked = "integer" if kind in datatypes.INTEGERS else kind
    if kind not in _WRITERS or not datatypes.is_valid(literal.value, _XSD + checked):
        return literal
    name, write = _WRITERS[kind]
    text = write(literal.value)
    return literal if text is None else Literal(text, datatype=NamedNode(_XSD + name))


def canonical_triple(triple: Triple) -> Triple:
    """Return a triple with the canonical literal as its object, if that is a literal."""
    value = triple.object
    if not isinstance(value, Literal):
        return triple
    same = canonical(value)
    return triple if same is value else Triple(triple.subject, triple.predicate, same)


def _decimal(text: str) -> str:
    """Return a decimal number of any length: Python's own types would take time by the square of its digits."""
    whole, _, fraction = text.lstrip("+-").partition(".")
    whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
    digits = (whole or "0") + (f".{fraction}" if fraction else "")
    return f"-{digits}" if text[0] == "-" and digits != "0" else digits


def _float(name: str, text: str) -> str | None:
    number = quantities.number(name, text)
    if number is None:
        return None
    if isnan(number):
        return "NaN"
    if isinf(number):
        return "INF" if number > 0 else "-INF"
    return repr(float(number) + 0.0)  # the two zeros are equal, and some stores have only one


def _boolean(text: str) -> str:
    return "true" if text in {"true", "1"} else "false"


def _moment(name: str, text: str) -> str | None:
    moment = quantities.moment(name, text)
    return None if moment is None else f"{moment.seconds.normalize(quantities.EXACT)} {moment.zone}"


def _duration(name: str, text: str) -> str | None:
    duration = quantities.duration(name, text)
    return None if duration is None else f"{duration.months} {duration.seconds.normalize(quantities.EXACT)}"


def _hexadecimal(text: str) -> str:
    return text.upper()


def _base64(text: str) -> str:
    return text.replace(" ", "")


_WRITERS: dict[str, tuple[str, Callable[[str], str | None]]] = {
    **dict.fromkeys(("decimal", *datatypes.INTEGERS), ("decimal", _decimal)),
    "double": ("double", partial(_float, "double")),
    "float": ("float", partial(_float, "float")),
    "boolean": ("boolean", _boolean),
    **{name: (name, partial(_moment, name)) for name in quantities.MOMENTS},
    "dateTimeStamp": ("dateTime", partial(_moment, "dateTimeStamp")),
    **{name: ("duration", partial(_duration, name)) for name in quantities.DURATIONS},
    "hexBinary": ("hexBinary", _hexadecimal),
    "base64Binary": ("base64Binary", _base64),
}
"""By the local name of a datatype: the name of the datatype that represents it, and what writes a valid text of it."""
