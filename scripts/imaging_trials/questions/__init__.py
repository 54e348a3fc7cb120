"""The catalogue of the saved questions, for every door: the command, Python, HTTP, assistants and the site.

Names, types, defaults and texts come from the headers of ``queries/`` and nowhere else. Other rooms import from here
only. Each name is loaded on first use: a saved query must not import what only another door needs.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from imaging_trials.questions.asking import Bound, answer, bound, explain, find
    from imaging_trials.questions.catalogue import (
        OVER,
        Record,
        columns,
        committed_answer,
        every,
        form,
        names,
        record,
        records,
        search,
        sparql,
        topics,
        type_text,
    )
    from imaging_trials.questions.frames import frame
    from imaging_trials.questions.http_description import MEDIA_TYPES, RESERVED, formats_of, openapi
    from imaging_trials.questions.http_routes import routes
    from imaging_trials.questions.paging import Part, Row, csv_lines, part, rows_of, texts_of
    from imaging_trials.questions.published import release_files

__all__ = [
    "MEDIA_TYPES",
    "OVER",
    "RESERVED",
    "Bound",
    "Part",
    "Record",
    "Row",
    "answer",
    "bound",
    "columns",
    "committed_answer",
    "csv_lines",
    "every",
    "explain",
    "find",
    "form",
    "formats_of",
    "frame",
    "names",
    "openapi",
    "part",
    "record",
    "records",
    "release_files",
    "routes",
    "rows_of",
    "search",
    "sparql",
    "texts_of",
    "topics",
    "type_text",
]

__getattr__ = door(
    __name__,
    {
        "asking": (
            "Bound",
            "answer",
            "bound",
            "explain",
            "find",
        ),
        "catalogue": (
            "OVER",
            "Record",
            "columns",
            "committed_answer",
            "every",
            "form",
            "names",
            "record",
            "records",
            "search",
            "sparql",
            "topics",
            "type_text",
        ),
        "frames": ("frame",),
        "http_description": (
            "MEDIA_TYPES",
            "RESERVED",
            "formats_of",
            "openapi",
        ),
        "http_routes": ("routes",),
        "published": ("release_files",),
        "paging": (
            "Part",
            "Row",
            "csv_lines",
            "part",
            "rows_of",
            "texts_of",
        ),
    },
)
