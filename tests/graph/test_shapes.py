"""Shapes that bite: for every constraint there is data that breaks exactly it, and is reported by exactly it."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading as rdf
from rdfkit.shacl import report, term_text
from tests.conftest import ROOT

FIXTURES = ROOT / "tests" / "fixtures"
INVALID = sorted((FIXTURES / "invalid").glob("*.ttl"))
VALID = sorted((FIXTURES / "valid").glob("*.ttl"))
SH = PROJECT.prefixes["sh"]

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
"""Parameter that declares a constraint, and the component it belongs to (SHACL, section 4 and 5)."""

NO_CONSTRAINT = {
    *("property", "path", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "name", "description"),
    *("message", "severity", "order", "group", "defaultValue", "deactivated", "flags", "ignoredProperties"),
    *("qualifiedValueShape", "qualifiedValueShapesDisjoint"),
}
"""Other properties of a shape."""

Facts = dict[object, list[tuple[str, object]]]


@cache
def facts() -> Facts:
    """Return what all files in shapes/ say, by subject."""
    found: Facts = {}
    for path in sorted((ROOT / "shapes").glob("*.ttl")):
        for quad in rdf.read(path):
            found.setdefault(quad.subject, []).append((quad.predicate.value, quad.object))
    return found


def values(node: object, name: str) -> list[object]:
    return [value for predicate, value in facts().get(node, []) if predicate == SH + name]


def reporting_shapes() -> list[object]:
    """Return the shapes whose constraints give results of their own: those with a target, and their property shapes.

    Shapes that are only values of sh:node, sh:not, sh:or and the like are parts of the constraint that names them.
    """
    kinds = {NamedNode(SH + "NodeShape"), NamedNode(SH + "PropertyShape")}
    targets = {SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")}
    classes = {NamedNode(PROJECT.expand("owl:Class")), NamedNode(PROJECT.expand("rdfs:Class"))}
    found: list[object] = []
    for node, said in facts().items():
        types = {value for predicate, value in said if predicate == PROJECT.expand("rdf:type")}
        if any(predicate in targets for predicate, _ in said) or (types & kinds and types & classes):
            found.append(node)
    for node in found:
        found += [value for value in values(node, "property") if value not in found]
    return found


def constraints() -> Iterator[tuple[str, str]]:
    """Yield each constraint as (shape, component); a SPARQL constraint by its own name where there are several."""
    for shape in reporting_shapes():
        for parameter, component in PARAMETERS.items():
            held = values(shape, parameter)
            for value in held:
                own = parameter == "sparql" and len(held) > 1
                yield name(value if own else shape), f"sh:{component}ConstraintComponent"


def name(node: object) -> str:
    return PROJECT.shorten(node.value) if isinstance(node, NamedNode) else str(node)


PREFIX = re.compile(r"^@prefix ([\w-]*): <(.*)> \.$", re.MULTILINE)
HEADER = re.compile(r"^# (breaks|path|component|severity|focus): (\S.*?)\s*$", re.MULTILINE)


def header(path: Path) -> dict[str, str]:
    """Return what a fixture says it breaks."""
    text = path.read_text(encoding="utf-8")
    found = HEADER.findall(text)
    assert Counter(key for key, _ in found) == dict.fromkeys(("breaks", "path", "component", "severity", "focus"), 1), (
        f"{path.name}: the header needs each of breaks, path, component, severity, focus once"
    )
    said = dict(found)
    prefix, _, local = said["focus"].partition(":")
    iri = {**PROJECT.prefixes, **dict(PREFIX.findall(text))}.get(prefix)
    if iri is not None:
        said["focus"] = term_text(PROJECT, NamedNode(iri + local))
    return said


@cache
def context() -> validation.Context:
    """Return our graph and all shapes, house rules included, read once in each test process."""
    return validation.load_context(authoring=True)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_broken_fixture_is_reported_by_exactly_the_rule_it_breaks(path: Path) -> None:
    said = header(path)
    found = validation.validate_files([path], None, context())
    results = [
        {
            "breaks": said["breaks"] if said["breaks"] == name(result.constraint) else name(result.shape),
            "path": result.path_text(PROJECT),
            "component": PROJECT.shorten(result.component),
            "severity": PROJECT.shorten(result.severity),
            "focus": term_text(PROJECT, result.focus),
        }
        for result in found.results
    ]
    assert results == [said], "\n".join(report.lines(found))
    assert found.undefined == ()


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_fixture_conforms(path: Path) -> None:
    found = validation.validate_files([path], None, context())
    assert report.lines(found) == []
    assert found.checked > 0


def test_every_constraint_has_a_fixture_that_breaks_it() -> None:
    declared = set(constraints())
    assert declared
    proved = {(said["breaks"], said["component"]) for said in map(header, INVALID)}
    assert sorted(declared - proved) == [], "without a fixture in tests/fixtures/invalid/"
    assert sorted(proved - declared) == [], "broken by a fixture, but in no file of shapes/"


def test_a_fixture_is_named_after_the_rule_it_breaks() -> None:
    for path in INVALID:
        rule = header(path)["breaks"].partition(":")[2]
        kebab = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", rule).lower()
        assert path.stem == kebab or path.stem.startswith(f"{kebab}-"), f"{path.name} should be named {kebab}.ttl"


def test_every_rule_has_an_iri_a_severity_and_a_message_that_says_the_mending() -> None:
    for shape in reporting_shapes():
        parameters = [parameter for parameter in PARAMETERS if values(shape, parameter)]
        if not parameters:
            continue
        assert isinstance(shape, NamedNode), f"a shape with sh:{parameters[0]} has no IRI: {facts()[shape]}"
        assert len(values(shape, "severity")) == 1, f"{name(shape)} needs its sh:severity"
        told = [*values(shape, "message"), *(m for c in values(shape, "sparql") for m in values(c, "message"))]
        assert told, f"{name(shape)} needs a sh:message"
        assert all(isinstance(text, Literal) and text.value.endswith(".") for text in told), f"message of {name(shape)}"
        assert all(isinstance(node, NamedNode) for node in values(shape, "sparql")), f"sh:sparql of {name(shape)}"


def test_no_shape_has_a_constraint_that_the_fixtures_do_not_know_of() -> None:
    used = {p.removeprefix(SH) for shape in reporting_shapes() for p, _ in facts().get(shape, []) if p.startswith(SH)}
    assert used <= PARAMETERS.keys() | NO_CONSTRAINT
