"""The graph as a SPARQL endpoint on this machine: Oxigraph's own server, behind a front that holds the limits.

``front`` is the HTTP side (Starlette), ``asked`` reads a request and refuses what is not for this endpoint, ``pool``
runs the Oxigraph servers, ``formats`` negotiates and writes answers, ``page`` is what a browser shows. Starlette and
uvicorn are imported in ``front`` only, and that only in `run.run`.
"""
