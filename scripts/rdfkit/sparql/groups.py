"""The groups of a SPARQL query, with the variables that each element reads and binds.

Built from the nodes of `syntax`. Variable scope follows SPARQL 1.1 Query Language, section 18.2.1.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from rdfkit.sparql import nodes


@dataclass(frozen=True, eq=False)
class Part:
    """An element of a group; each group of ``{ } UNION { }`` is an element.

    ``kind`` is ``triples``, ``group``, ``union`` (all groups but the first), ``optional``, ``minus``, ``graph``,
    ``service``, ``filter``, ``bind`` or ``values``. ``own`` are the variables outside of the groups in it.
    """

    kind: str
    offset: int
    own: frozenset[str]
    bound: frozenset[str]
    groups: "tuple[Scope, ...]"

    @cached_property
    def variables(self) -> frozenset[str]:
        """The variables of this part, those of groups inside it included."""
        return self.own.union(*(group.variables for group in self.groups))


@dataclass(frozen=True, eq=False)
class Scope:
    """A group; ``query`` is the query or sub-select whose body it is, or None."""

    parts: tuple[Part, ...]
    query: nodes.Query | None = None

    @cached_property
    def variables(self) -> frozenset[str]:
        """The variables of this group that are in scope outside of it: of a sub-select, those it selects."""
        return self._given or frozenset().union(*(part.variables for part in self.parts))

    @property
    def binds(self) -> frozenset[str]:
        """The variables that the group binds for the outside: not those that only a FILTER or BIND reads."""
        return self._given or self.bound

    @cached_property
    def bound(self) -> frozenset[str]:
        """The variables that the group binds, as seen inside it."""
        return bound_by(self.parts)

    @cached_property
    def _given(self) -> frozenset[str]:
        """The variables that a SELECT names; none for any other group, and for SELECT *."""
        if self.query is None or self.query.form != "SELECT":
            return frozenset()
        return frozenset(variables_of(self.query.columns))


def bound_by(parts: Iterable[Part]) -> frozenset[str]:
    """Return the variables that some parts bind."""
    found: set[str] = set()
    for part in parts:
        if part.kind not in {"filter", "minus"}:
            found |= part.bound.union(*(group.binds for group in part.groups if part.kind != "bind"))
    return frozenset(found)


def scope(query: nodes.Query) -> Scope:
    """Return the body of a query with all groups in it."""
    return _scope(query.where, query)


def all_scopes(outermost: Scope) -> Iterator[Scope]:
    """Yield a group and all groups inside it."""
    waiting = [outermost]
    while waiting:
        group = waiting.pop()
        yield group
        waiting += [inner for part in group.parts for inner in part.groups]


def variables_of(parts: Iterable[nodes.Node]) -> set[str]:
    """Return the names of all variables in some nodes."""
    return {node.name for part in parts for node in nodes.walk(part) if isinstance(node, nodes.Variable)}


def _scope(group: nodes.Group | None, query: nodes.Query | None = None) -> Scope:
    elements = group.elements if group is not None else ()
    if query is None and len(elements) == 1 and isinstance(elements[0], nodes.SubSelect):
        return _scope(elements[0].query.where, elements[0].query)
    return Scope(tuple(part for element in elements for part in _parts(element)), query)


def _parts(element: nodes.Element) -> Iterator[Part]:
    nothing: frozenset[str] = frozenset()
    if isinstance(element, nodes.Alternatives):
        for at, group in enumerate(element.groups):
            offset = element.unions[at - 1] if at else element.start
            yield Part("union" if at else "group", offset, nothing, nothing, (_scope(group),))
        return
    own, groups = _outside_of_groups(element)
    bound = frozenset({element.variable.name}) if isinstance(element, nodes.Bind) else own
    yield Part(type(element).__name__.lower(), element.start, own, bound, tuple(_scope(group) for group in groups))


def _outside_of_groups(element: nodes.Element) -> tuple[frozenset[str], list[nodes.Group]]:
    """Return the variables of an element outside of the groups in it, and those groups."""
    own: set[str] = set()
    groups: list[nodes.Group] = []
    waiting: list[nodes.Node] = [element]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Group):
            groups.append(node)
            continue
        if isinstance(node, nodes.Variable):
            own.add(node.name)
        waiting += reversed(list(nodes.children(node)))
    return frozenset(own), groups
