"""What is wrong with a row of a mapping set."""

from dataclasses import dataclass

from imaging_trials.mapping_sets.sssom import Mapping, MappingSet


@dataclass(frozen=True)
class Problem:
    """A row that breaks a rule or is out of date: its file and line, the kind of problem, and a sentence."""

    file: str
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        """Return the line that is printed."""
        return f"{self.file}:{self.line}: {self.text}  [{self.kind}]"


def problem(of: MappingSet, mapping: Mapping, kind: str, text: str) -> Problem:
    """Return a problem of a row."""
    return Problem(of.path.name, mapping.line, kind, text)
