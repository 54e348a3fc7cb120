"""The HTTP side of the endpoint: routes, limits on what comes in, and answers."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from rdfkit.stores.server import negotiation as formats
from rdfkit.stores.server import page
from rdfkit.stores.server import request as asked
from rdfkit.stores.server.limits import Limits, RefusedError
from rdfkit.stores.server.pool import Pool

_PLAIN = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_NOTHING_ELSE = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_WRITES = "This endpoint is read-only, and has neither updates nor a graph store: ask with a query at /query."

_MOST_CONNECTIONS = 100
_LONGEST_HEAD = 256 * 1024


class Server(uvicorn.Server):
    """A server that leaves signals to the one who runs it; uvicorn's own ends the process by the signal again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing about signals."""
        yield


def server(app: Starlette) -> Server:
    """Return a server for the application, which listens on the socket that its ``serve`` is given."""
    return Server(
        uvicorn.Config(
            app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
            limit_concurrency=_MOST_CONNECTIONS, h11_max_incomplete_event_size=_LONGEST_HEAD,
            timeout_graceful_shutdown=3,
        )
    )  # fmt: skip


def application(pool: Pool, graphs: dict[str, int], limits: Limits, *, cors: bool) -> Starlette:
    """Return the ASGI application that answers from a pool; ``graphs`` are the IRIs of its graphs with their sizes."""
    ours = tuple(graphs)

    async def query(request: Request) -> Response:
        if request.method in {"GET", "HEAD"} and asked.is_bare(request.url.query):
            return _described(request)
        body = await _body(request, limits.body)
        kind = request.headers.get("content-type", "")
        message = asked.Message(request.method, request.url.query, kind, body)
        wanted = await asyncio.to_thread(asked.read, message, ours, limits)  # seconds, for the worst of texts
        media = formats.media_type(request.headers.get("accept", ""), wanted.form)
        answer = await _unless_gone(request, pool.ask(wanted))
        content = await asyncio.to_thread(formats.write, answer, wanted.form, media)
        return _response(content, formats.content_type(media))

    def _described(request: Request) -> Response:
        media = formats.choose(request.headers.get("accept", ""), (*formats.TRIPLES, formats.HTML))
        if media is None:
            raise RefusedError(406, f"The description can be had as {', '.join([*formats.TRIPLES, formats.HTML])}.")
        if media == formats.HTML:
            return _response(page.start(graphs, limits).encode(), formats.content_type(media))
        try:
            triples = page.description(str(request.url.replace(query="")), graphs)
        except ValueError:
            raise RefusedError(400, "The address of this request is no IRI: mend its Host header.") from None
        return _response(formats.triples(triples, media), formats.content_type(media))

    async def start(_: Request) -> Response:
        return _response(page.start(graphs, limits).encode(), f"{formats.HTML}; charset=utf-8")

    async def health(request: Request) -> Response:
        await _unless_gone(request, pool.ask(asked.Asked("ASK {}", "ASK", (), ())))
        return JSONResponse({"status": "ok", "triples": sum(graphs.values())}, headers=_PLAIN)

    async def writes(_: Request) -> Response:
        raise RefusedError(403, _WRITES)

    any_method = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            Route("/", start, methods=["GET"]),
            Route("/query", query, methods=["GET", "POST"]),
            Route("/health", health, methods=["GET"]),
            Route("/update", writes, methods=any_method),
            Route("/store", writes, methods=any_method),
        ],
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"])]
        if cors
        else [],
        exception_handlers={RefusedError: _refusal},
    )


async def _refusal(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RefusedError) else 500
    again = {"Retry-After": "10"} if status == 503 else {}
    return PlainTextResponse(f"{error}\n", status, headers={**_PLAIN, **again})


async def _body(request: Request, most: int) -> bytes:
    """Return the body of a request, of which no more is read than it may have."""
    sentence = f"The request has more than {most:,} bytes, the most that this endpoint takes."
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise RefusedError(413, sentence)
    pieces = bytearray()
    try:
        async with asyncio.timeout(30.0):
            async for piece in request.stream():
                pieces += piece
                if len(pieces) > most:
                    raise RefusedError(413, sentence)
    except TimeoutError:
        raise RefusedError(408, "The request did not come in within 30 s.") from None
    except ClientDisconnect:
        raise RefusedError(400, "The request broke off.") from None
    return bytes(pieces)


async def _unless_gone(request: Request, work: Awaitable[bytes]) -> bytes:
    """Return what some work gives, and end it where the client goes away meanwhile."""
    task = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise RefusedError(400, "The client has gone.")
    finally:
        for waiting in (task, leaving):
            waiting.cancel()
        await asyncio.gather(task, leaving, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _response(content: bytes, content_type: str) -> Response:
    headers = {**_PLAIN, "Content-Type": content_type, "Vary": "Accept", "Content-Security-Policy": _NOTHING_ELSE}
    return Response(content, headers=headers)
