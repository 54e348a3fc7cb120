"""The check of the page, done by pyoxigraph with the same updates and queries as ``static/worker.js`` does it."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, Store

from imaging_trials.site import checks
from rdfkit.rdf import reading
from rdfkit.shacl import validate
from tests.support import fixtures


class Found(NamedTuple):
    """What a check finds: results as (focus, shape, parameter, value, path), contradictions, and undefined terms."""

    results: set[tuple[str, str, str, str | None, str]]
    contradictions: list[str]
    undefined: set[tuple[str, str]]
    inferred: set[str]


class PageCheck:
    """The shipped graph, ready to check one piece of data after the other."""

    def __init__(self, program: dict[str, Any], quads: Iterable[Quad]) -> None:
        """Load the shipped graph and do what the worker does once."""
        self.program = program
        self.store = Store()
        self.store.bulk_extend(quads)
        for update in program["once"]:
            self.store.update(update)
        self._until_stable(program["first"], self._size)

    def check(self, quads: Iterable[Quad]) -> Found:
        """Return what is wrong with some data, and leave the store as it was."""
        program, names = self.program, self.program["graphs"]
        data, new = NamedNode(names["data"]), NamedNode(names["new"])
        for quad in quads:
            for graph in (data, new):
                self.store.add(Quad(quad.subject, quad.predicate, quad.object, graph))
        mode = "whole" if self._ask(program["hasAxioms"]) else "increments"
        self._until_stable(program["rules"][mode], lambda: self._count(new))
        contradictions = [
            rule for rule, _, query in program["contradictions"][mode] for _ in self._rows(query)
        ]  # fmt: skip
        undefined = {(role, row["term"]) for role, query in program["undefined"] for row in self._rows(query)}
        if contradictions:
            self.store.update(f"DROP GRAPH {new}")
            self.store.update(f"ADD {data} TO {new}")
        self.store.update(program["apply"])
        for update in program["focus"]:
            self.store.update(update)
        present = {row["target"] for row in self._rows(program["targets"])}
        found = set()
        for each in program["constraints"]:
            if f"<{program['target']}:{each['target']}>" in present:
                for row in self._rows(each["query"]):
                    value = row.get("value") or (row["this"] if each["valueIsFocus"] else None)
                    path = row.get("path") or each["path"]
                    found.add((row["this"], f"<{each['shape']}>", each["parameter"], value, path))
        inferred = {
            " ".join(row.values()) for row in self._rows("SELECT ?s ?p ?o { GRAPH <urn:x-imt:added> { ?s ?p ?o } }")
        }
        for update in program["end"]:
            self.store.update(update)
        self.store.remove_graph(data)
        return Found(found, contradictions, undefined, inferred)

    def _until_stable(self, updates: list[str], size: Any) -> None:
        done: dict[str, int] = {}
        now = size()
        while any(done.get(update) != now for update in updates):
            for update in updates:
                if done.get(update) != now:
                    self.store.update(update)
                    done[update] = now
                    now = size()

    def _size(self) -> int:
        return len(self.store)

    def _count(self, graph: NamedNode) -> int:
        return sum(1 for _ in self.store.quads_for_pattern(None, None, None, graph))

    def _ask(self, query: str) -> bool:
        answer = self.store.query(query)
        assert isinstance(answer, QueryBoolean)
        return bool(answer)

    def _rows(self, query: str) -> list[dict[str, str]]:
        answer = self.store.query(query)
        assert isinstance(answer, QuerySolutions)
        names = [variable.value for variable in answer.variables]
        return [{name: str(row[name]) for name in names if row[name] is not None} for row in answer]


@cache
def shipped() -> PageCheck:
    """Return the check on the shipped graph, made once in each test process."""
    loaded = fixtures.common_context()
    return PageCheck(checks.program(loaded.store), loaded.quads)


@cache
def shipped_triples() -> set[str]:
    """Return the triples of the shipped graph."""
    return {str(quad.triple) for quad in fixtures.common_context().quads}


def by_fast_engine(path: Path) -> set[tuple[str, str, str]]:
    """Return focus, shape and parameter of each result of the common shapes, with the inferences of the file."""
    triples = {quad.triple for quad in reading.read(path)}
    own: set[Any] = {triple.subject for triple in triples}
    own |= {one.object for one in triples if isinstance(one.object, Literal) or not fixtures.is_described(one.object)}
    results, _ = validate(fixtures.common_context().given, triples | fixtures.inferences(triples), own, engine="fast")
    return {(_name(result.focus), str(result.shape), _parameter(result.component)) for result in results}


def _name(node: Any) -> str:
    """Return a node as text; blank nodes have other labels each time."""
    return str(node) if isinstance(node, NamedNode | Literal) else "_:"


def _parameter(component: str) -> str:
    name = component.rpartition("#")[2].removesuffix("ConstraintComponent")
    return next(each for each, its in fixtures.PARAMETERS.items() if its == name)
