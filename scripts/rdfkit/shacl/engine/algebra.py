"""The nodes of a query that the engine compiles, made by `query.parse` from those of `rdfkit.sparql.nodes`.

A term is its N-Triples text, as in `graph`. A blank node of a query is a variable that nothing can select. A variable
that a sub-select does not select has another name than one outside of it.
"""

from dataclasses import dataclass
from typing import TypeAlias

from rdfkit.shacl.engine.paths import Path


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
class Aggregate:
    """``COUNT``, ``SUM`` ... of an expression; of solutions if ``value`` is None (``COUNT(*)``)."""

    name: str
    value: Expression | None
    distinct: bool


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
    """``{ } UNION { }``; with one choice, a nested group."""

    choices: "tuple[Group, ...]"


@dataclass(frozen=True)
class SubSelect:
    """A sub-select."""

    query: "Query"


@dataclass(frozen=True)
class Group:
    """A group graph pattern."""

    elements: "tuple[Element, ...]"


Element: TypeAlias = Pattern | Filter | Optional | Bind | Union | SubSelect


@dataclass(frozen=True)
class Grouping:
    """GROUP BY and aggregates: variables that are equal in a group, and aggregates by the variable that gets the value.

    ``computed`` are the expressions of the SELECT clause, which come after ``having``.
    """

    keys: tuple[str, ...]
    aggregates: tuple[tuple[str, Aggregate], ...]
    having: tuple[Expression, ...]
    computed: tuple[Bind, ...]


@dataclass(frozen=True)
class Query:
    """A SELECT query: the variables that it selects and its pattern; an ASK query selects none.

    Without ``grouping``, an expression of the SELECT clause is a BIND in the pattern.
    """

    selected: tuple[str, ...]
    group: Group
    grouping: Grouping | None = None
    distinct: bool = False
