"""RDF written so that the same triples give the same bytes: sorted, with the project's prefixes."""

import os
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from rdfkit.base import Project


def turtle(project: Project, triples: Iterable[Triple]) -> bytes:
    """Return triples as Turtle, in the order given, with those of the project's prefixes that they use."""
    triples = list(triples)
    prefixes = used_prefixes(project, triples)
    return with_sorted_prefixes(serialize(triples, format=RdfFormat.TURTLE, prefixes=prefixes) or b"")


def ntriples(triples: Iterable[Triple]) -> bytes:
    """Return triples as N-Triples, in the order given."""
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def with_sorted_prefixes(data: bytes) -> bytes:
    """Return Turtle or TriG with the prefixes at its head sorted: pyoxigraph writes them in an order of its own."""
    lines = data.splitlines(keepends=True)
    head = next((number for number, line in enumerate(lines) if not line.startswith(b"@prefix ")), len(lines))
    return b"".join(sorted(lines[:head]) + lines[head:])


def used_prefixes(project: Project, triples: Iterable[Triple], more: Iterable[object] = ()) -> dict[str, str]:
    """Return the project's prefixes that triples use, and those of ``more`` terms such as graph names, sorted."""
    used: set[object] = set(more)
    for triple in triples:
        used |= {triple.subject, triple.predicate, triple.object}
        if isinstance(triple.object, Literal):
            used.add(triple.object.datatype)
    curies = (project.shorten(term.value) for term in used if isinstance(term, NamedNode))
    prefixes = {curie.partition(":")[0] for curie in curies} & project.prefixes.keys()
    return {prefix: project.prefixes[prefix] for prefix in sorted(prefixes)}


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that it is never seen half-written: under a temporary name in its folder, then renamed.

    Raises OSError if that fails; the file is then as it was.
    """
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        staging.write_bytes(data)
        staging.replace(path)
    finally:
        staging.unlink(missing_ok=True)
