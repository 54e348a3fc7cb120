"""Subjects that are described in two places: in two files of one named graph, or in two blocks of one file.

RDF merges both descriptions without a word, so that a new thing with the IRI of an old one goes unnoticed, and a reader
of either block misses the other.
"""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pyoxigraph import NamedNode

from rdfkit.base.errors import UserError
from rdfkit.base.project import Project
from rdfkit.rdf import named_graphs, reading, turtle_locations


@dataclass(frozen=True)
class DescribedTwice:
    """A subject (an IRI) and the places of its descriptions, each as ``file:line``, in the order of files and lines."""

    subject: str
    places: tuple[str, ...]


def described_twice(project: Project) -> list[DescribedTwice]:
    """Return the subjects in the Turtle files of a project that are described in more than one place, sorted.

    A block is a subject with its predicates and objects, up to the full stop. A subject may have a block in each named
    graph. Raises UserError for a file that cannot be read or is not valid Turtle.
    """
    found = []
    for _, files in groupby(named_graphs.source_files(project), key=lambda pair: pair[0]):
        places: dict[str, list[str]] = {}
        for _, path in files:
            for subject, line in _blocks(path):
                places.setdefault(subject, []).append(f"{project.relative(path)}:{line}")
        found += [DescribedTwice(subject, tuple(several)) for subject, several in places.items() if len(several) > 1]
    return sorted(found, key=lambda one: (one.subject, one.places))


def sentence(project: Project, found: DescribedTwice) -> str:
    """Return what is wrong and how to fix it."""
    places = " and ".join(found.places)
    return f"{project.shorten(found.subject)} is described in {places}: put its statements in one block."


def _blocks(path: Path) -> list[tuple[str, int]]:
    """Return the IRI and the line of the subject of each block of a Turtle file, in order."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        statements = turtle_locations.scan(text, "turtle", reading.file_base(path))
        # An IRI is a subject only at the start of a block: what is nested in a block has a blank node as subject.
        starts = {each.subject.start: each.subject.term for each in statements}
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read as Turtle ({error}): fix it and run the command again.") from error
    lines = turtle_locations.Lines(text)
    return [
        (term.value, lines.place(str(path), start, start + 1).line)
        for start, term in sorted(starts.items())
        if isinstance(term, NamedNode)
    ]
