"""Copies of other people's vocabularies: which identifiers they have, under which labels, and which are given up.

Read are Turtle and the other RDF syntaxes, OWL/XML, OBO, OBO graphs in JSON, and a table of id and label. OBO, OBO
graphs and OWL/XML are streamed; nothing outside the file is read, and no XML entity is resolved.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, TextIO

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import reading as rdf

Property = Literal["term", "label", "synonym", "deprecated", "replaced"]


class Fact(NamedTuple):
    """One thing that a file says of an identifier, both as the file writes them."""

    id: str
    property: Property
    value: str = ""


@dataclass
class Term:
    """What a copy says of one identifier; replacements are keys, as `read` was given them."""

    labels: list[str] = field(default_factory=list)
    synonyms: list[str] = field(default_factory=list)
    deprecated: bool = False
    replaced_by: list[str] = field(default_factory=list)


Key = Callable[[str], str]

PIECE = 1 << 16
"""How much of a file is read at once."""

_OBO_NS = "http://purl.obolibrary.org/obo/"
_OIO = "http://www.geneontology.org/formats/oboInOwl#"
_REPLACED_BY = _OBO_NS + "IAO_0100001"
_PROPERTIES: dict[str, Property] = {
    PROJECT.expand("rdfs:label"): "label",
    PROJECT.expand("skos:prefLabel"): "label",
    PROJECT.expand("skos:altLabel"): "synonym",
    _OIO + "hasExactSynonym": "synonym",
    PROJECT.expand("owl:deprecated"): "deprecated",
    _REPLACED_BY: "replaced",
    PROJECT.expand("dcterms:isReplacedBy"): "replaced",
}
_TRUE = ("true", "1")
_ACTIVE = "http://id.nlm.nih.gov/mesh/vocab#active"
_OBSOLETE = re.compile(r"obsolete[ :_]", re.IGNORECASE)
_OWL = PROJECT.prefixes["owl"]


def read(path: Path, key: Key) -> dict[str, Term]:
    """Return the identifiers of a copy as ``key`` writes them, each with what the copy says of it.

    The extension tells the format; an XML or JSON file is looked into. Raises UserError for a file that can't be read,
    is broken, of an unknown format, or has no identifier in it.
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
        raise UserError(f"{path}: can't be read ({what}); check the name.") from error
    if not found:
        raise UserError(f"{path}: has no identifier in it; give a copy of a vocabulary.")
    return found


def _facts(path: Path) -> Iterator[Fact]:
    ending = path.suffix.lower()
    if ending == ".obo":
        return _obo(path)
    if ending == ".tsv":
        return _tsv(path)
    if ending == ".json" and _is_obo_graph(path):
        return _obo_graph(path)
    if ending == ".owx" or (ending in {".owl", ".xml", ".rdf"} and _is_owl_xml(path)):
        return _owl_xml(path)
    if ending in rdf.EXTENSIONS:
        return _rdf(path)
    raise UserError(
        f"{path}: its extension tells no format; known are .obo, .json, .owl, .owx, .tsv, "
        f"{', '.join(sorted(set(rdf.EXTENSIONS) - {'.json', '.owl'}))}."
    )


# RDF


def _rdf(path: Path) -> Iterator[Fact]:
    from pyoxigraph import Literal as RdfLiteral
    from pyoxigraph import NamedNode

    for quad in rdf.read(path, base=rdf.file_base(path)):
        if not isinstance(quad.subject, NamedNode):
            continue
        subject, value = quad.subject.value, quad.object
        property_ = _PROPERTIES.get(quad.predicate.value, "term")
        if isinstance(value, RdfLiteral):
            if property_ == "deprecated":
                property_ = "deprecated" if value.value in _TRUE else "term"
            elif quad.predicate.value == _ACTIVE and value.value not in _TRUE:
                property_ = "deprecated"
            elif property_ in {"label", "synonym"} and not _english(value.language):
                continue
            yield Fact(subject, property_, value.value)
        elif isinstance(value, NamedNode):
            yield Fact(subject, "replaced" if property_ == "replaced" else "term", value.value)


def _english(language: str | None) -> bool:
    return language is None or language == "en" or language.startswith("en-")


# OBO (http://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html)

_OBO_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"\s+EXACT\b')
_OBO_ESCAPE = re.compile(r"\\(.)")
_OBO_ESCAPES = {"n": "\n", "t": "\t", "W": " "}


def _obo(path: Path) -> Iterator[Fact]:
    with path.open(encoding="utf-8-sig") as file:
        stanza = id_ = ""
        for number, raw in enumerate(file, 1):
            line = raw.strip()
            if line.startswith("["):
                stanza, id_ = line, ""
                continue
            tag, colon, value = line.partition(":")
            if not stanza or not line or line.startswith("!"):
                continue
            if not colon:
                raise UserError(f"{path}:{number}: is no OBO ('tag: value' is wanted); mend it there.")
            if tag == "id":
                id_ = _obo_id(value)
                yield Fact(id_, "term")
            elif id_:
                yield from _obo_clause(id_, tag, value.strip())


def _obo_clause(id_: str, tag: str, value: str) -> Iterator[Fact]:
    if tag == "name":
        yield Fact(id_, "label", _obo_text(value))
    elif tag == "synonym" and (found := _OBO_SYNONYM.match(value)):
        yield Fact(id_, "synonym", _obo_text(found[1]))
    elif tag == "is_obsolete" and value.startswith("true"):
        yield Fact(id_, "deprecated")
    elif tag == "replaced_by":
        yield Fact(id_, "replaced", _obo_id(value))
    elif tag == "alt_id":  # the identifier of a term that was merged into this one
        yield Fact(_obo_id(value), "deprecated")
        yield Fact(_obo_id(value), "replaced", id_)


def _obo_id(value: str) -> str:
    return value.partition(" !")[0].partition(" {")[0].strip()


def _obo_text(value: str) -> str:
    return _OBO_ESCAPE.sub(lambda found: _OBO_ESCAPES.get(found[1], found[1]), value)


# OBO graphs (https://github.com/geneontology/obographs)


def _is_obo_graph(path: Path) -> bool:
    with path.open(encoding="utf-8-sig") as file:
        start = file.read(4096)
    return '"graphs"' in start and '"@context"' not in start


def _obo_graph(path: Path) -> Iterator[Fact]:
    with path.open(encoding="utf-8-sig") as file:
        for node in _Json(path, file).nodes():
            if not isinstance(node, dict) or not isinstance(node.get("id"), str):
                raise UserError(f"{path}: a node of its graph has no id; give a whole OBO graph.")
            yield from _obo_node(node["id"], node)


def _obo_node(id_: str, node: dict[str, object]) -> Iterator[Fact]:
    label, meta = node.get("lbl"), node.get("meta")
    if isinstance(label, str):
        yield Fact(id_, "label", label)
    elif node.get("type"):  # what has neither label nor type is only pointed to
        yield Fact(id_, "term")
    if not isinstance(meta, dict):
        return
    if meta.get("deprecated") is True:
        yield Fact(id_, "deprecated")
    for synonym in _dicts(meta.get("synonyms")):
        if synonym.get("pred") == "hasExactSynonym":
            yield Fact(id_, "synonym", str(synonym.get("val")))
    for value in _dicts(meta.get("basicPropertyValues")):
        if value.get("pred") == _REPLACED_BY:
            yield Fact(id_, "replaced", str(value.get("val")))


def _dicts(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


class _Json:
    """A walk through ``graphs[].nodes[]`` of a JSON file that holds one item of a list in memory at a time."""

    def __init__(self, path: Path, file: TextIO) -> None:
        self._path = path
        self._file = file
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._at = 0

    def nodes(self) -> Iterator[object]:
        for key in self._keys():
            if key != "graphs":
                self._skip()
                continue
            for _ in self._items():
                for inner in self._keys():
                    if inner != "nodes":
                        self._skip()
                        continue
                    for _ in self._items():
                        yield self._value()

    def _more(self) -> bool:
        chunk = self._file.read(max(PIECE, len(self._text) - self._at))
        self._text = self._text[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _peek(self) -> str:
        while True:
            while self._at < len(self._text):
                if not self._text[self._at].isspace():
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                raise self._broken("ends too early")

    def _expect(self, signs: str) -> str:
        sign = self._peek()
        if sign not in signs:
            raise self._broken(f"has '{sign}' where one of {' '.join(signs)} is wanted")
        self._at += 1
        return sign

    def _value(self) -> object:
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._more():
                    raise self._broken(error.msg) from error
                continue
            except RecursionError as error:
                raise self._broken("its brackets nest too deep") from error
            except ValueError as error:
                raise self._broken("a number in it is too long") from error
            length = end - self._at
            # A number at the very end of what was read may go on.
            if end == len(self._text) and self._more():
                continue
            self._at += length
            return value

    def _keys(self) -> Iterator[str]:
        self._expect("{")
        if self._peek() == "}":
            self._at += 1
            return
        while True:
            yield str(self._key())
            if self._expect(",}") == "}":
                return

    def _key(self) -> object:
        key = self._value()
        self._expect(":")
        return key

    def _items(self) -> Iterator[None]:
        self._expect("[")
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield None
            if self._expect(",]") == "]":
                return

    def _skip(self) -> None:
        if self._peek() == "[":
            for _ in self._items():
                self._value()
        else:
            self._value()

    def _broken(self, what: str) -> UserError:
        return UserError(f"{self._path}: is no OBO graph in JSON ({what}); give a whole one.")


# OWL/XML (https://www.w3.org/TR/owl2-xml-serialization/)


def _is_owl_xml(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(re.search(rb"<Ontology[\s>][^>]*\"http://www\.w3\.org/2002/07/owl#\"", file.read(65536)))


class _Element(NamedTuple):
    name: str
    attributes: dict[str, str]


class _OwlXml:
    """Takes the events of an OWL/XML file and keeps the facts of its declarations and annotation assertions."""

    def __init__(self, where: Callable[[], str]) -> None:
        self.facts: list[Fact] = []
        self._where = where
        self._prefixes = {name: PROJECT.prefixes[name] for name in ("owl", "rdf", "rdfs", "xsd")}
        self._base = ""
        self._open: list[_Element] = []
        self._text: list[str] = []
        self._assertion: list[tuple[str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.removeprefix(_OWL + " ")
        parent = self._open[-1].name if self._open else ""
        self._open.append(_Element(local, attributes))
        if len(self._open) > 1000:
            raise UserError(f"{self._where()}: its elements nest more than 1000 deep; give a proper ontology.")
        self._text = []
        if local == "Ontology":
            self._base = attributes.get("http://www.w3.org/XML/1998/namespace base", attributes.get("ontologyIRI", ""))
        elif local == "Prefix":
            self._prefixes[attributes.get("name", "")] = attributes.get("IRI", "")
        elif local == "AnnotationAssertion":
            self._assertion = []
        elif parent == "Declaration":
            self.facts.append(Fact(self._iri(attributes), "term"))
        elif parent == "AnnotationAssertion" and local == "AnnotationProperty":
            self._assertion.append((local, self._iri(attributes)))

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, _: str) -> None:
        name, attributes = self._open.pop()
        if name == "AnnotationAssertion":
            self._assert()
        elif self._open and self._open[-1].name == "AnnotationAssertion":
            text = "".join(self._text)
            language = attributes.get("http://www.w3.org/XML/1998/namespace lang")
            if name == "IRI":
                self._assertion.append((name, self._resolve(text.strip())))
            elif name == "AbbreviatedIRI":
                self._assertion.append(("IRI", self._abbreviated(text.strip())))
            elif name == "Literal":
                self._assertion.append((name if _english(language) else "foreign", text))

    def _assert(self) -> None:
        if len(self._assertion) != 3 or self._assertion[0][0] != "AnnotationProperty":
            return  # about an anonymous individual, or with one for its value
        (_, predicate), (_, subject), (kind, value) = self._assertion
        property_ = _PROPERTIES.get(predicate, "term")
        if property_ == "deprecated" and value.strip() not in _TRUE:
            property_ = "term"
        if property_ in {"label", "synonym"} and kind != "Literal":
            property_ = "term"
        self.facts.append(Fact(subject, property_, value))

    def _iri(self, attributes: dict[str, str]) -> str:
        if "abbreviatedIRI" in attributes:
            return self._abbreviated(attributes["abbreviatedIRI"])
        return self._resolve(attributes.get("IRI", ""))

    def _resolve(self, iri: str) -> str:
        if ":" in iri:
            return iri
        from urllib.parse import urljoin

        try:
            return urljoin(self._base, iri)
        except ValueError as error:
            raise UserError(f"{self._where()}: '{iri}' makes no IRI with '{self._base}'; mend it there.") from error

    def _abbreviated(self, curie: str) -> str:
        prefix, _, local = curie.partition(":")
        if prefix not in self._prefixes:
            raise UserError(f"{self._where()}: '{curie}' has a prefix that the file does not declare; mend it there.")
        return self._prefixes[prefix] + local


def _owl_xml(path: Path) -> Iterator[Fact]:
    from xml.parsers import expat

    parser = expat.ParserCreate(namespace_separator=" ")

    def where() -> str:
        return f"{path}:{parser.CurrentLineNumber}:{parser.CurrentColumnNumber + 1}"

    def refuse(*_: object) -> None:
        raise UserError(f"{where()}: has a DOCTYPE, and none is read; write its entities out and take it away.")

    handler = _OwlXml(where)
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    with path.open("rb") as file:
        while True:
            chunk = file.read(PIECE)
            try:
                parser.Parse(chunk, not chunk)
            except expat.ExpatError as error:
                what = expat.ErrorString(error.code)
                raise UserError(
                    f"{path}:{error.lineno}:{error.offset + 1}: is no XML ({what}); mend it there."
                ) from error
            except (LookupError, ValueError) as error:  # of Python, for an encoding that it lacks
                raise UserError(f"{path}: is in an encoding that is not read; save it as UTF-8.") from error
            yield from handler.facts
            handler.facts.clear()
            if not chunk:
                return


# A table

_TSV_COLUMNS = ("id", "label", "deprecated", "replaced_by")


def _tsv(path: Path) -> Iterator[Fact]:
    with path.open(encoding="utf-8-sig") as file:
        head = file.readline().rstrip("\r\n").split("\t")
        if head[:2] != ["id", "label"] or set(head) - set(_TSV_COLUMNS):
            raise UserError(
                f"{path}:1: a table starts with the columns id and label; deprecated (true) and replaced_by can follow."
            )
        for number, line in enumerate(file, 2):
            cells = line.rstrip("\r\n").split("\t")
            if len(cells) != len(head) or not cells[0]:
                raise UserError(f"{path}:{number}: has not the {len(head)} cells of its head, the id first; mend it.")
            row = dict(zip(head, cells, strict=True))
            yield Fact(row["id"], "label", row["label"]) if row["label"] else Fact(row["id"], "term")
            if row.get("deprecated", "").lower() in _TRUE:
                yield Fact(row["id"], "deprecated")
            if row.get("replaced_by"):
                yield Fact(row["id"], "replaced", row["replaced_by"])
