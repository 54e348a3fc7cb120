"""The mutation that tests a saved query."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, Store

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.sparql import query_tests, saved
from tests.support.queries import QUERY

pytestmark = pytest.mark.prove

BONE = "https://w3id.org/imaging-trials/concept/body-site/bone"
TITLE = "https://w3id.org/imaging-trials/vocab#printedTitle"


def parsed(text: str = QUERY) -> saved.SavedQuery:
    return saved.parse(PROJECT, Path("queries/guidelines/editions-by-site.rq"), text)


def test_a_mutation_changes_its_graph_only() -> None:
    triple = "edition:bone imt:coversBodySite bodysite:bone"
    query = parsed()
    store = Store()
    edition, covers = (
        NamedNode("https://w3id.org/imaging-trials/id/edition/bone"),
        NamedNode(TITLE[:-12] + "coversBodySite"),
    )
    page, curated = (NamedNode(f"https://w3id.org/imaging-trials/graph/{name}") for name in ("page", "curated"))
    store.add(Quad(edition, covers, NamedNode(BONE), page))
    store.add(Quad(edition, covers, NamedNode(BONE), curated))
    query_tests.apply(PROJECT, store, query)
    assert [quad.graph_name for quad in store] == [curated]
    with pytest.raises(UserError, match=f"{triple} is not in graph page"):
        query_tests.apply(PROJECT, store, query)
    changed = parsed(
        QUERY.replace(
            f"remove: {triple}\n#+     graph: page",
            f"change: {triple}\n#+     to: {triple.replace(':bone', ':lung')}\n#+     graph: curated",
        )
    )
    query_tests.apply(PROJECT, store, changed)
    assert [quad.subject for quad in store] == [NamedNode(edition.value.replace("bone", "lung"))]
    added = parsed(QUERY.replace("- remove:", "- add:"))
    query_tests.apply(PROJECT, store, added)
    with pytest.raises(UserError, match="is already in graph page"):
        query_tests.apply(PROJECT, store, added)
