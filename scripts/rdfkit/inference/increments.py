"""The rules as updates that infer only what follows from new data, for a graph that is closed already.

An engine that has the shipped graph and its closure need not run each rule on everything when a small file is added:
a rule that adds something new must match a new triple at one of its premises. So each rule is written once for each
premise, with that premise in the graph of new triples alone. Data with axioms of its own needs the whole rules.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import QueryBoolean, Store

from rdfkit.base import Project, UserError, namespaces
from rdfkit.inference import closure, rules
from rdfkit.rdf import named_graphs
from rdfkit.sparql import nodes, syntax

_RDF, _RDFS, _OWL = namespaces.RDF, namespaces.RDFS, namespaces.OWL
_TYPE = _RDF + "type"
_ANNOTATIONS = tuple(_RDFS + name for name in ("label", "comment", "isDefinedBy", "seeAlso"))
_VOCABULARIES = (_OWL, _RDFS, _RDF)
TABLES = "urn:x-rdfkit:axioms"
"""The named graph with lists of axioms written as triples, one property for each rule."""


class Check(NamedTuple):
    """A check for contradictions: its rule, what a row says with the variables in it, and the query."""

    rule: str
    says: str
    query: str


class Increments(NamedTuple):
    """Updates and queries for an engine with named graphs, each text complete.

    ``tables`` write lists of axioms in a form that is quick to look up, into the graph `TABLES`: run them once.
    ``first`` completes the closure of the shipped graph: it is kept without the members of class expressions. Run those
    in turn until none adds anything. Then, for a graph with new data: copy it to ``new``, and run ``whole`` if
    ``has_axioms`` is true, and ``increments`` if not, in turn until none adds anything. The checks are of the same two
    kinds. If one has a row, nothing is inferred. ``kept`` is a filter on ``?s ?p ?o``.
    """

    tables: tuple[str, ...]
    first: tuple[str, ...]
    has_axioms: str
    whole: tuple[str, ...]
    increments: tuple[str, ...]
    whole_checks: tuple[Check, ...]
    checks: tuple[Check, ...]
    kept: str


def increments(project: Project, shipped: Store, *, data: str, new: str) -> Increments:
    """Return the project's rules for new data on the shipped graph, which is closed.

    ``data`` is the IRI of the graph with the new data, ``new`` of the graph that has it and gets what follows from it.
    Raises UserError if a rule or a check cannot be read.
    """
    found = [_Rule(project, path) for path in rules.in_order(named_graphs.rule_files(project.rules))]
    heads = {name for rule in found for name in rule.heads}
    of_data = [rule for rule in found if rule.can_match(shipped, heads)]
    updates, checks = ([rule for rule in found if rule.is_check == kind] for kind in (False, True))
    return Increments(
        tables=tuple(table for rule in of_data for table in rule.tables),
        first=tuple(rule.for_class_expressions for rule in updates if rule.infers_types),
        has_axioms=_has_axioms(data),
        whole=tuple(rule.into(new, rule.text) for rule in updates),
        increments=tuple(rule.into(new, rule.increment(new)) for rule in of_data if not rule.is_check),
        whole_checks=tuple(rule.check(rule.text) for rule in checks),
        checks=tuple(rule.check(rule.increment(new)) for rule in of_data if rule.is_check),
        kept=_KEPT,
    )


def _has_axioms(data: str) -> str:
    """Return the query that asks whether data says something about classes or properties."""
    starts = " || ".join(f'STRSTARTS(STR({{0}}), "{namespace}")' for namespace in _VOCABULARIES)
    usual = ", ".join(f"<{name}>" for name in (*_ANNOTATIONS, _TYPE))
    of_property = f"(?p NOT IN ({usual}) && ({starts.format('?p')}))"
    of_class = f"(?p = <{_TYPE}> && isIRI(?o) && ({starts.format('?o')}))"
    return f"ASK {{ GRAPH <{data}> {{ ?s ?p ?o }} FILTER({of_property} || {of_class}) }}"


class _Rule:
    """A rule or a check, with its premises."""

    def __init__(self, project: Project, path: Path) -> None:
        whole = path.read_text(encoding="utf-8")
        self.text = re.sub(r"^#.*\n", "", whole, flags=re.MULTILINE)
        self.name = path.stem
        self.is_check = path.suffix == ".rq"
        self._says = rules.says(whole, path) if self.is_check else ""
        document = syntax.read(self.text, str(path))
        self._inferred = project.graph_iri(named_graphs.INFERRED).value
        self._part: nodes.Query | nodes.Operation = document.query if self.is_check else document.operations[0]
        assert self._part.where is not None  # noqa: S101 - a query or an update of a rule has one
        self._where = self._part.where
        self._templates = () if isinstance(self._part, nodes.Query) else self._part.insert

    @property
    def heads(self) -> Iterator[str]:
        """The properties that the rule can infer, if it names them."""
        for template in self._templates:
            for triple in template.triples:
                if isinstance(triple.predicate, nodes.Iri):
                    yield triple.predicate.value

    @property
    def infers_types(self) -> bool:
        """Whether the rule infers members of a class that only the data names."""
        return any(_is_type(triple) for template in self._templates for triple in template.triples)

    @property
    def for_class_expressions(self) -> str:
        """The rule for classes that are blank nodes alone."""
        (triple,) = (triple for template in self._templates for triple in template.triples)
        assert isinstance(triple.object, nodes.Variable)  # noqa: S101 - infers_types
        end = self._where.end - 1
        return f"{self.text[:end]}  FILTER (isBlank(?{triple.object.name}))\n{self.text[end:]}"

    def can_match(self, shipped: Store, inferred: set[str]) -> bool:
        """Return whether the axioms that the rule needs are in a graph; what may be inferred first counts as there."""
        if not any(self._variants("urn:x-new")):
            return False
        for each in self._premises():
            names = {rules.iri_of(triple.predicate) for triple in rules.triples_of(each)}
            if not rules.is_of_data(each) and names.isdisjoint(inferred):
                group = self._prologue + f"ASK {{ {self.text[each.start : each.end]} }}"
                answer = shipped.query(group)
                if isinstance(answer, QueryBoolean) and not answer:
                    return False
        return True

    def increment(self, new: str) -> str:
        """Return the rule or check for the ways to match it that have a premise in the graph ``new``."""
        choices = " UNION ".join(f"{{\n{body}\n}}" for body in self._variants(new))
        return f"{self.text[: self._where.start]}{{ {choices} }}{self.text[self._where.end :]}"

    def into(self, new: str, text: str) -> str:
        """Return an update that infers into the graph ``new``."""
        return re.sub(r"GRAPH graph:inferred ", f"GRAPH <{new}> ", text, count=1)

    def check(self, query: str) -> Check:
        """Return the check with a query."""
        return Check(self.name.removeprefix("check-"), self._says, query)

    @property
    def _prologue(self) -> str:
        return self.text[: self._part.start]

    def _premises(self) -> Iterator[nodes.Graph]:
        return (each for each in self._where.elements if isinstance(each, nodes.Graph))

    def _variants(self, new: str) -> Iterator[str]:
        """Yield the body of the rule with one premise after the other in the graph ``new``."""
        start, end = self._where.start + 1, self._where.end - 1
        tables = [(each.start, each.end, self._row(each)) for each in self._premises() if self._table_of(each)]
        for each in self._premises():
            if rules.is_of_data(each):
                first = f"GRAPH <{new}>{self.text[each.name.end : each.end]}"
                yield f"{first}{self._changed(start, end, [*tables, (each.start, each.end, '')])}"
        for element in self._where.elements:
            if isinstance(element, nodes.Alternatives) and any(
                rules.is_of_data(part) for part in nodes.walk(element) if isinstance(part, nodes.Graph)
            ):
                raise UserError(f"The rule {self.name} has a premise in a UNION: write one rule for each.")
            for universal in _universal(element):
                # What holds of every member of a list may hold since the last member is new.
                added = self.text[universal.start : universal.end]
                for variable in {part.name for part in nodes.walk(universal) if isinstance(part, nodes.Variable)}:
                    if variable not in _bound(self._premises()):
                        added = re.sub(rf"\?{variable}\b", f"?new_{variable}", added)
                added = re.sub(r"GRAPH \?\w+", f"GRAPH <{new}>", added, count=1)
                yield f"{added}{self.text[start:end]}"

    def _changed(self, start: int, end: int, changes: list[tuple[int, int, str]]) -> str:
        made = ""
        for first, last, text in sorted(changes):
            made += self.text[start:first] + text
            start = last
        return made + self.text[start:end]

    def _row(self, premise: nodes.Graph) -> str:
        subject, value = self._table_of(premise)
        return f"GRAPH <{TABLES}> {{ ?{subject} <{TABLES}:{self.name}> ?{value} }}"

    @property
    def tables(self) -> Iterator[str]:
        """The updates that write lists of axioms as triples, so that no list is searched for each new triple."""
        for each in self._premises():
            if self._table_of(each):
                yield f"{self._prologue}INSERT {{ {self._row(each)} }} WHERE {{ {self.text[each.start : each.end]} }}"

    def _table_of(self, premise: nodes.Graph) -> tuple[str, ...]:
        """Return the two variables that the rest shares with a premise about lists of axioms, or ()."""
        if rules.is_of_data(premise) or all(isinstance(one.predicate, nodes.Iri) for one in rules.triples_of(premise)):
            return ()
        written = [*self._templates, *getattr(self._part, "columns", ())]
        elsewhere = {part.name for one in written for part in nodes.walk(one) if isinstance(part, nodes.Variable)}
        for each in self._where.elements:
            if each is not premise:
                elsewhere |= {part.name for part in nodes.walk(each) if isinstance(part, nodes.Variable)}
        shared = sorted(_bound(iter((premise,))) & elsewhere)
        return tuple(shared) if len(shared) == 2 else ()


def _universal(element: nodes.Node) -> Iterator[nodes.Graph]:
    """Yield what a rule requires of all members of a list: what is in a NOT EXISTS that is in another."""
    for outer in (part for part in nodes.walk(element) if isinstance(part, nodes.Exists) and part.negated):
        for inner in (part for part in nodes.walk(outer.group) if isinstance(part, nodes.Exists) and part.negated):
            yield from (part for part in nodes.walk(inner) if isinstance(part, nodes.Graph) and rules.is_of_data(part))


def _bound(premises: Iterator[nodes.Graph]) -> set[str]:
    return {part.name for each in premises for part in nodes.walk(each.group) if isinstance(part, nodes.Variable)}


def _is_type(triple: nodes.Triple) -> bool:
    return rules.iri_of(triple.predicate) == _TYPE and not isinstance(triple.object, nodes.Iri)


_KEPT = (
    "!isBlank(?s) && !isBlank(?o) && !(isIRI(?o) && ("
    f"(sameTerm(?s, ?o) && ?p IN ({', '.join(f'<{name}>' for name in sorted(closure.REFLEXIVE))}))"
    f" || (?o = <{closure.THING}> && ?p IN (<{_TYPE}>, <{_RDFS}subClassOf>, <{_RDFS}domain>, <{_RDFS}range>))"
    f" || (?s = <{_OWL}Nothing> && ?p = <{_RDFS}subClassOf>)"
    f" || (({' || '.join(f'STRSTARTS(STR(?s), {chr(34)}{name}{chr(34)})' for name in closure.BUILT_IN)})"
    f" && ({' || '.join(f'STRSTARTS(STR(?o), {chr(34)}{name}{chr(34)})' for name in closure.BUILT_IN)}))))"
)
"""`closure.is_kept` as a filter."""
