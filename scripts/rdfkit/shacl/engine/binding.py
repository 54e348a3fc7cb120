"""Variables that have a value before a query runs (SHACL, appendix A): the value takes their place in the query."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from rdfkit.shacl.engine import literals
from rdfkit.shacl.engine.query import Call, Exists, Pattern, Query, Variable

_ERROR = Call("/", (f'"1"^^{literals.INTEGER}', f'"0"^^{literals.INTEGER}'))
"""An expression that has no value, as a variable without one."""


def bound(query: Query, values: Mapping[str, str | None], names: Mapping[str, str] | None = None) -> Query:
    """Return a query with values in the place of variables, and with ``names`` of other variables changed.

    A variable whose value is None has none: it makes an error of the expression that uses it.
    """
    made: Query = _bound(query, values, names or {}, in_pattern=False)
    return made


def _bound(part: Any, values: Mapping[str, str | None], names: Mapping[str, str], *, in_pattern: bool) -> Any:
    if isinstance(part, Variable):
        if part.name in values:
            value = values[part.name]
            return value if value is not None else part if in_pattern else _ERROR
        return Variable(names.get(part.name, part.name))
    if isinstance(part, Call) and part.name == "BOUND" and isinstance(part.arguments[0], Variable):
        name = part.arguments[0].name
        if name in values:
            return literals.of_boolean(values[name] is not None)
    if isinstance(part, tuple):
        return tuple(_bound(each, values, names, in_pattern=in_pattern) for each in part)
    if is_dataclass(part) and not isinstance(part, type):
        inside = isinstance(part, Pattern) or (in_pattern and not isinstance(part, Call | Exists))
        changed = {
            each.name: _bound(getattr(part, each.name), values, names, in_pattern=inside) for each in fields(part)
        }
        return replace(part, **changed)
    return part
