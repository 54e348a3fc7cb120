"""The triples of the files behind a violation of a SPARQL constraint, the most likely cause first.

Such a result has a focus node and often a value, but the error is in the combination of several statements. The query
is run again for this node, and the triples behind its row are found as for any query (`rdfkit.sparql.provenance`).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store, Variable

from rdfkit.base import UserError, namespaces
from rdfkit.shacl import prefixes
from rdfkit.shacl.locating.paths import TripleIndex, TripleRef
from rdfkit.shacl.report.model import Result
from rdfkit.shacl.terms import Term
from rdfkit.sparql import nodes, provenance, syntax, triple_patterns

ShapeValues = dict[Any, dict[str, list[Any]]]
"""The shapes graph: objects by subject and predicate."""

MAX_RESULTS_EXPLAINED = 200
"""How many results of one report are explained: each takes about 50 ms."""

MAX_QUADS_READ = 60_000
"""How many quads all trials for one report may read. A result of many statements (a cycle of 300 steps, say) needs many
long trials; this limit is reached after some seconds."""

_FILES = NamedNode("urn:x-rdfkit:files")
"""The named graph of the files among those of the base graph."""
_SH = namespaces.SH
_TYPE = NamedNode(namespaces.expand("rdf:type"))
_ABSENCE = re.compile(r"(?i)\bNOT\s+EXISTS\b|\bMINUS\b")


class ConstraintProvenance:
    """Finds the triples behind results of SPARQL constraints, in the base graph and some files together."""

    def __init__(self, sources: Iterable[Iterable[Quad]], base: Store, shapes: ShapeValues, index: TripleIndex) -> None:
        """Take the triples of the files, the graph that they were validated with, and the shapes."""
        self._sources = sources
        self._base = base
        self._shapes = shapes
        self._index = index
        self._store: Store | None = None
        self._patterns: dict[str, list[triple_patterns.Pattern]] = {}
        self._results_left = MAX_RESULTS_EXPLAINED
        self._quads_left = MAX_QUADS_READ

    def triples_behind(self, result: Result) -> list[TripleRef]:
        """Return the triples of the files behind a result, the most likely cause first.

        If the query asks for the absence of something, the first mention of the focus node is included: first if the
        result has no value and no triple is a likely cause, else last. The list is empty if the result is not of a
        SPARQL constraint, or cannot be explained.
        """
        text = self._query(result)
        if not text or self._results_left == 0 or self._quads_left <= 0:
            return []
        self._results_left -= 1
        behind = self._explained(result, text)
        if not behind:
            return []
        tested = _tested(text, self._patterns.get(text, []))
        found = [
            (self._rank(result, quad, tested), ref)
            for each in behind
            for ref, quad in self._index.with_subject(each.subject)
            if quad.triple == each.triple
        ]
        refs = [ref for _, ref in sorted(found)]
        subject = self._index.first_mention(result.focus)
        if refs and subject and _ABSENCE.search(text):
            is_lacking = result.value in {None, result.focus} and not any(rank[:2] != (True, True) for rank, _ in found)
            refs.insert(0 if is_lacking else len(refs), subject)
        return refs

    def _explained(self, result: Result, text: str) -> list[Quad]:
        """Return a minimal set of quads for which the query gives the row of a result."""
        store = self._everything()
        graphs = [graph for graph in store.named_graphs() if isinstance(graph, NamedNode)]
        row = {"this": result.focus} | ({"value": result.value} if result.value else {})
        small = Store()

        def gives_row() -> bool:
            self._quads_left -= len(small) * (1 + len(small) // 50)  # a path is evaluated from every node
            if self._quads_left <= 0:
                raise UserError("This result has too many statements behind it to be explained.")
            return any(_agree(found, row) for found in _rows(small, text, graphs, {}))

        try:
            found = sorted(
                self._candidates(store, text, row, graphs), key=lambda quad: (quad.graph_name == _FILES, str(quad))
            )
            small.extend(found)
            return (provenance.minimal(small, found, gives_row) or []) if gives_row() else []
        except (UserError, SyntaxError, RuntimeError, ValueError):
            # The result has its place all the same. RuntimeError: $this is in a filter only, and Oxigraph then refuses
            # a value for it.
            return []

    def _candidates(self, store: Store, text: str, row: dict[str, Term], graphs: list[NamedNode]) -> set[Quad]:
        """Return the quads that the patterns of a query match when it gives a row."""
        if text not in self._patterns:
            self._patterns[text] = triple_patterns.patterns(text)
        named = {name: term for name, term in row.items() if f"?{name}" in text or f"${name}" in text}
        found: set[Quad] = set()
        for solution in _rows(store, triple_patterns.without_projection(text, {}), graphs, named):
            for pattern in self._patterns[text]:
                found.update(triple_patterns.matches(store, pattern, solution, graphs, graphs))
        return found

    def _everything(self) -> Store:
        if self._store is None:
            self._store = Store()
            self._store.bulk_extend(self._base)
            quads = (quad for source in self._sources for quad in source)
            self._store.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, _FILES) for quad in quads)
        return self._store

    def _query(self, result: Result) -> str:
        """Return the SELECT of a result's constraint with its prefixes, as the engines know them, or an empty text."""
        constraint = self._shapes.get(result.constraint, {})
        select = next((text.value for text in constraint.get(_SH + "select", ())), "")
        if "$PATH" in select:
            return ""
        node: Any = result.constraint
        found = prefixes.declarations(node, lambda each, name: self._shapes.get(each, {}).get(name, []))
        known = {**prefixes.DEFAULT, **{prefix.value: namespace.value for _, prefix, namespace in found}}
        return "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in sorted(known.items())) + select

    def _rank(self, result: Result, quad: Quad, tested: set[str]) -> tuple[bool, ...]:
        """Return a sort key for the most likely cause first: for each sign of a cause, whether it is absent."""
        same = [other for _, other in self._index.with_subject(quad.subject) if other.predicate == quad.predicate]
        stands_out = quad.subject == quad.object or len(same) > 1
        is_value = (quad.subject, quad.object) == (result.focus, result.value)
        is_tested = quad.predicate.value in tested
        return not stands_out, not is_tested, not is_value, quad.subject != result.focus, quad.predicate == _TYPE


def _tested(text: str, wanted: list[triple_patterns.Pattern]) -> set[str]:
    """Return the properties whose values a query uses in an expression."""
    read = {
        node.name
        for part in syntax.read(text).walk()
        for expression in _expressions(part)
        for node in nodes.walk(expression)
        if isinstance(node, nodes.Variable)
    }
    return {
        pattern.predicate.value
        for pattern in wanted
        if isinstance(pattern.predicate, nodes.Iri)
        and isinstance(pattern.object, nodes.Variable)
        and pattern.object.name in read
    }


def _expressions(part: nodes.Node) -> Iterator[nodes.Node]:
    """Yield the expressions of a clause."""
    if isinstance(part, nodes.Filter) and not isinstance(part.test, nodes.Exists):
        yield part.test
    elif isinstance(part, nodes.Bind):
        yield part.expression
    elif isinstance(part, nodes.Query):
        yield from (column.expression for column in part.columns if column.expression is not None)
        yield from part.having


def _rows(store: Store, text: str, graphs: list[NamedNode], given: dict[str, Term]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a SELECT over the merge of some graphs, with ``given`` values of variables."""
    answer = store.query(
        text, default_graph=[*graphs], substitutions={Variable(name): term for name, term in given.items()}
    )
    assert isinstance(answer, QuerySolutions)  # noqa: S101 - sh:select has nothing else
    names = [variable.value for variable in answer.variables]
    for row in answer:
        yield {name: term for name, term in zip(names, row, strict=True) if term is not None}


def _agree(row: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two rows have equal values in all variables that both have."""
    return all(other.get(name, term) == term for name, term in row.items())
