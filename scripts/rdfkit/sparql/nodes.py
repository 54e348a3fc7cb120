"""The nodes of a SPARQL text: dataclasses, each with its place in the text.

`syntax.read` builds them. ``start`` and ``end`` are offsets in characters of the text as it was given, so that
``text[node.start : node.end]`` is what was written. Grammar: SPARQL 1.1 Query Language, section 19.8.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Node:
    """Any part of a text, with the offset of its first character and the offset after its last one."""

    start: int
    end: int


# Terms


@dataclass(frozen=True)
class Iri(Node):
    """An IRI; ``value`` is absolute, or "" where the prefix is not declared; ``prefix`` is None in ``<...>``."""

    value: str
    written: str
    prefix: str | None = None


@dataclass(frozen=True)
class Variable(Node):
    """A variable, without its mark."""

    name: str


@dataclass(frozen=True)
class Literal(Node):
    """A literal: its value without escapes, the IRI of its datatype, and its language as written, or ""."""

    value: str
    datatype: Iri
    language: str
    written: str


@dataclass(frozen=True)
class BlankNode(Node):
    """A blank node; ``[ ]`` and each member of a collection get a label that is not valid SPARQL."""

    label: str


Term: TypeAlias = Iri | Variable | Literal | BlankNode


# Property paths


@dataclass(frozen=True)
class Sequence(Node):
    """``a / b``, two or more."""

    parts: "tuple[Path, ...]"


@dataclass(frozen=True)
class Alternative(Node):
    """``a | b``, two or more."""

    parts: "tuple[Path, ...]"


@dataclass(frozen=True)
class Inverse(Node):
    """``^a``."""

    path: "Path"


@dataclass(frozen=True)
class Repeated(Node):
    """``a*``, ``a+`` or ``a?``; ``sign`` is the last character."""

    path: "Path"
    sign: str


@dataclass(frozen=True)
class Negated(Node):
    """``!(a|^b)``: any predicate but these."""

    forward: tuple[Iri, ...]
    backward: tuple[Iri, ...]


Path: TypeAlias = Iri | Sequence | Alternative | Inverse | Repeated | Negated


# Expressions


@dataclass(frozen=True)
class Call(Node):
    """An operator, a function or an aggregate with its arguments.

    ``kind`` is ``operator``, ``function``, ``aggregate`` or ``iri``. ``name`` is the sign or the name in capitals
    (``&&``, ``NOT IN``, ``STRLEN``), or the IRI of a function; for ``IN`` the arguments are a value and then the list.
    ``COUNT(*)`` has no arguments.
    """

    kind: str
    name: str
    arguments: "tuple[Expression, ...]"
    distinct: bool = False
    separator: str | None = None
    identifier: Iri | None = None


@dataclass(frozen=True)
class Exists(Node):
    """``EXISTS { }`` or ``NOT EXISTS { }``."""

    group: "Group"
    negated: bool


Expression: TypeAlias = Iri | Variable | Literal | Call | Exists


# Groups and what is in them


@dataclass(frozen=True)
class Triple(Node):
    """A triple pattern; the abbreviations ``;``, ``,``, ``[ ]`` and ``( )`` are expanded."""

    subject: Term
    predicate: "Variable | Path"
    object: Term


@dataclass(frozen=True)
class Triples(Node):
    """Triple patterns that follow each other."""

    triples: tuple[Triple, ...]


@dataclass(frozen=True)
class Filter(Node):
    """``FILTER``."""

    test: Expression


@dataclass(frozen=True)
class Bind(Node):
    """``BIND (expression AS ?variable)``."""

    expression: Expression
    variable: Variable


@dataclass(frozen=True)
class Optional(Node):
    """``OPTIONAL { }``."""

    group: "Group"


@dataclass(frozen=True)
class Minus(Node):
    """``MINUS { }``."""

    group: "Group"


@dataclass(frozen=True)
class Graph(Node):
    """``GRAPH name { }``."""

    name: "Iri | Variable"
    group: "Group"


@dataclass(frozen=True)
class Service(Node):
    """``SERVICE name { }``."""

    name: "Iri | Variable"
    group: "Group"
    silent: bool


@dataclass(frozen=True)
class Alternatives(Node):
    """``{ } UNION { }``; with one group, a group nested in a group. ``unions`` are the offsets of the keywords."""

    groups: "tuple[Group, ...]"
    unions: tuple[int, ...]


@dataclass(frozen=True)
class Values(Node):
    """``VALUES``: variables, and rows of as many terms; None is UNDEF."""

    variables: tuple[Variable, ...]
    rows: tuple[tuple[Term | None, ...], ...]


@dataclass(frozen=True)
class SubSelect(Node):
    """A sub-select: a SELECT as the body of a group."""

    query: "Query"


Element: TypeAlias = Triples | Filter | Bind | Optional | Minus | Graph | Service | Alternatives | Values | SubSelect


@dataclass(frozen=True)
class Group(Node):
    """A group graph pattern, braces included."""

    elements: tuple[Element, ...]


# Queries


@dataclass(frozen=True)
class Column(Node):
    """A column of a SELECT: a variable, and the expression before AS if it has one; also a condition of GROUP BY."""

    variable: Variable | None
    expression: Expression | None = None


@dataclass(frozen=True)
class Order(Node):
    """A condition of ORDER BY."""

    expression: Expression
    descending: bool


@dataclass(frozen=True)
class Limit(Node):
    """``LIMIT`` or ``OFFSET`` with its number."""

    number: int


@dataclass(frozen=True)
class Dataset(Node):
    """``FROM`` or ``FROM NAMED``; in an update ``USING`` or ``USING NAMED``."""

    graph: Iri
    named: bool


@dataclass(frozen=True)
class Template(Node):
    """Triples to construct, insert or delete in one graph; ``graph`` is None outside GRAPH."""

    graph: "Iri | Variable | None"
    triples: tuple[Triple, ...]


@dataclass(frozen=True)
class Query(Node):
    """A query or sub-select; ``star`` is set for SELECT * and DESCRIBE *, ``described`` has the terms of DESCRIBE."""

    form: str
    columns: tuple[Column, ...] = ()
    star: int | None = None
    distinct: bool = False
    reduced: bool = False
    described: "tuple[Iri | Variable, ...]" = ()
    template: Template | None = None
    dataset: tuple[Dataset, ...] = ()
    where: Group | None = None
    group_by: tuple[Column, ...] = ()
    having: tuple[Expression, ...] = ()
    order_by: tuple[Order, ...] = ()
    limit: Limit | None = None
    offset: Limit | None = None
    values: Values | None = None


@dataclass(frozen=True)
class Operation(Node):
    """One operation of an update: ``INSERT DATA``, ``DELETE DATA``, ``DELETE WHERE``, ``MODIFY``, ``LOAD`` …

    ``graphs`` are those that it names outside of templates and groups (WITH, LOAD, COPY …).
    """

    form: str
    graphs: tuple[Iri, ...] = ()
    silent: bool = False
    delete: tuple[Template, ...] = ()
    insert: tuple[Template, ...] = ()
    using: tuple[Dataset, ...] = ()
    where: Group | None = None


@dataclass(frozen=True)
class Declaration(Node):
    """``PREFIX prefix: <namespace>``; of ``BASE`` the prefix is None."""

    prefix: str | None
    iri: Iri


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly inside a node, in the order of its fields."""
    for value in vars(node).values():
        yield from _nodes(value)


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _nodes(one)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes inside it, each before those in it."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(list(children(node)))
