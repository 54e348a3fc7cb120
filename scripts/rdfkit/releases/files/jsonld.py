"""The graph as JSON-LD 1.1, and the context that defines its keys.

The context is published: the repository has it as ``ontology/context.jsonld``. It is made from the prefix table and the
vocabulary; ``make context`` writes it.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from rdfkit.base import Project, UserError, namespaces

CONTEXT_FILE = "ontology/context.jsonld"

_ALIASES = {"id": "@id", "type": "@type"}
_TYPE = namespaces.expand("rdf:type")
_INTEGER, _BOOLEAN, _STRING = (namespaces.expand(f"xsd:{name}") for name in ("integer", "boolean", "string"))
_KINDS = {
    namespaces.expand(f"owl:{name}")
    for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "OntologyProperty")
}
_OBJECT_PROPERTY = namespaces.expand("owl:ObjectProperty")
_PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")

Context = dict[str, Any]


def make_context(project: Project, quads: Iterable[Quad]) -> Context:
    """Return the context for a graph, from the quads of its vocabulary.

    It has the project's prefixes; ``id`` and ``type`` for the keywords; and each own class and property under its
    local name. For each object property, also of other vocabularies, it states that the values are IRIs.

    Raises UserError if the local name of a term is a prefix or one of the two keywords.
    """
    vocabulary = project.graph_iri("vocabulary")
    kinds: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        thing, kind = quad.subject, quad.object
        if quad.graph_name != vocabulary or quad.predicate.value != _TYPE:
            continue
        if isinstance(thing, NamedNode) and isinstance(kind, NamedNode):
            kinds[thing.value].add(kind.value)
    made: Context = {"@version": 1.1, **_ALIASES, **dict(sorted(project.prefixes.items()))}
    defined: Context = {}
    for iri, of in sorted(kinds.items()):
        is_own = iri.startswith(project.vocabulary)
        curie = project.shorten(iri)
        # The key of a term of another vocabulary is its CURIE; the context only states that its values are IRIs.
        name = iri.removeprefix(project.vocabulary) if is_own else curie
        if not of & _KINDS or curie == iri or (not is_own and _OBJECT_PROPERTY not in of):
            continue
        if name in made:
            raise UserError(f"{curie} has the name of the prefix or key '{name}' of JSON-LD: rename one of them.")
        defined[name] = {"@id": curie, "@type": "@id"} if _OBJECT_PROPERTY in of else curie
    return {"@context": made | defined}


def context_bytes(made: Context) -> bytes:
    """Return a context as the bytes of its file."""
    return (json.dumps(made, indent=2, ensure_ascii=False) + "\n").encode()


def checked_context(project: Project, quads: Iterable[Quad]) -> Context:
    """Return the context for a graph.

    Raises UserError if the context that the repository publishes is another.
    """
    made = make_context(project, quads)
    path = project.root / CONTEXT_FILE
    if not path.is_file() or path.read_bytes() != context_bytes(made):
        raise UserError(
            f"{path} does not match the prefixes and the vocabulary: "
            "write it with `make context`, and read the difference."
        )
    return made


def document(project: Project, quads: Iterable[Quad], of: Context) -> bytes:
    """Return the graph as one JSON-LD document: the context, then each named graph with one node a line, all sorted.

    It contains the context, so that it can be read offline.
    """
    graphs: dict[str, list[Triple]] = defaultdict(list)
    for quad in quads:
        graphs[str(quad.graph_name)].append(quad.triple)
    keys = {
        (definition["@id"] if isinstance(definition, dict) else definition): name
        for name, definition in of["@context"].items()
        if name not in project.prefixes and not name.startswith("@")
    }
    coerced = {name for name, definition in of["@context"].items() if isinstance(definition, dict)}
    parts = [
        f'{{"id":{_json(project.shorten(iri[1:-1]))},"@graph":[\n'
        + ",\n".join(_nodes(project, triples, keys, coerced))
        + "\n]}"
        for iri, triples in sorted(graphs.items())
    ]
    head = json.dumps(of["@context"], indent=1, ensure_ascii=False)
    return f'{{"@context":{head},\n"@graph":[\n{",".join(parts)}\n]}}\n'.encode()


def _nodes(project: Project, triples: list[Triple], keys: dict[str, str], coerced: set[str]) -> list[str]:
    facts: dict[str, dict[str, list[Triple]]] = defaultdict(lambda: defaultdict(list))
    for triple in sorted(triples, key=str):
        facts[_resource(project, triple.subject)][triple.predicate.value].append(triple)
    nodes = []
    for subject, by_predicate in sorted(facts.items()):
        node: dict[str, Any] = {"id": subject}
        types = [_resource(project, triple.object) for triple in by_predicate.pop(_TYPE, [])]
        if types:
            node["type"] = _one_or_all([keys.get(curie, curie) for curie in types])
        for predicate, stated in sorted(by_predicate.items()):
            curie = project.shorten(predicate)
            key = keys.get(curie, curie)
            node[key] = _one_or_all([_value(project, triple.object, bare=key in coerced) for triple in stated])
        nodes.append(_json(node))
    return nodes


def _value(project: Project, term: object, *, bare: bool) -> object:
    """Return the value of an object; ``bare`` if the context states that a string is an IRI."""
    if isinstance(term, NamedNode | BlankNode):
        return _resource(project, term) if bare else {"id": _resource(project, term)}
    if not isinstance(term, Literal):
        raise TypeError(term)
    if term.language:
        return {"@value": term.value, "@language": term.language}
    datatype = term.datatype.value
    # Canonical integers and booleans can be JSON values; a decimal would be read back as a double.
    if datatype == _INTEGER and _PLAIN_INTEGER.fullmatch(term.value):
        return int(term.value)
    if datatype == _BOOLEAN and term.value in {"true", "false"}:
        return term.value == "true"
    if datatype == _STRING and not bare:
        return term.value
    return {"@value": term.value} if datatype == _STRING else {"@value": term.value, "@type": project.shorten(datatype)}


def _resource(project: Project, term: object) -> str:
    return project.shorten(term.value) if isinstance(term, NamedNode) else str(term)


def _one_or_all(values: list[Any]) -> object:
    return values[0] if len(values) == 1 else values


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
