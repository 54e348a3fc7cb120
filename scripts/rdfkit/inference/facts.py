"""Terms as numbers, and the triples of each property and class as sets of numbers.

A number says what its term is in its last two bits. The members of a class are numbers of terms; the triples of any
other property are numbers too, of subject and object together. A set of a million of them takes a tenth of the memory
of the triples.
"""

import re
from collections.abc import Iterable
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store, Variable

from rdfkit.base import UserError, namespaces

IRI, LITERAL, BLANK, OTHER = range(4)
"""What the last two bits of a number say; a term with an odd number cannot be a subject."""

BITS = 30
"""The bits of an object in the number of a triple: two such numbers fit into one of Python's small integers."""

MASK = (1 << BITS) - 1
_MAX_TERMS = 1 << (BITS - 2)

_XSD = namespaces.XSD
_BUILT_IN = (namespaces.OWL, namespaces.RDF, namespaces.RDFS, namespaces.XSD)
_KEPT_AS_WRITTEN = {_XSD + "string", namespaces.RDF + "langString"}
_DAY = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")
_CANONICAL = {
    _XSD + "integer": re.compile(r"0|-?[1-9][0-9]{0,16}"),
    _XSD + "decimal": re.compile(r"-?(?:0|[1-9][0-9]{0,8})\.[0-9]{0,6}[1-9]"),
    _XSD + "boolean": re.compile(r"true|false"),
    _XSD + "date": _DAY,
    _XSD + "gYear": re.compile(r"[12][0-9]{3}"),
    _XSD + "anyURI": re.compile(r".*", re.DOTALL),
}
"""Datatypes, and texts that the engine leaves as they are: no need to ask it."""


class Terms:
    """Numbers for terms. Two literals that the engine keeps as one value, such as 1 and 01, have one number."""

    def __init__(self) -> None:
        """Start without terms."""
        self.numbers: dict[Any, int] = {}
        self.terms: list[Any] = []
        self.built_in: set[int] = set()
        self._engine = Store()
        self._others: list[Any] = []
        """Literals that have the number of another way to write them."""

    def number(self, term: Any) -> int:
        """Return the number of a term, a new one for a new term."""
        found = self.numbers.get(term)
        return self.new(term) if found is None else found

    def new(self, term: Any) -> int:
        """Return a number for a term that has none."""
        kind = OTHER
        if isinstance(term, NamedNode):
            kind = IRI
        elif isinstance(term, Literal):
            kind = LITERAL
            datatype = term.datatype.value
            if datatype not in _KEPT_AS_WRITTEN and not (
                (usual := _CANONICAL.get(datatype)) and usual.fullmatch(term.value)
            ):
                kept = self._as_kept(term)
                if kept != term:
                    self._others.append(term)
                    self.numbers[term] = number = self.number(kept)
                    return number
        elif isinstance(term, BlankNode):
            kind = BLANK
        if len(self.terms) >= _MAX_TERMS:
            raise UserError(f"The data has more than {_MAX_TERMS:,} different terms: divide it.")
        number = len(self.terms) << 2 | kind
        self.terms.append(term)
        self.numbers[term] = number
        if not kind and term.value.startswith(_BUILT_IN):
            self.built_in.add(number)
        return number

    def term(self, number: int) -> Any:
        """Return the term of a number."""
        return self.terms[number >> 2]

    def marks(self) -> tuple[int, int]:
        """Return what `forget` needs to forget later terms."""
        return len(self.terms), len(self._others)

    def forget(self, marks: tuple[int, int]) -> None:
        """Forget the terms that got a number since ``marks``."""
        for held, mark in ((self._others, marks[1]), (self.terms, marks[0])):
            for term in held[mark:]:
                self.built_in.discard(self.numbers.pop(term))
            del held[mark:]

    def _as_kept(self, literal: Literal) -> Literal:
        """Return a literal as the engine keeps it: numbers by value."""
        answer = self._engine.query("SELECT ?kept { }", substitutions={Variable("kept"): literal})
        assert isinstance(answer, QuerySolutions)  # noqa: S101 - a SELECT
        kept = next(answer)[0]
        assert isinstance(kept, Literal)  # noqa: S101
        return kept


class Relation:
    """The members of a class (``is_class``), or the triples of a property, as numbers, in the order of their addition.

    ``by_subject`` and ``by_object`` are made when a rule first asks for them. ``triggers`` has for each rule, by its
    place in the order, what to run with new numbers, and ``readers`` the rules whose axioms are in here.
    """

    __slots__ = ("_by_object", "_by_subject", "facts", "is_class", "log", "name", "readers", "triggers")

    def __init__(self, name: int, *, is_class: bool) -> None:
        """Start empty."""
        self.name = name
        """The number of the class or the property."""
        self.is_class = is_class
        self.log: list[int] = []
        self.facts: set[int] = set()
        self._by_subject: dict[int, list[int]] | None = None
        self._by_object: dict[int, list[int]] | None = None
        self.triggers: dict[int, list[tuple[Any, int]]] = {}
        self.readers: list[int] = []

    def add(self, new: Iterable[int]) -> None:
        """Add numbers that are not in the relation yet."""
        start = len(self.log)
        self.log += new
        self.facts.update(self.log[start:])
        if self._by_subject is not None:
            _index(self._by_subject, self.log[start:])
        if self._by_object is not None:
            _index_back(self._by_object, self.log[start:])

    def forget(self, mark: int) -> None:
        """Remove the numbers that were added since the relation had ``mark`` of them."""
        gone = self.log[mark:]
        del self.log[mark:]
        if not mark:
            self.facts, self._by_subject, self._by_object = set(), None, None
            return
        self.facts.difference_update(gone)
        for index, shift in ((self._by_subject, BITS), (self._by_object, 0)):
            if index is not None:
                for number in reversed(gone):
                    key = number >> shift & MASK
                    index[key].pop()  # the last one added is the last one in its list
                    if not index[key]:
                        del index[key]

    @property
    def by_subject(self) -> dict[int, list[int]]:
        """The objects of each subject."""
        if self._by_subject is None:
            self._by_subject = {}
            _index(self._by_subject, self.log)
        return self._by_subject

    @property
    def by_object(self) -> dict[int, list[int]]:
        """The subjects of each object."""
        if self._by_object is None:
            self._by_object = {}
            _index_back(self._by_object, self.log)
        return self._by_object


def _index(index: dict[int, list[int]], new: Iterable[int]) -> None:
    for number in new:
        index.setdefault(number >> BITS, []).append(number & MASK)


def _index_back(index: dict[int, list[int]], new: Iterable[int]) -> None:
    for number in new:
        index.setdefault(number & MASK, []).append(number >> BITS)


class Chunk:
    """What one step added to a relation; its views are made once, for all rules that need them."""

    __slots__ = ("_by_object", "_numbers", "_objects", "_subjects", "_turned", "end", "relation", "start")

    def __init__(self, relation: Relation, start: int, end: int) -> None:
        """Take the numbers from one place of the relation up to another."""
        self.relation, self.start, self.end = relation, start, end
        self._numbers: set[int] | None = None
        self._subjects: set[int] | None = None
        self._objects: set[int] | None = None
        self._turned: set[int] | None = None
        self._by_object: dict[int, set[int]] | None = None

    def log(self) -> list[int]:
        """Return the numbers in their order."""
        return self.relation.log[self.start : self.end]

    def numbers(self) -> set[int]:
        """Return the numbers."""
        if self._numbers is None:
            self._numbers = self.relation.facts if self.is_whole() else set(self.log())
        return self._numbers

    def is_whole(self) -> bool:
        """Return whether this is all of the relation."""
        return not self.start and self.end == len(self.relation.log)

    def subjects(self) -> set[int]:
        """Return the subjects."""
        if self._subjects is None:
            self._subjects = {number >> BITS for number in self.log()}
        return self._subjects

    def objects(self) -> set[int]:
        """Return the objects that can be subjects, so no literals."""
        if self._objects is None:
            self._objects = {number & MASK for number in self.log() if not number & 1}
        return self._objects

    def turned(self) -> set[int]:
        """Return the triples with subject and object exchanged, where that is possible."""
        if self._turned is None:
            self._turned = {(number & MASK) << BITS | number >> BITS for number in self.log() if not number & 1}
        return self._turned

    def subjects_of(self, value: int) -> set[int]:
        """Return the subjects of one object."""
        if self._by_object is None:
            self._by_object = {}
            for number in self.log():
                self._by_object.setdefault(number & MASK, set()).add(number >> BITS)
        return self._by_object.get(value, _NONE)


_NONE: set[int] = set()
