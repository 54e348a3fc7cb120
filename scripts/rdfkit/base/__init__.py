"""Errors, namespaces, the project value, text and processes: what every other room needs.

Other rooms import from here only.
"""

from rdfkit.base.lazy import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from rdfkit.base import namespaces, sandbox, streams, text, watchdog
    from rdfkit.base.errors import UserError
    from rdfkit.base.namespaces import RDF, WELL_KNOWN, XSD
    from rdfkit.base.project import PACKED_FOLDER, GraphReader, Project
    from rdfkit.base.text import (
        MAX_NAME_CHARACTERS,
        clip,
        is_unicode,
        nearest,
        offer,
        printable,
        table,
        terminal_columns,
        visible,
        width,
    )

__all__ = [
    "MAX_NAME_CHARACTERS",
    "PACKED_FOLDER",
    "RDF",
    "WELL_KNOWN",
    "XSD",
    "GraphReader",
    "Project",
    "UserError",
    "clip",
    "door",
    "is_unicode",
    "namespaces",
    "nearest",
    "offer",
    "printable",
    "sandbox",
    "streams",
    "table",
    "terminal_columns",
    "text",
    "visible",
    "watchdog",
    "width",
]

__getattr__ = door(
    __name__,
    {
        "": (
            "namespaces",
            "sandbox",
            "streams",
            "text",
            "watchdog",
        ),
        "errors": ("UserError",),
        "namespaces": (
            "RDF",
            "WELL_KNOWN",
            "XSD",
        ),
        "project": (
            "PACKED_FOLDER",
            "GraphReader",
            "Project",
        ),
        "text": (
            "MAX_NAME_CHARACTERS",
            "clip",
            "is_unicode",
            "nearest",
            "offer",
            "printable",
            "table",
            "terminal_columns",
            "visible",
            "width",
        ),
    },
)
