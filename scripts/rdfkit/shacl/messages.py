"""The messages of results: the texts of ``sh:message`` with the values of a solution filled in (SHACL 5.3.2)."""

import re
from collections.abc import Mapping, Sequence

from rdfkit.base import Project, namespaces
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.engine.literals import language, lexical, to_term
from rdfkit.shacl.engine.shapes import path_triples
from rdfkit.shacl.terms import path_text

_VARIABLE = re.compile(r"\{[?$](\w+)\}")


def filled(message: str, values: Mapping[str, str]) -> str:
    """Return a message with each ``{?name}`` and ``{$name}`` replaced; a variable without a value stays as written.

    >>> filled("{?who} is no {$kind}, 100 % {?sure}", {"who": "A{?kind}", "kind": "B"})
    'A{?kind} is no B, 100 % {?sure}'
    """
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), message)


def of_solution(
    project: Project, graph: Graph, shape: str, own: Sequence[str], terms: Mapping[str, str | None]
) -> list[tuple[str, str]]:
    """Return the messages of a result of a query, each with its language or "" (SHACL 2.1.5, 5.3.2).

    They are those of the ``shape``, a node of the shapes graph, and those of the constraint, ``own``: a message that
    the query selects takes their place. ``terms`` are the values of the variables. All are in N-Triples.
    """
    selected = terms.get("message") or ""
    texts = [*graph.values(shape, f"<{namespaces.SH}message>"), *([selected] if selected[:1] == '"' else own)]
    values = {name: _text(project, graph, term) for name, term in terms.items() if term}
    found = [(lexical(text) if text == selected else filled(lexical(text), values), language(text)) for text in texts]
    return found or [("The query of this constraint has a solution.", "")]


def _text(project: Project, graph: Graph, term: str) -> str:
    """Return a term in a message; a path that is more than a property is written as in SPARQL."""
    triples = tuple(path_triples(graph, term)) if term[0] == "_" else ()
    return path_text(project, to_term(term), triples) if triples else lexical(term)
