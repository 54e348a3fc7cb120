"""Load named graphs into a triple store so that each is complete afterwards, or as it was before.

A graph is written to a staging graph (its name with ``.loading``), read back and compared, and only then copied to its
own name. A failure therefore damages a staging graph only, and a staging graph that is complete is not sent again.
For a store that cannot copy graphs, staging can be turned off; then a failure may leave one graph incomplete, which is
reported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum

import pyoxigraph as ox

from rdfkit.base import Project, UserError, clip, offer
from rdfkit.stores import graphstore
from rdfkit.stores.graphstore import Target
from rdfkit.stores.http import Client

STAGING_SUFFIX = ".loading"
"""Ending of the name of a staging graph."""

Report = Callable[[str], None]
"""Called with a short description of each step before it starts."""


class GraphStatus(Enum):
    """What the store has under the name of one of our graphs."""

    ABSENT = "absent"
    SAME = "already complete"
    OTHER = "other content"


@dataclass
class GraphTransfer:
    """A named graph and how far it has been loaded; ``name`` is its short name."""

    graph: ox.NamedNode
    name: str
    triples: int  # in our graph
    stored: int | None  # in the store by the last count; None if unknown
    status: GraphStatus  # before the load
    staged: int  # triples in the staging graph
    outcome: str = ""  # in words, for the table that the command prints


class Content:
    """The triples of a named graph, to be compared with those of a store, whatever labels blank nodes have there."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        """Keep the triples; duplicates count once."""
        self.triples = list(dict.fromkeys(triples))
        self._ground, self._blank = _split(self.triples)

    def difference(self, other: Sequence[ox.Triple]) -> str:
        """Return how ``other`` differs from these triples, in words; an empty text if the graphs are isomorphic."""
        ground, blank = _split(other)
        missing, extra = sorted(self._ground - ground, key=str), sorted(ground - self._ground, key=str)
        if missing or extra:
            examples = [f"without {triple}" for triple in missing[:1]] + [f"with {triple}" for triple in extra[:1]]
            return f"{len(missing)} triples are missing and {len(extra)} are unexpected, {' and '.join(examples)}"
        # RDFC-1.0 takes exponential time on graphs made to be hard, so it only runs on nearly equal ones.
        if _without_labels(blank) != _without_labels(self._blank):
            return "triples with blank nodes differ"
        return "" if _canonical(blank) == _canonical(self._blank) else "blank nodes are linked differently"


def contents(project: Project, quads: Iterable[ox.Quad], names: Sequence[str] = ()) -> dict[ox.NamedNode, Content]:
    """Return the named graphs of a dataset with their content: all, or those in ``names`` (short names or IRIs).

    Raises UserError for an unknown name, and for a triple in the default graph.
    """
    found: dict[ox.NamedNode, list[ox.Triple]] = {}
    for quad in quads:
        if not isinstance(quad.graph_name, ox.NamedNode):
            raise UserError(f"A triple is in no named graph ({quad.triple}): load a file that names every graph.")
        found.setdefault(quad.graph_name, []).append(quad.triple)
    known = {project.graph_name(graph): graph for graph in found} | {graph.value: graph for graph in found}
    for name in names:
        if name not in known:
            short = sorted(project.graph_name(graph) for graph in found)
            raise UserError(f"There is no graph '{clip(name)}' to load: {offer(name, short)}")
    chosen = {known[name] for name in names} or set(found)
    return {graph: Content(found[graph]) for graph in sorted(chosen, key=lambda graph: graph.value)}


def survey(
    project: Project, client: Client, to: Target, wanted: Mapping[ox.NamedNode, Content], report: Report
) -> list[GraphTransfer]:
    """Return what the store has of each graph to be loaded. Changes nothing; raises UserError if it cannot be read."""
    transfers = []
    for graph, content in wanted.items():
        name = project.graph_name(graph)
        report(f"checking {name}")
        with _context("The store could not be read, and nothing was changed"):
            stored, status = _status(client, to, graph, content)
            staged = graphstore.count(client, to, _staging(graph))
        outcome = "unchanged" if status is GraphStatus.OTHER else status.value
        transfers.append(GraphTransfer(graph, name, len(content.triples), stored, status, staged, outcome))
    return transfers


def refuse_others(transfers: Iterable[GraphTransfer]) -> None:
    """Raise UserError if the store has other content under the name of one of the graphs."""
    others = [transfer.name for transfer in transfers if transfer.status is GraphStatus.OTHER]
    if others:
        raise UserError(
            f"The store has other content in {', '.join(others)}, and nothing was changed: give --replace to "
            "overwrite it, or name with --graph what to load."
        )


def load(  # noqa: PLR0913 - what a load is made of
    client: Client,
    to: Target,
    wanted: Mapping[ox.NamedNode, Content],
    transfers: Sequence[GraphTransfer],
    *,
    staging: bool = True,
    report: Report = lambda _: None,
) -> None:
    """Load the graphs that are not complete in the store, and compare what can then be read from it.

    ``transfers`` come from `survey` and are updated in place, so they are right after a failure too. Raises UserError
    if a graph could not be loaded; the message says how many are complete.
    """
    todo = [transfer for transfer in transfers if transfer.status is not GraphStatus.SAME]
    try:
        if staging:
            for transfer in todo:
                _stage(client, to, transfer, wanted[transfer.graph], report)
            for group in [todo] if to.atomic and todo else [[transfer] for transfer in todo]:
                _publish(client, to, group, wanted, report)
        else:
            for transfer in todo:
                _write_directly(client, to, transfer, wanted[transfer.graph], report)
        left = [transfer for transfer in transfers if transfer.staged]
        if left:
            report("removing staging graphs")
            with _context("The graphs are complete, but the staging graphs could not be removed"):
                graphstore.drop(client, to, [_staging(transfer.graph) for transfer in left])
    except UserError as error:
        complete = sum(transfer.outcome in {"loaded", "replaced", GraphStatus.SAME.value} for transfer in transfers)
        progress = f"{complete} of {len(transfers)} graphs are complete, and a second run continues from there."
        raise UserError(f"{str(error).rstrip('.')}; {progress}") from None


def _stage(client: Client, to: Target, transfer: GraphTransfer, content: Content, report: Report) -> None:
    staging = _staging(transfer.graph)
    with _context(f"Graph {transfer.name} could not be sent"):
        if transfer.staged == transfer.triples and not content.difference(graphstore.read(client, to, staging)):
            return
        report(f"sending {transfer.name}, {transfer.triples:,} triples")
        graphstore.write(client, to, staging, content.triples)
        report(f"reading {transfer.name} back")
        transfer.staged = graphstore.count(client, to, staging)
        _require_same(client, to, staging, content, transfer.staged)


def _publish(
    client: Client,
    to: Target,
    group: Sequence[GraphTransfer],
    wanted: Mapping[ox.NamedNode, Content],
    report: Report,
) -> None:
    names = ", ".join(transfer.name for transfer in group)
    report(f"copying {names} from staging")
    with _outcome_after_failure(client, to, group, wanted), _context(f"Graph {names} could not be copied from staging"):
        graphstore.copy(client, to, [(_staging(transfer.graph), transfer.graph) for transfer in group])
        for transfer in group:
            _verify(client, to, transfer, wanted[transfer.graph])


def _write_directly(client: Client, to: Target, transfer: GraphTransfer, content: Content, report: Report) -> None:
    report(f"sending {transfer.name}, {transfer.triples:,} triples")
    wanted = {transfer.graph: content}
    with (
        _outcome_after_failure(client, to, [transfer], wanted),
        _context(f"Graph {transfer.name} could not be sent"),
    ):
        graphstore.write(client, to, transfer.graph, content.triples)
        _verify(client, to, transfer, content)


def _verify(client: Client, to: Target, transfer: GraphTransfer, content: Content) -> None:
    """Compare a loaded graph with what was sent, and record the outcome."""
    stored = graphstore.count(client, to, transfer.graph)
    _require_same(client, to, transfer.graph, content, stored)
    transfer.stored = stored
    transfer.outcome = _loaded(transfer)


def _loaded(transfer: GraphTransfer) -> str:
    return "loaded" if transfer.status is GraphStatus.ABSENT else "replaced"


@contextmanager
def _outcome_after_failure(
    client: Client, to: Target, group: Sequence[GraphTransfer], wanted: Mapping[ox.NamedNode, Content]
) -> Iterator[None]:
    """Record the outcome of each graph if writing it fails, from what the store then has, if it still answers."""
    before = {transfer.name: transfer.stored or 0 for transfer in group}
    for transfer in group:
        transfer.outcome, transfer.stored = "unknown, it was being written", None
    try:
        yield
    except UserError:
        with suppress(UserError):
            check = client.final_check()
            for transfer in group:
                transfer.stored, status = _status(check, to, transfer.graph, wanted[transfer.graph])
                transfer.outcome = _outcome(transfer, status, before[transfer.name])
        raise


def _outcome(transfer: GraphTransfer, status: GraphStatus, before: int) -> str:
    """Return the outcome for a graph that had ``before`` triples and now has ``status``."""
    if status is GraphStatus.SAME:
        return _loaded(transfer)
    if transfer.stored == before:  # that a partial write has exactly this size is too unlikely
        return "unchanged" if before else GraphStatus.ABSENT.value
    return f"INCOMPLETE, it had {before:,} triples"


def _status(client: Client, to: Target, graph: ox.NamedNode, content: Content) -> tuple[int, GraphStatus]:
    stored = graphstore.count(client, to, graph)
    if not stored:
        return 0, GraphStatus.ABSENT
    if stored != len(content.triples) or content.difference(graphstore.read(client, to, graph)):
        return stored, GraphStatus.OTHER
    return stored, GraphStatus.SAME


def _require_same(client: Client, to: Target, graph: ox.NamedNode, content: Content, stored: int) -> None:
    difference = content.difference(graphstore.read(client, to, graph))
    if difference:
        raise UserError(f"{to.url} returns other triples than were sent: {difference}.")
    if stored != len(content.triples):
        raise UserError(f"{to.url} counts {stored:,} triples, but {len(content.triples):,} were sent.")


@contextmanager
def _context(what: str) -> Iterator[None]:
    """Put ``what`` before the message of an UserError."""
    try:
        yield
    except UserError as error:
        raise UserError(f"{what}: {error}") from None


def _staging(graph: ox.NamedNode) -> ox.NamedNode:
    return ox.NamedNode(graph.value + STAGING_SUFFIX)


def _split(triples: Iterable[ox.Triple]) -> tuple[set[ox.Triple], set[ox.Triple]]:
    """Return the triples without and those with a blank node."""
    ground, blank = set(), set()
    for triple in triples:
        if ox.BlankNode in (type(triple.subject), type(triple.object)):
            blank.add(triple)
        else:
            ground.add(triple)
    return ground, blank


def _without_labels(triples: Iterable[ox.Triple]) -> list[tuple[str, str, str]]:
    return sorted(
        (
            "" if isinstance(triple.subject, ox.BlankNode) else str(triple.subject),
            str(triple.predicate),
            "" if isinstance(triple.object, ox.BlankNode) else str(triple.object),
        )
        for triple in triples
    )


def _canonical(triples: Iterable[ox.Triple]) -> set[ox.Quad]:
    dataset = ox.Dataset(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)
