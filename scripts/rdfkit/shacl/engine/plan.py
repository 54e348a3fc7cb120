"""The solutions of a whole query for focus nodes: selection, grouping and aggregates (SPARQL 1.1, sections 11 and 18).

Solutions that differ only in variables that are not selected are given once: SHACL reports each result once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any

from rdfkit.shacl.engine import literals, loops, operators, values
from rdfkit.shacl.engine.algebra import Aggregate, Group, Grouping, Pattern, Query, Union, Variable
from rdfkit.shacl.engine.expressions import Function, Row
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.engine.groups import Planner, Scope
from rdfkit.shacl.engine.literals import NoValue
from rdfkit.shacl.engine.shapes import Unsupported

Solutions = Callable[[Row], list[tuple[Any, ...]]]


def compiled(
    query: Query, graph: Graph, inputs: tuple[str, ...] = ("this",)
) -> Callable[[Collection[Any]], Iterable[tuple[Any, ...]]]:
    """Return a function from the values of pre-bound variables to the solutions, each once.

    With one input, the values are terms: the focus nodes, each bound to ``$this``. With several they are tuples. A
    solution is the values of the inputs and then the terms of the selected variables (None for an unbound one); of an
    ASK query, the values of the inputs for which it is true. Raises Unsupported if the query cannot be compiled.
    """
    return _Compiler(query, graph, inputs).query(query, inputs)


class _Compiler(Planner):
    """Compiles one query against one graph."""

    def query(self, query: Query, inputs: tuple[str, ...]) -> Callable[[Collection[Any]], Iterable[tuple[Any, ...]]]:
        """Compile the whole query."""
        places = [self.slots[name] for name in inputs]
        scope = Scope({*inputs}, set(), frozenset(inputs))
        if query.grouping is not None:
            produce, _ = self.produce(query, scope)
            return self._by_groups(produce, places)
        found: list[tuple[Any, ...]] = []
        only_once = {*query.selected} <= {*inputs}
        start = self.group(query.group, scope)
        slots = [*places, *self._places(query.selected, scope)]

        def last(row: Row) -> bool:
            found.append(tuple([None if slot is None else row[slot] for slot in slots]))
            return only_once

        if None not in slots:
            whole: list[Any] = slots

            def last(row: Row) -> bool:
                found.append(tuple([row[slot] for slot in whole]))
                return only_once

        run = start(last)
        template = self.row()
        this = places[0]

        def solutions(given: Collection[Any]) -> Iterable[tuple[Any, ...]]:
            # One row for all focus nodes: each step binds its variables before a later step reads them.
            row = template.copy()
            if len(places) == 1:
                for row[this] in self._candidates(query.group, inputs[0], given):
                    run(row)
            else:
                for each in given:
                    for place, value in zip(places, each, strict=True):
                        row[place] = value
                    run(row)
            answer = dict.fromkeys(found)
            found.clear()
            return answer

        return solutions

    def _by_groups(
        self, produce: Solutions, places: list[int]
    ) -> Callable[[Collection[Any]], Iterable[tuple[Any, ...]]]:
        def solutions(given: Collection[Any]) -> Iterable[tuple[Any, ...]]:
            answer: dict[tuple[Any, ...], None] = {}
            for each in given:
                known = each if len(places) > 1 else (each,)
                row = self.row()
                for place, value in zip(places, known, strict=True):
                    row[place] = value
                answer.update(dict.fromkeys((*known, *solution) for solution in produce(row)))
            return answer

        return solutions

    def _places(self, names: Iterable[str], scope: Scope) -> list[int | None]:
        """Return the places of some variables; None for one that is not in scope, and so unbound."""
        return [self.slots[name] if name in scope.known else None for name in names]

    def _candidates(self, group: Group, this: str, nodes: Collection[str]) -> Iterable[str]:
        """Return the nodes that may have a solution: those with the rarest property that the query asks for."""
        fewest: Collection[str] = nodes
        for each in group.elements:
            if isinstance(each, Union) and len(each.choices) == 1:
                return self._candidates(each.choices[0], this, nodes)
            if isinstance(each, Pattern) and each.subject == Variable(this) and isinstance(each.predicate, str):
                having: Collection[str] = self.graph.objects(each.predicate)
                if len(having) >= len(fewest) and isinstance(each.value, str):
                    having = self.graph.subjects(each.predicate).get(each.value, ())
                if len(having) < len(fewest):
                    fewest = having
        if fewest is nodes or not isinstance(nodes, set):
            return nodes
        return [node for node in fewest if node in nodes]

    # Sub-selects, and queries with groups

    def produce(self, query: Query, scope: Scope) -> tuple[Solutions, Scope]:
        """Return the function to the solutions of a query, and the scope after it."""
        start = self.group(query.group, scope)
        if query.grouping is not None:
            solutions, scope = self._grouped(query.grouping, query.selected, start, scope)
        else:
            every = self.collected(start, [self.slots[name] for name in query.selected])
            hidden = [number for number, name in enumerate(query.selected) if name not in scope.known]
            solutions = every if not hidden else lambda row: [_without(hidden, one) for one in every(row)]
        if query.distinct:
            return lambda row: list(dict.fromkeys(solutions(row))), scope
        return solutions, scope

    def _grouped(
        self, grouping: Grouping, selected: tuple[str, ...], start: loops.Step, scope: Scope
    ) -> tuple[Solutions, Scope]:
        size = len(self.slots)
        rows = self.collected(start, list(range(size)))
        keys = [self.slots[name] if name in scope.known else None for name in grouping.keys]
        aggregates = [(self.slots[name], self._aggregate(one, scope)) for name, one in grouping.aggregates]
        after = Scope(scope.bound & ({*grouping.keys} | scope.given), set(), scope.given)
        after.add((), {*grouping.keys} & scope.known)
        after.add((), {name for name, _ in grouping.aggregates})
        steps = [self.filter(test, after) for test in grouping.having]
        steps += [self.bind(bind, after) for bind in grouping.computed]
        places = self._places(selected, after)
        finished = self.collected(loops.chain(steps), list(range(size)))

        def solutions(row: Row) -> list[tuple[Any, ...]]:
            groups: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {} if keys else {(): []}
            for solution in rows(row.copy()):
                key = tuple([None if place is None else solution[place] for place in keys])
                groups.setdefault(key, []).append(solution)
            answer = []
            for key, members in groups.items():
                new = row.copy()
                for place, value in zip(keys, key, strict=True):
                    if place is not None:
                        new[place] = value
                for place, aggregate in aggregates:
                    new[place] = aggregate(members)
                answer += [
                    tuple([None if place is None else done[place] for place in places]) for done in finished(new)
                ]
            return answer

        return solutions, after

    def _aggregate(self, aggregate: Aggregate, scope: Scope) -> Callable[[list[Any]], str | None]:
        """Return the function from the solutions of a group to a term; None is an error."""
        if aggregate.value is None:
            if aggregate.distinct:
                raise Unsupported("COUNT(DISTINCT *) in a query")
            return lambda rows: literals.of_number(len(rows))
        term = self.expression(aggregate.value, scope)
        combine, distinct = _AGGREGATES[aggregate.name], aggregate.distinct

        def function(rows: list[Any]) -> str | None:
            terms, errors = _terms(term, rows)
            if errors and combine is not _count:
                return None
            try:
                return combine(list(dict.fromkeys(terms)) if distinct else terms)
            except NoValue:
                return None

        return function


def _without(hidden: list[int], solution: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple([None if number in hidden else value for number, value in enumerate(solution)])


def _terms(term: Function, rows: list[Any]) -> tuple[list[str], int]:
    found, errors = [], 0
    for row in rows:
        try:
            found.append(term(row))
        except NoValue:
            errors += 1
    return found, errors


def _count(terms: list[str]) -> str:
    return literals.of_number(len(terms))


def _total(terms: list[str]) -> Any:
    total: Any = 0
    for term in terms:
        total = operators.calculated("+", total, values.number(term))
    return total


def _sum(terms: list[str]) -> str:
    return literals.of_number(_total(terms))


def _average(terms: list[str]) -> str:
    return literals.of_number(operators.calculated("/", _total(terms), len(terms)) if terms else 0)


def _extreme(operator: str) -> Callable[[list[str]], str]:
    """Return MIN or MAX by the order of ORDER BY (15.1): blank nodes, IRIs, literals.

    Literals that cannot be compared have no order; they are ordered by their text, so that there is one answer.
    """

    def is_better(term: str, best: str) -> bool:
        one, other = _RANKS[term[0]], _RANKS[best[0]]
        if one == other == _RANKS['"']:
            with suppress(NoValue):
                return values.compared(operator, term, best)
        return (one, term) < (other, best) if operator == "<" else (one, term) > (other, best)

    def extreme(terms: list[str]) -> str:
        if not terms:
            raise NoValue
        best = terms[0]
        for term in terms[1:]:
            best = term if is_better(term, best) else best
        return best

    return extreme


_RANKS = {"_": 0, "<": 1, '"': 2}
_AGGREGATES: Mapping[str, Callable[[list[str]], str]] = {
    "COUNT": _count,
    "SUM": _sum,
    "AVG": _average,
    "MIN": _extreme("<"),
    "MAX": _extreme(">"),
}
