"""The saved questions: one page each, with the committed answer in it, and the list of all by topic."""

from collections.abc import Iterator

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from imaging_trials.model import PROJECT, read
from imaging_trials.site import addresses, parts
from imaging_trials.site.addresses import Link
from imaging_trials.site.typography import typeset
from rdfkit.sparql import SavedQuery, saved

MAX_ROWS = 400
"""How many rows of an answer a page shows; the file beside it has all."""

LISTING = "questions.html"

_HOME = Link("Home", addresses.HOME)
_ENDINGS = (".tsv", ".nt", ".txt")


def path(query: SavedQuery) -> str:
    """Return the path of the page of a saved question."""
    return f"question/{query.id}.html"


def pages(store: Store) -> Iterator[parts.Page]:
    """Yield the page of each saved question."""
    for query in saved.read_all(PROJECT):
        yield _page(store, query)


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the text and the committed answer of each saved question, beside its page."""
    for query in saved.read_all(PROJECT):
        yield f"question/{query.id}.rq", query.text.encode()
        found = _answer(query)
        if found:
            yield f"question/{query.id}{found[0]}", found[1]


def listing() -> parts.Page:
    """Return the page with all saved questions by topic."""
    by_topic: dict[str, list[SavedQuery]] = {}
    for query in saved.read_all(PROJECT):
        by_topic.setdefault(query.topic, []).append(query)
    tables = tuple(
        parts.Table(
            topic.capitalize(),
            ("Question", "What a row is"),
            tuple(
                ((Link(typeset(one.summary), path(one)),), (typeset(_first_sentence(one.description)),))
                for one in found
            ),
        )
        for topic, found in by_topic.items()
    )
    return parts.Page(
        path=LISTING,
        title="Questions",
        trail=(_HOME,),
        lead=f"{sum(map(len, by_topic.values()))} questions that the graph answers, each with its answer.",
        parts=tables,
    )


def _first_sentence(text: str) -> str:
    first, dot, _ = text.partition(". ")
    return first + dot.strip()


def _page(store: Store, query: SavedQuery) -> parts.Page:
    found: list[parts.Part] = []
    answer = _answer(query)
    beside: list[tuple[str, str]] = [("SPARQL", f"question/{query.id}.rq")]
    if answer:
        ending, data = answer
        found.append(_shown(store, ending, data))
        beside.append(("Answer", f"question/{query.id}{ending}"))
    else:
        found.append(
            parts.Prose(
                "Answer", ((f"This question also asks another server, {query.service}, so it has no stored answer.",),)
            )
        )
    if query.parameters:
        rows = tuple(
            ((parts.Code(one.name),), (typeset(one.description),), (parts.Code(str(one.default)),))
            for one in query.parameters
        )
        found.append(parts.Table("What can be changed", ("Parameter", "What it is", "Value here"), rows))
    found.append(parts.Texts("The query", ((f"over the dataset “{query.dataset}”", _below_header(query.text)),)))
    command = f"imt query {query.id}"
    found.append(parts.Texts("In a terminal", (("command", command),)))
    return parts.Page(
        path=path(query),
        title=typeset(query.summary),
        trail=(_HOME, Link("Questions", LISTING)),
        lead=typeset(query.description),
        parts=tuple(found),
        template="question.html",
        more={"beside": beside, "id": query.id},
    )


def _below_header(text: str) -> str:
    """Return a query without its header; the file beside the page has both."""
    lines = text.splitlines()
    first = next((place for place, line in enumerate(lines) if line and not line.startswith("#+")), 0)
    return "\n".join(lines[first:])


def _answer(query: SavedQuery) -> tuple[str, bytes] | None:
    """Return the ending and the bytes of the committed answer, or None if the question has none."""
    for ending in _ENDINGS:
        file = query.answer_stem.with_name(query.id + ending)
        if file.is_file():
            return ending, file.read_bytes()
    return None


def _shown(store: Store, ending: str, data: bytes) -> parts.Part:
    if ending == ".txt":
        return parts.Prose("Answer", (("Yes." if data.strip() == b"true" else "No.",),))
    if ending == ".nt":
        columns: tuple[str, ...] = ("subject", "property", "value")
        rows = [
            tuple(_cell(store, term) for term in (quad.subject, quad.predicate, quad.object))
            for quad in parse(data, RdfFormat.N_TRIPLES)
        ]
    else:
        solutions = parse_query_results(data, format=QueryResultsFormat.TSV)
        assert isinstance(solutions, QuerySolutions)  # noqa: S101 - rows are the only answers in TSV
        columns = tuple(one.value for one in solutions.variables)
        rows = [tuple(_cell(store, term) for term in solution) for solution in solutions]
    words = f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}"
    note = (
        f"{words}." if len(rows) <= MAX_ROWS else f"{words}, of which the first {MAX_ROWS} are shown; the file has all."
    )
    return parts.Table("Answer", columns, tuple(rows[:MAX_ROWS]), note)


def _cell(store: Store, term: object) -> parts.Cell:
    if isinstance(term, NamedNode):
        found = read.thing(store, term)
        return (addresses.link(found),)
    if isinstance(term, Literal):
        return (typeset(term.value),)
    if isinstance(term, BlankNode):
        return (str(term),)
    return ()
