"""The shapes: one page with an anchor for every shape, and the file of all of them beside it."""

import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, Store

from imaging_trials.model import PROJECT, read, vocabulary
from imaging_trials.site import addresses, downloads, parts, statements
from imaging_trials.site.addresses import Link
from imaging_trials.views import values
from rdfkit.rdf import named_graphs, reading

_HOME = Link("Home", addresses.HOME)
_SH = {
    name: NamedNode(PROJECT.expand(f"sh:{name}"))
    for name in (
        "name", "description", "message", "severity", "path", "targetClass", "property", "sparql", "select", "prefix",
        "namespace",
    )
}  # fmt: skip


class Shape(NamedTuple):
    """A shape: what it is called, asks and reports, for which property and classes, how grave, and its circle.

    ``queries`` are its SPARQL constraints, each with its anchor.
    """

    link: Link
    anchor: str
    title: str
    description: str
    message: str
    severity: str
    path: Link | None
    classes: tuple[Link, ...]
    queries: tuple[tuple[str, str], ...]
    circle: str


def load_shapes() -> Store:
    """Return the shapes of both circles, those of a circle in the named graph with its name."""
    found = Dataset()
    for path in named_graphs.shape_files(PROJECT):
        circle = NamedNode(f"urn:x-circle:{path.parent.name}")
        for quad in reading.read(path):
            found.add(Quad(quad.subject, quad.predicate, quad.object, circle))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)  # the parser labels blank nodes at random
    made = Store()
    made.extend(found)
    return made


def page(store: Store, rules: Store) -> parts.Page:
    """Return the page of the shapes of both circles."""
    found = shapes(store, rules)
    return parts.Page(
        path=addresses.SHAPES,
        title="Shapes",
        trail=(_HOME, Link("Vocabulary", addresses.VOCABULARY)),
        lead="What data must look like. The common shapes report what is wrong in any data; the curation shapes ask "
        "what this repository owes.",
        formats="shapes",
        template="shapes.html",
        more={
            "circles": {
                "Common shapes": [one for one in found if one.circle == "common"],
                "Curation shapes": [one for one in found if one.circle != "common"],
            },
            "others": _others(rules, found),
        },
    )


def files(rules: Store) -> Iterator[tuple[str, bytes]]:
    """Yield the files beside the page of the shapes."""
    subjects = {quad.subject for quad in rules if isinstance(quad.subject, NamedNode)}
    yield from downloads.files(downloads.about(rules, sorted(subjects, key=lambda one: one.value)), "shapes")


def shapes(store: Store, rules: Store) -> list[Shape]:
    """Return the shapes that have a name, sorted by it."""
    found = []
    for iri in _own(rules):
        title = read.text(rules, iri, _SH["name"])
        circle = next(_circle(quad) for quad in rules.quads_for_pattern(iri, None, None, None))
        if not title:
            continue
        paths = read.objects(rules, iri, _SH["path"])
        severity = read.objects(rules, iri, _SH["severity"])
        targets = [*read.objects(rules, iri, _SH["targetClass"])]
        targets += [
            one
            for parent in read.subjects(rules, _SH["property"], iri)
            for one in read.objects(rules, parent, _SH["targetClass"])
        ]
        found.append(
            Shape(
                addresses.to(iri, title),
                _anchor(iri),
                title,
                read.text(rules, iri, _SH["description"]),
                read.text(rules, iri, _SH["message"]),
                values.local_name(severity[0]).lower() if severity else "",
                statements.term(store, paths[0]) if paths else None,
                tuple(statements.term(store, one) for one in dict.fromkeys(targets)),
                tuple(_queries(rules, iri)),
                circle,
            )
        )
    return sorted(found, key=lambda one: (one.title.casefold(), one.anchor))


def _queries(rules: Store, shape: NamedNode) -> Iterator[tuple[str, str]]:
    for query in read.objects(rules, shape, _SH["sparql"]):
        yield _anchor(query), textwrap.dedent(read.text(rules, query, _SH["select"])).strip()


def _others(rules: Store, named: list[Shape]) -> list[tuple[str, str]]:
    """Return the anchors and texts of what is in the namespace besides: groups, prefixes, shapes without a name."""
    shown = {one.anchor for one in named} | {anchor for one in named for anchor, _ in one.queries}
    found = []
    for iri in _own(rules):
        if _anchor(iri) not in shown:
            texts = [*read.texts(rules, iri, vocabulary.LABEL), *read.texts(rules, iri, _SH["prefix"])]
            texts += [f"<{text}>" for text in read.texts(rules, iri, _SH["namespace"])]
            found.append((_anchor(iri), " ".join(texts)))
    return found


def _own(rules: Store) -> list[NamedNode]:
    found = {quad.subject for quad in rules if isinstance(quad.subject, NamedNode)}
    return sorted((one for one in found if one.value.startswith(PROJECT.shapes)), key=lambda one: one.value)


def _anchor(iri: NamedNode) -> str:
    return iri.value.removeprefix(PROJECT.shapes)


def _circle(quad: object) -> str:
    name = getattr(quad, "graph_name", None)
    return name.value.rpartition(":")[2] if isinstance(name, NamedNode) else ""
