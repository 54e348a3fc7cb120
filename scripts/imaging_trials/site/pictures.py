"""The pictures: a page for each, drawn from a saved question, with its table behind it, and the page of all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pyoxigraph import NamedNode, QuerySolutions, Store

from imaging_trials.model import PROJECT
from imaging_trials.site import (
    addresses,
    parts,
    pictures_classes,
    pictures_decay,
    pictures_drawing,
    pictures_societies,
    pictures_tables,
    pictures_time_line,
    questions,
)
from imaging_trials.site.addresses import Link
from imaging_trials.site.typography import NARROW_SPACE, typeset
from rdfkit.sparql import SavedQuery, results, saved

LISTING = "pictures.html"

_HOME = Link("Home", addresses.HOME)
Row = Mapping[str, str]
"""The variables of a row and their values: IRIs and literals as text, "" for what is missing."""


class Shown(NamedTuple):
    """What a picture's page shows: a drawing with its legend or a matrix, and the tables behind a drawing.

    ``narrow`` is the drawing for a phone, if it is another one.
    """

    drawing: pictures_drawing.Drawing | None = None
    narrow: pictures_drawing.Drawing | None = None
    legend: tuple[pictures_drawing.Legend, ...] = ()
    matrix: pictures_tables.Matrix | None = None
    tables: tuple[parts.Table, ...] = ()


class Picture(NamedTuple):
    """A picture: its name in paths, title, a sentence on how to read it, its saved question, and what draws it."""

    name: str
    title: str
    lead: str
    query: str
    show: Callable[[Sequence[Row], str], Shown]

    @property
    def path(self) -> str:
        """The path of the page."""
        return f"pictures/{self.name}.html"


def pages(store: Store, as_of: str) -> Iterator[parts.Page]:
    """Yield the page of all pictures, and that of each; ``as_of`` is the day of the release (``YYYY-MM-DD``)."""
    found = {one: saved.find(PROJECT, one.query) for one in PICTURES}
    classes = pictures_classes.page(store)
    vocabulary = Link("The vocabulary with its definitions", addresses.VOCABULARY)
    listed = [(Link(one.title, one.path), one.lead, _question(query)) for one, query in found.items()]
    listed.append((Link(classes.title, classes.path), classes.lead, vocabulary))
    yield classes
    yield parts.Page(
        path=LISTING,
        title="Pictures",
        trail=(_HOME,),
        lead="Each picture is drawn from the answer of a saved question, or from the vocabulary, and has the same "
        "values in a table.",
        template="pictures.html",
        more=listed,
    )
    for one, query in found.items():
        shown = one.show(rows(store, query), as_of)
        yield parts.Page(
            path=one.path,
            title=one.title,
            trail=(_HOME, Link("Pictures", LISTING)),
            lead=one.lead,
            parts=shown.tables,
            template="picture.html",
            more={"shown": shown, "question": _question(query)},
        )


def rows(store: Store, query: SavedQuery) -> list[Row]:
    """Return the rows of a saved SELECT query over a store."""
    answer = results.ask(PROJECT, store, query.text, query.dataset)
    if not isinstance(answer, QuerySolutions):
        raise TypeError(f"{query.id} is not a SELECT query.")
    names = [one.value for one in answer.variables]
    return [
        {name: "" if term is None else str(getattr(term, "value", term)) for name, term in zip(names, row, strict=True)}
        for row in answer
    ]


def _question(query: SavedQuery) -> Link:
    return Link(typeset(query.summary), questions.path(query))


def _time_line(found: Sequence[Row], as_of: str) -> Shown:
    lines = pictures_time_line.lines(found)
    names = {one.iri: one.name for one in lines.editions}
    made = []
    for one in lines.editions:
        newer: list[parts.Piece] = []
        for step in lines.steps:
            if step.older == one.iri:
                newer += [", "] if newer else []
                newer.append(_link(step.newer, names.get(step.newer, step.newer)))
                newer += [" (reported)"] if step.is_reported else [" (update of a part)"] if step.is_update else []
        begun = one.begun.words if one.begun else f"{one.reported.words} (reported)" if one.reported else "not known"
        ended = one.ended.words if one.ended else "not known" if one.is_replaced else ""
        series: parts.Cell = (_link(one.series, one.series_name),) if one.series else ()
        made.append(((_link(one.iri, one.name),), (begun,), (ended,), tuple(newer), series))
    columns = ("Edition", "First published", "Replaced", "By", "Series")
    table = parts.Table("The same as a table", columns, tuple(made), f"{len(made)} editions.")
    return Shown(
        pictures_time_line.drawing(lines, as_of),
        pictures_time_line.drawing(lines, as_of, pictures_time_line.NARROW_WIDTH),
        pictures_time_line.legend(),
        tables=(table,),
    )


def _sites(found: Sequence[Row], _: str) -> Shown:
    return Shown(matrix=pictures_tables.by_site(found))


def _agents(found: Sequence[Row], _: str) -> Shown:
    return Shown(matrix=pictures_tables.agents(found))


def _decay(found: Sequence[Row], _: str) -> Shown:
    nuclides = pictures_decay.nuclides(found)
    made: tuple[tuple[parts.Cell, ...], ...] = tuple(
        (
            (_link(one.iri, one.notation),),
            (f"{one.value} ± {one.uncertainty}{NARROW_SPACE}{one.unit}",),
            *((pictures_decay.percent(one.remaining(seconds)),) for seconds, _ in pictures_decay.TIMES),
            (one.source,),
        )
        for one in nuclides
    )
    times = tuple(f"After {words.replace(' ', NARROW_SPACE)}" for _, words in pictures_decay.TIMES)
    table = parts.Table(
        "The same as a table",
        ("Nuclide", "Half-life", *times, "Source"),
        made,
        f"{len(made)} radionuclides, with what remains after some times. Computed from the half-life.",
    )
    return Shown(
        pictures_decay.drawing(nuclides),
        pictures_decay.drawing(nuclides, pictures_decay.NARROW_WIDTH),
        pictures_decay.legend(),
        tables=(table,),
    )


def _societies(found: Sequence[Row], _: str) -> Shown:
    matrix = pictures_societies.matrix(found)
    made: tuple[tuple[parts.Cell, ...], ...] = tuple(
        (
            (_link(one.first, matrix.names[one.first]),),
            (_link(one.second, matrix.names[one.second]),),
            (str(one.number),),
        )
        for one in matrix.pairs
    )
    table = parts.Table(
        "The same as a table", ("Society", "And", "Editions issued together"), made, f"{len(made)} pairs."
    )
    return Shown(pictures_societies.drawing(matrix), legend=pictures_societies.legend(), tables=(table,))


def _link(iri: str, words: str) -> Link:
    return addresses.to(NamedNode(iri), words)


PICTURES = (
    Picture(
        "time-line",
        "Guidelines on a time line",
        "A bar for each edition, from its first publication until a newer edition replaced it. Editions of one series "
        "are neighbors, and an arrow leads to the newer one.",
        "edition-time-line",
        _time_line,
    ),
    Picture(
        "body-sites",
        "Guidelines by body site, agent and modality",
        "Which guideline is about which part of the body, with which agent and by which modality. “None named” says "
        "that the graph states none.",
        "sites-by-modality-and-agent",
        _sites,
    ),
    Picture(
        "agents",
        "Agents at a glance",
        "The nuclide and the target of each agent, what authorities say of it, and the documents that are known.",
        "agents-at-a-glance",
        _agents,
    ),
    Picture(
        "decay",
        "Decay curves of the radionuclides",
        "How much of each radionuclide remains after a time, from the half-lives in the graph.",
        "half-lives",
        _decay,
    ),
    Picture(
        "societies",
        "Societies that issue guidelines together",
        "A cell for each two societies that issued an edition together. Its row and its column meet the diagonal at "
        "their names; those with the most joint editions come first.",
        "society-pairs",
        _societies,
    ),
)
"""All pictures, in the order of their page."""
