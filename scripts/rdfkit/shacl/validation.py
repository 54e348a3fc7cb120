"""SHACL validation by either of two engines: the fast one, and pySHACL as the reference. Tests require equal results.

The engine ``auto`` is the fast one, or pySHACL for shapes with a feature that the fast one does not support.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Quad, Triple

from rdfkit.base import Project, UserError
from rdfkit.rdf import rdflib_adapter
from rdfkit.shacl import pyshacl_engine
from rdfkit.shacl.engine.engine import Prepared, Unsupported, prepare
from rdfkit.shacl.engine.engine import validate as validate_fast
from rdfkit.shacl.engine.graph import Graph, gc_disabled
from rdfkit.shacl.report.model import Result
from rdfkit.shacl.terms import Term

if TYPE_CHECKING:
    import rdflib

ENGINES = ("auto", "fast", "pyshacl")


@dataclass(frozen=True)
class ValidationInput:
    """A data graph and a shapes graph, in the form that each engine needs; each form is made when first used.

    ``project`` gives the prefixes of names in messages; ``shapes_name`` is what error messages call the shapes.
    """

    project: Project
    quads: Collection[Quad]
    shape_quads: Collection[Quad]
    shapes_name: str = "shapes/"

    @cached_property
    def data(self) -> "rdflib.Graph":
        """The data graph for pySHACL."""
        return pyshacl_engine.data_graph(self.quads)

    @cached_property
    def shapes(self) -> "rdflib.Graph":
        """The shapes graph for pySHACL."""
        return pyshacl_engine.data_graph(self.shape_quads)

    @cached_property
    def graph(self) -> Graph:
        """The data graph for the fast engine."""
        return Graph.from_triples(self.quads)

    @cached_property
    def prepared(self) -> "Prepared | str":
        """The shapes for the fast engine, or why it cannot use them."""
        try:
            return prepare(self.project, self.shape_quads)
        except Unsupported as error:
            return str(error)
        except RecursionError:
            return "they nest too deep, or refer to themselves"


def validate(
    given: ValidationInput,
    added: Collection[Triple] = (),
    among: Collection[Term] | None = None,
    *,
    engine: str = "auto",
    check_shapes: bool = False,
) -> tuple[list[Result], set[str]]:
    """Return the results for a data graph with some triples ``added``, unsorted, and the focus nodes in N-Triples.

    With ``among``, only those of these nodes that the shapes target are focus nodes. With ``check_shapes``, pySHACL
    first validates the shapes against SHACL's own shapes. Raises UserError for an unknown engine, for shapes that are
    not valid SHACL, and if ``fast`` is given and does not support a shape.
    """
    if engine not in ENGINES:
        raise UserError(f"There is no engine '{engine}': choose one of {', '.join(ENGINES)}.")
    if engine != "pyshacl":
        prepared = given.prepared
        if not isinstance(prepared, str):
            try:
                with gc_disabled():
                    outcome = validate_fast(given.graph.union(added) if added else given.graph, prepared, among)
            except RecursionError:
                raise UserError(f"The shapes in {given.shapes_name} nest too deep: write them flatter.") from None
            return outcome.results, outcome.checked
        if engine == "fast":
            raise UserError(f"The fast engine does not support these shapes ({prepared}): use auto or pyshacl.")
    with rdflib_adapter.added(given.data, added):
        nodes = None if among is None else {rdflib_adapter.to_rdflib(node) for node in among}
        targets = pyshacl_engine.targets(given.shapes, given.data, nodes)
        results = pyshacl_engine.validate(
            given.project,
            given.data,
            given.shapes,
            targets=None if among is None else targets,
            meta_shacl=check_shapes,
            shapes_name=given.shapes_name,
        )
    checked = pyshacl_engine.nodes(targets)
    return results, {str(rdflib_adapter.from_rdflib(node)) for node in checked}  # type: ignore[arg-type]
