"""Parse a request by the SPARQL 1.1 Protocol, section 2.1, strictly and without updates; limits on a request."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from rdfkit.base import UserError
from rdfkit.serving.errors import RefusedError
from rdfkit.serving.messages import Request
from rdfkit.sparql import guard

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

_MAX_PARAMETERS = 1000
_MAX_SHOWN_CHARACTERS = 200
_READ_ONLY = "This endpoint is read-only: use SELECT, ASK, CONSTRUCT or DESCRIBE."


@dataclass(frozen=True)
class Limits:
    """The most that one request may use."""

    max_seconds: float = 30.0  # of a worker's time; as long again may pass while the request waits for a worker
    max_rows: int = 100_000  # rows of a SELECT, or triples of a CONSTRUCT or DESCRIBE
    max_body_bytes: int = 250_000  # of the request, and of the query in it
    max_answer_bytes: int = 64_000_000  # of the answer in the format that was asked for
    max_memory_bytes: int = 1_500_000_000  # that a worker may take in addition to the graph


@dataclass(frozen=True)
class QueryRequest:
    """A query, its form (``SELECT`` ...), and the dataset that the request gives.

    Without one, the query's own FROM counts, if it ``has_from``, or else the merge of everything.
    """

    text: str
    form: str
    dataset: tuple[tuple[str, ...], tuple[str, ...]] | None
    has_from: bool


def read(request: Request, graphs: tuple[str, ...], limits: Limits) -> QueryRequest:
    """Return the query of a request; ``graphs`` are the IRIs of the named graphs of this endpoint.

    A query without a dataset is answered over the merge of all of them, and GRAPH matches each. Raises RefusedError for
    what is not a query of the protocol, changes something, or uses another graph or server.
    """
    fields = fields_of(request.query, "The address")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST":
        if media_type == UPDATE:
            raise RefusedError(403, _READ_ONLY)
        if media_type == FORM:
            fields += fields_of(_text(request.body, "The form"), "The form")
        elif media_type == QUERY:
            if any(name == "query" for name, _ in fields):
                raise RefusedError(400, "There is a query in the address and one in the body: leave one out.")
            fields.append(("query", _text(request.body, "The query")))
        else:
            raise RefusedError(
                415, f"Send the query of a POST as {QUERY}, or in a form as {FORM}, and not as '{media_type[:60]}'."
            )
    if any(name in {"update", "using-graph-uri", "using-named-graph-uri"} for name, _ in fields):
        raise RefusedError(403, _READ_ONLY)
    queries = [value.removeprefix("\ufeff") for name, value in fields if name == "query"]
    if len(queries) != 1:
        raise RefusedError(400, f"A request has one parameter 'query', and this one has {len(queries)}.")
    default = tuple(value for name, value in fields if name == "default-graph-uri")
    named = tuple(value for name, value in fields if name == "named-graph-uri")
    return _checked(queries[0], default, named, graphs, limits)


def _checked(
    text: str, default: tuple[str, ...], named: tuple[str, ...], graphs: tuple[str, ...], limits: Limits
) -> QueryRequest:
    if len(text.encode("utf-8", "surrogatepass")) > limits.max_body_bytes:
        raise RefusedError(413, f"The query has more than {limits.max_body_bytes:,} bytes, the limit of this endpoint.")
    if guard.form(text) in guard.UPDATE_FORMS:
        raise RefusedError(403, _READ_ONLY)
    try:
        form = guard.check(text, embedded=False)
    except UserError as error:
        raise RefusedError(400, str(error)) from None
    if guard.asks_another_server(text):
        raise RefusedError(403, "SERVICE sends a query to another server, which this endpoint never does: remove it.")
    asked = (default, named) if default or named else None
    own = None if asked else _own_graphs(text)
    for graph in (*default, *named, *(own or ())):
        if graph not in graphs:
            offered = ", ".join(f"<{name}>" for name in graphs)
            raise RefusedError(
                403, f"<{graph[:_MAX_SHOWN_CHARACTERS]}> is not a graph of this endpoint, which has {offered}."
            )
    return QueryRequest(text, form, asked, bool(own))


def _own_graphs(text: str) -> list[str] | None:
    """Return the graphs after FROM in a query; most queries do not have the letters of that word."""
    return guard.dataset_iris(text) if "from" in text.lower() or "\\u" in text.lower() else None


def _text(body: bytes, what: str) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(400, f"{what} is not UTF-8 at byte {error.start}: send it as UTF-8.") from None


def fields_of(text: str, what: str) -> list[tuple[str, str]]:
    """Return the parameters of an address or a form, called ``what`` in errors. Raises RefusedError if it is broken."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS)
    except UnicodeDecodeError:
        raise RefusedError(400, f"{what} is not UTF-8: encode it as UTF-8, then with % escapes.") from None
    except ValueError:
        raise RefusedError(400, f"{what} has more than {_MAX_PARAMETERS:,} parameters: send one query.") from None


def is_bare(address: str) -> bool:
    """Return whether an address has no query, which is a request for the description of the service."""
    names = {name for name, _ in fields_of(address, "The address")}
    return not names & {"query", "update", "default-graph-uri", "named-graph-uri"}
