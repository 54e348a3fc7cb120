"""The dossier of an agent: what one needs to know to open a trial with it, each line with where it comes from.

A line rests on triples of the store. Its origin is that of these triples: a section of the page, a curated source
with the day it was checked, or the computation. A line that says that something is not there is computed too.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from imaging_trials.graph import lookup
from imaging_trials.graph import read as facts
from imaging_trials.graph.project import PROJECT
from imaging_trials.views import currency as audit
from imaging_trials.views import decay
from rdfkit.base.errors import UserError
from rdfkit.base.text import visible, width
from rdfkit.rdf import named_graphs as layers

DOCUMENT_KINDS = (
    "ind", "protocol-component-template", "caepr", "investigator-brochure", "chemistry-template", "nda",
)  # fmt: skip
"""The kinds of document about one agent, in the order in which a trial meets them; other kinds follow these."""

_NOT_OF_ONE_AGENT = "protocol-template"
_DOCKIND = PROJECT.prefixes["dockind"]
_BROADER = NamedNode(PROJECT.prefixes["skos"] + "broader")
_IN_SCHEME = NamedNode(PROJECT.prefixes["skos"] + "inScheme")
_ALTERNATIVE = NamedNode(PROJECT.prefixes["skos"] + "altLabel")
_STRING = PROJECT.prefixes["xsd"] + "string"
_COMPUTED = "computed"


class Line(NamedTuple):
    """One line: what it is about, what it says, and the quads that it rests on (none where something is missing)."""

    label: str
    words: str
    quads: tuple[Quad, ...]


class Dossier(NamedTuple):
    """The agent, the day by which the guidelines are judged, and the sections with their lines."""

    agent: NamedNode
    name: str
    on: str
    sections: tuple[tuple[str, tuple[Line, ...]], ...]


def find_agent(store: Store, words: str) -> NamedNode:
    """Return the agent that a name, notation, CURIE or IRI means.

    Raises UserError where it means nothing, several agents, or something that is no agent.
    """

    def is_agent(thing: NamedNode) -> bool:
        return facts.is_a(store, thing, "Agent")

    thing = lookup.resolve(store, words, accepts=is_agent)
    if is_agent(thing):
        return thing
    hint = "a dossier is about an agent, for example 'FES'"
    related = [
        *facts.subjects(store, "isMemberOfGroup", thing),
        *(
            agent
            for name in ("hasRadionuclide", "hasVector", "hasTarget")
            for agent in facts.subjects(store, name, thing)
        ),
        *facts.objects(store, thing, "isDocumentOf"),
    ]
    if related:
        hint = f"ask for {' or '.join(lookup.described(store, one) for one in dict.fromkeys(related[:4]))}"
    raise UserError(f"{lookup.described(store, thing)} is no agent: {hint}.")


def make(store: Store, agent: NamedNode, on: str) -> Dossier:
    """Return the dossier of an agent, its guidelines judged by a day (``YYYY-MM-DD``)."""
    sections = (
        ("What it is", _merged(_identity(store, agent))),
        ("Documents", _documents(store, agent)),
        ("Where to ask", _contacts(store, agent)),
        ("Phases and sizes of the trials", _phases(store, agent)),
        *((f"Guidelines for the same {what}", lines) for what, lines in _guidelines(store, agent, on)),
        ("Review and support", _support(store, agent)),
    )
    return Dossier(agent, lookup.label(store, agent), on, tuple((title, tuple(lines)) for title, lines in sections))


def _merged(lines: list[Line]) -> list[Line]:
    """Return the lines, those that say the same made one that rests on what both rest on."""
    found: dict[tuple[str, str], Line] = {}
    for line in lines:
        known = found.get((line.label, line.words))
        quads = (*(known.quads if known else ()), *line.quads)
        found[line.label, line.words] = Line(line.label, line.words, tuple(dict.fromkeys(quads)))
    return list(found.values())


# What it is


def _identity(store: Store, agent: NamedNode) -> list[Line]:
    lines = [
        Line("name", str(quad.object.value), (quad,))
        for predicate in (lookup.PREFERRED, facts.imt("printedName"), _ALTERNATIVE)
        for quad in _literals(store, agent, predicate)
        if isinstance(quad.object, Literal)
    ]
    kinds = [quad for quad in store.quads_for_pattern(agent, facts.TYPE, None, None) if _is_kind(quad.object)]
    kinds += facts.quads(store, agent, "hasAgentKind")
    lines += [
        _thing(store, "kind", quad) for quad in sorted(kinds, key=lambda quad: (_computed(quad), str(quad.object)))
    ]
    for name, label in (("hasVector", "vector"), ("hasTarget", "target"), ("hasModality", "modality")):
        lines += [_thing(store, label, quad) for quad in facts.quads(store, agent, name)]
    lines += [_thing(store, "member of", quad) for quad in facts.quads(store, agent, "isMemberOfGroup")]
    for quad in facts.quads(store, agent, "hasRadionuclide"):
        lines.append(_thing(store, "radionuclide", quad))
        if isinstance(quad.object, NamedNode):
            lines += _nuclide(store, quad.object)
    return lines


def _nuclide(store: Store, nuclide: NamedNode) -> list[Line]:
    lines = []
    for quad in facts.quads(store, nuclide, "isNuclideOf"):
        numbers = [one for name in ("symbol", "atomicNumber") for one in _literals(store, quad.object, facts.imt(name))]
        details = ", ".join(one.object.value for one in numbers if isinstance(one.object, Literal))
        lines.append(Line("element", f"{lookup.label(store, _node(quad))} ({details})", (quad, *numbers)))
    half_life = decay.half_life(store, nuclide)
    if half_life:
        about = (quad for quad in _all(store, half_life.quantity) if not _computed(quad))
        quads = [*facts.quads(store, nuclide, "hasHalfLife"), *about]
        data_set = f" ({half_life.data_set})" if half_life.data_set else ""
        lines.append(Line("half-life", f"{half_life.words}{data_set}", tuple(quads)))
    lines += [_thing(store, "decays by", quad) for quad in facts.quads(store, nuclide, "decaysBy")]
    return lines


def _is_kind(kind: object) -> bool:
    return isinstance(kind, NamedNode) and kind.value.startswith(PROJECT.vocabulary) and kind != facts.imt("Agent")


# Documents


def _documents(store: Store, agent: NamedNode) -> list[Line]:
    in_scheme = store.quads_for_pattern(None, _IN_SCHEME, facts.node("concept:document-kind"), None)
    slugs = {quad.subject.value.removeprefix(_DOCKIND) for quad in in_scheme if isinstance(quad.subject, NamedNode)}
    others = sorted(slugs - {*DOCUMENT_KINDS, _NOT_OF_ONE_AGENT})
    own = facts.quads(store, None, "isDocumentOf", agent)
    lines = []
    for slug in (*(slug for slug in DOCUMENT_KINDS if slug in slugs), *others):
        kind = NamedNode(_DOCKIND + slug)
        label = lookup.label(store, kind)
        found = [
            _document(store, label, quad, facts.quads(store, _subject(quad), "hasDocumentKind", kind))
            for quad in own
            if facts.quads(store, _subject(quad), "hasDocumentKind", kind)
        ]
        lines += found or [Line(label, "missing: the graph knows of none", ())]
    return lines


def _document(store: Store, label: str, of_agent: Quad, kinds: list[Quad]) -> Line:
    document = _subject(of_agent)
    quads, words = [of_agent, *kinds], [lookup.label(store, document)]
    for name, form in (("documentNumber", "number {}"), ("versionLabel", "version {}"), ("printedDate", "dated {}")):
        for quad in _literals(store, document, facts.imt(name)):
            quads.append(quad)
            words.append(form.format(_text(quad)))
    for name, form in (("hasAvailability", "{}"), ("isKeptBy", "kept by {}"), ("isFiledUnder", "filed under {}")):
        for quad in facts.quads(store, document, name):
            quads.append(quad)
            words.append(form.format(lookup.label(store, _node(quad))))
    return Line(label, "; ".join(words), tuple(quads))


# Whom to ask, phases, support


def _contacts(store: Store, agent: NamedNode) -> list[Line]:
    lines = [_thing(store, "holder", quad) for quad in facts.quads(store, agent, "isHeldBy")]
    lines = lines or [Line("holder", "the graph knows of none", ())]
    for document in facts.subjects(store, "isDocumentOf", agent):
        for source in facts.sources(store, document):
            addresses = list(store.quads_for_pattern(source, facts.ADDRESS, None, None))
            given = list(store.quads_for_pattern(document, facts.SOURCE, source, None))
            lines += [
                Line("where to read", f"{lookup.label(store, source)} <{_node(one).value}>", (one, *given))
                for one in addresses
            ]
    if facts.objects(store, agent, "isHeldBy"):
        for quad in facts.quads(store, None, "namesConcept", NamedNode(_DOCKIND + "ind")):
            headings = _literals(store, _subject(quad), facts.imt("heading"))
            lines += [Line("on the page", f"under '{_text(one)}'", (quad, one)) for one in headings]
    for programme, why in _programmes(store, agent):
        runs = facts.quads(store, programme, "isRunBy")
        names = " and ".join(lookup.label(store, _node(quad)) for quad in runs)
        by = f", run by {names}" if names else ""
        lines.append(Line("programme", f"{lookup.label(store, programme)}{by}", (*why, *runs)))
        lines += [_thing(store, "it consults", quad) for quad in facts.quads(store, programme, "consults")]
    return lines


def _programmes(store: Store, agent: NamedNode) -> list[tuple[NamedNode, list[Quad]]]:
    """Return the programmes that evaluate agents of this kind, or that the holder or a unit of it runs, and why."""
    kinds, holders = facts.objects(store, agent, "hasAgentKind"), facts.objects(store, agent, "isHeldBy")
    found = []
    for programme in facts.members(store, "Programme"):
        why = [quad for kind in kinds for quad in facts.quads(store, programme, "evaluatesKind", kind)]
        for quad in facts.quads(store, programme, "isRunBy"):
            if _node(quad) in holders:
                why.append(quad)
            why += [unit for holder in holders for unit in facts.quads(store, _node(quad), "isUnitOf", holder)]
        if why:
            found.append((programme, why))
    return sorted(found, key=lambda one: (not any("evaluatesKind" in str(quad) for quad in one[1]), one[0].value))


def _phases(store: Store, agent: NamedNode) -> list[Line]:
    lines = []
    for programme, why in _programmes(store, agent):
        of_it = []
        named: set[NamedNode] = set()
        for quad in facts.quads(store, programme, "hasProgrammePhase"):
            names = facts.quads(store, _node(quad), "namesPhase")
            named.update(_node(one) for one in names)
            phases = " and ".join(lookup.label(store, _node(one)) for one in names)
            line = Line("phase", f"{phases}, called {lookup.label(store, _node(quad))}", (quad, *names))
            of_it.append((phases, [line, *_sizes(store, _node(quad))]))
        covered = (quad for quad in facts.quads(store, programme, "coversPhase") if _node(quad) not in named)
        of_it += [(lookup.label(store, _node(quad)), [_thing(store, "phase", quad)]) for quad in covered]
        if of_it:
            lines.append(Line("programme", lookup.label(store, programme), tuple(why)))
            lines += [line for _, some in sorted(of_it, key=lambda one: one[0]) for line in some]
            lines += _remarks(store, programme)
    return lines or [Line("programme", "the graph knows of none for this agent", ())]


def _sizes(store: Store, phase: NamedNode) -> list[Line]:
    lines = []
    for quad in facts.quads(store, None, "isEnrolmentFor", phase):
        enrolment = _subject(quad)
        counts = _literals(store, enrolment, facts.imt("participantCount"))
        hedges = _literals(store, enrolment, facts.imt("hedge"))
        number = " ".join(_text(one) for one in (*hedges, *counts))
        lines.append(Line("size", f"{number} participants", (quad, *hedges, *counts)))
    return lines


def _remarks(store: Store, programme: NamedNode) -> list[Line]:
    """Return what the page says of a programme together with an organisation that it consults."""
    lines = []
    for organisation in facts.objects(store, programme, "consults"):
        for quad in facts.quads(store, None, "isAbout", programme):
            both = facts.quads(store, _subject(quad), "isAbout", organisation)
            if both:
                said = _literals(store, _subject(quad), facts.imt("summary"))
                lines += [Line("remark", _text(one), (quad, *both, one)) for one in said]
    return lines


def _support(store: Store, agent: NamedNode) -> list[Line]:
    lines = []
    holders = facts.objects(store, agent, "isHeldBy")
    for board in facts.members(store, "ReviewBoard"):
        why = [quad for holder in holders for quad in facts.quads(store, board, "isUnitOf", holder)]
        if why:
            short = facts.text(store, board, "abbreviation")
            lines.append(
                Line("review board", f"{lookup.label(store, board)}{f' ({short})' if short else ''}", tuple(why))
            )
    for programme, _ in _programmes(store, agent):
        for quad in facts.quads(store, programme, "offersService"):
            words = f"{lookup.label(store, _node(quad))}, for trials of {lookup.label(store, programme)}"
            lines.append(Line("support", words, (quad,)))
    return lines or [Line("review board", "the graph knows of none for this agent", ())]


# Guidelines


def _guidelines(store: Store, agent: NamedNode, on: str) -> list[tuple[str, list[Line]]]:
    """Return the guidelines of the agent, then those of its targets, modalities and sites, none of them twice."""
    seen: set[NamedNode] = set()
    sites: list[NamedNode] = []
    found = []
    for what, links in (
        ("agent", _covering_agents(store, [agent])),
        ("target", _covering_agents(store, _sharing_target(store, agent))),
        ("modality", _covering(store, "coversModality", _modalities(store, agent))),
    ):
        new = {thing: quads for thing, quads in links.items() if thing not in seen}
        seen.update(new)
        if what != "modality":
            sites += [site for thing in new for site in facts.objects(store, thing, "coversBodySite")]
        found.append((what, _judged(store, new, on)))
    by_site = _covering(store, "coversBodySite", sites)
    found.append(("body site", _judged(store, {one: quads for one, quads in by_site.items() if one not in seen}, on)))
    nothing = {
        "agent": "the graph knows of none",
        "target": "the graph knows of no other",
        "modality": "the graph knows of no other",
        "body site": "the graph knows of no other for a site that the guidelines for the agent or its target deal with",
    }
    return [(what, lines or [Line("guideline", nothing[what], ())]) for what, lines in found]


_Links = dict[NamedNode, list[Quad]]


def _covering(store: Store, name: str, things: Iterable[NamedNode]) -> _Links:
    """Return the editions and articles that cover any of the things, and the quads that say so."""
    found: _Links = {}
    for thing in dict.fromkeys(things):
        for quad in facts.quads(store, None, name, thing):
            found.setdefault(_subject(quad), []).append(quad)
    return found


def _covering_agents(store: Store, agents: list[NamedNode]) -> _Links:
    found = _covering(store, "coversAgent", agents)
    memberships = [quad for agent in agents for quad in facts.quads(store, agent, "isMemberOfGroup")]
    for membership in memberships:
        for thing, quads in _covering(store, "coversAgentGroup", [_node(membership)]).items():
            found.setdefault(thing, []).extend([*quads, membership])
    return found


def _sharing_target(store: Store, agent: NamedNode) -> list[NamedNode]:
    targets = facts.objects(store, agent, "hasTarget")
    return [one for target in targets for one in facts.subjects(store, "hasTarget", target) if one != agent]


def _modalities(store: Store, agent: NamedNode) -> list[NamedNode]:
    """Return the agent's modalities and those narrower than them: PET takes in PET/CT."""
    found = facts.objects(store, agent, "hasModality")
    for modality in found:
        narrower = (quad.subject for quad in store.quads_for_pattern(None, _BROADER, modality, None))
        found += [one for one in narrower if isinstance(one, NamedNode) and one not in found]
    return found


def _judged(store: Store, links: _Links, on: str) -> list[Line]:
    lines = []
    for thing, why in sorted(links.items(), key=lambda one: lookup.label(store, one[0])):
        published = facts.quads(store, thing, "isPublishedAs")
        article = _node(published[0]) if published else None
        audited = audit.of(store, article or thing, on)
        status = audited.status
        telling = [one for one in audited.findings if one.words in (status, "corrected", "not itself a guideline")]
        details = "; ".join(
            one.words if one.kind == "current" else f"{one.words} {one.what}".strip()
            for one in sorted(telling, key=lambda one: one.words != status)
        )
        covered = facts.quads(store, thing, "coversBodySite")
        sites = ", ".join(dict.fromkeys(lookup.label(store, _node(quad)) for quad in covered))
        name = lookup.label(store, thing) + (f" ({lookup.label(store, article)})" if article else "")
        events = [quad for about in (thing, article) if about for quad in _events(store, about)]
        words = f"{name}: {details or status}{f'; body site: {sites}' if sites else ''}"
        lines.append(Line("guideline", words, (*why, *published, *covered, *events)))
    return lines


def _events(store: Store, thing: NamedNode) -> list[Quad]:
    """Return the quads of what a status rests on: events with a standing, and errata."""
    found: list[Quad] = []
    for event in facts.subjects(store, "concerns", thing):
        if facts.objects(store, event, "hasStanding"):
            found += [quad for quad in _all(store, event) if not _computed(quad)]
    for erratum in facts.subjects(store, "corrects", thing):
        found += facts.quads(store, erratum, "corrects", thing)
    return found


# Reading quads


def _thing(store: Store, label: str, quad: Quad) -> Line:
    return Line(label, lookup.label(store, _node(quad)), (quad,))


def _literals(store: Store, subject: object, predicate: NamedNode) -> list[Quad]:
    if not isinstance(subject, NamedNode):
        return []
    found = store.quads_for_pattern(subject, predicate, None, None)
    return sorted((quad for quad in found if isinstance(quad.object, Literal)), key=lambda quad: str(quad.object))


def _all(store: Store, subject: NamedNode) -> list[Quad]:
    return sorted(store.quads_for_pattern(subject, None, None, None), key=str)


def _text(quad: Quad) -> str:
    return quad.object.value if isinstance(quad.object, Literal) else ""


def _node(quad: Quad) -> NamedNode:
    assert isinstance(quad.object, NamedNode)  # noqa: S101 - house data has no blank nodes; literals are read apart
    return quad.object


def _subject(quad: Quad) -> NamedNode:
    assert isinstance(quad.subject, NamedNode)  # noqa: S101
    return quad.subject


def _computed(quad: Quad) -> bool:
    return quad.graph_name == PROJECT.graph_iri(layers.INFERRED)


# Writing


def text(store: Store, dossier: Dossier) -> str:
    """Return the dossier as plain text, with numbered sources at its end."""
    sources = _Sources(store)
    parts = [f"{visible(dossier.name)}\n{PROJECT.shorten(dossier.agent.value)}, guidelines as of {dossier.on}"]
    for title, lines in dossier.sections:
        column = min(max(width(line.label) for line in lines), 40)
        printed, before = [title], ""
        for line in lines:
            label = "" if line.label == before else line.label
            before = line.label
            gap = " " * max(column - width(label), 0)
            printed.append(f"  {visible(label)}{gap}  {visible(line.words)}  {sources.marks(line, '[{}]')}")
        parts.append("\n".join(printed))
    parts.append("\n".join(["Sources", *(f"  [{number}] {words}" for number, words in sources.listed())]))
    return "\n\n".join(parts) + "\n"


def markdown(store: Store, dossier: Dossier) -> str:
    """Return the dossier as Markdown, with its sources as footnotes."""
    sources = _Sources(store)
    parts = [f"# {_escaped(dossier.name)}", f"`{PROJECT.shorten(dossier.agent.value)}`, guidelines as of {dossier.on}"]
    for title, lines in dossier.sections:
        items = [
            f"- **{_escaped(line.label)}**: {_escaped(line.words)} {sources.marks(line, '[^{}]')}" for line in lines
        ]
        parts += [f"## {title}", "\n".join(items)]
    parts.append("\n".join(f"[^{number}]: {_escaped(words)}" for number, words in sources.listed()))
    return "\n\n".join(parts) + "\n"


class _Sources:
    """Numbers the origins of lines in the order in which they are first met."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._numbers: dict[str, int] = {}

    def marks(self, line: Line, form: str) -> str:
        """Return the marks of a line's origins, in order; what is computed says so in words."""
        found: list[str] = []
        for origin in (one for quad in line.quads for one in facts.origins(self._store, quad)):
            words = self._words(origin)
            found.append(_COMPUTED if origin.graph == layers.INFERRED else words)
        if not line.quads:
            found = [_COMPUTED]
        unique = list(dict.fromkeys(found))
        numbers = sorted(self._numbers.setdefault(one, len(self._numbers) + 1) for one in unique if one != _COMPUTED)
        marks = "".join(form.format(number) for number in numbers)
        return f"{marks} (computed)".strip() if _COMPUTED in unique else marks

    def listed(self) -> list[tuple[int, str]]:
        """Return the numbers and what they stand for."""
        return [(number, words) for words, number in self._numbers.items()]

    def _words(self, origin: facts.Origin) -> str:
        if origin.graph == "page" and origin.thing:
            return f"{origin.words} (section of NCI's page Imaging Trials Resources)"
        if origin.graph == "curated" and origin.thing:
            address = [
                _node(quad).value for quad in self._store.quads_for_pattern(origin.thing, facts.ADDRESS, None, None)
            ]
            return f"{origin.words}: {lookup.label(self._store, origin.thing)}" + "".join(
                f" <{one}>" for one in address
            )
        return origin.words


def _escaped(words: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#" else c for c in visible(words))


def json_ld(store: Store, dossier: Dossier) -> str:
    """Return the triples that the dossier rests on as JSON-LD with the house's prefixes.

    With them go the names of the things in them, and where each statement comes from. All of them stand in the store.
    """
    found = dict.fromkeys(quad.triple for _, lines in dossier.sections for line in lines for quad in line.quads)
    for thing in _things(found):
        found.update(dict.fromkeys(quad.triple for quad in _literals(store, thing, lookup.PREFERRED)))
    for predicate in (facts.SOURCE, facts.STATED_IN, facts.CHECKED_ON):
        for thing in {triple.subject for triple in found if isinstance(triple.subject, NamedNode)}:
            found.update(dict.fromkeys(quad.triple for quad in store.quads_for_pattern(thing, predicate, None, None)))
    for thing in _things(found):
        if thing.value.startswith((PROJECT.prefixes["source"], PROJECT.prefixes["section"])):
            for predicate in (lookup.PREFERRED, facts.ADDRESS, facts.CHECKED_ON, facts.imt("heading")):
                quads = store.quads_for_pattern(thing, predicate, None, None)
                found.update(dict.fromkeys(quad.triple for quad in quads))
    return json.dumps(_document_of(found), ensure_ascii=False, indent=2) + "\n"


def _things(triples: Iterable[Triple]) -> list[NamedNode]:
    found = {thing for triple in triples for thing in (triple.subject, triple.object) if isinstance(thing, NamedNode)}
    return sorted(found, key=lambda one: one.value)


def _document_of(triples: Iterable[Triple]) -> dict[str, Any]:
    used: set[str] = set()

    def short(iri: str) -> str:
        curie = PROJECT.shorten(iri)
        prefix = curie.partition(":")[0]
        if curie != iri and prefix in PROJECT.prefixes:
            used.add(prefix)
        return curie

    def value(term: object) -> Any:
        if isinstance(term, NamedNode):
            return {"@id": short(term.value)}
        if not isinstance(term, Literal):
            raise UserError(f"{term} can't be put into a dossier: house data has no blank nodes.")
        if term.language:
            return {"@value": term.value, "@language": term.language}
        if term.datatype.value == _STRING:
            return term.value
        return {"@value": term.value, "@type": short(term.datatype.value)}

    nodes: dict[str, dict[str, list[Any]]] = {}
    for triple in sorted(triples, key=str):
        node = nodes.setdefault(short(str(triple.subject)[1:-1]), {})
        if triple.predicate == facts.TYPE and isinstance(triple.object, NamedNode):
            node.setdefault("@type", []).append(short(triple.object.value))
        else:
            node.setdefault(short(triple.predicate.value), []).append(value(triple.object))
    context = {prefix: PROJECT.prefixes[prefix] for prefix in sorted(used)}
    return {"@context": context, "@graph": [{"@id": iri, **node} for iri, node in nodes.items()]}


WRITERS: dict[str, Callable[[Store, Dossier], str]] = {"text": text, "markdown": markdown, "json-ld": json_ld}
"""Name of a format, and what writes a dossier in it."""
