"""The IRIs of this project follow `docs/iri-policy.md`."""

import re

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials import __version__
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT
from tools import released_names

POLICY = ROOT / "docs" / "iri-policy.md"
KINDS = re.compile(
    r"vocab|vocab#[A-Za-z]+|vocab/\d+\.\d+\.\d+|concept/[a-z-]+(/[A-Za-z0-9.-]+)?|id/[a-z-]+/[A-Za-z0-9.-]+"
    r"|graph/[a-z]+|dataset"
)


@pytest.fixture(scope="module")
def graph() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def names(graph: Store) -> list[str]:
    return sorted(name.removeprefix(PROJECT.base) for name in released_names.names(graph))


def test_every_rule_of_the_policy_names_tests_that_exist() -> None:
    rules = re.split(r"(?m)^\d+\. ", POLICY.read_text(encoding="utf-8"))[1:]
    assert len(rules) == 10
    defined = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for rule in rules:
        named = re.findall(r"`(test_\w+)`", rule.partition("Test:")[2])
        assert named, rule
        assert [name for name in named if f"def {name}(" not in defined] == []


def test_every_iri_is_of_a_kind_in_the_policy(names: list[str]) -> None:
    assert len(names) > 1500
    assert [name for name in names if not KINDS.fullmatch(name)] == []


def test_slugs_are_readable_letters_and_digits(names: list[str]) -> None:
    """Slugs are plain letters and digits and contain something to read."""
    slugs = [name.rpartition("/")[2] for name in names if name.startswith(("id/", "concept/"))]
    assert slugs
    assert [slug for slug in slugs if not re.fullmatch(r"[A-Za-z0-9]+([.-][A-Za-z0-9]+)*", slug)] == []
    assert [slug for slug in slugs if not re.search(r"[A-Za-z]", slug)] == []


def test_every_iri_is_described_in_the_graph(graph: Store, names: list[str]) -> None:
    version = f"vocab/{__version__}"
    described = {quad.subject.value.removeprefix(PROJECT.base) for quad in graph if isinstance(quad.subject, NamedNode)}
    assert [name for name in names if name not in described | {version}] == []


def test_no_iri_is_minted_outside_ontology_and_data(graph: Store) -> None:
    inferred = PROJECT.graph_iri(named_graphs.INFERRED)
    written = released_names.names(quad for quad in graph if quad.graph_name != inferred)
    closed = released_names.names(quad for quad in graph if quad.graph_name == inferred)
    assert closed - written == {inferred.value} - written


def gone(before: set[str], now: set[str]) -> list[str]:
    """Return the names that existed before and do not exist now."""
    return sorted(before - now)


def test_no_released_iri_is_removed(graph: Store) -> None:
    lost = gone(released_names.released(), released_names.names(graph))
    assert lost == [], "keep these, with owl:deprecated true and dcterms:isReplacedBy (docs/iri-policy.md, 6)"


def test_a_removed_iri_is_detected(graph: Store) -> None:
    flt = NamedNode(PROJECT.expand("agent:flt"))
    without = [quad for quad in graph if flt not in (quad.subject, quad.predicate, quad.object)]
    assert flt.value in gone(released_names.names(graph), released_names.names(without))


def unanswered(quads: list[Quad]) -> list[str]:
    """Return what is deprecated and states neither a replacement that is in use nor why there is none."""
    yes, replaced = NamedNode(PROJECT.expand("owl:deprecated")), NamedNode(PROJECT.expand("dcterms:isReplacedBy"))
    deprecated = {q.subject for q in quads if q.predicate == yes and getattr(q.object, "value", "") in {"true", "1"}}
    living = {quad.subject for quad in quads} - deprecated
    answered = {q.subject for q in quads if q.predicate == replaced and q.object in living}
    answered |= {q.subject for q in quads if q.predicate.value == PROJECT.expand("skos:changeNote")}
    return sorted(str(subject) for subject in deprecated - answered)


def test_deprecated_terms_state_their_replacement(graph: Store) -> None:
    assert unanswered(list(graph)) == []


@pytest.mark.parametrize(
    ("heir", "note", "right"),
    [
        (None, False, False),
        (None, True, True),
        ("agent:flt", False, True),
        ("agent:no-such-agent", False, False),
        ("agent:fes", False, False),
    ],
)
def test_a_deprecated_name_needs_a_successor_or_a_reason(
    graph: Store, heir: str | None, note: bool, right: bool
) -> None:
    """A deprecated name without a successor or a reason is reported."""
    fes = NamedNode(PROJECT.expand("agent:fes"))
    true = Literal("true", datatype=NamedNode(PROJECT.expand("xsd:boolean")))
    quads = [*graph, Quad(fes, NamedNode(PROJECT.expand("owl:deprecated")), true)]
    quads += (
        [Quad(fes, NamedNode(PROJECT.expand("dcterms:isReplacedBy")), NamedNode(PROJECT.expand(heir)))] if heir else []
    )
    quads += [Quad(fes, NamedNode(PROJECT.expand("skos:changeNote")), Literal("It was no agent."))] if note else []
    assert unanswered(quads) == ([] if right else [str(fes)])
