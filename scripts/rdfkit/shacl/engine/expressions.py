"""SPARQL expressions (section 17) as Python functions of a row.

What an expression gives is known when it is compiled: a term, or a string, a number or a truth value as Python has
them; so ``STR(?a) = STR(?b)`` compares two strings and makes no literals. An error is the exception NoValue.
"""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeAlias

from rdfkit.shacl.engine import literals
from rdfkit.shacl.engine.literals import NoValue
from rdfkit.shacl.engine.query import Exists, Expression, Variable
from rdfkit.shacl.engine.shapes import Unsupported

Row: TypeAlias = list[Any]
"""A solution: for each variable, by number, a term, what a BIND gave, or None."""

Function: TypeAlias = Callable[[Row], Any]
Compiled: TypeAlias = tuple[str, Function]
"""The kind of what comes out (``term``, ``text``, ``number``, ``truth``), and the function."""

_ANSWERS_TRUTH: dict[str, Callable[[str, str], bool]] = {
    "CONTAINS": lambda text, part: part in text,
    "STRSTARTS": lambda text, part: text.startswith(part),
    "STRENDS": lambda text, part: text.endswith(part),
}
_ANSWERS_TEXT: dict[str, Callable[[str, str], str]] = {
    "STRBEFORE": lambda text, part: text[: max(text.find(part), 0)],
    "STRAFTER": lambda text, part: text[text.find(part) + len(part) :] if part in text else "",
}
_ROUNDED: dict[str, Callable[[Any], int]] = {"CEIL": math.ceil, "FLOOR": math.floor}
_STARTS = {"ISIRI": "<", "ISURI": "<", "ISBLANK": "_", "ISLITERAL": '"'}
_REGEX_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE}


class Compiler(ABC):
    """Compiles the expressions of one query; ``slots`` numbers its variables. What plans the query knows EXISTS.

    ``kinds`` names variables that hold something else than a term: a BIND keeps what its expression gave. ``bound``
    are those that surely have a value where the expression stands.
    """

    def __init__(self, slots: dict[str, int]) -> None:
        """Begin with the places of the variables."""
        self.slots = slots
        self.kinds: dict[str, str] = {}
        self.bound: frozenset[str] = frozenset()

    def compile(self, expression: Expression) -> Compiled:
        """Return kind and function; raises Unsupported for what is not known here."""
        if isinstance(expression, Variable):
            slot = self.slots[expression.name]
            kind = self.kinds.get(expression.name, "term")
            # Most of what a query does is to look up variables: the quicker way, where one surely has a value.
            return kind, itemgetter(slot) if expression.name in self.bound else lambda row: _bound(row[slot])
        if isinstance(expression, str):
            if expression[0] == '"' and not literals.suffix(expression):
                text = literals.lexical(expression)
                return "text", lambda _row: text
            return "term", lambda _row: expression
        if isinstance(expression, Exists):
            found, negated = self.exists(expression), expression.negated
            return "truth", (lambda row: not found(row)) if negated else found
        return self._call(expression.name, expression.arguments)

    @abstractmethod
    def exists(self, expression: Exists) -> Callable[[Row], bool]:
        """Return a function that tells whether a group has a solution."""

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
        """Return a function to the text of a string argument (17.4.3), its language aside."""
        kind, function = self.compile(expression)
        if kind == "term":
            return lambda row: _string(function(row))
        return function if kind == "text" else _no_value

    def plain_text(self, expression: Expression, name: str) -> Function:
        """Return a function to text that can have no language, so that what is made of it has none either."""
        kind, function = self.compile(expression)
        if kind != "text":
            raise Unsupported(f"{name} of what may have a language (write {name}(STR(...)))")
        return function

    def _call(self, name: str, given: tuple[Expression, ...]) -> Compiled:  # noqa: C901, PLR0911, PLR0912 - a table
        if name in {"||", "&&"}:
            return "truth", _either(self.truth(given[0]), self.truth(given[1]), decisive=name == "||")
        if name == "!":
            test = self.truth(given[0])
            return "truth", lambda row: not test(row)
        if name in {"=", "!=", "<", ">", "<=", ">="}:
            return "truth", self._comparison(name, given[0], given[1])
        if name in {"+", "-", "*", "/"}:
            return "number", _arithmetic(name, self.number(given[0]), self.number(given[1]))
        if name == "IN":
            return "truth", self._member(given[0], given[1:])
        if name == "BOUND" and isinstance(given[0], Variable):
            slot = self.slots[given[0].name]
            return "truth", lambda row: row[slot] is not None
        if name in {"IF", "COALESCE"}:
            kinds = {self.compile(each)[0] for each in given[name == "IF" :]}
            kind = kinds.pop() if len(kinds) == 1 else "term"
            choices = [self.term(each) if kind == "term" else self.compile(each)[1] for each in given[name == "IF" :]]
            return kind, _if(self.truth(given[0]), *choices) if name == "IF" else _coalesce(choices)
        if name == "STR" and len(given) == 1:
            kind, function = self.compile(given[0])
            if kind == "text":
                return kind, function
            term = self.term(given[0])
            return "text", lambda row: literals.lexical(term(row))
        if name in _STARTS and len(given) == 1:
            term, start = self.term(given[0]), _STARTS[name]
            return "truth", lambda row: term(row)[0] == start
        if name in {"LANG", "DATATYPE"} and len(given) == 1:
            term = self.term(given[0])
            if name == "LANG":
                return "text", lambda row: literals.language(_literal(term(row)))
            return "term", lambda row: literals.datatype(_literal(term(row)))
        if name == "SAMETERM":
            one, other = self.term(given[0]), self.term(given[1])
            return "truth", lambda row: one(row) == other(row)
        if name == literals.INTEGER and len(given) == 1:
            return "number", self._integer(given[0])
        return self._of_text(name, given)

    def _of_text(self, name: str, given: tuple[Expression, ...]) -> Compiled:  # noqa: C901, PLR0911 - a table
        """Compile a function of strings, or one that rounds."""
        if name in _ANSWERS_TRUTH and len(given) == 2:
            answer, text, part = _ANSWERS_TRUTH[name], self.text(given[0]), self.plain_text(given[1], name)
            return "truth", lambda row: answer(text(row), part(row))
        if name in _ANSWERS_TEXT and len(given) == 2:
            made, text, part = _ANSWERS_TEXT[name], self.plain_text(given[0], name), self.plain_text(given[1], name)
            return "text", lambda row: made(text(row), part(row))
        if name == "STRLEN":
            text = self.text(given[0])
            return "number", lambda row: len(text(row))
        if name in {"LCASE", "UCASE"}:
            text, change = self.plain_text(given[0], name), str.lower if name == "LCASE" else str.upper
            return "text", lambda row: change(text(row))
        if name == "CONCAT":
            texts = [self.plain_text(each, name) for each in given]
            return "text", lambda row: "".join([text(row) for text in texts])
        if name == "SUBSTR" and len(given) in {2, 3}:
            text, start = self.plain_text(given[0], name), self.number(given[1])
            length = self.number(given[2]) if len(given) == 3 else None
            return "text", lambda row: _part(text(row), start(row), length(row) if length else None)
        if name == "REGEX" and len(given) in {2, 3}:
            text, flags = self.text(given[0]), self._flags(given[2:])
            if isinstance(given[1], str):
                try:
                    search = _regex(self.text(given[1])([]), flags).search
                except NoValue:
                    raise Unsupported("a regular expression that can't be read") from None
                return "truth", lambda row: search(text(row)) is not None
            pattern = self.text(given[1])
            return "truth", lambda row: _regex(pattern(row), flags).search(text(row)) is not None
        if name == "REPLACE" and len(given) in {3, 4}:
            text, pattern, by = self.plain_text(given[0], name), self.text(given[1]), self.text(given[2])
            flags = self._flags(given[3:])
            return "text", lambda row: _replaced(_regex(pattern(row), flags), by(row), text(row))
        if name in _ROUNDED and len(given) == 1:
            rounded, number = _ROUNDED[name], self.number(given[0])
            return "number", lambda row: _whole(rounded, number(row))
        raise Unsupported(f"{name if name[0] != '<' else name[1:-1]} in a query")

    def _flags(self, given: tuple[Expression, ...]) -> int:
        flags = literals.lexical(given[0]) if given and isinstance(given[0], str) else "" if not given else "?"
        if not set(flags) <= _REGEX_FLAGS.keys():
            raise Unsupported("flags of a regular expression")
        return sum(_REGEX_FLAGS[flag] for flag in set(flags))

    def _comparison(self, operator: str, first: Expression, second: Expression) -> Function:
        (kind, one), (other_kind, other) = self.compile(first), self.compile(second)
        if kind == other_kind != "term":
            return _COMPARE[operator](one, other)
        if {kind, other_kind} == {"number", "term"}:
            one, other = self.number(first), self.number(second)
            terms = self.term(first), self.term(second)

            def numbers(row: Row) -> bool:
                try:
                    return bool(literals.OPERATORS[operator](one(row), other(row)))
                except NoValue:
                    return literals.compared(operator, terms[0](row), terms[1](row))

            return numbers
        one, other = self.term(first), self.term(second)
        compared = literals.compared
        return lambda row: compared(operator, one(row), other(row))

    def _member(self, first: Expression, members: tuple[Expression, ...]) -> Function:
        names = frozenset(member for member in members if isinstance(member, str) and member[0] == "<")
        if len(names) < len(set(members)):
            raise Unsupported("IN with a list of more than IRIs")
        term = self.term(first)
        return lambda row: term(row) in names

    def _integer(self, argument: Expression) -> Function:
        kind, function = self.compile(argument)
        if kind == "text":
            return lambda row: _integer(function(row))
        number = self.number(argument)
        return lambda row: _truncated(number(row))


_COMPARE: dict[str, Callable[[Function, Function], Function]] = {
    "=": lambda one, other: lambda row: one(row) == other(row),
    "!=": lambda one, other: lambda row: one(row) != other(row),
    "<": lambda one, other: lambda row: one(row) < other(row),
    ">": lambda one, other: lambda row: one(row) > other(row),
    "<=": lambda one, other: lambda row: one(row) <= other(row),
    ">=": lambda one, other: lambda row: one(row) >= other(row),
}


def _bound(value: Any) -> Any:
    if value is None:
        raise NoValue
    return value


def _no_value(_row: Row) -> Any:
    raise NoValue


def _literal(term: str) -> str:
    if term[0] != '"':
        raise NoValue
    return term


def _string(term: str) -> str:
    if term[0] != '"' or literals.suffix(term)[:1] == "^":
        raise NoValue
    return literals.lexical(term)


def _either(first: Function, second: Function, *, decisive: bool) -> Function:
    """Return OR (``decisive`` true) or AND: an error counts only where the other side does not decide (17.2)."""

    def function(row: Row) -> bool:
        try:
            if first(row) == decisive:
                return decisive
        except NoValue:
            if second(row) == decisive:
                return decisive
            raise
        return bool(second(row))

    return function


def _if(test: Function, yes: Function, no: Function) -> Function:
    return lambda row: yes(row) if test(row) else no(row)


def _coalesce(choices: list[Function]) -> Function:
    def function(row: Row) -> Any:
        for choice in choices:
            try:
                return choice(row)
            except NoValue:
                continue
        raise NoValue

    return function


def _arithmetic(sign: str, first: Function, second: Function) -> Function:
    def function(row: Row) -> Any:
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

    return function


def _whole(rounded: Callable[[Any], int], value: Any) -> int | float:
    try:
        return rounded(value)
    except (ValueError, OverflowError):  # NaN and the infinities stay what they are
        return float(value)


def _truncated(value: Any) -> int:
    try:
        return int(value)
    except (ValueError, OverflowError):
        raise NoValue from None


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise NoValue from None


def _part(text: str, start: Any, length: Any) -> str:
    """Return SUBSTR: characters are counted from 1, and those before the first are none."""
    end = len(text) if length is None else round(start) - 1 + round(length)
    return text[max(round(start) - 1, 0) : max(end, 0)]


@lru_cache(maxsize=1000)
def _regex(pattern: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError):
        raise NoValue from None


def _replaced(pattern: re.Pattern[str], by: str, text: str) -> str:
    try:
        return pattern.sub(_groups(by), text)
    except (re.error, IndexError):  # a group that the pattern does not have
        raise NoValue from None


@lru_cache(maxsize=1000)
def _groups(text: str) -> str:
    """Return a replacement as Python writes it: ``$1`` as ``\\1``."""
    return re.sub(r"\$([0-9])", r"\\g<\1>", text.replace("\\", "\\\\"))
