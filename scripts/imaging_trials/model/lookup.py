"""Find the one thing that a person means by a name, a notation, an identifier, a CURIE or an IRI."""

from collections.abc import Callable, Iterator
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Store

from imaging_trials.model import agent_names, identifiers, nuclide_notation, vocabulary
from imaging_trials.model.project import PROJECT
from imaging_trials.model.read import described, exists, has_statements, objects, subjects
from rdfkit.base import UserError, is_unicode, visible
from rdfkit.rdf import INFERRED

NAME_PROPERTIES = (
    vocabulary.PREF_LABEL,
    vocabulary.ALT_LABEL,
    vocabulary.NOTATION,
    vocabulary.NAME_AS_PRINTED,
    vocabulary.ABBREVIATION,
    vocabulary.HEADING,
    vocabulary.SYMBOL,
    vocabulary.TITLE,
    vocabulary.LABEL,
)
"""Properties whose values are names of things."""

MAX_NAME_CHARACTERS = 2000
"""How long a name may be: longer than any label, title or IRI of the graph."""

MAX_LISTED_CANDIDATES = 12
"""How many candidates an error message lists."""

_MAX_SHOWN_CHARACTERS = 80
_MAX_NEAREST = 3

_GRAPHS_WITHOUT_NAMES = {PROJECT.graph_iri(INFERRED), PROJECT.graph_iri("links")}
"""Inferred labels repeat names; the label of a mapping consists of the names of the things that it relates."""

_ACCESSORY_KINDS = (
    "authorship", "branch", "correction", "discrepancy", "emission", "enrollment", "erratum", "event", "evidence",
    "listing", "mapping", "match", "quantity", "record", "source",
)  # fmt: skip
_ACCESSORIES = tuple(PROJECT.prefixes[prefix] for prefix in _ACCESSORY_KINDS)
"""Things that often have the name of another thing; of equal candidates, the other thing is meant."""

_WORDS_OF_TEXTS = PROJECT.prefixes["matchword"]
"""How a word is read in records is no thing that people look for by that word."""

Accepts = Callable[[NamedNode], bool]


class Fit(IntEnum):
    """How well a name fits the text that was typed, the best first."""

    SAME = 0
    SAME_FOLDED = 1  # except for capitals and accents
    SAME_KEY = 2  # except for punctuation and the spelling of nuclides
    SAME_COMPACT = 3  # except for gaps: 18FFES, Na18F
    SAME_WITHOUT_NUCLIDE = 4  # except for a nuclide that only the name has
    SLUG = 5  # the text is the last part of the IRI
    WORDS = 6  # the name contains the text as whole words
    BEGINNINGS = 7  # the name contains words that begin with the words of the text
    LETTERS = 8  # the name contains the letters of the text

    @property
    def is_whole(self) -> bool:
        """Whether the text is a whole name and not a part of one."""
        return self <= Fit.SLUG


class Rank(NamedTuple):
    """The rank of a candidate; the smallest is best.

    A whole name comes before a part of one. Among whole names, the better fit comes first and then things that are not
    accessories. Among parts, things that are not accessories come first and then the better fit.
    """

    is_part: bool
    fit_of_whole: int
    is_accessory: bool
    fit_of_part: int


def rank(fit: Fit, iri: NamedNode) -> Rank:
    """Return the rank of a thing one of whose names has this fit."""
    is_accessory = iri.value.startswith(_ACCESSORIES)
    return Rank(False, fit, is_accessory, 0) if fit.is_whole else Rank(True, 0, is_accessory, fit)


class Name(NamedTuple):
    """A name of a thing: as written, folded, and its search key (see `nuclide_notation`)."""

    iri: NamedNode
    text: str
    folded: str
    key: str


class NameIndex:
    """All names in a store, folded once, when one is first looked up. Later changes of the store are not seen."""

    def __init__(self, store: Store) -> None:
        """Take the store; nothing is read yet."""
        self._store = store

    @cached_property
    def names(self) -> list[Name]:
        """Every name of every thing that has an IRI; a recorded name is a name of its agent."""
        found = [
            (quad.subject, quad.object.value)
            for name in NAME_PROPERTIES
            for quad in self._store.quads_for_pattern(None, name, None, None)
            if quad.graph_name not in _GRAPHS_WITHOUT_NAMES
            and isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, Literal)
            and not quad.subject.value.startswith((agent_names.PREFIX, _WORDS_OF_TEXTS))
        ]
        found += agent_names.names(self._store)
        return [Name(iri, text, nuclide_notation.fold(text), _key(text)) for iri, text in found]


def resolve(store: Store, text: str, accepts: Accepts | None = None, index: NameIndex | None = None) -> NamedNode:
    """Return the IRI of the one thing in ``store`` that ``text`` means.

    ``text`` is an IRI (with or without ``<>``), a CURIE with a prefix of the project, a DOI, PMID, PMCID or NCT number
    (alone, with its label, or as the address of its record), or a name: label, alternative label, notation, printed
    name, abbreviation, heading, title, name of an agent (see `agent_names`), last part of the IRI, or part of one of
    these. All spellings of a nuclide are the same, wherever it is in the name. A whole name is preferred to a part of
    one. ``accepts`` says which things are wanted: it decides between candidates, but if it accepts none of them, the
    others count. ``index`` saves time if several texts are looked up.

    Raises UserError if the text is empty, unknown (with the nearest names) or ambiguous (with the candidates).
    """
    wanted = " ".join(text.split())
    shown = _shown(wanted)
    if not wanted:
        raise UserError("The name is empty: give a label, a CURIE, a DOI, a PMID or an IRI, for example 'FES'.")
    if len(wanted) > MAX_NAME_CHARACTERS:
        raise UserError(
            f"'{shown}' has {len(wanted):,} characters, more than any name in the graph: give a part of it."
        )
    try:
        wanted.encode()
    except UnicodeEncodeError:
        raise UserError(f"'{shown}' contains a broken character: write it in UTF-8.") from None
    index = index or NameIndex(store)
    found = _by_iri(store, wanted, index) or _by_identifier(store, wanted)
    if found is None:
        found = _by_name(store, wanted, accepts, index) or (_by_name(store, wanted, None, index) if accepts else [])
    if not found:
        raise UserError(_unknown(store, wanted, index))
    if accepts and len(found) > 1:
        found = [iri for iri in found if accepts(iri)] or found
    if len(found) > 1:  # prefer our own terms to terms of other vocabularies that a mapping names
        found = [iri for iri in found if PROJECT.is_own(iri.value)] or found
    if len(found) > 1:
        listed = ", ".join(described(store, iri) for iri in found[:MAX_LISTED_CANDIDATES])
        more = f" and {len(found) - MAX_LISTED_CANDIDATES} more" if len(found) > MAX_LISTED_CANDIDATES else ""
        raise UserError(f"'{shown}' may mean {len(found)} things: {listed}{more}; ask for one of these.")
    return found[0]


def named(store: Store, text: str, accepts: Accepts) -> list[NamedNode]:
    """Return the accepted things that a text means as a whole name or an identifier, all that fit equally well.

    Unlike `resolve`, a part of a name means nothing, and neither does the name of a thing that is not accepted. An IRI
    is no name, but may have an identifier in it.
    """
    wanted = " ".join(text.split())
    if not wanted or len(wanted) > MAX_NAME_CHARACTERS or not is_unicode(wanted):
        return []
    identified = _by_identifier(store, wanted)
    if identified:
        return [iri for iri in identified if accepts(iri)]
    if ":" in wanted and " " not in wanted:
        return []
    return _by_name(store, wanted, accepts, NameIndex(store), whole=True)


def _shown(text: str) -> str:
    cut = len(text) > _MAX_SHOWN_CHARACTERS
    return visible(f"{text[: _MAX_SHOWN_CHARACTERS - 3]}..." if cut else text)


def _key(text: str) -> str:
    return nuclide_notation.search_key(text)


# By IRI and by identifier


def _by_iri(store: Store, wanted: str, index: NameIndex) -> list[NamedNode] | None:
    """Return the things that an IRI or a CURIE means, or None if the text is neither."""
    bracketed = wanted.startswith("<") and wanted.endswith(">")
    text = wanted[1:-1] if bracketed else wanted
    prefix, colon, local = text.partition(":")
    is_curie = bool(colon) and prefix in PROJECT.prefixes and not local.startswith("//") and " " not in text
    is_address = "://" in text and " " not in text
    if not (bracketed or is_curie or is_address):
        return None
    try:
        iri = NamedNode(PROJECT.expand(text) if is_curie else text)
    except ValueError:
        raise UserError(
            f"'{_shown(wanted)}' is not a valid IRI: an IRI has a scheme and neither spaces nor angle brackets."
        ) from None
    if exists(store, iri):
        about = _about_address(store, iri)
        return about if about and not has_statements(store, iri) else [iri]
    if is_curie or bracketed or PROJECT.is_own(text):
        raise UserError(_unknown(store, PROJECT.shorten(iri.value), index))
    # An address that contains an identifier is read by that; other addresses, with or without the last slash.
    other = NamedNode(text[:-1] if text.endswith("/") else text + "/")
    return _about_address(store, other) or None


def _about_address(store: Store, address: NamedNode) -> list[NamedNode]:
    """Return the things that have an address on the web, without accessories if there are others."""
    names = (vocabulary.SAME_AS, vocabulary.URL)
    found = {iri for name in names for iri in subjects(store, name, address)}
    plain = {iri for iri in found if not iri.value.startswith(_ACCESSORIES)}
    return sorted(plain or found, key=lambda iri: iri.value)


def _by_identifier(store: Store, wanted: str) -> list[NamedNode] | None:
    """Return the things that have the text as an identifier, as printed or corrected, or None if there are none."""
    for scheme in identifiers.SCHEMES:
        value = identifiers.normalize(scheme, wanted)
        if not value:
            continue
        name = NamedNode(PROJECT.vocabulary + scheme)
        found = {iri for iri, text in _having(store, name) if text.casefold() == value.casefold()}
        for correction, text in _having(store, vocabulary.CORRECTED_VALUE):
            if text == value and name in objects(store, correction, vocabulary.CORRECTS_PROPERTY):
                found.update(objects(store, correction, vocabulary.CORRECTS_STATEMENT_OF))
        if found:
            return sorted(found, key=lambda iri: iri.value)
    return None


def _having(store: Store, name: NamedNode) -> Iterator[tuple[NamedNode, str]]:
    for quad in store.quads_for_pattern(None, name, None, None):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            yield quad.subject, quad.object.value


# By name


def _by_name(
    store: Store, text: str, accepts: Accepts | None, index: NameIndex, *, whole: bool = False
) -> list[NamedNode]:
    """Return the things whose name fits best: all that fit equally well. ``whole`` leaves out what has parts of it."""
    wanted = Name(NamedNode("urn:x-wanted"), text, nuclide_notation.fold(text), _key(text))
    if not wanted.key:  # nothing but punctuation
        return []
    exact = {iri: rank(Fit.SAME, iri) for iri in _exactly_named(store, text)}
    if found := _best_accepted(exact, accepts):  # without reading all names
        return found
    best = dict(exact)
    readings = nuclide_notation.readings(text)
    for name in index.names:
        fit = _fit(wanted, name, readings)
        if _is_slug(text, name.iri.value):
            fit = Fit.SLUG if fit is None else min(fit, Fit.SLUG)
        if fit is not None:
            new = rank(fit, name.iri)
            best[name.iri] = min(best.get(name.iri, new), new)
    if nuclide_notation.without_nuclides(wanted.key) not in {"", wanted.key}:
        # A nuclide and a name: an agent is meant, and not a source that only mentions it.
        best = {iri: its for iri, its in best.items() if not (its.is_part and its.is_accessory)}
    if whole:
        best = {iri: its for iri, its in best.items() if not its.is_part}
    return _best_accepted(best, accepts)


def _exactly_named(store: Store, text: str) -> Iterator[NamedNode]:
    for name in NAME_PROPERTIES:
        for literal in (Literal(text), Literal(text, language="en")):
            for quad in store.quads_for_pattern(None, name, literal, None):
                if isinstance(quad.subject, NamedNode) and not quad.subject.value.startswith(_WORDS_OF_TEXTS):
                    yield agent_names.named(store, quad.subject)


def _is_slug(text: str, iri: str) -> bool:
    return iri.endswith(text) and iri[-len(text) - 1] in "/#"


def _best_accepted(ranked: dict[NamedNode, Rank], accepts: Accepts | None) -> list[NamedNode]:
    """Return the things of the best rank that has any accepted thing, sorted by IRI."""
    for best in sorted(set(ranked.values())):
        found = [iri for iri, its in ranked.items() if its == best and (accepts is None or accepts(iri))]
        if found:
            return sorted(found, key=lambda iri: iri.value)
    return []


def _fit(wanted: Name, name: Name, readings: frozenset[str]) -> Fit | None:
    """Return how well a name fits what is wanted, or one of its readings, or None if it does not fit at all."""
    if name.folded == wanted.folded:
        return Fit.SAME if name.text == wanted.text else Fit.SAME_FOLDED
    if name.key == wanted.key:
        return Fit.SAME_KEY
    if readings and nuclide_notation.compact(name.key) in readings:
        return Fit.SAME_COMPACT
    if nuclide_notation.without_nuclides(name.key) == wanted.key:
        return Fit.SAME_WITHOUT_NUCLIDE
    return _fit_of_part(wanted, name)


def _fit_of_part(wanted: Name, name: Name) -> Fit | None:
    if f" {wanted.key} " in f" {name.key} ":
        return Fit.WORDS
    if all(f" {word}" in f" {name.key}" for word in wanted.key.split()):
        return Fit.BEGINNINGS
    return Fit.LETTERS if wanted.folded in name.folded else None


def _unknown(store: Store, wanted: str, index: NameIndex) -> str:
    """Return the message for a text that means nothing, with the nearest names that there are."""
    shown = _shown(wanted)
    if not wanted.isdigit():
        for name, scheme in identifiers.SCHEMES.items():
            if identifiers.normalize(name, wanted):
                is_article = name in identifiers.ARTICLE_SCHEMES
                hint = "'imt cite' lists the articles with theirs" if is_article else "check it"
                return f"Nothing in the graph has the {scheme.label} '{shown}': {hint}."
    near = _nearest(wanted, index)
    if not near:
        return f"Nothing in the graph is called '{shown}': give (a part of) a label, a CURIE, a DOI, a PMID or an IRI."
    nearest = ", ".join(described(store, iri) for iri in near)
    return f"Nothing in the graph is called '{shown}'; the nearest: {nearest}."


def _nearest(wanted: str, index: NameIndex) -> list[NamedNode]:
    import difflib

    if len(wanted) > 200 or not any(c.isalnum() for c in wanted):
        return []
    by_text: dict[str, NamedNode] = {}
    for name in index.names:
        by_text.setdefault(name.key, name.iri)
        by_text.setdefault(nuclide_notation.without_nuclides(name.key) or name.key, name.iri)
        by_text.setdefault(PROJECT.shorten(name.iri.value).casefold(), name.iri)
    text = wanted.casefold() if ":" in wanted else _key(wanted)
    found = (by_text[near] for near in difflib.get_close_matches(text, by_text, n=6, cutoff=0.6))
    return list(dict.fromkeys(found))[:_MAX_NEAREST]
