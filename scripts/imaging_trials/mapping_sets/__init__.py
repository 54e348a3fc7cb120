"""Mappings of our things to other vocabularies: sets in SSSOM, their triples, and checks of their rows.

`read_sets` reads the sets, `quads` yields their triples. `problems` checks them against the project's rules, and
`compare` checks a set against a copy of the vocabulary that it maps to.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
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

__getattr__ = door(
    __name__,
    {
        "comparison": (
            "Comparison",
            "compare",
        ),
        "finding": ("mappings_of",),
        "problem": ("Problem",),
        "rules": ("problems",),
        "sssom": (
            "FOLDER",
            "Mapping",
            "MappingSet",
            "files",
            "named",
            "read_set",
            "read_sets",
        ),
        "sssom_triples": (
            "quads",
            "to_quads",
        ),
    },
)
