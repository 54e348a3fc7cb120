"""Mappings of our things to other vocabularies: sets in SSSOM, their triples, and checks of their rows.

`read_sets` reads the sets, `quads` yields their triples. `problems` checks them against the project's rules, and
`compare` checks a set against a copy of the vocabulary that it maps to.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from imaging_trials.mapping_sets.comparison import Comparison, compare
    from imaging_trials.mapping_sets.finding import mappings_of
    from imaging_trials.mapping_sets.problem import Problem
    from imaging_trials.mapping_sets.rules import problems
    from imaging_trials.mapping_sets.sssom import FOLDER, Mapping, MappingSet, files, named, read_set, read_sets
    from imaging_trials.mapping_sets.sssom_triples import quads, to_quads

__all__ = [
    "FOLDER",
    "Comparison",
    "Mapping",
    "MappingSet",
    "Problem",
    "compare",
    "files",
    "mappings_of",
    "named",
    "problems",
    "quads",
    "read_set",
    "read_sets",
    "to_quads",
]

_MODULES = {
    "comparison": ("Comparison", "compare"),
    "finding": ("mappings_of",),
    "problem": ("Problem",),
    "rules": ("problems",),
    "sssom_triples": ("quads", "to_quads"),
}
"""The module of each name; the others are in ``sssom``."""


def __getattr__(name: str) -> object:
    """Import a name of this room when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module = next((module for module, names in _MODULES.items() if name in names), "sssom")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
