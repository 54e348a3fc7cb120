"""The eight tools: each returns text, and raises UserError with what is wrong, where, and how to fix it."""

import csv
import io
import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store, parse, parse_query_results

from imaging_trials import bibliography, questions, site, views
from imaging_trials.cli.assistant import child, replies
from imaging_trials.model import PROJECT, dates, lookup, read
from imaging_trials.views import formats
from rdfkit.base import UserError, nearest
from rdfkit.rdf import named_graphs
from rdfkit.sparql import guard

MAX_TURTLE_BYTES = 200_000
MAX_REFERENCES_BYTES = 1_000_000
MAX_WORDS_CHARACTERS = 1_000


class Tools:
    """The tools over a store, whose names and questions are read once."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self.store = store

    @cached_property
    def records(self) -> list[questions.Record]:
        """The records of all saved questions."""
        return questions.records()

    @cached_property
    def issued(self) -> str:
        """The note at the end of each reply: the graph's version and date."""
        return f"Imaging Trials Graph {PROJECT.version} of {views.release_day(self.store)}"

    @cached_property
    def _names(self) -> lookup.NameIndex:
        return lookup.NameIndex(self.store)

    @cached_property
    def _shapes(self) -> Store:
        return site.load_shapes()

    def find_thing(self, name: str, offset: int = 0) -> str:
        """Return the card of a thing."""
        iri = lookup.resolve(self.store, name, index=self._names)
        card = views.for_thing(self.store, iri, max_links=views.MAX_LINKS)
        found = formats.renderer("cards", "text")([card])
        return replies.text(found, [f"use {PROJECT.shorten(iri.value)} as a value in ask", self.issued], offset=offset)

    def list_questions(self, words: str = "", topic: str = "", offset: int = 0, limit: int = replies.MAX_ROWS) -> str:
        """Return the questions of a topic that have words, the best first, as CSV."""
        found = questions.search(self.records, words[:MAX_WORDS_CHARACTERS], topic)
        notes = ["parameters are written name (type) = default; answer one with ask"]
        if not found:
            notes = [f"no question has these words; topics are {', '.join(questions.topics())}; or use run_sparql"]
        rows = [
            (one["name"], one["title"], "; ".join(map(_parameter, one["parameters"])), _needs(one)) for one in found
        ]
        return replies.table(
            ("question", "asks", "parameters", "needs"), rows, [*notes, self.issued], offset=offset, limit=limit
        )

    def ask(
        self,
        question: str,
        parameters: Mapping[str, object] | None = None,
        offset: int = 0,
        limit: int = replies.MAX_ROWS,
    ) -> str:
        """Return the answer to a saved question as CSV."""
        asked = questions.bound(question, parameters or {}, self.store)
        columns, rows = questions.rows_of(questions.answer(self.store, asked))
        notes = [f"{asked.query.id}: {asked.query.summary} A row: {asked.query.description}", self.issued]
        if rows and questions.form(asked.query) == "SELECT":
            notes.insert(1, "where a row comes from: explain with the row's number")
        return replies.table(columns, rows, notes, offset=offset, limit=limit)

    def explain(
        self, question: str, row: int = 1, parameters: Mapping[str, object] | None = None, offset: int = 0
    ) -> str:
        """Return the triples that a row of an answer needs, with the source of each."""
        asked = questions.bound(question, parameters or {}, self.store)
        found = formats.renderer("explanation", "text")(questions.explain(self.store, asked, row))
        return replies.text(found, [self.issued], offset=offset)

    def describe_vocabulary(self, term: str, offset: int = 0) -> str:
        """Return the definition of a class or a property, what shapes ask, and a statement that uses it."""
        iri = lookup.resolve(self.store, term, lambda one: one.value.startswith(PROJECT.vocabulary), self._names)
        if not iri.value.startswith(PROJECT.vocabulary):
            raise UserError(
                f"'{PROJECT.shorten(iri.value)}' is no term of the vocabulary: give a class or a property, such as "
                "imt:PharmaceuticalAgent, or use find_thing."
            )
        found = site.describe_term(self.store, self._shapes, iri)
        lines = [f"{found.name} ({found.kind}): {found.label}", found.definition, *found.notes]
        lines += [f"{label}: {site.plain(cell)}" for label, cell in found.facts]
        lines += [f"asked by a shape: {link.words}" for link in found.constraints]
        lines += _statements(self.store, found.kind, iri.value)
        return replies.text("\n".join(line for line in lines if line), [self.issued], offset=offset)

    def run_sparql(self, query: str, dataset: str = "all", offset: int = 0, limit: int = replies.MAX_ROWS) -> str:
        """Return the answer to a query of the caller's own, which a child process asks."""
        form = guard.check(query)
        if dataset not in named_graphs.dataset_names(PROJECT):
            raise UserError(f"There is no dataset '{dataset[:60]}': choose all, asserted or page.")
        chosen = () if guard.names_its_dataset(query) else ("--dataset", dataset)
        kind = "nt" if form in {"CONSTRUCT", "DESCRIBE"} else "json"
        output = child.imt(
            "query", "--sparql", "-", "--format", kind, "--timeout", str(child.MAX_SECONDS), *chosen, stdin=query
        )  # fmt: skip
        if kind == "nt":
            triples = [(one.subject, one.predicate, one.object) for one in parse(output, RdfFormat.N_TRIPLES)]
            columns: tuple[str, ...] = ("subject", "predicate", "object")
            rows: list[questions.Row] = [*triples]
        else:
            found = parse_query_results(output, format=QueryResultsFormat.JSON)
            if isinstance(found, QuerySolutions):
                columns, rows = tuple(one.value for one in found.variables), [tuple(row) for row in found]
            else:
                columns, rows = ("answer",), [("true" if found else "false",)]
        return replies.table(columns, rows, [self.saved_like(query), self.issued], offset=offset, limit=limit)

    def validate_turtle(self, turtle: str, offset: int = 0) -> str:
        """Return what the common shapes report for Turtle, checked in a child process."""
        size = len(turtle.encode(errors="replace"))
        if size > MAX_TURTLE_BYTES:
            raise UserError(
                f"The Turtle has {size:,} bytes, and the limit is {MAX_TURTLE_BYTES:,}: send less at a time, or run "
                "'imt validate FILE' in a terminal."
            )
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "text.ttl"
            file.write_text(turtle, encoding="utf-8", errors="replace")
            found = child.imt("validate", str(file), seconds=60, stdin="", accepted=(0, 1))
        return replies.text(found.replace(f"{folder}/", ""), [self.issued], offset=offset)

    def audit_references(self, references: str, on: str = "", offset: int = 0, limit: int = replies.MAX_ROWS) -> str:
        """Return the status of each reference of a list on a day, as CSV."""
        size = len(references.encode(errors="replace"))
        if size > MAX_REFERENCES_BYTES:
            raise UserError(
                f"The list has {size:,} bytes, and the limit is {MAX_REFERENCES_BYTES:,}: send a part of it."
            )
        day = dates.day(on.strip()) if on.strip() else views.release_day(self.store)
        report = views.of_references(self.store, bibliography.read_references(references, "the list"), day)
        columns, *rows = csv.reader(io.StringIO(formats.renderer("currency", "csv")(report)))
        notes = [f"judged on {day}; what is only reported is shown and never counts", self.issued]
        return replies.table(columns, [tuple(row) for row in rows], notes, offset=offset, limit=limit)

    def saved_like(self, query: str) -> str:
        """Return a note that names the saved question nearest to a query, or ""."""
        words = " ".join(_words_of(query))
        found = questions.search(self.records, words)
        return f"a saved question near this: {found[0]['name']} ({found[0]['title']})" if found else ""

    def names(self) -> list[str]:
        """Return the names of all saved questions."""
        return [str(one["name"]) for one in self.records]

    def nearest_question(self, name: str) -> str:
        """Return the name of the saved question that is most like a name, or one to show how names look."""
        return (nearest(name, self.names()) or ["agents-of-a-target"])[0]


def _parameter(one: Mapping[str, object]) -> str:
    return f"{one['name']} ({one['type']}) = {one['default']}"


def _needs(one: questions.Record) -> str:
    return f"the server {one['service']}" if one["service"] else str(one["data"])


def _words_of(query: str) -> list[str]:
    """Return the words in the local names and strings of a query: ``imt:isDocumentOf`` gives is, document, of."""
    found: dict[str, None] = {}
    for kind, word, _ in guard.tokens(query):
        if kind in {"name", "string"}:
            local = word.rpartition(":")[2] if kind == "name" else word
            spaced = "".join(f" {c}" if c.isupper() else c if c.isalnum() else " " for c in local)
            found.update(dict.fromkeys(one.casefold() for one in spaced.split() if len(one) > 2))
    return [*found][:20]


def _statements(store: Store, kind: str, iri: str) -> list[str]:
    """Return an example: a member of a class with its label, or a statement with a property."""
    of = (
        f"?s a <{iri}> BIND(<{iri}> AS ?o) BIND(rdf:type AS ?p)"
        if kind == "class"
        else f"?s ?p ?o FILTER(?p = <{iri}>)"
    )
    query = (
        f"PREFIX rdf: <{PROJECT.prefixes['rdf']}> SELECT ?s ?p ?o {{ {of} FILTER(isIRI(?s)) }} ORDER BY ?s ?o LIMIT 1"
    )
    found = store.query(query, use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)  # noqa: S101 - written as a SELECT
    return [f"for example: {' '.join(questions.texts_of(tuple(row)))} ({read.label(store, row['s'])})" for row in found]
