"""Results of the fast engine and of pySHACL in a form that can be compared."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading
from rdfkit.shacl import ValidationInput, validate
from rdfkit.shacl.report import Result
from tests.conftest import ROOT

EX = "http://example.org/"
SH = PROJECT.prefixes["sh"]
XSD = PROJECT.prefixes["xsd"]
PREFIXES = f"@prefix sh: <{SH}> . @prefix ex: <{EX}> . @prefix xsd: <{XSD}> .\n"
NODES = [NamedNode(EX + name) for name in "abcdef"]

Compared = Counter[tuple[str, ...]]


@cache
def shipped() -> ValidationInput:
    """Return the shipped graph and all shapes, curation shapes included, read once in each test process."""
    return validation.load_context(curation=True).given


def typed(text: str, kind: str) -> Literal:
    """Return a literal of an XSD datatype."""
    return Literal(text, datatype=NamedNode(XSD + kind))


def quads_of(name: str) -> list[Quad]:
    """Return the quads of a file in ``tests/fixtures/fast``."""
    return list(parse(path=ROOT / "tests" / "fixtures" / "fast" / name, format=RdfFormat.TURTLE))


def of_file(path: Path) -> tuple[set[Triple], set[Any]]:
    """Return the triples of a file, and its subjects."""
    triples = {quad.triple for quad in reading.read(path)}
    return triples, {triple.subject for triple in triples}


def comparable(results: Iterable[Result]) -> Compared:
    """Return results as the parts in which two engines must agree, with their counts."""
    return Counter(
        (
            str(result.focus),
            result.path_text(PROJECT),
            str(result.value),
            result.component.removeprefix(SH),
            result.severity.removeprefix(SH),
            str(result.shape),
            str(result.constraint),
        )
        for result in results
    )


def by_both(given: ValidationInput, data: set[Triple]) -> tuple[Compared, Compared]:
    """Return the results of the fast engine and of pySHACL."""
    fast, pyshacl = (comparable(validate(given, data, engine=engine)[0]) for engine in ("fast", "pyshacl"))
    return fast, pyshacl


def same_by_both(given: ValidationInput, added: Iterable[Triple] = (), among: Any = None) -> Compared:
    """Return the results of both engines; fails unless they and the focus nodes are the same."""
    added = set(added)
    found = {engine: validate(given, added, among, engine=engine) for engine in ("fast", "pyshacl")}
    results = {engine: comparable(results) for engine, (results, _) in found.items()}
    assert results["fast"] == results["pyshacl"]
    assert found["fast"][1] == found["pyshacl"][1]
    return results["fast"]
