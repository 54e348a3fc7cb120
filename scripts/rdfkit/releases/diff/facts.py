"""The statements of a snapshot in a form that can be compared: terms as text, blank nodes as structures.

Labels of blank nodes have no meaning, and canonical labels (RDFC-1.0) all shift when one class expression changes.
Therefore a blank node is written as the statements about it, ``[ <property> <value> ; … ]``, and a list as ``( a b )``.
If that is too long or the blank nodes form a cycle, a hash of these statements is written instead.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import blake2b

from pyoxigraph import BlankNode, NamedNode, Quad

from rdfkit.base import Project, namespaces
from rdfkit.releases.diff.predicates import TYPE, iri
from rdfkit.releases.diff.snapshots import Snapshot

Fact = tuple[str, str, str]
"""Subject, predicate and object in N-Triples notation. A structure starts with ``[`` or ``(``, a hash with ``_:``."""

About = Mapping[str, Mapping[str, frozenset[str]]]
"""Objects by subject and predicate."""

MAX_STRUCTURE_CHARACTERS, MAX_NESTING_DEPTH, MAX_HASH_ROUNDS = 4000, 20, 200

_RDF, _OWL = namespaces.RDF, namespaces.OWL
_FIRST, _REST, _NIL = f"<{_RDF}first>", f"<{_RDF}rest>", f"<{_RDF}nil>"
_PAIRWISE = {
    "AllDisjointClasses": "disjointWith",
    "AllDisjointProperties": "propertyDisjointWith",
    "AllDifferent": "differentFrom",
}
"""Axioms about each two members of a list, and the property that relates two (OWL 2 Structural Specification, sections
9.1.3, 9.2.3 and 9.6.2)."""

_SYMMETRIC = {f"<{_OWL}{name}>" for name in _PAIRWISE.values()}
"""Symmetric predicates; in facts, the term that sorts first is the subject."""

_LABELS = [iri(curie) for curie in ("skos:prefLabel", "rdfs:label", "dcterms:title", "sh:name")]
_TERM = re.compile(r'"(?:[^"\\]|\\.)*"?(?:@[A-Za-z0-9-]+|\^\^<[^<>]*>)?|<[^<>]*>|[^\s"<>]+')
_ESCAPE = re.compile(r"\\([\"\\nrt])")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class View:
    """The facts of a snapshot: the asserted ones with their graphs, and by subject; and all, with the inferred."""

    project: Project
    facts: Mapping[Fact, frozenset[str]]
    about: About
    closed: frozenset[Fact]

    def values(self, subject: str, predicate: str) -> frozenset[str]:
        """Return the asserted objects of a subject and predicate."""
        return self.about.get(subject, {}).get(predicate, frozenset())

    def label(self, subject: str) -> str:
        """Return the label of a subject, or "" if it has none."""
        for predicate in (*_LABELS, *(f"<{self.project.expand(curie)}>" for curie in self.project.label_properties)):
            if found := sorted(self.values(subject, predicate)):
                return literal_text(found[0])
        return ""

    def is_mapping(self, subject: str) -> bool:
        """Return whether a subject is the record of a mapping: a ``Mapping`` of the project's own vocabulary."""
        return f"<{self.project.vocabulary}Mapping>" in self.values(subject, TYPE)

    def mapping_predicates(self) -> tuple[str, str, str]:
        """Return the predicates of the subject, the predicate and the object that a record of a mapping relates."""
        subject, predicate, value = (
            f"<{self.project.vocabulary}maps{part}>" for part in ("Subject", "Predicate", "Object")
        )
        return subject, predicate, value

    def graphs(self) -> dict[str, set[Fact]]:
        """Return the facts of each named graph of the project."""
        found: dict[str, set[Fact]] = defaultdict(set)
        for fact, names in self.facts.items():
            for name in names:
                if name.startswith(f"<{self.project.base}"):
                    found[name].add(fact)
        return found

    def without_links_to(self, objects: AbstractSet[str]) -> "View":
        """Return a view without the asserted facts whose object is one of ``objects``."""
        if not objects:
            return self
        facts = {fact: graphs for fact, graphs in self.facts.items() if fact[2] not in objects}
        return View(self.project, facts, by_subject(facts), self.closed)


def view(project: Project, snapshot: Snapshot, renamed: Mapping[str, str] | None = None) -> View:
    """Return the facts of a snapshot, with IRIs renamed (old IRI to new IRI, in full)."""
    facts = _facts(_with_names(snapshot.quads, renamed or {}))
    inferred = _facts(_with_names(snapshot.inferred, renamed or {}))
    return View(project, facts, by_subject(facts), frozenset(facts) | frozenset(inferred))


def about(quads: Iterable[Quad], renamed: Mapping[str, str] | None = None) -> About:
    """Return the objects of each subject and predicate of some quads, with IRIs renamed."""
    return by_subject(_facts(_with_names(quads, renamed or {})))


def by_subject(facts: Iterable[Fact]) -> About:
    """Return facts as objects by subject and predicate."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for subject, predicate, value in facts:
        found[subject][predicate].add(value)
    return {s: {p: frozenset(values) for p, values in of.items()} for s, of in found.items()}


def described(before: View, after: View) -> tuple[set[str], set[str]]:
    """Return the subjects that each view describes: those with a type, or all if they have one in neither view."""
    typed = {subject for view in (before, after) for subject in view.about if view.values(subject, TYPE)}
    first, second = (
        {subject for subject in view.about if subject not in typed or view.values(subject, TYPE)}
        for view in (before, after)
    )
    return first, second


def is_iri(term: str) -> bool:
    """Return whether a term of a fact is an IRI."""
    return term.startswith("<")


def literal_text(term: str) -> str:
    """Return the text of a literal, without quotes, escapes, language and datatype; other terms are returned as is."""
    if not term.startswith('"'):
        return term
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), term[1 : term.rindex('"')])


def terms(text: str) -> list[str]:
    """Return the terms, brackets and words of a structure or a note, in order.

    >>> terms('( <urn:a> "two words"@en )')
    ['(', '<urn:a>', '"two words"@en', ')']
    """
    return _TERM.findall(text)


def replace_terms(text: str, write: Callable[[str], str]) -> str:
    """Return a structure or a note with each of its terms as ``write`` returns it."""
    return _TERM.sub(lambda found: write(found[0]), text)


def _with_names(quads: Iterable[Quad], renamed: Mapping[str, str]) -> Iterable[Quad]:
    if not renamed:
        return quads
    nodes = {NamedNode(old): NamedNode(new) for old, new in renamed.items()}

    def new(term: NamedNode) -> NamedNode:
        return nodes.get(term, term)

    return [
        Quad(
            new(quad.subject) if isinstance(quad.subject, NamedNode) else quad.subject,
            new(quad.predicate),
            new(quad.object) if isinstance(quad.object, NamedNode) else quad.object,
            new(quad.graph_name) if isinstance(quad.graph_name, NamedNode) else quad.graph_name,
        )
        for quad in quads
    ]


def _facts(quads: Iterable[Quad]) -> dict[Fact, frozenset[str]]:
    quads = list(quads)
    statements = _statements(quads)
    name = _namer(statements)
    inner = {quad.object for quad in quads if isinstance(quad.object, BlankNode)}
    found: dict[Fact, set[str]] = defaultdict(set)
    for quad in quads:
        if isinstance(quad.subject, BlankNode) and quad.subject in inner:
            continue  # it is part of the structure of another node
        value = name(quad.object) if isinstance(quad.object, BlankNode) else str(quad.object)
        if isinstance(quad.subject, BlankNode):
            facts = list(_pairs(quad.subject, statements)) or [(name(quad.subject), str(quad.predicate), value)]
        else:
            facts = [(str(quad.subject), str(quad.predicate), value)]
        for subject, predicate, other in facts:
            ends = sorted((subject, other)) if predicate in _SYMMETRIC else (subject, other)
            found[ends[0], predicate, ends[1]].add(str(quad.graph_name))
    for node in inner - _reached(quads, statements, inner):  # blank nodes that only refer to one another
        found[name(node), TYPE, "[ ]"].add("")
    return {fact: frozenset(graphs) for fact, graphs in found.items()}


_Pairs = list[tuple[str, str | BlankNode]]
_Statements = Mapping[BlankNode, _Pairs]


def _statements(quads: list[Quad]) -> _Statements:
    """Return the predicates and objects of each blank node."""
    found: dict[BlankNode, _Pairs] = {}
    for quad in quads:
        for node in (quad.subject, quad.object):
            if isinstance(node, BlankNode):
                found.setdefault(node, [])
        if isinstance(quad.subject, BlankNode):
            value = quad.object if isinstance(quad.object, BlankNode) else str(quad.object)
            found[quad.subject].append((str(quad.predicate), value))
    return found


def _reached(quads: list[Quad], statements: _Statements, inner: set[BlankNode]) -> set[BlankNode]:
    """Return the blank nodes that are reached from an IRI, or from a blank node that is not an object."""
    waiting = [node for node in statements if node not in inner]
    waiting += [q.object for q in quads if isinstance(q.object, BlankNode) and not isinstance(q.subject, BlankNode)]
    seen: set[BlankNode] = set()
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += [value for _, value in statements[node] if isinstance(value, BlankNode)]
    return seen


def _pairs(node: BlankNode, statements: _Statements) -> Iterable[Fact]:
    """Yield the facts about each two members that an axiom such as owl:AllDifferent states."""
    for predicate, value in statements[node]:
        name = next((name for name in _PAIRWISE if value == f"<{_OWL}{name}>"), None) if predicate == TYPE else None
        if name is None:
            continue
        for of, items in statements[node]:
            if of in {f"<{_OWL}members>", f"<{_OWL}distinctMembers>"} and isinstance(items, BlankNode):
                members = _list(items, statements)
                for one, other in itertools.combinations(members or [], 2):
                    if isinstance(one, str) and isinstance(other, str):
                        yield one, f"<{_OWL}{_PAIRWISE[name]}>", other


def _list(node: BlankNode, statements: _Statements) -> list[str | BlankNode] | None:
    """Return the members of a list, or None if a node is not a well-formed list (RDF Schema 1.1, section 5.2)."""
    members: list[str | BlankNode] = []
    seen: set[BlankNode] = set()
    at: str | BlankNode = node
    while isinstance(at, BlankNode):
        pairs = dict(statements[at])
        if at in seen or len(statements[at]) != 2 or pairs.keys() != {_FIRST, _REST}:
            return None
        seen.add(at)
        members.append(pairs[_FIRST])
        at = pairs[_REST]
    return members if at == _NIL else None


def _namer(statements: _Statements) -> Callable[[BlankNode], str]:
    """Return a function from a blank node to a text that is the same for all nodes of the same structure."""
    inside, lists = _contents(statements)
    hashes = _hashes(inside, lists)
    made: dict[BlankNode, str] = {}

    def written(node: BlankNode, path: frozenset[BlankNode]) -> str:
        if node in made:
            return made[node]
        if node in path or len(path) > MAX_NESTING_DEPTH:
            return ""
        parts = []
        size = 0
        for predicate, value in inside[node]:
            text = written(value, path | {node}) if isinstance(value, BlankNode) else value
            size += len(text)
            if not text or size > MAX_STRUCTURE_CHARACTERS:
                return ""
            parts.append(text if node in lists else f"{'a' if predicate == TYPE else predicate} {text}")
        text = f"( {' '.join(parts)} )" if node in lists else f"[ {' ; '.join(sorted(parts))} ]"
        made[node] = text  # no cycle was met on the way, so the text is the same on every path
        return text

    return lambda node: written(node, frozenset()) or f"_:{hashes[node]}"


def _contents(statements: _Statements) -> tuple[_Statements, set[BlankNode]]:
    """Return the statements of each blank node (of a list, its members in order), and which nodes are lists.

    The rests of a list are left out: only the head of a list needs a text, and the length of a list adds no depth.
    """
    objects = [(predicate, value) for pairs in statements.values() for predicate, value in pairs]
    rests = {value for predicate, value in objects if predicate == _REST}
    rests -= {value for predicate, value in objects if predicate != _REST}
    inside: dict[BlankNode, _Pairs] = {}
    lists = set()
    waiting = [node for node in statements if node not in rests]
    while waiting:
        node = waiting.pop()
        if node in inside:
            continue
        members = _list(node, statements)
        if members is None:
            inside[node] = statements[node]
        else:
            lists.add(node)
            inside[node] = [("", member) for member in members]
        waiting += [value for _, value in inside[node] if isinstance(value, BlankNode)]
    inside |= {node: pairs for node, pairs in statements.items() if node not in inside and node not in rests}
    return inside, lists


def _hashes(inside: _Statements, lists: set[BlankNode]) -> dict[BlankNode, str]:
    """Return a hash of the structure of each blank node, refined until no further nodes can be distinguished."""
    colors = dict.fromkeys(inside, "")
    distinct = 1

    def refined(node: BlankNode) -> str:
        seen = [(p, f"_:{colors[o]}" if isinstance(o, BlankNode) else o) for p, o in inside[node]]
        return blake2b(repr(seen if node in lists else sorted(seen)).encode(), digest_size=8).hexdigest()

    for _ in range(MAX_HASH_ROUNDS):
        colors = {node: refined(node) for node in inside}
        if len(set(colors.values())) == distinct:
            break
        distinct = len(set(colors.values()))
    return colors
