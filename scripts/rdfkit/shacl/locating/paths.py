"""The values of a SHACL path, each with the triple of the files that leads to it.

An inferred triple is traced to the triple of a subproperty or an inverse property. A path may use triples of the base
graph; the location is then that of the last triple of the files on the way.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from rdfkit.base import namespaces
from rdfkit.shacl.terms import Described, Term, list_members

_SH, _RDF, _RDFS, _OWL = namespaces.SH, namespaces.RDF, namespaces.RDFS, namespaces.OWL
_SUBPROPERTY, _INVERSE, _TYPE = _RDFS + "subPropertyOf", _OWL + "inverseOf", _RDF + "type"
_REPEATED = ("zeroOrOnePath", "zeroOrMorePath", "oneOrMorePath")


class TripleRef(NamedTuple):
    """A part of a triple: number of the source, number of the triple in it, and the part.

    The part is ``subject``, ``predicate``, ``object``, or ``datatype`` (that of the object).
    """

    source: int
    number: int
    part: str


Reached = tuple[Term, TripleRef | None]
"""A node that a path leads to, and the last triple of the files on the way to it."""


class TripleIndex:
    """The triples of some files by subject and by object, and the base graph that they were validated with."""

    def __init__(self, sources: Sequence[Sequence[Quad]], base: Store) -> None:
        """Index the triples of each source; ``base`` is closed under the rules of the project."""
        self._sources = sources
        self._base = base
        self._of_subject: dict[Any, list[tuple[int, int]]] = {}
        self._of_object: dict[Any, list[tuple[int, int]]] = {}
        self._same: dict[str, tuple[set[str], set[str]]] = {}
        for source, quads in enumerate(sources):
            for number, quad in enumerate(quads):
                self._of_subject.setdefault(quad.subject, []).append((source, number))
                self._of_object.setdefault(quad.object, []).append((source, number))

    def with_subject(self, node: Any) -> Iterator[tuple[TripleRef, Quad]]:
        """Yield the triples with a node as subject; the reference is to their object."""
        return ((TripleRef(*at, "object"), self._quad(at)) for at in self._of_subject.get(node, ()))

    def with_object(self, node: Any) -> Iterator[tuple[TripleRef, Quad]]:
        """Yield the triples with a node as object; the reference is to their subject."""
        return ((TripleRef(*at, "subject"), self._quad(at)) for at in self._of_object.get(node, ()))

    def first_mention(self, node: Any) -> TripleRef | None:
        """Return where a node is first a subject, or else first an object."""
        for index, part in ((self._of_subject, "subject"), (self._of_object, "object")):
            if node in index:
                return TripleRef(*index[node][0], part)
        return None

    def values(self, focus: Term, path: Term, description: Described) -> list[tuple[Term, TripleRef]]:
        """Return the values of a path from a node that triples of the files lead to, each with the last such triple.

        ``description`` is that of the path if it is a blank node.
        """
        reached = self._walk(path, [(focus, None)], description, back=False)
        return list(dict.fromkeys((value, ref) for value, ref in reached if ref))

    def related(self, name: str, relation: str, *, to: bool) -> list[str]:
        """Return the IRIs that an axiom of the base graph or of the files relates to ``name``.

        With ``to``, ``name`` is the object of the axiom, else its subject.
        """
        node, predicate = NamedNode(name), NamedNode(relation)
        ends = (None, predicate, node) if to else (node, predicate, None)
        quads = list(self._base.quads_for_pattern(*ends))
        quads += [q for _, q in (self.with_object(node) if to else self.with_subject(node)) if q.predicate == predicate]
        return [end.value for q in quads if isinstance(end := q.subject if to else q.object, NamedNode)]

    def _quad(self, at: tuple[int, int]) -> Quad:
        return self._sources[at[0]][at[1]]

    def _walk(self, path: Term, starts: Iterable[Reached], description: Described, *, back: bool) -> Iterator[Reached]:
        values = description.get(path, {}) if isinstance(path, BlankNode) else {}
        if isinstance(path, NamedNode):
            for node, before in starts:
                yield from ((value, ref or before) for value, ref in self._step(node, path.value, back=back))
        elif _RDF + "first" in values:
            steps = list(list_members(path, description))
            for step in reversed(steps) if back else steps:
                starts = list(self._walk(step, starts, description, back=back))
            yield from starts
        elif _SH + "inversePath" in values:
            yield from self._walk(values[_SH + "inversePath"], starts, description, back=not back)
        elif _SH + "alternativePath" in values:
            starts = list(starts)
            for step in list_members(values[_SH + "alternativePath"], description):
                yield from self._walk(step, starts, description, back=back)
        else:
            yield from self._repeat(values, list(starts), description, back=back)

    def _repeat(
        self, values: dict[str, Term], starts: list[Reached], description: Described, *, back: bool
    ) -> Iterator[Reached]:
        kind = next((name for name in _REPEATED if _SH + name in values), None)
        if kind is None:
            return
        if kind != "oneOrMorePath":
            yield from starts
        reached: set[Term] = set()
        while starts:
            steps = self._walk(values[_SH + kind], starts, description, back=back)
            starts = [step for step in steps if step[0] not in reached]
            reached.update(value for value, _ in starts)
            yield from starts
            if kind == "zeroOrOnePath":
                return

    def _step(self, node: Term, name: str, *, back: bool) -> Iterator[Reached]:
        """Yield the values of one property: in the files, first by the property itself, then in the base graph."""
        same, inverse = self._implying(name)
        ahead, behind = (inverse, same) if back else (same, inverse)
        found = [(ref, quad.predicate.value, quad.object) for ref, quad in self.with_subject(node)]
        found = [entry for entry in found if entry[1] in ahead]
        found += [(s, q.predicate.value, q.subject) for s, q in self.with_object(node) if q.predicate.value in behind]
        for ref, _, value in sorted(found, key=lambda entry: (entry[1] != name, entry[0])):
            yield _term(value), ref
        if back:
            yield from ((_term(q.subject), None) for q in self._base.quads_for_pattern(None, NamedNode(name), node))
        elif not isinstance(node, Literal):
            yield from ((_term(q.object), None) for q in self._base.quads_for_pattern(node, NamedNode(name), None))

    def _implying(self, name: str) -> tuple[set[str], set[str]]:
        """Return the properties that imply one, including itself, and those whose inverse implies it."""
        if name not in self._same:
            found = {(name, False)}
            waiting = [(name, False)]
            while waiting:
                now, turned = waiting.pop()
                near = [(narrower, turned) for narrower in self.related(now, _SUBPROPERTY, to=True)]
                near += [(other, not turned) for to in (True, False) for other in self.related(now, _INVERSE, to=to)]
                if _OWL + "SymmetricProperty" in self.related(now, _TYPE, to=False):
                    near.append((now, not turned))
                waiting += [step for step in near if step not in found]
                found.update(near)
            self._same[name] = {n for n, turned in found if not turned}, {n for n, turned in found if turned}
        return self._same[name]


def _term(term: Any) -> Term:
    """Return a term of a quad with its type here: the reader refuses triple terms."""
    return term  # type: ignore[no-any-return]
