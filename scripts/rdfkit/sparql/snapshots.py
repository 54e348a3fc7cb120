"""The committed answers of saved queries, in ``answers/`` next to their files."""

from collections.abc import Callable
from pathlib import Path

from pyoxigraph import QueryBoolean, QueryResultsFormat, QueryTriples, Store

from rdfkit.base import Project, UserError
from rdfkit.rdf import ntriples, replace_file
from rdfkit.sparql import results
from rdfkit.sparql.saved import SavedQuery


def answer(project: Project, store: Store, query: SavedQuery, text: str | None = None) -> tuple[str, bytes]:
    """Return the answer of a saved query as it is committed: the ending of the file's name, and the bytes.

    Rows are SPARQL TSV, triples sorted N-Triples, a boolean is ``true`` or ``false``. ``text`` is run instead of the
    file's own text, such as one from `saved.bind`.
    """
    found = results.ask(project, store, query.text if text is None else text, query.dataset)
    if isinstance(found, QueryTriples):
        return ".nt", ntriples(sorted(found, key=str))
    if isinstance(found, QueryBoolean):
        return ".txt", b"true\n" if found else b"false\n"
    return ".tsv", found.serialize(format=QueryResultsFormat.TSV) or b""


def update(project: Project, store: Store, beside: Callable[[Path], Store]) -> list[Path]:
    """Write the answers of all saved queries, and return the files that changed.

    ``beside`` opens the graph with the records in a folder, for a query whose header names one (``data``).

    Each file is replaced at once, and an answer that belongs to no query is removed. A federated query has no committed
    answer, since it depends on another server. Raises UserError for a query that is not valid, or that returns no row
    although its header says ``may-be-empty: false``.
    """
    from rdfkit.sparql import query_tests

    queries = query_tests.load(project)
    changed = []
    stores: dict[str, Store] = {}
    wanted = set()
    for query in queries.values():
        if query.service:
            continue
        if query.data and query.data not in stores:
            stores[query.data] = beside(project.root / query.data)
        ending, data = answer(project, stores.get(query.data, store), query)
        if not query.may_be_empty and is_empty(ending, data):
            raise UserError(f"{query.path}: the answer is empty, and the header says 'may-be-empty: false'.")
        path = query.answer_stem.with_name(query.id + ending)
        wanted.add(path)
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(exist_ok=True)
            replace_file(path, data)
            changed.append(path)
    for path in {query.answer_stem.parent for query in queries.values()}:
        for stale in sorted(set(path.glob("[!.]*")) - wanted):
            stale.unlink()
            changed.append(stale)
    return changed


def is_empty(ending: str, data: bytes) -> bool:
    """Return whether a committed answer has no row, no triple, or is ``false``."""
    if ending == ".txt":
        return data == b"false\n"
    return data.count(b"\n") <= (1 if ending == ".tsv" else 0)
