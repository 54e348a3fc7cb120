"""Copies of other vocabularies: which identifiers they have, under which labels, and which are deprecated.

The formats are Turtle and the other RDF syntaxes, OWL/XML, OBO, OBO graphs in JSON, and a table of id and label. All
but RDF are streamed. Nothing outside the file is read, and no XML entity is resolved.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from imaging_trials.mapping_sets import obo, owl_xml
from imaging_trials.mapping_sets.facts import PROPERTIES, TRUE, Fact, is_english
from rdfkit.base import UserError
from rdfkit.rdf import reading


@dataclass
class Term:
    """What a copy says about one identifier; replacements are keys, as `read` was given them."""

    labels: list[str] = field(default_factory=list)
    synonyms: list[str] = field(default_factory=list)
    deprecated: bool = False
    replaced_by: list[str] = field(default_factory=list)


Key = Callable[[str], str]
"""Returns the key of an identifier, which is the same for all its written forms."""

_ACTIVE = "http://id.nlm.nih.gov/mesh/vocab#active"
_OBSOLETE = re.compile(r"obsolete[ :_]", re.IGNORECASE)


def read(path: Path, key: Key) -> dict[str, Term]:
    """Return the terms of a copy by the key of their identifier.

    The file's extension decides the format; for XML and JSON its first lines do too. Raises UserError for a file that
    cannot be read, has a syntax error, is in an unknown format, or has no identifier in it.
    """
    found: dict[str, Term] = {}
    try:
        for fact in _facts(path):
            term = found.setdefault(key(fact.id), Term())
            if fact.property == "label":
                term.labels.append(fact.value)
                term.deprecated = term.deprecated or bool(_OBSOLETE.match(fact.value))
            elif fact.property == "synonym":
                term.synonyms.append(fact.value)
            elif fact.property == "deprecated":
                term.deprecated = True
            elif fact.property == "replaced":
                term.replaced_by.append(key(fact.value))
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not UTF-8; save the file as UTF-8.") from error
    except OSError as error:
        what = "is a folder" if isinstance(error, IsADirectoryError) else error.strerror or str(error)
        raise UserError(f"{path}: cannot be read ({what}); check the name.") from error
    if not found:
        raise UserError(f"{path}: has no identifier in it; give a copy of a vocabulary.")
    return found


def _facts(path: Path) -> Iterator[Fact]:
    extension = path.suffix.lower()
    if extension == ".obo":
        return obo.read(path)
    if extension == ".tsv":
        return _table(path)
    if extension == ".json" and obo.is_graph(path):
        return obo.read_graph(path)
    if extension == ".owx" or (extension in {".owl", ".xml", ".rdf"} and owl_xml.is_owl_xml(path)):
        return owl_xml.read(path)
    if extension in reading.EXTENSIONS:
        return _rdf(path)
    known = sorted({*reading.EXTENSIONS, ".json", ".obo", ".owl", ".owx", ".tsv"})
    raise UserError(f"{path}: has no extension of a known format; rename it to one of {', '.join(known)}.")


def _rdf(path: Path) -> Iterator[Fact]:
    from pyoxigraph import Literal as RdfLiteral
    from pyoxigraph import NamedNode

    for quad in reading.read(path, base=reading.file_base(path)):
        if not isinstance(quad.subject, NamedNode):
            continue
        subject, value = quad.subject.value, quad.object
        about = PROPERTIES.get(quad.predicate.value, "term")
        if isinstance(value, RdfLiteral):
            if about == "deprecated":
                about = "deprecated" if value.value in TRUE else "term"
            elif quad.predicate.value == _ACTIVE and value.value not in TRUE:
                about = "deprecated"
            elif about in {"label", "synonym"} and not is_english(value.language):
                continue
            yield Fact(subject, about, value.value)
        elif isinstance(value, NamedNode):
            yield Fact(subject, "replaced" if about == "replaced" else "term", value.value)


_COLUMNS = ("id", "label", "deprecated", "replaced_by")


def _table(path: Path) -> Iterator[Fact]:
    with path.open(encoding="utf-8-sig") as file:
        head = file.readline().rstrip("\r\n").split("\t")
        if head[:2] != ["id", "label"] or set(head) - set(_COLUMNS):
            raise UserError(
                f"{path}:1: a table must begin with the columns id and label; deprecated (true) and replaced_by may "
                "follow: fix the head."
            )
        for number, line in enumerate(file, 2):
            cells = line.rstrip("\r\n").split("\t")
            if len(cells) != len(head) or not cells[0]:
                raise UserError(f"{path}:{number}: must have the {len(head)} cells of the head, the id first; fix it.")
            row = dict(zip(head, cells, strict=True))
            yield Fact(row["id"], "label", row["label"]) if row["label"] else Fact(row["id"], "term")
            if row.get("deprecated", "").lower() in TRUE:
                yield Fact(row["id"], "deprecated")
            if row.get("replaced_by"):
                yield Fact(row["id"], "replaced", row["replaced_by"])
