"""Plan a query as nested loops: patterns ordered from known values on, filters as early as possible.

The solutions are those of SPARQL (section 18). A query for which evaluation from left to right would differ from
SPARQL's bottom-up semantics is refused. Solutions that differ only in variables that are not selected may be given
once: SHACL reports each result once.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from rdfkit.shacl.engine import functions, loops, scopes
from rdfkit.shacl.engine.expressions import Compiled, Compiler, Row
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.engine.loops import Step
from rdfkit.shacl.engine.paths import Path, walk
from rdfkit.shacl.engine.query import (
    Bind,
    Call,
    Exists,
    Expression,
    Filter,
    Group,
    Optional,
    Pattern,
    Query,
    Union,
    Variable,
)
from rdfkit.shacl.engine.shapes import Unsupported

_THIS = Variable("this")

MAX_FORWARD_FANOUT = 1.5
"""Mean number of values up to which a property is followed forward, without comparing the reverse direction."""


def compiled(query: Query, graph: Graph) -> Callable[[Collection[str]], Iterable[tuple[Any, ...]]]:
    """Return a function from focus nodes, each bound to ``$this``, to the solutions, each once.

    A solution is ``$this`` and the terms of the selected variables. Raises Unsupported if the query cannot be compiled.
    """
    return _Planner(query, graph).query(query)


class _Planner(Compiler):
    """Compiles one query, with its expressions, against one graph."""

    def __init__(self, query: Query, graph: Graph) -> None:
        self.graph = graph
        names = sorted({*scopes.variables(query.group), "this", *query.selected})
        super().__init__({name: number for number, name in enumerate(names)})
        self.constants: list[str] = []
        self.unsure: set[str] = set()
        """Variables of OPTIONAL and BIND, which may be unbound."""

    def query(self, query: Query) -> Callable[[Collection[str]], Iterable[tuple[Any, ...]]]:
        found: list[tuple[Any, ...]] = []
        slots = [self.slots[name] for name in ("this", *query.selected)]
        only_once = {*query.selected} <= {"this"}

        def last(row: Row) -> bool:
            found.append(tuple([row[slot] for slot in slots]))
            return only_once

        start = self._group(query.group, frozenset({"this"}))(last)
        if any(self.kinds.get(name, "term") != "term" for name in query.selected):
            raise Unsupported("a query that selects a computed value")
        template = [None] * len(self.slots) + self.constants
        this = self.slots["this"]

        def solutions(nodes: Collection[str]) -> Iterable[tuple[Any, ...]]:
            # One row for all focus nodes: each step binds its variables before a later step reads them.
            row: Row = template.copy()
            for row[this] in self._candidates(query.group, nodes):
                start(row)
            answer = dict.fromkeys(found)
            found.clear()
            return answer

        return solutions

    def _candidates(self, group: Group, nodes: Collection[str]) -> Iterable[str]:
        """Return the nodes that may have a solution: those with the rarest property that the query asks for."""
        fewest: Collection[str] = nodes
        for each in group.elements:
            if isinstance(each, Pattern) and each.subject == _THIS and isinstance(each.predicate, str):
                having: Collection[str] = self.graph.objects(each.predicate)
                if len(having) >= len(fewest) and isinstance(each.value, str):
                    having = self.graph.subjects(each.predicate).get(each.value, ())
                if len(having) < len(fewest):
                    fewest = having
        if fewest is nodes or not isinstance(nodes, set):
            return nodes
        return [node for node in fewest if node in nodes]

    def _group(self, group: Group, outer: frozenset[str]) -> Step:
        """Compile a group; ``outer`` are the variables that are bound before it."""
        inside = set().union(*(scopes.variables(each) for each in group.elements if not isinstance(each, Filter)))
        filters = [test for each in group.elements if isinstance(each, Filter) for test in scopes.conjuncts(each.test)]
        rest = [each for each in group.elements if not isinstance(each, Filter)]
        bound, maybe = set(outer), set[str]()
        steps: list[Step] = []

        def add_filters() -> None:
            for test in list(filters):
                if (scopes.variables_of(test) & inside) <= bound | maybe:
                    filters.remove(test)
                    steps.append(self._filter(test, frozenset(bound)))

        add_filters()
        while rest:
            patterns: list[Pattern] = []
            while rest and isinstance(rest[0], Pattern):
                patterns.append(rest[0])
                del rest[0]
            while patterns:
                step, names = self._best(patterns, filters, bound)
                if names & maybe:
                    raise Unsupported("a query that uses a variable of OPTIONAL or BIND in a pattern")
                steps.append(step)
                bound |= names
                add_filters()
            if rest:
                element = rest.pop(0)
                steps.append(self._element(element, bound, maybe))
                add_filters()
        if filters:
            raise Unsupported("a filter on an unbound variable")
        return loops.chain(steps)

    def _element(self, element: Any, bound: set[str], maybe: set[str]) -> Step:
        """Compile BIND, OPTIONAL or UNION, and add its variables to ``bound`` or ``maybe``."""
        names = scopes.variables(element)
        if names & maybe and not isinstance(element, Bind):
            raise Unsupported("a query that uses a variable of OPTIONAL or BIND again")
        if isinstance(element, Bind):
            if element.variable in bound | maybe:
                raise Unsupported(f"BIND of ?{element.variable}, which is already bound")
            self.bound = frozenset(bound)
            kind, value = self.compile(element.value)
            self.kinds[element.variable] = kind
            maybe.add(element.variable)
            self.unsure.add(element.variable)
            places = [self.slots[name] for name in scopes.variables_of(element.value)]
            if not places or scopes.has_exists(element.value):
                raise Unsupported("BIND of an expression that is not a function of variables")
            return loops.bind(self.slots[element.variable], value, places)
        if isinstance(element, Optional):
            if any(isinstance(each, Optional | Union) for each in element.group.elements):
                raise Unsupported("OPTIONAL with OPTIONAL or UNION in it")
            inner = self._group(element.group, frozenset(bound))
            new = names - bound
            maybe |= new
            self.unsure |= new
            return loops.optional(inner, [self.slots[name] for name in new])
        choices = []
        for choice in element.choices:
            own = set().union(*(scopes.variables(each) for each in choice.elements if isinstance(each, Pattern)))
            if any(not isinstance(each, Pattern | Filter) for each in choice.elements) or not scopes.variables(
                choice
            ) <= {
                *own,
                "this",
            }:
                raise Unsupported("UNION of groups with more than patterns and filters")
            choices.append((self._group(choice, frozenset(bound)), own))
        everywhere = set.intersection(*(own for _, own in choices))
        somewhere = set.union(*(own for _, own in choices)) - everywhere - bound
        bound |= everywhere
        maybe |= somewhere
        self.unsure |= somewhere
        return loops.union([step for step, _ in choices], [self.slots[name] for name in somewhere])

    # Filters

    def _filter(self, test: Expression, bound: frozenset[str]) -> Step:
        before, self.bound = self.bound, bound
        function = self.truth(test)
        self.bound = before
        if isinstance(test, Exists):  # never an error
            return lambda then: lambda row: then(row) if function(row) else False
        names = scopes.variables_of(test)
        if isinstance(test, Call) and names <= bound and 0 < len(names) < 3 and scopes.computes(test):
            return loops.remembered(function, [self.slots[name] for name in names])
        return loops.filtered(function)

    def call(self, name: str, arguments: tuple[Expression, ...]) -> Compiled:
        """Return kind and function of a call of an operator or a function; raises Unsupported for an unknown one."""
        return functions.compile_call(self, name, arguments)

    def exists(self, expression: Exists) -> Callable[[Row], bool]:
        """Return a function that is true if a group has a solution."""
        if scopes.in_patterns(expression.group) & self.unsure:
            raise Unsupported("EXISTS with a variable of OPTIONAL or BIND in a pattern")
        return self._group(expression.group, self.bound)(lambda row: True)  # noqa: ARG005

    # Triple patterns

    def _best(self, patterns: list[Pattern], filters: list[Expression], bound: set[str]) -> tuple[Step, set[str]]:
        """Remove the cheapest pattern from the list, compile it, and return it with its variables."""
        best = 0
        if len(patterns) > 1:
            costs = [self._cost(pattern, bound) for pattern in patterns]
            if min(costs) > MAX_FORWARD_FANOUT:
                costs = [self._cost(pattern, bound, back=True) for pattern in patterns]
            best = costs.index(min(costs))
        pattern = patterns.pop(best)
        names = scopes.variables(pattern)
        if not names & bound and len(names) > 1 and isinstance(pattern.predicate, str):
            for test in filters:
                step = self._looked_up(pattern, test, bound)
                if step is not None:
                    return step, names
        return self._pattern(pattern, filters, bound), names

    def _cost(self, pattern: Pattern, bound: set[str], *, back: bool = False) -> float:
        """Return roughly how many solutions a pattern gives for each solution so far.

        Following a property from its value needs a reverse index, which may have to be made first: ``back`` allows it.
        """
        has_subject, has_value = scopes.has(pattern.subject, bound), scopes.has(pattern.value, bound)
        if has_subject and has_value:
            return 0
        if not isinstance(pattern.predicate, str):
            return 50 if has_subject else 100 if has_value else 1e9
        if has_subject:
            return self.graph.mean_fanout(pattern.predicate)
        if has_value:
            return self.graph.mean_fanout(pattern.predicate, back=True) if back else 1e5
        return 1e6 + len(self.graph.objects(pattern.predicate))

    def _slot(self, node: Variable | str) -> int:
        """Return the place of a variable in the row, or of a constant, which is added after the variables."""
        if isinstance(node, Variable):
            return self.slots[node.name]
        self.constants.append(node)
        return len(self.slots) + len(self.constants) - 1

    def _pattern(self, pattern: Pattern, filters: list[Expression], bound: set[str]) -> Step:
        subject, value = self._slot(pattern.subject), self._slot(pattern.value)
        has_subject, has_value = scopes.has(pattern.subject, bound), scopes.has(pattern.value, bound)
        if isinstance(pattern.predicate, Variable):
            return self._any_predicate(pattern, subject, value, filters, bound)
        if has_subject:
            ahead = self._way(pattern.predicate)
            return loops.both(ahead, subject, value) if has_value else loops.along(ahead, subject, value)
        if has_value:
            return loops.along(self._way(pattern.predicate, back=True), value, subject)
        if not isinstance(pattern.predicate, str):
            raise Unsupported("a path between two unbound variables")
        return loops.everything(self.graph.objects(pattern.predicate), subject, value)

    def _way(self, path: Path, *, back: bool = False) -> Callable[[str], Any]:
        """Return the function from a node to those at the other end of a path; it may return None for none."""
        if isinstance(path, str):
            return (self.graph.subjects if back else self.graph.objects)(path).get
        return walk(path, self.graph, back=back)

    def _any_predicate(
        self, pattern: Pattern, subject: int, value: int, filters: list[Expression], bound: set[str]
    ) -> Step:
        """Compile a pattern with a variable as its predicate; a filter with IN limits the predicates to try."""
        assert isinstance(pattern.predicate, Variable)  # noqa: S101
        name = self.slots[pattern.predicate.name]
        if len({subject, value, name}) < 3 or not scopes.has(pattern.subject, bound):
            raise Unsupported("a pattern with a variable predicate and an unbound subject")
        names = list(self.graph.predicates())
        for test in filters:
            if isinstance(test, Call) and test.name == "IN" and test.arguments[0] == pattern.predicate:
                names = [each for each in names if each in test.arguments]
        has = pattern.predicate.name in bound, scopes.has(pattern.value, bound)
        return loops.any_predicate(self.graph, names, (subject, name, value), has)

    def _looked_up(self, pattern: Pattern, test: Expression, bound: set[str]) -> Step | None:
        """Compile a pattern without bound variables if a filter says that two texts are equal.

        A loop over all its triples for each solution would take time quadratic in the data. A table of the texts is
        made instead. The filter itself is kept.
        """
        if not (isinstance(test, Call) and test.name == "="):
            return None
        names = scopes.variables(pattern)
        for known, new in (test.arguments, test.arguments[::-1]):
            if scopes.variables_of(known) <= bound and scopes.variables_of(new) <= names and scopes.variables_of(new):
                (kind, key), (other_kind, of_triple) = self.compile(known), self.compile(new)
                if kind == other_kind == "text":
                    subject, value = self._slot(pattern.subject), self._slot(pattern.value)
                    index = self.graph.objects(str(pattern.predicate))
                    return loops.looked_up(index, (subject, value, len(self.slots)), of_triple, key)
        return None
