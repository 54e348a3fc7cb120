"""A read-only HTTP server of a graph: SPARQL at ``/query``, and what a project adds.

A front (`front`, `connection`, `origins`) takes requests and never waits. It gives them to forked workers (`pool` is
its side, `worker` theirs) that hold the store and write answers (`endpoint`, `protocol`, `negotiation`, `answers`,
`rows`, `page`, `problems`, `tags`, `static`). A worker that exceeds its time is killed, one that exceeds its memory
fails alone, and both are replaced.
"""

from rdfkit.base import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rdfkit.serving import negotiation, rows, static
    from rdfkit.serving.answers import html_table, written_rows, written_triples
    from rdfkit.serving.errors import RefusedError
    from rdfkit.serving.messages import Request, Response
    from rdfkit.serving.protocol import Limits, fields_of
    from rdfkit.serving.run import serve
    from rdfkit.serving.service import REST, Address, Introduction, Routes, Service
    from rdfkit.serving.tags import tagged

__all__ = [
    "REST",
    "Address",
    "Introduction",
    "Limits",
    "RefusedError",
    "Request",
    "Response",
    "Routes",
    "Service",
    "fields_of",
    "html_table",
    "negotiation",
    "rows",
    "serve",
    "static",
    "tagged",
    "written_rows",
    "written_triples",
]

__getattr__ = door(
    __name__,
    {
        "": ("negotiation", "rows", "static"),
        "answers": ("html_table", "written_rows", "written_triples"),
        "errors": ("RefusedError",),
        "messages": ("Request", "Response"),
        "protocol": ("Limits", "fields_of"),
        "run": ("serve",),
        "service": ("REST", "Address", "Introduction", "Routes", "Service"),
        "tags": ("tagged",),
    },
)
