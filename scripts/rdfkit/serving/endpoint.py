"""What a worker answers: the SPARQL 1.1 Protocol at ``/query``, and what a service adds."""

import json
from collections.abc import Callable

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Store

from rdfkit.base import Project, nearest
from rdfkit.rdf import named_graphs
from rdfkit.serving import answers, negotiation, page, protocol
from rdfkit.serving.errors import RefusedError
from rdfkit.serving.messages import Request, Response
from rdfkit.serving.negotiation import HTML
from rdfkit.serving.service import REST, Service
from rdfkit.sparql import Answer, guard

Route = Callable[[Request], Response]

_NO_WRITES = "This endpoint is read-only, without updates and Graph Store Protocol: send a query to /query."
_READING = frozenset({"GET", "HEAD"})
_NO_STORE = {"Cache-Control": "no-store"}


def answering(service: Service, store: Store, graphs: dict[str, int]) -> Route:
    """Return the function that answers requests from a store; ``graphs`` are its graphs with their sizes."""
    names = tuple(graphs)
    expected = len(store)  # more than the sum of the named graphs, if other data lie beside them
    more = service.routes(store) if service.routes else {}

    def query(request: Request) -> Response:
        if request.method in _READING and protocol.is_bare(request.query):
            return _described(service, request, graphs)
        asked = protocol.read(request, names, service.limits)
        media = negotiation.media_type(request.accept, asked.form)
        answer = _ask(service.project, store, asked)
        headers = {
            "Content-Type": negotiation.content_type(asked.form, media),
            "Vary": "Accept",
            **(page.HEADERS if media == HTML else _NO_STORE),
        }
        return Response(200, headers, answers.write(service.project, answer, media, service.limits))

    def health(_: Request) -> Response:
        found = len(store)
        is_well = found == expected > 0
        members = {"status": "ok" if is_well else "sick", "triples": found - expected + sum(graphs.values())}
        headers = {"Content-Type": "application/json", **_NO_STORE}
        return Response(200 if is_well else 503, headers, json.dumps(members).encode() + b"\n")

    def start(_: Request) -> Response:
        return Response(200, page.HEADERS, page.start(service.introduction, graphs, service.limits).encode())

    def writes(_: Request) -> Response:
        raise RefusedError(403, _NO_WRITES)

    routes: dict[str, tuple[frozenset[str], Route]] = {
        "/": (_READING, start),
        "/query": (_READING | {"POST"}, query),
        "/health": (_READING, health),
        **more,
    }

    def answer(request: Request) -> Response:
        path = request.path
        if path in {"/update", "/store"}:
            return writes(request)
        below = (one for one in routes if one != "/" and one.endswith("/") and path.startswith(one))
        name = path if path in routes else next(below, REST if REST in routes else "")
        if not name:
            near = tuple(nearest(path, [one for one in routes if one != REST]))
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(routes)}."
            raise RefusedError(404, f"There is nothing at '{path[:200]}': {hint}", near)
        methods, route = routes[name]
        if request.method not in methods:
            allowed = ", ".join(sorted(methods | {"OPTIONS"}))
            raise RefusedError(
                405, f"{request.method} is not possible here: use {allowed}.", headers={"Allow": allowed}
            )
        return route(request)

    return answer


def _ask(project: Project, store: Store, asked: protocol.QueryRequest) -> Answer:
    default: list[NamedNode | BlankNode | DefaultGraph] | None = None
    named: list[NamedNode | BlankNode] | None = None
    if asked.dataset is not None:
        default, named = [NamedNode(name) for name in asked.dataset[0]], [NamedNode(name) for name in asked.dataset[1]]
    elif not asked.has_from:
        default, named = named_graphs.searched(project, store, "all", asked.text)
    try:
        return store.query(asked.text, default_graph=default, named_graphs=named)
    except SyntaxError as error:
        raise RefusedError(400, guard.syntax_sentence(asked.text, error, project_prefixes=False)) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise RefusedError(400, f"The query cannot be answered: {error}.") from None


def _described(service: Service, request: Request, graphs: dict[str, int]) -> Response:
    offers = (*negotiation.TRIPLES, HTML)
    media = negotiation.choose(request.accept, offers)
    if media is None:
        raise RefusedError(406, f"The description is available as {', '.join(offers)}.")
    if media == HTML:
        return Response(200, page.HEADERS, page.start(service.introduction, graphs, service.limits).encode())
    try:
        triples = page.description(f"http://{request.headers.get('host', 'localhost')}/query", graphs)
    except ValueError:
        raise RefusedError(400, "The address of this request is not an IRI: fix its Host header.") from None
    headers = {"Content-Type": negotiation.content_type("DESCRIBE", media), "Vary": "Accept", **_NO_STORE}
    return Response(200, headers, answers.written_triples(service.project, triples, media))
