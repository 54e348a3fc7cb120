"""Imports: records of other databases as N-Quads, one named graph for each version of a record.

`import_file` writes the records of a file to a stream, `import_into` keeps them in a folder with a manifest. Nothing is
fetched, and nothing becomes part of the shipped graph.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from imaging_trials.imports import data, folder, match_reasons, report
    from imaging_trials.imports.files import Source, find
    from imaging_trials.imports.parts import Options
    from imaging_trials.imports.report import Report
    from imaging_trials.imports.run import files_in_parts, import_file, jobs_for, write

__all__ = [
    "Options",
    "Report",
    "Source",
    "data",
    "files_in_parts",
    "find",
    "folder",
    "import_file",
    "jobs_for",
    "match_reasons",
    "report",
    "write",
]

__getattr__ = door(
    __name__,
    {
        "": ("data", "folder", "match_reasons", "report"),
        "files": ("Source", "find"),
        "report": ("Report",),
        "parts": ("Options",),
        "run": ("files_in_parts", "import_file", "jobs_for", "write"),
    },
)
