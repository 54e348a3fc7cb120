"""Possible same authors: printed names of different articles that may be those of one person.

The rule. Two printed names of persons match where

1. their family names are the same once accents, capitals, hyphens and particles ("van den", "da") are set aside,
2. the initials of one begin with those of the other ("R", "RC"), and the names are not printed alike, and
3. no article has both in its list of authors.

The score, in hundredths, starts at 60. Each other author that the two have in common adds 8, up to 24. Two initials
in common add 10; a single one takes away 10. Guidelines of one society add 5. A family name under which the graph has
somebody with other initials takes away 20, and one that is printed with a particle in one place only takes away 5.
A match is a hint to look, never an identity, so it stays between 1 and 99.

``python -m imaging_trials.bibliography.author_matching`` writes ``data/curated/possible-matches.ttl`` anew.
"""

import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Store

from imaging_trials.bibliography.model import Author
from imaging_trials.graph import lookup
from imaging_trials.graph import nuclide_notation as notation
from imaging_trials.graph import read as facts
from imaging_trials.graph.project import PROJECT
from rdfkit.rdf import named_graphs as layers

FILE = "data/curated/possible-matches.ttl"
BASIS = (
    "Same family name less accents, hyphens and particles, initials of which one set begins the other, "
    "and no article whose list of authors has both names."
)

_PARTICLES = frozenset("da das de del della den der di do dos du el la le ten ter van von zu zum".split())  # noqa: SIM905
_START, _LEAST, _MOST = 60, 1, 99


class Name(NamedTuple):
    """A printed name taken apart: words of the family name without and with particles, and initials, all folded."""

    printed: str
    family: tuple[str, ...]
    whole_family: tuple[str, ...]
    initials: str


class Match(NamedTuple):
    """Two printed names, the score, why, and the authorships under either name."""

    first: str
    second: str
    score: int
    reason: str
    candidates: tuple[NamedNode, ...]


class _Bearer(NamedTuple):
    """A name, with its authorships, the articles they belong to, its co-authors' keys and its articles' societies."""

    name: Name
    authorships: list[NamedNode]
    articles: set[NamedNode]
    others: set[tuple[tuple[str, ...], str]]
    societies: set[NamedNode]


def read_name(printed: str) -> Name | None:
    """Return a person's printed name taken apart, or None where it has no initials."""
    person = Author(" ".join(printed.split()), is_group=False, is_listed_under_group=False).person
    if not person:
        return None
    words = tuple(word for word in re.split(r"[^\w']+", notation.fold(person.family)) if word)
    initials = "".join(c for c in notation.fold(person.given) if c.isalpha())
    family = tuple(word for word in words if word not in _PARTICLES) or words
    return Name(printed, family, words, initials) if family and initials else None


def may_be_one(one: Name, other: Name) -> bool:
    """Tell whether the rule takes two names for possibly those of one person, without regard to author lists."""
    shorter, longer = sorted((one.initials, other.initials), key=len)
    return one.printed != other.printed and one.family == other.family and longer.startswith(shorter)


def find(store: Store) -> list[Match]:
    """Return all matches among the printed names in ``store``, sorted by the two names."""
    bearers = _bearers(store)
    by_family: dict[tuple[str, ...], list[_Bearer]] = defaultdict(list)
    for bearer in bearers:
        by_family[bearer.name.family].append(bearer)
    return sorted(
        _match(store, (one, other), same)
        for same in by_family.values()
        for one, other in combinations(sorted(same, key=lambda bearer: bearer.name.printed), 2)
        if may_be_one(one.name, other.name) and not one.articles & other.articles
    )


def turtle(store: Store) -> str:
    """Return the matches as the Turtle file of the house; the day is the one on which the page was read."""
    page = facts.node("source:page-titles")
    checked = facts.text(store, page, "checkedOn")
    prefixes = ("authorship", "dcterms", "imt", "match", "skos", "source", "xsd")
    lines = [f"@prefix {prefix}: <{PROJECT.prefixes[prefix]}> ." for prefix in prefixes]
    program = "python -m imaging_trials.bibliography.author_matching"
    lines += ["", f"# Names that may be those of one person: written by `{program}`"]
    for match in find(store):
        candidates = " , ".join(PROJECT.shorten(one.value) for one in match.candidates)
        lines += [
            "",
            f"match:{slug(match)} a imt:PossibleMatch ;",
            f"    skos:prefLabel {Literal(f'{match.first} and {match.second}', language='en')} ;",
            f"    imt:firstName {Literal(match.first)} ;",
            f"    imt:secondName {Literal(match.second)} ;",
            f"    imt:matchScore {match.score} ;",
            f"    imt:matchReason {Literal(match.reason, language='en')} ;",
            f"    imt:hasCandidate {candidates} ;",
            f'    imt:basis "{BASIS}"@en ;',
            "    dcterms:source source:page-titles ;",
            f'    imt:checkedOn "{checked}"^^xsd:date .',
        ]
    return "\n".join([*lines, ""])


def slug(match: Match) -> str:
    """Return the last part of a match's IRI: both names in small plain letters."""
    return re.sub(r"[^a-z0-9]+", "-", notation.fold(f"{match.first} {match.second}")).strip("-")


def _bearers(store: Store) -> list[_Bearer]:
    in_article: dict[NamedNode, list[Name]] = defaultdict(list)
    authorships: dict[Name, list[NamedNode]] = defaultdict(list)
    articles: dict[Name, set[NamedNode]] = defaultdict(set)
    for authorship in facts.members(store, "PersonAuthorship"):
        name = read_name(facts.text(store, authorship, "printedName"))
        if not name:
            continue
        for article in facts.objects(store, authorship, "isAuthorshipOf"):
            in_article[article].append(name)
            authorships[name].append(authorship)
            articles[name].add(article)
    return [
        _Bearer(
            name,
            authorships[name],
            articles[name],
            {
                (other.family, other.initials[0])
                for one in articles[name]
                for other in in_article[one]
                if other.family != name.family
            },
            {society for one in articles[name] for society in _societies(store, one)},
        )
        for name in authorships
    ]


def _societies(store: Store, article: NamedNode) -> list[NamedNode]:
    editions = facts.subjects(store, "isPublishedAs", article)
    return [society for edition in editions for society in facts.objects(store, edition, "isIssuedBy")]


def _match(store: Store, pair: tuple[_Bearer, _Bearer], same: list[_Bearer]) -> Match:
    one, other = pair
    score, reasons = _START, [f"same family name and initials that agree: {_START}"]

    def weigh(points: int, why: str) -> None:
        nonlocal score
        score += points
        reasons.append(f"{why}: {'+' if points > 0 else '-'}{abs(points)}")

    shared = len(one.others & other.others)
    if shared:
        weigh(min(8 * shared, 24), f"{shared} other author{'' if shared == 1 else 's'} in common")
    in_common = min(len(one.name.initials), len(other.name.initials))
    weigh(10 if in_common > 1 else -10, f"{in_common} initial{'' if in_common == 1 else 's'} in common")
    societies = sorted(lookup.label(store, society) for society in one.societies & other.societies)
    if societies:
        weigh(5, f"guidelines of {' and '.join(societies)}")
    if any(not may_be_one(one.name, third.name) and third.name != one.name for third in same):
        weigh(-20, "others bear the family name with other initials")
    if one.name.whole_family != other.name.whole_family:
        weigh(-5, "one name has a particle")
    candidates = sorted({*one.authorships, *other.authorships}, key=lambda authorship: authorship.value)
    reason = f"{'; '.join(reasons)}."
    return Match(
        one.name.printed, other.name.printed, max(_LEAST, min(score, _MOST)), reason[:1].upper() + reason[1:],
        tuple(candidates),
    )  # fmt: skip


def main(root: Path | None = None) -> None:
    """Write the file of possible matches anew from the sources under ``root``."""
    root = root or PROJECT.root
    (root / FILE).write_text(turtle(layers.read_sources(PROJECT.at(root))), encoding="utf-8")


if __name__ == "__main__":
    main()
