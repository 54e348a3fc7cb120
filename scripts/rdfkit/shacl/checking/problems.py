"""What a check of shapes finds: a sentence, and the triple that it is about; and the names of shapes in sentences."""

from dataclasses import dataclass
from functools import cached_property

from rdfkit.base import Project, namespaces
from rdfkit.shacl.engine.graph import FIRST, REST, Graph
from rdfkit.shacl.engine.literals import to_term
from rdfkit.shacl.terms import term_text

SH = namespaces.SH

MAX_PROBLEMS_SHOWN = 20

MAX_OWNERS = 50
"""How many nodes up a blank node without an IRI above it is followed."""


@dataclass(frozen=True)
class Problem:
    """Something wrong in a shapes graph.

    ``triple`` has subject, predicate and object in N-Triples; ``text`` begins with the name of the shape. With
    ``always`` no engine can use the shapes; otherwise the check that found it can be switched off.
    """

    triple: tuple[str, str, str]
    text: str
    always: bool = False


@dataclass(frozen=True)
class Names:
    """Names for the nodes of a shapes graph in messages."""

    project: Project
    graph: Graph

    @cached_property
    def described(self) -> set[str]:
        """The subjects of all triples."""
        return {subject for predicate in self.graph.predicates() for subject in self.graph.objects(predicate)}

    @cached_property
    def terms_of(self) -> dict[str, set[str]]:
        """The local names of the properties in SHACL's namespace that each node has."""
        found: dict[str, set[str]] = {}
        for predicate in self.graph.predicates():
            if predicate.startswith(f"<{SH}"):
                for subject in self.graph.objects(predicate):
                    found.setdefault(subject, set()).add(predicate[1 + len(SH) : -1])
        return found

    def term(self, node: str) -> str:
        """Return an IRI, as a CURIE if possible, or a literal; for a blank node, the way to it from an IRI."""
        return self.shape(node) if node[0] == "_" else term_text(self.project, to_term(node))

    def shape(self, node: str) -> str:
        """Return what a message calls a shape: its IRI, or the IRI above it and the properties that lead to it."""
        way: list[str] = []
        seen = {node}
        while node[0] == "_" and len(seen) < MAX_OWNERS:
            above = next(((s, p) for s, p in self._above(node) if s not in seen), None)
            if above is None:
                break
            path = next(iter(self.graph.values(node, f"<{SH}path>")), "")
            step = self.property(above[1])
            way.insert(0, f"{step} for {self.term(path)}" if path[:1] == "<" else step)
            node = above[0]
            seen.add(node)
        if node[0] == "<":
            return ", ".join([self.project.shorten(node[1:-1]), *way])
        path = next(iter(self.graph.values(node, f"<{SH}path>")), "")
        return f"a shape without an IRI for {self.term(path)}" if path[:1] == "<" else "a shape without an IRI"

    def property(self, name: str) -> str:
        """Return the name of a property, as a CURIE if possible."""
        return f"sh:{name[1 + len(SH) : -1]}" if name.startswith(f"<{SH}") else self.term(name)

    def _above(self, node: str) -> list[tuple[str, str]]:
        """Return the subjects and predicates of which a node, or a list with the node as a member, is a value."""
        cells = self.graph.subjects(FIRST).get(node, ())
        if cells:
            node = cells[0]
            seen = {node}
            while before := [each for each in self.graph.subjects(REST).get(node, ()) if each not in seen]:
                node = before[0]
                seen.add(node)
        return [
            (subject, predicate)
            for predicate in self.graph.predicates()
            if predicate not in {FIRST, REST}
            for subject in self.graph.subjects(predicate).get(node, ())
        ]
