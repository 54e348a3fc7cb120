"""The SHACL test suite of W3C: its entries, and validation reports in the parts by which the suite compares them."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse

from tests.conftest import ROOT
from tests.support.servers import lacking

SUITE = Path(os.environ.get("IMT_SHARED", ROOT.parent / "shared")) / "reference" / "w3c-shacl" / "tests"

_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_SHT = "http://www.w3.org/ns/shacl-test#"
_SH = "http://www.w3.org/ns/shacl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

Results = Counter[tuple[str, ...]]


class Statements:
    """The triples of a Turtle text by subject and predicate."""

    def __init__(self, text: str, base: str | None = None) -> None:
        self.values: dict[Any, dict[str, list[Any]]] = {}
        for quad in {quad.triple: None for quad in parse(text, format=RdfFormat.TURTLE, base_iri=base)}:
            self.values.setdefault(quad.subject, {}).setdefault(quad.predicate.value, []).append(quad.object)

    def one(self, subject: Any, predicate: str) -> Any:
        return next(iter(self.values.get(subject, {}).get(predicate, ())), None)

    def instances(self, kind: str) -> Iterator[Any]:
        wanted = NamedNode(kind)
        return (node for node, values in self.values.items() if wanted in values.get(_RDF + "type", ()))

    def path(self, node: Any) -> str:
        """Return a text that two paths have in common if they have the same structure."""
        if not isinstance(node, BlankNode):
            return str(node)
        if self.one(node, _RDF + "first"):
            steps = []
            while self.one(node, _RDF + "first"):
                steps.append(self.path(self.one(node, _RDF + "first")))
                node = self.one(node, _RDF + "rest")
            return f"({' '.join(steps)})"
        parts = [(name, each) for name, values in self.values.get(node, {}).items() for each in values]
        return f"[{', '.join(sorted(f'{name} {self.path(each)}' for name, each in parts))}]"

    def results(self, report: Any) -> Results:
        """Return the results of a report: focus node, path, component, severity and value; blank nodes are equal."""
        found: Results = Counter()
        for result in self.values[report].get(_SH + "result", ()):
            names = ("focusNode", "sourceConstraintComponent", "resultSeverity", "value")
            parts = [self.one(result, _SH + name) for name in names]
            shown = ["_" if isinstance(part, BlankNode) else str(part) for part in parts]
            found[*shown, self.path(self.one(result, _SH + "resultPath"))] += 1
        return found


@dataclass(frozen=True)
class Entry:
    """A test: its files, and the results that are expected; None if a failure is."""

    name: str
    data: Path
    shapes: Path
    results: Results | None
    conforms: str


def of_report(text: str) -> tuple[Results, str]:
    """Return the results of a validation report in Turtle, and its sh:conforms."""
    read = Statements(text)
    (report,) = read.instances(_SH + "ValidationReport")
    return read.results(report), read.one(report, _SH + "conforms").value


def entries() -> list[Entry]:
    """Return the tests of the suite; skip where it is not beside the checkout, and fail there with CI=true."""
    if not SUITE.is_dir():
        lacking(f"the test suite of W3C is not at {SUITE} (set IMT_SHARED).")
    return [entry for path in sorted(SUITE.rglob("*.ttl")) for entry in _entries(path)]


def _entries(path: Path) -> Iterator[Entry]:
    read = Statements(path.read_text(encoding="utf-8"), path.as_uri())
    for test in read.instances(_SHT + "Validate"):
        action, result = read.one(test, _MF + "action"), read.one(test, _MF + "result")
        data, shapes = (
            Path(read.one(action, _SHT + name).value.removeprefix("file://")) for name in ("dataGraph", "shapesGraph")
        )
        fails = result == NamedNode(_SHT + "Failure")
        yield Entry(
            name=f"{path.relative_to(SUITE).with_suffix('')}",
            data=data,
            shapes=shapes,
            results=None if fails else read.results(result),
            conforms="" if fails else read.one(result, _SH + "conforms").value,
        )
