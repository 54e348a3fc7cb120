"""A graph as Python dictionaries: what the fast validator looks things up in.

A term is its N-Triples text, so that it is hashed once and told apart by its first character: ``<`` an IRI, ``"`` a
literal, ``_`` a blank node. Triples lie by predicate, then by subject; the other way round is worked out for those
predicates that somebody asks for.
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
    """Triples to look up; never changed once made, ``plus`` makes another."""

    def __init__(self, objects: dict[str, Index]) -> None:
        """Take over what is said: by predicate, by subject, the values, each once."""
        self._objects = objects
        self._subjects: dict[str, Index] = {}
        self._several: dict[str, Index] = {}
        self._all_values: dict[str, set[str]] = {}
        self._instances: dict[str, set[str]] = {}
        self._spread: dict[tuple[str, bool], float] = {}

    def __len__(self) -> int:
        """Return the number of triples."""
        return sum(len(values) for index in self._objects.values() for values in index.values())

    def predicates(self) -> Iterable[str]:
        """Return every predicate."""
        return self._objects

    def objects(self, predicate: str) -> Mapping[str, list[str]]:
        """Return the values of a property, by subject."""
        return self._objects.get(predicate, _NOTHING)

    def subjects(self, predicate: str) -> Mapping[str, list[str]]:
        """Return the things that have a property, by value."""
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
        """Return the values that one thing has of a property."""
        return self.objects(predicate).get(subject, [])

    def several(self, predicate: str) -> Mapping[str, list[str]]:
        """Return the values of a property, by subject, of those things that have more than one."""
        found = self._several.get(predicate)
        if found is None:
            index = self.objects(predicate)
            found = self._several[predicate] = {node: values for node, values in index.items() if len(values) > 1}
        return found

    def all_values(self, predicate: str) -> set[str]:
        """Return everything that is a value of a property."""
        found = self._all_values.get(predicate)
        if found is None:
            found = self._all_values[predicate] = set(chain.from_iterable(self.objects(predicate).values()))
        return found

    def spread(self, predicate: str, *, back: bool = False) -> float:
        """Return how many triples of a property share the subject with one of them, on average; ``back``, the value.

        So a value that stands in thousands of triples counts for what it would cost to meet it.
        """
        found = self._spread.get((predicate, back))
        if found is None:
            sizes = list(map(len, (self.subjects(predicate) if back else self.objects(predicate)).values()))
            found = self._spread[predicate, back] = sum(size * size for size in sizes) / max(sum(sizes), 1)
        return found

    def instances(self, kind: str) -> set[str]:
        """Return the things of a class or of a class below it (SHACL 2.1.3.2: by ``rdfs:subClassOf`` in the data)."""
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
        """Return the members of an RDF list; raises ValueError where it is none."""
        found, seen = [], {NIL}
        while head not in seen:
            seen.add(head)
            first, rest = self.values(head, FIRST), self.values(head, REST)
            if len(first) != 1 or len(rest) != 1:
                raise ValueError(f"{head} is no proper list")
            found.append(first[0])
            head = rest[0]
        if head != NIL:
            raise ValueError(f"{head} is a list that leads into itself")
        return found

    def plus(self, triples: Iterable[Triple | Quad]) -> "Graph":
        """Return a graph of these triples and the ones here; of a quad only the triple counts."""
        objects = _index(triples)
        for predicate, index in self._objects.items():
            more = objects.setdefault(predicate, index)
            if more is not index:
                # Of the two, this one is new and nobody else's.
                for subject, values in index.items():
                    said = more.get(subject)
                    more[subject] = values if said is None else list(dict.fromkeys(values + said))
        return Graph(objects)


def graph_of(triples: Iterable[Triple | Quad]) -> Graph:
    """Return a graph of some triples, or of quads, whose graph names do not count."""
    return Graph(_index(triples))


def _index(triples: Iterable[Triple | Quad]) -> dict[str, Index]:
    objects: dict[str, Index] = {}
    terms: dict[str, str] = {}
    same = terms.setdefault
    with without_collector():
        for each in triples:
            text = str(each.triple if type(each) is Quad else each)
            # An IRI or a blank node holds no space, so the rest is the value.
            subject, predicate, value = text.split(" ", 2)
            index = objects.get(predicate)
            if index is None:
                index = objects[predicate] = {}
            values = index.get(subject)
            # One text for each node: less memory, and equal ones are mostly told by their address.
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
def without_collector() -> Iterator[None]:
    """Keep the collector of cycles from going through millions of lists again and again: none is in a cycle."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
