"""Where the page of an IRI is: its path in the site, and links to it.

The path of a page is that of its IRI below the base, with ``.html``: the rules of ``w3id/.htaccess`` lead there. The
terms of the vocabulary and the shapes are anchors in one page each.
"""

import re
from functools import cache
from typing import NamedTuple
from urllib.parse import quote

from pyoxigraph import NamedNode

from imaging_trials.model import PROJECT, read
from imaging_trials.site.typography import typeset
from rdfkit.base import UserError

HOME = "index.html"
VOCABULARY = "vocab.html"
SHAPES = "shapes.html"

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_ANCHOR = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WEB = ("https://", "http://")


class Link(NamedTuple):
    """A link: its words, where it leads, and the name to show for the thing as such.

    ``address`` is a path from the root of the site, with an anchor if needed, or an address on the web, or "" if the
    thing has neither. ``name`` is its CURIE.
    """

    words: str
    address: str
    name: str = ""
    is_external: bool = False


def stem(iri: str) -> str:
    """Return the path of the page of one of our IRIs, without the ending of a file.

    Raises UserError for an IRI whose path could lead out of the site's folder or is no name of a file.
    """
    if iri.startswith((PROJECT.vocabulary, PROJECT.base + "vocab/")) or iri == PROJECT.base + "vocab":
        return VOCABULARY.removesuffix(".html")
    if iri.startswith(PROJECT.shapes):
        return SHAPES.removesuffix(".html")
    path = iri.removeprefix(PROJECT.base)
    if not path:
        return HOME.removesuffix(".html")
    if path == iri or not all(_PLAIN.fullmatch(part) for part in path.split("/")):
        raise UserError(
            f"<{iri}> cannot have a page: each part of its path must consist of letters, digits, '.' and '-' "
            "(docs/iri-policy.md)."
        )
    return path


@cache
def address(iri: str) -> str:
    """Return where the page of one of our IRIs is, from the root of the site, with the anchor of a term."""
    for namespace in (PROJECT.vocabulary, PROJECT.shapes):
        if iri.startswith(namespace):
            local = iri.removeprefix(namespace)
            return f"{stem(iri)}.html#{local}" if _ANCHOR.fullmatch(local) else f"{stem(iri)}.html"
    return f"{stem(iri)}.html"


def link(thing: read.Thing) -> Link:
    """Return a link to the page of a thing of ours, or to the address of another one, with its label."""
    return to(thing.iri, thing.label)


def to(iri: NamedNode, words: str) -> Link:
    """Return a link to an IRI with the words given; one that is not an address on the web leads nowhere."""
    name = _curie(iri.value)
    if PROJECT.is_own(iri.value):
        return Link(typeset(words), address(iri.value), name)
    return Link(typeset(words), iri.value if iri.value.startswith(_WEB) else "", name, is_external=True)


@cache
def _curie(iri: str) -> str:
    return PROJECT.shorten(iri)


def permanent(path: str) -> str:
    """Return the permanent address of a file of the site: w3id leads from it to the host (``w3id/.htaccess``)."""
    return PROJECT.base + path


def web(iri: str) -> str:
    """Return an address on the web as it may be in an attribute, or "" if it is none: a script is no address."""
    return quote(iri, safe=":/?#[]@!$&'()*+,;=%~-._") if iri.startswith(_WEB) else ""


def root_of(path: str) -> str:
    """Return the way from a page to the root of the site: ``../`` for each folder that the page is in.

    >>> root_of("id/agent/fes.html")
    '../../'
    """
    return "../" * path.count("/")
