"""The subset of SPARQL in which most constraints are written: SELECT over triples, paths and filters.

`rdfkit.sparql.syntax` parses a query; this module converts its nodes to those that the engine compiles. Supported are
triple patterns with property paths, FILTER, [NOT] EXISTS, OPTIONAL, BIND, UNION and the functions of ``functions.py``.
Any other feature (subqueries, aggregates, VALUES, blank nodes, solution modifiers) is refused by name, and so is any
text that the parser refuses.
"""

from dataclasses import dataclass
from typing import TypeAlias

from rdfkit.base import UserError
from rdfkit.shacl.engine import literals
from rdfkit.shacl.engine.paths import Alternative, Inverse, Path, Repeated, Sequence
from rdfkit.shacl.engine.shapes import Unsupported
from rdfkit.sparql import nodes, syntax


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
    """``{ } UNION { }``; with one choice, a nested group."""

    choices: "tuple[Group, ...]"


@dataclass(frozen=True)
class Group:
    """A group graph pattern."""

    elements: "tuple[Element, ...]"


Element: TypeAlias = Pattern | Filter | Optional | Bind | Union


@dataclass(frozen=True)
class Query:
    """A SELECT query: the variables that it selects, and its pattern."""

    selected: tuple[str, ...]
    group: Group


_DEFAULT_PREFIXES = {
    name: literals.XSD[: -len("2001/XMLSchema#")] + rest
    for name, rest in (
        ("rdf", "1999/02/22-rdf-syntax-ns#"),
        ("rdfs", "2000/01/rdf-schema#"),
        ("owl", "2002/07/owl#"),
    )
}
"""Prefixes that pySHACL knows without a declaration."""

_RESERVED = {"currentShape", "shapesGraph", "PATH"}


def parse(text: str, prefixes: dict[str, str], path: Path | None = None) -> Query:
    """Return a parsed SELECT query, with ``path`` substituted for ``$PATH``.

    Raises Unsupported for any query outside the subset described above, and for a broken one.
    """
    try:
        document = syntax.read(text, prefixes={**_DEFAULT_PREFIXES, **prefixes})
        query = document.query
    except UserError as error:
        raise Unsupported(f"a query that is refused ({str(error).rstrip('.')})") from None
    if document.has_escapes:
        raise Unsupported("a code point escape in a query")
    _refuse_other_clauses(query)
    if not query.columns or query.where is None:
        raise Unsupported("a query without a list of variables")
    selected = []
    for column in query.columns:
        if column.variable is None or column.expression is not None:
            raise Unsupported("an expression among the columns of a query")
        selected.append(column.variable.name)
    return Query(tuple(selected), _group(query.where, path))


def _refuse_other_clauses(query: nodes.Query) -> None:
    clauses = {
        "FROM": query.dataset, "GROUP BY": query.group_by, "HAVING": query.having, "ORDER BY": query.order_by,
        "LIMIT": query.limit, "OFFSET": query.offset, "VALUES": query.values,
    }  # fmt: skip
    found = query.form if query.form != "SELECT" else next((name for name, clause in clauses.items() if clause), "")
    if found:
        raise Unsupported(f"{found} in a query")


def _group(group: nodes.Group, path: Path | None) -> Group:
    return Group(tuple(made for element in group.elements for made in _elements(element, path)))


def _elements(element: nodes.Element, path: Path | None) -> list[Element]:
    match element:
        case nodes.Triples():
            return [_pattern(triple, path) for triple in element.triples]
        case nodes.Filter():
            return [Filter(_expression(element.test, path))]
        case nodes.Optional():
            return [Optional(_group(element.group, path))]
        case nodes.Bind():
            return [Bind(_expression(element.expression, path), element.variable.name)]
        case nodes.Alternatives():
            return [Union(tuple(_group(choice, path) for choice in element.groups))]
    name = "SELECT" if isinstance(element, nodes.SubSelect) else type(element).__name__.upper()
    raise Unsupported(f"{name} in a query")


def _pattern(triple: nodes.Triple, path: Path | None) -> Pattern:
    predicate: Variable | Path
    if not isinstance(triple.predicate, nodes.Variable):
        predicate = _path(triple.predicate)
    elif triple.predicate.name == "PATH" and path is not None:
        predicate = path
    else:
        predicate = Variable(triple.predicate.name)
    return Pattern(_node(triple.subject), predicate, _node(triple.object))


def _path(path: nodes.Path) -> Path:
    match path:
        case nodes.Iri():
            return _iri(path)
        case nodes.Inverse():
            return Inverse(_path(path.path))
        case nodes.Sequence():
            return Sequence(tuple(map(_path, path.parts)))
        case nodes.Alternative():
            return Alternative(tuple(map(_path, path.parts)))
        case nodes.Repeated():
            return Repeated(_path(path.path), zero=path.sign != "+", many=path.sign != "?")
    raise Unsupported("a negated property set in a query")


def _iri(iri: nodes.Iri) -> str:
    return f"<{iri.value}>"


def _node(term: nodes.Term) -> Node:
    match term:
        case nodes.Variable():
            if term.name in _RESERVED:
                raise Unsupported(f"{term.name} in a query")
            return Variable(term.name)
        case nodes.Iri() if term.written and term.written[0] != "(":
            return _iri(term)
        case nodes.Literal():
            return _literal(term)
    raise Unsupported("a blank node or list in a query")


def _literal(literal: nodes.Literal) -> str:
    kind = _iri(literal.datatype)
    if not literal.datatype.written:  # no datatype is written out: a number, a truth, or a string
        if kind == literals.BOOLEAN:
            return literals.of_boolean(literal.value == "true")
        is_plain_decimal = kind == literals.DECIMAL and literal.value.lstrip("+-")[:1] != "."
        if kind == literals.INTEGER or is_plain_decimal:
            return f'"{literal.value}"^^{kind}'
        if literal.language:
            return literals.quoted(literal.value, f"@{literal.language.lower()}")
    if kind == literals.STRING:
        return literals.quoted(literal.value)
    if not literal.datatype.written:
        raise Unsupported(f"'{literal.value}' in a query")
    return literals.quoted(literal.value, f"^^{kind}")


def _expression(expression: nodes.Expression, path: Path | None) -> Expression:
    match expression:
        case nodes.Exists():
            return Exists(_group(expression.group, path), expression.negated)
        case nodes.Call():
            return _call(expression, path)
    return _node(expression)


def _call(call: nodes.Call, path: Path | None) -> Expression:
    if call.kind == "aggregate" or call.distinct:
        raise Unsupported(f"{call.name if call.kind == 'aggregate' else 'DISTINCT'} in a query")
    if call.kind == "operator" and call.name in {"+", "-"} and len(call.arguments) == 1:
        raise Unsupported(f"a sign ({call.name}) before an expression in a query")
    arguments = tuple(_expression(argument, path) for argument in call.arguments)
    if call.name == "NOT IN":
        return Call("!", (Call("IN", arguments),))
    return Call(f"<{call.name}>" if call.kind == "iri" else call.name, arguments)
