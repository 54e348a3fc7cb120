"""The prefixes of the queries in shapes (SHACL 5.2.1): declarations along ``sh:prefixes/owl:imports*/sh:declare``."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from rdfkit.base import namespaces
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.engine.literals import lexical

_SH, _OWL = namespaces.SH, namespaces.OWL

DEFAULT = {name: namespaces.expand(f"{name}:") for name in ("rdf", "rdfs", "owl")}
"""Prefixes that need no declaration, as in pySHACL."""

Node = TypeVar("Node")


def declarations(node: Node, values: Callable[[Node, str], Sequence[Node]]) -> Iterator[tuple[Node, Node, Node]]:
    """Yield the declarations for a query: the node of each, its prefix and its namespace.

    ``node`` is the subject of the query; ``values`` returns the values of a property, by its IRI.
    """
    waiting = list(values(node, _SH + "prefixes"))
    seen: list[Node] = []
    while waiting:
        owner = waiting.pop(0)
        if owner in seen:
            continue
        seen.append(owner)
        waiting += values(owner, _OWL + "imports")
        for declared in values(owner, _SH + "declare"):
            for pair in zip(values(declared, _SH + "prefix"), values(declared, _SH + "namespace"), strict=False):
                yield (declared, *pair)


def of_query(graph: Graph, node: str) -> dict[str, str]:
    """Return the prefixes of the query of a node of a shapes graph, with their namespaces, without the default ones."""
    found = declarations(node, lambda each, name: graph.values(each, f"<{name}>"))
    return {lexical(prefix): lexical(namespace) for _, prefix, namespace in found}
