"""Joins over relations of numbers: what a rule asks of data, as nested functions that are made once for each shape.

Values of variables are in a list with one slot for each variable. A join starts from new numbers of one premise and
looks the other premises up, those with most values known first.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from rdfkit.inference.facts import BITS, BLANK, IRI, LITERAL, MASK, OTHER, Relation, Terms
from rdfkit.sparql import nodes

Slots: TypeAlias = tuple[int, int | None]
"""The slots of subject and object of a premise; the object is None for a premise about members of a class."""

Values: TypeAlias = list[int]
Step: TypeAlias = Callable[[Values, Sequence[Relation], set[Any]], None]
Test: TypeAlias = Callable[[Values], bool]
Start: TypeAlias = Callable[[Values, Sequence[Relation], Sequence[int], set[Any]], None]


class Join:
    """The premises of a rule with its conditions, each with the slots that it reads, and what is run for a solution."""

    def __init__(self, premises: Sequence[Slots], tests: Sequence[tuple[frozenset[int], Test]], last: Step) -> None:
        """Take the parts of the rule."""
        self._premises, self._tests, self._last = premises, tests, last

    def start(self, first: int, known: frozenset[int]) -> Start:
        """Return the join that starts from new numbers of one premise; the slots ``known`` are filled before."""
        subject, value = self._premises[first]
        found = known | {slot for slot in (subject, value) if slot is not None}
        step = self._steps([at for at in range(len(self._premises)) if at != first], known, found)
        is_subject_known, is_value_known = subject in known, value in known

        def of_class(values: Values, relations: Sequence[Relation], new: Sequence[int], out: set[Any]) -> None:
            wanted = values[subject]
            for number in new:
                if not is_subject_known or number == wanted:
                    values[subject] = number
                    step(values, relations, out)

        if value is None:
            return of_class

        def of_property(values: Values, relations: Sequence[Relation], new: Sequence[int], out: set[Any]) -> None:
            wanted_subject, wanted_value = values[subject], values[value]
            for number in new:
                one, other = number >> BITS, number & MASK
                if (
                    (is_subject_known and one != wanted_subject)
                    or (is_value_known and other != wanted_value)
                    or (subject == value and one != other)
                ):
                    continue
                values[subject], values[value] = one, other
                step(values, relations, out)

        return of_property

    def _steps(self, left: list[int], before: frozenset[int], known: frozenset[int]) -> Step:
        """Return the steps for the premises ``left``, after conditions that can be judged since ``before``."""
        if left:
            at = min(left, key=lambda each: (_cost(self._premises[each], known), each))
            found = known | {slot for slot in self._premises[at] if slot is not None}
            following = self._steps([each for each in left if each != at], known, found)
            step = _step(at, self._premises[at], known, following)
        else:
            step = self._last
        for slots, test in reversed(self._tests):
            if slots <= known and not slots <= before:
                step = _tested(test, step)
        return step


def _tested(test: Test, step: Step) -> Step:
    def run(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        if test(values):
            step(values, relations, out)

    return run


def _cost(premise: Slots, known: frozenset[int]) -> int:
    """Return how many values a premise would give, and whether it is the slower lookup, as a number to compare."""
    subject, value = premise
    if value is None:
        return 0 if subject in known else 3
    return {(True, True): 0, (True, False): 1, (False, True): 2, (False, False): 4}[subject in known, value in known]


def _step(at: int, premise: Slots, known: frozenset[int], following: Step) -> Step:
    """Return the step that looks a premise up."""
    subject, value = premise
    if value is None:
        return _member(at, subject, following) if subject in known else _members(at, subject, following)
    ways = {
        (True, True): _triple,
        (True, False): _objects,
        (False, True): _subjects,
        (False, False): _triples,
    }
    return ways[subject in known, value in known](at, subject, value, following)


def _member(at: int, subject: int, following: Step) -> Step:
    def run(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        if values[subject] in relations[at].facts:
            following(values, relations, out)

    return run


def _members(at: int, subject: int, following: Step) -> Step:
    def run(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        for number in relations[at].log:
            values[subject] = number
            following(values, relations, out)

    return run


def _triple(at: int, subject: int, value: int, following: Step) -> Step:
    def run(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        if values[subject] << BITS | values[value] in relations[at].facts:
            following(values, relations, out)

    return run


def _objects(at: int, subject: int, value: int, following: Step) -> Step:
    def run(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        for number in relations[at].by_subject.get(values[subject], ()):
            values[value] = number
            following(values, relations, out)

    return run


def _subjects(at: int, subject: int, value: int, following: Step) -> Step:
    def run(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        for number in relations[at].by_object.get(values[value], ()):
            values[subject] = number
            following(values, relations, out)

    return run


def _triples(at: int, subject: int, value: int, following: Step) -> Step:
    def run(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        for number in relations[at].log:
            values[subject], values[value] = number >> BITS, number & MASK
            if subject != value or number >> BITS == number & MASK:
                following(values, relations, out)

    return run


_KINDS = {"ISIRI": IRI, "ISURI": IRI, "ISLITERAL": LITERAL, "ISBLANK": BLANK}


def test_of(expression: nodes.Expression, slots: dict[Any, int]) -> Test | None:
    """Return a condition on numbers, or None if it is about more than kinds and identity of terms."""
    if not isinstance(expression, nodes.Call) or expression.kind not in {"operator", "function"}:
        return None
    if expression.name in {"&&", "||", "!"}:
        return _combined(expression, slots)
    places = [slots[part.name] for part in expression.arguments if isinstance(part, nodes.Variable)]
    if len(places) < len(expression.arguments):
        return None
    if expression.name == "SAMETERM":
        one, other = places
        return lambda values: values[one] == values[other]
    if expression.name in _KINDS:
        kind, (place,) = _KINDS[expression.name], places
        return lambda values: values[place] & OTHER == kind
    return None


def _combined(expression: nodes.Call, slots: dict[Any, int]) -> Test | None:
    inner = [test_of(part, slots) for part in expression.arguments]
    tests = [test for test in inner if test is not None]
    if len(tests) < len(inner):
        return None
    if expression.name == "!":
        (negated,) = tests
        return lambda values: not negated(values)
    if expression.name == "&&":
        return lambda values: all(test(values) for test in tests)
    return lambda values: any(test(values) for test in tests)


def those_that_pass(
    solutions: set[tuple[int, ...]], names: Sequence[str], tests: Sequence[str], prologue: str, terms: Terms
) -> set[tuple[int, ...]]:
    """Return the solutions for which all of the ``tests``, given as SPARQL, are true.

    A solution starts with the values of ``names``. The engine judges all of them by one query.
    """
    row, held = "urn:x-rdfkit:row:", "urn:x-rdfkit:value:"
    numbered = dict(enumerate(solutions))
    store = Store()
    store.bulk_extend(
        Quad(NamedNode(f"{row}{at}"), NamedNode(held + name), terms.term(number))
        for at, solution in numbered.items()
        for name, number in zip(names, solution, strict=False)
    )
    patterns = " ".join(f"?row <{held}{name}> ?{name} ." for name in names)
    answer = store.query(f"{prologue}SELECT ?row {{ {patterns} FILTER({' && '.join(f'({test})' for test in tests)}) }}")
    assert isinstance(answer, QuerySolutions)  # noqa: S101 - a SELECT
    return {numbered[int(found["row"].value.removeprefix(row))] for found in answer}
