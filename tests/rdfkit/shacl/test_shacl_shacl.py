"""The check of shapes finds whatever SHACL's own shapes for shapes (SHACL-SHACL) find."""

from collections.abc import Iterator
from importlib.resources import files
from itertools import islice

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from imaging_trials.model.project import PROJECT
from rdfkit.shacl import ValidationInput, validate
from rdfkit.shacl.checking import check
from rdfkit.shacl.checking.problems import SH, Names
from rdfkit.shacl.engine.graph import Graph
from tests.support.validators import EX, quads_of

pytestmark = pytest.mark.prove

VALUES: list[NamedNode | BlankNode | Literal] = [
    NamedNode(EX + "other"),
    BlankNode("empty"),
    Literal("text"),
    Literal("text", language="en"),
    Literal(1),
    Literal(value=True),
    NamedNode(PROJECT.expand("rdf:nil")),
    NamedNode(SH + "IRI"),
]


def test_what_shacl_shacl_finds_is_found() -> None:
    """In valid shapes, each value of a property of SHACL is replaced by others, or removed, or added to."""
    own = list(parse(files("pyshacl").joinpath("assets", "shacl-shacl.ttl").read_bytes(), format=RdfFormat.TURTLE))
    shapes = ValidationInput(PROJECT, [], own, trusted=True)
    missed, both, more = [], 0, 0
    for mutant, edit in islice(mutants(quads_of("shapes.ttl")), 0, None, 4):  # every fourth: all take a minute
        theirs = bool(validate(shapes, [quad.triple for quad in mutant], engine="fast")[0])
        ours = bool(check.problems(Names(PROJECT, Graph.from_triples(mutant))))
        both += theirs and ours
        more += ours and not theirs
        missed += [edit] if theirs and not ours else []
    assert missed == []
    assert both > 200
    assert more > 10


def mutants(quads: list[Quad]) -> Iterator[tuple[list[Quad], str]]:
    for number, quad in enumerate(quads):
        if quad.predicate.value.startswith(SH):
            rest = quads[:number] + quads[number + 1 :]
            yield rest, f"without {quad}"
            for value in VALUES:
                new = Quad(quad.subject, quad.predicate, value)
                yield [*rest, new], f"{new} for {quad}"
                yield [*quads, new], f"{new} beside {quad}"
