"""The nested loops of a compiled query: each binds variables in a row, one solution at a time, and calls the next.

A step gets the function that comes after it and returns a function of a row, which returns true when no further
solution is needed. Variables and constants are places in the row.
"""

# Loops that bind and may stop early are written out: `any` over a generator takes twice the time.
# ruff: noqa: SIM110, B020

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from operator import itemgetter
from typing import Any, TypeAlias

from rdfkit.shacl.engine.expressions import Function, Row
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.engine.literals import NoValue

Next: TypeAlias = Callable[[Row], bool]
"""The function after a step: true when no further solution is needed."""

Step: TypeAlias = Callable[[Next], Next]
"""A part of a query: a function of what comes after it."""


def chain(steps: list[Step]) -> Step:
    """Return several steps as one."""

    def step(then: Next) -> Next:
        for each in reversed(steps):
            then = each(then)
        return then

    return step


# Triple patterns


def both(ahead: Callable[[str], Any], subject: int, value: int) -> Step:
    """Return a pattern whose subject and object have values: a path connects them, or not."""
    return lambda then: lambda row: row[value] in (ahead(row[subject]) or ()) and then(row)


def along(step: Callable[[str], Any], known: int, new: int) -> Step:
    """Return a pattern of which one end has a value; ``step`` leads from it to the other."""

    def compiled(then: Next) -> Next:
        def run(row: Row) -> bool:
            for row[new] in step(row[known]) or ():
                if then(row):
                    return True
            return False

        return run

    return compiled


def everything(index: Mapping[str, list[str]], subject: int, value: int) -> Step:
    """Return a pattern of which neither end has a value: all triples of its property."""

    def step(then: Next) -> Next:
        def run(row: Row) -> bool:
            for node, values in index.items():
                row[subject] = node
                for row[value] in values:
                    # If both ends are the same variable, the second binding overwrites the first.
                    if row[subject] == node and then(row):
                        return True
            return False

        return run

    return step


def any_predicate(  # noqa: C901 - a loop for each of three cases, written out as those above
    graph: Graph, names: Iterable[str], places: tuple[int, int, int], bound: tuple[bool, ...]
) -> Step:
    """Return a pattern with a variable as its predicate.

    ``places`` are those of subject, predicate and object, of which some may be the same; ``bound`` says which of them
    have values. ``names`` are the predicates to try.
    """
    subject, name, value = places
    has_name = bound[1]
    has_subject, has_value = bound[0] or subject == name, bound[2] or value == name

    def step(then: Next) -> Next:  # noqa: C901
        def run(row: Row) -> bool:  # noqa: C901
            for row[name] in [row[name]] if has_name else names:
                if has_subject:
                    found = graph.objects(row[name]).get(row[subject], ())
                    for row[value] in found if not has_value else [row[value]] if row[value] in found else ():
                        if then(row):
                            return True
                elif has_value:
                    for row[subject] in graph.subjects(row[name]).get(row[value], ()):
                        if then(row):
                            return True
                else:
                    for node, values in graph.objects(row[name]).items():
                        row[subject] = node
                        for row[value] in values:
                            if row[subject] == node and then(row):
                                return True
            return False

        return run

    return step


def everywhere(graph: Graph, ahead: Callable[[str], Any], subject: int, value: int) -> Step:
    """Return a pattern with a path, of which neither end has a value: from each node of the graph."""

    @cache
    def nodes() -> set[str]:
        return graph.nodes()

    def step(then: Next) -> Next:
        def run(row: Row) -> bool:
            for node in nodes():
                row[subject] = node
                for row[value] in ahead(node):
                    if row[subject] == node and then(row):
                        return True
                    row[subject] = node
            return False

        return run

    return step


def flexible(choices: dict[tuple[bool, ...], Step], places: list[int]) -> Step:
    """Return a pattern with variables that may be unbound: by which of them have a value, how to evaluate it."""

    def step(then: Next) -> Next:
        runs = {has: choice(then) for has, choice in choices.items()}

        def run(row: Row) -> bool:
            has = tuple([row[place] is not None for place in places])
            ended = runs[has](row)
            for place, had in zip(places, has, strict=True):
                if not had:
                    row[place] = None
            return ended

        return run

    return step


def looked_up(index: Mapping[str, list[str]], places: tuple[int, int, int], of_triple: Function, key: Function) -> Step:
    """Return a pattern whose ends have no values, but a text computed from its triples must equal a known text.

    ``places`` are those of subject and object, and the length of the row.
    """
    subject, value, size = places

    @cache
    def table() -> dict[str, list[tuple[str, str]]]:
        rows: dict[str, list[tuple[str, str]]] = {}
        row: Row = [None] * size
        for node, values in index.items():
            for row[value] in values:
                row[subject] = node
                with suppress(NoValue):
                    rows.setdefault(of_triple(row), []).append((node, row[value]))
        return rows

    def step(then: Next) -> Next:
        def run(row: Row) -> bool:
            try:
                text = key(row)
            except NoValue:
                return False
            for row[subject], row[value] in table().get(text, ()):
                if then(row):
                    return True
            return False

        return run

    return step


# Filters and the rest


def filtered(function: Function) -> Step:
    """Return a filter; an error counts as false."""

    def step(then: Next) -> Next:
        def run(row: Row) -> bool:
            try:
                if not function(row):
                    return False
            except NoValue:
                return False
            return then(row)

        return run

    return step


def remembered(function: Function, places: list[int]) -> Step:
    """Return a filter that is computed once for equal values: dates, types and names are repeated."""
    answers: dict[Any, bool] = {}
    key = itemgetter(*places)

    def step(then: Next) -> Next:
        def run(row: Row) -> bool:
            values = key(row)
            answer = answers.get(values)
            if answer is None:
                try:
                    answer = bool(function(row))
                except NoValue:
                    answer = False
                answers[values] = answer
            return answer and then(row)

        return run

    return step


def bind(place: int, value: Function, places: list[int]) -> Step:
    """Return a BIND of a function of the values at some places; an error leaves the variable unbound."""
    made: dict[Any, Any] = {}
    key = itemgetter(*places)

    def step(then: Next) -> Next:
        def run(row: Row) -> bool:
            values = key(row)
            try:
                row[place] = made[values]
            except KeyError:
                try:
                    row[place] = value(row)
                except NoValue:
                    row[place] = None
                made[values] = row[place]
            return then(row)

        return run

    return step


def assign(place: int, value: Function) -> Step:
    """Return a BIND of an expression that is computed each time; an error leaves the variable unbound."""

    def step(then: Next) -> Next:
        def run(row: Row) -> bool:
            try:
                row[place] = value(row)
            except NoValue:
                row[place] = None
            return then(row)

        return run

    return step


def joined(  # noqa: C901 - one loop
    produce: Callable[[Row], list[tuple[Any, ...]]],
    keys: list[int],
    same: list[tuple[int, int]],
    others: list[tuple[int, int, bool]],
) -> Step:
    """Return the join with the solutions of a group that is evaluated on its own.

    ``produce`` returns them for the values at the places ``keys``. ``same`` are variables that have a value on both
    sides, as the number in a solution and the place in the row; ``others`` are the rest, each with whether the row may
    have a value.
    """
    last: list[Any] = [None, None]

    def table(row: Row) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
        key = tuple([row[place] for place in keys])
        if last[0] != key:
            found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
            for solution in produce(row):
                found.setdefault(tuple([solution[number] for number, _ in same]), []).append(solution)
            last[:] = [key, found]
        return last[1]  # type: ignore[no-any-return]

    def step(then: Next) -> Next:
        def run(row: Row) -> bool:
            for solution in table(row).get(tuple([row[place] for _, place in same]), ()):
                new, fits = [], True
                for number, place, known in others:
                    value = solution[number]
                    if not known:
                        row[place] = value
                    elif row[place] is None:
                        row[place] = value
                        new.append(place)
                    elif value is not None and value != row[place]:
                        fits = False
                        break
                ended = fits and then(row)
                for place in new:
                    row[place] = None
                if ended:
                    return True
            return False

        return run

    return step


def optional(inner: Step, new: list[int]) -> Step:
    """Return an OPTIONAL, whose variables are unbound if ``inner`` has no solution."""

    def step(then: Next) -> Next:
        matched = False

        def found(row: Row) -> bool:
            nonlocal matched
            matched = True
            return then(row)

        start = inner(found)

        def run(row: Row) -> bool:
            nonlocal matched
            matched = False
            if start(row):
                return True
            if matched:
                return False
            for place in new:
                row[place] = None
            return then(row)

        return run

    return step


def union(choices: list[Step], unbound: list[int]) -> Step:
    """Return a UNION; ``unbound`` are the variables that some of its alternatives do not bind."""

    def step(then: Next) -> Next:
        starts = [choice(then) for choice in choices]

        def run(row: Row) -> bool:
            for start in starts:
                for place in unbound:
                    row[place] = None
                if start(row):
                    return True
            return False

        return run

    return step
