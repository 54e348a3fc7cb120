"""A report about an agent: what one needs to know to open a trial with it, each line with its provenance.

The provenance of a line is that of the quads that it states. A line that says that something is missing has no quads:
that was computed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Store, Triple

from imaging_trials.model import dates, lookup, read, vocabulary
from imaging_trials.views import decay, report_guidelines, report_programs
from imaging_trials.views.phrases import Phrase, plain
from imaging_trials.views.report_lines import LineData, line, object_of, subject_of, text_of, thing_line
from rdfkit.base import UserError

DOCUMENT_KINDS = (
    vocabulary.PROTOCOL_COMPONENT_TEMPLATE,
    vocabulary.CAEPR,
    vocabulary.INVESTIGATOR_BROCHURE,
    vocabulary.CMC_TEMPLATE,
)
"""The kinds of document that a trial needs, in that order. Other kinds follow these, if the agent has them."""

APPLICATION_TYPES = (vocabulary.IND, vocabulary.NDA)
"""The types of application that a trial needs to know of, also if there is none."""

_DOCUMENT_TEXTS = (
    (vocabulary.APPLICATION_NUMBER, "number "),
    (vocabulary.DOCUMENT_NUMBER, "number "),
    (vocabulary.VERSION_LABEL, "version "),
)
_DOCUMENT_THINGS = (
    (vocabulary.HAS_APPLICATION_STATUS, ""),
    (vocabulary.HAS_HOLDER, "held by "),
    (vocabulary.HAS_AVAILABILITY, ""),
    (vocabulary.HAS_CUSTODIAN, "in the custody of "),
    (vocabulary.BELONGS_TO_APPLICATION, "part of "),
)
_ABOUT_SOURCES = (vocabulary.PREF_LABEL, vocabulary.URL, vocabulary.CHECKED_ON, vocabulary.HEADING)


@dataclass(frozen=True)
class ReportLine:
    """What a line is about, what it says, the quads that it states, and their provenance without repetition."""

    label: str
    phrase: Phrase
    quads: tuple[Quad, ...]
    provenance: tuple[read.Provenance, ...]

    @property
    def text(self) -> str:
        """What the line says, as text."""
        return plain(self.phrase)

    @property
    def is_computed(self) -> bool:
        """Whether the line states something inferred, or that something is missing."""
        return not self.quads or any(one.is_inferred for one in self.provenance)


@dataclass(frozen=True)
class Section:
    """A heading and its lines."""

    title: str
    lines: tuple[ReportLine, ...]


@dataclass(frozen=True)
class AgentReport:
    """The agent, the day on which the guidelines are judged, and the sections.

    ``triples`` are those that the lines state, the names of the things in them, and the statements of provenance.
    """

    agent: read.Thing
    as_of: str
    sections: tuple[Section, ...]
    triples: tuple[Triple, ...]

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from imaging_trials.views import formats

        return formats.html("agent_report", self)


def find_agent(store: Store, words: str) -> NamedNode:
    """Return the agent that a name, notation, CURIE or IRI means.

    Raises UserError if it means nothing, several agents, or something that is not an agent.
    """

    def is_agent(thing: NamedNode) -> bool:
        return read.is_a(store, thing, vocabulary.PHARMACEUTICAL_AGENT)

    thing = lookup.resolve(store, words, accepts=is_agent)
    if is_agent(thing):
        return thing
    related = read.subjects(store, vocabulary.IS_MEMBER_OF_GROUP, thing)
    for name in (vocabulary.HAS_RADIONUCLIDE, vocabulary.IS_BASED_ON, vocabulary.HAS_TARGET):
        related += read.subjects(store, name, thing)
    related += read.objects(store, thing, vocabulary.IS_DOCUMENT_OF)
    hint = "this report is about an agent, for example 'FES'"
    if related:
        hint = f"ask for {' or '.join(read.described(store, one) for one in dict.fromkeys(related[:4]))}"
    raise UserError(f"{read.described(store, thing)} is not an agent: {hint}.")


def for_agent(store: Store, agent: NamedNode, as_of: str) -> AgentReport:
    """Return the report about an agent, its guidelines judged on a day (``YYYY-MM-DD``)."""
    guidelines = report_guidelines.sections(store, agent, as_of)
    data = (
        ("What it is", _merged(_identity(store, agent))),
        ("Applications", _applications(store, agent)),
        ("Documents", _documents(store, agent)),
        ("Where to ask", _contacts(store, agent)),
        ("Phases and sizes of the trials", report_programs.phases(store, agent)),
        *((f"Guidelines for the same {what}", lines) for what, lines in guidelines),
        ("Review and support", report_programs.support(store, agent)),
    )
    quads = dict.fromkeys(quad for _, lines in data for one in lines for quad in one.quads)
    return AgentReport(
        read.thing(store, agent),
        as_of,
        tuple(Section(title, tuple(_with_provenance(store, one) for one in lines)) for title, lines in data),
        tuple(_with_names_and_sources(store, (quad.triple for quad in quads))),
    )


def _with_provenance(store: Store, data: LineData) -> ReportLine:
    found = dict.fromkeys(one for quad in data.quads for one in read.provenance(store, quad))
    return ReportLine(data.label, data.phrase, data.quads, tuple(found))


def _with_names_and_sources(store: Store, triples: Iterable[Triple]) -> list[Triple]:
    """Return triples, and behind them the labels of their things and what the store says about their sources."""
    found = dict.fromkeys(triples)

    def add(subjects: Iterable[NamedNode], names: Iterable[NamedNode]) -> None:
        for subject in subjects:
            for name in names:
                found.update(dict.fromkeys(quad.triple for quad in store.quads_for_pattern(subject, name, None, None)))

    add(_things(found), (vocabulary.PREF_LABEL,))
    subjects = {triple.subject for triple in found if isinstance(triple.subject, NamedNode)}
    add(subjects, (vocabulary.SOURCE, vocabulary.IS_STATED_IN, vocabulary.CHECKED_ON))
    evidence = [one for subject in subjects for one in read.evidence(store, subject)]
    add(evidence, (vocabulary.IS_EVIDENCE_FOR, vocabulary.SUPPORTS_PROPERTY, vocabulary.SOURCE, vocabulary.CHECKED_ON))
    sources = {triple.object for triple in found if triple.predicate in (vocabulary.SOURCE, vocabulary.IS_STATED_IN)}
    add([thing for thing in _things(found) if thing in sources], _ABOUT_SOURCES)
    return list(found)


def _things(triples: Iterable[Triple]) -> list[NamedNode]:
    found = {thing for triple in triples for thing in (triple.subject, triple.object) if isinstance(thing, NamedNode)}
    return sorted(found, key=lambda one: one.value)


def _merged(lines: list[LineData]) -> list[LineData]:
    """Return lines without repetition; a line that occurs several times has the quads of all of them."""
    found: dict[tuple[str, str], LineData] = {}
    for one in lines:
        key = one.label, plain(one.phrase)
        known = found.get(key)
        found[key] = line(one.label, one.phrase, *(known.quads if known else ()), *one.quads)
    return list(found.values())


# What it is


def _identity(store: Store, agent: NamedNode) -> list[LineData]:
    lines = [
        line("name", text_of(quad), quad)
        for name in (vocabulary.PREF_LABEL, vocabulary.NAME_AS_PRINTED, vocabulary.ALT_LABEL)
        for quad in read.literals(store, agent, name)
    ]
    kinds = read.quads(store, agent, vocabulary.HAS_AGENT_KIND)
    kinds.sort(key=lambda quad: (read.is_inferred(quad), str(quad.object)))
    lines += [thing_line(store, "kind", quad) for quad in kinds]
    for name, label in (
        (vocabulary.HAS_PARENT_COMPOUND, "parent compound"),
        (vocabulary.HAS_TARGETING_MOIETY, "targeting moiety"),
        (vocabulary.HAS_CHELATOR, "chelator"),
        (vocabulary.HAS_TARGET, "target"),
        (vocabulary.HAS_MODALITY, "modality"),
        (vocabulary.IS_MEMBER_OF_GROUP, "member of"),
    ):
        lines += [thing_line(store, label, quad) for quad in read.quads(store, agent, name)]
    for quad in read.quads(store, agent, vocabulary.HAS_RADIONUCLIDE):
        lines += [thing_line(store, "radionuclide", quad), *_nuclide(store, object_of(quad))]
    return lines


def _nuclide(store: Store, nuclide: NamedNode) -> list[LineData]:
    lines = []
    for quad in read.quads(store, nuclide, vocabulary.IS_NUCLIDE_OF):
        element = object_of(quad)
        numbers = [
            one for name in (vocabulary.SYMBOL, vocabulary.ATOMIC_NUMBER) for one in read.literals(store, element, name)
        ]
        details = ", ".join(text_of(one) for one in numbers)
        lines.append(line("element", (read.thing(store, element), f" ({details})"), quad, *numbers))
    half_life = decay.half_life(store, nuclide)
    if half_life:
        about = sorted(store.quads_for_pattern(half_life.quantity, None, None, None), key=str)
        quads = read.quads(store, nuclide, vocabulary.HAS_HALF_LIFE)
        quads += [quad for quad in about if not read.is_inferred(quad)]
        data_set = f" ({half_life.data_set})" if half_life.data_set else ""
        lines.append(line("half-life", f"{half_life.text}{data_set}", *quads))
    return [*lines, *_decay(store, nuclide)]


def _decay(store: Store, nuclide: NamedNode) -> list[LineData]:
    """Return a line for each decay branch and each emission of a radionuclide, with their quads."""
    lines = []
    for kind, part_of, name in (
        ("decays by", vocabulary.IS_BRANCH_OF, vocabulary.HAS_DECAY_MODE),
        ("emits", vocabulary.IS_EMISSION_OF, vocabulary.HAS_EMISSION_KIND),
    ):
        for quad in sorted(store.quads_for_pattern(None, part_of, nuclide, None), key=str):
            if read.is_inferred(quad) or not isinstance(quad.subject, NamedNode):
                continue
            about = sorted(store.quads_for_pattern(quad.subject, None, None, None), key=str)
            details = decay.branch_details(store, quad.subject) or decay.emission_details(store, quad.subject)
            for concept in read.quads(store, quad.subject, name):
                text = (read.thing(store, object_of(concept)), f" ({details})" if details else "")
                lines.append(line(kind, text, *(one for one in about if not read.is_inferred(one))))
    return lines


# Applications, documents, and whom to ask


def _applications(store: Store, agent: NamedNode) -> list[LineData]:
    lines = []
    found = set()
    for quad in read.quads(store, None, vocabulary.IS_APPLICATION_FOR, agent):
        for of_type in read.quads(store, subject_of(quad), vocabulary.HAS_APPLICATION_TYPE):
            kind = object_of(of_type)
            found.add(kind)
            lines.append(_document(store, read.label(store, kind), quad, [of_type]))
    missing = (kind for kind in APPLICATION_TYPES if kind not in found)
    return lines + [line(read.label(store, kind), "missing: the graph knows of none") for kind in missing]


def _documents(store: Store, agent: NamedNode) -> list[LineData]:
    kinds = read.subjects(store, vocabulary.IN_SCHEME, vocabulary.DOCUMENT_KIND)
    others = [kind for kind in kinds if kind not in DOCUMENT_KINDS]
    own = read.quads(store, None, vocabulary.IS_DOCUMENT_OF, agent)
    lines = []
    for kind in (*(kind for kind in DOCUMENT_KINDS if kind in kinds), *others):
        label = read.label(store, kind)
        found = [
            _document(store, label, quad, of_kind)
            for quad in own
            if (of_kind := read.quads(store, subject_of(quad), vocabulary.HAS_DOCUMENT_KIND, kind))
        ]
        lines += found or ([line(label, "missing: the graph knows of none")] if kind in DOCUMENT_KINDS else [])
    return lines


def _document(store: Store, label: str, of_agent: Quad, kinds: list[Quad]) -> LineData:
    document = subject_of(of_agent)
    quads = [of_agent, *kinds]
    phrase: list[str | read.Thing] = [read.thing(store, document)]
    for name, before in _DOCUMENT_TEXTS:
        for quad in read.literals(store, document, name):
            quads.append(quad)
            phrase.append(f"; {before}{text_of(quad)}")
    for name, before in _DOCUMENT_THINGS:
        for quad in read.quads(store, document, name):
            quads.append(quad)
            phrase += [f"; {before}", read.thing(store, object_of(quad))]
    for quad in read.quads(store, None, vocabulary.IS_EVENT_OF, document):
        kinds_of_event = read.quads(store, subject_of(quad), vocabulary.HAS_EVENT_KIND)
        printed = read.literals(store, subject_of(quad), vocabulary.DATE_AS_PRINTED)
        quads += [quad, *kinds_of_event, *printed]
        for kind in kinds_of_event:
            phrase += ["; ", read.thing(store, object_of(kind))]
        phrase += [f" {dates.shown(text_of(one))}" for one in printed]
    return line(label, tuple(phrase), *quads)


def _contacts(store: Store, agent: NamedNode) -> list[LineData]:
    held = read.quads(store, agent, vocabulary.IS_LISTED_AS_HELD_BY)
    lines = [thing_line(store, "listed as held by", quad) for quad in held]
    holders = read.quads(store, agent, vocabulary.HAS_APPLICATION_HOLDER)
    lines += [thing_line(store, "holds an application", quad) for quad in holders]
    lines = lines or [line("holder", "the graph knows of none")]
    applications = read.subjects(store, vocabulary.IS_APPLICATION_FOR, agent)
    # a marketing approval says nothing on how to open a trial
    about = [one for one in applications if vocabulary.IND in read.objects(store, one, vocabulary.HAS_APPLICATION_TYPE)]
    for document in [*about, *read.subjects(store, vocabulary.IS_DOCUMENT_OF, agent)]:
        for source in read.sources(store, document):
            if source == vocabulary.IMAGING_TRIALS_RESOURCES:
                continue  # the page itself is not where to read more
            nodes = (document, *read.evidence(store, document))
            given = [quad for one in nodes for quad in read.quads(store, one, vocabulary.SOURCE, source)]
            for quad in store.quads_for_pattern(source, vocabulary.URL, None, None):
                phrase = (read.thing(store, source), f" <{object_of(quad).value}>")
                lines.append(line("where to read", phrase, quad, *given))
    if held or holders:
        for quad in read.quads(store, None, vocabulary.NAMES_CONCEPT, vocabulary.IND):
            section = subject_of(quad)
            for one in read.literals(store, section, vocabulary.HEADING):
                lines.append(line("on the page", ("under '", read.Thing(section, text_of(one)), "'"), quad, one))
    return lines + report_programs.contacts(store, agent)
