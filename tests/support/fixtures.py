"""The fixtures of the shapes: where they are, what their header lines say, and a quick way to validate one of them.

Inferences are those of ``imt validate``, which infers what is new on a graph that is closed once.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Quad, Triple

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs, reading
from rdfkit.shacl import ValidationInput, term_text
from tests.conftest import ROOT

FIXTURES = ROOT / "tests" / "fixtures"
INVALID = sorted((FIXTURES / "invalid").glob("*.ttl"))
VALID = sorted((FIXTURES / "valid").glob("*.ttl"))
REGISTRY = sorted((FIXTURES / "registry").glob("*.ttl"))
"""Records as registries have them: complete by no curator's measure, and right. Made up."""

PARAMETERS = {
    "and": "And",
    "class": "Class",
    "closed": "Closed",
    "datatype": "Datatype",
    "disjoint": "Disjoint",
    "equals": "Equals",
    "hasValue": "HasValue",
    "in": "In",
    "languageIn": "LanguageIn",
    "lessThan": "LessThan",
    "lessThanOrEquals": "LessThanOrEquals",
    "maxCount": "MaxCount",
    "maxExclusive": "MaxExclusive",
    "maxInclusive": "MaxInclusive",
    "maxLength": "MaxLength",
    "minCount": "MinCount",
    "minExclusive": "MinExclusive",
    "minInclusive": "MinInclusive",
    "minLength": "MinLength",
    "node": "Node",
    "nodeKind": "NodeKind",
    "not": "Not",
    "or": "Or",
    "pattern": "Pattern",
    "qualifiedMaxCount": "QualifiedMaxCount",
    "qualifiedMinCount": "QualifiedMinCount",
    "sparql": "SPARQL",
    "uniqueLang": "UniqueLang",
    "xone": "Xone",
}
"""Parameter that declares a constraint, and the component it belongs to (SHACL, sections 4 and 5)."""

_PREFIX = re.compile(r"^@prefix ([\w-]*): <(.*)> \.$", re.MULTILINE)
_HEADER = re.compile(r"^# (breaks|path|component|severity|focus): (\S.*?)\s*$", re.MULTILINE)


def header(path: Path) -> dict[str, str]:
    """Return the header lines of an invalid fixture: breaks, path, component, severity and focus."""
    text = path.read_text(encoding="utf-8")
    found = _HEADER.findall(text)
    assert Counter(key for key, _ in found) == dict.fromkeys(("breaks", "path", "component", "severity", "focus"), 1), (
        f"{path.name}: the header needs each of breaks, path, component, severity, focus once"
    )
    stated = dict(found)
    prefix, _, local = stated["focus"].partition(":")
    iri = {**PROJECT.prefixes, **dict(_PREFIX.findall(text))}.get(prefix)
    if iri is not None:
        stated["focus"] = term_text(PROJECT, NamedNode(iri + local))
    return stated


@cache
def context() -> validation.Context:
    """Return our graph and all shapes, curation shapes included, read once in each test process."""
    return validation.load_context(ROOT, curation=True)


@cache
def common_context() -> validation.Context:
    """Return our graph and the common shapes alone; the graph is that of `context`, which takes time to read."""
    loaded = context()
    files = named_graphs.shape_files(PROJECT, curation=False)
    shapes = [quad for path in files for quad in reading.read(path)]
    return replace(loaded, given=ValidationInput(PROJECT, loaded.quads, shapes, trusted=True))


class Neighborhood:
    """The shipped graph, closed, and indexed by subject and by object."""

    def __init__(self, loaded: validation.Context) -> None:
        """Index the quads of ``loaded``."""
        self.store = loaded.store
        self._closed = loaded.closed
        self.of_subject: dict[Any, list[Quad]] = defaultdict(list)
        self.of_object: dict[Any, list[Quad]] = defaultdict(list)
        for quad in loaded.quads:
            self.of_subject[quad.subject].append(quad)
            self.of_object[quad.object].append(quad)

    def is_described(self, node: Any) -> bool:
        """Return whether the shipped graph describes a node."""
        return node in self.of_subject

    def inferences(self, triples: Iterable[Triple]) -> set[Triple]:
        """Return what is inferred from a record and the shipped graph, without types, as ``imt validate`` does.

        Nothing is inferred if the record contradicts the vocabulary.
        """
        return self._closed.infer(triples, types=False).triples


@cache
def neighborhood() -> Neighborhood:
    """Return the index of the shipped graph, made once in each test process."""
    return Neighborhood(context())
