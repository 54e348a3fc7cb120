"""The variables of the parts of a query."""

from typing import Any

from rdfkit.shacl.engine.query import Bind, Call, Exists, Expression, Filter, Group, Optional, Pattern, Union, Variable


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


def has(node: Variable | str, bound: set[str]) -> bool:
    """Return whether a subject or object of a pattern has a value if these variables have one."""
    return isinstance(node, str) or node.name in bound


def variables(element: Any) -> set[str]:
    """Return the variables of a part of a query, including those in its filters."""
    if isinstance(element, Pattern):
        return {each.name for each in (element.subject, element.predicate, element.value) if isinstance(each, Variable)}
    if isinstance(element, Group):
        return set().union(*map(variables, element.elements))
    if isinstance(element, Optional):
        return variables(element.group)
    if isinstance(element, Union):
        return set().union(*map(variables, element.choices))
    if isinstance(element, Bind):
        return {element.variable} | variables_of(element.value)
    return variables_of(element.test)


def in_patterns(group: Group) -> set[str]:
    """Return the variables in the triple patterns of a group, at any depth."""
    inside = [each for each in group.elements if isinstance(each, Pattern)]
    deeper = [each.group for each in group.elements if isinstance(each, Optional)]
    deeper += [choice for each in group.elements if isinstance(each, Union) for choice in each.choices]
    deeper += [each.test.group for each in group.elements if isinstance(each, Filter) and isinstance(each.test, Exists)]
    return set().union(*map(variables, inside), *map(in_patterns, deeper))


def variables_of(expression: Expression) -> set[str]:
    """Return the variables of an expression, including those of groups in it."""
    if isinstance(expression, Variable):
        return {expression.name}
    if isinstance(expression, Exists):
        return variables(expression.group)
    if isinstance(expression, Call):
        return set().union(*map(variables_of, expression.arguments))
    return set()
