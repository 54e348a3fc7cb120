"""The triples of the files that a result of a SPARQL constraint rests on.

Such a result names a node, and often a value, but what is wrong is that several statements don't go together. The
query is asked again for this node, and what it rests on is found as for a row of an answer (see ``witness``).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store, Variable

from imaging_trials.graph.project import PROJECT
from rdfkit.base import namespaces
from rdfkit.base.errors import UserError
from rdfkit.shacl.path_tracing import Spot, Trail
from rdfkit.shacl.report import Result, Term
from rdfkit.sparql import guard as sparql
from rdfkit.sparql import provenance as witness
from rdfkit.sparql import triple_patterns as patterns

Facts = dict[Any, dict[str, list[Any]]]
"""What the shapes say: objects by subject and predicate."""

MOST = 200
"""How many results are looked into in one report: it takes some 50 ms each."""

MOST_READ = 60_000
"""How many quads all the trials of a report may read, each one as often as it is read: of a result that many
statements make (a loop of 300 steps, say) each trial takes long, and there are many. It comes to some seconds."""

_USER = PROJECT.graph_iri("user")
_SH = namespaces.SH
_TYPE = NamedNode(namespaces.expand("rdf:type"))
_ABSENCE = re.compile(r"(?i)\bNOT\s+EXISTS\b|\bMINUS\b")


class Culprits:
    """What results of SPARQL constraints rest on, over the shipped graph and some files together."""

    def __init__(self, sources: Iterable[Iterable[Quad]], shipped: Store, shapes: Facts, trail: Trail) -> None:
        """Take the triples of the files, the graph they were validated with, and the shapes."""
        self._sources = sources
        self._shipped = shipped
        self._shapes = shapes
        self._trail = trail
        self._store: Store | None = None
        self._patterns: dict[str, list[patterns.Pattern]] = {}
        self._left = MOST
        self._may_read = MOST_READ

    def of(self, result: Result) -> list[Spot]:
        """Return the triples that a result rests on and the files say, the one that is likeliest to blame first.

        Where the query asks for what is not there, the focus node's first mention is told, too; before the others where
        no value is named and nothing else stands out. Empty where the result is of no SPARQL constraint, or can't be
        explained.
        """
        text = self._query(result)
        if not text or self._left == 0 or self._may_read <= 0:
            return []
        self._left -= 1
        rests_on = self._rests_on(result, text)
        tested = _tested(text, self._patterns.get(text, []))
        found = [
            (self._blame(result, quad, tested), spot)
            for said in rests_on
            for spot, quad in self._trail.about(said.subject)
            if quad.triple == said.triple
        ]
        spots = [spot for _, spot in sorted(found)]
        subject = self._trail.mention(result.focus)
        if spots and subject and _ABSENCE.search(text):
            is_lacking = result.value in {None, result.focus} and not any(
                blame[:2] != (True, True) for blame, _ in found
            )
            spots.insert(0 if is_lacking else len(spots), subject)
        return spots

    def _rests_on(self, result: Result, text: str) -> list[Quad]:
        """Return a least set of quads from which the query gives the row of a result again."""
        store = self._everything()
        graphs = [graph for graph in store.named_graphs() if isinstance(graph, NamedNode)]
        row = {"this": result.focus} | ({"value": result.value} if result.value else {})
        small = Store()

        def gives_it() -> bool:
            self._may_read -= len(small) * (1 + len(small) // 50)  # a path is looked for from every node
            if self._may_read <= 0:
                raise UserError("This result rests on too many statements to be looked into.")
            return any(_agree(found, row) for found in _rows(small, text, graphs, {}))

        try:
            found = sorted(
                self._candidates(store, text, row, graphs), key=lambda quad: (quad.graph_name == _USER, str(quad))
            )
            small.extend(found)
            return (witness.least(small, found, gives_it) or []) if gives_it() else []
        except (UserError, SyntaxError):
            return []

    def _candidates(self, store: Store, text: str, row: dict[str, Term], graphs: list[NamedNode]) -> set[Quad]:
        """Return the quads that the patterns of a query match where it gives a row."""
        if text not in self._patterns:
            self._patterns[text] = patterns.patterns(text)
        named = {name: term for name, term in row.items() if f"?{name}" in text or f"${name}" in text}
        found: set[Quad] = set()
        for solution in _rows(store, patterns.without_projection(text, {}), graphs, named):
            for pattern in self._patterns[text]:
                found.update(patterns.matches(store, pattern, solution, graphs))
        return found

    def _everything(self) -> Store:
        if self._store is None:
            self._store = Store()
            self._store.bulk_extend(self._shipped)
            quads = (quad for source in self._sources for quad in source)
            self._store.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, _USER) for quad in quads)
        return self._store

    def _query(self, result: Result) -> str:
        """Return the SELECT of a result's constraint with its prefixes (SHACL, 5.2.1), or nothing."""
        facts = self._shapes.get(result.constraint, {})
        select = next((text.value for text in facts.get(_SH + "select", ())), "")
        if "$PATH" in select:
            return ""
        lines = []
        for holder in facts.get(_SH + "prefixes", ()):
            for declared in self._shapes.get(holder, {}).get(_SH + "declare", ()):
                said = self._shapes.get(declared, {})
                pairs = zip(said.get(_SH + "prefix", ()), said.get(_SH + "namespace", ()), strict=False)
                lines += [f"PREFIX {prefix.value}: <{namespace.value}>\n" for prefix, namespace in pairs]
        return "".join(sorted(lines)) + select

    def _blame(self, result: Result, quad: Quad, tested: set[str]) -> tuple[bool, ...]:
        """Return what puts the likeliest triple first: of each sign whether it is lacking."""
        same = [said for _, said in self._trail.about(quad.subject) if said.predicate == quad.predicate]
        stands_out = quad.subject == quad.object or len(same) > 1
        is_value = (quad.subject, quad.object) == (result.focus, result.value)
        is_tested = quad.predicate.value in tested
        return not stands_out, not is_tested, not is_value, quad.subject != result.focus, quad.predicate == _TYPE


def _tested(text: str, wanted: list[patterns.Pattern]) -> set[str]:
    """Return the properties whose values a query compares, counts with, or looks into."""
    variables = set()
    depth = 0
    for kind, word, _ in sparql.tokens(text):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth and kind == "variable":
            variables.add(word[1:])
    return {str(pattern.predicate) for pattern in wanted if str(pattern.value) in variables}


def _rows(store: Store, text: str, graphs: list[NamedNode], given: dict[str, Term]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the answer to a SELECT over the merge of some graphs, where variables have the values given."""
    answer = store.query(
        text, default_graph=[*graphs], substitutions={Variable(name): term for name, term in given.items()}
    )
    assert isinstance(answer, QuerySolutions)  # noqa: S101 - sh:select has nothing else
    names = [variable.value for variable in answer.variables]
    for row in answer:
        yield {name: term for name, term in zip(names, row, strict=True) if term is not None}


def _agree(row: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether two rows have the same in all variables that both have."""
    return all(other.get(name, term) == term for name, term in row.items())
