"""The fast engine has the same results as pySHACL on the project's own shapes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks import generate
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import reading
from rdfkit.shacl import report, validate
from rdfkit.stores import embedded
from tests.conftest import ROOT
from tests.support.validators import SH, comparable, of_file, same_by_both, shipped

FIXTURES = sorted((ROOT / "tests" / "fixtures" / "invalid").glob("*.ttl"))
FIXTURES += sorted((ROOT / "tests" / "fixtures" / "valid").glob("*.ttl"))

pytestmark = [pytest.mark.filterwarnings("ignore::UserWarning"), pytest.mark.prove]


@pytest.mark.parametrize("path", FIXTURES[::25], ids=lambda path: path.stem)
def test_a_fixture(path: Path) -> None:
    triples, own = of_file(path)
    found = same_by_both(shipped(), triples, own)
    assert bool(found) == (path.parent.name == "invalid")


@pytest.mark.prove
def test_every_fixture() -> None:
    for path in FIXTURES:
        triples, own = of_file(path)
        same_by_both(shipped(), triples, own)


@pytest.mark.prove
def test_the_shipped_graph_and_all_fixtures_in_one() -> None:
    everything = {triple for path in FIXTURES for triple in of_file(path)[0]}
    found = same_by_both(shipped(), everything)
    assert len({entry[5] for entry in found}) > 200


def test_the_shipped_graph_conforms() -> None:
    found = validation.validate_shipped(embedded.open_store(PROJECT), engine="fast")
    assert report.lines(found) == []
    assert found.checked > 1500
    assert found.unchecked == ()


def test_messages_and_labels() -> None:
    triples = {
        quad.triple
        for name in ("agent-kind", "article-title")
        for path in FIXTURES
        if path.stem.startswith(name)
        for quad in reading.read(path)
    }
    own: set[Any] = {triple.subject for triple in triples}
    fast, pyshacl = (validate(shipped(), triples, own, engine=engine)[0] for engine in ("fast", "pyshacl"))
    assert fast
    assert {(r.label, r.messages) for r in fast} == {(r.label, r.messages) for r in pyshacl}


# Mutants of a record


@pytest.mark.prove
@pytest.mark.xdist_group("jvm")
def test_every_mutant_of_a_record() -> None:
    """Where the engines differ, or pySHACL fails, TopQuadrant's engine agrees with the fast one."""
    disputes = [len(disputed(batch)) for batch in mutants_in_batches(20)]
    # Literals that are ill-typed, or compared with others of another datatype: see the tables in test_engine_random.py.
    assert len(disputes) > 40
    assert sum(disputes) < 30


def mutants_in_batches(size: int) -> Iterator[set[Triple]]:
    """Yield all mutants, some in one graph with different names.

    Each run of pySHACL costs its start, and twice the triples cost more than twice the time.
    """
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
    """Return where pySHACL differs or fails; fails unless TopQuadrant's engine agrees with the fast one."""
    from tests.support.engines import jena

    among: Any = {triple.subject for triple in batch}
    fast = comparable(validate(shipped(), batch, among, engine="fast")[0])
    try:
        pyshacl = comparable(validate(shipped(), batch, among, engine="pyshacl")[0])
    except UserError:
        pyshacl = Counter()
    differing: set[tuple[str, ...]] = {(entry[0], entry[3], entry[5]) for entry in (fast - pyshacl) + (pyshacl - fast)}
    if not differing:
        return set()
    votes: Counter[tuple[str, ...]] = Counter(
        (str(found.focus), found.component.removeprefix(SH), str(found.shape))
        for found in jena.shacl([*shipped().quads, *batch], shipped().shape_quads)
    )
    mine: Counter[tuple[str, ...]] = Counter((entry[0], entry[3], entry[5]) for entry in fast.elements())
    assert {entry: mine[entry] for entry in differing} == {entry: votes[entry] for entry in differing}
    return {*differing} if pyshacl else {("pySHACL failed",)}


# Generated records


def generated(triples: int, *, share: float) -> set[Triple]:
    lines = "\n".join(generate.lines(triples, share=share))
    return {quad.triple for quad in parse(lines, format=RdfFormat.N_TRIPLES)}


def test_planted_errors_are_found_and_valid_records_are_not() -> None:
    assert len(generate.FAULTS) >= 29
    amount = len(generate.record()) * (len(generate.FAULTS) + 3)
    assert validate(shipped(), generated(amount, share=0), engine="fast")[0] == []
    numbers = {n for found in generate.planted(amount, share=1).values() for n in found}
    assert len(generate.planted(amount, share=1)) == len(generate.FAULTS)
    results = comparable(validate(shipped(), generated(amount, share=1), engine="fast")[0])
    missed = [n for n in numbers if not any(n in entry[0] for entry in results)]
    assert missed == []


@pytest.mark.prove
def test_generated_records_with_planted_errors() -> None:
    # `benchmarks/validators.py --check` has ten times the size: pySHACL takes half an hour for it.
    found = same_by_both(shipped(), generated(10_000, share=0.8))
    assert len({entry[5] for entry in found}) >= 29


@pytest.mark.prove
@pytest.mark.xdist_group("jvm")
@pytest.mark.parametrize(("triples", "share"), [(100_000, 0.8), (300_000, 0.3)])
def test_topquadrant_agrees_on_large_data(triples: int, share: float) -> None:
    """PySHACL would take too long."""
    from tests.support.engines import jena

    def seen(results: Iterable[Any]) -> Counter[tuple[str, ...]]:
        parts = ((r.focus, r.path, r.component, r.value, r.severity, r.shape) for r in results)
        return Counter(tuple(map(str, part)) for part in parts)

    data = generated(triples, share=share)
    found = seen(validate(shipped(), data, engine="fast")[0])
    assert len({result[5] for result in found}) >= 29
    assert seen(jena.shacl([*shipped().quads, *data], shipped().shape_quads)) == found
