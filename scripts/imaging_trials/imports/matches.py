"""What the record of a trial or an article names: its matches as statements, and whether the trial makes images.

Identifiers of indexes come first, then names in texts. Matches are the work of this software and no statements of the
database: they are in the graph of the record's version, and the hash of the version does not cover them.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from imaging_trials.bibliography import Citation
from imaging_trials.imports import articles
from imaging_trials.imports.matching import Found, agents_in, may_name_agents, may_name_techniques, techniques_in
from imaging_trials.imports.matching_text import words_of
from imaging_trials.imports.matching_words import Lexicon, read_lexicon
from imaging_trials.imports.statements import Statements, iri, literal, term, text_of, typed
from imaging_trials.imports.study import Study
from imaging_trials.model import PROJECT

DIAGNOSTIC_IMAGING = "D003952"
"""Diagnostic Imaging, the heading of MeSH that imaging techniques are under."""

_TITLES = ("identificationModule.briefTitle", "identificationModule.officialTitle")
_PARTS = (
    ("armsInterventionsModule.armGroups", "arm", ("label",)),
    ("armsInterventionsModule.interventions", "trialintervention", ("name", "otherNames")),
)
_BROWSE = "derivedSection.interventionBrowseModule"
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

    classes: dict[str, tuple[str, ...]]
    type: str
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
    curies = (
        "rdf:type", "imt:isMatchOf", "imt:isFoundIn", "imt:hasMatchRule", "imt:ruleScore", "imt:matchField",
        "imt:matchTextAsPrinted", "imt:matchStart", "imt:matchEnd",
    )  # fmt: skip
    classes = {kind: tuple(term(one) if one else "" for one in curies) for kind, curies in _CLASSES.items()}
    return _Terms(classes, *map(term, curies))


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


def of_study(study: Study, words: Lexicon) -> list[str]:
    """Return the matches in a study as statements without a graph."""
    trial, key = iri(articles.TRIAL + study.nct_id), study.nct_id.lower()
    made = _Made(trial, key, words)
    for code in _codes(study, "meshes"):
        made.identifier(f"{_BROWSE}.meshes", articles.MESH + code, reason="imaging-heading")
    if DIAGNOSTIC_IMAGING in (*_codes(study, "ancestors"), *_codes(study, "meshes")):
        made.heading(f"{_BROWSE}.ancestors")
    made.texts(list(_fields(study, trial, key)))
    return made.lines()


def of_citation(citation: Citation, words: Lexicon) -> list[str]:
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
    return made.lines()


def _codes(study: Study, name: str) -> Iterator[str]:
    for one in study.items(f"{_BROWSE}.{name}"):
        if isinstance(code := one.get("id"), str) and code.isalnum() and code.isascii():
            yield code


def _fields(study: Study, trial: str, key: str) -> Iterator[Field]:
    """Yield the texts of a study; parts are named by their position, as `trials` names them."""
    for path in _TITLES:
        yield Field(path, trial, study.text(path))
    for word in study.texts("conditionsModule.keywords"):
        yield Field("conditionsModule.keywords", trial, word, is_about=False)
    for path, prefix, names in _PARTS:
        for number, one in enumerate(study.items(path), 1):
            for name in names:
                for text in _texts(one.get(name)):
                    yield Field(f"{path}.{name}", f"{prefix}:{key}-{number}", text, "imaging-modality")
    number = 0
    for level in ("primary", "secondary", "other"):
        path = f"outcomesModule.{level}Outcomes"
        for one in study.items(path):
            number += 1
            for text in _texts(one.get("measure")):
                yield Field(f"{path}.measure", f"outcome:{key}-{number}", text, "imaging-outcome", is_about=False)


def _texts(value: object) -> list[str]:
    """Return a text, or the texts of a list, each once."""
    if isinstance(value, list):
        return [*dict.fromkeys(one for one in value if isinstance(one, str))]
    return [value] if isinstance(value, str) else []


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

    def lines(self) -> list[str]:
        for path, identifier, agent in self.broader:
            if agent in self.agents:
                found = Found("agent", agent, "broader-identifier", 0, 0)
                self._match(Field(path, self.thing, identifier), found, identifier)
        return self.made.lines

    def identifier(self, path: str, identifier: str, reason: str = "") -> None:
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
        field = Field(path, self.thing, identifier, reason if kind == "modality" else "")
        self._match(field, Found(kind, thing, rule, 0, 0), identifier)

    def heading(self, path: str) -> None:
        """Add that an index places the record under Diagnostic Imaging."""
        field = Field(path, self.thing, DIAGNOSTIC_IMAGING, "imaging-heading")
        self._match(field, Found("", "", "heading-under-diagnostic-imaging", 0, 0), articles.MESH + DIAGNOSTIC_IMAGING)

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
        lines = made.lines
        lines += [
            f"{match} {terms.type} {cls}",
            f"{match} {terms.of} {self.thing}",
            f"{match} {terms.found_in} {part}",
            f"{match} {terms.rule} <{_RULE}{found.rule}>",
            f"{match} {terms.score} {_number(words.scores[found.rule])}",
            f"{match} {terms.field} {literal(field.path)}",
            f"{match} {terms.text} {literal(printed)}",
        ]
        if found.end:
            lines += [f"{match} {terms.start} {_number(found.start)}", f"{match} {terms.end} {_number(found.end)}"]
        if to_thing:
            lines.append(f"{match} {to_thing} <{found.thing}>")
        if of_thing:
            lines.append(f"<{found.thing}> {terms.type} {of_thing}")
        if found.kind in _MEANT and found.thing in words.pharmaceuticals and found.rule != "broader-identifier":
            self._mean(field, part, found)
        self._evidence(field, found, match)

    def _mean(self, field: Field, part: str, found: Found) -> None:
        """Add that an intervention means the agent, and that the record is about it."""
        agent = iri(found.thing)
        self.agents.add(found.thing)
        self.made.add(agent, "rdf:type", term("imt:PharmaceuticalAgent"))
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
