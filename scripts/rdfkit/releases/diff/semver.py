"""Which kind of edit calls for which version number: one table, and the arithmetic of versions.

The principle. Other people keep data in our terms, links to our IRIs, queries, and programs that read our answers.

- **major**: something of theirs can stop working, or mean something else, though they changed nothing.
- **minor**: there is more to say, find or ask, or less is refused; what worked still works and means the same.
- **patch**: the same promise, kept better: wordings, and facts put right. That facts are put right is promised too, so
  an answer whose rows differ because the data does is a patch.

What the command and the Python package promise (options, functions) is not read from the graph and not judged here.
"""

import re
from typing import NamedTuple

from rdfkit.base.errors import UserError

LEVELS = ("none", "patch", "minor", "major")
"""Levels of change, least first."""


class Kind(NamedTuple):
    """What a kind of edit is called, the level it calls for, and why."""

    level: str
    edit: str
    why: str


TABLE = {
    # names
    "renamed": Kind("major", "an IRI was renamed", "data and queries that use the old name find nothing"),
    "deprecated": Kind("minor", "an IRI was deprecated", "it works and means the same; users are told to move on"),
    "deprecation-taken-back": Kind("minor", "an IRI is no longer deprecated", "it may be used again"),
    "emptied": Kind(
        "major",
        "a deprecated term is used by no statement any more, nor inferred",
        "a query that is written in it still runs, and finds nothing",
    ),
    "graph-removed": Kind("major", "a named graph is gone", "queries and loads that name it find nothing"),
    "graph-added": Kind("minor", "a named graph was added", "there is one more thing to choose"),
    "prefix-changed": Kind("major", "a prefix stands for another namespace", "CURIEs kept by others mean other things"),
    "prefix-removed": Kind("major", "a prefix was taken out of the table", "queries that rely on it are refused"),
    "prefix-added": Kind("minor", "a prefix was added", "more can be written short"),
    "file-removed": Kind("major", "a release has a file less", "downloads of it fail"),
    "file-added": Kind("minor", "a release has a file more", "there is one more thing to choose"),
    "licence-changed": Kind("major", "the licence changed", "what others may do with their copies changed"),
    "about-changed": Kind("patch", "what the dataset or vocabulary says of itself", "nothing of the content changed"),
    "version-stated": Kind("none", "a version or a date of release", "it follows the content, and is none"),
    # classes and properties
    "class-added": Kind("minor", "a class was added", "more can be said"),
    "property-added": Kind("minor", "a property was added", "more can be said"),
    "term-removed": Kind("major", "a class or property is gone", "data and queries that use it stop working"),
    "term-retyped": Kind(
        "major",
        "a term became another kind of term",
        "a class is no property, and an object property takes no literals: data in the old way is wrong",
    ),
    "parent-added": Kind(
        "major",
        "a term came under one that was there before",
        "stored data now means more: other queries find it and other rules apply to it",
    ),
    "parent-new": Kind("minor", "a term came under a new one", "only queries and rules about the new term meet it"),
    "parent-removed": Kind("major", "a term is no longer under another", "queries for the other find it no more"),
    "domain-narrowed": Kind("major", "a domain says more than before", "stored subjects become members of a class"),
    "domain-widened": Kind("major", "a domain says less than before", "what was known only by it is known no more"),
    "range-narrowed": Kind("major", "a range says more than before", "stored values become members of a class"),
    "range-widened": Kind(
        "major",
        "a range says less than before",
        "what was known only by it is known no more, and readers meet values they were promised not to meet",
    ),
    "restriction-added": Kind(
        "major",
        "functional, disjoint, key and the like were added",
        "stored data can become a contradiction, or two things in it one",
    ),
    "restriction-removed": Kind(
        "minor", "functional, disjoint, key and the like were taken away", "what was right stays right"
    ),
    "inference-added": Kind(
        "major",
        "transitive, symmetric, inverse, chain or equivalence was added between terms that were there before",
        "stored data now means more than was said",
    ),
    "inference-removed": Kind(
        "major",
        "transitive, symmetric, inverse, chain or equivalence was taken away",
        "what followed from stored data follows no more",
    ),
    "axiom-about-new": Kind("minor", "an axiom ties a term to a new one", "nobody can have used the new one yet"),
    "expression-changed": Kind("major", "a class expression changed", "other things are members than before"),
    "alignment-added": Kind("minor", "a term came under one of another vocabulary", "more queries find our data"),
    "alignment-removed": Kind(
        "major", "a term is no longer under one of another vocabulary", "queries in those terms find our data no more"
    ),
    "closure-changed": Kind(
        "major", "the rules of inference changed what follows from the same data", "stored data means something else"
    ),
    # wordings
    "label-changed": Kind("patch", "a label was changed", "labels are for reading; IRIs are what is kept"),
    "definition-reworded": Kind("patch", "a definition was reworded", "the same, said better"),
    "meaning-replaced": Kind(
        "major", "label and definition both say something else", "the IRI was given to another idea"
    ),
    "note-changed": Kind("patch", "a note, example or other name", "they are for reading"),
    "foreign-changed": Kind("patch", "what we say of somebody else's term", "its meaning is not ours to change"),
    # concepts
    "concept-added": Kind("minor", "a concept or scheme was added", "more can be said"),
    "concept-removed": Kind("major", "a concept or scheme is gone", "data and queries that use it stop working"),
    "concept-moved": Kind(
        "major", "a concept has another scheme or place in it", "data under it counts elsewhere than before"
    ),
    "notation-changed": Kind("major", "a notation was changed or taken away", "programs look things up by it"),
    "notation-added": Kind("minor", "a notation was added", "there is one more way to look it up"),
    # things
    "thing-added": Kind("minor", "a thing was added", "there is more to find"),
    "thing-removed": Kind("major", "a thing is gone", "links to its IRI lead nowhere"),
    "thing-retyped": Kind("major", "a thing is no longer of a class", "the IRI was given to another kind of thing"),
    "type-added": Kind("minor", "a thing is of a further class", "more queries find it"),
    "value-corrected": Kind("patch", "a value was replaced", "a fact was put right"),
    "value-added": Kind("minor", "a value was added", "there is more to find"),
    "value-removed": Kind("patch", "a value was taken back", "a fact was put right"),
    "moved": Kind("patch", "a statement stands in another named graph", "who says it was put right"),
    # mappings
    "mapping-added": Kind("minor", "a mapping was added", "one more way to other vocabularies"),
    "mapping-removed": Kind(
        "minor",
        "a mapping was taken back",
        "joins lose a row as by any correction, but whoever translated data by it has to look again",
    ),
    "mapping-changed": Kind(
        "minor",
        "a mapping says another relation (exact, close, broad ...)",
        "joins find other rows as by any correction, but whoever translated data by it has to look again",
    ),
    "mapping-annotated": Kind("patch", "a mapping's label, version or reason", "the mapping is the same"),
    # rules that data is checked against
    "rule-added": Kind("major", "a rule was added (violation)", "data that was valid can become invalid"),
    "rule-about-new": Kind("minor", "a rule was added about new terms only", "nobody can have used them yet"),
    "rule-tightened": Kind(
        "major", "a rule asks for more, for something else, or of more things", "valid data can become invalid"
    ),
    "rule-raised": Kind("major", "a warning became a violation", "data that was valid can become invalid"),
    "warning-added": Kind("minor", "a rule was added (warning or information)", "valid data stays valid"),
    "warning-tightened": Kind("minor", "a warning asks for more or for something else", "valid data stays valid"),
    "rule-lowered": Kind("minor", "a violation became a warning", "more data is valid"),
    "rule-relaxed": Kind("minor", "a rule asks for less, or of fewer things", "more data is valid"),
    "rule-removed": Kind("minor", "a rule is gone", "more data is valid"),
    "rule-reworded": Kind("patch", "a rule's name, message or layout", "it asks for the same"),
    # saved queries
    "query-added": Kind("minor", "a saved query was added", "more can be asked"),
    "query-removed": Kind("major", "a saved query is gone", "programs that ask it by name stop working"),
    "parameter-added": Kind("minor", "a query takes a further parameter", "it has a default"),
    "parameter-removed": Kind("major", "a parameter was removed or renamed", "calls that set it are refused"),
    "parameter-retyped": Kind("major", "a parameter takes another type", "calls that set it are refused"),
    "default-changed": Kind("major", "a parameter has another default", "the same call asks something else"),
    "column-added": Kind("minor", "an answer has a further column, after the others", "those that were read are there"),
    "column-removed": Kind("major", "a column was removed or renamed", "programs that read it stop working"),
    "columns-reordered": Kind("major", "columns come in another order", "programs that count them read others"),
    "form-changed": Kind("major", "rows became triples or yes/no, or the reverse", "programs can't read the answer"),
    "dataset-changed": Kind("major", "a query is asked over other graphs", "the same call asks something else"),
    "service-changed": Kind("minor", "a query asks another server", "the question is the same, its source is not"),
    "query-loses": Kind("major", "a query's text finds less in the same data", "the same call asks something else"),
    "query-gains": Kind("minor", "a query's text finds more in the same data", "what was found is still found"),
    "query-rewritten": Kind("patch", "a query was written in another way", "the same answer from the same data"),
    "query-reworded": Kind("patch", "a query's question, summary or tags", "they are for reading"),
    "answer-changed": Kind("patch", "an answer has other rows since the data has", "facts were put right or added"),
}  # fmt: skip
"""Every kind of edit that is told apart."""

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+.]?[0-9A-Za-z][0-9A-Za-z.+-]*)?")

Version = tuple[int, int, int]


def highest(kinds: list[str]) -> str:
    """Return the highest level that kinds of edit call for; ``none`` where there are none."""
    return max((TABLE[kind].level for kind in kinds), key=LEVELS.index, default="none")


def version(text: str) -> Version:
    """Return the three numbers of a version; a leading ``v`` and what makes it a preview (``-rc.1``) do not count.

    Raises UserError for what is no version (Semantic Versioning 2.0.0, section 2).
    """
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        raise UserError(f"'{text}' is no version number: write one such as 1.2.0.")
    return int(found[1]), int(found[2]), int(found[3])


def least(before: str, level: str) -> str:
    """Return the least honest version after ``before`` where the highest change is of a level.

    Below 1.0.0 a major change raises the second number, as nothing is promised yet (Semantic Versioning, section 4).
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


def table() -> str:
    """Return the table in plain text, levels from major down."""
    lines = ["Which edit calls for which version", ""]
    for level in reversed(LEVELS):
        lines += [level]
        lines += [f"  {kind.edit}: {kind.why}" for kind in TABLE.values() if kind.level == level]
        lines += [""]
    return "\n".join(lines)
