"""The shipped graph: the project value, the terms that Python uses, and how to read the store and find things in it.

Other rooms import from here only: ``from imaging_trials.model import PROJECT, read, vocabulary``.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from imaging_trials.model.project import PROJECT

__all__ = ["PROJECT", "dates", "identifiers", "lookup", "nuclide_notation", "read", "vocabulary"]


def __getattr__(name: str) -> object:
    """Import a module of this room, or the project value, when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module = importlib.import_module(f"{__name__}.{'project' if name == 'PROJECT' else name}")
    return module.PROJECT if name == "PROJECT" else module
