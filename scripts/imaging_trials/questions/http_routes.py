"""The saved questions over HTTP, and what goes with them: things, audits, the OpenAPI document, the site.

All of it is answered by the same functions as ``imt query``, ``explain``, ``show`` and ``audit``.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import QueryBoolean, QueryTriples, Store

from imaging_trials import bibliography, views
from imaging_trials.model import PROJECT, dates, lookup
from imaging_trials.questions import asking, catalogue, http_description
from imaging_trials.questions.http_description import MAX_LIMIT, MEDIA_TYPES, RESERVED, formats_of
from imaging_trials.questions.paging import Part, part
from imaging_trials.views import formats
from rdfkit.base import UserError, nearest
from rdfkit.serving import (
    REST,
    Limits,
    RefusedError,
    Request,
    Response,
    Routes,
    fields_of,
    html_table,
    negotiation,
    rows,
    static,
    tagged,
    written_rows,
    written_triples,
)
from rdfkit.sparql import SavedQuery, saved
from rdfkit.stores import beside

READING = frozenset({"GET", "HEAD"})
HTML = "text/html"
JSON = "application/json"
_TEXT = "text/plain"
_EXPLAIN = "explain"

_ABOUT = (
    "The saved questions of the Imaging Trials Graph: NCI's page “Imaging Trials Resources”, and what superseded what "
    "it lists. Not affiliated with the National Cancer Institute. Information, not medical advice."
)

_LOADED = (views.explain_row, views.for_thing, views.of_references, bibliography.read_references, lookup.NameIndex)
"""Loaded here, before the workers are forked: they share what is there then."""


def routes(store: Store, limits: Limits, site: Path) -> Routes:
    """Return what a worker answers besides SPARQL, from its store; ``site`` is the folder of the site, if any."""
    doors = _Doors(store, limits, site)
    below: dict[str, tuple[frozenset[str], Callable[[Request], Response]]] = {
        "/questions": (READING, doors.listing),
        "/questions/": (READING, doors.question),
        "/things/": (READING, doors.thing),
        "/audit": (frozenset({"POST"}), doors.audit),
        "/openapi.json": (READING, doors.description),
    }
    if static.is_site(site):
        below["/"] = (READING, lambda request: static.file(site, request))
        below[REST] = below["/"]
    return below


class _Doors:
    """The answers from one store."""

    def __init__(self, store: Store, limits: Limits, site: Path) -> None:
        self._store = store
        self._view = beside.viewed(PROJECT, store)  # for functions that read quads
        self._limits = limits
        self._site = site
        self._index = cache(lambda: lookup.NameIndex(self._view))
        self._records = cache(catalogue.records)

    def listing(self, request: Request) -> Response:
        """Answer with the records of the questions, all or those that fit."""
        values = _values(request, ("words", "topic"))
        if _wants(request, JSON, HTML) == HTML and (found := static.page(self._site, request)):
            return found
        try:
            records = catalogue.search(self._records(), values.get("words", ""), values.get("topic", ""))
        except UserError as error:
            raise RefusedError(400, str(error), _near(values.get("topic", ""), catalogue.topics())) from None
        return tagged(request, JSON, _json(records))

    def description(self, request: Request) -> Response:
        """Answer with the OpenAPI document."""
        _values(request, ())
        document = http_description.openapi(
            self._records(), title="Imaging Trials Graph", version=PROJECT.version, description=_ABOUT
        )
        return tagged(request, JSON, _json(document))

    def question(self, request: Request) -> Response:
        """Answer a question, or explain a row of its answer."""
        if request.path.endswith(".html"):
            return static.file(self._site, request)
        name, slash, rest = request.path.removeprefix("/questions/").partition("/")
        query = _found(name)
        if slash and rest != _EXPLAIN:
            raise RefusedError(404, f"There is nothing at '{request.path[:200]}': did you mean explain?", (_EXPLAIN,))
        return self._explained(request, query) if slash else self._answered(request, query)

    def _answered(self, request: Request, query: SavedQuery) -> Response:
        record = catalogue.record(query)
        offered = formats_of(record)
        own = [one["name"] for one in record["parameters"]]
        values = _values(request, (*own, *(name for name in RESERVED if name != "row")))
        format_ = _format(request, values, offered)
        if format_ == "html" and not request.query and (found := static.page(self._site, request)):
            return found
        paged = "limit" in values or "offset" in values
        limit, offset = _number(values, "limit", 1, MAX_LIMIT), _number(values, "offset", 0, 1 << 31)
        answer = asking.answer(self._store, self._bound(query, values))
        if isinstance(answer, QueryBoolean):
            if paged:
                raise RefusedError(400, "This answer is yes or no and has no rows: leave out limit and offset.")
            return tagged(request, *_written_boolean(answer, format_))
        media = HTML if format_ == "html" else MEDIA_TYPES[format_]
        if isinstance(answer, QueryTriples):
            triples = sorted(answer, key=str)
            section = _part(len(triples), offset, limit)
            body = written_triples(PROJECT, triples[section.first - 1 : section.last] if section.total else [], media)
        elif media == HTML:
            every = list(answer)
            section = _part(len(every), offset, limit)
            columns = [one.value for one in answer.variables]
            body = html_table(PROJECT, columns, every[max(section.first - 1, 0) : section.last])
        else:
            kind = negotiation.ROWS[media]
            body = written_rows(answer, kind, self._limits)
            section = _part(rows.count(body, kind), offset, limit)
            if paged:
                body = rows.part(body, kind, max(section.first - 1, 0), section.last - max(section.first - 1, 0))
        return tagged(request, media, body, _paging(request, section, limit))

    def _explained(self, request: Request, query: SavedQuery) -> Response:
        values = _values(request, (*(one.name for one in query.parameters), "row"))
        row = _number(values, "row", 1, 1 << 31) or 1
        asked = self._bound(query, values)
        try:
            explanation = asking.explain(self._store, asked, row)
        except UserError as error:
            raise RefusedError(404, str(error)) from None
        media = _wants(request, JSON, _TEXT)
        return tagged(request, media, _rendered("explanation", {JSON: "json", _TEXT: "text"}[media], explanation))

    def _bound(self, query: SavedQuery, values: Mapping[str, str]) -> asking.Bound:
        own = {name: value for name, value in values.items() if name not in RESERVED}
        return asking.bound(query, own, self._store)

    def thing(self, request: Request) -> Response:
        """Answer with what the graph says about a thing."""
        _values(request, ())
        name = request.path.removeprefix("/things/")
        media = _wants(request, JSON, "text/turtle", _TEXT)
        try:
            thing = lookup.resolve(self._view, name, index=self._index())
        except UserError as error:
            raise RefusedError(404, str(error)) from None
        card = views.for_thing(self._view, thing)
        if media == JSON:
            return tagged(request, JSON, _json(dataclasses.asdict(card)))
        return tagged(request, media, _rendered("cards", {"text/turtle": "ttl", _TEXT: "text"}[media], [card]))

    def audit(self, request: Request) -> Response:
        """Answer with the status of each article in a list of references, which is the body of the request."""
        values = _values(request, ("on",))
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind.startswith(("multipart/", "image/", "audio/", "video/")):
            raise RefusedError(415, f"A list is text, and not '{kind[:60]}': send it as it is, as text/plain.")
        media = _wants(request, JSON, "text/csv", _TEXT)
        on = dates.day(values["on"]) if "on" in values else views.release_day(self._view)
        references = bibliography.read_references(bibliography.decode_references(request.body, "The list"), "The list")
        report = views.of_references(self._view, references, on)
        text = _rendered("currency", {JSON: "json", "text/csv": "csv", _TEXT: "table"}[media], report)
        return tagged(request, media, text)


def _found(name: str) -> SavedQuery:
    try:
        query = asking.find(name)
    except UserError as error:
        raise RefusedError(404, str(error), _near(name, [path.stem for path in saved.files(PROJECT)])) from None
    if query.service:
        raise RefusedError(
            404, f"'{query.id}' also asks {query.service}, and this server asks no other: run its SPARQL elsewhere."
        )
    return query


def _values(request: Request, known: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters of the address. Raises RefusedError for one that is unknown or given twice."""
    found: dict[str, str] = {}
    for name, value in fields_of(request.query, "The address"):
        key = name.strip()
        if key not in known and key.casefold().replace("-", "_") not in known:
            near = _near(key, known)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there is {', '.join(known) or 'none'}."
            raise RefusedError(400, f"There is no parameter '{key[:100]}' here: {hint}", near or known)
        key = key if key in known else key.casefold().replace("-", "_")
        if key in found:
            raise RefusedError(400, f"The parameter '{key}' is given twice: give it one value.")
        found[key] = value
    return found


def _near(name: str, names: "tuple[str, ...] | list[str]") -> tuple[str, ...]:
    return tuple(nearest(name, list(names)))


def _number(values: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    if name not in values:
        return None
    text = values[name].strip()
    if text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most:
        return int(text)
    raise RefusedError(400, f"{name} takes a whole number from {least} to {most}, and not '{text[:60]}'.")


def _format(request: Request, values: Mapping[str, str], offered: tuple[str, ...]) -> str:
    """Return the format of an answer: the parameter ``format`` before the header Accept."""
    if "format" in values:
        given = values["format"].strip().lower()
        if given not in offered:
            suits = ", ".join(offered)
            raise RefusedError(406, f"This answer does not exist as '{given[:60]}': choose {suits}.", offered)
        return given
    names = {MEDIA_TYPES[name]: name for name in offered} | {HTML: "html"}
    if "json" in offered:
        names[JSON] = "json"
    if "ttl" in offered:
        names.pop(HTML)
    found = negotiation.choose(request.accept, names)
    if found is None:
        raise RefusedError(406, f"This answer exists as {', '.join(names)}, and the request accepts none of these.")
    return names[found]


def _wants(request: Request, *media: str) -> str:
    found = negotiation.choose(request.accept, media)
    if found is None:
        raise RefusedError(406, f"This exists as {', '.join(media)}, and the request accepts none of these.")
    return found


def _part(total: int, offset: int | None, limit: int | None) -> Part:
    return part(total, offset or 0, limit or max(total, 1))


def _paging(request: Request, section: Part, limit: int | None) -> dict[str, str]:
    """Return how many rows there are in all, and where the rows before and after these are (RFC 8288)."""
    headers = {"X-Total-Count": str(section.total)}
    if limit is None:
        return headers
    fields = [(name, value) for name, value in fields_of(request.query, "The address") if name.strip() != "offset"]

    def link(offset: int, relation: str) -> str:
        return f'<{request.path}?{urlencode([*fields, ("offset", str(offset))])}>; rel="{relation}"'

    links = [link(0, "first")]
    if section.first > 1:
        links.append(link(max(section.first - 1 - limit, 0), "prev"))
    if section.next_offset is not None:
        links.append(link(section.next_offset, "next"))
    headers["Link"] = ", ".join(links)
    return headers


def _written_boolean(answer: QueryBoolean, format_: str) -> tuple[str, bytes]:
    """Return the media type and the bytes of yes or no; as rows it is one column and one row, as for all doors."""
    word = "true" if answer else "false"
    if format_ == "json":
        media = MEDIA_TYPES["json"]
        return media, answer.serialize(format=negotiation.ROWS[media]) or b""
    if format_ == "html":
        return HTML, html_table(PROJECT, ["answer"], [(word,)])
    head, end = ("answer", "\r\n") if format_ == "csv" else ("?answer", "\n")
    return MEDIA_TYPES[format_], f"{head}{end}{word}{end}".encode()


def _rendered(kind: str, format_: str, found: object) -> bytes:
    return formats.renderer(kind, format_)(found).encode()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_plain).encode() + b"\n"


def _plain(value: object) -> object:
    return getattr(value, "value", None) or str(value)
