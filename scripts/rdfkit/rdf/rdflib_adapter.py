"""Convert terms and graphs between pyoxigraph and rdflib.

Literals keep their form: rdflib would turn ``INF`` into ``inf`` and give dates a time zone, so each literal is made
with ``normalize=False``, which does not change the user's ``rdflib.NORMALIZE_LITERALS``.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

if TYPE_CHECKING:
    import rdflib
    from rdflib.query import Result
    from rdflib.term import Identifier, Literal

_STRING = "http://www.w3.org/2001/XMLSchema#string"

# rdflib warns of a literal such as "2016-02-30"^^xsd:date with a traceback, and Python prints that if logging is not
# configured. Wrong literals are reported by the shapes.
logging.getLogger("rdflib.term").addHandler(logging.NullHandler())


def to_rdflib(term: Any) -> "Identifier":
    """Return the rdflib term for a pyoxigraph one; raise TypeError for a triple term, which rdflib does not have.

    A plain string has no datatype, as from rdflib's own parsers.
    """
    from rdflib.term import BNode, Literal, URIRef

    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language, normalize=False)
        datatype = term.datatype.value
        literal = Literal(term.value, datatype=None if datatype == _STRING else URIRef(datatype), normalize=False)
        return literal if str(literal) == term.value else _unchanged(term.value, literal)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    raise TypeError(f"rdflib has no term for {term}")


def _unchanged(text: str, literal: "Literal") -> "Literal":
    """Return a literal with another text: rdflib removes blanks from a normalizedString and a token in any case."""
    from rdflib.term import Literal

    other = str.__new__(Literal, text)
    for name in Literal.__slots__:
        setattr(other, name, getattr(literal, name))
    return other


def from_rdflib(term: "Identifier") -> "ox.NamedNode | ox.BlankNode | ox.Literal":
    """Return the pyoxigraph term for an rdflib one; raise TypeError for variables and formulae."""
    from rdflib.term import BNode, Literal, URIRef

    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)) if term.datatype else None)
    raise TypeError(f"{term!r} is not a term of an RDF graph")


def to_rdflib_graph(triples: Iterable[Any], prefixes: Mapping[str, str]) -> "rdflib.Graph":
    """Return an rdflib graph of pyoxigraph triples or quads (the graph's name is dropped), with the given prefixes."""
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    bind_prefixes(graph, prefixes)
    for triple in triples:
        graph.add((to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object)))
    return graph


@contextmanager
def added(graph: "rdflib.Graph", triples: Iterable[Any]) -> Iterator[None]:
    """Add pyoxigraph triples to an rdflib graph for the duration of a with block; its own triples are kept."""
    new = []
    for triple in triples:
        parts = (to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object))
        if parts not in graph:
            graph.add(parts)
            new.append(parts)
    try:
        yield
    finally:
        for parts in new:
            graph.remove(parts)


def to_rdflib_dataset(
    quads: Iterable[Any], prefixes: Mapping[str, str], *, default_union: bool = False
) -> "rdflib.Dataset":
    """Return an rdflib dataset of pyoxigraph quads, each in its named graph."""
    import rdflib

    dataset = rdflib.Dataset(default_union=default_union)
    bind_prefixes(dataset, prefixes)
    graphs: dict[Any, rdflib.Graph] = {}
    for quad in quads:
        name = quad.graph_name
        if name not in graphs:
            default = isinstance(name, ox.DefaultGraph)
            graphs[name] = dataset.default_graph if default else dataset.graph(to_rdflib(name))
        graphs[name].add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
    return dataset


def to_rdflib_result(answer: Any, prefixes: Mapping[str, str]) -> "Result":
    """Return pyoxigraph's answer to a query as the ``Result`` that ``rdflib.Graph.query`` gives."""
    from rdflib.query import Result
    from rdflib.term import Variable

    if isinstance(answer, ox.QuerySolutions):
        result = Result("SELECT")
        names = [variable.value for variable in answer.variables]
        result.vars = [Variable(name) for name in names]
        result.bindings = [
            {Variable(name): to_rdflib(term) for name, term in zip(names, row, strict=True) if term is not None}
            for row in answer
        ]
    elif isinstance(answer, ox.QueryTriples):
        result = Result("CONSTRUCT")
        result.graph = to_rdflib_graph(answer, prefixes)
    else:
        result = Result("ASK")
        result.askAnswer = bool(answer)
    return result


def bind_prefixes(graph: "rdflib.Graph", prefixes: Mapping[str, str]) -> None:
    """Bind prefixes in an rdflib graph, so that what it prints is short."""
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, namespace, replace=True)
