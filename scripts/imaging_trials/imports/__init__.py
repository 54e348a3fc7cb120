"""Imports: records of other databases as N-Quads, one named graph for each version of a record.

`import_file` writes the records of a file to a stream, `import_into` keeps them in a folder with a manifest. Nothing is
fetched, and nothing becomes part of the shipped graph.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from imaging_trials.imports import data, folder, report
    from imaging_trials.imports.files import Source, find
    from imaging_trials.imports.report import Report
    from imaging_trials.imports.run import Options, import_file

__all__ = ["Options", "Report", "Source", "data", "find", "folder", "import_file", "report"]

__getattr__ = door(
    __name__,
    {
        "": ("data", "folder", "report"),
        "files": ("Source", "find"),
        "report": ("Report",),
        "run": ("Options", "import_file"),
    },
)
