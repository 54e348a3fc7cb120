"""Checks of saved queries: that the text agrees with the header, and that the mutation changes the answer.

Not part of `saved`, since answering a saved query needs none of this.
"""

from pathlib import Path

from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse

from rdfkit.base.errors import UserError
from rdfkit.base.project import Project
from rdfkit.sparql import guard as sparql
from rdfkit.sparql import parameters
from rdfkit.sparql import portability as portable
from rdfkit.sparql import saved as catalog
from rdfkit.sparql.saved import SavedQuery


def load(project: Project) -> dict[str, SavedQuery]:
    """Return all saved queries of a project by name, sorted by topic and name, each checked.

    Raises UserError, with file and line, for a header that is not valid, a name used twice, an update, SERVICE that
    asks another server than the header names, a VALUES block that does not list the parameters with their defaults, a
    pattern that engines answer differently, or a mutation that is not a triple.
    """
    queries: dict[str, SavedQuery] = {}
    for path in catalog.files(project):
        query = catalog.read(project, path)
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
    if query.service:
        _check_service(query)
    try:
        sparql.check(text, embedded=not query.service)
        Store().query(_without_service(text) if query.service else text)
    except SyntaxError as error:
        raise UserError(sparql.syntax_sentence(text, error, str(path))) from None
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    for finding in portable.findings(text):
        raise UserError(f"{path}:{finding.line}:{finding.column}: {finding.message}")
    _check_names(project, query)
    for change in query.mutation:
        for triple in filter(None, (change.triple, change.after)):
            _quad(project, path, triple, project.graph_iri(change.graph))
    if query.parameters:
        _check_block(project, query)


def _check_names(project: Project, query: SavedQuery) -> None:
    path, text = query.path, query.text
    if sparql.names_its_dataset(text):
        raise UserError(f"{path}: the header names the dataset of a saved query ('dataset'): remove FROM.")
    for prefix, namespace in sparql.declared_prefixes(text).items():
        if project.prefixes.get(prefix) != namespace:
            raise UserError(f"{path}: the prefix '{prefix}:' is not <{namespace}> in the project: use its prefixes.")


def servers(text: str) -> list[str]:
    """Return the servers that a text asks by SERVICE, in order: IRIs in <>, or variables."""
    found = [token for kind, token, _ in sparql.tokens(text) if kind in {"iri", "variable", "name", "word"}]
    after = [found[at + 1 : at + 3] for at, token in enumerate(found) if token.upper() == "SERVICE"]
    return [names[1] if names[0].upper() == "SILENT" else names[0] for names in after if len(names) == 2]


def _check_service(query: SavedQuery) -> None:
    if set(servers(query.text)) != {f"<{query.service}>"}:
        raise UserError(f"{query.path}: the header names the service {query.service}: SERVICE must ask only that one.")


def _without_service(text: str) -> str:
    """Return a text with plain groups in place of SERVICE clauses, to parse it without asking a server."""
    asked = set(servers(text))
    kept = []
    end = 0
    before = ""
    for kind, token, start in sparql.tokens(text):
        word = token.upper() if kind == "word" else ""
        if word == "SERVICE" or (before in {"SERVICE", "SILENT"} and (word == "SILENT" or token in asked)):
            kept.append(text[end:start])
            end = start + len(token)
        before = word
    return "".join(kept) + text[end:]


def _check_block(project: Project, query: SavedQuery) -> None:
    start, end = query.block
    line = query.text.count("\n", 0, start) + 1
    before = [token.upper() for _, token, _ in sparql.tokens(query.text[:start])]
    inside = before.count("{") - before.count("}")
    if before[-2:] != ["WHERE", "{"] or inside != 1:
        raise UserError(
            f"{query.path}:{line}: the VALUES block of the parameters must be first in the outermost WHERE group."
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
