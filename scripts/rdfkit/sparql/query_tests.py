"""What proves a saved query: that its text holds what its header says, and that a counter-change changes the answer.

Apart from `catalog`, since asking a saved query needs none of this.
"""

from pathlib import Path

from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse

from rdfkit.base.errors import UserError
from rdfkit.base.project import Project
from rdfkit.sparql import guard as sparql
from rdfkit.sparql import portability as portable
from rdfkit.sparql import saved as catalog
from rdfkit.sparql.saved import SavedQuery


def load(project: Project) -> dict[str, SavedQuery]:
    """Return every saved query of a project by its id, sorted by topic and id, each checked to the last detail.

    Raises UserError, with file and line, for what breaks the grammar of headers, an id used twice, an update, SERVICE
    that asks another server than the header names, a VALUES block that does not list the parameters with their
    defaults, a pattern that engines answer differently, or a counter-change that is no triple.
    """
    queries: dict[str, SavedQuery] = {}
    for path in catalog.files(project):
        query = catalog.read(project, path)
        if query.id in queries:
            raise UserError(f"{path}:1: the id '{query.id}' is also {queries[query.id].path}'s: give it another.")
        check(project, query)
        queries[query.id] = query
    return queries


def check(project: Project, query: SavedQuery) -> None:
    """Raise UserError where a query breaks what its header cannot show: see `load`."""
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
    for change in query.changes:
        for triple in filter(None, (change.triple, change.after)):
            _quad(project, path, triple, project.graph_iri(change.graph))
    if query.parameters:
        _check_block(project, query)


def _check_names(project: Project, query: SavedQuery) -> None:
    path, text = query.path, query.text
    if sparql.names_its_dataset(text):
        raise UserError(f"{path}: what a saved query is asked over stands in its header ('graphs'): take out FROM.")
    for prefix, namespace in sparql.declared_prefixes(text).items():
        if project.prefixes.get(prefix) != namespace:
            raise UserError(f"{path}: the prefix '{prefix}:' is not <{namespace}> in the project's table.")


def servers(text: str) -> list[str]:
    """Return the servers that a text asks by SERVICE, in order: IRIs in <>, or variables."""
    found = [token for kind, token, _ in sparql.tokens(text) if kind in {"iri", "variable", "name", "word"}]
    after = [found[at + 1 : at + 3] for at, token in enumerate(found) if token.upper() == "SERVICE"]
    return [names[1] if names[0].upper() == "SILENT" else names[0] for names in after if len(names) == 2]


def _check_service(query: SavedQuery) -> None:
    if set(servers(query.text)) != {f"<{query.service}>"}:
        raise UserError(f"{query.path}: the header names the service {query.service}: let SERVICE ask that one only.")


def _without_service(text: str) -> str:
    """Return a text with plain groups where it asks another server: as good for a parser, and it asks nobody."""
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
        raise UserError(f"{query.path}:{line}: the parameters' VALUES stands first in the outermost WHERE group.")
    block = f"SELECT * WHERE {{ {query.text[start:end]} }}"
    rows = Store().query(block, prefixes=project.prefixes)
    row = next(rows) if isinstance(rows, QuerySolutions) else {}
    for parameter in query.parameters:
        if row[parameter.name] != catalog.default(project, parameter):
            raise UserError(
                f"{query.path}:{line}: VALUES gives {row[parameter.name]} for {parameter.name}, and the header "
                f"{catalog.serialise(catalog.default(project, parameter))}: make them one."
            )


def apply(project: Project, store: Store, query: SavedQuery) -> None:
    """Apply the counter-change of a query to a store of source graphs.

    Raises UserError for a change that would change nothing: a triple to remove that is not there, or to add that is.
    """
    for change in query.changes:
        name = project.graph_iri(change.graph)
        before = _quad(project, query.path, change.triple, name)
        if (change.action == "add") == (before in store):
            state = "stands there already" if change.action == "add" else "does not stand there"
            raise UserError(f"{query.path}: counter-change: {change.triple} {state}, in graph {change.graph}.")
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
        raise UserError(f"{path}: counter-change: '{triple}' is no triple in Turtle: {error}.") from None
    if len(quads) != 1:
        raise UserError(f"{path}: counter-change: '{triple}' has to be one triple.")
    return Quad(quads[0].subject, quads[0].predicate, quads[0].object, name)
