"""All SPARQL operators and functions that the engine compiles, in one table; functions of numbers, and casts."""

import math
from collections.abc import Callable, Collection
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias

from rdfkit.rdf import quantities
from rdfkit.shacl.engine import literals, operators, strings, temporal, values
from rdfkit.shacl.engine.expressions import Compiled, Compiler, Row
from rdfkit.shacl.engine.literals import NoValue
from rdfkit.shacl.engine.operators import Arguments
from rdfkit.shacl.engine.shapes import Unsupported

Compile: TypeAlias = Callable[[Compiler, Arguments], Compiled]
"""From the compiler of the query and the arguments to the kind of the value and the function."""


def compile_call(compiler: Compiler, name: str, arguments: Arguments) -> Compiled:
    """Return kind and function of a call.

    Raises Unsupported for an unknown function, or one with an unknown number of arguments.
    """
    counts, compile_ = FUNCTIONS.get(name, ((), None))
    if compile_ is None or (counts and len(arguments) not in counts):
        raise Unsupported(f"{name if name[0] != '<' else name[1:-1]} in a query")
    return compile_(compiler, arguments)


# Functions of numbers (17.4.4)


def _rounded(rounded: Callable[[Any], int], compiler: Compiler, given: Arguments) -> Compiled:
    number = compiler.number(given[0])

    def function(row: Row) -> Any:
        value = number(row)
        try:
            return type(value)(rounded(value))
        except (ValueError, OverflowError):  # NaN and the infinities are not changed
            return value

    return "number", function


def _half_up(value: Any) -> Any:
    half: Any = Decimal("0.5") if isinstance(value, Decimal) else 0.5
    return math.floor(value + half)


def _absolute(compiler: Compiler, given: Arguments) -> Compiled:
    number = compiler.number(given[0])
    return "number", lambda row: _absolute_value(number(row))


def _absolute_value(value: Any) -> Any:
    return type(value)(abs(value))


# Casts, section 17.5 of the specification


def _cast(name: str, compiler: Compiler, given: Arguments) -> Compiled:
    """Compile a cast to a number."""
    kind, function = compiler.compile(given[0])
    if kind == "text":
        return "number", lambda row: _read(name, function(row))
    if kind == "number":
        return "number", lambda row: _converted(name, function(row))
    term = compiler.term(given[0])
    return "number", lambda row: _number_of(name, term(row))


def _number_of(name: str, term: str) -> Any:
    kind, value = values.value_of(term)
    if kind[:4] == "text":
        return _read(name, value)
    if kind not in {"number", "boolean"}:
        raise NoValue
    return _converted(name, value)


def _read(name: str, text: str) -> Any:
    found = quantities.number(name, text)
    if found is None:
        raise NoValue
    return found


def _converted(name: str, value: Any) -> Any:
    try:
        if name == "integer":
            return int(value)
        if name == "decimal":
            found = Decimal(repr(float(value)) if isinstance(value, float) else value)
            if not found.is_finite():
                raise NoValue
            return found
        return float(value) if name == "double" else quantities.single(float(value))
    except (ValueError, OverflowError):
        raise NoValue from None


def _to_string(compiler: Compiler, given: Arguments) -> Compiled:
    kind, function = compiler.compile(given[0])
    if kind == "text":
        return kind, function
    term = compiler.term(given[0])
    return "text", lambda row: _string(term(row))


def _string(term: str) -> str:
    if term[0] == "_":
        raise NoValue
    kind, value = values.value_of(term)
    if kind == "boolean":
        return "true" if value else "false"
    return literals.lexical(term)


def _boolean(term: str) -> bool:
    kind, value = values.value_of(term)
    if kind in {"boolean", "number"}:
        return bool(value == value and value)  # noqa: PLR0124 - NaN is false
    if kind[:4] == "text" and value in {"true", "1", "false", "0"}:
        return value in {"true", "1"}
    raise NoValue


# Other functions


def _iri(term: str) -> str:
    if term[0] == "<":
        return term
    if values.value_of(term)[0] != "text":
        raise NoValue
    text = literals.lexical(term)
    try:
        # A relative IRI has no value: which base it has depends on where the query is run.
        return str(literals.to_term(f"<{text}>"))
    except ValueError:
        raise NoValue from None


def _now(_compiler: Compiler, _given: Arguments) -> Compiled:
    """Compile NOW, which has one value in a query (17.4.5.1)."""
    from datetime import UTC, datetime

    now = literals.quoted(datetime.now(UTC).isoformat().replace("+00:00", "Z"), f"^^<{literals.XSD}dateTime>")
    return "term", lambda _row: now


_NONE, _ONE, _TWO = {0}, {1}, {2}
_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "CONTAINS": lambda text, part: part in text,
    "STRSTARTS": lambda text, part: text.startswith(part),
    "STRENDS": lambda text, part: text.endswith(part),
}
_PARTS = ("YEAR", "MONTH", "DAY", "HOURS", "MINUTES", "SECONDS")
FUNCTIONS: dict[str, tuple[Collection[int], Compile]] = {
    **{name: (_TWO, compile_) for name, compile_ in operators.OPERATORS.items()},
    "!": (_ONE, operators.negation),
    **{f"unary {sign}": (_ONE, partial(operators.signed, sign)) for sign in "+-"},
    "IN": ((), operators.is_in),
    "BOUND": (_ONE, operators.is_bound),
    "IF": ({3}, operators.condition),
    "COALESCE": ((), operators.coalesce),
    "SAMETERM": (_TWO, operators.same_term),
    "ISIRI": (_ONE, partial(operators.starts_with, "<")),
    "ISURI": (_ONE, partial(operators.starts_with, "<")),
    "ISBLANK": (_ONE, partial(operators.starts_with, "_")),
    "ISLITERAL": (_ONE, partial(operators.starts_with, '"')),
    "ISNUMERIC": (_ONE, operators.is_numeric),
    "STR": (_ONE, operators.text_of),
    "LANG": (_ONE, operators.language_of),
    "DATATYPE": (_ONE, operators.datatype_of),
    "IRI": (_ONE, partial(operators.of_terms, _iri, "term")),
    "URI": (_ONE, partial(operators.of_terms, _iri, "term")),
    "STRLANG": (_TWO, strings.with_language),
    "STRDT": (_TWO, strings.with_datatype),
    "ABS": (_ONE, _absolute),
    "CEIL": (_ONE, partial(_rounded, math.ceil)),
    "FLOOR": (_ONE, partial(_rounded, math.floor)),
    "ROUND": (_ONE, partial(_rounded, _half_up)),
    **{name: (_TWO, partial(strings.text_test, test)) for name, test in _TEXT_TESTS.items()},
    "STRBEFORE": (_TWO, partial(strings.text_part, strings.before)),
    "STRAFTER": (_TWO, partial(strings.text_part, strings.after)),
    "LCASE": (_ONE, partial(strings.text_changed, str.lower)),
    "UCASE": (_ONE, partial(strings.text_changed, str.upper)),
    "STRLEN": (_ONE, strings.length),
    "CONCAT": ((), strings.concatenation),
    "SUBSTR": ({2, 3}, strings.substring),
    "ENCODE_FOR_URI": (_ONE, strings.encoded),
    "LANGMATCHES": (_TWO, strings.language_matches),
    "REGEX": ({2, 3}, strings.matches),
    "REPLACE": ({3, 4}, strings.replaced),
    **{name: (_ONE, partial(strings.digest, name.lower())) for name in ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")},
    "NOW": (_NONE, _now),
    **{name: (_ONE, partial(operators.of_terms, temporal.part(place), "number")) for place, name in enumerate(_PARTS)},
    "TIMEZONE": (_ONE, partial(operators.of_terms, temporal.zone_duration, "term")),
    "TZ": (_ONE, partial(operators.of_terms, temporal.zone_text, "text")),
    **{f"<{literals.XSD}{name}>": (_ONE, partial(_cast, name)) for name in ("integer", "decimal", "double", "float")},
    literals.STRING: (_ONE, _to_string),
    literals.BOOLEAN: (_ONE, partial(operators.of_terms, _boolean, "truth")),
    **{
        f"<{literals.XSD}{name}>": (_ONE, partial(operators.of_terms, partial(temporal.to_moment, name), "term"))
        for name in ("dateTime", "date", "time")
    },
}
"""By name, or by IRI in angle brackets: the possible numbers of arguments (empty: any), and the compiler."""
