"""What a shape can read beside the triples of its focus node, from its paths, constraints and queries.

A shape that reads only triples whose subject is the focus node has the same results in a part of the data that has all
of these. Any other triple is read at a node that was reached before: forward from it, or backward to it. Where a query
has a pattern that nothing connects with the focus node, the shape can read everything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from rdfkit.inference.roles import OBJECT, SUBJECT, Role
from rdfkit.shacl.engine import algebra
from rdfkit.shacl.engine.algebra import Exists, Group, Pattern, Query, SubSelect, Union, Variable
from rdfkit.shacl.engine.engine import Prepared, inputs_of
from rdfkit.shacl.engine.graph import TYPE, Graph
from rdfkit.shacl.engine.paths import Alternative, Excluded, Inverse, Path, Repeated, Sequence
from rdfkit.shacl.engine.shapes import Shape

FOCUS: Role = ("focus", "")
ANY = ""
"""Any predicate."""

_LIKE_OTHER = {"disjoint", "equals", "lessThan", "lessThanOrEquals"}

Arrivals: TypeAlias = frozenset[Role]
"""How a node was reached: it is the focus node, or the subject or object of a property."""

_AT_FOCUS: Arrivals = frozenset({FOCUS})


@dataclass
class Reach:
    """The reads of a shape: how a node was reached, and which triples are then read, those where it has a role.

    ``everything`` is true if a query is not connected with the focus node.
    """

    reads: set[tuple[Role, Role]] = field(default_factory=set)
    everything: bool = False

    def add(self, other: "Reach") -> None:
        """Add what another shape reads."""
        self.reads |= other.reads
        self.everything = self.everything or other.everything

    def read(self, at: Arrivals, role: Role) -> None:
        """Add a read."""
        self.reads |= {(arrival, role) for arrival in at}


def of_shape(prepared: Prepared, shape: Shape, known: Graph) -> Reach:
    """Return what a shape reads; ``known`` is a graph that tells which properties have few subjects for a value."""
    reach = Reach()
    for kind, value in shape.targets:
        if kind in {"targetSubjectsOf", "targetObjectsOf"}:
            reach.read(_AT_FOCUS, (SUBJECT if kind == "targetSubjectsOf" else OBJECT, value))
    _of_shape(prepared, shape, known, reach, _AT_FOCUS)
    return reach


def _of_shape(prepared: Prepared, shape: Shape, known: Graph, reach: Reach, at: Arrivals) -> None:
    if not shape.active:
        return
    at_values = at if shape.path is None else _along(shape.path, reach, at, back=False)
    for constraint in shape.constraints:
        name = constraint.parameter
        if constraint.node is not None:
            query = prepared.queries[shape.node, constraint]
            names = inputs_of(prepared.shapes.graph, constraint)
            _Connected(reach, known).query(query, {each: at if each == "this" else at_values for each in names})
        elif name == "class":
            reach.read(at_values, (SUBJECT, TYPE))
        elif name in _LIKE_OTHER:
            reach.read(at, (SUBJECT, constraint.value))
        elif name == "closed":
            reach.read(at_values, (SUBJECT, ANY))
        for each in constraint.shapes:
            _of_shape(prepared, each, known, reach, at_values)


def _along(path: Path, reach: Reach, at: Arrivals, *, back: bool) -> Arrivals:
    """Add what a path reads, and return how the nodes at its end are reached."""
    match path:
        case str():
            reach.read(at, (OBJECT if back else SUBJECT, path))
            return frozenset({(SUBJECT if back else OBJECT, path)})
        case Inverse():
            return _along(path.path, reach, at, back=not back)
        case Sequence():
            for step in reversed(path.steps) if back else path.steps:
                at = _along(step, reach, at, back=back)
            return at
        case Alternative():
            return frozenset().union(*(_along(choice, reach, at, back=back) for choice in path.choices))
        case Repeated():
            found = _along(path.path, reach, at, back=back)
            if path.many:
                found |= _along(path.path, reach, found, back=back)
            return found | at if path.zero else found
        case Excluded():
            return _anywhere(reach, at)


def _anywhere(reach: Reach, at: Arrivals) -> Arrivals:
    roles = frozenset({(SUBJECT, ANY), (OBJECT, ANY)})
    for role in roles:
        reach.read(at, role)
    return roles


class _Connected:
    """Follows the patterns of a query from its pre-bound variables.

    ``known`` variables have a value in every solution up to a point, each with how that was reached.
    """

    def __init__(self, reach: Reach, graph: Graph) -> None:
        self.reach = reach
        self.graph = graph

    def query(self, query: Query, known: dict[str, Arrivals]) -> None:
        """Follow a whole query."""
        found = self.group(query.group, known)
        if query.grouping is not None:
            tests = [*query.grouping.having, *(each.value for each in query.grouping.computed)]
            tests += [one.value for _, one in query.grouping.aggregates if one.value is not None]
            self.expressions(tests, found)

    def group(self, group: Group, known: dict[str, Arrivals]) -> dict[str, Arrivals]:
        """Follow a group, and return the variables that have a value in each of its solutions."""
        known = dict(known)
        patterns = [each for each in group.elements if isinstance(each, Pattern)]
        binding = [each for each in group.elements if isinstance(each, Union | SubSelect)]
        while patterns or binding:
            pattern = self.next(patterns, known)
            if pattern is not None:
                patterns.remove(pattern)
                self.follow(pattern, known)
            elif binding:
                known |= self.bind(binding.pop(0), known)
            else:
                self.reach.everything = True
                break
        for each in group.elements:
            if isinstance(each, algebra.Optional):
                self.group(each.group, known)
            elif isinstance(each, algebra.Filter):
                self.expressions([each.test], known)
            elif isinstance(each, algebra.Bind):
                self.expressions([each.value], known)
        return known

    def bind(self, element: Union | SubSelect, known: dict[str, Arrivals]) -> dict[str, Arrivals]:
        """Return the variables that a UNION or a sub-select gives a value."""
        if isinstance(element, SubSelect):
            # It is evaluated by itself, with the pre-bound variables only.
            inner = {name: at for name, at in known.items() if name in {"this", "value"}}
            found = self.group(element.query.group, inner)
            return {name: found[name] for name in element.query.selected if name in found}
        every = [self.group(choice, known) for choice in element.choices]
        names = set(every[0]).intersection(*every[1:])
        return {name: frozenset().union(*(each[name] for each in every)) for name in names}

    def next(self, patterns: list[Pattern], known: dict[str, Arrivals]) -> Pattern | None:
        """Return a pattern that touches a known variable: if possible forward, or else to a value with few subjects."""
        ahead = [each for each in patterns if isinstance(each.subject, Variable) and each.subject.name in known]
        if ahead:
            return ahead[0]
        behind = [each for each in patterns if isinstance(each.value, Variable) and each.value.name in known]
        return min(behind, key=lambda each: self.fan_in(each.predicate), default=None)

    def fan_in(self, path: Variable | Path) -> float:
        """Return how many subjects a value of a property has in the known graph; of other paths, very many."""
        return self.graph.mean_fanout(path, back=True) if isinstance(path, str) else 1e9

    def follow(self, pattern: Pattern, known: dict[str, Arrivals]) -> None:
        """Read a pattern from the end that is known to the other one."""
        subject, path, value = pattern.subject, pattern.predicate, pattern.value
        is_forward = isinstance(subject, Variable) and subject.name in known
        start, end = (subject, value) if is_forward else (value, subject)
        assert isinstance(start, Variable)  # noqa: S101 - see next()
        at = known[start.name]
        if isinstance(path, Variable):
            self.reach.read(at, (SUBJECT if is_forward else OBJECT, ANY))
            there: Arrivals = frozenset({(OBJECT if is_forward else SUBJECT, ANY)})
        else:
            there = _along(path, self.reach, at, back=not is_forward)
        if isinstance(end, Variable):
            known.setdefault(end.name, there)

    def expressions(self, expressions: Iterable[algebra.Expression], known: dict[str, Arrivals]) -> None:
        """Follow the groups of EXISTS in some expressions."""
        for each in expressions:
            for exists in _exists(each):
                self.group(exists.group, known)


def _exists(expression: algebra.Expression) -> Iterator[Exists]:
    if isinstance(expression, Exists):
        yield expression
    elif isinstance(expression, algebra.Call):
        for argument in expression.arguments:
            yield from _exists(argument)
