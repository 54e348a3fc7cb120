"""The saved questions: one page each, with the committed answer in it, and the list of all by topic."""

import json
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

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

from imaging_trials import questions
from imaging_trials.model import PROJECT, read
from imaging_trials.site import addresses, asking, kinds, parts
from imaging_trials.site.addresses import Link
from imaging_trials.site.typography import typeset
from rdfkit.sparql import SavedQuery, provenance, syntax, triple_patterns

MAX_ROWS = 400
"""How many rows of an answer a page shows; the file beside it has all."""

LISTING = "questions.html"

_HOME = Link("Home", addresses.HOME)


class Field(NamedTuple):
    """A parameter in the form: its type, the prefix of its things (""), and the value of the stored answer.

    ``options`` are the things to choose from, as values and labels; without any, people write a value.
    """

    name: str
    description: str
    type: str
    prefix: str
    default: str
    examples: tuple[str, ...]
    options: tuple[tuple[str, str], ...]


def path(query: SavedQuery) -> str:
    """Return the path of the page of a saved question."""
    return f"question/{query.id}.html"


class Choices:
    """The things that a parameter can have, as CURIE and label, sorted by label; read from a store once."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store
        self._own = kinds.own(store)
        self._found: dict[str, tuple[tuple[str, str], ...]] = {}

    def of(self, prefix: str) -> tuple[tuple[str, str], ...]:
        """Return the things with a prefix; nothing for a parameter whose type names none."""
        if prefix and prefix not in self._found:
            namespace = PROJECT.prefixes[prefix]
            things = (one for one in self._own if one.value.startswith(namespace))
            named = ((PROJECT.shorten(one.value), typeset(read.label(self._store, one))) for one in things)
            self._found[prefix] = tuple(sorted(named, key=lambda one: (one[1].casefold(), one[0])))
        return self._found.get(prefix, ())


def pages(store: Store) -> Iterator[parts.Page]:
    """Yield the page of each saved question."""
    choices = Choices(store)
    for query in questions.every():
        yield page(store, query, choices)


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the text and the committed answer of each saved question, beside its page, and what explains its rows."""
    for query in questions.every():
        yield f"question/{query.id}.rq", query.text.encode()
        explaining = about(query)
        if explaining:
            yield (
                f"question/{query.id}.json",
                json.dumps(explaining, ensure_ascii=False, separators=(",", ":")).encode(),
            )
        found = questions.committed_answer(query)
        if found:
            yield f"question/{query.id}{found[0]}", found[1]


def listing() -> parts.Page:
    """Return the page with all saved questions by topic."""
    by_topic: dict[str, list[SavedQuery]] = {}
    for query in questions.every():
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


def page(store: Store, query: SavedQuery, choices: Choices) -> parts.Page:
    """Return the page of a saved question."""
    answer = questions.committed_answer(query)
    beside: list[tuple[str, str]] = [("SPARQL", f"question/{query.id}.rq")]
    shown: parts.Part
    if answer:
        ending, data = answer
        shown = _shown(store, ending, data)
        beside.append(("Answer", f"question/{query.id}{ending}"))
    else:
        words = f"This question also asks another server, {query.service}, so it has no stored answer."
        shown = parts.Prose("Answer", ((words,),))
    text = questions.sparql(query)
    return parts.Page(
        path=path(query),
        title=typeset(query.summary),
        trail=(_HOME, Link("Questions", LISTING)),
        lead=typeset(query.description),
        parts=(shown,),
        template="question.html",
        more={
            "beside": beside,
            "query": query,
            "text": text,
            "fields": fields(query, choices),
            "over": questions.OVER.get(query.dataset, query.dataset),
            "editor": f"{asking.PAGE}#query={quote(text, safe='')}&dataset={query.dataset}",
            "made_up": _of_made_up(query),
            "command": parts.Texts(
                "In a terminal", (("command", f"imt query {query.id}{' --data FOLDER' if query.data else ''}"),)
            ),
        },
    )


def fields(query: SavedQuery, choices: Choices) -> tuple[Field, ...]:
    """Return the fields of the form of a question."""
    return tuple(
        Field(
            one.name,
            typeset(one.description),
            one.type,
            one.prefix,
            str(one.default),
            one.examples,
            choices.of(one.prefix),
        )
        for one in query.parameters
    )


def about(query: SavedQuery) -> dict[str, object] | None:
    """Return what `static/explain.js` needs to explain a row of a question; None if it has no rows to explain."""
    asked = syntax.read(query.text).query
    if query.service or asked.form != "SELECT" or asked.where is None:
        return None
    whole = triple_patterns.without_projection(query.text, {})
    body = query.text[asked.where.start : asked.where.end]
    answer = Store().query(whole)
    assert isinstance(answer, QuerySolutions)  # noqa: S101 - written as a SELECT
    return {
        "before": whole[: whole.rindex(body)].rstrip(),
        "body": body,
        "names": sorted(one.value for one in answer.variables),
        "patterns": [triple_patterns.record(one) for one in triple_patterns.patterns(query.text)],
        "absence": provenance.tests_for_absence(query.text),
    }


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


def _of_made_up(query: SavedQuery) -> str:
    """Return what a page says of a question about imported records; "" for another question."""
    if not query.data:
        return ""
    return (
        f"The answer shown here was computed with made-up records beside the graph, those in {query.data}: "
        "their trials and articles do not exist. In this page, the question is asked of the graph alone. To ask it of "
        f"imported records of your own: imt query {query.id} --data FOLDER."
    )


def _cell(store: Store, term: object) -> parts.Cell:
    if isinstance(term, NamedNode):
        found = read.thing(store, term)
        return (addresses.link(found),)
    if isinstance(term, Literal):
        return (typeset(term.value),)
    if isinstance(term, BlankNode):
        return (str(term),)
    return ()
