"""SPARQL expressions (section 17) as Python functions of a row.

The kind of an expression's value is known when it is compiled: a term, or a Python string, number or truth value. So
``STR(?a) = STR(?b)`` compares two strings without making literals. The exception NoValue is SPARQL's error.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from operator import itemgetter
from typing import Any, TypeAlias

from rdfkit.shacl.engine import literals, temporal, values
from rdfkit.shacl.engine.algebra import Call, Exists, Expression, Variable
from rdfkit.shacl.engine.literals import NoValue

Row: TypeAlias = list[Any]
"""A solution: for each variable, by number, a term, the value of a BIND, or None."""

Function: TypeAlias = Callable[[Row], Any]
Compiled: TypeAlias = tuple[str, Function]
"""The kind of the value (``term``, ``text``, ``number``, ``quantity``, ``truth``), and the function.

A quantity is a number, a date or time, or a duration.
"""


class Compiler(ABC):
    """Compiles the expressions of one query; ``slots`` numbers its variables. A subclass compiles calls and EXISTS.

    ``kinds`` has the variables that are not bound to a term: a BIND keeps the value of its expression. ``bound`` has
    the variables that always have a value where the expression is, ``maybe`` those that may be unbound there; any
    other is unbound.
    """

    def __init__(self, slots: dict[str, int]) -> None:
        """Start with the number of each variable."""
        self.slots = slots
        self.kinds: dict[str, str] = {}
        self.bound: frozenset[str] = frozenset()
        self.maybe: frozenset[str] = frozenset()
        self._compiled: dict[tuple[int, frozenset[str], frozenset[str]], Compiled] = {}

    def compile(self, expression: Expression) -> Compiled:
        """Return kind and function; raises Unsupported for what this engine does not support."""
        if isinstance(expression, Variable):
            name = expression.name
            slot = self.slots[name]
            kind = self.kinds.get(name, "term")
            # Queries mostly look up variables: take the faster way for one that always has a value.
            if name in self.bound:
                return kind, itemgetter(slot)
            return (kind, lambda row: _value(row[slot])) if name in self.maybe else ("term", no_value)
        if isinstance(expression, str):
            if expression[0] == '"' and not literals.suffix(expression):
                text = literals.lexical(expression)
                return "text", lambda _row: text
            return "term", lambda _row: expression
        # The compiler of a call asks several times for the same argument, as a number and as a term.
        key = (id(expression), self.bound, self.maybe)
        if key not in self._compiled:
            self._compiled[key] = self._compile(expression)
        return self._compiled[key]

    def _compile(self, expression: Call | Exists) -> Compiled:
        if isinstance(expression, Exists):
            found, negated = self.exists(expression), expression.negated
            return "truth", (lambda row: not found(row)) if negated else found
        return self.call(expression.name, expression.arguments)

    @abstractmethod
    def call(self, name: str, arguments: tuple[Expression, ...]) -> Compiled:
        """Return kind and function of a call of an operator or a function; raises Unsupported for an unknown one."""

    @abstractmethod
    def exists(self, expression: Exists) -> Callable[[Row], bool]:
        """Return a function that is true if a group has a solution."""

    def truth(self, expression: Expression) -> Function:
        """Return a function to the effective boolean value."""
        kind, function = self.compile(expression)
        if kind == "term":
            is_true = values.is_true
            return lambda row: is_true(function(row))
        if kind == "text":
            return lambda row: bool(function(row))
        if kind in {"number", "quantity"}:
            number = self.number(expression)
            return lambda row: _is_not_zero(number(row))
        return function

    def term(self, expression: Expression) -> Function:
        """Return a function to a term."""
        kind, function = self.compile(expression)
        convert = _TO_TERM.get(kind)
        return function if convert is None else lambda row: convert(function(row))

    def number(self, expression: Expression) -> Function:
        """Return a function to a number."""
        kind, function = self.compile(expression)
        if kind == "term":
            read = values.number
            if isinstance(expression, str):
                try:
                    constant = read(expression)
                except NoValue:
                    return no_value
                return lambda _row: constant
            return lambda row: read(function(row))
        if kind == "quantity":
            return lambda row: _number(function(row))
        return function if kind == "number" else no_value

    def text(self, expression: Expression) -> Function:
        """Return a function to the text of a string argument (17.4.3), without its language."""
        kind, function = self.compile(expression)
        if kind == "term":
            read = values.text
            return lambda row: read(function(row))
        return function if kind == "text" else no_value

    def simple(self, expression: Expression) -> Function:
        """Return a function to the text of a string that has no language."""
        kind, function = self.compile(expression)
        if kind == "term":
            return lambda row: _simple(function(row))
        return function if kind == "text" else no_value

    def string(self, expression: Expression) -> Function:
        """Return a function to the text of a string argument and its language as ``@en``, or ""."""
        kind, function = self.compile(expression)
        if kind == "term":
            return lambda row: _string(function(row))
        return (lambda row: (function(row), "")) if kind == "text" else no_value


_TO_TERM: dict[str, Callable[[Any], str]] = {
    "text": literals.quoted,
    "number": literals.of_number,
    "quantity": temporal.of_quantity,
    "truth": literals.of_boolean,
}


def _value(value: Any) -> Any:
    if value is None:
        raise NoValue
    return value


def no_value(_row: Row) -> Any:
    """Raise NoValue: the value of an expression that is an error."""
    raise NoValue


def _number(value: Any) -> Any:
    if isinstance(value, tuple):
        raise NoValue
    return value


def _is_not_zero(value: Any) -> bool:
    return bool(value == value and value)  # noqa: PLR0124 - NaN is false


def _string(term: str) -> tuple[str, str]:
    kind, value = values.value_of(term)
    if kind[:4] != "text":
        raise NoValue
    return value, kind[4:]


def _simple(term: str) -> Any:
    kind, value = values.value_of(term)
    if kind != "text":
        raise NoValue
    return value
