"""What rules can infer from two records together: the roles of a node that a rule joins.

A rule with one premise about data infers the same from a record alone and from all records together. A rule with more
premises joins them at a node, and each premise is a role of that node: the subject or object of a property, or a member
of a class. Two records infer more together only if a node has one role of a joined pair in one record and the other
role in the other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store

from rdfkit.base import namespaces
from rdfkit.inference.rules import TYPE, Atom, Rule

SUBJECT, OBJECT, MEMBER = "subject", "object", "member"

Role: TypeAlias = tuple[str, str]
"""``SUBJECT`` or ``OBJECT`` and a property, or ``MEMBER`` and a class, as N-Triples; "" is any."""

_VOCABULARIES = tuple(f"<{each}" for each in (namespaces.OWL, namespaces.RDFS))
_LIST = {f"<{namespaces.RDF}{name}>" for name in ("first", "rest")}
_ANNOTATIONS = {f"<{namespaces.RDFS}{name}>" for name in ("label", "comment", "isDefinedBy", "seeAlso")}


@dataclass(frozen=True)
class Roles:
    """The roles that rules join in pairs, and the roles that follow from a role by rules."""

    pairs: frozenset[tuple[Role, Role]]
    implied: dict[Role, frozenset[Role]]

    def closed(self, role: Role) -> frozenset[Role]:
        """Return a role and all that follow from it."""
        return self.implied.get(role, frozenset()) | {role}

    def leading_to(self, role: Role) -> set[Role]:
        """Return a role and all from which it follows."""
        return {role, *(one for one, several in self.implied.items() if role in several)}


def is_axiom(predicate: str, value: str) -> bool:
    """Return whether a triple, given by its predicate and object as N-Triples, can be an axiom."""
    if predicate == f"<{TYPE}>":
        return value.startswith(_VOCABULARIES)
    return predicate in _LIST or (predicate.startswith(_VOCABULARIES) and predicate not in _ANNOTATIONS)


def of_rules(rules: Iterable[Rule], axioms: Store) -> Roles:
    """Return the roles that rules and checks join, for the axioms in a closed store."""
    pairs: set[tuple[Role, Role]] = set()
    steps: dict[Role, set[Role]] = {}
    for rule in rules:
        atoms = [*rule.atoms, *(atom for each in rule.universals for atom in each.atoms)]
        for row in _rows(rule, axioms) if atoms else ():
            found = [_roles(atom, row) for atom in atoms]
            for one, other in combinations(found, 2):
                pairs |= {
                    tuple(sorted((mine, yours)))  # type: ignore[misc]
                    for name, mine in one
                    for same, yours in other
                    if name == same
                }
            for name, role in _roles(rule.head, row) if rule.head else ():
                for same, before in (each for one in found for each in one):
                    if same == name and before != role:
                        steps.setdefault(before, set()).add(role)
    return Roles(frozenset(pairs), {role: frozenset(_reached(role, steps)) for role in steps})


def _reached(role: Role, steps: dict[Role, set[Role]]) -> set[Role]:
    found, waiting = set(steps[role]), [*steps[role]]
    while waiting:
        new = steps.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _rows(rule: Rule, axioms: Store) -> Iterator[dict[str, Any]]:
    """Yield the values of a rule's variables about axioms; of its universal premises, any value."""
    if not rule.axioms:
        yield {}
        return
    answer = axioms.query(rule.axioms)
    assert isinstance(answer, QuerySolutions)  # noqa: S101 - it is a SELECT
    names = [variable.value for variable in answer.variables]
    for row in answer:
        yield {name: term for name, term in zip(names, row, strict=True) if term is not None}


def _roles(atom: Atom, row: dict[str, Any]) -> list[tuple[Any, Role]]:
    """Return the roles of the nodes of a premise, each with the name of its variable."""
    subject, predicate, value = (row.get(x, x) if isinstance(x, str) else x for x in _parts(atom))
    name = str(predicate) if isinstance(predicate, NamedNode) else ""
    if name == f"<{TYPE}>":
        known = isinstance(value, NamedNode | BlankNode | Literal)
        return [(subject, (MEMBER, str(value) if known else ""))]
    return [(subject, (SUBJECT, name)), (value, (OBJECT, name))]


def _parts(atom: Atom) -> tuple[Any, Any, Any]:
    return atom.subject, atom.predicate, atom.object
