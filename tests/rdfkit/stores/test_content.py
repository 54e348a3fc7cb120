"""Comparing graphs whose blank nodes have other labels."""

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, RdfFormat, Triple, parse

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.stores import content
from rdfkit.stores.content import Content, contents, groups

A, B = NamedNode("http://example.org/a"), NamedNode("http://example.org/b")


def test_content_is_compared_up_to_blank_node_labels() -> None:
    ours = Content([Triple(A, B, BlankNode("x")), Triple(BlankNode("x"), B, BlankNode("y")), Triple(A, A, B)])
    same = [Triple(A, A, B), Triple(A, B, BlankNode("y")), Triple(BlankNode("y"), B, BlankNode("x"))]
    assert ours.difference(same) == ""
    crossed = [Triple(A, A, B), Triple(A, B, BlankNode("y")), Triple(BlankNode("x"), B, BlankNode("y"))]
    assert ours.difference(crossed) == "blank nodes are linked differently"
    assert ours.difference(same[:2]) == "triples with blank nodes differ"
    assert ours.difference(same[1:]) == f"1 triples are missing and 0 are unexpected, without {Triple(A, A, B)}"
    assert ours.difference([*same, Triple(A, A, Literal("1"))]).startswith(
        "0 triples are missing and 1 are unexpected, with"
    )


def test_hard_graphs_are_not_canonicalized(monkeypatch: pytest.MonkeyPatch) -> None:
    """RDFC-1.0 takes exponential time on a clique of blank nodes, so graphs that differ otherwise never get there."""
    canonicalized: list[object] = []
    monkeypatch.setattr(content, "_labeled", canonicalized.append)
    clique = [Triple(BlankNode(f"x{i}"), A, BlankNode(f"x{j}")) for i in range(12) for j in range(12) if i != j]
    assert Content([Triple(A, A, A)]).difference(clique)
    assert Content(clique[1:]).difference(clique)
    assert canonicalized == []


def test_triples_in_no_named_graph_may_get_one() -> None:
    quads = b"<http://a/a> <http://a/b> <http://a/c> .\n<http://a/a> <http://a/b> <http://a/d> <urn:g> ."
    assert list(contents(PROJECT, parse(quads, RdfFormat.N_QUADS))) == [NamedNode("urn:g"), DefaultGraph()]
    given = contents(PROJECT, parse(quads, RdfFormat.N_QUADS), default="urn:g")
    assert {graph: len(content.triples) for graph, content in given.items()} == {NamedNode("urn:g"): 2}
    assert PROJECT.graph_iri("page") in contents(PROJECT, parse(quads, RdfFormat.N_QUADS), default="page")


def test_graph_named_by_a_blank_node_is_refused() -> None:
    with pytest.raises(UserError, match="is named by a blank node"):
        contents(PROJECT, parse(b"GRAPH _:g { <http://a/a> <http://a/b> 1 }", RdfFormat.TRIG))


SHARED = b"""
<urn:a> { _:x <urn:p> 1 } <urn:b> { <urn:s> <urn:p> _:y } <urn:c> { _:z <urn:p> 1 } <urn:d> { _:x <urn:p> _:y }
"""


def test_graphs_that_share_blank_nodes_are_a_group() -> None:
    found = groups({graph: one.triples for graph, one in contents(PROJECT, parse(SHARED, RdfFormat.TRIG)).items()})
    assert [[str(graph) for graph in group.graphs] for group in found] == [
        ["<urn:a>", "<urn:b>", "<urn:d>"],
        ["<urn:c>"],
    ]
    assert [group.node is None for group in found] == [False, True]


def test_a_part_of_a_group_is_refused() -> None:
    with pytest.raises(UserError, match="urn:a, urn:d shares with urn:b, so name all"):
        contents(PROJECT, parse(SHARED, RdfFormat.TRIG), ["urn:a", "urn:d"])
    assert list(contents(PROJECT, parse(SHARED, RdfFormat.TRIG), ["urn:c"])) == [NamedNode("urn:c")]
