"""Subjects that are described in two places: in two files of one named graph, or in two blocks of one file.

RDF merges both descriptions silently: a new thing with the IRI of an old one is not noticed, and a reader of one block
misses the other.
"""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pyoxigraph import NamedNode

from rdfkit.base import Project, UserError
from rdfkit.rdf import named_graphs, reading, turtle_locations
from rdfkit.rdf.turtle_locations import Location


@dataclass(frozen=True)
class DescribedTwice:
    """A subject (an IRI) and the locations of its descriptions, in the order of files and lines."""

    subject: str
    locations: tuple[Location, ...]

    @property
    def places(self) -> str:
        """The locations as text, each as ``file:line``."""
        return " and ".join(f"{location.file}:{location.line}" for location in self.locations)


def described_twice(project: Project) -> list[DescribedTwice]:
    """Return the subjects in the Turtle files of a project that are described in more than one place, sorted.

    A block is a subject with its predicates and objects, up to the full stop. A subject may have a block in each named
    graph. Raises UserError for a file that cannot be read or is not valid Turtle.
    """
    found = []
    for _, files in groupby(named_graphs.source_files(project), key=lambda pair: pair[0]):
        places: dict[str, list[Location]] = {}
        for _, path in files:
            for subject, location in _blocks(project, path):
                places.setdefault(subject, []).append(location)
        found += [DescribedTwice(subject, tuple(several)) for subject, several in places.items() if len(several) > 1]
    return sorted(found, key=lambda each: (each.subject, each.places))


def sentence(project: Project, found: DescribedTwice) -> str:
    """Return what is wrong and how to fix it."""
    return f"{project.shorten(found.subject)} is described in {found.places}: put its statements in one block."


def _blocks(project: Project, path: Path) -> list[tuple[str, Location]]:
    """Return the IRI and the location of the subject of each block of a Turtle file, in order."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        statements = turtle_locations.scan(text, "turtle", reading.file_base(path))
        # An IRI is a subject only at the start of a block: what is nested in a block has a blank node as subject.
        starts = {each.subject.start: each.subject for each in statements}
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read as Turtle ({error}): fix it and run the command again.") from error
    lines = turtle_locations.Lines(text)
    return [
        (subject.term.value, lines.location(project.relative(path), start, subject.end))
        for start, subject in sorted(starts.items())
        if isinstance(subject.term, NamedNode)
    ]
