"""Author names that may belong to one person: pairs of printed names, scored by a rule.

Two printed names of persons match if

1. their family names are equal without accents, capitals, hyphens and particles ("van den", "da"),
2. the initials of one begin with those of the other ("R", "RC"), and the names are not printed alike, and
3. no article has both in its list of authors.

The score, in hundredths, starts at 60. Each other author that the two have in common adds 8, up to 24. Two initials
in common add 10; a single one subtracts 10. Guidelines of one society add 5. A family name that the graph also has with
other initials subtracts 20, and a name that has a particle in one form only subtracts 5. A match is a hint to check,
never an identity, so the score stays between 1 and 99.

``python -m tools.author_matches`` writes ``data/curated/possible-matches.ttl``.
"""

import re
from collections import defaultdict
from itertools import combinations
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Store

from imaging_trials.bibliography.record import Author
from imaging_trials.model import PROJECT, nuclide_notation, read, vocabulary

FILE = "data/curated/possible-matches.ttl"
RATIONALE = (
    "Same family name less accents, hyphens and particles, initials of which one set begins the other, "
    "and no article whose list of authors has both names."
)

_PARTICLES = frozenset("da das de del della den der di do dos du el la le ten ter van von zu zum".split())  # noqa: SIM905
_START_SCORE, _MIN_SCORE, _MAX_SCORE = 60, 1, 99


class Name(NamedTuple):
    """The parts of a printed name, folded: the family name's words without and with particles, and the initials."""

    printed: str
    family: tuple[str, ...]
    whole_family: tuple[str, ...]
    initials: str


class Match(NamedTuple):
    """Two printed names, their score, the reason for it, and the authorships under either name."""

    first: str
    second: str
    score: int
    reason: str
    candidates: tuple[NamedNode, ...]


class _NameUse(NamedTuple):
    """A name, its authorships, and their articles with co-authors and issuing societies."""

    name: Name
    authorships: list[NamedNode]
    articles: set[NamedNode]
    others: set[tuple[tuple[str, ...], str]]
    societies: set[NamedNode]


def read_name(printed: str) -> Name | None:
    """Return the parts of a person's printed name, or None if it has no initials."""
    person = Author(" ".join(printed.split()), is_group=False, is_listed_under_group=False).person
    if not person:
        return None
    words = tuple(word for word in re.split(r"[^\w']+", nuclide_notation.fold(person.family)) if word)
    initials = "".join(c for c in nuclide_notation.fold(person.given) if c.isalpha())
    family = tuple(word for word in words if word not in _PARTICLES) or words
    return Name(printed, family, words, initials) if family and initials else None


def may_be_one_person(one: Name, other: Name) -> bool:
    """Return whether two names match by points 1 and 2 of the rule; lists of authors are not looked at."""
    shorter, longer = sorted((one.initials, other.initials), key=len)
    return one.printed != other.printed and one.family == other.family and longer.startswith(shorter)


def find(store: Store) -> list[Match]:
    """Return all matches among the printed names in ``store``, sorted by the two names."""
    uses = _name_uses(store)
    by_family: dict[tuple[str, ...], list[_NameUse]] = defaultdict(list)
    for use in uses:
        by_family[use.name.family].append(use)
    return sorted(
        _match(store, (one, other), same)
        for same in by_family.values()
        for one, other in combinations(sorted(same, key=lambda use: use.name.printed), 2)
        if may_be_one_person(one.name, other.name) and not one.articles & other.articles
    )


def turtle(store: Store) -> str:
    """Return the matches as Turtle in the project's normal form, dated with the day on which the page was read."""
    page = vocabulary.IMAGING_TRIALS_RESOURCES
    checked = read.text(store, page, vocabulary.CHECKED_ON)
    prefixes = ("authorship", "dcterms", "imt", "match", "page", "skos", "xsd")
    lines = [f"@prefix {prefix}: <{PROJECT.prefixes[prefix]}> ." for prefix in prefixes]
    lines += ["", "# Names that may belong to one person: written by `python -m tools.author_matches`"]
    for match in find(store):
        candidates = " , ".join(PROJECT.shorten(one.value) for one in match.candidates)
        lines += [
            "",
            f"match:{slug(match)} a imt:PossibleMatch ;",
            f"    skos:prefLabel {Literal(f'{match.first} and {match.second}', language='en')} ;",
            f"    imt:firstCandidateName {Literal(match.first)} ;",
            f"    imt:secondCandidateName {Literal(match.second)} ;",
            f"    imt:matchScore {match.score} ;",
            f"    imt:matchReason {Literal(match.reason, language='en')} ;",
            f"    imt:hasCandidate {candidates} ;",
            f'    imt:rationale "{RATIONALE}"@en ;',
            "    dcterms:source page:imaging-trials-resources ;",
            f'    imt:checkedOn "{checked}"^^xsd:date .',
        ]
    return "\n".join([*lines, ""])


def slug(match: Match) -> str:
    """Return the last part of a match's IRI: both names in lower case without accents, joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", nuclide_notation.fold(f"{match.first} {match.second}")).strip("-")


def _name_uses(store: Store) -> list[_NameUse]:
    in_article: dict[NamedNode, list[Name]] = defaultdict(list)
    authorships: dict[Name, list[NamedNode]] = defaultdict(list)
    articles: dict[Name, set[NamedNode]] = defaultdict(set)
    for authorship in read.members(store, vocabulary.PERSON_AUTHORSHIP):
        name = read_name(read.text(store, authorship, vocabulary.NAME_AS_PRINTED))
        if not name:
            continue
        for article in read.objects(store, authorship, vocabulary.IS_AUTHORSHIP_OF):
            in_article[article].append(name)
            authorships[name].append(authorship)
            articles[name].add(article)
    return [
        _NameUse(
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
    editions = read.subjects(store, vocabulary.IS_PUBLISHED_AS, article)
    return [society for edition in editions for society in read.objects(store, edition, vocabulary.IS_ISSUED_BY)]


def _match(store: Store, pair: tuple[_NameUse, _NameUse], same: list[_NameUse]) -> Match:
    one, other = pair
    score, reasons = _START_SCORE, [f"same family name and initials that agree: {_START_SCORE}"]

    def weigh(points: int, why: str) -> None:
        nonlocal score
        score += points
        reasons.append(f"{why}: {'+' if points > 0 else '-'}{abs(points)}")

    shared = len(one.others & other.others)
    if shared:
        weigh(min(8 * shared, 24), f"{shared} other author{'' if shared == 1 else 's'} in common")
    in_common = min(len(one.name.initials), len(other.name.initials))
    weigh(10 if in_common > 1 else -10, f"{in_common} initial{'' if in_common == 1 else 's'} in common")
    societies = sorted(read.label(store, society) for society in one.societies & other.societies)
    if societies:
        weigh(5, f"guidelines of {' and '.join(societies)}")
    if any(not may_be_one_person(one.name, third.name) and third.name != one.name for third in same):
        weigh(-20, "the family name occurs with other initials too")
    if one.name.whole_family != other.name.whole_family:
        weigh(-5, "one name has a particle")
    candidates = sorted({*one.authorships, *other.authorships}, key=lambda authorship: authorship.value)
    reason = f"{'; '.join(reasons)}."
    return Match(
        one.name.printed, other.name.printed, max(_MIN_SCORE, min(score, _MAX_SCORE)), reason[:1].upper() + reason[1:],
        tuple(candidates),
    )  # fmt: skip
