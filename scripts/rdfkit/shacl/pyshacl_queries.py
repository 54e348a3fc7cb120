"""The queries of shapes in pySHACL: read by the syntax tree, run by rdflib, with results as SHACL 5 and 6 have them.

pySHACL 0.40.1 finds variables and forbidden clauses by regular expressions, follows no ``owl:imports`` from
``sh:prefixes``, drops a selected ``?message`` and the languages of messages, runs a SELECT validator for each value
node instead of once, leaves ``sh:value`` out of what an ASK validator finds in a property shape, and repeats the
messages of earlier results. So these two methods of pySHACL are replaced while it runs.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rdfkit.base import Project, UserError, namespaces, printable
from rdfkit.rdf import rdflib_adapter
from rdfkit.shacl import components, prefixes, pyshacl_standards
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.engine.literals import lexical, to_term
from rdfkit.shacl.engine.paths import written
from rdfkit.shacl.engine.shapes import path_of
from rdfkit.shacl.messages import of_solution
from rdfkit.sparql import nodes, syntax

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

    Solution = dict[str, Node]

_SH = namespaces.SH

MAX_CACHED_QUERIES = 1000


@contextmanager
def own_queries(project: Project, shapes: "rdflib.Graph") -> Iterator[None]:
    """Let pySHACL run the queries of these shapes by this module."""
    from pyshacl.constraints.sparql.sparql_based_constraint_components import BoundShapeValidatorComponent
    from pyshacl.constraints.sparql.sparql_based_constraints import SPARQLBasedConstraint

    run = _Queries(project, graph_of(shapes))

    def constraint(self: Any, _executor: Any, data: Any, focus: Any, _path: Any) -> tuple[bool, list[Any]]:
        found = [result for helper in self.sparql_constraints for result in run.constraint(self, helper, data, focus)]
        return not found, found

    def component(self: Any, _executor: Any, data: Any, focus: Any, _path: Any) -> tuple[bool, list[Any]]:
        found = list(run.component(self, data, focus))
        return not found, found

    before = SPARQLBasedConstraint.evaluate, BoundShapeValidatorComponent.evaluate
    SPARQLBasedConstraint.evaluate = constraint  # type: ignore[method-assign, assignment]
    BoundShapeValidatorComponent.evaluate = component  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        SPARQLBasedConstraint.evaluate, BoundShapeValidatorComponent.evaluate = before  # type: ignore[method-assign]


def graph_of(graph: "rdflib.Graph") -> Graph:
    """Return an rdflib graph as the index of the fast engine."""
    from pyoxigraph import Triple

    return Graph.from_triples(Triple(*map(rdflib_adapter.from_rdflib, each)) for each in graph)  # type: ignore[arg-type]


class _Queries:
    """Runs the queries of one shapes graph."""

    def __init__(self, project: Project, graph: Graph) -> None:
        self._project = project
        self._graph = graph
        self._texts: dict[tuple[str, str, str], str] = {}
        self._components = {each.node: each for each in components.declared(graph)}

    def constraint(self, owner: Any, helper: Any, data: "rdflib.Graph", focus: Mapping[Any, Any]) -> Iterator[Any]:
        """Yield the results of a SPARQL constraint (SHACL 5.3) in pySHACL's form."""
        node = _text(helper.node)
        if helper.deactivated:
            return
        own = self._graph.values(node, f"<{_SH}message>")
        for this in focus:
            for solution in self._select(data, owner, node, {"this": this}):
                yield self._result(owner, data, solution, own, {"source_constraint": helper.node})

    def component(self, owner: Any, data: "rdflib.Graph", focus: Mapping[Any, Any]) -> Iterator[Any]:
        """Yield the results of a constraint component (SHACL 6.3) in pySHACL's form."""
        component = self._components[_text(owner.constraint.node)]
        validator = component.validator(self._graph, has_path=owner.shape.is_property_shape)
        if validator is None:
            return
        own = component.messages(self._graph, validator)
        kind = {"constraint_component": owner.constraint.node}
        is_ask = bool(self._graph.values(validator, f"<{_SH}ask>"))
        for parameters in component.given(self._graph, _text(owner.shape.node)):
            given = {name: _rdflib(term) for name, term in parameters if term is not None}
            for this, values in focus.items():
                if not is_ask:
                    for solution in self._select(data, owner, validator, {"this": this, **given}):
                        yield self._result(owner, data, {**given, **solution}, own, kind)
                    continue
                for value in values:
                    bound = {"this": this, "value": value, **given}
                    if not self._ask(data, owner, validator, bound):
                        yield self._result(owner, data, bound, own, kind)

    def _select(self, data: "rdflib.Graph", owner: Any, node: str, given: "Solution") -> "list[Solution]":
        """Return the solutions of a SELECT query, each once."""
        found = self._answer(data, owner, node, "select", given)["bindings"]
        rows = ({str(name): value for name, value in row.items()} for row in found)
        return [dict(row) for row in dict.fromkeys(tuple({**row, "this": given["this"]}.items()) for row in rows)]

    def _ask(self, data: "rdflib.Graph", owner: Any, node: str, given: "Solution") -> bool:
        return bool(self._answer(data, owner, node, "ask", given)["askAnswer"])

    def _answer(self, data: "rdflib.Graph", owner: Any, node: str, form: str, given: "Solution") -> Any:
        """Evaluate a query with values of variables. Every part of the query sees them, unlike with Graph.query."""
        import rdflib
        from rdflib.plugins.sparql.evaluate import evalPart
        from rdflib.plugins.sparql.sparql import QueryContext

        try:
            query = _parsed(self._query(owner, node, form))
        except UserError:
            raise
        except Exception as error:
            why = printable(" ".join(str(error).split()), 300)
            raise UserError(
                f"rdflib cannot read the query of {_text(owner.shape.node)} ({why}): write it in another way."
            ) from error
        values: dict[Any, Any] = {rdflib.Variable(name): term for name, term in given.items()}
        context = QueryContext(data, initBindings={**values, rdflib.Variable("currentShape"): owner.shape.node})
        context.prologue = query.prologue
        return evalPart(context, query.algebra)

    def _query(self, owner: Any, node: str, form: str) -> str:
        """Return the text of a query with its prefixes, and the path of the shape in the place of ``$PATH``."""
        shape = _text(owner.shape.node)
        if (node, form, shape) not in self._texts:
            text = lexical(self._graph.values(node, f"<{_SH}{form}>")[0])
            known = {**prefixes.DEFAULT, **prefixes.of_query(self._graph, node)}
            path = next(iter(self._graph.values(shape, f"<{_SH}path>")), None)
            if path is not None:
                for part in reversed(list(syntax.read(text, prefixes=known).walk())):
                    if isinstance(part, nodes.Variable) and part.name == "PATH":
                        text = f"{text[: part.start]} {written(path_of(self._graph, path))} {text[part.end :]}"
            declared = "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in known.items())
            self._texts[node, form, shape] = declared + text
        return self._texts[node, form, shape]

    def _result(self, owner: Any, data: Any, solution: "Solution", own: list[str], kind: dict[str, Any]) -> Any:
        """Return a result in pySHACL's form, with the messages of this package."""
        import rdflib

        shape = _text(owner.shape.node)
        this, value = solution["this"], solution.get("value")
        if value is None and not owner.shape.is_property_shape:
            value = this
        path = solution.get("path")
        path = path if isinstance(path, rdflib.URIRef) else None
        shown = _text(path) if path is not None else next(iter(self._graph.values(shape, f"<{_SH}path>")), None)
        terms = {"path": shown, "PATH": shown, "value": _text(value) if value is not None else None}
        terms |= {name: _text(term) for name, term in solution.items()}
        messages = of_solution(self._project, self._graph, shape, own, terms)
        text, node, triples = owner.make_v_result(
            data, this, value_node=value, result_path=path, extra_messages=[rdflib.Literal("")], **kind
        )
        kept = [triple for triple in triples if triple[1] != rdflib.SH.resultMessage]
        added = [(node, rdflib.SH.resultMessage, rdflib.Literal(text, lang=tag or None)) for text, tag in messages]
        return text, node, [*kept, *added]


@lru_cache(MAX_CACHED_QUERIES)
def _parsed(text: str) -> Any:
    """Return a query as rdflib parses it: for many focus nodes, parsing would take most of the time."""
    from rdflib.plugins.sparql import prepareQuery

    return pyshacl_standards.prepared(prepareQuery(text))


def _text(term: Any) -> str:
    """Return a term of rdflib in N-Triples."""
    return str(rdflib_adapter.from_rdflib(term))


def _rdflib(term: str) -> Any:
    return rdflib_adapter.to_rdflib(to_term(term))
