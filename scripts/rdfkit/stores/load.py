"""Putting named graphs into a triple store so that each is there whole, or is what it was before.

A graph is sent to a graph of its own beside it (its name with ``.loading``), read back and compared there, and only
then copied to its place. So what breaks on the way breaks beside, and what is beside already need not be sent again.
A store that cannot copy graphs is written to in place, and then a failure may leave one graph broken, which is told.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum

import pyoxigraph as ox

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.base.text import clip, nearest
from rdfkit.stores import graphstore
from rdfkit.stores.graphstore import Target
from rdfkit.stores.http import Client

BESIDE = ".loading"
"""What the name of a graph ends with while it is not yet in its place."""

Tell = Callable[[str], None]


class Found(Enum):
    """What stands in the store under the name of one of our graphs."""

    ABSENT = "not there"
    SAME = "whole already"
    OTHER = "other content"


@dataclass
class State:
    """A named graph on its way into a store."""

    graph: ox.NamedNode
    triples: int  # here
    stored: int | None  # in the store, as counted last; None where that is not known
    found: Found  # before the load
    beside: int  # triples in the graph beside it
    now: str = ""

    @property
    def name(self) -> str:
        """The short name of the graph."""
        return PROJECT.graph_name(self.graph)


class Content:
    """The triples of a named graph, comparable with what a store gives back, whatever it calls blank nodes."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        """Take the triples in; one given twice counts once."""
        self.triples = list(dict.fromkeys(triples))
        self._ground, self._blank = _parted(self.triples)

    def difference(self, other: Sequence[ox.Triple]) -> str:
        """Return in words how other triples differ from these; an empty text where they are the same graph."""
        ground, blank = _parted(other)
        missing, more = sorted(self._ground - ground, key=str), sorted(ground - self._ground, key=str)
        if missing or more:
            examples = [f"without {triple}" for triple in missing[:1]] + [f"with {triple}" for triple in more[:1]]
            return f"{len(missing)} triples are missing and {len(more)} are strange, {' and '.join(examples)}"
        # RDFC-1.0 takes very long on graphs that are made to be hard, so it sees only what is nearly the same.
        if _unlabelled(blank) != _unlabelled(self._blank):
            return "what is said of blank nodes differs"
        return "" if _canonical(blank) == _canonical(self._blank) else "blank nodes are linked in another way"


def contents(quads: Iterable[ox.Quad], names: Sequence[str] = ()) -> dict[ox.NamedNode, Content]:
    """Return the named graphs of a dataset and what they hold: all, or those named (short names or IRIs).

    Raises UserError for a name that is none of them, and for a triple in no named graph.
    """
    found: dict[ox.NamedNode, list[ox.Triple]] = {}
    for quad in quads:
        if not isinstance(quad.graph_name, ox.NamedNode):
            raise UserError(f"There is a triple in no named graph ({quad.triple}): load a file that names every graph.")
        found.setdefault(quad.graph_name, []).append(quad.triple)
    known = {PROJECT.graph_name(graph): graph for graph in found} | {graph.value: graph for graph in found}
    for name in names:
        if name not in known:
            short = sorted(PROJECT.graph_name(graph) for graph in found)
            near = nearest(name, short)
            offer = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(short)}."
            raise UserError(f"There is no graph '{clip(name)}' to load: {offer}")
    chosen = {known[name] for name in names} or set(found)
    return {graph: Content(found[graph]) for graph in sorted(chosen, key=lambda graph: graph.value)}


def survey(client: Client, to: Target, wanted: Mapping[ox.NamedNode, Content], tell: Tell) -> list[State]:
    """Return what the store has of each graph that is to be loaded; nothing is changed."""
    states = []
    for graph, content in wanted.items():
        tell(f"looking for {PROJECT.graph_name(graph)}")
        with _during("The store could not be looked at, and nothing was changed"):
            stored, found = _look(client, to, graph, content)
            beside = graphstore.count(client, to, _beside(graph))
        now = "as it was" if found is Found.OTHER else found.value
        states.append(State(graph, len(content.triples), stored, found, beside, now))
    return states


def refuse_others(states: Iterable[State]) -> None:
    """Raise UserError where the store has a graph of the same name with other content."""
    others = [state.name for state in states if state.found is Found.OTHER]
    if others:
        raise UserError(
            f"The store has other content in {', '.join(others)}, and nothing was changed: give --replace to put "
            "ours in its place, or name with --graph what to load."
        )


def load(  # noqa: PLR0913 - what a load is made of
    client: Client,
    to: Target,
    wanted: Mapping[ox.NamedNode, Content],
    states: Sequence[State],
    *,
    in_place: bool = False,
    tell: Tell = lambda _: None,
) -> None:
    """Put those graphs into the store that are not there whole, and compare what can then be read back.

    ``states`` are those that `survey` gave, and are kept up to date, so that they are right whatever happens. Raises
    UserError where a graph did not get to its place, and says how many did.
    """
    todo = [state for state in states if state.found is not Found.SAME]
    try:
        if in_place:
            for state in todo:
                _write_in_place(client, to, state, wanted[state.graph], tell)
        else:
            for state in todo:
                _write_beside(client, to, state, wanted[state.graph], tell)
            for group in [todo] if to.together and todo else [[state] for state in todo]:
                _put_in_place(client, to, group, wanted, tell)
        left = [state for state in states if state.beside]
        if left:
            tell("tidying up")
            with _during("The graphs are in place, but those beside them could not be removed"):
                graphstore.drop(client, to, [_beside(state.graph) for state in left])
    except UserError as error:
        whole = sum(state.now in {"loaded", "replaced", Found.SAME.value} for state in states)
        so_far = f"{whole} of {len(states)} graphs are in place, and a second run goes on from there."
        raise UserError(f"{str(error).rstrip('.')}; {so_far}") from None


def _write_beside(client: Client, to: Target, state: State, content: Content, tell: Tell) -> None:
    beside = _beside(state.graph)
    with _during(f"Graph {state.name} could not be sent"):
        if state.beside == state.triples and not content.difference(graphstore.read(client, to, beside)):
            return
        tell(f"sending {state.name}, {state.triples:,} triples")
        graphstore.write(client, to, beside, content.triples)
        tell(f"reading {state.name} back")
        state.beside = graphstore.count(client, to, beside)
        _demand_same(client, to, beside, content, state.beside)


def _put_in_place(
    client: Client, to: Target, group: Sequence[State], wanted: Mapping[ox.NamedNode, Content], tell: Tell
) -> None:
    names = ", ".join(state.name for state in group)
    tell(f"putting {names} in place")
    with _told_apart(client, to, group, wanted), _during(f"Graph {names} could not be put in place"):
        graphstore.copy(client, to, [(_beside(state.graph), state.graph) for state in group])
        for state in group:
            _settle(client, to, state, wanted[state.graph])


def _write_in_place(client: Client, to: Target, state: State, content: Content, tell: Tell) -> None:
    tell(f"sending {state.name}, {state.triples:,} triples")
    with _told_apart(client, to, [state], {state.graph: content}), _during(f"Graph {state.name} could not be sent"):
        graphstore.write(client, to, state.graph, content.triples)
        _settle(client, to, state, content)


def _settle(client: Client, to: Target, state: State, content: Content) -> None:
    """Compare a graph in its place with what it should be."""
    stored = graphstore.count(client, to, state.graph)
    _demand_same(client, to, state.graph, content, stored)
    state.stored = stored
    state.now = "loaded" if state.found is Found.ABSENT else "replaced"


@contextmanager
def _told_apart(
    client: Client, to: Target, group: Sequence[State], wanted: Mapping[ox.NamedNode, Content]
) -> Iterator[None]:
    """Say of each graph what it is, if what is done to them fails: by a last look, where the store still answers."""
    before = {state.name: state.stored or 0 for state in group}
    for state in group:
        state.now, state.stored = "not known, it was being put in place", None
    try:
        yield
    except UserError:
        with suppress(UserError):
            last = client.last_look()
            for state in group:
                state.stored, found = _look(last, to, state.graph, wanted[state.graph])
                state.now = _outcome(state, found, before[state.name])
        raise


def _outcome(state: State, found: Found, before: int) -> str:
    """Return what became of a graph that had so many triples before."""
    if found is Found.SAME:
        return "loaded" if state.found is Found.ABSENT else "replaced"
    if state.stored == before:  # that other content of just that size got there is not to be believed
        return "as it was" if before else Found.ABSENT.value
    return f"BROKEN, it had {before:,} triples"


def _look(client: Client, to: Target, graph: ox.NamedNode, content: Content) -> tuple[int, Found]:
    stored = graphstore.count(client, to, graph)
    if not stored:
        return 0, Found.ABSENT
    if stored != len(content.triples) or content.difference(graphstore.read(client, to, graph)):
        return stored, Found.OTHER
    return stored, Found.SAME


def _demand_same(client: Client, to: Target, graph: ox.NamedNode, content: Content, stored: int) -> None:
    difference = content.difference(graphstore.read(client, to, graph))
    if difference:
        raise UserError(f"{to.url} gives back something else than it was sent: {difference}.")
    if stored != len(content.triples):
        raise UserError(f"{to.url} counts {stored:,} triples where {len(content.triples):,} were sent.")


@contextmanager
def _during(what: str) -> Iterator[None]:
    try:
        yield
    except UserError as error:
        raise UserError(f"{what}: {error}") from None


def _beside(graph: ox.NamedNode) -> ox.NamedNode:
    return ox.NamedNode(graph.value + BESIDE)


def _parted(triples: Iterable[ox.Triple]) -> tuple[set[ox.Triple], set[ox.Triple]]:
    """Return the triples without and those with a blank node."""
    ground, blank = set(), set()
    for triple in triples:
        if ox.BlankNode in (type(triple.subject), type(triple.object)):
            blank.add(triple)
        else:
            ground.add(triple)
    return ground, blank


def _unlabelled(triples: Iterable[ox.Triple]) -> list[tuple[str, str, str]]:
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
