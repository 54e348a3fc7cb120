"""RDF terms and SHACL property paths as short text, written with a project's prefixes."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from rdfkit.base import Project, namespaces, printable

Term: TypeAlias = NamedNode | BlankNode | Literal

PathTriple: TypeAlias = tuple[BlankNode, str, Term]
"""A triple of the description of a path: subject, IRI of the predicate, object."""

Described: TypeAlias = dict[Term, dict[str, Term]]
"""The description of a path: for each blank node its values, by the IRI of the predicate."""

MAX_LITERAL_CHARACTERS = 80

LABELS = tuple(map(namespaces.expand, ("skos:prefLabel", "rdfs:label", "schema:name", "dcterms:title", "foaf:name")))
"""The properties of a label: the first of them that a node has gives it."""

_SH, _RDF = namespaces.SH, namespaces.RDF
_REPEATED = {_SH + "zeroOrMorePath": "*", _SH + "oneOrMorePath": "+", _SH + "zeroOrOnePath": "?"}


def term_text(project: Project, term: Term) -> str:
    """Return a term in Turtle notation on one line: IRIs as CURIEs where possible, long literals cut.

    The text has printable characters only, so that a value cannot steer a terminal.
    """
    if isinstance(term, NamedNode):
        short = project.shorten(term.value)
        return printable(f"<{short}>" if short == term.value else short)
    if isinstance(term, Literal):
        text = f'"{printable(term.value, MAX_LITERAL_CHARACTERS)}"'
        if term.language:
            return f"{text}@{term.language}"
        is_string = term.datatype.value == namespaces.XSD + "string"
        return text if is_string else f"{text}^^{term_text(project, term.datatype)}"
    return str(term)


def path_text(project: Project, path: Term | None, triples: Iterable[PathTriple]) -> str:
    """Return a SHACL path as a SPARQL property path; ``-`` if there is none.

    ``triples`` describe the path if it is a blank node (SHACL 2.3.1).
    """
    return "-" if path is None else _path(project, path, described(triples))


def described(triples: Iterable[PathTriple]) -> Described:
    """Return the triples of the description of a path, by subject and predicate."""
    found: Described = {}
    for node, predicate, value in triples:
        found.setdefault(node, {})[predicate] = value
    return found


def list_members(head: Term, description: Described) -> Iterator[Term]:
    """Yield the members of an RDF list in the description of a path."""
    while head in description and (_RDF + "first") in description[head]:
        yield description[head][_RDF + "first"]
        head = description[head][_RDF + "rest"]


def _path(project: Project, node: Term, description: Described) -> str:
    if not isinstance(node, BlankNode):
        return term_text(project, node)
    values = description.get(node, {})
    if (_RDF + "first") in values:
        return "/".join(_path(project, step, description) for step in list_members(node, description))
    for predicate, value in values.items():
        if predicate == _SH + "inversePath":
            return "^" + _grouped(project, value, description)
        if predicate == _SH + "alternativePath":
            return "|".join(_grouped(project, step, description) for step in list_members(value, description))
        if predicate in _REPEATED:
            return _grouped(project, value, description) + _REPEATED[predicate]
    return str(node)


def _grouped(project: Project, node: Term, description: Described) -> str:
    text = _path(project, node, description)
    return f"({text})" if isinstance(node, BlankNode) else text
