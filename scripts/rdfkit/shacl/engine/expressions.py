"""SPARQL expressions (section 17) as Python functions of a row.

The kind of an expression's value is known when it is compiled: a term, or a Python string, number or truth value. So
``STR(?a) = STR(?b)`` compares two strings without making literals. The exception NoValue is SPARQL's error.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from operator import itemgetter
from typing import Any, TypeAlias

from rdfkit.shacl.engine import literals
from rdfkit.shacl.engine.literals import NoValue
from rdfkit.shacl.engine.query import Exists, Expression, Variable
from rdfkit.shacl.engine.shapes import Unsupported

Row: TypeAlias = list[Any]
"""A solution: for each variable, by number, a term, the value of a BIND, or None."""

Function: TypeAlias = Callable[[Row], Any]
Compiled: TypeAlias = tuple[str, Function]
"""The kind of the value (``term``, ``text``, ``number``, ``truth``), and the function."""


class Compiler(ABC):
    """Compiles the expressions of one query; ``slots`` numbers its variables. A subclass compiles calls and EXISTS.

    ``kinds`` has the variables that are not bound to a term: a BIND keeps the value of its expression. ``bound`` has
    the variables that always have a value where the expression is.
    """

    def __init__(self, slots: dict[str, int]) -> None:
        """Start with the number of each variable."""
        self.slots = slots
        self.kinds: dict[str, str] = {}
        self.bound: frozenset[str] = frozenset()

    def compile(self, expression: Expression) -> Compiled:
        """Return kind and function; raises Unsupported for what this engine does not support."""
        if isinstance(expression, Variable):
            slot = self.slots[expression.name]
            kind = self.kinds.get(expression.name, "term")
            # Queries mostly look up variables: take the faster way for one that always has a value.
            return kind, itemgetter(slot) if expression.name in self.bound else lambda row: _value(row[slot])
        if isinstance(expression, str):
            if expression[0] == '"' and not literals.suffix(expression):
                text = literals.lexical(expression)
                return "text", lambda _row: text
            return "term", lambda _row: expression
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
            return lambda row: literals.is_true(function(row))
        if kind in {"text", "number"}:
            return lambda row: bool(function(row))
        return function

    def term(self, expression: Expression) -> Function:
        """Return a function to a term."""
        kind, function = self.compile(expression)
        if kind == "text":
            return lambda row: literals.quoted(function(row))
        if kind == "number":
            return lambda row: literals.of_number(function(row))
        if kind == "truth":
            return lambda row: literals.of_boolean(function(row))
        return function

    def number(self, expression: Expression) -> Function:
        """Return a function to a number."""
        kind, function = self.compile(expression)
        if kind == "term":
            return lambda row: literals.number(function(row))
        return function if kind == "number" else _no_value

    def text(self, expression: Expression) -> Function:
        """Return a function to the text of a string argument (17.4.3), without its language."""
        kind, function = self.compile(expression)
        if kind == "term":
            return lambda row: _string(function(row))
        return function if kind == "text" else _no_value

    def plain_text(self, expression: Expression, name: str) -> Function:
        """Return a function to a text that cannot have a language, so that the value of ``name`` has none either."""
        kind, function = self.compile(expression)
        if kind != "text":
            raise Unsupported(f"{name} of a value that may have a language (write {name}(STR(...)))")
        return function


def _value(value: Any) -> Any:
    if value is None:
        raise NoValue
    return value


def _no_value(_row: Row) -> Any:
    raise NoValue


def _string(term: str) -> str:
    if term[0] != '"' or literals.suffix(term)[:1] == "^":
        raise NoValue
    return literals.lexical(term)
