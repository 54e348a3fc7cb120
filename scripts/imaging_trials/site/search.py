"""The index of the search: names and identifiers of everything, written as a classic script.

A classic script can be read from a file:// address, which a JSON file cannot. ``static/search.js`` compares words the
way this module writes them: folded, each nuclide as one word such as ``18f``.
"""

import json
import re
from collections.abc import Iterable

from pyoxigraph import NamedNode, Store

from imaging_trials.model import PROJECT, lookup, nuclide_notation, read, vocabulary
from imaging_trials.site import addresses, kinds, parts
from imaging_trials.site.typography import typeset
from imaging_trials.views import values

SCRIPT = "static/search-index.js"

_IDENTIFIERS = {"doi": vocabulary.DOI, "pmid": vocabulary.PMID, "pmcid": vocabulary.PMCID, "nct": vocabulary.NCT_ID}
_MASS_AND_SYMBOL = re.compile(r"([0-9]{1,3})(m?)([A-Z][a-z]?)")


def script(store: Store, pages: Iterable[parts.Page]) -> bytes:
    """Return the script that gives the index to the page: entries, and the spellings of nuclides.

    Entries are in the order in which equal results are shown. An entry has the address of the page, its title, its
    kind, and its names and identifiers, folded.
    """
    names: dict[NamedNode, dict[str, None]] = {}
    for one in lookup.NameIndex(store).names:
        names.setdefault(one.iri, {})[_folded(one.text)] = None
    for authorship in read.members(store, vocabulary.PERSON_AUTHORSHIP):
        for article in read.objects(store, authorship, vocabulary.IS_AUTHORSHIP_OF):
            for text in read.texts(store, authorship, vocabulary.NAME_AS_PRINTED):
                names.setdefault(article, {})[f"author {_folded(text)}"] = None
    for quad in store.quads_for_pattern(None, vocabulary.COVERS, None, None):  # inferred from what an edition covers
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            about = (vocabulary.PREF_LABEL, vocabulary.ALT_LABEL)
            labels = [text for name in about for text in read.texts(store, quad.object, name)]
            names.setdefault(quad.subject, {}).update({f"about {_folded(text)}": None for text in labels})
    for word, name in _IDENTIFIERS.items():
        for quad in store.quads_for_pattern(None, name, None, None):
            if isinstance(quad.subject, NamedNode):
                names.setdefault(quad.subject, {})[f"{word} {_plain(getattr(quad.object, 'value', ''))}"] = None
    entries = [
        [
            page.path,
            page.title,
            ", ".join((_kind(page), *_replaced(page))),
            _keys(page, names.get(NamedNode(page.iri), {}) if page.iri else {}),
        ]
        for page in pages
        if not kinds.is_minor(page.iri) and page.path not in (addresses.HOME, "search.html")
    ]
    entries += [
        [addresses.address(iri.value), label, "term", "|".join(dict.fromkeys((_folded(label), _plain(iri.value))))]
        for iri in kinds.own(store)
        if iri.value.startswith(PROJECT.vocabulary)
        for label in (typeset(read.label(store, iri)),)
    ]
    found = {"entries": sorted(entries, key=_in_order), "nuclides": _spellings()}
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    # These two may be line ends in a script of an old browser.
    text = text.replace("\u2028", " ").replace("\u2029", " ").replace("<", "\\u003c")
    return f"window.imtSearch = {text};\n".encode()


def _replaced(page: parts.Page) -> tuple[str, ...]:
    """Return the word for what has been replaced, such as ``superseded``, which search shows after the rest."""
    heads = [head for part in page.parts if isinstance(part, parts.Facts) for head, _ in part.rows]
    return tuple(head.words for head in heads if isinstance(head, parts.Mark) and head.kind == "bad")[:1]


def _in_order(entry: list[str]) -> tuple[int, list[str]]:
    """Return what entries are sorted by: of results that fit equally well, an agent comes before its substance."""
    slugs = list(kinds.KINDS)
    parts_of_path = entry[0].split("/")
    place = slugs.index(parts_of_path[1]) if parts_of_path[0] == "id" and parts_of_path[1] in slugs else len(slugs)
    return place, entry


def _kind(page: parts.Page) -> str:
    if page.path.startswith("question/"):
        return "question"
    if page.path.startswith("guides/"):
        return "guide"
    return next(
        (kind.words for kind in page.kinds if not kind.is_external), page.kinds[0].words if page.kinds else "page"
    )


def _keys(page: parts.Page, names: Iterable[str]) -> str:
    own = [_folded(page.title), *names]
    if page.iri:
        own.append(_plain(values.local_name(NamedNode(page.iri))))
    return "|".join(key for key in dict.fromkeys(own) if key)


def _folded(text: str) -> str:
    return nuclide_notation.search_key(text).lower()


def _plain(text: str) -> str:
    """Return an identifier as words: what is neither letter nor digit separates them."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _spellings() -> dict[str, str]:
    """Return the ways to write a nuclide in medical use, without gaps, and the word that it is in the index."""
    found: dict[str, str] = {}
    by_symbol = dict(zip(nuclide_notation.SYMBOLS, nuclide_notation.NAMES, strict=True))
    for nuclide in sorted(nuclide_notation.MEDICAL):
        parsed = _MASS_AND_SYMBOL.fullmatch(nuclide)
        assert parsed  # noqa: S101 - each is written so
        mass, metastable, symbol = parsed[1], parsed[2], parsed[3].lower()
        for name in (symbol, by_symbol[parsed[3]].lower()):
            for spelling in (f"{mass}{metastable}{name}", f"{name}{mass}{metastable}", f"{mass}{name}{metastable}"):
                found[spelling] = nuclide.lower()
    return found
