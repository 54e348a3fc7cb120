"""A rule as it is run: slots for its variables, and functions for its premises, made once for all its rows.

A row has the values of the variables that premises about axioms have. It makes the properties and classes of the
other premises, and of the head, known.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from pyoxigraph import NamedNode

from rdfkit.base import UserError
from rdfkit.inference import joins
from rdfkit.inference.facts import BITS, IRI, OTHER, Chunk, Relation, Terms
from rdfkit.inference.rules import TYPE, Atom, Rule
from rdfkit.sparql import nodes

Find = Callable[[int, bool], Relation]
"""Returns the relation of a property, or of a class, by its number."""

_TYPE = NamedNode(TYPE)


class Row(NamedTuple):
    """A rule with its axioms known: values by slot, relations of premises and head, and functions for premises.

    ``head`` is None for a check, and for a head that is no triple because its predicate is no IRI.
    """

    values: list[int]
    relations: tuple[Relation, ...]
    head: Relation | None
    starts: tuple[tuple[joins.Start, tuple[int, ...]], ...]
    """For each premise the join that starts there, and the other premises about members that have the same subject."""


class Program:
    """A rule with its rows; ``pending`` is what was added to the relations of its premises since it last ran.

    ``is_stale`` is set when an axiom that it reads was added.
    """

    def __init__(self, place: int, rule: Rule, terms: Terms) -> None:
        """Take a rule, its place in the order, and the numbers of terms."""
        self.place, self.rule = place, rule
        self.is_stale = True
        self.rows: dict[tuple[int, ...], Row] = {}
        self.pending: list[Chunk] = []
        self._terms = terms
        self._values: list[int] = []
        self._slots: dict[Any, int] = {}
        for name in rule.variables:
            self._slot(name)
        self._atoms = [self._premise(atom) for atom in rule.atoms]
        self._head = self._premise(rule.head) if rule.head else (0, None)
        self._tests: list[tuple[frozenset[int], joins.Test]] = []
        self.late: list[str] = []
        names: dict[str, None] = {}
        for test, text in rule.tests:
            inner = {part.name: self._slot(part.name) for part in nodes.walk(test) if isinstance(part, nodes.Variable)}
            judged = joins.test_of(test, self._slots)
            if judged is None:
                self.late.append(text)
                names |= dict.fromkeys(inner)
            else:
                self._tests.append((frozenset(inner.values()), judged))
        self.late_names = tuple(names)
        """The variables of the conditions that the engine judges; their values come first in a solution."""
        self._known = {
            slot for term, slot in self._slots.items() if term in rule.variables or not isinstance(term, str)
        }
        self._compiled: dict[tuple[int, ...], tuple[tuple[joins.Start, tuple[int, ...]], ...]] = {}
        self._quick = self._quick_way()

    def row(self, key: tuple[int, ...], more: Sequence[Sequence[tuple[int, ...]]], find: Find) -> Row:
        """Return the row with these values; ``more`` has those of each universal condition."""
        values = self._values[:]
        values[: len(key)] = key
        here = {name: slot for name, slot in self._slots.items() if isinstance(name, str)}
        premises, atoms = list(self._atoms), [(atom, here) for atom in self.rule.atoms]
        for universal, bindings in zip(self.rule.universals, more, strict=True):
            for binding in bindings:
                inner = {**here, **{name: len(values) + at for at, name in enumerate(universal.variables)}}
                values += binding
                for atom in universal.atoms:
                    premises.append(self._premise(atom, inner))
                    atoms.append((atom, inner))
        relations = tuple(
            self._relation(atom, slots, premise, values, find)
            for (atom, slots), premise in zip(atoms, premises, strict=True)
        )
        head = None
        if self.rule.head is not None:
            predicate = self.rule.head.predicate
            if not isinstance(predicate, str) or values[here[predicate]] & OTHER == IRI:
                head = self._relation(self.rule.head, here, self._head, values, find)
        shape = tuple(map(len, more))
        if shape not in self._compiled:
            extra = frozenset(range(len(self._values), len(values)))
            known = frozenset(self._known) | extra
            join = joins.Join(premises, self._tests, self._last())
            self._compiled[shape] = tuple(
                (join.start(first, known), _others_of(premises, first)) for first in range(len(premises))
            )
        return Row(values, relations, head, self._compiled[shape])

    def forget(self, key: tuple[int, ...]) -> None:
        """Remove the row that was added last, which has these values."""
        for relation in reversed(self.rows.pop(key).relations):
            relation.triggers[self.place].pop()
            if not relation.triggers[self.place]:
                del relation.triggers[self.place]

    def infer(self, chunk: Chunk, rows: list[tuple[Row, int]], found: dict[Relation, set[Any]]) -> None:
        """Add what follows from new numbers to what was ``found`` for each head."""
        for row, new in self.solutions(chunk, rows):
            if row.head is not None:
                fresh = new if self.late else new - row.head.facts
                if fresh:
                    found.setdefault(row.head, set()).update(fresh)

    def solutions(self, chunk: Chunk, rows: list[tuple[Row, int]]) -> Iterator[tuple[Row, set[Any]]]:
        """Yield what follows by each row from new numbers of its premise; do not change the sets."""
        if self._quick is not None:
            for row, _ in rows:
                yield row, self._quick(row, chunk)
            return
        members = chunk.numbers() if chunk.relation.is_class else None
        new = chunk.log()
        for row, first in rows:
            start, others = row.starts[first]
            for other in others if members is not None else ():
                if members.isdisjoint(row.relations[other].facts):  # type: ignore[union-attr]
                    break  # most pairs of classes have no common member: this is quick
            else:
                out: set[Any] = set()
                start(row.values[:], row.relations, new, out)
                yield row, out

    def passing(self, found: set[Any]) -> set[Any]:
        """Return the solutions that pass the conditions that the engine judges, without the values for it."""
        if not self.late or not found:
            return found
        width = len(self.late_names)
        passed = joins.those_that_pass(found, self.late_names, self.late, self.rule.prologue, self._terms)
        return {each[width] if self.rule.head else each[width:] for each in passed}

    def _slot(self, term: Any) -> int:
        """Return the slot of a variable or a term; that of a term holds its number."""
        if term not in self._slots:
            self._slots[term] = len(self._values)
            self._values.append(0 if isinstance(term, str) else self._terms.number(term))
        return self._slots[term]

    def _premise(self, atom: Atom, inner: dict[str, int] | None = None) -> joins.Slots:
        """Return the slots of a premise or a head; ``inner`` has the slots of the names in a universal condition."""
        known = {*self.rule.variables, *(inner or {}).keys() - self._slots.keys()}
        if isinstance(atom.predicate, str) and atom.predicate not in known:
            raise UserError(
                f"The rule {self.rule.name} cannot be evaluated: no axiom says which property ?{atom.predicate} is."
            )

        def place(term: Any) -> int:
            return inner[term] if inner and term in inner else self._slot(term)

        is_class = atom.predicate == _TYPE and (not isinstance(atom.object, str) or atom.object in known)
        return place(atom.subject), None if is_class else place(atom.object)

    def _relation(
        self, atom: Atom, slots: dict[str, int], premise: joins.Slots, values: list[int], find: Find
    ) -> Relation:
        def value(term: Any) -> int:
            return values[slots[term]] if isinstance(term, str) else self._terms.number(term)

        if premise[1] is None:
            return find(value(atom.object), True)
        return find(value(atom.predicate), False)

    def _last(self) -> joins.Step:
        """Return the step that adds a solution: a number for the head, or values for the columns of a check."""
        late = [self._slots[name] for name in self.late_names]
        if self.rule.head is None:
            places = [*late, *(self._slots[name] for name in self.rule.columns)]

            def add_row(values: joins.Values, _: Sequence[Relation], out: set[Any]) -> None:
                out.add(tuple([values[place] for place in places]))

            return add_row
        subject, value = self._head

        def add(values: joins.Values, _: Sequence[Relation], out: set[Any]) -> None:
            number = values[subject]
            if number & 1:
                return  # no triple has a literal as its subject
            if value is not None:
                number = number << BITS | values[value]
            out.add((*(values[place] for place in late), number) if late else number)

        return add

    def _quick_way(self) -> Callable[[Row, Chunk], set[int]] | None:
        """Return a function for a rule of one premise whose solutions are a view of its numbers, or None."""
        if len(self._atoms) != 1 or self.rule.universals or self.late or self.rule.head is None:
            return None
        ((subject, value),) = self._atoms
        things = [_is_no_literal(test) for test, _ in self.rule.tests]
        if things and not (self._head == (value, None) and things == [self.rule.atoms[0].object]):
            return None
        return None if subject in self._known or value == subject else self._views(subject, value).get(self._head)

    def _views(self, subject: int, value: int | None) -> dict[joins.Slots, Callable[[Row, Chunk], set[int]]]:
        """Return for possible heads of a rule of one premise the view of its numbers."""
        if value is None:
            found: dict[joins.Slots, Callable[[Row, Chunk], set[int]]] = {
                (subject, None): lambda _, chunk: chunk.numbers()
            }
            for slot in self._known:
                found[subject, slot] = lambda row, chunk, slot=slot: {  # type: ignore[misc]
                    each << BITS | row.values[slot] for each in chunk.numbers()
                }
            return found
        if value in self._known:
            return {(subject, None): lambda row, chunk: chunk.subjects_of(row.values[value])}
        return {
            (subject, None): lambda _, chunk: chunk.subjects(),
            (value, None): lambda _, chunk: chunk.objects(),
            (subject, value): lambda _, chunk: chunk.numbers(),
            (value, subject): lambda _, chunk: chunk.turned(),
        }


def _others_of(premises: Sequence[joins.Slots], first: int) -> tuple[int, ...]:
    """Return the premises about members of a class that have the same subject as this one."""
    return tuple(at for at, each in enumerate(premises) if at != first and each == (premises[first][0], None))


def _is_no_literal(test: nodes.Expression) -> str | None:
    """Return the variable of ``!isLiteral(?variable)``, or None for another condition."""
    match test:
        case nodes.Call(name="!", arguments=(nodes.Call(name="ISLITERAL", arguments=(nodes.Variable(name=name),)),)):
            return name
    return None
