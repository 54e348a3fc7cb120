"""The check in the page finds what the fast engine finds: every fixture, with pyoxigraph for the engine in the page."""

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, parse

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading
from tests.conftest import Show
from tests.support import fixtures, page_check

pytestmark = pytest.mark.prove

FILES = (*fixtures.VALID, *fixtures.INVALID, *fixtures.REGISTRY)


@pytest.mark.xdist_group("page-check")
def test_every_fixture_has_the_same_results(show: Show) -> None:
    """Focus, shape and constraint are the same for each file, and the store is left as it was."""
    page, differing, count = page_check.shipped(), {}, 0
    size = len(page.store)
    for path in FILES:
        found = page.check(reading.read(path)).results
        ours = {("_:" if focus[0] == "_" else focus, shape, given) for focus, shape, given, *_ in found}
        theirs = page_check.by_fast_engine(path)
        count += len(theirs)
        if ours != theirs:
            differing[path.name] = (theirs - ours, ours - theirs)
    assert differing == {}
    assert len(page.store) == size
    assert count > 300
    show("The check of the page", [f"{len(FILES)} files, {count} results, the same as those of the fast engine"])


@pytest.mark.xdist_group("page-check")
@pytest.mark.parametrize("path", FILES[::30], ids=lambda path: path.stem)
def test_the_same_is_inferred_as_from_the_whole_graph(path: Path) -> None:
    """The rules for new data alone infer what all rules infer from everything, and find the same contradictions."""
    quads = reading.read(path)
    inferred, contradictions = fixtures.common_context().closed.infer(quads, types=False)
    found = page_check.shipped().check(quads)
    stored = Store()  # it writes numbers in their shortest form
    stored.extend(quads)
    own = {str(quad.triple) for quad in stored}
    new = {text for text in found.inferred if text not in own}
    assert {text for text in new if "_:" not in text} == {
        text for text in map(str, inferred) if text not in own
    } - page_check.shipped_triples()
    assert set(found.contradictions) >= {each.rule for each in contradictions if each.rule != "one-iri"}
    assert bool(found.contradictions) == bool(contradictions)


def test_the_closure_of_the_shipped_graph_is_complete() -> None:
    """With the members of class expressions that the rules for it add, nothing more follows from the graph."""
    page = page_check.shipped()
    inferred = PROJECT.graph_iri("inferred")
    before = sum(1 for _ in page.store.quads_for_pattern(None, None, None, inferred))
    for update in page.program["rules"]["whole"]:
        page.store.update(update.replace("<urn:x-imt:new>", str(inferred)))
    assert sum(1 for _ in page.store.quads_for_pattern(None, None, None, inferred)) == before


def test_terms_that_are_not_defined_are_reported() -> None:
    text = f"""@prefix imt: <{PROJECT.vocabulary}> . @prefix agent: <{PROJECT.prefixes["agent"]}> .
agent:made-up a imt:PharmaceuticalAgnt ; imt:hasTargt agent:fes ; imt:isBasedOn agent:nobody ."""
    found = page_check.shipped().check(list(parse(text, format=RdfFormat.TURTLE)))
    assert {(role, term.rpartition("/")[2].rstrip(">")) for role, term in found.undefined} == {
        ("class", "vocab#PharmaceuticalAgnt"), ("property", "vocab#hasTargt"), ("thing", "nobody"),
    }  # fmt: skip
