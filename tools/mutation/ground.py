"""The shipped graph with a small record added, and what the shapes then report about the record's own nodes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, NamedNode, Triple

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import rdflib_adapter
from rdfkit.shacl import pyshacl_engine, report, term_text
from tests.support.fixtures import context, inferences, is_described

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

Outcome = tuple[str, str, str, str, str, str]
"""A result as text: focus node, path, value, component, severity, shape (or the SPARQL constraint, if named apart)."""

Targets = dict["Node", set["Node"]]
Declaration = tuple["Node", "Node", "Node"]
"""A target declaration as a triple: shape, sh:targetClass and the like, class or property."""


@dataclass(frozen=True)
class Ground:
    """The shipped graph, closed, with all shapes, and indexes of both."""

    context: validation.Context
    above: "dict[Node, set[Node]]"
    """Each class with itself and all classes above it."""
    declared: "list[Declaration]" = field(default_factory=list)

    @property
    def data(self) -> "Graph":
        """Return the graph to which records are added."""
        return self.context.given.data

    @property
    def shapes(self) -> "Graph":
        """Return all shapes, those of this repository included."""
        return self.context.given.shapes


@cache
def ground() -> Ground:
    """Return the ground, made once in each process."""
    from rdflib import RDFS, SH

    loaded = context()
    pairs: Any = loaded.given.data.subject_objects(RDFS.subClassOf)
    classes = {node for pair in pairs for node in pair}
    above: dict[Any, set[Any]] = {
        name: {*loaded.given.data.transitive_objects(name, RDFS.subClassOf)} for name in classes
    }
    kinds = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
    declared: list[Declaration] = sorted((s, p, o) for p in kinds for s, o in loaded.given.shapes.subject_objects(p))
    return Ground(loaded, above, declared)


def own_nodes(triples: Iterable[Triple]) -> "set[Node]":
    """Return the nodes of a record that are judged: what it describes, and what nothing else describes."""
    found: set[Node] = set()
    for triple in triples:
        found.add(rdflib_adapter.to_rdflib(triple.subject))
        if not is_described(triple.object):
            found.add(rdflib_adapter.to_rdflib(triple.object))
    return found


@contextmanager
def laid(on: Ground, triples: Iterable[Triple], *, close: bool = True) -> Iterator["set[Node]"]:
    """Add a record and the triples inferred from it to the graph for a with block; yield the nodes that are judged."""
    stated = set(triples)
    everything = stated | (inferences(stated) if close else set())
    with rdflib_adapter.added(on.data, everything):
        yield own_nodes(stated)


def focus_nodes(
    on: Ground, own: "set[Node]", among: "Iterable[Declaration] | None" = None
) -> "dict[Declaration, set[Node]]":
    """Return the nodes that each target declaration (or each ``among`` some) targets in the current graph."""
    from rdflib import RDF, SH

    classes: dict[Node, set[Node]] = defaultdict(set)
    for node in own:
        for kind in on.data.objects(node, RDF.type):
            for name in on.above.get(kind, {kind}):
                classes[name].add(node)
    found: dict[Declaration, set[Node]] = {}
    for declaration in on.declared if among is None else among:
        _, kind, value = declaration
        if kind == SH.targetClass:
            nodes = classes.get(value, set())
        elif kind == SH.targetSubjectsOf:
            nodes = {node for node in own if (node, value, None) in on.data}
        else:
            nodes = {node for node in own if (None, value, node) in on.data}
        if nodes:
            found[declaration] = nodes
    return found


def targets_of(reached: "dict[Declaration, set[Node]]") -> Targets:
    """Return the focus nodes of each shape."""
    found: Targets = defaultdict(set)
    for (shape, _, _), nodes in reached.items():
        found[shape] |= nodes
    return dict(found)


def outcomes(on: Ground, shapes: "Graph", targets: Targets) -> list[Outcome]:
    """Return the results of the reference validator for these focus nodes in the current graph, sorted."""
    return sorted(outcome(result) for result in pyshacl_engine.validate(PROJECT, on.data, shapes, targets=targets))


def outcome(result: report.Result) -> Outcome:
    """Return a result as text, with everything except the message."""
    return (
        term_text(PROJECT, result.focus),
        result.path_text(PROJECT),
        "" if result.value is None else str(result.value),
        PROJECT.shorten(result.component),
        PROJECT.shorten(result.severity),
        node_name(result.shape),
    )


def node_name(node: Any) -> str:
    """Return an IRI of either library as a CURIE, and anything else as it prints."""
    if isinstance(node, NamedNode):
        return PROJECT.shorten(node.value)
    return str(node) if isinstance(node, BlankNode) else PROJECT.shorten(str(node))
