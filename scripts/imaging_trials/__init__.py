"""The Imaging Trials Graph for Python.

>>> import imaging_trials as it
>>> it.show("F-18 FES").thing.label
'[18F]FES'

The functions are those of `imaging_trials.api`; each is as wide as the command of the same name. Nothing is imported
before it is used, and no setting of rdflib is changed.
"""

TYPE_CHECKING = False  # importing typing would take 3 ms of every `imt query`
if TYPE_CHECKING:
    from imaging_trials.api import audit, cite, dataset, dossier, explain, frame, graph, mappings, query, show, validate
    from rdfkit.base import UserError

__version__ = "2.0.0"
__all__ = [
    "UserError", "__version__", "audit", "cite", "dataset", "dossier", "explain", "frame", "graph", "mappings", "query",
    "show", "validate",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Import a function of this package, or its error, when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "UserError":
        from rdfkit.base import UserError

        return UserError
    from imaging_trials import api

    return getattr(api, name)
