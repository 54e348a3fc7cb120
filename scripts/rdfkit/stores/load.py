"""Load graphs into a triple store so that each is complete afterwards, or as it was before.

A graph is written to a staging graph (its name with ``.loading``), read back and compared, and only then copied to its
own name and compared once more. A failure therefore damages a staging graph only, and a staging graph that is complete
is not sent again. A lock in the store keeps two loads apart. For a store that cannot copy graphs, staging can be turned
off; then a failure may leave one graph incomplete, which is reported.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

import pyoxigraph as ox

from rdfkit.base import Project, UserError, printable
from rdfkit.stores import graphstore, lock
from rdfkit.stores.content import Content, GraphName, short_name
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
    def is_complete(self) -> bool:
        """Whether the store was seen to have the whole graph."""
        return self.outcome in {"loaded", "replaced", GraphStatus.SAME.value}

    @property
    def staging(self) -> ox.NamedNode:
        """The staging graph."""
        if isinstance(self.graph, ox.DefaultGraph):
            return DEFAULT_STAGING
        return ox.NamedNode(self.graph.value + STAGING_SUFFIX)


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
    for transfer in transfers:
        _look(client, to, transfer, wanted[transfer.graph], report)
    return transfers


def _look(client: Client, to: Target, transfer: GraphTransfer, content: Content, report: Report) -> None:
    report(f"checking {transfer.name}")
    with graphstore.context("The store could not be read, and nothing was changed"):
        transfer.stored, transfer.status = _status(client, to, transfer, content)
        transfer.staged = graphstore.count(client, to, transfer.staging)
    transfer.outcome = "unchanged" if transfer.status is GraphStatus.OTHER else transfer.status.value


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
        for transfer in transfers:
            _look(client, to, transfer, wanted[transfer.graph], report)
        if not replace:
            refuse_others(transfers)
        try:
            _load(client, to, wanted, transfers, held, staging=staging, report=report)
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
    client: Client,
    to: Target,
    wanted: Mapping[GraphName, Content],
    transfers: Sequence[GraphTransfer],
    held: Lock,
    *,
    staging: bool,
    report: Report,
) -> None:
    todo = [transfer for transfer in transfers if transfer.status is not GraphStatus.SAME]
    if staging:
        for transfer in todo:
            held.keep()
            _stage(client, to, transfer, wanted[transfer.graph], report)
        for group in [todo] if to.atomic and todo else [[transfer] for transfer in todo]:
            held.keep()
            _publish(client, to, group, wanted, held, report)
    else:
        for transfer in todo:
            held.keep()
            _write_directly(client, to, transfer, wanted[transfer.graph], report)
    left = [transfer for transfer in transfers if transfer.staged]
    if left:
        report("removing staging graphs")
        with graphstore.context("The graphs are complete, but the staging graphs could not be removed"):
            graphstore.drop(client, to, [transfer.staging for transfer in left])


def _stage(client: Client, to: Target, transfer: GraphTransfer, content: Content, report: Report) -> None:
    with graphstore.context(f"Graph {transfer.name} could not be sent"):
        if content.may_count(transfer.staged) and not content.difference(graphstore.read(client, to, transfer.staging)):
            return
        report(f"sending {transfer.name}, {transfer.triples:,} triples")
        graphstore.write(client, to, transfer.staging, content.triples)
        report(f"reading {transfer.name} back")
        transfer.staged = graphstore.count(client, to, transfer.staging)
        try:
            _require_same(client, to, transfer.staging, content, transfer.staged)
        except ValuesChangedError:
            graphstore.drop(client, to, [transfer.staging])
            raise


def _publish(  # noqa: PLR0913, PLR0917
    client: Client,
    to: Target,
    group: Sequence[GraphTransfer],
    wanted: Mapping[GraphName, Content],
    held: Lock,
    report: Report,
) -> None:
    names = ", ".join(transfer.name for transfer in group)
    report(f"copying {names} from staging")
    with (
        _outcome_after_failure(client, to, group, wanted),
        graphstore.context(f"Graph {names} could not be copied from staging"),
    ):
        held.confirm()
        graphstore.copy(client, to, [(transfer.staging, transfer.graph) for transfer in group], held.condition)
        for transfer in group:
            _verify(client, to, transfer, wanted[transfer.graph])


def _write_directly(client: Client, to: Target, transfer: GraphTransfer, content: Content, report: Report) -> None:
    report(f"sending {transfer.name}, {transfer.triples:,} triples")
    wanted = {transfer.graph: content}
    with (
        _outcome_after_failure(client, to, [transfer], wanted),
        graphstore.context(f"Graph {transfer.name} could not be sent"),
    ):
        graphstore.write(client, to, transfer.graph, content.triples)
        _verify(client, to, transfer, content)


def _verify(client: Client, to: Target, transfer: GraphTransfer, content: Content) -> None:
    """Compare a loaded graph with what was sent, and record the outcome."""
    stored = graphstore.count(client, to, transfer.graph)
    transfer.respelled = content.respelled(_require_same(client, to, transfer.graph, content, stored))
    transfer.stored = stored
    transfer.outcome = _loaded(transfer)


def _loaded(transfer: GraphTransfer) -> str:
    return "loaded" if transfer.status is GraphStatus.ABSENT else "replaced"


@contextmanager
def _outcome_after_failure(
    client: Client, to: Target, group: Sequence[GraphTransfer], wanted: Mapping[GraphName, Content]
) -> Iterator[None]:
    """Record the outcome of each graph if writing it fails, from what the store then has, if it still answers."""
    before = {transfer.name: transfer.stored or 0 for transfer in group}
    for transfer in group:
        transfer.outcome, transfer.stored = _UNKNOWN, None
    try:
        yield
    except UserError:
        with suppress(UserError):
            check = client.final_check()
            for transfer in group:
                transfer.stored, status = _status(check, to, transfer, wanted[transfer.graph])
                transfer.outcome = _outcome(transfer, status, before[transfer.name])
        raise


def _outcome(transfer: GraphTransfer, status: GraphStatus, before: int) -> str:
    """Return the outcome for a graph that had ``before`` triples and now has ``status``."""
    if status is GraphStatus.SAME:
        return _loaded(transfer)
    if transfer.stored == before:  # that a partial write has exactly this size is too unlikely
        return "unchanged" if before else GraphStatus.ABSENT.value
    return f"INCOMPLETE, it had {before:,} triples"


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
