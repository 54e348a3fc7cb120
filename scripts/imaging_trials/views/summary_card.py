"""A summary card of a thing: what the page says about it, what we added and from which source, what was inferred."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from imaging_trials import bibliography
from imaging_trials.model import PROJECT, dates, read, vocabulary
from imaging_trials.views import decay
from imaging_trials.views.values import ExternalTerm, Value, in_words, property_thing, sort_key, value
from rdfkit.base import UserError
from rdfkit.rdf import INFERRED

MAX_LINKS = 10
"""How many links of one kind a card lists by default."""

_TITLES = {
    "page": "What the page says",
    "curated": "What we added",
    "concepts": "What the vocabulary says",
    "vocabulary": "What the vocabulary says",
    "alignments": "What it corresponds to elsewhere",
    "links": "What it corresponds to elsewhere, as we judge it",
    "dataset": "About the dataset",
    INFERRED: "What was computed",
}
"""Named graph, in the order of a card, and the title of its block."""

_IN_HEAD = {vocabulary.TYPE, vocabulary.PREF_LABEL, vocabulary.LABEL, vocabulary.DEFINITION}
_FIRST = (
    vocabulary.TITLE, vocabulary.NAME_AS_PRINTED, vocabulary.ABBREVIATION, vocabulary.HEADING, vocabulary.SUMMARY,
    vocabulary.IS_PUBLISHED_IN, vocabulary.VOLUME, vocabulary.ISSUE, vocabulary.PAGES, vocabulary.DOI, vocabulary.PMID,
    vocabulary.PMCID,
)  # fmt: skip
_LAST = (
    vocabulary.IS_STATED_IN, vocabulary.RATIONALE, vocabulary.SOURCE, vocabulary.CHECKED_ON, vocabulary.IS_DEFINED_BY,
)  # fmt: skip


@dataclass(frozen=True)
class CardLine:
    """A property with its label, its values, and for curated values the sources that support them.

    A line of a citation names the property that leads to its parts.
    """

    property: read.Thing
    values: tuple[Value, ...]
    sources: tuple[read.Source, ...] = ()


@dataclass(frozen=True)
class CorrectionLine:
    """A correction of what the page prints ("" if nothing) about the thing or a part of its citation."""

    correction: NamedNode
    property: read.Thing
    thing: read.Thing
    printed: str
    corrected: str
    rationale: str
    sources: tuple[read.Source, ...]


@dataclass(frozen=True)
class Block:
    """What one named graph says about the thing, and the sections, sources or mapping sets that say so."""

    graph: str
    title: str
    provenance: tuple[read.Provenance, ...]
    lines: tuple[CardLine | CorrectionLine, ...]


@dataclass(frozen=True)
class Links:
    """Things with a property that leads to the thing of the card; ``omitted`` more are not listed."""

    property: read.Thing
    is_inferred: bool
    subjects: tuple[read.Thing, ...]
    omitted: int


@dataclass(frozen=True)
class Decay:
    """The half-life of a radionuclide with its sources, and the activity that remains after a time, if one is given."""

    nuclide: read.Thing
    half_life: decay.HalfLife
    sources: tuple[read.Source, ...]
    after: str
    remaining: decay.RemainingActivity | None


@dataclass(frozen=True)
class Card:
    """Everything that the graph says about a thing.

    ``uses`` counts the statements that have it as their property. ``triples`` are all triples of the thing and of the
    class expressions that belong to it.
    """

    thing: read.Thing
    kinds: tuple[read.Thing, ...]
    definitions: tuple[str, ...]
    blocks: tuple[Block, ...]
    uses: int
    decay: Decay | None
    links: tuple[Links, ...]
    sources: tuple[read.Source, ...]
    triples: tuple[Triple, ...]

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from imaging_trials.views import formats

        return formats.html("card", self)


def for_thing(store: Store, iri: NamedNode, *, max_links: int | None = MAX_LINKS, after: str | None = None) -> Card:
    """Return the card of a thing; with ``max_links`` None, no list on it is cut.

    The card of a radionuclide, or of an agent that has one, has the half-life; with ``after``, a time such as ``2 h``,
    also the activity that remains then. Raises UserError if ``after`` is not a time or there is no half-life to use.
    """
    return _Maker(store, iri).card(max_links, after)


class _Maker:
    """Makes one card: keeps the store, the thing, its quads and the quads that lead to it."""

    def __init__(self, store: Store, iri: NamedNode) -> None:
        self.store = store
        self.iri = iri
        self.own = [quad for quad in store.quads_for_pattern(iri, None, None, None) if isinstance(quad, Quad)]
        incoming = store.quads_for_pattern(None, None, iri, None)
        self.incoming = [quad for quad in incoming if isinstance(quad.subject, NamedNode)]
        self.is_article = any(
            quad.predicate == vocabulary.TYPE and quad.object == vocabulary.ARTICLE for quad in self.own
        )
        things = bibliography.cited_things(store, iri) if self.is_article else [iri]
        self.corrections = [one for thing in things for one in bibliography.corrections_of(store, thing)]

    def card(self, max_links: int | None, after: str | None) -> Card:
        kinds = (quad for quad in self.own if quad.predicate == vocabulary.TYPE and not read.is_inferred(quad))
        return Card(
            thing=read.thing(self.store, self.iri),
            kinds=tuple(dict.fromkeys(self._kind(quad.object) for quad in sorted(kinds, key=_by_object))),
            definitions=tuple(
                quad.object.value
                for quad in self.own
                if quad.predicate == vocabulary.DEFINITION and isinstance(quad.object, Literal)
            ),
            blocks=tuple(block for block in self._blocks() if block.lines),
            uses=sum(1 for _ in self.store.quads_for_pattern(None, self.iri, None, None)),
            decay=self._decay(after),
            links=tuple(self._links(max_links)),
            sources=tuple(self._sources()),
            triples=tuple(read.triples_about(self.store, self.iri)),
        )

    # What is said about the thing

    def _kind(self, kind: object) -> read.Thing:
        assert isinstance(kind, NamedNode)  # noqa: S101 - the graph states no anonymous classes as types
        found = read.thing(self.store, kind)
        return found if found.label != found.curie else read.Thing(kind, in_words(kind))

    def _blocks(self) -> Iterator[Block]:
        by_graph: dict[str, list[Quad]] = {}
        for quad in self.own:
            by_graph.setdefault(INFERRED if read.is_inferred(quad) else read.graph_name(quad), []).append(quad)
        if self.corrections:
            by_graph.setdefault("curated", [])
        order = {name: place for place, name in enumerate(_TITLES)}
        for graph in sorted(by_graph, key=lambda name: (name == INFERRED, order.get(name, len(order)), name)):
            if graph == INFERRED:
                quads = [quad for quad in by_graph[graph] if not self._repeats(quad)]
            else:
                quads = [quad for quad in by_graph[graph] if quad.predicate not in _IN_HEAD]
            lines: list[CardLine | CorrectionLine] = self._correction_lines() if graph == "curated" else []
            title = _TITLES.get(graph) or self._title(graph)
            lines += self._lines(quads)
            if graph == "curated":
                lines += self._rationales()
            yield Block(graph, title, self._provenance(graph, quads), tuple(lines))

    def _title(self, graph: str) -> str:
        """Return the title of a block of other data: the version of an imported record, or the name of the graph."""
        if not graph.startswith("import/"):
            return f"What the graph '{graph}' says"
        version = read.version(self.store, PROJECT.graph_iri(graph))
        return f"What an imported record says ({version.label}, imported {version.checked_on})"

    def _rationales(self) -> list[CardLine]:
        """Return the reasons that the evidence about the thing gives, each with its source."""
        name = property_thing(self.store, vocabulary.RATIONALE)
        return [
            CardLine(name, (Literal(text),), tuple(replace(source, checked_on="") for source in sources))
            for one in read.evidence(self.store, self.iri)
            for sources in ([read.source(self.store, source) for source in read.sources(self.store, one)],)
            for text in read.texts(self.store, one, vocabulary.RATIONALE)
        ]

    def _provenance(self, graph: str, quads: list[Quad]) -> tuple[read.Provenance, ...]:
        """Return the provenance of quads of one graph; only that of mappings differs between quads of one subject."""
        asked = quads if graph == "links" else quads[:1]
        return tuple(dict.fromkeys(one for quad in asked for one in read.provenance(self.store, quad)))

    def _lines(self, quads: Iterable[Quad]) -> list[CardLine]:
        """Return the lines of a block: literals before things, and provenance last."""
        by_property: dict[NamedNode, list[Quad]] = {}
        for quad in quads:
            by_property.setdefault(quad.predicate, []).append(quad)

        def order(name: NamedNode) -> tuple[int, bool, str]:
            place = 0
            if name in _FIRST:
                place = _FIRST.index(name) - len(_FIRST)
            elif name in _LAST:
                place = _LAST.index(name) + 1
            is_literal = isinstance(by_property[name][0].object, Literal)
            return place, not is_literal, property_thing(self.store, name).label

        lines = []
        for name in sorted(by_property, key=order):
            by_sources: dict[tuple[read.Source, ...], list[Value]] = {}
            for quad in self._in_order(name, by_property[name]):
                by_sources.setdefault(self._supporting(quad), []).append(self._value(quad))
            lines += [CardLine(property_thing(self.store, name), tuple(found), of) for of, found in by_sources.items()]
            if name == vocabulary.TITLE and self.is_article:
                lines += self._citation()
        return lines

    def _supporting(self, quad: Quad) -> tuple[read.Source, ...]:
        """Return the sources that support a curated statement; a statement about its provenance has none."""
        if quad.predicate in _LAST or read.graph_name(quad) != "curated":
            return ()
        return tuple(dict.fromkeys(read.read_sources(self.store, quad)))

    def _in_order(self, name: NamedNode, quads: list[Quad]) -> list[Quad]:
        """Return quads in the order of the labels of their values; sections of the page in the order of the page."""
        if name == vocabulary.IS_STATED_IN:
            return sorted(quads, key=lambda quad: (_page_position(self.store, quad.object), str(quad.object)))
        return sorted(quads, key=lambda quad: sort_key(value(self.store, quad.object)))

    def _value(self, quad: Quad) -> Value:
        found = value(self.store, quad.object)
        if read.graph_name(quad) != "links" or not isinstance(found, read.Thing):
            return found
        of_this = {link.subject for link in self.incoming if link.predicate == vocabulary.MAPS_SUBJECT}
        for mapping in read.subjects(self.store, vocabulary.MAPS_OBJECT, found.iri):
            if mapping in of_this and (name := read.text(self.store, mapping, vocabulary.OBJECT_LABEL)):
                return ExternalTerm(found, name)
        return found

    def _citation(self) -> list[CardLine]:
        """Return what a citation prints about an article, from its authorships, events and errata."""
        record = bibliography.read_record(self.store, self.iri)
        when = {"in its issue": record.issued, "online": record.online, "ahead of print": record.ahead_of_print}
        lines = [(vocabulary.IS_AUTHORSHIP_OF, "authors", bibliography.authors(record))]
        lines += [(vocabulary.IS_EVENT_OF, f"published {how}", dates.shown(*one)) for how, one in when.items() if one]
        lines += [
            (vocabulary.CORRECTS, "erratum in", bibliography.erratum(one).removeprefix("Erratum in: "))
            for one in record.errata
        ]
        return [CardLine(read.Thing(iri, label), (Literal(words),)) for iri, label, words in lines]

    def _correction_lines(self) -> list[CardLine | CorrectionLine]:
        return [
            CorrectionLine(
                one.iri,
                property_thing(self.store, one.property),
                read.thing(self.store, one.thing),
                one.printed,
                one.corrected,
                one.rationale,
                tuple(read.source(self.store, source) for source in one.sources),
            )
            for one in self.corrections
        ]

    def _decay(self, after: str | None) -> Decay | None:
        seconds = None if after is None else decay.duration(after)
        nuclide = decay.nuclide_of(self.store, self.iri)
        half_life = decay.half_life(self.store, nuclide) if nuclide else None
        if not nuclide or not half_life:
            if after is None:
                return None
            raise UserError(
                f"{read.described(self.store, self.iri)} has no half-life in the graph: remove --after, or name a "
                "radionuclide or an agent that has one."
            )
        return Decay(
            read.thing(self.store, nuclide),
            half_life,
            tuple(read.source(self.store, one) for one in read.sources(self.store, half_life.quantity)),
            " ".join((after or "").split()),
            None if seconds is None else decay.remaining(half_life, seconds),
        )

    # What leads to the thing

    def _links(self, max_links: int | None) -> Iterator[Links]:
        by_property: dict[tuple[NamedNode, bool], set[NamedNode]] = {}
        for link in self.incoming:
            if isinstance(link.subject, NamedNode) and not self._is_shown_already(link):
                by_property.setdefault((link.predicate, read.is_inferred(link)), set()).add(link.subject)
        found = [
            (property_thing(self.store, name), inferred, read.things(self.store, subjects))
            for (name, inferred), subjects in by_property.items()
        ]
        for name, inferred, things in sorted(found, key=lambda one: (one[0].label, one[1])):
            listed = sorted(things, key=sort_key)
            # One more than the limit is listed: the line that counts the rest would be as long.
            cut = len(listed) if max_links is None or len(listed) <= max_links + 1 else max_links
            yield Links(name, inferred, tuple(listed[:cut]), len(listed) - cut)

    def _is_shown_already(self, link: Quad) -> bool:
        """Return whether a link is on the card in another place, or implied by one that is, or about texts alone."""
        shown = {
            vocabulary.CORRECTS_STATEMENT_OF,
            vocabulary.IS_EVIDENCE_FOR,
            vocabulary.IS_WORD_FOR,
            vocabulary.MAPS_SUBJECT,
            vocabulary.INVERSE_OF,
        }
        if self.is_article:
            shown |= {vocabulary.IS_AUTHORSHIP_OF, vocabulary.CORRECTS}
            if link.predicate == vocabulary.IS_EVENT_OF and read.graph_name(link) == "page":
                return True
        if link.predicate in shown or self._is_implied(link, self.incoming):
            return True
        inverses = self._inverses(link.predicate)
        return read.is_inferred(link) and any(
            quad.predicate in inverses and quad.object == link.subject for quad in self.own
        )

    def _repeats(self, quad: Quad) -> bool:
        """Return whether an inferred quad is on the card already: as a label, or in the inverse direction."""
        if quad.predicate in {vocabulary.LABEL, vocabulary.PREF_LABEL} or self._is_implied(quad, self.own):
            return True
        inverses = self._inverses(quad.predicate)
        inverses += [
            name for wider in inverses for name in read.subjects(self.store, vocabulary.SUB_PROPERTY_OF, wider)
        ]
        return any(
            not read.is_inferred(link) and link.predicate in inverses and link.subject == quad.object
            for link in self.incoming
        )

    def _is_implied(self, quad: Quad, among: list[Quad]) -> bool:
        """Return whether an inferred quad says with a wider property what another quad says with a narrower one."""
        if not read.is_inferred(quad):
            return False
        narrower = read.subjects(self.store, vocabulary.SUB_PROPERTY_OF, quad.predicate)
        return any(
            other.predicate in narrower and (other.subject, other.object) == (quad.subject, quad.object)
            for other in among
        )

    def _inverses(self, name: NamedNode) -> list[NamedNode]:
        inverse = vocabulary.INVERSE_OF
        return [*read.objects(self.store, name, inverse), *read.subjects(self.store, inverse, name)]

    def _sources(self) -> Iterator[read.Source]:
        """Yield the sources of the statements on the card, the page first."""
        if any(read.graph_name(quad) == "page" for quad in self.own):
            yield read.source(self.store, vocabulary.IMAGING_TRIALS_RESOURCES)
        found = {*read.sources(self.store, self.iri), *(one for each in self.corrections for one in each.sources)}
        for iri in sorted(found, key=str):
            yield read.source(self.store, iri)


def _by_object(quad: Quad) -> str:
    return str(quad.object)


def _page_position(store: Store, section: object) -> list[int]:
    """Return the positions of a section's ancestors and its own, so that sections sort in the order of the page."""
    places: list[int] = []
    seen: set[object] = set()
    while isinstance(section, NamedNode) and section not in seen:
        seen.add(section)
        places.insert(0, read.number(store, section, vocabulary.POSITION, 0))
        section = next(iter(read.objects(store, section, vocabulary.IS_SUBSECTION_OF)), None)
    return places
