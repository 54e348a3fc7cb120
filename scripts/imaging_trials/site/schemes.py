"""Concept schemes as trees, and the place of a concept in its scheme."""

from collections.abc import Iterator

from pyoxigraph import NamedNode, Store

from imaging_trials.model import read, vocabulary
from imaging_trials.site import addresses, parts
from imaging_trials.site.addresses import Link
from imaging_trials.site.typography import typeset

MAX_DEPTH = 12
"""How many levels of a tree are shown; a circle of broader concepts, which the shapes forbid, ends here."""


def parts_of(store: Store, iri: NamedNode) -> Iterator[parts.Part]:
    """Yield the tree of a scheme, or of the schemes that a concept is in with the concept marked."""
    if read.subjects(store, vocabulary.IN_SCHEME, iri):
        yield parts.Tree("The concepts", tree(store, iri, None))
    for scheme in read.objects(store, iri, vocabulary.IN_SCHEME):
        yield parts.Tree(f"Place in the scheme: {read.label(store, scheme)}", tree(store, scheme, iri))


def tree(store: Store, scheme: NamedNode, here: NamedNode | None) -> tuple[parts.Node, ...]:
    """Return the concepts of a scheme as a tree; those without a broader one in the scheme are at the top."""
    members = read.subjects(store, vocabulary.IN_SCHEME, scheme)
    narrower: dict[NamedNode | None, list[NamedNode]] = {}
    for one in members:
        above = [each for each in read.objects(store, one, vocabulary.BROADER) if each in members]
        if not above:
            narrower.setdefault(None, []).append(one)
        for each in above:
            narrower.setdefault(each, []).append(one)

    def nodes(of: NamedNode | None, depth: int) -> tuple[parts.Node, ...]:
        if depth > MAX_DEPTH:
            return ()
        things = sorted(read.things(store, narrower.get(of, [])), key=lambda one: (one.label.casefold(), one.curie))
        return tuple(
            parts.Node(
                addresses.link(one),
                typeset(read.text(store, one.iri, vocabulary.DEFINITION)) if here is None else "",
                one.iri == here,
                nodes(one.iri, depth + 1),
            )
            for one in things
        )

    return nodes(None, 1)


def way_to(store: Store, iri: NamedNode) -> Iterator[Link]:
    """Yield the scheme of a concept and the broader concepts above it, the broadest first."""
    for scheme in read.objects(store, iri, vocabulary.IN_SCHEME)[:1]:
        yield addresses.link(read.thing(store, scheme))
    above: list[NamedNode] = []
    one = iri
    while (broader := read.objects(store, one, vocabulary.BROADER)) and broader[0] not in (*above, iri):
        one = broader[0]
        above.insert(0, one)
    yield from (addresses.link(each) for each in read.things(store, above))


def listing(store: Store) -> parts.Table:
    """Return all concept schemes with their definitions and numbers of concepts."""
    rows = []
    for scheme in {*(quad.object for quad in store.quads_for_pattern(None, vocabulary.IN_SCHEME, None, None))}:
        if isinstance(scheme, NamedNode):
            count = len(read.subjects(store, vocabulary.IN_SCHEME, scheme))
            definition = read.text(store, scheme, vocabulary.DEFINITION)
            rows.append(((addresses.link(read.thing(store, scheme)),), (str(count),), (definition,)))
    return parts.Table("", ("Scheme", "Concepts", "What it divides"), tuple(sorted(rows, key=str)))
