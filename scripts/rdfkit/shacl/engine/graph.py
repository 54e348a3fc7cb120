"""A graph as Python dictionaries, in which the fast engine looks up triples.

A term is its N-Triples text: it is hashed once, and its first character says what it is (``<`` an IRI, ``"`` a literal,
``_`` a blank node). Triples are indexed by predicate, then by subject; the reverse index of a predicate is made when it
is first used.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import TypeAlias

from pyoxigraph import Quad, Triple

Index: TypeAlias = dict[str, list[str]]

TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
FIRST = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#first>"
REST = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest>"
NIL = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil>"
SUBCLASS = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"

_NOTHING: Index = {}


class Graph:
    """An immutable index of triples; `union` makes another."""

    def __init__(self, objects: dict[str, Index]) -> None:
        """Keep an index without copying it: the values, each once, by predicate and subject."""
        self._objects = objects
        self._subjects: dict[str, Index] = {}
        self._several: dict[str, Index] = {}
        self._all_values: dict[str, set[str]] = {}
        self._instances: dict[str, set[str]] = {}
        self._fanout: dict[tuple[str, bool], float] = {}

    @classmethod
    def from_triples(cls, triples: Iterable[Triple | Quad]) -> "Graph":
        """Return a graph of some triples, or of quads, whose graph names are dropped."""
        return cls(_index(triples))

    def __len__(self) -> int:
        """Return the number of triples."""
        return sum(len(values) for index in self._objects.values() for values in index.values())

    def predicates(self) -> Iterable[str]:
        """Return all predicates."""
        return self._objects

    def objects(self, predicate: str) -> Mapping[str, list[str]]:
        """Return the values of a property, by subject."""
        return self._objects.get(predicate, _NOTHING)

    def subjects(self, predicate: str) -> Mapping[str, list[str]]:
        """Return the subjects with a property, by value."""
        found = self._subjects.get(predicate)
        if found is None:
            found = self._subjects[predicate] = {}
            for subject, values in self.objects(predicate).items():
                for value in values:
                    if value in found:
                        found[value].append(subject)
                    else:
                        found[value] = [subject]
        return found

    def values(self, subject: str, predicate: str) -> list[str]:
        """Return the values of a property of one subject."""
        return self.objects(predicate).get(subject, [])

    def several(self, predicate: str) -> Mapping[str, list[str]]:
        """Return the values of a property, by subject, for subjects with more than one value."""
        found = self._several.get(predicate)
        if found is None:
            index = self.objects(predicate)
            found = self._several[predicate] = {node: values for node, values in index.items() if len(values) > 1}
        return found

    def all_values(self, predicate: str) -> set[str]:
        """Return all values of a property."""
        found = self._all_values.get(predicate)
        if found is None:
            found = self._all_values[predicate] = set(chain.from_iterable(self.objects(predicate).values()))
        return found

    def nodes(self) -> set[str]:
        """Return all subjects and values."""
        return set().union(*self._objects.values(), *map(self.all_values, self._objects))

    def mean_fanout(self, predicate: str, *, back: bool = False) -> float:
        """Return how many triples of a property have the same subject as one of them, on average; ``back``: same value.

        A value with thousands of triples therefore counts with the cost of following it.
        """
        found = self._fanout.get((predicate, back))
        if found is None:
            sizes = list(map(len, (self.subjects(predicate) if back else self.objects(predicate)).values()))
            found = self._fanout[predicate, back] = sum(size * size for size in sizes) / max(sum(sizes), 1)
        return found

    def instances(self, kind: str) -> set[str]:
        """Return the instances of a class and of its subclasses (SHACL 2.1.3.2: by ``rdfs:subClassOf`` in the data)."""
        found = self._instances.get(kind)
        if found is None:
            below, typed = self.subjects(SUBCLASS), self.subjects(TYPE)
            seen, waiting = {kind}, [kind]
            found = self._instances[kind] = set()
            while waiting:
                each = waiting.pop()
                found.update(typed.get(each, ()))
                new = [name for name in below.get(each, ()) if name not in seen]
                seen.update(new)
                waiting += new
        return found

    def items(self, head: str) -> list[str]:
        """Return the members of an RDF list; raises ValueError if it is not well-formed."""
        found, seen = [], {NIL}
        while head not in seen:
            seen.add(head)
            first, rest = self.values(head, FIRST), self.values(head, REST)
            if len(first) != 1 or len(rest) != 1:
                raise ValueError(f"{head} is not a well-formed list")
            found.append(first[0])
            head = rest[0]
        if head != NIL:
            raise ValueError(f"{head} is a list that contains itself")
        return found

    def union(self, triples: Iterable[Triple | Quad | str]) -> "Graph":
        """Return a graph of the triples of this one and some more, which may be in N-Triples without the dot.

        The graph names of quads are dropped.
        """
        objects = _index(triples)
        for predicate, index in self._objects.items():
            more = objects.setdefault(predicate, index)
            if more is not index:
                # Only the new index may be changed: this graph keeps its own.
                for subject, values in index.items():
                    new = more.get(subject)
                    more[subject] = values if new is None else list(dict.fromkeys(values + new))
        return Graph(objects)


def _index(triples: Iterable[Triple | Quad | str]) -> dict[str, Index]:
    objects: dict[str, Index] = {}
    terms: dict[str, str] = {}
    same = terms.setdefault
    with gc_disabled():
        for each in triples:
            text = str(each.triple if type(each) is Quad else each)
            # IRIs and blank nodes have no space, so the rest is the value.
            subject, predicate, value = text.split(" ", 2)
            index = objects.get(predicate)
            if index is None:
                index = objects[predicate] = {}
            values = index.get(subject)
            # One string for each node takes less memory, and equal strings mostly compare by their address.
            if value[0] != '"':
                value = same(value, value)
            if values is None:
                index[same(subject, subject)] = [value]
            else:
                values.append(value)
    for index in objects.values():
        for subject, values in index.items():
            if len(values) > 1:
                index[subject] = list(dict.fromkeys(values))
    return objects


@contextmanager
def gc_disabled() -> Iterator[None]:
    """Disable the garbage collector: it would traverse millions of lists many times, and none is in a cycle."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
