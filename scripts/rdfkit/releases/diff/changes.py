"""What a difference is: one change of one subject, of a kind that the table of levels knows."""

from dataclasses import dataclass, field

from rdfkit.releases.diff import semver as levels
from rdfkit.releases.diff.renames import Rename

AREAS = ("names", "vocabulary", "concepts", "things", "mappings", "rules", "saved queries")
"""Parts of a report, in this order."""


@dataclass(frozen=True)
class Change:
    """A change: where in the report it stands, its kind, what it is about (CURIE or id, label, sort), and in words.

    ``sign`` is ``+`` for what came, ``-`` for what went, ``~`` for what changed, ``>`` for what has another name.
    """

    area: str
    kind: str
    sign: str
    subject: str
    label: str = ""
    sort: str = ""
    words: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def level(self) -> str:
        """The level that a change of this kind calls for."""
        return levels.TABLE[self.kind].level


@dataclass(frozen=True)
class Difference:
    """Everything that differs between two states, and what could not be compared or renamed."""

    old: str
    new: str
    old_version: str
    new_version: str
    changes: list[Change]
    renames: list[Rename] = field(default_factory=list)
    several: list[str] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)

    @property
    def level(self) -> str:
        """The highest level of any change."""
        return levels.highest([change.kind for change in self.changes])

    @property
    def least_version(self) -> str:
        """The least honest version after the old one, or nothing where the old one has none."""
        return levels.least(self.old_version, self.level) if self.old_version else ""
