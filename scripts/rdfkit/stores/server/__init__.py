"""A read-only SPARQL endpoint on this machine: Oxigraph's own server behind an HTTP layer that enforces limits.

``app`` is the HTTP layer (Starlette), ``request`` parses a request and rejects what this endpoint does not do, ``pool``
runs the Oxigraph servers, ``negotiation`` chooses and writes formats, ``page`` is what a browser shows. Starlette and
uvicorn are imported in ``app`` only, and ``app`` only in `run.serve`.
"""
