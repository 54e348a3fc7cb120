"""The statements of a page in other formats, in files beside it: Turtle, JSON-LD, N-Triples."""

from collections.abc import Iterator, Sequence

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Store, Triple, serialize

from imaging_trials.model import PROJECT
from rdfkit.rdf import ntriples, writing

MEDIA = {".ttl": "text/turtle", ".jsonld": "application/ld+json", ".nt": "application/n-triples"}
"""The endings of the files beside each page, which the rules of ``w3id/.htaccess`` lead to, and their media types."""


def files(triples: Sequence[Triple], stem: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of triples, in the order given, by their paths."""
    yield f"{stem}.ttl", writing.turtle(PROJECT, triples)
    yield f"{stem}.jsonld", serialize(triples, format=RdfFormat.JSON_LD) or b""
    yield f"{stem}.nt", ntriples(triples)


def about(store: Store, iris: Sequence[NamedNode]) -> list[Triple]:
    """Return the triples of things and, after those of each, of the class expressions that belong to it."""
    found: dict[Triple, None] = {}
    for iri in iris:
        waiting: list[NamedNode | BlankNode] = [iri]
        while waiting:
            subject = waiting.pop(0)
            own = {quad.triple for quad in store.quads_for_pattern(subject, None, None, None)}
            for triple in sorted(own - found.keys(), key=_in_order):
                found[triple] = None
                if isinstance(triple.object, BlankNode):
                    waiting.append(triple.object)
    return list(found)


def _in_order(triple: Triple) -> tuple[str, str]:
    return str(triple.predicate), str(triple.object)
