"""The OWL 2 RL closure of the graph by the rules in ``ontology/rules/``, and its contradictions.

Each rule is one SPARQL update, named after its rule in the W3C OWL 2 Profiles recommendation (section 4.3). They read
all named graphs and add to ``graph:inferred`` only what is in no graph yet. Checks are SELECT queries, named
``check-RULE.rq``, whose rows are contradictions.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, Store, Triple

from rdfkit.base import Project, UserError, namespaces
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

_ORDER = ("scm", "prp", "cls", "cax")
"""Rules about the vocabulary first, then properties, then classes: each kind feeds the next, so fewer rounds."""

_MAX_ROUNDS = 1000


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
    watch: Callable[[str], None] = lambda _: None,
    tidy: bool = True,
) -> Closure:
    """Add to the inferred graph of ``store`` what follows by the project's rules, or those in the folder ``rules``.

    A rule is run again if anything was added since it last ran. At the end, triples with a blank node (members of class
    expressions, needed for inference) and trivial ones are removed. Contradictions are checked before this cleanup,
    because they may involve class expressions that it removes.

    ``watch`` is called with the name of a rule each time it has added triples; without ``tidy`` there is no cleanup.
    Raises UserError if the folder has no rules or a rule is not a valid SPARQL update.
    """
    rules = rules or project.rules
    files = [path for path in named_graphs.rule_files(rules) if path.suffix == ".ru"]
    if not files:
        raise UserError(f"{rules} has no rules (*.ru): restore the folder from the repository.")
    updates = [(path, path.read_text(encoding="utf-8")) for path in in_order(files)]
    by_rule = {path.stem: 0 for path in files}
    size = len(store)
    done_at: dict[Path, int] = {}
    rounds = 0
    while any(done_at.get(path) != size for path, _ in updates):
        rounds += 1
        if rounds > _MAX_ROUNDS:
            raise UserError(
                f"The rules in {rules} do not terminate within {_MAX_ROUNDS} rounds: one of them creates new nodes."
            )
        for path, update in updates:
            if done_at.get(path) == size:
                continue
            try:
                store.update(update)
            except SyntaxError as error:
                raise UserError(f"{path} is not valid SPARQL update ({_first_line(error)}): fix the rule.") from error
            done_at[path] = size
            after = len(store)  # counts all triples, so only once
            if after > size:
                by_rule[path.stem] += after - size
                size = after
                watch(path.stem)
    found = contradictions(project, store, rules)
    if tidy:
        _tidy(project, store)
    kept = sum(1 for _ in store.quads_for_pattern(None, None, None, project.graph_iri(named_graphs.INFERRED)))
    return Closure({rule: count for rule, count in by_rule.items() if count}, rounds, kept, found)


def in_order(files: Iterable[Path]) -> list[Path]:
    """Return the files of rules in the order in which they are run."""
    return sorted(
        files, key=lambda path: (_ORDER.index(kind) if (kind := path.stem[:3]) in _ORDER else len(_ORDER), path.stem)
    )


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


_SAYS = re.compile(r"^# says: (.+)$", re.MULTILINE)
_EXPLAINED_BY = ("prp-fp", "prp-ifp", "prp-key")


def contradictions(project: Project, store: Store, rules: Path | None = None) -> list[Contradiction]:
    """Return the contradictions in ``store`` that the checks (``check-*.rq``) in the folder ``rules`` find, sorted.

    Each is reported once, in whichever order the check found its terms. `close` calls this while members of class
    expressions are in the store; without them only contradictions between named classes are found.

    Raises UserError if a check is not a valid SPARQL query or has no ``# says:`` line.
    """
    found: dict[tuple[str, frozenset[str]], Contradiction] = {}
    for path in named_graphs.rule_files(rules or project.rules):
        if path.suffix != ".rq":
            continue
        text = path.read_text(encoding="utf-8")
        message = says(text, path)
        try:
            rows = store.query(text)
        except SyntaxError as error:
            raise UserError(f"{path} is not valid SPARQL ({_first_line(error)}): fix the check.") from error
        if not isinstance(rows, QuerySolutions):
            raise UserError(f"{path} is not a check: it needs a SELECT.")
        rule = path.stem.removeprefix("check-")
        names = [variable.value for variable in rows.variables]
        for row in rows:
            members = {name: _readable(project, row[name]) for name in names}
            text = re.sub(r"\?(\w+)", lambda match: members.get(match[1], match[0]), message)  # noqa: B023
            entry = Contradiction(rule, tuple(members.values()), text)
            same = (rule, frozenset(entry.members))
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


def says(text: str, where: Path | str) -> str:
    """Return what a row of a check says, with its variables. Raises UserError if the check does not say it."""
    found = _SAYS.search(text)
    if found is None:
        raise UserError(f"{where} is not a check: it needs a line '# says: ...' with the variables of its SELECT.")
    return found[1]


def _first_line(error: SyntaxError) -> str:
    """Return the location of a syntax error, without Oxigraph's list of expected tokens, which fills a page."""
    return str(error).partition(": expected")[0].partition("\n")[0]


def _readable(project: Project, term: object) -> str:
    """Return a term for a message: a CURIE, an IRI, a quoted literal."""
    if isinstance(term, NamedNode):
        return project.shorten(term.value)
    if isinstance(term, Literal):
        return f'"{term.value}"'
    return "an unnamed class" if isinstance(term, BlankNode) else "nothing"
