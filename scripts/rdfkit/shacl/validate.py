"""Two SHACL validators behind one call: pySHACL, the reference, and the fast one, which is held to its results.

``auto`` is the fast one, and the reference where a shape uses what the fast one does not support.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Quad, Triple

from rdfkit.base.errors import UserError
from rdfkit.rdf import rdflib_adapter as bridge
from rdfkit.shacl import pyshacl_engine as shacl
from rdfkit.shacl.engine import engine as fast
from rdfkit.shacl.engine.graph import Graph, graph_of, without_collector
from rdfkit.shacl.report import Result, Term

if TYPE_CHECKING:
    import rdflib

ENGINES = ("auto", "fast", "reference")


@dataclass(frozen=True)
class Ground:
    """A graph and shapes to validate with, in the form that each validator wants, made when it is first wanted."""

    quads: Collection[Quad]
    shape_quads: Collection[Quad]
    shapes_name: str = "shapes/"

    @cached_property
    def data(self) -> "rdflib.Graph":
        """The graph for the reference."""
        return shacl.data_graph(self.quads)

    @cached_property
    def shapes(self) -> "rdflib.Graph":
        """The shapes for the reference."""
        return shacl.data_graph(self.shape_quads)

    @cached_property
    def graph(self) -> Graph:
        """The graph for the fast validator."""
        return graph_of(self.quads)

    @cached_property
    def prepared(self) -> "fast.Prepared | str":
        """The shapes for the fast validator, or the reason why it can't take them."""
        try:
            return fast.prepare(self.shape_quads)
        except fast.Unsupported as error:
            return str(error)
        except RecursionError:
            return "they nest too deep, or refer to themselves"


def validate(
    ground: Ground,
    added: Collection[Triple] = (),
    among: Collection[Term] | None = None,
    *,
    engine: str = "auto",
    check_shapes: bool = False,
) -> tuple[list[Result], set[str]]:
    """Return the results for a graph with some triples ``added``, in no order, and the nodes looked at, in N-Triples.

    Only nodes ``among`` some are looked at, if any are given. With ``check_shapes`` the reference first holds the
    shapes against SHACL's own shapes. Raises UserError for an engine that is none, for shapes that are no proper SHACL,
    and where ``fast`` is asked for and does not support a shape.
    """
    if engine not in ENGINES:
        raise UserError(f"There is no engine '{engine}': choose one of {', '.join(ENGINES)}.")
    if engine != "reference":
        prepared = ground.prepared
        if not isinstance(prepared, str):
            try:
                with without_collector():
                    outcome = fast.validate(ground.graph.plus(added) if added else ground.graph, prepared, among)
            except RecursionError:
                raise UserError(f"The shapes in {ground.shapes_name} nest too deep: write them flatter.") from None
            return outcome.results, outcome.checked
        if engine == "fast":
            raise UserError(f"The fast validator does not support these shapes ({prepared}): use auto or reference.")
    with bridge.added(ground.data, added):
        nodes = None if among is None else {bridge.to_rdflib(node) for node in among}
        targets = shacl.targets(ground.shapes, ground.data, nodes)
        results = shacl.validate(
            ground.data,
            ground.shapes,
            targets=None if among is None else targets,
            meta_shacl=check_shapes,
            shapes_name=ground.shapes_name,
        )
    return results, {str(bridge.from_rdflib(node)) for node in _nodes(targets)}


def _nodes(targets: "shacl.Targets") -> "Iterable[rdflib.term.Identifier]":
    return shacl.nodes(targets)  # type: ignore[return-value]
