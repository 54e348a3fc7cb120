"""The variables of the parts of a query: which it mentions, and which have a value in every solution."""

from collections.abc import Collection, Iterable
from typing import Any

from rdfkit.shacl.engine.algebra import (
    Bind,
    Call,
    Exists,
    Expression,
    Filter,
    Group,
    Optional,
    Pattern,
    Query,
    SubSelect,
    Union,
    Variable,
)
from rdfkit.sparql import nodes


def conjuncts(test: Expression) -> list[Expression]:
    """Return the operands of a conjunction: each can be tested as soon as its variables have values."""
    if isinstance(test, Call) and test.name == "&&":
        return [each for argument in test.arguments for each in conjuncts(argument)]
    return [test]


def computes(test: Call) -> bool:
    """Return whether a test is more than a comparison, and depends on the values of its variables only."""
    is_more = test.name == "REGEX" or any(isinstance(each, Call) for each in test.arguments)
    return is_more and not has_exists(test)


def has_exists(expression: Expression) -> bool:
    """Return whether an expression has an EXISTS, so that it depends on the graph too."""
    if isinstance(expression, Call):
        return any(map(has_exists, expression.arguments))
    return isinstance(expression, Exists)


def has(node: Variable | str, bound: Collection[str]) -> bool:
    """Return whether a subject or object of a pattern has a value if these variables have one."""
    return isinstance(node, str) or node.name in bound


def variables(element: Any) -> set[str]:  # noqa: PLR0911 - one for each kind
    """Return the variables that a part of a query mentions, without those that only a sub-select has."""
    match element:
        case Pattern():
            parts = (element.subject, element.predicate, element.value)
            return {each.name for each in parts if isinstance(each, Variable)}
        case Group():
            return _all(element.elements)
        case Optional():
            return variables(element.group)
        case Union():
            return _all(element.choices)
        case Bind():
            return {element.variable} | variables_of(element.value)
        case SubSelect():
            inside = every_variable(element.query)
            return {*element.query.selected} | {name for name in inside if not _is_private(name)}
    return variables_of(element.test)


def _is_private(name: str) -> bool:
    """Return whether a variable is a blank node, an aggregate or one that a sub-select does not select."""
    return name[0] in "#_" or "/" in name


def variables_of(expression: Expression) -> set[str]:
    """Return the variables of an expression, including those of groups in it."""
    match expression:
        case Variable():
            return {expression.name}
        case Exists():
            return variables(expression.group)
        case Call():
            return set().union(*map(variables_of, expression.arguments))
    return set()


def _all(parts: Iterable[Any]) -> set[str]:
    return set().union(*map(variables, parts))


def every_variable(query: Query) -> set[str]:
    """Return all variables of a query, those of sub-selects included."""
    found = {*query.selected} | _every(query.group)
    if query.grouping is not None:
        found |= {*query.grouping.keys}
        for name, aggregate in query.grouping.aggregates:
            found |= {name} | (_every(aggregate.value) if aggregate.value is not None else set())
        for part in (*query.grouping.having, *query.grouping.computed):
            found |= _every(part)
    return found


def _every(part: Any) -> set[str]:
    match part:
        case Pattern() | Variable():
            return variables_of(part) if isinstance(part, Variable) else variables(part)
        case SubSelect():
            return every_variable(part.query)
        case Bind():
            return {part.variable} | _every(part.value)
    return set().union(*map(_every, parts_of(part)))


def parts_of(part: Any) -> tuple[Any, ...]:  # noqa: PLR0911 - one for each kind
    """Return the groups, elements and expressions directly inside a part of a query."""
    match part:
        case Group():
            return part.elements
        case Optional() | Exists():
            return (part.group,)
        case Union():
            return part.choices
        case Filter():
            return (part.test,)
        case Bind():
            return (part.value,)
        case Call():
            return part.arguments
    return ()


def as_terms(part: Any) -> set[str]:
    """Return the variables whose values are needed as terms: those in patterns, and of sub-selects."""
    match part:
        case Pattern():
            return variables(part)
        case SubSelect():
            return every_variable(part.query)
    return set().union(*map(as_terms, parts_of(part)))


def binds(part: Any) -> list[str]:
    """Return the variables of all BINDs, sub-selects left out."""
    own = [part.variable] if isinstance(part, Bind) else []
    return own + [name for each in parts_of(part) for name in binds(each)]


def certain(group: Group) -> set[str]:
    """Return the variables that have a value in every solution of a group."""
    found: set[str] = set()
    for element in group.elements:
        if isinstance(element, Pattern):
            found |= variables(element)
        elif isinstance(element, Union):
            found |= set.intersection(*map(certain, element.choices))
        elif isinstance(element, SubSelect):
            found |= certain_of(element.query)
    return found


def certain_of(query: Query) -> set[str]:
    """Return the variables that have a value in every solution of a sub-select."""
    found = certain(query.group)
    if query.grouping is not None:
        found &= {*query.grouping.keys}
    return found & {*query.selected}


def is_open(group: Group, outside: set[str], given: Collection[str]) -> bool:  # noqa: C901 - one for each kind
    """Return whether a group may be evaluated with the values of the variables ``outside`` of it.

    SPARQL evaluates a group on its own and then joins (section 18). Both are the same if each of these variables that
    the group mentions has a value of its own before OPTIONAL, BIND or FILTER reads it. ``given`` are pre-bound
    variables, which have a value everywhere.
    """
    outside = outside - {*given}
    if not outside & variables(group):
        return True
    known = {*given}
    for element in group.elements:
        match element:
            case Pattern():
                known |= variables(element)
            case Optional():
                if not variables(element) & outside <= known:
                    return False
            case Bind():
                if element.variable in outside or not variables_of(element.value) & outside <= known:
                    return False
            case Union():
                if not all(is_open(choice, outside, given) for choice in element.choices):
                    return False
                known |= set.intersection(*map(certain, element.choices))
            case SubSelect():
                known |= certain_of(element.query)
    tests = [element.test for element in group.elements if isinstance(element, Filter)]
    return all(variables_of(test) & outside <= known for test in tests)


def in_scope(group: nodes.Group) -> set[str]:
    """Return the variables that ``SELECT *`` selects (SPARQL 1.1, section 18.2.1)."""
    found: set[str] = set()
    for element in group.elements:
        match element:
            case nodes.Triples():
                found |= {node.name for node in nodes.walk(element) if isinstance(node, nodes.Variable)}
            case nodes.Optional():
                found |= in_scope(element.group)
            case nodes.Bind():
                found.add(element.variable.name)
            case nodes.Alternatives():
                found |= set().union(*map(in_scope, element.groups))
            case nodes.SubSelect():
                query = element.query
                if query.star is not None and query.where is not None:
                    found |= in_scope(query.where)
                found |= {column.variable.name for column in query.columns if column.variable is not None}
    return found
