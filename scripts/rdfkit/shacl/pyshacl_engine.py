"""The pySHACL engine: results for a whole graph or for some focus nodes.

pySHACL works on rdflib graphs in memory, with literals as they are written. Its option to validate some focus nodes
only also applies to the values of nested shapes, and it skips blank nodes (0.40.1, ``Shape.validate``), so that
``sh:node``, ``sh:not`` and qualified value counts give wrong results. Therefore the targets of the shapes are computed
first, and those among the given nodes are written into the shapes as ``sh:targetNode``.

The queries of the shapes are run by `pyshacl_queries`.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode

from rdfkit.base import Project, UserError, printable
from rdfkit.rdf import rdflib_adapter
from rdfkit.shacl import pyshacl_standards
from rdfkit.shacl.pyshacl_queries import own_queries
from rdfkit.shacl.report.model import Result
from rdfkit.shacl.terms import LABELS, Term, term_text
from rdfkit.sparql import guard

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

    Targets = dict[Node, set[Node]]


def data_graph(quads: Iterable[Any]) -> "rdflib.Graph":
    """Return the merge of some quads as an rdflib graph, with literals as they are written."""
    import rdflib

    # Without prefixes: rdflib would bind each of them again for every query.
    graph = rdflib.Graph(bind_namespaces="none")
    with _quiet():  # rdflib warns of "yes"^^xsd:boolean, which the report has
        for quad in quads:
            graph.add(
                (
                    rdflib_adapter.to_rdflib(quad.subject),
                    rdflib_adapter.to_rdflib(quad.predicate),
                    rdflib_adapter.to_rdflib(quad.object),
                )
            )
    return graph


def targets(shapes: "rdflib.Graph", data: "rdflib.Graph", among: "set[Any] | None" = None) -> "Targets":
    """Return the focus nodes of each shape by its target declarations (SHACL 2.1.3): all, or those ``among`` some."""
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
    """Return all focus nodes."""
    return {node for found in targets.values() for node in found}


def _shapes_that_are_classes(shapes: "rdflib.Graph") -> "set[Node]":
    from rdflib import OWL, RDF, RDFS, SH

    classes = {*shapes.subjects(RDF.type, RDFS.Class), *shapes.subjects(RDF.type, OWL.Class)}
    return classes & {*shapes.subjects(RDF.type, SH.NodeShape), *shapes.subjects(RDF.type, SH.PropertyShape)}


def validate(  # noqa: PLR0913 - the options of pySHACL
    project: Project,
    data: "rdflib.Graph",
    shapes: "rdflib.Graph",
    *,
    targets: "Targets | None" = None,
    shapes_name: str = "shapes/",
    hint: str = "",
) -> list[Result]:
    """Return pySHACL's results for the nodes that the shapes target, or for ``targets`` instead, unsorted.

    Raises UserError, which names ``shapes_name``, if pySHACL cannot use them, or fails on the data; ``hint`` ends the
    latter sentence.
    """
    if targets is not None:
        if not targets:
            return []
        shapes = _with_targets(shapes, targets)
    _refuse_other_servers(shapes, shapes_name)
    shapes = _corrected(shapes)
    with _settings_kept(), _quiet(), own_queries(project, shapes), pyshacl_standards.in_use(project):
        import pyshacl
        import rdflib
        from pyshacl.errors import ReportableRuntimeError, ShapeLoadError, ValidationFailure

        try:
            _, report, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
        except (ReportableRuntimeError, ShapeLoadError, ValidationFailure) as error:
            why = printable(" ".join(str(getattr(error, "message", error)).split()), 600)
            raise UserError(f"pySHACL cannot use the shapes in {shapes_name}: {why.rstrip('.')}{hint}.") from error
        except UserError:
            raise
        except (ArithmeticError, RecursionError, re.error) as error:
            # From rdflib, for ill-typed literals ("x"^^xsd:integer minus 1, NaN in a range) and bad patterns.
            raise UserError(
                f"pySHACL fails on a value in this data or these shapes ({type(error).__name__}): fix the literals that"
                f" are not valid for their datatype{hint}."
            ) from error
        except Exception as error:
            why = printable(" ".join(str(error).split()), 300)
            raise UserError(
                f"pySHACL fails with the shapes in {shapes_name} ({type(error).__name__}: {why}), so nothing was "
                f"checked: write the shape that this is about in another way{hint}."
            ) from error
        if not isinstance(report, rdflib.Graph):
            raise UserError(f"pySHACL could not validate: {printable(' '.join(str(text).split()), 600)}")
        return [_result(project, report, node, data) for node in report.objects(None, rdflib.SH.result)]


def _with_targets(shapes: "rdflib.Graph", targets: "Targets") -> "rdflib.Graph":
    """Return the shapes in ``targets`` and the shapes that they refer to, with these targets instead of their own."""
    import rdflib
    from rdflib import OWL, RDF, RDFS, SH

    targeting = {SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetClass}
    limited = rdflib.Graph(bind_namespaces="none")
    waiting = list(targets)
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        for predicate, value in shapes.predicate_objects(node):
            is_implicit = predicate == RDF.type and value in {RDFS.Class, OWL.Class}
            if predicate not in targeting and not is_implicit:
                limited.add((node, predicate, value))
                if value not in seen:
                    seen.add(value)
                    waiting.append(value)
    for shape, found in targets.items():
        for node in found:
            limited.add((shape, SH.targetNode, node))
    return limited


def _corrected(shapes: "rdflib.Graph") -> "rdflib.Graph":
    """Return the shapes without what pySHACL takes for something else.

    A sh:uniqueLang that is not exactly ``true`` has no effect (SHACL 4.5.3), and "1"^^xsd:boolean would count. Neither
    has sh:ignoredProperties or sh:flags without the parameter that they belong to, which would be errors. No literal
    has the datatype rdfs:Literal or rdfs:Datatype, and all would conform: another one takes their place.
    """
    import rdflib
    from rdflib import RDFS, SH

    true = rdflib.Literal("true", datatype=rdflib.XSD.boolean)
    idle = {(s, SH.uniqueLang, o) for s, o in shapes.subject_objects(SH.uniqueLang) if o != true}
    for name, other in ((SH.ignoredProperties, SH.closed), (SH.flags, SH.pattern)):
        idle |= {(s, name, o) for s, o in shapes.subject_objects(name) if (s, other, None) not in shapes}
    odd = {(s, SH.datatype, o) for s, o in shapes.subject_objects(SH.datatype) if o in {RDFS.Literal, RDFS.Datatype}}
    if not idle and not odd:
        return shapes
    kept = rdflib.Graph(bind_namespaces="none")
    for triple in shapes:
        if triple not in idle | odd:
            kept.add(triple)
    for shape, name, _ in odd:
        kept.add((shape, name, rdflib.URIRef("urn:x-no-datatype")))
    return kept


def _refuse_other_servers(shapes: "rdflib.Graph", shapes_name: str) -> None:
    """Raise UserError if a query in the shapes has SERVICE: rdflib would run it, and pySHACL misses some of them."""
    from rdflib import SH

    for name in (SH.select, SH.ask, SH.construct):
        for text in shapes.objects(None, name):
            if guard.asks_another_server(str(text)):
                raise UserError(f"A query in the shapes in {shapes_name} asks another server (SERVICE): remove that.")


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence pySHACL and rdflib on standard error: the report or an exception has what they log."""
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
    """Restore rdflib's setting afterwards: pySHACL always leaves it on."""
    import rdflib

    before = rdflib.NORMALIZE_LITERALS
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


def _result(project: Project, report: "rdflib.Graph", node: "Node", data: "rdflib.Graph") -> Result:
    from rdflib import SH, Literal

    def one(name: str) -> Term | None:
        value: Any = report.value(node, SH[name])
        return None if value is None else rdflib_adapter.from_rdflib(value)

    focus, shape, path = one("focusNode"), one("sourceShape"), one("resultPath")
    assert focus is not None  # noqa: S101 - SHACL requires both
    assert shape is not None  # noqa: S101
    return Result(
        file="",
        focus=focus,
        label=_label(project, data, focus),
        path=path,
        value=one("value"),
        component=str(report.value(node, SH.sourceConstraintComponent)),
        severity=str(report.value(node, SH.resultSeverity)),
        shape=shape,
        constraint=one("sourceConstraint"),
        messages=tuple(sorted(str(message) for message in report.objects(node, SH.resultMessage))),
        languages=tuple(
            sorted(
                (str(message), message.language)
                for message in report.objects(node, SH.resultMessage)
                if isinstance(message, Literal) and message.language
            )
        ),
        path_triples=tuple(_below(report, path)) if isinstance(path, BlankNode) else (),
    )


def _below(report: "rdflib.Graph", node: BlankNode) -> Iterator[tuple[BlankNode, str, Term]]:
    """Yield the triples that describe a property path, from its blank node on, in a fixed order."""
    for predicate, value in sorted(report.predicate_objects(rdflib_adapter.to_rdflib(node))):
        term = rdflib_adapter.from_rdflib(_any(value))
        yield node, str(predicate), term
        if isinstance(term, BlankNode):
            yield from _below(report, term)


def _any(node: Any) -> Any:
    """Return a node as Any: the types of rdflib's graphs are wider than their content."""
    return node


def _label(project: Project, data: "rdflib.Graph", focus: Term) -> str:
    """Return the label of a node, in English if possible; for a blank node without one, "unnamed" and its class."""
    from rdflib import RDF, Literal, URIRef

    node = rdflib_adapter.to_rdflib(focus)
    for name in LABELS:
        texts = [value for value in data.objects(node, URIRef(name)) if isinstance(value, Literal)]
        if texts:
            return str(min(texts, key=lambda text: (text.language not in {"en", None}, str(text))))
    if isinstance(focus, BlankNode):
        kinds = sorted(
            term_text(project, rdflib_adapter.from_rdflib(_any(kind))) for kind in data.objects(node, RDF.type)
        )
        return f"unnamed {kinds[0]}" if kinds else "unnamed"
    return ""
