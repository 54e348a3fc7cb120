"""SPARQL operators and functions (section 17) as Python functions of a row: one compiler for each, in one table."""

import math
import re
from collections.abc import Callable, Collection
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import partial
from typing import Any, TypeAlias

from rdfkit.base import UserError
from rdfkit.shacl.engine import literals
from rdfkit.shacl.engine.expressions import Compiled, Compiler, Function, Row
from rdfkit.shacl.engine.literals import NoValue
from rdfkit.shacl.engine.query import Expression, Variable
from rdfkit.shacl.engine.shapes import Unsupported
from rdfkit.sparql import xpath_regex

Arguments: TypeAlias = tuple[Expression, ...]
Compile: TypeAlias = "Callable[[Compiler, Arguments], Compiled]"
"""From the compiler of the query and the arguments to the kind of the value and the function."""


def compile_call(compiler: "Compiler", name: str, arguments: Arguments) -> "Compiled":
    """Return kind and function of a call.

    Raises Unsupported for an unknown function, or one with an unknown number of arguments.
    """
    counts, compile_ = FUNCTIONS.get(name, ((), None))
    if compile_ is None or (counts and len(arguments) not in counts):
        raise Unsupported(f"{name if name[0] != '<' else name[1:-1]} in a query")
    return compile_(compiler, arguments)


# Operators


def _either(decisive: bool, compiler: "Compiler", given: Arguments) -> "Compiled":
    """Compile OR (``decisive`` true) or AND: an error counts only if the other side does not decide (17.2)."""
    first, second = compiler.truth(given[0]), compiler.truth(given[1])

    def function(row: "Row") -> bool:
        try:
            if first(row) == decisive:
                return decisive
        except NoValue:
            if second(row) == decisive:
                return decisive
            raise
        return bool(second(row))

    return "truth", function


def _not(compiler: "Compiler", given: Arguments) -> "Compiled":
    test = compiler.truth(given[0])
    return "truth", lambda row: not test(row)


_COMPARE: "dict[str, Callable[[Function, Function], Function]]" = {
    "=": lambda one, other: lambda row: one(row) == other(row),
    "!=": lambda one, other: lambda row: one(row) != other(row),
    "<": lambda one, other: lambda row: one(row) < other(row),
    ">": lambda one, other: lambda row: one(row) > other(row),
    "<=": lambda one, other: lambda row: one(row) <= other(row),
    ">=": lambda one, other: lambda row: one(row) >= other(row),
}


def _comparison(operator: str, compiler: "Compiler", given: Arguments) -> "Compiled":
    (kind, one), (other_kind, other) = compiler.compile(given[0]), compiler.compile(given[1])
    if kind == other_kind != "term":
        return "truth", _COMPARE[operator](one, other)
    terms = compiler.term(given[0]), compiler.term(given[1])
    compared = literals.compared
    if {kind, other_kind} == {"number", "term"}:
        first, second = compiler.number(given[0]), compiler.number(given[1])

        def numbers(row: "Row") -> bool:
            try:
                return bool(literals.OPERATORS[operator](first(row), second(row)))
            except NoValue:
                return compared(operator, terms[0](row), terms[1](row))

        return "truth", numbers
    one, other = terms
    return "truth", lambda row: compared(operator, one(row), other(row))


def _arithmetic(sign: str, compiler: "Compiler", given: Arguments) -> "Compiled":
    first, second = compiler.number(given[0]), compiler.number(given[1])

    def function(row: "Row") -> Any:
        one, other = first(row), second(row)
        if isinstance(one, float) or isinstance(other, float):
            one, other = float(one), float(other)
        elif sign == "/":
            one, other = Decimal(one), Decimal(other)
        try:
            if sign == "+":
                return one + other
            if sign == "-":
                return one - other
            return one * other if sign == "*" else one / other
        except (ZeroDivisionError, DivisionByZero, InvalidOperation):
            raise NoValue from None

    return "number", function


def _in(compiler: "Compiler", given: Arguments) -> "Compiled":
    members = given[1:]
    names = frozenset(member for member in members if isinstance(member, str) and member[0] == "<")
    if len(names) < len(set(members)):
        raise Unsupported("IN with a list of more than IRIs")
    term = compiler.term(given[0])
    return "truth", lambda row: term(row) in names


# Functional forms


def _bound(compiler: "Compiler", given: Arguments) -> "Compiled":
    if not isinstance(given[0], Variable):
        raise Unsupported("BOUND in a query")
    slot = compiler.slots[given[0].name]
    return "truth", lambda row: row[slot] is not None


def _choices(compiler: "Compiler", given: Arguments) -> "tuple[str, list[Function]]":
    """Compile expressions of which one gives the value: all as their common kind, or as terms."""
    kinds = {compiler.compile(each)[0] for each in given}
    kind = kinds.pop() if len(kinds) == 1 else "term"
    return kind, [compiler.term(each) if kind == "term" else compiler.compile(each)[1] for each in given]


def _if(compiler: "Compiler", given: Arguments) -> "Compiled":
    test = compiler.truth(given[0])
    kind, (yes, no) = _choices(compiler, given[1:])
    return kind, lambda row: yes(row) if test(row) else no(row)


def _coalesce(compiler: "Compiler", given: Arguments) -> "Compiled":
    kind, choices = _choices(compiler, given)

    def function(row: "Row") -> Any:
        for choice in choices:
            try:
                return choice(row)
            except NoValue:
                continue
        raise NoValue

    return kind, function


def _same_term(compiler: "Compiler", given: Arguments) -> "Compiled":
    one, other = compiler.term(given[0]), compiler.term(given[1])
    return "truth", lambda row: one(row) == other(row)


# Functions of terms


def _starts_with(start: str, compiler: "Compiler", given: Arguments) -> "Compiled":
    """Compile isIRI, isBlank or isLiteral: the first character of the text of a term gives its kind."""
    term = compiler.term(given[0])
    return "truth", lambda row: term(row)[0] == start


def _str(compiler: "Compiler", given: Arguments) -> "Compiled":
    kind, function = compiler.compile(given[0])
    if kind == "text":
        return kind, function
    term = compiler.term(given[0])
    return "text", lambda row: literals.lexical(term(row))


def _lang(compiler: "Compiler", given: Arguments) -> "Compiled":
    term = compiler.term(given[0])
    return "text", lambda row: literals.language(_literal(term(row)))


def _datatype(compiler: "Compiler", given: Arguments) -> "Compiled":
    term = compiler.term(given[0])
    return "term", lambda row: literals.datatype(_literal(term(row)))


def _literal(term: str) -> str:
    if term[0] != '"':
        raise NoValue
    return term


# Functions of numbers


def _integer(compiler: "Compiler", given: Arguments) -> "Compiled":
    """Compile xsd:integer(...) of a text or a number."""
    kind, function = compiler.compile(given[0])
    read = function if kind == "text" else compiler.number(given[0])

    def integer(row: "Row") -> int:
        try:
            return int(read(row))
        except (ValueError, OverflowError):
            raise NoValue from None

    return "number", integer


def _rounded(rounded: "Callable[[Any], int]", compiler: "Compiler", given: Arguments) -> "Compiled":
    number = compiler.number(given[0])

    def function(row: "Row") -> int | float:
        value = number(row)
        try:
            return rounded(value)
        except (ValueError, OverflowError):  # NaN and the infinities are not changed
            return float(value)

    return "number", function


# Functions of strings


def _text_test(test: Callable[[str, str], bool], name: str, compiler: "Compiler", given: Arguments) -> "Compiled":
    text, part = compiler.text(given[0]), compiler.plain_text(given[1], name)
    return "truth", lambda row: test(text(row), part(row))


def _text_part(part_of: Callable[[str, str], str], name: str, compiler: "Compiler", given: Arguments) -> "Compiled":
    text, part = compiler.plain_text(given[0], name), compiler.plain_text(given[1], name)
    return "text", lambda row: part_of(text(row), part(row))


def _text_changed(change: Callable[[str], str], name: str, compiler: "Compiler", given: Arguments) -> "Compiled":
    text = compiler.plain_text(given[0], name)
    return "text", lambda row: change(text(row))


def _length(compiler: "Compiler", given: Arguments) -> "Compiled":
    text = compiler.text(given[0])
    return "number", lambda row: len(text(row))


def _concat(compiler: "Compiler", given: Arguments) -> "Compiled":
    texts = [compiler.plain_text(each, "CONCAT") for each in given]
    return "text", lambda row: "".join([text(row) for text in texts])


def _substring(compiler: "Compiler", given: Arguments) -> "Compiled":
    text, start = compiler.plain_text(given[0], "SUBSTR"), compiler.number(given[1])
    length = compiler.number(given[2]) if len(given) == 3 else None
    return "text", lambda row: _part(text(row), start(row), length(row) if length else None)


def _part(text: str, start: Any, length: Any) -> str:
    """Return SUBSTR: characters are counted from 1, and there are none before the first."""
    end = len(text) if length is None else round(start) - 1 + round(length)
    return text[max(round(start) - 1, 0) : max(end, 0)]


def _regex(compiler: "Compiler", given: Arguments) -> "Compiled":
    text, flags = compiler.text(given[0]), _flags(given[2:])
    pattern = compiler.text(given[1])
    if isinstance(given[1], str):
        search = _written(given[1], flags).search
        return "truth", lambda row: search(text(row)) is not None
    return "truth", lambda row: _compiled(pattern(row), flags).search(text(row)) is not None


def _replace(compiler: "Compiler", given: Arguments) -> "Compiled":
    text, pattern, by = compiler.plain_text(given[0], "REPLACE"), compiler.text(given[1]), compiler.text(given[2])
    flags = _flags(given[3:])
    if isinstance(given[1], str):
        _written(given[1], flags)

    def replaced(row: "Row") -> str:
        expression = _compiled(pattern(row), flags)
        try:
            return expression.sub(xpath_regex.replacement(by(row), expression.groups, flags), text(row))
        except xpath_regex.PatternError:
            raise NoValue from None

    return "text", replaced


def _flags(given: Arguments) -> str:
    if given and not isinstance(given[0], str):
        raise Unsupported("flags of a regular expression that are no constant")
    return literals.lexical(str(given[0])) if given else ""


def _written(term: str, flags: str) -> re.Pattern[str]:
    """Return a pattern that is written in the query; raises UserError if XPath has no such pattern."""
    pattern = literals.lexical(term)
    try:
        return xpath_regex.compiled(pattern, flags)
    except xpath_regex.PatternError as error:
        raise UserError(f"A query in the shapes has the pattern {xpath_regex.explained(pattern, error)}.") from None


def _compiled(pattern: str, flags: str) -> re.Pattern[str]:
    try:
        return xpath_regex.compiled(pattern, flags)
    except xpath_regex.PatternError:
        raise NoValue from None


_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "CONTAINS": lambda text, part: part in text,
    "STRSTARTS": lambda text, part: text.startswith(part),
    "STRENDS": lambda text, part: text.endswith(part),
}
_TEXT_PARTS: dict[str, Callable[[str, str], str]] = {
    "STRBEFORE": lambda text, part: text[: max(text.find(part), 0)],
    "STRAFTER": lambda text, part: text[text.find(part) + len(part) :] if part in text else "",
}
_ONE, _TWO = {1}, {2}
FUNCTIONS: dict[str, tuple[Collection[int], Compile]] = {
    "||": (_TWO, partial(_either, True)),
    "&&": (_TWO, partial(_either, False)),
    "!": (_ONE, _not),
    **{operator: (_TWO, partial(_comparison, operator)) for operator in _COMPARE},
    **{sign: (_TWO, partial(_arithmetic, sign)) for sign in "+-*/"},
    "IN": ((), _in),
    "BOUND": (_ONE, _bound),
    "IF": ({3}, _if),
    "COALESCE": ((), _coalesce),
    "SAMETERM": (_TWO, _same_term),
    "ISIRI": (_ONE, partial(_starts_with, "<")),
    "ISURI": (_ONE, partial(_starts_with, "<")),
    "ISBLANK": (_ONE, partial(_starts_with, "_")),
    "ISLITERAL": (_ONE, partial(_starts_with, '"')),
    "STR": (_ONE, _str),
    "LANG": (_ONE, _lang),
    "DATATYPE": (_ONE, _datatype),
    literals.INTEGER: (_ONE, _integer),
    "CEIL": (_ONE, partial(_rounded, math.ceil)),
    "FLOOR": (_ONE, partial(_rounded, math.floor)),
    **{name: (_TWO, partial(_text_test, test, name)) for name, test in _TEXT_TESTS.items()},
    **{name: (_TWO, partial(_text_part, part, name)) for name, part in _TEXT_PARTS.items()},
    "LCASE": (_ONE, partial(_text_changed, str.lower, "LCASE")),
    "UCASE": (_ONE, partial(_text_changed, str.upper, "UCASE")),
    "STRLEN": (_ONE, _length),
    "CONCAT": ((), _concat),
    "SUBSTR": ({2, 3}, _substring),
    "REGEX": ({2, 3}, _regex),
    "REPLACE": ({3, 4}, _replace),
}
"""By name, or by IRI in angle brackets: the possible numbers of arguments (empty: any), and the compiler."""
