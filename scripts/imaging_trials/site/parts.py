"""The parts that pages are made of: each is data, and ``templates/parts.html`` has one macro for each."""

from collections.abc import Iterable
from typing import NamedTuple

from imaging_trials.model import read
from imaging_trials.site import addresses
from imaging_trials.site.addresses import Link
from imaging_trials.site.statements import Group
from imaging_trials.site.typography import typeset
from imaging_trials.views import phrases


class Mark(NamedTuple):
    """A status in one word; ``kind`` is ``good``, ``warn``, ``bad`` or ``plain``, which differ in shape and color."""

    words: str
    kind: str


class Code(NamedTuple):
    """A short text to copy as it is: an IRI, a CURIE, a command."""

    words: str


Piece = str | Link | Mark | Code
Cell = tuple[Piece, ...]
"""Pieces one after the other, as in a sentence."""


class Line(NamedTuple):
    """One value of a fact, and where it comes from."""

    cell: Cell
    source: Cell = ()


class Facts(NamedTuple):
    """Labels with one or more lines each."""

    title: str
    rows: tuple[tuple[Piece, tuple[Line, ...]], ...]
    part: str = "facts"


class Table(NamedTuple):
    """A table: its columns, and rows whose first cell is the head of the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    part: str = "table"


class Lists(NamedTuple):
    """Lists of links, each below a label, with the number of links that were left out."""

    title: str
    rows: tuple[tuple[Piece, tuple[Link, ...], int], ...]
    part: str = "lists"


class Node(NamedTuple):
    """A concept in a tree; ``is_here`` marks the one that the page is about."""

    link: Link
    note: str
    is_here: bool
    children: tuple["Node", ...]


class Tree(NamedTuple):
    """The concepts of a scheme, the narrower ones below the broader."""

    title: str
    nodes: tuple[Node, ...]
    part: str = "tree"


class Texts(NamedTuple):
    """Texts to copy, each with a name: a citation in several formats, a query."""

    title: str
    texts: tuple[tuple[str, str], ...]
    note: str = ""
    part: str = "texts"


class Prose(NamedTuple):
    """Paragraphs."""

    title: str
    paragraphs: tuple[Cell, ...]
    part: str = "prose"


class Statements(NamedTuple):
    """All statements about a thing, by named graph."""

    title: str
    groups: tuple[Group, ...]
    part: str = "statements"


Part = Facts | Table | Lists | Tree | Texts | Prose | Statements


class Page(NamedTuple):
    """A page: its path, title, the way to it from the home page, what it says first, and its parts.

    ``iri`` is what the page is about ("" if it is about no IRI of ours); ``kinds`` are its classes, ``types`` those of
    schema.org, ``lead`` its definition or the sentence that says what the page is. ``formats`` is the stem of the files
    beside the page, or "".
    ``template`` is the file in ``templates/``, which gets ``more`` as well.
    """

    path: str
    title: str
    trail: tuple[Link, ...] = ()
    lead: str = ""
    parts: tuple[Part, ...] = ()
    iri: str = ""
    kinds: tuple[Link, ...] = ()
    types: tuple[str, ...] = ()
    formats: str = ""
    template: str = "page.html"
    more: object = None


def cell(phrase: phrases.Phrase) -> Cell:
    """Return a phrase of a view as a cell, with a link for each thing."""
    return tuple(typeset(one) if isinstance(one, str) else addresses.link(one) for one in phrase)


def sources(found: Iterable[read.Source]) -> Cell:
    """Return sources as links with the day of the last reading."""
    pieces: list[Piece] = []
    for one in dict.fromkeys(found):
        pieces += [", "] if pieces else []
        pieces.append(addresses.to(one.iri, one.label))
        if one.checked_on:
            pieces.append(f" ({one.checked_on})")
    return tuple(pieces)


def plain(found: Cell) -> str:
    """Return a cell as plain text."""
    return "".join(one if isinstance(one, str) else one.words for one in found)


def joined(links: Iterable[Link], between: str = ", ") -> Cell:
    """Return links with a text between them."""
    pieces: list[Piece] = []
    for one in links:
        pieces += [between, one] if pieces else [one]
    return tuple(pieces)
