"""Checks of saved queries: that the text agrees with the header, and that the mutation changes the answer.

They are not part of `saved`, because running a saved query does not need them.
"""

from pathlib import Path

from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse

from rdfkit.base import Project, UserError
from rdfkit.sparql import guard, nodes, parameters, portability, saved, syntax
from rdfkit.sparql.saved import SavedQuery
from rdfkit.sparql.syntax import Document


def load(project: Project) -> dict[str, SavedQuery]:
    """Return all saved queries of a project by name, sorted by topic and name, each checked.

    Raises UserError, with file and line, for a header that is not valid, a name used twice, an update, SERVICE that
    asks another server than the header names, a VALUES block that does not list the parameters with their defaults, a
    pattern that engines answer differently, or a mutation that is not a triple.
    """
    queries: dict[str, SavedQuery] = {}
    for path in saved.files(project):
        query = saved.read(project, path)
        if query.id in queries:
            raise UserError(
                f"{path}: the name '{query.id}' is also that of {queries[query.id].path}: rename one of the two."
            )
        check(project, query)
        queries[query.id] = query
    return queries


def check(project: Project, query: SavedQuery) -> None:
    """Check a query beyond its header; raise UserError as `load` does."""
    path, text = query.path, query.text
    try:
        guard.check(text, embedded=not query.service)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    document = syntax.read(text, str(path))
    if query.service and set(_servers(document)) != {f"<{query.service}>"}:
        raise UserError(f"{path}: the header names the service {query.service}: SERVICE must ask only that one.")
    for finding in portability.findings(text):
        raise UserError(f"{path}:{finding.line}:{finding.column}: {finding.message}")
    _check_names(project, path, document)
    for change in query.mutation:
        for triple in filter(None, (change.triple, change.after)):
            _quad(project, path, triple, project.graph_iri(change.graph))
    if query.parameters:
        _check_block(project, query, document)


def _check_names(project: Project, path: Path, document: Document) -> None:
    if document.query.dataset:
        raise UserError(f"{path}: the header names the dataset of a saved query ('dataset'): remove FROM.")
    for prefix, namespace in document.prefixes.items():
        if project.prefixes.get(prefix) != namespace:
            raise UserError(f"{path}: the prefix '{prefix}:' is not <{namespace}> in the project: use its prefixes.")


def servers(text: str) -> list[str]:
    """Return the servers that a text asks by SERVICE, in order: IRIs in <>, or variables, as written."""
    return _servers(syntax.read(text))


def _servers(document: Document) -> list[str]:
    names = (node.name for node in document.walk() if isinstance(node, nodes.Service))
    return [document.text[name.start : name.end] for name in names]


def _check_block(project: Project, query: SavedQuery, document: Document) -> None:
    start, end = query.block
    line, _ = document.position(start)
    first = _first_in(document.query.where)
    if not isinstance(first, nodes.Values) or first.start != start:
        raise UserError(
            f"{query.path}:{line}: the VALUES block of the parameters must be first in the outermost WHERE group, or "
            "in a sub-select that is first there."
        )
    block = f"SELECT * WHERE {{ {query.text[start:end]} }}"
    rows = Store().query(block, prefixes=project.prefixes)
    row = next(rows) if isinstance(rows, QuerySolutions) else {}
    for parameter in query.parameters:
        if row[parameter.name] != parameters.default(project, parameter):
            raise UserError(
                f"{query.path}:{line}: VALUES gives {row[parameter.name]} for {parameter.name}, and the header "
                f"{parameters.serialize(parameters.default(project, parameter))}: make them equal."
            )


def _first_in(group: nodes.Group | None) -> nodes.Element | None:
    """Return the first element of a group, or that of a sub-select that is first in it."""
    first = group.elements[0] if group is not None and group.elements else None
    if isinstance(first, nodes.Alternatives) and not first.unions:  # a group in braces
        return _first_in(first.groups[0])
    return _first_in(first.query.where) if isinstance(first, nodes.SubSelect) else first


def apply(project: Project, store: Store, query: SavedQuery) -> None:
    """Apply the mutation of a query to a store of source graphs.

    Raises UserError for a change without effect: a triple to remove that is not there, or to add that is there.
    """
    for change in query.mutation:
        name = project.graph_iri(change.graph)
        before = _quad(project, query.path, change.triple, name)
        if (change.action == "add") == (before in store):
            state = "is already" if change.action == "add" else "is not"
            raise UserError(f"{query.path}: mutation: {change.triple} {state} in graph {change.graph}.")
        if change.action == "add":
            store.add(before)
        else:
            store.remove(before)
        if change.action == "change":
            store.add(_quad(project, query.path, change.after, name))


def _quad(project: Project, path: Path, triple: str, name: NamedNode) -> Quad:
    try:
        quads = list(parse(f"{project.sparql_prologue()}{triple} .", RdfFormat.TURTLE))
    except SyntaxError as error:
        raise UserError(f"{path}: mutation: '{triple}' is not a triple in Turtle: {error}.") from None
    if len(quads) != 1:
        raise UserError(f"{path}: mutation: '{triple}' must be one triple.")
    return Quad(quads[0].subject, quads[0].predicate, quads[0].object, name)
