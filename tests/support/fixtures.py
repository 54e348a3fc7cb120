"""The fixtures of the shapes: where they are, what their header lines say, and a quick way to validate one of them.

``imt validate`` closes the whole graph with each file that it is given. `Neighborhood` runs the same rules on the
axioms, the record and the statements about the nodes that the record names. That gives the same inferences in a
twentieth of the time; ``tests/graph/test_shapes.py`` compares the two on a sample, ``make prove`` on every fixture.
"""

import atexit
import re
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.inference import closure
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

_AXIOMS = tuple(PROJECT.prefixes[prefix] for prefix in ("owl", "rdfs", "rdf"))
_ANNOTATIONS = {PROJECT.prefixes["rdfs"] + name for name in ("label", "comment", "isDefinedBy", "seeAlso")}
_TYPE = PROJECT.expand("rdf:type")
_MAX_INCOMING_STATEMENTS = 200
"""A node that more statements lead to is a concept, a source or a section: nothing follows from those statements."""


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
    """The shipped graph, indexed, so that what follows from a small record can be inferred without the rest."""

    def __init__(self, loaded: validation.Context) -> None:
        """Index the quads of ``loaded`` by subject and by object, and pick the axioms."""
        self.store = loaded.store
        kept = {PROJECT.graph_iri(name) for name in ("vocabulary", "alignments")}
        vocabulary = [quad for quad in loaded.quads if quad.graph_name in kept]
        own_terms = {quad.subject for quad in vocabulary}
        inferred = PROJECT.graph_iri(named_graphs.INFERRED)
        vocabulary += [q for q in loaded.quads if q.graph_name == inferred and q.subject in own_terms]
        self.axioms = [q for q in vocabulary if q.predicate.value.startswith(_AXIOMS)]
        self.axioms = [q for q in self.axioms if q.predicate.value not in _ANNOTATIONS]
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
        quads = [Quad(t.subject, t.predicate, t.object, PROJECT.graph_iri("user")) for t in triples]
        near = {node for quad in quads for node in (quad.subject, quad.object) if not isinstance(node, Literal)}
        small = Store()
        small.bulk_extend(self.axioms)
        for node in near:
            small.extend(self.of_subject.get(node, ()))
            if len(incoming := self.of_object.get(node, ())) <= _MAX_INCOMING_STATEMENTS:
                small.extend(incoming)
        small.extend(quads)
        has_axioms = any(quad.predicate.value.startswith(_AXIOMS) and quad.predicate.value != _TYPE for quad in quads)
        if closure.close(PROJECT, small, None if has_axioms else rules_for_data()).contradictions:
            return set()
        added = small.quads_for_pattern(None, None, None, PROJECT.graph_iri(named_graphs.INFERRED))
        return {quad.triple for quad in added if quad.predicate.value != _TYPE and quad not in self.store}


@cache
def rules_for_data() -> Path:
    """Return a folder with the rules but those of axioms alone (``scm-…``): the axioms are closed already."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    for path in named_graphs.rule_files(PROJECT.rules):
        if not path.name.startswith("scm-"):
            shutil.copy(path, folder)
    return folder


@cache
def neighborhood() -> Neighborhood:
    """Return the index of the shipped graph, made once in each test process."""
    return Neighborhood(context())
