"""What a shape can read beside the triples of its focus node, from its paths, constraints and queries.

A shape that reads only triples whose subject is the focus node has the same results in a part of the data that has all
of these. Any other triple is read at a node that was reached before: forward from it, or backward to it. Where a query
has a pattern that nothing connects with the focus node, the shape can read everything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rdfkit.shacl.engine import algebra
from rdfkit.shacl.engine.algebra import Exists, Group, Pattern, Query, SubSelect, Union, Variable
from rdfkit.shacl.engine.engine import Prepared, inputs_of
from rdfkit.shacl.engine.graph import TYPE, Graph
from rdfkit.shacl.engine.paths import Alternative, Excluded, Inverse, Path, Repeated, Sequence
from rdfkit.shacl.engine.shapes import Shape

ANY = ""
"""Any predicate."""

_OF_FOCUS = {"disjoint", "equals", "lessThan", "lessThanOrEquals"}


@dataclass
class Reach:
    """The predicates that are read: forward from the focus node, forward from another node, and backward to any node.

    ``everything`` is true if a query is not connected with the focus node.
    """

    focus: set[str] = field(default_factory=set)
    forward: set[str] = field(default_factory=set)
    backward: set[str] = field(default_factory=set)
    everything: bool = False

    def add(self, other: "Reach") -> None:
        """Add what another shape reads."""
        self.focus |= other.focus
        self.forward |= other.forward
        self.backward |= other.backward
        self.everything = self.everything or other.everything


def of_shape(prepared: Prepared, shape: Shape, known: Graph) -> Reach:
    """Return what a shape reads; ``known`` is a graph that tells which properties have few subjects for a value."""
    reach = Reach()
    for kind, value in shape.targets:
        if kind == "targetSubjectsOf":
            reach.forward.add(value)
        elif kind == "targetObjectsOf":
            reach.backward.add(value)
    _of_shape(prepared, shape, known, reach, deep=False)
    return reach


def _of_shape(prepared: Prepared, shape: Shape, known: Graph, reach: Reach, *, deep: bool) -> None:
    if not shape.active:
        return
    at_values = deep
    if shape.path is not None:
        at_values = _along(shape.path, reach, deep=deep, back=False)
    for constraint in shape.constraints:
        name = constraint.parameter
        if constraint.node is not None:
            query = prepared.queries[shape.node, constraint]
            names = inputs_of(prepared.shapes.graph, constraint)
            _Connected(reach, known).query(query, {each: deep or each != "this" for each in names})
        elif name == "class" and at_values:
            reach.forward.add(TYPE)
        elif name in _OF_FOCUS:
            _ahead(constraint.value, reach, deep=deep)
        elif name == "closed":
            _ahead(ANY, reach, deep=at_values)
        for each in constraint.shapes:
            _of_shape(prepared, each, known, reach, deep=at_values)


def _ahead(predicate: str, reach: Reach, *, deep: bool) -> None:
    (reach.forward if deep else reach.focus).add(predicate)


def _along(path: Path, reach: Reach, *, deep: bool, back: bool) -> bool:
    """Add what a path reads from a node, and return whether it ends at another node."""
    match path:
        case str():
            if back:
                reach.backward.add(path)
            else:
                _ahead(path, reach, deep=deep)
        case Inverse():
            return _along(path.path, reach, deep=deep, back=not back)
        case Sequence():
            for step in reversed(path.steps) if back else path.steps:
                deep = _along(step, reach, deep=deep, back=back)
        case Alternative():
            for choice in path.choices:
                _along(choice, reach, deep=deep, back=back)
        case Repeated():
            _along(path.path, reach, deep=deep, back=back)
            if path.many:
                _along(path.path, reach, deep=True, back=back)
        case Excluded():
            reach.forward.add(ANY)
            reach.backward.add(ANY)
    return True


class _Connected:
    """Follows the patterns of a query from its pre-bound variables.

    ``known`` variables have a value in every solution up to a point; each has whether it can be another node than the
    focus node.
    """

    def __init__(self, reach: Reach, graph: Graph) -> None:
        self.reach = reach
        self.graph = graph

    def query(self, query: Query, known: dict[str, bool]) -> None:
        found = self.group(query.group, known)
        if query.grouping is not None:
            tests = [*query.grouping.having, *(each.value for each in query.grouping.computed)]
            tests += [one.value for _, one in query.grouping.aggregates if one.value is not None]
            self.expressions(tests, found)

    def group(self, group: Group, known: dict[str, bool]) -> dict[str, bool]:
        """Read a group, and return the variables that have a value in each of its solutions."""
        known = dict(known)
        patterns = [each for each in group.elements if isinstance(each, Pattern)]
        binding = [each for each in group.elements if isinstance(each, Union | SubSelect)]
        while patterns or binding:
            pattern = self.next(patterns, known)
            if pattern is not None:
                patterns.remove(pattern)
                self.read(pattern, known)
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

    def bind(self, element: Union | SubSelect, known: dict[str, bool]) -> dict[str, bool]:
        if isinstance(element, SubSelect):
            # It is evaluated by itself, with the pre-bound variables only.
            inner = {name: deep for name, deep in known.items() if name in ("this", "value")}
            found = self.group(element.query.group, inner)
            return {name: found[name] for name in element.query.selected if name in found}
        every = [self.group(choice, known) for choice in element.choices]
        names = set(every[0]).intersection(*every[1:])
        return {name: any(each[name] for each in every) for name in names}

    def next(self, patterns: list[Pattern], known: dict[str, bool]) -> Pattern | None:
        """Return a pattern that touches a known variable: if possible forward, or else to a value with few subjects."""
        ahead = [each for each in patterns if isinstance(each.subject, Variable) and each.subject.name in known]
        if ahead:
            return ahead[0]
        behind = [each for each in patterns if isinstance(each.value, Variable) and each.value.name in known]
        if not behind:
            return None
        return min(behind, key=lambda each: self.fan_in(each.predicate))

    def fan_in(self, path: Variable | Path) -> float:
        return self.graph.mean_fanout(path, back=True) if isinstance(path, str) else 1e9

    def read(self, pattern: Pattern, known: dict[str, bool]) -> None:
        subject, path, value = pattern.subject, pattern.predicate, pattern.value
        forward = isinstance(subject, Variable) and subject.name in known
        start = subject if forward else value
        assert isinstance(start, Variable)  # noqa: S101 - see next()
        deep = known[start.name]
        if isinstance(path, Variable):
            if not forward:
                self.reach.backward.add(ANY)
            else:
                _ahead(ANY, self.reach, deep=deep)
        else:
            _along(path, self.reach, deep=deep, back=not forward)
        for end in (subject, value):
            if isinstance(end, Variable):
                known.setdefault(end.name, True)

    def expressions(self, expressions: Iterable[algebra.Expression], known: dict[str, bool]) -> None:
        for each in expressions:
            for exists in _exists(each):
                self.group(exists.group, known)


def _exists(expression: algebra.Expression) -> Iterator[Exists]:
    if isinstance(expression, Exists):
        yield expression
    elif isinstance(expression, algebra.Call):
        for argument in expression.arguments:
            yield from _exists(argument)
