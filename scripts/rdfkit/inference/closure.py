"""The OWL 2 RL closure of the graph by the rules in ``ontology/rules/``, and its contradictions.

Each rule is written as one SPARQL update, named after its rule in the W3C OWL 2 Profiles recommendation (section 4.3).
It reads all named graphs and adds to ``graph:inferred`` only what is in no graph yet. Checks are SELECT queries, named
``check-RULE.rq``, whose rows are contradictions. `rules` reads them and `forward` runs them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from rdfkit.base import Project, UserError, namespaces
from rdfkit.inference import rules as rule_files
from rdfkit.inference.facts import BITS, BLANK, MASK, OTHER, Relation
from rdfkit.inference.forward import Forward
from rdfkit.rdf import named_graphs

_OWL = namespaces.OWL
_RDF = namespaces.RDF
_RDFS = namespaces.RDFS
BUILT_IN = (_OWL, _RDF, _RDFS, namespaces.XSD)

_TYPE = _RDF + "type"
THING = _OWL + "Thing"
REFLEXIVE = {
    _OWL + "sameAs",
    _OWL + "equivalentClass",
    _OWL + "equivalentProperty",
    _RDFS + "subClassOf",
    _RDFS + "subPropertyOf",
}
_OFTEN_TRIVIAL = {*REFLEXIVE, _RDFS + "domain", _RDFS + "range"}


@dataclass(frozen=True)
class Contradiction:
    """Statements that cannot all be true: the rule, the terms concerned, and a message of one sentence."""

    rule: str
    members: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Closure:
    """The result of a closure: triples by rule, number of rounds, triples kept, and contradictions."""

    by_rule: dict[str, int]
    rounds: int
    kept: int
    contradictions: list[Contradiction] = field(default_factory=list)


def is_trivial(triple: Triple) -> bool:
    """Return whether an inferred triple is true in every graph.

    owlrl adds such triples and the rules leave them out; no query should see them:

    - a thing is the same as itself, a class or property is below itself and equivalent to itself (eq-ref,
      scm-cls, scm-op, scm-dp);
    - everything is an owl:Thing, every class is a sub-class of it, so every property has it as domain and range
      (scm-cls and what cax-sco, scm-dom1, scm-rng1 make of that);
    - owl:Nothing is a sub-class of every class (scm-cls);
    - axioms about the built-in terms themselves: owl:Thing and owl:Nothing are classes, rdfs:label is an annotation
      property, xsd:string is a datatype, xsd:string and xsd:integer are disjoint (cls-thing, cls-nothing1, prp-ap,
      dt-type1 and owlrl's datatype axioms).
    """
    subject, predicate, value = triple.subject, triple.predicate.value, triple.object
    if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode):
        return False
    if predicate in REFLEXIVE and subject == value:
        return True
    if value.value == THING and predicate in {_TYPE, _RDFS + "subClassOf", _RDFS + "domain", _RDFS + "range"}:
        return True
    if subject.value == _OWL + "Nothing" and predicate == _RDFS + "subClassOf":
        return True
    return subject.value.startswith(BUILT_IN) and value.value.startswith(BUILT_IN)


def close(
    project: Project,
    store: Store,
    rules: Path | None = None,
    *,
    watch: Callable[[str, Iterable[Triple]], None] = lambda _, __: None,
    tidy: bool = True,
) -> Closure:
    """Add to the inferred graph of ``store`` what follows by the project's rules, or those in the folder ``rules``.

    Triples with a blank node (members of class expressions, needed for inference) and trivial ones are left out.
    Contradictions are checked with them, because they may involve class expressions.

    ``watch`` is called each time a rule has added triples, with its name and the triples; without ``tidy`` nothing is
    left out. Raises UserError if the folder has no rules, or one that is not valid or cannot be evaluated.
    """
    forward = loaded(project, named_quads(store), rules)
    inferred = project.graph_iri(named_graphs.INFERRED)
    by_rule: dict[str, int] = {}
    rounds = 0
    found: list[Quad] = []
    for steps in forward.run():
        rounds += 1
        for rule, added in steps:
            by_rule[rule] = by_rule.get(rule, 0) + sum(map(len, added.values()))
            watch(rule, (triple for relation, new in added.items() for triple in forward.triples(relation, new)))
            for relation, new in added.items():
                triples = kept(forward, relation, new) if tidy else forward.triples(relation, new)
                found += (Quad(triple.subject, triple.predicate, triple.object, inferred) for triple in triples)
    contradictory = reported(project, forward)
    store.bulk_extend(found)
    if tidy:
        _tidy(project, store)
    count = sum(1 for _ in store.quads_for_pattern(None, None, None, inferred))
    return Closure(dict(sorted(by_rule.items())), rounds, count, contradictory)


def loaded(project: Project, quads: Iterable[Quad], rules: Path | None = None) -> Forward:
    """Return the project's rules, or those in the folder ``rules``, with the quads that they are to close.

    Raises UserError if the folder has no rules, or one that is not valid or cannot be evaluated.
    """
    folder = rules or project.rules
    found = rule_files.read_rules(folder)
    if all(rule.is_check for rule in found):
        raise UserError(f"{folder} has no rules (*.ru): restore the folder from the repository.")
    forward = Forward(found, project.graph_iri(named_graphs.INFERRED))
    forward.load(quads)
    return forward


def named_quads(store: Store) -> Iterable[Quad]:
    """Return the quads of a store that are in a named graph: rules read no other."""
    if next(store.quads_for_pattern(None, None, None, DefaultGraph()), None) is None:
        return store
    return (quad for quad in store if not isinstance(quad.graph_name, DefaultGraph))


def kept(forward: Forward, relation: Relation, numbers: Iterable[int]) -> Iterator[Triple]:
    """Yield those of the inferred triples of a relation that are kept (`is_kept`)."""
    if relation.is_class or forward.terms.term(relation.name).value in _OFTEN_TRIVIAL:
        yield from (triple for triple in forward.triples(relation, numbers) if is_kept(triple))
        return
    built_in = forward.terms.built_in
    usual = (
        number
        for number in numbers
        if number >> BITS & OTHER != BLANK
        and number & OTHER != BLANK
        and not (number & MASK in built_in and number >> BITS in built_in)
    )
    yield from forward.triples(relation, usual)


def is_kept(triple: Triple) -> bool:
    """Return whether an inferred triple is kept: it has no blank node and is not trivial."""
    named = not isinstance(triple.subject, BlankNode) and not isinstance(triple.object, BlankNode)
    return named and not is_trivial(triple)


def _tidy(project: Project, store: Store) -> None:
    """Remove from the inferred graph what is not kept."""
    for quad in list(store.quads_for_pattern(None, None, None, project.graph_iri(named_graphs.INFERRED))):
        if not is_kept(quad.triple):
            store.remove(quad)


def close_with_owlrl(project: Project, store: Store, rules: Path | None = None) -> Closure:
    """Add to ``graph:inferred`` of ``store`` what owlrl, the reference reasoner, infers from the merge of its graphs.

    ``rules`` is the folder of the checks for contradictions. The same triples are removed as in `close`: those with
    blank nodes, those with a literal as subject, the trivial ones. The counts by rule are owlrl's total.
    """
    inferred = project.graph_iri(named_graphs.INFERRED)
    before = {quad.triple for quad in store if quad.graph_name != inferred}
    store.extend(Quad(t.subject, t.predicate, t.object, inferred) for t in owlrl_triples(before) - before)
    found = contradictions(project, store, rules)
    _tidy(project, store)
    kept = sum(1 for _ in store.quads_for_pattern(None, None, None, inferred))
    return Closure({"owlrl": kept} if kept else {}, 1, kept, found)


def owlrl_triples(triples: Iterable[Triple]) -> set[Triple]:
    """Return the OWL 2 RL closure of ``triples`` as owlrl computes it, without those with a literal subject.

    owl:hasKey is left out: owlrl 7.6.2 ignores the last property of a key, so with a key of one property it infers that
    any two members of the class are the same.
    """
    import owlrl
    import rdflib

    from rdfkit.rdf import rdflib_adapter

    key = _OWL + "hasKey"
    given = list(triples)
    merge = rdflib.Graph()
    for triple in given:
        if triple.predicate.value != key:
            subject, predicate, value = (
                rdflib_adapter.to_rdflib(term) for term in (triple.subject, triple.predicate, triple.object)
            )
            merge.add((subject, predicate, value))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(merge)
    closed = {triple for triple in given if triple.predicate.value == key}
    statement: Any
    for statement in merge:
        if not isinstance(statement[0], rdflib.Literal):
            made: list[Any] = [rdflib_adapter.from_rdflib(term) for term in statement]
            closed.add(Triple(*made))
    return closed


_EXPLAINED_BY = ("prp-fp", "prp-ifp", "prp-key")


def contradictions(project: Project, store: Store, rules: Path | None = None) -> list[Contradiction]:
    """Return the contradictions in ``store`` that the checks (``check-*.rq``) in the folder ``rules`` find, sorted.

    Nothing is inferred first. `close` finds more, because it has the members of class expressions.

    Raises UserError if a check is not valid, cannot be evaluated, or has no ``# says:`` line.
    """
    found = rule_files.read_rules(rules or project.rules)
    forward = Forward([rule for rule in found if rule.is_check], project.graph_iri(named_graphs.INFERRED))
    forward.load(named_quads(store))
    return reported(project, forward)


def reported(project: Project, forward: Forward, before: Iterable[Contradiction] = ()) -> list[Contradiction]:
    """Return the contradictions ``before`` and those that are new, sorted.

    Each is reported once, in whichever order the check found its terms.
    """
    found = {(entry.rule, frozenset(entry.members)): entry for entry in before}
    for rule, rows in forward.broken():
        name = rule.name.removeprefix("check-")
        for row in rows:
            members = {
                column: _readable(project, forward.terms.term(number))
                for column, number in zip(rule.columns, row, strict=True)
            }
            text = re.sub(r"\?(\w+)", lambda match: members.get(match[1], match[0]), rule.says)  # noqa: B023
            entry = Contradiction(name, tuple(members.values()), text)
            same = (name, frozenset(entry.members))
            if same not in found or entry.members < found[same].members:
                found[same] = entry
    explained = [set(entry.members) for entry in found.values() if entry.rule in _EXPLAINED_BY]
    return sorted(
        (
            entry
            for entry in found.values()
            if entry.rule != "one-iri" or not any(set(entry.members) <= members for members in explained)
        ),
        key=lambda entry: (entry.rule, entry.members),
    )


def _readable(project: Project, term: object) -> str:
    """Return a term for a message: a CURIE, an IRI, a quoted literal."""
    if isinstance(term, NamedNode):
        return project.shorten(term.value)
    if isinstance(term, Literal):
        return f'"{term.value}"'
    return "an unnamed class" if isinstance(term, BlankNode) else "nothing"
