"""Shapes that refer to themselves: SHACL does not define what they mean (3.4.3), and engines differ."""

from collections.abc import Iterator

from rdfkit.shacl.checking.problems import SH, Names, Problem
from rdfkit.shacl.engine.graph import Graph

_TO_SHAPES = ("node", "not", "property", "qualifiedValueShape")
_TO_LISTS = ("and", "or", "xone")
_TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")

Reference = tuple[tuple[str, str, str], str]
"""The triple of a reference, and the shape that it refers to."""


def check(names: Names) -> Iterator[Problem]:
    """Yield a problem for the first reference of each cycle that a shape with targets reaches."""
    graph = names.graph
    roots = dict.fromkeys(node for name in _TARGETS for node in graph.objects(f"<{SH}{name}>"))
    roots.update(dict.fromkeys(graph.instances(f"<{SH}NodeShape>") | graph.instances(f"<{SH}PropertyShape>")))
    done: set[str] = set()
    for root in roots:
        if root not in done:
            yield from _from(names, root, done)


def _from(names: Names, root: str, done: set[str]) -> Iterator[Problem]:
    """Walk depth first, without recursion: shapes may nest deeper than Python's stack."""
    way = [root]
    open_ = {root: _references(names.graph, root)}
    while way:
        found = next(open_[way[-1]], None)
        if found is None:
            done.add(way[-1])
            del open_[way.pop()]
            continue
        triple, shape = found
        if shape in open_:
            again = names.shape(shape)
            steps = [names.shape(each) for each in way[way.index(shape) + 1 :]]
            through = f" through {' and '.join(steps[:5])}" if steps else ""
            text = (
                f"{again} refers to itself{through}: SHACL does not define what such a shape means (section 3.4.3), so "
                "use sh:class, or a shape without that reference, in one place."
            )
            yield Problem(triple, text, always=True)
        elif shape not in done:
            way.append(shape)
            open_[shape] = _references(names.graph, shape)


def _references(graph: Graph, node: str) -> Iterator[Reference]:
    """Yield the references of a shape to other shapes."""
    for name in _TO_SHAPES:
        for value in graph.values(node, f"<{SH}{name}>"):
            yield (node, f"<{SH}{name}>", value), value
    for name in _TO_LISTS:
        for head in graph.values(node, f"<{SH}{name}>"):
            try:
                members = graph.items(head)
            except ValueError:
                members = []
            for value in members:
                yield (node, f"<{SH}{name}>", head), value
