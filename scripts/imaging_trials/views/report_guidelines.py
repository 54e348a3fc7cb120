"""The guidelines in an agent's report: for the agent, its groups, its targets, and diseases that these deal with.

A shared modality or body site is no kinship: a guideline for PET of bone says nothing about another PET agent.
"""

from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad, Store

from imaging_trials.model import read, vocabulary
from imaging_trials.views import article_findings, currency
from imaging_trials.views.phrases import joined
from imaging_trials.views.report_lines import LineData, line, object_of, subject_of

_NOTHING = {
    "agent": "the graph knows of none",
    "group": "the graph knows of no other",
    "target": "the graph knows of no other",
    "disease": "the graph knows of no other for a disease that the guidelines for the agent, group or target deal with",
}

_Coverage = dict[NamedNode, list[Quad]]
"""Editions and articles, each with the quads that say what it covers."""


def sections(store: Store, agent: NamedNode, as_of: str) -> list[tuple[str, list[LineData]]]:
    """Return what the guidelines share with the agent, and their lines; no guideline is listed twice."""
    sharing = [
        one
        for target in read.objects(store, agent, vocabulary.HAS_TARGET)
        for one in read.subjects(store, vocabulary.HAS_TARGET, target)
        if one != agent
    ]
    seen: set[NamedNode] = set()
    diseases: list[NamedNode] = []
    found = []
    for what, covering in (
        ("agent", _covering(store, vocabulary.COVERS_AGENT, [agent])),
        ("group", _covering_groups(store, [agent])),
        ("target", _covering_agents(store, sharing)),
    ):
        diseases += [one for thing in covering for one in read.objects(store, thing, vocabulary.COVERS_DISEASE)]
        found.append((what, _judged(store, _unseen(covering, seen), as_of)))
    by_disease = _covering(store, vocabulary.COVERS_DISEASE, diseases)
    found.append(("disease", _judged(store, _unseen(by_disease, seen), as_of)))
    return [(what, lines or [line("guideline", _NOTHING[what])]) for what, lines in found]


def _unseen(covering: _Coverage, seen: set[NamedNode]) -> _Coverage:
    """Return what was not seen before, and note it as seen."""
    new = {thing: quads for thing, quads in covering.items() if thing not in seen}
    seen.update(new)
    return new


def _covering(store: Store, name: NamedNode, things: Iterable[NamedNode]) -> _Coverage:
    """Return the editions and articles that cover any of the things."""
    found: _Coverage = {}
    for thing in dict.fromkeys(things):
        for quad in read.quads(store, None, name, thing):
            found.setdefault(subject_of(quad), []).append(quad)
    return found


def _covering_groups(store: Store, agents: list[NamedNode]) -> _Coverage:
    """Return the editions and articles that cover a group that any of the agents is a member of."""
    found: _Coverage = {}
    for agent in agents:
        for membership in read.quads(store, agent, vocabulary.IS_MEMBER_OF_GROUP):
            groups = _covering(store, vocabulary.COVERS_AGENT_GROUP, [object_of(membership)])
            for thing, quads in groups.items():
                found.setdefault(thing, []).extend([*quads, membership])
    return found


def _covering_agents(store: Store, agents: list[NamedNode]) -> _Coverage:
    """Return the editions and articles that cover any of the agents, or a group that one of them is a member of."""
    found = _covering(store, vocabulary.COVERS_AGENT, agents)
    for thing, quads in _covering_groups(store, agents).items():
        found.setdefault(thing, []).extend(quads)
    return found


def _judged(store: Store, covering: _Coverage, as_of: str) -> list[LineData]:
    lines = []
    for thing, why in sorted(covering.items(), key=lambda one: read.label(store, one[0])):
        published = read.quads(store, thing, vocabulary.IS_PUBLISHED_AS)
        article = object_of(published[0]) if published else None
        covered = read.quads(store, thing, vocabulary.COVERS_BODY_SITE)
        sites = joined(dict.fromkeys(read.thing(store, object_of(quad)) for quad in covered), ", ")
        phrase: list[str | read.Thing] = [read.thing(store, thing)]
        if article:
            phrase += [" (", read.thing(store, article), ")"]
        phrase += [": ", *_status(store, article or thing, as_of)]
        if sites:
            phrase += ["; body site: ", *sites]
        events = [quad for about in (thing, article) if about for quad in _events(store, about)]
        lines.append(line("guideline", tuple(phrase), *why, *published, *covered, *events))
    return lines


def _status(store: Store, thing: NamedNode, as_of: str) -> list[str | read.Thing]:
    """Return the status of an article or edition, and the findings that say most about it."""
    status = currency.of_thing(store, thing, as_of)
    wanted = (status.status, "corrected", article_findings.NO_GUIDELINE)
    findings = [one for one in status.findings if one.words in wanted]
    phrase: list[str | read.Thing] = []
    for one in sorted(findings, key=lambda one: one.words != status.status):
        phrase += ["; "] if phrase else []
        phrase.append(one.words)
        if one.what:
            phrase += [" ", *one.what]
    return phrase or [status.status]


def _events(store: Store, thing: NamedNode) -> list[Quad]:
    """Return the quads that a status follows from: those of events with an assertion status, and of errata."""
    found: list[Quad] = []
    for event in read.subjects(store, vocabulary.IS_EVENT_OF, thing):
        if read.objects(store, event, vocabulary.HAS_ASSERTION_STATUS):
            quads = sorted(store.quads_for_pattern(event, None, None, None), key=str)
            found += [quad for quad in quads if not read.is_inferred(quad)]
    for erratum in read.subjects(store, vocabulary.CORRECTS, thing):
        found += read.quads(store, erratum, vocabulary.CORRECTS, thing)
    return found
