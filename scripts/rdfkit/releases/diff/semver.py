"""Semantic versioning: one table that says which kind of edit needs which version bump, and version arithmetic.

The principle: other people have data in the project's terms, links to its IRIs, queries, and programs that read
answers.

- **major**: their data or queries can stop working, or change their meaning, although they changed nothing.
- **minor**: there is more to state, find or run, or less is rejected; everything that worked works and means the same.
- **patch**: wordings, and corrections of facts. Corrections are expected, so an answer with other rows because the data
  changed is a patch.

The command and the Python package (options, functions) are not part of the graph, so this table does not cover them.
Specification: Semantic Versioning 2.0.0, https://semver.org/spec/v2.0.0.html.
"""

import re
from typing import NamedTuple

from rdfkit.base import UserError

LEVELS = ("none", "patch", "minor", "major")
"""Levels of change, lowest first."""


class Kind(NamedTuple):
    """A kind of edit: the level of change, what the edit is, and the reason for the level."""

    level: str
    edit: str
    why: str


TABLE = {
    # names
    "renamed": Kind("major", "an IRI was renamed", "data and queries with the old name find nothing"),
    "deprecated": Kind("minor", "an IRI was deprecated", "it works and means the same; users are asked to replace it"),
    "deprecation-withdrawn": Kind("minor", "an IRI is no longer deprecated", "it may be used again"),
    "deprecated-unused": Kind(
        "major",
        "no statement, asserted or inferred, uses a deprecated term any longer",
        "a query with this term still runs but finds nothing",
    ),
    "graph-removed": Kind("major", "a named graph was removed", "queries and loads that name it find nothing"),
    "graph-added": Kind("minor", "a named graph was added", "there is one more graph to choose"),
    "prefix-changed": Kind("major", "a prefix has another namespace", "stored CURIEs change their meaning"),
    "prefix-removed": Kind("major", "a prefix was removed", "queries that rely on it are rejected"),
    "prefix-added": Kind("minor", "a prefix was added", "more IRIs have a short form"),
    "file-removed": Kind("major", "a file of the release was removed", "downloads of it fail"),
    "file-added": Kind("minor", "a file was added to the release", "there is one more file to choose"),
    "license-changed": Kind("major", "the license changed", "what others may do with their copies changed"),
    "metadata-changed": Kind("patch", "metadata of the dataset or vocabulary", "the content did not change"),
    "version-stated": Kind("none", "a version or a release date", "it follows from the content"),
    # classes and properties
    "class-added": Kind("minor", "a class was added", "more can be stated"),
    "property-added": Kind("minor", "a property was added", "more can be stated"),
    "term-removed": Kind("major", "a class or property was removed", "data and queries that use it stop working"),
    "term-retyped": Kind(
        "major",
        "a term became another type of term",
        "a class is not a property, and an object property has no literals as values: existing data becomes invalid",
    ),
    "parent-added": Kind(
        "major",
        "a term got a superclass or superproperty that existed before",
        "stored data gets a further meaning: other queries find it and other rules apply to it",
    ),
    "parent-new": Kind(
        "minor", "a term got a new superclass or superproperty", "only queries and rules with the new term find it"
    ),
    "parent-removed": Kind(
        "major", "a superclass or superproperty was removed", "queries for it no longer find the term's data"
    ),
    "domain-narrowed": Kind("major", "a domain became narrower", "stored subjects become members of a class"),
    "domain-widened": Kind("major", "a domain became wider", "types that only the domain implied are lost"),
    "range-narrowed": Kind("major", "a range became narrower", "stored values become members of a class"),
    "range-widened": Kind(
        "major",
        "a range became wider",
        "types that only the range implied are lost, and readers get values that the range excluded",
    ),
    "restriction-added": Kind(
        "major",
        "an axiom such as functional, disjoint or key was added",
        "stored data can become contradictory, or two things in it the same",
    ),
    "restriction-removed": Kind(
        "minor", "an axiom such as functional, disjoint or key was removed", "what was valid stays valid"
    ),
    "inference-added": Kind(
        "major",
        "an axiom such as transitive, symmetric, inverse, chain or equivalence was added between existing terms",
        "more follows from stored data",
    ),
    "inference-removed": Kind(
        "major",
        "an axiom such as transitive, symmetric, inverse, chain or equivalence was removed",
        "less follows from stored data",
    ),
    "axiom-about-new": Kind("minor", "an axiom relates a term to a new one", "no user can have used the new term"),
    "expression-changed": Kind("major", "a class expression changed", "the class has other members"),
    "alignment-added": Kind(
        "minor", "a term got a parent in another vocabulary", "more queries find the project's data"
    ),
    "alignment-removed": Kind(
        "major", "a parent in another vocabulary was removed", "queries with that term no longer find the data"
    ),
    "closure-changed": Kind(
        "major", "changed inference rules infer something else from the same data", "stored data changes its meaning"
    ),
    # wordings
    "label-changed": Kind("patch", "a label was changed", "labels are for reading; the IRI is the identifier"),
    "definition-reworded": Kind("patch", "a definition was reworded", "it means the same"),
    "meaning-replaced": Kind(
        "major", "label and definition were both replaced by different ones", "the IRI now identifies something else"
    ),
    "note-changed": Kind("patch", "a note, an example or an alternative label", "they are for reading"),
    "external-changed": Kind(
        "patch", "statements about a term of another vocabulary", "its meaning is defined by that vocabulary"
    ),
    # concepts
    "concept-added": Kind("minor", "a concept or scheme was added", "more can be stated"),
    "concept-removed": Kind("major", "a concept or scheme was removed", "data and queries that use it stop working"),
    "concept-moved": Kind(
        "major", "a concept has another scheme or place in it", "data below it is counted elsewhere than before"
    ),
    "notation-changed": Kind("major", "a notation was changed or removed", "programs look concepts up by it"),
    "notation-added": Kind("minor", "a notation was added", "there is one more way to look the concept up"),
    # things
    "thing-added": Kind("minor", "a thing was added", "there is more to find"),
    "thing-removed": Kind("major", "a thing was removed", "links to its IRI find nothing"),
    "thing-retyped": Kind("major", "a thing lost a class", "the IRI now identifies another kind of thing"),
    "type-added": Kind("minor", "a further class of a thing or term", "more queries find it"),
    "value-corrected": Kind("patch", "a value was replaced", "a fact was corrected"),
    "value-added": Kind("minor", "a value was added", "there is more to find"),
    "value-removed": Kind("patch", "a value was removed", "a fact was corrected"),
    "moved": Kind("patch", "a statement moved to another named graph", "its provenance was corrected"),
    # mappings
    "mapping-added": Kind("minor", "a mapping was added", "there is one more link to another vocabulary"),
    "mapping-removed": Kind(
        "minor",
        "a mapping was removed",
        "joins lose a row, as with any correction, but data that was translated with it must be checked",
    ),
    "mapping-changed": Kind(
        "minor",
        "a mapping states another relation (exact, close, broad …)",
        "joins find other rows, as with any correction, but data that was translated with it must be checked",
    ),
    "mapping-annotated": Kind("patch", "label, version or reason of a mapping", "the mapping is the same"),
    # shapes
    "rule-added": Kind("major", "a shape was added (violation)", "valid data can become invalid"),
    "rule-about-new": Kind("minor", "a shape was added about new terms only", "no user can have used these terms"),
    "rule-tightened": Kind(
        "major", "a shape became stricter or different, or got more targets", "valid data can become invalid"
    ),
    "rule-raised": Kind("major", "a warning became a violation", "valid data can become invalid"),
    "warning-added": Kind("minor", "a shape was added (warning or information)", "valid data stays valid"),
    "warning-tightened": Kind("minor", "a warning became stricter or different", "valid data stays valid"),
    "rule-lowered": Kind("minor", "a violation became a warning", "more data is valid"),
    "rule-relaxed": Kind("minor", "a shape became less strict, or got fewer targets", "more data is valid"),
    "rule-removed": Kind("minor", "a shape was removed", "more data is valid"),
    "rule-reworded": Kind("patch", "name, message or layout of a shape", "it checks the same"),
    "curation-changed": Kind(
        "patch",
        "a curation shape was added, removed or changed",
        "it is owed by the project's own data; other data is checked by it only on request",
    ),
    # saved queries
    "query-added": Kind("minor", "a saved query was added", "there is one more question to ask"),
    "query-removed": Kind("major", "a saved query was removed", "programs that run it by name stop working"),
    "parameter-added": Kind("minor", "a query has a further parameter", "it has a default value"),
    "parameter-removed": Kind("major", "a parameter was removed or renamed", "calls that set it are rejected"),
    "parameter-retyped": Kind("major", "a parameter has another type", "calls that set it are rejected"),
    "default-changed": Kind("major", "a parameter has another default value", "the same call asks something else"),
    "column-added": Kind("minor", "an answer has a further last column", "the earlier columns are unchanged"),
    "column-removed": Kind("major", "a column was removed or renamed", "programs that read it stop working"),
    "columns-reordered": Kind("major", "columns have another order", "programs that count columns read other ones"),
    "form-changed": Kind("major", "rows became triples or yes/no, or the reverse", "programs cannot read the answer"),
    "dataset-changed": Kind("major", "a query has another dataset", "the same call asks something else"),
    "service-changed": Kind("minor", "a query uses another server", "the question is the same, its source is not"),
    "query-loses": Kind("major", "a query's text finds less in the same data", "the same call asks something else"),
    "query-gains": Kind("minor", "a query's text finds more in the same data", "what was found is still found"),
    "query-rewritten": Kind("patch", "a query was rewritten", "the answer from the same data is the same"),
    "query-reworded": Kind("patch", "summary, description or tags of a query", "they are for reading"),
    "answer-changed": Kind("patch", "an answer has other rows because the data changed", "facts were corrected"),
}  # fmt: skip
"""Every kind of edit."""

_NUMBER, _TAIL = r"(\d{1,9})", "[0-9A-Za-z.+-]*"
_VERSION = re.compile(rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:[-+.][0-9A-Za-z]{_TAIL}|[A-Za-z]{_TAIL})?")

Version = tuple[int, int, int]


def highest(kinds: list[str]) -> str:
    """Return the highest level of some kinds of edit, or ``none`` if there are no kinds."""
    return max((TABLE[kind].level for kind in kinds), key=LEVELS.index, default="none")


def is_version(text: str) -> bool:
    """Return whether a text is a version number that `version` accepts."""
    return _VERSION.fullmatch(text.strip()) is not None


def version(text: str) -> Version:
    """Return the three numbers of a version; a leading ``v`` and a preview or build suffix are ignored.

    >>> version("v1.10.0-rc.1")
    (1, 10, 0)

    Raises UserError if the text is not a version (Semantic Versioning, section 2).
    """
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        raise UserError(f"'{text}' is not a version number: write one such as 1.2.0.")
    return int(found[1]), int(found[2]), int(found[3])


def minimum_version(before: str, level: str) -> str:
    """Return the lowest version allowed after ``before`` if the highest change has a level.

    >>> minimum_version("1.4.2", "minor")
    '1.5.0'

    Below 1.0.0, a major change raises the second number, because nothing is stable yet (Semantic Versioning, section
    4).
    """
    major, minor, patch = version(before)
    if level == "major" and major == 0:
        level = "minor"
    raised = {
        "none": (major, minor, patch),
        "patch": (major, minor, patch + 1),
        "minor": (major, minor + 1, 0),
        "major": (major + 1, 0, 0),
    }[level]
    return ".".join(map(str, raised))


def explain_levels() -> str:
    """Return the table as plain text, highest level first."""
    lines = ["The version bump that each kind of edit needs, and why", ""]
    for level in reversed(LEVELS):
        lines += [level]
        lines += [f"  {kind.edit}: {kind.why}" for kind in TABLE.values() if kind.level == level]
        lines += [""]
    return "\n".join(lines)
