"""The OpenAPI 3.1 document of the questions over HTTP, made from their records and nothing else.

Specification: https://spec.openapis.org/oas/v3.1.0; errors are RFC 9457 problems.
"""

from collections.abc import Iterable
from typing import Any

from imaging_trials.questions.catalogue import Record

MEDIA_TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/sparql-results+json",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
}
"""The formats of an answer over HTTP, each with its media type."""

RESERVED = ("format", "limit", "offset", "row")
"""Parameters that every question has over HTTP; no saved query may use these names for its own."""

PROBLEM = "application/problem+json"
MAX_LIMIT = 10_000
"""How many rows a request may ask for; the next are asked for with ``offset``."""

_ROW_FORMATS = ("csv", "tsv", "json")
_TRIPLE_FORMATS = ("ttl", "nt")
_SCHEMAS: dict[str, dict[str, object]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer", "format": "int64"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "iri": {"type": "string", "minLength": 1},
}
_PROBLEMS = {
    "400": "a parameter is unknown, or its value is not of its type",
    "404": "there is no such row, or no such thing",
    "406": "the answer does not exist in the format asked for",
    "411": "the request has no length",
    "413": "the request or the answer is too large",
    "415": "the list is in a format that is not read",
    "503": "the server is busy",
    "504": "the answer was not complete in time",
}
_EXPLANATION = "the triples that a row of the answer needs, with the source of each"


def formats_of(record: Record) -> tuple[str, ...]:
    """Return the formats that suit the answer of a question, the default first."""
    return _TRIPLE_FORMATS if record["form"] == "CONSTRUCT" else _ROW_FORMATS


def openapi(
    records: Iterable[Record], *, title: str, version: str, description: str, max_limit: int = MAX_LIMIT
) -> dict[str, Any]:
    """Return the OpenAPI document of the questions whose records are given.

    Left out are those that also ask another server (``service``), which the server refuses. ``version`` is the version
    of the graph, and ``description`` says what it is. The same arguments give the same document.
    """
    paths: dict[str, Any] = {"/questions": {"get": _listing()}}
    for one in records:
        if one["service"]:
            continue
        own = [_parameter(each) for each in one["parameters"]]
        paths[f"/questions/{one['name']}"] = {"get": _question(one, own)}
        if one["form"] == "SELECT":
            paths[f"/questions/{one['name']}/explain"] = {"get": _explaining(one, own)}
    paths["/things/{name}"] = {"get": _thing()}
    paths["/audit"] = {"post": _audit()}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": description},
        "paths": paths,
        "components": {
            "parameters": _shared_parameters(max_limit),
            "responses": {
                code: _content(words, {PROBLEM: _ref("schemas", "Problem")}) for code, words in _PROBLEMS.items()
            },
            "schemas": {"Problem": _problem_schema(), "Question": _question_schema()},
        },
    }


def _listing() -> dict[str, Any]:
    return {
        "operationId": "questions",
        "summary": "The saved questions",
        "tags": ["catalogue"],
        "parameters": [
            _query("words", "words of the question", {"type": "string"}),
            _query("topic", "a topic, such as agents", {"type": "string"}),
        ],
        "responses": {
            "200": _content(
                "the record of each question",
                {"application/json": {"type": "array", "items": _ref("schemas", "Question")}},
            ),
            **_problems("400"),
        },
    }


def _question(one: Record, own: list[dict[str, Any]]) -> dict[str, Any]:
    offered = formats_of(one)
    formats: dict[str, Any] = {"type": "string", "enum": list(offered)}
    return {
        "operationId": one["name"],
        "summary": one["title"],
        "description": one["description"],
        "tags": [one["topic"]],
        "parameters": [
            *own,
            _query("format", "the format of the answer; without it, that of the header Accept", formats),
            *([_ref("parameters", "limit"), _ref("parameters", "offset")] if one["form"] != "ASK" else []),
        ],
        "responses": {
            "200": _content(
                f"columns: {', '.join(one['columns'])}", {MEDIA_TYPES[name]: _answer_schema(name) for name in offered}
            ),
            "304": {"description": "the answer has not changed since the ETag of the request"},
            **_problems("400", "406", "413", "503", "504"),
        },
    }


def _explaining(one: Record, own: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "operationId": f"{one['name']}-explain",
        "summary": f"Why a row is in the answer: {one['title']}",
        "tags": [one["topic"]],
        "parameters": [*own, _ref("parameters", "row")],
        "responses": {
            "200": _content(_EXPLANATION, {"application/json": {"type": "object"}}),
            **_problems("400", "404", "503", "504"),
        },
    }


def _thing() -> dict[str, Any]:
    name = {
        "name": "name",
        "in": "path",
        "required": True,
        "description": "a label, a notation, a CURIE, a DOI, PMID, PMCID or NCT number, or an IRI",
        "schema": {"type": "string", "minLength": 1},
    }
    return {
        "operationId": "thing",
        "summary": "What the graph says about a thing, with the sources",
        "tags": ["things"],
        "parameters": [name],
        "responses": {
            "200": _content("the card of the thing", {"application/json": {"type": "object"}}),
            **_problems("400", "404", "406", "503", "504"),
        },
    }


def _audit() -> dict[str, Any]:
    day: dict[str, Any] = {"type": "string", "format": "date"}
    return {
        "operationId": "audit",
        "summary": "The status of each article in a list of references",
        "tags": ["audit"],
        "parameters": [_query("on", "judge on this day (default: the day of the release)", day)],
        "requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string", "minLength": 1}}}},
        "responses": {
            "200": _content("the status of each reference", {"application/json": {"type": "object"}}),
            **_problems("400", "411", "413", "415", "503", "504"),
        },
    }


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter of a question; its ``x-type`` is the type as the header has it."""
    base, _, prefix = one["type"].partition(" ")
    schema = {**_SCHEMAS[base], "default": _value(base, one["default"])}
    schema["examples"] = [_value(base, each) for each in one["examples"]]
    found = _query(one["name"], one["description"], schema)
    found["x-type"] = one["type"]
    if base == "iri":
        kind = f"a thing with the prefix {prefix}" if prefix else "any thing"
        found["description"] += f" ({kind}: by IRI, CURIE, name, notation or identifier)"
    return found


def _value(base: str, text: str) -> object:
    if base == "integer":
        return int(text)
    return text == "true" if base == "boolean" else text


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _content(description: str, schemas: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {"description": description, "content": {name: {"schema": schema} for name, schema in schemas.items()}}


def _answer_schema(format_: str) -> dict[str, Any]:
    return {"type": "object", "required": ["head"]} if format_ == "json" else {"type": "string"}


def _problems(*codes: str) -> dict[str, Any]:
    return {code: _ref("responses", code) for code in codes}


def _ref(section: str, name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/{section}/{name}"}


def _shared_parameters(max_limit: int) -> dict[str, Any]:
    limit: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": max_limit}
    offset: dict[str, Any] = {"type": "integer", "minimum": 0, "default": 0}
    row: dict[str, Any] = {"type": "integer", "minimum": 1, "default": 1}
    return {
        "limit": _query("limit", "the largest number of rows", limit),
        "offset": _query("offset", "how many rows to leave out", offset),
        "row": _query("row", "which row, counted from 1", row),
    }


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "an error (RFC 9457); the detail says what is wrong, where, and how to fix it",
        "required": ["title", "status", "detail"],
        "properties": {"type": text, "title": text, "status": {"type": "integer"}, "detail": text, "instance": text},
    }


def _question_schema() -> dict[str, Any]:
    text = {"type": "string"}
    texts = {"type": "array", "items": text}
    parameter = {
        "type": "object",
        "required": ["name", "type", "default", "examples", "description"],
        "properties": {"name": text, "type": text, "default": text, "examples": texts, "description": text},
    }
    plain = ("name", "title", "description", "topic", "dataset", "over", "form", "service", "data")
    properties: dict[str, Any] = dict.fromkeys(plain, text)
    properties |= {"tags": texts, "columns": texts, "may_be_empty": {"type": "boolean"}}
    properties["parameters"] = {"type": "array", "items": parameter}
    return {"type": "object", "required": sorted(properties), "properties": properties}
