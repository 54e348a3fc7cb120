"""The fast validator finds what the reference finds, result for result, and says what it can't do."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import rdflib
from benchmarks import generate
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

import imaging_trials as it
from imaging_trials.build import validation
from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import reading as rdf
from rdfkit.shacl import report
from rdfkit.shacl import validate as validators
from rdfkit.shacl.engine import engine as fast
from rdfkit.shacl.engine.shapes import COMPONENTS
from rdfkit.shacl.report import Result
from rdfkit.stores import embedded as store
from tests.conftest import ROOT, Imt

FIXTURES = sorted((ROOT / "tests" / "fixtures" / "invalid").glob("*.ttl"))
FIXTURES += sorted((ROOT / "tests" / "fixtures" / "valid").glob("*.ttl"))
EX = "http://example.org/"
XSD = PROJECT.prefixes["xsd"]

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # rdflib on booleans that are none


@cache
def shipped() -> validators.Ground:
    """Return our graph and all shapes, house rules included, read once in each test process."""
    return validation.load_context(authoring=True).ground


def told(results: Iterable[Result]) -> Counter[tuple[str, ...]]:
    """Return results as what two validators are compared by; a path that is no property only as such."""
    return Counter(
        (
            str(result.focus),
            report.path_text(result),
            str(result.value),
            result.component.removeprefix(PROJECT.prefixes["sh"]),
            result.severity.removeprefix(PROJECT.prefixes["sh"]),
            str(result.shape),
            str(result.constraint),
        )
        for result in results
    )


def compared(ground: validators.Ground, added: Iterable[Triple] = (), among: Any = None) -> Counter[tuple[str, ...]]:
    """Return what both validators find, having made sure that it is the same, and of the same nodes."""
    added = set(added)
    found = {engine: validators.validate(ground, added, among, engine=engine) for engine in ("fast", "reference")}
    results = {engine: told(results) for engine, (results, _) in found.items()}
    assert results["fast"] == results["reference"]
    assert found["fast"][1] == found["reference"][1]
    return results["fast"]


def of_file(path: Path) -> tuple[set[Triple], set[Any]]:
    """Return the triples of a file, and its own nodes."""
    triples = {quad.triple for quad in rdf.read(path)}
    return triples, {triple.subject for triple in triples}


# The project's own shapes


@pytest.mark.parametrize("path", FIXTURES[::25], ids=lambda path: path.stem)
def test_a_fixture_gives_the_same_with_either_validator(path: Path) -> None:
    triples, own = of_file(path)
    found = compared(shipped(), triples, own)
    assert bool(found) == (path.parent.name == "invalid")


@pytest.mark.prove
def test_every_fixture_gives_the_same_with_either_validator() -> None:
    for path in FIXTURES:
        triples, own = of_file(path)
        compared(shipped(), triples, own)


@pytest.mark.prove
@pytest.mark.xdist_group("jvm")
def test_every_mutant_of_a_record_gives_the_same_with_either_validator_or_topquadrant_sides_with_the_fast_one() -> None:
    disputes = [len(disputed(batch)) for batch in mutants_in_batches(40)]
    # Literals that are ill-typed, or compared with others of another datatype: see the tables of disputes below.
    assert len(disputes) > 40
    assert sum(disputes) < 30


def mutants_in_batches(size: int) -> Iterator[set[Triple]]:
    """Yield all mutants, many in one graph, told apart by their names: each run of the reference costs its start."""
    from tools.mutation import records

    shipped_nodes = {quad.subject for quad in shipped().quads}
    batch: set[Triple] = set()
    for number, mutant in enumerate(records.mutants(), 1):
        own = {t.subject for t in mutant.triples if isinstance(t.subject, NamedNode)} - shipped_nodes
        new: dict[Any, Any] = {node: NamedNode(f"{node.value}-m{number}") for node in own}
        batch |= {
            Triple(new.get(t.subject, t.subject), t.predicate, new.get(t.object, t.object)) for t in mutant.triples
        }
        if number % size == 0:
            yield batch
            batch = set()
    yield batch


def disputed(batch: set[Triple]) -> set[tuple[str, ...]]:
    """Return where the reference differs or breaks down, having made sure that TopQuadrant sides with the fast one."""
    from tests.support.engines import jena

    among: Any = {triple.subject for triple in batch}
    ours = told(validators.validate(shipped(), batch, among, engine="fast")[0])
    try:
        reference = told(validators.validate(shipped(), batch, among, engine="reference")[0])
    except UserError:
        reference = Counter()
    differing: set[tuple[str, ...]] = {
        (entry[0], entry[3], entry[5]) for entry in (ours - reference) + (reference - ours)
    }
    if not differing:
        return set()
    sh = PROJECT.prefixes["sh"]
    votes: Counter[tuple[str, ...]] = Counter(
        (str(found.focus), found.component.removeprefix(sh), str(found.shape))
        for found in jena.shacl([*shipped().quads, *batch], shipped().shape_quads)
    )
    mine: Counter[tuple[str, ...]] = Counter((entry[0], entry[3], entry[5]) for entry in ours.elements())
    assert {entry: mine[entry] for entry in differing} == {entry: votes[entry] for entry in differing}
    found: set[tuple[str, ...]] = {*differing}
    return found if reference else {("the reference broke down",)}


@pytest.mark.prove
def test_the_shipped_graph_and_all_fixtures_in_one_give_the_same_with_either_validator() -> None:
    everything = {triple for path in FIXTURES for triple in of_file(path)[0]}
    found = compared(shipped(), everything)
    assert len({entry[5] for entry in found}) > 200


def test_the_shipped_graph_conforms_for_the_fast_validator_too() -> None:
    found = validation.validate_shipped(store.open_store(PROJECT), engine="fast")
    assert report.lines(found) == []
    assert found.checked > 1500
    assert found.unchecked == ()


def test_messages_and_labels_are_the_references() -> None:
    triples = {
        quad.triple
        for name in ("agent-kind", "article-title")
        for path in FIXTURES
        if path.stem.startswith(name)
        for quad in rdf.read(path)
    }
    own: set[Any] = {triple.subject for triple in triples}
    fast_one, reference = (
        validators.validate(shipped(), triples, own, engine=engine)[0] for engine in ("fast", "reference")
    )
    assert fast_one
    assert {(r.label, r.messages) for r in fast_one} == {(r.label, r.messages) for r in reference}


def generated(triples: int, *, share: float) -> set[Triple]:
    lines = "\n".join(generate.lines(triples, share=share))
    return {quad.triple for quad in parse(lines, format=RdfFormat.N_TRIPLES)}


def test_every_kind_of_planted_fault_is_found_in_its_record_and_valid_records_are_not_reported() -> None:
    assert len(generate.FAULTS) >= 29
    amount = len(generate.record()) * (len(generate.FAULTS) + 3)
    assert validators.validate(shipped(), generated(amount, share=0), engine="fast")[0] == []
    numbers = {n for found in generate.planted(amount, share=1).values() for n in found}
    assert len(generate.planted(amount, share=1)) == len(generate.FAULTS)
    results = told(validators.validate(shipped(), generated(amount, share=1), engine="fast")[0])
    missed = [n for n in numbers if not any(n in entry[0] for entry in results)]
    assert missed == []


@pytest.mark.prove
def test_generated_records_with_planted_faults_give_the_same_with_either_validator() -> None:
    # Ten times the size is part of `benchmarks/validators.py --check`: the reference takes half an hour for it.
    found = compared(shipped(), generated(10_000, share=0.8))
    assert len({entry[5] for entry in found}) >= 29


@pytest.mark.prove
@pytest.mark.xdist_group("jvm")
@pytest.mark.parametrize(("triples", "share"), [(100_000, 0.8), (1_000_000, 0.1)])
def test_where_the_reference_takes_too_long_topquadrant_finds_the_same(triples: int, share: float) -> None:
    from tests.support.engines import jena

    def seen(results: Iterable[Any]) -> Counter[tuple[str, ...]]:
        parts = ((r.focus, r.path, r.component, r.value, r.severity, r.shape) for r in results)
        return Counter(tuple(map(str, part)) for part in parts)

    data = generated(triples, share=share)
    found = seen(validators.validate(shipped(), data, engine="fast")[0])
    assert len({result[5] for result in found}) >= 29
    assert seen(jena.shacl([*shipped().quads, *data], shipped().shape_quads)) == found


# Graphs made by chance, with every component and every function


def triples_of(name: str) -> list[Quad]:
    return list(parse(path=ROOT / "tests" / "fixtures" / "fast" / name, format=RdfFormat.TURTLE))


def typed(text: str, kind: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + kind))


NODES = [NamedNode(EX + name) for name in "abcdef"]
NUMBERS = [
    typed("1", "integer"),
    typed("01", "integer"),
    typed("2", "integer"),
    typed("-3", "integer"),
    typed("2.0", "decimal"),
    typed("2.5", "decimal"),
    typed("1.0E0", "double"),
]
DAYS = [typed("2024-02-29", "date"), typed("2024-03-01", "date"), typed("2024-01-01", "date")]
PLAIN = [
    *NUMBERS,
    *DAYS,
    *(Literal(text) for text in ("text", "Text", "", 'a "b"\n')),
    Literal("text", language="en"),
    Literal("x", language="en-gb"),
    typed("true", "boolean"),
]
ODD = [
    typed("x", "integer"),
    typed("1.5", "integer"),
    typed("+5", "integer"),
    typed("1", "boolean"),
    typed("yes", "boolean"),
    typed("2023-02-29", "date"),
    typed("2024-03-01Z", "date"),
    typed("2024", "gYear"),
    typed("2024-02-29T00:00:00", "dateTime"),
    Literal("v", datatype=NamedNode(EX + "own")),
]
KINDS = [NamedNode(EX + name) for name in "ABCDE"]


def graphs(*, odd: bool) -> st.SearchStrategy[set[Triple]]:
    """Return a strategy for small graphs; with ``odd``, with literals that are ill-typed or rare."""
    node = st.sampled_from([*NODES, BlankNode("x"), BlankNode("y")])
    value = st.one_of(node, st.sampled_from([*PLAIN, *ODD] if odd else PLAIN))
    kind = st.sampled_from(KINDS)

    def of(*names: str) -> st.SearchStrategy[NamedNode]:
        return st.sampled_from([NamedNode(EX + name) for name in names])

    triple = st.one_of(
        st.builds(Triple, node, of("p", "p", "q", "name"), value),
        st.builds(Triple, node, of("p", "p", "q", "name"), value),
        st.builds(Triple, node, of("from", "to"), st.sampled_from(NUMBERS)),
        st.builds(Triple, node, of("on"), st.sampled_from(DAYS)),
        st.builds(Triple, node, st.just(NamedNode(PROJECT.expand("rdf:type"))), kind),
        st.builds(Triple, kind, st.just(NamedNode(PROJECT.expand("rdfs:subClassOf"))), kind),
    )
    return st.sets(triple, min_size=1, max_size=14)


# What fails is small as it is, and each step of making it smaller would run the reference.
PHASES = (Phase.explicit, Phase.generate)
QUICK = settings(max_examples=40, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=500, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))

RANGES = ("MinInclusive", "MinExclusive", "MaxInclusive", "MaxExclusive")


def by_both(ground: validators.Ground, data: set[Triple]) -> tuple[Counter[tuple[str, ...]], Counter[tuple[str, ...]]]:
    """Return what the fast validator and the reference find."""
    ours, reference = (told(validators.validate(ground, data, engine=engine)[0]) for engine in ("fast", "reference"))
    return ours, reference


@cache
def ground_of(name: str) -> validators.Ground:
    """Return nothing but shapes: the reference parses their queries once for all graphs that are then added."""
    return validators.Ground([], triples_of(name))


def undisputed(found: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    """Return results without those on whether a value that can't be compared lies in a range (see the table below)."""
    rest: Counter[tuple[str, ...]] = Counter()
    for entry, count in found.items():
        if not entry[3].startswith(RANGES):
            rest[("a path", *entry[2:]) if entry[1].startswith("_:") else entry] += count
    return rest


def check_core(data: set[Triple]) -> None:
    ours, reference = by_both(ground_of("shapes.ttl"), data)
    assert undisputed(ours) == undisputed(reference)
    # Where a value can't be compared, the fast validator reports it, and the reference mostly.
    assert reference - ours == Counter()


def check_queries(data: set[Triple]) -> None:
    ours, reference = by_both(ground_of("queries.ttl"), data)
    assert ours == reference


@given(graphs(odd=True))
@QUICK
def test_core_constraints_find_the_same_in_graphs_made_by_chance(data: set[Triple]) -> None:
    check_core(data)


@given(graphs(odd=False))
@QUICK
def test_sparql_constraints_find_the_same_in_graphs_made_by_chance(data: set[Triple]) -> None:
    check_queries(data)


@pytest.mark.prove
@given(graphs(odd=True))
@LONG
def test_core_constraints_find_the_same_in_many_graphs(data: set[Triple]) -> None:
    check_core(data)


@pytest.mark.prove
@given(graphs(odd=False))
@LONG
def test_sparql_constraints_find_the_same_in_many_graphs(data: set[Triple]) -> None:
    check_queries(data)


def test_the_shapes_of_these_tests_use_every_component_and_every_query_gives_a_result_somewhere() -> None:
    found: set[str] = set()
    for prepared in (fast.prepare(triples_of("shapes.ttl")), fast.prepare(triples_of("queries.ttl"))):
        waiting = list(prepared.shapes.roots)
        while waiting:
            shape = waiting.pop()
            found |= {constraint.parameter for constraint in shape.constraints}
            waiting += [part for constraint in shape.constraints for part in constraint.shapes]
    assert COMPONENTS.keys() - found == set()


# Where the reference is wrong by the specification

DISPUTED = [
    (
        "sh:maxInclusive 2.5",
        typed("true", "boolean"),
        "a truth value is no number (SPARQL 17.3), but Python's True is 1",
    ),
    ("sh:maxExclusive 2", typed("yes", "boolean"), "an ill-typed literal can't be compared"),
    ("sh:maxInclusive 2.5", Literal("v", datatype=NamedNode(EX + "own")), "rdflib sorts other datatypes after numbers"),
    ("sh:maxInclusive 2", typed("2024-03-01", "date"), "a day is no number, but rdflib sorts by datatype"),
    ('sh:maxInclusive "2024-02-29"^^xsd:date', typed("true", "boolean"), "a truth value is no day"),
]
"""A range, a value that can't be compared with it, so that SHACL 4.3 wants a result; and why the reference has none."""


@pytest.mark.parametrize(("constraint", "value", "why"), DISPUTED)
@pytest.mark.xdist_group("jvm")
def test_where_the_reference_misses_a_value_that_cannot_be_compared_topquadrant_reports_it_too(
    constraint: str, value: Literal, why: str
) -> None:
    from tests.support.engines import jena

    assert why
    text = f"@prefix sh: <{PROJECT.prefixes['sh']}> . @prefix xsd: <{XSD}> . @prefix ex: <{EX}> ."
    text += f"ex:s a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property ex:v . ex:v sh:path ex:p ; {constraint} ."
    shapes = list(parse(text, format=RdfFormat.TURTLE))
    data = {Triple(NODES[0], NamedNode(EX + "p"), value)}
    ours, reference = by_both(validators.Ground([], shapes), data)
    assert (len(ours), len(reference)) == (1, 0)
    assert len(jena.shacl(data, shapes)) == 1


DISPUTED_FILTERS = [
    ("FILTER(?value > 1)", Literal("first"), "a string is no number (SPARQL 17.3), but rdflib sorts by datatype"),
    ("FILTER(?value)", typed("2024-01-01", "date"), "a day has no truth value (SPARQL 17.2.2)"),
]
"""A filter that is an error by the specification, and so no result, and why the reference has one."""


@pytest.mark.parametrize(("test", "value", "why"), DISPUTED_FILTERS)
@pytest.mark.xdist_group("jvm")
def test_where_the_reference_takes_an_error_for_an_answer_topquadrant_does_not(test: str, value: Any, why: str) -> None:
    from tests.support.engines import jena

    assert why
    query = f"SELECT $this ?value WHERE {{ $this <{EX}p> ?value . {test} }}"
    text = f"@prefix sh: <{PROJECT.prefixes['sh']}> . @prefix ex: <{EX}> ."
    text += f'ex:s a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:sparql ex:q . ex:q sh:select """{query}""" .'
    shapes = list(parse(text, format=RdfFormat.TURTLE))
    data = {Triple(NODES[0], NamedNode(EX + "p"), value)}
    ours, reference = by_both(validators.Ground([], shapes), data)
    assert (len(ours), len(reference)) == (0, 1)
    assert jena.shacl(data, shapes) == []


def test_where_the_reference_breaks_down_over_a_value_it_says_so_in_one_sentence() -> None:
    text = f"@prefix sh: <{PROJECT.prefixes['sh']}> . @prefix ex: <{EX}> ."
    text += "ex:s a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:sparql ex:q . ex:q sh:select "
    text += f"'SELECT $this WHERE {{ $this <{EX}p> ?value . FILTER(?value - 1 = 0) }}' ."
    ground = validators.Ground([], list(parse(text, format=RdfFormat.TURTLE)))
    data = {Triple(NODES[0], NamedNode(EX + "p"), typed("x", "integer"))}
    with pytest.raises(UserError, match="pySHACL breaks down over a value"):
        validators.validate(ground, data, engine="reference")
    assert validators.validate(ground, data)[0] == []


# What is not supported

HEAD = f"@prefix sh: <{PROJECT.prefixes['sh']}> . @prefix ex: <{EX}> . @prefix xsd: <{XSD}> . ex:s a sh:NodeShape ; "
UNSUPPORTED = {
    "sh:targetClass ex:A ; sh:rule [ a sh:TripleRule ] .": r"/s uses sh:rule \(rules\)",
    "sh:target [ a sh:SPARQLTarget ; sh:select 'SELECT ?this WHERE { ?this a ex:A }' ] .": "sh:target",
    "sh:targetClass ex:A ; ex:mine 1 . ex:c a sh:ConstraintComponent ; sh:parameter [ sh:path ex:mine ] .": "parameter",
    "sh:targetClass ex:A ; sh:expression true .": "sh:expression",
    "sh:targetClass ex:A ; sh:minCuont 1 .": "sh:minCuont",
    "sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:minCount 1 , 2 ] .": "several values of sh:minCount",
    "sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:node ex:s ] .": "refers to itself",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this WHERE { $this ex:p ?x } GROUP BY $this' ] .": "query",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this { { SELECT $this { $this ?p 1 } } }' ] .": "SELECT",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this WHERE { $this ?p ?x MINUS { ?x ?y ?z } }' ] .": "MINUS",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this WHERE { $this ?p ?x . FILTER(RAND() > 0) }' ] .": "RAND",
}


@pytest.mark.parametrize("text", UNSUPPORTED)
def test_what_is_not_supported_is_named_in_one_sentence_and_auto_asks_the_reference(text: str) -> None:
    shapes = list(parse(HEAD + text, format=RdfFormat.TURTLE))
    ground = validators.Ground([Quad(NODES[0], NamedNode(EX + "p"), NODES[1])], shapes)
    with pytest.raises(UserError, match=UNSUPPORTED[text]) as error:
        validators.validate(ground, engine="fast")
    assert str(error.value).startswith("The fast validator does not support these shapes (")
    assert "\n" not in str(error.value)
    assert verdict(ground, "auto") == verdict(ground, "reference")


def verdict(ground: validators.Ground, engine: str) -> Counter[tuple[str, ...]] | str:
    """Return what an engine finds, or the sentence with which it refuses the shapes."""
    try:
        return told(validators.validate(ground, engine=engine)[0])
    except UserError as error:
        return str(error)


def test_an_engine_that_is_none_is_refused() -> None:
    with pytest.raises(UserError, match="no engine 'quick': choose one of auto, fast, reference"):
        validators.validate(validators.Ground([], []), engine="quick")


def test_plain_data_is_validated_without_loading_rdflib() -> None:
    use = "import sys; from rdfkit.stores import embedded as store; from imaging_trials.build import validation; "
    use += "assert validation.validate_shipped(store.open_store(PROJECT), engine='fast').conforms(); "
    use += "print('rdflib' in sys.modules, 'pyshacl' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", use], capture_output=True, text=True, check=False, cwd=ROOT)
    assert answer.stdout.split() == ["False", "False"], answer.stderr


# Data and shapes of one's own


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path]:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    shapes.write_text(
        f"@prefix sh: <{PROJECT.prefixes['sh']}> . @prefix ex: <{EX}> .\n"
        "ex:Person a sh:NodeShape ; sh:targetClass ex:Person ; sh:property ex:person-name .\n"
        'ex:person-name sh:path ex:name ; sh:minCount 1 ; sh:message "A person has a name. Add ex:name." .\n'
    )
    data.write_text(f'@prefix ex: <{EX}> .\nex:a a ex:Person ; ex:name "A" .\n\nex:b a ex:Person .\n')
    return shapes, data


@pytest.mark.parametrize("engine", validators.ENGINES)
def test_the_command_checks_data_by_shapes_of_ones_own(imt: Imt, own: tuple[Path, Path], engine: str) -> None:
    shapes, data = own
    answer = imt("validate", str(data), "--shapes", str(shapes), "--engine", engine)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert f"{data}:4:1" in answer.stdout
    assert "A person has a name. Add ex:name." in answer.stdout
    assert "Does not conform: 1 violation; 3 triples, 2 nodes checked." in answer.stdout
    assert "undefined" not in answer.stdout


def test_python_users_give_shapes_as_files_or_graphs(own: tuple[Path, Path]) -> None:
    shapes, data = own
    for given_shapes in (shapes, [shapes], rdflib.Graph().parse(shapes)):
        for given_data in (data, rdflib.Graph().parse(data)):
            conforms, found, text = it.validate(given_data, shapes=given_shapes, engine="fast")
            assert conforms is False
            assert len(set(found.subjects(rdflib.SH.focusNode, rdflib.URIRef(EX + "b")))) == 1
            assert "A person has a name." in text


def test_shapes_of_ones_own_need_data(imt: Imt, own: tuple[Path, Path]) -> None:
    answer = imt("validate", "--shapes", str(own[0]))
    assert answer.returncode == 2
    assert "name the RDF files to check" in answer.stderr


def test_shapes_of_ones_own_that_are_no_shapes_are_told_with_their_file(imt: Imt, own: tuple[Path, Path]) -> None:
    shapes, data = own
    shapes.write_text(shapes.read_text().replace("sh:minCount 1", "sh:minCount 'one'"))
    answer = imt("validate", str(data), "--shapes", str(shapes))
    assert answer.returncode == 2
    assert f"The shapes in {shapes} are no proper SHACL" in answer.stderr
