"""The constraints that the files in shapes/ declare, read from Turtle without a SHACL engine."""

from collections.abc import Iterator
from functools import cache

from pyoxigraph import NamedNode

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs, reading
from tests.support.fixtures import PARAMETERS

SH = PROJECT.prefixes["sh"]

Facts = dict[object, list[tuple[str, object]]]


@cache
def facts() -> Facts:
    """Return the triples of all files in shapes/, by subject."""
    found: Facts = {}
    for path in named_graphs.shape_files(PROJECT):
        for quad in reading.read(path):
            found.setdefault(quad.subject, []).append((quad.predicate.value, quad.object))
    return found


def values(node: object, name: str) -> list[object]:
    """Return the values of a property of SHACL at a node."""
    return [value for predicate, value in facts().get(node, []) if predicate == SH + name]


def reporting_shapes() -> list[object]:
    """Return the shapes whose constraints give results of their own: those with a target, and their property shapes.

    Shapes that are only values of sh:node, sh:not, sh:or and the like are parts of the constraint that names them.
    """
    kinds = {NamedNode(SH + "NodeShape"), NamedNode(SH + "PropertyShape")}
    targets = {SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")}
    classes = {NamedNode(PROJECT.expand("owl:Class")), NamedNode(PROJECT.expand("rdfs:Class"))}
    found: list[object] = []
    for node, statements in facts().items():
        types = {value for predicate, value in statements if predicate == PROJECT.expand("rdf:type")}
        if any(predicate in targets for predicate, _ in statements) or (types & kinds and types & classes):
            found.append(node)
    for node in found:
        found += [value for value in values(node, "property") if value not in found]
    return found


def constraints() -> Iterator[tuple[str, str]]:
    """Yield each constraint as (shape, component); a SPARQL constraint by its own name where there are several."""
    for shape in reporting_shapes():
        for parameter, component in PARAMETERS.items():
            all_values = values(shape, parameter)
            for value in all_values:
                own = parameter == "sparql" and len(all_values) > 1
                yield name(value if own else shape), f"sh:{component}ConstraintComponent"


def name(node: object) -> str:
    """Return an IRI as a CURIE, and anything else as it prints."""
    return PROJECT.shorten(node.value) if isinstance(node, NamedNode) else str(node)
