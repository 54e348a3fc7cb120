"""What is to be loaded: the graphs of a dataset, compared with those of a store by value and up to isomorphism."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import pyoxigraph as ox

from rdfkit.base import Project, UserError, clip, offer
from rdfkit.stores.literal_values import canonical_triple

GraphName = ox.NamedNode | ox.DefaultGraph
"""The name of a graph of a dataset, or its default graph."""

DEFAULT = "default"
"""The short name of the default graph."""

_MAX_SHOWN_CHARACTERS = 120


class Content:
    """The triples of a graph, to be compared with those of a store.

    Blank nodes may have other labels there, and literals another spelling of the same value (`literal_values`).
    ``triples`` are the different triples as they were given, ``values`` how many remain if spelling is disregarded.
    """

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        """Keep the triples; duplicates count once."""
        self.triples = list(dict.fromkeys(triples))
        self._given = {canonical_triple(triple): triple for triple in self.triples}
        self._ground, self._blank = _split(self._given)
        self.values = len(self._given)

    @property
    def blank(self) -> set[ox.Triple]:
        """The triples with a blank node, with the canonical literal of each value."""
        return self._blank

    def difference(self, other: Sequence[ox.Triple]) -> str:
        """Return how ``other`` differs from these triples, in words; an empty text if the graphs are the same."""
        found = {canonical_triple(triple): triple for triple in other}
        ground, blank = _split(found)
        missing, extra = sorted(self._ground - ground, key=str), sorted(ground - self._ground, key=str)
        if missing or extra:
            examples = [f"without {_shown(self._given[triple])}" for triple in missing[:1]]
            examples += [f"with {_shown(found[triple])}" for triple in _nearest_first(missing, extra)[:1]]
            return f"{len(missing)} triples are missing and {len(extra)} are unexpected, {' and '.join(examples)}"
        # RDFC-1.0 takes exponential time on graphs made to be hard, so it only runs on nearly equal ones.
        if _without_labels(blank) != _without_labels(self._blank):
            return "triples with blank nodes differ"
        return "" if _labeled(blank) == _labeled(self._blank) else "blank nodes are linked differently"

    def changes(self, other: Sequence[ox.Triple]) -> list[tuple[ox.Triple, ox.Triple]]:
        """Return pairs of a triple here and in ``other`` with literals of different value, if nothing else differs.

        Triples with blank nodes are not looked at.
        """
        found = {canonical_triple(triple): triple for triple in other}
        missing, extra = self._ground - found.keys(), _split(found)[0] - self._ground
        theirs = {(one.subject, one.predicate): one for one in extra if isinstance(one.object, ox.Literal)}
        pairs = [(one, theirs.get((one.subject, one.predicate))) for one in sorted(missing, key=str)]
        changed = [(self._given[one], found[its]) for one, its in pairs if its and isinstance(one.object, ox.Literal)]
        return changed if len(changed) == len(missing) and len(extra) <= len(missing) else []

    def may_count(self, stored: int) -> bool:
        """Return whether a store with the same values may count so many triples: it may keep each spelling or not."""
        return self.values <= stored <= len(self.triples)

    def respelled(self, other: Sequence[ox.Triple]) -> list[tuple[ox.Triple, ox.Triple]]:
        """Return pairs of a triple here and the same one as ``other`` spells it, for those without a blank node.

        ``other`` must be the same graph, as `difference` finds it. A spelling that both have is in no pair.
        """
        known = set(self.triples)
        pairs = ((self._given.get(canonical_triple(triple)), triple) for triple in other if triple not in known)
        return [(ours, theirs) for ours, theirs in pairs if ours is not None and not has_blank(ours)]


def contents(
    project: Project, quads: Iterable[ox.Quad], names: Sequence[str] = (), default: str | None = None
) -> dict[GraphName, Content]:
    """Return the graphs of a dataset with their content: all, or those in ``names`` (short names or IRIs).

    ``default`` is the short name or IRI of the named graph for triples that are in none. Raises UserError for an
    unknown name, a graph named by a blank node, and ``names`` with only some of the graphs that share a blank node.
    """
    found: dict[GraphName, list[ox.Triple]] = {}
    own_name = None if default is None else _named(project, default)
    for quad in quads:
        graph = quad.graph_name
        if isinstance(graph, ox.BlankNode):
            raise UserError(
                f"The graph {graph} is named by a blank node, and no store can be asked for it: name it by an IRI."
            )
        if own_name is not None and isinstance(graph, ox.DefaultGraph):
            graph = own_name
        found.setdefault(graph, []).append(quad.triple)
    known = {short_name(project, graph): graph for graph in found}
    known |= {graph.value: graph for graph in found if isinstance(graph, ox.NamedNode)}
    for name in names:
        if name not in known:
            short = sorted(short_name(project, graph) for graph in found)
            raise UserError(f"There is no graph '{clip(name)}' to load: {offer(name, short)}")
    chosen = {known[name] for name in names} or set(found)
    if names:
        _refuse_parts(project, found, chosen)
    return {graph: Content(found[graph]) for graph in sorted(chosen, key=str)}


@dataclass(frozen=True)
class Group:
    """Graphs that belong together: each shares a blank node with another one. ``node`` is one that is shared.

    A graph that shares none is a group of its own, and ``node`` is None.
    """

    graphs: tuple[GraphName, ...]
    node: ox.BlankNode | None


def groups(graphs: Mapping[GraphName, Iterable[ox.Triple]]) -> list[Group]:
    """Return the graphs of a dataset as groups, both in the given order."""
    first: dict[ox.BlankNode, GraphName] = {}
    group_of = {graph: [graph] for graph in graphs}
    shared: dict[GraphName, ox.BlankNode] = {}
    for graph, triples in graphs.items():
        nodes = dict.fromkeys(term for one in triples for term in (one.subject, one.object) if _is_blank(term))
        for node in nodes:
            ours, theirs = group_of[graph], group_of[first.setdefault(node, graph)]
            if ours is not theirs:
                shared.setdefault(graph, node)
                small, large = sorted((ours, theirs), key=len)
                large.extend(small)
                group_of.update(dict.fromkeys(small, large))
    found: dict[int, list[GraphName]] = {}
    for graph in graphs:
        found.setdefault(id(group_of[graph]), []).append(graph)
    return [
        Group(tuple(one), next((shared[graph] for graph in one if graph in shared), None)) for one in found.values()
    ]


def short_name(project: Project, graph: GraphName) -> str:
    """Return the short name of a graph, as the command prints it and ``--graph`` takes it."""
    return project.graph_name(graph) if isinstance(graph, ox.NamedNode) else DEFAULT


def has_blank(triple: ox.Triple) -> bool:
    """Return whether the subject or the object of a triple is a blank node."""
    return ox.BlankNode in (type(triple.subject), type(triple.object))


def _named(project: Project, name: str) -> ox.NamedNode:
    if ":" not in name:
        return project.graph_iri(name)
    try:
        return ox.NamedNode(name)
    except ValueError as error:
        raise UserError(f"'{clip(name)}' is not the IRI of a graph ({error}): write one such as urn:x-mine.") from None


def _refuse_parts(
    project: Project, found: Mapping[GraphName, Iterable[ox.Triple]], chosen: Iterable[GraphName]
) -> None:
    for group in groups(found):
        here, left = [one for one in group.graphs if one in chosen], [one for one in group.graphs if one not in chosen]
        if here and left:
            ours, others = (", ".join(short_name(project, one) for one in part) for part in (here, left))
            raise UserError(
                f"Graphs that share a blank node, such as {group.node}, are loaded together, which keeps it one node: "
                f"{ours} shares with {others}, so name all of them with --graph, or give the node an IRI."
            )


def _nearest_first(missing: Sequence[ox.Triple], extra: Sequence[ox.Triple]) -> list[ox.Triple]:
    """Return the unexpected triples, first those that differ from the first missing one in the object only."""
    if not missing:
        return list(extra)
    first = missing[0]
    return sorted(extra, key=lambda one: (one.subject, one.predicate) != (first.subject, first.predicate))


def _shown(triple: ox.Triple) -> str:
    text = str(triple)
    return text if len(text) <= 3 * _MAX_SHOWN_CHARACTERS else f"{text[: 3 * _MAX_SHOWN_CHARACTERS]}…"


def _is_blank(term: object) -> TypeGuard[ox.BlankNode]:
    return isinstance(term, ox.BlankNode)


def _split(triples: Iterable[ox.Triple]) -> tuple[set[ox.Triple], set[ox.Triple]]:
    """Return the triples without and those with a blank node."""
    ground: set[ox.Triple] = set()
    blank: set[ox.Triple] = set()
    for triple in triples:
        (blank if has_blank(triple) else ground).add(triple)
    return ground, blank


def _without_labels(triples: Iterable[ox.Triple]) -> list[tuple[str, str, str]]:
    return sorted(
        (
            "" if isinstance(triple.subject, ox.BlankNode) else str(triple.subject),
            str(triple.predicate),
            "" if isinstance(triple.object, ox.BlankNode) else str(triple.object),
        )
        for triple in triples
    )


def _labeled(triples: Iterable[ox.Triple]) -> set[ox.Quad]:
    """Return the triples with canonical labels (RDFC-1.0)."""
    dataset = ox.Dataset(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)
