"""What a comparison of two snapshots finds, as data; `rdfkit.releases.diff.report` writes it as text and JSON.

RDF terms are in N-Triples notation: ``<https://example.org/a>``, ``"text"@en``; a blank node is written as the
structure that `rdfkit.releases.diff.facts` describes. Other names (ids of saved queries, prefixes, files) are plain.
"""

from dataclasses import dataclass, field
from typing import Literal

from rdfkit.releases.diff import semver

AREAS = ("names", "vocabulary", "concepts", "things", "mappings", "rules", "saved queries")
"""The parts of a report, in this order."""

Sign = Literal["added", "removed", "changed", "renamed"]
Value = str | tuple[str, ...]
"""A term or a plain text; in the answer of a saved query, a row of terms (``""`` if a variable is unbound)."""


@dataclass(frozen=True)
class Rename:
    """An IRI that was replaced by another one, and the reason; both IRIs are in full, without ``<>``."""

    old: str
    new: str
    reason: str


@dataclass(frozen=True)
class NotRenamed:
    """An IRI that has no single replacement, and the reason. No update can rename it."""

    iri: str
    reason: str


@dataclass(frozen=True)
class Change:
    """One change of one subject.

    - ``area`` is one of `AREAS`; ``kind`` is a key of `semver.TABLE`.
    - ``subject`` is what changed: a term, or a plain name. ``label`` and ``subject_type`` (such as ``class``,
      ``concept``, ``agent``) describe it.
    - ``predicate`` is the property whose values changed, if it is one; ``note`` says more, in a few words. Terms in a
      note are in N-Triples notation too.
    - ``before`` and ``after`` are the values that were lost and gained.
    """

    area: str
    kind: str
    sign: Sign
    subject: str
    label: str = ""
    subject_type: str = ""
    note: str = ""
    predicate: str = ""
    before: tuple[Value, ...] = ()
    after: tuple[Value, ...] = ()

    @property
    def level(self) -> str:
        """The level of a change of this kind."""
        return semver.TABLE[self.kind].level


@dataclass(frozen=True)
class Difference:
    """All changes between two snapshots, the renames, and what could not be renamed or compared, with the reason.

    ``old`` and ``new`` are the names of the snapshots; a version is empty if the snapshot states none. ``segments`` are
    the parts of IRIs that were renamed; ``rules`` is the name and text of the rules to run before the renames.
    """

    old: str
    new: str
    old_version: str
    new_version: str
    changes: list[Change]
    renames: list[Rename] = field(default_factory=list)
    segments: list[Rename] = field(default_factory=list)
    rules: tuple[str, str] | None = None
    not_renamed: list[NotRenamed] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)

    @property
    def level(self) -> str:
        """The highest level of any change."""
        return semver.highest([change.kind for change in self.changes])

    @property
    def minimum_version(self) -> str:
        """The lowest version number allowed after the old one, or "" if the old snapshot states no version."""
        return semver.minimum_version(self.old_version, self.level) if self.old_version else ""
