"""What a request asks for: SPARQL 1.1 Protocol, section 2.1, read strictly, and without its updates."""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl

from rdfkit.base.errors import UserError
from rdfkit.sparql import guard as sparql
from rdfkit.stores.server.limits import Limits, RefusedError

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

_READ_ONLY = "This endpoint is read-only: ask with SELECT, ASK, CONSTRUCT or DESCRIBE."


@dataclass(frozen=True)
class Asked:
    """A query, its form (``SELECT`` ...), and the dataset to send with it; no dataset: the query's own FROM holds."""

    text: str
    form: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


class Message(NamedTuple):
    """A request as it came in: ``address`` is the query string of its address, ``media_type`` that of its body."""

    method: str
    address: str
    media_type: str
    body: bytes


def read(message: Message, ours: tuple[str, ...], limits: Limits) -> Asked:
    """Return what a request asks, where ``ours`` are the IRIs of the graphs there are.

    A query that names no dataset is asked over the merge of all of them, and GRAPH names each. Raises RefusedError
    for what is no query of the protocol, changes something, or reaches outside.
    """
    fields = _fields(message.address, "The address")
    kind = message.media_type.partition(";")[0].strip().lower()
    if message.method == "POST":
        if kind == UPDATE:
            raise RefusedError(403, _READ_ONLY)
        if kind == FORM:
            fields += _fields(_text(message.body, "The form"), "The form")
        elif kind == QUERY:
            if any(name == "query" for name, _ in fields):
                raise RefusedError(400, "The query stands in the address and in the body: leave one out.")
            fields.append(("query", _text(message.body, "The query")))
        else:
            raise RefusedError(
                415, f"A POST brings a query as {QUERY}, or in a form as {FORM}, and not as '{kind[:60]}'."
            )
    if any(name in {"update", "using-graph-uri", "using-named-graph-uri"} for name, _ in fields):
        raise RefusedError(403, _READ_ONLY)
    queries = [value for name, value in fields if name == "query"]
    if len(queries) != 1:
        raise RefusedError(400, f"A request asks one query, in the parameter 'query', and here are {len(queries)}.")
    default = tuple(value for name, value in fields if name == "default-graph-uri")
    named = tuple(value for name, value in fields if name == "named-graph-uri")
    return _checked(queries[0], default, named, ours, limits)


def _checked(
    text: str, default: tuple[str, ...], named: tuple[str, ...], ours: tuple[str, ...], limits: Limits
) -> Asked:
    if len(text.encode("utf-8", "surrogatepass")) > limits.body:
        raise RefusedError(413, f"The query has more than {limits.body:,} bytes, the most that this endpoint takes.")
    if sparql.form(text) in sparql.UPDATE_FORMS:
        raise RefusedError(403, _READ_ONLY)
    try:
        form = sparql.check(text, embedded=False)
    except UserError as error:
        raise RefusedError(400, str(error)) from None
    if sparql.asks_another_server(text):
        raise RefusedError(403, "SERVICE asks another server, and this endpoint asks nobody: leave SERVICE out.")
    own = sparql.graphs_asked(text)
    for graph in (*default, *named, *(own or ())):
        if graph not in ours:
            raise RefusedError(
                403,
                f"<{graph[:200]}> is no graph of this endpoint, which has {', '.join(f'<{name}>' for name in ours)}.",
            )
    if not default and not named and own is None:
        default = named = ours
    return Asked(text, form, default, named)


def _text(body: bytes, what: str) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(400, f"{what} is not UTF-8 at byte {error.start}: send it as UTF-8.") from None


def _fields(text: str, what: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except UnicodeDecodeError:
        raise RefusedError(400, f"{what} is not UTF-8: encode it so, then with % escapes.") from None
    except ValueError:
        raise RefusedError(400, f"{what} has more than 1,000 parameters, which is no query.") from None


def is_bare(address: str) -> bool:
    """Tell whether an address asks nothing, which is a request for the description of the service."""
    names = {name for name, _ in _fields(address, "The address")}
    return not names & {"query", "update", "default-graph-uri", "named-graph-uri"}
