"""What the rules of `portability` are made of."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from rdfkit.sparql import nodes
from rdfkit.sparql.groups import Scope, all_scopes, scope
from rdfkit.sparql.syntax import Document


@dataclass(frozen=True, eq=False)
class Linted:
    """A query to check, in the forms that the rules need."""

    document: Document

    @property
    def query(self) -> nodes.Query:
        """The query."""
        return self.document.query

    @cached_property
    def all_nodes(self) -> list[nodes.Node]:
        """All nodes of the query."""
        return list(self.document.walk())

    @cached_property
    def scope(self) -> Scope:
        """The outermost group."""
        return scope(self.query)

    @cached_property
    def scopes(self) -> list[Scope]:
        """All groups."""
        return list(all_scopes(self.scope))

    @property
    def queries(self) -> Iterator[nodes.Query]:
        """The query and its sub-selects."""
        return (node for node in self.all_nodes if isinstance(node, nodes.Query))

    @property
    def calls(self) -> Iterator[nodes.Call]:
        """All operators, functions and aggregates."""
        return (node for node in self.all_nodes if isinstance(node, nodes.Call))

    @property
    def named(self) -> Iterator[tuple[nodes.Expression, str]]:
        """Each ``expression AS ?name``, in BIND or among the columns of a SELECT."""
        for node in self.all_nodes:
            if isinstance(node, nodes.Bind):
                yield node.expression, node.variable.name
            elif isinstance(node, nodes.Query):
                for column in node.columns:
                    if column.expression is not None and column.variable is not None:
                        yield column.expression, column.variable.name

    def sign_after(self, offset: int, sign: str) -> int:
        """Return the offset of the first ``sign`` that begins at or after an offset."""
        tokens = self.document.tokens
        at = bisect_left(tokens, offset, key=lambda token: token.offset)
        return next(token.offset for token in tokens[at:] if token.text == sign)


Check: TypeAlias = Callable[[Linted], Iterable[int]]
"""Yields the offset of each place that breaks a rule."""


class Rule(NamedTuple):
    """A construct to avoid: its id, the check for it, and a sentence with what differs and what to write instead."""

    id: str
    check: Check
    message: str
