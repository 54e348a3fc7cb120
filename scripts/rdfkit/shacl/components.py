"""SPARQL-based constraint components (SHACL 6): their parameters, and the validator that a shape uses."""

from dataclasses import dataclass

from rdfkit.base import namespaces
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.engine.literals import lexical

_SH = namespaces.SH
RESERVED = frozenset({"this", "shapesGraph", "currentShape", "path", "PATH", "value"})
"""Names that a parameter cannot have (SHACL 6.2.1)."""


@dataclass(frozen=True)
class Parameter:
    """A parameter: the name of its variable, the property that gives its value, and whether it may be left out."""

    name: str
    property: str
    optional: bool


@dataclass(frozen=True)
class Component:
    """A constraint component that a shapes graph declares."""

    node: str
    parameters: tuple[Parameter, ...]

    def several(self, graph: Graph, shape: str) -> str:
        """Return the parameter of which a shape has several values, though the component has another one, or ""."""
        if len(self.parameters) == 1 or not self.given(graph, shape):
            return ""
        return next((each.property for each in self.parameters if len(graph.values(shape, each.property)) > 1), "")

    def given(self, graph: Graph, shape: str) -> list[tuple[tuple[str, str | None], ...]]:
        """Return the constraints of this component that a shape declares: for each, the values of the parameters.

        An optional parameter may be None. With one parameter, each of its values is a constraint of its own.
        """
        values = {each.name: graph.values(shape, each.property) for each in self.parameters}
        if not any(values.values()) or any(not (values[each.name] or each.optional) for each in self.parameters):
            return []
        if len(self.parameters) == 1:
            (name,) = values
            return [((name, value),) for value in values[name]]
        return [tuple((name, next(iter(found), None)) for name, found in sorted(values.items()))]

    def validator(self, graph: Graph, *, has_path: bool) -> str | None:
        """Return the node with the query for a node shape or, if it has a path, a property shape (SHACL 6.2.3).

        Without a suitable one the constraint is to be ignored.
        """
        for name in ("propertyValidator" if has_path else "nodeValidator", "validator"):
            for node in sorted(graph.values(self.node, f"<{_SH}{name}>")):
                return node
        return None

    def messages(self, graph: Graph, validator: str) -> list[str]:
        """Return the messages, as literals in N-Triples: those of the validator, or else of the component."""
        name = f"<{_SH}message>"
        return graph.values(validator, name) or graph.values(self.node, name)


def declared(graph: Graph) -> list[Component]:
    """Return the constraint components that a shapes graph declares, without those of SHACL itself."""
    found = graph.instances(f"<{_SH}ConstraintComponent>")
    return [Component(node, _parameters(graph, node)) for node in sorted(found) if not node.startswith(f"<{_SH}")]


def _parameters(graph: Graph, component: str) -> tuple[Parameter, ...]:
    found = []
    for node in graph.values(component, f"<{_SH}parameter>"):
        for path in graph.values(node, f"<{_SH}path>"):
            name = path[1:-1]
            name = name[max(map(name.rfind, "#/:")) + 1 :]
            optional = any(lexical(each) in {"true", "1"} for each in graph.values(node, f"<{_SH}optional>"))
            found.append(Parameter(name, path, optional))
    return tuple(sorted(found, key=lambda each: each.name))
