"""The closure by rules: each rule by itself, all of them against owlrl, and every kind of contradiction."""

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.inference import closure
from rdfkit.rdf import named_graphs
from tests.rdfkit.inference.cases import BROKEN, EXAMPLES, LOOPS

pytestmark = pytest.mark.prove

ROOT = Path(__file__).resolve().parents[3]
RULES = ROOT / "ontology" / "rules"
INFERRED = PROJECT.graph_iri(named_graphs.INFERRED)

PROLOGUE = """
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def turtle(text: str) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(PROLOGUE + text, format=ox.RdfFormat.TURTLE)}


def in_store(text: str, name: str = "page") -> ox.Store:
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object, PROJECT.graph_iri(name)) for t in turtle(text))
    return store


def inferred(store: ox.Store) -> set[ox.Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, INFERRED)}


def with_blank_node(triple: ox.Triple) -> bool:
    return isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode)


def short(members: tuple[str, ...]) -> set[str]:
    return {member.replace("http://example.org/", "ex:") for member in members}


def test_every_rule_has_an_example_and_every_example_a_rule() -> None:
    assert {path.stem for path in RULES.glob("*.ru")} == EXAMPLES.keys()


def test_every_check_has_a_broken_graph() -> None:
    """Every check has a graph that breaks it, and every broken graph has a check."""
    assert {path.stem.removeprefix("check-") for path in RULES.glob("*.rq")} == BROKEN.keys()


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_alone_infers_exactly_its_example(rule: str, tmp_path: Path) -> None:
    """A rule without the others infers exactly the triples of its example."""
    shutil.copy(RULES / f"{rule}.ru", tmp_path)
    given, expected = EXAMPLES[rule]
    store = in_store(given)
    result = closure.close(PROJECT, store, tmp_path)
    assert inferred(store) == turtle(expected)
    assert result.by_rule == {rule: len(turtle(expected))}


@pytest.mark.parametrize("rule", [name for name in EXAMPLES if name != "prp-key"])  # owlrl is not given keys
def test_all_rules_together_infer_what_owlrl_infers(rule: str) -> None:
    given = EXAMPLES[rule][0]
    by_rules, by_owlrl = in_store(given), in_store(given)
    closure.close(PROJECT, by_rules, RULES)
    closure.close_with_owlrl(PROJECT, by_owlrl, RULES)
    # A thing has one IRI here, so owl:sameAs is reported and the two things are not merged.
    if "owl:sameAs" not in EXAMPLES[rule][1]:
        assert inferred(by_rules) == inferred(by_owlrl)
    assert inferred(by_rules) <= inferred(by_owlrl)
    assert inferred(by_rules) >= turtle(EXAMPLES[rule][1])


@pytest.mark.parametrize("rule", EXAMPLES)
def test_no_rule_adds_a_triple_of_another_graph(rule: str) -> None:
    given, expected = EXAMPLES[rule]
    store = in_store(given)
    for triple in turtle(expected):
        store.add(ox.Quad(triple.subject, triple.predicate, triple.object, PROJECT.graph_iri("curated")))
    closure.close(PROJECT, store, RULES)
    assert not inferred(store) & turtle(expected)
    assert list(named_graphs.in_two_graphs(PROJECT, store)) == []


@pytest.mark.parametrize("rule", EXAMPLES)
def test_each_rule_file_names_its_specification(rule: str) -> None:
    """Each rule file says at its top what the rule does and where it is specified."""
    head = (RULES / f"{rule}.ru").read_text(encoding="utf-8").splitlines()
    assert head[0] == f"# {rule}"
    assert head[1].startswith("# ")
    assert any(line.startswith("# Spec: W3C OWL 2 Profiles, section 4.3, table ") for line in head[2:])


def test_axioms_and_statements_may_be_in_different_graphs() -> None:
    store = in_store("ex:p rdfs:domain ex:C .", "vocabulary")
    store.extend(in_store("ex:C rdfs:subClassOf ex:D .", "alignments"))
    store.extend(in_store("ex:a ex:p ex:b ."))
    closure.close(PROJECT, store, RULES)
    assert turtle("ex:a a ex:C , ex:D .") <= inferred(store)


def test_members_of_unnamed_classes_are_used_and_not_kept() -> None:
    """Types that are unnamed classes are used for further inference and then removed."""
    store = in_store("""
        ex:C owl:equivalentClass [ owl:intersectionOf ( ex:A [ owl:onProperty ex:p ; owl:someValuesFrom ex:B ] ) ] .
        ex:a a ex:A ; ex:p ex:b . ex:b a ex:B .
    """)
    closure.close(PROJECT, store, RULES)
    assert turtle("ex:a a ex:C .") <= inferred(store)
    assert not [triple for triple in inferred(store) if with_blank_node(triple)]


def test_nothing_trivial_is_kept() -> None:
    store = in_store("""
        ex:A rdfs:subClassOf ex:B . ex:B rdfs:subClassOf ex:A , owl:Thing . ex:p rdfs:domain ex:B . ex:a ex:p ex:b .
    """)
    closure.close(PROJECT, store, RULES)
    assert inferred(store) == turtle("""
        ex:a a ex:A , ex:B . ex:A owl:equivalentClass ex:B . ex:B owl:equivalentClass ex:A . ex:p rdfs:domain ex:A .
    """)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_no_rule_makes_a_trivial_triple_even_on_the_way(rule: str, tmp_path: Path) -> None:
    shutil.copy(RULES / f"{rule}.ru", tmp_path)
    result = closure.close(PROJECT, in_store(LOOPS), tmp_path)
    assert sum(result.by_rule.values()) == result.kept


def test_closing_a_closed_graph_adds_nothing() -> None:
    store = in_store(" ".join(given for given, _ in EXAMPLES.values()))
    closure.close(PROJECT, store, RULES)
    once = inferred(store)
    closure.close(PROJECT, store, RULES)
    assert inferred(store) == once


@pytest.mark.parametrize("rule", BROKEN)
def test_a_contradiction_is_reported_once(rule: str) -> None:
    """A contradiction is reported once, with its members and its rule."""
    given, members = BROKEN[rule]
    result = closure.close(PROJECT, in_store(given), RULES)
    found = [entry for entry in result.contradictions if entry.rule == rule]
    assert [short(entry.members) for entry in found] == [members]
    assert found[0].message.endswith(".")
    assert "?" not in found[0].message
    for member in found[0].members:
        assert member in found[0].message or member == "ex:C"


@pytest.mark.parametrize("rule", BROKEN)
def test_without_its_check_a_contradiction_goes_unseen(rule: str, tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "rules" / f"check-{rule}.rq").unlink()
    result = closure.close(PROJECT, in_store(BROKEN[rule][0]), tmp_path / "rules")
    assert rule not in {entry.rule for entry in result.contradictions}


@pytest.mark.parametrize("rule", EXAMPLES)
def test_no_check_finds_fault_with_a_sound_graph(rule: str) -> None:
    given, expected = EXAMPLES[rule]
    found = closure.close(PROJECT, in_store(given), RULES).contradictions
    if "owl:sameAs" in expected:
        assert {entry.rule for entry in found} <= {rule, "one-iri"}
    else:
        assert found == []


def test_two_literals_of_a_functional_property_contradict() -> None:
    result = closure.close(PROJECT, in_store('ex:p a owl:FunctionalProperty . ex:a ex:p "1" , "2" .'), RULES)
    assert [entry.rule for entry in result.contradictions] == ["prp-fp"]
    assert result.contradictions[0].message.startswith('http://example.org/a has both "')


@pytest.mark.parametrize("rule", BROKEN)
def test_a_contradiction_needs_every_statement_of_its_example(rule: str) -> None:
    store = in_store(BROKEN[rule][0])
    for quad in list(store):
        if quad.predicate.value.endswith(("#first", "#rest")):
            continue
        rest = ox.Store()
        rest.extend(other for other in store if other != quad)
        assert rule not in {entry.rule for entry in closure.close(PROJECT, rest, RULES).contradictions}, str(quad)


@pytest.mark.parametrize("rule", [name for name in BROKEN if name != "prp-key"])  # owlrl is not given keys
def test_owlrl_and_the_rules_find_the_same_contradictions(rule: str) -> None:
    given, _ = BROKEN[rule]
    by_rules, by_owlrl = in_store(given), in_store(given)
    expected = closure.close(PROJECT, by_rules, RULES).contradictions
    assert closure.close_with_owlrl(PROJECT, by_owlrl, RULES).contradictions == expected


def test_a_folder_without_rules_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no rules"):
        closure.close(PROJECT, in_store("ex:a ex:p ex:b ."), tmp_path)


def test_a_rule_that_is_no_sparql_is_an_error_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.ru").write_text("INSERT {\n GRAPH oops }", encoding="utf-8")
    with pytest.raises(UserError, match=r"bad\.ru cannot be read at line 2, column 12"):
        closure.close(PROJECT, in_store("ex:a ex:p ex:b ."), tmp_path)


def test_a_check_without_its_sentence_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "check-bad.rq").write_text("SELECT ?x WHERE { ?x ?y ?z }", encoding="utf-8")
    with pytest.raises(UserError, match=r"check-bad\.rq is not a check"):
        closure.contradictions(PROJECT, in_store("ex:a ex:p ex:b ."), tmp_path)


@pytest.fixture(scope="session")
def shipped() -> tuple[set[ox.Triple], set[ox.Triple], closure.Closure]:
    """The asserted triples of the shipped graph, the inferred ones, and the result of the closure."""
    store = named_graphs.read_sources(PROJECT)
    asserted = {quad.triple for quad in store}
    result = closure.close(PROJECT, store, RULES)
    return asserted, inferred(store), result


@pytest.mark.prove
def test_rules_and_owlrl_agree_on_the_shipped_graph(
    shipped: tuple[set[ox.Triple], set[ox.Triple], closure.Closure],
) -> None:
    """On the shipped graph the rules and owlrl differ only in trivial triples."""
    asserted, by_rules, _ = shipped
    by_owlrl = closure.owlrl_triples(asserted) - asserted
    assert len(by_rules) > 2000
    assert by_rules - by_owlrl == set()
    left = {t for t in by_owlrl - by_rules if not with_blank_node(t) and not closure.is_trivial(t)}
    assert left == set()
    assert [t for t in by_owlrl if "ErrorMessage" in str(t.object)] == []


def test_the_shipped_graph_has_no_contradiction(
    shipped: tuple[set[ox.Triple], set[ox.Triple], closure.Closure],
) -> None:
    assert shipped[2].contradictions == []


def test_triples_inferred_from_the_shipped_graph_are_new(
    shipped: tuple[set[ox.Triple], set[ox.Triple], closure.Closure],
) -> None:
    """Inferred triples are not asserted, have no blank nodes and are not trivial."""
    asserted, by_rules, result = shipped
    assert result.kept == len(by_rules)
    assert not by_rules & asserted
    assert not [t for t in by_rules if with_blank_node(t) or closure.is_trivial(t)]
