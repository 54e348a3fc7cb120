"""Read shapes from a shapes graph (SHACL, section 2): targets, paths, constraints.

A feature that this engine does not support is refused by name and never ignored: pySHACL then takes the shapes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import Quad, Triple

from rdfkit.base import Project, namespaces
from rdfkit.shacl import components
from rdfkit.shacl.checking.vocabulary import OF_PROPERTY_SHAPES, SINGLE, TERMS
from rdfkit.shacl.engine.graph import FIRST, REST, TYPE, Graph
from rdfkit.shacl.engine.literals import BOOLEAN, is_well_typed, to_term
from rdfkit.shacl.engine.paths import Alternative, Inverse, Path, Repeated, Sequence
from rdfkit.shacl.terms import PathTriple

SH = namespaces.SH
_CLASSES = {f"<{namespaces.expand(name)}>" for name in ("rdfs:Class", "owl:Class")}
_KINDS = {f"<{SH}NodeShape>", f"<{SH}PropertyShape>"}

COMPONENTS = {
    "and": "And",
    "class": "Class",
    "closed": "Closed",
    "datatype": "Datatype",
    "disjoint": "Disjoint",
    "equals": "Equals",
    "hasValue": "HasValue",
    "in": "In",
    "languageIn": "LanguageIn",
    "lessThan": "LessThan",
    "lessThanOrEquals": "LessThanOrEquals",
    "maxCount": "MaxCount",
    "maxExclusive": "MaxExclusive",
    "maxInclusive": "MaxInclusive",
    "maxLength": "MaxLength",
    "minCount": "MinCount",
    "minExclusive": "MinExclusive",
    "minInclusive": "MinInclusive",
    "minLength": "MinLength",
    "node": "Node",
    "nodeKind": "NodeKind",
    "not": "Not",
    "or": "Or",
    "pattern": "Pattern",
    "property": "Property",
    "qualifiedMaxCount": "QualifiedMaxCount",
    "qualifiedMinCount": "QualifiedMinCount",
    "sparql": "SPARQL",
    "uniqueLang": "UniqueLang",
    "xone": "Xone",
}
"""The constraint component that each parameter belongs to."""

TRUE = f'"true"^^{BOOLEAN}'
"""Only this literal means true: the test suite of W3C has "1"^^xsd:boolean, which does not."""

_TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")


class Unsupported(Exception):  # noqa: N818 - not an error: pySHACL takes over
    """A shape uses a feature that this engine does not support; the text names the shape and the feature."""


@dataclass(frozen=True)
class Constraint:
    """One constraint of a shape: its parameter, the value, and the shapes or list members that the value refers to.

    ``node`` is the node with the query if there is one: a SPARQL constraint, or the validator of a custom component.
    The value is then that component, ``parameter`` is empty, and ``given`` has the variables and their values.
    """

    parameter: str
    value: str
    shapes: "tuple[Shape, ...]" = ()
    members: tuple[str, ...] = ()
    node: str | None = None
    given: tuple[tuple[str, str | None], ...] = ()

    @property
    def component(self) -> str:
        """The IRI of the constraint component."""
        if not self.parameter:
            return self.value[1:-1]
        return f"{SH}{COMPONENTS[self.parameter]}ConstraintComponent"


@dataclass(frozen=True, eq=False)
class Shape:
    """A shape with everything that validation needs.

    ``name`` is what messages call it; ``values`` has all values of its SHACL properties, by local name.
    """

    node: str
    path: Path | None
    path_node: str | None
    severity: str
    messages: tuple[str, ...]
    active: bool
    constraints: tuple[Constraint, ...]
    targets: tuple[tuple[str, str], ...]
    name: str
    values: dict[str, list[str]] = field(repr=False)


@dataclass(frozen=True)
class Shapes:
    """The shapes with targets, and the graph that they were read from."""

    graph: Graph
    roots: tuple[Shape, ...]


def read(project: Project, triples: Iterable[Triple | Quad]) -> Shapes:
    """Return the shapes with targets; raises Unsupported, with the name of the unsupported feature."""
    return _Reader(project, Graph.from_triples(triples)).read()


class _Reader:
    """Reads shapes, each once."""

    def __init__(self, project: Project, graph: Graph) -> None:
        self._project = project
        self._graph = graph
        self._made: dict[str, Shape] = {}
        self._custom = components.declared(graph)

    def read(self) -> Shapes:
        return Shapes(self._graph, tuple(self._shape(node, ()) for node in self._with_targets()))

    def _name(self, node: str) -> str:
        return self._project.shorten(node[1:-1]) if node[0] == "<" else "a shape without an IRI"

    def _with_targets(self) -> list[str]:
        found = {node: None for name in _TARGETS for node in self._graph.objects(f"<{SH}{name}>")}
        found |= {node: None for node in self._graph.objects(TYPE) if self._is_class(node)}
        return list(found)

    def _is_class(self, node: str) -> bool:
        """Return whether a shape is a class, and so targets its instances (SHACL 2.1.3.3)."""
        kinds = self._graph.values(node, TYPE)
        return not _CLASSES.isdisjoint(kinds) and not _KINDS.isdisjoint(kinds)

    def _shape(self, node: str, above: tuple[str, ...]) -> Shape:
        if node in above:
            raise Unsupported(f"{self._name(node)} refers to itself")
        if node not in self._made:
            graph = self._graph
            values = {
                predicate[1 + len(SH) : -1]: found
                for predicate in graph.predicates()
                if predicate.startswith(f"<{SH}") and (found := graph.values(node, predicate))
            }
            self._check(node, values)
            path_node = values["path"][0] if "path" in values else None
            constraints = tuple(self._constraints(node, values, (*above, node)))
            targets = [(name, value) for name in _TARGETS for value in values.get(name, ())]
            self._made[node] = Shape(
                node=node,
                path=path_of(graph, path_node) if path_node else None,
                path_node=path_node,
                severity=values.get("severity", [f"<{SH}Violation>"])[0][1:-1],
                messages=tuple(values.get("message", ())),
                active=not _is_true(values, "deactivated"),
                constraints=constraints,
                targets=(*targets, ("targetClass", node)) if self._is_class(node) else tuple(targets),
                name=self._name(node),
                values=values,
            )
        return self._made[node]

    def _check(self, node: str, values: dict[str, list[str]]) -> None:
        """Refuse a shape that is unknown or not well-formed: pySHACL reports the latter."""
        for name, found in values.items():
            if name not in TERMS:
                raise Unsupported(f"{self._name(node)} uses sh:{name}")
            if name in SINGLE and len(found) > 1:
                raise Unsupported(f"{self._name(node)} has several values of sh:{name}")
            if name in OF_PROPERTY_SHAPES and "path" not in values:
                raise Unsupported(f"{self._name(node)} has sh:{name} and no sh:path")
        for name in ("closed", "deactivated", "uniqueLang", "qualifiedValueShapesDisjoint"):
            if any(not (value[0] == '"' and is_well_typed(value, BOOLEAN)) for value in values.get(name, ())):
                raise Unsupported(f"{self._name(node)} has a sh:{name} that is neither true nor false")

    def _constraints(self, node: str, values: dict[str, list[str]], above: tuple[str, ...]) -> Iterator[Constraint]:
        for parameter in COMPONENTS.keys() & values.keys():
            if parameter.startswith("qualified") and "qualifiedValueShape" not in values:
                continue  # one parameter of two: it declares no constraint (SHACL 2.1.1)
            for value in values[parameter]:
                shapes = tuple(self._shape(each, above) for each in self._nested(node, parameter, value, values))
                if parameter in {"property", "node"}:
                    _check_kind(parameter, shapes[0])
                members = self._listed(node, parameter, value, values)
                yield Constraint(parameter, value, shapes, members, value if parameter == "sparql" else None)
        for component in self._custom:
            if component.several(self._graph, node):
                raise Unsupported(f"{self._name(node)} has several values of a parameter of {component.node}")
            validator = component.validator(self._graph, has_path="path" in values)
            for given in component.given(self._graph, node) if validator else ():
                yield Constraint("", component.node, node=validator, given=given)

    def _nested(self, node: str, parameter: str, value: str, values: dict[str, list[str]]) -> Iterable[str]:
        """Return the shapes that the value of a parameter refers to."""
        if parameter in {"and", "or", "xone"}:
            return self._members(node, value)
        if parameter in {"node", "not", "property"}:
            return (value,)
        if parameter in {"qualifiedMinCount", "qualifiedMaxCount"}:
            is_disjoint = _is_true(values, "qualifiedValueShapesDisjoint")
            others = _siblings(self._graph, node, values) if is_disjoint else []
            return (values["qualifiedValueShape"][0], *others)
        return ()

    def _listed(self, node: str, parameter: str, value: str, values: dict[str, list[str]]) -> tuple[str, ...]:
        """Return the terms that the value of a parameter lists; for sh:closed, the allowed properties."""
        if parameter in {"in", "languageIn"}:
            return self._members(node, value)
        if parameter == "closed":
            ignored = [name for head in values.get("ignoredProperties", ()) for name in self._members(node, head)]
            properties = values.get("property", ())
            return (*ignored, *(path for each in properties for path in self._graph.values(each, f"<{SH}path>")))
        return ()

    def _members(self, node: str, head: str) -> tuple[str, ...]:
        try:
            return tuple(self._graph.items(head))
        except ValueError:
            raise Unsupported(f"{self._name(node)} refers to a list that is not well-formed") from None


def _check_kind(parameter: str, shape: Shape) -> None:
    """Refuse a node shape as sh:property and a property shape as sh:node, as pySHACL does."""
    if (shape.path is None) == (parameter == "property"):
        raise Unsupported(f"{shape.name} is not a shape for sh:{parameter}")


def _siblings(graph: Graph, node: str, values: dict[str, list[str]]) -> list[str]:
    """Return the sibling shapes of a qualified value shape (SHACL 4.7.3)."""
    parents = graph.subjects(f"<{SH}property>").get(node, ())
    beside = [each for parent in parents for each in graph.values(parent, f"<{SH}property>")]
    found = dict.fromkeys(shape for each in beside for shape in graph.values(each, f"<{SH}qualifiedValueShape>"))
    return [shape for shape in found if shape != values["qualifiedValueShape"][0]]


def _is_true(values: dict[str, list[str]], name: str) -> bool:
    return any(value == TRUE for value in values.get(name, ()))


def path_of(graph: Graph, node: str) -> Path:
    """Return the path that a node of a shapes graph describes (SHACL 2.3.1)."""
    if node[0] == "<":
        return node
    if graph.values(node, FIRST):
        return Sequence(_paths(graph, node))
    for name, zero, many in (("zeroOrMore", True, True), ("oneOrMore", False, True), ("zeroOrOne", True, False)):
        for value in graph.values(node, f"<{SH}{name}Path>"):
            return Repeated(path_of(graph, value), zero=zero, many=many)
    for value in graph.values(node, f"<{SH}inversePath>"):
        return Inverse(path_of(graph, value))
    for value in graph.values(node, f"<{SH}alternativePath>"):
        return Alternative(_paths(graph, value))
    raise Unsupported("a node that is not a path")


def _paths(graph: Graph, head: str) -> tuple[Path, ...]:
    try:
        found = graph.items(head)
    except ValueError:
        raise Unsupported("a path with a list that is not well-formed") from None
    if len(found) < 2:
        raise Unsupported("a path with a list of fewer than two")
    return tuple(path_of(graph, each) for each in found)


def path_triples(graph: Graph, node: str) -> Iterator[PathTriple]:
    """Yield the triples that describe a path, each once, from its blank node on, in a fixed order."""
    return iter(dict.fromkeys(_path_triples(graph, node)))


def _path_triples(graph: Graph, node: str) -> Iterator[PathTriple]:
    below = sorted(
        (p, v)
        for p in graph.predicates()
        for v in graph.values(node, p)
        if p.startswith(f"<{SH}") or p in {FIRST, REST}
    )
    subject: Any = to_term(node)
    for predicate, value in below:
        yield subject, predicate[1:-1], to_term(value)
        if value[0] == "_":
            yield from _path_triples(graph, value)
