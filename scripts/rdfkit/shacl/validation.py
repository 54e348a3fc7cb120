"""SHACL validation by either of two engines: the fast one, and pySHACL as the reference. Tests require equal results.

The engine ``auto`` is the fast one, or pySHACL for shapes with a feature that the fast one does not support.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Quad, Triple

from rdfkit.base import Project, UserError
from rdfkit.rdf import rdflib_adapter
from rdfkit.shacl import pyshacl_engine
from rdfkit.shacl.checking import check, targets
from rdfkit.shacl.checking.problems import MAX_PROBLEMS_SHOWN, Names, Problem
from rdfkit.shacl.engine.engine import Outcome, Prepared, Unsupported, prepare
from rdfkit.shacl.engine.engine import validate as validate_fast
from rdfkit.shacl.engine.graph import Graph, gc_disabled
from rdfkit.shacl.locating.places import Source
from rdfkit.shacl.report.model import Result
from rdfkit.shacl.terms import Term

if TYPE_CHECKING:
    import rdflib

ENGINES = ("auto", "fast", "pyshacl")


@dataclass(frozen=True)
class ValidationInput:
    """A data graph and a shapes graph, in the form that each engine needs; each form is made when first used.

    ``project`` gives the prefixes of names in messages; ``shapes_name`` is what error messages call the shapes, and
    ``shape_sources`` gives the lines of their files. Shapes that are ``trusted`` are not checked: tests do that.
    """

    project: Project
    quads: Collection[Quad]
    shape_quads: Collection[Quad]
    shapes_name: str = "shapes/"
    shape_sources: Sequence[Source] = ()
    trusted: bool = False

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
    def names(self) -> Names:
        """The shapes graph for checks and messages."""
        return Names(self.project, Graph.from_triples(self.shape_quads))

    def refuse_without_shapes(self) -> None:
        """Raise UserError if there is no shape."""
        if why := targets.without_shapes(self.names, self.shapes_name):
            raise UserError(why)

    def notes(self, checked: Collection[str]) -> tuple[str, ...]:
        """Return sentences about what the shapes do not check, for the focus nodes of a validation."""
        found = [] if checked else [targets.nothing_targeted(self.names)]
        found += [*targets.undescribed(self.names), *targets.idle(self.names)]
        more = ["... and more of that kind"] if len(found) > MAX_PROBLEMS_SHOWN else []
        left_out = check.notes(self.usable[1], self.shape_sources) if self.problems else []
        return (*found[:MAX_PROBLEMS_SHOWN], *more, *left_out)

    @cached_property
    def usable(self) -> "tuple[ValidationInput, list[Problem]]":
        """The same with what is valid of the shapes, and what was left out."""
        kept, left_out = check.usable(self.project, self.shape_quads)
        return replace(self, shape_quads=kept, trusted=True), left_out

    @cached_property
    def problems(self) -> list[Problem]:
        """What is wrong with the shapes."""
        return [] if self.trusted else check.problems(self.names)

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
    check_shapes: bool = True,
) -> tuple[list[Result], set[str]]:
    """Return the results for a data graph with some triples ``added``, unsorted, and the focus nodes in N-Triples.

    With ``among``, only those of these nodes that the shapes target are focus nodes. Raises UserError for an unknown
    engine, for shapes that use what no engine supports or have a broken query, and if ``fast`` is given and does not
    support a shape; with ``check_shapes`` also for shapes that are not valid SHACL. Without it, the triples that are
    wrong are left out.
    """
    if engine not in ENGINES:
        raise UserError(f"There is no engine '{engine}': choose one of {', '.join(ENGINES)}.")
    if found := [each for each in given.problems if each.always or check_shapes]:
        raise check.error(found, given.shape_sources, given.shapes_name)
    if given.problems:
        given = given.usable[0]
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
        aims = pyshacl_engine.targets(given.shapes, given.data, nodes)
        results = pyshacl_engine.validate(
            given.project,
            given.data,
            given.shapes,
            targets=None if among is None else aims,
            shapes_name=given.shapes_name,
            hint="" if isinstance(given.prepared, str) else ", or use the fast engine",
        )
    checked = pyshacl_engine.nodes(aims)
    return results, {str(rdflib_adapter.from_rdflib(node)) for node in checked}  # type: ignore[arg-type]


def judge(given: ValidationInput, added: Collection[str], among: Collection[str]) -> Outcome:
    """Return what the fast engine finds for a data graph with some triples ``added``, and only some focus nodes.

    Triples and nodes are in N-Triples. The fast engine must support the shapes.
    """
    prepared = given.prepared
    assert not isinstance(prepared, str)  # noqa: S101 - see above
    with gc_disabled():
        return validate_fast(given.graph.union(added), prepared, among)
