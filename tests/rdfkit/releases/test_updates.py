"""The update of `imt diff --update` converts any data, in two engines alike."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    parse,
)

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.releases import Difference, Snapshot, diff_update
from rdfkit.releases.diff import renames, updates
from tests.rdfkit.releases.renaming import (
    MINE,
    NEW,
    OLD,
    TABLE,
    Engine,
    by_oxigraph,
    by_rdflib,
    canonical,
    found,
    kinds,
    quads,
)
from tests.rdfkit.releases.small_sources import MIGRATION, migration

pytestmark = pytest.mark.prove


# Renames of the beginning of IRIs


PARTS = """
agent:fes imt:hasVector old:estradiol , old:x . old:estradiol skos:prefLabel "estradiol"@en . old:x rdfs:label "x" .
"""
OLD_PREFIX = "@prefix old: <https://w3id.org/imaging-trials/id/old/> .\n"


def of_parts(tmp_path: Path, *rows: str, more: dict[str, str] | None = None) -> Difference:
    """Return the difference between data below ``id/old/`` and the same data below ``id/substance/``, old:x but one."""
    new = PARTS.replace("old:x", "agent:y").replace("old:", "substance:")
    tables = {MIGRATION: migration("old: substance:", *rows), **(more or {})}
    return found(tmp_path, OLD_PREFIX + OLD + PARTS, OLD + new, tables)


def test_a_part_of_iris_is_renamed_without_a_list(tmp_path: Path) -> None:
    """An IRI with a line of its own gets the name that its line states; no other IRI is in the update."""
    difference = of_parts(tmp_path, "old:x agent:y")
    assert {(PROJECT.shorten(one.old), PROJECT.shorten(one.new)) for one in difference.renames} == {
        ("https://w3id.org/imaging-trials/id/old/estradiol", "substance:estradiol"),
        ("https://w3id.org/imaging-trials/id/old/x", "agent:y"),
    }
    assert not {"thing-added", "thing-removed"} & kinds(difference)
    update = diff_update(PROJECT, difference)
    assert "estradiol" not in update
    mine = list(parse(OLD_PREFIX + PROJECT.sparql_prologue() + PLACES, RdfFormat.TRIG))
    expected = canonical(quads(PLACES.replace("old:x ", "agent:y ").replace("old:", "substance:")))
    assert by_oxigraph(mine, update) == by_rdflib(mine, update) == expected


PLACES = """
old:a old:b old:c . old:x old:x old:x . _:b imt:p "https://w3id.org/imaging-trials/id/old/a" , old: .
old:g { old:x imt:p old:a . old:a old:a _:c } agent:fes { old:a imt:p old:x } old:x { old:a old:x old:x }
"""


def test_the_update_of_a_part_leaves_similar_iris(tmp_path: Path) -> None:
    mine = quads("<https://w3id.org/imaging-trials/id/older/a> imt:p <https://w3id.org/imaging-trials/id/old> .")
    assert by_oxigraph(mine, diff_update(PROJECT, of_parts(tmp_path))) == canonical(mine)


def test_two_parts_can_be_swapped() -> None:
    one, other = "https://example.org/a/", "https://example.org/b/"
    mine = list(parse(f"<{one}x> <{one}y> <{other}z> .", RdfFormat.TRIG))
    expected = canonical(list(parse(f"<{other}x> <{other}y> <{one}z> .", RdfFormat.TRIG)))
    update = updates.write({}, segments={one: other, other: one})
    assert by_oxigraph(mine, update) == by_rdflib(mine, update) == expected


def test_a_part_below_a_renamed_part_is_refused() -> None:
    with pytest.raises(UserError, match=r"is below <.*a/>, and both are renamed"):
        updates.write({}, segments={"https://example.org/a/": "urn:x:", "https://example.org/a/b/": "urn:y:"})


@pytest.mark.parametrize(
    ("tables", "target"),
    [
        (["old: probe:", "probe: substance:"], "substance:estradiol"),
        (["old: probe:", "probe:estradiol agent:flt"], "agent:flt"),
        (["old:estradiol probe:estradiol", "probe: substance:"], "substance:estradiol"),
    ],
    ids=["part and part", "part and line", "line and part"],
)
def test_parts_and_lines_of_two_versions_are_joined(tmp_path: Path, tables: list[str], target: str) -> None:
    prefix = "<https://w3id.org/imaging-trials/id/probe/"
    rows = [re.sub(r"\bprobe:(\w*)", rf"{prefix}\1>", row) for row in tables]
    files = {f"ontology/migrations/{n}.0.0.tsv": migration(row) for n, row in zip((2, 10), rows, strict=True)}
    old = OLD_PREFIX + OLD.replace("substance:estradiol", "old:estradiol")
    difference = found(tmp_path, old, OLD.replace("substance:estradiol", target), files)
    mine = list(parse(OLD_PREFIX + "old:estradiol old:estradiol old:estradiol .", RdfFormat.TRIG))
    expected = canonical(quads(f"{target} {target} {target} ."))
    assert by_oxigraph(mine, diff_update(PROJECT, difference)) == expected


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("agent: imt:Tracer", "2.0.0.tsv:2: only one of the two IRIs ends with / or #"),
        ("agent: ", "2.0.0.tsv:2: a part of IRIs needs a new one"),
        ("agent: <https://w3id.org/imaging-trials/id/agnt/>", "2.0.0.tsv:2: .* has no <.*id/agnt/>: correct the new"),
    ],
    ids=["one side", "no new", "unknown"],
)
def test_a_broken_line_for_a_part_is_refused(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        found(tmp_path, OLD, NEW, migration(row))


# Rules before the renames


RULES = """# A tracer has a kind.
PREFIX imt: <https://w3id.org/imaging-trials/vocab#>
DELETE { GRAPH ?g { ?x imt:hasVector ?v } }
INSERT { GRAPH ?g { ?x imt:carries ?v . } GRAPH ?g { ?v imt:isIn ?x } }
WHERE {
  GRAPH ?g { ?x imt:hasVector ?v }
  FILTER NOT EXISTS { GRAPH ?g { ?v a imt:Agent ; imt:note "}" } }  # a brace } in a comment
} ;
"""
RULES_FILE = "ontology/migrations/0.9.0.ru"


def with_rules(tmp_path: Path, rules: dict[str, str]) -> Difference:
    """Return the difference with rules for version 0.9.0; the old side states no version, and neither does the new."""
    return found(tmp_path, OLD, NEW, {MIGRATION: TABLE, **rules})


def test_rules_run_before_the_renames_in_every_graph(tmp_path: Path) -> None:
    update = diff_update(PROJECT, with_rules(tmp_path, {RULES_FILE: RULES}))
    text = """agent:fes imt:hasVector agent:flt , _:x . _:x a imt:Agent ; imt:note "}" .
    imt:g { agent:fes imt:hasVector _:x . } imt:h { agent:fes imt:hasVector agent:z . agent:z imt:note "}" . }"""
    after = """agent:fluoroestradiol imt:carries agent:flt ; imt:hasVector _:x . _:x a imt:Tracer ; imt:note "}" .
    agent:flt imt:isIn agent:fluoroestradiol .
    imt:g { agent:fluoroestradiol imt:carries _:x . _:x imt:isIn agent:fluoroestradiol }
    imt:h { agent:fluoroestradiol imt:carries agent:z . agent:z imt:note "}" ; imt:isIn agent:fluoroestradiol }"""
    assert by_oxigraph(quads(text), update) == by_rdflib(quads(text), update) == canonical(quads(after))


def test_rules_of_two_versions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"both apply between .*: compare one version with the next"):
        with_rules(tmp_path, {RULES_FILE: RULES, "ontology/migrations/0.8.0.ru": RULES})


def test_rules_of_a_later_version_are_left_out() -> None:
    """From the version of the rules on, data is in the new terms already."""
    old, new = (empty_snapshot(version) for version in ("1.0.0", "2.0.0"))
    texts = {f"{version}.ru": version for version in ("1.0.0", "2.0.0", "3.0.0")}
    assert renames.rules_between(old, replace(new, migration_rules=texts)) == ("ontology/migrations/2.0.0.ru", "2.0.0")


def empty_snapshot(version: str) -> Snapshot:
    return Snapshot("a", version, quads=[], closed=Store(), inferred=[], has_graphs=False)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "a rule is DELETE, INSERT and WHERE"),
        ("WITH <urn:g> DELETE { ?x ?y ?z } WHERE { ?x ?y ?z }", "a rule is DELETE, INSERT and WHERE"),
        ("DELETE { ?x ?y ?z } WHERE { GRAPH ?g { ?x ?y ?z } }", "every triple of a rule must be inside GRAPH"),
        ("DELETE { GRAPH ?g { ?x ?y ?z } } WHERE { ?x ?y ?z }", "every triple of a rule must be inside GRAPH"),
        ("DELETE { GRAPH ?g { ?x ?y ?z } } WHERE { GRAPH ?h { ?x ?y ?z } }", "must be inside GRAPH"),
        ("DELETE { GRAPH ?g { ?x ?y ?g } } WHERE { GRAPH ?g { ?x ?y ?z } }", "[?]g is the graph of the rules"),
        ("DELETE { GRAPH ?g { ?x ?y } } WHERE { }", "0.9.0.ru"),
    ],
    ids=["data", "with", "template", "pattern", "another graph", "graph as a value", "syntax"],
)
def test_rules_that_mean_another_thing_are_refused(tmp_path: Path, rules: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        diff_update(PROJECT, with_rules(tmp_path, {RULES_FILE: rules}))


# The update


def test_the_update_converts_data_in_both_engines(tmp_path: Path) -> None:
    update = diff_update(PROJECT, found(tmp_path, OLD, NEW, TABLE))
    mine = quads(MINE)
    expected = canonical(
        quads(
            MINE.replace("imt:Agent", "imt:Tracer")
            .replace('"1"^^imt:Tracer', '"1"^^imt:Agent')
            .replace("agent:fes", "agent:fluoroestradiol")
            .replace('"agent:fluoroestradiol"', '"agent:fes"')
        )
    )
    assert by_oxigraph(mine, update) == expected
    assert by_rdflib(mine, update) == expected
    assert expected != canonical(mine)


def test_the_update_from_isreplacedby_converts_data(tmp_path: Path) -> None:
    new = OLD + "imt:Agent owl:deprecated true ; dcterms:isReplacedBy imt:Tracer . imt:Tracer a owl:Class ."
    update = diff_update(PROJECT, found(tmp_path, OLD, new))
    text = MINE.replace("imt:Agent", "imt:Tracer").replace('"1"^^imt:Tracer', '"1"^^imt:Agent')
    assert by_oxigraph(quads(MINE), update) == by_rdflib(quads(MINE), update) == canonical(quads(text))


def test_a_second_run_of_the_update_changes_nothing(tmp_path: Path) -> None:
    update = diff_update(PROJECT, found(tmp_path, OLD, NEW, TABLE))
    assert by_oxigraph(quads(MINE), f"{update};\n{update}") == by_oxigraph(quads(MINE), update)


@pytest.mark.parametrize("bad", ["no iri", "https://example.org/a> <b", "relative", "urn:x-imt-rename:1", 'urn:"'])
def test_only_absolute_iris_get_into_an_update(bad: str) -> None:
    with pytest.raises(UserError, match="is not an IRI that can be renamed"):
        updates.write({"https://example.org/a": bad})


def renamed(data: list[Quad], names: dict[str, str]) -> list[Quad]:
    """Rename term by term: the expected result of the update."""

    def new(term: Any) -> Any:
        return NamedNode(names.get(term.value, term.value)) if isinstance(term, NamedNode) else term

    return [Quad(*map(new, (q.subject, q.predicate, q.object, q.graph_name))) for q in data]


NAMES = [NamedNode(f"https://example.org/{letter}{end}") for letter in "abcdef" for end in ("", "#x")]
NODES = st.sampled_from([*NAMES, BlankNode("b1"), BlankNode("b2")])
QUADS = st.builds(
    Quad,
    NODES,
    st.sampled_from(NAMES),
    st.one_of(NODES, st.sampled_from([Literal("https://example.org/a"), Literal("x", language="en")])),
    st.one_of(st.just(DefaultGraph()), st.sampled_from(NAMES)),
)
RENAMES = st.one_of(
    st.permutations(NAMES).map(lambda mixed: dict(zip(NAMES, mixed, strict=True))),  # swaps and rings
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES)),  # chains and merges
)


DATA = st.lists(QUADS, max_size=12)


def assert_renames(data: list[Quad], names: dict[NamedNode, NamedNode], *engines: Engine) -> None:
    """Compare the result of the update in each engine with a renaming term by term."""
    mapping = {old.value: new.value for old, new in names.items()}
    expected = canonical(renamed(data, mapping))
    for engine in engines:
        assert engine(data, updates.write(mapping)) == expected


@settings(max_examples=150, deadline=None)
@given(data=DATA, names=RENAMES)
def test_any_renames_are_right_in_every_position(data: list[Quad], names: dict[NamedNode, NamedNode]) -> None:
    assert_renames(data, names, by_oxigraph)


def everywhere(name: NamedNode, other: NamedNode) -> list[Quad]:
    """Return quads that have a name in each position, in the default and a named graph."""
    places = [(name, other, other), (other, name, other), (other, other, name)]
    return [Quad(*place, graph) for place in places for graph in (DefaultGraph(), other, name)]


def test_a_swap_and_a_chain_are_right_in_both_engines() -> None:
    a, b, c, d, e, *_ = NAMES
    data = [Quad(a, b, c, a), Quad(b, a, a, b), Quad(c, d, e, DefaultGraph()), Quad(a, a, b, DefaultGraph())]
    assert_renames(data, {a: b, b: a, c: d, d: e}, by_oxigraph, by_rdflib)
    # Old and new name in the same position: an engine that deletes and inserts row by row would lose one.
    for old, new in ((a, b), (b, a)):
        data = [quad for name in (old, new) for quad in everywhere(name, e)]
        assert_renames(data, {old: new, new: c}, by_oxigraph, by_rdflib)


@pytest.mark.prove
@settings(max_examples=100, deadline=None)
@given(data=DATA, names=RENAMES)
def test_any_renames_are_the_same_in_rdflib(data: list[Quad], names: dict[NamedNode, NamedNode]) -> None:
    assert_renames(data, names, by_rdflib)
