"""The page of an agent: its dossier, and the table of the documents that it has and lacks."""

from collections.abc import Iterator

from pyoxigraph import NamedNode, Store

from imaging_trials import views
from imaging_trials.model import read
from imaging_trials.site import addresses, parts
from imaging_trials.site.addresses import Link
from imaging_trials.site.statements import WORDS

_TABLES = {"Applications": "Type", "Documents": "Document"}
"""Sections of the dossier that say what there is and what is missing, and the head of their first column."""


def parts_of(store: Store, agent: NamedNode, as_of: str) -> Iterator[parts.Part]:
    """Yield the sections of the dossier, the guidelines judged on a day (``YYYY-MM-DD``)."""
    report = views.for_agent(store, agent, as_of)
    order = {"Documents": 0, "What it is": 1, "Applications": 2}
    for section in sorted(report.sections, key=lambda one: order.get(one.title, len(order))):
        if not section.lines:
            continue
        if section.title in _TABLES:
            columns = (_TABLES[section.title], "State", "Which", "Source")
            yield parts.Table(section.title, columns, tuple(_row(line) for line in section.lines))
        else:
            rows: dict[str, list[parts.Line]] = {}
            for line in section.lines:
                rows.setdefault(line.label, []).append(parts.Line(parts.cell(line.phrase), _source(line)))
            yield parts.Facts(section.title, tuple((label, tuple(lines)) for label, lines in rows.items()))


def _row(line: views.ReportLine) -> tuple[parts.Cell, ...]:
    if not line.quads:
        return ((line.label,), (parts.Mark("lacks", "bad"),), ("the graph knows of none",), ("computed",))
    return ((line.label,), (parts.Mark("has", "good"),), parts.cell(line.phrase), _source(line))


def _source(line: views.ReportLine) -> parts.Cell:
    found: dict[Link | str, None] = {}
    for one in line.provenance:
        source = one.source
        found[_words(one) if source is None else addresses.to(source.iri, source.label)] = None
    pieces: list[parts.Piece] = []
    for each in found or {"computed": None}:
        pieces += [", ", each] if pieces else [each]
    return tuple(pieces)


def _words(one: read.Provenance) -> str:
    return WORDS.get(one.graph, one.graph)
