"""The page of a thing: what people look for first, then what leads to it, then all statements about it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Store

from imaging_trials import views
from imaging_trials.model import PROJECT, dates, read, vocabulary
from imaging_trials.site import addresses, agents, guidelines, kinds, parts, schemes, statements
from imaging_trials.site.addresses import Link
from imaging_trials.site.typography import typeset
from imaging_trials.views import values

MAX_LINKS = 200
"""How many links of one kind a page lists; the saved queries and the files beside the page have all."""

MAX_LINES = 3
"""How many things have a line each in a list of facts; more are in one line."""

_STATED = ("page", "curated", "concepts")
_DESCRIPTION = NamedNode(PROJECT.expand("dcterms:description"))
_LEADS = (
    vocabulary.DEFINITION,
    vocabulary.SUMMARY,
    _DESCRIPTION,
    vocabulary.TITLE,
)
_HOME = Link("Home", addresses.HOME)


class Graph(NamedTuple):
    """The store, and the day on which guidelines are judged."""

    store: Store
    as_of: str


def page(graph: Graph, iri: NamedNode) -> parts.Page:
    """Return the page of a thing of ours that is no term of the vocabulary."""
    store = graph.store
    thing = read.thing(store, iri)
    stem = addresses.stem(iri.value)
    slug = kinds.of(iri.value)
    found: list[parts.Part] = []
    lead = next((text for name in _LEADS if (text := read.text(store, iri, name))), "")
    if not kinds.is_minor(iri.value):
        card = views.for_thing(store, iri, max_links=MAX_LINKS)
        found += _made_for_its_kind(graph, iri, slug)
        if slug != "agent":
            found += _facts(card)
        found += _links(card)
    else:
        found += _incoming(store, iri)
    found.append(parts.Statements("All statements", statements.about(store, iri)))
    return parts.Page(
        path=f"{stem}.html",
        title=typeset(thing.label),
        trail=(_HOME, *_trail(store, iri, slug)),
        lead=typeset(lead) if lead != thing.label else "",
        parts=tuple(found),
        iri=iri.value,
        kinds=statements.is_a(store, iri),
        types=_schema_types(store, iri),
        formats=stem,
    )


def _schema_types(store: Store, iri: NamedNode) -> tuple[str, ...]:
    """Return the local names of the classes of schema.org that a thing is in, sorted."""
    schema = PROJECT.prefixes["schema"]
    found = (one.value for one in read.objects(store, iri, vocabulary.TYPE))
    return tuple(sorted(one.removeprefix(schema) for one in found if one.startswith(schema)))


def _made_for_its_kind(graph: Graph, iri: NamedNode, slug: str) -> Iterable[parts.Part]:
    if slug == "agent":
        return agents.parts_of(graph.store, iri, graph.as_of)
    if slug in ("article", "edition", "guideline"):
        return guidelines.parts_of(graph.store, iri, slug, graph.as_of)
    if iri.value.startswith(PROJECT.prefixes["concept"]):
        return schemes.parts_of(graph.store, iri)
    if iri == vocabulary.DATASET:
        return (_named_graphs(graph.store),)
    if iri.value.startswith(PROJECT.prefixes["graph"]):
        return (parts.Prose("", (_size(graph.store, iri),)),)
    return ()


def _named_graphs(store: Store) -> parts.Table:
    rows = [
        ((addresses.link(one),), (read.text(store, one.iri, _DESCRIPTION),), _size(store, one.iri))
        for one in read.things(
            store, read.objects(store, vocabulary.DATASET, NamedNode(PROJECT.expand("dcterms:hasPart")))
        )
    ]
    return parts.Table("Its named graphs", ("Named graph", "What it states", "Size"), tuple(rows))


def _size(store: Store, graph: NamedNode) -> parts.Cell:
    return (f"{sum(1 for _ in store.quads_for_pattern(None, None, None, graph)):,} statements",)


def _trail(store: Store, iri: NamedNode, slug: str) -> Iterator[Link]:
    if slug:
        yield Link("All pages", "browse.html")
        kind = kinds.KINDS.get(slug)
        yield Link(kind.plural if kind else slug, f"id/{slug}.html")
    elif iri.value.startswith(PROJECT.prefixes["concept"]):
        yield Link("Schemes", "concept.html")
        yield from schemes.way_to(store, iri)
    elif iri.value.startswith(PROJECT.prefixes["graph"]):
        yield Link("Dataset", "dataset.html")


# What the card of the thing says


def _facts(card: views.Card) -> Iterator[parts.Part]:
    rows: dict[Link, list[parts.Line]] = {}
    for block in card.blocks:
        if block.graph not in _STATED:
            continue
        for line in block.lines:
            head = addresses.link(line.property)
            rows.setdefault(head, []).extend(_lines(line))
    if card.decay:
        of_quantity = addresses.to(card.decay.half_life.quantity, card.decay.half_life.text)
        half_life = parts.Line((of_quantity,), parts.sources(card.decay.sources))
        of_property = addresses.address(vocabulary.HAS_HALF_LIFE.value)
        rows = {head: lines for head, lines in rows.items() if head.address != of_property}
        rows[addresses.to(vocabulary.HAS_HALF_LIFE, "half-life")] = [half_life]
    if rows:
        yield parts.Facts("In short", tuple((head, tuple(dict.fromkeys(lines))) for head, lines in rows.items()))


def _lines(line: views.CardLine | views.CorrectionLine) -> list[parts.Line]:
    if isinstance(line, views.CorrectionLine):
        printed = f"“{line.printed}”" if line.printed else "nothing"
        words = f"printed: {printed}; corrected: “{line.corrected}”. {line.rationale} "
        return [parts.Line((words, addresses.to(line.correction, "The correction")), parts.sources(line.sources))]
    source = parts.sources(line.sources)
    shown = [_value(line.property.iri, one) for one in line.values]
    links = [one for one in shown if isinstance(one, Link)]
    if len(links) == len(shown) and len(links) > MAX_LINES:
        return [parts.Line(parts.joined(links), source)]
    return [parts.Line((one,), source) for one in shown]


def _value(name: NamedNode, one: values.Value) -> parts.Piece:
    if isinstance(one, read.Thing):
        return addresses.link(one)
    if isinstance(one, values.ExternalTerm):
        return addresses.to(one.thing.iri, one.label)
    if isinstance(one, Literal):
        return dates.shown(one.value) if name in dates.PROPERTIES else typeset(one.value)
    return "a class expression: see below"


def _links(card: views.Card) -> Iterator[parts.Part]:
    rows = []
    for links in card.links:
        mark = " (computed)" if links.is_inferred else ""
        head = addresses.to(links.property.iri, f"{links.property.label}{mark}")
        rows.append((head, tuple(addresses.link(one) for one in links.subjects), links.omitted))
    if rows:
        yield parts.Lists("What leads here", tuple(rows))


def _incoming(store: Store, iri: NamedNode) -> Iterator[parts.Part]:
    """Yield what leads to a thing of a minor kind, by stated properties."""
    by_name: dict[NamedNode, set[NamedNode]] = {}
    for quad in store.quads_for_pattern(None, None, iri, None):
        if isinstance(quad.subject, NamedNode) and not read.is_inferred(quad):
            by_name.setdefault(quad.predicate, set()).add(quad.subject)
    rows = []
    for name, subjects in by_name.items():
        links = sorted(addresses.link(read.thing(store, one)) for one in subjects)
        head = addresses.link(values.property_thing(store, name))
        rows.append((head, tuple(links[:MAX_LINKS]), max(0, len(links) - MAX_LINKS)))
    if rows:
        yield parts.Lists("What leads here", tuple(sorted(rows)))
