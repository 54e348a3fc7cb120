"""Property paths (SPARQL 1.1, section 9; SHACL 2.3.1): their structure, and the nodes that they reach in a graph."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from rdfkit.shacl.engine.graph import Graph


@dataclass(frozen=True)
class Inverse:
    """``^path``."""

    path: "Path"


@dataclass(frozen=True)
class Sequence:
    """``first/second/...``."""

    steps: tuple["Path", ...]


@dataclass(frozen=True)
class Alternative:
    """``one|other|...``."""

    choices: tuple["Path", ...]


@dataclass(frozen=True)
class Repeated:
    """``path*``, ``path+`` or ``path?``."""

    path: "Path"
    zero: bool
    many: bool


@dataclass(frozen=True)
class Excluded:
    """``!(one|^other)``: any predicate but these, forward and backward; a shape has no such path."""

    forward: tuple[str, ...]
    backward: tuple[str, ...]


Path: TypeAlias = str | Inverse | Sequence | Alternative | Repeated | Excluded
"""The IRI of a predicate in angle brackets, or one of the above."""

Step: TypeAlias = Callable[[str], Collection[str]]
"""From a node to the nodes that a path reaches from it."""


def walk(path: Path, graph: Graph, *, back: bool = False) -> Step:
    """Return a function from a node to the nodes at the end of a path, each once; with ``back``, to its starts."""
    if isinstance(path, str):
        index = graph.subjects(path) if back else graph.objects(path)
        get = index.get
        return lambda node: get(node, ())
    if isinstance(path, Inverse):
        return walk(path.path, graph, back=not back)
    if isinstance(path, Alternative):
        choices = [walk(choice, graph, back=back) for choice in path.choices]
        return lambda node: dict.fromkeys(found for choice in choices for found in choice(node))
    if isinstance(path, Sequence):
        steps = [walk(step, graph, back=back) for step in (reversed(path.steps) if back else path.steps)]
        return lambda node: _along(steps, node)
    if isinstance(path, Excluded):
        return _without(path, graph, back=back)
    step = walk(path.path, graph, back=back)
    zero, many = path.zero, path.many
    return lambda node: _repeated(step, node, zero=zero, many=many)


def _along(steps: list[Step], node: str) -> Collection[str]:
    nodes: Collection[str] = (node,)
    for step in steps:
        nodes = dict.fromkeys(found for each in nodes for found in step(each))
    return nodes


def _without(path: Excluded, graph: Graph, *, back: bool) -> Step:
    """Return the step along any predicate but some; only those backward are followed if none is named forward."""
    indexes = []
    for names, reverse in ((path.forward, back), (path.backward, not back)):
        if names or (not path.backward and reverse == back):
            kept = [name for name in graph.predicates() if name not in names]
            indexes += [(graph.subjects if reverse else graph.objects)(name) for name in kept]
    return lambda node: dict.fromkeys(found for index in indexes for found in index.get(node, ()))


def _repeated(step: Step, node: str, *, zero: bool, many: bool) -> Collection[str]:
    found = dict.fromkeys(step(node))
    waiting = list(found) if many else []
    while waiting:
        new = [each for each in step(waiting.pop()) if each not in found]
        found.update(dict.fromkeys(new))
        waiting += new
    if zero:
        found[node] = None
    return found


def written(path: Path) -> str:
    """Return a path of a shape as SPARQL writes it, with brackets around each part."""
    match path:
        case str():
            return path
        case Inverse():
            return f"^({written(path.path)})"
        case Sequence():
            return "/".join(f"({written(step)})" for step in path.steps)
        case Alternative():
            return "|".join(f"({written(choice)})" for choice in path.choices)
        case Repeated():
            return f"({written(path.path)}){'?' if not path.many else '*' if path.zero else '+'}"
    raise AssertionError(f"{path} is not a path of a shape")
