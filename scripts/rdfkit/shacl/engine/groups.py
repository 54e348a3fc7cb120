"""Plan the pattern of a query as nested loops: patterns ordered from known values on, filters as early as possible.

The solutions are those of SPARQL (section 18), which evaluates a group on its own and then joins. Nested loops give the
same if the group is open (`scopes.is_open`) to the values that come before it; any other group is evaluated on its own
here too. Pre-bound variables have their values everywhere (SHACL, appendix A).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

from rdfkit.shacl.engine import functions, loops, scopes
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
    Variable,
)
from rdfkit.shacl.engine.expressions import Compiled, Compiler, Row
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.engine.loops import Step
from rdfkit.shacl.engine.paths import Path, walk
from rdfkit.shacl.engine.shapes import Unsupported

MAX_FORWARD_FANOUT = 1.5
"""Mean number of values up to which a property is followed forward, without comparing the reverse direction."""


@dataclass
class Scope:
    """The variables at a place of a query: those that have a value, those that may have one, and the pre-bound ones."""

    bound: set[str]
    maybe: set[str]
    given: frozenset[str]

    @property
    def known(self) -> set[str]:
        """The variables whose places in a row can be read."""
        return self.bound | self.maybe

    def copy(self) -> "Scope":
        """Return a copy."""
        return Scope({*self.bound}, {*self.maybe}, self.given)

    def alone(self) -> "Scope":
        """Return the scope at the start of a group that is evaluated on its own."""
        return Scope(self.bound & self.given, self.maybe & self.given, self.given)

    def add(self, bound: Iterable[str], maybe: Iterable[str] = ()) -> None:
        """Add variables."""
        self.bound |= {*bound}
        self.maybe = (self.maybe | {*maybe}) - self.bound


def _found(_row: Row) -> bool:
    return True


class Planner(Compiler):
    """Compiles the groups of one query, with their expressions, against one graph."""

    def __init__(self, query: Query, graph: Graph, inputs: Collection[str]) -> None:
        """Number the variables of a query, of which ``inputs`` are pre-bound."""
        self.graph = graph
        names = sorted({*scopes.every_variable(query), *inputs})
        super().__init__({name: number for number, name in enumerate(names)})
        self.constants: list[str] = []
        self.as_terms = scopes.as_terms(SubSelect(query)) if query.grouping else {*query.selected, *inputs}
        made = scopes.binds(query.group)
        self.as_terms |= scopes.as_terms(query.group) | {name for name in made if made.count(name) > 1}

    def row(self) -> Row:
        """Return a row without values, with the constants of all patterns compiled so far."""
        return [None] * len(self.slots) + self.constants

    def produce(self, query: Query, scope: Scope) -> tuple[Callable[[Row], list[tuple[Any, ...]]], Scope]:
        """Return the function to the solutions of a sub-select; a subclass compiles it."""
        raise NotImplementedError

    def group(self, group: Group, scope: Scope) -> Step:
        """Compile a group after the variables of ``scope``, to which those of the group are added."""
        filters = [test for each in group.elements if isinstance(each, Filter) for test in scopes.conjuncts(each.test)]
        rest = [each for each in group.elements if not isinstance(each, Filter)]
        patterns: list[Pattern] = []
        steps: list[Step] = []

        def add_filters() -> None:
            later = set().union(*map(scopes.variables, [*patterns, *rest])) - scope.bound
            for test in list(filters):
                if later.isdisjoint(scopes.variables_of(test)):
                    filters.remove(test)
                    steps.append(self.filter(test, scope))

        add_filters()
        while rest:
            while rest and isinstance(rest[0], Pattern):
                patterns.append(rest[0])
                del rest[0]
            while patterns:
                steps.append(self._best(patterns, filters, scope))
                add_filters()
            if rest:
                element = rest.pop(0)
                steps.append(self._element(element, scope))
                add_filters()
        return loops.chain(steps)

    def _element(self, element: Any, scope: Scope) -> Step:
        """Compile what is not a pattern or filter, and add its variables to the scope."""
        if isinstance(element, Bind):
            return self.bind(element, scope)
        if isinstance(element, SubSelect):
            return self._alone(element, scope)
        if isinstance(element, Optional):
            inner, (step,) = self._optional(element.group, scope)
            new = inner.known - scope.known
            scope.add((), new)
            return loops.optional(step, [self.slots[name] for name in new])
        scopes_of, steps = [], []
        for choice in element.choices:
            inner = scope.copy()
            is_open = scopes.is_open(choice, scope.known, scope.given)
            steps.append(self.group(choice, inner) if is_open else self._alone(choice, inner))
            scopes_of.append(inner)
        everywhere = set.intersection(*(inner.bound for inner in scopes_of))
        somewhere = set.union(*(inner.known for inner in scopes_of)) - everywhere
        unbound = [self.slots[name] for name in somewhere - scope.known]
        scope.add(everywhere, somewhere)
        return steps[0] if len(steps) == 1 else loops.union(steps, unbound)

    def _optional(self, group: Group, scope: Scope) -> tuple[Scope, tuple[Step]]:
        """Compile the group of OPTIONAL, whose filters also see the variables before it (SPARQL 18.2.2.6)."""
        inner = scope.copy()
        pattern = Group(tuple(each for each in group.elements if not isinstance(each, Filter)))
        if scopes.is_open(pattern, scope.known, scope.given):
            return inner, (self.group(group, inner),)
        tests = [each.test for each in group.elements if isinstance(each, Filter)]
        steps = [self._alone(pattern, inner), *(self.filter(test, inner) for test in tests)]
        return inner, (loops.chain(steps),)

    def _alone(self, part: Group | SubSelect, scope: Scope) -> Step:
        """Compile a group or sub-select that is evaluated on its own, and joined."""
        if isinstance(part, SubSelect):
            names = list(part.query.selected)
            produce, inner = self.produce(part.query, scope.alone())
        else:
            inner = scope.alone()
            start = self.group(part, inner)
            names = sorted(inner.known)
            produce = self.collected(start, [self.slots[name] for name in names])
        given = [self.slots[name] for name in scopes.variables(part) & scope.given & scope.known]

        def apart(row: Row) -> list[tuple[Any, ...]]:
            own = self.row()
            for place in given:
                own[place] = row[place]
            return produce(own)

        fixed = scope.bound & scope.given  # the same on both sides
        both = (scope.bound & inner.bound) - fixed
        places = [(n, self.slots[name], name) for n, name in enumerate(names) if name in inner.known - fixed]
        same = [(number, place) for number, place, name in places if name in both]
        others = [(n, place, name in scope.known) for n, place, name in places if name not in both]
        scope.add(inner.bound & {*names}, inner.maybe & {*names})
        return loops.joined(apart, given, same, others)

    def collected(self, start: Step, places: list[int]) -> Callable[[Row], list[tuple[Any, ...]]]:
        """Return the function from a row to the values at some places of all solutions."""
        found: list[tuple[Any, ...]] = []

        def last(row: Row) -> bool:
            found.append(tuple([row[place] for place in places]))
            return False

        run = start(last)

        def solutions(row: Row) -> list[tuple[Any, ...]]:
            run(row)
            answer = found.copy()
            found.clear()
            return answer

        return solutions

    def bind(self, bind: Bind, scope: Scope) -> Step:
        """Compile BIND, and add its variable to the scope."""
        if bind.variable in scope.known:
            raise Unsupported(f"BIND of ?{bind.variable}, which is already bound")
        with_terms = bind.variable in self.as_terms
        kind, value = self._within(scope, lambda: self.compile(bind.value))
        if with_terms and kind != "term":
            value = self._within(scope, lambda: self.term(bind.value))
        elif kind != "term":
            self.kinds[bind.variable] = kind
        names = scopes.variables_of(bind.value) & scope.known
        slot = self.slots[bind.variable]
        scope.add((), {bind.variable})
        if not names or scopes.has_exists(bind.value):
            return loops.assign(slot, value)
        return loops.bind(slot, value, [self.slots[name] for name in names])

    # Filters

    def _within(self, scope: Scope, compile_: Callable[[], Any]) -> Any:
        """Return what ``compile_`` returns for an expression at a place with some variables."""
        before = self.bound, self.maybe
        self.bound, self.maybe = frozenset(scope.bound), frozenset(scope.maybe)
        try:
            return compile_()
        finally:
            self.bound, self.maybe = before

    def filter(self, test: Expression, scope: Scope) -> Step:
        """Compile a filter."""
        function = self._within(scope, lambda: self.truth(test))
        if isinstance(test, Exists):  # never an error
            return lambda then: lambda row: then(row) if function(row) else False
        names = scopes.variables_of(test)
        if isinstance(test, Call) and names <= scope.bound and 0 < len(names) < 3 and scopes.computes(test):
            return loops.remembered(function, [self.slots[name] for name in names])
        return loops.filtered(function)

    def expression(self, expression: Expression, scope: Scope) -> Callable[[Row], Any]:
        """Return the function to the term that an expression has at a place with some variables."""
        return self._within(scope, lambda: self.term(expression))  # type: ignore[no-any-return]

    def call(self, name: str, arguments: tuple[Expression, ...]) -> Compiled:
        """Return kind and function of a call of an operator or a function; raises Unsupported for an unknown one."""
        return functions.compile_call(self, name, arguments)

    def exists(self, expression: Exists) -> Callable[[Row], bool]:
        """Return a function that is true if a group has a solution; the solution so far is substituted in it."""
        group = expression.group
        unsure = self.maybe & scopes.variables(group)
        if unsure & scopes.as_terms(group) and not scopes.is_open(group, {*unsure}, self.bound):
            raise Unsupported("EXISTS with a variable that may be unbound")
        if any(self.kinds.get(name, "term") != "term" for name in scopes.as_terms(group)):
            raise Unsupported("EXISTS with a computed value in a pattern")
        scope = Scope({*self.bound}, {*self.maybe}, self.bound | self.maybe)
        return self._within(scope, lambda: self.group(group, scope)(_found))  # type: ignore[no-any-return]

    # Triple patterns

    def _best(self, patterns: list[Pattern], filters: list[Expression], scope: Scope) -> Step:
        """Remove the cheapest pattern from the list, compile it, and add its variables to the scope."""
        best, bound = 0, scope.bound
        if len(patterns) > 1:
            costs = [self._cost(pattern, bound) for pattern in patterns]
            if min(costs) > MAX_FORWARD_FANOUT:
                costs = [self._cost(pattern, bound, back=True) for pattern in patterns]
            best = costs.index(min(costs))
        pattern = patterns.pop(best)
        names = scopes.variables(pattern)
        step = self._looked_up(pattern, names, filters, scope) or self._pattern(pattern, filters, scope)
        scope.add(names)
        return step

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

    def _pattern(self, pattern: Pattern, filters: list[Expression], scope: Scope) -> Step:
        """Compile a pattern; if variables in it may be unbound, for each case."""
        places = self._slot(pattern.subject), self._slot(pattern.value)
        unsure = sorted(scopes.variables(pattern) & scope.maybe)
        if not unsure:
            return self._triple(pattern, places, filters, scope.bound)
        choices = {
            has: self._triple(
                pattern, places, filters, scope.bound | {name for name, one in zip(unsure, has, strict=True) if one}
            )
            for has in product((False, True), repeat=len(unsure))
        }
        return loops.flexible(choices, [self.slots[name] for name in unsure])

    def _triple(
        self, pattern: Pattern, places: tuple[int, int], filters: list[Expression], bound: Collection[str]
    ) -> Step:
        subject, value = places
        has_subject, has_value = scopes.has(pattern.subject, bound), scopes.has(pattern.value, bound)
        if isinstance(pattern.predicate, Variable):
            name = pattern.predicate.name
            names = self._predicates(pattern.predicate, filters)
            has = has_subject, name in bound, has_value
            return loops.any_predicate(self.graph, names, (subject, self.slots[name], value), has)
        if has_subject:
            ahead = self._way(pattern.predicate)
            return loops.both(ahead, subject, value) if has_value else loops.along(ahead, subject, value)
        if has_value:
            return loops.along(self._way(pattern.predicate, back=True), value, subject)
        if not isinstance(pattern.predicate, str):
            return loops.everywhere(self.graph, walk(pattern.predicate, self.graph), subject, value)
        return loops.everything(self.graph.objects(pattern.predicate), subject, value)

    def _way(self, path: Path, *, back: bool = False) -> Callable[[str], Any]:
        """Return the function from a node to those at the other end of a path; it may return None for none."""
        if isinstance(path, str):
            return (self.graph.subjects if back else self.graph.objects)(path).get
        return walk(path, self.graph, back=back)

    def _predicates(self, variable: Variable, filters: list[Expression]) -> list[str]:
        """Return the predicates that a variable may have; a filter with IN limits them."""
        names = list(self.graph.predicates())
        for test in filters:
            if isinstance(test, Call) and test.name == "IN" and test.arguments[0] == variable:
                members = test.arguments[1:]
                if all(isinstance(each, str) for each in members):
                    names = [each for each in names if each in members]
        return names

    def _looked_up(self, pattern: Pattern, names: set[str], filters: list[Expression], scope: Scope) -> Step | None:
        """Compile a pattern without bound variables if a filter says that two texts are equal.

        A loop over all its triples for each solution would take time quadratic in the data. A table of the texts is
        made instead. The filter itself is kept.
        """
        if names & scope.known or len(names) < 2 or not isinstance(pattern.predicate, str):
            return None
        for test in filters:
            if not (isinstance(test, Call) and test.name == "="):
                continue
            for known, new in (test.arguments, test.arguments[::-1]):
                own = scopes.variables_of(new)
                if own and own <= names and scopes.variables_of(known) <= scope.bound:
                    step = self._table(pattern, known, new, scope)
                    if step is not None:
                        return step
        return None

    def _table(self, pattern: Pattern, known: Expression, new: Expression, scope: Scope) -> Step | None:
        after = scope.copy()
        after.add(scopes.variables(pattern))
        (kind, key), (other_kind, of_triple) = self._within(after, lambda: (self.compile(known), self.compile(new)))
        if not kind == other_kind == "text":
            return None
        subject, value = self._slot(pattern.subject), self._slot(pattern.value)
        index = self.graph.objects(str(pattern.predicate))
        return loops.looked_up(index, (subject, value, len(self.slots)), of_triple, key)
