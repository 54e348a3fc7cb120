"""Convert the tree of tree-sitter-sparql to the nodes of `nodes`: terms, triples and property paths. See `builder`.

Node types are those of tree-sitter-sparql 0.1.0, whose grammar follows SPARQL 1.1 Query Language, section 19.8.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin

from rdfkit.sparql import nodes as n

if TYPE_CHECKING:
    from tree_sitter import Node as Tree

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"

_ECHARS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_NUMBERS = {"integer": XSD + "integer", "decimal": XSD + "decimal", "double": XSD + "double"}


class Source(Protocol):
    """A parsed text: the offset of each byte in the given text, and the text of each node."""

    def place(self, byte: int) -> int: ...  # noqa: D102

    def written(self, tree: "Tree") -> str: ...  # noqa: D102


class TermBuilder:
    """Builds the terms, triples and paths of one text.

    ``prefixes`` and ``base`` are available without a declaration in the text.
    """

    def __init__(self, source: "Source", prefixes: Mapping[str, str], base: str) -> None:
        """Start without any term read."""
        self.written = source.written
        self.place = source.place
        self.prefixes = dict(prefixes)
        self.base = base
        self.declarations: list[n.Declaration] = []
        self.undeclared: set[str] = set()

    # Helpers

    def span(self, tree: "Tree") -> tuple[int, int]:
        """Return the offset of the first character and the offset after the last one."""
        return self.place(tree.start_byte), self.place(tree.end_byte)

    def keyword(self, tree: "Tree") -> str:
        """Return a keyword in capitals."""
        return " ".join(self.written(tree).upper().split())

    # Prologue and terms

    def prologue(self, tree: "Tree") -> None:
        """Add the prefixes and the base of a prologue."""
        for part in parts_of(tree):
            inner = parts_of(part)
            iri = self.iri(inner[-1])
            if part.type == "base_declaration":
                self.base = iri.value
                self.declarations.append(n.Declaration(*self.span(part), None, iri))
            else:
                prefix = self.written(inner[1])[:-1]
                self.prefixes[prefix] = iri.value
                self.declarations.append(n.Declaration(*self.span(part), prefix, iri))

    def iri(self, tree: "Tree") -> n.Iri:
        """Return an IRI with its prefix expanded."""
        text = self.written(tree)
        if tree.type == "a":
            return n.Iri(*self.span(tree), RDF + "type", text)
        if tree.type == "iri_reference":
            return n.Iri(*self.span(tree), self.resolved(text[1:-1]), text)
        prefix, _, local = text.partition(":")
        if prefix not in self.prefixes:
            self.undeclared.add(prefix)
            return n.Iri(*self.span(tree), "", text, prefix)
        return n.Iri(*self.span(tree), self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local), text, prefix)

    def resolved(self, iri: str) -> str:
        """Return an IRI resolved against the base."""
        try:
            return urljoin(self.base, iri) if self.base else iri
        except ValueError:  # a bracket in the name of a host
            return iri

    def term(self, tree: "Tree") -> n.Term:  # noqa: PLR0911 - one for each kind of term
        """Return a variable, IRI, literal or blank node."""
        span, kind = self.span(tree), tree.type
        if kind == "var":
            return n.Variable(*span, self.written(tree)[1:])
        if kind in {"iri_reference", "prefixed_name", "a"}:
            return self.iri(tree)
        if kind == "nil":
            return n.Iri(*span, RDF + "nil", self.written(tree))
        if kind == "anon":
            return n.BlankNode(*span, f"[{span[0]}]")
        if kind == "blank_node_label":
            return n.BlankNode(*span, self.written(tree)[2:])
        text = self.written(tree)
        if kind in _NUMBERS or kind == "boolean_literal":
            datatype = _NUMBERS.get(kind, XSD + "boolean")
            value = text.lower() if kind == "boolean_literal" else text
            return n.Literal(*span, value, n.Iri(*span, datatype, ""), "", text)
        return self.literal(tree)

    def literal(self, tree: "Tree") -> n.Literal:
        """Return a literal in quotes (``rdf_literal``)."""
        parts = parts_of(tree)
        start, end = self.span(tree)
        language = self.written(parts[1])[1:] if len(parts) == 2 else ""
        kind = RDF + "langString" if language else XSD + "string"
        datatype = self.iri(parts[2]) if len(parts) == 3 else n.Iri(end, end, kind, "")
        return n.Literal(start, end, self.string(parts[0]), datatype, language, self.written(parts[0]))

    def string(self, tree: "Tree") -> str:
        """Return the value of a string, without quotes and escapes."""
        text = self.written(tree)
        value = text[3:-3] if text[:3] in {'"""', "'''"} else text[1:-1]
        return re.sub(r"\\(.)", lambda match: _ECHARS[match[1]], value) if "\\" in value else value

    # Triples

    def triples(self, trees: Iterable["Tree"]) -> tuple[n.Triple, ...]:
        """Return the triples of some ``triples_same_subject``, or of nodes that contain them."""
        found: list[n.Triple] = []
        for tree in trees:
            if tree.type == "triples_same_subject":
                parts = parts_of(tree)
                subject = self.node(parts[0], found)
                for part in parts[1:]:
                    self.properties(subject, part, found)
            elif tree.type in {"triples_block", "triples_template", "construct_triples"}:
                found += self.triples(parts_of(tree))
        return tuple(found)

    def properties(self, subject: n.Term, tree: "Tree", found: list[n.Triple]) -> None:
        """Add the triples of a list of properties to ``found``."""
        for property_ in parts_of(tree):
            if property_.type != "property":
                continue
            verb, objects = parts_of(property_)
            predicate = self.path(verb)
            for one in parts_of(objects):
                if one.type != ",":
                    value = self.node(one, found)
                    start = min(subject.start, value.start)
                    found.append(n.Triple(start, max(subject.end, value.end), subject, predicate, value))

    def node(self, tree: "Tree", found: list[n.Triple]) -> n.Term:
        """Return a subject or object; the triples inside ``[ ]`` and ``( )`` are added to ``found``."""
        start, end = self.span(tree)
        if tree.type == "blank_node_property_list":
            blank = n.BlankNode(start, end, f"[{start}]")
            self.properties(blank, parts_of(tree)[1], found)
            return blank
        if tree.type != "collection":
            return self.term(tree)
        items = [self.node(item, found) for item in parts_of(tree)[1:-1]]
        cells = [n.BlankNode(item.start, item.end, f"({start}-{at})") for at, item in enumerate(items)]
        rests: list[n.Term] = [*cells[1:], n.Iri(end, end, RDF + "nil", "")]
        for cell, item, rest in zip(cells, items, rests, strict=True):
            for name, value in (("first", item), ("rest", rest)):
                found.append(n.Triple(start, end, cell, n.Iri(start, start, RDF + name, ""), value))
        return cells[0]

    # Property paths

    def path(self, tree: "Tree") -> n.Variable | n.Path:
        """Return the predicate: a variable or a path."""
        if tree.type == "var":
            return n.Variable(*self.span(tree), self.written(tree)[1:])
        if tree.type == "binary_path":
            return self.binary_path(tree)
        if tree.type != "path_element":
            return self.iri(tree)
        parts = parts_of(tree)
        start, end = self.span(tree)
        inverse = parts[0].type == "path_inverse"
        sign = parts[-1] if parts[-1].type == "path_mod" else None
        path = self.primary_path(parts[inverse : len(parts) - (sign is not None)])
        if sign is not None:
            path = n.Repeated(path.start, end, path, self.written(sign))
        return n.Inverse(start, end, path) if inverse else path

    def primary_path(self, parts: list["Tree"]) -> n.Path:
        """Return a path in brackets, a negated property set or an IRI."""
        if parts[0].type == "(":
            path = self.path(parts[1])
            assert not isinstance(path, n.Variable)  # noqa: S101 - the grammar has none there
            return path
        if parts[0].type != "!":
            return self.iri(parts[0])
        sides: dict[bool, list[n.Iri]] = {False: [], True: []}
        for one in parts_of(parts[1]):
            if one.type == "path_one_in_property_set":
                inner = parts_of(one)
                sides[len(inner) == 2].append(self.iri(inner[-1]))
        start, end = self.place(parts[0].start_byte), self.place(parts[1].end_byte)
        return n.Negated(start, end, tuple(sides[False]), tuple(sides[True]))

    def binary_path(self, tree: "Tree") -> n.Path:
        """Return a sequence or alternative; in the tree, ``a/b/c`` is ``(a/b)/c``."""
        sign = parts_of(tree)[1].type
        made = n.Sequence if sign == "/" else n.Alternative
        start, end = self.span(tree)
        parts: list[Any] = []
        while tree.type == "binary_path" and parts_of(tree)[1].type == sign:
            tree, _, right = parts_of(tree)
            parts.append(self.path(right))
        parts.append(self.path(tree))
        return made(start, end, tuple(reversed(parts)))


def parts_of(tree: "Tree") -> list["Tree"]:
    """Return the children of a tree node, without comments."""
    return [part for part in tree.children if part.type != "comment"]
