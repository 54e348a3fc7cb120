"""The rules run forward on numbers, each only on what is new since it last ran (semi-naive evaluation).

Axioms are few and data is much. What a rule asks of axioms is asked of a store that has nothing else, again only after
an axiom was added. Each row of the answer is the rule with its properties and classes known; for data alone, it is run
on what was added to them. The rules take turns as if each were run on everything: what a rule infers in one turn does
not count as its premise in the same turn. So the order of inference, which `derivation` needs, is the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store, Triple

from rdfkit.inference.facts import BITS, IRI, MASK, OTHER, Chunk, Relation, Terms
from rdfkit.inference.programs import Program, Row
from rdfkit.inference.rules import TYPE, Rule

_MAX_REMOVED_AXIOMS = 100
"""If new data had more axioms than this, the store of axioms is made again: to remove one takes 0.1 ms."""

_TYPE = NamedNode(TYPE)


class Step(NamedTuple):
    """What one turn of a rule added: its name, and numbers by relation."""

    rule: str
    added: dict[Relation, set[int]]


class Forward:
    """A set of triples that rules close. It can be marked, closed further with new triples, and set back."""

    def __init__(self, rules: Sequence[Rule], inferred: NamedNode) -> None:
        """Take the rules in their order; ``inferred`` is the graph of what they infer."""
        self.terms = Terms()
        self.relations: dict[int, Relation] = {}
        """Properties by their number, classes by the complement of theirs."""
        self._inferred = inferred
        self._type = self.terms.number(_TYPE)
        self._types: Relation | None = None
        """All triples of rdf:type, if a rule needs them for a class that no axiom says."""
        self._axioms = Store()
        self._size = 0
        self._programs = [Program(place, rule, self.terms) for place, rule in enumerate(rules)]
        self._done = [-1] * len(rules)
        self._mark: _Mark | None = None
        for program in self._programs:
            for name in program.rule.reads:
                self._relation(self.terms.number(NamedNode(name)), False).readers.append(program.place)
            for name in program.rule.types:
                self._relation(self.terms.number(NamedNode(name)), True).readers.append(program.place)

    def load(self, quads: Iterable[Any], graph: NamedNode | None = None) -> None:
        """Add quads; with ``graph``, quads or triples as quads of that graph."""
        numbers, new = self.terms.numbers.get, self.terms.new
        found: dict[Any, tuple[Relation, set[int]] | None] = {_TYPE: None}
        members: dict[int, set[int]] = {}
        axioms: list[Quad] = []
        for quad in quads:
            subject, predicate, value = quad.subject, quad.predicate, quad.object
            first = numbers(subject)
            if first is None:
                first = new(subject)
            last = numbers(value)
            if last is None:
                last = new(value)
            if predicate not in found:
                found[predicate] = self._relation(self.terms.number(predicate), False), set()
            of_property = found[predicate]
            if of_property is None:
                if last not in members:
                    members[last] = set()
                members[last].add(first)
                relation = self.relations.get(~last)
            else:
                relation = of_property[0]
                of_property[1].add(first << BITS | last)
            if relation is not None and relation.readers:
                axioms.append(quad if graph is None else Quad(subject, predicate, value, graph))
        added = dict(each for each in found.values() if each is not None)
        added |= {self._relation(name, True): new_members for name, new_members in members.items()}
        self._commit({relation: given - relation.facts for relation, given in added.items()}, axioms)

    def run(self) -> Iterator[list[Step]]:
        """Run the rules in turn until none adds anything; yield what each round added."""
        rules = [each for each in self._programs if not each.rule.is_check]
        done = self._done
        while any(done[each.place] != self._size for each in rules):
            steps = []
            for each in rules:
                if done[each.place] == self._size:
                    continue
                done[each.place] = self._size
                added = self._turn(each)
                if added:
                    self._commit(added)
                    steps.append(Step(each.rule.name, added))
            yield steps

    def broken(self) -> Iterator[tuple[Rule, set[tuple[int, ...]]]]:
        """Yield the checks that have rows that they did not have before, with those rows."""
        for program in self._programs:
            if program.rule.is_check:
                rows = self._rows_of(program)
                if rows:
                    yield program.rule, rows

    def triples(self, relation: Relation, numbers: Iterable[int]) -> Iterator[Triple]:
        """Yield the triples of a relation from their numbers."""
        held = self.terms.terms
        name = held[relation.name >> 2]
        if relation.is_class:
            for number in numbers:
                yield Triple(held[number >> 2], _TYPE, name)
        else:
            for number in numbers:
                yield Triple(held[number >> BITS + 2], name, held[(number & MASK) >> 2])

    def mark(self) -> None:
        """Remember this state for `reset`."""
        self._mark = _Mark(self._size, self.terms.marks())

    def reset(self) -> None:
        """Return to the marked state."""
        mark = self._mark
        if mark is None or not mark.is_passed:
            return
        for program, key in reversed(mark.rows):
            program.forget(key)
        for relation, size in mark.sizes.items():
            relation.forget(size)
        for place in mark.relations:
            del self.relations[place]
        if self._type not in self.relations:
            self._types = None
        self._forget_axioms(mark.axioms)
        for program in self._programs:
            program.is_stale = False
            program.pending.clear()
        self._size = mark.size
        self._done = [mark.size] * len(self._done)
        self.terms.forget(mark.terms)
        self.mark()

    def _forget_axioms(self, gone: list[Quad]) -> None:
        if len(gone) > _MAX_REMOVED_AXIOMS:
            kept = [*{*self._axioms} - {*gone}]
            self._axioms = Store()
            self._axioms.bulk_extend(kept)
        for quad in gone if len(gone) <= _MAX_REMOVED_AXIOMS else ():
            self._axioms.remove(quad)

    def _relation(self, name: int, is_class: bool) -> Relation:
        """Return the relation of a property or a class, a new one for a new name."""
        key = ~name if is_class else name
        found = self.relations.get(key)
        if found is None:
            found = self.relations[key] = Relation(name, is_class=is_class)
            if self._mark is not None:
                self._mark.relations.append(key)
            if key == self._type:
                self._types = found
                for each in self.relations.values():
                    if each.is_class:
                        found.add([member << BITS | each.name for member in each.log])
        return found

    def _commit(self, added: dict[Relation, set[int]], axioms: list[Quad] | None = None) -> None:
        """Add numbers that are new to their relations, and the axioms among them to the store of axioms."""
        self._size += sum(map(len, added.values()))
        if self._types is not None:
            pairs = {number << BITS | each.name for each, new in added.items() if each.is_class for number in new}
            added = {**added, self._types: pairs}
        made = axioms or []
        for relation, new in added.items():
            if new:
                self._add(relation, new)
                if relation.readers and axioms is None:
                    for triple in self.triples(relation, new):
                        made.append(Quad(triple.subject, triple.predicate, triple.object, self._inferred))
        if self._mark is not None:
            self._mark.is_passed = True
            self._mark.axioms += (quad for quad in made if quad not in self._axioms)
        if made:
            self._axioms.bulk_extend(made)

    def _add(self, relation: Relation, new: set[int]) -> None:
        """Add numbers to a relation, and to what the rules that read it have to run."""
        start = len(relation.log)
        if self._mark is not None:
            self._mark.sizes.setdefault(relation, start)
        relation.add(new)
        if relation.triggers:
            chunk = Chunk(relation, start, len(relation.log))
            for place in relation.triggers:
                self._programs[place].pending.append(chunk)
        for place in relation.readers:
            self._programs[place].is_stale = True

    def _turn(self, program: Program) -> dict[Relation, set[int]]:
        """Return what one rule adds now."""
        found: dict[Relation, set[int]] = {}
        if program.rule.atoms:
            for chunk, rows in self._work(program):
                program.infer(chunk, rows, found)
        else:
            for head, number in self._heads(program):
                found.setdefault(head, set()).add(number)
        if program.late:
            found = {head: program.passing(new) for head, new in found.items()}
        if self._types in found:
            for number in found.pop(self._types):
                found.setdefault(self._relation(number & MASK, True), set()).add(number >> BITS)
        fresh = ((head, new - head.facts) for head, new in found.items())
        return {head: new for head, new in fresh if new}

    def _rows_of(self, program: Program) -> set[tuple[int, ...]]:
        """Return the rows of a check that follow from what is new."""
        rule = program.rule
        if rule.atoms:
            found: set[tuple[int, ...]] = set()
            for chunk, rows in self._work(program):
                for _, new in program.solutions(chunk, rows):
                    found |= new
            return program.passing(found)
        if not program.is_stale:
            return set()
        program.is_stale = False
        places = [rule.variables.index(name) for name in rule.columns]
        return {tuple(row[place] for place in places) for row in self._ask(rule.axioms)}

    def _heads(self, program: Program) -> Iterator[tuple[Relation, int]]:
        """Yield what a rule about axioms alone infers: relations with one number."""
        head = program.rule.head
        assert head is not None  # noqa: S101 - a rule
        if not program.is_stale:
            return
        program.is_stale = False
        names = program.rule.variables
        for row in self._ask(program.rule.axioms):
            values = dict(zip(names, row, strict=False))
            subject, predicate, value = (
                values[term] if isinstance(term, str) else self.terms.number(term)
                for term in (head.subject, head.predicate, head.object)
            )
            if subject & 1 or predicate & OTHER != IRI:
                continue
            if predicate == self._type:
                yield self._relation(value, True), subject
            else:
                yield self._relation(predicate, False), subject << BITS | value

    def _work(self, program: Program) -> Iterator[tuple[Chunk, list[tuple[Row, int]]]]:
        """Yield what a rule has to run: new numbers, and the rows with the premise for which they are new."""
        chunks, program.pending = program.pending, []
        for chunk in chunks:
            yield chunk, chunk.relation.triggers[program.place]
        if program.is_stale:
            program.is_stale = False
            whole: dict[Relation, list[tuple[Row, int]]] = {}
            for row in self._new_rows(program):
                at = min(range(len(row.relations)), key=lambda place: len(row.relations[place].log))
                whole.setdefault(row.relations[at], []).append((row, at))
            for relation, rows in whole.items():
                if relation.log:
                    yield Chunk(relation, 0, len(relation.log)), rows

    def _new_rows(self, program: Program) -> list[Row]:
        """Return the rows that a rule has since axioms were added, and register them with their relations."""
        rule = program.rule
        asked = self._ask(rule.axioms) if rule.axioms else {()}
        keys = [row[: len(rule.variables)] for row in asked]
        fresh = [key for key in keys if key not in program.rows]
        more: list[dict[tuple[int, ...], list[tuple[int, ...]]]] = []
        for universal in rule.universals if fresh else ():
            bindings: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
            for values in self._ask(universal.query):
                bindings.setdefault(values[: len(rule.variables)], []).append(values[len(rule.variables) :])
            more.append(bindings)
        made = []
        for key in fresh:
            row = program.row(key, [bindings.get(key, []) for bindings in more], self._relation)
            program.rows[key] = row
            if self._mark is not None:
                self._mark.rows.append((program, key))
            for at, relation in enumerate(row.relations):
                relation.triggers.setdefault(program.place, []).append((row, at))
            made.append(row)
        return made

    def _ask(self, query: str) -> set[tuple[int, ...]]:
        """Return the rows of a SELECT over the axioms, as numbers."""
        rows = self._axioms.query(query)
        assert isinstance(rows, QuerySolutions)  # noqa: S101 - a SELECT
        number = self.terms.number
        return {tuple([number(term) for term in row]) for row in rows}


class _Mark:
    """What `Forward.reset` needs: the state at the mark, and what was added since."""

    def __init__(self, size: int, terms: tuple[int, int]) -> None:
        self.size, self.terms = size, terms
        self.is_passed = False
        self.sizes: dict[Relation, int] = {}
        self.relations: list[int] = []
        self.axioms: list[Quad] = []
        self.rows: list[tuple[Program, tuple[int, ...]]] = []
