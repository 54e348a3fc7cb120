"""The Imaging Trials Graph for Python: ``import imaging_trials as it; it.query("guidelines-by-body-site")``.

Nothing heavy is imported before it is used, and no setting of rdflib is touched.
"""

from __future__ import annotations

import sys
from types import ModuleType

from imaging_trials.errors import ImtError

TYPE_CHECKING = False  # importing typing would take 3 ms of every `imt query`
if TYPE_CHECKING:
    from typing import Any

    import rdflib
    from rdflib.query import Result

__version__ = "1.0.0"
__all__ = ["ImtError", "__version__", "dataset", "graph", "query", "validate"]

_FUNCTIONS_AND_MODULES = ("graph", "validate")


def query(what: str, /, *, graphs: str | None = None, **parameters: Any) -> Result:
    """Return the answer to a saved query, by its name, or to SPARQL text; see `imaging_trials.api.query`."""
    from imaging_trials import api

    return api.query(what, graphs=graphs, **parameters)


def dataset() -> rdflib.Dataset:
    """Return the complete graph as an rdflib dataset of named graphs; see `imaging_trials.api.dataset`."""
    from imaging_trials import api

    return api.dataset()


class _CallableModule(ModuleType):
    """A module of the package that is at the same time the API's function of that name."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        from imaging_trials import api

        return getattr(api, self.__name__.rpartition(".")[2])(*args, **named)


class _Package(ModuleType):
    """The package, which makes `graph` and `validate` callable as they are imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FUNCTIONS_AND_MODULES and isinstance(value, ModuleType):
            value.__class__ = _CallableModule
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name in _FUNCTIONS_AND_MODULES:
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
