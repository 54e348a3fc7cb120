"""The part of SPARQL that constraints are mostly written in, parsed: SELECT over triples, paths and filters.

Known are triple patterns with property paths, FILTER, [NOT] EXISTS, OPTIONAL, BIND, UNION and the functions of
``expressions.py``. Whatever else a query holds (subqueries, aggregates, VALUES, blank nodes, solution modifiers) is
refused by name. Grammar: SPARQL 1.1 Query Language, section 19.8.
"""

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from rdfkit.shacl.engine import literals
from rdfkit.shacl.engine.graph import TYPE
from rdfkit.shacl.engine.paths import Alternative, Inverse, Path, Repeated, Sequence
from rdfkit.shacl.engine.shapes import Unsupported
from rdfkit.sparql import guard as sparql


@dataclass(frozen=True)
class Variable:
    """A variable, without its mark."""

    name: str


Node: TypeAlias = Variable | str


@dataclass(frozen=True)
class Pattern:
    """A triple pattern; its predicate may be a path."""

    subject: Node
    predicate: "Variable | Path"
    value: Node


@dataclass(frozen=True)
class Call:
    """An operator or function with its arguments: ``||``, ``=``, ``STR`` ...; for ``IN`` a value and then the list."""

    name: str
    arguments: "tuple[Expression, ...]"


@dataclass(frozen=True)
class Exists:
    """``EXISTS`` or ``NOT EXISTS``."""

    group: "Group"
    negated: bool


Expression: TypeAlias = Variable | str | Call | Exists


@dataclass(frozen=True)
class Filter:
    """``FILTER``."""

    test: Expression


@dataclass(frozen=True)
class Optional:
    """``OPTIONAL``."""

    group: "Group"


@dataclass(frozen=True)
class Bind:
    """``BIND(value AS ?variable)``."""

    value: Expression
    variable: str


@dataclass(frozen=True)
class Union:
    """``{ } UNION { }``; with one choice only, a group in brackets."""

    choices: "tuple[Group, ...]"


@dataclass(frozen=True)
class Group:
    """What stands between two braces."""

    elements: "tuple[Pattern | Filter | Optional | Bind | Union, ...]"


@dataclass(frozen=True)
class Query:
    """A SELECT query: the variables it gives, and its pattern."""

    selected: tuple[str, ...]
    group: Group


_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_COMPARISONS = ("=", "!=", "<", ">", "<=", ">=")
_DEFAULT_PREFIXES = {
    name: literals.XSD[: -len("2001/XMLSchema#")] + rest
    for name, rest in (
        ("rdf", "1999/02/22-rdf-syntax-ns#"),
        ("rdfs", "2000/01/rdf-schema#"),
        ("owl", "2002/07/owl#"),
    )
}
"""Prefixes that the reference knows without being told."""


def parse(text: str, prefixes: dict[str, str], path: Path | None = None) -> Query:
    """Return a SELECT query parsed; ``path`` is what ``$PATH`` stands for.

    Raises Unsupported for any query that is not of the kind described above, a broken one included.
    """
    parser = _Parser(text, {**_DEFAULT_PREFIXES, **prefixes}, path)
    try:
        return parser.query()
    except IndexError:
        raise Unsupported("a query that ends too soon") from None


class _Parser:
    """Recursive descent over the tokens of one query."""

    def __init__(self, text: str, prefixes: dict[str, str], path: Path | None) -> None:
        self.tokens = _joined(text)
        self.at = 0
        self.prefixes = prefixes
        self.path = path

    # Tokens

    def peek(self) -> str:
        return self.tokens[self.at][1]

    def word(self) -> str:
        """Return the next token in capitals where it is a word, else "" (so that no string looks like a keyword)."""
        kind, text = self.tokens[self.at]
        return text.upper() if kind == "word" else ""

    def next(self) -> tuple[str, str]:
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, *texts: str) -> str:
        """Step over the next token where it is one of these keywords or marks, and return it."""
        kind, text = self.tokens[self.at]
        text = text.upper() if kind == "word" else text
        if kind == "string" or text not in texts:
            return ""
        self.at += 1
        return text

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise Unsupported(f"'{self.peek()}' in a query")

    # Query and groups

    def query(self) -> Query:
        while self.accept("PREFIX"):
            name = self.next()[1]
            self.prefixes[name.removesuffix(":")] = self.next()[1][1:-1]
        self.expect("SELECT")
        self.accept("DISTINCT", "REDUCED")
        selected = []
        while self.tokens[self.at][0] == "variable":
            selected.append(self.next()[1][1:])
        self.accept("WHERE")
        if not selected:
            raise Unsupported("a query without a list of variables")
        group = self.group()
        if self.at != len(self.tokens) - 1:
            raise Unsupported(f"'{self.peek()}' after a query")
        return Query(tuple(selected), group)

    def group(self) -> Group:
        self.expect("{")
        elements: list[Any] = []
        while not self.accept("}"):
            if self.accept("FILTER"):
                elements.append(Filter(self.constraint()))
            elif self.accept("OPTIONAL"):
                elements.append(Optional(self.group()))
            elif self.accept("BIND"):
                self.expect("(")
                value = self.expression()
                self.expect("AS")
                elements.append(Bind(value, self.next()[1][1:]))
                self.expect(")")
            elif self.peek() == "{":
                choices = [self.group()]
                while self.accept("UNION"):
                    choices.append(self.group())
                elements.append(Union(tuple(choices)))
            elif self.word() not in {"", "A", "TRUE", "FALSE"}:
                raise Unsupported(f"{self.word()} in a query")
            else:
                elements += self.triples()
            self.accept(".")
        return Group(tuple(elements))

    def triples(self) -> list[Pattern]:
        subject = self.node()
        found = []
        while True:
            kind, text = self.tokens[self.at]
            predicate: Variable | Path
            if kind == "variable":
                self.at += 1
                predicate = Variable(text[1:])
                if text[1:] == "PATH" and self.path is not None:
                    predicate = self.path
            else:
                predicate = self.alternative()
            found.append(Pattern(subject, predicate, self.node()))
            while self.accept(","):
                found.append(Pattern(subject, predicate, self.node()))
            while self.accept(";"):
                pass
            if self.tokens[self.at - 1][1] != ";" or self.peek() in {".", "}"}:
                return found

    # Paths

    def alternative(self) -> Path:
        choices = [self.sequence()]
        while self.accept("|"):
            choices.append(self.sequence())
        return Alternative(tuple(choices)) if len(choices) > 1 else choices[0]

    def sequence(self) -> Path:
        steps = [self.step()]
        while self.accept("/"):
            steps.append(self.step())
        return Sequence(tuple(steps)) if len(steps) > 1 else steps[0]

    def step(self) -> Path:
        if self.accept("^"):
            return Inverse(self.step())
        path: Path
        if self.accept("("):
            path = self.alternative()
            self.expect(")")
        elif self.accept("A"):
            path = TYPE
        else:
            path = self.iri()
        sign = self.accept("*", "+", "?")
        return Repeated(path, zero=sign != "+", many=sign != "?") if sign else path

    # Terms

    def iri(self) -> str:
        kind, text = self.next()
        if kind == "iri":
            return text
        prefix, colon, local = text.partition(":")
        if kind != "name" or not colon or prefix not in self.prefixes:
            raise Unsupported(f"'{text}' in a query")
        return f"<{self.prefixes[prefix]}{local.replace(chr(92), '')}>"

    def node(self) -> Node:
        kind, text = self.tokens[self.at]
        if kind == "variable":
            self.at += 1
            if text[1:] in {"currentShape", "shapesGraph", "PATH"}:
                raise Unsupported(f"{text} in a query")
            return Variable(text[1:])
        if kind in {"iri", "name"}:
            return self.iri()
        return self.literal()

    def literal(self) -> str:
        sign = self.accept("-", "+")
        kind, text = self.next()
        if kind == "number" and re.fullmatch(r"[0-9]+", text):
            return f'"{sign}{text}"^^{literals.INTEGER}'
        if kind == "number" and re.fullmatch(r"[0-9]+\.[0-9]+", text):
            return f'"{sign}{text}"^^{literals.DECIMAL}'
        if not sign and kind == "word" and text.lower() in {"true", "false"}:
            return literals.of_boolean(text.lower() == "true")
        if sign or kind != "string":
            raise Unsupported(f"'{text}' in a query")
        value = text[3:-3] if text[:3] in {'"""', "'''"} else text[1:-1]
        value = re.sub(r"\\(.)", lambda match: _unescaped(match[1]), value)
        if self.tokens[self.at][0] == "language":
            return literals.quoted(value, self.next()[1].lower())
        if self.accept("^^"):
            kind = self.iri()
            return literals.quoted(value, "" if kind == literals.STRING else f"^^{kind}")
        return literals.quoted(value)

    # Expressions

    def constraint(self) -> Expression:
        if self.peek() == "(" or self.word() not in {"EXISTS", "NOT"}:
            return self.primary()
        negated = bool(self.accept("NOT"))
        self.expect("EXISTS")
        return Exists(self.group(), negated)

    def expression(self) -> Expression:
        found = self.conjunction()
        while self.accept("||"):
            found = Call("||", (found, self.conjunction()))
        return found

    def conjunction(self) -> Expression:
        found = self.comparison()
        while self.accept("&&"):
            found = Call("&&", (found, self.comparison()))
        return found

    def comparison(self) -> Expression:
        found = self.sum()
        sign = self.accept(*_COMPARISONS)
        if sign:
            return Call(sign, (found, self.sum()))
        negated = bool(self.accept("NOT"))
        if negated or self.word() == "IN":
            self.expect("IN")
            found = Call("IN", (found, *self.arguments()))
            return Call("!", (found,)) if negated else found
        return found

    def sum(self) -> Expression:
        found = self.product()
        while sign := self.accept("+", "-"):
            found = Call(sign, (found, self.product()))
        return found

    def product(self) -> Expression:
        found = self.unary()
        while sign := self.accept("*", "/"):
            found = Call(sign, (found, self.unary()))
        return found

    def unary(self) -> Expression:
        if self.accept("!"):
            return Call("!", (self.unary(),))
        return self.primary()

    def primary(self) -> Expression:
        if self.accept("("):
            found = self.expression()
            self.expect(")")
            return found
        kind, text = self.tokens[self.at]
        if kind == "word" and text.upper() in {"NOT", "EXISTS"}:
            return self.constraint()
        if kind == "word" and text.lower() not in {"true", "false"}:
            self.at += 1
            return Call(text.upper(), self.arguments())
        if kind in {"iri", "name"}:
            name = self.iri()
            return Call(name, self.arguments()) if self.peek() == "(" else name
        return self.node()

    def arguments(self) -> tuple[Expression, ...]:
        self.expect("(")
        found: list[Expression] = []
        while not self.accept(")"):
            found.append(self.expression())
            if self.peek() != ")":
                self.expect(",")
        return tuple(found)


def _unescaped(character: str) -> str:
    if character not in _ESCAPES:
        raise Unsupported(f"'{chr(92)}{character}' in a query")
    return _ESCAPES[character]


def _joined(text: str) -> list[tuple[str, str]]:
    """Return the tokens of a query, operators of two characters put together, and an empty one at the end."""
    found: list[tuple[str, str]] = []
    end = -1
    for kind, token, start in sparql.tokens(text):
        if kind == "operator" and start == end and found[-1][1] + token in {"||", "&&", "!=", "<=", ">=", "^^"}:
            found[-1] = ("operator", found[-1][1] + token)
        else:
            found.append((kind, token))
        end = start + len(token)
    return [*found, ("end", "")]
