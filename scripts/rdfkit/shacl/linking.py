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
from rdfkit.shacl.reach import ANY, FOCUS, Reach

_BITS = (1 << 64) - 1
_BUCKETS = 64
_WIDTH = 5
_MAX_NUMBERS_IN_MEMORY = 100_000
"""Of one bucket, before it is written to disk."""
MAX_MENTIONS = 1000
"""Of a node of the graph that the data is validated with, before records that only mention it have no sign for it."""
_ROLES_BITS = 20
_CHECKED = 1

STATED, TURNED, JUDGED = 1, 2, 4
_FIRST_BIT = 3
"""Bits of a node that has a triple that can be read from another record, of one that is the object of a triple that is
read at a focus node, and of one that can be a focus node; the others are those of roles."""


class Sign(NamedTuple):
    """What a record says of a node.

    ``own`` is a hash of all its triples as subject and ``count`` their number, ``stated`` is a hash of those that can be
    read from another record, and ``roles`` are its roles as bits.
    """

    own: int
    stated: int
    roles: int
    count: int


class Pair(NamedTuple):
    """Two roles as bits: two records are linked if a node has the one in one record and the other in the other.

    They are not if all records with either role have both, and have the same triples: those of ``own``, of ``stated``
    or of both.
    """

    one: int
    other: int
    by: str


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
        self._bits: dict[tuple[str, Role], int] = {}
        self.pairs = [Pair(JUDGED, TURNED, "both")]
        """The roles that link records."""
        for one, other in sorted(roles.pairs):
            if one != other:
                by = "none" if one[0] == other[0] == OBJECT else "own"
                self.pairs.append(Pair(self._bit("joined", one), self._bit("joined", other), by))
            elif one[0] == OBJECT:
                self.pairs.append(Pair(self._bit("stated", one), self._bit("stated", one), "stated"))
        self._reads: dict[Role, set[Role]] = {}
        for arrival, read in sorted(reach.reads):
            if arrival != FOCUS:
                self._reads.setdefault(arrival, set()).add(read)
                self.pairs.append(Pair(self._bit("read", read), self._bit("stated", read), "stated"))
        self._at_focus = {read for arrival, read in reach.reads if arrival == FOCUS}
        self.pairs = list(dict.fromkeys(self.pairs))
        self._predicates: dict[str, tuple[int, int]] = {}
        self._classes: dict[str, int] = {}

    @property
    def missed(self) -> frozenset[str]:
        """The nodes that records describe and that most of the records that mention them have no sign for."""
        left_out = {node for node, count in self._mentions.items() if count > MAX_MENTIONS}
        return frozenset(self._stated & left_out)

    def of_record(self, triples: Iterable[tuple[str, str, str]]) -> dict[str, Sign]:
        """Return the signs of the nodes of a record, of which each triple is given once."""
        own: dict[str, int] = {}
        count: dict[str, int] = {}
        stated: dict[str, int] = {}
        roles: dict[str, int] = {}
        for triple in triples:
            subject, predicate, value = triple
            found = self._predicates.get(predicate)
            if found is None:
                found = self._predicates[predicate] = self._of_predicate(predicate)
            of_subject, of_value = found
            number = hash(triple)
            own[subject] = own.get(subject, 0) + number
            count[subject] = count.get(subject, 0) + 1
            if predicate == TYPE:
                of_subject |= self._of_class(value)
            if of_subject:
                roles[subject] = roles.get(subject, 0) | of_subject
                if of_subject & STATED:
                    stated[subject] = stated.get(subject, 0) + number
            if of_value:
                roles[value] = roles.get(value, 0) | of_value
                if of_value & STATED:
                    stated[value] = stated.get(value, 0) + number
        return {
            node: Sign(own.get(node, 0) & _BITS, stated.get(node, 0) & _BITS, roles.get(node, 0), count.get(node, 0))
            for node in {**own, **roles}
            if node not in self._known or self._is_kept(node, is_stated=node in own or node in stated)
        }

    def _is_kept(self, node: str, *, is_stated: bool) -> bool:
        """Return whether a node of the known graph has a sign."""
        if is_stated:
            self._stated.add(node)
        elif node not in self._described:
            mentions = self._mentions[node] = self._mentions.get(node, 0) + 1
            return mentions <= MAX_MENTIONS
        return True

    def _of_predicate(self, name: str) -> tuple[int, int]:
        ahead, behind = self._roles.closed((SUBJECT, name)), self._roles.closed((OBJECT, name))
        of_value = self._mask(behind)
        # What is read at a focus node are its own triples, unless a triple of which it is the object implies one, too.
        wanted = self._at_focus
        if any(role in wanted or (role[0], ANY) in wanted for role in behind if role[0] != MEMBER):
            of_value |= TURNED | STATED
        return self._mask(ahead), of_value

    def _of_class(self, name: str) -> int:
        found = self._classes.get(name)
        if found is None:
            found = self._classes[name] = self._mask(self._roles.closed((MEMBER, name)))
        return found

    def _mask(self, roles: Iterable[Role]) -> int:
        """Return the bits of a node that has some roles."""
        mask = 0
        for role in roles:
            mask |= self._bits.get(("joined", role), 0)
            for each in (role, (role[0], ANY)):
                if found := self._bits.get(("stated", each)):
                    mask |= found | STATED
                for read in self._reads.get(each, ()):
                    mask |= self._bit("read", read)
        return mask

    def _bit(self, kind: str, role: Role) -> int:
        return self._bits.setdefault((kind, role), 1 << len(self._bits) + _FIRST_BIT)


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
        rows.extend((key, sign.stated, sign.own, record << _ROLES_BITS | mask, sign.count << 1 | is_checked))
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
                    _, stated, own, where, count = rows[_WIDTH * number : _WIDTH * number + _WIDTH]
                    sign = Sign(own, stated, masks[where & limit], count >> 1)
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


def links(table: Table, pairs: Sequence[Pair]) -> Links:
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


def _linked(entries: list[Entry], pairs: Sequence[Pair]) -> Iterator[list[int]]:
    """Yield the records that a node links."""
    described = [entry for entry in entries if entry.sign.own or entry.is_checked]
    if len({entry.sign.own for entry in described}) > 1:
        yield [entry.record for entry in described]
    roles = [entry.sign.roles | (JUDGED if entry.sign.own or entry.is_checked else 0) for entry in entries]
    every = 0
    for mask in roles:
        every |= mask
    for pair in pairs:
        if every & pair.one and every & pair.other:
            holders = [at for at, mask in enumerate(roles) if mask & (pair.one | pair.other)]
            if len(holders) > 1 and not _are_alike(entries, roles, holders, pair):
                yield [entries[at].record for at in holders]


def _are_alike(entries: list[Entry], roles: list[int], holders: list[int], pair: Pair) -> bool:
    """Return whether each record with a role of a pair has all that the others have of it."""
    if pair.by == "none" or not all(roles[at] & pair.one and roles[at] & pair.other for at in holders):
        return False
    signs = {entries[at].sign[:2] for at in holders}
    return (
        len(
            {own for own, _ in signs}
            if pair.by == "own"
            else {stated for _, stated in signs}
            if pair.by == "stated"
            else signs
        )
        == 1
    )
