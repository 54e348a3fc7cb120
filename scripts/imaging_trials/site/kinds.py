"""The kinds of things: their names in the plural, and how the listing of all pages groups them."""

from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import NamedNode, Store

from imaging_trials.model import PROJECT, read


class Kind(NamedTuple):
    """A kind: its name in the plural, and whether its things only say something about others.

    Things of a minor kind have a page, but search does not find them and no page of theirs has more than statements.
    """

    plural: str
    is_minor: bool = False


GROUPS: dict[str, dict[str, Kind]] = {
    "Agents": {
        "agent": Kind("Agents"),
        "agent-group": Kind("Groups of agents"),
        "document": Kind("Documents of agents"),
        "application": Kind("Applications to authorities"),
        "status": Kind("Regulatory statuses"),
        "substance": Kind("Substances"),
        "target": Kind("Targets"),
        "radionuclide": Kind("Radionuclides"),
        "element": Kind("Elements"),
        "agent-name": Kind("Names of agents", is_minor=True),
        "match-word": Kind("Words in the texts of records", is_minor=True),
        "branch": Kind("Decay branches", is_minor=True),
        "emission": Kind("Emissions", is_minor=True),
        "quantity": Kind("Quantities", is_minor=True),
    },
    "Guidelines and literature": {
        "guideline": Kind("Guidelines"),
        "edition": Kind("Editions of guidelines"),
        "article": Kind("Articles"),
        "journal": Kind("Journals"),
        "event": Kind("Events", is_minor=True),
        "authorship": Kind("Authorships", is_minor=True),
        "listing": Kind("Listings", is_minor=True),
        "erratum": Kind("Errata", is_minor=True),
        "possible-match": Kind("Possible same authors", is_minor=True),
    },
    "Trials, programs and organizations": {
        "organization": Kind("Organizations"),
        "person": Kind("People"),
        "program": Kind("Programs"),
        "objective": Kind("Objectives"),
        "enrollment": Kind("Expected enrollments"),
        "research-question": Kind("Research questions"),
        "trial": Kind("Trials"),
        "intervention": Kind("Interventions"),
        "registry-record": Kind("Records of trials"),
    },
    "Imported records": {
        "arm": Kind("Arms", is_minor=True),
        "investigatorship": Kind("Investigatorships", is_minor=True),
        "outcome-measure": Kind("Outcome measures", is_minor=True),
        "record-match": Kind("Matches in records", is_minor=True),
        "sponsorship": Kind("Sponsorships", is_minor=True),
        "trial-document": Kind("Documents of trials", is_minor=True),
        "trial-identifier": Kind("Identifiers of trials", is_minor=True),
        "trial-reference": Kind("References of trials", is_minor=True),
        "trial-site": Kind("Sites of trials", is_minor=True),
    },
    "The page of NCI": {
        "page": Kind("Web pages"),
        "section": Kind("Sections of the page"),
        "statement": Kind("Statements of the page"),
        "advice": Kind("Advice"),
    },
    "Sources and links": {
        "source": Kind("Sources"),
        "evidence": Kind("Evidence", is_minor=True),
        "correction": Kind("Corrections", is_minor=True),
        "discrepant-value": Kind("Discrepant values", is_minor=True),
        "mapping-set": Kind("Mapping sets"),
        "mapping": Kind("Mappings", is_minor=True),
    },
}
"""Title of a group, and in it the slug of each kind under ``id/``."""

KINDS = {slug: kind for group in GROUPS.values() for slug, kind in group.items()}


def of(iri: str) -> str:
    """Return the slug of the kind of a thing, or "" for an IRI that is not under ``id/``."""
    path = iri.removeprefix(f"{PROJECT.base}id/")
    return path.partition("/")[0] if path != iri else ""


def is_minor(iri: str) -> bool:
    """Return whether a thing only says something about others."""
    kind = KINDS.get(of(iri))
    return kind is not None and kind.is_minor


def own(store: Store) -> tuple[NamedNode, ...]:
    """Return every IRI of ours that has a statement, sorted."""
    found = {quad.subject for quad in store if isinstance(quad.subject, NamedNode)}
    return tuple(sorted((one for one in found if PROJECT.is_own(one.value)), key=lambda one: one.value))


def by_kind(store: Store, iris: Iterable[NamedNode]) -> dict[str, list[NamedNode]]:
    """Return the things among IRIs by the slugs of their kinds, sorted by label."""
    found: dict[str, list[NamedNode]] = {}
    for iri in sorted(iris, key=lambda one: (read.label(store, one).casefold(), one.value)):
        found.setdefault(of(iri.value), []).append(iri)
    return found
