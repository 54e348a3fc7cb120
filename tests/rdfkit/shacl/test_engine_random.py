"""The fast engine has the same results as pySHACL on random graphs, and is right where they differ."""

from collections import Counter
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.shacl import ValidationInput, validate
from rdfkit.shacl.engine import engine as fast
from rdfkit.shacl.engine.shapes import COMPONENTS
from tests.support.validators import EX, NODES, PREFIXES, Compared, by_both, quads_of, typed

pytestmark = [pytest.mark.filterwarnings("ignore::UserWarning"), pytest.mark.prove]

NUMBERS = [
    typed("1", "integer"),
    typed("01", "integer"),
    typed("2", "integer"),
    typed("-3", "integer"),
    typed("2.0", "decimal"),
    typed("1.0E0", "double"),
    typed("2.5", "decimal"),
    typed("1.0E0", "double"),
]
DAYS = [typed("2024-02-29", "date"), typed("2024-03-01", "date"), typed("2024-01-01", "date")]
PLAIN = [
    *NUMBERS,
    *DAYS,
    *(Literal(text) for text in ("text", "Text", "", 'a "b"\n')),
    Literal("text", language="en"),
    Literal("x", language="en-gb"),
    typed("true", "boolean"),
]
ODD = [
    typed("x", "integer"),
    typed("1.5", "integer"),
    typed("+5", "integer"),
    typed("1", "boolean"),
    typed("yes", "boolean"),
    typed("2023-02-29", "date"),
    typed("2024-03-01Z", "date"),
    typed("2024", "gYear"),
    typed("2024-02-29T00:00:00", "dateTime"),
    Literal("v", datatype=NamedNode(EX + "own")),
]
KINDS = [*(NamedNode(EX + name) for name in "ABCDE"), NamedNode(PROJECT.expand("rdfs:Resource"))]
NOT_IN_JENA = [
    *(typed(text, "integer") for text in ("01", "+5")),
    typed("2.0", "decimal"),
    typed("1.0E0", "double"),
    typed("1", "boolean"),
    typed("2024-02-29T00:00:00", "dateTime"),
]
"""Literals that Jena's graphs take for others, as they compare values, or that TopQuadrant writes in another way."""


def graphs(*, odd: bool) -> st.SearchStrategy[set[Triple]]:
    """Return a strategy for small graphs; with ``odd``, some literals are ill-typed or rare."""
    node = st.sampled_from([*NODES, BlankNode("x"), BlankNode("y")])
    value = st.one_of(node, st.sampled_from([*PLAIN, *ODD] if odd else PLAIN))
    kind = st.sampled_from(KINDS)

    def of(*names: str) -> st.SearchStrategy[NamedNode]:
        return st.sampled_from([NamedNode(EX + name) for name in names])

    triple = st.one_of(
        st.builds(Triple, node, of("p", "p", "q", "name"), value),
        st.builds(Triple, node, of("p", "p", "q", "name"), value),
        st.builds(Triple, node, of("from", "to"), st.sampled_from(NUMBERS)),
        st.builds(Triple, node, of("on"), st.sampled_from(DAYS)),
        st.builds(Triple, node, st.just(NamedNode(PROJECT.expand("rdf:type"))), kind),
        st.builds(Triple, kind, st.just(NamedNode(PROJECT.expand("rdfs:subClassOf"))), kind),
    )
    return st.sets(triple, min_size=1, max_size=14)


# A failing example is small already, and each step of shrinking would run pySHACL.
PHASES = (Phase.explicit, Phase.generate)
QUICK = settings(max_examples=15, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=500, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))


@cache
def shapes_of(name: str) -> ValidationInput:
    """Return shapes without data: pySHACL parses their queries once for all graphs that are added."""
    return ValidationInput(PROJECT, [], quads_of(name))


def without_paths(found: Compared) -> Compared:
    """Return results with all paths that are blank nodes as one: each engine has names of its own for them."""
    rest: Compared = Counter()
    for entry, count in found.items():
        rest[("a path", *entry[2:]) if entry[1].startswith("_:") else entry] += count
    return rest


def check_core(data: set[Triple]) -> None:
    fast_results, pyshacl = by_both(shapes_of("shapes.ttl"), data)
    assert without_paths(fast_results) == without_paths(pyshacl)


def check_queries(data: set[Triple]) -> None:
    fast_results, pyshacl = by_both(shapes_of("queries.ttl"), data)
    assert fast_results == pyshacl


@given(graphs(odd=True))
@QUICK
def test_core_constraints(data: set[Triple]) -> None:
    check_core(data)


@given(graphs(odd=False))
@QUICK
def test_sparql_constraints(data: set[Triple]) -> None:
    check_queries(data)


@pytest.mark.prove
@given(graphs(odd=True))
@LONG
def test_core_constraints_in_many_graphs(data: set[Triple]) -> None:
    check_core(data)


@pytest.mark.prove
@given(graphs(odd=False))
@LONG
def test_sparql_constraints_in_many_graphs(data: set[Triple]) -> None:
    check_queries(data)


@pytest.mark.xdist_group("jvm")
@given(graphs(odd=True))
@settings(QUICK, max_examples=100)
def test_core_constraints_as_in_topquadrant(data: set[Triple]) -> None:
    """Issue 10: an error that the fast engine has in common with pySHACL, such as an exception of sh:closed."""
    from tests.support.engines import jena

    data = {triple for triple in data if triple.object not in NOT_IN_JENA}
    shapes = shapes_of("shapes.ttl")
    results = validate(shapes, data, engine="fast")[0]
    assert Counter(map(parts, results)) == Counter(map(parts, jena.shacl(data, shapes.shape_quads)))


def parts(result: Any) -> tuple[str, ...]:
    """Return focus node, value, component and shape, with all blank nodes as one: Jena has labels of its own."""
    terms = ("_" if isinstance(term, BlankNode) else str(term) for term in (result.focus, result.value, result.shape))
    return result.component, *terms


def test_the_shapes_of_these_tests_use_every_component() -> None:
    found: set[str] = set()
    for name in ("shapes.ttl", "queries.ttl"):
        waiting = list(fast.prepare(PROJECT, quads_of(name)).shapes.roots)
        while waiting:
            shape = waiting.pop()
            found |= {constraint.parameter for constraint in shape.constraints}
            waiting += [part for constraint in shape.constraints for part in constraint.shapes]
    assert COMPONENTS.keys() - found == set()


# Where pySHACL is wrong by the specification

NOT_COMPARABLE = [
    (
        "sh:maxInclusive 2.5",
        typed("true", "boolean"),
        "a boolean is not a number (SPARQL 17.3), but Python's True is 1",
    ),
    ("sh:maxExclusive 2", typed("yes", "boolean"), "an ill-typed literal cannot be compared"),
    ("sh:maxInclusive 2.5", Literal("v", datatype=NamedNode(EX + "own")), "rdflib sorts other datatypes after numbers"),
    ("sh:maxInclusive 2", typed("2024-03-01", "date"), "a date is not a number, but rdflib sorts by datatype"),
    ('sh:maxInclusive "2024-02-29"^^xsd:date', typed("true", "boolean"), "a boolean is not a date"),
]
"""A range, a value that cannot be compared with it and so violates it (SHACL 4.3), and why plain pySHACL is silent."""


@pytest.mark.parametrize(("constraint", "value", "why"), NOT_COMPARABLE)
@pytest.mark.xdist_group("jvm")
def test_a_value_that_cannot_be_compared(constraint: str, value: Literal, why: str) -> None:
    """Both engines report it, and so does TopQuadrant's."""
    from tests.support.engines import jena

    assert why
    text = f"ex:s a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property ex:v . ex:v sh:path ex:p ; {constraint} ."
    shapes = list(parse(PREFIXES + text, format=RdfFormat.TURTLE))
    data = {Triple(NODES[0], NamedNode(EX + "p"), value)}
    fast_results, pyshacl = by_both(ValidationInput(PROJECT, [], shapes), data)
    assert (len(fast_results), len(pyshacl)) == (1, 1)
    assert len(jena.shacl(data, shapes)) == 1


DISPUTED_FILTERS = [
    ("FILTER(?value > 1)", Literal("first"), "a string is not a number (SPARQL 17.3), but rdflib sorts by datatype"),
    ("FILTER(?value)", typed("2024-01-01", "date"), "a date has no boolean value (SPARQL 17.2.2)"),
]
"""A filter that is an error by the specification, and so gives no result, and why pySHACL has one."""


@pytest.mark.parametrize(("test", "value", "why"), DISPUTED_FILTERS)
@pytest.mark.xdist_group("jvm")
def test_a_filter_that_is_an_error(test: str, value: Any, why: str) -> None:
    """TopQuadrant's engine has no result either."""
    from tests.support.engines import jena

    assert why
    query = f"SELECT $this ?value WHERE {{ $this <{EX}p> ?value . {test} }}"
    text = f'ex:s a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:sparql ex:q . ex:q sh:select """{query}""" .'
    shapes = list(parse(PREFIXES + text, format=RdfFormat.TURTLE))
    data = {Triple(NODES[0], NamedNode(EX + "p"), value)}
    fast_results, pyshacl = by_both(ValidationInput(PROJECT, [], shapes), data)
    assert (len(fast_results), len(pyshacl)) == (0, 1)
    assert jena.shacl(data, shapes) == []


def test_pyshacl_fails_on_a_value_with_one_sentence() -> None:
    text = "ex:s a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:sparql ex:q . ex:q sh:select "
    text += f"'SELECT $this WHERE {{ $this <{EX}p> ?value . FILTER(?value - 1 = 0) }}' ."
    given_shapes = ValidationInput(PROJECT, [], list(parse(PREFIXES + text, format=RdfFormat.TURTLE)))
    data = {Triple(NODES[0], NamedNode(EX + "p"), typed("x", "integer"))}
    with pytest.raises(UserError, match="pySHACL fails on a value"):
        validate(given_shapes, data, engine="pyshacl")
    assert validate(given_shapes, data)[0] == []
