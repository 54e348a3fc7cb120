"""The files with which a browser answers SPARQL: the vendored engine and editor, and the graph."""

import gzip
from collections.abc import Iterator
from importlib.resources import files as resources

from pyoxigraph import Store

from rdfkit.releases import quads_bytes

GRAPH = "imaging-trials.nq.gz"
"""The whole graph as N-Quads, which ``static/worker.js`` loads."""

VENDORED = ("LICENSES.txt", "editor.js", "oxigraph.js", "oxigraph.wasm.gz", "vendor.lock")
"""The files in ``vendor/``, made by ``make vendor``."""


def files(store: Store) -> Iterator[tuple[str, bytes]]:
    """Yield the files by their paths in the site."""
    folder = resources("imaging_trials.site") / "vendor"
    for name in VENDORED:
        yield f"vendor/{name}", (folder / name).read_bytes()
    yield GRAPH, gzip.compress(quads_bytes(store), 9, mtime=0)
