"""Core constraints (SHACL, section 4) as Python functions from focus nodes to results.

A constraint is compiled against a graph once and then checks all its focus nodes together; nested shapes check all
values together. If many of the focus nodes have a property, its values are checked first, each once, and the focus
nodes only if a value is wrong.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TypeAlias

from rdfkit.shacl.engine import literals
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.engine.literals import NoValue, language, lexical
from rdfkit.shacl.engine.paths import Step
from rdfkit.shacl.engine.shapes import SH, TRUE, Constraint, Shape, Unsupported
from rdfkit.shacl.engine.values import holds, number
from rdfkit.sparql import xpath_regex

Found: TypeAlias = tuple[str, str | None, str | None] | tuple[str, str | None, str | None, dict[str, str]]
"""A focus node, the wrong value, the path if it is not the shape's own, and the solution of a query."""

Check: TypeAlias = Callable[[Collection[str], Step], Iterator[Found]]
"""From focus nodes, and a function to their value nodes, to the violations."""

Failing: TypeAlias = Callable[[Shape, Collection[str]], set[str]]
"""From a shape and some nodes to those nodes that do not conform to it."""

Fits: TypeAlias = Callable[[str], bool]

_NODE_KINDS = {
    "IRI": "<",
    "BlankNode": "_",
    "Literal": '"',
    "BlankNodeOrIRI": "<_",
    "BlankNodeOrLiteral": '_"',
    "IRIOrLiteral": '<"',
}
"""The possible first characters of the text of a node, by node kind."""

_VALUES_FIRST_RATIO = 4
"""All values of a property are checked first if at least one in so many of its subjects is a focus node."""


@dataclass(frozen=True)
class Setting:
    """A constraint, its shape, and what it is compiled against."""

    constraint: Constraint
    shape: Shape
    graph: Graph
    failing: Failing

    @property
    def value(self) -> str:
        """The parameter's value."""
        return self.constraint.value

    def count(self) -> int:
        """Return the parameter's value as a count."""
        try:
            value = number(self.value)
        except NoValue:
            value = None
        if not isinstance(value, int):
            raise self.unsupported("that is not a count")
        return value

    def is_true(self) -> bool:
        """Return whether the parameter is true."""
        return self.value == TRUE

    def unsupported(self, why: str) -> Unsupported:
        """Return the error for an invalid parameter."""
        return Unsupported(f"{self.shape.name} has a sh:{self.constraint.parameter} {why}")


def compile_constraint(constraint: Constraint, shape: Shape, graph: Graph, failing: Failing) -> Check:
    """Return the check of one core constraint; raises Unsupported if its parameter is invalid."""
    setting = Setting(constraint, shape, graph, failing)
    if constraint.parameter in _OF_VALUE:
        fits = _OF_VALUE[constraint.parameter](setting)
        return _each(lambda values: {value for value in values if not fits(value)}, setting)
    if constraint.parameter in _OF_SHAPES:
        return _each(partial(_OF_SHAPES[constraint.parameter], setting), setting)
    return _OF_VALUES[constraint.parameter](setting)


def _each(wrong: Callable[[set[str]], set[str]], setting: Setting) -> Check:
    """Return a check that first finds the wrong values and then, if there are any, the focus nodes that have them."""
    path, graph = setting.shape.path, setting.graph

    def check(focus: Collection[str], values: Step) -> Iterator[Found]:
        # The focus nodes of a nested property shape are a list: a node may occur twice, with results for each.
        if isinstance(focus, set) and path is None:
            return ((node, node, None) for node in wrong(focus))
        if (
            isinstance(focus, set)
            and isinstance(path, str)
            and len(focus) * _VALUES_FIRST_RATIO > len(graph.objects(path))
        ):
            bad = wrong(graph.all_values(path))
            return ((node, value, None) for value in bad for node in graph.subjects(path)[value] if node in focus)
        bad = wrong({value for node in focus for value in values(node)})
        return ((node, value, None) for node in (focus if bad else ()) for value in values(node) if value in bad)

    return check


# Constraints on one value at a time


def _class(setting: Setting) -> Fits:
    return setting.graph.instances(setting.value).__contains__


def _datatype(setting: Setting) -> Fits:
    kind = setting.value
    return lambda node: node[0] == '"' and literals.is_well_typed(node, kind)


def _node_kind(setting: Setting) -> Fits:
    starts = _NODE_KINDS.get(setting.value[1 + len(SH) : -1])
    if starts is None:
        raise setting.unsupported("that is unknown")
    return lambda node: node[0] in starts


def _in(setting: Setting) -> Fits:
    return frozenset(setting.constraint.members).__contains__


def _range(operator: str, setting: Setting) -> Fits:
    bound = setting.value
    if bound[0] != '"':
        raise setting.unsupported("that is not a literal")
    return lambda node: node[0] == '"' and holds(operator, node, bound)


def _min_length(setting: Setting) -> Fits:
    least = setting.count()
    return lambda node: least <= 0 or (node[0] != "_" and len(lexical(node)) >= least)


def _max_length(setting: Setting) -> Fits:
    most = setting.count()
    return lambda node: node[0] != "_" and len(lexical(node)) <= most


def _pattern(setting: Setting) -> Fits:
    values = setting.shape.values
    try:
        search = compiled_pattern(lexical(setting.value), lexical(values["flags"][0]) if "flags" in values else "")
    except ValueError as error:
        raise setting.unsupported(f"that {error}") from None
    return lambda node: node[0] != "_" and search(lexical(node)) is not None


def compiled_pattern(pattern: str, flags: str) -> Callable[[str], object]:
    """Return the search of sh:pattern; raises ValueError, which says why it cannot be read and how to fix it."""
    try:
        return xpath_regex.compiled(pattern, flags).search
    except xpath_regex.PatternError as error:
        raise ValueError(f"is {xpath_regex.explained(pattern, error)}") from None


def _language_in(setting: Setting) -> Fits:
    ranges = [lexical(member).lower() for member in setting.constraint.members]

    @cache
    def fits(tag: str) -> bool:
        tag = tag.lower()
        return bool(tag) and any(tag == each or tag.startswith(each + "-") or each == "*" for each in ranges)

    return lambda node: node[0] == '"' and fits(language(node))


_OF_VALUE: dict[str, Callable[[Setting], Fits]] = {
    "class": _class,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "in": _in,
    "minExclusive": partial(_range, ">"),
    "minInclusive": partial(_range, ">="),
    "maxExclusive": partial(_range, "<"),
    "maxInclusive": partial(_range, "<="),
    "minLength": _min_length,
    "maxLength": _max_length,
    "pattern": _pattern,
    "languageIn": _language_in,
}


# Constraints on the conformance of values to other shapes


def _and(setting: Setting, nodes: set[str]) -> set[str]:
    return set().union(*(setting.failing(shape, nodes) for shape in setting.constraint.shapes))


def _or(setting: Setting, nodes: set[str]) -> set[str]:
    return nodes.intersection(*(setting.failing(shape, nodes) for shape in setting.constraint.shapes))


def _not(setting: Setting, nodes: set[str]) -> set[str]:
    return nodes - setting.failing(setting.constraint.shapes[0], nodes)


def _xone(setting: Setting, nodes: set[str]) -> set[str]:
    failing = [setting.failing(shape, nodes) for shape in setting.constraint.shapes]
    return {node for node in nodes if sum(node in each for each in failing) != len(failing) - 1}


_OF_SHAPES = {"node": _and, "and": _and, "or": _or, "not": _not, "xone": _xone}


# Constraints on all values together


def _min_count(setting: Setting) -> Check:
    least, path = setting.count(), setting.shape.path
    if least == 1 and isinstance(path, str):
        having = setting.graph.objects(path)
        return lambda focus, _values: ((node, None, None) for node in _without(focus, having))
    return lambda focus, values: ((node, None, None) for node in focus if len(values(node)) < least)


def _without(focus: Collection[str], having: Mapping[str, object]) -> Collection[str]:
    """Return the focus nodes that an index lacks; they usually are a set, and set operations are fast."""
    return focus.difference(having) if isinstance(focus, set) else [node for node in focus if node not in having]


def _with(focus: Collection[str], having: Mapping[str, object]) -> Collection[str]:
    """Return the focus nodes that an index has."""
    return focus.intersection(having) if isinstance(focus, set) else [node for node in focus if node in having]


def _max_count(setting: Setting) -> Check:
    most, path = setting.count(), setting.shape.path
    if most > 0 and isinstance(path, str):
        several = setting.graph.several(path)
        return lambda focus, _values: ((n, None, None) for n in _with(focus, several) if len(several[n]) > most)
    return lambda focus, values: ((node, None, None) for node in focus if len(values(node)) > most)


def _has_value(setting: Setting) -> Check:
    wanted = setting.value
    return lambda focus, values: ((node, None, None) for node in focus if wanted not in values(node))


def _qualified(setting: Setting) -> Check:
    """Return the check of the number of values that conform to the first shape and to none of the others."""
    bound, is_least = setting.count(), setting.constraint.parameter == "qualifiedMinCount"
    wanted, *others = setting.constraint.shapes

    def check(focus: Collection[str], values: Step) -> Iterator[Found]:
        nodes = {value for node in focus for value in values(node)}
        counted = nodes - setting.failing(wanted, nodes)
        for other in others:
            counted &= setting.failing(other, counted)
        for node in focus:
            found = len(counted.intersection(values(node)))
            if found < bound if is_least else found > bound:
                yield node, None, None

    return check


def _unique_language(setting: Setting) -> Check:
    def check(focus: Collection[str], values: Step) -> Iterator[Found]:
        for node in focus:
            nodes = values(node)
            if len(nodes) > 1:
                tags = [tag.lower() for each in nodes if each[0] == '"' and (tag := language(each))]
                for _ in {tag for tag in tags if tags.count(tag) > 1}:
                    yield node, None, None

    return check if setting.is_true() else _nothing


def _nothing(_focus: Collection[str], _values: Step) -> Iterator[Found]:
    return iter(())


def _closed(setting: Setting) -> Check:
    allowed, graph = set(setting.constraint.members), setting.graph
    others = [(name, graph.objects(name)) for name in graph.predicates() if name not in allowed]

    def check(focus: Collection[str], values: Step) -> Iterator[Found]:
        for node in focus:
            for each in values(node):
                for name, index in others:
                    for value in index.get(each, ()):
                        yield node, value, name

    return check if setting.is_true() else _nothing


# Constraints on values and the values of another property


def _others(setting: Setting) -> Step:
    if setting.value[0] != "<":
        raise setting.unsupported("that is not a property")
    get = setting.graph.objects(setting.value).get
    return lambda node: get(node, ())


def _disjoint(setting: Setting) -> Check:
    others = _others(setting)
    return lambda focus, values: (
        (node, value, None) for node in focus for value in set(values(node)).intersection(others(node))
    )


def _equals(setting: Setting) -> Check:
    others = _others(setting)
    return lambda focus, values: (
        (node, value, None) for node in focus for value in set(values(node)).symmetric_difference(others(node))
    )


def _less(operator: str, setting: Setting) -> Check:
    others = _others(setting)
    return lambda focus, values: (
        (node, value, None)
        for node in focus
        for value in values(node)
        for other in others(node)
        if not holds(operator, value, other)
    )


_OF_VALUES: dict[str, Callable[[Setting], Check]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "hasValue": _has_value,
    "qualifiedMinCount": _qualified,
    "qualifiedMaxCount": _qualified,
    "uniqueLang": _unique_language,
    "closed": _closed,
    "disjoint": _disjoint,
    "equals": _equals,
    "lessThan": partial(_less, "<"),
    "lessThanOrEquals": partial(_less, "<="),
}
