"""The HTTP layer of the endpoint: routes, limits on requests, and responses."""

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

from rdfkit.stores.server import negotiation, page
from rdfkit.stores.server.pool import Pool
from rdfkit.stores.server.request import HEALTH_CHECK, HttpMessage, RefusedError, is_bare, read
from rdfkit.stores.server.service import Service

_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NO_WRITES = "This endpoint is read-only, without updates and Graph Store Protocol: send a query to /query."

_MAX_CONNECTIONS = 100
_MAX_HEAD_BYTES = 256 * 1024
_MAX_BODY_SECONDS = 30.0
_MAX_SHUTDOWN_SECONDS = 3
_RETRY_AFTER_SECONDS = 10


class Server(uvicorn.Server):
    """A server without signal handlers, which `run` installs; uvicorn's own re-raise the signal in the end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install nothing."""
        yield


def server(app: Starlette) -> Server:
    """Return a server for the application; its ``serve`` takes the socket to listen on."""
    return Server(
        uvicorn.Config(
            app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
            limit_concurrency=_MAX_CONNECTIONS, h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
            timeout_graceful_shutdown=_MAX_SHUTDOWN_SECONDS,
        )
    )  # fmt: skip


def application(service: Service, pool: Pool, graphs: dict[str, int]) -> Starlette:
    """Return the ASGI application that answers from a pool; ``graphs`` are the IRIs of its graphs with their sizes."""
    project, limits = service.project, service.limits
    names = tuple(graphs)
    start_page = page.start(service.introduction, graphs, limits).encode()

    async def query(request: Request) -> Response:
        if request.method in {"GET", "HEAD"} and is_bare(request.url.query):
            return _described(request)
        body = await _body(request, limits.max_body_bytes)
        media_type = request.headers.get("content-type", "")
        message = HttpMessage(request.method, request.url.query, media_type, body)
        parsed = await asyncio.to_thread(read, message, names, limits)  # takes seconds for the worst texts
        media = negotiation.media_type(request.headers.get("accept", ""), parsed.form)
        answer = await _unless_gone(request, pool.ask(parsed))
        content = await asyncio.to_thread(negotiation.write, project, answer, parsed.form, media)
        return _response(content, negotiation.content_type(media))

    def _described(request: Request) -> Response:
        media = negotiation.choose(request.headers.get("accept", ""), (*negotiation.TRIPLES, negotiation.HTML))
        if media is None:
            raise RefusedError(
                406, f"The description is available as {', '.join([*negotiation.TRIPLES, negotiation.HTML])}."
            )
        if media == negotiation.HTML:
            return _response(start_page, negotiation.content_type(media))
        try:
            triples = page.description(str(request.url.replace(query="")), graphs)
        except ValueError:
            raise RefusedError(400, "The address of this request is not an IRI: fix its Host header.") from None
        return _response(negotiation.triples(project, triples, media), negotiation.content_type(media))

    async def start(_: Request) -> Response:
        return _response(start_page, f"{negotiation.HTML}; charset=utf-8")

    async def health(request: Request) -> Response:
        await _unless_gone(request, pool.ask(HEALTH_CHECK))
        return JSONResponse({"status": "ok", "triples": sum(graphs.values())}, headers=_HEADERS)

    async def writes(_: Request) -> Response:
        raise RefusedError(403, _NO_WRITES)

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
        if service.address.cors
        else [],
        exception_handlers={RefusedError: _refusal},
    )


async def _refusal(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RefusedError) else 500
    again = {"Retry-After": str(_RETRY_AFTER_SECONDS)} if status == 503 else {}
    return PlainTextResponse(f"{error}\n", status, headers={**_HEADERS, **again})


async def _body(request: Request, max_bytes: int) -> bytes:
    """Return the body of a request; reading stops at the limit."""
    sentence = f"The request has more than {max_bytes:,} bytes, the limit of this endpoint."
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise RefusedError(413, sentence)
    pieces = bytearray()
    try:
        async with asyncio.timeout(_MAX_BODY_SECONDS):
            async for piece in request.stream():
                pieces += piece
                if len(pieces) > max_bytes:
                    raise RefusedError(413, sentence)
    except TimeoutError:
        raise RefusedError(408, f"The request was not complete within {_MAX_BODY_SECONDS:g} s.") from None
    except ClientDisconnect:
        raise RefusedError(400, "The request ended early.") from None
    return bytes(pieces)


async def _unless_gone(request: Request, work: Awaitable[bytes]) -> bytes:
    """Return the result of ``work``; cancel it if the client disconnects."""
    task = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise RefusedError(400, "The client has disconnected.")
    finally:
        for waiting in (task, leaving):
            waiting.cancel()
        await asyncio.gather(task, leaving, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _response(content: bytes, content_type: str) -> Response:
    headers = {
        **_HEADERS,
        "Content-Type": content_type,
        "Vary": "Accept",
        "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    }
    return Response(content, headers=headers)
