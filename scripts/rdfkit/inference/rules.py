"""The rules and checks of a folder, read once: what each asks of axioms, as SPARQL, and what it asks of data.

A premise is one ``GRAPH`` of a body. It is about data if it is one triple with a variable as predicate, the type of a
thing, or a property of another vocabulary than OWL, RDFS and RDF; any other is about axioms. What a rule asks of axioms
is one SELECT: each of its rows makes a rule about data alone, whose properties and classes are known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from rdfkit.base import UserError, namespaces
from rdfkit.rdf import named_graphs
from rdfkit.sparql import nodes, syntax

TYPE = namespaces.RDF + "type"
SAME = namespaces.OWL + "sameAs"
_VOCABULARIES = (namespaces.OWL, namespaces.RDFS, namespaces.RDF)
_ORDER = ("scm", "prp", "cls", "cax")
"""Rules about the vocabulary first, then properties, then classes: each kind feeds the next, so fewer rounds."""

Term: TypeAlias = "str | NamedNode | Literal | BlankNode"
"""The name of a variable, or a term."""


@dataclass(frozen=True)
class Atom:
    """A triple pattern about data, or the head of a rule."""

    subject: Term
    predicate: Term
    object: Term

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of its variables."""
        return tuple(term for term in (self.subject, self.predicate, self.object) if isinstance(term, str))


@dataclass(frozen=True)
class Universal:
    """What must hold of every row of ``query``: its rows extend those about axioms by ``variables``."""

    query: str
    variables: tuple[str, ...]
    atoms: tuple[Atom, ...]


@dataclass(frozen=True)
class Rule:
    """A rule (``head``) or a check (``columns``).

    - ``axioms`` is a SELECT with ``variables``, those of the premises about axioms that the rest of the rule uses, or
      empty if it has no such premise. ``reads`` has the properties that it reads, and ``types`` the classes whose
      members it reads.
    - ``atoms`` are the premises about data. ``tests`` are its conditions on their variables, all of which must be true,
      and ``prologue`` is what a query with one of them starts with; each has its text.
    """

    name: str
    is_check: bool
    says: str
    prologue: str
    axioms: str
    variables: tuple[str, ...]
    reads: frozenset[str]
    types: frozenset[str]
    atoms: tuple[Atom, ...]
    universals: tuple[Universal, ...]
    tests: tuple[tuple[nodes.Expression, str], ...]
    head: Atom | None
    columns: tuple[str, ...]


def in_order(files: Iterable[Path]) -> list[Path]:
    """Return the files of rules in the order in which they are run."""
    return sorted(
        files, key=lambda path: (_ORDER.index(kind) if (kind := path.stem[:3]) in _ORDER else len(_ORDER), path.stem)
    )


def read_rules(folder: Path) -> list[Rule]:
    """Return the rules and checks of a folder in the order in which they are run, the checks last.

    Raises UserError, with the name of the file, if one is not valid SPARQL or uses what cannot be evaluated.
    """
    files = named_graphs.rule_files(folder)
    ordered = in_order(path for path in files if path.suffix == ".ru")
    return [
        _read(path, path.read_text(encoding="utf-8"))
        for path in [*ordered, *(path for path in files if path.suffix == ".rq")]
    ]


def says(text: str, where: Path | str) -> str:
    """Return what a row of a check says, with its variables. Raises UserError if the check does not say it."""
    for line in text.splitlines():
        if line.startswith("# says: "):
            return line.removeprefix("# says: ")
    raise UserError(f"{where} is not a check: it needs a line '# says: ...' with the variables of its SELECT.")


def is_of_data(premise: nodes.Graph) -> bool:
    """Return whether data without axioms can match a premise, or what is inferred from it."""
    return all(_is_open(triple) for triple in triples_of(premise))


def triples_of(node: nodes.Node) -> list[nodes.Triple]:
    """Return the triple patterns in a node."""
    return [part for part in nodes.walk(node) if isinstance(part, nodes.Triple)]


def absent(node: nodes.Node) -> nodes.Group | None:
    """Return the group of FILTER NOT EXISTS, or None for any other node."""
    if isinstance(node, nodes.Filter) and isinstance(node.test, nodes.Exists) and node.test.negated:
        return node.test.group
    return None


def _is_open(triple: nodes.Triple) -> bool:
    if isinstance(triple.predicate, nodes.Variable):
        return True
    name = iri_of(triple.predicate)
    if name == TYPE and isinstance(triple.object, nodes.Iri):
        return not triple.object.value.startswith(_VOCABULARIES)
    return bool(name) and (name in (TYPE, SAME) or not name.startswith(_VOCABULARIES))


@lru_cache(maxsize=256)
def _read(path: Path, whole: str) -> Rule:
    is_check = path.suffix == ".rq"
    text = "".join(line for line in whole.splitlines(keepends=True) if not line.startswith("#"))
    said = says(whole, path) if is_check else ""
    return _Reader(path, text, is_check=is_check).rule(said)


class _Reader:
    """The reader of one rule."""

    def __init__(self, path: Path, text: str, *, is_check: bool) -> None:
        self.path, self.text = path, text
        self.axioms: list[nodes.Node] = []
        self.atoms: list[Atom] = []
        self.filters: list[nodes.Filter] = []
        self.universals: list[tuple[list[nodes.Node], list[Atom]]] = []
        self.novelty: list[nodes.Node] = []
        document = syntax.read(text, str(path))
        self.head: Atom | None = None
        self.columns: tuple[str, ...] = ()
        if is_check:
            query = document.query
            if query.form != "SELECT" or query.where is None:
                raise UserError(f"{path} is not a check: it needs a SELECT.")
            rest = (query.group_by, query.having, query.order_by, query.limit, query.offset, query.values, query.star)
            if any(part not in ((), None) for part in rest) or any(column.expression for column in query.columns):
                raise self._refused("its SELECT may have variables and WHERE alone")
            self.columns = tuple(column.variable.name for column in query.columns if column.variable)
            self.start, self.where = query.start, query.where
        else:
            operation, *others = document.operations
            if others or operation.where is None or operation.delete or len(operation.insert) != 1:
                raise self._refused("it needs one INSERT with WHERE")
            if len(operation.insert[0].triples) != 1:
                raise self._refused("it must infer one triple")
            self.head = self._atom(operation.insert[0].triples[0])
            self.start, self.where = operation.start, operation.where

    def rule(self, said: str) -> Rule:
        """Return the rule."""
        for element in self.where.elements:
            self._sort(element)
        known = _names(self.axioms)
        tests = [part for each in self.filters if not _names([each]) <= known for part in _conjuncts(each.test)]
        asked = [*self.axioms, *(each for each in self.filters if _names([each]) <= known)]
        if not self.atoms:
            asked += self.novelty
        in_atoms = {name for atom in self.atoms for name in atom.variables}
        needed = {*self.columns, *(self.head.variables if self.head else ())} | _names(tests)
        for name in needed - known - in_atoms:
            raise self._refused(f"?{name} is in no premise")
        used = needed | in_atoms
        for inner, required in self.universals:
            used |= _names(inner) | {name for atom in required for name in atom.variables}
        names = tuple(sorted(used & known))
        read = [
            t
            for part in [*self.axioms, *(each for inner, _ in self.universals for each in inner)]
            for t in triples_of(part)
        ]
        return Rule(
            name=self.path.stem,
            is_check=not self.head,
            says=said,
            prologue=self.text[: self.start],
            axioms=self._select(names, asked) if self.axioms else "",
            variables=names,
            reads=frozenset(iri.value for t in read for iri in _iris(t.predicate)) - {TYPE},
            types=frozenset(t.object.value for t in read if _is_type(t) and isinstance(t.object, nodes.Iri)),
            atoms=tuple(self.atoms),
            universals=tuple(
                Universal(
                    self._select((*names, *(more := tuple(sorted(_names(inner) - known)))), [*asked, *inner]),
                    more,
                    tuple(required),
                )
                for inner, required in self.universals
            ),
            tests=tuple((test, self.text[test.start : test.end]) for test in tests),
            head=self.head,
            columns=self.columns,
        )

    def _sort(self, element: nodes.Element) -> None:
        """Put a part of the body where it belongs. Raises UserError for what a rule cannot have."""
        group = absent(element)
        if isinstance(element, nodes.Graph) and self._is_atom(element):
            self.atoms.append(self._atom(triples_of(element)[0]))
        elif isinstance(element, nodes.Graph):
            self.axioms.append(self._about_axioms(element))
        elif isinstance(element, nodes.Alternatives):
            for part in nodes.walk(element):
                if isinstance(part, nodes.Graph) and self._is_atom(part):
                    raise UserError(f"The rule {self.path.stem} has a premise in a UNION: write one rule for each.")
                if isinstance(part, nodes.Graph):
                    self._about_axioms(part)
            self.axioms.append(element)
        elif group is not None and self._is_novelty(group):
            self.novelty.append(element)
        elif group is not None:
            self.universals.append(self._universal(group))
        elif isinstance(element, nodes.Filter) and not any(
            isinstance(part, nodes.Exists) for part in nodes.walk(element)
        ):
            self.filters.append(element)
        else:
            kind = "EXISTS" if isinstance(element, nodes.Filter) else type(element).__name__.upper()
            raise self._refused(f"it has {kind}, which a rule cannot have")

    def _select(self, names: tuple[str, ...], parts: list[nodes.Node]) -> str:
        """Return the query for the rows of some parts of the body."""
        columns = " ".join(f"?{name}" for name in names) or "(1 AS ?true)"
        group = "\n".join(self.text[part.start : part.end] for part in sorted(parts, key=lambda part: part.start))
        return f"{self.text[: self.start]}SELECT DISTINCT {columns} WHERE {{\n{group}\n}}"

    def _is_atom(self, premise: nodes.Graph) -> bool:
        found = triples_of(premise)
        plain = len(found) == 1 and isinstance(found[0].predicate, nodes.Iri | nodes.Variable)
        if not plain or not is_of_data(premise) or iri_of(found[0].predicate) == SAME:
            return False
        graphs = [part.name for part in nodes.walk(self.where) if isinstance(part, nodes.Graph)]
        names = [graph.name for graph in graphs if isinstance(graph, nodes.Variable)]
        if not isinstance(premise.name, nodes.Variable) or names.count(premise.name.name) > 1:
            raise self._refused("a premise about data needs a variable of its own for its graph")
        return all(isinstance(element, nodes.Triples) for element in premise.group.elements)

    def _about_axioms(self, premise: nodes.Graph) -> nodes.Graph:
        for triple in triples_of(premise):
            if isinstance(triple.predicate, nodes.Variable) or (
                _is_type(triple) and not isinstance(triple.object, nodes.Iri)
            ):
                raise self._refused("a premise with an open property or class needs a GRAPH of its own")
            if any(isinstance(part, nodes.Negated) for part in nodes.walk(triple.predicate)):
                raise self._refused("it has a negated path")
        return premise

    def _universal(self, group: nodes.Group) -> tuple[list[nodes.Node], list[Atom]]:
        """Return the premises about axioms in a NOT EXISTS, and those in the NOT EXISTS inside it."""
        inner = [each for each in group.elements if absent(each) is None]
        others = [found for each in group.elements if (found := absent(each))]
        parts = [*inner, *(each for other in others for each in other.elements)]
        if len(others) != 1 or not all(isinstance(each, nodes.Graph) for each in parts):
            raise self._refused("a NOT EXISTS must be about what it infers, or have a NOT EXISTS in it")
        premises = [each for each in others[0].elements if isinstance(each, nodes.Graph)]
        if not all(map(self._is_atom, premises)) or any(
            isinstance(each, nodes.Graph) and self._is_atom(each) for each in inner
        ):
            raise self._refused("a NOT EXISTS must be about axioms, and the one inside it about data")
        return [*inner], [self._atom(triples_of(each)[0]) for each in premises]

    def _is_novelty(self, group: nodes.Group) -> bool:
        if len(group.elements) != 1 or not isinstance(group.elements[0], nodes.Graph):
            return False
        found = triples_of(group.elements[0])
        return len(found) == 1 and self.head is not None and self._atom(found[0]) == self.head

    def _atom(self, triple: nodes.Triple) -> Atom:
        assert isinstance(triple.predicate, nodes.Iri | nodes.Variable)  # noqa: S101 - checked before
        return Atom(*(self._term(part) for part in (triple.subject, triple.predicate, triple.object)))

    def _term(self, node: nodes.Term) -> Term:
        if isinstance(node, nodes.Variable):
            return node.name
        if isinstance(node, nodes.Iri):
            return NamedNode(node.value)
        if isinstance(node, nodes.BlankNode):
            raise self._refused("it has a blank node: write a variable")
        if node.language:
            return Literal(node.value, language=node.language)
        return Literal(node.value, datatype=NamedNode(node.datatype.value))

    def _refused(self, reason: str) -> UserError:
        return UserError(f"The rule {self.path} cannot be evaluated: {reason}.")


def _is_type(triple: nodes.Triple) -> bool:
    return iri_of(triple.predicate) == TYPE


def iri_of(node: nodes.Node) -> str:
    """Return the IRI of a node, or "" for any other node."""
    return node.value if isinstance(node, nodes.Iri) else ""


def _iris(path: nodes.Node) -> Iterator[nodes.Iri]:
    return (part for part in nodes.walk(path) if isinstance(part, nodes.Iri))


def _names(parts: Iterable[nodes.Node]) -> set[str]:
    return {part.name for each in parts for part in nodes.walk(each) if isinstance(part, nodes.Variable)}


def _conjuncts(test: nodes.Expression) -> Iterator[nodes.Expression]:
    if isinstance(test, nodes.Call) and test.name == "&&":
        for part in test.arguments:
            yield from _conjuncts(part)
    else:
        yield test
