"""Pictures that are tables: guidelines by body site, agent and modality, and what is known of each agent."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pyoxigraph import NamedNode

from imaging_trials.model import vocabulary
from imaging_trials.site import addresses, parts
from imaging_trials.site.typography import typeset

Row = Mapping[str, str]

_NO_SITE, _NO_AGENT, _NO_MODALITY = "no body site named", "no agent named", "No modality named"
_GOOD = ("approved", "national-approval")
_BAD = ("withdrawn", "not-approved")


Cell = tuple[parts.Cell, ...]
"""The entries of a cell, one below the other."""


class MatrixRow(NamedTuple):
    """A row: its head and cells, and the head of its group with the number of its rows if the group begins here."""

    head: parts.Cell
    cells: tuple[Cell, ...]
    group: parts.Cell = ()
    rows_of_group: int = 0


class Matrix(NamedTuple):
    """A table with any number of entries in a cell; ``corner`` has the words above the heads of the rows."""

    title: str
    corner: tuple[str, ...]
    columns: tuple[parts.Cell, ...]
    rows: tuple[MatrixRow, ...]
    note: str = ""


def by_site(rows: Iterable[Row]) -> Matrix:
    """Return the editions by body site and agent (rows) and modality (columns), from ``sites-by-modality-and-agent``.

    An agent counts for the modalities that it is used with; if it is used with none of those of an edition, it has a
    cell without a modality.
    """
    placed: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    names: dict[str, str] = {"": ""}
    numbers: dict[str, set[str]] = {}
    found = list(rows)
    used = {(row["edition"], row["agent"]) for row in found if row["usedWith"]}
    for row in found:
        for kind in ("edition", "site", "modality", "agent"):
            names[row[kind]] = row[f"{kind}Name"] if row[kind] else ""
        for modality, agent in _places(row, (row["edition"], row["agent"]) in used):
            cell = placed.setdefault((row["site"], agent), {}).setdefault(modality, {})
            cell[row["edition"]] = None
            numbers.setdefault(modality, set()).add(row["edition"])
    modalities = sorted(numbers, key=lambda one: (not one, -len(numbers[one]), names[one], one))
    keys = sorted(placed, key=lambda one: tuple(part for iri in one for part in (not iri, names[iri].casefold(), iri)))
    made = []
    for place, (site, agent) in enumerate(keys):
        begins = place == 0 or keys[place - 1][0] != site
        made.append(
            MatrixRow(
                (_link(agent, names[agent]) if agent else _NO_AGENT,),
                tuple(
                    tuple((_link(iri, names[iri]),) for iri in placed[site, agent].get(modality, ()))
                    for modality in modalities
                ),
                (_link(site, names[site]) if site else _NO_SITE,) if begins else (),
                sum(1 for one, _ in keys if one == site) if begins else 0,
            )
        )
    columns = tuple((_link(one, names[one]) if one else _NO_MODALITY,) for one in modalities)
    return Matrix("Guidelines by body site, agent and modality", ("Body site", "Agent"), columns, tuple(made))


def agents(rows: Iterable[Row]) -> Matrix:
    """Return what ``agents-at-a-glance`` says, a row for each agent, those with the most documents first."""
    by_agent: dict[str, list[Row]] = {}
    for row in rows:
        by_agent.setdefault(row["agent"], []).append(row)
    kinds, rare = _kinds_of_documents(by_agent)
    order = sorted(by_agent, key=lambda iri: (-len(_about(by_agent[iri], vocabulary.HAS_DOCUMENT_KIND)), iri))
    made = []
    for iri in order:
        found = by_agent[iri]
        cells = [
            _values(found, vocabulary.HAS_RADIONUCLIDE),
            _values(found, vocabulary.HAS_TARGET),
            tuple(_status(row) for row in _about(found, vocabulary.HAS_REGULATORY_STATUS)),
            *(_documents(found, [kind]) for kind in kinds),
            _documents(found, rare),
        ]
        made.append(MatrixRow((_link(iri, found[0]["agentName"]),), tuple(cells)))
    columns = ("Nuclide", "Target", "Approval", *map(_capitalized, kinds.values()), "Other documents")
    note = (
        f"{len(made)} agents. A filled circle is a document that the graph knows; an empty one says that it knows "
        "none, and one may exist. An approval is what the records of an authority said on the day on which they were "
        "read."
    )
    return Matrix("Agents at a glance", ("Agent",), tuple((one,) for one in columns), tuple(made), note)


def _places(row: Row, is_used: bool) -> Iterator[tuple[str, str]]:
    """Yield the modality and the agent of the cells that a row belongs to."""
    if row["usedWith"] or not row["agent"] or not row["modality"]:
        yield row["modality"], row["agent"]
        return
    yield row["modality"], ""
    if not is_used:
        yield "", row["agent"]


def _kinds_of_documents(by_agent: Mapping[str, list[Row]]) -> tuple[dict[str, str], list[str]]:
    """Return names by IRI of the kinds that several agents have, the most frequent first, and the other kinds."""
    having: dict[str, set[str]] = {}
    names = {}
    for agent, found in by_agent.items():
        for row in _about(found, vocabulary.HAS_DOCUMENT_KIND):
            having.setdefault(row["value"], set()).add(agent)
            names[row["value"]] = row["valueName"]
    order = sorted(names, key=lambda one: (-len(having[one]), names[one], one))
    frequent = {one: names[one] for one in order if len(having[one]) > 1}
    return frequent, [one for one in order if one not in frequent]


def _about(rows: Iterable[Row], name: NamedNode) -> list[Row]:
    return [row for row in rows if row["property"] == name.value]


def _values(rows: Iterable[Row], name: NamedNode) -> Cell:
    return tuple((_link(row["value"], row["valueName"]),) for row in _about(rows, name))


def _documents(rows: Iterable[Row], kinds: Iterable[str]) -> Cell:
    found = [row for row in _about(rows, vocabulary.HAS_DOCUMENT_KIND) if row["value"] in kinds]
    if not found:
        return ((parts.Mark("none known", "plain"),),)
    return tuple((parts.Mark("has", "good"), " ", _link(row["record"], row["recordName"])) for row in found)


def _status(row: Row) -> parts.Cell:
    name = row["value"].rpartition("/")[2]
    kind = "good" if name in _GOOD else "bad" if name in _BAD else "plain"
    reported = (" (reported)",) if row["assertionStatus"] == vocabulary.REPORTED.value else ()
    return (parts.Mark(row["valueName"], kind), " ", _link(row["record"], row["recordName"]), *reported)


def _capitalized(words: str) -> str:
    return typeset(words[:1].upper() + words[1:])


def _link(iri: str, words: str) -> addresses.Link:
    return addresses.to(NamedNode(iri), words)
