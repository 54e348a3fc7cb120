"""pySHACL, the reference validator: its results as ours, for a whole graph or for some nodes of one.

pySHACL works on in-memory rdflib graphs whose literals stand as written. It has an option to look at some nodes only,
but applies it to the values of nested shapes too and passes over blank nodes (0.40.1, ``Shape.validate``), so that
``sh:node``, ``sh:not`` and counts of qualified values come out wrong. Here the targets of the shapes are worked out
first, and those among the nodes asked for are written into the shapes as ``sh:targetNode``.

It also hands the text of a SPARQL constraint to rdflib anew for each node. Most of the time would go into parsing it,
so the data graph keeps each text's parsed form.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import rdflib_adapter as bridge
from rdfkit.rdf import reading as rdf
from rdfkit.shacl.report import Result, Term, term_text
from rdfkit.sparql import guard as sparql

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

    Targets = dict[Node, set[Node]]

_LABELS = tuple(
    PROJECT.expand(name) for name in ("skos:prefLabel", "rdfs:label", "schema:name", "dcterms:title", "foaf:name")
)


def data_graph(quads: Iterable[Any]) -> "rdflib.Graph":
    """Return the merge of some quads as an rdflib graph that parses no query text twice."""
    import rdflib
    from rdflib.plugins.sparql import prepareQuery

    class ParsesOnce(rdflib.Graph):
        def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(query_object, str):
                query_object = parsed.get(query_object) or parsed.setdefault(query_object, prepareQuery(query_object))
            return super().query(query_object, *args, **kwargs)

    parsed: dict[str, Any] = {}
    # No prefixes: rdflib would bind each of them again for every query.
    graph = ParsesOnce(bind_namespaces="none")
    for quad in quads:
        graph.add((bridge.to_rdflib(quad.subject), bridge.to_rdflib(quad.predicate), bridge.to_rdflib(quad.object)))
    return graph


def targets(shapes: "rdflib.Graph", data: "rdflib.Graph", among: "set[Any] | None" = None) -> "Targets":
    """Return the focus nodes of each shape by its target declarations (SHACL 2.1.3), or those ``among`` some."""
    from rdflib import RDF, RDFS, SH

    found: Targets = {}
    for shape, node in shapes.subject_objects(SH.targetNode):
        found.setdefault(shape, set()).add(node)
    for shape, name in shapes.subject_objects(SH.targetSubjectsOf):
        found.setdefault(shape, set()).update(data.subjects(name, None))
    for shape, name in shapes.subject_objects(SH.targetObjectsOf):
        found.setdefault(shape, set()).update(data.objects(None, name))
    implicit = ((shape, shape) for shape in _shapes_that_are_classes(shapes))
    for shape, name in (*shapes.subject_objects(SH.targetClass), *implicit):
        for kind in data.transitive_subjects(RDFS.subClassOf, name):
            found.setdefault(shape, set()).update(data.subjects(RDF.type, kind))
    if among is None:
        return found
    return {shape: nodes & among for shape, nodes in found.items() if nodes & among}


def nodes(targets: "Targets") -> "set[Node]":
    """Return all focus nodes together."""
    return {node for found in targets.values() for node in found}


def _shapes_that_are_classes(shapes: "rdflib.Graph") -> "set[Node]":
    from rdflib import OWL, RDF, RDFS, SH

    classes = {*shapes.subjects(RDF.type, RDFS.Class), *shapes.subjects(RDF.type, OWL.Class)}
    return classes & {*shapes.subjects(RDF.type, SH.NodeShape), *shapes.subjects(RDF.type, SH.PropertyShape)}


def validate(
    data: "rdflib.Graph",
    shapes: "rdflib.Graph",
    *,
    targets: "Targets | None" = None,
    meta_shacl: bool = False,
    shapes_name: str = "shapes/",
) -> list[Result]:
    """Return pySHACL's results for the nodes that the shapes target, or for ``targets`` instead, in no order.

    With ``meta_shacl`` the shapes are checked first. Raises UserError where they are no proper SHACL; it says that they
    are those in ``shapes_name``.
    """
    if targets is not None:
        if not targets:
            return []
        shapes = _aimed(shapes, targets)
    _refuse_other_servers(shapes, shapes_name)
    with _settings_kept(), _quiet():
        import pyshacl
        import rdflib
        from pyshacl.errors import ReportableRuntimeError, ShapeLoadError, ValidationFailure

        try:
            _, report, text = pyshacl.validate(data, shacl_graph=shapes, meta_shacl=meta_shacl, inplace=True)
        except (ReportableRuntimeError, ShapeLoadError, ValidationFailure) as error:
            said = rdf.printable(" ".join(str(getattr(error, "message", error)).split()), 600)
            raise UserError(f"The shapes in {shapes_name} are no proper SHACL, mend them: {said}") from error
        except (ArithmeticError, RecursionError, re.error) as error:
            # rdflib on literals that are ill-typed ("x"^^xsd:integer minus 1, NaN in a range) or no regular expression.
            raise UserError(
                f"pySHACL breaks down over a value in this data ({type(error).__name__}): mend literals that are not "
                "written as their datatype asks, or use the fast engine, which reports them."
            ) from error
        except Exception as error:
            said = rdf.printable(" ".join(str(error).split()), 300)
            raise UserError(
                f"pySHACL can't use the shapes in {shapes_name} ({type(error).__name__}: {said}); mend them."
            ) from error
        if not isinstance(report, rdflib.Graph):
            raise UserError(f"pySHACL could not validate: {rdf.printable(' '.join(str(text).split()), 600)}")
        return [_result(report, node, data) for node in report.objects(None, rdflib.SH.result)]


def _aimed(shapes: "rdflib.Graph", targets: "Targets") -> "rdflib.Graph":
    """Return the shapes that have targets and all they refer to, with these targets instead of their own."""
    import rdflib
    from rdflib import OWL, RDF, RDFS, SH

    targeting = {SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetClass}
    aimed = rdflib.Graph(bind_namespaces="none")
    waiting = list(targets)
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        for predicate, value in shapes.predicate_objects(node):
            is_implicit = predicate == RDF.type and value in {RDFS.Class, OWL.Class}
            if predicate not in targeting and not is_implicit:
                aimed.add((node, predicate, value))
                if value not in seen:
                    seen.add(value)
                    waiting.append(value)
    for shape, found in targets.items():
        for node in found:
            aimed.add((shape, SH.targetNode, node))
    return aimed


def _refuse_other_servers(shapes: "rdflib.Graph", shapes_name: str) -> None:
    """Raise UserError where a query in the shapes asks another server: rdflib would, and pySHACL misses some."""
    from rdflib import SH

    for name in (SH.select, SH.ask, SH.construct):
        for text in shapes.objects(None, name):
            if sparql.asks_another_server(str(text)):
                raise UserError(
                    f"A query in the shapes in {shapes_name} asks another server (SERVICE): leave that out."
                )


@contextmanager
def _quiet() -> Iterator[None]:
    """Let pySHACL and rdflib tell nothing on standard error: what they say is in the report, or in an exception."""
    import logging
    import warnings

    def nothing(_: logging.LogRecord) -> bool:
        return False

    log = logging.getLogger("pyshacl-validate")
    log.addFilter(nothing)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.removeFilter(nothing)


@contextmanager
def _settings_kept() -> Iterator[None]:
    """Put rdflib's setting back: pySHACL leaves it on, whatever it was."""
    import rdflib

    before = rdflib.NORMALIZE_LITERALS
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


def _result(report: "rdflib.Graph", node: "Node", data: "rdflib.Graph") -> Result:
    from rdflib import SH

    def one(name: str) -> Term | None:
        value: Any = report.value(node, SH[name])
        return None if value is None else bridge.from_rdflib(value)

    focus, shape, path = one("focusNode"), one("sourceShape"), one("resultPath")
    assert focus is not None  # noqa: S101 - SHACL requires both
    assert shape is not None  # noqa: S101
    return Result(
        file="",
        focus=focus,
        label=_label(data, focus),
        path=path,
        value=one("value"),
        component=str(report.value(node, SH.sourceConstraintComponent)),
        severity=str(report.value(node, SH.resultSeverity)),
        shape=shape,
        constraint=one("sourceConstraint"),
        messages=tuple(sorted(str(message) for message in report.objects(node, SH.resultMessage))),
        path_triples=tuple(_below(report, path)) if isinstance(path, BlankNode) else (),
    )


def _below(report: "rdflib.Graph", node: BlankNode) -> Iterator[tuple[BlankNode, str, Term]]:
    """Yield the triples below a blank node that spells a property path, in a settled order."""
    for predicate, value in sorted(report.predicate_objects(bridge.to_rdflib(node))):
        term = bridge.from_rdflib(_any(value))
        yield node, str(predicate), term
        if isinstance(term, BlankNode):
            yield from _below(report, term)


def _any(node: Any) -> Any:
    """Return a node as anything: rdflib's graphs say less of their terms than they know."""
    return node


def _label(data: "rdflib.Graph", focus: Term) -> str:
    """Return a node's label, an English one first; for an unnamed one, what it is."""
    from rdflib import RDF, Literal, URIRef

    node = bridge.to_rdflib(focus)
    for name in _LABELS:
        texts = [value for value in data.objects(node, URIRef(name)) if isinstance(value, Literal)]
        if texts:
            return str(min(texts, key=lambda text: (text.language not in {"en", None}, str(text))))
    if isinstance(focus, BlankNode):
        kinds = sorted(term_text(bridge.from_rdflib(_any(kind))) for kind in data.objects(node, RDF.type))
        return f"unnamed {kinds[0]}" if kinds else "unnamed"
    return ""
