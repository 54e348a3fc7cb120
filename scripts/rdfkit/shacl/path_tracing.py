"""What a SHACL path leads to from a node, and which triple of which file says so.

What was only inferred is traced to the triple of a narrower or an inverse property; a step that the shipped graph makes
is taken, but told by the triple of the files that led there.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from imaging_trials.graph.project import PROJECT
from rdfkit.shacl.report import Term, listed

_SH, _RDF, _RDFS, _OWL = (PROJECT.prefixes[prefix] for prefix in ("sh", "rdf", "rdfs", "owl"))
_SUBPROPERTY, _INVERSE, _TYPE = _RDFS + "subPropertyOf", _OWL + "inverseOf", _RDF + "type"
_REPEATED = ("zeroOrOnePath", "zeroOrMorePath", "oneOrMorePath")


class Spot(NamedTuple):
    """A part of a triple: source, number of the triple there, and the part: a member of a quad, or ``datatype``."""

    source: int
    number: int
    part: str


Reached = tuple[Term, Spot | None]
"""A node that a path leads to, and the last triple of the files on the way to it."""

Described = dict[Term, dict[str, Term]]
"""Blank nodes of a path with what the shapes say of them."""


class Trail:
    """The triples of some files, by subject and by object, beside the shipped graph."""

    def __init__(self, sources: Sequence[Sequence[Quad]], shipped: Store) -> None:
        """Index the triples of each source; ``shipped`` is the graph that they were validated with."""
        self._sources = sources
        self._shipped = shipped
        self._of_subject: dict[Any, list[tuple[int, int]]] = {}
        self._of_object: dict[Any, list[tuple[int, int]]] = {}
        self._same: dict[str, tuple[set[str], set[str]]] = {}
        for source, quads in enumerate(sources):
            for number, quad in enumerate(quads):
                self._of_subject.setdefault(quad.subject, []).append((source, number))
                self._of_object.setdefault(quad.object, []).append((source, number))

    def about(self, node: Any) -> Iterator[tuple[Spot, Quad]]:
        """Yield the triples whose subject a node is, with the place of their object."""
        return ((Spot(*at, "object"), self._quad(at)) for at in self._of_subject.get(node, ()))

    def naming(self, node: Any) -> Iterator[tuple[Spot, Quad]]:
        """Yield the triples whose object a node is, with the place of their subject."""
        return ((Spot(*at, "subject"), self._quad(at)) for at in self._of_object.get(node, ()))

    def mention(self, node: Any) -> Spot | None:
        """Return where a node is first a subject, or else first an object."""
        for index, part in ((self._of_subject, "subject"), (self._of_object, "object")):
            if node in index:
                return Spot(*index[node][0], part)
        return None

    def along(self, focus: Term, path: Term, described: Described) -> list[tuple[Term, Spot]]:
        """Return the values of a path from a node that triples of the files lead to, each with the last of these."""
        reached = self._walk(path, [(focus, None)], described, back=False)
        return list(dict.fromkeys((value, spot) for value, spot in reached if spot))

    def _quad(self, at: tuple[int, int]) -> Quad:
        return self._sources[at[0]][at[1]]

    def _walk(self, path: Term, starts: Iterable[Reached], described: Described, *, back: bool) -> Iterator[Reached]:
        facts = described.get(path, {}) if isinstance(path, BlankNode) else {}
        if isinstance(path, NamedNode):
            for node, before in starts:
                yield from ((value, spot or before) for value, spot in self._step(node, path.value, back=back))
        elif _RDF + "first" in facts:
            steps = list(listed(path, described))
            for step in reversed(steps) if back else steps:
                starts = list(self._walk(step, starts, described, back=back))
            yield from starts
        elif _SH + "inversePath" in facts:
            yield from self._walk(facts[_SH + "inversePath"], starts, described, back=not back)
        elif _SH + "alternativePath" in facts:
            starts = list(starts)
            for step in listed(facts[_SH + "alternativePath"], described):
                yield from self._walk(step, starts, described, back=back)
        else:
            yield from self._repeat(facts, list(starts), described, back=back)

    def _repeat(
        self, facts: dict[str, Term], starts: list[Reached], described: Described, *, back: bool
    ) -> Iterator[Reached]:
        kind = next((name for name in _REPEATED if _SH + name in facts), None)
        if kind is None:
            return
        if kind != "oneOrMorePath":
            yield from starts
        reached: set[Term] = set()
        while starts:
            steps = self._walk(facts[_SH + kind], starts, described, back=back)
            starts = [step for step in steps if step[0] not in reached]
            reached.update(value for value, _ in starts)
            yield from starts
            if kind == "zeroOrOnePath":
                return

    def _step(self, node: Term, name: str, *, back: bool) -> Iterator[Reached]:
        """Yield what one property leads to: as the files say it, first by the property itself; then as ours does."""
        same, inverse = self._as_strong(name)
        ahead, behind = (inverse, same) if back else (same, inverse)
        found = [(spot, quad.predicate.value, quad.object) for spot, quad in self.about(node)]
        found = [entry for entry in found if entry[1] in ahead]
        found += [(s, q.predicate.value, q.subject) for s, q in self.naming(node) if q.predicate.value in behind]
        for spot, _, value in sorted(found, key=lambda entry: (entry[1] != name, entry[0])):
            yield _term(value), spot
        if back:
            yield from ((_term(q.subject), None) for q in self._shipped.quads_for_pattern(None, NamedNode(name), node))
        elif not isinstance(node, Literal):
            yield from ((_term(q.object), None) for q in self._shipped.quads_for_pattern(node, NamedNode(name), None))

    def _as_strong(self, name: str) -> tuple[set[str], set[str]]:
        """Return the properties from which one follows, itself among them, and those whose inverse it follows from."""
        if name not in self._same:
            found = {(name, False)}
            waiting = [(name, False)]
            while waiting:
                now, turned = waiting.pop()
                near = [(narrower, turned) for narrower in self._related(now, _SUBPROPERTY, to=True)]
                near += [(other, not turned) for to in (True, False) for other in self._related(now, _INVERSE, to=to)]
                if _OWL + "SymmetricProperty" in self._related(now, _TYPE, to=False):
                    near.append((now, not turned))
                waiting += [step for step in near if step not in found]
                found.update(near)
            self._same[name] = {n for n, turned in found if not turned}, {n for n, turned in found if turned}
        return self._same[name]

    def _related(self, name: str, relation: str, *, to: bool) -> list[str]:
        """Return what an axiom of the shipped graph or of the files relates to a property, or it to."""
        node, predicate = NamedNode(name), NamedNode(relation)
        ends = (None, predicate, node) if to else (node, predicate, None)
        quads = list(self._shipped.quads_for_pattern(*ends))
        quads += [q for _, q in (self.naming(node) if to else self.about(node)) if q.predicate == predicate]
        return [end.value for q in quads if isinstance(end := q.subject if to else q.object, NamedNode)]


def _term(term: Any) -> Term:
    """Return a term of a quad as what it can only be here: the reader lets no triple terms in."""
    return term  # type: ignore[no-any-return]
