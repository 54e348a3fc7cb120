"""From what a person types to the one thing that is meant: names, notations, identifiers, CURIEs and IRIs."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Store

from imaging_trials.graph import identifiers
from imaging_trials.graph import nuclide_notation as notation
from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.base.text import visible
from rdfkit.rdf import named_graphs as layers

_SKOS, _IMT = PROJECT.prefixes["skos"], PROJECT.vocabulary
PREFERRED = NamedNode(_SKOS + "prefLabel")
LABEL = NamedNode(PROJECT.prefixes["rdfs"] + "label")
TITLE = NamedNode(PROJECT.prefixes["dcterms"] + "title")

NAME_PROPERTIES = (
    PREFERRED,
    NamedNode(_SKOS + "altLabel"),
    NamedNode(_SKOS + "notation"),
    NamedNode(_IMT + "printedName"),
    NamedNode(_IMT + "abbreviation"),
    NamedNode(_IMT + "heading"),
    NamedNode(_IMT + "symbol"),
    TITLE,
    LABEL,
)
"""Properties by whose values a thing can be asked for."""

LONGEST = 2000
"""Letters that a name asked for may have: more than any label, title or IRI of the graph has."""

MANY = 12
"""How many candidates an error lists."""

_ACCESSORIES = tuple(
    PROJECT.prefixes[prefix]
    for prefix in (
        *("authorship", "correction", "enrolment", "erratum", "event", "listing", "mapping", "match", "quantity"),
        *("record", "source", "variant"),
    )
)
"""Things that mostly bear the name of another one: of candidates alike, the others come first."""

_SLUG = 4
"""How well the last part of an IRI fits, in the order of ``_rank``: the last of what counts as a whole name."""

Accepts = Callable[[NamedNode], bool]


def resolve(store: Store, text: str, accepts: Accepts | None = None) -> NamedNode:
    """Return the IRI of the one thing in ``store`` that ``text`` means.

    ``text`` is an IRI (with or without ``<>``), a CURIE with a house prefix, a DOI, PMID, PMCID or NCT number (bare,
    with its prefix, or as the address of its record), or a name: label, alternative label, notation, printed name,
    abbreviation, heading, title, slug, or part of one. Nuclide notations are read in all their spellings. A whole name
    goes before a part of one. ``accepts`` tells which things are wanted: it decides between candidates, and is
    overruled where it takes none.

    Raises UserError for an empty text, for what is not known (with the nearest names), and for what may mean several
    things (with all of them).
    """
    wanted = " ".join(text.split())
    shown = _shown(wanted)
    if not wanted:
        raise UserError("The name is empty: give a label, a CURIE, a DOI, a PMID or an IRI, for example 'FES'.")
    if len(wanted) > LONGEST:
        raise UserError(f"'{shown}' has {len(wanted):,} letters, and nothing has such a long name: give a part of it.")
    try:
        wanted.encode()
    except UnicodeEncodeError:
        raise UserError(f"'{shown}' holds a broken character: write it in UTF-8.") from None
    found = _by_iri(store, wanted) or _by_identifier(store, wanted)
    if found is None:
        found = _by_name(store, wanted, accepts) or (_by_name(store, wanted, None) if accepts else [])
    if not found:
        raise UserError(_unknown(store, wanted))
    if accepts and len(found) > 1:
        found = [iri for iri in found if accepts(iri)] or found
    if len(found) > 1:  # a term of another vocabulary, named where ours are tied to it, gives way to ours
        found = [iri for iri in found if PROJECT.is_own(iri.value)] or found
    if len(found) > 1:
        listed = ", ".join(described(store, iri) for iri in found[:MANY])
        more = f" and {len(found) - MANY} more" if len(found) > MANY else ""
        raise UserError(f"'{shown}' may mean {len(found)} things: {listed}{more}; ask for one of these.")
    return found[0]


def label(store: Store, iri: NamedNode) -> str:
    """Return the name of a thing: preferred label, else label, else title, else its CURIE."""
    for name in (PREFERRED, LABEL, TITLE):
        values = [quad.object for quad in store.quads_for_pattern(iri, name, None, None)]
        literals = sorted((v for v in values if isinstance(v, Literal)), key=lambda v: (v.language != "en", v.value))
        if literals:
            return literals[0].value
    return PROJECT.shorten(iri.value)


def described(store: Store, iri: NamedNode) -> str:
    """Return ``curie (label)``, or the CURIE alone where there is no label."""
    curie, name = PROJECT.shorten(iri.value), label(store, iri)
    return curie if name == curie else f"{curie} ({visible(name)})"


def exists(store: Store, iri: NamedNode) -> bool:
    """Tell whether anything is said of or about a thing."""
    return any(True for _ in store.quads_for_pattern(iri, None, None, None)) or any(
        True for _ in store.quads_for_pattern(None, None, iri, None)
    )


def _shown(text: str) -> str:
    return visible(text if len(text) <= 80 else text[:77] + "...")


def _by_iri(store: Store, wanted: str) -> list[NamedNode] | None:
    """Return what an IRI or a CURIE stands for, or None where the text is neither."""
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
        raise UserError(f"'{_shown(wanted)}' is no valid IRI: an IRI has a scheme and no blanks or angles.") from None
    if exists(store, iri):
        same = _about_address(store, iri)
        return same if same and not any(True for _ in store.quads_for_pattern(iri, None, None, None)) else [iri]
    if is_curie or bracketed or PROJECT.is_own(text):
        raise UserError(_unknown(store, PROJECT.shorten(iri.value)))
    # Addresses of records: those with an identifier in them are read by that, others with or without the last slash.
    other = NamedNode(text[:-1] if text.endswith("/") else text + "/")
    return _about_address(store, other) or None


def _about_address(store: Store, address: NamedNode) -> list[NamedNode]:
    """Return the things that an address on the web is said to be of."""
    found = {
        quad.subject
        for name in ("sameAs", "url")
        for quad in store.quads_for_pattern(None, NamedNode(PROJECT.prefixes["schema"] + name), address, None)
        if isinstance(quad.subject, NamedNode)
    }
    plain = {iri for iri in found if not iri.value.startswith(_ACCESSORIES)}
    return sorted(plain or found, key=lambda iri: iri.value)


def _by_identifier(store: Store, wanted: str) -> list[NamedNode] | None:
    """Return the things that have the text as an identifier, ours or corrected, or None where there are none."""
    for scheme in identifiers.SCHEMES:
        value = identifiers.normalize(scheme, wanted)
        if not value:
            continue
        given = NamedNode(_IMT + scheme)
        found = {iri for iri, text in _having(store, given) if text.casefold() == value.casefold()}
        for correction, text in _having(store, NamedNode(_IMT + "correctedValue")):
            if text == value and given in _objects(store, correction, "correctsProperty"):
                found.update(_objects(store, correction, "correctsStatementOf"))
        if found:
            return sorted(found, key=lambda iri: iri.value)
    return None


def _having(store: Store, name: NamedNode) -> Iterator[tuple[NamedNode, str]]:
    for quad in store.quads_for_pattern(None, name, None, None):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            yield quad.subject, quad.object.value


def _objects(store: Store, subject: NamedNode, name: str) -> list[NamedNode]:
    found = (quad.object for quad in store.quads_for_pattern(subject, NamedNode(_IMT + name), None, None))
    return [value for value in found if isinstance(value, NamedNode)]


def _names(store: Store) -> Iterator[tuple[NamedNode, str]]:
    """Yield (thing, name) for every name in the graph; what is inferred repeats them as labels."""
    # The label of a mapping holds the names of what it maps, and would stand in their way.
    without = {PROJECT.graph_iri(layers.INFERRED), PROJECT.graph_iri("links")}
    for name in NAME_PROPERTIES:
        for quad in store.quads_for_pattern(None, name, None, None):
            if (
                quad.graph_name not in without
                and isinstance(quad.subject, NamedNode)
                and isinstance(quad.object, Literal)
            ):
                yield quad.subject, quad.object.value


class _Wanted(NamedTuple):
    """What is asked for by name: as typed, folded, and its search key."""

    text: str
    folded: str
    key: str


def _by_name(store: Store, text: str, accepts: Accepts | None) -> list[NamedNode]:
    """Return the things whose name fits best: all that fit equally well."""
    wanted = _Wanted(text, notation.fold(text), notation.search_key(text))
    if not wanted.key:  # signs only
        return []
    best: dict[NamedNode, tuple[int, ...]] = {}
    for iri, name in _exactly_named(store, text):
        best[iri] = (_rank(wanted, name) or 0, iri.value.startswith(_ACCESSORIES))
    found = _first_accepted(best, accepts)
    if found:
        return found
    for iri, name in _names(store):
        rank = _rank(wanted, name)
        if iri.value.endswith(text) and iri.value[-len(text) - 1] in "/#":
            rank = _SLUG if rank is None else min(rank, _SLUG)
        if rank is None:
            continue
        accessory = iri.value.startswith(_ACCESSORIES)
        full = (rank, accessory) if rank <= _SLUG else (_SLUG + 1, accessory, rank)
        if iri not in best or full < best[iri]:
            best[iri] = full
    return _first_accepted(best, accepts)


def _exactly_named(store: Store, text: str) -> Iterator[tuple[NamedNode, str]]:
    for name in NAME_PROPERTIES:
        for literal in (Literal(text), Literal(text, language="en")):
            for quad in store.quads_for_pattern(None, name, literal, None):
                if isinstance(quad.subject, NamedNode):
                    yield quad.subject, text


def _first_accepted(ranked: dict[NamedNode, tuple[int, ...]], accepts: Accepts | None) -> list[NamedNode]:
    """Return, in order of IRI, the things of the best rank that has any that is accepted."""
    for rank in sorted(set(ranked.values())):
        found = [iri for iri, its in ranked.items() if its == rank and (accepts is None or accepts(iri))]
        if found:
            return sorted(found, key=lambda iri: iri.value)
    return []


def _rank(wanted: _Wanted, name: str) -> int | None:
    """Return how well a name fits what is wanted, 0 the best, or None where it does not fit at all.

    0 the same; 1 but for capitals and accents; 2 but for signs and the spelling of nuclides; 3 but for a nuclide that
    only the name has; from 5 on the name has it as a part: as words in a row, as beginnings of words, anywhere.
    """
    folded = notation.fold(name)
    if folded == wanted.folded:
        return 0 if name == wanted.text else 1
    key = notation.search_key(name)
    rank = None
    if key == wanted.key:
        rank = 2
    elif notation.without_nuclides(key) == wanted.key:
        rank = 3
    elif f" {wanted.key} " in f" {key} ":
        rank = 5
    elif all(f" {word}" in f" {key}" for word in wanted.key.split()):
        rank = 6
    elif wanted.folded in folded:
        rank = 7
    return rank


def _unknown(store: Store, wanted: str) -> str:
    """Return the sentence for what is not known, with the nearest names there are."""
    import difflib

    shown = _shown(wanted)
    if not wanted.isdigit():
        for name, scheme in identifiers.SCHEMES.items():
            if identifiers.normalize(name, wanted):
                hint = (
                    "'imt cite' lists the articles with theirs" if name in identifiers.ARTICLE_SCHEMES else "check it"
                )
                return f"Nothing in the graph has the {scheme.label} '{shown}': {hint}."
    near: dict[str, NamedNode] = {}
    if len(wanted) <= 200 and any(c.isalnum() for c in wanted):
        by_text: dict[str, NamedNode] = {}
        for iri, name in _names(store):
            key = notation.search_key(name)
            by_text.setdefault(key, iri)
            by_text.setdefault(notation.without_nuclides(key) or key, iri)
            by_text.setdefault(PROJECT.shorten(iri.value).casefold(), iri)
        curie_like = wanted.casefold() if ":" in wanted else notation.search_key(wanted)
        for text in difflib.get_close_matches(curie_like, by_text, n=6, cutoff=0.6):
            near.setdefault(by_text[text].value, by_text[text])
    if not near:
        return f"Nothing in the graph is called '{shown}': give (a part of) a label, a CURIE, a DOI, a PMID or an IRI."
    nearest = ", ".join(described(store, iri) for iri in list(near.values())[:3])
    return f"Nothing in the graph is called '{shown}'; the nearest: {nearest}."
