"""What proves a saved query: that its text holds what its header says, and that a counter-change changes the answer.

Apart from `catalog`, since asking a saved query needs none of this.
"""

from pathlib import Path

from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse

from rdfkit.base import namespaces as terms
from rdfkit.base.errors import ImtError
from rdfkit.rdf import named_graphs as layers
from rdfkit.sparql import guard as sparql
from rdfkit.sparql import nodes, syntax
from rdfkit.sparql import portability as portable
from rdfkit.sparql import saved as catalog
from rdfkit.sparql.saved import SavedQuery
from rdfkit.sparql.syntax import Document


def load(root: Path) -> dict[str, SavedQuery]:
    """Return every saved query under ``root`` by its id, sorted by topic and id, each checked to the last detail.

    Raises ImtError, with file and line, for what breaks the grammar of headers, an id used twice, an update, SERVICE
    that asks another server than the header names, a VALUES block that does not list the parameters with their
    defaults, a pattern that engines answer differently, or a counter-change that is no triple.
    """
    queries: dict[str, SavedQuery] = {}
    for path in catalog.files(root):
        query = catalog.read(path)
        if query.id in queries:
            raise ImtError(f"{path}:1: the id '{query.id}' is also {queries[query.id].path}'s: give it another.")
        check(query)
        queries[query.id] = query
    return queries


def check(query: SavedQuery) -> None:
    """Raise ImtError where a query breaks what its header cannot show: see `load`."""
    path, text = query.path, query.text
    try:
        sparql.check(text, embedded=not query.service)
    except ImtError as error:
        raise ImtError(f"{path}: {error}") from None
    document = syntax.read(text, str(path))
    if query.service and set(_servers(document)) != {f"<{query.service}>"}:
        raise ImtError(f"{path}: the header names the service {query.service}: let SERVICE ask that one only.")
    for finding in portable.findings(text):
        raise ImtError(f"{path}:{finding.line}:{finding.column}: {finding.message}")
    _check_names(path, document)
    for change in query.changes:
        for triple in filter(None, (change.triple, change.after)):
            _quad(path, triple, layers.graph_iri(change.graph))
    if query.parameters:
        _check_block(query, document)


def _check_names(path: Path, document: Document) -> None:
    if document.query.dataset:
        raise ImtError(f"{path}: what a saved query is asked over stands in its header ('graphs'): take out FROM.")
    for prefix, namespace in document.prefixes.items():
        if terms.PREFIXES.get(prefix) != namespace:
            raise ImtError(f"{path}: the prefix '{prefix}:' is not <{namespace}> in the house's table (terms.py).")


def servers(text: str) -> list[str]:
    """Return the servers that a text asks by SERVICE, in order: IRIs in <>, or variables, as written."""
    return _servers(syntax.read(text))


def _servers(document: Document) -> list[str]:
    names = (node.name for node in document.walk() if isinstance(node, nodes.Service))
    return [document.text[name.start : name.end] for name in names]


def _check_block(query: SavedQuery, document: Document) -> None:
    start, end = query.block
    line, _ = document.position(start)
    where = document.query.where
    first = where.elements[0] if where is not None and where.elements else None
    if not isinstance(first, nodes.Values) or first.start != start:
        raise ImtError(f"{query.path}:{line}: the parameters' VALUES stands first in the outermost WHERE group.")
    block = f"SELECT * WHERE {{ {query.text[start:end]} }}"
    rows = Store().query(block, prefixes=terms.PREFIXES)
    row = next(rows) if isinstance(rows, QuerySolutions) else {}
    for parameter in query.parameters:
        if row[parameter.name] != catalog.default(parameter):
            raise ImtError(
                f"{query.path}:{line}: VALUES gives {row[parameter.name]} for {parameter.name}, and the header "
                f"{catalog.serialise(catalog.default(parameter))}: make them one."
            )


def apply(store: Store, query: SavedQuery) -> None:
    """Apply the counter-change of a query to a store of source graphs.

    Raises ImtError for a change that would change nothing: a triple to remove that is not there, or to add that is.
    """
    for change in query.changes:
        name = layers.graph_iri(change.graph)
        before = _quad(query.path, change.triple, name)
        if (change.action == "add") == (before in store):
            state = "stands there already" if change.action == "add" else "does not stand there"
            raise ImtError(f"{query.path}: counter-change: {change.triple} {state}, in graph {change.graph}.")
        if change.action == "add":
            store.add(before)
        else:
            store.remove(before)
        if change.action == "change":
            store.add(_quad(query.path, change.after, name))


def _quad(path: Path, triple: str, name: NamedNode) -> Quad:
    try:
        quads = list(parse(f"{terms.sparql_prologue()}{triple} .", RdfFormat.TURTLE))
    except SyntaxError as error:
        raise ImtError(f"{path}: counter-change: '{triple}' is no triple in Turtle: {error}.") from None
    if len(quads) != 1:
        raise ImtError(f"{path}: counter-change: '{triple}' has to be one triple.")
    return Quad(quads[0].subject, quads[0].predicate, quads[0].object, name)
