"""OWL/XML: the declarations and annotations of an ontology, as the facts that `vocabularies` reads.

CTO, one of the vocabularies that we map to, is published in no other syntax.
Source: OWL 2 XML Serialization (https://www.w3.org/TR/owl2-xml-serialization/).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree as ET

from imaging_trials.mapping_sets.facts import MAX_NESTING_DEPTH, PROPERTIES, TRUE, Fact, is_english
from rdfkit.base import UserError, namespaces

_OWL = f"{{{namespaces.OWL}}}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ROOT = re.compile(rb"<Ontology[\s>][^>]*\"http://www\.w3\.org/2002/07/owl#\"")
_HEAD_BYTES = 65_536
"""How much of a file is searched for the element that makes it OWL/XML."""


def is_owl_xml(path: Path) -> bool:
    """Return whether an XML file begins as an ontology in OWL/XML."""
    return bool(_ROOT.search(_head(path)))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def read(path: Path) -> Iterator[Fact]:
    """Yield what the declarations and annotation assertions of a file say, one axiom in memory at a time.

    Raises UserError for a file that is not well-formed OWL/XML, has a DOCTYPE, or is nested too deep.
    """
    root = _ROOT.search(head := _head(path))
    if not root:
        raise UserError(f"{path}: is not OWL/XML in UTF-8 (no Ontology element at its start); give another copy.")
    if b"<!DOCTYPE" in head[: root.start()]:
        raise UserError(f"{path}: has a DOCTYPE, which is not read; replace its entities by their text and remove it.")
    try:
        with path.open("rb") as file:
            yield from _axioms(file, path)
    except ET.ParseError as error:
        line, column = error.position
        raise UserError(f"{path}:{line}:{column + 1}: is not well-formed XML ({error.msg}); fix it there.") from error
    except (LookupError, ValueError) as error:
        raise UserError(f"{path}: is in an encoding that is not read; save it as UTF-8.") from error


def _axioms(file: BinaryIO, path: Path) -> Iterator[Fact]:
    names = _Names(path)
    depth = 0
    ontology: ET.Element | None = None
    for event, element in ET.iterparse(file, events=("start", "end")):  # noqa: S314 - it has no DOCTYPE
        if event == "start":
            depth += 1
            if depth > MAX_NESTING_DEPTH:
                raise UserError(f"{path}: is nested more than {MAX_NESTING_DEPTH} deep; give a proper ontology.")
            if ontology is None:
                ontology = element
                names.base = element.get(f"{_XML}base", element.get("ontologyIRI", ""))
            continue
        depth -= 1
        if depth != 1 or ontology is None:
            continue
        if element.tag == f"{_OWL}Prefix":
            names.prefixes[element.get("name", "")] = element.get("IRI", "")
        elif element.tag == f"{_OWL}Declaration":
            yield from (Fact(names.of(entity), "term") for entity in element)
        elif element.tag == f"{_OWL}AnnotationAssertion":
            yield from _annotation(names, element)
        ontology.clear()


class _Names:
    """Resolves the IRIs and abbreviated IRIs of a file."""

    def __init__(self, path: Path) -> None:
        self.base = ""
        self.prefixes = {name: namespaces.WELL_KNOWN[name] for name in ("owl", "rdf", "rdfs", "xsd")}
        self._path = path

    def of(self, element: ET.Element) -> str:
        """Return the IRI of an entity, or the one that is the text of an element."""
        text = (element.text or "").strip()
        if element.tag == f"{_OWL}AbbreviatedIRI" or "abbreviatedIRI" in element.attrib:
            return self._expanded(element.get("abbreviatedIRI", text))
        return self._absolute(element.get("IRI", text))

    def _expanded(self, curie: str) -> str:
        prefix, _, local = curie.partition(":")
        if prefix not in self.prefixes:
            raise UserError(f"{self._path}: '{curie}' has a prefix that the file does not declare; declare it.")
        return self.prefixes[prefix] + local

    def _absolute(self, iri: str) -> str:
        from urllib.parse import urljoin

        try:
            return iri if ":" in iri else urljoin(self.base, iri)
        except ValueError as error:
            raise UserError(f"{self._path}: '{iri}' makes no IRI with '{self.base}'; fix the base.") from error


def _annotation(names: _Names, assertion: ET.Element) -> Iterator[Fact]:
    """Yield the fact of an assertion, which lists annotations of its own, a property, a subject and a value."""
    parts = [part for part in assertion if part.tag != f"{_OWL}Annotation"]
    if len(parts) != 3 or "AnonymousIndividual" in (part.tag.removeprefix(_OWL) for part in parts):
        return
    predicate, subject, value = parts
    about = PROPERTIES.get(names.of(predicate), "term")
    is_literal = value.tag == f"{_OWL}Literal"
    text = (value.text or "") if is_literal else names.of(value)
    wrong_kind = not is_literal or not is_english(value.get(f"{_XML}lang"))
    if (about in {"label", "synonym"} and wrong_kind) or (about == "deprecated" and text.strip() not in TRUE):
        about = "term"
    yield Fact(names.of(subject), about, text)
