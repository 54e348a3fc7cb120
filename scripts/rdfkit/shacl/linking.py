"""Which records of a large file must be judged together: those of which one can read what the other states.

A record is a run of triples, such as a named graph. Each record has, for each node that it names, the triples there
that a shape can read from elsewhere, all triples of the node, and the roles that a rule can join. Two records that
agree in these have the same results apart and together. Two that do not are linked, and linked records are judged as
one graph.

The table of nodes is on disk, so that memory holds only the links. Terms and triples are compared by their 64-bit
hashes, which have a secret key in each process: two that are equal by accident could only hide a link, and that is as
good as impossible.
"""

import tempfile
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from rdfkit.inference.roles import MEMBER, OBJECT, SUBJECT, Role, Roles
from rdfkit.shacl.engine.graph import TYPE
from rdfkit.shacl.reach import ANY, Reach

_BITS = (1 << 64) - 1
_BUCKETS = 64
_WIDTH = 5
_MAX_NUMBERS_IN_MEMORY = 100_000
"""Of one bucket, before it is written to disk."""
MAX_MENTIONS = 1000
"""Of a node of the graph that the data is validated with, before records that only mention it have no sign for it."""
_ROLES_BITS = 20
_CHECKED = 1


class Sign(NamedTuple):
    """What a record says of a node: hashes of all its triples as subject, of those that are read from elsewhere, its
    roles as bits, and the number of its triples as subject."""

    own: int
    read: int
    roles: int
    count: int


def key_of(node: str) -> int:
    """Return the key of a node, given in N-Triples."""
    return hash(node) & _BITS


class Signs:
    """Finds the signs of records, for what shapes read and rules join.

    ``known`` are the subjects of the graph that the data is validated with. Of such a node that thousands of records
    only mention, such as a class, most of these have no sign. If a record describes one, `missed` has it, and the signs
    are to be found again with it in ``described``.
    """

    def __init__(self, reach: Reach, roles: Roles, known: frozenset[str], described: frozenset[str]) -> None:
        """Take what the shapes read and the rules join."""
        self._roles = roles
        self._known = known
        self._described = described
        self._mentions: dict[str, int] = {}
        self._stated: set[str] = set()
        both = {role for pair in roles.pairs for role in pair}
        self._bits = {role: 1 << number for number, role in enumerate(sorted(both))}
        same = {pair[0] for pair in roles.pairs if pair[0] == pair[1]}
        self._read = {(SUBJECT, name) for name in reach.forward} | {(OBJECT, name) for name in reach.backward}
        self._read |= {role for role in same if role[0] == OBJECT}
        self._reads_types = not reach.forward.isdisjoint({TYPE, ANY})
        self._read_at_focus = {(SUBJECT, name) for name in reach.focus}
        self._all_forward, self._all_backward = ANY in reach.forward, ANY in reach.backward
        self._all_ahead = self._all_forward or ANY in reach.focus
        self._predicates: dict[str, tuple[bool, int, bool, int]] = {}
        self._classes: dict[str, int] = {}

    @property
    def missed(self) -> frozenset[str]:
        """The nodes that records describe and that most of the records that mention them have no sign for."""
        left_out = {node for node, count in self._mentions.items() if count > MAX_MENTIONS}
        return frozenset(self._stated & left_out)

    @property
    def pairs(self) -> list[tuple[int, int, bool]]:
        """The pairs of different roles that rules join, as bits; and whether equal nodes have equal triples of both."""
        return [
            (self._bits[one], self._bits[other], (one[0] != OBJECT or other[0] != OBJECT))
            for one, other in self._roles.pairs
            if one != other
        ]

    def of_record(self, triples: Iterable[tuple[str, str, str]]) -> dict[str, Sign]:
        """Return the signs of the nodes of a record, of which each triple is given once."""
        own: dict[str, int] = {}
        count: dict[str, int] = {}
        read: dict[str, int] = {}
        roles: dict[str, int] = {}
        for triple in triples:
            subject, predicate, value = triple
            found = self._predicates.get(predicate)
            if found is None:
                found = self._predicates[predicate] = self._of_predicate(predicate)
            from_subject, of_subject, from_value, of_value = found
            number = hash(triple)
            if subject in own:
                own[subject] += number
                count[subject] += 1
            else:
                own[subject] = number
                count[subject] = 1
            if from_subject:
                read[subject] = read.get(subject, 0) + number
            if predicate == TYPE:
                of_subject |= self._of_class(value)
            if of_subject:
                roles[subject] = roles.get(subject, 0) | of_subject
            if from_value:
                read[value] = read.get(value, 0) + number
            elif value[0] != '"':
                read.setdefault(value, 0)
            if of_value:
                roles[value] = roles.get(value, 0) | of_value
                read.setdefault(value, 0)
        signs = {}
        for node in {**own, **read}:
            here = read.get(node, 0) & _BITS
            mine = own.get(node, 0) & _BITS
            if node in self._known:
                if mine or here:
                    self._stated.add(node)
                elif node not in self._described:
                    mentions = self._mentions[node] = self._mentions.get(node, 0) + 1
                    if mentions > MAX_MENTIONS:
                        continue
            signs[node] = Sign(mine, here, roles.get(node, 0), count.get(node, 0))
        return signs

    def _of_predicate(self, name: str) -> tuple[bool, int, bool, int]:
        if name == TYPE:
            return self._reads_types, 0, self._all_backward, 0
        ahead, behind = self._roles.closed((SUBJECT, name)), self._roles.closed((OBJECT, name))
        # A triple that a rule turns around is a statement about its object, too.
        turned = {role for role in behind if role[0] == SUBJECT}
        return (
            self._all_forward
            or not self._read.isdisjoint(ahead)
            or (self._all_backward and any(role[0] == OBJECT for role in ahead)),
            self._mask(ahead),
            self._all_backward
            or not self._read.isdisjoint(behind)
            or not self._read_at_focus.isdisjoint(turned)
            or (self._all_ahead and bool(turned)),
            self._mask(behind),
        )

    def _of_class(self, name: str) -> int:
        found = self._classes.get(name)
        if found is None:
            found = self._classes[name] = self._mask(self._roles.closed((MEMBER, name)))
        return found

    def _mask(self, roles: Iterable[Role]) -> int:
        mask = 0
        for role in roles:
            mask |= self._bits.get(role, 0)
        return mask


class Entry(NamedTuple):
    """A row of the table: a record and its sign of a node.

    ``is_checked`` says that the node was a focus node, and this record is one that describes it, if any does.
    """

    record: int
    sign: Sign
    is_checked: bool


class Table:
    """The signs of all records, by node, in files that are removed when the table is closed."""

    def __init__(self) -> None:
        """Make an empty table."""
        self._rows = [array("Q") for _ in range(_BUCKETS)]
        self._files: list[IO[bytes] | None] = [None] * _BUCKETS
        self._masks: dict[int, int] = {}

    def __enter__(self) -> "Table":
        """Return the table."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the files."""
        for file in self._files:
            if file is not None:
                file.close()

    def add(self, node: str, record: int, sign: Sign, *, is_checked: bool) -> None:
        """Add the sign of a node in a record."""
        key = key_of(node)
        mask = self._masks.setdefault(sign.roles, len(self._masks))
        if mask >> _ROLES_BITS:
            raise OverflowError("more than a million different sets of roles")
        rows = self._rows[key % _BUCKETS]
        rows.extend((key, sign.read, sign.own, record << _ROLES_BITS | mask, sign.count << 1 | is_checked))
        if len(rows) > _MAX_NUMBERS_IN_MEMORY:
            self._flush(key % _BUCKETS)

    def nodes(self) -> Iterator[tuple[int, list[Entry]]]:
        """Yield each node's key and its entries, in the order of the records."""
        masks = list(self._masks)
        limit = (1 << _ROLES_BITS) - 1
        for bucket in range(_BUCKETS):
            rows = array("Q")
            if file := self._files[bucket]:
                file.seek(0)
                rows.frombytes(file.read())
            rows.extend(self._rows[bucket])
            at: dict[int, list[int]] = {}
            for number, key in enumerate(rows[::_WIDTH]):
                if key in at:
                    at[key].append(number)
                else:
                    at[key] = [number]
            for key, numbers in at.items():
                entries = []
                for number in numbers:
                    _, read, own, where, count = rows[_WIDTH * number : _WIDTH * number + _WIDTH]
                    sign = Sign(own, read, masks[where & limit], count >> 1)
                    entries.append(Entry(where >> _ROLES_BITS, sign, bool(count & _CHECKED)))
                yield key, entries

    def _flush(self, bucket: int) -> None:
        file = self._files[bucket]
        if file is None:
            file = self._files[bucket] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the table
        file.write(self._rows[bucket].tobytes())
        self._rows[bucket] = array("Q")


@dataclass
class Links:
    """The links between records: the groups of linked records, each with all of its records."""

    groups: list[list[int]] = field(default_factory=list)

    def apart(self, starts: Sequence[int]) -> list[list[int]]:
        """Return the groups with records in several windows, for the first records of the windows."""
        windows = ((group, {bisect_right(starts, record) for record in group}) for group in self.groups)
        return [group for group, found in windows if len(found) > 1]


def links(table: Table, pairs: Sequence[tuple[int, int, bool]]) -> Links:
    """Return the links between the records of a table; ``pairs`` are the roles that rules join, from `Signs`."""
    parents: dict[int, int] = {}

    def root(record: int) -> int:
        while (parent := parents.setdefault(record, record)) != record:
            parents[record] = parents[parent]
            record = parent
        return record

    for _, entries in table.nodes():
        if len(entries) > 1:
            for linked in _linked(entries, pairs):
                first = root(linked[0])
                for other in linked[1:]:
                    parents[root(other)] = first
    groups: dict[int, list[int]] = {}
    for record in parents:
        groups.setdefault(root(record), []).append(record)
    return Links([sorted(group) for _, group in sorted(groups.items())])


def _linked(entries: list[Entry], pairs: Sequence[tuple[int, int, bool]]) -> Iterator[list[int]]:
    """Yield the records that a node links."""
    if len({entry.sign.read for entry in entries}) > 1:
        yield [entry.record for entry in entries]
        return
    described = [entry for entry in entries if entry.sign.own or entry.is_checked]
    if len({entry.sign.own for entry in described}) > 1:
        yield [entry.record for entry in described]
    every = 0
    for entry in entries:
        every |= entry.sign.roles
    if not every:
        return
    for one, other, is_comparable in pairs:
        if every & one and every & other:
            holders = [entry for entry in entries if entry.sign.roles & (one | other)]
            have_both = all(entry.sign.roles & one and entry.sign.roles & other for entry in holders)
            if not (is_comparable and have_both and len({entry.sign.own for entry in holders}) == 1):
                yield [entry.record for entry in holders]
