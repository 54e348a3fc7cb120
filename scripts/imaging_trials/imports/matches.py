"""What the record of a trial or an article names: its matches as statements, and whether the trial makes images.

Identifiers of indexes come first, then names in texts. Matches are the work of this software and no statements of the
database: they are in the graph of the record's version, and the hash of the version does not cover them.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from imaging_trials.bibliography import Citation
from imaging_trials.imports import articles
from imaging_trials.imports.matching.lexicon import Lexicon, read_lexicon
from imaging_trials.imports.matching.search import Found, agents_in, may_name_agents, may_name_techniques, techniques_in
from imaging_trials.imports.matching.text import words_of
from imaging_trials.imports.statements import Statements, coded, iri, quoted, said, term, text_of, typed
from imaging_trials.imports.studies.study import Study
from imaging_trials.imports.trial_parts import NCIT, thing_of
from imaging_trials.model import PROJECT

DIAGNOSTIC_IMAGING = "D003952"
"""Diagnostic Imaging, the heading of MeSH that imaging techniques are under."""

_HEADINGS = "derivedSection.interventionBrowseModule.meshes"
_CONCEPTS = "arms.interventions.intervention_code"
_KEYWORDS = "conditionsModule.keywords"
_ARM_LABEL = "armsInterventionsModule.armGroups.label"
_INTERVENTION_NAME = "armsInterventionsModule.interventions.name"
_OTHER_NAMES = "armsInterventionsModule.interventions.otherNames"
_CLASSES = {
    "agent": ("imt:AgentMatch", "imt:hasMatchedAgent", "imt:PharmaceuticalAgent"),
    "substance": ("imt:AgentMatch", "imt:hasMatchedSubstance", "imt:Substance"),
    "group": ("imt:AgentMatch", "imt:hasMatchedGroup", "imt:AgentGroup"),
    "modality": ("imt:ModalityMatch", "imt:namesModality", ""),
    "": ("imt:RecordMatch", "", ""),
}
"""A kind of what was found: the class of the match, the property that leads to the thing, the class of the thing."""

_MATCH = PROJECT.expand("recordmatch:")
_RULE = PROJECT.expand("matchrule:")
_MEANT = frozenset(("agent", "substance"))


class _Terms(NamedTuple):
    """The terms of a match, expanded once."""

    classes: dict[str, tuple[str, str, str]]
    of: str
    found_in: str
    rule: str
    score: str
    field: str
    text: str
    start: str
    end: str


@cache
def _terms() -> _Terms:
    names = (
        "isMatchOf", "isFoundIn", "hasMatchRule", "ruleScore", "matchField", "matchTextAsPrinted", "matchStart",
        "matchEnd",
    )  # fmt: skip
    classes = {
        kind: (_class(of), term(to_thing) if to_thing else "", _class(of_thing) if of_thing else "")
        for kind, (of, to_thing, of_thing) in _CLASSES.items()
    }
    return _Terms(classes, *(term(f"imt:{name}") for name in names))


def _class(curie: str) -> str:
    return said(term("rdf:type"), term(curie))


@cache
def _number(value: int) -> str:
    return typed(str(value), "integer")


class Field(NamedTuple):
    """A text of a record: its path, the term of the part that has it, and what a match in it means.

    ``means`` is the reason why an imaging technique in it is evidence of imaging, or ""; ``is_about`` says whether an
    agent in it is one that the trial or article is about.
    """

    path: str
    part: str
    text: str
    means: str = ""
    is_about: bool = True


@cache
def lexicon() -> Lexicon:
    """Return the names and words of the shipped graph, read once in a process."""
    from rdfkit.stores import embedded

    return read_lexicon(embedded.open_store(PROJECT))


def of_study(study: Study, words: Lexicon) -> Statements:
    """Return the matches in a study as statements without a graph."""
    made = _Made(*thing_of(study), words)
    browse = study.record.derived_section.intervention_browse_module
    for one in browse.meshes:
        made.identifier(_HEADINGS, articles.MESH + one.id, reason="imaging-heading")
    if any(one.id == DIAGNOSTIC_IMAGING for one in (*browse.ancestors, *browse.meshes)):
        made.heading("derivedSection.interventionBrowseModule.ancestors")
    for number, code in study.elsewhere.intervention_concepts:
        made.identifier(_CONCEPTS, NCIT + code, part=f"trialintervention:{made.key}-{number}")
    made.texts(_fields(study, made.thing, made.key))
    return made.written()


def of_citation(citation: Citation, words: Lexicon) -> Statements:
    """Return the matches in a citation as statements without a graph."""
    thing, key = articles.thing_of(citation)
    made = _Made(thing, key, words, link="imt:namesAgent")
    for heading in citation.mesh_headings:
        for code in heading.mesh:
            made.identifier("MeshHeadingList", articles.MESH + code)
    for substance in citation.substances:
        for code in substance.mesh:
            made.identifier("ChemicalList", articles.MESH + code)
        if substance.unii:
            made.identifier("ChemicalList", articles.UNII + substance.unii)
    fields = [Field("ArticleTitle", thing, citation.title)]
    fields += [Field("KeywordList", thing, word) for word in citation.keywords]
    made.texts(fields)
    return made.written()


def _fields(study: Study, trial: str, key: str) -> list[Field]:
    """Return the texts of a study; parts are named by their position, as `trial_parts` names them."""
    protocol = study.record.protocol_section
    named, planned = protocol.identification_module, protocol.arms_interventions_module
    found = [
        Field("identificationModule.briefTitle", trial, named.brief_title),
        Field("identificationModule.officialTitle", trial, named.official_title),
    ]
    found += [Field(_KEYWORDS, trial, word, is_about=False) for word in protocol.conditions_module.keywords]
    found += [
        Field(_ARM_LABEL, f"arm:{key}-{number}", arm.label, "imaging-modality")
        for number, arm in enumerate(planned.arm_groups, 1)
    ]
    for number, one in enumerate(planned.interventions, 1):
        part = f"trialintervention:{key}-{number}"
        found.append(Field(_INTERVENTION_NAME, part, one.name, "imaging-modality"))
        found += [Field(_OTHER_NAMES, part, text, "imaging-modality") for text in dict.fromkeys(one.other_names)]
    number = 0
    outcomes = protocol.outcomes_module
    for path, measures in (
        ("outcomesModule.primaryOutcomes.measure", outcomes.primary_outcomes),
        ("outcomesModule.secondaryOutcomes.measure", outcomes.secondary_outcomes),
        ("outcomesModule.otherOutcomes.measure", outcomes.other_outcomes),
    ):
        for measured in measures:
            number += 1
            found.append(Field(path, f"outcome:{key}-{number}", measured.measure, "imaging-outcome", is_about=False))
    for name in study.elsewhere.intervention_headings:  # names of headings without their identifiers
        found.append(Field(_HEADINGS, trial, name, "imaging-heading"))
    return found


def _code(identifier: str) -> str:
    """Return the code in the IRI of an identifier, as the record has it."""
    return identifier.rpartition("/")[2].removeprefix("NCIT_")


class _Made:
    """The matches of one record."""

    def __init__(self, thing: str, key: str, words: Lexicon, link: str = "imt:investigatesAgent") -> None:
        self.thing = thing
        self.key = key
        self.words = words
        self.link = link
        self.made = Statements()
        self.agents: set[str] = set()
        self.broader: list[tuple[str, str, str]] = []
        self.techniques: set[tuple[str, str, str]] = set()

    def written(self) -> Statements:
        """Return the statements, with the identifiers that support what other rules found."""
        for path, identifier, agent in self.broader:
            if agent in self.agents:
                found = Found("agent", agent, "broader-identifier", 0, 0)
                self._match(Field(path, self.thing, identifier), found, _code(identifier))
        return self.made

    def identifier(self, path: str, identifier: str, *, reason: str = "", part: str = "") -> None:
        """Add what is exactly the thing of an identifier elsewhere; keep what it is broader than."""
        words = self.words
        self.broader += [(path, identifier, agent) for agent in words.broader.get(identifier, ())]
        thing = words.exact.get(identifier)
        if thing is None:
            return
        kind = next(
            (kind for kind in ("agent", "substance", "modality") if thing.startswith(PROJECT.prefixes[kind])), ""
        )
        if not kind or (kind == "substance" and thing not in words.molecules):
            return
        rule = "exact-identifier"
        field = Field(path, part or self.thing, identifier, reason if kind == "modality" else "")
        self._match(field, Found(kind, thing, rule, 0, 0), _code(identifier))

    def heading(self, path: str) -> None:
        """Add that an index places the record under Diagnostic Imaging."""
        field = Field(path, self.thing, DIAGNOSTIC_IMAGING, "imaging-heading")
        self._match(field, Found("", "", "heading-under-diagnostic-imaging", 0, 0), DIAGNOSTIC_IMAGING)

    def texts(self, fields: list[Field]) -> None:
        """Add what texts name. Texts without a word of a name are not looked at."""
        words = self.words
        said = words_of("\n".join([one.text for one in fields]))
        if may_name_agents(said, words):
            self._search(fields, agents=True)
        if may_name_techniques(said, words):
            self._search([one for one in fields if one.means], agents=False)

    def _search(self, fields: Iterable[Field], *, agents: bool) -> None:
        may, search = (may_name_agents, agents_in) if agents else (may_name_techniques, techniques_in)
        for field in fields:
            if may(words_of(field.text), self.words):
                text = text_of(field.text)
                for found in search(text, self.words):
                    if found.kind == "modality":
                        once = (field.part, field.path, found.thing)
                        if once in self.techniques:
                            continue  # "MRI", and among the other names "magnetic resonance imaging"
                        self.techniques.add(once)
                    self._match(field, found, text[found.start : found.end])

    def _match(self, field: Field, found: Found, printed: str) -> None:
        words, made = self.words, self.made
        part = field.part if field.part[0] == "<" else iri(PROJECT.expand(field.part))
        name = "|".join((field.path, part, field.text, found.kind, found.thing, found.rule, str(found.start)))
        digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
        match = f"<{_MATCH}{self.key}-{digest}>"
        terms = _terms()
        cls, to_thing, of_thing = terms.classes[found.kind]
        rest = made.of[match] = [
            cls,
            said(terms.of, self.thing),
            said(terms.found_in, part),
            said(terms.rule, f"<{_RULE}{found.rule}>"),
            said(terms.score, _number(words.scores[found.rule])),
            said(terms.field, coded(field.path)),
            said(terms.text, quoted(printed)),
        ]
        if found.end:
            rest += [said(terms.start, _number(found.start)), said(terms.end, _number(found.end))]
        if to_thing:
            rest.append(said(to_thing, f"<{found.thing}>"))
        if of_thing:
            made.about(f"<{found.thing}>").append(of_thing)
        decides = found.kind in _MEANT and found.rule != "broader-identifier"
        if decides and found.thing in words.pharmaceuticals:
            self._mean(field, part, found)
        self._evidence(field, found, match)

    def _mean(self, field: Field, part: str, found: Found) -> None:
        """Add that an intervention means the agent, and that the record is about it."""
        agent = iri(found.thing)
        self.agents.add(found.thing)
        self.made.about(agent).append(_class("imt:PharmaceuticalAgent"))
        if field.part.startswith("trialintervention:"):
            self.made.add(part, "imt:refersToAgent", agent)
        if field.is_about:
            self.made.add(self.thing, self.link, agent)

    def _evidence(self, field: Field, found: Found, match: str) -> None:
        """Add that a match is evidence that the trial makes images: never its purpose."""
        reason = field.means
        if found.kind == "agent":
            if not (reason and found.is_evidence and self.words.of_agent.get(found.thing)):
                return
            reason = "imaging-agent" if reason == "imaging-modality" else reason
        elif found.kind not in ("modality", "") or not reason:
            return
        self.made.add(self.thing, "imt:isImagingTrialBy", match)
        self.made.add(match, "imt:hasImagingReason", term(f"imagingreason:{reason}"))
