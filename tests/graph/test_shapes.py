"""For every constraint there is a fixture that breaks it, and only it is reported."""

import re
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs, reading
from rdfkit.shacl import report, term_text, undefined_terms, validate
from tests.support.fixtures import (
    INVALID,
    PARAMETERS,
    REGISTRY,
    VALID,
    common_context,
    context,
    header,
    inferences,
    is_described,
)
from tests.support.shape_constraints import SH, constraints, facts, name, reporting_shapes, values

NO_CONSTRAINT = {
    *("property", "path", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "name", "description"),
    *("message", "severity", "order", "group", "defaultValue", "deactivated", "flags", "ignoredProperties"),
    *("qualifiedValueShape", "qualifiedValueShapesDisjoint"),
}
"""Other properties of a shape."""


def as_header(result: report.Result, expected: dict[str, str]) -> dict[str, str]:
    """Return a result as a header would state it."""
    return {
        "breaks": expected["breaks"] if expected["breaks"] == name(result.constraint) else name(result.shape),
        "path": result.path_text(PROJECT),
        "component": PROJECT.shorten(result.component),
        "severity": PROJECT.shorten(result.severity),
        "focus": term_text(PROJECT, result.focus),
    }


WHOLE = {*INVALID[::120], *(path for path in INVALID if header(path)["focus"].startswith("_:"))}
"""The fixtures that ``make test`` validates in full, all of those among them that report a blank node."""


def results_of(path: Path) -> list[report.Result]:
    """Return the results of the shapes on a file, with the inferences that its things have; all terms are defined."""
    quads = reading.read(path)
    triples = {quad.triple for quad in quads}
    own: set[Any] = {quad.subject for quad in quads}
    own |= {quad.object for quad in quads if isinstance(quad.object, Literal) or not is_described(quad.object)}
    results, _ = validate(context().given, triples | inferences(triples), own)
    names = {node.value for node in own if isinstance(node, NamedNode)}
    assert list(undefined_terms.check_quads(PROJECT, quads, str(path), context().known, names)) == []
    return list(results)


@pytest.mark.parametrize("path", [path for path in INVALID if path not in WHOLE], ids=lambda path: path.stem)
def test_fixture_breaks_exactly_its_rule(path: Path) -> None:
    """The results of the shapes are the one result that the header states, and every term is defined."""
    expected = header(path)
    found = [as_header(result, expected) for result in results_of(path)]
    assert found == [expected], f"{path.name}: its header must name the one result; change the header or the record"


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=() if path in WHOLE else pytest.mark.prove) for path in INVALID],
    ids=lambda path: path.stem,
)
def test_fixture_in_full(path: Path) -> None:
    """`imt validate`, which closes the whole graph with the file, reports the one result that the header states."""
    expected = header(path)
    found = validation.validate_files([path], None, context())
    assert [as_header(result, expected) for result in found.results] == [expected], "\n".join(report.lines(found))
    assert found.undefined == ()


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_fixture_has_no_result(path: Path) -> None:
    assert results_of(path) == []


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=() if number % 6 == 0 else pytest.mark.prove) for number, path in enumerate(VALID)],
    ids=lambda path: path.stem,
)
def test_valid_fixture_conforms(path: Path) -> None:
    found = validation.validate_files([path], None, context())
    assert report.lines(found) == []
    assert found.checked > 0


def test_every_constraint_has_a_fixture() -> None:
    declared = set(constraints())
    assert declared
    proved = {(stated["breaks"], stated["component"]) for stated in map(header, INVALID)}
    assert sorted(declared - proved) == [], (
        "without a fixture in tests/fixtures/invalid/; docs/authoring.md has its header"
    )
    assert sorted(proved - declared) == [], "broken by a fixture, but in no file of shapes/"


def test_fixture_is_named_after_its_rule() -> None:
    for path in INVALID:
        rule = header(path)["breaks"].partition(":")[2]
        kebab = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", rule).lower()
        assert path.stem == kebab or path.stem.startswith(f"{kebab}-"), f"{path.name} should be named {kebab}.ttl"


def test_every_rule_has_iri_severity_and_message() -> None:
    for shape in reporting_shapes():
        parameters = [parameter for parameter in PARAMETERS if values(shape, parameter)]
        if not parameters:
            continue
        assert isinstance(shape, NamedNode), f"a shape with sh:{parameters[0]} has no IRI: {facts()[shape]}"
        assert len(values(shape, "severity")) == 1, f"{name(shape)} needs its sh:severity"
        messages = [*values(shape, "message"), *(m for c in values(shape, "sparql") for m in values(c, "message"))]
        assert messages, f"{name(shape)} needs a sh:message"
        assert all(isinstance(text, Literal) and text.value.endswith(".") for text in messages), (
            f"message of {name(shape)}"
        )
        assert all(isinstance(node, NamedNode) for node in values(shape, "sparql")), f"sh:sparql of {name(shape)}"


def test_no_common_shape_names_a_curation_shape() -> None:
    """Without the curation shapes, the common ones are complete."""
    common_files = named_graphs.shape_files(PROJECT, curation=False)
    curation_files = [path for path in named_graphs.shape_files(PROJECT) if path not in common_files]
    common, owed = ([q for path in files for q in reading.read(path)] for files in (common_files, curation_files))
    described = {quad.subject for quad in common if isinstance(quad.subject, NamedNode)}
    assert len(described) > 100
    assert sorted(str(quad.subject) for quad in owed if quad.subject in described) == [], "described in both circles"
    own = f"<{PROJECT.shapes}"
    named = {quad.object for quad in common if str(quad.object).startswith(own)} - described
    assert sorted(map(str, named)) == [], "named by a common shape, but not described by one"


def test_no_shape_reads_a_graph_name() -> None:
    """Named graphs are how this repository is filed: data of others has none."""
    graphs = [name for name in PROJECT.prefixes if PROJECT.prefixes[name] == PROJECT.expand("graph:")]
    for path in named_graphs.shape_files(PROJECT):
        text = path.read_text(encoding="utf-8")
        found = re.search(rf"{re.escape(PROJECT.base)}graph/|\b({'|'.join(graphs)}):|\bGRAPH\b", text)
        assert found is None, f"{path.name}: {found}"


def test_registry_records_pass_the_common_shapes() -> None:
    """True records lack what a curator owes; nothing is wrong with them, of any severity."""
    assert len(REGISTRY) == 12
    found = validation.validate_files(REGISTRY, None, common_context())
    assert report.lines(found) == []
    assert found.unchecked == ()
    owed = validation.validate_files(REGISTRY, None, context())
    assert {result.file for result in owed.results} == set(map(str, REGISTRY)), "each lacks something"


def test_every_constraint_component_is_known() -> None:
    used = {p.removeprefix(SH) for shape in reporting_shapes() for p, _ in facts().get(shape, []) if p.startswith(SH)}
    assert used <= PARAMETERS.keys() | NO_CONSTRAINT


FORMS = ("imt:PharmaceuticalAgent", "imt:AgentDocument", "imt:GuidelineEdition")
"""The classes for which a form can be drawn from the common shapes."""


@pytest.mark.parametrize("curie", FORMS)
def test_a_form_has_one_field_for_each_path(curie: str) -> None:
    """Exactly one property shape for each path has an order, a group and a description of what to enter."""
    fields: dict[object, list[object]] = {}
    for owner in facts():
        if NamedNode(PROJECT.expand(curie)) in values(owner, "targetClass"):
            for shape in values(owner, "property"):
                fields.setdefault(values(shape, "path")[0], []).append(shape)
    asked = {path: [s for s in shapes if values(s, "group")] for path, shapes in fields.items()}
    places = [(*values(s, "group"), *values(s, "order")) for shapes in asked.values() for s in shapes]
    assert len(places) == len(set(places)) > 5, "two fields in one place"
    left_out = {"skos:prefLabel", "dcterms:source", "imt:isStatedIn", "dcterms:title", "schema:url", "imt:checkedOn"}
    left_out |= {"imt:isBasedOn", "imt:dateAsPrinted"}  # a form asks for the kinds of base; a document has no date
    for path, shapes in asked.items():
        if name(path) not in left_out:
            assert len(shapes) == 1, name(path)
            assert values(shapes[0], "description"), name(path)
    groups = {group for group, _ in places}
    assert all(any(p == PROJECT.expand("rdfs:label") for p, _ in facts()[group]) for group in groups)
