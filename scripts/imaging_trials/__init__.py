"""The Imaging Trials Graph for Python: ``import imaging_trials as it; it.query("guidelines-by-body-site")``.

Nothing heavy is imported before it is used, and no setting of rdflib is touched.
"""

from __future__ import annotations

from rdfkit.base.errors import UserError

TYPE_CHECKING = False  # importing typing would take 3 ms of every `imt query`
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Any

    import rdflib
    from rdflib.query import Result

__version__ = "1.0.0"
__all__ = ["UserError", "__version__", "dataset", "graph", "query", "validate"]


def graph(*names: str) -> rdflib.Graph:
    """Return the merge of named graphs, by default of all of them; see `imaging_trials.api.graph`."""
    from imaging_trials import api

    return api.graph(*names)


def dataset() -> rdflib.Dataset:
    """Return the complete graph as an rdflib dataset of named graphs; see `imaging_trials.api.dataset`."""
    from imaging_trials import api

    return api.dataset()


def query(
    what: str,
    /,
    *,
    graphs: str | None = None,
    endpoint: str | None = None,
    login: tuple[str, str] | None = None,
    timeout: float = 30.0,
    **parameters: Any,
) -> Result:
    """Return the answer to a saved query, by its name, or to SPARQL text; see `imaging_trials.api.query`."""
    from imaging_trials import api

    return api.query(what, graphs=graphs, endpoint=endpoint, login=login, timeout=timeout, **parameters)


def validate(
    source: str | Path | rdflib.Graph | Iterable[str | Path] | None = None,
    *,
    shapes: str | Path | rdflib.Graph | Iterable[str | Path] | None = None,
    engine: str = "auto",
) -> tuple[bool, rdflib.Graph, str]:
    """Return whether data conforms, the report's graph and its text; see `imaging_trials.api.validate`."""
    from imaging_trials import api

    return api.validate(source, shapes=shapes, engine=engine)
