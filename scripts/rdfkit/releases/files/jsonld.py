"""The graph as JSON-LD 1.1, and the context that gives its keys their meaning.

The context is published: it lies in the repository as ``ontology/context.jsonld`` and is made from the prefix table and
the vocabulary alone. ``python -m rdfkit.releases.files`` writes it anew.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from imaging_trials.model.project import PROJECT
from rdfkit.base import namespaces
from rdfkit.base.errors import UserError

FILE = "ontology/context.jsonld"
IRI = PROJECT.base + "context.jsonld"

_ALIASES = {"id": "@id", "type": "@type"}
_TYPE = namespaces.expand("rdf:type")
_INTEGER, _BOOLEAN, _STRING = (PROJECT.expand(f"xsd:{name}") for name in ("integer", "boolean", "string"))
_KINDS = {
    PROJECT.expand(f"owl:{name}")
    for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "OntologyProperty")
}
_OBJECT_PROPERTY = namespaces.expand("owl:ObjectProperty")
_PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")

Context = dict[str, Any]


def context(quads: Iterable[Quad]) -> Context:
    """Return the context for a graph with this vocabulary (the quads of other graphs are not looked at).

    It has the house's prefixes; ``id`` and ``type`` for the keywords; each class and property of ours under
    its bare name; and says of each object property, ours or foreign, that its values are IRIs. Raises UserError where a
    term's bare name is taken by a prefix or one of the two.
    """
    vocabulary = PROJECT.graph_iri("vocabulary")
    kinds: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        thing, kind = quad.subject, quad.object
        if quad.graph_name != vocabulary or quad.predicate.value != _TYPE:
            continue
        if isinstance(thing, NamedNode) and isinstance(kind, NamedNode):
            kinds[thing.value].add(kind.value)
    made: Context = {"@version": 1.1, **_ALIASES, **dict(sorted(PROJECT.prefixes.items()))}
    defined: Context = {}
    for iri, of in sorted(kinds.items()):
        ours = iri.startswith(PROJECT.vocabulary)
        curie = PROJECT.shorten(iri)
        # A foreign term keeps its CURIE for a key; the context needs to know of it only what its values are.
        name = iri.removeprefix(PROJECT.vocabulary) if ours else curie
        if not of & _KINDS or curie == iri or (not ours and _OBJECT_PROPERTY not in of):
            continue
        if name in made:
            raise UserError(f"{curie} has the name of the prefix or key '{name}' of JSON-LD: rename one of the two.")
        defined[name] = {"@id": curie, "@type": "@id"} if _OBJECT_PROPERTY in of else curie
    return {"@context": made | defined}


def context_file(made: Context) -> bytes:
    """Return a context as the bytes of its file."""
    return (json.dumps(made, indent=2, ensure_ascii=False) + "\n").encode()


def checked_context(quads: Iterable[Quad], root: Path) -> Context:
    """Return the context for a graph; raise UserError where the one that the repository publishes is another."""
    made = context(quads)
    path = root / FILE
    if not path.is_file() or path.read_bytes() != context_file(made):
        raise UserError(
            f"{path} is not what the prefixes and the vocabulary make: "
            "write it anew with `python -m rdfkit.releases.files`, and read the difference."
        )
    return made


def document(quads: Iterable[Quad], of: Context) -> bytes:
    """Return the graph as one JSON-LD document: the context itself, then each named graph, a node a line, all sorted.

    The context stands in the document, so that nothing has to be fetched to read it.
    """
    graphs: dict[str, list[Triple]] = defaultdict(list)
    for quad in quads:
        graphs[str(quad.graph_name)].append(quad.triple)
    keys = {
        (definition["@id"] if isinstance(definition, dict) else definition): name
        for name, definition in of["@context"].items()
        if name not in PROJECT.prefixes and not name.startswith("@")
    }
    coerced = {name for name, definition in of["@context"].items() if isinstance(definition, dict)}
    parts = [
        f'{{"id":{_json(_short(iri[1:-1]))},"@graph":[\n' + ",\n".join(_nodes(triples, keys, coerced)) + "\n]}"
        for iri, triples in sorted(graphs.items())
    ]
    head = json.dumps(of["@context"], indent=1, ensure_ascii=False)
    return f'{{"@context":{head},\n"@graph":[\n{",".join(parts)}\n]}}\n'.encode()


def _nodes(triples: list[Triple], keys: dict[str, str], coerced: set[str]) -> list[str]:
    facts: dict[str, dict[str, list[Triple]]] = defaultdict(lambda: defaultdict(list))
    for triple in sorted(triples, key=str):
        facts[_resource(triple.subject)][triple.predicate.value].append(triple)
    nodes = []
    for subject, by_predicate in sorted(facts.items()):
        node: dict[str, Any] = {"id": subject}
        types = [_resource(triple.object) for triple in by_predicate.pop(_TYPE, [])]
        if types:
            node["type"] = _one_or_all([keys.get(curie, curie) for curie in types])
        for predicate, stated in sorted(by_predicate.items()):
            curie = _short(predicate)
            key = keys.get(curie, curie)
            node[key] = _one_or_all([_value(triple.object, bare=key in coerced) for triple in stated])
        nodes.append(_json(node))
    return nodes


def _value(term: object, *, bare: bool) -> object:
    """Return an object's value; ``bare`` where the context says that a string is an IRI."""
    if isinstance(term, NamedNode | BlankNode):
        return _resource(term) if bare else {"id": _resource(term)}
    if not isinstance(term, Literal):
        raise TypeError(term)
    if term.language:
        return {"@value": term.value, "@language": term.language}
    datatype = term.datatype.value
    # Integers and booleans in canonical form come back as they were; decimals would come back as doubles.
    if datatype == _INTEGER and _PLAIN_INTEGER.fullmatch(term.value):
        return int(term.value)
    if datatype == _BOOLEAN and term.value in {"true", "false"}:
        return term.value == "true"
    if datatype == _STRING and not bare:
        return term.value
    return {"@value": term.value} if datatype == _STRING else {"@value": term.value, "@type": _short(datatype)}


def _resource(term: object) -> str:
    return _short(term.value) if isinstance(term, NamedNode) else str(term)


def _short(iri: str) -> str:
    return PROJECT.shorten(iri)


def _one_or_all(values: list[Any]) -> object:
    return values[0] if len(values) == 1 else values


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
