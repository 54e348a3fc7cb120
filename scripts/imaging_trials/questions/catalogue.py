"""The records of the saved questions, as plain values that JSON can write, and the search in them."""

from collections.abc import Iterable
from typing import Any

from pyoxigraph import QuerySolutions, Store

from imaging_trials.model import PROJECT
from imaging_trials.questions.paging import BOOLEAN_COLUMN, TRIPLE_COLUMNS
from rdfkit.base import MAX_NAME_CHARACTERS, UserError, offer
from rdfkit.sparql import SavedQuery, guard, parameters, saved

Record = dict[str, Any]
"""What a door says of a question: strings, booleans, and lists and mappings of these.

``name``, ``title`` (the question), ``description`` (what a row is), ``topic``, ``tags``, ``dataset`` and ``over`` (what
the dataset is), ``form`` (``SELECT``, ``ASK`` or ``CONSTRUCT``), ``columns``, ``parameters`` (each with ``name``,
``type``, ``default``, ``examples``, ``description``), ``service`` (the server that it also asks, or ""), ``data`` (the
imported data that it needs, or ""), ``may_be_empty``.
"""

OVER = {
    "all": "all graphs: what was stated and what follows from it",
    "asserted": "what was stated, without what follows from it",
    "page": "what NCI's page states, and nothing else",
}
"""What a dataset is, in words."""

_ENDINGS = (".tsv", ".nt", ".txt")
_MAX_WORDS = 20
"""How many words of a search count."""

_WEIGHTS = (("name", 4), ("title", 3), ("tags", 3), ("topic", 2), ("description", 1), ("parameters", 1))
"""How much a word counts in each field of a record."""

_LITTLE_WORDS = """
a all an and any are as at be by can do does for from has have how i in is it its list many me of on or show that the
their there they this to was were what when where which who whose why with
"""
"""Words that every question may have."""


def every() -> list[SavedQuery]:
    """Return all saved questions, sorted by topic and name."""
    return saved.read_all(PROJECT)


def names() -> list[str]:
    """Return the names of all saved questions, sorted by topic and name; no file is read."""
    return [path.stem for path in saved.files(PROJECT)]


def records() -> list[Record]:
    """Return the record of each saved question, sorted by topic and name."""
    return [record(one) for one in every()]


def record(query: SavedQuery) -> Record:
    """Return the record of a saved question."""
    return {
        "name": query.id,
        "title": query.summary,
        "description": query.description,
        "topic": query.topic,
        "tags": list(query.tags),
        "dataset": query.dataset,
        "over": OVER.get(query.dataset, query.dataset),
        "form": form(query),
        "columns": list(columns(query)),
        "parameters": [
            {
                "name": one.name,
                "type": type_text(one),
                "default": one.default,
                "examples": list(one.examples),
                "description": one.description,
            }
            for one in query.parameters
        ],
        "service": query.service,
        "data": str(query.record.get("data", "")),
        "may_be_empty": query.may_be_empty,
    }


def type_text(parameter: parameters.Parameter) -> str:
    """Return the type of a parameter as a header has it, such as ``integer`` or ``iri bodysite:``."""
    return f"{parameter.type} {parameter.prefix}:" if parameter.prefix else parameter.type


def form(query: SavedQuery) -> str:
    """Return ``SELECT``, ``ASK`` or ``CONSTRUCT``."""
    return guard.form(query.text)


def columns(query: SavedQuery) -> tuple[str, ...]:
    """Return the columns of the answer, in their order."""
    kind = form(query)
    if kind == "ASK":
        return (BOOLEAN_COLUMN,)
    if kind != "SELECT":
        return TRIPLE_COLUMNS
    found = Store().query(query.text)
    assert isinstance(found, QuerySolutions)  # noqa: S101 - the form says so
    return tuple(one.value for one in found.variables)


def sparql(query: SavedQuery) -> str:
    """Return the SPARQL of a question, without its header."""
    return "\n".join(line for line in query.text.split("\n") if not line.startswith("#+")).strip()


def committed_answer(query: SavedQuery) -> tuple[str, bytes] | None:
    """Return the ending (``.tsv``, ``.nt``, ``.txt``) and the bytes of the committed answer; None if there is none."""
    for ending in _ENDINGS:
        file = query.answer_stem.with_name(query.id + ending)
        if file.is_file():
            return ending, file.read_bytes()
    return None


def topics() -> list[str]:
    """Return the topics of all questions, sorted."""
    return sorted({path.parent.name for path in saved.files(PROJECT)})


def search(found: Iterable[Record], words: str = "", topic: str = "") -> list[Record]:
    """Return the records of a topic ("" for any) that have words, the best first; without words, all in their order.

    A word fits the words that begin with it, and without its plural ``s``. Records with more of the words come first.
    Raises UserError for an unknown topic.
    """
    every_record = list(found)
    if topic:
        known = sorted({str(one["topic"]) for one in every_record})
        if topic.strip().casefold() not in known:
            raise UserError(f"There is no topic '{topic[:MAX_NAME_CHARACTERS]}': {offer(topic, known)}")
        every_record = [one for one in every_record if one["topic"] == topic.strip().casefold()]
    little = set(_LITTLE_WORDS.split())
    stems = list(dict.fromkeys(_stem(word) for word in _words(words) if word not in little))[:_MAX_WORDS]
    if not stems:
        return every_record
    ranked = [(_score(one, stems), place, one) for place, one in enumerate(every_record)]
    return [one for score, _, one in sorted(ranked, key=lambda it: (-it[0][0], -it[0][1], it[1])) if score[0]]


def _score(one: Record, stems: list[str]) -> tuple[int, int]:
    """Return how many of the words a record has, and their weight."""
    texts = {name: _text(one, name) for name, _ in _WEIGHTS}
    having = {name: _words(text) for name, text in texts.items()}
    number = weight = 0
    for stem in stems:
        best = max((by for name, by in _WEIGHTS if any(word.startswith(stem) for word in having[name])), default=0)
        number += bool(best)
        weight += best
    return number, weight


def _text(one: Record, name: str) -> str:
    value = one[name]
    if name == "parameters":
        return " ".join(f"{each['name']} {each['description']} {' '.join(each['examples'])}" for each in value)
    return " ".join(value) if isinstance(value, list) else str(value)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
