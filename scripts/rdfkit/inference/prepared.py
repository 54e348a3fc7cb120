"""A closed graph to which small or large data is added, again and again, to see what follows from it."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Quad, Triple

from rdfkit.base import Project
from rdfkit.inference import closure
from rdfkit.inference.facts import Relation


class Inferences(NamedTuple):
    """What follows from data and its context together: triples, or contradictions, from which anything would follow."""

    triples: set[Triple]
    contradictions: list[closure.Contradiction]


class Prepared:
    """A context that is closed once, for data that is added to it and removed again. It serves one thread."""

    def __init__(self, project: Project, context: Iterable[Quad], rules: Path | None = None) -> None:
        """Close a context, whose quads are in named graphs. Raises UserError as `closure.close` does."""
        self._project = project
        self._forward = closure.loaded(project, context, rules)
        for _ in self._forward.run():
            pass
        self._contradictions = closure.reported(project, self._forward)
        self._user = project.graph_iri("user")
        self._forward.mark()

    def infer(self, data: Iterable[Triple | Quad], *, types: bool = True) -> Inferences:
        """Return what follows from data and the context together, and not from the context alone.

        The data is one graph of its own, whatever the graphs of its quads. Triples that are in the context or in the
        data, that have a blank node or that are trivial (`closure.is_kept`) are not among the result, nor are types of
        things without ``types``. The cost is that of the data alone.
        """
        forward = self._forward
        forward.reset()
        forward.load(data, self._user)
        found: dict[Relation, list[set[int]]] = {}
        for steps in forward.run():
            for _, added in steps:
                for relation, new in added.items():
                    if types or not relation.is_class:
                        found.setdefault(relation, []).append(new)
        contradictory = closure.reported(self._project, forward, self._contradictions)
        if contradictory:
            return Inferences(set(), contradictory)
        triples = {
            triple
            for relation, parts in found.items()
            for new in parts
            for triple in closure.kept(forward, relation, new)
        }
        return Inferences(triples, [])


def prepare(project: Project, context: Iterable[Quad], rules: Path | None = None) -> Prepared:
    """Return a context, closed by the project's rules or those in the folder ``rules``, for `Prepared.infer`."""
    return Prepared(project, context, rules)
