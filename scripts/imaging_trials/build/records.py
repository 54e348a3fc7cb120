"""Records of RDF files: runs of quads that are probably about one thing."""

import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from imaging_trials.build.validation import relabel
from imaging_trials.model import PROJECT
from rdfkit.rdf import reading
from rdfkit.shacl import Source, Term

_BLANK = "<>"
"""The subject of an undefined term in a statement about a blank node, whatever its label."""

RECORD_TRIPLES = 50_000
"""A longer run of quads is several records, which are then linked by their nodes."""


@dataclass(frozen=True)
class File:
    """A file to validate and its syntax, a key of ``reading.FORMATS``."""

    path: Path
    syntax: str


@dataclass
class Record:
    """A record: its number, the number of its file, its quads, and the number in the file of the first of them."""

    number: int
    file: int
    first: int
    quads: list[Quad]

    @cached_property
    def triples(self) -> list[tuple[str, str, str]]:
        """Its triples, each once, as terms in N-Triples."""
        texts = dict.fromkeys([str(quad.triple) for quad in self.quads])
        return [(parts[0], parts[1], parts[2]) for parts in (text.split(" ", 2) for text in texts)]


def records_of(files: Sequence[File]) -> Iterator[Record]:
    """Yield the records of files, in their order. Raises UserError for a file that cannot be read as RDF."""
    number = 0
    taken: set[str] = set()
    for place, file in enumerate(files):
        labels: dict[BlankNode, BlankNode] = {}
        quads: list[Quad] = []
        first = 0
        last: object = None
        for at, read in enumerate(reading.stream(file.path, file.syntax, base=reading.file_base(file.path))):
            subject, value, name = read.subject, read.object, read.graph_name
            quad = read
            if type(subject) is BlankNode or type(value) is BlankNode:
                subject, value = relabel(subject, labels, taken), relabel(value, labels, taken)
                quad = Quad(subject, read.predicate, value, name)
            about: object = name if type(name) is NamedNode else subject
            if quads and (about != last or len(quads) >= RECORD_TRIPLES):
                yield Record(number, place, first, quads)
                number, first, quads = number + 1, at, []
            last = about
            quads.append(quad)
        if quads:
            yield Record(number, place, first, quads)
            number += 1


def batches_of(files: Sequence[File], batches: Sequence[set[int]]) -> Iterator[list[Record]]:
    """Yield the records of each batch, by their numbers. The files are read once; several batches wait on disk."""
    wanted = set().union(*batches)
    found = (record for record in records_of(files) if record.number in wanted)
    if len(batches) < 2:
        yield from ([*found] for _ in batches)
        return
    places: dict[int, tuple[int, int, int, int]] = {}
    with tempfile.TemporaryFile() as kept:
        for record in found:
            data = serialize(record.quads, format=RdfFormat.N_QUADS) or b""
            places[record.number] = (record.file, record.first, kept.tell(), len(data))
            kept.write(data)
        for batch in batches:
            records = []
            for number in sorted(batch):
                file, first, at, size = places[number]
                kept.seek(at)
                quads = [*parse(kept.read(size), format=RdfFormat.N_QUADS, lenient=True)]
                records.append(Record(number, file, first, quads))
            yield records


def counts(records: Iterable[Record], nodes: set[str]) -> dict[str, int]:
    """Return the numbers of different triples of some subjects, which several records of a window state."""
    found: dict[str, set[tuple[str, str, str]]] = {node: set() for node in nodes}
    for record in records if nodes else ():
        for triple in record.triples:
            if triple[0] in found:
                found[triple[0]].add(triple)
    return {node: len(triples) for node, triples in found.items()}


def sources_of(
    files: Sequence[File],
    wanted: set[int],
    focus: set[str],
    about: set[tuple[str, str]],
    members: set[str],
) -> tuple[list[Source], dict[Term, str]]:
    """Return the quads that a report can be about, and the file of each node in them.

    These are the quads about the subjects of the ``wanted`` records, those about and to ``focus`` nodes in N-Triples,
    those with a subject and predicate of ``about``, and those to and from ``members`` of contradictions.
    """
    if not (focus or about or members):
        return [], {}
    subjects = set(focus)
    for record in records_of(files) if wanted else ():
        if record.number in wanted:
            subjects.update(str(quad.subject) for quad in record.quads)
    quads: list[list[Quad]] = [[] for _ in files]
    numbers = [array("Q") for _ in files]
    described: dict[Term, str] = {}
    mentioned: dict[Term, str] = {}
    for record in records_of(files):
        for at, quad in enumerate(record.quads, record.first):
            subject, value = str(quad.subject), str(quad.object)
            if (
                subject in subjects
                or value in focus
                or (about and (subject if subject[0] == "<" else _BLANK, str(quad.predicate)) in about)
                or (members and not members.isdisjoint(_names(quad)))
            ):
                quads[record.file].append(quad)
                numbers[record.file].append(at)
                name = str(files[record.file].path)
                described.setdefault(quad.subject, name)  # type: ignore[arg-type]
                mentioned.setdefault(quad.object, name)  # type: ignore[arg-type]
    sources = [
        Source(str(file.path), file.path, file.syntax, quads[place], numbers[place]) for place, file in enumerate(files)
    ]
    return sources, {**mentioned, **described}


def _names(quad: Quad) -> set[str]:
    """Return the ends of a quad as a contradiction names its members."""
    value = quad.object
    written = f'"{value.value}"' if isinstance(value, Literal) else PROJECT.shorten(str(value)[1:-1])
    return {PROJECT.shorten(str(quad.subject)[1:-1]), written}
