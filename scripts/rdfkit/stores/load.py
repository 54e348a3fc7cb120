"""Load graphs into a triple store so that each is complete afterwards, or as it was before.

A graph is written to a staging graph (its name with ``.loading``), read back and compared, and only then copied to its
own name and compared once more. A failure therefore damages a staging graph only, and a staging graph that is complete
is not sent again. A lock in the store keeps two loads apart. For a store that cannot copy graphs, staging can be turned
off; then a failure may leave one graph incomplete, which is reported.

Graphs that share blank nodes are one group: they are written, compared and copied together. Most graphs are a group of
one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

import pyoxigraph as ox

from rdfkit.base import Project, UserError, printable
from rdfkit.stores import graphstore, linked, lock
from rdfkit.stores.content import Content, GraphName, groups, short_name
from rdfkit.stores.graphstore import Report, Target
from rdfkit.stores.http import Client
from rdfkit.stores.lock import Lock

STAGING_SUFFIX = ".loading"
"""Ending of the name of a staging graph."""

DEFAULT_STAGING = ox.NamedNode("urn:rdfkit:default" + STAGING_SUFFIX)
"""The staging graph of the default graph."""


class GraphStatus(Enum):
    """What the store has under the name of one of our graphs."""

    ABSENT = "absent"
    SAME = "already complete"
    ALONE = "complete, but a graph that shares its blank nodes is not"
    UNLINKED = "blank nodes linked differently"  # alone it is the same
    OTHER = "other content"


class ValuesChangedError(UserError):
    """The store keeps everything that it was sent, but some literals with another value or datatype."""


_UNKNOWN = "unknown, it was being written"


@dataclass
class GraphTransfer:
    """A graph and how far it has been loaded; ``name`` is its short name."""

    graph: GraphName
    name: str
    triples: int  # in our graph
    stored: int | None = None  # in the store by the last count; None if unknown
    status: GraphStatus = GraphStatus.ABSENT  # before the load
    staged: int = 0  # triples in the staging graph
    outcome: str = ""  # in words, for the table that the command prints
    respelled: list[tuple[ox.Triple, ox.Triple]] = field(default_factory=list)  # ours and the store's, same value

    @property
    def is_other(self) -> bool:
        """Whether the store had content before the load that would be lost."""
        return self.status in {GraphStatus.OTHER, GraphStatus.UNLINKED}

    @property
    def is_complete(self) -> bool:
        """Whether the store was seen to have the whole graph."""
        return self.outcome in {"loaded", "replaced", GraphStatus.SAME.value}

    @property
    def staging(self) -> ox.NamedNode:
        """The staging graph."""
        if isinstance(self.graph, ox.DefaultGraph):
            return DEFAULT_STAGING
        return ox.NamedNode(self.graph.value + STAGING_SUFFIX)


@dataclass(frozen=True)
class _Part:
    """A group of graphs with one ``node`` that they share, or one graph: what is written and compared together."""

    transfers: Sequence[GraphTransfer]
    wanted: Mapping[GraphName, Content]  # more graphs too
    node: ox.BlankNode | None

    @property
    def names(self) -> str:
        return ", ".join(transfer.name for transfer in self.transfers)

    @property
    def own(self) -> dict[GraphName, Content]:
        return {transfer.graph: self.wanted[transfer.graph] for transfer in self.transfers}

    @property
    def staging(self) -> dict[GraphName, Content]:
        return {transfer.staging: self.wanted[transfer.graph] for transfer in self.transfers}

    @property
    def is_same(self) -> bool:
        """Whether the store has the whole group already."""
        return all(transfer.status is GraphStatus.SAME for transfer in self.transfers)

    def unsent(self) -> AbstractContextManager[None]:
        """Name the graphs in the message of a UserError that is raised while they are sent."""
        if self.node is None:
            return graphstore.context(f"Graph {self.names} could not be sent")
        return graphstore.context(
            f"Graphs {self.names} could not be sent; they share blank nodes such as {self.node} and are sent in one "
            "request, so give these nodes IRIs if it is too large"
        )


def survey(
    project: Project, client: Client, to: Target, wanted: Mapping[GraphName, Content], report: Report
) -> list[GraphTransfer]:
    """Return what the store has of each graph to be loaded. Changes nothing; raises UserError if it cannot be read."""
    if ox.DefaultGraph() in wanted and (to.store == "virtuoso" or not to.graphs):
        why = "Virtuoso has no default graph" if to.store == "virtuoso" else "--protocol update cannot address it"
        raise UserError(
            f"Some triples are in no named graph, and {why}: give --default-graph NAME to load them into a named "
            "graph, or name with --graph what to load."
        )
    transfers = [
        GraphTransfer(graph, short_name(project, graph), len(content.triples)) for graph, content in wanted.items()
    ]
    _look(client, to, _parts(transfers, wanted), report)
    return transfers


def _parts(transfers: Sequence[GraphTransfer], wanted: Mapping[GraphName, Content]) -> "list[_Part]":
    by_graph = {transfer.graph: transfer for transfer in transfers}
    found = groups({graph: content.triples for graph, content in wanted.items()})
    return [_Part([by_graph[graph] for graph in group.graphs], wanted, group.node) for group in found]


def _look(client: Client, to: Target, parts: Sequence[_Part], report: Report) -> None:
    with graphstore.context("The store could not be read, and nothing was changed"):
        for part in parts:
            report(f"checking {part.names}")
            for transfer, (stored, status) in zip(part.transfers, _statuses(client, to, part), strict=True):
                transfer.stored, transfer.status = stored, status
                transfer.staged = graphstore.count(client, to, transfer.staging)
        # The store may have one node where we have two in graphs that have nothing to do with each other.
        same = [part for part in parts if part.is_same and any(content.blank for content in part.own.values())]
        for number in graphstore.shares(client, to, [list(part.own) for part in same]) if len(same) > 1 else ():
            for transfer in same[number].transfers:
                transfer.status = GraphStatus.UNLINKED
    for part in parts:
        for transfer in part.transfers:
            known = transfer.status in {GraphStatus.ABSENT, GraphStatus.SAME}
            transfer.outcome = transfer.status.value if known else "unchanged"


def refuse_others(transfers: Iterable[GraphTransfer]) -> None:
    """Raise UserError if the store has other content under the name of one of the graphs."""
    others = [
        transfer.name + (" (blank nodes linked differently)" if transfer.status is GraphStatus.UNLINKED else "")
        for transfer in transfers
        if transfer.is_other
    ]
    if others:
        raise UserError(
            f"The store has other content in {', '.join(others)}, and nothing was changed: give --replace to "
            "overwrite it, or name with --graph what to load."
        )


def load(  # noqa: PLR0913 - what a load is made of
    client: Client,
    to: Target,
    wanted: Mapping[GraphName, Content],
    transfers: Sequence[GraphTransfer],
    *,
    replace: bool = False,
    staging: bool = True,
    wait: float = 0,
    report: Report = lambda _: None,
) -> None:
    """Load the graphs that are not complete in the store, and compare what can then be read from it.

    ``transfers`` come from `survey` and are updated in place, so they are right after a failure too. If another load
    is writing to the store, this one waits for up to ``wait`` seconds. Raises UserError if a graph could not be loaded
    (the message says how many are complete), and, without ``replace``, if the store has other content in one.
    """
    if not _is_work(transfers):
        return
    own = [transfer.staging for transfer in transfers] if staging else []
    with lock.held(client, to, own, wait, report) as held:
        # Another load may have ended since the survey.
        parts = _parts(transfers, wanted)
        _look(client, to, parts, report)
        if not replace:
            refuse_others(transfers)
        try:
            _load(client, to, parts, held, staging=staging, report=report)
        except UserError as error:
            next_step = (
                "a second run would end alike: write them as the store keeps them, or leave the graph out with --graph"
                if isinstance(error.__cause__, ValuesChangedError)
                else "a second run continues from there"
            )
            raise UserError(f"{str(error).rstrip('.')}; {_progress(transfers)}, and {next_step}.") from None


def _is_work(transfers: Sequence[GraphTransfer]) -> bool:
    return any(transfer.status is not GraphStatus.SAME or transfer.staged for transfer in transfers)


def _progress(transfers: Sequence[GraphTransfer]) -> str:
    """Return what is known after a failure, in words that agree with the table."""
    complete = sum(transfer.is_complete for transfer in transfers)
    unknown = sum(transfer.outcome == _UNKNOWN for transfer in transfers)
    if unknown:
        return f"of {len(transfers)} graphs {complete} are complete and {unknown} are not known (no answer)"
    return f"{complete} of {len(transfers)} graphs are complete"


def _load(  # noqa: PLR0913
    client: Client, to: Target, parts: Sequence[_Part], held: Lock, *, staging: bool, report: Report
) -> None:
    todo = [part for part in parts if not part.is_same]
    if staging:
        for part in todo:
            held.keep()
            _stage(client, to, part, report)
        for batch in [todo] if to.atomic and todo else [[part] for part in todo]:
            held.keep()
            _publish(client, to, batch, held, report)
    else:
        for part in todo:
            held.keep()
            _write_directly(client, to, part, report)
    left = [transfer for part in parts for transfer in part.transfers if transfer.staged]
    if left:
        report("removing staging graphs")
        with graphstore.context("The graphs are complete, but the staging graphs could not be removed"):
            graphstore.drop(client, to, [transfer.staging for transfer in left])


def _stage(client: Client, to: Target, part: _Part, report: Report) -> None:
    with part.unsent():
        if _is_staged(client, to, part):
            return
        report(f"sending {part.names}, {sum(transfer.triples for transfer in part.transfers):,} triples")
        graphstore.write(client, to, {graph: content.triples for graph, content in part.staging.items()})
        report(f"reading {part.names} back")
        for transfer in part.transfers:
            transfer.staged = graphstore.count(client, to, transfer.staging)
        try:
            for transfer in part.transfers:
                _require_same(client, to, transfer.staging, part.wanted[transfer.graph], transfer.staged)
        except ValuesChangedError:
            graphstore.drop(client, to, [transfer.staging for transfer in part.transfers])
            raise
        _require_linked(client, to, part.staging)
        if len(part.transfers) > 1 and ox.DefaultGraph() in part.own:
            graphstore.require_default_graph(client, to)  # while nothing is changed yet


def _is_staged(client: Client, to: Target, part: _Part) -> bool:
    for transfer in part.transfers:
        content = part.wanted[transfer.graph]
        if not content.may_count(transfer.staged):
            return False
        if content.difference(graphstore.read(client, to, transfer.staging)):
            return False
    return not linked.difference(client, to, part.staging)


def _publish(client: Client, to: Target, batch: Sequence[_Part], held: Lock, report: Report) -> None:
    transfers = [transfer for part in batch for transfer in part.transfers]
    names = ", ".join(part.names for part in batch)
    report(f"copying {names} from staging")
    with (
        _outcome_after_failure(client, to, batch),
        graphstore.context(f"Graph {names} could not be copied from staging"),
    ):
        held.confirm()
        graphstore.copy(client, to, [(transfer.staging, transfer.graph) for transfer in transfers], held.condition)
        for part in batch:
            _verify(client, to, part)


def _write_directly(client: Client, to: Target, part: _Part, report: Report) -> None:
    report(f"sending {part.names}, {sum(transfer.triples for transfer in part.transfers):,} triples")
    with _outcome_after_failure(client, to, [part]), part.unsent():
        graphstore.write(client, to, {graph: content.triples for graph, content in part.own.items()})
        _verify(client, to, part)


def _verify(client: Client, to: Target, part: _Part) -> None:
    """Compare loaded graphs with what was sent, and record the outcome."""
    for transfer in part.transfers:
        content = part.wanted[transfer.graph]
        transfer.stored = graphstore.count(client, to, transfer.graph)
        transfer.respelled = content.respelled(_require_same(client, to, transfer.graph, content, transfer.stored))
    _require_linked(client, to, part.own)
    for transfer in part.transfers:
        transfer.outcome = _loaded(transfer)


def _require_linked(client: Client, to: Target, contents: Mapping[GraphName, Content]) -> None:
    if difference := linked.difference(client, to, contents):
        raise UserError(
            f"{to.url} does not keep the blank nodes that graphs share ({difference}): give them IRIs, or load the "
            "file with the store's own tool."
        )


def _loaded(transfer: GraphTransfer) -> str:
    return "loaded" if transfer.status is GraphStatus.ABSENT else "replaced"


@contextmanager
def _outcome_after_failure(client: Client, to: Target, batch: Sequence[_Part]) -> Iterator[None]:
    """Record the outcome of each graph if writing it fails, from what the store then has, if it still answers."""
    before = {transfer.name: transfer.stored or 0 for part in batch for transfer in part.transfers}
    for part in batch:
        for transfer in part.transfers:
            transfer.outcome, transfer.stored = _UNKNOWN, None
    try:
        yield
    except UserError:
        with suppress(UserError):
            check = client.final_check()
            for part in batch:
                for transfer, (stored, status) in zip(part.transfers, _statuses(check, to, part), strict=True):
                    transfer.stored = stored
                    transfer.outcome = _outcome(transfer, status, before[transfer.name])
        raise


def _outcome(transfer: GraphTransfer, status: GraphStatus, before: int) -> str:
    """Return the outcome for a graph that had ``before`` triples and now has ``status``."""
    if status is GraphStatus.SAME:
        return _loaded(transfer)
    if status is GraphStatus.UNLINKED is not transfer.status:
        return f"INCOMPLETE, {status.value}"
    if transfer.stored == before:  # that a partial write has exactly this size is too unlikely
        return "unchanged" if before else GraphStatus.ABSENT.value
    return f"INCOMPLETE, it had {before:,} triples"


def _statuses(client: Client, to: Target, part: _Part) -> list[tuple[int, GraphStatus]]:
    """Return the count and the status of each graph: it is complete only if all are, and are linked as ours."""
    found = [_status(client, to, transfer, part.wanted[transfer.graph]) for transfer in part.transfers]
    same = {
        transfer.graph: part.wanted[transfer.graph]
        for transfer, (_, status) in zip(part.transfers, found, strict=True)
        if status is GraphStatus.SAME
    }
    together = GraphStatus.SAME if len(same) == len(found) else GraphStatus.ALONE
    if linked.difference(client, to, same):
        together = GraphStatus.UNLINKED
    return [(stored, together if status is GraphStatus.SAME else status) for stored, status in found]


def _status(client: Client, to: Target, transfer: GraphTransfer, content: Content) -> tuple[int, GraphStatus]:
    stored = graphstore.count(client, to, transfer.graph)
    if not stored:
        return 0, GraphStatus.ABSENT
    if not content.may_count(stored):
        return stored, GraphStatus.OTHER
    there = graphstore.read(client, to, transfer.graph)
    if content.difference(there):
        return stored, GraphStatus.OTHER
    transfer.respelled = content.respelled(there)
    return stored, GraphStatus.SAME


def _require_same(client: Client, to: Target, graph: GraphName, content: Content, stored: int) -> list[ox.Triple]:
    there = graphstore.read(client, to, graph)
    difference = content.difference(there)
    if changes := content.changes(there):
        (ours, theirs), more = changes[0], len(changes) - 1
        others = f" and {more:,} more" if more else ""
        raise ValuesChangedError(
            f"{to.url} changes the values of literals, {printable(str(ours.object))} of {printable(str(ours.subject))} "
            f"to {printable(str(theirs.object))}{others}"
        )
    if difference:
        raise UserError(f"{to.url} returns other triples than were sent: {difference}.")
    if not content.may_count(stored) or stored != len(set(there)):
        raise UserError(f"{to.url} counts {stored:,} triples, but {len(set(there)):,} of those sent can be read there.")
    return there
