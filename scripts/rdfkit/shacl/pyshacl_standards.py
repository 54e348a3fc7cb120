r"""Replacements for parts of pySHACL and rdflib that depart from SHACL, XSD 1.1 and XPath.

pySHACL 0.40.1 checks the values of eight datatypes and lets the others pass; rdflib reads `" 1"` as an integer and no
year beyond 9999. Patterns are given to Python as they are, so that `\p{L}` and `\i` fail. `sh:closed` lets the class
rdfs:Resource pass, which SHACL 4.8.1 does not. While `in_use` is active, `sh:datatype`, `sh:pattern`, the ranges and
`sh:lessThan` use the same tables and the same order of values as the fast engine, and `sh:closed` has no exception;
`prepared` makes REGEX and REPLACE in a query as in XPath. All else is pySHACL's.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partialmethod
from types import MethodType
from typing import Any

from rdfkit.base import Project, UserError
from rdfkit.rdf import rdflib_adapter
from rdfkit.shacl.engine import literals
from rdfkit.shacl.engine.values import holds
from rdfkit.sparql import xpath_regex


@contextmanager
def in_use(project: Project) -> Iterator[None]:
    """Let pySHACL use the replacements for the duration of a with block."""
    from pyshacl.constraints.core import other_constraints, value_constraints, value_range_constraints
    from pyshacl.constraints.core import property_pair_constraints as pairs
    from pyshacl.constraints.core import string_based_constraints as texts
    from pyshacl.constraints.sparql.sparql_based_constraints import SPARQLBasedConstraint

    def pattern(self: Any, shape: Any) -> None:
        texts.StringBasedConstraintBase.__init__(self, shape)
        _read_patterns(project, self)

    def query(self: Any, *given: Any) -> Any:
        try:
            return by_query(self, *given)
        except UserError as error:
            raise UserError(f"{_name(project, self.shape)}: {error}") from None

    by_query = SPARQLBasedConstraint.evaluate
    ranges, datatype = value_range_constraints, value_constraints.DatatypeConstraintComponent
    with ExitStack() as stack:
        for owner, name, new in (
            (datatype, "evaluate", _check_datatypes),
            (SPARQLBasedConstraint, "evaluate", query),
            (texts.PatternConstraintComponent, "__init__", pattern),
            (ranges.MinExclusiveConstraintComponent, "_evaluate_min_rule", partialmethod(_check_range, ">")),
            (ranges.MinInclusiveConstraintComponent, "_evaluate_min_rule", partialmethod(_check_range, ">=")),
            (ranges.MaxExclusiveConstraintComponent, "_evaluate_max_rule", partialmethod(_check_range, "<")),
            (ranges.MaxInclusiveConstraintComponent, "_evaluate_max_rule", partialmethod(_check_range, "<=")),
            (other_constraints.ClosedConstraintComponent, "ALWAYS_IGNORE", frozenset()),
            (pairs.LessThanConstraintComponent, "_compare_lt", partialmethod(_check_pairs, "<")),
            (pairs.LessThanOrEqualsConstraintComponent, "_compare_ltoe", partialmethod(_check_pairs, "<=")),
        ):
            stack.enter_context(_replaced(owner, name, new))
        yield


def prepared(query: Any) -> Any:
    """Return a query that rdflib has prepared, with REGEX and REPLACE as in XPath.

    Raises UserError if a pattern that is written in the query is none of XPath.
    """
    from rdflib.plugins.sparql.algebra import traverse
    from rdflib.plugins.sparql.parserutils import Expr
    from rdflib.term import Literal

    functions = {"Builtin_REGEX": _regex, "Builtin_REPLACE": _replace}

    def change(node: Any) -> None:
        if isinstance(node, Expr) and node.name in functions:
            if isinstance(node.pattern, Literal) and (not node.flags or isinstance(node.flags, Literal)):
                _check_written(str(node.pattern), str(node.flags or ""))
            node._evalfn = MethodType(functions[node.name], node)  # noqa: SLF001 - rdflib has no other way

    traverse(query.algebra, visitPre=change)
    return query


@contextmanager
def _replaced(owner: Any, name: str, new: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, new)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _check_written(pattern: str, flags: str) -> None:
    try:
        xpath_regex.compiled(pattern, flags)
    except xpath_regex.PatternError as error:
        why = xpath_regex.explained(pattern, error)
        raise UserError(f"A query in the shapes has the pattern {why}.") from None


# Components: their methods, with pySHACL's arguments


def _read_patterns(project: Project, component: Any) -> None:
    """Fill in what pySHACL's `PatternConstraintComponent` keeps."""
    from rdflib import SH, Literal

    shape = component.shape
    component.string_rules = list(shape.objects(SH.pattern))
    component.flags = next(iter(shape.objects(SH.flags)), None)
    component.compiled_cache = {}
    flags = str(component.flags or "")
    for rule in component.string_rules:
        if not isinstance(rule, Literal):
            raise UserError(f"The sh:pattern of {_name(project, shape)} is no literal: write a text in quotes.")
        try:
            component.compiled_cache[rule] = xpath_regex.compiled(str(rule), flags)
        except xpath_regex.PatternError as error:
            why = xpath_regex.explained(str(rule), error)
            raise UserError(f"The sh:pattern of {_name(project, shape)} is {why}.") from None


def _check_datatypes(self: Any, _executor: Any, graph: Any, nodes: Any, _path: Any) -> tuple[bool, list[Any]]:
    kind = f"<{self.datatype_rule}>"
    reports = [
        self.make_v_result(graph, focus, value_node=value)
        for focus, values in nodes.items()
        for value in values
        if not ((text := _text(value))[0] == '"' and literals.is_well_typed(text, kind))
    ]
    return not reports, reports


def _check_range(self: Any, operator: str, bound: Any, graph: Any, nodes: Any) -> tuple[bool, list[Any]]:
    limit = _text(bound)
    reports = [
        self.make_v_result(graph, focus, value_node=value)
        for focus, values in nodes.items()
        for value in values
        if not holds(operator, _text(value), limit)
    ]
    return bool(reports), reports


def _check_pairs(  # noqa: PLR0913, PLR0917 - pySHACL's arguments
    self: Any, operator: str, values: Any, others: Any, graph: Any, focus: Any
) -> tuple[bool, list[Any]]:
    reports = [
        self.make_v_result(graph, focus, value_node=value)
        for value in values
        for other in others
        if not holds(operator, _text(value), _text(other))
    ]
    return bool(reports), reports


def _name(project: Project, shape: Any) -> str:
    from rdflib import URIRef

    return project.shorten(str(shape.node)) if isinstance(shape.node, URIRef) else "a shape without an IRI"


def _text(node: Any) -> str:
    return str(rdflib_adapter.from_rdflib(node))


# Functions: rdflib gives the expression and the solution


def _regex(call: Any, _solution: Any) -> Any:
    from rdflib.plugins.sparql.operators import string
    from rdflib.term import Literal

    return Literal(_compiled(call).search(string(call.text)) is not None)


def _replace(call: Any, _solution: Any) -> Any:
    from rdflib.plugins.sparql.operators import string
    from rdflib.plugins.sparql.sparql import SPARQLError
    from rdflib.term import Literal

    text, pattern = string(call.arg), _compiled(call)
    try:
        by = xpath_regex.replacement(string(call.replacement), pattern.groups, str(call.flags or ""))
    except xpath_regex.PatternError as error:
        raise SPARQLError(str(error)) from None
    return Literal(pattern.sub(by, text), datatype=text.datatype, lang=text.language)


def _compiled(call: Any) -> Any:
    from rdflib.plugins.sparql.operators import string
    from rdflib.plugins.sparql.sparql import SPARQLError

    try:
        return xpath_regex.compiled(str(string(call.pattern)), str(call.flags or ""))
    except xpath_regex.PatternError as error:
        raise SPARQLError(str(error)) from None
