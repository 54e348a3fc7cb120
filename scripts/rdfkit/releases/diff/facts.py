"""A state as facts that can be compared: terms as text, blank nodes as the structure that hangs on them.

Labels of blank nodes mean nothing, and canonical ones (RDFC-1.0) shift all together when one class expression changes.
So a blank node is written out: ``[ owl:onProperty imt:x ; … ]``, a list as ``( a b )``. Where that is too long or
runs in a circle, it is a hash of what hangs on it.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from pyoxigraph import BlankNode, NamedNode, Quad

from imaging_trials.model.project import PROJECT
from rdfkit.base import namespaces
from rdfkit.base.text import visible
from rdfkit.releases.diff.snapshots import State

Fact = tuple[str, str, str]
"""Subject, predicate and object. IRIs stand in <>; a structure starts with ``[`` or ``(``, a hashed one with ``_:``."""

_RDF, _OWL = namespaces.RDF, namespaces.OWL
TYPE = f"<{_RDF}type>"
_FIRST, _REST, _NIL = f"<{_RDF}first>", f"<{_RDF}rest>", f"<{_RDF}nil>"
_PAIRWISE = {
    "AllDisjointClasses": "disjointWith",
    "AllDisjointProperties": "propertyDisjointWith",
    "AllDifferent": "differentFrom",
}
"""Axioms about every two of a list, and what they say of two (OWL 2 Structural Specification, 9.1.3, 9.2.3, 9.6.2)."""

BOTH_WAYS = {f"<{_OWL}{name}>" for name in _PAIRWISE.values()}
"""Predicates that say the same both ways round; in facts the lesser term comes first."""

_LONGEST, _DEEPEST, _ROUNDS = 2000, 20, 200

_LABELS = [
    f"<{PROJECT.expand(curie)}>"
    for curie in ("skos:prefLabel", "rdfs:label", "dcterms:title", "sh:name", "imt:heading", "imt:printedTitle",
                  "imt:printedName", "imt:summary", "imt:shortName")
]  # fmt: skip


@dataclass(frozen=True)
class View:
    """Facts of a state: the asserted ones with the graphs they stand in, by subject and predicate; all that hold."""

    facts: Mapping[Fact, frozenset[str]]
    about: Mapping[str, Mapping[str, frozenset[str]]]
    closed: frozenset[Fact]

    def values(self, subject: str, predicate: str) -> frozenset[str]:
        """Return what is asserted of a subject by a predicate."""
        return self.about.get(subject, {}).get(predicate, frozenset())

    def label(self, subject: str) -> str:
        """Return the label of a subject, or nothing."""
        for predicate in _LABELS:
            if found := sorted(self.values(subject, predicate)):
                return plain(found[0])
        return ""


def existing(before: View, after: View) -> tuple[set[str], set[str]]:
    """Return the subjects that exist in each state: those with a type, or any where they have one in neither."""
    typed = {subject for view in (before, after) for subject in view.about if view.values(subject, TYPE)}
    first, second = (
        {subject for subject in view.about if subject not in typed or view.values(subject, TYPE)}
        for view in (before, after)
    )
    return first, second


def view(state: State, renamed: Mapping[str, str] | None = None) -> View:
    """Return the facts of a state, IRIs renamed."""
    facts = _facts(_with_names(state.quads, renamed or {}))
    inferred = _facts(_with_names(state.inferred(), renamed or {}))
    return View(facts, by_subject(facts), frozenset(facts) | frozenset(inferred))


def shapes(
    quads: Iterable[Quad], renamed: Mapping[str, str] | None = None
) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Return what is said of each shape, by predicate, IRIs renamed."""
    return by_subject(_facts(_with_names(quads, renamed or {})))


def by_subject(facts: Iterable[Fact]) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Return facts as objects by subject and predicate."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for subject, predicate, value in facts:
        found[subject][predicate].add(value)
    return {s: {p: frozenset(values) for p, values in of.items()} for s, of in found.items()}


def iri(curie: str) -> str:
    """Return a CURIE of the house as it stands in facts."""
    return f"<{PROJECT.expand(curie)}>"


def show(term: str) -> str:
    """Return a term of a fact as a person reads it: a CURIE, a quoted text, a structure."""
    return PROJECT.shorten(term[1:-1]) if term.startswith("<") else visible(term)


def plain(term: str) -> str:
    """Return the text of a literal of a fact, without quotes, language or datatype; other terms as `show` does."""
    if not term.startswith('"'):
        return show(term)
    text = term[1 : term.rindex('"')]
    return visible(text.replace('\\"', '"').replace("\\\\", "\\"))


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
    hanging = _hanging(quads)
    name = _namer(hanging)
    inner = {quad.object for quad in quads if isinstance(quad.object, BlankNode)}
    found: dict[Fact, set[str]] = defaultdict(set)
    for quad in quads:
        if isinstance(quad.subject, BlankNode) and quad.subject in inner:
            continue  # it is a part of what it hangs on
        value = name(quad.object) if isinstance(quad.object, BlankNode) else str(quad.object)
        if isinstance(quad.subject, BlankNode):
            facts = list(_pairs(quad.subject, hanging)) or [(name(quad.subject), str(quad.predicate), value)]
        else:
            facts = [(str(quad.subject), str(quad.predicate), value)]
        for subject, predicate, other in facts:
            ends = sorted((subject, other)) if predicate in BOTH_WAYS else (subject, other)
            found[ends[0], predicate, ends[1]].add(str(quad.graph_name))
    for node in inner - _reached(quads, hanging, inner):  # blank nodes that only point at one another
        found[name(node), TYPE, "[ ]"].add("")
    return {fact: frozenset(graphs) for fact, graphs in found.items()}


_Pairs = list[tuple[str, str | BlankNode]]
_Hanging = Mapping[BlankNode, _Pairs]


def _hanging(quads: Iterable[Quad]) -> _Hanging:
    """Return what is said of each blank node."""
    found: dict[BlankNode, _Pairs] = {}
    for quad in quads:
        for node in (quad.subject, quad.object):
            if isinstance(node, BlankNode):
                found.setdefault(node, [])
        if isinstance(quad.subject, BlankNode):
            value = quad.object if isinstance(quad.object, BlankNode) else str(quad.object)
            found[quad.subject].append((str(quad.predicate), value))
    return found


def _reached(quads: list[Quad], hanging: _Hanging, inner: set[BlankNode]) -> set[BlankNode]:
    """Return the blank nodes that hang, at any depth, on an IRI or on a blank node that is nobody's object."""
    waiting = [node for node in hanging if node not in inner]
    waiting += [q.object for q in quads if isinstance(q.object, BlankNode) and not isinstance(q.subject, BlankNode)]
    seen: set[BlankNode] = set()
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += [value for _, value in hanging[node] if isinstance(value, BlankNode)]
    return seen


def _pairs(node: BlankNode, hanging: _Hanging) -> Iterable[Fact]:
    for predicate, value in hanging[node]:
        name = next((name for name in _PAIRWISE if value == f"<{_OWL}{name}>"), None) if predicate == TYPE else None
        if name is None:
            continue
        for of, items in hanging[node]:
            if of in {f"<{_OWL}members>", f"<{_OWL}distinctMembers>"} and isinstance(items, BlankNode):
                members = _list(items, hanging)
                for one, other in itertools.combinations(members or [], 2):
                    if isinstance(one, str) and isinstance(other, str):
                        yield one, f"<{_OWL}{_PAIRWISE[name]}>", other


def _list(node: BlankNode, hanging: _Hanging) -> list[str | BlankNode] | None:
    """Return the members of a list, or None where a node is no well-formed list (RDF Schema 1.1, section 5.2)."""
    members: list[str | BlankNode] = []
    seen: set[BlankNode] = set()
    at: str | BlankNode = node
    while isinstance(at, BlankNode):
        pairs = dict(hanging[at])
        if at in seen or len(hanging[at]) != 2 or pairs.keys() != {_FIRST, _REST}:
            return None
        seen.add(at)
        members.append(pairs[_FIRST])
        at = pairs[_REST]
    return members if at == _NIL else None


def _namer(hanging: _Hanging) -> Callable[[BlankNode], str]:
    """Return a function that gives a blank node a text, the same for all with the same structure."""
    inside, lists = _insides(hanging)
    hashes = _hashes(inside, lists)
    made: dict[BlankNode, str] = {}

    def written(node: BlankNode, path: frozenset[BlankNode]) -> str:
        if node in made:
            return made[node]
        if node in path or len(path) > _DEEPEST:
            return ""
        parts = []
        size = 0
        for predicate, value in inside[node]:
            text = written(value, path | {node}) if isinstance(value, BlankNode) else show(value)
            size += len(text)
            if not text or size > _LONGEST:
                return ""
            parts.append(text if node in lists else f"{'a' if predicate == TYPE else show(predicate)} {text}")
        text = f"( {' '.join(parts)} )" if node in lists else f"[ {' ; '.join(sorted(parts))} ]"
        made[node] = text  # a text that came about met no circle, so it is the same on every path
        return text

    return lambda node: written(node, frozenset()) or f"_:{hashes[node]}"


def _insides(hanging: _Hanging) -> tuple[_Hanging, set[BlankNode]]:
    """Return what hangs on each blank node, for a list its members in order, and which nodes are lists.

    What is only the rest of a list is left out: it has no need of a name, and a list no need of its depth.
    """
    objects = [(predicate, value) for pairs in hanging.values() for predicate, value in pairs]
    rests = {value for predicate, value in objects if predicate == _REST}
    rests -= {value for predicate, value in objects if predicate != _REST}
    inside: dict[BlankNode, _Pairs] = {}
    lists = set()
    waiting = [node for node in hanging if node not in rests]
    while waiting:
        node = waiting.pop()
        if node in inside:
            continue
        members = _list(node, hanging)
        if members is None:
            inside[node] = hanging[node]
        else:
            lists.add(node)
            inside[node] = [("", member) for member in members]
        waiting += [value for _, value in inside[node] if isinstance(value, BlankNode)]
    inside |= {node: pairs for node, pairs in hanging.items() if node not in inside and node not in rests}
    return inside, lists


def _hashes(inside: _Hanging, lists: set[BlankNode]) -> dict[BlankNode, str]:
    """Return a hash for each blank node of all that hangs on it, refined until no two nodes more are told apart."""
    colours = dict.fromkeys(inside, "")
    told_apart = 1

    def refined(node: BlankNode) -> str:
        seen = [(p, f"_:{colours[o]}" if isinstance(o, BlankNode) else o) for p, o in inside[node]]
        return blake2b(repr(seen if node in lists else sorted(seen)).encode(), digest_size=8).hexdigest()

    for _ in range(_ROUNDS):
        colours = {node: refined(node) for node in inside}
        if len(set(colours.values())) == told_apart:
            break
        told_apart = len(set(colours.values()))
    return colours
