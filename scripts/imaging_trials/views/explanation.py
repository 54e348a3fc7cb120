"""Why a row is in an answer: the triples that it follows from, and the provenance of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Quad, Store

from imaging_trials.imports import match_reasons
from imaging_trials.model import PROJECT, read
from rdfkit.base import UserError
from rdfkit.inference import derivation
from rdfkit.rdf import INFERRED, named_graphs
from rdfkit.sparql import provenance
from rdfkit.stores import beside

MAX_QUADS_BESIDE = 300_000
"""The quads of data beside the shipped graph from which the closure is computed again, to find the rules."""


@dataclass(frozen=True)
class Statement:
    """A quad with its provenance, or, if it was inferred, the rule and the statements that it was inferred from."""

    quad: Quad
    provenance: tuple[read.Provenance, ...] = ()
    rule: str = ""
    premises: tuple["Statement", ...] = ()
    matches: tuple[str, ...] = ()
    """For a statement that an import made from matches: each with rule, score, text, field and place."""

    @property
    def graph(self) -> str:
        """The short name of the quad's graph."""
        return read.graph_name(self.quad)


@dataclass(frozen=True)
class Explanation:
    """A row of an answer (its number counted from 1, its bound variables) and the statements that it follows from.

    ``depends_on_absence`` says whether the query also asks for what is not in the graph.
    """

    query: str
    row: int
    values: tuple[tuple[str, object], ...]
    statements: tuple[Statement, ...]
    depends_on_absence: bool

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from imaging_trials.views import formats

        return formats.html("explanation", self)


def statements(store: Store, quads: Iterable[Quad], root: Path) -> list[Statement]:
    """Return quads with their provenance, in the order of graph and triple.

    If one of them was inferred, the closure of the sources below ``root`` is computed again, to find the rules.
    """
    wanted = list(quads)
    inferred = {PROJECT.graph_iri(name) for name in (INFERRED, named_graphs.INFERRED_FROM_DATA)}
    history = _history(store, wanted, root) if any(quad.graph_name in inferred for quad in wanted) else None
    done: dict[Quad, Statement] = {}

    def statement(quad: Quad) -> Statement:
        if quad not in done:
            if history is not None and quad.graph_name in inferred:
                step = derivation.step(history, quad.triple)
                premises = tuple(statement(one) for one in step.premises)
                done[quad] = Statement(quad, rule=step.rule, premises=premises)
            else:
                matches = tuple(map(str, match_reasons.reasons(store, quad)))
                done[quad] = Statement(quad, tuple(read.provenance(store, quad)), matches=matches)
        return done[quad]

    return sorted((statement(quad) for quad in wanted), key=lambda one: (one.graph, str(one.quad)))


def _history(store: Store, wanted: list[Quad], root: Path) -> derivation.History:
    from_data = PROJECT.graph_iri(named_graphs.INFERRED_FROM_DATA)
    if all(quad.graph_name != from_data for quad in wanted):
        return derivation.history(PROJECT.at(root))
    shipped = {PROJECT.graph_iri(name) for name in named_graphs.source_graphs(PROJECT)}
    shipped |= {PROJECT.graph_iri(INFERRED), from_data}
    others: list[Quad] = []
    for quad in store:
        if quad.graph_name not in shipped:
            others.append(quad)
            if len(others) > MAX_QUADS_BESIDE:
                raise UserError(
                    f"The row has an inferred triple, and its rule is not sought in data of more than "
                    f"{MAX_QUADS_BESIDE:,} quads: give the files that the row is about."
                )
    return derivation.history(PROJECT.at(root), others)


def explain_row(store: Store, query: str, text: str, dataset: str, row: int) -> Explanation:
    """Return the explanation of a row of the answer to a SELECT query over a dataset (``all``, ``asserted``, ``page``).

    ``query`` is what to call the query, ``text`` its SPARQL; rows are counted from 1. Raises UserError if there is no
    such row, if the query is not a SELECT, or if its rows do not follow from single triples.
    """
    found = provenance.explain(PROJECT, store, text, dataset, row)
    view = beside.viewed(PROJECT, store)
    quads = [beside.origin(view, quad) for quad in found.quads]
    made = statements(view, quads, PROJECT.root)
    return Explanation(query, row, tuple(found.row.items()), tuple(made), found.depends_on_absence)
