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


def compiled(
    premises: Sequence[Slots],
    known: frozenset[int],
    first: int,
    tests: Sequence[tuple[frozenset[int], Test]],
    last: Step,
) -> Start:
    """Return the join that starts from new numbers of the premise ``first``.

    ``known`` are the slots that are filled before, ``tests`` conditions with the slots that they read. ``last`` is run
    for each solution.
    """
    subject, value = premises[first]
    found = known | {slot for slot in (subject, value) if slot is not None}
    step = _steps(premises, [at for at in range(len(premises)) if at != first], known, found, tests, last)
    is_subject_known, is_value_known = subject in known, value in known

    def of_class(values: Values, relations: Sequence[Relation], new: Sequence[int], out: set[Any]) -> None:
        for number in new:
            if is_subject_known and values[subject] != number:
                continue
            values[subject] = number
            step(values, relations, out)

    def of_property(values: Values, relations: Sequence[Relation], new: Sequence[int], out: set[Any]) -> None:
        assert value is not None  # noqa: S101 - see below
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

    return of_class if value is None else of_property


def _steps(
    premises: Sequence[Slots],
    left: list[int],
    before: frozenset[int],
    known: frozenset[int],
    tests: Sequence[tuple[frozenset[int], Test]],
    last: Step,
) -> Step:
    """Return the steps for the premises ``left``, after conditions that can be judged since ``before``."""
    if left:
        at = min(left, key=lambda each: (_cost(premises[each], known), each))
        found = known | {slot for slot in premises[at] if slot is not None}
        following = _steps(premises, [each for each in left if each != at], known, found, tests, last)
        step = _step(at, premises[at], known, following)
    else:
        step = last
    for slots, test in reversed(tests):
        if slots <= known and not slots <= before:
            step = _tested(test, step)
    return step


def _tested(test: Test, step: Step) -> Step:
    def run(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        if test(values):
            step(values, relations, out)

    return run


def _cost(premise: Slots, known: frozenset[int]) -> int:
    """Return how many slots a premise would fill, then whether it is the slower lookup."""
    subject, value = premise
    if value is None:
        return 0 if subject in known else 3
    return {(True, True): 0, (True, False): 1, (False, True): 2, (False, False): 4}[subject in known, value in known]


def _step(at: int, premise: Slots, known: frozenset[int], following: Step) -> Step:
    subject, value = premise
    is_subject_known = subject in known

    def member(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        if values[subject] in relations[at].facts:
            following(values, relations, out)

    def members(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        for values[subject] in relations[at].log:
            following(values, relations, out)

    if value is None:
        return member if is_subject_known else members

    def triple(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        if values[subject] << BITS | values[value] in relations[at].facts:
            following(values, relations, out)

    def objects(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        for values[value] in relations[at].by_subject.get(values[subject], ()):
            following(values, relations, out)

    def subjects(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        for values[subject] in relations[at].by_object.get(values[value], ()):
            following(values, relations, out)

    def triples(values: Values, relations: Sequence[Relation], out: set[Any]) -> None:
        for number in relations[at].log:
            values[subject], values[value] = number >> BITS, number & MASK
            if subject != value or number >> BITS == number & MASK:
                following(values, relations, out)

    if is_subject_known:
        return triple if value in known else objects
    return subjects if value in known else triples


def test_of(expression: nodes.Expression, slots: dict[Any, int]) -> Test | None:
    """Return a condition on numbers, or None if it is about more than kinds and identity of terms."""
    if not isinstance(expression, nodes.Call) or expression.kind not in {"operator", "function"}:
        return None
    if expression.name in {"&&", "||", "!"}:
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
    if not all(isinstance(part, nodes.Variable) for part in expression.arguments):
        return None
    places = [slots[part.name] for part in expression.arguments if isinstance(part, nodes.Variable)]
    if expression.name == "SAMETERM":
        one, other = places
        return lambda values: values[one] == values[other]
    kinds = {"ISIRI": IRI, "ISURI": IRI, "ISLITERAL": LITERAL, "ISBLANK": BLANK}
    if expression.name not in kinds:
        return None
    kind, (place,) = kinds[expression.name], places
    return lambda values: values[place] & OTHER == kind


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
