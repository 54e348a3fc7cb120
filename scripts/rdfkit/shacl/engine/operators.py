"""SPARQL operators, functional forms and functions of terms (sections 17.3 and 17.4) as Python functions of a row."""

from collections.abc import Callable
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import partial
from typing import Any, TypeAlias

from rdfkit.rdf import quantities
from rdfkit.shacl.engine import literals, temporal, values
from rdfkit.shacl.engine.algebra import Expression, Variable
from rdfkit.shacl.engine.expressions import Compiled, Compiler, Function, Row
from rdfkit.shacl.engine.literals import NoValue
from rdfkit.shacl.engine.shapes import Unsupported

Arguments: TypeAlias = tuple[Expression, ...]

COMPARE: dict[str, Callable[[Function, Function], Function]] = {
    "=": lambda one, other: lambda row: one(row) == other(row),
    "!=": lambda one, other: lambda row: one(row) != other(row),
    "<": lambda one, other: lambda row: one(row) < other(row),
    ">": lambda one, other: lambda row: one(row) > other(row),
    "<=": lambda one, other: lambda row: one(row) <= other(row),
    ">=": lambda one, other: lambda row: one(row) >= other(row),
}


def either(decisive: bool, compiler: Compiler, given: Arguments) -> Compiled:
    """Compile OR (``decisive`` true) or AND: an error counts only if the other side does not decide (17.2)."""
    first, second = compiler.truth(given[0]), compiler.truth(given[1])

    def function(row: Row) -> bool:
        try:
            if first(row) == decisive:
                return decisive
        except NoValue:
            if second(row) == decisive:
                return decisive
            raise
        return bool(second(row))

    return "truth", function


def negation(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile ``!``."""
    test = compiler.truth(given[0])
    return "truth", lambda row: not test(row)


def comparison(operator: str, compiler: Compiler, given: Arguments) -> Compiled:
    """Compile a comparison (17.3)."""
    (kind, one), (other_kind, other) = compiler.compile(given[0]), compiler.compile(given[1])
    if kind == other_kind and kind in {"text", "truth"}:
        return "truth", COMPARE[operator](one, other)
    compared, numbers = values.compared, values.compared_numbers
    if kind == other_kind == "number":
        return "truth", lambda row: numbers(operator, one(row), other(row))
    terms = compiler.term(given[0]), compiler.term(given[1])
    if {kind, other_kind} & {"number", "quantity"} and {kind, other_kind} <= {"number", "quantity", "term"}:
        first, second = compiler.number(given[0]), compiler.number(given[1])

        def function(row: Row) -> bool:
            try:
                return numbers(operator, first(row), second(row))
            except NoValue:
                return compared(operator, terms[0](row), terms[1](row))

        return "truth", function
    left, right = terms
    return "truth", lambda row: compared(operator, left(row), right(row))


def arithmetic(sign: str, compiler: Compiler, given: Arguments) -> Compiled:
    """Compile ``+``, ``-``, ``*`` or ``/`` of numbers; also sums and differences of dates and durations."""
    first, second = compiler.number(given[0]), compiler.number(given[1])

    def numbers(row: Row) -> Any:
        return calculated(sign, first(row), second(row))

    if sign in "*/" or any(_is_number(compiler, each) for each in given):
        return "number", numbers
    left, right = _quantity(compiler, given[0]), _quantity(compiler, given[1])

    def quantities(row: Row) -> Any:
        one, other = left(row), right(row)
        if isinstance(one, tuple) or isinstance(other, tuple):
            return temporal.arithmetic(sign, one, other)
        return calculated(sign, one, other)

    return "quantity", quantities


def _is_number(compiler: Compiler, expression: Expression) -> bool:
    """Return whether an expression has a number as its value or none."""
    if isinstance(expression, str):
        return values.value_of(expression)[0] == "number"
    return compiler.compile(expression)[0] == "number"


def _quantity(compiler: Compiler, expression: Expression) -> Function:
    kind, function = compiler.compile(expression)
    if kind == "term":
        return lambda row: _quantity_of(function(row))
    return function if kind == "quantity" else compiler.number(expression)


def _quantity_of(term: str) -> Any:
    kind, value = values.value_of(term)
    if kind != "number" and not isinstance(value, tuple):
        raise NoValue
    return value


def calculated(sign: str, one: Any, other: Any) -> Any:
    """Return the sum, difference, product or quotient of two numbers, in their common type (17.3)."""
    if type(one) is not type(other) or type(one) is quantities.Float:
        one, other = values.promoted(one, other)
        if isinstance(one, quantities.Float):
            return quantities.single(calculated(sign, float(one), float(other)))
    if isinstance(one, Decimal) or isinstance(other, Decimal):
        return _decimal(sign, Decimal(one), Decimal(other))
    try:
        if sign == "+":
            return one + other
        if sign == "-":
            return one - other
        if sign == "*":
            return one * other
        return _quotient(one, other)
    except (ZeroDivisionError, DivisionByZero, InvalidOperation, OverflowError):
        raise NoValue from None


_EXACT = Context(prec=1000)
"""Sums, differences and products of decimals have all their digits; a quotient has as many as rdflib's."""


def _decimal(sign: str, one: Decimal, other: Decimal) -> Decimal:
    try:
        if sign == "/":
            return one / other
        if sign == "*":
            return _EXACT.multiply(one, other)
        return _EXACT.add(one, other) if sign == "+" else _EXACT.subtract(one, other)
    except (DivisionByZero, InvalidOperation, Overflow):
        raise NoValue from None


def _quotient(one: Any, other: Any) -> Any:
    if not isinstance(one, float):
        return Decimal(one) / Decimal(other)
    if other == 0 or one != one:  # noqa: PLR0124 - NaN
        sign = (-1 if str(one)[0] == "-" else 1) * (-1 if str(other)[0] == "-" else 1)
        return float("nan") if one == 0 or one != one else sign * float("inf")  # noqa: PLR0124
    return one / other


def signed(sign: str, compiler: Compiler, given: Arguments) -> Compiled:
    """Compile a sign before an expression."""
    number = compiler.number(given[0])
    if sign == "+":
        return "number", number
    return "number", lambda row: _negative(number(row))


def _negative(value: Any) -> Any:
    return quantities.single(-value) if isinstance(value, quantities.Float) else -value


def is_in(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile ``IN``."""
    members = given[1:]
    kind, function = compiler.compile(given[0])
    constants = [member for member in members if isinstance(member, str)]
    if len(constants) == len(members):
        if kind == "text" and all(values.value_of(member)[0] == "text" for member in constants):
            texts = frozenset(map(literals.lexical, constants))
            return "truth", lambda row: function(row) in texts
        if all(member[0] == "<" for member in constants):
            names = frozenset(constants)
            term = compiler.term(given[0])
            return "truth", lambda row: term(row) in names
    term = compiler.term(given[0])
    others = [compiler.term(member) for member in members]

    def found(row: Row) -> bool:
        value, has_error = term(row), False
        for other in others:
            try:
                if values.compared("=", value, other(row)):
                    return True
            except NoValue:
                has_error = True
        if has_error:
            raise NoValue
        return False

    return "truth", found


# Functional forms


def is_bound(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile BOUND."""
    if isinstance(given[0], str):  # a pre-bound variable, whose value is substituted
        return "truth", lambda _row: True
    if not isinstance(given[0], Variable):
        raise Unsupported("BOUND in a query")
    name = given[0].name
    slot = compiler.slots[name]
    if name in compiler.bound or name not in compiler.maybe:
        known = name in compiler.bound
        return "truth", lambda _row: known
    return "truth", lambda row: row[slot] is not None


def _choices(compiler: Compiler, given: Arguments) -> tuple[str, list[Function]]:
    """Compile expressions of which one gives the value: all as their common kind, or as terms."""
    kinds = {compiler.compile(each)[0] for each in given}
    kind = kinds.pop() if len(kinds) == 1 else "term"
    return kind, [compiler.term(each) if kind == "term" else compiler.compile(each)[1] for each in given]


def condition(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile IF."""
    test = compiler.truth(given[0])
    kind, (yes, no) = _choices(compiler, given[1:])
    return kind, lambda row: yes(row) if test(row) else no(row)


def coalesce(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile COALESCE."""
    kind, choices = _choices(compiler, given)

    def function(row: Row) -> Any:
        for choice in choices:
            try:
                return choice(row)
            except NoValue:
                continue
        raise NoValue

    return kind, function


def same_term(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile sameTerm."""
    one, other = compiler.term(given[0]), compiler.term(given[1])
    return "truth", lambda row: one(row) == other(row)


# Functions of terms


def starts_with(start: str, compiler: Compiler, given: Arguments) -> Compiled:
    """Compile isIRI, isBlank or isLiteral: the first character of the text of a term gives its kind."""
    term = compiler.term(given[0])
    return "truth", lambda row: term(row)[0] == start


def is_numeric(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile isNumeric."""
    term = compiler.term(given[0])
    return "truth", lambda row: values.value_of(term(row))[0] == "number"


def text_of(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile STR."""
    kind, function = compiler.compile(given[0])
    if kind == "text":
        return kind, function
    term = compiler.term(given[0])
    return "text", lambda row: literals.lexical(term(row))


def language_of(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile LANG."""
    term = compiler.term(given[0])
    return "text", lambda row: literals.language(_literal(term(row)))


def datatype_of(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile DATATYPE."""
    term = compiler.term(given[0])
    return "term", lambda row: literals.datatype(_literal(term(row)))


def _literal(term: str) -> str:
    if term[0] != '"':
        raise NoValue
    return term


def of_terms(function: Callable[[str], Any], kind: str, compiler: Compiler, given: Arguments) -> Compiled:
    """Compile a function of one term, whose value has a given kind."""
    term = compiler.term(given[0])
    return kind, lambda row: function(term(row))


OPERATORS: dict[str, Any] = {
    "||": partial(either, True),
    "&&": partial(either, False),
    **{operator: partial(comparison, operator) for operator in COMPARE},
    **{sign: partial(arithmetic, sign) for sign in "+-*/"},
}
"""The compilers of binary operators."""
