"""Class diagrams of the vocabulary: one for each section of its file, laid out by ``graphviz-pure``.

A box is a class with its values, a line a relation to another class. Of two inverse properties one is drawn. A
property without a domain has that of the wider property; without one it is in no diagram, and the table says so.
"""

import json
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from pyoxigraph import NamedNode, Store

from imaging_trials.model import PROJECT, read, vocabulary
from imaging_trials.site import addresses, parts
from imaging_trials.site.addresses import Link
from imaging_trials.site.pictures_drawing import Box, Curve, Drawing, Line, Mark, Path, Text, text_width
from rdfkit.base import UserError

PATH = "pictures/classes.html"
LEAD = (
    "A diagram for each section of the vocabulary. A box is a class with its values, a line a property that leads to "
    "another class, and a hollow arrow leads to the wider class. Classes of other sections have no color."
)

FILE = "ontology/imaging-trials.ttl"
"""The file whose headings are the sections."""

LAYOUT = "graphviz-pure"
"""The command that lays out a diagram."""

_HEADING = re.compile(r"# (\S[^\n]*)")
_TERM = re.compile(r"imt:([A-Za-z][A-Za-z0-9]*) a ")
_WORD = re.compile(r"[a-z]+")
_LINE, _PAD, _UNITS_PER_INCH = 18.0, 8.0, 72.0
_BOLD = 1.15
"""How much wider than plain text bold text is."""

_MAX_SECONDS = 30


def _term(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


_CLASS, _CONCEPT = _term("owl:Class"), _term("skos:Concept")
_SUB_CLASS_OF, _DOMAIN, _RANGE = _term("rdfs:subClassOf"), _term("rdfs:domain"), _term("rdfs:range")


class Section(NamedTuple):
    """A diagram on the page: its anchor and title, the drawing, the table behind it, and what is not drawn."""

    anchor: str
    title: str
    drawing: Drawing
    table: parts.Table
    note: parts.Cell


class Property(NamedTuple):
    """A property, and the type of its values in a word ("" if it leads to a class of ours)."""

    iri: str
    label: str
    type: str = ""


class Class(NamedTuple):
    """A class in a diagram: its label, properties that lead to no class of ours, and whether it is of the section."""

    iri: str
    label: str
    values: tuple[Property, ...]
    is_here: bool

    @property
    def lines(self) -> list[str]:
        """What stands in the box below the label."""
        return [f"{one.label}: {one.type}" for one in self.values]


class Relation(NamedTuple):
    """Properties that lead from one class to another; none says that one is a kind of the other."""

    tail: str
    head: str
    properties: tuple[Property, ...]


class Diagram(NamedTuple):
    """The classes of a section with those that they lead to, their relations, and the properties without a place."""

    title: str
    classes: tuple[Class, ...]
    relations: tuple[Relation, ...]
    others: tuple[Property, ...]


def sections(text: str) -> dict[str, list[str]]:
    """Return the local names of the terms of the vocabulary's file by the heading above them.

    >>> sections("# One\\n\\nimt:A a owl:Class ;\\n\\n# two\\nimt:b a x ;\\n")
    {'One': ['A', 'b']}
    """
    found: dict[str, list[str]] = {}
    lines = ["", *text.splitlines(), ""]
    here: list[str] = []
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        heading = _HEADING.fullmatch(line)
        term = _TERM.match(line)
        if heading and not before and not after:
            here = found.setdefault(heading[1], [])
        elif term:
            here.append(term[1])
    return {title: names for title, names in found.items() if names}


def page(store: Store) -> parts.Page:
    """Return the page of all diagrams, each with its table behind it."""
    found = diagrams(store)
    shown = []
    for one, places in zip(found, layout(found), strict=True):
        anchor = "-".join(_WORD.findall(one.title.lower()))
        shown.append(Section(anchor, one.title, drawing(one, anchor, places), _table(one), _note(one)))
    return parts.Page(
        path=PATH,
        title="Class diagrams of the vocabulary",
        trail=(Link("Home", addresses.HOME), Link("Vocabulary", addresses.VOCABULARY)),
        lead=LEAD,
        template="classes.html",
        more=shown,
    )


def diagrams(store: Store) -> list[Diagram]:
    """Return the diagram of each section of the vocabulary that has a class."""
    text = (PROJECT.root / FILE).read_text(encoding="utf-8")
    made = [_diagram(store, title, names) for title, names in sections(text).items()]
    return [one for one in made if any(each.is_here for each in one.classes)]


def _diagram(store: Store, title: str, names: Iterable[str]) -> Diagram:
    terms = [NamedNode(PROJECT.vocabulary + name) for name in names]
    here = [one for one in terms if _is_class(store, one)]
    kinds: list[tuple[str, str]] = []
    relations: dict[tuple[str, str], list[Property]] = {}
    values: dict[str, list[Property]] = {one.value: [] for one in here}
    others = []
    inverse = {one for each in terms for one in _stated(store, each, vocabulary.INVERSE_OF)}
    for one in here:
        kinds += [
            (one.value, wider.value) for wider in _stated(store, one, _SUB_CLASS_OF) if PROJECT.is_own(wider.value)
        ]
    for one in terms:
        if one in here or one in inverse:
            continue
        domains, ranges = _nearest(store, one, _DOMAIN), _nearest(store, one, _RANGE)
        named = Property(one.value, read.label(store, one))
        typed = named._replace(type=_type(ranges))
        targets = [each for each in ranges if PROJECT.is_own(each.value)]
        if not domains:
            others.append(typed)
        for domain in domains:
            for target in targets:
                relations.setdefault((domain.value, target.value), []).append(named)
            if not targets:
                values.setdefault(domain.value, []).append(typed)
    found = [Relation(tail, head, ()) for tail, head in kinds]
    found += [Relation(tail, head, tuple(labels)) for (tail, head), labels in relations.items()]
    found = [one for one in found if PROJECT.is_own(one.tail)]
    shown = dict.fromkeys([*values, *(iri for one in found for iri in (one.tail, one.head))])
    own = {one.value for one in here}
    classes = tuple(
        Class(iri, read.label(store, NamedNode(iri)), tuple(values.get(iri, ())), iri in own)
        for iri in shown
        if PROJECT.is_own(iri)
    )
    return Diagram(title, classes, tuple(found), tuple(others))


def _table(diagram: Diagram) -> parts.Table:
    names = {one.iri: one.label for one in diagram.classes}
    rows = []
    for one in diagram.classes:
        leads: list[parts.Piece] = []
        for relation in diagram.relations:
            if relation.tail == one.iri:
                properties = [_link(each.iri, each.label) for each in relation.properties]
                leads += ["; "] if leads else []
                leads += [*parts.joined(properties), " "] if properties else ["is a kind of "]
                leads.append(_link(relation.head, names[relation.head]))
        values = [piece for each in one.values for piece in (", ", _link(each.iri, each.label), f": {each.type}")]
        rows.append(((_link(one.iri, one.label),), tuple(values[1:]), tuple(leads)))
    return parts.Table("", ("Class", "Values", "Leads to"), tuple(rows))


def _note(diagram: Diagram) -> parts.Cell:
    if not diagram.others:
        return ()
    links = (_link(one.iri, one.label) for one in diagram.others)
    return ("Not drawn, because more than one kind of thing may have them: ", *parts.joined(links), ".")


def _link(iri: str, words: str) -> Link:
    return addresses.to(NamedNode(iri), words)


def drawing(diagram: Diagram, anchor: str, places: Mapping[str, Any]) -> Drawing:
    """Return the drawing of a diagram from the places that `layout` found."""
    _, _, width, height = (float(one) for one in places["bb"].split(","))

    def point(text: str) -> tuple[float, float]:
        x, y = (float(one) for one in text.split(","))
        return x + _PAD, height - y + _PAD

    marks: list[Mark] = []
    for relation, edge in zip(
        diagram.relations, sorted(places.get("edges", ()), key=lambda one: int(one["id"])), strict=True
    ):
        end, *rest = edge["pos"].removeprefix("e,").split(" ")
        tip, curve = point(end), tuple(point(one) for one in rest)
        marks += [Curve(curve, "relation"), _head(curve[-1], tip, is_kind=not relation.properties)]
        if relation.properties:
            x, y = point(edge["lp"])
            top = y - _LINE * len(relation.properties) / 2
            marks += [
                Text(x, top + _LINE * place + 13, each.label, "name", "middle")
                for place, each in enumerate(relation.properties)
            ]
    for one, node in zip(diagram.classes, sorted(places["objects"], key=lambda each: int(each["name"])), strict=True):
        (x, y), (wide, high) = point(node["pos"]), _size(one)
        left, top = x - wide / 2, y - high / 2
        marks.append(Box(left, top, wide, high, "class here" if one.is_here else "class"))
        marks.append(Text(x, top + 17, one.label, "title", "middle"))
        if one.values:
            marks.append(Line(left, top + _LINE + 6, left + wide, top + _LINE + 6, "grid"))
        for place, line in enumerate(one.lines):
            marks.append(Text(left + _PAD, top + _LINE * (place + 2) + 5, line))
    return Drawing(anchor, diagram.title, _description(diagram), width + 2 * _PAD, height + 2 * _PAD, tuple(marks))


def layout(found: Iterable[Diagram]) -> list[dict[str, Any]]:
    """Return where the classes and relations of each diagram are, as JSON of Graphviz (https://graphviz.org/docs/outputs/json/).

    Raises UserError if the command that finds them is missing or fails.
    """
    command = shutil.which(
        LAYOUT, path=os.pathsep.join([str(FilePath(sys.executable).parent), os.environ.get("PATH", "")])
    )
    if command is None:
        raise UserError(
            f"The site needs the command {LAYOUT} for the diagrams of the vocabulary: install it with "
            "pip install 'imaging-trials[site]'."
        )
    text = "\n".join(_dot(one) for one in found)
    try:
        done = subprocess.run(
            [command, "-Tjson0"], input=text, capture_output=True, text=True, timeout=_MAX_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        words = (getattr(error, "stderr", "") or str(error)).strip()[:200]
        raise UserError(f"{LAYOUT} could not lay out the diagrams of the vocabulary: {words}") from None
    decoder, made, rest = json.JSONDecoder(), [], done.stdout.strip()
    while rest:
        one, end = decoder.raw_decode(rest)
        made.append(one)
        rest = rest[end:].strip()
    return made


def _dot(diagram: Diagram) -> str:
    """Return a diagram in the language of Graphviz: numbers for names, and boxes of known size for all texts."""
    lines = ['digraph { rankdir=LR; nodesep=0.3; ranksep=0.35; node [shape=box fixedsize=true label=""];']
    number = {one.iri: place for place, one in enumerate(diagram.classes)}
    for one in diagram.classes:
        width, height = (round(length / _UNITS_PER_INCH, 3) for length in _size(one))
        lines.append(f"{number[one.iri]} [width={width} height={height}];")
    for place, each in enumerate(diagram.relations):
        ends = f"{number[each.tail]} -> {number[each.head]}"
        wide, high = max((text_width(one.label) for one in each.properties), default=0), _LINE * len(each.properties)
        label = (
            f'label=<<table border="0" cellborder="0" cellspacing="0" cellpadding="0" fixedsize="true" '
            f'width="{round(wide)}" height="{round(high)}"><tr><td></td></tr></table>>'
            if each.properties
            else ""
        )
        lines.append(f"{ends} [id={place} {label}];")
    return "\n".join([*lines, "}"])


def _size(one: Class) -> tuple[float, float]:
    """Return the width and the height of the box of a class, in units."""
    width = max(_BOLD * text_width(one.label), *map(text_width, one.lines), 0.0)
    return width + 2 * _PAD, _LINE * (1 + len(one.values)) + _PAD + (4 if one.values else 0)


def _head(before: tuple[float, float], tip: tuple[float, float], *, is_kind: bool) -> Path:
    """Return the head of an arrow at ``tip``; it is hollow for a kind."""
    x, y = tip[0] - before[0], tip[1] - before[1]
    length = math.hypot(x, y) or 1.0
    side_x, side_y = -y / length * 4.5, x / length * 4.5
    corners = (tip, (before[0] + side_x, before[1] + side_y), (before[0] - side_x, before[1] - side_y))
    return Path(corners, "head hollow" if is_kind else "head", is_closed=True)


def _description(diagram: Diagram) -> str:
    here = [one.label for one in diagram.classes if one.is_here]
    named = sum(len(one.properties) for one in diagram.relations)
    return (
        f"The classes of the section ({', '.join(here)}) with their values, and {named} relations between these and "
        "other classes. The table has the same."
    )


def _is_class(store: Store, iri: NamedNode) -> bool:
    return _CLASS in read.objects(store, iri, vocabulary.TYPE)


def _stated(store: Store, iri: NamedNode, name: NamedNode) -> list[NamedNode]:
    """Return the named values that the vocabulary states, sorted."""
    found = {
        quad.object
        for quad in store.quads_for_pattern(iri, name, None, PROJECT.graph_iri("vocabulary"))
        if isinstance(quad.object, NamedNode)
    }
    return sorted(found, key=lambda one: one.value)


def _nearest(store: Store, iri: NamedNode, name: NamedNode) -> list[NamedNode]:
    """Return the domains or ranges of a property, or else those of the wider properties."""
    found, waiting = _stated(store, iri, name), [iri]
    seen = {iri}
    while not found and waiting:
        waiting = [
            one for each in waiting for one in _stated(store, each, vocabulary.SUB_PROPERTY_OF) if one not in seen
        ]
        seen |= set(waiting)
        found = [one for each in waiting for one in _stated(store, each, name)]
    return found


def _type(ranges: list[NamedNode]) -> str:
    """Return ranges in words: a concept, a datatype, or a class of another vocabulary."""
    names = {_CONCEPT.value: "concept", PROJECT.expand("rdf:langString"): "text"}
    return (
        ", ".join(names.get(one.value, PROJECT.shorten(one.value).rpartition(":")[2]) for one in ranges) or "anything"
    )
