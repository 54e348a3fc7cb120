"""Shapes read from their graph (SHACL, section 2): targets, paths, constraints, and what this validator can't do.

Whatever is not known here is refused by name rather than passed over: the reference validator takes such shapes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import BlankNode, Quad, Triple

from imaging_trials.graph.project import PROJECT
from rdfkit.base import namespaces
from rdfkit.shacl.engine.graph import FIRST, REST, TYPE, Graph, graph_of
from rdfkit.shacl.engine.literals import BOOLEAN, is_well_typed, lexical, to_term
from rdfkit.shacl.engine.paths import Alternative, Inverse, Path, Repeated, Sequence
from rdfkit.shacl.report import Term

SH = namespaces.SH
_CLASSES = {f"<{PROJECT.expand(name)}>" for name in ("rdfs:Class", "owl:Class")}
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
"""Parameter that declares a constraint, and its component."""

_SINGLE = {
    *("closed", "datatype", "deactivated", "flags", "ignoredProperties", "in", "languageIn", "maxCount", "maxLength"),
    *("minCount", "minLength", "nodeKind", "path", "qualifiedMaxCount", "qualifiedMinCount", "qualifiedValueShape"),
    *("qualifiedValueShapesDisjoint", "severity", "uniqueLang"),
}
_OF_PROPERTIES = {
    *("maxCount", "minCount", "uniqueLang", "lessThan", "lessThanOrEquals"),
    *("qualifiedMaxCount", "qualifiedMinCount", "qualifiedValueShape"),
}
_TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
_ANNOTATIONS = {"name", "description", "message", "order", "group", "defaultValue"}
_KNOWN = {*COMPONENTS, *_SINGLE, *_TARGETS, *_ANNOTATIONS}
_FOREIGN = {
    "target": "targets by SPARQL or JavaScript",
    "parameter": "constraint components of one's own",
    "rule": "rules",
    "js": "JavaScript",
    "expression": "expressions",
}
"""Features that are not part of SHACL core or of SPARQL constraints, wherever in the graph they stand."""


class Unsupported(Exception):  # noqa: N818 - no error: the reference validator takes over
    """A shape uses what this validator does not do; the text says which shape and what."""


@dataclass(frozen=True)
class Constraint:
    """One constraint of a shape: its component, its parameter's value, and shapes or list members where it has such.

    ``node`` is the constraint itself where it is a SPARQL constraint.
    """

    parameter: str
    value: str
    shapes: "tuple[Shape, ...]" = ()
    members: tuple[str, ...] = ()
    node: str | None = None

    @property
    def component(self) -> str:
        """The IRI of the constraint component."""
        return f"{SH}{COMPONENTS[self.parameter]}ConstraintComponent"


@dataclass(frozen=True, eq=False)
class Shape:
    """A shape with everything that its validation takes."""

    node: str
    path: Path | None
    path_node: str | None
    severity: str
    messages: tuple[str, ...]
    active: bool
    constraints: tuple[Constraint, ...]
    targets: tuple[tuple[str, str], ...]
    said: dict[str, list[str]] = field(repr=False)
    """Everything said of it with a SHACL property, by local name."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        return PROJECT.shorten(self.node[1:-1]) if self.node[0] == "<" else "a shape without an IRI"


@dataclass(frozen=True)
class Shapes:
    """The shapes that have targets, and the graph they were read from."""

    graph: Graph
    roots: tuple[Shape, ...]


def read(triples: Iterable[Triple | Quad]) -> Shapes:
    """Return the shapes of a graph that have targets; raises Unsupported, naming what can't be done here."""
    graph = graph_of(triples)
    for name, what in _FOREIGN.items():
        for subject in graph.objects(f"<{SH}{name}>"):
            raise Unsupported(f"{_short(subject)} uses sh:{name} ({what})")
    made: dict[str, Shape] = {}
    return Shapes(graph, tuple(_shape(graph, node, made, ()) for node in _with_targets(graph)))


def _with_targets(graph: Graph) -> list[str]:
    found = {node: None for name in _TARGETS for node in graph.objects(f"<{SH}{name}>")}
    for node, kinds in graph.objects(TYPE).items():
        if not _CLASSES.isdisjoint(kinds) and not _KINDS.isdisjoint(kinds):
            found[node] = None
    return list(found)


def _shape(graph: Graph, node: str, made: dict[str, Shape], above: tuple[str, ...]) -> Shape:
    if node in above:
        raise Unsupported(f"{_short(node)} refers to itself")
    if node not in made:
        said = {
            predicate[1 + len(SH) : -1]: values
            for predicate in graph.predicates()
            if predicate.startswith(f"<{SH}") and (values := graph.values(node, predicate))
        }
        _check(node, said)
        path_node = said["path"][0] if "path" in said else None
        constraints = tuple(_constraints(graph, node, said, made, (*above, node)))
        implicit = not _CLASSES.isdisjoint(kinds := graph.values(node, TYPE)) and not _KINDS.isdisjoint(kinds)
        targets = [(name, value) for name in _TARGETS for value in said.get(name, ())]
        made[node] = Shape(
            node=node,
            path=path_of(graph, path_node) if path_node else None,
            path_node=path_node,
            severity=said.get("severity", [f"<{SH}Violation>"])[0][1:-1],
            messages=tuple(lexical(text) for text in said.get("message", ())),
            active=not _is_true(said, "deactivated"),
            constraints=constraints,
            targets=(*targets, ("targetClass", node)) if implicit else tuple(targets),
            said=said,
        )
    return made[node]


def _check(node: str, said: dict[str, list[str]]) -> None:
    """Refuse what is unknown or not well-formed: the reference has the right words for the latter."""
    for name, values in said.items():
        if name not in _KNOWN:
            raise Unsupported(f"{_short(node)} uses sh:{name}")
        if name in _SINGLE and len(values) > 1:
            raise Unsupported(f"{_short(node)} has several values of sh:{name}")
        if name in _OF_PROPERTIES and "path" not in said:
            raise Unsupported(f"{_short(node)} has sh:{name} and no sh:path")
    for name in ("closed", "deactivated", "uniqueLang", "qualifiedValueShapesDisjoint"):
        if any(not (value[0] == '"' and is_well_typed(value, BOOLEAN)) for value in said.get(name, ())):
            raise Unsupported(f"{_short(node)} has a sh:{name} that is neither true nor false")
    if ("qualifiedValueShape" in said) != ("qualifiedMinCount" in said or "qualifiedMaxCount" in said):
        raise Unsupported(f"{_short(node)} has half of a qualified count")


def _constraints(  # noqa: C901 - one branch a kind of parameter
    graph: Graph, node: str, said: dict[str, list[str]], made: dict[str, Shape], above: tuple[str, ...]
) -> Iterator[Constraint]:
    def shapes(nodes: Iterable[str]) -> tuple[Shape, ...]:
        return tuple(_shape(graph, each, made, above) for each in nodes)

    def members(head: str) -> tuple[str, ...]:
        try:
            return tuple(graph.items(head))
        except ValueError:
            raise Unsupported(f"{_short(node)} names a list that is none") from None

    for parameter in COMPONENTS.keys() & said.keys():
        for value in said[parameter]:
            parts: tuple[Shape, ...] = ()
            listed: tuple[str, ...] = ()
            if parameter in {"and", "or", "xone"}:
                parts = shapes(members(value))
            elif parameter in {"node", "not", "property"}:
                parts = _fitting(parameter, shapes([value]))
            elif parameter in {"qualifiedMinCount", "qualifiedMaxCount"}:
                others = _siblings(graph, node, said) if _is_true(said, "qualifiedValueShapesDisjoint") else []
                parts = shapes([said["qualifiedValueShape"][0], *others])
            elif parameter in {"in", "languageIn"}:
                listed = members(value)
            elif parameter == "closed":
                ignored = [name for head in said.get("ignoredProperties", ()) for name in members(head)]
                own = [path for each in said.get("property", ()) for path in graph.values(each, f"<{SH}path>")]
                listed = (*ignored, *own)
            if parameter in {"and", "or", "xone"} and not parts:
                raise Unsupported(f"{_short(node)} has an empty sh:{parameter}")
            yield Constraint(parameter, value, parts, listed, value if parameter == "sparql" else None)


def _fitting(parameter: str, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Refuse a node shape as sh:property and a property shape as sh:node, as the reference does."""
    for shape in shapes:
        if (parameter == "property" and shape.path is None) or (parameter == "node" and shape.path is not None):
            raise Unsupported(f"{shape.name} is no shape for sh:{parameter}")
    return shapes


def _siblings(graph: Graph, node: str, said: dict[str, list[str]]) -> list[str]:
    """Return the qualified value shapes of the property shapes beside this one (SHACL 4.7.3), less its own."""
    parents = graph.subjects(f"<{SH}property>").get(node, ())
    beside = [each for parent in parents for each in graph.values(parent, f"<{SH}property>")]
    found = dict.fromkeys(shape for each in beside for shape in graph.values(each, f"<{SH}qualifiedValueShape>"))
    return [shape for shape in found if shape != said["qualifiedValueShape"][0]]


def _is_true(said: dict[str, list[str]], name: str) -> bool:
    return any(lexical(value) in {"true", "1"} for value in said.get(name, ()))


def path_of(graph: Graph, node: str) -> Path:
    """Return the path that a node of a shapes graph spells (SHACL 2.3.1)."""
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
    raise Unsupported("a path is none")


def _paths(graph: Graph, head: str) -> tuple[Path, ...]:
    try:
        found = graph.items(head)
    except ValueError:
        raise Unsupported("a path names a list that is none") from None
    if len(found) < 2:
        raise Unsupported("a path is a list of fewer than two")
    return tuple(path_of(graph, each) for each in found)


def path_triples(graph: Graph, node: str) -> Iterator[tuple[BlankNode, str, Term]]:
    """Yield the triples below a blank node that spells a path, in a settled order."""
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
            yield from path_triples(graph, value)


def _short(node: str) -> str:
    return PROJECT.shorten(node[1:-1]) if node[0] == "<" else "a shape without an IRI"
