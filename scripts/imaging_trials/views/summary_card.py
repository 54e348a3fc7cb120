"""A thing as a readable card: what the page says of it, what we added and from where, what was computed."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from imaging_trials import bibliography
from imaging_trials.graph import lookup
from imaging_trials.graph.project import PROJECT
from imaging_trials.views import decay
from rdfkit.base.errors import UserError
from rdfkit.base.text import visible, width
from rdfkit.rdf import named_graphs as layers

SHOWN = 10
"""How many links of one kind a card lists, unless it is to list all."""

_IMT = PROJECT.vocabulary
_TYPE = NamedNode(PROJECT.prefixes["rdf"] + "type")
_SUB_PROPERTY = NamedNode(PROJECT.prefixes["rdfs"] + "subPropertyOf")
_INVERSE = NamedNode(PROJECT.prefixes["owl"] + "inverseOf")
_SOURCE = NamedNode(PROJECT.prefixes["dcterms"] + "source")
_STATED_IN = NamedNode(_IMT + "isStatedIn")
_CHECKED_ON = NamedNode(_IMT + "checkedOn")
_DEFINITION = NamedNode(PROJECT.prefixes["skos"] + "definition")
_ADDRESS = NamedNode(PROJECT.prefixes["schema"] + "url")
_NO_BLOCK = {_TYPE, lookup.PREFERRED, lookup.LABEL, _DEFINITION}
_PART_OF_CITATION = {NamedNode(_IMT + name) for name in ("isAuthorshipOf", "corrects")}
_CONCERNS = NamedNode(_IMT + "concerns")
_MAPS_SUBJECT, _MAPS_OBJECT = NamedNode(_IMT + "mapsSubject"), NamedNode(_IMT + "mapsObject")
_OBJECT_LABEL = NamedNode(PROJECT.prefixes["sssom"] + "object_label")
_CORRECTS_STATEMENT_OF = NamedNode(_IMT + "correctsStatementOf")
_FIRST = (
    "title", "printedName", "abbreviation", "heading", "summary", "isPublishedIn", "volume", "issue", "pages", "doi",
    "pmid", "pmcid",
)  # fmt: skip
_LAST = ("isStatedIn", "basis", "source", "checkedOn", "isDefinedBy")

_BLOCKS = {
    "page": "What the page says",
    "curated": "What we added",
    "concepts": "What the vocabulary says",
    "vocabulary": "What the vocabulary says",
    "alignments": "What it corresponds to elsewhere",
    "links": "What it corresponds to elsewhere, as we judge it",
    "dataset": "About the dataset",
    layers.INFERRED: "What was computed",
}

_Line = tuple[str, list[str]]
_Resource = NamedNode | BlankNode


class _Card(NamedTuple):
    """What a card is made from: the thing, its triples by graph, the triples that point to it, how much to list."""

    store: Store
    iri: NamedNode
    own: list[Quad]
    links: list[Quad]
    most: int | None


def text(store: Store, iri: NamedNode, *, everything: bool = False, after: str | None = None) -> str:
    """Return the card of a thing in ``store``; with ``everything``, no list on it is cut short.

    A radionuclide, and an agent that carries one, has its half-life on the card; with ``after``, a time such as
    ``2 h``, also what is left then. Raises UserError for what is no time, and where there is no half-life to use.
    """
    own = [quad for quad in store.quads_for_pattern(iri, None, None, None) if isinstance(quad, Quad)]
    links = [quad for quad in store.quads_for_pattern(None, None, iri, None) if isinstance(quad.subject, NamedNode)]
    card = _Card(store, iri, own, links, None if everything else SHOWN)
    parts = [_head(card), *(_block(title, lines) for title, lines in _blocks(card) if lines)]
    if lines := _decay(card, after):
        parts.append(_block("Decay", lines))
    if incoming := _incoming(card):
        parts.append(_block("What points here", incoming))
    if sources := _sources(card):
        parts.append("\n".join(["Sources", *(f"  {source}" for source in sources)]))
    return "\n\n".join(parts) + "\n"


def _decay(card: _Card, after: str | None) -> list[_Line]:
    """Return the half-life of a radionuclide or of the one that an agent carries, and what is left after a time."""
    seconds = None if after is None else decay.duration(after)
    nuclide = decay.nuclide_of(card.store, card.iri)
    half_life = decay.half_life(card.store, nuclide) if nuclide else None
    if not nuclide or not half_life:
        if after is not None:
            raise UserError(
                f"{lookup.described(card.store, card.iri)} has no half-life in the graph: leave --after out, or ask "
                "for a radionuclide or an agent that carries one."
            )
        return []
    of_what = "" if nuclide == card.iri else f", of {lookup.described(card.store, nuclide)}"
    sources = (quad.object for quad in card.store.quads_for_pattern(half_life.quantity, _SOURCE, None, None))
    from_where = [_source(card.store, one) for one in sorted(sources, key=str) if isinstance(one, NamedNode)]
    lines = [
        ("half-life", [f"{half_life.words}{of_what}"]),
        *((("data set", [half_life.data_set]),) if half_life.data_set else ()),
        *((("source", from_where),) if from_where else ()),
    ]
    if after is not None and seconds is not None:
        lines.append((f"left after {' '.join(after.split())}", [decay.words(decay.left(half_life, seconds))]))
    return lines


def triples(store: Store, iri: NamedNode) -> list[Triple]:
    """Return the triples of a thing, and behind them those of the blank nodes (class expressions) that hang on it."""
    found: dict[Triple, None] = {}
    waiting: list[_Resource] = [iri]
    while waiting:
        subject = waiting.pop(0)
        own = {quad.triple for quad in store.quads_for_pattern(subject, None, None, None)}
        for triple in sorted(own - found.keys(), key=lambda triple: (str(triple.predicate), str(triple.object))):
            found[triple] = None
            if isinstance(triple.object, BlankNode):
                waiting.append(triple.object)
    return list(found)


def _head(card: _Card) -> str:
    curie = PROJECT.shorten(card.iri.value)
    name = visible(lookup.label(card.store, card.iri))
    kinds = [
        _name(card.store, quad.object) for quad in _sorted(card.own) if quad.predicate == _TYPE and not _computed(quad)
    ]
    lines = [name, f"{curie}  <{card.iri.value}>" if curie != card.iri.value else f"<{curie}>"]
    if kinds:
        lines.append(", ".join(dict.fromkeys(kinds)))
    lines += [visible(_value(card.store, quad.object)) for quad in card.own if quad.predicate == _DEFINITION]
    return "\n".join(lines if name != curie else lines[1:])


def _blocks(card: _Card) -> Iterator[tuple[str, list[_Line]]]:
    by_graph: dict[str, list[Quad]] = {}
    for quad in card.own:
        by_graph.setdefault(_graph(quad), []).append(quad)
    for name in sorted(by_graph, key=lambda name: ([*_BLOCKS].index(name) if name in _BLOCKS else len(_BLOCKS), name)):
        if name == layers.INFERRED:
            quads = [quad for quad in by_graph[name] if not _repeats(card, quad)]
        else:
            quads = [quad for quad in by_graph[name] if quad.predicate not in _NO_BLOCK]
        lines = _lines(card, quads)
        if name == "curated":
            lines = [*_corrections(card), *lines]
        yield _BLOCKS.get(name, f"What the graph '{name}' says"), lines
        if name == "page" and "curated" not in by_graph:
            yield _BLOCKS["curated"], _corrections(card)
    used = sum(1 for _ in card.store.quads_for_pattern(None, card.iri, None, None))
    yield "Use", [("in statements", [str(used)])] if used else []


def _lines(card: _Card, quads: Iterable[Quad]) -> list[_Line]:
    """Return (property, values) of triples: literals first, then things, what tells their provenance last."""
    by_property: dict[NamedNode, list[Quad]] = {}
    for quad in quads:
        by_property.setdefault(quad.predicate, []).append(quad)

    def order(predicate: NamedNode) -> tuple[int, bool, str]:
        local = re.split("[/#]", predicate.value)[-1]
        at = _FIRST.index(local) - len(_FIRST) if local in _FIRST else _LAST.index(local) + 1 if local in _LAST else 0
        return at, not isinstance(by_property[predicate][0].object, Literal), _property(card.store, predicate)

    lines = []
    for predicate in sorted(by_property, key=order):
        found = _in_order(card.store, predicate, by_property[predicate])
        lines.append((_property(card.store, predicate), [_elsewhere(card, quad) for quad in found]))
        if predicate == lookup.TITLE and _is_article(card):
            lines += _citation(card)
    return lines


def _elsewhere(card: _Card, quad: Quad) -> str:
    """Return a value; a term of another vocabulary that a mapping leads to goes by the name that it has there."""
    value = _value(card.store, quad.object)
    if _graph(quad) != "links" or not isinstance(quad.object, NamedNode):
        return value
    of_this = {link.subject for link in card.links if link.predicate == _MAPS_SUBJECT}
    for found in card.store.quads_for_pattern(None, _MAPS_OBJECT, quad.object, None):
        if found.subject in of_this and (name := _literal(card.store, found.subject, _OBJECT_LABEL)):
            return f"{name} {value}"
    return value


def _in_order(store: Store, predicate: NamedNode, quads: list[Quad]) -> list[Quad]:
    """Return triples in the order of their values' names; sections of the page in the order of the page."""
    if predicate != _STATED_IN:
        return sorted(quads, key=lambda quad: _value(store, quad.object).casefold())
    return sorted(quads, key=lambda quad: (_page_place(store, quad.object), str(quad.object)))


def _page_place(store: Store, section: object) -> list[int]:
    """Return the positions of a section's ancestors and its own, so that they sort in page order."""
    places: list[int] = []
    seen: set[object] = set()
    while isinstance(section, NamedNode) and section not in seen:
        seen.add(section)
        places.insert(0, next((int(v) for v in _literals(store, section, _IMT + "position") if v.isdecimal()), 0))
        above = store.quads_for_pattern(section, NamedNode(_IMT + "isSubsectionOf"), None, None)
        section = next((quad.object for quad in above), None)
    return places


def _citation(card: _Card) -> list[_Line]:
    """Return what a citation prints of an article, from the authorships, events and errata that belong to it."""
    citation = bibliography.read_record(card.store, card.iri)
    dates = {"in its issue": citation.issued, "online": citation.online, "ahead of print": citation.ahead_of_print}
    return [
        ("authors", [bibliography.authors(citation)]),
        *((f"published {how}", [when.printed]) for how, when in dates.items() if when),
        *(("erratum in", [bibliography.erratum(one).removeprefix("Erratum in: ")]) for one in citation.errata),
    ]


def _corrections(card: _Card) -> list[_Line]:
    """Return the corrections of what the page prints of a thing, or of what makes up an article's citation."""
    things = bibliography.cited_things(card.store, card.iri) if _is_article(card) else [card.iri]
    lines = []
    for one in (one for thing in things for one in bibliography.corrections_of(card.store, thing)):
        printed = f"'{one.printed}'" if one.printed else "nothing"
        where = "" if one.thing == card.iri else f" of {lookup.described(card.store, one.thing)}"
        words = [
            f"{_property(card.store, one.property)}{where}: printed {printed}, should be '{one.corrected}'",
            f"because: {one.basis}",
            *(f"source: {_value(card.store, source)}, checked {one.checked_on}" for source in one.sources),
        ]
        lines.append(("correction", words))
    return lines


def _incoming(card: _Card) -> list[_Line]:
    """Return what points to the thing, kind by kind: ``is held by`` of other things is ``<- is held by``."""
    shown = {_CORRECTS_STATEMENT_OF, _MAPS_SUBJECT}
    if _is_article(card):
        shown |= _PART_OF_CITATION
    by_property: dict[str, list[str]] = {}
    for link in card.links:
        in_citation = link.predicate == _CONCERNS and _is_article(card) and _graph(link) == "page"
        if link.predicate in shown or in_citation or link.predicate == _INVERSE or _is_implied(card, link, card.links):
            continue
        if _computed(link) and any(
            quad.predicate in _inverses(card.store, link.predicate) and quad.object == link.subject for quad in card.own
        ):
            continue
        how = f"<- {_property(card.store, link.predicate)}{' (computed)' if _computed(link) else ''}"
        by_property.setdefault(how, []).append(_value(card.store, link.subject))
    return [(how, _cut(card, sorted(set(names), key=str.casefold))) for how, names in sorted(by_property.items())]


def _cut(card: _Card, values: list[str]) -> list[str]:
    if card.most is None or len(values) <= card.most + 1:
        return values
    return [*values[: card.most], f"... and {len(values) - card.most} more (--all lists them)"]


def _repeats(card: _Card, quad: Quad) -> bool:
    """Tell whether an inferred triple is on the card already: a label, or what is there the other way round."""
    if quad.predicate in {lookup.LABEL, lookup.PREFERRED} or _is_implied(card, quad, card.own):
        return True
    others = _inverses(card.store, quad.predicate)
    return any(not _computed(link) and link.predicate in others and link.subject == quad.object for link in card.links)


def _is_implied(card: _Card, quad: Quad, among: list[Quad]) -> bool:
    """Tell whether an inferred triple says with a wider property what another one says with a narrower."""
    if not _computed(quad):
        return False
    narrower = {link.subject for link in card.store.quads_for_pattern(None, _SUB_PROPERTY, quad.predicate, None)}
    return any(
        other.predicate in narrower and (other.subject, other.object) == (quad.subject, quad.object) for other in among
    )


def _inverses(store: Store, predicate: NamedNode) -> set[object]:
    found: set[object] = {quad.object for quad in store.quads_for_pattern(predicate, _INVERSE, None, None)}
    return found | {quad.subject for quad in store.quads_for_pattern(None, _INVERSE, predicate, None)}


def _sources(card: _Card) -> list[str]:
    """Return where the statements on the card come from."""
    lines = []
    page = NamedNode(PROJECT.prefixes["page"] + "imaging-trials-resources")
    if any(_graph(quad) == "page" for quad in card.own):
        lines.append(_source(card.store, page))
    sources = {quad.object for quad in card.own if quad.predicate == _SOURCE}
    things = bibliography.cited_things(card.store, card.iri) if _is_article(card) else [card.iri]
    for thing in things:
        sources.update(source for one in bibliography.corrections_of(card.store, thing) for source in one.sources)
    lines += [_source(card.store, one) for one in sorted(sources, key=str) if isinstance(one, NamedNode)]
    return [visible(line) for line in lines]


def _source(store: Store, source: NamedNode) -> str:
    address = next((quad.object for quad in store.quads_for_pattern(source, _ADDRESS, None, None)), None)
    checked = next(iter(_literals(store, source, _CHECKED_ON.value)), "")
    return "".join(
        [
            _value(store, source),
            f" {address}" if isinstance(address, NamedNode) else "",
            f", checked {checked}" if checked else "",
        ]
    )


def _block(title: str, lines: list[_Line]) -> str:
    column = min(max(width(name) for name, _ in lines), 30)
    printed = [title]
    for name, values in lines:
        for number, value in enumerate(values):
            left = "" if number else name
            printed.append(f"  {left}{' ' * (column - width(left))}  {visible(value)}".rstrip())
    return "\n".join(printed)


def _is_article(card: _Card) -> bool:
    return any(quad.predicate == _TYPE and quad.object == NamedNode(_IMT + "Article") for quad in card.own)


def _computed(quad: Quad) -> bool:
    return _graph(quad) == layers.INFERRED


def _graph(quad: Quad) -> str:
    return PROJECT.graph_name(quad.graph_name) if isinstance(quad.graph_name, NamedNode) else "default"


def _sorted(quads: Iterable[Quad]) -> list[Quad]:
    return sorted(quads, key=lambda quad: str(quad.object))


def _literals(store: Store, thing: NamedNode, name: str) -> list[str]:
    found = (quad.object for quad in store.quads_for_pattern(thing, NamedNode(name), None, None))
    return sorted(value.value for value in found if isinstance(value, Literal))


def _literal(store: Store, thing: object, name: NamedNode) -> str:
    return next(iter(_literals(store, thing, name.value)), "") if isinstance(thing, NamedNode) else ""


def _property(store: Store, predicate: NamedNode) -> str:
    """Return a property's label; one of another vocabulary goes by its local name in words."""
    if predicate == _TYPE:
        return "is a"
    return _literal(store, predicate, lookup.PREFERRED) or _in_words(predicate)


def _in_words(term: NamedNode) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", re.split("[/#]", term.value)[-1]).lower()


def _name(store: Store, thing: object) -> str:
    if not isinstance(thing, NamedNode):
        return _value(store, thing)
    name = lookup.label(store, thing)
    return visible(name if name != PROJECT.shorten(thing.value) else _in_words(thing))


def _value(store: Store, value: object) -> str:
    """Return a value as the card prints it: text as it is, a thing by label and CURIE, an expression in brackets."""
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, NamedNode):
        name = lookup.described(store, value)
        curie, _, rest = name.partition(" (")
        return f"{rest[:-1]} ({curie})" if rest else f"<{name}>" if name == value.value else name
    return _expression(store, value) if isinstance(value, BlankNode) else str(value)


def _expression(store: Store, node: BlankNode, depth: int = 0) -> str:
    """Return a class expression or a list in brackets, in the words of its properties."""
    if depth > 8:
        return "[...]"
    items = []
    for quad in sorted(store.quads_for_pattern(node, None, None, None), key=lambda quad: str(quad.predicate)):
        local = re.split("[/#]", quad.predicate.value)[-1]
        below = (
            _expression(store, quad.object, depth + 1)
            if isinstance(quad.object, BlankNode)
            else PROJECT.shorten(quad.object.value)
            if isinstance(quad.object, NamedNode)
            else str(quad.object)
        )
        items.append((local, below))
    if [local for local, _ in items] == ["first", "rest"]:
        first, rest = items[0][1], items[1][1]
        return f"({first})" if rest == "rdf:nil" else f"({first} {rest[1:-1]})"
    return "[" + "; ".join(f"{local} {below}" for local, below in items if local != "type") + "]"
